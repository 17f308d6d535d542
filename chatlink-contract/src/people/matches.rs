//! Promises of [`MatchStore`](chatlink_core::people::MatchStore).

use super::blocks::block;
use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    locale::{Language, Level},
    people::{AgeBand, Cohort, Draw, Languages, ProfileChange, Wanted},
    protocol::UserId,
};

const DAY: u64 = 24 * 3600;

fn wanted(speaks: &str, learns: &str) -> Wanted {
    let code = |text: &str| (!text.is_empty()).then(|| text.parse::<Language>().unwrap());
    Wanted { speaks: code(speaks), learns: code(learns) }
}

/// For somebody who speaks English and learns Spanish.
fn draw(world: &World, viewer: UserId) -> Draw {
    Draw {
        viewer,
        wanted: vec![wanted("es", "en"), wanted("es", ""), wanted("", "en")],
        cohorts: vec![Cohort::Adult],
        min_level: None,
        country: None,
        made_by: world.now(),
        limit: 50,
    }
}

async fn ids(world: &World, draw: Draw) -> Vec<UserId> {
    let drawn = world.store.draw(draw, world.now()).await.unwrap();
    for other in &drawn {
        assert_eq!(*other, world.profile(other.user_id).await, "the whole profile");
    }
    drawn.into_iter().map(|other| other.user_id).collect()
}

/// Each person once, by whichever of the wanted languages; nobody by languages that are not wanted,
/// and never the viewer.
pub async fn a_draw_finds_by_language(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en", "es"], &["de"]).await;
    let both = world.person(&["es", "it"], &["fr", "en"]).await;
    let speaks = world.person(&["es"], &["fr"]).await;
    let learns = world.person(&["fr"], &["de", "en"]).await;
    world.person(&["fr"], &["es"]).await;
    world.person(&["en"], &["fr"]).await;
    let mut found = ids(&world, draw(&world, me)).await;
    assert_eq!(found[0], both, "a pair comes first");
    found.sort_unstable();
    let mut expected = vec![both, speaks, learns];
    expected.sort_unstable();
    assert_eq!(found, expected);
    let one = |wanted| Draw { wanted: vec![wanted], ..draw(&world, me) };
    assert_eq!(ids(&world, one(wanted("es", "en"))).await, [both]);
    assert_eq!(ids(&world, one(wanted("ja", ""))).await, []);
    assert_eq!(ids(&world, Draw { wanted: vec![], ..draw(&world, me) }).await, []);
}

/// Country, level, cohort, age of the account, and count.
pub async fn a_draw_keeps_to_its_limits(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let [peru, spain] = [world.person(&["es"], &["en"]).await, world.person(&["es"], &["en"]).await];
    let country = |code: &str| ProfileChange { country: Some(code.parse().unwrap()), ..ProfileChange::default() };
    world.change(peru, country("PE")).await;
    world.change(spain, country("ES")).await;
    let fluent = Languages::parse(["es"], [("en", "C1"), ("de", "A1")]).unwrap();
    world.change(spain, ProfileChange { languages: Some(fluent), ..ProfileChange::default() }).await;
    let young = world.person_of(AgeBand::From16To17, &["es"], &["en"]).await;
    let unknown = world.person_of(AgeBand::Unknown, &["es"], &["en"]).await;

    let base = draw(&world, me);
    let with = |change: &dyn Fn(&mut Draw)| {
        let mut draw = base.clone();
        change(&mut draw);
        draw
    };
    assert_eq!(ids(&world, base.clone()).await.len(), 2);
    assert_eq!(ids(&world, with(&|draw| draw.country = Some("PE".parse().unwrap()))).await, [peru]);
    assert_eq!(ids(&world, with(&|draw| draw.country = Some("FR".parse().unwrap()))).await, []);
    let level = |level| {
        with(&move |draw| (draw.min_level, draw.wanted) = (Some(level), vec![wanted("es", "en"), wanted("", "en")]))
    };
    assert_eq!(ids(&world, level(Level::B1)).await.len(), 2);
    assert_eq!(ids(&world, level(Level::B2)).await, [spain], "the level of English, not of German");
    assert_eq!(ids(&world, level(Level::C2)).await, []);
    assert_eq!(ids(&world, with(&|draw| draw.cohorts = vec![Cohort::Minor])).await, [young]);
    assert_eq!(ids(&world, with(&|draw| draw.cohorts = vec![Cohort::Unknown])).await, [unknown]);
    assert_eq!(ids(&world, with(&|draw| draw.cohorts = Cohort::ALL.to_vec())).await.len(), 4);
    assert_eq!(ids(&world, with(&|draw| draw.limit = 1)).await.len(), 1);

    world.wait(seconds(60));
    let newcomer = world.person(&["es"], &["en"]).await;
    assert!(!ids(&world, base.clone()).await.contains(&newcomer), "registered after the first page");
    assert!(ids(&world, draw(&world, me)).await.contains(&newcomer));
}

