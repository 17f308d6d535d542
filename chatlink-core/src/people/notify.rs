//! Of which messages a person is told, and at which hours of nothing. The rule that puts it together with a room's own
//! settings is [`notifies`](crate::rooms::notifies).

use super::{Patch, TimeZoneName};
use crate::error::Invalid;
use chatlink_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Of which messages a person is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// Of every one.
    #[default]
    All,
    /// Of those that name the person or all, and of all from the one other person of a direct room.
    Mentions,
    /// Of none: the room is as a muted one.
    None,
}

/// What holds in every room that says nothing else itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Alerts {
    /// Of which messages.
    pub notify: Notify,
    /// When of none, every day.
    pub quiet_hours: Option<QuietHours>,
}

/// The hours of every day at which nothing is told, on the clock of one place: from `from` until before `to`, which may
/// lie behind midnight. They are never empty and never the whole day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuietHours {
    from: TimeOfDay,
    to: TimeOfDay,
    time_zone: TimeZoneName,
}

/// A minute of a day, as a clock on the wall shows it: `HH:MM`, 00:00 to 23:59.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

/// Quiet hours as they came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietHoursForm {
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`, another one.
    pub to: String,
    /// An IANA name.
    pub time_zone: String,
}

impl Alerts {
    /// Whether nothing is told at this hour.
    #[must_use]
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.quiet_hours.as_ref().is_some_and(|hours| hours.hold(now))
    }
}

impl QuietHours {
    /// The hours, unless they would have no end.
    ///
    /// # Errors
    /// Field `quiet_hours.to`: both are the same.
    pub fn new(from: TimeOfDay, to: TimeOfDay, time_zone: TimeZoneName) -> Result<Self, Invalid> {
        match from == to {
            true => Err(Invalid::field("quiet_hours.to", "same_time", "another time than the beginning")),
            false => Ok(Self { from, to, time_zone }),
        }
    }

    /// When they begin.
    #[must_use]
    pub const fn from(&self) -> TimeOfDay {
        self.from
    }

    /// When they are over.
    #[must_use]
    pub const fn to(&self) -> TimeOfDay {
        self.to
    }

    /// Whose clock.
    #[must_use]
    pub const fn time_zone(&self) -> &TimeZoneName {
        &self.time_zone
    }

    /// Whether `now` is one of them. The clock on the wall decides: an hour that comes twice is quiet twice, and where
    /// one is left out, hours that begin in it begin with the next.
    #[must_use]
    pub fn hold(&self, now: Timestamp) -> bool {
        let at = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or_default();
        let clock = TimeOfDay::of(at.to_zoned(self.time_zone.zone()).time());
        match self.from < self.to {
            true => self.from <= clock && clock < self.to,
            false => self.from <= clock || clock < self.to,
        }
    }
}

impl QuietHoursForm {
    /// Checks all fields at once.
    pub(super) fn parse(&self) -> Result<QuietHours, Invalid> {
        let mut invalid = Invalid::default();
        let from = invalid.take(time("quiet_hours.from", &self.from));
        let to = invalid.take(time("quiet_hours.to", &self.to));
        let zone = self.time_zone.parse::<TimeZoneName>();
        let zone =
            zone.map_err(|_| Invalid::field("quiet_hours.time_zone", "unknown_time_zone", "an IANA time zone name"));
        match (from, to, invalid.take(zone)) {
            (Some(from), Some(to), Some(zone)) => QuietHours::new(from, to, zone),
            _ => Err(invalid),
        }
    }
}

/// The new hours; `Some(None)`: none any more.
pub(super) fn parse_quiet_hours(patch: Patch<QuietHoursForm>) -> Result<Option<Option<QuietHours>>, Invalid> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Clear => Ok(Some(None)),
        Patch::Set(form) => form.parse().map(|hours| Some(Some(hours))),
    }
}

fn time(field: &str, text: &str) -> Result<TimeOfDay, Invalid> {
    text.parse().map_err(|()| Invalid::field(field, "bad_time", "HH:MM, 00:00 to 23:59"))
}

impl TimeOfDay {
    /// The minute with this number since midnight.
    #[must_use]
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes < 24 * 60 { Some(Self(minutes)) } else { None }
    }

    /// Minutes since midnight, as the clock counts them.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }

    fn of(time: jiff::civil::Time) -> Self {
        Self(time.hour().unsigned_abs() as u16 * 60 + time.minute().unsigned_abs() as u16)
    }
}

impl FromStr for TimeOfDay {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let (hour, minute) = text.split_once(':').filter(|(hour, minute)| digits(hour) && digits(minute)).ok_or(())?;
        let (hour, minute): (u16, u16) = (hour.parse().map_err(drop)?, minute.parse().map_err(drop)?);
        if hour < 24 && minute < 60 { Ok(Self(hour * 60 + minute)) } else { Err(()) }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Notify {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::None => "none",
        }
    }
}

impl FromStr for Notify {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::All, Self::Mentions, Self::None]
            .into_iter()
            .find(|notify| notify.as_str() == text)
            .ok_or_else(|| Invalid::field("notify", "unknown_notify", "all, mentions or none"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hours(from: &str, to: &str, zone: &str) -> QuietHours {
        let form = QuietHoursForm { from: from.to_owned(), to: to.to_owned(), time_zone: zone.to_owned() };
        form.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn they_pass_midnight() {
        let night = hours("22:00", "07:00", "UTC");
        for (quiet, time) in [
            (false, "21:59:59"),
            (true, "22:00:00"),
            (true, "23:59:59"),
            (true, "00:00:00"),
            (true, "06:59:59"),
            (false, "07:00:00"),
        ] {
            assert_eq!(night.hold(at(&format!("2026-11-28T{time}Z"))), quiet, "{time}");
        }
        let noon = hours("12:00", "13:30", "UTC");
        for (quiet, time) in [(false, "11:59:59"), (true, "12:00:00"), (true, "13:29:59"), (false, "13:30:00")] {
            assert_eq!(noon.hold(at(&format!("2026-11-28T{time}Z"))), quiet, "{time}");
        }
    }

    #[test]
    fn the_clock_on_the_wall_decides_when_it_is_put_forward_or_back() {
        // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
        let early = hours("02:30", "04:00", "Europe/Berlin");
        assert!(!early.hold(at("2026-03-29T00:59:59Z")), "01:59:59");
        assert!(early.hold(at("2026-03-29T01:00:00Z")), "03:00: half past two was left out");
        assert!(!early.hold(at("2026-03-29T02:00:00Z")), "04:00");
        // 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC, so that half past two comes twice.
        let twice = hours("02:15", "02:45", "Europe/Berlin");
        assert!(twice.hold(at("2026-10-25T00:30:00Z")) && twice.hold(at("2026-10-25T01:30:00Z")));
        assert!(!twice.hold(at("2026-10-25T00:50:00Z")) && !twice.hold(at("2026-10-25T01:50:00Z")));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let fields = |from: &str, to: &str, zone: &str| {
            let form = QuietHoursForm { from: from.to_owned(), to: to.to_owned(), time_zone: zone.to_owned() };
            let Invalid(errors) = form.parse().unwrap_err();
            errors.into_iter().map(|error| (error.field, error.code)).collect::<Vec<_>>()
        };
        let pair = |field: &str, code: &str| (field.to_owned(), code.to_owned());
        assert_eq!(fields("22:00", "22:00", "UTC"), [pair("quiet_hours.to", "same_time")]);
        assert_eq!(
            fields("24:00", "7:00", "Mars/Base"),
            [
                pair("quiet_hours.from", "bad_time"),
                pair("quiet_hours.to", "bad_time"),
                pair("quiet_hours.time_zone", "unknown_time_zone")
            ]
        );
        for bad in ["", ":", "1:00", "12:60", "12:0", "+1:00", "12:00:00", "１２:00", "-1:00"] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_day_falls_into_them_and_what_they_leave(from in 0u16..1440, length in 1u16..1440, minute in 0u16..1440) {
            let [from, to] = [from, (from + length) % 1440].map(|minutes| TimeOfDay::from_minutes(minutes).unwrap());
            let zone = || "UTC".parse::<TimeZoneName>().unwrap();
            let now = Timestamp::from_micros(i64::from(minute) * 60_000_000);
            let quiet = QuietHours::new(from, to, zone()).unwrap();
            let rest = QuietHours::new(to, from, zone()).unwrap();
            prop_assert_ne!(quiet.hold(now), rest.hold(now));
            prop_assert_eq!(quiet.hold(now), (minute + 1440 - from.minutes()) % 1440 < length);
        }

        #[test]
        fn a_time_is_what_it_says(minutes in 0u16..1440) {
            let time = TimeOfDay::from_minutes(minutes).unwrap();
            prop_assert_eq!(time.to_string().parse::<TimeOfDay>().unwrap(), time);
        }
    }
}
