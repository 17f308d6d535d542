//! Acknowledged sends per second through the engine, on any store: 200 people write into 50 rooms at once, each waiting
//! for the answer before the next.

use chatlink_core::{
    ChatLink, Keys, Settings, Store,
    protocol::{ClientId, RoomId, UserId},
    rooms::{History, NewGroup},
    timeline::NewMessage,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// People who write.
pub const SENDERS: u128 = 200;
/// Rooms that they write into.
pub const ROOMS: u128 = 50;
/// What they write.
pub const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

/// An id of some kind: 1 a room, 2 a person.
#[must_use]
pub fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

/// Sends through the engine until the time is over; sends per second and the mean batch.
///
/// # Panics
/// Where a send fails: a measurement ends there.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn engine(store: Arc<dyn Store>, time: Duration) -> (f64, f64) {
    rooms(store.as_ref()).await;
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let chat = ChatLink::builder().store(store).keys(keys).settings(settings).build().await.unwrap();
    let start = Instant::now();
    let tasks: Vec<_> = (0..SENDERS).map(|sender| tokio::spawn(send(chat.clone(), sender, start + time))).collect();
    let mut sent = 0;
    for task in tasks {
        sent += task.await.unwrap();
    }
    let took = start.elapsed().as_secs_f64();
    let stats = chat.timeline().commit_stats();
    chat.shutdown().await;
    (f64::from(sent) / took, stats.acts as f64 / stats.batches as f64)
}

/// Makes the rooms, each with its share of the people.
///
/// # Panics
/// Where the store fails.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn rooms(store: &dyn Store) {
    for room in 0..ROOMS {
        let members = (0..SENDERS).filter(|sender| sender % ROOMS == room && *sender != room);
        let group = NewGroup {
            room_id: RoomId::from_uuid(id(1, room)),
            creator: UserId::from_uuid(id(2, room)),
            client_id: ClientId::from_uuid(id(3, room)),
            request: [0; 32],
            title: "A room".parse().unwrap(),
            history: History::All,
            members: members.map(|sender| UserId::from_uuid(id(2, sender))).collect(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    }
}

#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
async fn send(chat: ChatLink, sender: u128, end: Instant) -> u32 {
    let (me, room) = (UserId::from_uuid(id(2, sender)), RoomId::from_uuid(id(1, sender % ROOMS)));
    let mut sent = 0;
    while Instant::now() < end {
        let name = ClientId::from_uuid(id(4 + sender, u128::from(sent)));
        let message = NewMessage::parse(name, TEXT, None, None).unwrap();
        chat.timeline().send(me, room, message).await.unwrap();
        sent += 1;
    }
    sent
}
