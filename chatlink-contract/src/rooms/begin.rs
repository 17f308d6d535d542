//! How rooms begin, and requests are answered.

use crate::{
    Harness,
    people::blocks::block,
    world::{World, note, words},
};
use chatlink_core::{
    protocol::{RoomId, Seq},
    rooms::{CreateGroup, DirectPair, History, Inbox, OpenDirect, Pending, Role, RoomKind},
    timeline::Deed,
};
use std::{collections::HashSet, sync::Arc};
use tokio::sync::Barrier;

const TASKS: usize = 32;
const ROUNDS: usize = 50;

/// The first opening makes the room and tells; the opener's next ones find it and tell nothing.
pub async fn a_pair_has_one_room(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let pair = DirectPair::of(ana, ben).unwrap();
    let notes = || (vec![note(ana, "room", "", 1)], vec![note(ana, "room", "", 2)]);
    let room_id = world.id(RoomId::from_uuid);
    let (created, accepted) = notes();
    let made = world.store.open_direct(room_id, pair, ana, created, accepted, world.now()).await.unwrap();
    let OpenDirect::Created(room, told) = made else { panic!("{made:?}") };
    assert_eq!(room, room_id);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].user_id, &told[0].event.subject), (ana, &room.to_string()));
    let (created, accepted) = notes();
    let second = world.id(RoomId::from_uuid);
    let again = harness.another().await.open_direct(second, pair, ana, created, accepted, world.now()).await;
    assert_eq!(again.unwrap(), OpenDirect::Found(room));

    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.kind, authz.pending), (RoomKind::Direct, Some(Pending { opener: ana, sent: 0 })));
    assert!(authz.members.values().all(|member| (member.role, member.from_seq) == (Role::Member, Seq(1))));
    assert_eq!(authz.members.keys().copied().collect::<HashSet<_>>(), HashSet::from([ana, ben]));
    assert_eq!(world.store.user_log(ana, Default::default(), 9).await.unwrap().0.len(), 1);
}

/// Opening from the other side accepts, declined before or not, bumps the version and tells.
pub async fn the_other_side_accepts_by_opening(harness: &impl Harness) {
    let world = World::on(harness.store());
    for declined in [false, true] {
        let [ana, ben] = [world.user(), world.user()];
        let room = world.direct(ana, ben).await;
        if declined {
            assert!(world.store.decline(room, ben, Vec::new(), world.now()).await.unwrap().is_some());
        }
        let before = world.version(room).await;
        let pair = DirectPair::of(ana, ben).unwrap();
        let other = world.id(RoomId::from_uuid);
        let accepted = vec![note(ana, "room", "", 1)];
        let opened = world.store.open_direct(other, pair, ben, Vec::new(), accepted, world.now()).await.unwrap();
        let OpenDirect::Accepted(found, told) = opened else { panic!("{opened:?}") };
        assert_eq!((found, &told[0].event.subject), (room, &room.to_string()));
        let authz = world.store.load_authz(room).await.unwrap().unwrap();
        assert_eq!((authz.pending, authz.version), (None, before + 1));
        assert_eq!(world.open(ana, ben).await, OpenDirect::Found(room));
        assert_eq!(world.open(ben, ana).await, OpenDirect::Found(room));
    }
}

/// However many open a pair's room from both sides at once, on two handles: one room is made.
pub async fn both_sides_opening_at_once_get_one_room(harness: &impl Harness) {
    let (one, another) = (harness.store(), harness.another().await);
    let world = Arc::new(World::on(one.clone()));
    for round in 0..ROUNDS {
        let people = [world.user(), world.user()];
        let barrier = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|at| {
                let store = if at % 4 < 2 { one.clone() } else { another.clone() };
                let (world, barrier) = (world.clone(), barrier.clone());
                tokio::spawn(async move {
                    let pair = DirectPair::of(people[0], people[1]).unwrap();
                    let room = world.id(RoomId::from_uuid);
                    barrier.wait().await;
                    store.open_direct(room, pair, people[at % 2], vec![], vec![], world.now()).await.unwrap()
                })
            })
            .collect();
        let (mut rooms, mut made, mut accepted) = (HashSet::new(), 0, 0);
        for task in tasks {
            rooms.insert(match task.await.unwrap() {
                OpenDirect::Created(room, _) => {
                    made += 1;
                    room
                }
                OpenDirect::Accepted(room, _) => {
                    accepted += 1;
                    room
                }
                OpenDirect::Found(room) => room,
                OpenDirect::NoUser => panic!("nobody is deleted"),
            });
        }
        assert_eq!((rooms.len(), made, accepted), (1, 1, 1), "round {round}");
    }
}

