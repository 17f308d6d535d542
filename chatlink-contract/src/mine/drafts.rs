//! Drafts.

use crate::{
    Harness,
    world::{World, leave},
};
use chatlink_core::{
    protocol::{RoomId, UserId},
    rooms::History,
    timeline::{
        Act, Deed, UserNote,
        mine::{DRAFT, DraftBody, DraftRow},
    },
};

fn draft(world: &World, room_id: RoomId, text: &str) -> DraftRow {
    let text = (!text.is_empty()).then(|| text.to_owned());
    let updated_at = text.is_some().then(|| world.now());
    DraftRow { room_id, body: DraftBody { text, reply_to: None, updated_at } }
}

async fn texts(world: &World, user: UserId) -> Vec<String> {
    let rows = world.store.list_drafts(user, 100).await.unwrap();
    rows.into_iter().map(|row| row.body.text.expect("a text")).collect()
}

/// The newest of each room, in his own log, for nobody else.
pub async fn a_draft_follows_its_writer(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let rooms = [world.group(&[ana, ben], History::All).await, world.group(&[ana, ben], History::All).await];
    let told = world.store.set_draft(ana, draft(&world, rooms[0], "dear b")).await.unwrap().expect("a member");
    assert_eq!((told.user_id, told.event.kind.as_str(), told.event.subject), (ana, DRAFT, rooms[0].to_string()));
    world.store.set_draft(ana, draft(&world, rooms[0], "dear ben")).await.unwrap().unwrap();
    world.store.set_draft(ana, draft(&world, rooms[1], "dear all")).await.unwrap().unwrap();
    let elsewhere = World::on(harness.another().await);
    let mut seen = texts(&elsewhere, ana).await;
    seen.sort_unstable();
    assert_eq!(seen, ["dear all", "dear ben"]);
    assert_eq!(texts(&world, ben).await, [""; 0]);
    world.store.set_draft(ana, draft(&world, rooms[1], "")).await.unwrap().unwrap();
    assert_eq!(texts(&world, ana).await, ["dear ben"]);
    assert_eq!(world.store.set_draft(world.user(), draft(&world, rooms[0], "let me in")).await.unwrap(), None);
    let absent = draft(&world, world.id(RoomId::from_uuid), "anybody?");
    assert_eq!(world.store.set_draft(ana, absent).await.unwrap(), None);
}

/// The note of the act takes its place.
pub async fn a_draft_goes_with_its_member(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    world.store.set_draft(ben, draft(&world, room, "a secret plan")).await.unwrap().unwrap();
    let version = world.version(room).await;
    let none = UserNote { user_id: ben, kind: DRAFT, subject: room.to_string(), body: serde_json::json!({}) };
    let act = Act { notes: vec![none], ..world.act(room, ben, version, leave(ben)) };
    world.one(act).await;
    assert_eq!(texts(&world, ben).await, [""; 0]);
    let (log, _) = world.store.user_log(ben, Default::default(), 10).await.unwrap();
    assert!(!format!("{log:?}").contains("plan"), "{log:?}");
    assert_eq!(world.store.set_draft(ben, draft(&world, room, "late")).await.unwrap(), None);
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(texts(&world, ben).await, [""; 0]);
}
