//! Rooms, blocks and reports when somebody is gone.

use super::Town;
use crate::{
    Harness,
    identity::stage::PHC,
    people::{blocks::block, reports::report},
    world::{LIMIT, leave, note},
};
use chatlink_core::{
    people::{Blocked, Reported, SettingsChange, Theme, UserSettings},
    protocol::{EventBody, RoomId, Seq, UserId},
    rooms::{CreateGroup, DirectPair, History, NewGroup, OpenDirect, PrefsChange, ReceiptMark, Role},
    timeline::{Deed, Outcome, Reader},
};

/// Decisions made before are stale; on the room as it is now the person is nobody, though the row
/// stays until the leaving is an event, which needs nobody's membership.
pub async fn a_deleted_person_is_no_member_of_a_group(harness: &impl Harness) {
    let town = Town::of(harness);
    let (stage, world) = (&town.stage, &town.world);
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let room = world.group(&[ana, ben], History::All).await;
    world.say(room, ana, "hello").await;
    let version = world.version(room).await;
    assert_eq!(town.gone(ana, "ana").await.1, [room]);

    assert_eq!(world.one(world.message(room, ana, version, "late")).await, Outcome::Stale);
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!(authz.members.keys().copied().collect::<Vec<_>>(), [ben]);
    assert_eq!(authz.successor(ana), Some(ben));
    let listed = world.store.list_members(room, None, LIMIT).await.unwrap();
    assert_eq!(listed.iter().map(|row| row.user_id).collect::<Vec<_>>(), [ben]);
    assert_eq!(world.try_do(room, ben, Deed::Add { user_id: ana }).await, Outcome::NoTarget);
    assert_eq!(world.store.memberships(ana).await.unwrap().len(), 1, "until it is left");
    assert_eq!(world.store.heads(&[], &[ana, ben]).await.unwrap().gone.into_iter().collect::<Vec<_>>(), [ana]);

    let out = Deed::Remove { user_id: ana, change: chatlink_core::protocol::MembershipChange::Left, heir: Some(ben) };
    let event = world.must_do(room, ana, out).await;
    assert!(matches!(event.body, EventBody::Membership(_)));
    assert_eq!(event.seq, Seq(2));
    assert_eq!(world.try_do(room, ana, leave(ana)).await, Outcome::Unchanged, "once");
    assert_eq!(world.store.memberships(ana).await.unwrap(), []);
    assert_eq!(world.store.load_authz(room).await.unwrap().unwrap().members[&ben].role, Role::Owner);
    assert_eq!(world.try_do(room, ben, Deed::Add { user_id: ana }).await, Outcome::NoTarget, "nor afterwards");
    let log = world.log(room, Reader::Member(ben)).await;
    assert_eq!((log.len(), log[0].sender_id), (2, ana), "what was said stays");
}

/// As a block does it: both people stay, the other reads on, nobody writes.
pub async fn a_direct_room_stays_and_is_severed(harness: &impl Harness) {
    let town = Town::of(harness);
    let (stage, world) = (&town.stage, &town.world);
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let room = world.direct(ana, ben).await;
    world.say(room, ana, "hello").await;
    let pinned = PrefsChange { pinned: Some(true), ..PrefsChange::default() };
    world.store.set_prefs(ana, room, pinned, world.now()).await.unwrap().unwrap();
    let before = world.row(room, ben).await;
    let version = world.version(room).await;
    town.gone(ana, "ana").await;
    assert_eq!(world.one(world.message(room, ben, version, "late")).await, Outcome::Stale);
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert!(authz.severed && authz.members.len() == 2, "{authz:?}");
    let row = world.row(room, ben).await;
    assert!(row.severed && row.peer == Some(ana));
    assert_eq!(chatlink_core::rooms::RoomRow { severed: false, ..row }, before, "nothing else changed");
    assert_eq!(world.log(room, Reader::Member(ben)).await.len(), 1);
    assert_eq!(world.store.list_members(room, None, LIMIT).await.unwrap().len(), 2);
    assert!(!world.row(room, ana).await.prefs.pinned, "her own settings are gone");
}

