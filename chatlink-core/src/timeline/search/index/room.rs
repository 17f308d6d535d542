//! A room that a search goes through, and where in it it begins.

use crate::timeline::search::{Place, Sought};
use chatlink_protocol::{RoomId, Seq, Timestamp};
use std::time::Duration;

/// A room as the asker may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomSought {
    /// Which.
    pub id: RoomId,
    /// Its last seq.
    pub head: Seq,
    /// When that was committed.
    pub last_at: Timestamp,
    /// The first seq that the asker may read.
    pub from: Seq,
}

/// The newest that is asked for of a room: a seq where it is known, and an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// No seq above.
    pub seq: Seq,
    /// Nothing that came later.
    pub at: Timestamp,
}

impl Ceiling {
    /// Below the place where the last page ended and before the end of the time asked for.
    pub(super) fn of(room: &RoomSought, wanted: &Sought) -> Self {
        let moment = Duration::from_micros(1);
        let (mut seq, mut at) = (room.head, room.last_at);
        if let Some(until) = wanted.until {
            at = at.min(until.minus(moment));
        }
        if let Some(Place { at: last, room_id, seq: below }) = wanted.before {
            at = at.min(if room.id > room_id { last.minus(moment) } else { last });
            if room.id == room_id {
                seq = seq.min(Seq(below.0.saturating_sub(1)));
            }
        }
        Self { seq, at }
    }

    /// Whether the room's newest is above it, so that its seq must be looked for.
    pub(super) fn is_below(&self, room: &RoomSought) -> bool {
        self.at < room.last_at
    }
}
