//! One's own settings and marks.

use crate::{
    Harness,
    people::blocks::block,
    world::{World, note},
};
use chatlink_core::{
    people::SettingsChange,
    protocol::{RoomId, Seq, UserId, UserSeq, frame::Receipt},
    rooms::{History, Prefs, PrefsChange, ReceiptMark, ReceiptsFlushed},
    timeline::Deed,
};
use std::sync::Arc;
use tokio::sync::Barrier;

fn mark(room_id: RoomId, user_id: UserId, delivered: u64, read: u64) -> ReceiptMark {
    ReceiptMark { room_id, user_id, delivered_seq: Seq(delivered), read_seq: Seq(read) }
}

/// Marks as they stand, of somebody who reads everything.
fn stands(user_id: UserId, delivered: u64, read: u64) -> Receipt {
    Receipt { user_id, delivered_seq: Seq(delivered), read_seq: Seq(read), from_seq: Seq(1) }
}

async fn flush(world: &World, marks: Vec<ReceiptMark>) -> Vec<ReceiptsFlushed> {
    world.store.flush_receipts(marks, world.now()).await.unwrap()
}

/// Moves the user's read mark.
pub(super) async fn read(world: &World, room: RoomId, user: UserId, seq: Seq) {
    assert_eq!(flush(world, vec![mark(room, user, 0, seq.0)]).await.len(), 1);
}

/// A change touches what it names alone, is told with the whole of the settings, and touches
/// nobody else's.
pub async fn settings_change_alone_and_are_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let set = async |change| world.store.set_prefs(ana, room, change, world.now()).await.unwrap().unwrap();
    let until = world.now();
    set(PrefsChange { archived: Some(true), muted_until: Some(Some(until)), ..Default::default() }).await;
    let told = set(PrefsChange { pinned: Some(true), ..Default::default() }).await;
    let prefs = Prefs { archived: true, pinned: true, muted_until: Some(until), marked_unread: false, notify: None };
    assert_eq!(world.row(room, ana).await.prefs, prefs);
    assert_eq!((told.user_id, &*told.event.kind, told.event.subject), (ana, "prefs", room.to_string()));
    assert_eq!(told.event.body, serde_json::to_value(prefs).unwrap());
    assert_eq!(told.event.user_seq, UserSeq(2));
    set(PrefsChange { archived: Some(false), muted_until: Some(None), ..Default::default() }).await;
    assert_eq!(world.row(room, ana).await.prefs, Prefs { pinned: true, ..Prefs::default() });

    assert_eq!(world.row(room, ben).await.prefs, Prefs::default());
    assert_eq!(world.version(room).await, 1, "nobody's decisions rest on it");
    let change = PrefsChange { pinned: Some(true), ..Default::default() };
    assert_eq!(world.store.set_prefs(world.user(), room, change, world.now()).await.unwrap(), None);
    let absent = world.id(RoomId::from_uuid);
    assert_eq!(world.store.set_prefs(ana, absent, change, world.now()).await.unwrap(), None);
}

/// Each mark rises by itself, never falls, never passes the head; the version rises once a flush.
pub async fn marks_only_rise_and_stop_at_the_head(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let [room, quiet] = [world.group(&[ana, ben], History::All).await, world.group(&[ana, ben], History::All).await];
    for _ in 0..5 {
        world.say(room, ana, "hello").await;
    }
    let flushed = flush(&world, vec![mark(room, ben, 3, 1), mark(room, ben, 2, 2), mark(quiet, ben, 1, 1)]).await;
    assert_eq!(flushed.len(), 1, "nothing to read in the quiet room");
    assert_eq!((flushed[0].room_id, flushed[0].rev, &*flushed[0].moved), (room, Some(1), &[stands(ben, 3, 2)][..]));
    assert!(flush(&world, vec![mark(room, ben, 3, 2), mark(room, ben, 1, 0)]).await.is_empty());

    let flushed = flush(&world, vec![mark(room, ben, 99, 0), mark(room, ana, 1 << 52, 5)]).await;
    let mut expected = [stands(ben, 5, 2), stands(ana, 5, 5)];
    expected.sort_unstable_by_key(|receipt| receipt.user_id);
    assert_eq!((flushed[0].rev, &*flushed[0].moved), (Some(2), &expected[..]));
    assert_eq!(world.store.list_receipts(room, None, 50).await.unwrap(), (2, expected.to_vec()));
    assert_eq!(world.store.list_receipts(room, None, 1).await.unwrap().1, expected[..1]);
    for receipt in &expected {
        let only = world.store.list_receipts(room, Some(receipt.user_id), 50).await.unwrap();
        assert_eq!(only, (2, vec![*receipt]), "one's own alone");
    }
    assert_eq!(world.store.list_receipts(room, Some(world.user()), 50).await.unwrap().1, []);
    let heads = world.store.heads(&[room, quiet], &[]).await.unwrap();
    assert_eq!((heads.rooms[&room].rev, heads.rooms[&quiet].rev), (2, 0));
}