/// What was on its way when the account went makes no row of the person's own any more.
pub async fn nothing_more_is_written_of_a_deleted_person(harness: &impl Harness) {
    let town = Town::of(harness);
    let (stage, world) = (&town.stage, &town.world);
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let (store, now) = (&world.store, world.now());
    let (direct, group) = (world.direct(ana, ben).await, world.group(&[ben, ana], History::All).await);
    world.say(direct, ben, "hello").await;
    town.gone(ana, "ana").await;

    let told = store.note(vec![note(ana, "room", "r", 1), note(ben, "room", "r", 1)], now).await.unwrap();
    assert_eq!(told.iter().map(|told| told.user_id).collect::<Vec<_>>(), [ben]);
    let read = |user_id: UserId, room_id| ReceiptMark { room_id, user_id, delivered_seq: Seq(1), read_seq: Seq(1) };
    let flushed = store.flush_receipts(vec![read(ana, direct), read(ben, direct)], now).await.unwrap();
    assert_eq!(flushed[0].told.iter().map(|told| told.user_id).collect::<Vec<_>>(), [ben]);
    assert_eq!(flushed[0].moved.iter().map(|mark| mark.user_id).collect::<Vec<_>>(), [ben]);
    let dark = SettingsChange { theme: Some(Theme::Dark), ..SettingsChange::default() };
    let set = store.update_settings(ana, dark, note(ana, "settings", "", 1), now).await.unwrap();
    assert_eq!(set, (UserSettings::default(), vec![]));
    assert_eq!(store.find_settings(ana).await.unwrap(), UserSettings::default());
    assert_eq!(store.block(block(ana, ben), now).await.unwrap(), Blocked::NoUser);
    assert_eq!(store.report(report(world, ana, ben), 20, now).await.unwrap(), Reported::NoUser);
    assert_eq!(store.user_log(ana, Default::default(), 9).await.unwrap(), (vec![], Default::default()));
    let stranger = DirectPair::of(ana, stage.person("dora").await).unwrap();
    let opened = store.open_direct(world.id(RoomId::from_uuid), stranger, stranger.other(ana), vec![], vec![], now);
    assert_eq!(opened.await.unwrap(), OpenDirect::NoUser);
    assert_eq!(
        store.create_group(world.new_group(&[ana, ben], History::All), vec![], now).await.unwrap(),
        CreateGroup::NoCreator
    );
    let made = world.new_group(&[ben, ana], History::All);
    let NewGroup { room_id, .. } = made;
    assert_eq!(store.create_group(made, vec![], now).await.unwrap(), CreateGroup::Created(vec![]));
    assert_eq!(world.row(room_id, ben).await.member_count, 1);
    assert_eq!(store.memberships(ana).await.unwrap().len(), 2, "the two from before");
    assert!(store.load_authz(group).await.unwrap().unwrap().member(ana).is_err());
    assert!(stage.win(ana, PHC, stage.session(ana, chatlink_core::identity::Grant::Token)).await.is_none());
    assert_eq!(store.list_security(ana, None, 9).await.unwrap(), []);
}

/// Who blocked keeps the block, and sees what one sees of somebody who blocks back.
pub async fn blocks_and_reports_of_others_stay(harness: &impl Harness) {
    let town = Town::of(harness);
    let (stage, world) = (&town.stage, &town.world);
    let [ana, ben, carl] = [stage.person("ana").await, stage.person("ben").await, stage.person("carl").await];
    for (from, to) in [(ben, ana), (ben, carl), (carl, ben), (ana, ben)] {
        assert!(matches!(world.store.block(block(from, to), world.now()).await.unwrap(), Blocked::Done(_)));
    }
    assert_eq!(world.store.report(report(world, ben, ana), 20, world.now()).await.unwrap(), Reported::Kept);
    town.gone(ana, "ana").await;
    let rows = world.store.list_blocks(ben, None, 10).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.brief.is_none()), "gone or blocking back: the same");
    assert_eq!(world.store.own_reports(ben, None, 10).await.unwrap()[0].report.user_id, ana);
}
