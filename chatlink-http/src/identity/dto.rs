//! Identity on the wire.

use crate::people::LearningLanguage;
use chatlink_core::identity::{Grant, Reauth, RegistrationForm, SessionView, Started, Verified};
use chatlink_protocol::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema)]
pub(super) struct StartRegistration {
    /// An e-mail address, or a mobile number with its country code.
    pub(super) contact: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct StartReset {
    /// Username, e-mail address or mobile number.
    pub(super) login: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct VerifyCode {
    /// The digits; spaces and dashes do not matter.
    pub(super) code: String,
}

/// An attempt. The same members whether the contact is known or not.
#[derive(Serialize, ToSchema)]
pub(super) struct Attempt {
    id: Uuid,
    /// When the code may be sent again; absent: not any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    resend_at: Option<Timestamp>,
    /// When the code is no good any more.
    expires_at: Timestamp,
}

/// The right to complete an attempt.
#[derive(Serialize, ToSchema)]
pub(super) struct Proof {
    /// Good once.
    proof: String,
    complete_by: Timestamp,
}

/// What completes a registration. Missing fields are refused with all other invalid ones.
#[derive(Deserialize, ToSchema)]
pub(super) struct CompleteRegistration {
    /// What `verify` answered.
    proof: String,
    /// `token` (the default) or `cookie`.
    pub(super) grant: Option<String>,
    /// A letter, then 2 to 29 of letters, digits, dots and underscores.
    #[serde(default)]
    #[schema(required = true)]
    username: String,
    /// 10 characters to 1024 bytes.
    #[serde(default)]
    #[schema(required = true, format = Password)]
    password: String,
    /// 1 to 50 characters.
    #[serde(default)]
    #[schema(required = true)]
    display_name: String,
    /// YYYY-MM-DD. Nobody else ever sees it.
    #[serde(default)]
    #[schema(required = true)]
    birth_date: String,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(required = true)]
    country: String,
    /// IANA.
    time_zone: Option<String>,
    /// ISO 639-1, or 639-3 where there is none.
    #[serde(default)]
    #[schema(required = true)]
    native_languages: Vec<String>,
    #[serde(default)]
    #[schema(required = true)]
    learning_languages: Vec<LearningLanguage>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    /// Username, e-mail address or mobile number.
    pub(super) login: String,
    #[schema(format = Password)]
    pub(super) password: String,
    /// A code of the authenticator app, or a recovery code: where the login was refused with
    /// `second_factor_required`.
    pub(super) second_factor: Option<String>,
    /// `token` (the default) or `cookie`.
    pub(super) grant: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Refresh {
    pub(super) refresh_token: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct CompleteReset {
    /// What `verify` answered.
    pub(super) proof: String,
    #[schema(format = Password)]
    pub(super) password: String,
    /// A code of the authenticator app, or a recovery code: where the account asks for one.
    pub(super) second_factor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    /// The present one.
    #[schema(format = Password)]
    pub(super) password: String,
    #[schema(format = Password)]
    pub(super) new_password: String,
    /// A code of the authenticator app, or a recovery code: where the account asks for one.
    pub(super) second_factor: Option<String>,
}

/// The present password, and the second factor where it is on.
#[derive(Deserialize, ToSchema)]
pub(super) struct OwnerProof {
    #[schema(format = Password)]
    password: String,
    /// A code of the authenticator app, or a recovery code.
    second_factor: Option<String>,
}

/// A person is logged in.
#[derive(Serialize, ToSchema)]
pub(super) struct LoggedInAnswer {
    pub(super) user: LoggedInUser,
    pub(super) session: Session,
    /// With `grant: cookie`: sent back as `X-CSRF-Token` with every method but GET and HEAD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) csrf_token: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LoggedInUser {
    pub(super) id: UserId,
    pub(super) username: String,
}

/// A session, and with `grant: token` what holds it.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    pub(super) id: SessionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) access_expires_at: Option<Timestamp>,
    /// Good once: its second use ends the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RefreshAnswer {
    pub(super) session: Session,
}

/// The caller's sessions, the last used first.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionList {
    pub(super) items: Vec<SessionItem>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SessionItem {
    id: SessionId,
    created_at: Timestamp,
    /// To some minutes.
    last_used_at: Timestamp,
    /// The one that asks.
    current: bool,
    /// `Firefox on Linux`.
    device: String,
    /// `token` or `cookie`.
    grant: &'static str,
}

impl CompleteRegistration {
    pub(super) fn into_form(self, grant: Grant) -> RegistrationForm {
        RegistrationForm {
            proof: self.proof,
            grant,
            username: self.username,
            password: self.password,
            display_name: self.display_name,
            birth_date: self.birth_date,
            country: self.country,
            time_zone: self.time_zone,
            native_languages: self.native_languages,
            learning_languages: self.learning_languages.into_iter().map(|it| (it.language, it.level)).collect(),
        }
    }
}

impl From<OwnerProof> for Reauth {
    fn from(proof: OwnerProof) -> Self {
        Self { password: proof.password, second_factor: proof.second_factor }
    }
}

impl From<Started> for Attempt {
    fn from(started: Started) -> Self {
        Self { id: started.id, resend_at: started.resend_at, expires_at: started.expires_at }
    }
}

impl From<Verified> for Proof {
    fn from(verified: Verified) -> Self {
        Self { proof: verified.proof, complete_by: verified.complete_by }
    }
}

impl From<SessionView> for SessionItem {
    fn from(view: SessionView) -> Self {
        Self {
            id: view.session_id,
            created_at: view.created_at,
            last_used_at: view.last_used_at,
            current: view.current,
            device: view.device,
            grant: view.grant.as_str(),
        }
    }
}
