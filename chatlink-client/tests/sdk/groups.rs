//! Groups: made, set up, come into and left.

use crate::{
    server::Server,
    talk::{friends, until},
};
use chatlink_client::{
    Chat, Client, RoomEntry,
    api::{GroupChange, NewGroup},
};
use chatlink_protocol::{RoomId, UserId, room::Person};

fn entry(entries: &[RoomEntry], room: RoomId) -> Option<&RoomEntry> {
    entries.iter().find(|entry| entry.id == room)
}

/// A group of Anna's, with whom she knows.
async fn group(anna: &Chat, members: Vec<UserId>) -> RoomId {
    let new = NewGroup { client_id: anna.fresh_name(), title: "Readers".to_owned(), members };
    let made = anna.create_group(&new).await.unwrap();
    assert_eq!(anna.create_group(&new).await.unwrap().id, made.id, "a repetition answers the same one");
    made.id
}

#[tokio::test]
async fn a_group_is_made_set_up_and_its_members_are_counted_as_they_come_and_go() {
    let server = Server::new().await;
    let address = server.listen().await;
    let client = || Client::new(&address).unwrap();
    let (anna, berta, _) = friends(&server, client).await;
    let carla = server.join(&client(), "carla").await;
    let room = group(&anna, vec![berta.identity().user_id]).await;
    let (mut hers, mut other) = (anna.room_list(), berta.room_list());
    assert!(entry(hers.snapshot(), room).is_some(), "whoever made it need not wait for it");
    until(&mut other, |entries| entry(entries, room).is_some_and(|entry| entry.member_count == 2)).await;
    let change = GroupChange { title: Some("Poets".to_owned()), topic: Some("odes".to_owned()), ..Default::default() };
    anna.change_group(room, &change).await.unwrap();
    let named = |entry: &RoomEntry| (entry.title.as_str(), entry.topic.as_str()) == ("Poets", "odes");
    until(&mut other, |entries| entry(entries, room).is_some_and(named)).await;

    // Whom she never met is asked first.
    let added = anna.api().add_members(room, &[carla.identity().user_id]).await.unwrap();
    assert_eq!((added.invited, added.items.len()), (vec![carla.identity().user_id], 2));
    let waits = carla.api().requests(None).await.unwrap();
    let invitation = &waits.invitations[0];
    assert_eq!((invitation.room_id, invitation.title.as_str(), invitation.member_count), (room, "Poets", 2));
    assert!(matches!(&invitation.invited_by, Person::Known { id, .. } if *id == anna.identity().user_id));
    carla.api().accept_request(room).await.unwrap();
    for list in [&mut hers, &mut other] {
        until(list, |entries| entry(entries, room).is_some_and(|entry| entry.member_count == 3)).await;
    }
    until(&mut carla.room_list(), |entries| entry(entries, room).is_some_and(named)).await;

    let user = berta.identity().user_id;
    anna.api().set_role(room, user, "admin").await.unwrap();
    until(&mut other, |entries| entry(entries, room).is_some_and(|entry| entry.role == "admin")).await;
    berta.api().remove_member(room, carla.identity().user_id).await.unwrap();
    until(&mut hers, |entries| entry(entries, room).is_some_and(|entry| entry.member_count == 2)).await;
    until(&mut carla.room_list(), |entries| entry(entries, room).is_none()).await;
    anna.hand_over(room, user).await.unwrap();
    until(&mut hers, |entries| entry(entries, room).is_some_and(|entry| entry.role == "admin")).await;
    anna.api().leave(room).await.unwrap();
    until(&mut hers, |entries| entry(entries, room).is_none()).await;
    until(&mut other, |entries| entry(entries, room).is_some_and(|entry| entry.member_count == 1)).await;
}

#[tokio::test]
async fn an_invitation_that_is_declined_is_gone_and_who_is_banned_is_counted_out() {
    let server = Server::new().await;
    let address = server.listen().await;
    let client = || Client::new(&address).unwrap();
    let (anna, berta, _) = friends(&server, client).await;
    let carla = server.join(&client(), "carla").await;
    let room = group(&anna, vec![berta.identity().user_id, carla.identity().user_id]).await;
    carla.api().decline_request(room).await.unwrap();
    assert!(carla.api().requests(None).await.unwrap().invitations.is_empty());
    let mut hers = anna.room_list();
    until(&mut hers, |entries| entry(entries, room).is_some_and(|entry| entry.member_count == 2)).await;
    let user = berta.identity().user_id;
    anna.api().ban(room, user, true).await.unwrap();
    until(&mut hers, |entries| entry(entries, room).is_some_and(|entry| entry.member_count == 1)).await;
    assert_eq!(anna.api().bans(room, None).await.unwrap().items.len(), 1);
    anna.api().ban(room, user, false).await.unwrap();
    assert_eq!(anna.api().members(room, None).await.unwrap().items.len(), 1);
}
