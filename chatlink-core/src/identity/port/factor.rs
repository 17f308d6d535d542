//! What stores promise about second factors.

use super::{Origin, WonLogin};
use crate::{error::StoreError, identity::recovery::RecoveryHash, settings::CodeLimits};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};

/// A second factor as a store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The sealed seed.
    pub seed: Vec<u8>,
    /// Whether it is asked for.
    pub state: FactorState,
    /// The last step whose code was taken: no code of it or of an earlier one is taken again.
    pub last_step: i64,
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorState {
    /// Not before its first code was given, until then.
    Pending(Timestamp),
    /// At every login, reset and change of the account.
    On,
}

/// What the owner sees of a second factor that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorStatus {
    /// Since when.
    pub since: Timestamp,
    /// Recovery codes that were not used.
    pub recovery_codes_left: u32,
}

/// A second factor that a person showed. Whether it is good is decided, and it is used up, by the
/// verb that it goes into.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownFactor {
    /// What its failures are counted by; the use forgives them.
    pub trace: [u8; 32],
    /// What was shown.
    pub what: Shown,
}

/// What can be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// The code of a step, which was right for this seed.
    Step {
        /// The seed, sealed as it was kept.
        seed: Vec<u8>,
        /// Good while the last step that was taken is earlier.
        step: i64,
        /// The same seed, sealed by the secret that signs now; kept instead.
        renewed: Option<Vec<u8>>,
    },
    /// A recovery code: good once.
    Recovery(RecoveryHash),
}

/// What [`FactorStore::admit_factor`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum FactorAdmission {
    /// A miss is counted, until it is won: compare now. None: the account has no second factor.
    Admitted(Option<Factor>),
    /// Not before then; nothing was counted.
    Limited(Timestamp),
}

/// What a verb did that stands on proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled<T> {
    /// All of it.
    Done(T),
    /// Nothing: the password is another one by now, the proof is used, or the account is gone.
    Gone,
    /// Nothing: the account asks for a second factor and none was shown, or the one that was shown
    /// is used or off by now.
    FactorUsed,
}

impl Settled<()> {
    /// Why a verb does nothing; `None`: it goes on.
    #[must_use]
    pub const fn refusal<T>(&self) -> Option<Settled<T>> {
        match self {
            Self::Done(()) => None,
            Self::Gone => Some(Settled::Gone),
            Self::FactorUsed => Some(Settled::FactorUsed),
        }
    }

    /// What is done next, where this was done.
    pub fn and<T>(self, next: impl FnOnce() -> T) -> Settled<T> {
        match self {
            Self::Done(()) => Settled::Done(next()),
            Self::Gone => Settled::Gone,
            Self::FactorUsed => Settled::FactorUsed,
        }
    }
}

impl<T> Settled<T> {
    /// What was done, if it was.
    #[must_use]
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Gone | Self::FactorUsed => None,
        }
    }
}

/// Keeps second factors. All that stands on one (logins, resets, changes) takes it up in its own verb:
/// a step only once and in rising order, a recovery code only once, and nothing at all without one
/// where the account asks for one.
#[async_trait]
pub trait FactorStore: Send + Sync {
    /// The person's second factor, if it is on.
    async fn find_factor(&self, user_id: UserId) -> Result<Option<FactorStatus>, StoreError>;

    /// Admits one comparison of a second factor and counts it as missed, by `trace`, in the statement
    /// that admits. After `limits.free_login_failures` misses in a row each further one waits, longer
    /// and longer.
    async fn admit_factor(
        &self,
        user_id: UserId,
        trace: [u8; 32],
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<FactorAdmission, StoreError>;

    /// Keeps a seed that waits for its first code until then, in the place of one that waits already.
    /// [`Settled::FactorUsed`]: a second factor is on; it is switched off first, whatever was shown.
    async fn offer_factor(
        &self,
        login: WonLogin,
        seed: Vec<u8>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError>;

    /// Switches on the seed that waits, if it is the one whose code was shown, with these recovery
    /// codes. A passkey that was begun on the password alone is not added any more. `false`: it does not
    /// wait any more.
    async fn confirm_factor(
        &self,
        user_id: UserId,
        shown: ShownFactor,
        recovery: Vec<RecoveryHash>,
        origin: Origin,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Forgets the second factor with its recovery codes.
    async fn remove_factor(&self, login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError>;

    /// Replaces the recovery codes; the old ones die.
    async fn renew_recovery(
        &self,
        login: WonLogin,
        recovery: Vec<RecoveryHash>,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError>;
}
