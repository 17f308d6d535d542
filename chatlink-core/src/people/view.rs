//! What one person sees of another: never the birth date, only the band.

use super::{Age, AgeBand, AvatarVersion, Languages, Profile, TimeZoneName};
use crate::locale::Country;
use chatlink_protocol::{Timestamp, UserId, room::Person};
use std::{collections::HashMap, hash::BuildHasher, time::Duration};

/// A person as others see them.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileView {
    /// The account.
    pub user_id: UserId,
    /// The unique name.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// On the person's own calendar.
    pub age_band: AgeBand,
    /// Where the person lives.
    pub country: Option<Country>,
    /// Where the person's clock stands.
    pub time_zone: Option<TimeZoneName>,
    /// What the person speaks and learns.
    pub languages: Languages,
    /// Free words about oneself.
    pub about: String,
    /// A short line: what is on the person's mind.
    pub status: String,
    /// The picture; none: initials stand for it.
    pub avatar: Option<AvatarVersion>,
    /// Lower-case words.
    pub interests: Vec<String>,
    /// The beginning of the UTC day on which the person was last here; absent when one of the two
    /// hides it.
    pub active_at: Option<Timestamp>,
}

/// A person's names, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The account.
    pub user_id: UserId,
    /// The unique name.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// The picture; none: initials stand for it.
    pub avatar: Option<AvatarVersion>,
}

/// The person among `briefs`, as the wire has it; who is not there has no account any more.
#[must_use]
pub fn person<S: BuildHasher>(id: UserId, briefs: &HashMap<UserId, Brief, S>) -> Person {
    match briefs.get(&id) {
        Some(brief) => Person::Known {
            id,
            username: brief.username.clone(),
            display_name: brief.display_name.clone(),
            avatar: brief.avatar.map(|version| version.addresses(id)),
        },
        None => Person::Deleted { id, deleted: true },
    }
}

/// A person's own page: everything, the birth date too.
#[derive(Clone, Debug, PartialEq)]
pub struct Me {
    /// What others see.
    pub profile: ProfileView,
    /// Where the band comes from.
    pub age: Age,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl ProfileView {
    /// What a viewer sees who shows (`mutual`) or hides his own activity: privacy binds both ways.
    #[must_use]
    pub fn of(profile: Profile, mutual: bool, now: Timestamp) -> Self {
        let age_band = profile.band(now);
        Self {
            user_id: profile.user_id,
            username: profile.username,
            display_name: profile.display_name,
            age_band,
            country: profile.country,
            time_zone: profile.time_zone,
            languages: profile.languages,
            about: profile.about,
            status: profile.status,
            avatar: profile.avatar,
            interests: profile.interests,
            active_at: profile.active_at.filter(|_| mutual && profile.shows_activity).map(start_of_day),
        }
    }
}

impl Profile {
    /// The age band on the person's own calendar.
    #[must_use]
    pub fn band(&self, now: Timestamp) -> AgeBand {
        self.age.band(self.time_zone.as_ref(), now)
    }
}

/// Rounded down to the UTC day.
pub(super) fn start_of_day(at: Timestamp) -> Timestamp {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let micros = i64::try_from(DAY.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.as_micros().div_euclid(micros) * micros)
}