/// The one who was asked accepts, once; nobody else can.
pub async fn a_request_is_accepted_once(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let accept = async |room, user| {
        world.store.accept(room, user, vec![note(ben, "room", "r", 1)], world.now()).await.unwrap().map(|t| t.len())
    };
    assert_eq!(accept(room, ana).await, None, "his own");
    assert_eq!(accept(room, eve).await, None, "a stranger");
    assert_eq!(accept(world.id(RoomId::from_uuid), ben).await, None, "no room");
    assert_eq!(world.version(room).await, 1);
    assert_eq!(accept(room, ben).await, Some(1));
    assert_eq!(accept(room, ben).await, None, "accepted already");
    assert_eq!(world.version(room).await, 2);
    let late = world.store.decline(room, ben, vec![note(ben, "room", "r", 2)], world.now()).await.unwrap();
    assert_eq!(late, None, "nothing waits any more");
}

/// Whoever of the two blocked the other: neither by accepting nor by opening, and as before when the block is gone.
pub async fn a_severed_request_is_accepted_by_nobody(harness: &impl Harness) {
    let world = World::on(harness.store());
    for opener_blocks in [false, true] {
        let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
        let room = world.direct(ana, ben).await;
        let accept = async || {
            let notes = vec![note(ben, "room", "r", 1)];
            world.store.accept(room, ben, notes, world.now()).await.unwrap().is_some()
        };
        let asked = Some(Pending { opener: ana, sent: 0 });
        let pending = async || world.store.load_authz(room).await.unwrap().unwrap().pending;
        let block = || if opener_blocks { block(ana, ben) } else { block(ben, ana) };
        world.store.block(block(), world.now()).await.unwrap();
        assert!(!accept().await);
        assert_eq!(world.open(ben, ana).await, OpenDirect::Found(room));
        assert_eq!(pending().await, asked, "it waits on");
        let told = world.store.user_log(ben, Default::default(), 9).await.unwrap().0;
        assert!(told.iter().all(|event| event.subject != "r"), "a refused one tells nothing");

        world.store.unblock(block(), world.now()).await.unwrap();
        assert!(accept().await);
        assert_eq!(pending().await, None);
    }
}

/// A declined request leaves the lists of the one who was asked; the opener sees no difference.
pub async fn a_declined_request_stays_pending(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    world.say(room, ana, "hello").await;
    let decline = async |user| {
        world.store.decline(room, user, vec![note(user, "room", "r", 1)], world.now()).await.unwrap().map(|t| t.len())
    };
    assert_eq!(decline(ana).await, None, "his own");
    let before = world.row(room, ana).await;
    let declined = async |user| world.store.memberships(user).await.unwrap().iter().any(|room| room.declined);
    assert!(!declined(ben).await);
    assert_eq!(decline(ben).await, Some(1));
    assert_eq!((declined(ben).await, declined(ana).await), (true, false), "his alone");
    let told = async |user| world.store.user_log(user, Default::default(), 9).await.unwrap().0;
    assert!(told(ben).await.iter().any(|event| event.subject == "r"), "in the log with it");
    assert!(told(ana).await.iter().all(|event| event.subject != "r"), "a refused one tells nothing");
    assert_eq!(world.row(room, ana).await, before);
    for inbox in [Inbox::Rooms, Inbox::Requests] {
        let rows = world.store.list_rooms(ben, inbox, None, 9, world.now()).await.unwrap();
        assert!(rows.is_empty(), "{inbox:?}");
    }
    assert!(world.store.accept(room, ben, Vec::new(), world.now()).await.unwrap().is_some(), "he thinks again");
    assert!(!declined(ben).await);
}

