//! What is never found.

use super::ask;
use crate::{
    Harness,
    world::{World, edit, expiring, seconds},
};
use chatlink_core::{rooms::History, timeline::Deed};

/// Neither by its first words nor by those of an edit, whether the index knew them or not.
pub async fn a_redacted_message_is_never_found(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let mut messages = Vec::new();
    for count in 0..66 {
        messages.push(world.say(room, ana, &format!("first secret {count}")).await.id);
    }
    world.must_do(room, ana, edit(messages[3], 1, "second secret")).await;
    world.indexed().await;
    assert_eq!(world.found(ana, "secret").await.len(), 66);
    for gone in [3, 4, 65] {
        world.must_do(room, ana, Deed::Redact { target: messages[gone] }).await;
    }
    for _ in 0..2 {
        assert_eq!(world.found(ana, "secret").await.len(), 63);
        assert_eq!(world.found(ana, "second").await, [""; 0]);
        assert_eq!(world.found(ana, "secret 65").await, [""; 0]);
        world.indexed().await;
    }
}

/// From its instant on, purged or not, indexed or not.
pub async fn an_expired_message_is_never_found(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let until = world.now().plus(seconds(10));
    for _ in 0..2 {
        let short = world.must_do(room, ana, expiring("the secret", Some(until))).await;
        world.must_do(room, ana, edit(short.id, 1, "another secret")).await;
        for count in 0..70 {
            world.say(room, ana, &format!("padding {count}")).await;
        }
        world.indexed().await;
    }
    world.must_do(room, ana, expiring("a late secret", Some(until))).await;
    world.set(until.minus(std::time::Duration::from_micros(1)));
    let found = world.hits(ask(ana, "secret")).await;
    assert_eq!(found.len(), 3, "{found:?}");
    world.set(until);
    assert_eq!(world.found(ana, "secret").await, [""; 0], "not purged yet");
    assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 3);
    assert_eq!(world.found(ana, "secret").await, [""; 0]);
    world.indexed().await;
    assert_eq!(world.found(ana, "secret").await, [""; 0], "indexed anew");
    assert_eq!(world.found(ana, "padding 69").await.len(), 2);
}

/// The words that stand now, and no others; the place stays the message's.
pub async fn of_an_edited_message_the_last_words_are_found(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let message = world.say(room, ana, "helo wrld").await;
    for count in 0..70 {
        world.say(room, ana, &format!("padding {count}")).await;
    }
    world.indexed().await;
    world.must_do(room, ana, edit(message.id, 1, "hello wrld")).await;
    world.must_do(room, ana, edit(message.id, 2, "hello world")).await;
    for _ in 0..2 {
        let hits = world.hits(ask(ana, "hello world")).await;
        assert_eq!((hits.len(), hits[0].event.id, hits[0].event.seq), (1, message.id, message.seq));
        assert_eq!(world.found(ana, "helo").await, [""; 0]);
        assert_eq!(world.found(ana, "wrld").await, [""; 0]);
        world.indexed().await;
    }
}
