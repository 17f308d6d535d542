//! What lives shortly, and how it gets to those who watch. What nobody watches any more is let go.

use super::{Done, Engine, beside, or_line};
use crate::{
    Retry,
    api::Receipts,
    living::{RoomMarks, Typists},
};
use chatlink_protocol::{
    Event, EventBody, MembershipChange, RoomId, UserId,
    frame::{Command, Receipt},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// How long what came to this device waits to be said with what comes after it.
const SOON: Duration = Duration::from_millis(300);

/// A list that is kept current as long as somebody watches it.
pub(super) struct Kept<S, T> {
    pub(super) state: S,
    list: watch::Sender<Arc<Vec<T>>>,
}

impl<S, T: PartialEq> Kept<S, T> {
    pub(super) fn new(state: S) -> Self {
        Self { state, list: watch::Sender::default() }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Arc<Vec<T>>> {
        self.list.subscribe()
    }

    pub(super) fn is_watched(&self) -> bool {
        self.list.receiver_count() > 0
    }

    pub(super) fn tell(&self, now: Vec<T>) {
        self.list.send_if_modified(|told| {
            let differs = **told != now;
            if differs {
                *told = Arc::new(now);
            }
            differs
        });
    }
}

/// How a read of marks went.
pub(super) enum Read {
    Marks(Receipts),
    Again,
    /// The room is none of the person's.
    Closed,
}

impl Engine {
    pub(super) fn watch_marks(&mut self, room: RoomId) -> watch::Receiver<Arc<Vec<Receipt>>> {
        self.room_marks.entry(room).or_insert_with(|| Kept::new(RoomMarks::new())).watch()
    }

    pub(super) fn watch_typists(&mut self, room: RoomId) -> watch::Receiver<Arc<Vec<UserId>>> {
        self.typists.entry(room).or_insert_with(|| Kept::new(Typists::default())).watch()
    }

    /// An event tells more than itself.
    pub(super) fn live_on(&mut self, event: &Event) {
        if event.sender_id != self.me {
            self.delivered.came(event.room_id, event.seq);
            self.deliver_at.get_or_insert_with(|| Instant::now() + SOON);
        }
        match &event.body {
            EventBody::Message(_) => {
                if let Some(typists) = self.typists.get_mut(&event.room_id) {
                    typists.state.said(event.sender_id);
                }
            }
            EventBody::Membership(membership) if left(membership.change) => {
                if let Some(marks) = self.room_marks.get_mut(&event.room_id) {
                    marks.state.left(membership.user_id);
                }
            }
            _ => {}
        }
    }

    /// Asks and says what is due, and tells who watches.
    pub(super) fn live(&mut self) {
        self.room_marks.retain(|_, kept| kept.is_watched());
        self.typists.retain(|_, kept| kept.is_watched());
        let now = Instant::now();
        if self.is_ready() {
            self.read_marks();
            self.say_watched();
            if self.deliver_at.is_some_and(|at| at <= now) {
                for (room_id, seq) in self.delivered.take() {
                    self.tools.connection.hint(Command::Delivered { room_id, seq });
                }
                self.deliver_at = None;
            }
        }
        for kept in self.room_marks.values() {
            kept.tell(kept.state.list());
        }
        for kept in self.typists.values_mut() {
            kept.state.expire(now);
            kept.tell(kept.state.list());
        }
        self.presence.tell(self.presence.state.list());
    }

    pub(super) fn next_of_living(&self) -> Option<Instant> {
        let deliver = self.deliver_at.filter(|_| self.is_ready());
        self.typists.values().filter_map(|kept| kept.state.next_expiry()).chain(deliver).min()
    }

    fn read_marks(&mut self) {
        let wanted = self.room_marks.iter_mut().filter_map(|(room, kept)| kept.state.ask().then_some(*room));
        let wanted: Vec<RoomId> = wanted.collect();
        for room in wanted {
            let (api, lines, wait) = (self.tools.api.clone(), self.lines.subscribe(), self.wait_after(1));
            beside(&mut self.aside, async move {
                let read = match api.receipts(room).await {
                    Ok(receipts) => Read::Marks(receipts),
                    Err(error) if error.retry() == Retry::Never && error.code().is_some() => Read::Closed,
                    Err(_) => {
                        or_line(lines, Duration::ZERO, wait).await;
                        Read::Again
                    }
                };
                Done::RoomMarks(room, read)
            });
        }
    }

    pub(super) fn has_read_marks(&mut self, room: RoomId, read: Read) {
        let Some(kept) = self.room_marks.get_mut(&room) else { return };
        match read {
            Read::Marks(receipts) => kept.state.read(receipts),
            Read::Again => kept.state.failed(),
            Read::Closed => drop(self.room_marks.remove(&room)),
        }
    }

    fn say_watched(&mut self) {
        let Some(user_ids) = self.presence.state.due() else { return };
        let (connection, lines, wait) = (self.tools.connection.clone(), self.lines.subscribe(), self.wait_after(1));
        beside(&mut self.aside, async move {
            let asked = match connection.request(Command::Watch { user_ids }).await.map_err(|error| error.retry()) {
                Ok(_) | Err(Retry::Never) => return Done::Watched { heard: true },
                Err(Retry::After(asked)) => asked,
            };
            or_line(lines, asked, asked + wait).await;
            Done::Watched { heard: false }
        });
    }
}

const fn left(change: MembershipChange) -> bool {
    matches!(change, MembershipChange::Left | MembershipChange::Removed | MembershipChange::Banned)
}
