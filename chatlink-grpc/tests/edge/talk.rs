//! People, rooms and timelines.

use crate::world::{Person, World, refused};
use async_trait::async_trait;
use chatlink_core::{
    ChatLink,
    host::{Outgoing, Policy, Verdict},
};
use chatlink_grpc::v1::{self, Room, event_body::Kind, match_reason::Reason, timeline_client::TimelineClient};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tonic::Code;

const NOBODY: &str = "01890000-0000-7000-8000-000000000001";

fn message(world: &World, room: &str, text: &str) -> v1::SendMessageRequest {
    v1::SendMessageRequest {
        room_id: room.to_owned(),
        client_id: world.chat.fresh_client_id().to_string(),
        text: Some(text.to_owned()),
        ..Default::default()
    }
}

/// The newest texts of a room, as a person reads them.
async fn texts(world: &World, person: &Person, room: &str) -> Vec<String> {
    let asked = v1::ReadTimelineRequest { room_id: room.to_owned(), ..Default::default() };
    let page = world.timeline().read_timeline(person.asks(asked)).await.unwrap().into_inner();
    let texts = page.items.into_iter().filter_map(|item| match item.body?.kind? {
        Kind::Message(message) => message.text,
        _ => None,
    });
    texts.collect()
}

#[tokio::test]
async fn partners_are_matched_and_talk() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let asked = v1::ListMatchesRequest { learning: Some("es".to_owned()), ..Default::default() };
    let page = world.people().list_matches(ann.asks(asked)).await.unwrap().into_inner();
    let found = &page.items[0];
    assert_eq!((found.user.as_ref().unwrap().id.as_str(), found.mutual), (bob.id.as_str(), true));
    assert!(found.reasons.iter().any(|it| it.reason == Some(Reason::SpeaksWhatYouLearn("es".to_owned()))));
    let opened = world.rooms().open_direct(ann.asks(v1::OpenDirectRequest { user_id: bob.id.clone() })).await.unwrap();
    let v1::OpenedRoom { room: Some(Room { id: room, pending: Some(pending), peer, .. }), created: true } =
        opened.into_inner()
    else {
        panic!("a room that waits")
    };
    assert_eq!((pending.by_me, pending.messages_left), (true, 3));
    assert_eq!(peer.unwrap().username, "bob");
    for text in ["¿Qué tal?", "hi", "there"] {
        world.timeline().send_message(ann.asks(message(&world, &room, text))).await.unwrap();
    }
    let fourth = world.timeline().send_message(ann.asks(message(&world, &room, "more"))).await;
    refused(fourth, Code::PermissionDenied, "request_pending");
    let requests = world.rooms().list_requests(bob.asks(v1::ListRequestsRequest::default())).await.unwrap();
    assert_eq!(requests.into_inner().items[0].id, room);
    world.rooms().accept_request(bob.asks(v1::AcceptRequestRequest { room_id: room.clone() })).await.unwrap();
    assert_eq!(texts(&world, &bob, &room).await, ["¿Qué tal?", "hi", "there"]);
    let rooms = world.rooms().list_rooms(bob.asks(v1::ListRoomsRequest::default())).await.unwrap().into_inner();
    assert_eq!((rooms.items[0].unread, rooms.badge), (3, 1));
    world.timeline().mark_read(bob.asks(v1::MarkReadRequest { room_id: room.clone(), seq: 3 })).await.unwrap();
    let receipts = world.timeline().list_receipts(ann.asks(v1::ListReceiptsRequest { room_id: room })).await.unwrap();
    assert!(receipts.into_inner().items.iter().any(|mark| mark.user_id == bob.id && mark.read_seq == 3));
}

