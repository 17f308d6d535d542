//! Deleting an account: proved like any change of it, done in one verb, told afterwards.

use super::{DEPARTED_KEPT, Deleted, Deletion, Deletor, Rights, Words, departure};
use crate::{
    error::{Coded, StoreError},
    identity::{Caller, NoticeKind, Principal, Reauth, ReauthError, Settled, VerifiedContact},
    jobs::{JobId, NewJob},
};
use chatlink_protocol::{ErrorCode, Problem, RoomId, SessionId, UserId};
use serde_json::json;
use std::time::Duration;

/// How often a deletion is tried while the account's contacts change under it.
const TRIES: usize = 4;
/// How long a caller waits for groups to be left.
const PATIENCE: Duration = Duration::from_secs(2);

/// An account was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// The person did not prove to be the owner.
    #[error(transparent)]
    Reauth(#[from] ReauthError),
    /// The account changed at every try; the same call will pass later.
    #[error("the account changes too fast")]
    Busy,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A host's person was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteExternalError {
    /// No account that is not deleted is called so.
    #[error("there is no such person")]
    NoUser,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Rights {
    /// Deletes one's own account and tells its contacts. Its sessions and connections are over when this
    /// answers; groups are left, and messages taken back where that is asked, by a job that survives
    /// restarts. Contacts and username are free again after [`DEPARTED_KEPT`].
    ///
    /// # Errors
    /// Not proven to be the owner, or the store's failure.
    pub async fn delete_account(
        &self,
        caller: &Caller,
        principal: &Principal,
        proof: &Reauth,
        words: Words,
    ) -> Result<(), DeleteError> {
        let user = principal.user_id;
        let proven = self.identity.reauthenticate(caller, principal, proof).await?;
        for _ in 0..TRIES {
            let contacts = self.identity.find_contacts(user).await?;
            let deletion = self.deletion(user, Deletor::Owner(proven.login.clone()), &contacts, words);
            let (rights, caller) = (self.clone(), caller.clone());
            let told = move || rights.identity.tell(&caller, &contacts, &NoticeKind::AccountDeleted { words });
            match self.delete(deletion, told).await?.proven()? {
                Deleted::Deleted { .. } => return Ok(()),
                Deleted::Stale => {}
            }
        }
        Err(DeleteError::Busy)
    }

    /// Deletes, tells and lets go, in a task of its own: a caller who hangs up in between keeps neither the
    /// owner from hearing of it nor the person's sockets open.
    async fn delete(
        &self,
        deletion: Deletion,
        tell: impl FnOnce() + Send + 'static,
    ) -> Result<Settled<Deleted>, StoreError> {
        let rights = self.clone();
        let work = async move {
            let user = deletion.user_id;
            let deleted = rights.context.store.delete_account(deletion, rights.identity.now()).await;
            let deleted = rights.context.observe(deleted)?;
            if let Settled::Done(Deleted::Deleted { sessions, rooms }) = &deleted {
                tell();
                rights.gone(user, sessions, rooms).await;
            }
            Ok(deleted)
        };
        let done = self.context.tasks.spawn(work).await;
        done.unwrap_or_else(|ended| Err(StoreError::Unavailable(ended.into())))
    }

    /// Deletes the account of a host's person. The same token makes no other one for
    /// [`DEPARTED_KEPT`]. Idempotent in effect: a second call finds nobody.
    ///
    /// # Errors
    /// Nobody is called so, or the store's failure.
    pub async fn delete_external(&self, external_id: &str, words: Words) -> Result<(), DeleteExternalError> {
        let found = self.context.observe(self.context.store.find_external(external_id).await)?;
        let user = found.ok_or(DeleteExternalError::NoUser)?;
        let trace = self.context.host_trace(external_id);
        let by = Deletor::Host { external_id: external_id.to_owned(), trace };
        let deletion = self.deletion(user, by, &[], words);
        match self.delete(deletion, || {}).await? {
            Settled::Done(Deleted::Deleted { .. }) => Ok(()),
            Settled::Done(Deleted::Stale) | Settled::Gone | Settled::FactorUsed => Err(DeleteExternalError::NoUser),
        }
    }

    fn deletion(&self, user_id: UserId, by: Deletor, contacts: &[VerifiedContact], words: Words) -> Deletion {
        let now = self.identity.now();
        let trace = |known: &VerifiedContact| {
            let contact = &known.contact;
            (contact.kind(), contact.key().to_owned(), self.identity.contact_trace(contact))
        };
        let job = NewJob {
            id: JobId(self.context.fresh_id()),
            kind: departure::KIND,
            key: user_id.to_string(),
            payload: json!({ "user_id": user_id, "take_back": words == Words::TakenBack }),
            run_at: now,
        };
        let contacts = contacts.iter().map(trace).collect();
        Deletion { user_id, by, contacts, kept_until: now.plus(DEPARTED_KEPT), job }
    }

    /// Tells this node at once. Other nodes follow the ends of sessions, and stale rooms.
    async fn gone(&self, user: UserId, sessions: &[SessionId], rooms: &[RoomId]) {
        self.identity.note_ends(sessions);
        self.hub.end_user(user);
        rooms.iter().for_each(|room| self.timeline.forget(*room));
        // So that nobody meets the person in a group for longer than need be. Whatever fails here, or takes
        // longer than a caller waits, is the job's.
        let leaving = departure::leave_groups(&self.context, &self.timeline, user);
        if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, leaving).await {
            tracing::warn!(error = %crate::Chain(&error), "a deleted account's groups are left later, by its job");
        }
        self.wake.notify_one();
    }
}

impl Coded for DeleteError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Reauth(error) => error.code(),
            Self::Busy => ErrorCode::Unavailable,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Reauth(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}
