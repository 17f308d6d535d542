//! People on the wire.

use chatlink_core::people::{self, AgeBand as CoreBand, ProfileView};
use chatlink_protocol::{Timestamp, UserId, room::Avatar};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person as others see them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Profile {
    id: UserId,
    #[schema(example = "maria_k")]
    username: String,
    display_name: String,
    age_band: AgeBand,
    /// ISO 3166-1 alpha-2; absent for a host's user who told none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "DE")]
    country: Option<String>,
    /// An IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// ISO 639-1, else 639-3.
    #[schema(example = json!(["de"]))]
    native_languages: Vec<String>,
    learning_languages: Vec<LearningLanguage>,
    about: String,
    /// A short line: what is on the person's mind.
    status: String,
    /// Null: initials stand for it.
    #[schema(required)]
    avatar: Option<Avatar>,
    interests: Vec<String>,
    /// The day on which the person was last here; absent when one of the two hides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_at: Option<Timestamp>,
}

/// A language and how well it is spoken.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct LearningLanguage {
    /// ISO 639-1, else 639-3.
    #[schema(example = "es")]
    pub(crate) language: String,
    /// CEFR: A1 to C2.
    #[schema(example = "B1")]
    pub(crate) level: String,
}

/// What stands for a person's age.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) enum AgeBand {
    #[serde(rename = "13_15")]
    From13To15,
    #[serde(rename = "16_17")]
    From16To17,
    #[serde(rename = "18_plus")]
    Adult,
    #[serde(rename = "unknown")]
    Unknown,
}

impl From<CoreBand> for AgeBand {
    fn from(band: CoreBand) -> Self {
        match band {
            CoreBand::From13To15 => Self::From13To15,
            CoreBand::From16To17 => Self::From16To17,
            CoreBand::Adult => Self::Adult,
            CoreBand::Unknown => Self::Unknown,
        }
    }
}

impl From<people::Learning> for LearningLanguage {
    fn from(learning: people::Learning) -> Self {
        Self { language: learning.language.to_string(), level: learning.level.to_string() }
    }
}

impl From<ProfileView> for Profile {
    fn from(view: ProfileView) -> Self {
        Self {
            id: view.user_id,
            username: view.username,
            display_name: view.display_name,
            age_band: view.age_band.into(),
            country: view.country.map(|country| country.to_string()),
            time_zone: view.time_zone.map(|zone| zone.to_string()),
            native_languages: view.languages.native.iter().map(ToString::to_string).collect(),
            learning_languages: view.languages.learning.into_iter().map(Into::into).collect(),
            about: view.about,
            status: view.status,
            avatar: view.avatar.map(|version| version.addresses(view.user_id)),
            interests: view.interests,
            active_at: view.active_at,
        }
    }
}
