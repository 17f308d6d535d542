//! Promises of [`WebhookStore`](chatlink_core::webhooks::WebhookStore), and of what an append notes for it.

use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    jobs::{JobId, JobLease, NewJob},
    protocol::{RoomId, Seq, UserId},
    rooms::History,
    webhooks::{
        Begun, DueRoom, Failing, JOB, PlainHttp, SealedSecrets, WEBHOOKS, Webhook, WebhookId, WebhookRow, WebhookState,
        WebhookUrl,
    },
};
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// The cases of this module.
#[macro_export]
macro_rules! webhook_cases {
    ($harness:path) => {
        $crate::cases!($harness, webhooks: [
            a_webhook_is_kept_changed_and_removed,
            there_are_ten_at_most_however_many_ask,
            what_was_committed_before_counts_as_told,
            an_append_notes_its_rooms_for_every_webhook,
            due_rooms_come_in_pages,
            a_delivery_begins_under_its_lease_alone,
            the_end_of_a_delivery_stays_until_it_is_taken,
            a_room_is_due_until_nothing_lies_behind_its_cursor,
            a_sweep_walks_all_rooms,
            a_removal_takes_everything_along,
            settling_beside_appends_forgets_none,
            webhooks_survive_a_restart,
        ]);
    };
}

fn row(world: &World) -> WebhookRow {
    let webhook = Webhook {
        id: world.id(WebhookId),
        name: "our backend".parse().unwrap(),
        url: WebhookUrl::parse("https://hooks.example.org/chat?key=1", PlainHttp::Refused).unwrap(),
        created_at: world.now(),
        state: WebhookState::Active,
        failing: Failing::default(),
    };
    WebhookRow { webhook, secrets: SealedSecrets { current: vec![1; 60], former: None } }
}

fn job(world: &World, id: WebhookId) -> NewJob {
    NewJob { id: world.id(JobId), kind: JOB, key: id.to_string(), payload: Value::Null, run_at: world.now() }
}

async fn create(world: &World) -> WebhookId {
    let row = row(world);
    let id = row.webhook.id;
    assert!(world.store.create_webhook(row, job(world, id)).await.unwrap());
    id
}

/// Leases the job that is due the longest, for a minute.
async fn lease(world: &World) -> JobLease {
    let (token, until) = (world.id(|token: Uuid| token), world.now().plus(seconds(60)));
    world.store.lease(&[JOB], token, until, world.now()).await.unwrap().unwrap().lease
}

async fn find(world: &World, id: WebhookId) -> Option<WebhookRow> {
    world.store.find_webhook(id).await.unwrap()
}

async fn due(world: &World, id: WebhookId) -> Vec<DueRoom> {
    let mut due = world.store.due_rooms(id, None, 100).await.unwrap();
    due.sort_by_key(|due| due.room_id);
    due
}

fn at(room_id: RoomId, until: u64) -> Begun {
    Begun { room_id, until: Seq(until) }
}

fn is_due(room_id: RoomId, sent: u64, until: Option<u64>) -> DueRoom {
    DueRoom { room_id, sent: Seq(sent), until: until.map(Seq) }
}

/// Begins a delivery and has it taken.
async fn deliver(world: &World, id: WebhookId, lease: JobLease, delivery: Begun) {
    assert!(world.store.begin_deliveries(id, lease, vec![delivery]).await.unwrap());
    world.store.settle_deliveries(id, vec![delivery]).await.unwrap();
}

async fn room(world: &World) -> (RoomId, UserId) {
    let ana = world.user();
    (world.group(&[ana], History::All).await, ana)
}

