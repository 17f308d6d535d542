//! Threads: beneath a message, out of the main timeline's way.

use crate::{
    Harness,
    people::blocks::block,
    timeline::mentions::naming,
    world::{World, answer, beneath, correct, event, expiring, improved, leave, named, seconds},
};
use chatlink_core::{
    protocol::{EventId, RoomId, Seq, Thread, UserId},
    rooms::{History, ReceiptMark},
    timeline::{
        Deed, Outcome, Reader, Window,
        mine::Marked,
        threads::{MAX_FOLLOWED, ThreadRow},
    },
};
use std::collections::HashSet;

async fn threads(world: &World, user: UserId, room: RoomId) -> Vec<ThreadRow> {
    world.store.list_threads(user, room, None, 50, world.now()).await.unwrap().expect("a member")
}

/// The threads that somebody follows: root, up to where they are read, how much there is to read.
async fn follows(world: &World, user: UserId, room: RoomId) -> Vec<(EventId, u64, u32)> {
    let rows = threads(world, user, room).await;
    rows.into_iter().map(|row| (row.root.id, row.read_seq.0, row.unread)).collect()
}

/// What is said beneath a message stands in its thread alone; the message says how much it is.
pub async fn a_thread_is_told_at_its_first_message(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let root = world.say(room, ana, "what do you think?").await;
    let after = world.say(room, ana, "by the way").await;
    let before = world.row(room, ben).await;
    world.wait(seconds(5));
    let first = world.must_do(room, ben, answer(root.id, "much")).await;
    let last = world.must_do(room, ana, answer(root.id, "and more")).await;
    assert_eq!((first.body.thread(), first.seq, last.seq), (Some(root.id), Seq(3), Seq(4)));
    let page = world.snapshot(room, ben).await;
    let shown: Vec<_> = page.items.iter().map(|item| (item.seq.0, item.thread)).collect();
    let thread = Thread { replies: 2, last_seq: last.seq, last_at: last.at };
    assert_eq!((shown, page.as_of), (vec![(1, Some(thread)), (2, None)], Seq(4)));
    let beneath = world.thread(room, ben, root.id).await;
    let seqs: Vec<_> = beneath.items.iter().map(|item| item.seq.0).collect();
    assert_eq!((seqs, beneath.as_of, beneath.has_before), (vec![3, 4], Seq(4), false));
    assert_eq!(world.log(room, Reader::Member(ben)).await.len(), 4, "the log has all of it");
    let facts = async |id| world.store.find_message(room, id, world.now()).await.unwrap().unwrap().thread;
    assert_eq!((facts(root.id).await, facts(last.id).await), (None, Some(root.id)));
    let row = world.row(room, ben).await;
    assert_eq!((row.last_item.unwrap().id, row.unread, row.updated_at), (after.id, 2, before.updated_at));
    assert!(world.thread(room, ben, after.id).await.items.is_empty(), "a thread that nobody began");
}

/// From its end, below a seq and around one.
pub async fn a_thread_has_windows(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let root = world.say(room, ana, "root").await;
    for n in 0..6 {
        world.must_do(room, ana, answer(root.id, &format!("beneath {n}"))).await;
        world.say(room, ana, "beside").await;
    }
    let page = async |window| {
        let reader = Reader::Member(ana);
        let page = world.store.thread(room, reader, root.id, window, 3, world.now()).await.unwrap().unwrap();
        let seqs: Vec<_> = page.items.iter().map(|item| item.seq.0).collect();
        (seqs, page.has_before, page.has_after)
    };
    assert_eq!(page(Window::Newest).await, (vec![8, 10, 12], true, false));
    assert_eq!(page(Window::Before(Seq(8))).await, (vec![2, 4, 6], false, true));
    assert_eq!(page(Window::After(Seq(5))).await, (vec![6, 8, 10], true, true));
    assert_eq!(page(Window::After(Seq(8))).await, (vec![10, 12], true, false));
    assert_eq!(page(Window::Around(Seq(8))).await, (vec![6, 8, 10], true, true));
    let nobody = world.user();
    let read = world.store.thread(room, Reader::Member(nobody), root.id, Window::Newest, 3, world.now()).await;
    assert_eq!(read.unwrap(), None);
}

