//! Threads: read and written like a room, kept like one, and counted by themselves.

use crate::{
    plug::Plug,
    server::Server,
    talk::{friends, texts, until},
};
use chatlink_client::{Cancelled, Chat, Client, Job, JobState, MemoryTokens, Strand, Target};
use chatlink_protocol::{EventId, Item, RoomId, Seq};
use std::sync::Arc;

/// Anna and Berta, who know each other, and a message of Anna's.
async fn begun(server: &Server, client: impl Fn() -> Client) -> (Chat, Chat, RoomId, EventId) {
    let (anna, berta, room) = friends(server, client).await;
    anna.send(room, "What shall we read?").await.unwrap();
    let mut other = berta.timeline(room).await.unwrap();
    until(&mut other, |items| texts(items).len() == 1).await;
    let root = other.snapshot()[0].id;
    (anna, berta, room, root)
}

#[tokio::test]
async fn what_is_said_in_a_thread_is_shown_there_alone_and_counted_at_its_message() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room, root) = begun(&server, || Client::new(&address).unwrap()).await;
    let thread = Strand::thread(room, root);
    let (mut main, mut hers) = (anna.timeline(room).await.unwrap(), anna.timeline(thread).await.unwrap());
    let mut other = berta.timeline(thread).await.unwrap();
    for words in ["a novel", "a poem"] {
        berta.send(thread, words).await.unwrap();
    }
    anna.send(thread, "both").await.unwrap();
    for list in [&mut hers, &mut other] {
        until(list, |items| texts(items).len() == 3).await;
    }
    let grown = |item: &Item| item.thread.is_some_and(|thread| thread.replies == 3);
    until(&mut main, |items| items.first().is_some_and(grown)).await;
    assert_eq!(texts(main.snapshot()), ["What shall we read?"]);
    let poem = hers.snapshot().iter().find(|item| texts(std::slice::from_ref(item)) == ["a poem"]).unwrap().id;
    berta.edit(room, Target::Sent(poem), "an ode").await.unwrap();
    anna.react(room, Target::Sent(poem), Some("👍")).await.unwrap();
    until(&mut hers, |items| texts(items).contains(&"an ode".to_owned())).await;
    until(&mut other, |items| items.iter().any(|item| item.reactions.len() == 1)).await;
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
}

#[tokio::test]
async fn who_opens_a_thread_late_reads_it_page_by_page() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room, root) = begun(&server, || Client::new(&address).unwrap()).await;
    let thread = Strand::thread(room, root);
    for n in 0..60 {
        berta.send(thread, format!("{n}")).await.unwrap();
    }
    until(&mut berta.outgoing(), <[_]>::is_empty).await;
    let mut hers = anna.timeline(thread).await.unwrap();
    until(&mut hers, |items| items.len() == 50).await;
    assert!(anna.load_before(thread).await.unwrap().is_continue());
    until(&mut hers, |items| items.len() == 60).await;
    assert!(anna.load_before(thread).await.unwrap().is_break());
}

#[tokio::test]
async fn threads_to_read_are_counted_live_and_are_read_on_every_device() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room, root) = begun(&server, || Client::new(&address).unwrap()).await;
    let thread = Strand::thread(room, root);
    let (mut list, mut followed) = (anna.room_list(), anna.threads(room).await.unwrap());
    until(&mut list, |entries| entries.len() == 1 && entries[0].unread_threads == 0).await;
    berta.send(thread, "a novel").await.unwrap();
    berta.send(thread, "a poem").await.unwrap();
    until(&mut list, |entries| (entries[0].unread_threads, entries[0].unread) == (1, 0)).await;
    until(&mut followed, |threads| threads.len() == 1 && threads[0].unread == 2).await;
    assert_eq!(followed.snapshot()[0].root.id, root);
    let mut hers = anna.timeline(thread).await.unwrap();
    until(&mut hers, |items| items.len() == 2).await;
    anna.read(thread, hers.snapshot()[0].seq);
    until(&mut followed, |threads| threads[0].unread == 1).await;
    assert_eq!(list.snapshot()[0].unread_threads, 1);
    anna.read(thread, hers.snapshot()[1].seq);
    until(&mut list, |entries| entries[0].unread_threads == 0).await;
    until(&mut followed, |threads| threads[0].unread == 0).await;
    // What is taken back is nothing to read.
    berta.send(thread, "or a play").await.unwrap();
    until(&mut list, |entries| entries[0].unread_threads == 1).await;
    until(&mut hers, |items| items.len() == 3).await;
    berta.redact(room, Target::Sent(hers.snapshot()[2].id)).await.unwrap();
    until(&mut list, |entries| entries[0].unread_threads == 0).await;
}

