//! Words that are gone: redacted at once, expired at their time, erased by the purge.

use crate::{
    Harness,
    world::{World, edit, event, expiring, leave, react, seconds, words},
};
use chatlink_core::{
    protocol::{Event, EventBody, EventId},
    rooms::History,
    timeline::{Act, ActKey, Deed, Outcome, Reader},
};

/// After a redaction no answer holds the words, those of edits included; the seqs stay.
pub async fn a_redaction_takes_the_words_from_every_answer(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ana, "the secret").await;
    world.must_do(room, ana, edit(message.id, 1, "the second secret")).await;
    world.must_do(room, ben, react(message.id, Some("👍"))).await;
    let redaction = world.must_do(room, ana, Deed::Redact { target: message.id }).await;
    assert_eq!(redaction.seq.0, 4);

    let log = world.log(room, Reader::Member(ben)).await;
    assert_eq!(log.len(), 4);
    assert!(!format!("{log:?}").contains("secret"), "{log:?}");
    let items = world.snapshot(room, ben).await.items;
    assert_eq!(items.len(), 1);
    assert!(items[0].redacted && items[0].reactions.is_empty() && items[0].edited_at.is_none(), "{items:?}");
    let row = world.row(room, ben).await;
    assert_eq!((row.unread, row.last_item), (0, Some(items[0].clone())));
    assert!(world.store.find_message(room, message.id, world.now()).await.unwrap().unwrap().gone);
}

/// The request is forgotten with the message: any repetition of the name answers the tombstone.
pub async fn a_redacted_name_answers_its_tombstone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let act = world.message(room, ana, 1, "hello");
    let made = event(world.one(act.clone()).await);
    world.must_do(room, ana, Deed::Redact { target: made.id }).await;
    let key = act.key.map(|key| ActKey { request: [9; 32], ..key });
    let again = Act { key, deed: words("other"), event_id: world.id(EventId::from_uuid), ..act };
    assert_eq!(world.one(again).await, Outcome::Repeated { seq: made.seq, id: made.id, at: made.at });
}

/// The request of an expired message is forgotten at its time, purged or not; before it the name
/// conflicts with another request.
pub async fn an_expired_name_answers_its_tombstone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let until = world.now().plus(seconds(10));
    let act = Act { deed: expiring("hello", Some(until)), ..world.message(room, ana, 1, "hello") };
    let made = event(world.one(act.clone()).await);
    let key = act.key.map(|key| ActKey { request: [9; 32], ..key });
    let again = || Act { key, deed: words("other"), event_id: world.id(EventId::from_uuid), ..act.clone() };
    world.set(until.minus(std::time::Duration::from_micros(1)));
    assert_eq!(world.one(again()).await, Outcome::Conflict);
    let tombstone = Outcome::Repeated { seq: made.seq, id: made.id, at: made.at };
    world.set(until);
    assert_eq!(world.one(again()).await, tombstone, "not purged yet");
    assert_eq!(world.one(Act { deed: Deed::Recall, ..again() }).await, tombstone);
    assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 1);
    assert_eq!(world.one(again()).await, tombstone, "purged");
    assert_eq!(world.log(room, Reader::Node).await.len(), 1);
}

/// A message with a time is whole before it and gone from it on, its edits too, without any purge.
pub async fn words_are_gone_at_their_time(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let until = world.now().plus(seconds(10));
    let message = world.must_do(room, ana, expiring("the secret", Some(until))).await;
    world.must_do(room, ana, edit(message.id, 1, "the second secret")).await;
    world.must_do(room, ben, react(message.id, Some("👍"))).await;

    world.set(until.minus(std::time::Duration::from_micros(1)));
    assert_eq!(texts(&world.log(room, Reader::Member(ben)).await), ["the secret", "the second secret"]);
    assert_eq!(world.row(room, ben).await.unread, 1);

    world.set(until);
    let log = world.log(room, Reader::Node).await;
    assert!(texts(&log).is_empty() && log.len() == 3, "{log:?}");
    let item = world.snapshot(room, ben).await.items.remove(0);
    assert!(item.redacted && item.reactions.is_empty() && item.my_reaction.is_none(), "{item:?}");
    assert_eq!((item.version, item.expires_at()), (2, Some(until)));
    assert_eq!(world.row(room, ben).await.unread, 0);
    assert_eq!(world.store.badge(ben, world.now()).await.unwrap(), 0);
}