/// Whoever wrote the first message, wrote in it or is named in it follows a thread, as long as he is a member.
pub async fn who_takes_part_follows(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, carl, dora] = [world.user(), world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben, carl, dora], History::All).await;
    let root = world.say(room, ana, "root").await;
    assert_eq!(follows(&world, ana, room).await, [], "nothing was said beneath it");
    world.must_do(room, ben, beneath(named(root.id, 1), naming("ask Carl", &[carl], false))).await;
    assert_eq!(follows(&world, ana, room).await, [(root.id, 0, 1)]);
    assert_eq!(follows(&world, ben, room).await, [(root.id, 2, 0)], "he has read what he wrote");
    assert_eq!(follows(&world, carl, room).await, [(root.id, 0, 1)]);
    assert_eq!(follows(&world, dora, room).await, []);
    world.must_do(room, carl, answer(root.id, "here I am")).await;
    assert_eq!(follows(&world, carl, room).await, [(root.id, 3, 0)]);
    assert_eq!(follows(&world, ben, room).await, [(root.id, 2, 1)]);
    world.must_do(room, ben, leave(ben)).await;
    assert!(world.store.list_threads(ben, room, None, 9, world.now()).await.unwrap().is_none());
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(follows(&world, ben, room).await, [], "who comes back begins anew");
    let gone = world.user();
    assert!(world.store.list_threads(gone, room, None, 9, world.now()).await.unwrap().is_none());
}

/// A thread has unread messages of its own, which are none of the room's; its mark rises and is told to one's devices.
pub async fn a_thread_is_read_by_itself(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let carl = world.user();
    let room = world.group(&[ana, ben, carl], History::All).await;
    let root = world.say(room, ana, "root").await;
    for text in ["one", "two"] {
        world.must_do(room, ben, answer(root.id, text)).await;
    }
    let last = world.must_do(room, carl, answer(root.id, "three")).await;
    let of_ana = async || {
        let row = world.row(room, ana).await;
        (row.unread, row.unread_threads, world.store.badge(ana, world.now()).await.unwrap())
    };
    assert_eq!(of_ana().await, (0, 1, 0), "a thread asks for no attention of its own");
    assert_eq!(world.row(room, carl).await.unread_threads, 0);
    let mark = ReceiptMark { room_id: room, user_id: ana, delivered_seq: Seq(4), read_seq: Seq(4) };
    world.store.flush_receipts(vec![mark], world.now()).await.unwrap();
    assert_eq!(follows(&world, ana, room).await, [(root.id, 0, 3)], "the room's mark is another");
    let read = async |seq| world.store.read_thread(ana, room, root.id, Seq(seq)).await.unwrap();
    let told = read(3).await;
    assert_eq!((told.len(), told[0].user_id, &*told[0].event.kind), (1, ana, "thread"));
    assert_eq!((&*told[0].event.subject, &told[0].event.body["read_seq"]), (&*root.id.to_string(), &3.into()));
    assert_eq!((read(2).await, read(3).await), (vec![], vec![]), "a mark only rises");
    assert_eq!((follows(&world, ana, room).await, of_ana().await.1), (vec![(root.id, 3, 1)], 1));
    world.must_do(room, ana, Deed::Redact { target: last.id }).await;
    assert_eq!((follows(&world, ana, room).await, of_ana().await.1), (vec![(root.id, 3, 0)], 0));
    world.must_do(room, ben, answer(root.id, "four")).await;
    assert_eq!(of_ana().await.1, 1);
    world.store.block(block(ana, ben), world.now()).await.unwrap();
    assert_eq!((follows(&world, ana, room).await, of_ana().await.1), (vec![(root.id, 3, 0)], 0), "of whom one blocks");
    assert_eq!(read(900).await.len(), 1);
    assert_eq!(follows(&world, ana, room).await[0].1, 6, "at most the head");
    let other = world.user();
    assert_eq!(world.store.read_thread(other, room, root.id, Seq(1)).await.unwrap(), [], "who does not follow it");
}

