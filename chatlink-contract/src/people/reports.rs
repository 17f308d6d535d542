//! Promises of [`ReportStore`](chatlink_core::people::ReportStore).

use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    people::{NewReport, Reason, Reported},
    protocol::{EventId, ReportId, RoomId, UserId},
};
use std::sync::Arc;
use tokio::sync::Barrier;

const DAY: u64 = 24 * 3600;
const TASKS: usize = 32;
const ROUNDS: usize = 50;

pub(crate) fn report(world: &World, reporter: UserId, user_id: UserId) -> NewReport {
    NewReport {
        report_id: world.id(ReportId::from_uuid),
        reporter,
        user_id,
        reason: Reason::Abuse,
        note: "said bad things".to_owned(),
        room_id: Some(world.id(RoomId::from_uuid)),
        event_ids: vec![world.id(EventId::from_uuid), world.id(EventId::from_uuid)],
    }
}

/// As many as the day holds, counted by reporter; then the wait is told to the microsecond.
pub async fn reports_are_counted_by_day(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let make = |from, to| {
        let report = report(&world, from, to);
        let now = world.now();
        let store = world.store.clone();
        async move { store.report(report, 3, now).await.unwrap() }
    };
    assert_eq!(make(ana, world.user()).await, Reported::NoUser);
    for _ in 0..3 {
        assert_eq!(make(ana, ben).await, Reported::Kept);
        world.wait(seconds(60));
    }
    assert_eq!(make(ana, ben).await, Reported::TooMany { retry_after: seconds(DAY - 180) });
    assert_eq!(make(ben, ana).await, Reported::Kept, "everybody has his own day");
    world.wait(seconds(DAY - 181));
    assert_eq!(make(ana, ben).await, Reported::TooMany { retry_after: seconds(1) });
    world.wait(seconds(1));
    assert_eq!(make(ana, ben).await, Reported::Kept);
    assert_eq!(make(ana, ben).await, Reported::TooMany { retry_after: seconds(60) });
}

/// The limit holds however many report at once.
pub async fn reports_at_once_stop_at_the_limit(harness: &impl Harness) {
    let handles = [harness.store(), harness.another().await];
    let world = Arc::new(World::on(harness.store()));
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    for round in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|at| {
                let (store, barrier) = (handles[at % 2].clone(), barrier.clone());
                let (report, now) = (report(&world, ana, ben), world.now());
                tokio::spawn(async move {
                    barrier.wait().await;
                    store.report(report, 5, now).await.unwrap()
                })
            })
            .collect();
        let mut kept = 0;
        for task in tasks {
            kept += u32::from(task.await.unwrap() == Reported::Kept);
        }
        assert_eq!(kept, 5, "round {round}");
        world.wait(seconds(DAY));
    }
}