/// As it was given; its state, how it fails and its secrets change by themselves.
pub async fn a_webhook_is_kept_changed_and_removed(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (first, id) = (row(&world), create(&world).await);
    let kept = WebhookRow { webhook: Webhook { id, ..first.webhook.clone() }, ..first };
    assert_eq!(find(&world, id).await, Some(kept.clone()));
    world.wait(seconds(1));
    let second = create(&world).await;
    let listed: Vec<_> = world.store.list_webhooks().await.unwrap().iter().map(|row| row.webhook.id).collect();
    assert_eq!(listed, [id, second], "the oldest first");
    let failing = Failing {
        since: Some(world.now()),
        attempts: 3,
        due_at: Some(world.now().plus(seconds(9))),
        last_error: Some("it answered 503".to_owned()),
    };
    assert!(world.store.note_webhook(id, failing.clone(), WebhookState::Active).await.unwrap());
    let webhook = find(&world, id).await.unwrap().webhook;
    assert_eq!((webhook.failing, webhook.state), (failing.clone(), WebhookState::Active));
    assert!(world.store.set_webhook_state(id, WebhookState::Paused).await.unwrap());
    let webhook = find(&world, id).await.unwrap().webhook;
    assert_eq!((webhook.failing, webhook.state), (Failing::default(), WebhookState::Paused));
    assert!(!world.store.note_webhook(id, failing.clone(), WebhookState::Disabled).await.unwrap(), "it is paused");
    let secrets = SealedSecrets { current: vec![2; 60], former: Some((vec![1; 60], world.now())) };
    for changed in [true, false] {
        let replaced = world.store.replace_webhook_secrets(id, vec![1; 60], secrets.clone()).await.unwrap();
        assert_eq!(replaced, changed, "of two who change it, one does");
    }
    assert_eq!(find(&world, id).await.unwrap().secrets, secrets);
    let nobody = world.id(WebhookId);
    assert!(!world.store.set_webhook_state(nobody, WebhookState::Active).await.unwrap());
    assert!(!world.store.delete_webhook(nobody).await.unwrap());
    assert!(world.store.delete_webhook(id).await.unwrap());
    assert_eq!((find(&world, id).await, find(&world, second).await.is_some()), (None, true));
}

/// Of those who ask at once, so many get one.
pub async fn there_are_ten_at_most_however_many_ask(harness: &impl Harness) {
    let worlds = [Arc::new(World::on(harness.store())), Arc::new(World::on(harness.another().await).beside())];
    let ask = |n: usize| {
        let world = worlds[n % 2].clone();
        tokio::spawn(async move {
            let row = row(&world);
            let job = job(&world, row.webhook.id);
            world.store.create_webhook(row, job).await.unwrap()
        })
    };
    let asked: Vec<_> = (0..WEBHOOKS as usize + 4).map(ask).collect();
    let mut made = 0;
    for one in asked {
        made += u32::from(one.await.unwrap());
    }
    assert_eq!((made, worlds[0].store.list_webhooks().await.unwrap().len()), (WEBHOOKS, WEBHOOKS as usize));
}

/// A webhook begins behind it, and at the beginning of rooms that are made later.
pub async fn what_was_committed_before_counts_as_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ((old, ana), (silent, ben)) = (room(&world).await, room(&world).await);
    world.say(old, ana, "before").await;
    world.say(old, ana, "before").await;
    let id = create(&world).await;
    assert_eq!(due(&world, id).await, []);
    world.say(old, ana, "after").await;
    world.say(silent, ben, "after").await;
    let (new, cleo) = room(&world).await;
    world.say(new, cleo, "after").await;
    let expected = BTreeSet::from([(old, Seq(2)), (silent, Seq(0)), (new, Seq(0))]);
    assert_eq!(due(&world, id).await.iter().map(|due| (due.room_id, due.sent)).collect::<BTreeSet<_>>(), expected);
}

/// In its own transaction, once a room, whatever the webhook's state; a refused act notes nothing.
pub async fn an_append_notes_its_rooms_for_every_webhook(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ((one, ana), (two, ben)) = (room(&world).await, room(&world).await);
    let (first, second) = (create(&world).await, create(&world).await);
    assert!(world.store.set_webhook_state(second, WebhookState::Disabled).await.unwrap());
    let version = world.version(one).await;
    let stale = world.message(two, ben, 99, "stale");
    world.append(vec![world.message(one, ana, version, "a"), stale, world.message(one, ana, version, "b")]).await;
    for id in [first, second] {
        assert_eq!(due(&world, id).await, [is_due(one, 0, None)]);
        assert_eq!(world.store.count_due(id, 10).await.unwrap(), 1);
    }
    world.say(two, ben, "c").await;
    assert_eq!(world.store.count_due(first, 10).await.unwrap(), 2);
    assert_eq!(world.store.count_due(first, 1).await.unwrap(), 1, "counted so far");
}

