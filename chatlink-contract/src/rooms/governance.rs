//! How groups are led: settings, roles, mutes and bans.

use crate::{
    Harness,
    world::{World, event, leave, seconds, words},
};
use chatlink_core::{
    protocol::{
        EventBody, MembershipChange, RoomId, Seq, Timestamp, UserId,
        event::{Membership, RoomChange},
    },
    rooms::{BanRow, History, Posting, Role, RoomSettingsChange},
    timeline::{Deed, Life, Measure, Outcome, Reader},
};
use std::{collections::HashSet, sync::Arc};
use tokio::sync::Barrier;

const TASKS: usize = 16;
const ROUNDS: usize = 25;

fn govern(measure: Measure) -> Deed {
    Deed::Govern(measure)
}

fn add(user_id: UserId) -> Deed {
    Deed::Add { user_id }
}

async fn role(world: &World, room: RoomId, user: UserId) -> Option<Role> {
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    let listed = world.store.list_members(room, None, 99).await.unwrap();
    let listed = listed.into_iter().find(|row| row.user_id == user).map(|row| row.role);
    assert_eq!(authz.members.get(&user).map(|member| member.role), listed);
    listed
}

/// What is different is told and kept, and bumps the version; what is so already makes no event.
pub async fn settings_of_a_group_change_and_are_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let change = RoomSettingsChange {
        title: "Evening class".parse().ok(),
        topic: "Verbs,\nnouns".parse().ok(),
        posting: Some(Posting::Admins),
        ..RoomSettingsChange::default()
    };
    let made = world.must_do(room, ana, govern(Measure::Settings(change.clone()))).await;
    let told =
        RoomChange { topic: Some("Verbs,\nnouns".into()), posting: Some("admins".into()), ..RoomChange::default() };
    assert_eq!(made.body, EventBody::Room(told.into()));
    assert_eq!(world.log(room, Reader::Member(ana)).await, [made]);
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.version, &*authz.settings.topic), (2, "Verbs,\nnouns"));
    assert_eq!(authz.settings.posting, Posting::Admins);
    assert_eq!(world.row(room, ana).await.settings, authz.settings);
    assert_eq!(world.try_do(room, ana, govern(Measure::Settings(change))).await, Outcome::Unchanged);
    let away = RoomSettingsChange { topic: "".parse().ok(), ..RoomSettingsChange::default() };
    world.must_do(room, ana, govern(Measure::Settings(away))).await;
    assert_eq!(world.row(room, ana).await.settings.topic, "");
}

/// How long messages stay is kept, told, and taken away again; of two people, too.
pub async fn a_timer_is_kept_and_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    for room in [world.group(&[ana], History::All).await, world.direct(ana, ben).await] {
        let set = |life| RoomSettingsChange { expires_in: Some(life), ..RoomSettingsChange::default() };
        for (life, told) in [(Life::from_secs(86_400).ok(), 86_400), (None, 0)] {
            let told = RoomChange { expires_in: Some(told), ..RoomChange::default() };
            let made = world.must_do(room, ana, govern(Measure::Settings(set(life)))).await;
            assert_eq!(made.body, EventBody::Room(told.into()));
            let authz = world.store.load_authz(room).await.unwrap().unwrap();
            assert_eq!((authz.settings.expires_in, world.row(room, ana).await.settings.expires_in), (life, life));
            assert_eq!(world.try_do(room, ana, govern(Measure::Settings(set(life)))).await, Outcome::Unchanged);
        }
    }
}

/// A role changes with its event, of members alone.
pub async fn roles_change_and_are_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let set = |user_id, role| govern(Measure::Role { user_id, role });
    let made = world.must_do(room, ana, set(ben, Role::Moderator)).await;
    let told = Membership { role: Some("moderator".into()), ..Membership::plain(ben, MembershipChange::RoleChanged) };
    assert_eq!((made.sender_id, made.body), (ana, EventBody::Membership(told)));
    assert_eq!((role(&world, room, ben).await, world.version(room).await), (Some(Role::Moderator), 2));
    assert_eq!(world.row(room, ben).await.role, Role::Moderator);
    assert_eq!(world.try_do(room, ana, set(ben, Role::Moderator)).await, Outcome::Unchanged);
    assert_eq!(world.try_do(room, ana, set(eve, Role::Admin)).await, Outcome::Unchanged, "no member");
    assert_eq!((role(&world, room, eve).await, world.version(room).await), (None, 2));
}

