//! Large rooms: not who is there, but how many, told to those who look at the room. The count is made once a room, however
//! many look, from who shows himself on any node; nothing is kept a member.

use super::{
    hub::{Hub, encode},
    queue::Queue,
};
use crate::{context::Context, rooms::Authz};
use chatlink_protocol::{RoomId, UserId, frame::Push};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Members above whom a room is a large one: of a smaller one its members themselves can be watched.
const LARGE: usize = 200;
/// How often a count that moved is told.
const TICK: Duration = Duration::from_secs(5);

/// Who looks at which room: one a connection.
#[derive(Default)]
pub(super) struct Crowds(Mutex<HashMap<RoomId, Vec<Watcher>>>);

/// A connection that looks at a room.
struct Watcher {
    user: UserId,
    queue: Arc<Queue>,
    /// What it was told last.
    told: Option<u32>,
}

impl Crowds {
    fn lock(&self) -> MutexGuard<'_, HashMap<RoomId, Vec<Watcher>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the room that a connection looks at.
    pub(super) fn watch(&self, room: Option<RoomId>, user: UserId, queue: &Arc<Queue>) {
        let mut rooms = self.lock();
        rooms.retain(|_, watchers| {
            watchers.retain(|watcher| !Arc::ptr_eq(&watcher.queue, queue));
            !watchers.is_empty()
        });
        if let Some(room) = room {
            rooms.entry(room).or_default().push(Watcher { user, queue: queue.clone(), told: None });
        }
    }

    fn rooms(&self) -> Vec<RoomId> {
        self.lock().keys().copied().collect()
    }

    /// Tells those who look at a room how many are there, if that is news to them. Whoever is no member any more looks no
    /// more, and whoever hides that he is there is told nothing of the others.
    pub(super) fn tell(&self, hub: &Hub, room: &Authz) {
        let room_id = room.room_id;
        let large = room.members.len() > LARGE;
        let online = if large { hub.presences.count(room.members.keys()) } else { 0 };
        let mut rooms = self.lock();
        let Some(watchers) = rooms.get_mut(&room_id) else { return };
        watchers.retain(|watcher| room.members.contains_key(&watcher.user));
        let frame = encode(&Push::RoomPresence { room_id, online });
        for watcher in watchers.iter_mut().filter(|watcher| large && watcher.told != Some(online)) {
            if hub.shows(watcher.user, |privacy| privacy.online) {
                watcher.queue.push(Some(room_id), frame.clone());
                watcher.told = Some(online);
            }
        }
        if watchers.is_empty() {
            rooms.remove(&room_id);
        }
    }

    /// Nobody looks at a room that is not there.
    fn forget(&self, room: RoomId) {
        self.lock().remove(&room);
    }
}

/// Starts telling counts that move.
pub(super) fn start(hub: Arc<Hub>, context: &Arc<Context>) {
    context.tasks.spawn(announce(hub, context.clone()));
}

async fn announce(hub: Arc<Hub>, context: Arc<Context>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = context.stop.cancelled() => return,
        }
        for room in hub.crowds.rooms() {
            match hub.cache().load(&context, room).await {
                Ok(Some(authz)) => hub.crowds.tell(&hub, &authz),
                Ok(None) => hub.crowds.forget(room),
                Err(error) => tracing::debug!(error = %crate::Chain(&error), "a count waits for the store"),
            }
        }
    }
}
