//! Identity: registration, accounts, sessions, password reset, second factor, passkeys, security log.
//!
//! One invariant spans them: no account exists whose contact was not proved by a code. It is said
//! three times: in the types (only [`Attempt::proved`](registration::Attempt::proved) makes what
//! [`NewAccount`] asks for), in the verb ([`AccountStore::complete`] uses the proof up and makes the
//! account in one transaction), and in the schema. The life of an attempt is the pure state machine
//! in [`registration`]; limits are counted by the store, in the statement that admits.

mod access;
#[cfg(test)]
mod account_tests;
mod argon;
mod attempts;
mod authenticate;
mod budget;
mod caller;
pub mod code;
mod complete;
mod contacts;
mod ends;
mod error;
mod factor;
mod factor_error;
#[cfg(test)]
mod factor_tests;
mod forms;
mod login;
mod notice;
mod opening;
mod passkey;
mod passkey_error;
mod passkey_login;
#[cfg(test)]
mod passkey_tests;
mod passkeys;
mod password;
mod passwords;
mod port;
mod post;
mod principal;
mod reauth;
mod recovery;
pub mod registration;
mod rename;
mod security;
mod senders;
mod sessions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod texts;
mod token;
mod totp;
mod username;
mod verifier;

pub(crate) use authenticate::TOUCH;
pub use budget::{Budget, FAILURES_FORGOTTEN, LONGEST_WINDOW, login_ladder, next_login};
pub use caller::{Caller, MailLanguage, NetworkPrefix};
pub use code::{Code, RightCode};
pub use contacts::ContactError;
pub use ends::ENDS_TOLD;
pub use error::{
    AuthError, CompleteError, LoginError, PasswordError, ResendError, RevokeError, StartError, VerifyError,
};
pub use factor::FactorOffer;
pub use factor_error::{FactorChangeError, FactorError, ReauthError};
pub use forms::{Grant, Granted, Held, LoggedIn, LoginForm, RegistrationForm, SessionView, Started, Verified};
pub use notice::{CodeSender, Notice, NoticeKind, SendError};
pub use opening::{Bars, Mail, NewAttempt};
pub use passkey::{
    Asked, CEREMONY_LIFE, CeremonyFault, MAX_PASSKEYS, MadePasskey, PasskeyName, PasskeyOwner, Passkeys, ShownPasskey,
    counter_rises,
};
pub use passkey_error::{PasskeyError, PasskeyLoginError};
pub use passkey_login::PasskeyLogin;
pub use passkeys::CeremonyBegun;
pub use port::{
    AccountStore, AttemptStore, CeremonyOf, CheckOutcome, CompleteOutcome, ContactAdded, ContactRemoved, EndWhich,
    EndedSession, Factor, FactorAdmission, FactorState, FactorStatus, FactorStore, HostAccount, IdentityStore,
    KeptPasskey, Leftover, LoginAccount, LoginAdmission, LoginName, NewAccount, NewCeremony, NewPasskey,
    NewSecurityEvent, NewSession, Origin, Passkey, PasskeyAdded, PasskeyStore, PasskeyWon, Renamed, ResendOutcome,
    Rotation, SECURITY_KEPT, SECURITY_ROWS, SecurityEvent, SecurityKind, SecurityLog, SessionRow, SessionStarted,
    SessionStore, Settled, Shown, ShownFactor, StartOutcome, VerifiedContact, WonLogin, WonPasskey, WonReset,
};
pub use principal::{Principal, Via};
pub use reauth::Reauth;
pub use recovery::{RECOVERY_CODES, RecoveryHash};
pub use registration::{Attempt, AttemptId, AttemptPurpose, AttemptState, Ending, ProofHash, Proved, Refusal, Step};
pub use rename::RenameError;
pub use security::{SecurityLogError, SecurityPage};
pub use senders::SendersByKind;
pub(crate) use token::{hash_of, mint};
pub use username::Username;
pub use verifier::{HostUser, Verifier, VerifierError};

use crate::{contact::Mobile, context::Context, error::StoreError, realtime::Hub, settings::CodeLimits};
use access::AccessTokens;
use chatlink_protocol::{SessionId, Timestamp, UserId};
use ends::Ends;
use password::Hasher;
use post::Post;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tokio::sync::broadcast;

/// The use cases of identity.
pub struct Identity {
    context: Arc<Context>,
    access: AccessTokens,
    hasher: Hasher,
    post: Post,
    ends: Arc<Ends>,
    hub: Arc<Hub>,
    /// The highest time seen: deadlines are compared with it, in microseconds.
    highest: AtomicI64,
}

impl Identity {
    pub(crate) fn new(context: Arc<Context>, hub: Arc<Hub>) -> Self {
        let ends = Arc::new(Ends::new(hub.clone()));
        context.tasks.spawn(ends.clone().run(context.clone()));
        // The tables of numbers load slowly: not inside somebody's request.
        context.tasks.spawn_blocking(Mobile::warm);
        let hasher = Hasher::new(context.settings.password_cost, context.entropy.as_ref());
        Self {
            access: AccessTokens::new(&context.keys, context.installation.id),
            hasher,
            post: Post::new(context.clone()),
            ends,
            hub,
            highest: AtomicI64::new(Timestamp::EPOCH.as_micros()),
            context,
        }
    }

    /// Learns what the store knew before this engine: the highest time, and sessions that ended.
    pub(crate) async fn catch_up(&self) -> Result<(), StoreError> {
        let seen = self.observe(self.context.store.last_seen().await)?;
        self.highest.fetch_max(seen.as_micros(), Ordering::AcqRel);
        self.ends.follow(&self.context).await
    }

    /// Now, or the highest time seen where the clock jumped back.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.context.now();
        let before = self.highest.fetch_max(now.as_micros(), Ordering::AcqRel);
        now.max(Timestamp::from_micros(before))
    }

    fn limits(&self) -> &CodeLimits {
        &self.context.settings.codes
    }

    /// Sessions as they end, on this node and, within a second, on every other. A receiver that
    /// lagged asks [`is_ended`](Self::is_ended) for each session that it holds.
    #[must_use]
    pub fn ended(&self) -> broadcast::Receiver<SessionId> {
        self.ends.subscribe()
    }

    /// Whether the session ended lately (within the life of an access token).
    #[must_use]
    pub fn is_ended(&self, session: SessionId) -> bool {
        self.ends.contains(session)
    }

    /// Takes in sessions that another node ended.
    pub(crate) fn hear_ends(&self, sessions: &[SessionId]) {
        self.ends.take(sessions, self.context.now());
    }

    /// Whether people log in here; `false` where the host's verifier says who they are.
    #[must_use]
    pub fn has_logins(&self) -> bool {
        self.context.verifier.is_none()
    }

    /// The account's proved contacts, the oldest first.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn find_contacts(&self, user: UserId) -> Result<Vec<VerifiedContact>, StoreError> {
        self.observe(self.context.store.find_contacts(user).await)
    }
}
