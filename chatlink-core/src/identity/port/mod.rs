//! The storage port of identity, split by ability: attempts, accounts, sessions.
//!
//! Each verb is one transaction. Deadlines are compared with the later of the `now` that is handed
//! in and the highest time that the store was ever told, so that a clock that jumps back revives
//! nothing. Limits are counted here, in the statement that admits, so that they hold however many
//! ask at once and survive restarts.

mod accounts;
mod attempts;
mod sessions;

pub use accounts::{
    AccountStore, CompleteOutcome, HostAccount, LoginAccount, LoginAdmission, LoginName, NewAccount, VerifiedContact,
    WonLogin,
};
pub use attempts::{AttemptStore, CheckOutcome, Leftover, ResendOutcome, StartOutcome};
pub use sessions::{EndWhich, EndedSession, NewSession, Rotation, SessionRow, SessionStarted, SessionStore};

/// Everything that identity keeps.
pub trait IdentityStore: AttemptStore + AccountStore + SessionStore {}

impl<T: AttemptStore + AccountStore + SessionStore + ?Sized> IdentityStore for T {}
