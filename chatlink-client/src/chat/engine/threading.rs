//! The threads that a person follows, kept current as long as somebody watches.

use super::{Done, Engine, beside, living::Kept, or_line};
use crate::{
    ClientError, Retry,
    api::{Api, FollowedThread},
    followed::Followed,
};
use chatlink_protocol::{Event, RoomId, frame::UserEvent};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::sleep};

/// How long what changes waits to be read with what changes after it.
const SOON: Duration = Duration::from_millis(200);
/// Pages that are read: of them the server keeps no more.
const PAGES: usize = 4;

/// How a read of followed threads went.
pub(super) enum Read {
    Threads(Vec<FollowedThread>),
    Again,
    /// The room is none of the person's.
    Closed,
}

impl Engine {
    pub(super) fn watch_threads(&mut self, room: RoomId) -> watch::Receiver<Arc<Vec<FollowedThread>>> {
        self.followed.entry(room).or_insert_with(|| Kept::new(Followed::new())).watch()
    }

    pub(super) fn threads_hear(&mut self, event: &Event) {
        if let Some(kept) = self.followed.get_mut(&event.room_id) {
            kept.state.hear(event);
        }
    }

    pub(super) fn threads_own(&mut self, event: &UserEvent) {
        let room = event.body["room_id"].as_str().and_then(|room| room.parse::<RoomId>().ok());
        let concerned = self.followed.iter_mut().filter(|(known, _)| room.is_none_or(|room| room == **known));
        concerned.for_each(|(_, kept)| kept.state.own(event));
    }

    pub(super) fn doubt_threads(&mut self, room: RoomId) {
        if let Some(kept) = self.followed.get_mut(&room) {
            kept.state.doubt();
        }
    }

    /// Reads what is wanted, and tells who watches.
    pub(super) fn follow_threads(&mut self) {
        self.followed.retain(|_, kept| kept.is_watched());
        if self.is_ready() {
            let wanted: Vec<RoomId> =
                self.followed.iter_mut().filter_map(|(room, kept)| kept.state.ask().then_some(*room)).collect();
            wanted.into_iter().for_each(|room| self.read_threads(room));
        }
        for kept in self.followed.values() {
            kept.tell(kept.state.list());
        }
    }

    fn read_threads(&mut self, room: RoomId) {
        let (api, lines, wait) = (self.tools.api.clone(), self.lines.subscribe(), self.wait_after(1));
        beside(&mut self.aside, async move {
            sleep(SOON).await;
            let read = match read_all(&api, room).await {
                Ok(threads) => Read::Threads(threads),
                Err(error) if error.retry() == Retry::Never && error.code().is_some() => Read::Closed,
                Err(_) => {
                    or_line(lines, Duration::ZERO, wait).await;
                    Read::Again
                }
            };
            Done::Threads(room, read)
        });
    }

    pub(super) fn has_read_threads(&mut self, room: RoomId, read: Read) {
        let Some(kept) = self.followed.get_mut(&room) else { return };
        match read {
            Read::Threads(threads) => kept.state.read(threads),
            Read::Again => kept.state.failed(),
            Read::Closed => drop(self.followed.remove(&room)),
        }
    }
}

async fn read_all(api: &Api, room: RoomId) -> Result<Vec<FollowedThread>, ClientError> {
    let (mut threads, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = api.threads(room, cursor.as_deref()).await?;
        threads.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(threads)
}
