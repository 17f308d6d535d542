//! The life of an attempt, to register, to reset a password or to add a contact, as a pure state machine: no I/O, no
//! clock, no randomness. The in-memory store runs it as it stands; databases guard each step by one
//! conditional statement and are held to the same table by the contract.
//!
//! ```text
//!          resend            check
//!         ┌──────┐          ┌──────┐
//! start → │ open │ ─ right → │ proved │ ─ complete → done
//!         └──────┘          └────────┘ ─ refuse   → refused   (too young)
//! ```
//! An open attempt is over when its code expired and no mail is left, or its checks are used up.

use super::code::RightCode;
use crate::{contact::Contact, settings::CodeLimits};
use chatlink_protocol::{ContactAttemptId, RegistrationId, ResetId, Timestamp, UserId};
use uuid::Uuid;

/// What an attempt is for. An attempt of one purpose does not exist for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AttemptPurpose {
    /// A new account.
    #[default]
    Registration,
    /// A new password.
    Reset,
    /// A further contact of an account.
    Contact,
}

/// Names an attempt, of any purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId(pub Uuid);

/// SHA-256 of a proof: all that a store keeps of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProofHash(pub [u8; 32]);

/// An attempt as a store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its name.
    pub id: AttemptId,
    /// What it is for.
    pub purpose: AttemptPurpose,
    /// Where its codes go; none when a reset names nobody's login.
    pub contact: Option<Contact>,
    /// Keyed hash of the contact or login: budgets are kept by it.
    pub contact_trace: [u8; 32],
    /// Whose contact it is already, or whose password is reset.
    pub user_id: Option<UserId>,
    /// Who adds a contact: nobody else may give its code. None for the other purposes, whose people are
    /// not logged in.
    pub asked_by: Option<UserId>,
    /// Whether a right code proves something: its mail went out, to one who may do this.
    pub live: bool,
    /// MAC of the code.
    pub code_mac: [u8; 32],
    /// Mails so far.
    pub sends: u32,
    /// The last one.
    pub sent_at: Timestamp,
    /// Checks so far.
    pub checks: u32,
    /// The last one; the start before any.
    pub checked_at: Timestamp,
    /// The code is good until then.
    pub code_expires_at: Timestamp,
    /// Nothing can be sent again from then on.
    pub ends_at: Timestamp,
    /// Where it stands.
    pub state: AttemptState,
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// Its code was not given yet.
    Open,
    /// Its code was right; the proof opens the last step.
    Proved {
        /// The proof that was handed out.
        proof: ProofHash,
        /// Until when it is good.
        complete_by: Timestamp,
    },
    /// It did what it was for.
    Done,
    /// The person is too young.
    Refused,
}

/// What moves an attempt.
#[derive(Clone, Debug)]
pub enum Step {
    /// Another mail, and its code alone is good from now on: also where the contact's budget is spent
    /// and nothing goes out, so that no answer tells how full a budget is.
    Resend {
        /// MAC of the fresh code.
        code_mac: [u8; 32],
    },
    /// A check is admitted and counted, before anything is compared.
    Check,
    /// The code was right.
    Prove {
        /// The evidence.
        right: RightCode,
        /// What is handed out.
        proof: ProofHash,
    },
}

/// How a proved attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what it was for.
    Done,
    /// The person is too young.
    Refused,
}

/// Why an attempt did not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is over for this step.
    Gone,
    /// Not before then.
    Early(Timestamp),
}

/// An attempt whose code was right and whose proof is at hand: without one no account can be asked
/// for. Made by [`Attempt::proved`] alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Proved {
    attempt: Attempt,
    proof: ProofHash,
}

impl Attempt {
    /// Where the attempt stands after `step` at `now`, or why it does not move.
    ///
    /// # Errors
    /// Over, or too early.
    pub fn step(&self, step: &Step, limits: &CodeLimits, now: Timestamp) -> Result<Self, Refusal> {
        let mut next = self.clone();
        match (step, self.state) {
            (Step::Resend { code_mac }, AttemptState::Open) => {
                self.may_resend(limits, now)?;
                next.sends += 1;
                next.sent_at = now;
                next.code_mac = *code_mac;
                next.code_expires_at = now.plus(limits.code_life);
            }
            (Step::Check, AttemptState::Open) => {
                self.may_check(limits, now)?;
                next.checks += 1;
                next.checked_at = now;
            }
            (Step::Prove { right, proof }, AttemptState::Open) => {
                let same_code = right.is_for(self) && self.live && now < self.code_expires_at;
                if !same_code {
                    return Err(Refusal::Gone);
                }
                next.state = AttemptState::Proved { proof: *proof, complete_by: now.plus(limits.proof_life) };
            }
            (
                Step::Resend { .. } | Step::Check | Step::Prove { .. },
                AttemptState::Proved { .. } | AttemptState::Done | AttemptState::Refused,
            ) => return Err(Refusal::Gone),
        }
        Ok(next)
    }

