//! The ways into a group: invites, public rooms, and asking to be let in.

use crate::{
    Harness,
    world::{World, event, leave, note, seconds},
};
use chatlink_core::{
    protocol::{EventBody, InviteId, MembershipChange, RoomId, Seq, Timestamp, UserId, event::Membership},
    rooms::{
        ASK_AGAIN, AskToJoin, CreateInvite, Entry, History, Join, MAX_INVITES, NewInvite, PublicFilter, Role,
        RoomSettingsChange, Visibility, Way,
    },
    timeline::{Deed, Measure, Outcome, Reader},
};
use std::sync::Arc;
use tokio::sync::Barrier;

const TASKS: usize = 32;
const ROUNDS: usize = 20;

fn govern(measure: Measure) -> Deed {
    Deed::Govern(measure)
}

pub(crate) async fn invite(
    world: &World,
    room: RoomId,
    by: UserId,
    uses: Option<u32>,
    end: Option<Timestamp>,
) -> [u8; 32] {
    let invite_id = world.id(InviteId::from_uuid);
    let mut token_hash = [0; 32];
    token_hash[..16].copy_from_slice(invite_id.as_uuid().as_bytes());
    let authz_version = world.version(room).await;
    let new = NewInvite {
        invite_id,
        token_hash,
        room_id: room,
        created_by: by,
        authz_version,
        max_uses: uses,
        expires_at: end,
    };
    assert_eq!(world.store.create_invite(new, world.now()).await.unwrap(), CreateInvite::Created);
    token_hash
}

async fn join(world: &World, room: RoomId, user: UserId, way: Way) -> Outcome {
    world.one(world.act(room, user, 0, Deed::Join { way })).await
}

pub(super) async fn open(world: &World, room: RoomId, by: UserId, change: RoomSettingsChange) {
    let change = RoomSettingsChange { visibility: Some(Visibility::Public), ..change };
    world.must_do(room, by, govern(Measure::Settings(change))).await;
}

/// Coming in by an invite is an event of one's own, costs a use, and reads as who is added reads.
pub async fn an_invite_lets_in_and_costs_a_use(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    world.say(room, ana, "before").await;
    let hash = invite(&world, room, ana, Some(1), None).await;
    let before = world.version(room).await;
    let found = world.store.find_invite(hash, ben).await.unwrap().unwrap();
    assert_eq!((found.room_id, found.created_by, &*found.settings.title), (room, ana, "Evening class"));
    assert_eq!(found.door.entry(Way::Invite(hash), world.now()), Entry::Opens);
    let made = event(join(&world, room, ben, Way::Invite(hash)).await);
    assert_eq!(
        (made.sender_id, made.body),
        (ben, EventBody::Membership(Membership::plain(ben, MembershipChange::Joined)))
    );
    assert_eq!(world.version(room).await, before + 1);
    let row = world.row(room, ben).await;
    assert_eq!((row.role, row.member_count), (Role::Member, 2));
    assert_eq!(world.log(room, Reader::Member(ben)).await.len(), 1, "from the joining on");
    assert!(world.store.list_invites(room, world.now()).await.unwrap().is_empty(), "used up");
    assert_eq!(join(&world, room, ben, Way::Invite(hash)).await, Outcome::Unchanged);
    assert_eq!(join(&world, room, eve, Way::Invite(hash)).await, Outcome::Banned);
    assert_eq!(join(&world, room, eve, Way::Invite([9; 32])).await, Outcome::Banned, "no such invite");
    assert_eq!(world.store.find_invite([9; 32], eve).await.unwrap(), None);
}

/// Over by its time, taken back, of another room, of somebody who may invite no more, for somebody who is kept
/// out: it lets nobody in.
pub async fn an_invite_that_does_not_hold_lets_nobody_in(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let other = world.group(&[ana], History::All).await;
    world.must_do(room, ana, govern(Measure::Role { user_id: ben, role: Role::Admin })).await;
    let until = world.now().plus(seconds(10));
    let short = invite(&world, room, ana, None, Some(until)).await;
    let bens = invite(&world, room, ben, None, None).await;
    let anas = invite(&world, room, ana, Some(9), None).await;
    assert_eq!(join(&world, other, eve, Way::Invite(anas)).await, Outcome::Banned, "of another room");
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(join(&world, room, eve, Way::Invite(bens)).await, Outcome::Banned, "of somebody who left");
    let rows = world.store.list_invites(room, world.now()).await.unwrap();
    assert_eq!(rows.len(), 3);
    let named = rows.iter().find(|row| row.max_uses == Some(9)).unwrap();
    assert_eq!((named.created_by, named.uses, named.created_at), (ana, 0, world.now()));
    assert!(!world.store.revoke_invite(other, named.invite_id).await.unwrap(), "of another room");
    assert!(world.store.revoke_invite(room, named.invite_id).await.unwrap());
    assert!(!world.store.revoke_invite(room, named.invite_id).await.unwrap());
    assert_eq!(join(&world, room, eve, Way::Invite(anas)).await, Outcome::Banned, "taken back");
    world.must_do(room, ana, govern(Measure::Ban { user_id: eve })).await;
    assert_eq!(join(&world, room, eve, Way::Invite(short)).await, Outcome::Banned, "kept out");
    world.must_do(room, ana, govern(Measure::Unban { user_id: eve })).await;
    world.set(until);
    assert_eq!(join(&world, room, eve, Way::Invite(short)).await, Outcome::Banned, "its time is over");
    assert_eq!(world.row(room, ana).await.member_count, 1);
}

