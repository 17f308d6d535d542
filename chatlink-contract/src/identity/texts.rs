//! Text messages: capped and closed by where they go, silently.

use super::stage::{Stage, prefix};
use crate::Harness;
use chatlink_core::{
    identity::{
        AttemptPurpose, Leftover, Mail, NewAttempt, ResendOutcome,
        texts::{Reason, RouteKind, RouteLimits, TextLimits, TextStop},
    },
    settings::CodeLimits,
};
use std::{sync::Arc, time::Duration};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A number in Spain at one prefix, and one at another.
fn number(at: u32) -> String {
    format!("+346123400{at:02}")
}

fn elsewhere(at: u32) -> String {
    format!("+346999900{at:02}")
}

const IN_FRANCE: &str = "+33612345678";

fn wide() -> RouteLimits {
    RouteLimits { an_hour: 1_000, a_day: 1_000, judged: 1_000 }
}

async fn stage(harness: &impl Harness, texts: TextLimits) -> Stage {
    limited(Stage::on(harness.store()), texts)
}

fn limited(stage: Stage, texts: TextLimits) -> Stage {
    Stage { limits: CodeLimits { texts, starts_an_hour: 100_000, ..CodeLimits::default() }, ..stage }
}

fn stopped(route: RouteKind, reason: Reason) -> Mail {
    Mail::Stopped(TextStop { route, reason })
}

/// More to one prefix than its cap: the answer is the same, nothing goes out, the code proves nothing.
/// Mail and other prefixes go on; another handle counts the same.
pub async fn texts_to_a_prefix_are_capped_silently(harness: &impl Harness) {
    let limits = TextLimits {
        prefix: RouteLimits { an_hour: 3, a_day: 5, judged: 0 },
        country: wide(),
        ..TextLimits::default()
    };
    let stage = stage(harness, limits.clone()).await;
    let first = stage.now();
    for at in 0..3 {
        assert_eq!(stage.register(&number(at)).await.1, Mail::Code);
        stage.wait(MINUTE);
    }
    let other = limited(Stage::on(harness.another().await), limits);
    other.set(stage.now());
    let (attempt, mail) = other.register(&number(3)).await;
    assert_eq!((mail, attempt.live), (stopped(RouteKind::Prefix, Reason::Capped), false));
    assert!(other.prove(&attempt).await.is_none());
    assert_eq!(stage.register(&elsewhere(0)).await.1, Mail::Code);
    assert_eq!(stage.register("ana@example.org").await.1, Mail::Code);
    stage.set(first.plus(HOUR));
    assert_eq!(stage.register(&number(3)).await.1, Mail::Code, "the first is an hour old");
    assert_eq!(stage.register(&number(4)).await.1, stopped(RouteKind::Prefix, Reason::Capped));
    stage.set(first.plus(HOUR * 3));
    assert_eq!(stage.register(&number(4)).await.1, Mail::Code);
    assert_eq!(stage.register(&number(5)).await.1, stopped(RouteKind::Prefix, Reason::Capped), "the day's cap");
    stage.set(first.plus(HOUR * 24));
    assert_eq!(stage.register(&number(5)).await.1, Mail::Code);
}

/// A country's cap holds across prefixes, counts resends and notices, and is no other country's.
pub async fn texts_to_a_country_are_capped_whatever_they_say(harness: &impl Harness) {
    let limits = TextLimits {
        country: RouteLimits { an_hour: 3, a_day: 100, judged: 0 },
        prefix: wide(),
        ..TextLimits::default()
    };
    let stage = stage(harness, limits).await;
    let (attempt, _) = stage.register(&number(0)).await;
    let proved = stage.prove(&attempt).await.unwrap();
    stage.complete(stage.account(proved, "ana")).await;
    assert_eq!(stage.register(&number(0)).await.1, Mail::Known, "a notice costs the same");
    let (again, _) = stage.register(&elsewhere(0)).await;
    stage.wait(MINUTE);
    let mac = stage.seal(again.purpose, again.contact.as_ref().unwrap(), again.id, "246802");
    let resent = stage.store.resend(again.purpose, again.id, mac, &stage.limits, stage.now()).await.unwrap();
    let ResendOutcome::Sent(_, mail) = resent else { panic!("{resent:?}") };
    assert_eq!(mail, stopped(RouteKind::Country, Reason::Capped));
    assert_eq!(stage.register(&elsewhere(1)).await.1, stopped(RouteKind::Country, Reason::Capped));
    assert_eq!(stage.register(IN_FRANCE).await.1, Mail::Code);
}

