//! Promises of [`MatchStore`](chatlink_core::people::MatchStore).

use super::blocks::block;
use crate::{
    Harness,
    world::{World, note, seconds},
};
use chatlink_core::{
    locale::{Language, Level},
    people::{
        ASKED_WINDOW, AgeBand, Candidate, Cohort, Draw, FindMe, Languages, ProfileChange, Rest, SLOT, SettingsChange,
        Standing, Wanted, WriteFirst, acceptance, lot, slot,
    },
    protocol::{RoomId, UserId},
    timeline::{Deed, Extras, FirstContact},
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
        rest: Rest { waiting: 3, asked: 5, since: world.now().minus(seconds(DAY)) },
        limit: 50,
        reach: 500,
    }
}

/// Those drawn, of whom no one was ever shown.
async fn people(world: &World, draw: Draw) -> Vec<Candidate> {
    world.store.draw(draw, world.now()).await.unwrap()
}

async fn ids(world: &World, draw: Draw) -> Vec<UserId> {
    let drawn = people(world, draw).await;
    for other in &drawn {
        assert_eq!(other.traits, world.profile(other.user_id).await.traits(), "what matching must know");
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

/// A pair before one language, then the newest active day, then the higher lot of it; and the limit
/// cuts the end of that order.
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
        let day = world.now().plus(seconds(days * DAY)).as_micros().div_euclid(DAY as i64 * 1_000_000);
        people.push((native == "es" && learning == "en", days, lot(person, day), person));
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

/// Interests, clock and whether activity is shown come with the draw as they are by now.
pub async fn a_draw_tells_what_a_fit_rests_on(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let ana = world.person(&["es"], &["en"]).await;
    let traits = async || people(&world, draw(&world, me)).await.pop().expect("drawn").traits;
    assert!(traits().await.shows_activity);
    let interests: Vec<String> = ["sewing", "\"chess\"", "日本, a]b"].map(str::to_owned).to_vec();
    let change = ProfileChange {
        interests: Some(interests.clone()),
        time_zone: Some(Some("America/Argentina/Buenos_Aires".parse().unwrap())),
        ..ProfileChange::default()
    };
    world.change(ana, change).await;
    world.store.count_shown(&[(ana, 1)], world.now()).await.unwrap();
    let hides = SettingsChange { last_seen: Some(false), ..SettingsChange::default() };
    world.store.update_settings(ana, hides, note(ana, "settings", "", 0), world.now()).await.unwrap();
    let told = traits().await;
    assert_eq!(told, world.profile(ana).await.traits());
    assert_eq!((told.interests, told.shows_activity), (interests, false));
    let standing = people(&world, draw(&world, me)).await[0].standing;
    assert_eq!(standing.shown, 1, "what was counted stays when the profile changes");
}

/// Who is not to be found, or lets nobody write first, is not drawn, whatever else changes, until he lets it be.
pub async fn who_hides_is_not_drawn(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let ana = world.person(&["es"], &["en"]).await;
    let set = async |change: SettingsChange| {
        world.store.update_settings(ana, change, note(ana, "settings", "", 0), world.now()).await.unwrap();
    };
    let find_me = |who| SettingsChange { find_me: Some(who), ..SettingsChange::default() };
    let write_first = |who| SettingsChange { write_first: Some(who), ..SettingsChange::default() };
    let drawn = async || ids(&world, draw(&world, me)).await;
    for (hides, shows) in [
        (find_me(FindMe::Nobody), find_me(FindMe::Everyone)),
        (write_first(WriteFirst::Nobody), write_first(WriteFirst::SharedLanguage)),
    ] {
        assert_eq!(drawn().await, [ana]);
        set(hides).await;
        assert_eq!(drawn().await, []);
        let languages = Some(Languages::parse(["es"], [("en", "C1")]).unwrap());
        world.change(ana, ProfileChange { languages, ..ProfileChange::default() }).await;
        assert_eq!(drawn().await, [], "another profile is hidden, too");
        set(shows).await;
    }
    assert_eq!(drawn().await, [ana]);
}

/// As many languages as a person may name on both sides, with and without the filters.
pub async fn a_draw_by_many_languages_finds_each_once(harness: &impl Harness) {
    let world = World::on(harness.store());
    let native = ["en", "fr", "de", "it", "pt"];
    let learning = ["es", "ja", "zh", "ko", "ru", "ar", "tr", "pl", "nl", "sv"];
    let me = world.person(&native, &learning).await;
    let twin = world.person(&learning[..5], &native).await;
    let one = world.person(&learning[9..], &native[4..]).await;
    let half = world.person(&learning[8..9], &["hi"]).await;
    for user in [twin, one, half] {
        let country = ProfileChange { country: Some("PE".parse().unwrap()), ..ProfileChange::default() };
        world.change(user, country).await;
    }
    let pairs = learning.iter().flat_map(|speaks| native.iter().map(|learns| wanted(speaks, learns)));
    let singles =
        learning.iter().map(|speaks| wanted(speaks, "")).chain(native.iter().map(|learns| wanted("", learns)));
    let every = Draw { wanted: pairs.chain(singles).collect(), cohorts: Cohort::ALL.to_vec(), ..draw(&world, me) };
    let found = async |draw: &Draw| {
        let mut found = ids(&world, draw.clone()).await;
        found.sort_unstable();
        found
    };
    let sorted = |mut users: Vec<UserId>| {
        users.sort_unstable();
        users
    };
    assert_eq!(found(&every).await, sorted(vec![twin, one, half]));
    let (min_level, country) = (Some(Level::B1), Some("PE".parse().unwrap()));
    assert_eq!(found(&Draw { country, ..every.clone() }).await, sorted(vec![twin, one, half]));
    assert_eq!(found(&Draw { min_level, ..every.clone() }).await, sorted(vec![twin, one]));
    assert_eq!(found(&Draw { min_level, country, ..every }).await, sorted(vec![twin, one]));
}

/// A message that asks `user` for a first contact, from somebody new; the room.
async fn ask(world: &World, user: UserId) -> RoomId {
    let opener = world.person(&["de"], &["fr"]).await;
    let room = world.direct(opener, user).await;
    let asks = Deed::Message {
        text: "Hello!".to_owned(),
        reply_to: None,
        expires_at: None,
        first_contact: FirstContact::Spend,
        extras: Extras::default(),
    };
    world.must_do(room, opener, asks).await;
    room
}

/// Who has as many unanswered requests as the draw allows, or got as many lately, is left out; answering,
/// or waiting, brings the person back.
pub async fn who_has_much_to_answer_rests(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let ana = world.person(&["es"], &["en"]).await;
    let mut asked = Vec::new();
    for _ in 0..2 {
        asked.push(ask(&world, ana).await);
        assert_eq!(ids(&world, draw(&world, me)).await, [ana]);
    }
    let silent = world.person(&["de"], &["fr"]).await;
    world.direct(silent, ana).await;
    assert_eq!(ids(&world, draw(&world, me)).await, [ana], "a room without a message asks nothing");
    asked.push(ask(&world, ana).await);
    assert_eq!(ids(&world, draw(&world, me)).await, [], "three wait");
    assert!(world.store.decline(asked[0], ana, Vec::new(), world.now()).await.unwrap().is_some());
    assert_eq!(ids(&world, draw(&world, me)).await, [ana], "a declined one is answered");
    asked.push(ask(&world, ana).await);
    world.store.accept(asked[1], ana, Vec::new(), world.now()).await.unwrap().expect("accepted");
    assert_eq!(ids(&world, draw(&world, me)).await, [ana], "an accepted one, too");
    world.store.accept(asked[2], ana, Vec::new(), world.now()).await.unwrap().expect("accepted");
    ask(&world, ana).await;
    assert_eq!(ids(&world, draw(&world, me)).await, [], "five came within the time, two wait");
    world.wait(seconds(DAY + 1));
    assert_eq!(ids(&world, draw(&world, me)).await, [ana]);
    ask(&world, ana).await;
    assert_eq!(ids(&world, draw(&world, me)).await, [], "what waits has no time");
}

/// A draw tells each one's standing as it was counted: showings, and how often the person accepts.
pub async fn showings_are_counted(harness: &impl Harness) {
    let world = World::on(harness.store());
    let me = world.person(&["en"], &["es"]).await;
    let [ana, ben] = [world.person(&["es"], &["en"]).await, world.person(&["es"], &["en"]).await];
    let standing = async |user| {
        let drawn = people(&world, draw(&world, me)).await;
        drawn.into_iter().find(|other| other.user_id == user).expect("drawn").standing
    };
    assert_eq!(standing(ana).await, Standing::default());
    let room = ask(&world, ana).await;
    world.store.count_shown(&[(ana, 2), (ben, 1), (world.user(), 9)], world.now()).await.unwrap();
    let (first, asked) = (slot(world.now()), acceptance(1, 0));
    let once = Standing::default().shown(2, first, asked);
    assert_eq!(standing(ana).await, once);
    assert_eq!(standing(ben).await, Standing::default().shown(1, first, acceptance(0, 0)));

    world.store.accept(room, ana, Vec::new(), world.now()).await.unwrap().expect("accepted");
    assert_eq!(standing(ana).await, once, "as of the last showing");
    world.wait(SLOT);
    world.store.count_shown(&[(ana, 1)], world.now()).await.unwrap();
    let twice = once.shown(1, slot(world.now()), acceptance(1, 1));
    assert_eq!(standing(ana).await, twice);
    world.wait(ASKED_WINDOW);
    world.store.count_shown(&[(ana, 1)], world.now()).await.unwrap();
    assert_eq!(standing(ana).await, twice.shown(1, slot(world.now()), acceptance(0, 0)), "old requests are forgotten");
}