#[tokio::test]
async fn messages_change_and_the_log_tells_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room_id = world.befriend(&ann, &bob).await;
    let said = message(&world, &room_id, "helo");
    let first = world.timeline().send_message(ann.asks(said.clone())).await.unwrap().into_inner();
    let again = world.timeline().send_message(ann.asks(said.clone())).await.unwrap().into_inner();
    assert_eq!(first, again, "kept once, however often it is sent");
    let other = v1::SendMessageRequest { text: Some("else".to_owned()), ..said };
    refused(world.timeline().send_message(ann.asks(other)).await, Code::AlreadyExists, "client_id_conflict");
    let message_id = first.id.unwrap();
    let edit = |text: &str| v1::EditMessageRequest {
        room_id: room_id.clone(),
        message_id: message_id.clone(),
        text: text.to_owned(),
    };
    world.timeline().edit_message(ann.asks(edit("hello"))).await.unwrap();
    refused(world.timeline().edit_message(bob.asks(edit("mine"))).await, Code::PermissionDenied, "forbidden");
    let react = |key: Option<&str>| v1::ReactRequest {
        room_id: room_id.clone(),
        message_id: message_id.clone(),
        key: key.map(str::to_owned),
    };
    world.timeline().react(bob.asks(react(Some("👍")))).await.unwrap();
    let find = v1::FindMessageRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    let item = world.timeline().find_message(bob.asks(find.clone())).await.unwrap().into_inner();
    assert_eq!((item.version, item.my_reaction.as_deref()), (2, Some("👍")));
    world.timeline().react(bob.asks(react(None))).await.unwrap();
    let redact = v1::RedactMessageRequest { room_id: room_id.clone(), message_id };
    world.timeline().redact_message(ann.asks(redact)).await.unwrap();
    assert!(world.timeline().find_message(bob.asks(find)).await.unwrap().into_inner().redacted);
    let asked = v1::ListEventsRequest { room_id, after: 0, limit: None };
    let page = world.timeline().list_events(bob.asks(asked)).await.unwrap().into_inner();
    assert!(page.complete && !format!("{page:?}").contains("hello"), "a text that was taken back is nowhere");
    let kinds: Vec<_> = page.events.into_iter().map(|event| event.body.unwrap().kind.unwrap()).collect();
    assert!(
        matches!(
            kinds[..],
            [Kind::Message(_), Kind::Edit(_), Kind::Reaction(_), Kind::Reaction(_), Kind::Redaction(_)]
        ),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn groups_come_and_go() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let cat = world.person("cat", "es", "en").await;
    world.befriend(&ann, &bob).await;
    let group = v1::CreateGroupRequest {
        client_id: world.chat.fresh_client_id().to_string(),
        title: "Tandem".to_owned(),
        members: vec![bob.id.clone()],
        history: None,
    };
    let opened = world.rooms().create_group(ann.asks(group.clone())).await.unwrap().into_inner();
    let room = opened.room.unwrap();
    assert_eq!((room.title.as_str(), room.role.as_str(), room.member_count), ("Tandem", "owner", 2));
    assert!(!world.rooms().create_group(ann.asks(group)).await.unwrap().into_inner().created);
    let add = v1::AddMembersRequest { room_id: room.id.clone(), user_ids: vec![cat.id.clone()] };
    let added = world.rooms().add_members(ann.asks(add)).await.unwrap().into_inner();
    assert_eq!(added.invited, std::slice::from_ref(&cat.id), "a first contact is asked");
    world.rooms().accept_request(cat.asks(v1::AcceptRequestRequest { room_id: room.id.clone() })).await.unwrap();
    let mut seen = Vec::new();
    let mut after_user_id = None;
    loop {
        let asked = v1::ListMembersRequest { room_id: room.id.clone(), after_user_id, limit: Some(2) };
        let page = world.rooms().list_members(bob.asks(asked)).await.unwrap().into_inner();
        seen.extend(page.items.into_iter().map(|member| member.user.unwrap().id));
        if !page.has_more {
            break;
        }
        after_user_id = seen.last().cloned();
    }
    assert_eq!(seen.len(), 3);
    world.rooms().leave_room(cat.asks(v1::LeaveRoomRequest { room_id: room.id.clone() })).await.unwrap();
    let asked = v1::FindRoomRequest { room_id: room.id.clone() };
    refused(world.rooms().find_room(cat.asks(asked)).await, Code::NotFound, "room_not_found");
    let empty = v1::CreateGroupRequest { history: Some("some".to_owned()), ..Default::default() };
    refused(world.rooms().create_group(ann.asks(empty.clone())).await, Code::InvalidArgument, "malformed");
    let named = v1::CreateGroupRequest { client_id: NOBODY.to_owned(), ..empty };
    let told = refused(world.rooms().create_group(ann.asks(named)).await, Code::InvalidArgument, "invalid");
    assert_eq!(told.errors.len(), 2, "{told:?}");
}

