//! Acts: everything that makes an event, decided by core and written by the store.

use super::{Measure, port::UserNote};
use crate::rooms::Way;
use chatlink_protocol::{
    ClientId, CorrectionState, CorrectionWords, Event, EventId, MembershipChange, Poll, RoomId, Seq, Timestamp, UserId,
};

/// One decided act: what [`TimelineStore::append`](super::TimelineStore::append) writes if the room
/// still is as it was when core decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Where.
    pub room_id: RoomId,
    /// Who acts.
    pub sender_id: UserId,
    /// The room's authz version that the decision was made on.
    pub authz_version: u64,
    /// The id that the event will have.
    pub event_id: EventId,
    /// The sender's name for what it creates, if it creates something.
    pub key: Option<ActKey>,
    /// What is done.
    pub deed: Deed,
    /// What is told in users' own logs, in the same transaction, when an event is made.
    pub notes: Vec<UserNote>,
}

/// Makes an act idempotent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActKey {
    /// Unique by (room, sender).
    pub client_id: ClientId,
    /// MAC of the request; the same name with another request is a conflict.
    pub request: [u8; 32],
}

/// What an act does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Sends a message.
    Message {
        /// The words.
        text: String,
        /// The message it answers; must be one of this room that the sender may read.
        reply_to: Option<Named>,
        /// When it will be gone.
        expires_at: Option<Timestamp>,
        /// What it does to a pending first contact.
        first_contact: FirstContact,
        /// Whom it names, and whether it was passed on.
        extras: Extras,
    },
    /// Replaces the text of a message.
    Edit {
        /// Which.
        target: Target,
        /// The new words.
        text: String,
    },
    /// Takes a message back: its text, quotes and derivatives are erased in the same transaction.
    Redact {
        /// Which.
        target: EventId,
    },
    /// Changes the sender's one reaction.
    React {
        /// To which message.
        target: Named,
        /// How.
        change: ReactionChange,
    },
    /// Changes the sender's one vote on a poll.
    Vote {
        /// Of which message; must be a poll that the sender may read, and not be over.
        target: Named,
        /// The places of the options that he chooses, ascending, each once; empty: he takes his vote back.
        choices: Vec<u8>,
    },
    /// Closes a poll: it takes no more votes.
    ClosePoll {
        /// Of which message; must be a poll that the sender may read.
        target: Named,
    },
    /// Proposes an improved text of a message.
    Correct {
        /// Of which; must be one that the sender may read.
        target: Named,
        /// Of which version of it; another one by now makes the act stale.
        version: u32,
        /// What is proposed.
        words: Box<CorrectionWords>,
        /// How many there may be; compared in the same write.
        limits: CorrectionLimits,
        /// What it does to a pending first contact.
        first_contact: FirstContact,
    },
    /// Answers a correction, or withdraws it: then its words are erased in the same transaction.
    DecideCorrection {
        /// The message corrected.
        target: EventId,
        /// The correction.
        correction: EventId,
        /// Where it stands from now on.
        state: CorrectionState,
    },
    /// Pins a message for all in the room, or takes the pin off.
    Pin {
        /// Which; must be one that the sender may read.
        target: Named,
        /// Whether it is pinned from now on.
        pinned: bool,
        /// How many the room may have; compared in the same write.
        most: u32,
    },
    /// Adds a member whose account is not deleted and whom the room keeps not out, with role `member`, who reads from this event or, with history `all`, from 1.
    Add {
        /// Whom.
        user_id: UserId,
    },
    /// Takes a member out: he reads nothing any more.
    Remove {
        /// Whom.
        user_id: UserId,
        /// `Removed` or `Left`.
        change: MembershipChange,
        /// Who becomes owner in the same transaction, where the last owner leaves.
        heir: Option<UserId>,
    },
    /// Writes nothing: answers `Repeated` or `Conflict` when the act's key is known, else `NoTarget`.
    /// For a repetition of what core would refuse by now: its first answer still holds.
    Recall,
    /// Comes in by himself, with role `member`, and reads as who is added does; costs the invite a use, and
    /// whoever comes in waits for the room no more. Decided by [`Door::lets_in`](crate::rooms::Door::lets_in) on what
    /// the verb locks, whatever version the act carries: many may come at once.
    Join {
        /// By which way.
        way: Way,
    },
    /// What somebody who leads the room does to it, or to a member.
    Govern(Measure),
}

impl Deed {
    /// Whether somebody says words with it, which the room's rate counts. What leads a room, or takes words back, must
    /// work in a flood, too.
    #[must_use]
    pub const fn is_said(&self) -> bool {
        matches!(self, Self::Message { .. } | Self::Edit { .. } | Self::Correct { .. })
    }

