//! Rooms as a member sees them in lists.

use crate::{
    Harness,
    world::{World, expiring, react, seconds},
};
use chatlink_core::{
    protocol::{RoomId, Seq, UserId, frame::Head},
    rooms::{History, Inbox, Membership, Pending, PrefsChange, Role, RoomKind},
    timeline::{Deed, Reader},
};

async fn listed(world: &World, user: UserId, inbox: Inbox) -> Vec<RoomId> {
    let rows = world.store.list_rooms(user, inbox, None, 50, world.now()).await.unwrap();
    rows.iter().map(|row| row.room_id).collect()
}

/// Newest activity first, those of the same instant by id; pages follow one another without holes.
pub async fn lists_are_newest_first_and_paged(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let mut rooms = Vec::new();
    for _ in 0..7 {
        rooms.push(world.group(&[ana], History::All).await);
    }
    world.group(&[world.user()], History::All).await;
    rooms.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(listed(&world, ana, Inbox::Rooms).await, rooms, "all of one instant");
    world.wait(seconds(1));
    let said = world.say(rooms[4], ana, "hello").await;
    let first = rooms.remove(4);
    rooms.insert(0, first);
    assert_eq!(listed(&world, ana, Inbox::Rooms).await, rooms);
    world.wait(seconds(1));
    world.must_do(first, ana, react(said.id, Some("👍"))).await;
    assert_eq!(world.row(first, ana).await.updated_at, said.at, "a reaction does not move it");

    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.list_rooms(ana, Inbox::Rooms, after, 3, world.now()).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.place());
        seen.extend(page.iter().map(|row| row.room_id));
    }
    assert_eq!(seen, rooms);
}

/// Pinned rooms come before all others, whatever was said last and wherever a page ends; only for who pinned them.
pub async fn pinned_rooms_come_first_over_all_pages(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let mut rooms = Vec::new();
    for number in 0..9 {
        rooms.push(world.group(&[ana, ben], History::All).await);
        world.say(rooms[number], ana, "hello").await;
        world.wait(seconds(1));
    }
    let pin = PrefsChange { pinned: Some(true), ..PrefsChange::default() };
    for number in [0, 2, 3, 7] {
        world.store.set_prefs(ana, rooms[number], pin, world.now()).await.unwrap().unwrap();
    }
    let expected = [7, 3, 2, 0, 8, 6, 5, 4, 1].map(|number| rooms[number]);
    for limit in 1..=10 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.store.list_rooms(ana, Inbox::Rooms, after, limit, world.now()).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.place());
            seen.extend(page.iter().map(|row| row.room_id));
        }
        assert_eq!(seen, expected, "pages of {limit}");
    }
    rooms.reverse();
    assert_eq!(listed(&world, ben, Inbox::Rooms).await, rooms, "nobody else's pins");
}

/// What is archived stands in a list of its own, takes no place in the other, and comes back when it is taken out.
pub async fn archived_rooms_stand_apart(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(world.group(&[ana, ben], History::All).await);
        world.wait(seconds(1));
    }
    let set = async |number: usize, archived, pinned| {
        let change = PrefsChange { archived: Some(archived), pinned: Some(pinned), ..PrefsChange::default() };
        world.store.set_prefs(ana, rooms[number], change, world.now()).await.unwrap().unwrap();
    };
    set(1, true, true).await;
    set(3, true, false).await;
    assert_eq!(listed(&world, ana, Inbox::Rooms).await, [rooms[2], rooms[0]]);
    assert_eq!(listed(&world, ana, Inbox::Archived).await, [rooms[1], rooms[3]], "pinned first there, too");
    let first = world.store.list_rooms(ana, Inbox::Rooms, None, 2, world.now()).await.unwrap();
    assert_eq!(first.iter().map(|row| row.room_id).collect::<Vec<_>>(), [rooms[2], rooms[0]], "no place is lost");
    assert_eq!(listed(&world, ben, Inbox::Archived).await, []);
    set(3, false, false).await;
    assert_eq!(listed(&world, ana, Inbox::Rooms).await, [rooms[3], rooms[2], rooms[0]]);
    let request = world.direct(ben, ana).await;
    world.say(request, ben, "hello").await;
    let change = PrefsChange { archived: Some(true), ..PrefsChange::default() };
    world.store.set_prefs(ana, request, change, world.now()).await.unwrap().unwrap();
    assert_eq!(listed(&world, ana, Inbox::Requests).await, [request], "a request waits wherever it is put");
    assert_eq!(listed(&world, ana, Inbox::Archived).await, [rooms[1]]);
}

