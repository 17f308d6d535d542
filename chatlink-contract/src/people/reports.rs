//! Promises of [`ReportStore`](chatlink_core::people::ReportStore).

use crate::{
    Harness,
    world::{World, answer, ask, edit, expiring, seconds},
};
use chatlink_core::{
    people::{NewReport, Reason, ReportRow, Reported},
    protocol::{EventId, ReportId, RoomId, UserId},
    rooms::History,
    timeline::Deed,
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
        event_ids: Vec::new(),
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

/// A report of these messages of a room.
fn naming(world: &World, [reporter, user_id]: [UserId; 2], room_id: RoomId, event_ids: &[EventId]) -> NewReport {
    let event_ids = event_ids.to_vec();
    NewReport { room_id: Some(room_id), event_ids, ..report(world, reporter, user_id) }
}

async fn listed(world: &World) -> Vec<ReportRow> {
    world.store.list_reports(None, 100).await.unwrap()
}

/// The words of now and of before as the reporter reads them, kept whatever becomes of the messages.
pub async fn a_report_keeps_what_its_maker_reads(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let room = world.group(&[ana], History::FromJoin).await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    let edited = world.say(room, ana, "first").await;
    world.wait(seconds(1));
    for (version, text) in [(1, "second"), (2, "third")] {
        world.must_do(room, ana, edit(edited.id, version, text)).await;
    }
    let brief = world.must_do(room, ana, expiring("brief", Some(world.now().plus(seconds(60))))).await;
    let asked = world.must_do(room, ana, ask("What?", None, None)).await;
    let beneath = world.must_do(room, ana, answer(edited.id, "beneath")).await;
    let [gone, hidden] = [world.say(room, ana, "gone").await, world.say(room, ana, "hidden").await];
    world.must_do(room, ana, Deed::Redact { target: gone.id }).await;
    world.hide(ben, room, hidden.id).await;

    let named = [&hidden, &edited, &brief, &asked, &beneath, &gone].map(|event| event.id);
    let made = naming(&world, [ben, ana], room, &named);
    assert_eq!(world.store.report(made.clone(), 20, world.now()).await.unwrap(), Reported::Kept);
    let row = listed(&world).await.remove(0);
    assert_eq!((&row.report, row.created_at), (&made, world.now()));
    assert_eq!(row.messages.iter().map(|message| message.id).collect::<Vec<_>>(), named, "as he named them");
    let texts: Vec<_> = row.messages.iter().map(|message| message.text.as_deref()).collect();
    assert_eq!(texts, [None, Some("third"), Some("brief"), Some("What?"), Some("beneath"), None]);
    let of = &row.messages[1];
    assert_eq!((of.seq, of.sender_id, of.at), (edited.seq, ana, edited.at));
    let earlier: Vec<_> = of.earlier.iter().map(|words| (words.version, words.text.as_str())).collect();
    assert_eq!((earlier, of.earlier[0].at), (vec![(1, "first"), (2, "second")], edited.at));
    assert_eq!(row.messages[3].options, ["tea", "coffee", "water"]);

    for event in [&edited, &beneath] {
        world.must_do(room, ana, Deed::Redact { target: event.id }).await;
    }
    world.wait(seconds(60));
    while world.store.purge_expired(world.now(), 100).await.unwrap() > 0 {}
    assert_eq!(listed(&world).await, [row], "a report is evidence");
}

/// What its maker cannot read is told from nothing, and no report of it is kept.
pub async fn a_report_of_what_its_maker_cannot_read_is_not_kept(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] =
        [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await, world.person(&["fr"], &[]).await];
    let room = world.group(&[ana], History::FromJoin).await;
    let before = world.say(room, ana, "before").await.id;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    let mine = world.say(room, ana, "hello").await.id;
    let other = world.group(&[ana], History::All).await;
    let foreign = world.say(other, ana, "elsewhere").await.id;
    let nothing = world.id(EventId::from_uuid);
    let made = async |by: UserId, room: RoomId, ids: &[EventId]| {
        world.store.report(naming(&world, [by, ana], room, ids), 1, world.now()).await.unwrap()
    };
    let unreadable = [before, foreign, nothing];
    for id in unreadable {
        assert_eq!(made(ben, room, &[mine, id]).await, Reported::Unreadable(vec![id]));
    }
    assert_eq!(made(ben, other, &[foreign, mine]).await, Reported::Unreadable(vec![foreign, mine]));
    assert_eq!(made(eve, room, &[mine]).await, Reported::Unreadable(vec![mine]));
    assert_eq!(listed(&world).await, []);
    assert_eq!(made(ben, room, &[mine]).await, Reported::Kept, "none of them counted");
}

/// Reports stay, their words go by their time, in chunks; the list is paged, the newest first.
pub async fn words_of_old_reports_are_erased(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let room = world.group(&[ana, ben], History::All).await;
    let said = world.say(room, ana, "hello").await.id;
    for _ in 0..3 {
        let made = naming(&world, [ben, ana], room, &[said]);
        assert_eq!(world.store.report(made, 20, world.now()).await.unwrap(), Reported::Kept);
        world.wait(seconds(60));
    }
    let rows = listed(&world).await;
    assert!(rows.is_sorted_by(|one, next| one.created_at > next.created_at), "the newest first");
    let before = Some((rows[0].created_at, rows[0].report.report_id));
    assert_eq!(world.store.list_reports(before, 1).await.unwrap(), [rows[1].clone()]);
    let erase = async |before, limit| world.store.erase_reported(before, limit).await.unwrap();
    assert_eq!(erase(rows[2].created_at, 10).await, 0, "strictly before");
    assert_eq!(erase(rows[0].created_at, 1).await, 1);
    assert_eq!((erase(rows[0].created_at, 10).await, erase(rows[0].created_at, 10).await), (1, 0));
    let left: Vec<_> = listed(&world).await.into_iter().map(|row| (row.messages.len(), row.report.event_ids)).collect();
    assert_eq!(left, [(1, vec![said]), (0, vec![said]), (0, vec![said])]);
}
