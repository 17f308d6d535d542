//! People.

use crate::{time::at, v1};
use chatlink_core::{
    contact::ContactKind,
    identity::VerifiedContact,
    people::{self, AgeBand, Brief, MatchReason, ProfileView},
};
use chatlink_protocol::{
    UserId,
    room::{Avatar, Person},
};
use std::collections::HashMap;

impl From<ProfileView> for v1::Profile {
    fn from(view: ProfileView) -> Self {
        Self {
            id: view.user_id.to_string(),
            username: view.username,
            display_name: view.display_name,
            age_band: band(view.age_band).to_owned(),
            country: view.country.map(|country| country.to_string()),
            time_zone: view.time_zone.map(|zone| zone.to_string()),
            native_languages: view.languages.native.iter().map(ToString::to_string).collect(),
            learning_languages: view.languages.learning.into_iter().map(Into::into).collect(),
            about: view.about,
            status: view.status,
            avatar: view.avatar.map(|version| version.addresses(view.user_id).into()),
            interests: view.interests,
            active_at: view.active_at.map(at),
        }
    }
}

const fn band(band: AgeBand) -> &'static str {
    match band {
        AgeBand::From13To15 => "13_15",
        AgeBand::From16To17 => "16_17",
        AgeBand::Adult => "18_plus",
        AgeBand::Unknown => "unknown",
    }
}

impl From<people::Learning> for v1::LearningLanguage {
    fn from(learning: people::Learning) -> Self {
        Self { language: learning.language.to_string(), level: learning.level.to_string() }
    }
}

impl From<Avatar> for v1::Avatar {
    fn from(avatar: Avatar) -> Self {
        Self { version: avatar.version, small: avatar.small, large: avatar.large }
    }
}

impl From<Person> for v1::Person {
    fn from(person: Person) -> Self {
        match person {
            Person::Known { id, username, display_name, avatar } => {
                Self { id: id.to_string(), deleted: false, username, display_name, avatar: avatar.map(Into::into) }
            }
            Person::Deleted { id, .. } => Self { id: id.to_string(), deleted: true, ..Self::default() },
        }
    }
}

/// The person among `briefs`.
pub(crate) fn person(id: UserId, briefs: &HashMap<UserId, Brief>) -> v1::Person {
    people::person(id, briefs).into()
}

/// The person as one who is gone, though he may be here: the room with him is severed.
pub(crate) fn severed(id: UserId) -> v1::Person {
    v1::Person { id: id.to_string(), deleted: true, ..v1::Person::default() }
}

impl From<VerifiedContact> for v1::Contact {
    fn from(contact: VerifiedContact) -> Self {
        let kind = match contact.contact.kind() {
            ContactKind::Email => "email",
            ContactKind::Mobile => "mobile",
        };
        Self {
            kind: kind.to_owned(),
            value: contact.contact.as_str().to_owned(),
            verified_at: Some(at(contact.verified_at)),
        }
    }
}

impl From<people::Match> for v1::Match {
    fn from(found: people::Match) -> Self {
        let opener = found.opener;
        Self {
            user: Some(found.user.into()),
            mutual: found.mutual,
            score: found.score.into(),
            reasons: found.reasons.into_iter().map(Into::into).collect(),
            opener: opener.map(|it| v1::Opener { language: it.language.to_string(), text: it.text }),
        }
    }
}

impl From<MatchReason> for v1::MatchReason {
    fn from(reason: MatchReason) -> Self {
        use v1::match_reason::Reason;
        Self {
            reason: Some(match reason {
                MatchReason::SpeaksWhatYouLearn(language) => Reason::SpeaksWhatYouLearn(language.to_string()),
                MatchReason::LearnsWhatYouSpeak(learning) => Reason::LearnsWhatYouSpeak(learning.into()),
                MatchReason::SharedInterest(interest) => Reason::SharedInterest(interest),
                MatchReason::NearTimeZone(hours) => Reason::NearTimeZone(hours.into()),
                MatchReason::RecentlyActive => Reason::RecentlyActive(true),
            }),
        }
    }
}

impl From<people::BlockRow> for v1::BlockItem {
    fn from(row: people::BlockRow) -> Self {
        let user = match row.brief {
            Some(brief) => v1::Person {
                id: row.user_id.to_string(),
                deleted: false,
                username: brief.username,
                display_name: brief.display_name,
                avatar: None,
            },
            None => v1::Person { id: row.user_id.to_string(), deleted: true, ..v1::Person::default() },
        };
        Self { user: Some(user), blocked_at: Some(at(row.blocked_at)) }
    }
}
