//! What clients noted of a room while something went wrong, and whether that can be.
//!
//! Each client keeps a log of its own: what it sent and was told, what it saw come. At the end all logs are laid beside
//! the room's timeline as the store answers it, and [`History::violations`] names whatever does not fit. It knows nothing
//! of servers: it is as true of made-up histories, by which it is tested itself.

mod check;
#[cfg(test)]
mod tests;

/// A line of a client's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A message went out for the first time. The client's next one goes out when this one is settled.
    Sent {
        /// The sender's name for it.
        client_id: String,
    },
    /// It is there, and where.
    Acknowledged {
        /// Which.
        client_id: String,
        /// Its place.
        seq: u64,
    },
    /// No answer, or one that says to try again: it may be there or not. It goes out again under its name.
    Unknown {
        /// Which.
        client_id: String,
    },
    /// It is refused for good, so that it must not be there.
    Refused {
        /// Which.
        client_id: String,
    },
    /// A connection begins that goes on after this place.
    Opened {
        /// What the client knows without a hole.
        after: u64,
    },
    /// An event came.
    Seen(Row),
    /// An event came that was seen already: replayed and told live.
    Again(Row),
    /// The server said that it leaves these out: they are read from the store next.
    Gap {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// An event was read from the store, in a gap.
    Read(Row),
}

/// An event of the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place.
    pub seq: u64,
    /// The sender's name for it, where it has one.
    pub client_id: Option<String>,
}

/// What one client noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientLog {
    /// Who, for messages.
    pub name: String,
    /// In the order in which it happened to him.
    pub notes: Vec<Note>,
}

/// A room's timeline, and what everybody noted of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The timeline at the end, when nobody writes any more, in the order in which the store answers it.
    pub store: Vec<Row>,
    /// The clients.
    pub clients: Vec<ClientLog>,
}

/// What cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The store lacks these places.
    Hole(u64, u64),
    /// The store has this place twice, or out of its turn.
    Twice(u64),
    /// One message is at two places.
    Doubled(String, u64, u64),
    /// Nobody sent what is at this place.
    Foreign(u64, String),
    /// It was acknowledged at this place and is nowhere.
    Lost(String, u64),
    /// It was acknowledged at the first place and is at the second one.
    Moved(String, u64, u64),
    /// It was acknowledged at two places.
    ToldTwice(String, u64, u64),
    /// It was acknowledged, or refused, and never sent.
    Unsent(String),
    /// It was sent, and never acknowledged or refused, however often it was tried.
    Unsettled(String),
    /// It was refused for good and is there.
    RefusedAndThere(String, u64),
    /// A client's later message is before its earlier one.
    OutOfOrder(String, String),
    /// A reader saw this place after that one, and nobody told him of a gap.
    Skipped(String, u64, u64),
    /// A reader saw this place after that one, which is later.
    Backwards(String, u64, u64),
    /// A reader saw something else at this place than the store has.
    Other(String, u64),
    /// A gap that does not begin where the reader is, or ends before it begins.
    WrongGap(String, u64, u64),
    /// A connection went on from another place than where the reader was.
    Jumped(String, u64, u64),
    /// A reader was left at this place, before the head.
    Behind(String, u64, u64),
}
