//! Against SMS pumping: fraud in which somebody has codes sent to numbers that earn them money. Pure
//! rules that every store follows.
//!
//! Each text message is counted by its country and by the first digits of its number, and both have
//! caps by hour and day. Both have a breaker, too: when too few of the last codes came back, nobody
//! was reading them, and nothing more goes there for a while, longer each time. The caller learns
//! nothing of it: the answer is the same, as it is where a contact's own budget is spent.

use crate::{
    contact::{Contact, Mobile},
    locale::Country,
};
use chatlink_protocol::Timestamp;
use std::{collections::BTreeSet, time::Duration};

/// How far back text messages count for anything.
pub const TEXTS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Digits of a number that make its prefix: most often a block of 10,000 numbers.
const PREFIX_DIGITS: usize = 7;

/// Limits of text messages. Never switched off with those of conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLimits {
    /// The countries that messages go to; `None`: all.
    pub countries: Option<BTreeSet<Country>>,
    /// Messages to a country.
    pub country: RouteLimits,
    /// Messages to a prefix.
    pub prefix: RouteLimits,
    /// A route is closed when fewer than this percentage of its last codes came back; 0: never.
    pub least_proved: u8,
    /// How long a code has to come back before it is judged.
    pub patience: Duration,
    /// How long a route is closed the first time; twice as long each further time in a row.
    pub first_closing: Duration,
    /// How long at most.
    pub longest_closing: Duration,
}

/// Limits of messages on one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteLimits {
    /// In an hour.
    pub an_hour: u32,
    /// In a day.
    pub a_day: u32,
    /// How many of the last codes are judged together.
    pub judged: u32,
}

/// Which way a route is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RouteKind {
    /// By country.
    Country,
    /// By the first digits.
    Prefix,
}

/// Where messages go to, as they are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// Which way it is seen.
    pub kind: RouteKind,
    /// `ES`, or `+3461234`.
    pub name: String,
}

/// Where a number is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    country: Option<Country>,
    routes: [Route; 2],
}

/// What a store counted on a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteCounts {
    /// Messages in the last hour.
    pub hour: u64,
    /// Messages in the last day.
    pub day: u64,
    /// Of the codes in the [`Judged`] window the newest, at most as many as are judged together.
    pub judged: u64,
    /// Those of them that came back.
    pub proved: u64,
}

/// Which codes of a route are judged: sent from then on, and until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Not those from before the route was closed last.
    pub from: Timestamp,
    /// Not those that still may come back.
    pub until: Timestamp,
    /// The newest of them, this many.
    pub most: u32,
}

/// A route that was closed, and not found good since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// How often in a row.
    pub closings: u32,
    /// Until when.
    pub closed_until: Timestamp,
}

/// What becomes of a message on one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It goes.
    Open,
    /// It goes, and the route's closings are forgotten: codes come back.
    Good,
    /// It stays: the route closes like this now.
    Close(Breaker),
    /// It stays.
    Stopped(Reason),
}

/// Why messages do not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The country is none that messages go to.
    Country,
    /// As many as may go there in an hour or day have gone.
    Capped,
    /// Too few codes came back.
    Closed,
    /// The same, and this is when it was seen.
    Closing,
}

/// A message that stays, and where it would have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStop {
    /// The route that stopped it.
    pub route: RouteKind,
    /// Why.
    pub reason: Reason,
}

impl Destination {
    /// Where a contact is, if it is a number.
    #[must_use]
    pub fn of(contact: &Contact) -> Option<Self> {
        match contact {
            Contact::Mobile(mobile) => Some(Self::of_number(mobile)),
            Contact::Email(_) => None,
        }
    }

    fn of_number(mobile: &Mobile) -> Self {
        let country = mobile.country();
        let number = mobile.as_str();
        let prefix = number.chars().take(1 + PREFIX_DIGITS).collect();
        // Satellite phones and the like are in no country: their code is in the first four digits.
        let name = country.map_or_else(|| number.chars().take(5).collect(), |country| country.to_string());
        let routes = [Route { kind: RouteKind::Country, name }, Route { kind: RouteKind::Prefix, name: prefix }];
        Self { country, routes }
    }

    /// Country and prefix.
    #[must_use]
    pub fn routes(&self) -> &[Route; 2] {
        &self.routes
    }

    /// The route of that kind.
    #[must_use]
    pub fn route(&self, kind: RouteKind) -> &Route {
        let [country, prefix] = &self.routes;
        match kind {
            RouteKind::Country => country,
            RouteKind::Prefix => prefix,
        }
    }

    /// Whether messages go to its country at all.
    ///
    /// # Errors
    /// They do not.
    pub fn allowed(&self, limits: &TextLimits) -> Result<(), TextStop> {
        let listed = |countries: &BTreeSet<Country>| self.country.is_some_and(|country| countries.contains(&country));
        if limits.countries.as_ref().is_none_or(listed) {
            return Ok(());
        }
        Err(TextStop { route: RouteKind::Country, reason: Reason::Country })
    }
}

impl Route {
    /// Since when an hour and a day count.
    #[must_use]
    pub fn windows(now: Timestamp) -> (Timestamp, Timestamp) {
        (now.minus(HOUR), now.minus(DAY))
    }

    /// Which codes are judged.
    #[must_use]
    pub fn judged(&self, breaker: Option<&Breaker>, limits: &TextLimits, now: Timestamp) -> Judged {
        let kept = now.minus(TEXTS_KEPT);
        let from = breaker.map_or(kept, |breaker| breaker.closed_until.max(kept));
        Judged { from, until: now.minus(limits.patience), most: self.limits(limits).judged }
    }