/// A first contact stands in the other's Requests from its first message until it is accepted, and
/// in the opener's list from the start.
pub async fn requests_stand_apart_until_accepted(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    assert_eq!(listed(&world, ana, Inbox::Rooms).await, [room]);
    assert!(listed(&world, ben, Inbox::Requests).await.is_empty(), "nothing was said");
    world.say(room, ana, "hello").await;
    assert_eq!(listed(&world, ben, Inbox::Requests).await, [room]);
    assert!(listed(&world, ben, Inbox::Rooms).await.is_empty());
    assert!(listed(&world, ana, Inbox::Requests).await.is_empty());
    let row = world.row(room, ben).await;
    assert_eq!((row.kind, row.peer, row.role), (RoomKind::Direct, Some(ana), Role::Member));
    assert_eq!((row.pending, row.unread, row.severed), (Some(Pending { opener: ana, sent: 0 }), 1, false));
    assert_eq!(world.row(room, ana).await.peer, Some(ben));
    world.store.accept(room, ben, Vec::new(), world.now()).await.unwrap().unwrap();
    assert_eq!(listed(&world, ben, Inbox::Rooms).await, [room]);
    assert!(listed(&world, ben, Inbox::Requests).await.is_empty());
}

/// Others' messages above one's mark and joining that are still there; nothing else.
pub async fn unread_counts_what_one_has_to_read(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let unread = async || world.row(room, ben).await.unread;
    let first = world.say(room, ana, "one").await;
    world.say(room, ben, "my own").await;
    world.must_do(room, ana, react(first.id, Some("👍"))).await;
    world.must_do(room, ana, crate::world::rename("Other")).await;
    world.must_do(room, ana, expiring("soon gone", Some(world.now().plus(seconds(1))))).await;
    let last = world.say(room, ana, "two").await;
    assert_eq!(unread().await, 3);
    world.wait(seconds(1));
    assert_eq!(unread().await, 2, "one expired");
    world.must_do(room, ana, Deed::Redact { target: first.id }).await;
    assert_eq!(unread().await, 1, "one was redacted");
    super::marks::read(&world, room, ben, last.seq).await;
    assert_eq!(unread().await, 0);
    assert_eq!(world.row(room, ben).await.read_seq, last.seq);
    world.say(room, ana, "three").await;
    assert_eq!(unread().await, 1);
}

/// It counts to 100 and no further.
pub async fn unread_stops_at_a_hundred(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let batch = |count| (0..count).map(|_| world.message(room, ana, 1, "hello")).collect();
    world.append(batch(99)).await;
    assert_eq!(world.row(room, ben).await.unread, 99);
    world.append(batch(300)).await;
    assert_eq!(world.row(room, ben).await.unread, 100);
    assert_eq!(world.row(room, ana).await.unread, 0);
    assert_eq!(world.row(room, ben).await.head_seq, Seq(399));
}

/// The last item is the newest that is shown and readable, as a snapshot shows it.
pub async fn a_row_shows_the_newest_readable_item(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    assert_eq!(world.row(room, ana).await.last_item, None);
    world.say(room, ana, "before").await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(world.row(room, ben).await.last_item.unwrap().body.kind(), "membership");
    let message = world.say(room, ana, "helo").await;
    world.must_do(room, ana, crate::world::edit(message.id, 1, "hello")).await;
    world.must_do(room, ben, react(message.id, Some("👍"))).await;
    for user in [ana, ben] {
        let row = world.row(room, user).await;
        assert_eq!(row.last_item, world.snapshot(room, user).await.items.pop());
        assert_eq!(row.last_item.as_ref().map(|item| item.version), Some(2));
        let listed = world.store.list_rooms(user, Inbox::Rooms, None, 9, world.now()).await.unwrap();
        assert_eq!(listed, [row]);
    }
    assert_eq!(world.store.find_room(world.user(), room, world.now()).await.unwrap(), None);
}