/// Where messages do not go at all, nothing is counted either.
pub async fn texts_go_to_listed_countries_alone(harness: &impl Harness) {
    let limits = TextLimits { countries: Some(["FR".parse().unwrap()].into()), ..TextLimits::default() };
    let stage = stage(harness, limits).await;
    let (attempt, mail) = stage.register(&number(0)).await;
    assert_eq!((mail, attempt.live), (stopped(RouteKind::Country, Reason::Country), false));
    assert_eq!(stage.register(IN_FRANCE).await.1, Mail::Code);
    assert_eq!(stage.register("ana@example.org").await.1, Mail::Code);
}

/// Codes that nobody gives close the way, for longer each time; codes that come back open it for good.
pub async fn a_route_whose_codes_do_not_come_back_closes(harness: &impl Harness) {
    let limits = TextLimits {
        prefix: RouteLimits { judged: 4, ..wide() },
        country: RouteLimits { judged: 0, ..wide() },
        least_proved: 50,
        patience: MINUTE * 10,
        first_closing: HOUR,
        longest_closing: HOUR * 24,
        ..TextLimits::default()
    };
    let stage = stage(harness, limits.clone()).await;
    let mut at = 0;
    let mut next = || {
        at += 1;
        number(at)
    };
    for hours in [1, 2] {
        for number in 0..4 {
            let (attempt, mail) = stage.register(&next()).await;
            assert_eq!(mail, Mail::Code);
            if number == 0 {
                assert!(stage.prove(&attempt).await.is_some(), "one of four is too few");
            }
        }
        assert_eq!(stage.register(&next()).await.1, Mail::Code, "they may still come back");
        stage.wait(MINUTE * 10);
        let closed = stage.now();
        assert_eq!(stage.register(&next()).await.1, stopped(RouteKind::Prefix, Reason::Closing));
        let other = limited(Stage::on(harness.another().await), limits.clone());
        other.set(closed.plus(HOUR * hours).minus(Duration::from_micros(1)));
        assert_eq!(other.register(&next()).await.1, stopped(RouteKind::Prefix, Reason::Closed), "{hours} h");
        assert_eq!(stage.register(&elsewhere(hours)).await.1, Mail::Code, "others go on");
        stage.set(closed.plus(HOUR * hours));
    }
    for _ in 0..4 {
        let (attempt, mail) = stage.register(&next()).await;
        assert_eq!(mail, Mail::Code);
        assert!(stage.prove(&attempt).await.is_some());
    }
    stage.wait(MINUTE * 10);
    assert_eq!(stage.register(&next()).await.1, Mail::Code, "all of them came back");
    for _ in 0..4 {
        assert_eq!(stage.register(&next()).await.1, Mail::Code);
    }
    stage.wait(MINUTE * 10);
    let closed = stage.now();
    assert_eq!(stage.register(&next()).await.1, stopped(RouteKind::Prefix, Reason::Closing));
    stage.set(closed.plus(HOUR));
    assert_eq!(stage.register(&next()).await.1, Mail::Code, "its closings were forgotten: an hour again");
}

/// However many ask at once, on whatever handle, no more go out than the cap.
pub async fn texts_at_once_never_exceed_the_cap(harness: &impl Harness) {
    let limits = TextLimits { prefix: RouteLimits { an_hour: 5, ..wide() }, country: wide(), ..TextLimits::default() };
    let on = |store| Arc::new(limited(Stage::on(store), limits.clone()));
    let stages = [on(harness.store()), on(harness.another().await)];
    let ask = |at: u32| {
        let stage = stages[at as usize % 2].clone();
        tokio::spawn(async move { stage.register(&number(at)).await.1 })
    };
    let mut sent = 0;
    for task in (0..24).map(ask).collect::<Vec<_>>() {
        sent += u32::from(task.await.unwrap() == Mail::Code);
    }
    assert_eq!(sent, 5);
}

/// What counts for nothing any more is forgotten, and no sooner.
pub async fn old_texts_and_breakers_are_forgotten(harness: &impl Harness) {
    let limits = TextLimits {
        prefix: RouteLimits { judged: 1, ..wide() },
        country: RouteLimits { judged: 0, ..wide() },
        ..TextLimits::default()
    };
    let stage = stage(harness, limits).await;
    let purge = async |what| stage.store.purge_identity(what, 100, stage.now()).await.unwrap();
    let begin = stage.now();
    let new = NewAttempt { prefix: prefix(1), ..stage.attempt(AttemptPurpose::Registration, &number(0), None) };
    stage.begin(new).await;
    stage.wait(HOUR);
    assert_eq!(stage.register(&number(1)).await.1, stopped(RouteKind::Prefix, Reason::Closing));
    stage.set(begin.plus(HOUR * 24 * 7).minus(Duration::from_micros(1)));
    assert_eq!((purge(Leftover::Texts).await, purge(Leftover::Breakers).await), (0, 0));
    stage.set(begin.plus(HOUR * (24 * 7 + 2)));
    assert_eq!((purge(Leftover::Texts).await, purge(Leftover::Breakers).await), (2, 1), "by country and by prefix");
}
