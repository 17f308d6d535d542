//! How groups are led, and how one comes into them.

use crate::world::{Person, World, refused};
use chatlink_grpc::v1;
use tonic::Code;

/// Ann, who owns a group, and Bob, who is in it.
async fn group(world: &World) -> (Person, Person, String) {
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    world.befriend(&ann, &bob).await;
    let group = v1::CreateGroupRequest {
        client_id: world.chat.fresh_client_id().to_string(),
        title: "Tandem".to_owned(),
        members: vec![bob.id.clone()],
        history: None,
    };
    let room = world.rooms().create_group(ann.asks(group)).await.unwrap().into_inner().room.unwrap();
    (ann, bob, room.id)
}

fn bare(room_id: &str) -> v1::UpdateRoomRequest {
    v1::UpdateRoomRequest { room_id: room_id.to_owned(), ..Default::default() }
}

#[tokio::test]
async fn a_group_is_changed_by_those_who_lead_it() {
    let world = World::new().await;
    let (ann, bob, room_id) = group(&world).await;
    let change = v1::UpdateRoomRequest {
        topic: Some("Every day a word".to_owned()),
        posting: Some("admins".to_owned()),
        language: Some("es".to_owned()),
        expires_in: Some(3600),
        ..bare(&room_id)
    };
    refused(world.groups().update_room(bob.asks(change.clone())).await, Code::PermissionDenied, "forbidden");
    let room = world.groups().update_room(ann.asks(change)).await.unwrap().into_inner();
    assert_eq!((room.topic.as_str(), room.posting.as_str()), ("Every day a word", "admins"));
    assert_eq!((room.language.as_deref(), room.expires_in, room.title.as_str()), (Some("es"), Some(3600), "Tandem"));
    let cleared = v1::UpdateRoomRequest {
        topic: Some(String::new()),
        language: Some(String::new()),
        expires_in: Some(0),
        ..bare(&room_id)
    };
    let room = world.groups().update_room(ann.asks(cleared)).await.unwrap().into_inner();
    assert_eq!((room.topic.as_str(), room.language, room.expires_in), ("", None, None));
    let same = world.groups().update_room(bob.asks(bare(&room_id))).await.unwrap().into_inner();
    assert_eq!(same.posting, "admins", "who changes nothing reads");
    let wrong = v1::UpdateRoomRequest { title: Some(String::new()), level: Some("Z9".to_owned()), ..bare(&room_id) };
    let told = refused(world.groups().update_room(ann.asks(wrong)).await, Code::InvalidArgument, "invalid");
    assert_eq!(told.errors.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["title", "level"]);
}