/// Each once, whatever the size of a page.
pub async fn due_rooms_come_in_pages(harness: &impl Harness) {
    let world = World::on(harness.store());
    let id = create(&world).await;
    let mut rooms = BTreeSet::new();
    for _ in 0..5 {
        let (room, ana) = room(&world).await;
        world.say(room, ana, "hello").await;
        rooms.insert(room);
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.due_rooms(id, after, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.room_id);
        found.extend(page.iter().map(|due| due.room_id));
    }
    assert_eq!(found.len(), 5);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), rooms);
}

/// Not of a lease that went to another, nor of a webhook that is to be told nothing.
pub async fn a_delivery_begins_under_its_lease_alone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, ana) = room(&world).await;
    let id = create(&world).await;
    world.say(room, ana, "hello").await;
    let lost = lease(&world).await;
    world.wait(seconds(60));
    let held = lease(&world).await;
    assert_eq!(held.job, lost.job);
    assert!(!world.store.begin_deliveries(id, lost, vec![at(room, 1)]).await.unwrap());
    world.store.set_webhook_state(id, WebhookState::Paused).await.unwrap();
    assert!(!world.store.begin_deliveries(id, held, vec![at(room, 1)]).await.unwrap());
    assert_eq!(due(&world, id).await, [is_due(room, 0, None)]);
    world.store.set_webhook_state(id, WebhookState::Active).await.unwrap();
    assert!(world.store.begin_deliveries(id, held, vec![at(room, 1)]).await.unwrap());
    assert_eq!(due(&world, id).await, [is_due(room, 0, Some(1))]);
}

/// Whoever repeats it finds it; only the same end moves the cursor, and once.
pub async fn the_end_of_a_delivery_stays_until_it_is_taken(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, ana) = room(&world).await;
    let id = create(&world).await;
    for text in ["a", "b", "c"] {
        world.say(room, ana, text).await;
    }
    let lease = lease(&world).await;
    for until in [2, 3] {
        assert!(world.store.begin_deliveries(id, lease, vec![at(room, until)]).await.unwrap());
        assert_eq!(due(&world, id).await, [is_due(room, 0, Some(2))], "the first end stays");
    }
    world.store.settle_deliveries(id, vec![at(room, 3)]).await.unwrap();
    assert_eq!(due(&world, id).await, [is_due(room, 0, Some(2))], "not the one that was begun");
    world.store.settle_deliveries(id, vec![at(room, 2)]).await.unwrap();
    assert_eq!(due(&world, id).await, [is_due(room, 2, None)]);
    world.store.settle_deliveries(id, vec![at(room, 2)]).await.unwrap();
    assert_eq!(due(&world, id).await, [is_due(room, 2, None)], "told twice, moved once");
}

/// And again with the next event.
pub async fn a_room_is_due_until_nothing_lies_behind_its_cursor(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, ana) = room(&world).await;
    let (id, other) = (create(&world).await, create(&world).await);
    world.say(room, ana, "a").await;
    world.say(room, ana, "b").await;
    let leases = [lease(&world).await, lease(&world).await];
    let mut held = leases[0];
    if !world.store.begin_deliveries(id, held, vec![at(room, 1)]).await.unwrap() {
        held = leases[1];
    }
    deliver(&world, id, held, at(room, 1)).await;
    assert_eq!(due(&world, id).await, [is_due(room, 1, None)]);
    deliver(&world, id, held, at(room, 2)).await;
    assert_eq!(due(&world, id).await, []);
    assert_eq!(due(&world, other).await, [is_due(room, 0, None)], "the other's is its own");
    world.say(room, ana, "c").await;
    assert_eq!(due(&world, id).await, [is_due(room, 2, None)]);
    world.store.settle_deliveries(id, vec![at(room, 2)]).await.unwrap();
    assert_eq!(due(&world, id).await, [is_due(room, 2, None)], "nothing was begun, and there is more");
}

