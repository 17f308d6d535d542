//! Couriers on one store in memory, with receivers that refuse and hang, and nodes that die at any instant.

mod world;

use super::{courier::Courier, *};
use crate::timeline::NewMessage;
use async_trait::async_trait;
use proptest::prelude::*;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;
use world::World;

#[derive(Clone, Debug)]
enum Step {
    Say(usize, u8),
    Deliver(u64),
    Refuse(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_usize, 1..130_u8).prop_map(|(room, times)| Step::Say(room, times)),
        4 => (1..400_u64).prop_map(Step::Deliver),
        1 => (0..90_u64).prop_map(Step::Refuse),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is committed, refused and killed: of each room all is told, in its order, nothing before its turn.
    #[test]
    fn every_room_is_told_whole_and_in_order(seed in 0..1_000_u64, steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(every_room(seed, steps));
    }
}

async fn every_room(seed: u64, steps: Vec<Step>) {
    let world = World::new(seed).await;
    let id = world.webhook().await.webhook.id;
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(world.room().await);
    }
    for step in steps {
        match step {
            Step::Say(room, times) => {
                for _ in 0..times {
                    world.say(rooms[room]).await;
                }
            }
            Step::Deliver(millis) => world.deliver(id, Duration::from_millis(millis)).await,
            Step::Refuse(percent) => world.receiver.lock().refusing = percent,
        }
        world.check();
    }
    world.receiver.lock().refusing = 0;
    for _ in 0..20 {
        world.clock.advance(Duration::from_secs(3600));
        world.deliver(id, Duration::from_secs(3)).await;
    }
    world.check();
    for room in rooms {
        let seqs: Vec<u64> = (1..=world.head(room).await).collect();
        assert_eq!(world.receiver.lock().taken.get(&room).cloned().unwrap_or_default(), seqs);
    }
    assert_eq!(world.chat.webhooks().due(id).await.unwrap(), 0);
    world.chat.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_is_not_told() {
    let world = World::new(1).await;
    let room = world.room().await;
    world.say(room).await;
    let id = world.webhook().await.webhook.id;
    let first = world.say(room).await;
    world.receiver.lock().acknowledged.insert(room, first - 1);
    world.deliver(id, Duration::from_secs(1)).await;
    world.check();
    assert_eq!(world.receiver.lock().taken[&room], [first]);
}

/// Whoever waits to be told learns nothing that is gone by then.
#[tokio::test(start_paused = true)]
async fn what_is_taken_back_is_told_without_its_words() {
    let world = World::new(10).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.receiver.lock().answers = Some(Answered::Refused(503));
    let message = NewMessage::parse(world.chat.fresh_client_id(), "telltale", None, None).unwrap();
    let said = world.chat.timeline().send(world.ana, room, message).await.unwrap().ack.id.unwrap();
    world.deliver(id, Duration::from_secs(1)).await;
    assert!(world.receiver.lock().bodies.iter().any(|body| body.contains("telltale")), "it was told before");
    world.chat.timeline().redact(world.ana, room, said).await.unwrap();
    {
        let mut seen = world.receiver.lock();
        seen.bodies.clear();
        seen.answers = None;
    }
    world.clock.advance(Duration::from_secs(3600));
    world.deliver(id, Duration::from_secs(2)).await;
    let seen = world.receiver.lock();
    assert!(!seen.bodies.is_empty() && seen.bodies.iter().all(|body| !body.contains("telltale")));
}

/// Within milliseconds on the node that committed, however rarely it looks.
#[tokio::test(start_paused = true)]
async fn a_commit_wakes_the_courier() {
    let world = World::new(2).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    let lease = world.lease().await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(world.receiver.clone()), id, lease);
    let running = tokio::spawn(courier.run());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let seq = world.say(room).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.receiver.last(room), seq);
    world.chat.shutdown().await;
    assert!(matches!(running.await.unwrap(), Ok(crate::jobs::Ended::Interrupted)));
}

/// A paused one is told nothing, an enabled one goes on where it stopped, and a removed one ends its courier.
#[tokio::test(start_paused = true)]
async fn a_pause_loses_nothing() {
    let world = World::new(3).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.say(room).await;
    world.deliver(id, Duration::from_secs(1)).await;
    let told = world.receiver.last(room);
    world.chat.webhooks().pause(id).await.unwrap();
    let head = world.say(room).await;
    world.deliver(id, Duration::from_secs(5)).await;
    assert_eq!((world.receiver.last(room), world.find(id).await.state), (told, WebhookState::Paused));
    world.chat.webhooks().enable(id).await.unwrap();
    world.deliver(id, Duration::from_secs(1)).await;
    assert_eq!(world.receiver.last(room), head);
    let lease = world.lease().await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(world.receiver.clone()), id, lease);
    let running = tokio::spawn(courier.run());
    world.chat.webhooks().delete(id).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(matches!(running.await.unwrap(), Ok(crate::jobs::Ended::Done)));
    assert!(matches!(world.chat.webhooks().pause(id).await, Err(WebhookError::Unknown)));
}

