//! What stores promise about passkeys and the ceremonies that wait for their answers.

use super::{NewSession, Origin, SessionStarted, Settled, WonLogin};
use crate::{
    error::StoreError,
    identity::{NetworkPrefix, PasskeyName},
    settings::{CodeLimits, SessionLimits},
};
use async_trait::async_trait;
use chatlink_protocol::{CeremonyId, PasskeyId, Timestamp, UserId};

/// A ceremony whose first half was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCeremony {
    /// Fresh.
    pub id: CeremonyId,
    /// What the second half needs.
    pub state: Vec<u8>,
    /// No answer is taken from then on.
    pub ends_at: Timestamp,
}

/// What a ceremony is about. One is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CeremonyOf {
    /// A new passkey of this account.
    New(UserId),
    /// A login, of whoever answers.
    Login,
}

/// A passkey, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// It.
    pub passkey_id: PasskeyId,
    /// The device's name for it.
    pub credential_id: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// The last login by it, if there was one.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// Fresh.
    pub passkey_id: PasskeyId,
    /// Whose: the account that the ceremony is about.
    pub user_id: UserId,
    /// The device's name for it; unique among all accounts.
    pub credential_id: Vec<u8>,
    /// What the adapter needs of it; opaque.
    pub credential: Vec<u8>,
    /// The device's count of uses so far.
    pub counter: u32,
    /// What its owner calls it.
    pub name: PasskeyName,
}

/// A passkey, as a login needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPasskey {
    /// It.
    pub passkey_id: PasskeyId,
    /// Whose.
    pub user_id: UserId,
    /// The owner's username.
    pub username: String,
    /// As [`NewPasskey::credential`] was given.
    pub credential: Vec<u8>,
}

/// What [`PasskeyStore::add_passkey`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasskeyAdded {
    /// It is the account's.
    Added(Passkey),
    /// The ceremony is answered or over, or the account is gone.
    Gone,
    /// The account has as many as it may have.
    Full,
    /// It is kept already, perhaps as somebody else's.
    Taken,
}

/// A login whose signature was right. The verb that it goes into decides whether it is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WonPasskey {
    /// The ceremony, which it uses up.
    pub ceremony: CeremonyId,
    /// The passkey.
    pub passkey_id: PasskeyId,
    /// Whose.
    pub user_id: UserId,
    /// The device's count of uses.
    pub counter: u32,
    /// Where it came from.
    pub origin: Origin,
}

/// What [`PasskeyStore::win_passkey_login`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum PasskeyWon {
    /// The session is there.
    Started(SessionStarted),
    /// The ceremony is answered or over, or the passkey is removed.
    Gone,
    /// The count of uses did not rise ([`counter_rises`](crate::identity::counter_rises)): refused, and noted in the account's log.
    Rewound,
}

/// Keeps passkeys, and the ceremonies that wait. A ceremony is good for what it is about, until its time,
/// and for one answer: the verb that takes the answer deletes it.
#[async_trait]
pub trait PasskeyStore: Send + Sync {
    /// Keeps a ceremony of a login, and counts it as a failed login of the network until it is won:
    /// limited as those are.
    async fn begin_passkey_login(
        &self,
        ceremony: NewCeremony,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Result<(), Timestamp>, StoreError>;

    /// Keeps a ceremony of a new passkey on the strength of the owner's proof, which it uses up; one that
    /// the account began before ends. It also ends with the password that was proved.
    async fn begin_passkey(
        &self,
        login: WonLogin,
        ceremony: NewCeremony,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError>;

    /// What was kept for the second half. `None`: it is about something else, answered, or over.
    async fn find_ceremony(
        &self,
        id: CeremonyId,
        of: CeremonyOf,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Ends a ceremony whose answer was wrong.
    async fn end_ceremony(&self, id: CeremonyId) -> Result<(), StoreError>;

    /// Uses the ceremony up and keeps the passkey, unless the account has `most` already. A ceremony
    /// whose passkey is not kept is used up all the same.
    async fn add_passkey(
        &self,
        ceremony: CeremonyId,
        passkey: NewPasskey,
        most: usize,
        origin: Origin,
        now: Timestamp,
    ) -> Result<PasskeyAdded, StoreError>;

    /// The account's passkeys, the oldest first.
    async fn list_passkeys(&self, user_id: UserId) -> Result<Vec<Passkey>, StoreError>;

    /// The passkey with this id, of an active account.
    async fn find_passkey(&self, credential_id: &[u8]) -> Result<Option<KeptPasskey>, StoreError>;

    /// Uses the ceremony up, writes the use down if the count rises, takes the network's counted failure
    /// back and starts a session: all or nothing but for the ceremony, which is used up in any case. The
    /// least used sessions above the limit end. No second factor is asked for.
    async fn win_passkey_login(
        &self,
        login: WonPasskey,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<PasskeyWon, StoreError>;

    /// Removes a passkey of the account. `false`: it has none of this id.
    async fn remove_passkey(
        &self,
        login: WonLogin,
        passkey_id: PasskeyId,
        now: Timestamp,
    ) -> Result<Settled<bool>, StoreError>;
}
