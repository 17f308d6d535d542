//! Pinned messages, and the earlier words of a message.

use crate::{
    Harness,
    mine::is_done,
    world::{World, correct, edit, expiring, improved, leave, named, pin, react, seconds},
};
use chatlink_core::{
    protocol::{EventBody, EventId, RoomId, UserId, event},
    rooms::History,
    timeline::{Deed, Outcome, Reader, Version},
};

async fn pinned(world: &World, room: RoomId, user: UserId) -> Option<Vec<EventId>> {
    let pins = world.store.list_pins(room, user, 50, world.now()).await.unwrap();
    pins.map(|items| items.into_iter().map(|item| item.id).collect())
}

/// A pin is an event, shown on its message and in the room's list, the one pinned last first.
pub async fn a_message_is_pinned_for_all(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let (one, two) = (world.say(room, ana, "one").await, world.say(room, ben, "two").await);
    assert_eq!(pinned(&world, room, ben).await, Some(vec![]));
    let made = world.must_do(room, ana, pin(one.id, true)).await;
    assert_eq!(made.body, EventBody::Pin(event::Pin { target: one.id, pinned: true }));
    assert_eq!(world.try_do(room, ana, pin(one.id, true)).await, Outcome::Unchanged);
    world.must_do(room, ana, pin(two.id, true)).await;
    assert_eq!(pinned(&world, room, ben).await, Some(vec![two.id, one.id]));
    world.must_do(room, ben, react(one.id, Some("👍"))).await;
    world.must_do(room, ben, correct(named(one.id, 1), 1, improved("one", "One"))).await;
    let items = world.snapshot(room, ben).await.items;
    let list = world.store.list_pins(room, ben, 50, world.now()).await.unwrap().unwrap();
    assert!(items.iter().all(|item| item.pinned), "{items:?}");
    assert_eq!(list, items.into_iter().rev().collect::<Vec<_>>(), "as the timeline shows them");
    assert_eq!(world.store.list_pins(room, ben, 1, world.now()).await.unwrap().unwrap().len(), 1);
    assert!(world.row(room, ana).await.last_item.unwrap().pinned);

    world.must_do(room, ana, pin(two.id, false)).await;
    assert_eq!(world.try_do(room, ana, pin(two.id, false)).await, Outcome::Unchanged);
    world.must_do(room, ana, pin(one.id, false)).await;
    let batch = [pin(two.id, true), pin(one.id, true), pin(two.id, false), pin(two.id, true)];
    world.append(batch.map(|deed| world.act(room, ana, 1, deed)).to_vec()).await;
    assert_eq!(pinned(&world, room, ben).await, Some(vec![two.id, one.id]), "the last time counts");
    assert_eq!(pinned(&world, room, world.user()).await, None);
    assert_eq!(world.try_do(room, ana, pin(made.id, true)).await, Outcome::NoTarget);
    let early = Deed::Pin { target: named(one.id, 2), pinned: false, most: 50 };
    assert_eq!(world.try_do(room, ana, early).await, Outcome::NoTarget, "before the first seq that he may read");
}

/// What is redacted or expired is pinned no more and makes place; there are never more than the limit.
pub async fn pins_are_bounded_and_go_with_their_message(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let until = world.now().plus(seconds(10));
    let two = |id| Deed::Pin { target: named(id, 1), pinned: true, most: 2 };
    let expires = world.must_do(room, ana, expiring("soon", Some(until))).await.id;
    let (one, other, more) =
        (world.say(room, ana, "a").await.id, world.say(room, ana, "b").await.id, world.say(room, ana, "c").await.id);
    let outcomes =
        world.append([expires, one, other].map(|id| world.act(room, ana, 1, two(id))).to_vec()).await.outcomes;
    assert_eq!(outcomes[2], Outcome::Full);
    let batch = vec![world.act(room, ana, 1, Deed::Redact { target: one }), world.act(room, ana, 1, two(other))];
    assert!(matches!(world.append(batch).await.outcomes[1], Outcome::Appended(_)), "a redaction makes place");
    assert_eq!(pinned(&world, room, ben).await, Some(vec![other, expires]));
    assert_eq!(world.try_do(room, ana, two(more)).await, Outcome::Full);
    assert_eq!(world.try_do(room, ana, two(one)).await, Outcome::Gone);
    world.set(until);
    assert_eq!(pinned(&world, room, ben).await, Some(vec![other]));
    world.must_do(room, ana, two(more)).await;
    assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 1);
    assert_eq!(pinned(&world, room, ben).await, Some(vec![more, other]));
    let items = world.snapshot(room, ben).await.items;
    assert_eq!(items.iter().filter(|item| item.pinned).count(), 2);
}