/// It is tried more and more rarely, says why, and is disabled after five days; gone is disabled at once.
#[tokio::test(start_paused = true)]
async fn who_never_answers_is_disabled_and_can_be_enabled() {
    let world = World::new(4).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    let head = world.say(room).await;
    world.receiver.lock().answers = Some(Answered::Refused(503));
    world.deliver(id, Duration::from_secs(1)).await;
    let failing = world.find(id).await.failing;
    assert!(failing.attempts > 0 && failing.since.is_some());
    assert_eq!(failing.last_error.as_deref(), Some("it answered 503"));
    for _ in 0..6 {
        world.clock.advance(Duration::from_secs(24 * 3600));
        world.deliver(id, Duration::from_secs(2)).await;
    }
    assert_eq!(world.find(id).await.state, WebhookState::Disabled);
    let posts = world.receiver.lock().posts;
    assert!(posts < 60, "{posts}");
    world.deliver(id, Duration::from_secs(5)).await;
    assert_eq!(world.receiver.lock().posts, posts, "nothing goes to a disabled one");
    for answers in [Some(Answered::Gone), None] {
        world.receiver.lock().answers = answers;
        world.chat.webhooks().enable(id).await.unwrap();
        world.deliver(id, Duration::from_secs(2)).await;
        let expected = if answers.is_some() { WebhookState::Disabled } else { WebhookState::Active };
        assert_eq!(world.find(id).await.state, expected);
    }
    assert_eq!((world.receiver.last(room), world.find(id).await.failing), (head, Failing::default()));
}

/// For a day a delivery carries a signature of each secret, and each is that of the standard.
#[tokio::test(start_paused = true)]
async fn a_rotation_signs_twice_for_a_day() {
    let world = World::new(5).await;
    let Created { webhook, secret } = world.webhook().await;
    let (room, id) = (world.room().await, webhook.id);
    let new = world.chat.webhooks().rotate(id).await.unwrap();
    assert!(new.shown() != secret.shown() && new.shown().starts_with("whsec_"));
    for (later, signatures) in [(0, 2), (25 * 3600, 1)] {
        world.clock.advance(Duration::from_secs(later));
        world.say(room).await;
        world.deliver(id, Duration::from_secs(1)).await;
        let last = world.receiver.lock().signatures.last().unwrap().clone();
        assert_eq!(last.split(' ').filter(|part| part.starts_with("v1,")).count(), signatures, "{last}");
    }
}

/// A node whose lease went to another begins nothing.
#[tokio::test(start_paused = true)]
async fn who_lost_the_lease_begins_nothing() {
    let world = World::new(6).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.say(room).await;
    let lost = world.lease().await;
    let _held = world.lease().await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(world.receiver.clone()), id, lost);
    assert!(tokio::time::timeout(Duration::from_secs(3), courier.run()).await.is_err());
    assert_eq!(world.receiver.lock().posts, 0);
}

/// What nobody noted, as a node of the release before does not, is found by the sweep.
#[tokio::test(start_paused = true)]
async fn what_was_not_noted_is_told_late() {
    let world = World::new(7).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    let head = world.say(room).await;
    world.store.forget_what_is_due();
    assert_eq!(world.chat.webhooks().due(id).await.unwrap(), 0);
    world.deliver(id, Duration::from_secs(1)).await;
    assert_eq!(world.receiver.last(room), head);
}

#[tokio::test(start_paused = true)]
async fn wrong_fields_are_named_and_there_are_ten_at_most() {
    let world = World::new(8).await;
    let wrong = NewWebhook { name: " ".to_owned(), url: "http://example.org".to_owned(), ..NewWebhook::default() };
    let Err(WebhookError::Invalid(invalid)) = world.chat.webhooks().create(&wrong).await else { panic!("taken") };
    assert_eq!(invalid.0.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["name", "url"]);
    for _ in 0..WEBHOOKS {
        world.webhook().await;
    }
    let more = NewWebhook { name: "more".to_owned(), url: "https://example.org".to_owned(), ..NewWebhook::default() };
    assert!(matches!(world.chat.webhooks().create(&more).await, Err(WebhookError::Full)));
    let unknown = WebhookId(Uuid::nil());
    assert!(matches!(world.chat.webhooks().rotate(unknown).await, Err(WebhookError::Unknown)));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_whoever_posts_is_a_failure_like_others() {
    struct Panics;
    #[async_trait]
    impl WebhookPost for Panics {
        async fn post(&self, _: SignedPost) -> Answered {
            panic!("on purpose")
        }
    }
    let world = World::new(9).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.say(room).await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(Panics), id, world.lease().await);
    assert!(tokio::time::timeout(Duration::from_secs(1), courier.run()).await.is_err());
    assert_eq!(world.find(id).await.failing.last_error.as_deref(), Some("the post failed here"));
}
