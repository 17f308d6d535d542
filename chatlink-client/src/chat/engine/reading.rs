//! Timelines: which rooms are kept current, and what is read for them.

use super::{BACKOFF, Done, Engine, or_line};
use crate::{
    ConnectionState, Retry,
    api::{EventsPage, TimelinePage},
    timeline::{Own, Want, Window},
};
use chatlink_protocol::{EventId, Item, RoomId, Seq, frame::UserEvent};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Rooms that are kept current at the same time.
const WINDOWS: usize = 20;
/// Items of a fresh snapshot.
const PAGE: u32 = 50;

/// A room that is kept current.
pub(super) struct Open {
    pub(super) window: Window,
    pub(super) list: watch::Sender<Arc<Vec<Item>>>,
    /// What is kept of it on the device.
    pub(super) saved: Option<Arc<Vec<Item>>>,
    tries: u32,
}

impl Open {
    /// Whether what is shown is true, and not on the device yet.
    pub(super) fn is_to_be_saved(&self) -> bool {
        let saved = self.saved.as_ref().is_some_and(|saved| Arc::ptr_eq(saved, &self.list.borrow()));
        !saved && self.window.true_at().is_some()
    }
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
    /// The room's list, from what the device kept of it where it is not open yet.
    pub(super) async fn open(&mut self, room: RoomId) -> watch::Receiver<Arc<Vec<Item>>> {
        self.opened.retain(|known| *known != room);
        self.opened.push(room);
        if self.opened.len() > WINDOWS {
            // What is kept of it shall be as it was seen last.
            self.save().await;
            self.windows.remove(&self.opened.remove(0));
        }
        if !self.windows.contains_key(&room) {
            let window = self.kept_window(room).await.unwrap_or_else(|| Window::new(self.me));
            let items = Arc::new(window.items().cloned().collect());
            let fresh = Open { window, list: watch::Sender::new(items), saved: None, tries: 0 };
            self.windows.insert(room, fresh);
        }
        match self.windows.get(&room) {
            Some(open) => open.list.subscribe(),
            None => watch::channel(Arc::default()).1,
        }
    }

    async fn kept_window(&mut self, room: RoomId) -> Option<Window> {
        let epoch = self.epoch.clone()?;
        let kept = self.views.timeline(room).await.filter(|_| self.saved.holds(room))?;
        let mut window = Window::restore(self.me, kept.items, kept.as_of, kept.has_before, epoch);
        window.expire(self.tools.clock.now());
        // Something may have come since; where nobody knows, one asks.
        window.reach(self.rooms.head(room).unwrap_or(kept.as_of.next()));
        Some(window)
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

    /// Something of the person's own changed.
    pub(super) fn own(&mut self, event: &UserEvent) {
        self.rooms.own(event);
        let change = match event.kind.as_str() {
            "hide" => Own::Hidden,
            "star" => Own::Starred(event.body["starred"] == true),
            "read" => {
                if let Ok(room) = event.subject.parse() {
                    self.marks.known(room, Seq(event.body["read_seq"].as_u64().unwrap_or(0)));
                }
                return;
            }
            "room" if event.body["state"] == "left" => {
                if let Ok(room) = event.subject.parse() {
                    self.saved.forget(room);
                }
                return;
            }
            _ => return,
        };
        let room = event.body["room_id"].as_str().and_then(|room| room.parse::<RoomId>().ok());
        let (Some(room), Ok(message)) = (room, event.subject.parse::<EventId>()) else { return };
        match self.windows.contains_key(&room) {
            true => self.with_window(room, |window| window.own(message, change)),
            false => self.saved.forget(room),
        }
    }

    /// Reads what the windows want.
    pub(super) fn read(&mut self) {
        if *self.tools.connection.state().borrow() == ConnectionState::Paused {
            return;
        }
        for (room, open) in &mut self.windows {
            let Some(want) = open.window.ask() else { continue };
            let (api, room, lines) = (self.tools.api.clone(), *room, self.lines.subscribe());
            let wait = BACKOFF.wait(open.tries, self.tools.entropy.as_ref());
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
            Read::Closed => {
                self.saved.forget(room);
                return self.close(room);
            }
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
