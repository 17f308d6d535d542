//! Promises of [`BlockStore`](chatlink_core::people::BlockStore).

use crate::{
    Harness,
    world::{World, note, seconds, words},
};
use chatlink_core::{
    people::{Block, Blocked},
    protocol::UserId,
    rooms::History,
    timeline::Outcome,
};
use std::sync::Arc;
use tokio::sync::Barrier;

const TASKS: usize = 32;
const ROUNDS: usize = 50;

/// With a note to the blocker.
pub(crate) fn block(blocker: UserId, blocked: UserId) -> Block {
    Block { blocker, blocked, note: note(blocker, "block", &blocked.to_string(), 1) }
}

/// Once and told once, the same for taking back; one's own block alone is taken back.
pub async fn a_block_is_set_once_and_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let store = &world.store;
    let Blocked::Done(told) = store.block(block(ana, ben), world.now()).await.unwrap() else { panic!("not blocked") };
    assert_eq!((told.len(), told[0].user_id), (1, ana));
    assert_eq!((told[0].event.kind.as_str(), told[0].event.subject.clone()), ("block", ben.to_string()));
    let (log, head) = store.user_log(ana, Default::default(), 10).await.unwrap();
    assert_eq!((log, head), (vec![told[0].event.clone()], told[0].event.user_seq));
    let again = harness.another().await.block(block(ana, ben), world.now()).await.unwrap();
    assert_eq!(again, Blocked::Already);

    assert!(matches!(store.block(block(ben, ana), world.now()).await.unwrap(), Blocked::Done(_)));
    assert_eq!(store.unblock(block(ana, ben), world.now()).await.unwrap().len(), 1);
    assert!(store.unblock(block(ana, ben), world.now()).await.unwrap().is_empty());
    let seen = store.find_encounters(ana, &[ben]).await.unwrap().unwrap();
    assert!(seen.others[0].blocked, "the other's own block stays");

    assert_eq!(store.block(block(ana, world.user()), world.now()).await.unwrap(), Blocked::NoUser);
    assert!(store.unblock(block(ana, world.user()), world.now()).await.unwrap().is_empty());
    assert!(store.user_log(ben, Default::default(), 10).await.unwrap().0.iter().all(|row| row.kind == "block"));
}

/// A message decided before the block comes back stale; the room is severed until nobody blocks.
pub async fn a_block_makes_decisions_stale(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, cho] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await, world.user()];
    let room = world.direct(ana, ben).await;
    let other = world.direct(ana, cho).await;
    let (before, untouched) = (world.version(room).await, world.version(other).await);
    let severed = || async { world.store.load_authz(room).await.unwrap().unwrap().severed };
    assert!(!severed().await);
    world.store.block(block(ben, ana), world.now()).await.unwrap();
    let act = world.act(room, ana, before, words("too late"));
    assert_eq!(world.one(act).await, Outcome::Stale);
    assert!(severed().await);
    let between = world.version(room).await;
    world.store.block(block(ben, ana), world.now()).await.unwrap();
    assert_eq!(world.version(room).await, between, "nothing changed");
    world.store.unblock(block(ben, ana), world.now()).await.unwrap();
    assert!(world.version(room).await > between);
    assert!(!severed().await);
    assert_eq!(world.version(other).await, untouched);
}

/// In a group both stay; what the blocked one says counts as unread for the others alone.
pub async fn a_blocked_senders_messages_are_not_unread(harness: &impl Harness) {
    let world = World::on(harness.store());
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(world.person(&["en"], &[]).await);
    }
    let (ana, ben, cho) = (people[0], people[1], people[2]);
    let room = world.group(&people, History::All).await;
    for sender in [ben, ben, cho] {
        world.say(room, sender, "hello").await;
    }
    let unread = |user| {
        let world = &world;
        async move { world.row(room, user).await.unread }
    };
    assert_eq!((unread(ana).await, unread(ben).await), (3, 1));
    world.store.block(block(ana, ben), world.now()).await.unwrap();
    assert_eq!((unread(ana).await, unread(ben).await, unread(cho).await), (1, 1, 2));
    world.store.unblock(block(ana, ben), world.now()).await.unwrap();
    assert_eq!(unread(ana).await, 3);
}

/// By time, then by id; names go where they must not be known.
pub async fn blocks_are_listed_newest_first_and_paged(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &[]).await;
    let mut expected = Vec::new();
    for n in 0..7 {
        let other = world.person(&["es"], &[]).await;
        if n % 3 == 0 {
            world.wait(seconds(1));
        }
        world.store.block(block(ana, other), world.now()).await.unwrap();
        expected.push((world.now(), other));
        world.store.block(block(other, world.person(&["fr"], &[]).await), world.now()).await.unwrap();
    }
    expected.sort_unstable_by(|one, other| other.cmp(one));
    for size in [1, 3, 7, 50] {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = world.store.list_blocks(ana, after, size).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= size as usize);
            after = Some((last.blocked_at, last.user_id));
            rows.extend(page);
        }
        assert!(rows.iter().all(|row| row.brief.as_ref().is_some_and(|brief| brief.user_id == row.user_id)));
        assert_eq!(rows.iter().map(|row| (row.blocked_at, row.user_id)).collect::<Vec<_>>(), expected, "{size}");
    }
    let back = expected[2].1;
    world.store.block(block(back, ana), world.now()).await.unwrap();
    let rows = world.store.list_blocks(ana, None, 50).await.unwrap();
    let nameless: Vec<_> = rows.iter().filter(|row| row.brief.is_none()).map(|row| row.user_id).collect();
    assert_eq!(nameless, [back]);
    assert!(world.store.list_blocks(world.user(), None, 50).await.unwrap().is_empty());
}

/// However many set it at once one does; then however many take it back.
pub async fn blocks_at_once_are_one(harness: &impl Harness) {
    let handles = [harness.store(), harness.another().await];
    let world = Arc::new(World::on(harness.store()));
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    for round in 0..ROUNDS {
        for set in [true, false] {
            let barrier = Arc::new(Barrier::new(TASKS));
            let tasks: Vec<_> = (0..TASKS)
                .map(|at| {
                    let (store, barrier, now) = (handles[at % 2].clone(), barrier.clone(), world.now());
                    tokio::spawn(async move {
                        barrier.wait().await;
                        match set {
                            true => matches!(store.block(block(ana, ben), now).await.unwrap(), Blocked::Done(_)),
                            false => !store.unblock(block(ana, ben), now).await.unwrap().is_empty(),
                        }
                    })
                })
                .collect();
            let mut done = 0;
            for task in tasks {
                done += u32::from(task.await.unwrap());
            }
            assert_eq!(done, 1, "round {round}, {set}");
            let seen = world.store.find_encounters(ana, &[ben]).await.unwrap().unwrap();
            assert_eq!(seen.others[0].blocked, set);
        }
    }
    let (log, _) = world.store.user_log(ana, Default::default(), 10).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].user_seq.0, 2 * ROUNDS as u64, "told once a change");
}