#[tokio::test]
async fn roles_mutes_and_bans() {
    let world = World::new().await;
    let (ann, bob, room_id) = group(&world).await;
    let (room, user) = (|| room_id.clone(), || bob.id.clone());
    let role = |role: &str| v1::SetRoleRequest { room_id: room(), user_id: user(), role: role.to_owned() };
    world.groups().set_role(ann.asks(role("moderator"))).await.unwrap();
    refused(world.groups().set_role(ann.asks(role("king"))).await, Code::InvalidArgument, "invalid");
    let found = world.rooms().find_room(bob.asks(v1::FindRoomRequest { room_id: room() })).await.unwrap().into_inner();
    assert_eq!(found.role, "moderator");
    world.groups().set_role(ann.asks(role("member"))).await.unwrap();

    let soon = prost_types::Timestamp { seconds: found.updated_at.unwrap().seconds + 600, nanos: 0 };
    let mute = |muted_until| v1::MuteMemberRequest { room_id: room(), user_id: user(), muted_until };
    let told = refused(world.groups().mute_member(ann.asks(mute(None))).await, Code::InvalidArgument, "invalid");
    assert_eq!(told.errors[0].field, "muted_until");
    world.groups().mute_member(ann.asks(mute(Some(soon)))).await.unwrap();
    let said = v1::SendMessageRequest { text: Some("But".to_owned()), ..world.message(&room_id) };
    let told = refused(world.timeline().send_message(bob.asks(said)).await, Code::PermissionDenied, "muted");
    assert!(told.retry_after.is_some_and(|seconds| (1..=600).contains(&seconds)), "{told:?}");
    let unmute = v1::UnmuteMemberRequest { room_id: room(), user_id: user() };
    world.groups().unmute_member(ann.asks(unmute)).await.unwrap();
    world.say(&bob, &room_id, "Thanks").await;

    world.groups().ban(ann.asks(v1::BanRequest { room_id: room(), user_id: user() })).await.unwrap();
    let gone = world.rooms().find_room(bob.asks(v1::FindRoomRequest { room_id: room() })).await;
    refused(gone, Code::NotFound, "room_not_found");
    let bans = async |cursor: Option<String>| {
        let asked = v1::ListBansRequest { room_id: room(), cursor, limit: Some(1) };
        world.groups().list_bans(ann.asks(asked)).await.map(tonic::Response::into_inner)
    };
    let page = bans(None).await.unwrap();
    assert_eq!(page.items[0].user.as_ref().unwrap().username, "bob");
    let rest = bans(page.next_cursor).await.unwrap();
    assert!(rest.items.is_empty() && rest.next_cursor.is_none());
    let told = refused(bans(Some("elsewhere".to_owned())).await, Code::InvalidArgument, "invalid");
    assert_eq!(told.errors[0].field, "cursor");
    world.groups().unban(ann.asks(v1::UnbanRequest { room_id: room(), user_id: user() })).await.unwrap();
    assert!(bans(None).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_group_is_handed_over() {
    let world = World::new().await;
    let (ann, bob, room_id) = group(&world).await;
    let (leave, room) = (v1::LeaveRoomRequest { room_id: room_id.clone() }, room_id.clone());
    let lower = v1::SetRoleRequest { room_id: room, user_id: ann.id.clone(), role: "member".to_owned() };
    refused(world.groups().set_role(ann.asks(lower)).await, Code::FailedPrecondition, "last_owner");
    let to_bob = v1::HandOverRequest { room_id, user_id: bob.id.clone() };
    let room = world.groups().hand_over(ann.asks(to_bob)).await.unwrap().into_inner();
    assert_eq!(room.role, "admin");
    world.rooms().leave_room(ann.asks(leave)).await.unwrap();
}

#[tokio::test]
async fn an_invite_lets_people_in_until_it_is_taken_back() {
    let world = World::new().await;
    let (ann, _, room_id) = group(&world).await;
    let cat = world.person("cat", "es", "en").await;
    let new = v1::CreateInviteRequest { room_id: room_id.clone(), max_uses: Some(2), expires_in: Some(3600) };
    let fresh = world.ways_in().create_invite(ann.asks(new)).await.unwrap().into_inner();
    assert!(!format!("{fresh:?}").contains(&fresh.token), "a token is in no log");
    let preview = v1::PreviewInviteRequest { token: fresh.token.clone() };
    let told = world.ways_in().preview_invite(cat.asks(preview.clone())).await.unwrap().into_inner();
    assert_eq!((told.title.as_str(), told.state.as_str(), told.member_count), ("Tandem", "open", 2));
    let join = v1::JoinByInviteRequest { token: fresh.token };
    assert_eq!(world.ways_in().join_by_invite(cat.asks(join)).await.unwrap().into_inner().id, room_id);
    let asked = v1::ListInvitesRequest { room_id: room_id.clone() };
    let invites = world.ways_in().list_invites(ann.asks(asked)).await.unwrap().into_inner().items;
    assert_eq!((invites[0].uses, invites[0].created_by.as_ref().unwrap().username.as_str()), (1, "ann"));
    let revoke = v1::RevokeInviteRequest { room_id, invite_id: invites[0].id.clone() };
    world.ways_in().revoke_invite(ann.asks(revoke)).await.unwrap();
    let dan = world.person("dan", "es", "en").await;
    refused(world.ways_in().preview_invite(dan.asks(preview)).await, Code::NotFound, "invite_not_found");
}

#[tokio::test]
async fn a_public_group_is_found_and_asked() {
    let world = World::new().await;
    let (ann, _, room_id) = group(&world).await;
    let (cat, dan) = (world.person("cat", "es", "en").await, world.person("dan", "es", "en").await);
    let public = v1::UpdateRoomRequest {
        visibility: Some("public".to_owned()),
        join: Some("request".to_owned()),
        language: Some("es".to_owned()),
        ..bare(&room_id)
    };
    world.groups().update_room(ann.asks(public)).await.unwrap();
    let find =
        |language: &str| v1::ListPublicRoomsRequest { language: Some(language.to_owned()), ..Default::default() };
    let found = world.ways_in().list_public_rooms(cat.asks(find("es"))).await.unwrap().into_inner().items;
    assert_eq!((found[0].id.as_str(), found[0].join.as_str(), found[0].asked), (room_id.as_str(), "request", false));
    assert!(world.ways_in().list_public_rooms(cat.asks(find("fr"))).await.unwrap().into_inner().items.is_empty());
    refused(world.ways_in().list_public_rooms(cat.asks(find("Latin?"))).await, Code::InvalidArgument, "invalid");
    for person in [&cat, &dan] {
        let asked = v1::JoinRoomRequest { room_id: room_id.clone() };
        let joining = world.ways_in().join_room(person.asks(asked)).await.unwrap().into_inner();
        assert!(joining.waits && joining.room.is_none());
    }
    let asking = async |cursor| {
        let asked = v1::ListAskingRequest { room_id: room_id.clone(), cursor, limit: Some(1) };
        world.ways_in().list_asking(ann.asks(asked)).await.unwrap().into_inner()
    };
    let first = asking(None).await;
    assert_eq!(first.items[0].user.as_ref().unwrap().username, "cat");
    assert_eq!(asking(first.next_cursor).await.items[0].user.as_ref().unwrap().username, "dan");
    let let_in = v1::LetInRequest { room_id: room_id.clone(), user_id: cat.id.clone() };
    world.ways_in().let_in(ann.asks(let_in)).await.unwrap();
    world.say(&cat, &room_id, "Thanks!").await;
    let decline = v1::DeclineAskingRequest { room_id: room_id.clone(), user_id: dan.id.clone() };
    world.ways_in().decline_asking(ann.asks(decline)).await.unwrap();
    assert!(asking(None).await.items.is_empty());
    let back = v1::TakeBackAskingRequest { room_id: room_id.clone() };
    world.ways_in().take_back_asking(dan.asks(back)).await.unwrap();
}

#[tokio::test]
async fn an_invitation_is_taken_back() {
    let world = World::new().await;
    let (ann, _, room_id) = group(&world).await;
    let cat = world.person("cat", "es", "en").await;
    let add = v1::AddMembersRequest { room_id: room_id.clone(), user_ids: vec![cat.id.clone()] };
    assert_eq!(world.rooms().add_members(ann.asks(add)).await.unwrap().into_inner().invited.len(), 1);
    let sent = async || {
        let asked = v1::ListSentInvitationsRequest { room_id: room_id.clone() };
        world.ways_in().list_sent_invitations(ann.asks(asked)).await.unwrap().into_inner().items
    };
    assert_eq!(sent().await[0].user.as_ref().unwrap().username, "cat");
    let back = v1::TakeBackInvitationRequest { room_id: room_id.clone(), user_id: cat.id.clone() };
    world.ways_in().take_back_invitation(ann.asks(back)).await.unwrap();
    assert!(sent().await.is_empty());
    let waits = world.rooms().list_requests(cat.asks(v1::ListRequestsRequest::default())).await.unwrap().into_inner();
    assert!(waits.invitations.is_empty());
}
