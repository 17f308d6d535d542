//! What stores promise about the security log: what happened to an account, for its owner to read.

use crate::{error::StoreError, identity::NetworkPrefix};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};
use std::{str::FromStr, time::Duration};

/// Events are kept this long.
pub const SECURITY_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// Events kept of one account; the oldest make room.
pub const SECURITY_ROWS: u32 = 1_000;

/// Where an act came from, as its owner may recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The network.
    pub prefix: NetworkPrefix,
    /// A few words about the device.
    pub device: String,
}

/// An event that is noted with the act that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSecurityEvent {
    /// What happened.
    pub kind: SecurityKind,
    /// From where.
    pub origin: Origin,
}

/// An event of an account's security log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// Its place in the account's log; rises.
    pub number: u64,
    /// What happened.
    pub kind: SecurityKind,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub origin: Origin,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened to an account. Names are stable for ever.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum SecurityKind {
            $($(#[$doc])* $name,)*
        }

        impl SecurityKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

kinds! {
    /// A login.
    LoggedIn = "logged_in";
    /// A login by a passkey.
    LoggedInByPasskey = "logged_in_by_passkey";
    /// A run of failed logins: more than the free ones in a row. Noted once a run.
    LoginsFailed = "logins_failed";
    /// A run of wrong second factors after a right password. Noted once a run.
    FactorsFailed = "second_factors_failed";
    /// The owner ended one or more sessions.
    SessionsRevoked = "sessions_revoked";
    /// The password was changed by the present one.
    PasswordChanged = "password_changed";
    /// The password was reset by a code.
    PasswordReset = "password_reset";
    /// The username was changed.
    UsernameChanged = "username_changed";
    /// A contact was added, or took the place of another.
    ContactAdded = "contact_added";
    /// A contact was removed.
    ContactRemoved = "contact_removed";
    /// The second factor was switched on.
    FactorOn = "second_factor_on";
    /// The second factor was switched off.
    FactorOff = "second_factor_off";
    /// The recovery codes were replaced.
    RecoveryRenewed = "recovery_codes_renewed";
    /// A recovery code was used.
    RecoveryUsed = "recovery_code_used";
    /// A passkey was added.
    PasskeyAdded = "passkey_added";
    /// A passkey was removed.
    PasskeyRemoved = "passkey_removed";
    /// A passkey was refused because its count of uses went back: there may be a copy of it.
    PasskeySuspect = "passkey_suspect";
}

impl FromStr for SecurityKind {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let known = Self::ALL.iter().find(|kind| kind.as_str() == text);
        known.copied().ok_or_else(|| StoreError::corrupt("a security event's kind"))
    }
}

/// Keeps the security log. Its rows are written by the verbs that do what they are about, in the same
/// transaction; the oldest go after [`SECURITY_KEPT`], or above [`SECURITY_ROWS`].
#[async_trait]
pub trait SecurityLog: Send + Sync {
    /// The person's events before that one, the newest first.
    async fn list_security(
        &self,
        user_id: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<SecurityEvent>, StoreError>;
}
