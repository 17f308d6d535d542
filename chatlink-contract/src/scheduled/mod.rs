//! Promises of [`ScheduledStore`](chatlink_core::timeline::scheduled::ScheduledStore).

use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    protocol::{AskedPoll, ClientId, EventId, RoomId, Timestamp, UserId},
    timeline::{
        Told,
        scheduled::{SCHEDULED, Scheduled, ScheduledRow, ScheduledWords, Settling},
    },
};

/// The cases of this module.
#[macro_export]
macro_rules! scheduled_cases {
    ($harness:path) => {
        $crate::cases!($harness, scheduled: [
            a_message_waits_is_changed_and_cancelled,
            what_is_due_is_taken_once,
            what_failed_stays_until_it_is_changed,
            what_waits_is_bounded,
            what_is_put_off_waits_again,
            who_is_too_slow_settles_nothing,
        ]);
    };
}

fn waiting(world: &World, user: UserId, room_id: RoomId, text: &str, send_at: Timestamp) -> ScheduledRow {
    let words = ScheduledWords { text: text.to_owned(), ..ScheduledWords::default() };
    ScheduledRow { user_id: user, client_id: world.id(ClientId::from_uuid), room_id, words, send_at, failed: None }
}

async fn put(world: &World, row: &ScheduledRow) -> Scheduled {
    world.store.schedule(row.clone()).await.unwrap()
}

async fn listed(world: &World, user: UserId) -> Vec<ScheduledRow> {
    world.store.list_scheduled(user, SCHEDULED).await.unwrap()
}

async fn taken(world: &World) -> Vec<ClientId> {
    let rows = world.store.claim_scheduled(50, world.now().minus(seconds(60)), world.now()).await.unwrap();
    rows.into_iter().map(|row| row.client_id).collect()
}

async fn settle(world: &World, row: &ScheduledRow, claimed_at: Timestamp, settling: Settling) -> Vec<Told> {
    world.store.settle_scheduled(row.user_id, row.client_id, claimed_at, settling).await.unwrap()
}

/// Kept as it was given, told once a change, its writer's own, the next one first.
pub async fn a_message_waits_is_changed_and_cancelled(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let late = waiting(&world, ana, room, "late", world.now().plus(seconds(90)));
    let mut soon = waiting(&world, ana, room, "soon", world.now().plus(seconds(60)));
    soon.words = ScheduledWords {
        text: "soon".to_owned(),
        reply_to: Some(world.id(EventId::from_uuid)),
        mentions: vec![ben],
        mentions_all: true,
        expires_in: Some(60),
        poll: Some(AskedPoll { options: vec!["a".to_owned(), "b".to_owned()], multiple: true, closes_in: Some(5) }),
        thread: Some(world.id(EventId::from_uuid)),
    };
    let Scheduled::Done(told) = put(&world, &late).await else { panic!("not kept") };
    assert_eq!((told.len(), told[0].user_id, told[0].event.kind.as_str()), (1, ana, "scheduled"));
    assert!(matches!(put(&world, &soon).await, Scheduled::Done(_)));
    assert_eq!(listed(&world, ana).await, [soon.clone(), late.clone()]);
    assert_eq!(listed(&world, ben).await, []);
    let later = ScheduledRow { send_at: world.now().plus(seconds(120)), ..soon.clone() };
    assert!(matches!(put(&world, &later).await, Scheduled::Done(_)));
    assert_eq!(listed(&world, ana).await, [late.clone(), later]);
    assert_eq!(world.store.cancel_scheduled(ben, late.client_id).await.unwrap(), Scheduled::Unknown);
    assert!(matches!(world.store.cancel_scheduled(ana, late.client_id).await.unwrap(), Scheduled::Done(_)));
    assert_eq!(world.store.cancel_scheduled(ana, late.client_id).await.unwrap(), Scheduled::Unknown);
    assert_eq!(listed(&world, ana).await.len(), 1);
}

/// At its time, the oldest first, by one asker; again when he did not say what became of it.
pub async fn what_is_due_is_taken_once(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let second = waiting(&world, ana, room, "second", world.now().plus(seconds(20)));
    let first = waiting(&world, ben, room, "first", world.now().plus(seconds(10)));
    for row in [&second, &first] {
        put(&world, row).await;
    }
    assert_eq!(taken(&world).await, []);
    world.wait(seconds(20));
    assert_eq!(taken(&world).await, [first.client_id, second.client_id]);
    assert_eq!(taken(&world).await, []);
    assert_eq!(put(&world, &first).await, Scheduled::Sending);
    assert_eq!(world.store.cancel_scheduled(ben, first.client_id).await.unwrap(), Scheduled::Sending);
    let told = settle(&world, &first, world.now(), Settling::Sent).await;
    assert_eq!((told.len(), told[0].user_id), (1, ben));
    assert_eq!(settle(&world, &first, world.now(), Settling::Sent).await, []);
    assert_eq!(listed(&world, ben).await, []);
    world.wait(seconds(60));
    assert_eq!(taken(&world).await, [second.client_id], "who took it is gone");
}

