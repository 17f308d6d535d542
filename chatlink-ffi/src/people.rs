//! People: oneself, others, and who might fit.

use chatlink_client::api;
use chatlink_protocol::{SessionId, Timestamp, UserId, room::Avatar};

/// Who is logged in here, and by which session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Identity {
    /// The person.
    pub user_id: UserId,
    /// The device.
    pub session_id: SessionId,
}

/// A language that somebody learns.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LearningLanguage {
    /// ISO 639.
    pub language: String,
    /// CEFR, `A1` to `C2`.
    pub level: String,
}

/// A picture of a person or a group. Its addresses are below the server's base and want the caller's login.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Picture {
    /// Another picture has another.
    pub version: String,
    /// 96 pixels square.
    pub small: String,
    /// 384 pixels square.
    pub large: String,
}

/// What others see of a person.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Profile {
    /// The person.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// Nothing: initials stand for it.
    pub picture: Option<Picture>,
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
    pub country: Option<String>,
    /// IANA.
    pub time_zone: Option<String>,
    /// `13_15`, `16_17`, `18_plus` or `unknown`.
    pub age_band: String,
    /// When the person was last here, as exactly as is shown.
    pub active_at: Option<Timestamp>,
}

/// What one sees of oneself.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Me {
    /// What others see.
    pub profile: Profile,
    /// How one is reached; nobody else sees them.
    pub contacts: Vec<Contact>,
    /// `1990-05-17`.
    pub birth_date: Option<String>,
    /// Since when one is here.
    pub created_at: Timestamp,
}

/// A proved contact.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// `email` or `mobile`.
    pub kind: String,
    /// The address or the number.
    pub value: String,
    /// When a code proved it.
    pub verified_at: Timestamp,
}

/// A change of one's profile: what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
#[allow(missing_docs, reason = "the members of `Profile`")]
pub struct ProfileChange {
    #[uniffi(default = None)]
    pub display_name: Option<String>,
    #[uniffi(default = None)]
    pub about: Option<String>,
    #[uniffi(default = None)]
    pub status: Option<String>,
    #[uniffi(default = None)]
    pub interests: Option<Vec<String>>,
    #[uniffi(default = None)]
    pub country: Option<String>,
    #[uniffi(default = None)]
    pub time_zone: Option<String>,
}

/// Which people: all of whom match where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct MatchFilter {
    /// Who learn this.
    #[uniffi(default = None)]
    pub learning: Option<String>,
    /// Who speak this natively.
    #[uniffi(default = None)]
    pub native: Option<String>,
    /// Who are this far at least, `A1` to `C2`.
    #[uniffi(default = None)]
    pub min_level: Option<String>,
    /// Who live there.
    #[uniffi(default = None)]
    pub country: Option<String>,
}

/// People who might fit, the best first.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct MatchPage {
    /// Who is on it.
    pub items: Vec<Match>,
    /// Where the next page begins; nothing: this is the last one.
    pub next_cursor: Option<String>,
}

/// Somebody who might fit.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Match {
    /// The person.
    pub user: Profile,
    /// Each speaks what the other learns.
    pub mutual: bool,
    /// How well it fits; more is better.
    pub score: i64,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Words to begin with, in a language that the person speaks or learns.
    pub opener: Option<String>,
}

/// Why somebody is suggested.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
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
    Unknown,
}

impl From<chatlink_client::Identity> for Identity {
    fn from(identity: chatlink_client::Identity) -> Self {
        Self { user_id: identity.user_id, session_id: identity.session_id }
    }
}

impl From<api::LearningLanguage> for LearningLanguage {
    fn from(learning: api::LearningLanguage) -> Self {
        Self { language: learning.language, level: learning.level }
    }
}

impl From<LearningLanguage> for api::LearningLanguage {
    fn from(learning: LearningLanguage) -> Self {
        Self { language: learning.language, level: learning.level }
    }
}

impl From<Avatar> for Picture {
    fn from(avatar: Avatar) -> Self {
        Self { version: avatar.version, small: avatar.small, large: avatar.large }
    }
}

impl From<api::Profile> for Profile {
    fn from(profile: api::Profile) -> Self {
        Self {
            id: profile.id,
            username: profile.username,
            display_name: profile.display_name,
            picture: profile.avatar.map(Into::into),
            about: profile.about,
            status: profile.status,
            interests: profile.interests,
            native_languages: profile.native_languages,
            learning_languages: profile.learning_languages.into_iter().map(Into::into).collect(),
            country: profile.country,
            time_zone: profile.time_zone,
            age_band: profile.age_band,
            active_at: profile.active_at,
        }
    }
}

impl From<api::Me> for Me {
    fn from(me: api::Me) -> Self {
        Self {
            profile: me.profile.into(),
            contacts: me.contacts.into_iter().map(Into::into).collect(),
            birth_date: me.birth_date,
            created_at: me.created_at,
        }
    }
}

impl From<api::Contact> for Contact {
    fn from(contact: api::Contact) -> Self {
        Self { kind: contact.kind, value: contact.value, verified_at: contact.verified_at }
    }
}

impl From<ProfileChange> for api::ProfileChange {
    fn from(change: ProfileChange) -> Self {
        Self {
            display_name: change.display_name,
            about: change.about,
            status: change.status,
            interests: change.interests,
            country: change.country,
            time_zone: change.time_zone,
        }
    }
}

impl From<MatchFilter> for api::MatchFilter {
    fn from(filter: MatchFilter) -> Self {
        Self { learning: filter.learning, native: filter.native, min_level: filter.min_level, country: filter.country }
    }
}

impl From<api::Page<api::Match>> for MatchPage {
    fn from(page: api::Page<api::Match>) -> Self {
        Self { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }
    }
}

impl From<api::Match> for Match {
    fn from(found: api::Match) -> Self {
        Self {
            user: found.user.into(),
            mutual: found.mutual,
            score: found.score,
            reasons: found.reasons.into_iter().map(Into::into).collect(),
            opener: found.opener.map(|opener| opener.text),
        }
    }
}

impl From<api::Reason> for Reason {
    fn from(reason: api::Reason) -> Self {
        match reason {
            api::Reason::SpeaksWhatYouLearn { language } => Self::SpeaksWhatYouLearn { language },
            api::Reason::LearnsWhatYouSpeak { language, level } => Self::LearnsWhatYouSpeak { language, level },
            api::Reason::SharedInterest { interest } => Self::SharedInterest { interest },
            api::Reason::NearTimeZone { hours } => Self::NearTimeZone { hours },
            api::Reason::RecentlyActive => Self::RecentlyActive,
            api::Reason::Unknown => Self::Unknown,
        }
    }
}
