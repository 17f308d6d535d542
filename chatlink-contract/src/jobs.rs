//! Promises of [`JobStore`](chatlink_core::jobs::JobStore).

use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    jobs::{Enqueued, JobId, JobLease, JobRow, JobState, LeasedJob, NewJob},
    protocol::Timestamp,
};
use serde_json::{Value, json};
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// The cases of this module.
#[macro_export]
macro_rules! job_cases {
    ($harness:path) => {
        $crate::cases!($harness, jobs: [
            a_job_waits_for_its_time_and_is_leased_once,
            a_key_has_one_job_at_a_time,
            only_known_kinds_are_leased_and_the_oldest_first,
            a_recurring_job_begins_anew_and_does_not_pile_up,
            a_failed_job_waits_and_a_dead_one_stays,
            a_lost_jobs_lease_goes_to_another,
            a_renewed_lease_holds_and_keeps_the_note,
            a_released_job_is_due_and_uncounted,
            many_at_once_never_lease_one_job_twice,
            jobs_survive_a_restart,
        ]);
    };
}

const MAIL: &str = "test.mail";
const MEDIA: &str = "test.media";

fn job(world: &World, kind: &'static str, key: &str, run_at: Timestamp) -> NewJob {
    NewJob { id: world.id(JobId), kind, key: key.to_owned(), payload: json!({ "of": key }), run_at }
}

async fn add(world: &World, kind: &'static str, key: &str) -> JobId {
    let job = job(world, kind, key, world.now());
    let id = job.id;
    assert_eq!(world.store.enqueue(vec![job], world.now()).await.unwrap(), [Enqueued::Added]);
    id
}