    /// The attempt done by its code alone, where nothing is asked for after it.
    ///
    /// # Errors
    /// Over, or another code by now.
    pub fn done_by(&self, right: RightCode, limits: &CodeLimits, now: Timestamp) -> Result<Self, Refusal> {
        let proved = self.step(&Step::Prove { right, proof: ProofHash([0; 32]) }, limits, now)?;
        Ok(Self { state: AttemptState::Done, ..proved })
    }

    /// The attempt after its last step, which uses the proof up. `None`: not that proof, or no good
    /// any more.
    #[must_use]
    pub fn end(&self, proof: ProofHash, ending: Ending, now: Timestamp) -> Option<Self> {
        let attempt = self.proved(proof, now)?.attempt;
        Some(match ending {
            Ending::Done => Self { state: ending.into(), ..attempt },
            Ending::Refused => attempt.refused(),
        })
    }

    /// The attempt of a contact whose person is too young: over, and the contact itself forgotten.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { state: AttemptState::Refused, contact: None, live: false, ..self }
    }

    /// The right to the last step, if this proof is the one that was handed out and still good.
    #[must_use]
    pub fn proved(&self, proof: ProofHash, now: Timestamp) -> Option<Proved> {
        match self.state {
            AttemptState::Proved { proof: kept, complete_by } if kept == proof && now < complete_by => {
                Some(Proved { attempt: self.clone(), proof })
            }
            _ => None,
        }
    }

    /// When the code may be sent again; `None`: not any more.
    #[must_use]
    pub fn resend_at(&self, limits: &CodeLimits) -> Option<Timestamp> {
        let wait = limits.resend_ladder.get(usize::try_from(self.sends).ok()?.checked_sub(1)?)?;
        Some(self.sent_at.plus(*wait))
    }

    /// Checks that are left.
    #[must_use]
    pub fn tries_left(&self, limits: &CodeLimits) -> u8 {
        let all = u32::try_from(limits.check_ladder.len()).unwrap_or(u32::MAX);
        u8::try_from(all.saturating_sub(self.checks)).unwrap_or(u8::MAX)
    }

    /// Whether another mail may go out.
    ///
    /// # Errors
    /// Over, or too early.
    pub fn may_resend(&self, limits: &CodeLimits, now: Timestamp) -> Result<(), Refusal> {
        if self.state != AttemptState::Open || now >= self.ends_at || self.tries_left(limits) == 0 {
            return Err(Refusal::Gone);
        }
        match self.resend_at(limits) {
            None => Err(Refusal::Early(self.ends_at)),
            Some(at) if now < at => Err(Refusal::Early(at)),
            Some(_) => Ok(()),
        }
    }

    /// Whether no answer needs it any more.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let proof_over = match self.state {
            AttemptState::Proved { complete_by, .. } => complete_by <= now,
            AttemptState::Open | AttemptState::Done | AttemptState::Refused => true,
        };
        proof_over && self.ends_at.max(self.code_expires_at) <= now
    }

    fn may_check(&self, limits: &CodeLimits, now: Timestamp) -> Result<(), Refusal> {
        if now >= self.code_expires_at {
            return Err(Refusal::Gone);
        }
        let ladder = usize::try_from(self.checks).ok().and_then(|checks| limits.check_ladder.get(checks));
        let free_at = self.checked_at.plus(*ladder.ok_or(Refusal::Gone)?);
        if now < free_at { Err(Refusal::Early(free_at)) } else { Ok(()) }
    }
}

impl Proved {
    /// The attempt.
    #[must_use]
    pub const fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// The proof, for the guard of the last step.
    #[must_use]
    pub const fn proof(&self) -> ProofHash {
        self.proof
    }
}

impl AttemptPurpose {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Reset => "reset",
            Self::Contact => "contact",
        }
    }

    /// How many digits its codes have.
    #[must_use]
    pub const fn digits(self) -> u32 {
        match self {
            Self::Registration | Self::Contact => 6,
            Self::Reset => 8,
        }
    }
}

impl From<Ending> for AttemptState {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::Done,
            Ending::Refused => Self::Refused,
        }
    }
}

impl From<RegistrationId> for AttemptId {
    fn from(id: RegistrationId) -> Self {
        Self(*id.as_uuid())
    }
}

impl From<ContactAttemptId> for AttemptId {
    fn from(id: ContactAttemptId) -> Self {
        Self(*id.as_uuid())
    }
}

impl From<ResetId> for AttemptId {
    fn from(id: ResetId) -> Self {
        Self(*id.as_uuid())
    }
}