/// All rooms in pages; those that are told are left alone.
pub async fn a_sweep_walks_all_rooms(harness: &impl Harness) {
    let world = World::on(harness.store());
    let mut rooms = Vec::new();
    for _ in 0..5 {
        rooms.push(room(&world).await);
    }
    let id = create(&world).await;
    let lease = lease(&world).await;
    for (room, ana) in &rooms[..3] {
        world.say(*room, *ana, "hello").await;
        deliver(&world, id, lease, at(*room, 1)).await;
    }
    assert_eq!(due(&world, id).await, []);
    let sweep = async || {
        let (mut after, mut looks) = (None, 0);
        loop {
            after = world.store.sweep_webhook(id, after, 2).await.unwrap();
            looks += 1;
            if after.is_none() {
                break looks;
            }
        }
    };
    assert!((3..=4).contains(&sweep().await), "two rooms a look");
    assert_eq!(due(&world, id).await, [], "nothing lies behind");
    for (room, ana) in &rooms[..2] {
        world.say(*room, *ana, "more").await;
    }
    let noted = due(&world, id).await;
    sweep().await;
    assert_eq!(due(&world, id).await, noted, "what is noted stays as it is");
    assert_eq!(world.store.sweep_webhook(world.id(WebhookId), None, 100).await.unwrap(), None, "of nobody");
}

/// Cursors, notes and its job; another's stay.
pub async fn a_removal_takes_everything_along(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, ana) = room(&world).await;
    let (id, other) = (create(&world).await, create(&world).await);
    world.say(room, ana, "hello").await;
    assert!(world.store.delete_webhook(id).await.unwrap());
    assert_eq!((due(&world, id).await, due(&world, other).await.len()), (Vec::new(), 1));
    let jobs = world.store.list_jobs(None, 100).await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.key.clone()).collect::<Vec<_>>(), [other.to_string()]);
    world.say(room, ana, "more").await;
    assert_eq!((due(&world, id).await, due(&world, other).await.len()), (Vec::new(), 1));
}

/// An append whose note met a settling one is due, or was told: none is lost.
pub async fn settling_beside_appends_forgets_none(harness: &impl Harness) {
    const EVENTS: u64 = 60;
    let world = Arc::new(World::on(harness.store()));
    let beside = Arc::new(World::on(harness.another().await).beside());
    let (room, ana) = room(&world).await;
    let id = create(&world).await;
    let lease = lease(&world).await;
    let writer = tokio::spawn(async move {
        for n in 0..EVENTS {
            beside.say(room, ana, &n.to_string()).await;
        }
    });
    let mut told = 0;
    loop {
        let over = writer.is_finished();
        for due in world.store.due_rooms(id, None, 10).await.unwrap() {
            let head = world.page(room, chatlink_core::timeline::Reader::Node, due.sent).await.unwrap().head;
            if head > due.sent {
                deliver(&world, id, lease, at(room, head.0)).await;
                told = head.0;
            } else {
                world.store.settle_deliveries(id, vec![at(room, due.sent.0)]).await.unwrap();
            }
        }
        if over {
            break;
        }
    }
    writer.await.unwrap();
    assert_eq!((told, due(&world, id).await), (EVENTS, Vec::new()));
}

/// A webhook, its cursors and the ends of its deliveries.
pub async fn webhooks_survive_a_restart(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, ana) = room(&world).await;
    let id = create(&world).await;
    world.say(room, ana, "a").await;
    let lease = lease(&world).await;
    assert!(world.store.begin_deliveries(id, lease, vec![at(room, 1)]).await.unwrap());
    let other = World::on(harness.another().await);
    assert_eq!(due(&other, id).await, [is_due(room, 0, Some(1))]);
    assert_eq!(find(&other, id).await, find(&world, id).await);
}
