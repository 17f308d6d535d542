//! The storage port of identity, split by ability: attempts, accounts, second factors, passkeys,
//! sessions, the security log.
//!
//! Each verb is one transaction. Deadlines are compared with the later of the `now` that is handed
//! in and the highest time that the store was ever told, so that a clock that jumps back revives
//! nothing. Limits are counted here, in the statement that admits, so that they hold however many
//! ask at once and survive restarts.

mod accounts;
mod attempts;
mod factor;
mod passkeys;
mod security;
mod sessions;

pub use accounts::{
    AccountStore, CompleteOutcome, ContactAdded, ContactRemoved, HostAccount, LoginAccount, LoginAdmission, LoginName,
    NewAccount, Renamed, VerifiedContact, WonLogin, WonReset,
};
pub use attempts::{AttemptStore, CheckOutcome, Leftover, ResendOutcome, StartOutcome};
pub use factor::{Factor, FactorAdmission, FactorState, FactorStatus, FactorStore, Settled, Shown, ShownFactor};
pub use passkeys::{
    CeremonyOf, KeptPasskey, NewCeremony, NewPasskey, Passkey, PasskeyAdded, PasskeyStore, PasskeyWon, WonPasskey,
};
pub use security::{NewSecurityEvent, Origin, SECURITY_KEPT, SECURITY_ROWS, SecurityEvent, SecurityKind, SecurityLog};
pub use sessions::{EndWhich, EndedSession, NewSession, Rotation, SessionRow, SessionStarted, SessionStore};

/// Everything that identity keeps.
pub trait IdentityStore: AttemptStore + AccountStore + FactorStore + PasskeyStore + SessionStore + SecurityLog {}

impl<T: AttemptStore + AccountStore + FactorStore + PasskeyStore + SessionStore + SecurityLog + ?Sized> IdentityStore
    for T
{
}
