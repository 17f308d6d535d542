//! Heads, and users' own logs.

use crate::{
    Harness,
    world::{World, note},
};
use chatlink_core::{
    protocol::{RoomId, Seq, UserSeq, frame::Head},
    rooms::History,
};

/// Heads of the rooms that exist, and of every user asked for.
pub async fn heads_tell_where_things_stand(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let [one, two] = [world.group(&[ana], History::All).await, world.group(&[ana], History::All).await];
    world.say(one, ana, "a").await;
    world.say(one, ana, "b").await;
    world.store.note(vec![note(ana, "settings", "", 1)], world.now()).await.unwrap();
    let heads = world.store.heads(&[one, two, world.id(RoomId::from_uuid)], &[ana, ben]).await.unwrap();
    assert_eq!(heads.rooms.len(), 2);
    assert_eq!(heads.rooms[&one], Head { seq: Seq(2), rev: 0 });
    assert_eq!(heads.rooms[&two], Head::default());
    assert_eq!((heads.users[&ana], heads.users[&ben]), (UserSeq(1), UserSeq(0)));
    assert_eq!(world.store.heads(&[], &[]).await.unwrap(), chatlink_core::timeline::Heads::default());
}

/// Of each (user, kind, subject) the newest row stays, with its last number; each note gets one.
pub async fn a_users_log_keeps_the_newest_of_each(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let notes = vec![
        note(ana, "read", "r", 1),
        note(ben, "read", "r", 2),
        note(ana, "read", "s", 3),
        note(ana, "prefs", "r", 4),
        note(ana, "read", "r", 5),
    ];
    let told = world.store.note(notes, world.now()).await.unwrap();
    let numbers: Vec<_> = told.iter().map(|told| (told.user_id, told.event.user_seq.0)).collect();
    assert_eq!(numbers, [(ana, 1), (ben, 1), (ana, 2), (ana, 3), (ana, 4)]);
    world.store.note(vec![note(ana, "read", "s", 6)], world.now()).await.unwrap();

    let (rows, head) = world.store.user_log(ana, UserSeq(0), 10).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.user_seq.0, &*row.kind, &*row.subject, row.body.clone())).collect();
    assert_eq!(
        (rows, head),
        (vec![(3, "prefs", "r", 4.into()), (4, "read", "r", 5.into()), (5, "read", "s", 6.into())], UserSeq(5))
    );
}

/// Ascending after a number, at most so many, the head always; an empty log has head 0.
pub async fn a_users_log_is_read_in_pages(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let notes = (1..=5).map(|count| note(ana, "room", &count.to_string(), count)).collect();
    world.store.note(notes, world.now()).await.unwrap();
    let read = async |after, limit| {
        let (rows, head) = world.store.user_log(ana, UserSeq(after), limit).await.unwrap();
        (rows.iter().map(|row| row.user_seq.0).collect::<Vec<_>>(), head.0)
    };
    assert_eq!(read(0, 2).await, (vec![1, 2], 5));
    assert_eq!(read(2, 9).await, (vec![3, 4, 5], 5));
    assert_eq!(read(5, 9).await, (vec![], 5));
    assert_eq!(read(9, 9).await, (vec![], 5));
    assert_eq!(world.store.user_log(ben, UserSeq(0), 9).await.unwrap(), (Vec::new(), UserSeq(0)));
}
