//! People: oneself, others, and who might fit.

use super::{Api, Page, Path};
use crate::{ClientError, transport::Method};
use chatlink_protocol::{
    Timestamp, UserId,
    room::{Avatar, Person},
};
use serde::{Deserialize, Serialize};

/// A language that somebody learns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearningLanguage {
    /// ISO 639.
    pub language: String,
    /// CEFR, `A1` to `C2`.
    pub level: String,
}

/// What others see of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The person.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// `None`: initials stand for it.
    pub avatar: Option<Avatar>,
    /// In the person's own words; may be empty.
    pub about: String,
    /// A short line; may be empty.
    pub status: String,
    /// Single words.
    pub interests: Vec<String>,
    /// ISO 639.
    pub native_languages: Vec<String>,
    /// With levels.
    pub learning_languages: Vec<LearningLanguage>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// IANA.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// `13_15`, `16_17`, `18_plus` or `unknown`.
    pub age_band: String,
    /// When the person was last here, as exactly as is shown.
    #[serde(default)]
    pub active_at: Option<Timestamp>,
}

/// What one sees of oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// What others see.
    #[serde(flatten)]
    pub profile: Profile,
    /// How one is reached; nobody else sees them.
    pub contacts: Vec<Contact>,
    /// `1990-05-17`.
    #[serde(default)]
    pub birth_date: Option<String>,
    /// Since when one is here.
    pub created_at: Timestamp,
}

/// A proved contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// `email` or `mobile`.
    pub kind: String,
    /// The address or the number.
    pub value: String,
    /// When a code proved it.
    pub verified_at: Timestamp,
}

/// A change of one's profile: what is `None` stays.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the members of `Profile`")]
pub struct ProfileChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interests: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Which people: all of whom match where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct MatchFilter {
    /// Who learn this.
    pub learning: Option<String>,
    /// Who speak this natively.
    pub native: Option<String>,
    /// Who are this far at least, `A1` to `C2`.
    pub min_level: Option<String>,
    /// Who live there.
    pub country: Option<String>,
}

/// Somebody who might fit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Match {
    /// The person.
    pub user: Profile,
    /// Each speaks what the other learns.
    pub mutual: bool,
    /// How well it fits; more is better.
    pub score: i64,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Words to begin with.
    #[serde(default)]
    pub opener: Option<Opener>,
}

/// Why somebody is suggested.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// Natively.
    SpeaksWhatYouLearn {
        /// ISO 639.
        language: String,
    },
    /// With this level by now.
    LearnsWhatYouSpeak {
        /// ISO 639.
        language: String,
        /// CEFR.
        level: String,
    },
    /// Both named it.
    SharedInterest {
        /// The word.
        interest: String,
    },
    /// So many hours between the two clocks, rounded up.
    NearTimeZone {
        /// Hours.
        hours: u32,
    },
    /// Was here within a week.
    RecentlyActive,
    /// A reason of a later version: to be passed over.
    #[serde(other)]
    Unknown,
}

/// Words to begin a conversation with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Opener {
    /// ISO 639.
    pub language: String,
    /// The words.
    pub text: String,
}

/// Somebody whom one blocks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Block {
    /// The person.
    pub user: Person,
}

impl Api {
    /// Whom one blocks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn blocks(&self, cursor: Option<&str>) -> Result<Page<Block>, ClientError> {
        self.get(Path::new("/v1/blocks").query("cursor", cursor)).await
    }

    /// Oneself.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get(Path::new("/v1/me")).await
    }

    /// Changes one's profile.
    ///
    /// # Errors
    /// Fields that break their rules.
    pub async fn change_profile(&self, change: &ProfileChange) -> Result<Me, ClientError> {
        self.ask(Method::Patch, Path::new("/v1/me"), change).await
    }

    /// Says anew what one speaks and learns.
    ///
    /// # Errors
    /// Fields that break their rules.
    pub async fn change_languages(&self, native: &[String], learning: &[LearningLanguage]) -> Result<Me, ClientError> {
        let body = serde_json::json!({ "native_languages": native, "learning_languages": learning });
        self.ask(Method::Put, Path::new("/v1/me/languages"), &body).await
    }

    /// A person.
    ///
    /// # Errors
    /// There is none, for this caller.
    pub async fn profile(&self, id: UserId) -> Result<Profile, ClientError> {
        self.get(Path::new("/v1/users").then(id)).await
    }

    /// People who might fit, the best first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn matches(&self, filter: &MatchFilter, cursor: Option<&str>) -> Result<Page<Match>, ClientError> {
        let path = Path::new("/v1/matches")
            .query("learning", filter.learning.as_deref())
            .query("native", filter.native.as_deref())
            .query("min_level", filter.min_level.as_deref())
            .query("country", filter.country.as_deref())
            .query("cursor", cursor);
        self.get(path).await
    }

    /// Blocks a person: neither reaches the other any more. Repeating it does no harm.
    ///
    /// # Errors
    /// There is no such person.
    pub async fn block(&self, id: UserId) -> Result<(), ClientError> {
        self.tell(Method::Put, Path::new("/v1/blocks").then(id), None::<&()>).await
    }

    /// Takes a block off.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn unblock(&self, id: UserId) -> Result<(), ClientError> {
        self.tell(Method::Delete, Path::new("/v1/blocks").then(id), None::<&()>).await
    }
}
