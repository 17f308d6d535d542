//! First contact with groups: who knows whom, and invitations that wait.

use crate::{
    Harness,
    world::{World, event, leave, note, seconds},
};
use chatlink_core::{
    protocol::{EventBody, MembershipChange, RoomId, UserId, event::Membership},
    rooms::{
        CreateGroup, Entry, History, INVITE_AGAIN, InvitePeople, MAX_INVITATIONS, NewGroup, NewInvitations, Role, Tie,
        Way,
    },
    timeline::{Deed, Measure, Outcome},
};

async fn come(world: &World, room: RoomId, user: UserId) -> Outcome {
    world.one(world.act(room, user, 0, Deed::Join { way: Way::Invitation })).await
}

/// Invites on the room's version as it is; answers how many hear of it.
pub(super) async fn invite(world: &World, room_id: RoomId, invited_by: UserId, users: &[UserId]) -> Option<usize> {
    let authz_version = world.version(room_id).await;
    let notes = users.iter().map(|user| note(*user, "room", "r", 1)).collect();
    match world.store.invite(NewInvitations { room_id, invited_by, authz_version, notes }, world.now()).await.unwrap() {
        InvitePeople::Invited(told) => Some(told.len()),
        InvitePeople::Full => None,
        InvitePeople::Stale => panic!("nothing changed"),
    }
}

pub(super) async fn waiting(world: &World, user: UserId) -> Vec<(RoomId, UserId)> {
    let rows = world.store.list_invitations(user, None, None, 9).await.unwrap();
    rows.into_iter().map(|row| (row.room_id, row.invited_by)).collect()
}

/// Two people know each other once one accepted the other's request, and as long as their room is there.
pub async fn an_accepted_direct_room_is_what_settles(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    world.group(&[ana, ben, eve], History::All).await;
    let room = world.direct(ana, ben).await;
    let ties = async |user, others: &[UserId]| world.store.ties(user, others).await.unwrap();
    assert_eq!(ties(ana, &[ben, eve, ana]).await, [(ben, Tie::Opened)].into());
    assert_eq!(ties(ben, &[ana]).await, [(ana, Tie::Offered)].into());
    world.store.decline(room, ben, Vec::new(), world.now()).await.unwrap();
    assert_eq!(ties(ana, &[ben]).await, [(ben, Tie::Declined)].into());
    assert_eq!(ties(ben, &[ana]).await, [(ana, Tie::Offered)].into());
    world.store.accept(room, ben, Vec::new(), world.now()).await.unwrap();
    assert_eq!(ties(ana, &[ben, eve, ana]).await, [(ben, Tie::Settled)].into());
    assert_eq!(ties(ben, &[ana]).await, [(ana, Tie::Settled)].into());
    assert!(ties(ben, &[]).await.is_empty());
}

/// Who is invited is in no list of the room's and reads nothing, until he comes in: an event of his own.
pub async fn an_invitation_waits_and_lets_in(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let group = NewGroup { invited: vec![ben], ..world.new_group(&[ana], History::FromJoin) };
    let room = group.room_id;
    let made = world.store.create_group(group, vec![note(ben, "room", "r", 1)], world.now()).await.unwrap();
    assert!(matches!(made, CreateGroup::Created(told) if told.len() == 1));
    world.say(room, ana, "before").await;
    assert_eq!((world.row(room, ana).await.member_count, world.store.memberships(ben).await.unwrap().len()), (1, 0));
    let rows = world.store.list_invitations(ben, Some(room), None, 1).await.unwrap();
    assert_eq!((rows[0].room_id, rows[0].invited_by, rows[0].invited_at), (room, ana, world.now()));
    assert_eq!((&*rows[0].settings.title, rows[0].door.member_count), ("Evening class", 1));
    assert_eq!(rows[0].door.entry(Way::Invitation, world.now()), Entry::Opens);
    assert_eq!(come(&world, room, eve).await, Outcome::Banned, "nobody invited her");
    let before = world.version(room).await;
    let made = event(come(&world, room, ben).await);
    let joined = EventBody::Membership(Membership::plain(ben, MembershipChange::Joined));
    assert_eq!((made.sender_id, made.body), (ben, joined));
    assert_eq!((world.version(room).await, world.row(room, ben).await.role), (before + 1, Role::Member));
    assert_eq!((waiting(&world, ben).await, come(&world, room, ben).await), (vec![], Outcome::Unchanged));
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(come(&world, room, ben).await, Outcome::Banned, "an invitation is good for one coming");
    let elsewhere = world.group(&[ana], History::All).await;
    assert!(world.store.list_invitations(ben, Some(elsewhere), None, 1).await.unwrap().is_empty());
}