/// What is redacted or expired takes neither edits nor reactions; taking it back once more is nothing.
pub async fn what_is_gone_changes_no_more(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let redacted = world.say(room, ana, "one").await.id;
    world.must_do(room, ana, Deed::Redact { target: redacted }).await;
    let expired = world.must_do(room, ana, expiring("two", Some(world.now().plus(seconds(1))))).await.id;
    world.wait(seconds(1));
    for gone in [redacted, expired] {
        assert_eq!(world.try_do(room, ana, edit(gone, 1, "again")).await, Outcome::Gone);
        assert_eq!(world.try_do(room, ana, react(gone, Some("👍"))).await, Outcome::Gone);
        assert_eq!(world.try_do(room, ana, Deed::Redact { target: gone }).await, Outcome::Unchanged);
    }
    assert_eq!(world.log(room, Reader::Node).await.len(), 3);
}

/// The purge erases what is due, at most so many, and says how many; what is not due stays.
pub async fn purging_erases_what_is_due(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    for seconds_left in 1..=5 {
        world.must_do(room, ana, expiring("soon", Some(world.now().plus(seconds(seconds_left))))).await;
    }
    world.say(room, ana, "for ever").await;
    assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 0);
    world.wait(seconds(4));
    assert_eq!(world.store.purge_expired(world.now(), 3).await.unwrap(), 3);
    assert_eq!(world.store.purge_expired(world.now(), 3).await.unwrap(), 1);
    assert_eq!(world.store.purge_expired(world.now(), 3).await.unwrap(), 0);
    // Even asked for an earlier time, what was erased does not come back.
    world.set(world.now().minus(seconds(4)));
    assert_eq!(texts(&world.log(room, Reader::Node).await), ["soon", "for ever"]);
}

/// Acts of one batch find what those before them did.
pub async fn a_batch_may_undo_itself(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let said = world.message(room, ana, 1, "the secret");
    let id = said.event_id;
    let batch = vec![
        said.clone(),
        world.act(room, ana, 1, edit(id, 1, "the second secret")),
        world.act(room, ben, 1, react(id, Some("👍"))),
        world.act(room, ana, 1, Deed::Redact { target: id }),
        world.act(room, ben, 1, react(id, Some("🎉"))),
        Act { key: said.key.map(|key| ActKey { request: [9; 32], ..key }), ..said },
        world.act(room, ana, 1, Deed::Add { user_id: world.user() }),
        world.act(room, ana, 2, leave(ben)),
        world.act(room, ana, 3, Deed::Add { user_id: ben }),
    ];
    let outcomes = world.append(batch).await.outcomes;
    assert_eq!(outcomes[4], Outcome::Gone);
    assert!(matches!(outcomes[5], Outcome::Repeated { .. }), "{outcomes:?}");
    assert_eq!([0, 1, 2, 3, 6, 7, 8].map(|at| event(outcomes[at].clone()).seq.0), [1, 2, 3, 4, 5, 6, 7]);
    assert!(texts(&world.log(room, Reader::Node).await).is_empty());
    assert!(world.snapshot(room, ana).await.items[0].reactions.is_empty());
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.members[&ben].from_seq.0, authz.members.len(), authz.version), (1, 3, 4));
}

fn texts(log: &[Event]) -> Vec<&str> {
    log.iter().filter_map(|event| text(&event.body)).collect()
}

fn text(body: &EventBody) -> Option<&str> {
    match body {
        EventBody::Message(message) => message.text.as_deref(),
        EventBody::Edit(edit) => edit.text.as_deref(),
        _ => None,
    }
}
