//! What stores promise about accounts, their contacts and passwords.

use super::{NewSession, Origin, SessionRow, SessionStarted, Settled, ShownFactor};
use crate::{
    contact::{Contact, ContactKind},
    error::StoreError,
    identity::{
        code::RightCode,
        registration::{Attempt, AttemptPurpose, Proved},
        username::Username,
    },
    people::{HostProfile, NewProfile},
    settings::{CodeLimits, SessionLimits},
};
use async_trait::async_trait;
use chatlink_protocol::{SessionId, Timestamp, UserId};
use std::time::Duration;

/// An account to be made. Only a proved attempt makes one: there is no other way in.
#[derive(Clone, Debug)]
pub struct NewAccount {
    proved: Proved,
    /// Fresh.
    pub user_id: UserId,
    /// The unique name.
    pub username: Username,
    /// The password's hash (PHC).
    pub phc: String,
    /// What others will see.
    pub profile: NewProfile,
    /// The first session; its `user_id` is the account's.
    pub session: NewSession,
}

/// What [`AccountStore::complete`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum CompleteOutcome {
    /// The account is there, and its first session.
    Completed(SessionRow),
    /// The proof was used or expired.
    Gone,
    /// The username, or its lookalike, is somebody's; the proof is still good.
    UsernameTaken,
    /// The contact is somebody's by now.
    ContactTaken,
}

/// What [`AccountStore::rename`] did, on a proof that was good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// It is the name from now on.
    Renamed,
    /// The name, or its lookalike, is somebody's, or is kept for somebody.
    Taken,
    /// The last change is not long enough ago: not before then.
    TooSoon(Timestamp),
}

/// What [`AccountStore::add_contact`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactAdded {
    /// It is the account's. The contacts from before, among them the one whose place it took.
    Added(Vec<VerifiedContact>),
    /// Another was first with this code, or it died meanwhile.
    Gone,
    /// It is somebody's by now.
    Taken,
}

/// What [`AccountStore::remove_contact`] did, on a proof that was good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactRemoved {
    /// It is gone; the contacts from before.
    Removed(Vec<VerifiedContact>),
    /// There is none of this kind.
    NotFound,
    /// It is the last one.
    Last,
}

/// What a person logs in with, in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LoginName {
    /// A username's key.
    Username(String),
    /// A contact's key.
    Contact(ContactKind, String),
    /// An account that is logged in and proves itself again.
    Account(UserId),
}

/// An account that a login names.
#[derive(Clone, Debug, PartialEq)]
pub struct LoginAccount {
    /// Whose.
    pub user_id: UserId,
    /// The username, as chosen.
    pub username: String,
    /// The password's hash; none for a host's user.
    pub phc: Option<String>,
    /// The contact that was named, else the oldest one.
    pub contact: Option<Contact>,
    /// Whether it asks for a second factor.
    pub second_factor: bool,
}

/// What [`AccountStore::admit_login`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum LoginAdmission {
    /// A failure is counted, until the login is won: compare the password now, with somebody's or
    /// nobody's.
    Admitted(Option<LoginAccount>),
    /// Not before then; nothing was counted.
    Limited(Timestamp),
}

/// A login whose password was right: it takes its counted failure back. The second factor is used up
/// by the verb that this goes into.
#[derive(Clone, Debug, PartialEq)]
pub struct WonLogin {
    /// Whose.
    pub user_id: UserId,
    /// The hash that it matched: another one by now, and the login is lost.
    pub phc: String,
    /// What its failure was counted by.
    pub trace: [u8; 32],
    /// The second factor; none where the account asks for none.
    pub factor: Option<ShownFactor>,
    /// Where it came from.
    pub origin: Origin,
}

/// A reset whose code was right.
#[derive(Clone, Debug, PartialEq)]
pub struct WonReset {
    /// Uses it up.
    pub proved: Proved,
    /// The new password's hash.
    pub phc: String,
    /// What failures of all the account's logins are counted by: they are forgiven.
    pub forgiven: Vec<[u8; 32]>,
    /// The second factor; none where the account asks for none.
    pub factor: Option<ShownFactor>,
    /// Where it came from.
    pub origin: Origin,
}

/// A host's user.
#[derive(Clone, Debug, PartialEq)]
pub struct HostAccount {
    /// The host's own name for the person.
    pub external_id: String,
    /// Its keyed hash.
    pub trace: [u8; 32],
    /// Used when the account is made.
    pub user_id: UserId,
    /// Used when the account is made.
    pub username: Username,
    /// What the host tells of the person now.
    pub profile: HostProfile,
}

/// A contact of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedContact {
    /// Where.
    pub contact: Contact,
    /// When a code proved it.
    pub verified_at: Timestamp,
}

impl NewAccount {
    /// An account on the strength of a proved attempt.
    #[must_use]
    pub fn of(
        proved: Proved,
        user_id: UserId,
        username: Username,
        phc: String,
        profile: NewProfile,
        session: NewSession,
    ) -> Self {
        Self { proved, user_id, username, phc, profile, session }
    }