/// Of what nobody else may see no version tells: neither of who hides how far he read nor of a severed room. What was
/// read meanwhile is told once, when it is shown again.
pub async fn hidden_marks_raise_no_version(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let [room, group] = [world.direct(ana, ben).await, world.group(&[ana, ben], History::All).await];
    let aside = world.group(&[ben], History::All).await;
    for room in [room, group, aside] {
        for _ in 0..9 {
            world.say(room, if room == aside { ben } else { ana }, "hello").await;
        }
    }
    let revs = async || {
        let heads = world.store.heads(&[room, group, aside], &[]).await.unwrap();
        let (listed, _) = world.store.list_receipts(room, None, 9).await.unwrap();
        assert_eq!(listed, heads.rooms[&room].rev);
        [room, group, aside].map(|room| heads.rooms[&room].rev)
    };
    let read = async |user, seq| {
        let before = revs().await;
        let flushed = flush(&world, vec![mark(room, user, seq, seq), mark(group, user, seq, seq)]).await;
        assert_eq!(flushed.iter().map(|room| room.moved.len()).collect::<Vec<_>>(), [1, 1], "moved it is");
        let now = revs().await;
        for flushed in flushed {
            let at = if flushed.room_id == room { 0 } else { 1 };
            assert_eq!(flushed.rev, (now[at] > before[at]).then_some(now[at]), "raised, and told");
        }
        now
    };
    let show = async |read_receipts| {
        let change = SettingsChange { read_receipts: Some(read_receipts), ..SettingsChange::default() };
        world.store.update_settings(ben, change, note(ben, "settings", "", 0), world.now()).await.unwrap();
        revs().await
    };
    assert_eq!(read(ben, 1).await, [1, 1, 0]);
    assert_eq!(show(false).await, [1, 1, 0]);
    assert_eq!(read(ben, 2).await, [1, 1, 0], "hidden");
    assert_eq!(read(ana, 1).await, [2, 2, 0], "hers is not");
    let both = flush(&world, vec![mark(group, ben, 3, 3), mark(group, ana, 3, 3)]).await;
    assert_eq!((both[0].rev, both[0].moved.len()), (Some(3), 2), "once a flush, for hers");
    assert_eq!(show(true).await, [3, 4, 0], "where he got anywhere");
    assert_eq!(show(true).await, [3, 4, 0], "once");

    world.store.block(block(ana, ben), world.now()).await.unwrap();
    world.store.block(block(ben, ana), world.now()).await.unwrap();
    assert_eq!(read(ben, 5).await, [3, 5, 0], "in a group both stay");
    assert_eq!(read(ana, 5).await, [3, 6, 0]);
    assert_eq!((show(false).await, show(true).await), ([3, 6, 0], [3, 7, 0]), "nor by the switch");
    world.store.unblock(block(ana, ben), world.now()).await.unwrap();
    assert_eq!(revs().await, [3, 7, 0], "one block is left");
    world.store.unblock(block(ben, ana), world.now()).await.unwrap();
    assert_eq!(revs().await, [4, 7, 0]);
    world.store.unblock(block(ben, ana), world.now()).await.unwrap();
    assert_eq!(revs().await, [4, 7, 0]);
    assert_eq!(read(ben, 6).await, [5, 8, 0]);
}

