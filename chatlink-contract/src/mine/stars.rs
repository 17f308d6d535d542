//! Stars.

use super::is_done;
use crate::{
    Harness,
    world::{World, expiring, leave, rename, seconds},
};
use chatlink_core::{
    protocol::{EventId, RoomId},
    rooms::History,
    timeline::{
        Deed,
        mine::{Marked, STARS, StarRow},
    },
};

/// On one's own items alone, told once a change, whichever handle.
pub async fn a_star_is_set_once_and_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ben, "hello").await.id;
    let Marked::Done(told) = world.star(ana, room, message).await else { panic!("not starred") };
    assert_eq!((told.len(), told[0].user_id, told[0].event.kind.as_str()), (1, ana, "star"));
    let elsewhere = World::on(harness.another().await);
    assert_eq!(elsewhere.star(ana, room, message).await, Marked::Unchanged);
    assert!(world.snapshot(room, ana).await.items[0].starred);
    assert!(!world.snapshot(room, ben).await.items[0].starred);
    assert_eq!((world.starred(ana).await, world.starred(ben).await), (vec![message], vec![]));
    assert_eq!(world.unstar(ben, room, message).await, Marked::Unchanged);
    assert!(is_done(&world.unstar(ana, room, message).await));
    assert_eq!(world.unstar(ana, room, message).await, Marked::Unchanged);
    assert!(!world.snapshot(room, ana).await.items[0].starred);
    let (log, head) = world.store.user_log(ana, Default::default(), 10).await.unwrap();
    assert_eq!((log.len(), head.0), (1, 2), "the newest of it");
}

/// Others are absent, as their rooms are.
pub async fn stars_are_on_messages_that_one_may_read(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let [room, other] = [world.group(&[ana], History::FromJoin).await, world.group(&[ana], History::All).await];
    let before = world.say(room, ana, "before ben").await.id;
    let renamed = world.must_do(room, ana, rename("Other")).await.id;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(world.star(ben, room, before).await, Marked::NoMessage);
    assert_eq!(world.star(ana, other, before).await, Marked::NoMessage, "of another room");
    assert_eq!(world.star(ana, room, renamed).await, Marked::NoMessage);
    assert_eq!(world.star(ana, room, world.id(EventId::from_uuid)).await, Marked::NoMessage);
    assert_eq!(world.star(eve, room, before).await, Marked::NoRoom);
    assert_eq!(world.star(ana, world.id(RoomId::from_uuid), before).await, Marked::NoRoom);
    assert_eq!(world.hide(ben, room, before).await, Marked::NoMessage);
    assert_eq!(world.hide(eve, room, before).await, Marked::NoRoom);
    assert_eq!(world.unstar(eve, room, before).await, Marked::NoRoom);
}

/// Taken back, expired, purged, left.
pub async fn stars_go_with_their_message_and_their_member(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let redacted = world.say(room, ana, "one").await.id;
    let expired = world.must_do(room, ana, expiring("two", Some(world.now().plus(seconds(5))))).await.id;
    let stays = world.say(room, ana, "three").await.id;
    for message in [redacted, expired, stays] {
        assert!(is_done(&world.star(ben, room, message).await));
        world.wait(seconds(1));
    }
    assert_eq!(world.starred(ben).await, [stays, expired, redacted]);
    world.must_do(room, ana, Deed::Redact { target: redacted }).await;
    assert_eq!(world.starred(ben).await, [stays, expired]);
    world.wait(seconds(5));
    assert_eq!(world.starred(ben).await, [stays]);
    for gone in [redacted, expired] {
        assert_eq!(world.star(ben, room, gone).await, Marked::Gone);
    }
    assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 1);
    assert_eq!(world.starred(ben).await, [stays]);
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(world.starred(ben).await, []);
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(world.starred(ben).await, [], "who comes again begins anew");
}

/// Those of one instant by message.
pub async fn stars_are_listed_newest_first_and_paged(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let rooms = [world.group(&[ana], History::All).await, world.group(&[ana], History::All).await];
    let mut starred = Vec::new();
    for count in 0..9 {
        let room = rooms[count % 2];
        let message = world.say(room, ana, &format!("message {count}")).await.id;
        assert!(is_done(&world.star(ana, room, message).await));
        starred.push((world.now(), message));
        if count % 3 == 0 {
            world.wait(seconds(1));
        }
    }
    starred.sort_unstable_by(|a, b| b.cmp(a));
    for limit in [1, 4, 20] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.store.list_stars(ana, after, limit, world.now()).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.place());
            assert!(page.iter().all(|row| row.item.starred && rooms.contains(&row.room_id)));
            seen.extend(page.iter().map(|row: &StarRow| (row.starred_at, row.item.id)));
        }
        assert_eq!(seen, starred, "pages of {limit}");
    }
}

/// One that is taken off makes room for another.
pub async fn stars_are_bounded(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let mut messages = Vec::new();
    for _ in 0..=STARS / 500 {
        let batch: Vec<_> = (0..500).map(|_| world.message(room, ana, 1, "hello")).collect();
        messages.extend(batch.iter().map(|act| act.event_id));
        world.append(batch).await;
    }
    for message in messages.iter().take(STARS as usize) {
        assert!(is_done(&world.star(ana, room, *message).await));
    }
    assert_eq!(world.star(ana, room, messages[STARS as usize]).await, Marked::Full);
    assert_eq!(world.star(ana, room, messages[0]).await, Marked::Unchanged);
    assert!(is_done(&world.unstar(ana, room, messages[0]).await));
    assert!(is_done(&world.star(ana, room, messages[STARS as usize]).await));
}