    /// The attempt that it stands on.
    #[must_use]
    pub const fn attempt(&self) -> &Attempt {
        self.proved.attempt()
    }

    /// The right to the account and the contact that it gets, by the attempt as it is kept now: a
    /// registration's, with this proof, in time. `None`: there is no such right any more.
    #[must_use]
    pub fn stands_on(&self, kept: Option<&Attempt>, now: Timestamp) -> Option<(Proved, Contact)> {
        let registration = kept.filter(|attempt| attempt.purpose == AttemptPurpose::Registration)?;
        let proved = registration.proved(self.proved.proof(), now)?;
        registration.contact.clone().map(|contact| (proved, contact))
    }
}

/// Keeps accounts, contacts and passwords.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Uses up the proof of a registration and makes the account with its contact, password, profile
    /// and first session: all or nothing, once. A reset's proof is [`CompleteOutcome::Gone`].
    async fn complete(
        &self,
        account: NewAccount,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<CompleteOutcome, StoreError>;

    /// The active account that a login names.
    async fn find_login(&self, login: &LoginName) -> Result<Option<LoginAccount>, StoreError>;

    /// Admits one comparison of a password and counts it as failed, for the login as it was named (by
    /// `trace`, its keyed hash) and for the network, in the statement that admits. After
    /// `limits.free_login_failures` in a row each further one waits, longer and longer. The names of
    /// one account are counted apart: a wait at one would tell whose the other is. The first one that
    /// had to wait is noted in the account's security log.
    async fn admit_login(
        &self,
        login: &LoginName,
        trace: [u8; 32],
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<LoginAdmission, StoreError>;

    /// Takes the counted failure of a right password back, while its second factor is still to come.
    /// Nothing when it is another password by now.
    async fn forgive_login(&self, login: WonLogin, now: Timestamp) -> Result<(), StoreError>;

    /// Uses a won login up, with its second factor, and does nothing else: for what goes on elsewhere.
    async fn settle_login(&self, login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError>;

    /// Starts a session on a won login; the least used sessions above the limit end.
    async fn win_login(
        &self,
        login: WonLogin,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Settled<SessionStarted>, StoreError>;

    /// Replaces a password that still has that hash, and ends all sessions but `keep`. Takes the
    /// counted failure of a [`WonLogin`] back.
    async fn change_password(
        &self,
        login: WonLogin,
        phc: String,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Settled<Vec<SessionId>>, StoreError>;

    /// Replaces the hash of the same password by a stronger one; nothing when it was changed.
    async fn rehash(&self, user_id: UserId, old: &str, new: String) -> Result<(), StoreError>;

    /// Uses up the proof of a reset and its second factor, sets the password, ends all sessions and
    /// forgives failures of its logins: all or nothing, once. Answers the ended sessions.
    async fn reset_password(&self, reset: WonReset, now: Timestamp) -> Result<Settled<Vec<SessionId>>, StoreError>;

    /// Changes the username, once in `every`; the old one is kept for its owner for as long. All names
    /// that are kept count as taken for everybody else, also at a registration.
    async fn rename(
        &self,
        login: WonLogin,
        username: Username,
        every: Duration,
        now: Timestamp,
    ) -> Result<Settled<Renamed>, StoreError>;

    /// Uses up the code of a [`Contact`](AttemptPurpose::Contact) attempt and makes its contact the one
    /// of its kind of the account that asked, all or nothing, once; takes the failed check back. Resets
    /// that are under way end: their codes may lie in the mailbox that was left.
    async fn add_contact(
        &self,
        right: RightCode,
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ContactAdded, StoreError>;

    /// Removes the account's contact of that kind, never the last one. Resets that are under way end.
    async fn remove_contact(
        &self,
        login: WonLogin,
        kind: ContactKind,
        now: Timestamp,
    ) -> Result<Settled<ContactRemoved>, StoreError>;

    /// The account's contacts, the oldest first.
    async fn find_contacts(&self, user_id: UserId) -> Result<Vec<VerifiedContact>, StoreError>;

    /// The account of a host's user, made when it is new: one, however many ask at once. Of one that is
    /// there, profile and settings take what is [news](HostProfile::news) against the host's last word,
    /// which is kept; a word without news writes nothing. Atomic: what matching draws from changes with
    /// it. `None`: it was deleted, and the name is kept from everybody until a time that has not come.
    async fn host_account(&self, account: HostAccount, now: Timestamp) -> Result<Option<UserId>, StoreError>;

    /// The host's own names for these people, each once, in no particular order; who has none is left
    /// out.
    async fn list_external_ids(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError>;

    /// Whom the host calls so, each once, in no particular order; whoever is unknown or deleted is left out.
    async fn list_external_users(&self, external_ids: &[String]) -> Result<Vec<(String, UserId)>, StoreError>;
}
