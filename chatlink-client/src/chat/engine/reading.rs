//! Timelines: which rooms are kept current, and what is read for them.

use super::{BACKOFF, Done, Engine, or_line};
use crate::{
    Retry,
    api::{EventsPage, TimelinePage},
    timeline::{Own, Want, Window},
};
use chatlink_protocol::{Event, EventId, Item, RoomId, Seq, frame::UserEvent};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Rooms that are kept current at the same time.
const WINDOWS: usize = 20;
/// Items of a fresh snapshot.
const PAGE: u32 = 50;

/// A room that is kept current.
pub(super) struct Open {
    pub(super) window: Window,
    list: watch::Sender<Arc<Vec<Item>>>,
    tries: u32,
}

/// How a read for a window went.
pub(super) enum Read {
    Snapshot(TimelinePage),
    Events(EventsPage),
    /// It failed, and its time to be tried again has come.
    Again,
    /// The room is not to be read any more.
    Closed,
}

impl Engine {
    pub(super) fn open(&mut self, room: RoomId) -> watch::Receiver<Arc<Vec<Item>>> {
        self.opened.retain(|known| *known != room);
        self.opened.push(room);
        if self.opened.len() > WINDOWS {
            self.windows.remove(&self.opened.remove(0));
        }
        let me = self.me;
        let fresh = || Open { window: Window::new(me), list: watch::Sender::default(), tries: 0 };
        self.windows.entry(room).or_insert_with(fresh).list.subscribe()
    }

    pub(super) fn close(&mut self, room: RoomId) {
        self.opened.retain(|known| *known != room);
        self.windows.remove(&room);
    }

    pub(super) fn with_window(&mut self, room: RoomId, change: impl FnOnce(&mut Window)) {
        if let Some(open) = self.windows.get_mut(&room) {
            change(&mut open.window);
        }
    }

    pub(super) fn receive(&mut self, event: Event) {
        self.with_window(event.room_id, |window| window.receive(event));
    }

    pub(super) fn reach(&mut self, room: RoomId, seq: Seq) {
        self.with_window(room, |window| window.reach(seq));
    }

    /// Something of the person's own changed in a timeline.
    pub(super) fn own(&mut self, event: &UserEvent) {
        self.user_seq = self.user_seq.max(event.user_seq);
        let change = match event.kind.as_str() {
            "hide" => Own::Hidden,
            "star" => Own::Starred(event.body["starred"] == true),
            _ => return,
        };
        let room = event.body["room_id"].as_str().and_then(|room| room.parse::<RoomId>().ok());
        if let (Some(room), Ok(message)) = (room, event.subject.parse::<EventId>()) {
            self.with_window(room, |window| window.own(message, change));
        }
    }

    /// Reads what the windows want.
    pub(super) fn read(&mut self) {
        for (room, open) in &mut self.windows {
            let Some(want) = open.window.ask() else { continue };
            let (api, room, lines) = (self.api.clone(), *room, self.lines.subscribe());
            let wait = BACKOFF.wait(open.tries, self.entropy.as_ref());
            self.aside.spawn(async move {
                let read = match want {
                    Want::Snapshot => api.timeline(room, None, PAGE).await.map(Read::Snapshot),
                    Want::Events(after) => api.events(room, after).await.map(Read::Events),
                };
                let read = match read {
                    Ok(read) => read,
                    Err(error) if error.retry() == Retry::Never && error.code().is_some() => Read::Closed,
                    Err(_) => {
                        or_line(lines, Duration::ZERO, wait).await;
                        Read::Again
                    }
                };
                Done::Read(room, read)
            });
        }
    }

    pub(super) fn has_read(&mut self, room: RoomId, read: Read) {
        let Some(open) = self.windows.get_mut(&room) else { return };
        match read {
            Read::Snapshot(page) => open.window.snapshot(page),
            Read::Events(page) => open.window.filled(page),
            Read::Again => {
                open.tries = open.tries.saturating_add(1);
                return open.window.failed();
            }
            Read::Closed => return self.close(room),
        }
        open.tries = 0;
    }

    pub(super) fn tell_windows(&mut self) {
        for open in self.windows.values() {
            open.list.send_if_modified(|told| {
                let differs = !told.iter().eq(open.window.items());
                if differs {
                    *told = Arc::new(open.window.items().cloned().collect());
                }
                differs
            });
        }
    }
}