/// Handing over is one event: the one owns the room, the other is an admin.
pub async fn a_room_is_handed_over(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let made = world.must_do(room, ana, govern(Measure::HandOver { user_id: ben })).await;
    assert_eq!(made.body, EventBody::Membership(Membership::plain(ben, MembershipChange::HandedOver)));
    assert_eq!((role(&world, room, ana).await, role(&world, room, ben).await), (Some(Role::Admin), Some(Role::Owner)));
    assert_eq!((world.version(room).await, made.seq), (2, Seq(1)));
    assert_eq!(world.try_do(room, ana, govern(Measure::HandOver { user_id: ben })).await, Outcome::Unchanged);
    assert_eq!(role(&world, room, ana).await, Some(Role::Admin));
}

/// A mute stands where decisions and lists look, until it is taken back, whoever comes and goes meanwhile.
pub async fn a_mute_stays_whoever_goes(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben, eve], History::All).await;
    let until = world.now().plus(seconds(60));
    let mute = |user_id, until| govern(Measure::Mute { user_id, until });
    let muted = async || world.store.load_authz(room).await.unwrap().unwrap().muted.get(&ben).copied();
    let made = world.must_do(room, ana, mute(ben, Some(until))).await;
    let told = Membership { until: Some(until), ..Membership::plain(ben, MembershipChange::Muted) };
    assert_eq!((made.body, world.version(room).await), (EventBody::Membership(told), 2));
    assert_eq!((muted().await, world.row(room, ben).await.member_muted_until), (Some(until), Some(until)));
    let listed = world.store.list_members(room, None, 9).await.unwrap();
    let of = |user| listed.iter().find(|row| row.user_id == user).unwrap().muted_until;
    assert_eq!((of(ben), of(ana)), (Some(until), None));
    assert_eq!(world.try_do(room, ana, mute(ben, Some(until))).await, Outcome::Unchanged);

    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(muted().await, Some(until));
    assert_eq!(world.try_do(room, ana, mute(ben, Some(until.plus(seconds(1))))).await, Outcome::Unchanged, "no member");
    world.must_do(room, ana, add(ben)).await;
    assert_eq!(world.row(room, ben).await.member_muted_until, Some(until), "coming back gives no word");
    let made = world.must_do(room, ana, mute(ben, None)).await;
    assert_eq!(made.body, EventBody::Membership(Membership::plain(ben, MembershipChange::Unmuted)));
    assert_eq!(muted().await, None);
    assert_eq!(world.try_do(room, ana, mute(ben, None)).await, Outcome::Unchanged);

    world.must_do(room, ana, mute(ben, Some(until))).await;
    world.set(until);
    assert_eq!(world.row(room, ben).await.member_muted_until, None, "its time has passed");
    world.must_do(room, ana, mute(eve, Some(until.plus(seconds(9))))).await;
    assert_eq!(muted().await, None, "swept with the next measure");
}

/// A ban takes out and keeps out, whoever was in it or not, until it is taken back.
pub async fn a_ban_takes_out_and_keeps_out(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let elsewhere = world.group(&[ana], History::All).await;
    let mute = Measure::Mute { user_id: ben, until: Some(world.now().plus(seconds(60))) };
    world.must_do(room, ana, govern(mute)).await;
    let ban = |user_id| govern(Measure::Ban { user_id });
    let banned = async |room, user| !world.store.find_banned(room, &[ana, user]).await.unwrap().is_empty();
    for user in [ben, eve] {
        let before = world.version(room).await;
        let made = world.must_do(room, ana, ban(user)).await;
        assert_eq!(made.body, EventBody::Membership(Membership::plain(user, MembershipChange::Banned)));
        assert_eq!((role(&world, room, user).await, world.version(room).await), (None, before + 1));
        assert_eq!(world.page(room, Reader::Member(user), Seq(0)).await, None, "not even the event of it");
        assert!(banned(room, user).await && !banned(elsewhere, user).await);
        let before = (world.version(room).await, world.log(room, Reader::Node).await.len());
        assert_eq!(world.try_do(room, ana, add(user)).await, Outcome::Banned);
        assert_eq!(world.try_do(room, ana, ban(user)).await, Outcome::Unchanged);
        assert_eq!((world.version(room).await, world.log(room, Reader::Node).await.len()), before);
        assert_eq!(world.row(room, ana).await.member_count, 1);
        world.must_do(elsewhere, ana, add(user)).await;
    }
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert!(authz.muted.is_empty(), "a ban ends a mute");
    let made = world.must_do(room, ana, govern(Measure::Unban { user_id: ben })).await;
    assert_eq!(made.body, EventBody::Membership(Membership::plain(ben, MembershipChange::Unbanned)));
    assert_eq!(role(&world, room, ben).await, None, "he does not come back by that");
    assert_eq!(world.try_do(room, ana, govern(Measure::Unban { user_id: ben })).await, Outcome::Unchanged);
    world.must_do(room, ana, add(ben)).await;
    assert!(!banned(room, ben).await && banned(room, eve).await);
}