    /// What becomes of a message, by what was counted.
    #[must_use]
    pub fn rule(&self, counts: &RouteCounts, breaker: Option<&Breaker>, limits: &TextLimits, now: Timestamp) -> Ruling {
        if breaker.is_some_and(|breaker| now < breaker.closed_until) {
            return Ruling::Stopped(Reason::Closed);
        }
        let own = self.limits(limits);
        let full = own.judged > 0 && counts.judged >= u64::from(own.judged);
        if full && counts.proved * 100 < u64::from(limits.least_proved) * counts.judged {
            return Ruling::Close(limits.close(breaker, now));
        }
        if counts.hour >= u64::from(own.an_hour) || counts.day >= u64::from(own.a_day) {
            return Ruling::Stopped(Reason::Capped);
        }
        if full && breaker.is_some() { Ruling::Good } else { Ruling::Open }
    }

    fn limits(&self, limits: &TextLimits) -> RouteLimits {
        match self.kind {
            RouteKind::Country => limits.country,
            RouteKind::Prefix => limits.prefix,
        }
    }
}

impl TextLimits {
    fn close(&self, breaker: Option<&Breaker>, now: Timestamp) -> Breaker {
        let before = breaker.map_or(0, |breaker| breaker.closings);
        let longer = 1_u32.checked_shl(before.min(31)).unwrap_or(u32::MAX);
        let wait = self.first_closing.saturating_mul(longer).min(self.longest_closing);
        Breaker { closings: before.saturating_add(1), closed_until: now.plus(wait) }
    }
}

impl Default for TextLimits {
    fn default() -> Self {
        Self {
            countries: None,
            country: RouteLimits { an_hour: 500, a_day: 3_000, judged: 50 },
            prefix: RouteLimits { an_hour: 20, a_day: 60, judged: 10 },
            least_proved: 20,
            patience: Duration::from_secs(600),
            first_closing: HOUR,
            longest_closing: DAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);

    fn destination(number: &str) -> Destination {
        Destination::of(&number.parse().unwrap()).unwrap()
    }

    fn names(number: &str) -> [String; 2] {
        destination(number).routes().clone().map(|route| route.name)
    }

    #[test]
    fn a_number_is_counted_by_country_and_first_digits() {
        assert_eq!(names("+34612345678"), ["ES", "+3461234"]);
        assert_eq!(names("+14155552671"), ["US", "+1415555"]);
        assert_eq!(names("+18765551234"), ["JM", "+1876555"], "a code of many countries");
        assert_eq!(names("+77011234567")[0], "KZ");
        assert_eq!(names("+881612345678"), ["+8816", "+8816123"], "a satellite is in no country");
        assert_eq!(Destination::of(&"ana@example.org".parse().unwrap()), None);
    }

    #[test]
    fn a_list_of_countries_leaves_out_all_others() {
        let limits = TextLimits { countries: Some(["ES".parse().unwrap()].into()), ..TextLimits::default() };
        assert!(destination("+34612345678").allowed(&limits).is_ok());
        for foreign in ["+18765551234", "+881612345678"] {
            assert!(destination(foreign).allowed(&limits).is_err(), "{foreign}");
            assert!(destination(foreign).allowed(&TextLimits::default()).is_ok(), "{foreign}");
        }
    }

    #[test]
    fn caps_hold_by_hour_and_day_and_kind() {
        let limits = TextLimits::default();
        let [country, prefix] = destination("+34612345678").routes().clone();
        let rule = |route: &Route, hour, day| {
            route.rule(&RouteCounts { hour, day, ..RouteCounts::default() }, None, &limits, NOW)
        };
        assert_eq!(rule(&prefix, 19, 59), Ruling::Open);
        assert_eq!(rule(&prefix, 20, 20), Ruling::Stopped(Reason::Capped));
        assert_eq!(rule(&prefix, 0, 60), Ruling::Stopped(Reason::Capped));
        assert_eq!(rule(&country, 499, 2_999), Ruling::Open);
        assert_eq!(rule(&country, 500, 500), Ruling::Stopped(Reason::Capped));
    }

    #[test]
    fn too_few_codes_that_come_back_close_for_longer_and_longer() {
        let limits = TextLimits::default();
        let [_, prefix] = destination("+34612345678").routes().clone();
        let rule = |proved, judged, breaker: Option<&Breaker>, now| {
            prefix.rule(&RouteCounts { judged, proved, ..RouteCounts::default() }, breaker, &limits, now)
        };
        assert_eq!(rule(0, 9, None, NOW), Ruling::Open, "too few to judge");
        assert_eq!(rule(2, 10, None, NOW), Ruling::Open, "just enough came back");
        let (mut breaker, mut now) = (None, NOW);
        for (closings, hours) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (7, 24)] {
            let Ruling::Close(closed) = rule(1, 10, breaker.as_ref(), now) else { panic!("open after {closings}") };
            assert_eq!(closed, Breaker { closings, closed_until: now.plus(HOUR * hours) });
            let last = closed.closed_until.minus(Duration::from_micros(1));
            assert_eq!(rule(10, 10, Some(&closed), last), Ruling::Stopped(Reason::Closed));
            assert_eq!(rule(0, 0, Some(&closed), closed.closed_until), Ruling::Open, "it begins anew");
            assert_eq!(prefix.judged(Some(&closed), &limits, closed.closed_until).from, closed.closed_until);
            (breaker, now) = (Some(closed), closed.closed_until);
        }
        assert_eq!(rule(5, 10, breaker.as_ref(), now), Ruling::Good);
        let never = TextLimits { least_proved: 0, ..limits };
        let none = RouteCounts { judged: 10, ..RouteCounts::default() };
        assert_eq!(prefix.rule(&none, None, &never, NOW), Ruling::Open, "switched off");
    }
}
