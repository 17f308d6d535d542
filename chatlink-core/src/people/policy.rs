//! Who may meet whom: the one rule that profile view, matching, first contact and adding to groups ask.

use super::{Age, AgeBand, Languages, TimeZoneName, WriteFirst};
use chatlink_protocol::{Timestamp, UserId};
use jiff::{ToSpan as _, tz::TimeZone};

/// What the rule knows of a person's age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cohort {
    /// Below 18.
    Minor,
    /// 18 and older.
    Adult,
    /// Nobody told.
    Unknown,
}

/// One side of a meeting: an active account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub user_id: UserId,
    /// The band on their own calendar now.
    pub band: AgeBand,
}

/// What stands between two people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// One of them blocked the other, whichever.
    pub blocked: bool,
}

/// What the deployment says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Adults and minors may meet.
    pub minors_meet_adults: bool,
}

/// Whether these two may see, match and contact each other. Refused means absent: the caller answers
/// as if the other did not exist. Symmetric; nobody meets himself.
#[must_use]
pub fn may_meet(one: Party, other: Party, between: Between, rules: Rules) -> bool {
    one.user_id != other.user_id
        && !between.blocked
        && (rules.minors_meet_adults || ages_allow(one.band.cohort(), other.band.cohort()))
}

/// Whether somebody of these languages may turn first to a person who says so, and whose languages are `theirs`. Asked
/// of those alone who may meet.
#[must_use]
pub fn may_write_first(says: WriteFirst, mine: &Languages, theirs: &Languages) -> bool {
    match says {
        WriteFirst::Everyone => true,
        WriteFirst::Nobody => false,
        WriteFirst::SharedLanguage => mine.all().any(|language| theirs.all().any(|their| their == language)),
    }
}

/// Adults and minors do not meet. Who is unknown counts as a minor towards adults and as an adult
/// towards minors, so that only the unknown remain for him.
const fn ages_allow(one: Cohort, other: Cohort) -> bool {
    use Cohort::{Adult, Minor, Unknown};
    match (one, other) {
        (Adult, Adult) | (Minor, Minor) | (Unknown, Unknown) => true,
        (Adult, Minor | Unknown) | (Minor, Adult | Unknown) | (Unknown, Adult | Minor) => false,
    }
}

impl Rules {
    /// The cohorts whose people one of `cohort` may meet.
    #[must_use]
    pub fn open_to(self, cohort: Cohort) -> Vec<Cohort> {
        let may = |other: &Cohort| self.minors_meet_adults || ages_allow(cohort, *other);
        Cohort::ALL.into_iter().filter(may).collect()
    }
}

impl Cohort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Minor, Self::Adult, Self::Unknown];
}

impl AgeBand {
    /// What the rules see of the band.
    #[must_use]
    pub const fn cohort(self) -> Cohort {
        match self {
            Self::From13To15 | Self::From16To17 => Cohort::Minor,
            Self::Adult => Cohort::Adult,
            Self::Unknown => Cohort::Unknown,
        }
    }
}

