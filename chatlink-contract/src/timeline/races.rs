//! Many at once, on two handles.

use crate::{
    Harness,
    world::{World, event},
};
use chatlink_core::{
    protocol::{EventId, Seq},
    rooms::History,
    timeline::{Act, Deed, Outcome, Reader},
};
use std::{collections::HashSet, sync::Arc};
use tokio::sync::Barrier;

const TASKS: usize = 32;
const ROUNDS: usize = 50;

/// Runs a task for each act, all let go at once, half of them on another handle; the outcomes in
/// the order of the acts.
async fn at_once(worlds: &[Arc<World>; 2], acts: Vec<Act>) -> Vec<Outcome> {
    let barrier = Arc::new(Barrier::new(acts.len()));
    let tasks: Vec<_> = acts
        .into_iter()
        .enumerate()
        .map(|(at, act)| {
            let (world, barrier) = (worlds[at % 2].clone(), barrier.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                world.one(act).await
            })
        })
        .collect();
    let mut outcomes = Vec::with_capacity(TASKS);
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

async fn worlds(harness: &impl Harness) -> [Arc<World>; 2] {
    [World::on(harness.store()), World::on(harness.another().await)].map(Arc::new)
}

/// Every message of every task is there once, at the seq it was answered, and no seq is missing.
pub async fn tasks_that_append_together_lose_nothing(harness: &impl Harness) {
    let worlds = worlds(harness).await;
    let world = &worlds[0];
    let users: Vec<_> = (0..TASKS).map(|_| world.user()).collect();
    let room = world.group(&users, History::All).await;
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let acts = users.iter().map(|user| world.message(room, *user, 1, &format!("round {round}"))).collect();
        acknowledged.extend(at_once(&worlds, acts).await.into_iter().map(event));
    }
    acknowledged.sort_unstable_by_key(|event| event.seq);
    let mut log = Vec::new();
    while log.len() < acknowledged.len() {
        let page = worlds[1].page(room, Reader::Node, Seq(log.len() as u64)).await.unwrap();
        assert!(!page.events.is_empty(), "the log ends at {}", log.len());
        log.extend(page.events);
    }
    assert_eq!(log, acknowledged);
    assert!(log.iter().enumerate().all(|(at, event)| event.seq == Seq(at as u64 + 1)));
}

/// Of tasks that send the same name at once one makes the event, and all answer it.
pub async fn of_twins_one_is_made(harness: &impl Harness) {
    let worlds = worlds(harness).await;
    let world = &worlds[0];
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    for round in 1..=ROUNDS {
        let act = world.message(room, ana, 1, "once");
        let twins = (0..TASKS).map(|_| Act { event_id: world.id(EventId::from_uuid), ..act.clone() }).collect();
        let outcomes = at_once(&worlds, twins).await;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Appended(_))).count();
        let places: HashSet<_> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Appended(event) => (event.seq, event.id, event.at),
                Outcome::Repeated { seq, id, at } => (seq, id, at),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!((made, places.len()), (1, 1), "round {round}");
        assert_eq!(world.version(room).await, 1);
        assert_eq!(world.page(room, Reader::Node, Seq(0)).await.unwrap().head, Seq(round as u64));
    }
}

/// Of tasks that change the room on one version exactly one does; the others are stale.
pub async fn a_race_for_the_version_has_one_winner(harness: &impl Harness) {
    let worlds = worlds(harness).await;
    let world = &worlds[0];
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    for round in 1..=ROUNDS as u64 {
        let add = |_| world.act(room, ana, round, Deed::Add { user_id: world.user() });
        let outcomes = at_once(&worlds, (0..TASKS).map(add).collect()).await;
        let (made, rest): (Vec<_>, Vec<_>) =
            outcomes.into_iter().partition(|outcome| matches!(outcome, Outcome::Appended(_)));
        assert_eq!(made.len(), 1, "round {round}");
        assert!(rest.iter().all(|outcome| *outcome == Outcome::Stale), "{rest:?}");
    }
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.members.len(), authz.version), (ROUNDS + 1, ROUNDS as u64 + 1));
}