/// It says why, and is not tried again before it is changed.
pub async fn what_failed_stays_until_it_is_changed(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let row = waiting(&world, ana, room, "hello", world.now().plus(seconds(5)));
    put(&world, &row).await;
    world.wait(seconds(5));
    assert_eq!(taken(&world).await, [row.client_id]);
    settle(&world, &row, world.now(), Settling::Failed("room_not_found")).await;
    world.wait(seconds(600));
    assert_eq!(taken(&world).await, []);
    assert_eq!(listed(&world, ana).await[0].failed.as_deref(), Some("room_not_found"));
    let again = ScheduledRow { send_at: world.now().plus(seconds(5)), ..row.clone() };
    assert!(matches!(put(&world, &again).await, Scheduled::Done(_)));
    assert_eq!(listed(&world, ana).await, [again]);
    world.wait(seconds(5));
    assert_eq!(taken(&world).await, [row.client_id]);
}

/// A person has so many; one of them can be changed, and another's are not counted.
pub async fn what_waits_is_bounded(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let at = world.now().plus(seconds(60));
    let mut last = waiting(&world, ana, room, "0", at);
    for n in 0..SCHEDULED {
        last = waiting(&world, ana, room, &n.to_string(), at);
        assert!(matches!(put(&world, &last).await, Scheduled::Done(_)), "{n}");
    }
    assert_eq!(put(&world, &waiting(&world, ana, room, "more", at)).await, Scheduled::Full);
    assert!(matches!(put(&world, &last).await, Scheduled::Done(_)));
    assert!(matches!(put(&world, &waiting(&world, ben, room, "mine", at)).await, Scheduled::Done(_)));
    assert_eq!(world.store.list_scheduled(ana, 3).await.unwrap().len(), 3);
}

/// What could not be sent yet is not taken before its new time, can be cancelled or changed until then, and tells nobody.
pub async fn what_is_put_off_waits_again(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let [first, second] =
        ["first", "second"].map(|text| waiting(&world, ana, room, text, world.now().plus(seconds(5))));
    for row in [&first, &second] {
        put(&world, row).await;
    }
    world.wait(seconds(5));
    assert_eq!(taken(&world).await.len(), 2);
    let until = world.now().plus(seconds(60));
    for row in [&first, &second] {
        assert_eq!(settle(&world, row, world.now(), Settling::Later(until)).await, []);
    }
    assert_eq!(listed(&world, ana).await.len(), 2, "nothing of them changed");
    assert_eq!(taken(&world).await, []);
    assert!(matches!(world.store.cancel_scheduled(ana, first.client_id).await.unwrap(), Scheduled::Done(_)));
    world.wait(seconds(60));
    assert_eq!(taken(&world).await, [second.client_id]);
    assert_eq!(settle(&world, &second, world.now(), Settling::Later(world.now().plus(seconds(600)))).await, []);
    let now = ScheduledRow { send_at: world.now().plus(seconds(1)), ..second.clone() };
    assert!(matches!(put(&world, &now).await, Scheduled::Done(_)));
    world.wait(seconds(1));
    assert_eq!(taken(&world).await, [second.client_id], "a changed one keeps nothing of the old one's delay");
}

/// Who took a message and was away so long that another took it, or that it was changed, forgets and fails nothing.
pub async fn who_is_too_slow_settles_nothing(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let row = waiting(&world, ana, room, "hello", world.now().plus(seconds(5)));
    put(&world, &row).await;
    world.wait(seconds(5));
    let early = world.now();
    assert_eq!(taken(&world).await, [row.client_id]);
    world.wait(seconds(60));
    assert_eq!(taken(&world).await, [row.client_id]);
    for settling in [Settling::Sent, Settling::Failed("forbidden"), Settling::Later(early)] {
        assert_eq!(settle(&world, &row, early, settling).await, []);
    }
    assert_eq!(listed(&world, ana).await[0], row);
    assert_eq!(world.store.cancel_scheduled(ana, row.client_id).await.unwrap(), Scheduled::Sending, "still taken");
    assert_eq!(settle(&world, &row, world.now(), Settling::Sent).await.len(), 1);
}
