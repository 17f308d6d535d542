//! The list of rooms, marks, and what else is there to be watched.

use crate::{
    plug::Plug,
    server::{PASSWORD, Server},
    talk::{friends, texts, until},
};
use chatlink_client::{
    Act, Chat, Client, JobState, RoomEntry, Watched,
    api::{Login, NewGroup, PrefsChange, Search},
};
use chatlink_protocol::{Item, RoomId, Seq};
use std::sync::Arc;

fn line(entries: &[RoomEntry]) -> Vec<(&str, u32, Option<&str>)> {
    entries.iter().map(|entry| (entry.title.as_str(), entry.unread, entry.preview())).collect()
}

/// Anna on a network that can be looked at, Berta on another, and their room.
async fn pair(server: &Server) -> (Arc<Plug>, Chat, Chat, RoomId) {
    let address = server.listen().await;
    let plug = Plug::new(&address);
    let anna = server.join(&Client::over(plug.clone()), "anna").await;
    let berta = server.join(&Client::new(&address).unwrap(), "berta").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    (plug, anna, berta, room)
}

#[tokio::test]
async fn the_list_of_rooms_follows_what_is_said_and_asks_nobody() {
    let server = Server::new().await;
    let (plug, anna, berta, room) = pair(&server).await;
    let mut list = anna.room_list();
    until(&mut list, |entries| entries.len() == 1).await;
    let group = NewGroup {
        client_id: "0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
        title: "Readers".to_owned(),
        members: vec![anna.identity().user_id],
    };
    let group = berta.api().create_group(&group).await.unwrap();
    until(&mut list, |entries| entries.len() == 2).await;
    // The list was read to its end by then.
    while !plug.calls().iter().any(|path| path.starts_with("/v1/blocks")) {
        tokio::task::yield_now().await;
    }
    berta.send(room, "a first one").await.unwrap();
    until(&mut list, |entries| entries[0].preview() == Some("a first one")).await;
    let before = plug.calls().len();

    for words in ["one", "two", "three"] {
        berta.send(room, words).await.unwrap();
    }
    until(&mut list, |entries| line(entries)[0] == ("berta", 4, Some("three"))).await;
    berta.send(group.id, "a book").await.unwrap();
    until(&mut list, |entries| line(entries)[..2] == [("Readers", 1, Some("a book")), ("berta", 4, Some("three"))])
        .await;
    let unread = list.snapshot().iter().find(|entry| entry.id == room).unwrap().last_item.clone().unwrap();
    berta.redact(room, chatlink_client::Target::Sent(unread.id)).await.unwrap();
    until(&mut list, |entries| entries.iter().any(|entry| entry.id == room && entry.preview().is_none())).await;
    anna.read(group.id, Seq(1_000));
    until(&mut list, |entries| line(entries)[0] == ("Readers", 0, Some("a book"))).await;
    assert_eq!(plug.calls()[before..], [""; 0], "nobody was asked");

    anna.api().change_prefs(room, &PrefsChange { pinned: Some(true), ..PrefsChange::default() }).await.unwrap();
    until(&mut list, |entries| entries[0].id == room && entries[0].pinned).await;
    anna.api().change_prefs(room, &PrefsChange { archived: Some(true), ..PrefsChange::default() }).await.unwrap();
    until(&mut list, |entries| entries[1].id == room && entries[1].archived).await;
    anna.api().leave(group.id).await.unwrap();
    until(&mut list, |entries| entries.len() == 1 && entries[0].id == room).await;
}

#[tokio::test]
async fn what_is_read_here_is_read_on_the_other_device() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let login = Login { login: "anna".to_owned(), password: PASSWORD.into(), second_factor: None };
    let tablet = Client::new(&address).unwrap().login(&login).await.unwrap();
    let (mut here, mut there) = (anna.room_list(), tablet.room_list());
    for words in ["one", "two"] {
        berta.send(room, words).await.unwrap();
    }
    until(&mut here, |entries| line(entries) == [("berta", 2, Some("two"))]).await;
    until(&mut there, |entries| line(entries) == [("berta", 2, Some("two"))]).await;
    let mut marks = berta.receipts(room).await.unwrap();
    let last = here.snapshot()[0].last_item.as_ref().unwrap().seq;
    anna.read(room, last);
    until(&mut there, |entries| line(entries) == [("berta", 0, Some("two"))]).await;
    let user = anna.identity().user_id;
    until(&mut marks, |marks| marks.iter().any(|mark| mark.user_id == user && mark.read_seq == last)).await;
}

/// Every message is in the timeline or among what is outgoing, at every moment.
fn somewhere(wanted: &[&str], hers: &Watched<Item>, outgoing: &Watched<chatlink_client::Job>) -> bool {
    let said = texts(hers.snapshot());
    let waits = |words: &str| {
        outgoing
            .snapshot()
            .iter()
            .any(|job| matches!(&job.act, Act::Send(message) if message.text.as_deref() == Some(words)))
    };
    wanted.iter().all(|words| said.iter().any(|text| text == words) || waits(words))
}

#[tokio::test]
async fn a_message_is_seen_at_every_moment_between_its_answer_and_its_event() {
    let server = Server::new().await;
    let (plug, anna, berta, room) = pair(&server).await;
    let (mut hers, mut outgoing) = (anna.timeline(room).await.unwrap(), anna.outgoing());
    berta.send(room, "hello").await.unwrap();
    until(&mut hers, |items| texts(items) == ["hello"]).await;
    plug.deafen(true);
    anna.send(room, "one").await.unwrap();
    anna.send(room, "two").await.unwrap();
    // The second is tried when the first has its answer, whose event does not come.
    let all_tried =
        |jobs: &[chatlink_client::Job]| jobs.len() == 2 && jobs.iter().all(|job| job.state == JobState::Tried);
    until(&mut outgoing, all_tried).await;
    assert_eq!(texts(anna.timeline(room).await.unwrap().snapshot()), ["hello"]);
    plug.deafen(false);
    berta.send(room, "well?").await.unwrap();
    loop {
        assert!(somewhere(&["one", "two"], &hers, &outgoing), "it is nowhere");
        if texts(hers.snapshot()).len() == 4 && outgoing.snapshot().is_empty() {
            break;
        }
        tokio::select! {
            biased;
            changed = hers.next() => drop(changed.unwrap()),
            changed = outgoing.next() => drop(changed.unwrap()),
        }
    }
}

#[tokio::test]
async fn one_sees_who_types_and_who_is_here_and_finds_what_was_said() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let (user, mut typists, mut here) = (berta.identity().user_id, anna.typists(room).await.unwrap(), anna.presence());
    anna.watch_presence(vec![user]).await.unwrap();
    until(&mut here, |people| people.iter().any(|person| person.user_id == user && person.online)).await;
    // One hint may be lost; people type on.
    let mut tries = 0;
    while typists.snapshot() != [user] {
        berta.typing(room);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), typists.next()).await;
        tries += 1;
        assert!(tries < 15, "nobody types");
    }
    berta.send(room, "the lantern in the harbour").await.unwrap();
    until(&mut typists, <[_]>::is_empty).await;
    let search = Search { q: "harbour".to_owned(), ..Search::default() };
    let found = anna.api().search(&search).await.unwrap();
    assert_eq!(found.items.iter().map(|hit| hit.room_id).collect::<Vec<_>>(), [room]);
    berta.background().await;
    until(&mut here, |people| people.iter().any(|person| person.user_id == user && !person.online)).await;
}