/// A thread stays when words of it go: of its messages tombstones, of its first message the count. Nothing is added to
/// one whose first message is gone.
pub async fn a_thread_outlives_words(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let root = world.say(room, ana, "root").await;
    let taken = world.must_do(room, ana, answer(root.id, "taken back")).await;
    let until = world.now().plus(seconds(5));
    world.must_do(room, ana, beneath(named(root.id, 1), expiring("for a while", Some(until)))).await;
    world.must_do(room, ana, Deed::Redact { target: taken.id }).await;
    world.wait(seconds(5));
    world.store.purge_expired(world.now(), 100).await.unwrap();
    let page = world.thread(room, ana, root.id).await;
    let shown: Vec<_> = page.items.iter().map(|item| (item.redacted, item.body.thread())).collect();
    assert_eq!(shown, [(true, Some(root.id)), (true, Some(root.id))]);
    assert_eq!(world.snapshot(room, ana).await.items.len(), 1, "tombstones stand where the words stood");
    world.must_do(room, ana, Deed::Redact { target: root.id }).await;
    let item = world.snapshot(room, ana).await.items.remove(0);
    assert_eq!((item.redacted, item.thread.map(|thread| thread.replies)), (true, Some(2)));
    assert_eq!(world.try_do(room, ana, answer(root.id, "more")).await, Outcome::Gone);
    let nowhere = world.id(EventId::from_uuid);
    assert_eq!(world.try_do(room, ana, answer(nowhere, "more")).await, Outcome::NoTarget);
}

/// The one in which something was said last first; the next page goes on below it.
pub async fn threads_are_paged_by_their_last_word(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let mut roots = Vec::new();
    for n in 0..3 {
        roots.push(world.say(room, ana, &format!("root {n}")).await.id);
    }
    for root in [roots[2], roots[0], roots[1], roots[2]] {
        event(world.try_do(room, ana, answer(root, "beneath")).await);
    }
    let page = async |before: Option<u64>, limit| {
        let rows = world.store.list_threads(ana, room, before.map(Seq), limit, world.now()).await.unwrap().unwrap();
        rows.into_iter().map(|row| (row.root.id, row.root.thread.unwrap().last_seq.0)).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [(roots[2], 7), (roots[1], 6)]);
    assert_eq!(page(Some(6), 2).await, [(roots[0], 5)]);
    assert_eq!(page(Some(5), 2).await, []);
}

/// Who reads from his joining on neither answers nor follows what began before it, though he is named in it.
pub async fn a_thread_begins_with_what_one_may_read(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    let root = world.say(room, ana, "before he came").await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    world.must_do(room, ana, beneath(named(root.id, 1), naming("Ben?", &[ben], false))).await;
    assert_eq!((follows(&world, ben, room).await, world.row(room, ben).await.unread_threads), (vec![], 0));
    let deed = beneath(named(root.id, 2), expiring("yes", None));
    assert_eq!(world.try_do(room, ben, deed).await, Outcome::NoTarget);
}

/// What is said in threads is on the lists of pins, stars and corrections as everything else.
pub async fn lists_hold_what_is_in_threads(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let root = world.say(room, ana, "root").await;
    let said = world.must_do(room, ana, answer(root.id, "I has a cat")).await;
    world.must_do(room, ben, correct(named(said.id, 2), 1, improved("I has a cat", "I have a cat"))).await;
    world.must_do(room, ana, Deed::Pin { target: named(said.id, 2), pinned: true, most: 9 }).await;
    assert!(matches!(world.star(ben, room, said.id).await, Marked::Done(_)));
    let pins = world.store.list_pins(room, ben, 9, world.now()).await.unwrap().unwrap();
    assert_eq!(pins.iter().map(|item| item.id).collect::<Vec<_>>(), [said.id]);
    let stars = world.store.list_stars(ben, None, 9, world.now()).await.unwrap();
    assert_eq!(stars.iter().map(|row| row.item.id).collect::<Vec<_>>(), [said.id]);
    let corrections = world.store.list_corrections(ana, None, None, 9, world.now()).await.unwrap();
    assert_eq!(corrections.iter().map(|row| row.message_id).collect::<Vec<_>>(), [said.id]);
}

/// Somebody follows so many threads of a room: beyond them, those that began longest ago are let go, but never the one
/// in which he just spoke.
pub async fn threads_that_one_follows_are_bounded(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let mut roots = Vec::new();
    for n in 0..=MAX_FOLLOWED {
        let root = world.say(room, ana, &format!("root {n}")).await.id;
        world.must_do(room, ana, answer(root, "beneath")).await;
        roots.push(root);
        world.wait(seconds(1));
    }
    let followed = async || {
        let rows = world.store.list_threads(ana, room, None, 1_000, world.now()).await.unwrap().unwrap();
        rows.into_iter().map(|row| row.root.id).collect::<HashSet<_>>()
    };
    assert!(followed().await == roots[1..].iter().copied().collect(), "the oldest is let go");
    world.must_do(room, ana, answer(roots[0], "once more")).await;
    let now = followed().await;
    assert!(now.contains(&roots[0]) && now.len() <= MAX_FOLLOWED + 1, "{}", now.len());
}
