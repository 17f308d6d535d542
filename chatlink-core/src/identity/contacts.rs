//! Contacts of an account: a new one is proved by a code and takes the place of the old one of its kind;
//! the last one stays.

use super::{
    Identity,
    attempts::Draft,
    caller::Caller,
    error::{StartError, VerifyError},
    factor_error::ReauthError,
    forms::Started,
    notice::NoticeKind,
    port::{ContactAdded, ContactRemoved, VerifiedContact},
    principal::Principal,
    reauth::Reauth,
    registration::AttemptPurpose,
};
use crate::{
    contact::{Contact, ContactKind},
    error::{Coded, StoreError},
};
use chatlink_protocol::{ContactAttemptId, ErrorCode, Problem};

/// A contact was not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The person did not prove to be the owner.
    #[error(transparent)]
    Reauth(#[from] ReauthError),
    /// No code could be sent.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The code was not taken.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It is somebody's by now.
    #[error("the contact is taken")]
    Taken,
    /// The account has none of this kind.
    #[error("there is no such contact")]
    NotFound,
    /// Nothing else reaches the account.
    #[error("this is the last contact")]
    Last,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Sends a code to a further contact or, where it is somebody's, a notice to its owner. The answer
    /// is the same.
    ///
    /// # Errors
    /// Not proven to be the owner; the contact is none, or the caller's network is at its limit.
    pub async fn start_contact(
        &self,
        caller: &Caller,
        principal: &Principal,
        contact: &str,
        proof: &Reauth,
    ) -> Result<Started, ContactError> {
        let contact: Contact = contact.parse().map_err(StartError::from)?;
        self.carried(&contact).map_err(StartError::from)?;
        let proven = self.reauthenticate(caller, principal, proof).await?;
        self.observe(self.context.store.settle_login(proven.login, self.now()).await)?.proven()?;
        let draft = Draft {
            purpose: AttemptPurpose::Contact,
            trace: self.contact_trace(&contact),
            contact: Some(contact),
            user_id: None,
            asked_by: Some(principal.user_id),
        };
        Ok(self.start(caller, draft).await?)
    }

    /// Makes a contact the account's by its code, in the place of the one of its kind, and tells all
    /// that were there before. The code counts as any other does.
    ///
    /// # Errors
    /// Wrong, paused, or over; or the contact is somebody's by now.
    pub async fn verify_contact(
        &self,
        caller: &Caller,
        principal: &Principal,
        id: ContactAttemptId,
        code: &str,
    ) -> Result<Vec<VerifiedContact>, ContactError> {
        let found = self.context.store.find_attempt(AttemptPurpose::Contact, id.into()).await;
        let mine = self.observe(found)?.filter(|attempt| attempt.asked_by == Some(principal.user_id));
        let attempt = mine.ok_or(VerifyError::Gone)?;
        let right = self.compare_code(caller, AttemptPurpose::Contact, attempt.id, code).await?;
        let added = self.context.store.add_contact(right, caller.origin(), self.limits(), self.now()).await;
        let before = match self.observe(added)? {
            ContactAdded::Added(before) => before,
            ContactAdded::Gone => return Err(VerifyError::Gone.into()),
            ContactAdded::Taken => return Err(ContactError::Taken),
        };
        self.tell(caller, &before, &NoticeKind::ContactAdded);
        self.note_account(principal.user_id, "contacts").await?;
        Ok(self.find_contacts(principal.user_id).await?)
    }

    /// Removes the contact of that kind, and tells all that were there before.
    ///
    /// # Errors
    /// Not proven to be the owner; there is none, or it is the last one.
    pub async fn remove_contact(
        &self,
        caller: &Caller,
        principal: &Principal,
        kind: ContactKind,
        proof: &Reauth,
    ) -> Result<(), ContactError> {
        let proven = self.reauthenticate(caller, principal, proof).await?;
        let removed = self.context.store.remove_contact(proven.login, kind, self.now()).await;
        match self.observe(removed)?.proven()? {
            ContactRemoved::Removed(before) => self.tell(caller, &before, &NoticeKind::ContactRemoved),
            ContactRemoved::NotFound => return Err(ContactError::NotFound),
            ContactRemoved::Last => return Err(ContactError::Last),
        }
        self.note_account(principal.user_id, "contacts").await?;
        Ok(())
    }
}

impl Coded for ContactError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Reauth(error) => error.code(),
            Self::Start(error) => error.code(),
            Self::Verify(error) => error.code(),
            Self::Taken => ErrorCode::ContactTaken,
            Self::NotFound => ErrorCode::NotFound,
            Self::Last => ErrorCode::LastContact,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Reauth(error) => error.describe(problem),
            Self::Start(error) => error.describe(problem),
            Self::Verify(error) => error.describe(problem),
            Self::Taken | Self::NotFound | Self::Last => {}
            Self::Store(error) => error.describe(problem),
        }
    }
}