/// An invite is made on the version that it was allowed on, and a room has so many.
pub async fn invites_are_bounded_and_proved(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let new = |authz_version, max_uses| NewInvite {
        invite_id: world.id(InviteId::from_uuid),
        token_hash: {
            let mut hash = [1; 32];
            hash[..16].copy_from_slice(world.id(InviteId::from_uuid).as_uuid().as_bytes());
            hash
        },
        room_id: room,
        created_by: ana,
        authz_version,
        max_uses,
        expires_at: Some(world.now().plus(seconds(60))),
    };
    let create = async |invite| world.store.create_invite(invite, world.now()).await.unwrap();
    assert_eq!(create(new(9, None)).await, CreateInvite::Stale);
    let nowhere = NewInvite { room_id: world.id(RoomId::from_uuid), ..new(1, None) };
    assert_eq!(create(nowhere).await, CreateInvite::Stale);
    for _ in 0..MAX_INVITES {
        assert_eq!(create(new(1, None)).await, CreateInvite::Created);
    }
    assert_eq!(create(new(1, None)).await, CreateInvite::Full);
    world.wait(seconds(60));
    assert_eq!(create(new(1, None)).await, CreateInvite::Created, "those that are over make place");
    assert_eq!(world.store.list_invites(room, world.now()).await.unwrap().len(), 1);
}

