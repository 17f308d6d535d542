//! A room with as many members as a room may have. What one does in it costs what it costs in a small one: nothing is
//! written, told or read a member.

use crate::{
    Harness,
    world::{World, event, leave, words},
};
use chatlink_core::{
    protocol::{RoomId, Seq, UserId, UserSeq, frame::Receipt},
    rooms::{History, Inbox, Join, MAX_MEMBERS, RoomSettingsChange, Visibility, Way},
    timeline::{Deed, Extras, Measure, Outcome, Reader},
};

/// Members of a page.
const PAGE: u32 = 200;

/// A full group that anybody may come into, its members by id, its owner first among those who made it.
async fn full(world: &World) -> (RoomId, UserId, Vec<UserId>) {
    let mut members: Vec<UserId> = (0..MAX_MEMBERS).map(|_| world.user()).collect();
    let (room, owner) = (world.group(&members, History::All).await, members[0]);
    let settings = RoomSettingsChange {
        visibility: Some(Visibility::Public),
        join: Some(Join::Open),
        ..RoomSettingsChange::default()
    };
    world.must_do(room, owner, Deed::Govern(Measure::Settings(settings))).await;
    members.sort_unstable();
    (room, owner, members)
}

/// It is full at its bound and not before; its list of members comes in pages, each once.
pub async fn a_room_is_full_at_its_bound(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, owner, members) = full(&world).await;
    let mut listed: Vec<UserId> = Vec::new();
    loop {
        let page = world.store.list_members(room, listed.last().copied(), PAGE).await.unwrap();
        listed.extend(page.iter().map(|row| row.user_id));
        if page.len() < PAGE as usize {
            break;
        }
    }
    assert!(listed == members, "{} of {} members were listed", listed.len(), members.len());
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!(authz.members.len(), MAX_MEMBERS);
    let [one_more, goes] = [world.user(), members[MAX_MEMBERS / 2]];
    let join = || world.act(room, one_more, 0, Deed::Join { way: Way::Open });
    assert_eq!(world.one(join()).await, Outcome::NoPlace);
    assert_eq!(world.row(room, owner).await.member_count as usize, MAX_MEMBERS);
    event(world.one(world.act(room, goes, authz.version, leave(goes))).await);
    event(world.one(join()).await);
    assert_eq!(world.one(world.act(room, goes, 0, Deed::Join { way: Way::Open })).await, Outcome::NoPlace);
}

/// A send, one that names all, and reading it write to nobody else: what is unread follows from marks when it is asked for.
pub async fn a_send_in_a_large_room_writes_to_nobody(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, owner, members) = full(&world).await;
    let version = world.version(room).await;
    let others: Vec<UserId> = members.iter().copied().filter(|user| *user != owner).step_by(100).collect();
    let logs = async || world.store.heads(&[], &members).await.unwrap().users;
    let before = logs().await;
    let extras = Extras { mentions_all: true, ..Extras::default() };
    let Deed::Message { text, reply_to, expires_at, first_contact, .. } = words("all of you") else { unreachable!() };
    let named = Deed::Message { text, reply_to, expires_at, first_contact, extras };
    let said =
        world.append(vec![world.message(room, owner, version, "hello"), world.act(room, owner, version, named)]).await;
    assert_eq!(said.told, [], "nobody's log is written");
    let last = said.outcomes.into_iter().map(event).next_back().unwrap();
    for user in &others {
        let row = world.row(room, *user).await;
        assert_eq!((row.unread, row.unread_mentions, row.read_seq), (2, 1, Seq(0)), "{user}");
        assert_eq!(world.store.badge(*user, world.now()).await.unwrap(), 1);
    }
    super::marks::read(&world, room, others[0], last.seq).await;
    assert_eq!(world.row(room, others[0]).await.unread, 0);
    assert_eq!(world.row(room, others[1]).await.unread, 2);
    let own = world.store.list_receipts(room, Some(others[0]), PAGE).await.unwrap();
    let mark = Receipt { user_id: others[0], delivered_seq: Seq(0), read_seq: last.seq, from_seq: Seq(1) };
    assert_eq!(own, (0, vec![mark]), "one's own mark, without the others', which nobody is told of");
    let mut after = logs().await;
    after.insert(others[0], before.get(&others[0]).copied().unwrap_or(UserSeq(0)));
    assert!(after == before, "but for who read, all logs stand where they stood");
}

/// A member's first frame, and what comes to him, as in every room.
pub async fn a_member_of_a_large_room_is_greeted(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (room, owner, members) = full(&world).await;
    let said = event(world.one(world.message(room, owner, world.version(room).await, "hello")).await);
    let member = members[MAX_MEMBERS - 1];
    let rooms = world.store.list_rooms(member, Inbox::Rooms, None, 20, world.now()).await.unwrap();
    assert_eq!(rooms.iter().map(|row| (row.room_id, row.unread)).collect::<Vec<_>>(), [(room, 1)]);
    assert_eq!(rooms[0].last_item.as_ref().map(|item| item.id), Some(said.id));
    let memberships = world.store.memberships(member).await.unwrap();
    assert_eq!(
        memberships.iter().map(|one| (one.room_id, one.head.seq, one.from_seq)).collect::<Vec<_>>(),
        [(room, said.seq, Seq(1))]
    );
    assert_eq!(world.log(room, Reader::Member(member)).await.last(), Some(&said));
}
