//! Promises of [`UnderwayStore`](chatlink_core::rooms::UnderwayStore).

use super::{
    first_contact::{invite as bring, waiting},
    ways_in::{invite, open},
};
use crate::{
    Harness,
    world::{World, leave, note, seconds},
};
use chatlink_core::{
    protocol::{RoomId, UserId},
    rooms::{ASK_AGAIN, AskToJoin, History, INVITE_AGAIN, Join, PublicFilter, RoomSettingsChange, UNDERWAY_LIMIT, Way},
    timeline::{Deed, Measure, Outcome},
};

/// How many hear of it.
async fn ask(world: &World, room: RoomId, user: UserId, leader: UserId) -> usize {
    match world.store.ask_to_join(room, user, vec![note(leader, "asking", "r", 1)], world.now()).await.unwrap() {
        AskToJoin::Asked(told) => told.len(),
        AskToJoin::Waits => 0,
        other => panic!("{other:?}"),
    }
}

/// Who asked takes it back: it is gone, and may be made again. Declined, it looks gone to him and stays declined.
pub async fn an_asking_is_taken_back(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    open(&world, room, ana, RoomSettingsChange { join: Some(Join::Request), ..RoomSettingsChange::default() }).await;
    let take_back = async |user| {
        let notes = vec![note(ana, "asking", "r", 1)];
        world.store.take_back_asking(room, user, notes).await.unwrap().len()
    };
    // What the asker sees: his own list, and the room in the list of public ones.
    let sees = async || {
        let own = world.store.own_asking(ben, UNDERWAY_LIMIT).await.unwrap();
        let public = world.store.list_public(ben, PublicFilter::default(), None, 9).await.unwrap();
        assert_eq!(
            own.iter().map(|row| row.room_id).collect::<Vec<_>>(),
            if public[0].asked { vec![room] } else { vec![] }
        );
        public[0].asked
    };
    let waits = async || world.store.list_asking(room, None, None, 9).await.unwrap().len();
    assert_eq!((take_back(ben).await, sees().await), (0, false));
    assert_eq!((ask(&world, room, ben, ana).await, sees().await, waits().await), (1, true, 1));
    assert_eq!((take_back(eve).await, sees().await), (0, true), "his own alone");
    assert_eq!((take_back(ben).await, sees().await, waits().await, take_back(ben).await), (1, false, 0, 0));
    assert_eq!((ask(&world, room, ben, ana).await, sees().await, waits().await), (1, true, 1));

    assert!(world.store.decline_asking(room, ben, world.now()).await.unwrap());
    assert_eq!((sees().await, take_back(ben).await, sees().await), (true, 0, false), "he does not learn of it");
    assert_eq!((ask(&world, room, ben, ana).await, sees().await, waits().await), (0, true, 0), "nor does anybody else");
    assert_eq!((take_back(ben).await, sees().await), (0, false));
    world.wait(ASK_AGAIN);
    assert_eq!((ask(&world, room, ben, ana).await, sees().await, waits().await), (1, true, 1));
    assert_eq!(world.store.own_asking(ana, UNDERWAY_LIMIT).await.unwrap(), []);
}

/// Whoever invited takes it back: it waits for nobody and lets nobody in. Declined, it looks gone to him and stays
/// declined.
pub async fn an_invitation_is_taken_back(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, eve], History::All).await;
    let take_back = async |by| {
        let notes = vec![note(ben, "room", "r", 1)];
        world.store.take_back_invitation(room, ben, by, notes).await.unwrap().len()
    };
    let come = async || world.one(world.act(room, ben, 0, Deed::Join { way: Way::Invitation })).await;
    assert_eq!(bring(&world, room, ana, &[ben]).await, Some(1));
    assert_eq!((take_back(eve).await, waiting(&world, ben).await), (0, vec![(room, ana)]), "another's stays");
    assert_eq!((take_back(ana).await, take_back(ana).await, waiting(&world, ben).await), (1, 0, vec![]));
    assert_eq!(come().await, Outcome::Banned, "it lets nobody in");

    assert_eq!((bring(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(1), vec![(room, ana)]));
    world.store.decline_invitation(room, ben, Vec::new(), world.now()).await.unwrap().unwrap();
    assert_eq!(take_back(ana).await, 0);
    assert_eq!((bring(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(0), vec![]), "he declined");
    world.wait(INVITE_AGAIN);
    assert_eq!((bring(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(1), vec![(room, ana)]));
    world.must_do(room, ana, leave(ana)).await;
    assert_eq!((take_back(ana).await, waiting(&world, ben).await), (1, vec![]), "one who left takes back, too");
}

/// What people remember to have sent: their own, the newest first, whatever became of it; until he comes in, is banned,
/// or it is taken back.
pub async fn sent_invitations_are_what_their_maker_believes(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve, dan] = [world.user(), world.user(), world.user(), world.user()];
    let room = world.group(&[ana, eve], History::All).await;
    let other = world.group(&[ana], History::All).await;
    let remember = async |room, by, users: &[UserId]| {
        world.store.remember_invited(room, by, users, world.now()).await.unwrap();
    };
    let sent = async |by, only| {
        let rows = world.store.sent_invitations(by, only, UNDERWAY_LIMIT).await.unwrap();
        rows.into_iter().map(|row| (row.room_id, row.user_id)).collect::<Vec<_>>()
    };
    remember(room, ana, &[ben, eve]).await;
    world.wait(seconds(1));
    remember(other, ana, &[ben]).await;
    remember(room, ana, &[ben, dan]).await;
    remember(room, eve, &[ben]).await;
    assert_eq!(sent(ana, Some(room)).await, [(room, dan), (room, ben)], "eve is in it; the first time stays");
    assert_eq!((sent(ana, None).await.len(), sent(eve, None).await), (3, vec![(room, ben)]));
    world.store.take_back_invitation(room, ben, ana, Vec::new()).await.unwrap();
    assert_eq!((sent(ana, Some(room)).await, sent(eve, None).await), (vec![(room, dan)], vec![(room, ben)]));

    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(sent(eve, None).await, [], "he came in, and is invited no more when he goes");
    world.must_do(room, ana, Deed::Govern(Measure::Ban { user_id: dan })).await;
    assert_eq!(sent(ana, None).await, [(other, ben)]);
    assert_eq!(world.store.sent_invitations(ben, None, UNDERWAY_LIMIT).await.unwrap(), []);
}

/// One's own invites of all rooms, the newest first: those that hold.
pub async fn own_invites_are_listed(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let rooms = [world.group(&[ana, ben], History::All).await, world.group(&[ana], History::All).await];
    let own = async |user| {
        let rows = world.store.own_invites(user, world.now(), UNDERWAY_LIMIT).await.unwrap();
        rows.into_iter().map(|row| row.room_id).collect::<Vec<_>>()
    };
    invite(&world, rooms[0], ana, None, None).await;
    world.wait(seconds(1));
    invite(&world, rooms[1], ana, None, Some(world.now().plus(seconds(9)))).await;
    assert_eq!((own(ana).await, own(ben).await), (vec![rooms[1], rooms[0]], vec![]));
    world.wait(seconds(9));
    assert_eq!(own(ana).await, [rooms[0]]);
    let row = world.store.own_invites(ana, world.now(), 1).await.unwrap().remove(0);
    assert!(world.store.revoke_invite(rooms[0], row.invite.invite_id).await.unwrap());
    assert_eq!(own(ana).await, []);
}