    /// Whether it changes what decisions in the room rest on, and so bumps the version.
    #[must_use]
    pub const fn bumps_version(&self) -> bool {
        match self {
            Self::Message { first_contact, .. } | Self::Correct { first_contact, .. } => {
                !matches!(first_contact, FirstContact::Settled)
            }
            Self::Add { .. } | Self::Remove { .. } | Self::Join { .. } | Self::Govern(_) => true,
            Self::Edit { .. }
            | Self::Redact { .. }
            | Self::React { .. }
            | Self::Vote { .. }
            | Self::ClosePoll { .. }
            | Self::DecideCorrection { .. }
            | Self::Pin { .. }
            | Self::Recall => false,
        }
    }
}

/// A message that an act names, for a sender who reads from `from_seq` on: what stands before that
/// does not exist for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The message.
    pub event_id: EventId,
    /// The first seq that the sender may read, by the version that the act was decided on.
    pub from_seq: Seq,
}

/// What a message says beside its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// The words are those of another message, passed on.
    pub forwarded: bool,
    /// Members who are named in it, each once.
    pub mentions: Vec<UserId>,
    /// It names all members.
    pub mentions_all: bool,
    /// It asks this; the text is the question.
    pub poll: Option<Box<Poll>>,
    /// The message in whose thread it stands; must be a living one of the room that the sender may read, and whose own
    /// place is the main timeline.
    pub thread: Option<Named>,
}

/// How many corrections a message may have, withdrawn ones counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectionLimits {
    /// Of all together.
    pub message: u32,
    /// Of one person.
    pub each: u32,
}

/// What happens to a person's one reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReactionChange {
    /// It is this one from now on.
    Give(String),
    /// It is taken back if it is this one.
    TakeBack(String),
    /// It is taken back, whichever it is.
    TakeBackAny,
}

impl ReactionChange {
    /// What stands afterwards where `previous` stood. `None`: nothing changes.
    #[must_use]
    pub fn over<'a>(&'a self, previous: Option<&'a str>) -> Option<Option<&'a str>> {
        let next = match self {
            Self::Give(key) => Some(key.as_str()),
            Self::TakeBack(key) => previous.filter(|previous| *previous != key.as_str()),
            Self::TakeBackAny => None,
        };
        (next != previous).then_some(next)
    }
}

/// A message to be edited, as core saw it when it decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The message.
    pub event_id: EventId,
    /// Its version then; another one by now makes the act stale.
    pub version: u32,
}

/// What a message does to a pending first contact. Anything but `Settled` bumps the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstContact {
    /// Nothing waits.
    Settled,
    /// One more message of the opener's allowance.
    Spend,
    /// The other person answers, and so accepts.
    Accept,
}

/// How an act went. A refused act takes no seq and fails no neighbour.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The event is committed.
    Appended(Event),
    /// This `client_id` made that event before, by the same request.
    Repeated {
        /// Its place.
        seq: Seq,
        /// Its id.
        id: EventId,
        /// When it was committed.
        at: Timestamp,
    },
    /// Nothing to do: the thing is already so (the same words, title or reaction, a member added, a
    /// stranger removed, something gone redacted). No event.
    Unchanged,
    /// This `client_id` was used with another request. (Once the message is gone its request is
    /// forgotten, and any repetition of the name answers `Repeated`, with the tombstone.)
    Conflict,
    /// The room, or the target's version, changed since the decision: load and decide again.
    Stale,
    /// The target, or what `reply_to` names, is not a message of this room that the sender may read; or the
    /// correction is none of the target's that stands; or the account of whom it adds is deleted.
    NoTarget,
    /// The target is redacted or expired.
    Gone,
    /// The target is no poll.
    NotAPoll,
    /// The poll takes no votes any more.
    Closed,
    /// The room keeps out whom it would let in, or the way in is shut for him.
    Banned,
    /// The target has as many corrections, of all or of the sender, or the room as many pins, as it may have.
    Full,
    /// The room has as many members as it may have.
    NoPlace,
    /// There is no such room.
    NoRoom,
}

#[cfg(test)]
mod tests {
    use super::ReactionChange::{self, Give, TakeBack, TakeBackAny};

    #[test]
    fn a_reaction_is_changed_by_whom_it_meets() {
        let change = |change: ReactionChange, previous| change.over(previous).map(|next| next.map(str::to_owned));
        let (a, b) = (|| "a".to_owned(), || "b".to_owned());
        assert_eq!(change(Give(a()), None), Some(Some(a())));
        assert_eq!(change(Give(b()), Some("a")), Some(Some(b())));
        assert_eq!(change(Give(a()), Some("a")), None);
        assert_eq!(change(TakeBack(a()), Some("a")), Some(None));
        assert_eq!(change(TakeBack(b()), Some("a")), None, "another stands");
        assert_eq!(change(TakeBack(b()), None), None);
        assert_eq!(change(TakeBackAny, Some("a")), Some(None));
        assert_eq!(change(TakeBackAny, None), None);
    }
}