/// Who came later sees the pins of what he may read; who left sees none.
pub async fn pins_of_before_ones_time_are_not_listed(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    let early = world.say(room, ana, "early").await.id;
    world.must_do(room, ana, pin(early, true)).await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(pinned(&world, room, ben).await, Some(vec![]));
    let late = world.say(room, ana, "late").await.id;
    world.must_do(room, ana, pin(late, true)).await;
    assert_eq!(pinned(&world, room, ben).await, Some(vec![late]));
    assert_eq!(pinned(&world, room, ana).await, Some(vec![late, early]));
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(pinned(&world, room, ben).await, None);
}

/// What somebody hid for himself is not among the pins he sees, and tells him no earlier words; to others it does.
pub async fn what_is_hidden_is_not_among_ones_pins_nor_versions(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, carl] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::FromJoin).await;
    let (ugly, fine) = (world.say(room, ana, "ugly").await.id, world.say(room, ana, "fine").await.id);
    world.must_do(room, ana, edit(ugly, 1, "uglier")).await;
    for message in [fine, ugly] {
        world.must_do(room, ana, pin(message, true)).await;
    }
    assert!(is_done(&world.hide(ben, room, ugly).await));
    assert_eq!(pinned(&world, room, ben).await, Some(vec![fine]));
    assert_eq!(pinned(&world, room, ana).await, Some(vec![ugly, fine]));
    let limited = world.store.list_pins(room, ben, 1, world.now()).await.unwrap().unwrap();
    assert_eq!(limited.iter().map(|item| item.id).collect::<Vec<_>>(), [fine], "what is hidden takes no place");
    let told = async |user| world.store.list_versions(room, user, ugly, 9, world.now()).await.unwrap().len();
    world.must_do(room, ana, Deed::Add { user_id: carl }).await;
    let counts = [told(ana).await, told(ben).await, told(carl).await, told(world.user()).await];
    assert_eq!(counts, [2, 0, 0, 0], "whom it stands for, who hid it, who came later, a stranger");
}

/// Invariant 6 for earlier words: they are told while the message stands, the newest, and then no more.
pub async fn versions_are_told_while_the_message_stands(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let until = world.now().plus(seconds(100));
    let message = world.must_do(room, ana, expiring("text 1", Some(until))).await;
    let mut expected = vec![Version { version: 1, text: "text 1".into(), at: message.at }];
    for version in 2..=4 {
        world.wait(seconds(1));
        let text = format!("text {version}");
        let made = world.must_do(room, ana, edit(message.id, version - 1, &text)).await;
        expected.push(Version { version, text, at: made.at });
    }
    let told = async |limit| world.store.list_versions(room, ana, message.id, limit, world.now()).await.unwrap();
    assert_eq!(told(10).await, expected);
    assert_eq!(told(2).await, expected[2..]);
    let elsewhere = world.group(&[ana], History::All).await;
    assert_eq!(world.store.list_versions(elsewhere, ana, message.id, 10, world.now()).await.unwrap(), []);
    let facts = world.store.find_message(room, message.id, world.now()).await.unwrap().unwrap();
    assert_eq!(facts.at, message.at);
    world.set(until);
    assert_eq!(told(10).await, []);
    let redacted = world.say(room, ana, "the secret").await;
    world.must_do(room, ana, edit(redacted.id, 1, "the second secret")).await;
    world.must_do(room, ana, Deed::Redact { target: redacted.id }).await;
    assert_eq!(world.store.list_versions(room, ana, redacted.id, 10, world.now()).await.unwrap(), []);
    assert!(!format!("{:?}", world.log(room, Reader::Node).await).contains("secret"));
}