/// Invariant 4: the same bytes for a room of others, an absent one, and an id that is none.
#[tokio::test]
async fn a_room_of_others_is_no_room() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let eve = world.person("eve", "es", "en").await;
    let room = world.befriend(&ann, &bob).await;
    let mut told = Vec::new();
    for room_id in [room.as_str(), NOBODY, "x", ""].map(str::to_owned) {
        let found = world.rooms().find_room(eve.asks(v1::FindRoomRequest { room_id: room_id.clone() })).await;
        let asked = v1::ReadTimelineRequest { room_id: room_id.clone(), ..Default::default() };
        let read = world.timeline().read_timeline(eve.asks(asked)).await;
        let sent = world.timeline().send_message(eve.asks(message(&world, &room_id, "hi"))).await;
        let asked = v1::ListEventsRequest { room_id: room_id.clone(), ..Default::default() };
        let events = world.timeline().list_events(eve.asks(asked)).await;
        let left = world.rooms().leave_room(eve.asks(v1::LeaveRoomRequest { room_id })).await;
        let refusals =
            [found.map(drop), read.map(drop), sent.map(drop), events.map(drop), left.map(drop)].map(Result::unwrap_err);
        told.extend(refusals.map(|it| (it.code(), it.message().to_owned(), it.details().to_vec())));
    }
    assert!(told.iter().all(|refusal| *refusal == told[0]), "{told:?}");
    let unknown = world.people().find_user(eve.asks(v1::FindUserRequest { user_id: NOBODY.to_owned() })).await;
    refused(unknown, Code::NotFound, "user_not_found");
}

#[tokio::test]
async fn one_changes_ones_profile_and_blocks() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let change = v1::UpdateMeRequest {
        about: Some("I cook.".to_owned()),
        interests: Some(v1::Interests { items: vec!["cooking".to_owned()] }),
        ..Default::default()
    };
    world.people().update_me(ann.asks(change)).await.unwrap();
    let clear = v1::UpdateMeRequest { about: Some(String::new()), ..Default::default() };
    let me = world.people().update_me(ann.asks(clear)).await.unwrap().into_inner();
    let profile = me.profile.unwrap();
    assert_eq!((profile.about.as_str(), profile.interests.len()), ("", 1), "absent keeps, empty clears");
    assert_eq!((me.contacts[0].value.as_str(), me.second_factor), ("ann@example.org", Some(false)));
    let asked = v1::FindUserRequest { user_id: ann.id.clone() };
    assert_eq!(
        world.people().find_user(bob.asks(asked.clone())).await.unwrap().into_inner().interests,
        ["cooking".to_owned()]
    );
    world.people().block(ann.asks(v1::BlockRequest { user_id: bob.id.clone() })).await.unwrap();
    refused(world.people().find_user(bob.asks(asked.clone())).await, Code::NotFound, "user_not_found");
    let blocks = world.people().list_blocks(ann.asks(v1::ListBlocksRequest::default())).await.unwrap().into_inner();
    assert_eq!(blocks.items[0].user.as_ref().unwrap().username, "bob");
    world.people().unblock(ann.asks(v1::UnblockRequest { user_id: bob.id.clone() })).await.unwrap();
    world.people().find_user(bob.asks(asked)).await.unwrap();
}

/// A host that thinks about each message until it is let.
struct Slow(Arc<Semaphore>);

#[async_trait]
impl Policy for Slow {
    async fn before_send(&self, _: &Outgoing) -> Verdict {
        match self.0.acquire().await {
            Ok(_) => Verdict::Allow,
            Err(_) => Verdict::Refuse,
        }
    }
}

#[tokio::test]
async fn a_deadline_passes_and_what_was_begun_is_done() {
    let let_go = Arc::new(Semaphore::new(0));
    let world = World::of(ChatLink::builder().policy(Arc::new(Slow(let_go.clone())))).await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    let said = message(&world, &room, "late");
    let mut asked = ann.asks(said.clone());
    asked.set_timeout(std::time::Duration::from_millis(100));
    // Without a channel: its own timer would tell the caller first.
    let late = TimelineClient::new(world.app.clone()).send_message(asked).await;
    assert_eq!(late.unwrap_err().code(), Code::DeadlineExceeded);
    let_go.add_permits(1);
    // The same name waits for the first try, or finds what it did.
    world.timeline().send_message(ann.asks(said)).await.unwrap();
    assert_eq!(texts(&world, &bob, &room).await, ["late"]);
}