/// Rooms with unread or marked unread; not the muted, the archived, the requests.
pub async fn the_badge_counts_rooms_that_ask_for_attention(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let badge = async || world.store.badge(ben, world.now()).await.unwrap();
    let set = async |room, change| drop(world.store.set_prefs(ben, room, change, world.now()).await.unwrap().unwrap());
    let mut rooms = Vec::new();
    for _ in 0..4 {
        let room = world.group(&[ana, ben], History::All).await;
        world.say(room, ana, "hello").await;
        world.say(room, ana, "there").await;
        rooms.push(room);
    }
    assert_eq!(badge().await, 4);
    set(rooms[0], PrefsChange { archived: Some(true), ..Default::default() }).await;
    let until = world.now().plus(seconds(60));
    set(rooms[1], PrefsChange { muted_until: Some(Some(until)), ..Default::default() }).await;
    super::marks::read(&world, rooms[2], ben, Seq(2)).await;
    assert_eq!(badge().await, 1);
    set(rooms[2], PrefsChange { marked_unread: Some(true), ..Default::default() }).await;
    assert_eq!(badge().await, 2);
    world.set(until);
    assert_eq!(badge().await, 3, "no longer muted");
    let request = world.direct(ana, ben).await;
    world.say(request, ana, "may I?").await;
    assert_eq!(badge().await, 3, "a request asks for none");
    assert_eq!(world.store.badge(world.user(), world.now()).await.unwrap(), 0);
}

/// Members by id, in pages; of no room none.
pub async fn members_are_listed_by_id(harness: &impl Harness) {
    let world = World::on(harness.store());
    let mut users: Vec<_> = (0..6).map(|_| world.user()).collect();
    let room = world.group(&users[..5], History::All).await;
    let made = world.now();
    world.wait(seconds(3));
    world.must_do(room, users[0], Deed::Add { user_id: users[5] }).await;
    let (owner, late) = (users[0], users[5]);
    users.sort_unstable();
    let list = async |after, limit| world.store.list_members(room, after, limit).await.unwrap();
    let all = list(None, 50).await;
    assert_eq!(all.iter().map(|row| row.user_id).collect::<Vec<_>>(), users);
    for row in &all {
        let role = if row.user_id == owner { Role::Owner } else { Role::Member };
        let joined_at = if row.user_id == late { world.now() } else { made };
        assert_eq!((row.role, row.joined_at), (role, joined_at));
    }
    assert_eq!(list(None, 2).await, all[..2]);
    assert_eq!(list(Some(users[1]), 3).await, all[2..5]);
    assert!(list(Some(users[5]), 3).await.is_empty());
    assert!(world.store.list_members(world.id(RoomId::from_uuid), None, 9).await.unwrap().is_empty());
}

/// Every room of a user with its head and from where he reads, newest activity first.
pub async fn memberships_come_with_their_heads(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let one = world.group(&[ana], History::FromJoin).await;
    world.say(one, ana, "before").await;
    world.wait(seconds(1));
    let two = world.direct(ana, ben).await;
    world.wait(seconds(1));
    world.must_do(one, ana, Deed::Add { user_id: ben }).await;
    super::marks::read(&world, one, ana, Seq(1)).await;
    let of = |room_id, head, from_seq, declined| Membership { room_id, head, from_seq, declined };
    let (group, direct) =
        (of(one, Head { seq: Seq(2), rev: 1 }, Seq(2), false), of(two, Head::default(), Seq(1), false));
    assert_eq!(world.store.memberships(ben).await.unwrap(), [group, direct]);
    // Of several people at once, each his own; who has none is not there.
    let nobody = world.user();
    let of_all = world.store.memberships_of(&[ana, nobody, ben]).await.unwrap();
    assert_eq!((of_all.len(), &of_all[&ben]), (2, &vec![group, direct]));
    assert_eq!(of_all[&ana], world.store.memberships(ana).await.unwrap());
    assert_eq!(world.store.memberships_of(&[]).await.unwrap().len(), 0);
    assert_eq!(world.log(one, Reader::Member(ben)).await.len(), 1);
}