/// A pair before one language, then the newest active day, then the higher id; and the limit cuts
/// the end of that order.
pub async fn a_draw_is_mutual_first_then_newest(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let mut people = Vec::new();
    for (native, learning, days) in [
        ("es", "en", 0),
        ("es", "en", 3),
        ("es", "en", 3),
        ("es", "fr", 5),
        ("fr", "en", 1),
        ("es", "en", 1),
        ("es", "fr", 5),
    ] {
        let person = world.person(&[native], &[learning]).await;
        world.store.touch_active(person, world.now().plus(seconds(days * DAY))).await.unwrap();
        people.push((native == "es" && learning == "en", days, person));
    }
    people.sort_unstable_by(|one, other| other.cmp(one));
    let expected: Vec<_> = people.into_iter().map(|(.., person)| person).collect();
    for limit in [1, 2, 4, 6, 50] {
        let drawn = ids(&world, Draw { limit, ..draw(&world, me) }).await;
        assert_eq!(drawn, expected[..expected.len().min(limit as usize)], "{limit}");
    }
}

/// Whichever of the two blocked.
pub async fn a_draw_leaves_out_who_is_blocked(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let [ana, ben, cho] = [
        world.person(&["es"], &["en"]).await,
        world.person(&["es"], &["en"]).await,
        world.person(&["es"], &["en"]).await,
    ];
    world.store.block(block(me, ana), world.now()).await.unwrap();
    world.store.block(block(ben, me), world.now()).await.unwrap();
    world.store.block(block(ana, cho), world.now()).await.unwrap();
    assert_eq!(ids(&world, draw(&world, me)).await, [cho]);
    assert_eq!(ids(&world, Draw { limit: 1, ..draw(&world, me) }).await, [cho], "nor do they take a place");
    world.store.unblock(block(me, ana), world.now()).await.unwrap();
    assert_eq!(ids(&world, draw(&world, me)).await.len(), 2);
}

/// What a profile no longer says finds nobody any more.
pub async fn a_draw_follows_every_change(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let ana = world.person(&["es"], &["en"]).await;
    let languages = |native, learning| ProfileChange {
        languages: Some(Languages::parse([native], [(learning, "A1")]).unwrap()),
        ..ProfileChange::default()
    };
    world.change(ana, languages("it", "fr")).await;
    assert_eq!(ids(&world, draw(&world, me)).await, []);
    world.change(ana, languages("it", "en")).await;
    assert_eq!(ids(&world, draw(&world, me)).await, [ana]);
    let country = ProfileChange { country: Some("IT".parse().unwrap()), ..ProfileChange::default() };
    world.change(ana, country).await;
    let in_italy = Draw { country: Some("IT".parse().unwrap()), ..draw(&world, me) };
    assert_eq!(ids(&world, in_italy.clone()).await, [ana]);
    world.store.touch_active(ana, world.now().plus(seconds(9 * DAY))).await.unwrap();
    assert_eq!(ids(&world, in_italy).await, [ana]);
}
