//! What matching must know of a person: the few facts that a fit is scored by, without the words of a
//! profile. Stores keep them in light rows.

use super::{Age, Languages, Profile, TimeZoneName};
use chatlink_protocol::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The facts of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Traits {
    /// Told by a host's token, or derived from the birth date.
    pub age: Age,
    /// Where the person's clock stands.
    pub time_zone: Option<TimeZoneName>,
    /// What the person speaks and learns.
    pub languages: Languages,
    /// Lower-case words.
    pub interests: Vec<String>,
    /// The [`day`] on which the person was last here.
    pub active_day: i64,
    /// Whether they show when they were here last.
    pub shows_activity: bool,
}

/// UTC days since 1970.
#[must_use]
pub const fn day(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY.as_micros() as i64)
}

impl Profile {
    /// What matching must know of the person.
    #[must_use]
    pub fn traits(&self) -> Traits {
        Traits {
            age: self.age,
            time_zone: self.time_zone.clone(),
            languages: self.languages.clone(),
            interests: self.interests.clone(),
            active_day: day(self.active_at.unwrap_or(self.created_at)),
            shows_activity: self.shows_activity,
        }
    }
}
