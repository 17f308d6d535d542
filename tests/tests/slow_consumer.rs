//! A slow consumer: a real socket that stops reading. It costs nobody anything: the server's memory
//! stays bounded, the others get everything, and `resync` heals the slow one.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Api, Open, Person, Server, Socket, fresh_id, group, send};

/// 16 KiB each, so that all of it is far more than a socket's buffers and its queue can hold.
const TEXT: usize = 16 * 1024;
const MESSAGES: usize = 1_600;
/// Sent before the next acknowledgement is waited for.
const WINDOW: usize = 16;
/// What the server may grow by: the slow one's queue of 1 MiB, the batches under way, the
/// allocator's own ways, and not the 25 MiB that were sent.
const GROWTH: u64 = 12 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_told_to_resync_and_harms_nobody() {
    let server = Server::start().await;
    let (anna, berta, carl) =
        tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"), Person::join(&server, "carl"),);
    let room = group(&anna, &[&berta, &carl], "all").await;
    let mut sender = Socket::connect(&anna).await;
    let mut reader = Socket::connect(&berta).await;
    let open = Open { token: carl.api.token().map(str::to_owned), receive_buffer: Some(8 << 10), ..Open::default() };
    let mut slow = Socket::open(server.address(), open).await.expect("the slow socket opens");
    slow.greeted().await;
    // The server's buffers and caches are warm before it is weighed.
    let first = send_many(&mut sender, &mut reader, room, 10 * WINDOW).await;
    slow.until_seq(room, first).await;

    let before = server.resident().await;
    let last = send_many(&mut sender, &mut reader, room, MESSAGES).await;
    let after = server.resident().await;
    let fast = reader.log().room(room);
    fast.assert_in_order();
    fast.assert_dense(fast.arrivals()[0], last);
    assert!(!reader.drain().iter().any(|push| matches!(push, Push::Resync)), "the fast one was told to resync");
    println!("the server grew from {} to {} KiB", before >> 10, after >> 10);
    assert!(after < before + GROWTH, "the server grew by {} KiB", (after - before) >> 10);

    slow.until("resync", |push| matches!(push, Push::Resync).then_some(())).await;
    let known = slow.log().room(room);
    assert!(known.cursor() < last, "it lost nothing, so it was not slow");
    heal(&mut slow, &carl.api, room, last).await;
    let next = sender.say(room, "and live again").await;
    slow.until_seq(room, next).await;
}

/// As a client heals: resumes from its cursor, and reads from the log what is said to be left out.
async fn heal(slow: &mut Socket, api: &Api, room: RoomId, last: u64) {
    slow.resume().await;
    // 25 MiB cannot be replayed through a queue of 1 MiB: what is left out is said.
    let covers = |push: &Push| matches!(push, Push::Gap { room_id, to, .. } if *room_id == room && to.0 >= last);
    slow.until("the gap up to the head", |push| covers(push).then_some(())).await;
    let mut log = slow.log().clone();
    while log.room(room).cursor() < last {
        let after = log.room(room).cursor();
        let page = api.get(&format!("/v1/rooms/{room}/events?after={after}&limit=200")).await.is(200);
        for event in page["events"].as_array().expect("events") {
            log.take(serde_json::from_value(event.clone()).expect("an event"));
        }
        assert!(log.room(room).cursor() > after, "a page brings it further: {page}");
    }
    log.room(room).assert_dense(log.room(room).arrivals()[0], last);
}

/// Sends so many large messages, which the reader gets as they come: the last one's seq.
async fn send_many(sender: &mut Socket, reader: &mut Socket, room: RoomId, count: usize) -> u64 {
    let text = "x".repeat(TEXT);
    let mut last = 0;
    for _ in 0..count.div_ceil(WINDOW) {
        let mut under_way = Vec::with_capacity(WINDOW);
        for _ in 0..WINDOW {
            under_way.push(sender.feed(send(room, &fresh_id(), &text)).await);
        }
        sender.flush().await;
        for number in under_way {
            last = sender.answer(number).await.expect("taken").seq.expect("a seq").0;
        }
        reader.until_seq(room, last).await;
    }
    last
}
