//! Coming in and going: registration, login, sessions.

use super::{Api, Open, Path, call, make, people::LearningLanguage};
use crate::{ClientError, Secret, transport::Method};
use chatlink_protocol::{RegistrationId, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A code is on its way to a contact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attempt {
    /// The attempt's name. It grants nothing.
    pub id: RegistrationId,
    /// When another code may be asked for; `None`: no more.
    pub resend_at: Option<Timestamp>,
    /// When the attempt is over.
    pub expires_at: Timestamp,
}

/// What a right code gives: the right to complete the attempt, once.
#[derive(Clone, Debug, Deserialize)]
pub struct Proof {
    /// To be shown.
    pub proof: Secret,
    /// Until when.
    pub complete_by: Timestamp,
}

/// Who somebody wants to be.
#[derive(Clone, Debug, Serialize)]
pub struct Completion {
    /// `[a-z][a-z0-9_.]{2,29}`.
    pub username: String,
    /// Strong enough, says the server.
    pub password: Secret,
    /// The name that others see.
    pub display_name: String,
    /// `1990-05-17`.
    pub birth_date: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA: `Europe/Berlin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// ISO 639.
    pub native_languages: Vec<String>,
    /// What one learns, and how far one is.
    pub learning_languages: Vec<LearningLanguage>,
}

/// Somebody's login.
#[derive(Clone, Debug, Serialize)]
pub struct Login {
    /// Username, e-mail address or mobile number.
    pub login: String,
    /// The password.
    pub password: Secret,
    /// Where the account asks for one (`second_factor_required`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<Secret>,
}

/// A fresh session.
#[derive(Clone, Debug, Deserialize)]
pub struct Granted {
    /// The session.
    pub id: SessionId,
    /// What it is held by.
    #[serde(flatten)]
    pub tokens: Tokens,
}

/// What a session is held by.
#[derive(Clone, Debug, Deserialize)]
pub struct Tokens {
    /// Proves the caller for some minutes.
    pub access_token: Secret,
    /// Good for one renewal.
    pub refresh_token: Secret,
    /// When the access token ends, by the server's clock.
    pub access_expires_at: Option<Timestamp>,
}

/// Who came in.
#[derive(Debug, Deserialize)]
pub(crate) struct LoggedIn {
    pub(crate) user: LoggedInUser,
    pub(crate) session: Granted,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LoggedInUser {
    pub(crate) id: UserId,
}

/// One of the person's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SessionItem {
    /// The session.
    pub id: SessionId,
    /// What the device said of itself.
    pub device: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Last used.
    pub last_used_at: Timestamp,
    /// Whether it is this one.
    pub current: bool,
}

impl Open {
    /// Sends a code to a contact: an e-mail address or a mobile number.
    ///
    /// # Errors
    /// The contact is none, or too many codes were asked for.
    pub async fn start_registration(&self, contact: &str) -> Result<Attempt, ClientError> {
        self.post(Path::new("/v1/registrations"), &json!({ "contact": contact })).await
    }

    /// Sends another code.
    ///
    /// # Errors
    /// Too early, or the attempt is over.
    pub async fn resend(&self, id: RegistrationId) -> Result<Attempt, ClientError> {
        self.post(Path::new("/v1/registrations").then(id).then("resend"), &json!({})).await
    }

    /// Shows the code.
    ///
    /// # Errors
    /// It is wrong (`code_wrong`, with the tries that are left), or the attempt is over.
    pub async fn verify(&self, id: RegistrationId, code: &Secret) -> Result<Proof, ClientError> {
        self.post(Path::new("/v1/registrations").then(id).then("verify"), &json!({ "code": code })).await
    }

    pub(crate) async fn complete(
        &self,
        id: RegistrationId,
        proof: &Secret,
        form: &Completion,
    ) -> Result<LoggedIn, ClientError> {
        #[derive(Serialize)]
        struct Body<'a> {
            proof: &'a Secret,
            #[serde(flatten)]
            form: &'a Completion,
        }
        self.post(Path::new("/v1/registrations").then(id).then("complete"), &Body { proof, form }).await
    }

    pub(crate) async fn log_in(&self, login: &Login) -> Result<LoggedIn, ClientError> {
        self.post(Path::new("/v1/sessions"), login).await
    }

    pub(crate) async fn refresh(&self, refresh_token: Secret) -> Result<Granted, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            session: Granted,
        }
        let path = Path::new("/v1/sessions/refresh");
        let answer: Answer = self.post(path, &json!({ "refresh_token": refresh_token })).await?;
        Ok(answer.session)
    }

    pub(crate) async fn log_out(&self, bearer: Secret) -> Result<(), ClientError> {
        let call = call(Method::Post, Path::new("/v1/sessions/logout"), None::<&()>)?;
        make(self.transport.as_ref(), crate::transport::Call { bearer: Some(bearer), ..call }).await.map(drop)
    }
}

impl Api {
    /// The person's sessions, the last used first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn sessions(&self) -> Result<Vec<SessionItem>, ClientError> {
        #[derive(Deserialize)]
        struct List {
            items: Vec<SessionItem>,
        }
        self.get::<List>(Path::new("/v1/sessions")).await.map(|list| list.items)
    }

    /// Ends one of the person's sessions.
    ///
    /// # Errors
    /// None of theirs.
    pub async fn revoke_session(&self, id: SessionId) -> Result<(), ClientError> {
        self.tell(Method::Delete, Path::new("/v1/sessions").then(id), None::<&()>).await
    }

    /// Ends all sessions but this one.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn revoke_other_sessions(&self) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/sessions/revoke-others"), None::<&()>).await
    }
}