/// However many come at once by one invite, on two handles: not one use too many, and none is lost.
pub async fn an_invite_is_never_used_once_too_often(harness: &impl Harness) {
    let worlds = [World::on(harness.store()), World::on(harness.another().await)].map(Arc::new);
    let world = &worlds[0];
    let ana = world.user();
    for round in 0..ROUNDS {
        let room = world.group(&[ana], History::All).await;
        let hash = invite(world, room, ana, Some(5), None).await;
        let barrier = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|at| {
                let (world, barrier, user) = (worlds[at % 2].clone(), barrier.clone(), world.user());
                tokio::spawn(async move {
                    barrier.wait().await;
                    join(&world, room, user, Way::Invite(hash)).await
                })
            })
            .collect();
        let mut came = 0;
        for task in tasks {
            match task.await.unwrap() {
                Outcome::Appended(_) => came += 1,
                Outcome::Banned => {}
                other => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!((came, world.row(room, ana).await.member_count), (5, 6), "round {round}");
        assert_eq!(world.page(room, Reader::Node, Seq(0)).await.unwrap().head, Seq(5));
    }
}

/// In a batch, too: the uses that one act costs are gone for the next.
pub async fn a_batch_counts_its_own_uses(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let hash = invite(&world, room, ana, Some(2), None).await;
    let batch = (0..4).map(|_| world.act(room, world.user(), 7, Deed::Join { way: Way::Invite(hash) })).collect();
    let outcomes = world.append(batch).await.outcomes;
    assert!(matches!(outcomes[..2], [Outcome::Appended(_), Outcome::Appended(_)]), "{outcomes:?}");
    assert_eq!(outcomes[2..], [Outcome::Banned, Outcome::Banned]);
}

/// Public rooms are found by language and level by those who are neither in them nor kept out; open ones let in.
pub async fn public_rooms_are_found_and_open(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let mut rooms = Vec::new();
    for (language, level) in [(Some("es"), Some("B1")), (Some("es"), None), (None, None)] {
        let room = world.group(&[ana], History::All).await;
        let change = RoomSettingsChange {
            language: Some(language.map(|it| it.parse().unwrap())),
            level: Some(level.map(|it| it.parse().unwrap())),
            ..RoomSettingsChange::default()
        };
        open(&world, room, ana, change).await;
        world.wait(seconds(1));
        rooms.push(room);
    }
    let hidden = world.group(&[ana], History::All).await;
    let list = async |user, filter, after, limit| {
        let rows = world.store.list_public(user, filter, after, limit).await.unwrap();
        rows.into_iter().filter(|row| rooms.contains(&row.room_id) || row.room_id == hidden).collect::<Vec<_>>()
    };
    let ids = |rows: &[chatlink_core::rooms::PublicRow]| rows.iter().map(|row| row.room_id).collect::<Vec<_>>();
    let all = list(ben, PublicFilter::default(), None, 9).await;
    assert_eq!(ids(&all), [rooms[2], rooms[1], rooms[0]], "the newest activity first");
    assert_eq!((all[0].owners.clone(), all[0].member_count, all[0].asked), (vec![ana], 1, false));
    let place = Some((all[0].updated_at, all[0].room_id));
    assert_eq!(list(ben, PublicFilter::default(), place, 1).await, all[1..2]);
    let es = PublicFilter { language: "es".parse().ok(), level: None };
    assert_eq!(ids(&list(ben, es, None, 9).await), [rooms[1], rooms[0]]);
    let b1 = PublicFilter { level: "B1".parse().ok(), ..es };
    assert_eq!(ids(&list(ben, b1, None, 9).await), [rooms[0]]);
    assert!(list(ana, PublicFilter::default(), None, 9).await.is_empty(), "she is in all of them");

    event(join(&world, rooms[0], ben, Way::Open).await);
    assert_eq!(join(&world, rooms[0], ben, Way::Open).await, Outcome::Unchanged);
    assert_eq!(join(&world, hidden, ben, Way::Open).await, Outcome::Banned);
    world.must_do(rooms[1], ana, govern(Measure::Ban { user_id: ben })).await;
    assert_eq!(join(&world, rooms[1], ben, Way::Open).await, Outcome::Banned);
    assert_eq!(ids(&list(ben, PublicFilter::default(), None, 9).await), [rooms[2]]);
}

/// Asking waits until it is answered; who was declined looks like one who waits, and may ask again later.
pub async fn who_asks_waits_until_answered(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    let ask = async |user| {
        let notes = vec![note(ana, "asking", "r", 1)];
        match world.store.ask_to_join(room, user, notes, world.now()).await.unwrap() {
            AskToJoin::Asked(told) => Some(told.len()),
            AskToJoin::Waits => Some(0),
            AskToJoin::Shut => None,
            AskToJoin::Full => panic!("full"),
        }
    };
    assert_eq!(ask(ben).await, None, "private");
    open(&world, room, ana, RoomSettingsChange { join: Some(Join::Request), ..RoomSettingsChange::default() }).await;
    assert_eq!((ask(ben).await, ask(ben).await), (Some(1), Some(0)));
    assert_eq!(join(&world, room, ben, Way::Open).await, Outcome::Banned, "asking lets nobody in");
    assert_eq!(join(&world, room, ben, Way::Asking).await, Outcome::Banned);
    world.wait(seconds(1));
    assert_eq!((ask(eve).await, ask(ana).await), (Some(1), None));
    let list = async |only, after, limit| {
        let rows = world.store.list_asking(room, only, after, limit).await.unwrap();
        rows.into_iter().map(|row| row.user_id).collect::<Vec<_>>()
    };
    assert_eq!((list(None, None, 9).await, list(None, None, 1).await), (vec![ben, eve], vec![ben]));
    assert_eq!((list(Some(eve), None, 1).await, list(Some(ana), None, 1).await), (vec![eve], vec![]));
    let place = world.store.list_asking(room, Some(ben), None, 1).await.unwrap()[0];
    assert_eq!(list(None, Some((place.asked_at, ben)), 9).await, [eve]);

    let decline = async |user| world.store.decline_asking(room, user, world.now()).await.unwrap();
    assert_eq!((decline(ben).await, decline(ben).await, decline(ana).await), (true, false, false));
    assert_eq!((list(None, None, 9).await, ask(ben).await), (vec![eve], Some(0)));
    world.must_do(room, ana, Deed::Add { user_id: eve }).await;
    assert!(list(None, None, 9).await.is_empty(), "who is in waits no more");
    world.wait(ASK_AGAIN);
    assert_eq!((ask(ben).await, list(None, None, 9).await), (Some(1), vec![ben]));
    world.must_do(room, ana, govern(Measure::Ban { user_id: ben })).await;
    assert!(list(None, None, 9).await.is_empty() && ask(ben).await.is_none(), "nor who is kept out");
}
