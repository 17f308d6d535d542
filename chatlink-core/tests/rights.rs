//! What goes on after an account is deleted: by the engine, whatever restarts meanwhile.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

use chatlink_core::{
    ChatLink, Keys,
    memory::MemoryStore,
    people::ExternalPerson,
    protocol::{EventBody, RoomId, Seq, Timestamp, UserId},
    realtime::Outgoing,
    rights::{DeleteExternalError, Words},
    rooms::{GroupRequest, History, Role},
    timeline::{NewCorrection, NewMessage, TalkError, Window},
};
use std::{sync::Arc, time::Duration};

async fn engine(store: &Arc<MemoryStore>) -> ChatLink {
    let keys = Keys::new(vec![vec![3; 32]]).unwrap();
    ChatLink::builder().store(store.clone()).keys(keys).build().await.unwrap()
}

async fn person(chat: &ChatLink, name: &str) -> UserId {
    chat.people().upsert_external(ExternalPerson::new(name).with_name(name)).await.unwrap()
}

/// A group of the first with the others, who know the first.
async fn group(chat: &ChatLink, members: &[UserId]) -> RoomId {
    for member in &members[1..] {
        let direct = chat.rooms().open_direct(members[0], *member).await.unwrap().room.room_id;
        chat.rooms().accept(*member, direct).await.unwrap();
    }
    let request = GroupRequest {
        client_id: chat.fresh_client_id(),
        title: "Evening class".parse().unwrap(),
        members: members[1..].to_vec(),
        history: History::All,
    };
    chat.rooms().create_group(members[0], request).await.unwrap().room.room_id
}

/// Improves the first message of another in the room.
async fn correct(chat: &ChatLink, room: RoomId, me: UserId, text: &str) {
    let page = chat.timeline().page(me, room, Window::Newest, 100).await.unwrap();
    let others = page.items.iter().find(|item| item.sender_id != me && !item.redacted).unwrap();
    let correction = NewCorrection::parse(chat.fresh_client_id(), text, None, None, None).unwrap();
    chat.timeline().correct(me, room, others.id, correction).await.unwrap();
}

async fn say(chat: &ChatLink, room: RoomId, sender: UserId, text: &str) -> Result<(), TalkError> {
    let message = NewMessage::parse(chat.fresh_client_id(), text, None, None).unwrap();
    chat.timeline().send(sender, room, message).await.map(drop)
}

/// The words that stand in a room, and how often something was taken back there.
async fn stands(chat: &ChatLink, room: RoomId, reader: UserId) -> (Vec<String>, usize) {
    let (mut words, mut redactions, mut after) = (Vec::new(), 0, Seq(0));
    loop {
        let page = chat.timeline().events(reader, room, after, 200).await.unwrap();
        let Some(last) = page.events.last() else { return (words, redactions) };
        after = last.seq;
        for event in page.events {
            match event.body {
                EventBody::Message(message) => words.extend(message.text),
                EventBody::Redaction(_) => redactions += 1,
                EventBody::Correction(correction) => words.extend(correction.words.map(|words| words.text)),
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_taken_back_across_a_restart() {
    let store = Arc::new(MemoryStore::new());
    let chat = engine(&store).await;
    let (ana, ben) = (person(&chat, "ana").await, person(&chat, "ben").await);
    let rooms = [group(&chat, &[ana, ben]).await, group(&chat, &[ben, ana]).await];
    for n in 0..260 {
        say(&chat, rooms[n % 2], ana, "hers").await.unwrap();
    }
    say(&chat, rooms[0], ben, "his").await.unwrap();
    for n in 0..3 {
        correct(&chat, rooms[0], ana, &format!("hers {n}")).await;
    }
    chat.rooms().leave(ana, rooms[1]).await.unwrap();
    chat.rights().delete_external("ana", Words::TakenBack).await.unwrap();
    // However far it got: a node that goes down at once, and one that comes and goes.
    chat.shutdown().await;
    engine(&store).await.shutdown().await;

    let chat = engine(&store).await;
    let all_back = async || {
        let (first, second) = (stands(&chat, rooms[0], ben).await, stands(&chat, rooms[1], ben).await);
        (first.0 == ["his"] && second.0.is_empty()).then_some(first.1 + second.1)
    };
    let mut redactions = None;
    for _ in 0..1_000 {
        redactions = all_back().await;
        if redactions.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(redactions, Some(260), "each once");
    let row = chat.rooms().find(ben, rooms[0]).await.unwrap();
    assert_eq!((row.role, row.member_count), (Role::Owner, 1), "the group is not stranded");
    chat.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hosts_person_goes_with_its_sockets_and_leaves_its_groups() {
    let store = Arc::new(MemoryStore::new());
    let chat = engine(&store).await;
    let (ana, ben, carl) = (person(&chat, "ana").await, person(&chat, "ben").await, person(&chat, "carl").await);
    let room = group(&chat, &[ana, ben, carl]).await;
    say(&chat, room, ana, "hello").await.unwrap();
    let far = Timestamp::from_micros(i64::MAX / 4);
    let socket = chat.connect(ana, None, far, 0).await.unwrap();
    chat.rights().delete_external("ana", Words::Stay).await.unwrap();
    loop {
        match socket.outgoing().await {
            Outgoing::Frames(_) => {}
            Outgoing::Close(code) => {
                assert_eq!(code, chatlink_core::protocol::ErrorCode::Unauthenticated);
                break;
            }
        }
    }
    assert!(matches!(say(&chat, room, ana, "late").await, Err(TalkError::NoRoom)));
    let members = chat.rooms().members(ben, room, None, 10).await.unwrap().rows;
    assert_eq!(members.len(), 2);
    assert_eq!(members.iter().filter(|member| member.role == Role::Owner).count(), 1);
    assert_eq!(stands(&chat, room, ben).await.0, ["hello"], "what was said stays");
    assert!(chat.people().briefs(&[ana]).await.unwrap().is_empty());
    let added = chat.rooms().add_members(members[0].user_id, room, &[ana]).await;
    assert!(matches!(added, Err(TalkError::Invalid(_) | TalkError::NoRight)), "{added:?}");
    let again = chat.rights().delete_external("ana", Words::Stay).await;
    assert!(matches!(again, Err(DeleteExternalError::NoUser)));
    assert!(chat.people().upsert_external(ExternalPerson::new("ana")).await.is_err(), "kept for a month");
    chat.shutdown().await;
}
