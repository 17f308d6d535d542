//! What people hand in, as it came over the wire, and what they are answered.

use chatlink_protocol::{SessionId, Timestamp, UserId};
use std::fmt;
use uuid::Uuid;

/// An attempt was started, or its code sent again. The same members whoever the contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The attempt: a `RegistrationId` or a `ResetId`.
    pub id: Uuid,
    /// When the code may be sent again; `None`: not any more.
    pub resend_at: Option<Timestamp>,
    /// When the code is no good any more.
    pub expires_at: Timestamp,
}

/// A code was right.
#[derive(Clone)]
pub struct Verified {
    /// The single-use right to complete the attempt.
    pub proof: String,
    /// Until when.
    pub complete_by: Timestamp,
}

/// What completes a registration, as it came over the wire.
#[derive(Clone, Default)]
pub struct RegistrationForm {
    /// What `verify` answered.
    pub proof: String,
    /// How the session is to be held.
    pub grant: Grant,
    /// The unique name.
    pub username: String,
    /// The password.
    pub password: String,
    /// The name shown.
    pub display_name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA.
    pub time_zone: Option<String>,
    /// Codes.
    pub native_languages: Vec<String>,
    /// Codes and levels.
    pub learning_languages: Vec<(String, String)>,
}

impl RegistrationForm {
    /// A form on the strength of a proof; the name shown is the username until another is set.
    #[must_use]
    pub fn new(proof: impl Into<String>, username: &str, password: impl Into<String>) -> Self {
        Self {
            proof: proof.into(),
            username: username.to_owned(),
            display_name: username.to_owned(),
            password: password.into(),
            ..Self::default()
        }
    }

    /// With this birth date, `YYYY-MM-DD`.
    #[must_use]
    pub fn born(self, birth_date: impl Into<String>) -> Self {
        Self { birth_date: birth_date.into(), ..self }
    }

    /// With this country, ISO 3166-1 alpha-2.
    #[must_use]
    pub fn from(self, country: impl Into<String>) -> Self {
        Self { country: country.into(), ..self }
    }

    /// With these native languages.
    #[must_use]
    pub fn speaking<'a>(self, languages: impl IntoIterator<Item = &'a str>) -> Self {
        Self { native_languages: languages.into_iter().map(str::to_owned).collect(), ..self }
    }

    /// With these languages that are learnt, and their levels.
    #[must_use]
    pub fn learning<'a>(self, languages: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(language, level): (&str, &str)| (language.to_owned(), level.to_owned());
        Self { learning_languages: languages.into_iter().map(owned).collect(), ..self }
    }
}

/// A login.
#[derive(Clone, Default)]
pub struct LoginForm {
    /// Username, e-mail address or mobile number.
    pub login: String,
    /// The password.
    pub password: String,
    /// A code of the authenticator app, or a recovery code; asked for where it is on.
    pub second_factor: Option<String>,
    /// How the session is to be held.
    pub grant: Grant,
}

/// How a session is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Access and refresh tokens, for apps.
    #[default]
    Token,
    /// A cookie, for browsers.
    Cookie,
}

impl Grant {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Cookie => "cookie",
        }
    }
}

/// A person is logged in.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// Who.
    pub user_id: UserId,
    /// The username, as it was chosen.
    pub username: String,
    /// The session.
    pub session: Granted,
}

/// A session and what holds it.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The session.
    pub session_id: SessionId,
    /// What holds it.
    pub held: Held,
}

/// What holds a session. `Debug` shows no secret.
#[derive(Clone)]
pub enum Held {
    /// For apps.
    Tokens {
        /// A JWT, good until `access_expires_at`.
        access_token: String,
        /// When it ends.
        access_expires_at: Timestamp,
        /// Good once.
        refresh_token: String,
    },
    /// For browsers.
    Cookie {
        /// The cookie's value.
        token: String,
        /// Sent back with every changing call.
        csrf_token: String,
        /// The session's absolute end: the cookie need not live longer.
        expires_at: Timestamp,
    },
}

/// A session in its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session_id: SessionId,
    /// The login.
    pub created_at: Timestamp,
    /// The last use, to some minutes.
    pub last_used_at: Timestamp,
    /// The one that asks.
    pub current: bool,
    /// A few words about the device.
    pub device: String,
    /// How it is held.
    pub grant: Grant,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(complete_by {})", self.complete_by)
    }
}

impl fmt::Debug for RegistrationForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistrationForm(…)")
    }
}

impl fmt::Debug for LoginForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginForm(…)")
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens { access_expires_at, .. } => write!(f, "Tokens(until {access_expires_at})"),
            Self::Cookie { expires_at, .. } => write!(f, "Cookie(until {expires_at})"),
        }
    }
}
