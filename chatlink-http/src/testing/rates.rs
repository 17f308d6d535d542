//! Rates of conversation over REST: each person's own, and each room's.

use super::{Answer, Options, Person, World};
use axum::http::Method;
use chatlink_core::{
    clock::{Clock as _, SystemClock},
    settings::{Rate, TalkLimits},
};
use serde_json::{Value, json};
use std::time::Duration;

/// What each of the world's rooms has a place for, and never more: nothing comes back with time.
const PLACES: usize = 3;
/// What a person may do, for ever.
const ACTS: u32 = 60;

async fn world() -> World {
    let sends = Rate { per_second: 0, burst: ACTS };
    let room_sends = Rate { per_second: 0, burst: u32::try_from(PLACES).unwrap() };
    World::under(Options::default(), TalkLimits { sends, room_sends, ..TalkLimits::default() }).await
}

async fn group(world: &World, of: &Person, with: &[&Person]) -> String {
    let members: Vec<_> = with.iter().map(|person| &person.id).collect();
    let group = json!({ "kind": "group", "client_id": name(), "title": "Tandem", "members": members });
    world.post(of, "/rooms", group).await.good(201)["id"].as_str().unwrap().to_owned()
}

fn name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("01890000-0000-7000-8000-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn say(world: &World, person: &Person, room: &str) -> Answer {
    let message = json!({ "client_id": name(), "text": "hello" });
    world.post(person, &format!("/rooms/{room}/messages"), message).await
}

/// The room's rate is all its members', is told from one's own, and counts what was said alone.
#[tokio::test]
async fn a_room_has_a_rate_of_its_own() {
    let world = world().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    world.befriend(&ann, &bob).await;
    let (busy, quiet) = (group(&world, &ann, &[&bob]).await, group(&world, &bob, &[&ann]).await);
    let first = say(&world, &ann, &busy).await.good(201)["id"].as_str().unwrap().to_owned();
    for _ in 1..PLACES {
        say(&world, &ann, &busy).await.good(201);
    }
    // More tries than either may do acts: what the room has no place for costs nobody anything.
    for person in [&ann, &bob] {
        for _ in 0..ACTS {
            let refused = say(&world, person, &busy).await.refused(429, "room_rate_limited");
            assert!(refused.body["retry_after"].as_u64().is_some_and(|wait| wait > 0), "{}", refused.body);
        }
    }
    let message = format!("/rooms/{busy}/messages/{first}");
    let edit = json!({ "text": "other words" });
    world.call(&ann, Method::PATCH, &message, edit).await.refused(429, "room_rate_limited");
    let better = json!({ "client_id": name(), "text": "hello!" });
    world.post(&bob, &format!("{message}/corrections"), better).await.refused(429, "room_rate_limited");
    // What leads a room works in a flood, and whoever is no member does not learn of it.
    world.call(&ann, Method::DELETE, &message, Value::Null).await.good(204);
    let eve = world.person("eve").await;
    say(&world, &eve, &busy).await.refused(404, "room_not_found");
    for person in [&ann, &bob] {
        say(&world, person, &quiet).await.good(201);
    }
}

/// Whoever is refused for his own sake takes no place from the others.
#[tokio::test]
async fn who_is_refused_takes_no_place_in_the_room() {
    let world = world().await;
    let (ann, bob, cal) = (world.person("ann").await, world.person("bob").await, world.person("cal").await);
    for other in [&bob, &cal] {
        world.befriend(&ann, other).await;
    }
    let room = group(&world, &ann, &[&bob, &cal]).await;
    let muted = json!({ "muted_until": SystemClock.now().plus(Duration::from_secs(3600)) });
    world.call(&ann, Method::PUT, &format!("/rooms/{room}/mutes/{}", bob.id), muted).await.good(204);
    for _ in 0..PLACES {
        say(&world, &bob, &room).await.refused(403, "muted");
    }
    let nowhere = json!({ "client_id": name(), "text": "re", "reply_to": room });
    world.post(&cal, &format!("/rooms/{room}/messages"), nowhere).await.refused(422, "invalid");
    // Cal's own bucket, to its end, by what no room counts.
    let draft = json!({ "text": "dear" });
    for _ in 0..ACTS {
        let _ = world.call(&cal, Method::PUT, &format!("/rooms/{room}/draft"), draft.clone()).await;
    }
    for _ in 0..PLACES {
        say(&world, &cal, &room).await.refused(429, "rate_limited");
    }
    let message = json!({ "client_id": name(), "text": "once" });
    let messages = format!("/rooms/{room}/messages");
    world.post(&ann, &messages, message.clone()).await.good(201);
    for _ in 0..PLACES {
        world.post(&ann, &messages, message.clone()).await.good(200);
    }
    for _ in 1..PLACES {
        say(&world, &ann, &room).await.good(201);
    }
    say(&world, &ann, &room).await.refused(429, "room_rate_limited");
}