/// The newest first, by id where they are equally old; in pages; of no room none.
pub async fn bans_are_listed_newest_first(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let mut expected: Vec<BanRow> = Vec::new();
    for at in 0..5 {
        let user_id = world.user();
        let banned_at = world.now();
        world.must_do(room, ana, govern(Measure::Ban { user_id })).await;
        expected.push(BanRow { user_id, banned_by: Some(ana), banned_at });
        if at == 2 {
            world.wait(seconds(1));
        }
    }
    expected.sort_unstable_by_key(|ban| std::cmp::Reverse((ban.banned_at, ban.user_id)));
    let list =
        async |after: Option<(Timestamp, UserId)>, limit| world.store.list_bans(room, after, limit).await.unwrap();
    assert_eq!(list(None, 9).await, expected);
    assert_eq!(list(None, 2).await, expected[..2]);
    let place = |ban: &BanRow| Some((ban.banned_at, ban.user_id));
    assert_eq!(list(place(&expected[1]), 2).await, expected[2..4]);
    assert!(list(place(&expected[4]), 2).await.is_empty());
    assert!(world.store.list_bans(world.id(RoomId::from_uuid), None, 9).await.unwrap().is_empty());
    let asked: Vec<_> = expected.iter().map(|ban| ban.user_id).chain([ana, ben]).collect();
    let found = world.store.find_banned(room, &asked).await.unwrap();
    assert_eq!(found, expected.iter().map(|ban| ban.user_id).collect::<HashSet<_>>());
}

/// Acts that are each decided on what the one before leaves commit in one batch; where one is refused, what
/// was decided behind it is stale.
pub async fn a_chain_of_acts_commits_together(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    let users: Vec<_> = (0..100).map(|_| world.user()).collect();
    let chain = |from: u64, users: &[UserId]| -> Vec<_> {
        users.iter().zip(from..).map(|(user, version)| world.act(room, ana, version, add(*user))).collect()
    };
    let made: Vec<_> = world.append(chain(1, &users)).await.outcomes.into_iter().map(event).collect();
    assert!(made.iter().zip(1..).all(|(event, seq)| event.seq == Seq(seq)));
    assert_eq!((world.version(room).await, world.row(room, ana).await.member_count), (101, 101));

    world.must_do(room, ana, govern(Measure::Ban { user_id: ben })).await;
    let more = [world.user(), ben, world.user()];
    let outcomes = world.append(chain(102, &more)).await.outcomes;
    assert!(matches!(outcomes[0], Outcome::Appended(_)));
    assert_eq!(outcomes[1..], [Outcome::Banned, Outcome::Stale]);
}

/// However many add somebody while one bans him, on two handles: in the end he is out.
pub async fn a_ban_wins_over_adding_at_once(harness: &impl Harness) {
    let worlds = [World::on(harness.store()), World::on(harness.another().await)].map(Arc::new);
    let world = &worlds[0];
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    for round in 0..ROUNDS {
        let ben = world.user();
        let barrier = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|at| {
                let (world, barrier) = (worlds[at % 2].clone(), barrier.clone());
                let deed = if at == 0 { govern(Measure::Ban { user_id: ben }) } else { add(ben) };
                tokio::spawn(async move {
                    barrier.wait().await;
                    while world.try_do(room, ana, deed.clone()).await == Outcome::Stale {}
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(role(world, room, ben).await, None, "round {round}");
        assert_eq!(world.store.find_banned(room, &[ben]).await.unwrap(), HashSet::from([ben]));
    }
    world.must_do(room, ana, words("all of them are out")).await;
    assert_eq!(world.row(room, ana).await.member_count, 1);
}
