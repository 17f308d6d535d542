//! The log, snapshots and single messages, read.

use crate::{
    Harness,
    world::{LIMIT, World, edit, react, seconds, seqs},
};
use chatlink_core::{
    protocol::{EventBody, EventId, RoomId, Seq},
    rooms::History,
    timeline::{Deed, EventsPage, Reader, TimelinePage, Window},
};

/// A page is `after + 1` and on, at most `limit`, with the room's head; what was read is what was told.
pub async fn events_come_dense_and_bounded(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    assert_eq!(world.page(room, Reader::Member(ana), Seq(0)).await, Some(EventsPage::default()));
    let mut told = Vec::new();
    for count in 1..=7 {
        told.push(world.say(room, ana, &format!("message {count}")).await);
    }
    assert_eq!(world.log(room, Reader::Member(ana)).await, told);
    let page = world.store.events(room, Reader::Node, Seq(2), 3, world.now()).await.unwrap().unwrap();
    assert_eq!((seqs(&page.events), page.head), (vec![3, 4, 5], Seq(7)));
    for after in [7, 8, 1 << 52] {
        let page = world.page(room, Reader::Member(ana), Seq(after)).await.unwrap();
        assert_eq!(page, EventsPage { events: Vec::new(), head: Seq(7) });
    }
}

/// Newest, before, after, around and from an instant; the flags say what else can be read.
pub async fn the_timeline_has_windows(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    world.say(room, ana, "before ben").await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    let mut times = vec![world.now(); 3];
    for count in 3..=9 {
        world.wait(seconds(10));
        times.push(world.now());
        let said = world.say(room, ana, &format!("message {count}")).await;
        assert_eq!(said.seq, Seq(count));
    }
    world.must_do(room, ana, react(world.log(room, Reader::Node).await[8].id, Some("👍"))).await;

    let read = async |window, limit| shape(&world.window(room, ben, window, limit).await);
    assert_eq!(read(Window::Newest, 3).await, (vec![7, 8, 9], true, false));
    assert_eq!(read(Window::Newest, 8).await, (vec![2, 3, 4, 5, 6, 7, 8, 9], false, false));
    assert_eq!(read(Window::Before(Seq(7)), 3).await, (vec![4, 5, 6], true, true));
    assert_eq!(read(Window::Before(Seq(4)), 3).await, (vec![2, 3], false, true));
    assert_eq!(read(Window::Before(Seq(2)), 3).await, (vec![], false, true));
    assert_eq!(read(Window::Before(Seq(1)), 3).await, (vec![], false, true));
    assert_eq!(read(Window::Before(Seq(99)), 2).await, (vec![8, 9], true, false));
    assert_eq!(read(Window::After(Seq(4)), 3).await, (vec![5, 6, 7], true, true));
    assert_eq!(read(Window::After(Seq(6)), 3).await, (vec![7, 8, 9], true, false));
    assert_eq!(read(Window::After(Seq(0)), 2).await, (vec![2, 3], false, true));
    assert_eq!(read(Window::After(Seq(9)), 2).await, (vec![], true, false));
    assert_eq!(read(Window::After(Seq((1 << 53) - 1)), 2).await, (vec![], true, false));
    assert_eq!(read(Window::Around(Seq(6)), 4).await, (vec![4, 5, 6, 7], true, true));
    assert_eq!(read(Window::Around(Seq(3)), 4).await, (vec![2, 3, 4, 5], false, true));
    assert_eq!(read(Window::Around(Seq(9)), 4).await, (vec![7, 8, 9], true, false));
    assert_eq!(read(Window::From(times[5]), 2).await, (vec![5, 6], true, true));
    assert_eq!(read(Window::From(times[4].plus(seconds(1))), 9).await, (vec![5, 6, 7, 8, 9], true, false));
    assert_eq!(read(Window::From(times[0].minus(seconds(99))), 2).await, (vec![2, 3], false, true));
    assert_eq!(read(Window::From(world.now().plus(seconds(1))), 2).await, (vec![], true, false));
}

fn shape(page: &TimelinePage) -> (Vec<u64>, bool, bool) {
    assert_eq!(page.as_of, Seq(10));
    (page.items.iter().map(|item| item.seq.0).collect(), page.has_before, page.has_after)
}

/// Items show messages as they are now, and what else is shown as it is; changes have no place of
/// their own.
pub async fn the_timeline_folds_what_changes_messages(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ana, "helo").await;
    world.wait(seconds(5));
    let edited = world.must_do(room, ana, edit(message.id, 1, "hello")).await;
    for (user, key) in [(ana, "b"), (ben, "a"), (eve, "c")] {
        world.must_do(room, user, react(message.id, Some(key))).await;
    }
    world.must_do(room, eve, react(message.id, Some("b"))).await;
    world.must_do(room, ana, Deed::Add { user_id: eve }).await;
    world.must_do(room, ana, crate::world::rename("Other")).await;

    let page = world.snapshot(room, ben).await;
    let kinds: Vec<_> = page.items.iter().map(|item| item.body.kind()).collect();
    assert_eq!((kinds, page.as_of), (vec!["message", "membership", "room"], Seq(8)));
    let item = &page.items[0];
    assert!(matches!(&item.body, EventBody::Message(body) if body.text.as_deref() == Some("hello")), "{item:?}");
    assert_eq!((item.version, item.edited_at, item.at, item.redacted), (2, Some(edited.at), message.at, false));
    assert_eq!((item.client_id, item.sender_id, item.id), (message.client_id, ana, message.id));
    let counts: Vec<_> = item.reactions.iter().map(|r| (&*r.key, r.count)).collect();
    assert_eq!((counts, item.my_reaction.as_deref()), (vec![("b", 2), ("a", 1)], Some("a")));
    let node = world.store.timeline(room, Reader::Node, Window::Newest, LIMIT, world.now()).await.unwrap().unwrap();
    assert_eq!(node.items[0].my_reaction, None);
}

/// A stranger's read, and a read of no room, answer the same nothing.
pub async fn nobody_else_reads(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, eve] = [world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    world.say(room, ana, "hello").await;
    let absent = world.id(RoomId::from_uuid);
    for (room, reader) in [(room, Reader::Member(eve)), (absent, Reader::Member(ana)), (absent, Reader::Node)] {
        assert_eq!(world.page(room, reader, Seq(0)).await, None);
        let page = world.store.timeline(room, reader, Window::Newest, LIMIT, world.now());
        assert_eq!(page.await.unwrap(), None);
    }
}

/// A message is found by its id in its own room; no other event is a message.
pub async fn messages_are_found_in_their_room_alone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let [room, other] = [world.group(&[ana], History::All).await, world.group(&[ana], History::All).await];
    let message = world.say(room, ana, "hello").await;
    let renamed = world.must_do(room, ana, crate::world::rename("Other")).await;
    let find = async |room, id| world.store.find_message(room, id, world.now()).await.unwrap();
    let facts = find(room, message.id).await.unwrap();
    assert_eq!((facts.sender_id, facts.seq, facts.version, facts.gone), (ana, Seq(1), 1, false));
    assert_eq!(find(other, message.id).await, None);
    assert_eq!(find(room, renamed.id).await, None);
    assert_eq!(find(room, world.id(EventId::from_uuid)).await, None);
}