/// Who declined is asked again by nobody for a while, and whoever invited him cannot tell.
pub async fn a_declined_invitation_is_quiet(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, eve], History::All).await;
    assert_eq!(invite(&world, room, ana, &[ben, eve]).await, Some(1), "eve is in it");
    assert_eq!(invite(&world, room, ana, &[ben]).await, Some(0), "he waits already");
    let decline = async |user| world.store.decline_invitation(room, user, Vec::new(), world.now()).await.unwrap();
    assert_eq!((decline(ben).await.is_some(), decline(ben).await, decline(eve).await), (true, None, None));
    assert_eq!((waiting(&world, ben).await, come(&world, room, ben).await), (vec![], Outcome::Banned));
    assert_eq!((invite(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(0), vec![]));
    world.wait(INVITE_AGAIN);
    assert_eq!((invite(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(1), vec![(room, ana)]));
}

/// An invitation holds while whoever made it may bring people in; another's takes its place; a ban ends it.
pub async fn an_invitation_holds_with_whoever_made_it(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    world.must_do(room, ana, Deed::Govern(Measure::Role { user_id: ben, role: Role::Admin })).await;
    assert_eq!(invite(&world, room, ben, &[eve]).await, Some(1));
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(come(&world, room, eve).await, Outcome::Banned, "of somebody who left");
    let rows = world.store.list_invitations(eve, None, None, 9).await.unwrap();
    assert_eq!(rows[0].door.entry(Way::Invitation, world.now()), Entry::Shut);
    world.wait(seconds(1));
    assert_eq!((invite(&world, room, ana, &[eve]).await, waiting(&world, eve).await), (Some(1), vec![(room, ana)]));
    let stale = NewInvitations { room_id: room, invited_by: ana, authz_version: 1, notes: Vec::new() };
    assert_eq!(world.store.invite(stale, world.now()).await.unwrap(), InvitePeople::Stale);
    world.must_do(room, ana, Deed::Govern(Measure::Ban { user_id: eve })).await;
    assert_eq!((waiting(&world, eve).await, come(&world, room, eve).await), (vec![], Outcome::Banned));
    world.must_do(room, ana, Deed::Govern(Measure::Unban { user_id: eve })).await;
    assert_eq!(come(&world, room, eve).await, Outcome::Banned, "a ban ends it for good");
}

/// A room invites so many at once.
pub async fn invitations_are_bounded(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let many: Vec<UserId> = (0..MAX_INVITATIONS).map(|_| world.user()).collect();
    assert_eq!(invite(&world, room, ana, &many).await, Some(many.len()));
    let more = world.user();
    assert_eq!(invite(&world, room, ana, &[many[3], more]).await, None);
    assert_eq!(waiting(&world, more).await, [], "nobody of those who did not fit");
    assert_eq!(invite(&world, room, ana, &[many[3], ana]).await, Some(0), "who waits and who is in it take no place");
    event(come(&world, room, many[7]).await);
    assert_eq!(invite(&world, room, ana, &[world.user()]).await, Some(1));
}

/// One may be invited into as many groups as there are: pages follow one another without holes, those of one
/// instant by room.
pub async fn invitations_are_paged(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let mut expected = Vec::new();
    for _ in 0..3 {
        let mut rooms = Vec::new();
        for _ in 0..3 {
            let room = world.group(&[ana], History::All).await;
            assert_eq!(invite(&world, room, ana, &[ben]).await, Some(1));
            rooms.push(room);
        }
        rooms.sort_unstable();
        expected.extend(rooms);
        world.wait(seconds(1));
    }
    expected.reverse();
    for limit in 1..=10 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.store.list_invitations(ben, None, after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.invited_at, last.room_id));
            seen.extend(page.iter().map(|row| row.room_id));
        }
        assert_eq!(seen, expected, "pages of {limit}");
    }
}