impl Age {
    /// The instant from which [`band`](Self::band) answers adult, where it is known.
    #[must_use]
    pub fn of_age_at(&self, zone: Option<&TimeZoneName>) -> Option<Timestamp> {
        let Self::Born(date) = self else { return None };
        let zone = zone.map_or_else(|| TimeZone::fixed(jiff::tz::offset(-12)), TimeZoneName::zone);
        let day = date.checked_add(18.years()).ok()?;
        // 18 years after a 29 February is no leap year: jiff answers the 28th, the rule says 1 March.
        let day = if day.day() == date.day() { day } else { day.tomorrow().ok()? };
        let start = day.to_zoned(zone).ok()?.timestamp();
        Some(Timestamp::from_micros(start.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::today;
    use proptest::prelude::*;
    use uuid::Uuid;

    const BANDS: [AgeBand; 4] = [AgeBand::From13To15, AgeBand::From16To17, AgeBand::Adult, AgeBand::Unknown];

    fn party(id: u128, band: AgeBand) -> Party {
        Party { user_id: UserId::from_uuid(Uuid::from_u128(id)), band }
    }

    #[test]
    fn every_pair_of_bands_has_its_answer() {
        // Rows and columns in the order of BANDS.
        let table = [
            [true, true, false, false],
            [true, true, false, false],
            [false, false, true, false],
            [false, false, false, true],
        ];
        for (one, row) in BANDS.into_iter().zip(table) {
            for (other, expected) in BANDS.into_iter().zip(row) {
                let pair = (party(1, one), party(2, other));
                let meet = |blocked, minors_meet_adults| {
                    may_meet(pair.0, pair.1, Between { blocked }, Rules { minors_meet_adults })
                };
                assert_eq!(meet(false, false), expected, "{one:?} {other:?}");
                assert!(meet(false, true), "{one:?} {other:?}: the deployment allows all");
                assert!(!meet(true, false) && !meet(true, true), "{one:?} {other:?}: blocked");
            }
        }
    }

    #[test]
    fn who_writes_first_shares_a_language_where_that_is_asked() {
        let knows = |native: &str, learning: &str| Languages {
            native: vec![native.parse().unwrap()],
            learning: vec![crate::people::Learning {
                language: learning.parse().unwrap(),
                level: "B1".parse().unwrap(),
            }],
        };
        let (me, partner, stranger) = (knows("en", "es"), knows("fr", "es"), knows("ja", "ko"));
        for (says, to_partner, to_stranger) in [
            (WriteFirst::Everyone, true, true),
            (WriteFirst::SharedLanguage, true, false),
            (WriteFirst::Nobody, false, false),
        ] {
            assert_eq!(may_write_first(says, &me, &partner), to_partner, "{says:?}");
            assert_eq!(may_write_first(says, &me, &stranger), to_stranger, "{says:?}");
        }
    }

    #[test]
    fn nobody_meets_himself() {
        let me = party(1, AgeBand::Adult);
        assert!(!may_meet(me, me, Between::default(), Rules { minors_meet_adults: true }));
    }

    #[test]
    fn cohorts_to_draw_from_are_those_the_rule_allows() {
        let strict = Rules::default();
        assert_eq!(strict.open_to(Cohort::Minor), [Cohort::Minor]);
        assert_eq!(strict.open_to(Cohort::Adult), [Cohort::Adult]);
        assert_eq!(strict.open_to(Cohort::Unknown), [Cohort::Unknown]);
        assert_eq!(Rules { minors_meet_adults: true }.open_to(Cohort::Minor), Cohort::ALL);
    }

    proptest! {
        /// The stored instant and the band agree to the microsecond, leap days and zones included.
        #[test]
        fn one_is_an_adult_from_of_age_at_on(
            day in 0_i32..20_000,
            zone in prop::sample::select(vec!["", "Pacific/Auckland", "America/New_York", "Asia/Kolkata", "UTC"]),
        ) {
            let born = jiff::civil::date(1950, 1, 1).checked_add(day.days()).unwrap();
            let zone: Option<TimeZoneName> = zone.parse().ok();
            let age = Age::Born(born);
            let at = age.of_age_at(zone.as_ref()).unwrap();
            let before = Timestamp::from_micros(at.as_micros() - 1);
            prop_assert_eq!(age.band(zone.as_ref(), at), AgeBand::Adult, "{}", today(zone.as_ref(), at));
            prop_assert_eq!(age.band(zone.as_ref(), before), AgeBand::From16To17);
        }
    }

    #[test]
    fn a_leap_day_child_is_of_age_on_the_first_of_march() {
        let age = Age::Born("2008-02-29".parse().unwrap());
        let utc: TimeZoneName = "UTC".parse().unwrap();
        assert_eq!(age.of_age_at(Some(&utc)).unwrap().to_string(), "2026-03-01T00:00:00.000000Z");
        assert_eq!(age.of_age_at(None).unwrap().to_string(), "2026-03-01T12:00:00.000000Z");
        assert_eq!(Age::Told(AgeBand::From16To17).of_age_at(None), None);
    }
}
