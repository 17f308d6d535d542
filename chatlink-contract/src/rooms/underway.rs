//! Promises of [`UnderwayStore`](chatlink_core::rooms::UnderwayStore).

use super::{
    first_contact::{invite as bring, waiting},
    ways_in::{invite, open},
};
use crate::{
    Harness,
    world::{World, note, seconds},
};
use chatlink_core::{
    protocol::{RoomId, UserId},
    rooms::{
        ASK_AGAIN, AskToJoin, History, INVITE_AGAIN, Join, PublicFilter, Role, RoomSettingsChange, UNDERWAY_LIMIT, Way,
    },
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
/// declined, whoever invites next.
pub async fn an_invitation_is_taken_back(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, eve], History::All).await;
    world.must_do(room, ana, Deed::Govern(Measure::Role { user_id: eve, role: Role::Admin })).await;
    let take_back = async |by| {
        let notes = vec![note(ben, "room", "r", 1)];
        world.store.take_back_invitation(room, ben, by, notes).await.unwrap().len()
    };
    let sent = async |by| {
        let rows = world.store.sent_invitations(by, Some(room), UNDERWAY_LIMIT).await.unwrap();
        assert_eq!(rows, world.store.sent_invitations(by, None, UNDERWAY_LIMIT).await.unwrap());
        rows.into_iter().map(|row| row.user_id).collect::<Vec<_>>()
    };
    assert_eq!(
        (bring(&world, room, ana, &[ben]).await, sent(ana).await, sent(eve).await),
        (Some(1), vec![ben], vec![])
    );
    assert_eq!((take_back(eve).await, waiting(&world, ben).await), (0, vec![(room, ana)]), "another's stays");
    assert_eq!((take_back(ana).await, take_back(ana).await), (1, 0));
    assert_eq!((sent(ana).await, waiting(&world, ben).await), (vec![], vec![]));
    let come = async || world.one(world.act(room, ben, 0, Deed::Join { way: Way::Invitation })).await;
    assert_eq!(come().await, Outcome::Banned, "it lets nobody in");

    assert_eq!((bring(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(1), vec![(room, ana)]));
    world.store.decline_invitation(room, ben, Vec::new(), world.now()).await.unwrap().unwrap();
    assert_eq!(
        (sent(ana).await, take_back(ana).await, sent(ana).await),
        (vec![ben], 0, vec![]),
        "ana does not learn of it"
    );
    world.wait(seconds(1));
    assert_eq!(
        (bring(&world, room, ana, &[ben]).await, sent(ana).await),
        (Some(0), vec![ben]),
        "nor is ben asked again"
    );
    world.wait(seconds(1));
    assert_eq!(
        (bring(&world, room, eve, &[ben]).await, sent(eve).await, sent(ana).await),
        (Some(0), vec![ben], vec![])
    );
    assert_eq!((waiting(&world, ben).await, come().await), (vec![], Outcome::Banned));
    world.wait(INVITE_AGAIN);
    assert_eq!((bring(&world, room, ana, &[ben]).await, waiting(&world, ben).await), (Some(1), vec![(room, ana)]));
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