/// Leases for a minute.
async fn lease(world: &World, kinds: &[&'static str]) -> Option<LeasedJob> {
    let until = world.now().plus(seconds(60));
    world.store.lease(kinds, world.id(|token: Uuid| token), until, world.now()).await.unwrap()
}

async fn row(world: &World, id: JobId) -> Option<JobRow> {
    world.store.list_jobs(None, 100).await.unwrap().into_iter().find(|row| row.id == id)
}

/// What a lease that is not good may do: nothing.
async fn is_powerless(world: &World, lease: JobLease) -> bool {
    let (store, now) = (&world.store, world.now());
    let later = now.plus(seconds(1_000));
    let done = [
        store.progress(lease, Some(json!("foreign")), later, now).await.unwrap(),
        store.finish(lease, None, Some(later), now).await.unwrap(),
        store.finish(lease, None, None, now).await.unwrap(),
        store.fail(lease, "foreign".to_owned(), None, now).await.unwrap(),
        store.release(lease, now).await.unwrap(),
    ];
    done == [false; 5]
}

/// Nobody gets it before its time, one gets it then, with all that was said about it.
pub async fn a_job_waits_for_its_time_and_is_leased_once(harness: &impl Harness) {
    let world = World::on(harness.store());
    let job = job(&world, MAIL, "a", world.now().plus(seconds(10)));
    let id = job.id;
    assert_eq!(world.store.enqueue(vec![job], world.now()).await.unwrap(), [Enqueued::Added]);
    world.wait(seconds(9));
    assert_eq!(lease(&world, &[MAIL]).await, None);
    world.wait(seconds(1));
    let leased = lease(&world, &[MAIL]).await.unwrap();
    assert_eq!((leased.lease.job, leased.kind.as_str(), leased.key.as_str()), (id, MAIL, "a"));
    assert_eq!((&leased.payload, leased.attempts, &leased.progress), (&json!({ "of": "a" }), 1, &None));
    assert_eq!(lease(&world, &[MAIL]).await, None);
    let shown = row(&world, id).await.unwrap();
    assert_eq!((shown.state, shown.due_at), (JobState::Running, Some(world.now().plus(seconds(60)))));
    assert!(world.store.finish(leased.lease, None, None, world.now()).await.unwrap());
    assert_eq!(row(&world, id).await, None);
    assert!(is_powerless(&world, leased.lease).await);
}

/// A second job of the same kind and key is no second job, until the first is over.
pub async fn a_key_has_one_job_at_a_time(harness: &impl Harness) {
    let world = World::on(harness.store());
    let first = add(&world, MAIL, "a").await;
    world.wait(seconds(1));
    let twice = vec![
        job(&world, MAIL, "a", world.now()),
        job(&world, MAIL, "b", world.now()),
        job(&world, MEDIA, "a", world.now()),
    ];
    let outcomes = world.store.enqueue(twice, world.now()).await.unwrap();
    assert_eq!(outcomes, [Enqueued::Known, Enqueued::Added, Enqueued::Added]);
    let leased = lease(&world, &[MAIL]).await.unwrap();
    assert_eq!(leased.lease.job, first);
    let again = vec![job(&world, MAIL, "a", world.now())];
    assert_eq!(world.store.enqueue(again, world.now()).await.unwrap(), [Enqueued::Known], "it runs");
    assert!(world.store.fail(leased.lease, "no".to_owned(), None, world.now()).await.unwrap());
    let second = add(&world, MAIL, "a").await;
    assert_eq!(row(&world, first).await, None, "a dead one makes room");
    assert_eq!(row(&world, second).await.unwrap().attempts, 0);
}

/// A node leaves jobs alone whose kind it does not know; of the others the longest due goes first.
pub async fn only_known_kinds_are_leased_and_the_oldest_first(harness: &impl Harness) {
    let world = World::on(harness.store());
    let foreign = add(&world, MEDIA, "a").await;
    world.wait(seconds(1));
    let first = add(&world, MAIL, "b").await;
    world.wait(seconds(1));
    let second = add(&world, MAIL, "a").await;
    assert_eq!(lease(&world, &[MAIL]).await.unwrap().lease.job, first);
    assert_eq!(lease(&world, &[MAIL]).await.unwrap().lease.job, second);
    assert_eq!(lease(&world, &[MAIL]).await, None);
    assert_eq!(lease(&world, &[]).await, None);
    assert_eq!(lease(&world, &[MAIL, MEDIA]).await.unwrap().lease.job, foreign);
}

/// After its end it waits for the next time with a clean slate; asking for it again adds nothing.
pub async fn a_recurring_job_begins_anew_and_does_not_pile_up(harness: &impl Harness) {
    let world = World::on(harness.store());
    let id = add(&world, MAIL, "").await;
    for round in 0..3 {
        let leased = lease(&world, &[MAIL]).await.unwrap();
        assert_eq!((leased.lease.job, leased.attempts), (id, 1), "round {round}");
        let again = world.now().plus(seconds(60));
        assert!(world.store.finish(leased.lease, Some(json!(round)), Some(again), world.now()).await.unwrap());
        let more = vec![job(&world, MAIL, "", world.now())];
        assert_eq!(world.store.enqueue(more, world.now()).await.unwrap(), [Enqueued::Known]);
        assert_eq!(lease(&world, &[MAIL]).await, None);
        let shown = row(&world, id).await.unwrap();
        assert_eq!((shown.state, shown.due_at, shown.attempts), (JobState::Waiting, Some(again), 0));
        assert_eq!((shown.progress, shown.last_error), (Some(json!(round)), None));
        world.wait(seconds(60));
    }
    assert_eq!(world.store.list_jobs(None, 100).await.unwrap().len(), 1);
}

/// A failure is kept and counted; after the last one the job is there for operators alone, for a while.
pub async fn a_failed_job_waits_and_a_dead_one_stays(harness: &impl Harness) {
    let world = World::on(harness.store());
    let id = add(&world, MAIL, "a").await;
    for attempt in 1..=2 {
        let leased = lease(&world, &[MAIL]).await.unwrap();
        assert_eq!(leased.attempts, attempt);
        let retry_at = world.now().plus(seconds(30));
        assert!(world.store.fail(leased.lease, format!("no {attempt}"), Some(retry_at), world.now()).await.unwrap());
        assert!(is_powerless(&world, leased.lease).await);
        assert_eq!(lease(&world, &[MAIL]).await, None);
        let shown = row(&world, id).await.unwrap();
        assert_eq!((shown.state, shown.due_at), (JobState::Waiting, Some(retry_at)));
        assert_eq!((shown.attempts, shown.last_error), (attempt, Some(format!("no {attempt}"))));
        world.wait(seconds(30));
    }
    let leased = lease(&world, &[MAIL]).await.unwrap();
    assert!(world.store.fail(leased.lease, "never".to_owned(), None, world.now()).await.unwrap());
    let died = world.now();
    world.wait(seconds(1_000_000));
    assert_eq!(lease(&world, &[MAIL]).await, None);
    add(&world, MAIL, "b").await;
    let dead = world.store.list_jobs(Some(JobState::Dead), 100).await.unwrap();
    assert_eq!(dead.iter().map(|row| (row.id, row.due_at)).collect::<Vec<_>>(), [(id, None)]);
    let before = Timestamp::from_micros(died.as_micros() - 1);
    assert_eq!(world.store.purge_dead(before, 10).await.unwrap(), 0);
    assert_eq!(world.store.purge_dead(world.now(), 10).await.unwrap(), 1, "those that wait stay");
    assert_eq!(world.store.list_jobs(None, 100).await.unwrap().len(), 1);
}

/// Who does not renew loses the job, and can do nothing to it any more.
pub async fn a_lost_jobs_lease_goes_to_another(harness: &impl Harness) {
    let world = World::on(harness.store());
    let other = World::on(harness.another().await);
    add(&world, MAIL, "a").await;
    let killed = lease(&world, &[MAIL]).await.unwrap();
    other.set(world.now().plus(seconds(59)));
    assert_eq!(lease(&other, &[MAIL]).await, None, "its lease still is good");
    other.wait(seconds(1));
    let taken = lease(&other, &[MAIL]).await.unwrap();
    assert_eq!((taken.lease.job, taken.attempts), (killed.lease.job, 2));
    assert!(is_powerless(&world, killed.lease).await);
    let shown = row(&other, taken.lease.job).await.unwrap();
    assert_eq!((shown.state, shown.progress), (JobState::Running, None));
    assert!(other.store.finish(taken.lease, None, None, other.now()).await.unwrap());
}

/// A renewal moves the end of the lease; a note stays until another is made, whoever goes on.
pub async fn a_renewed_lease_holds_and_keeps_the_note(harness: &impl Harness) {
    let world = World::on(harness.store());
    add(&world, MAIL, "a").await;
    let leased = lease(&world, &[MAIL]).await.unwrap();
    for note in [Some(json!({ "done": 10 })), None::<Value>] {
        world.wait(seconds(59));
        let until = world.now().plus(seconds(60));
        assert!(world.store.progress(leased.lease, note, until, world.now()).await.unwrap());
    }
    world.wait(seconds(59));
    assert_eq!(lease(&world, &[MAIL]).await, None);
    world.wait(seconds(1));
    let until = world.now().plus(seconds(60));
    assert!(world.store.progress(leased.lease, None, until, world.now()).await.unwrap(), "late, and nobody was first");
    world.wait(seconds(60));
    let taken = lease(&world, &[MAIL]).await.unwrap();
    assert_eq!(taken.progress, Some(json!({ "done": 10 })));
}

/// A node that stops gives its jobs back as if it had not had them.
pub async fn a_released_job_is_due_and_uncounted(harness: &impl Harness) {
    let world = World::on(harness.store());
    add(&world, MAIL, "a").await;
    for _ in 0..3 {
        let leased = lease(&world, &[MAIL]).await.unwrap();
        assert_eq!(leased.attempts, 1);
        assert!(world.store.release(leased.lease, world.now()).await.unwrap());
        assert!(is_powerless(&world, leased.lease).await);
    }
}

/// However many ask, on whatever handle, each job goes to one.
pub async fn many_at_once_never_lease_one_job_twice(harness: &impl Harness) {
    const JOBS: usize = 40;
    let worlds = [Arc::new(World::on(harness.store())), Arc::new(World::on(harness.another().await))];
    let keys = (0..JOBS).map(|number| number.to_string());
    let jobs = keys.map(|key| job(&worlds[0], MAIL, &key, worlds[0].now())).collect();
    worlds[0].store.enqueue(jobs, worlds[0].now()).await.unwrap();
    let ask = |at: usize| {
        let world = worlds[at % 2].clone();
        tokio::spawn(async move { lease(&world, &[MAIL]).await.map(|leased| leased.lease.job) })
    };
    let mut leased = HashSet::new();
    for task in (0..JOBS + 8).map(ask).collect::<Vec<_>>() {
        if let Some(job) = task.await.unwrap() {
            assert!(leased.insert(job), "{job:?} was leased twice");
        }
    }
    assert_eq!(leased.len(), JOBS);
}

/// What was enqueued or noted is there after a restart.
pub async fn jobs_survive_a_restart(harness: &impl Harness) {
    let world = World::on(harness.store());
    let id = add(&world, MAIL, "a").await;
    let leased = lease(&world, &[MAIL]).await.unwrap();
    let until = world.now().plus(seconds(60));
    world.store.progress(leased.lease, Some(json!(7)), until, world.now()).await.unwrap();
    let other = World::on(harness.another().await);
    let shown = row(&other, id).await.unwrap();
    assert_eq!((shown.state, shown.progress, shown.attempts), (JobState::Running, Some(json!(7)), 1));
}
