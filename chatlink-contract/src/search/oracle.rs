//! Search against what it must come to: a look at every message that one may read.

use super::ask;
use crate::{
    Harness,
    world::{LIMIT, World, edit, expiring, leave, seconds},
};
use chatlink_core::{
    entropy::{SeededEntropy, below},
    protocol::{EventBody, EventId, RoomId, UserId},
    rooms::{History, Membership},
    timeline::{
        Deed, Window,
        search::{Hit, Pattern, Place, Sought},
    },
};
use std::{cmp::Reverse, time::Duration};

const WORDS: [&str; 12] =
    ["Tee", "Kaffee", "Köln", "koln", "東京", "京都", "แมว", "안녕", "c++", "the secret", "سلام", "e\u{301}te\u{301}"];
const ASKED: [&str; 12] = ["tee", "fe", "koln", "東京", "京", "แม", "안녕", "c++", "secret the", "zebra", "سلا", "ete"];
const ROOMS: usize = 3;
const STEPS: usize = 420;

/// Random talk with edits, redactions, expiry, comings and goings, indexed now and then; then the same answers
/// as from all messages one by one, with time and without.
pub async fn search_agrees_with_a_look_at_every_message(harness: &impl Harness) {
    let world = World::on(harness.store());
    let chance = SeededEntropy::new(7);
    let pick = |count: usize| usize::try_from(below(&chance, count as u64)).unwrap();
    let people = [world.user(), world.user(), world.user()];
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(world.group(&people, History::FromJoin).await);
    }
    let mut said: Vec<(RoomId, EventId, u32)> = Vec::new();
    for step in 0..STEPS {
        let (room, user) = (rooms[pick(ROOMS)], people[pick(2)]);
        match pick(20) {
            0 if !said.is_empty() => {
                let at = pick(said.len());
                let (room, id, version) = said[at];
                let deed = edit(id, version, &format!("{} {step}", WORDS[pick(WORDS.len())]));
                if matches!(world.try_do(room, user, deed).await, chatlink_core::timeline::Outcome::Appended(_)) {
                    said[at].2 += 1;
                }
            }
            1 if !said.is_empty() => {
                let (room, target, _) = said[pick(said.len())];
                world.try_do(room, user, Deed::Redact { target }).await;
            }
            2 => drop(world.try_do(room, people[2], leave(people[2])).await),
            3 => drop(world.try_do(room, user, Deed::Add { user_id: people[2] }).await),
            4 => world.indexed().await,
            5 => world.wait(seconds(5)),
            6 => drop(world.store.purge_expired(world.now(), 10).await.unwrap()),
            _ => {
                let until = (pick(4) == 0).then(|| world.now().plus(seconds(1 + pick(200) as u64)));
                let text = format!("{} {} {step}", WORDS[pick(WORDS.len())], WORDS[pick(WORDS.len())]);
                let told = world.must_do(room, user, expiring(&text, until)).await;
                said.push((room, told.id, 1));
            }
        }
    }
    for _ in 0..2 {
        for reader in people {
            for q in ASKED.iter().filter(|q| q.chars().count() > 1) {
                let expected = look(&world, reader, &rooms, q).await;
                for budget in [Duration::from_secs(60), Duration::ZERO] {
                    let found = world.hits(Sought { budget, limit: 9, ..ask(reader, q) }).await;
                    let found: Vec<_> = found.into_iter().map(|hit| (hit.place(), hit)).collect();
                    assert_eq!(found, expected, "{q}");
                }
            }
        }
        world.indexed().await;
    }
}

async fn look(world: &World, reader: UserId, rooms: &[RoomId], q: &str) -> Vec<(Place, Hit)> {
    let pattern = Pattern::parse(q).unwrap();
    let mut hits = Vec::new();
    for Membership { room_id, .. } in world.store.memberships(reader).await.unwrap() {
        assert!(rooms.contains(&room_id));
        let mut window = Window::Newest;
        loop {
            let page = world.window(room_id, reader, window, LIMIT).await;
            let Some(first) = page.items.first() else { break };
            window = Window::Before(first.seq);
            for item in page.items {
                let EventBody::Message(message) = &item.body else { continue };
                let Some(highlights) = message.text.as_deref().and_then(|text| pattern.find(text)) else { continue };
                let place = Place { at: item.at, room_id, seq: item.seq };
                let event = chatlink_core::protocol::Event {
                    room_id,
                    seq: item.seq,
                    id: item.id,
                    body: item.body,
                    sender_id: item.sender_id,
                    at: item.at,
                    client_id: item.client_id,
                };
                hits.push((place, Hit { event, highlights }));
            }
        }
    }
    hits.sort_by_key(|(place, _)| Reverse(*place));
    hits
}
