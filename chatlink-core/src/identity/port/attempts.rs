//! What stores promise about attempts.

use crate::{
    error::StoreError,
    identity::{
        NetworkPrefix,
        code::RightCode,
        opening::{Mail, NewAttempt},
        registration::{Attempt, AttemptId, AttemptPurpose, ProofHash, Proved, Refusal},
    },
    settings::CodeLimits,
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;

/// What [`AttemptStore::start`] did.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "looked at once, never kept")]
pub enum StartOutcome {
    /// The attempt is open, whoever the contact is.
    Started(Attempt, Mail),
    /// The network's budget is spent until then: nothing was started.
    Limited(Timestamp),
}

/// What [`AttemptStore::resend`] did.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "looked at once, never kept")]
pub enum ResendOutcome {
    /// Another mail is due, and its code alone is good from now on, whether it goes out or not.
    Sent(Attempt, Mail),
    /// Not before then.
    Early(Timestamp),
    /// Unknown or over.
    Gone,
}

/// What [`AttemptStore::admit_check`] did.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "looked at once, never kept")]
pub enum CheckOutcome {
    /// One check is counted, for good: compare now.
    Admitted(Attempt),
    /// Not before then; nothing was counted.
    Early(Timestamp),
    /// The network's, or everybody's, budget of failed checks is spent until then; nothing was
    /// counted.
    Limited(Timestamp),
    /// Unknown, expired or over.
    Gone,
}

impl From<Refusal> for ResendOutcome {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Gone => Self::Gone,
            Refusal::Early(at) => Self::Early(at),
        }
    }
}

impl From<Refusal> for CheckOutcome {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Gone => Self::Gone,
            Refusal::Early(at) => Self::Early(at),
        }
    }
}

/// What identity leaves behind, and forgets in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leftover {
    /// Attempts that are over, their codes with them.
    Attempts,
    /// Spendings outside every window.
    Spendings,
    /// Refusals for age that have ended.
    Refusals,
    /// Failed logins that are forgotten.
    LoginFailures,
    /// Sessions whose time has come: they end.
    Sessions,
    /// Ends of sessions that every node has followed.
    Ends,
    /// Second factors whose first code did not come in time.
    FactorOffers,
    /// Ceremonies of passkeys that were not answered in time.
    Ceremonies,
    /// Old events of security logs.
    SecurityEvents,
    /// Usernames that were kept for who had them.
    Usernames,
    /// Contacts and names that were kept because their accounts were deleted.
    Departures,
    /// Text messages that count for nothing any more.
    Texts,
    /// Routes of text messages that were closed so long ago that it is forgotten.
    Breakers,
}

impl Leftover {
    /// Each of them.
    pub const ALL: [Self; 13] = [
        Self::Attempts,
        Self::Spendings,
        Self::Refusals,
        Self::LoginFailures,
        Self::Sessions,
        Self::Ends,
        Self::FactorOffers,
        Self::Ceremonies,
        Self::SecurityEvents,
        Self::Usernames,
        Self::Departures,
        Self::Texts,
        Self::Breakers,
    ];
}

/// Keeps attempts, and the budgets of codes.
#[async_trait]
pub trait AttemptStore: Send + Sync {
    /// Starts an attempt. Spends the network's budget of starts, or is limited by it; spends the
    /// contact's budget of mails, or withholds the mail; a text message is stopped where the
    /// [`texts`](crate::identity::texts) rules say so, and counted where it goes. Whether the contact is known or not, the
    /// same is written; of a known one the attempt names the owner and the address as stored. Live
    /// is an attempt whose mail is [`Mail::Code`].
    async fn start(&self, attempt: NewAttempt, limits: &CodeLimits, now: Timestamp)
    -> Result<StartOutcome, StoreError>;

    /// The attempt, of that purpose. `None`: there is none.
    async fn find_attempt(&self, purpose: AttemptPurpose, id: AttemptId) -> Result<Option<Attempt>, StoreError>;

    /// Sends again, where the ladder allows: the old code dies, counts of checks stay. Spends the
    /// contact's budget of mails, or withholds the mail; the attempt then looks the same.
    async fn resend(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        code_mac: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ResendOutcome, StoreError>;

    /// Counts a check in the statement that admits it: never more than the ladder has, however many
    /// ask at once. Counts it as failed in the budgets, until [`prove`](Self::prove) takes that back.
    async fn admit_check(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<CheckOutcome, StoreError>;

    /// Turns an open attempt whose code still is that one into a proved one, once, and takes the
    /// failed check back. Answers until when the proof is good. `None`: another was first, or the
    /// code died meanwhile.
    async fn prove(
        &self,
        right: RightCode,
        proof: ProofHash,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Ends a proved registration whose person is too young, and remembers the keyed hash of its
    /// contact until then: codes are not sent there before, and other registrations of the contact
    /// end. The contact itself is forgotten. `false`: the proof was used or expired.
    async fn refuse(&self, proved: Proved, until: Timestamp, now: Timestamp) -> Result<bool, StoreError>;

    /// Forgets at most `limit` of what no answer needs any more. Answers how many; fewer than `limit`
    /// means that none is left.
    async fn purge_identity(&self, what: Leftover, limit: u32, now: Timestamp) -> Result<u32, StoreError>;
}
