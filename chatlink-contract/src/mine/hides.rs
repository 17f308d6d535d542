//! Messages that somebody hides for himself.

use super::is_done;
use crate::{
    Harness,
    search::ask,
    world::{World, correct, edit, expiring, improved, named, react, seconds},
};
use chatlink_core::{
    protocol::{EventBody, Seq},
    rooms::History,
    timeline::{Deed, Reader, mine::Marked},
};

/// In the log and in the timeline; its seq stays, its edits say nothing either. To all others nothing changed.
pub async fn what_is_hidden_is_a_tombstone_to_its_hider_alone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ana, "an ugly word").await.id;
    world.must_do(room, ana, edit(message, 1, "an uglier word")).await;
    world.must_do(room, ana, react(message, Some("👍"))).await;
    world.say(room, ana, "and a fine one").await;
    assert!(is_done(&world.star(ben, room, message).await));
    let (others, log) = (world.snapshot(room, ana).await, world.log(room, Reader::Member(ana)).await);
    let Marked::Done(told) = world.hide(ben, room, message).await else { panic!("not hidden") };
    assert_eq!((told.len(), told[0].user_id, told[0].event.kind.as_str()), (1, ben, "hide"));
    assert_eq!(world.hide(ben, room, message).await, Marked::Unchanged);
    assert_eq!(world.starred(ben).await, []);
    assert_eq!(world.star(ben, room, message).await, Marked::Gone);
    // What is said of it later says nothing to him.
    world.must_do(room, ana, edit(message, 2, "the ugliest word")).await;
    let better = correct(named(message, 1), 3, improved("the ugliest word", "the prettiest word"));
    world.must_do(room, ana, better).await;

    let seen = world.log(room, Reader::Member(ben)).await;
    assert_eq!(seen.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=6).map(Seq).collect::<Vec<_>>());
    assert!(!format!("{seen:?}").contains("ugl"), "{seen:?}");
    let items = world.snapshot(room, ben).await.items;
    assert!(items[0].redacted && items[0].is_hidden() && items[0].reactions.is_empty(), "{items:?}");
    assert!(!items[1].redacted && !format!("{items:?}").contains("ugl"));

    assert_eq!(world.log(room, Reader::Member(ana)).await[..4], log);
    let now = world.snapshot(room, ana).await;
    assert_eq!(now.items[1], others.items[1]);
    assert!(matches!(&now.items[0].body, EventBody::Message(body) if body.text.is_some() && !body.hidden));
    assert_eq!(world.log(room, Reader::Node).await[..4], log);

    let learnt = async || world.store.list_corrections(ana, None, None, 100, world.now()).await.unwrap().len();
    assert_eq!(learnt().await, 1);
    assert!(is_done(&world.hide(ana, room, message).await));
    assert_eq!(learnt().await, 0, "nor is what one hid in the list of what one learnt");
}

/// In lists, the badge and search.
pub async fn what_is_hidden_is_neither_unread_nor_last_nor_found(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let first = world.say(room, ana, "the first word").await;
    let last = world.say(room, ana, "the last word").await;
    assert_eq!(world.row(room, ben).await.unread, 2);
    assert!(is_done(&world.hide(ben, room, last.id).await));
    let row = world.row(room, ben).await;
    assert_eq!((row.unread, row.last_item.map(|item| item.id)), (1, Some(first.id)));
    assert_eq!(row.head_seq, last.seq);
    assert_eq!(world.found(ben, "word").await, ["the first word"]);
    assert!(is_done(&world.hide(ben, room, first.id).await));
    let row = world.row(room, ben).await;
    assert_eq!((row.unread, row.last_item), (0, None));
    assert_eq!(world.store.badge(ben, world.now()).await.unwrap(), 0);
    assert_eq!(world.found(ben, "word").await, [""; 0]);
    let row = world.row(room, ana).await;
    assert_eq!(row.last_item.map(|item| item.id), Some(last.id));
    assert_eq!(world.hits(ask(ana, "word")).await.len(), 2);
}

/// What is taken back or over is so for all; what was hidden before it is no more than that.
pub async fn what_is_gone_is_not_hidden(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let redacted = world.say(room, ana, "one").await.id;
    world.must_do(room, ana, Deed::Redact { target: redacted }).await;
    assert_eq!(world.hide(ben, room, redacted).await, Marked::Gone);
    let expiring = world.must_do(room, ana, expiring("two", Some(world.now().plus(seconds(5))))).await.id;
    assert!(is_done(&world.hide(ben, room, expiring).await));
    let later = world.say(room, ana, "three").await.id;
    assert!(is_done(&world.hide(ben, room, later).await));
    world.must_do(room, ana, Deed::Redact { target: later }).await;
    world.wait(seconds(5));
    let items = world.snapshot(room, ben).await.items;
    assert!(items.iter().all(|item| item.redacted && !item.is_hidden()), "{items:?}");
    world.store.purge_expired(world.now(), 10).await.unwrap();
    assert_eq!(world.snapshot(room, ben).await.items, items);
}