#[tokio::test]
async fn a_thread_is_there_without_a_network_and_what_is_said_in_it_survives_a_restart() {
    let (server, home) = (Server::new().await, tempfile::tempdir().unwrap());
    let (plug, tokens) = (Plug::new(&server.listen().await), Arc::new(MemoryTokens::default()));
    let client = || Client::over(plug.clone()).tokens(tokens.clone()).folder(home.path());
    let berta = server.join(&Client::new(&server.listen().await).unwrap(), "berta").await;
    let anna = server.join(&client(), "anna").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    anna.send(room, "What shall we read?").await.unwrap();
    let mut main = anna.timeline(room).await.unwrap();
    until(&mut main, |items| texts(items).len() == 1).await;
    let thread = Strand::thread(room, main.snapshot()[0].id);
    let mut other = berta.timeline(thread).await.unwrap();
    berta.send(thread, "a novel").await.unwrap();
    let mut hers = anna.timeline(thread).await.unwrap();
    until(&mut hers, |items| texts(items) == ["a novel"]).await;
    until(&mut anna.room_list(), |entries| entries[0].unread_threads == 1).await;
    anna.background().await;
    plug.set(false);
    anna.send(thread, "which?").await.unwrap();
    anna.send(room, "And you?").await.unwrap();
    let unwanted = anna.send(thread, "never").await.unwrap();
    anna.react(room, Target::Queued(unwanted), Some("👎")).await.unwrap();
    assert_eq!(anna.cancel(unwanted).await.unwrap(), Cancelled::Yes);
    anna.read(thread, hers.snapshot()[0].seq);
    anna.background().await;
    drop((anna, main, hers));

    let anna = client().restore().await.unwrap();
    let (mut main, mut hers) = (anna.timeline(room).await.unwrap(), anna.timeline(thread).await.unwrap());
    assert_eq!(texts(main.snapshot()), ["What shall we read?"]);
    assert_eq!(texts(hers.snapshot()), ["a novel"]);
    assert_eq!(anna.outgoing().snapshot().len(), 2);
    berta.send(thread, "this one").await.unwrap();
    until(&mut berta.outgoing(), <[_]>::is_empty).await;
    plug.set(true);
    anna.network_changed();
    for list in [&mut hers, &mut other] {
        until(list, |items| texts(items) == ["a novel", "this one", "which?"]).await;
    }
    until(&mut main, |items| texts(items) == ["What shall we read?", "And you?"]).await;
    let read = |thread: &chatlink_client::api::FollowedThread| thread.read_seq > Seq(0) && thread.unread == 0;
    until(&mut anna.threads(room).await.unwrap(), |threads| threads.iter().any(read)).await;
}

#[tokio::test]
async fn an_answer_in_a_thread_is_seen_at_every_moment_between_its_answer_and_its_event() {
    let server = Server::new().await;
    let address = server.listen().await;
    let plug = Plug::new(&address);
    let anna = server.join(&Client::over(plug.clone()), "anna").await;
    let berta = server.join(&Client::new(&address).unwrap(), "berta").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    anna.send(room, "What shall we read?").await.unwrap();
    let mut main = anna.timeline(room).await.unwrap();
    until(&mut main, |items| texts(items).len() == 1).await;
    let thread = Strand::thread(room, main.snapshot()[0].id);
    let mut hers = anna.timeline(thread).await.unwrap();
    berta.send(thread, "a novel").await.unwrap();
    until(&mut hers, |items| texts(items) == ["a novel"]).await;
    plug.deafen(true);
    anna.send(thread, "one").await.unwrap();
    anna.send(thread, "two").await.unwrap();
    let tried = |jobs: &[Job]| jobs.len() == 2 && jobs.iter().all(|job| job.state == JobState::Tried);
    until(&mut anna.outgoing(), tried).await;
    plug.deafen(false);
    berta.send(room, "well?").await.unwrap();
    until(&mut hers, |items| texts(items) == ["a novel", "one", "two"]).await;
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
}