/// A risen read mark clears "marked unread" and goes into its owner's log; a delivered one neither.
pub async fn reading_clears_the_mark_of_unread(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    world.say(room, ana, "hello").await;
    let change = PrefsChange { marked_unread: Some(true), ..Default::default() };
    world.store.set_prefs(ben, room, change, world.now()).await.unwrap().unwrap();
    let flushed = flush(&world, vec![mark(room, ben, 1, 0)]).await;
    assert!(flushed[0].told.is_empty());
    assert!(world.row(room, ben).await.prefs.marked_unread);

    let flushed = flush(&world, vec![mark(room, ben, 0, 1)]).await;
    assert_eq!(flushed[0].told.len(), 1);
    let told = &flushed[0].told[0];
    assert_eq!((told.user_id, &*told.event.kind, &told.event.subject), (ben, "read", &room.to_string()));
    assert_eq!(told.event.body, serde_json::json!({ "read_seq": 1 }));
    assert!(!world.row(room, ben).await.prefs.marked_unread);
    let (log, _) = world.store.user_log(ben, UserSeq(0), 9).await.unwrap();
    assert_eq!(log.last(), Some(&told.event));
}

/// With the marks comes from where their owner reads: nobody has read what is said before he came.
pub async fn marks_say_from_where_one_reads(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    world.say(room, ana, "before he came").await;
    let came = world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    let last = world.say(room, ana, "welcome").await.seq;
    let late = |read_seq: Seq| Receipt { user_id: ben, delivered_seq: read_seq, read_seq, from_seq: came.seq };
    let mut both = vec![stands(ana, 0, 0), late(Seq(0))];
    both.sort_unstable_by_key(|mark| mark.user_id);
    assert_eq!(world.store.list_receipts(room, None, 9).await.unwrap().1, both);
    let flushed = flush(&world, vec![mark(room, ben, last.0, last.0)]).await;
    assert_eq!(flushed[0].moved, [late(last)]);
    assert_eq!(world.store.list_receipts(room, Some(ben), 9).await.unwrap().1, [late(last)]);
}

/// Marks of who is no member, or of no room, are dropped.
pub async fn marks_of_strangers_move_nothing(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, eve] = [world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    world.say(room, ana, "hello").await;
    let marks = vec![mark(room, eve, 1, 1), mark(world.id(RoomId::from_uuid), ana, 1, 1)];
    assert!(flush(&world, marks).await.is_empty());
    assert!(flush(&world, Vec::new()).await.is_empty());
    assert_eq!(world.store.list_receipts(room, None, 9).await.unwrap(), (0, vec![stands(ana, 0, 0)]));
    assert_eq!(world.store.list_receipts(world.id(RoomId::from_uuid), None, 9).await.unwrap(), (0, Vec::new()));
}

/// Flushes at once on two handles end at the highest marks, each movement with its own version.
pub async fn marks_at_once_keep_the_highest(harness: &impl Harness) {
    let (one, another) = (harness.store(), harness.another().await);
    let world = World::on(one.clone());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    world.append((0..100).map(|_| world.message(room, ana, 1, "hello")).collect()).await;
    let barrier = Arc::new(Barrier::new(32));
    let tasks: Vec<_> = (1..=32_u64)
        .map(|at| {
            let store = if at % 2 == 0 { one.clone() } else { another.clone() };
            let (barrier, now) = (barrier.clone(), world.now());
            tokio::spawn(async move {
                barrier.wait().await;
                store.flush_receipts(vec![mark(room, ana, at, at)], now).await.unwrap()
            })
        })
        .collect();
    let mut revs = Vec::new();
    for task in tasks {
        revs.extend(task.await.unwrap().iter().filter_map(|flushed| flushed.rev));
    }
    revs.sort_unstable();
    assert!(revs.iter().copied().eq(1..=revs.len() as u64), "{revs:?}");
    let (rev, marks) = world.store.list_receipts(room, None, 9).await.unwrap();
    assert_eq!((rev, &*marks), (revs.len() as u64, &[stands(ana, 32, 32)][..]));
}
