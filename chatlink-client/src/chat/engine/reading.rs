//! Timelines and threads: which are kept current, and what is read for them.

use super::{BACKOFF, Done, Engine, beside, or_line};
use crate::{
    ConnectionState, Retry, Strand,
    api::{EventsPage, TimelinePage},
    timeline::{Own, Want, Window},
};
use chatlink_protocol::{EventId, Item, RoomId, Seq, frame::UserEvent};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Timelines and threads that are kept current at the same time.
const WINDOWS: usize = 20;
/// Items of a fresh snapshot.
const PAGE: u32 = 50;

/// A timeline or a thread that is kept current.
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
    /// It is not to be read any more.
    Closed,
}

impl Engine {
    /// The list, from what the device kept of it where it is not open yet.
    pub(super) async fn open(&mut self, strand: Strand) -> watch::Receiver<Arc<Vec<Item>>> {
        // A thread keeps the timeline beside which it is read.
        let main = Strand::from(strand.room);
        let touched: Vec<_> =
            [main, strand].into_iter().filter(|known| *known == strand || self.windows.contains_key(known)).collect();
        self.opened.retain(|known| !touched.contains(known));
        self.opened.extend(touched.iter().skip(usize::from(strand == main)));
        if self.opened.len() > WINDOWS {
            // What is kept of it shall be as it was seen last.
            self.save().await;
            self.windows.remove(&self.opened.remove(0));
        }
        if !self.windows.contains_key(&strand) {
            let window = self.kept_window(strand).await.unwrap_or_else(|| Window::new(self.me, strand.root));
            let items = Arc::new(window.items().cloned().collect());
            let fresh = Open { window, list: watch::Sender::new(items), saved: None, tries: 0 };
            self.windows.insert(strand, fresh);
        }
        match self.windows.get(&strand) {
            Some(open) => open.list.subscribe(),
            None => watch::channel(Arc::default()).1,
        }
    }

    async fn kept_window(&mut self, strand: Strand) -> Option<Window> {
        let epoch = self.epoch.clone()?;
        let kept = self.views.timeline(strand, epoch).await.filter(|_| self.saved.holds(strand))?;
        let as_of = kept.as_of;
        let mut window = Window::restore(self.me, strand.root, kept);
        window.expire(self.tools.clock.now());
        // Something may have come since; where nobody knows, one asks.
        window.reach(self.rooms.head(strand.room).unwrap_or(as_of.next()));
        Some(window)
    }

    /// Closes it, with a main timeline all threads of its room.
    fn close(&mut self, strand: Strand) {
        let closes = |known: &Strand| *known == strand || strand.root.is_none() && known.room == strand.room;
        self.opened.retain(|known| !closes(known));
        self.windows.retain(|known, _| !closes(known));
    }

    /// The windows of a room: of its main timeline and of its threads.
    pub(super) fn windows_of(&mut self, room: RoomId) -> impl Iterator<Item = &mut Window> {
        let of_room = self.windows.iter_mut().filter(move |(strand, _)| strand.room == room);
        of_room.map(|(_, open)| &mut open.window)
    }

    /// Something of the person's own changed.
    pub(super) fn own(&mut self, event: &UserEvent) {
        self.rooms.own(event);
        self.threads_own(event);
        let room_of = |body: &serde_json::Value| body["room_id"].as_str().and_then(|room| room.parse::<RoomId>().ok());
        let read_seq = Seq(event.body["read_seq"].as_u64().unwrap_or(0));
        match event.kind.as_str() {
            "hide" | "star" => {
                let (Some(room), Ok(message)) = (room_of(&event.body), event.subject.parse()) else { return };
                let starred = event.body["starred"] == true;
                let change = if event.kind == "hide" { Own::Hidden } else { Own::Starred(starred) };
                self.own_message(room, message, change);
            }
            "read" => {
                if let Ok(room) = event.subject.parse::<RoomId>() {
                    self.marks.known(room.into(), read_seq);
                }
            }
            "thread" => {
                if let (Some(room), Ok(root)) = (room_of(&event.body), event.subject.parse()) {
                    self.marks.known(Strand::thread(room, root), read_seq);
                }
            }
            "room" if event.body["state"] == "left" => {
                if let Ok(room) = event.subject.parse::<RoomId>() {
                    self.saved.forget(room.into());
                }
            }
            _ => {}
        }
    }

    fn own_message(&mut self, room: RoomId, message: EventId, change: Own) {
        self.windows_of(room).for_each(|window| window.own(message, change));
        // It may stand in what is kept of the room and is not open.
        self.saved.forget(room.into());
    }

    /// Reads what the windows want.
    pub(super) fn read(&mut self) {
        if *self.tools.connection.state().borrow() == ConnectionState::Paused {
            return;
        }
        for (strand, open) in &mut self.windows {
            let Some(want) = open.window.ask() else { continue };
            let (api, strand, lines) = (self.tools.api.clone(), *strand, self.lines.subscribe());
            let wait = BACKOFF.wait(open.tries, self.tools.entropy.as_ref());
            beside(&mut self.aside, async move {
                let read = match want {
                    Want::Snapshot => api.page(strand, None, PAGE).await.map(Read::Snapshot),
                    Want::Events(after) => api.events(strand.room, after).await.map(Read::Events),
                };
                let read = match read {
                    Ok(read) => read,
                    Err(error) if error.retry() == Retry::Never && error.code().is_some() => Read::Closed,
                    Err(_) => {
                        or_line(lines, Duration::ZERO, wait).await;
                        Read::Again
                    }
                };
                Done::Read(strand, read)
            });
        }
    }

    pub(super) fn has_read(&mut self, strand: Strand, read: Read) {
        let Some(open) = self.windows.get_mut(&strand) else { return };
        match read {
            Read::Snapshot(page) => open.window.snapshot(page),
            Read::Events(page) => open.window.filled(page),
            Read::Again => {
                open.tries = open.tries.saturating_add(1);
                return open.window.failed();
            }
            Read::Closed => {
                self.saved.forget(strand);
                return self.close(strand);
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
