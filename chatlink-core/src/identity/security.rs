//! What happened to an account: its security log, and telling its owner.

use super::{
    Identity,
    caller::Caller,
    notice::NoticeKind,
    port::{SecurityEvent, VerifiedContact},
    principal::Principal,
};
use crate::{
    error::{Coded, StoreError},
    limiter::{Cost, Limited},
    timeline::UserNote,
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use serde_json::json;

/// Events in a page at most.
const PAGE: u32 = 100;

/// A page of a security log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityPage {
    /// The newest first.
    pub items: Vec<SecurityEvent>,
    /// Before which number to go on; `None`: that was all.
    pub next: Option<u64>,
}

/// A security log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecurityLogError {
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// What happened to the person's account in the last 90 days, before that event, the newest first.
    ///
    /// # Errors
    /// Too fast, or the store's failure.
    pub async fn security_log(
        &self,
        principal: &Principal,
        before: Option<u64>,
        limit: u32,
    ) -> Result<SecurityPage, SecurityLogError> {
        self.context.limiter.spend(principal.user_id, Cost::Read, 1, self.context.now())?;
        let limit = limit.clamp(1, PAGE);
        let found = self.context.store.list_security(principal.user_id, before, limit + 1).await;
        let mut items = self.observe(found)?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(|event| event.number);
        Ok(SecurityPage { items, next })
    }

    /// Tells the owner of a change at every contact, and the other devices by the account's own log.
    pub(super) async fn changed(
        &self,
        caller: &Caller,
        user: UserId,
        subject: &str,
        kind: NoticeKind,
    ) -> Result<(), StoreError> {
        let contacts = self.find_contacts(user).await?;
        self.tell(caller, &contacts, &kind);
        self.note_account(user, subject).await
    }

    /// Tells the other devices by the account's own log that this of it changed.
    pub(super) async fn note_account(&self, user: UserId, subject: &str) -> Result<(), StoreError> {
        let body = json!({ "changed_at": self.now() });
        let note = UserNote { user_id: user, kind: "account", subject: subject.to_owned(), body };
        let told = self.observe(self.context.store.note(vec![note], self.now()).await)?;
        self.hub.tell(told);
        Ok(())
    }

    /// Tells these contacts, as they are stored.
    pub(crate) fn tell(&self, caller: &Caller, contacts: &[VerifiedContact], kind: &NoticeKind) {
        for to in contacts {
            match self.post.reserve() {
                Some(place) => self.post.send(place, to.contact.clone(), kind.clone(), caller.language),
                None => tracing::warn!("the mail queue is full: a change of an account is not told"),
            }
        }
    }
}

impl Coded for SecurityLogError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}
