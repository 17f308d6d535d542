//! Whom messages name, and what was passed on.

use crate::{
    Harness,
    mine::is_done,
    people::blocks::block,
    world::{World, expiring, seconds, words},
};
use chatlink_core::{
    protocol::{EventBody, UserId, event::Message},
    rooms::{History, ReceiptMark},
    timeline::{Deed, Extras, Reader},
};

pub(crate) fn naming(text: &str, mentions: &[UserId], mentions_all: bool) -> Deed {
    match words(text) {
        Deed::Message { text, reply_to, expires_at, first_contact, .. } => {
            let extras = Extras { mentions: mentions.to_vec(), mentions_all, ..Extras::default() };
            Deed::Message { text, reply_to, expires_at, first_contact, extras }
        }
        other => other,
    }
}

/// What a message says beside its words is read as it was told, and gone with it.
pub async fn extras_are_kept_and_gone_with_the_words(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let deed = match words("passed on") {
        Deed::Message { text, reply_to, expires_at, first_contact, .. } => {
            let mentions = vec![ana, ben];
            let extras = Extras { forwarded: true, mentions, mentions_all: true, ..Extras::default() };
            Deed::Message { text, reply_to, expires_at, first_contact, extras }
        }
        other => other,
    };
    let made = world.must_do(room, ana, deed).await;
    let EventBody::Message(body) = &made.body else { panic!("{made:?}") };
    assert_eq!((body.forwarded, &body.mentions, body.mentions_all), (true, &vec![ana, ben], true));
    assert_eq!(world.log(room, Reader::Member(ben)).await, std::slice::from_ref(&made));
    assert_eq!(world.snapshot(room, ben).await.items[0].body, made.body);
    world.must_do(room, ana, Deed::Redact { target: made.id }).await;
    let item = world.snapshot(room, ben).await.items.remove(0);
    let EventBody::Message(body) = item.body else { panic!("no message") };
    assert_eq!(body, Default::default());
    assert_eq!(world.log(room, Reader::Node).await[0].body, EventBody::Message(body));
}

/// Unread messages that name one, or all: by others, above one's mark, that stand.
pub async fn unread_mentions_are_counted(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let carl = world.user();
    let room = world.group(&[ana, ben, carl], History::All).await;
    let count = async |user| {
        let row = world.row(room, user).await;
        (row.unread, row.unread_mentions)
    };
    world.must_do(room, ana, naming("to Ben", &[ben], false)).await;
    world.must_do(room, ana, naming("to both", &[ben, carl], true)).await;
    world.must_do(room, ana, naming("to nobody", &[], false)).await;
    assert_eq!((count(ana).await, count(ben).await, count(carl).await), ((0, 0), (3, 2), (3, 1)));
    let until = world.now().plus(seconds(5));
    let soon = match expiring("soon", Some(until)) {
        Deed::Message { text, reply_to, expires_at, first_contact, .. } => {
            let extras = Extras { mentions: vec![ben], ..Extras::default() };
            Deed::Message { text, reply_to, expires_at, first_contact, extras }
        }
        other => other,
    };
    world.must_do(room, carl, soon).await;
    let taken = world.must_do(room, carl, naming("taken back", &[ben], false)).await;
    assert_eq!(count(ben).await, (5, 4));
    world.must_do(room, carl, Deed::Redact { target: taken.id }).await;
    assert_eq!(count(ben).await, (4, 3));
    world.set(until);
    assert_eq!(count(ben).await, (3, 2));
    world.store.purge_expired(world.now(), 10).await.unwrap();
    assert_eq!(count(ben).await, (3, 2));
    let read = chatlink_core::protocol::Seq(1);
    let mark = ReceiptMark { room_id: room, user_id: ben, delivered_seq: taken.seq, read_seq: read };
    world.store.flush_receipts(vec![mark], world.now()).await.unwrap();
    assert_eq!(count(ben).await, (2, 1), "only above one's mark");
    world.store.block(block(ben, ana), world.now()).await.unwrap();
    assert_eq!(count(ben).await, (0, 0), "from nobody whom one blocks");
}

/// Who came later, who hides a message and a guest who was named before: what names nobody who reads it counts for nobody.
pub async fn mentions_count_for_who_reads_them(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, carl] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let count = async |user| world.row(room, user).await.unread_mentions;
    let early = world.must_do(room, ana, naming("early", &[ben], true)).await;
    world.must_do(room, ana, Deed::Add { user_id: carl }).await;
    assert_eq!((count(ben).await, count(carl).await), (1, 0), "twice named is one message; what was before one's time");
    world.must_do(room, ana, naming("late", &[], true)).await;
    assert_eq!((count(ben).await, count(carl).await), (2, 1));
    assert!(is_done(&world.hide(ben, room, early.id).await));
    assert_eq!(count(ben).await, 1, "nor what one hid");
    let hidden = world.snapshot(room, ben).await.items.remove(0);
    let told = world.log(room, Reader::Member(ben)).await.remove(0);
    for body in [hidden.body, told.body] {
        assert_eq!(body, EventBody::Message(Message { hidden: true, ..Message::default() }), "nor whom it names");
    }
}
