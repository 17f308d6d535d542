//! Order and pages.

use super::{ask, said};
use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    protocol::UserId,
    rooms::History,
    timeline::search::{Hit, Place, Sought},
};
use std::time::Duration;

/// Three rooms, some messages of one instant; 90 say the word.
async fn talk(world: &World, ana: UserId) -> Vec<Place> {
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.push(world.group(&[ana], History::All).await);
    }
    let mut places = Vec::new();
    for count in 0..270 {
        let word = if count % 3 == 0 { "tea" } else { "milk" };
        let room = rooms[(count / 7) % 3];
        let told = world.say(room, ana, &format!("{word} {count}")).await;
        if word == "tea" {
            places.push(Place { at: told.at, room_id: room, seq: told.seq });
        }
        if count % 5 == 0 {
            world.wait(seconds(1));
        }
    }
    places.sort_unstable_by(|a, b| b.cmp(a));
    places
}

fn places(hits: &[Hit]) -> Vec<Place> {
    hits.iter().map(Hit::place).collect()
}

/// Over all rooms, each once, whatever the length of a page.
pub async fn pages_go_from_the_newest_down(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let expected = talk(&world, ana).await;
    assert_eq!(expected.len(), 90);
    for _ in 0..2 {
        for limit in [1, 7, 50, 90, 200] {
            let hits = world.hits(Sought { limit, ..ask(ana, "tea") }).await;
            assert_eq!(places(&hits), expected, "pages of {limit}");
        }
        world.indexed().await;
    }
}

/// What is said between two pages is on neither; nothing is on both.
pub async fn pages_stand_still_while_more_is_said(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let expected = talk(&world, ana).await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let found = world.search(Sought { limit: 8, before, ..ask(ana, "tea") }).await.unwrap();
        seen.extend(places(&found.hits));
        let Some(next) = found.next else { break };
        before = Some(next);
        world.wait(seconds(1));
        let room = expected[seen.len() % expected.len()].room_id;
        world.say(room, ana, "more tea").await;
        if seen.len() % 3 == 0 {
            world.indexed().await;
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(said(&world.hits(ask(ana, "tea")).await[0]), "more tea", "a new list has them");
}

/// A page that is out of time is short, and says where it stopped; nothing is passed over.
pub async fn without_time_each_page_comes_further(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let expected = talk(&world, ana).await;
    for _ in 0..2 {
        for limit in [1, 20, 200] {
            let hits = world.hits(Sought { budget: Duration::ZERO, limit, ..ask(ana, "tea") }).await;
            assert_eq!(places(&hits), expected);
        }
        world.indexed().await;
    }
}