/// A creator's name makes one group; with another request it is a conflict, another creator's is his.
pub async fn a_groups_name_makes_one_room(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let group = world.new_group(&[ana, ben], History::FromJoin);
    let room = group.room_id;
    let notes = vec![note(ana, "room", "r", 1), note(ben, "room", "r", 1)];
    let made = world.store.create_group(group.clone(), notes.clone(), world.now()).await.unwrap();
    let CreateGroup::Created(told) = made else { panic!("{made:?}") };
    assert_eq!(told.iter().map(|told| told.user_id).collect::<Vec<_>>(), [ana, ben]);

    let fresh = || world.id(RoomId::from_uuid);
    let again = chatlink_core::rooms::NewGroup { room_id: fresh(), ..group.clone() };
    let other = chatlink_core::rooms::NewGroup { room_id: fresh(), request: [9; 32], ..group.clone() };
    let eves = chatlink_core::rooms::NewGroup { room_id: fresh(), creator: eve, ..group };
    let create = async |group| world.store.create_group(group, notes.clone(), world.now()).await.unwrap();
    assert_eq!(create(again).await, CreateGroup::Repeated(room));
    assert_eq!(create(other).await, CreateGroup::Conflict);
    assert!(matches!(create(eves).await, CreateGroup::Created(_)));

    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.kind, authz.history, authz.pending), (RoomKind::Group, History::FromJoin, None));
    assert_eq!((authz.members[&ana].role, authz.members[&ben].role), (Role::Owner, Role::Member));
    assert!(authz.members.values().all(|member| member.from_seq == Seq(1)));
    assert_eq!(world.store.memberships(ben).await.unwrap().len(), 2, "ana's and eve's");
}

/// Of tasks that create by one name at once one makes the group.
pub async fn twins_of_a_group_make_one_room(harness: &impl Harness) {
    let (one, another) = (harness.store(), harness.another().await);
    let world = World::on(one.clone());
    let ana = world.user();
    for round in 0..ROUNDS {
        let group = world.new_group(&[ana], History::All);
        let barrier = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|at| {
                let store = if at % 2 == 0 { one.clone() } else { another.clone() };
                let room_id = world.id(RoomId::from_uuid);
                let group = chatlink_core::rooms::NewGroup { room_id, ..group.clone() };
                let (barrier, now) = (barrier.clone(), world.now());
                tokio::spawn(async move {
                    barrier.wait().await;
                    (room_id, store.create_group(group, Vec::new(), now).await.unwrap())
                })
            })
            .collect();
        let (mut made, mut answered) = (Vec::new(), HashSet::new());
        for task in tasks {
            match task.await.unwrap() {
                (room, CreateGroup::Created(_)) => made.push(room),
                (_, CreateGroup::Repeated(room)) => drop(answered.insert(room)),
                (_, CreateGroup::Conflict | CreateGroup::NoCreator) => panic!("round {round}"),
            }
        }
        assert_eq!((made.len(), answered), (1, made.iter().copied().collect()), "round {round}");
    }
}

/// What decisions rest on comes whole, and from no absent room.
pub async fn decisions_load_everything(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    assert_eq!(world.store.load_authz(world.id(RoomId::from_uuid)).await.unwrap(), None);
    let room = world.group(&[ana], History::FromJoin).await;
    world.must_do(room, ana, words("hello")).await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!(
        (authz.room_id, &*authz.settings.title, authz.version, authz.severed),
        (room, "Evening class", 2, false)
    );
    assert_eq!((authz.members[&ben].role, authz.members[&ben].from_seq), (Role::Member, Seq(2)));
}
