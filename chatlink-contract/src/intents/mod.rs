//! Promises of [`IntentStore`](chatlink_core::timeline::intents::IntentStore).

use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    protocol::{ClientId, RoomId, Timestamp, UserId},
    timeline::intents::{Intent, IntentBody, IntentEnd, IntentRow, RejectedIntent},
};

/// The cases of this module.
#[macro_export]
macro_rules! intent_cases {
    ($harness:path) => {
        $crate::cases!($harness, intents: [
            intents_are_taken_once_in_their_order,
            a_room_waits_for_its_earlier_intents,
            what_was_not_settled_is_taken_anew,
            rejected_intents_stay_without_their_words,
        ]);
    };
}

fn intent(world: &World, room: RoomId, sender: Option<UserId>, text: &str) -> Intent {
    Intent::words(world.id(ClientId::from_uuid), room, sender, text)
}

async fn post(world: &World, room: RoomId, sender: UserId, text: &str) -> Intent {
    let intent = intent(world, room, Some(sender), text);
    world.store.post_intent(intent.clone()).await.unwrap();
    intent
}

async fn taken(world: &World, limit: u32) -> Vec<IntentRow> {
    world.store.claim_intents(limit, world.now().minus(seconds(10)), world.now()).await.unwrap()
}

fn texts(rows: &[IntentRow]) -> Vec<String> {
    rows.iter().map(|row| serde_json::from_str::<IntentBody>(&row.body).unwrap().text).collect()
}

async fn settle(world: &World, claimed_at: Timestamp, ends: Vec<(u64, IntentEnd)>) {
    world.store.settle_intents(claimed_at, ends, world.now()).await.unwrap();
}

/// As they were given, by number, at most so many; by one asker.
pub async fn intents_are_taken_once_in_their_order(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let mut full = intent(&world, room, None, "first");
    full.body = IntentBody { mentions: vec![ben], mentions_all: true, expires_in: Some(60), ..full.body };
    world.store.post_intent(full.clone()).await.unwrap();
    post(&world, room, ana, "second").await;
    post(&world, room, ben, "third").await;
    let first = taken(&world, 2).await;
    assert_eq!(texts(&first), ["first", "second"]);
    let row = &first[0];
    assert_eq!((row.client_id, row.room_id, row.sender_id), (full.client_id, room, None));
    assert_eq!(serde_json::from_str::<IntentBody>(&row.body).unwrap(), full.body);
    assert!(first[0].number < first[1].number);
    let elsewhere = World::on(harness.another().await);
    assert_eq!(taken(&elsewhere, 9).await, [], "the room's earlier ones are with somebody");
    let at = world.now();
    settle(&world, at, first.iter().map(|row| (row.number, IntentEnd::Sent)).collect()).await;
    let rest = taken(&elsewhere, 9).await;
    assert_eq!(texts(&rest), ["third"]);
    settle(&world, at, vec![(rest[0].number, IntentEnd::Sent)]).await;
    world.wait(seconds(20));
    assert_eq!(taken(&world, 9).await, []);
}

/// Nothing overtakes within a room; other rooms go on.
pub async fn a_room_waits_for_its_earlier_intents(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, carl] = [world.user(), world.user(), world.user()];
    let [room, other] = [world.direct(ana, ben).await, world.direct(ana, carl).await];
    post(&world, room, ana, "first").await;
    let first = taken(&world, 9).await;
    let at = world.now();
    post(&world, room, ana, "second").await;
    post(&world, other, ana, "elsewhere").await;
    world.wait(seconds(1));
    assert_eq!(texts(&taken(&world, 9).await), ["elsewhere"]);
    settle(&world, at, vec![(first[0].number, IntentEnd::Later)]).await;
    assert_eq!(texts(&taken(&world, 9).await), ["first", "second"], "what waits again comes first again");
}

/// Who died with a claim holds nothing up for long; who was only slow settles nothing any more.
pub async fn what_was_not_settled_is_taken_anew(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    post(&world, room, ana, "once").await;
    let slow = taken(&world, 9).await;
    let at = world.now();
    world.wait(seconds(9));
    assert_eq!(taken(&world, 9).await, []);
    world.wait(seconds(2));
    assert_eq!(taken(&world, 9).await, slow);
    for end in [IntentEnd::Sent, IntentEnd::Later, IntentEnd::Rejected("forbidden")] {
        settle(&world, at, vec![(slow[0].number, end)]).await;
    }
    assert_eq!(taken(&world, 9).await, [], "the second claim stands");
    assert_eq!(world.store.list_rejected(0, 9).await.unwrap(), []);
    settle(&world, world.now(), vec![(slow[0].number, IntentEnd::Sent)]).await;
    world.wait(seconds(20));
    assert_eq!(taken(&world, 9).await, []);
}

/// Listed until they are forgotten, and never taken again.
pub async fn rejected_intents_stay_without_their_words(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let mut posted = Vec::new();
    for n in 0..3 {
        posted.push(post(&world, room, ana, &format!("word {n}")).await);
    }
    let rows = taken(&world, 9).await;
    let codes = [IntentEnd::Rejected("forbidden"), IntentEnd::Sent, IntentEnd::Rejected("malformed")];
    let at = world.now();
    settle(&world, at, rows.iter().map(|row| row.number).zip(codes).collect()).await;
    let rejected = |row: &IntentRow, code: &str| {
        let IntentRow { number, client_id, room_id, sender_id, .. } = *row;
        RejectedIntent { number, client_id, room_id, sender_id, code: code.to_owned(), at }
    };
    let [first, last] = [rejected(&rows[0], "forbidden"), rejected(&rows[2], "malformed")];
    assert_eq!(world.store.list_rejected(0, 9).await.unwrap(), [first.clone(), last.clone()]);
    assert_eq!(world.store.list_rejected(0, 1).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(world.store.list_rejected(first.number, 9).await.unwrap(), std::slice::from_ref(&last));
    world.wait(seconds(20));
    assert_eq!(taken(&world, 9).await, []);
    world.store.forget_rejected(vec![first.number, rows[1].number]).await.unwrap();
    world.store.forget_rejected(vec![first.number]).await.unwrap();
    assert_eq!(world.store.list_rejected(0, 9).await.unwrap(), [last]);
    post(&world, room, ana, "a new one").await;
    assert!(taken(&world, 9).await[0].number > rows[2].number, "no number is used twice");
}
