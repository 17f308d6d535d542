//! What stands in a timeline.

use crate::{CorrectionKind, Peer};
use chatlink_client::api;
use chatlink_protocol::{
    self as protocol, ClientId, EventBody, EventId, Seq, Timestamp, UserId,
    event::{Membership, Message},
};

/// Something that stands in a timeline, as it is now.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Item {
    /// Its place in the room.
    pub seq: Seq,
    /// Its name.
    pub id: EventId,
    /// Whose act made it.
    pub sender_id: UserId,
    /// When it was committed.
    pub at: Timestamp,
    /// The sender's own name for it: of one's own message the one that `send` answered.
    pub client_id: Option<ClientId>,
    /// What it is.
    pub content: Content,
    /// The text's version: 1, and one more with each edit.
    pub version: u32,
    /// When the last edit was committed.
    pub edited_at: Option<Timestamp>,
    /// Taken back, expired or hidden: a tombstone.
    pub redacted: bool,
    /// Whether it is pinned in the room.
    pub pinned: bool,
    /// Whether the reader starred it.
    pub starred: bool,
    /// How often each reaction stands on it, the most frequent first.
    pub reactions: Vec<Reaction>,
    /// The reader's own one.
    pub my_reaction: Option<String>,
    /// Corrections that stand on it, the oldest first.
    pub corrections: Vec<Correction>,
    /// What was said in its thread.
    pub thread: Option<ThreadSummary>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Content {
    /// A message.
    Message {
        /// The words; nothing in a tombstone.
        text: Option<String>,
        /// The message that it answers.
        reply_to: Option<EventId>,
        /// When it will be gone for everybody.
        expires_at: Option<Timestamp>,
        /// Its words are those of another message, passed on.
        forwarded: bool,
        /// Members who are named in it.
        mentions: Vec<UserId>,
        /// It names all members.
        mentions_all: bool,
        /// What may be chosen, where it asks.
        poll: Option<Poll>,
        /// The message in whose thread it stands.
        thread: Option<EventId>,
        /// The reader hid it for himself: to him alone it is a tombstone.
        hidden: bool,
    },
    /// Somebody came or went.
    Membership {
        /// Whom it is about.
        user_id: UserId,
        /// What happened.
        change: MembershipChange,
        /// The role from now on, where it changed.
        role: Option<String>,
        /// Until when the member may not write, where that is what happened.
        until: Option<Timestamp>,
    },
    /// The room's own settings changed.
    RoomChanged {
        /// The new title, where it changed.
        title: Option<String>,
        /// What it is about from now on, where that changed; empty: nothing any more.
        topic: Option<String>,
    },
    /// A kind of a later version: to be shown as one that this version does not know.
    Other {
        /// The kind's name.
        kind: String,
    },
}

/// A poll, and how the votes on it stand.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Poll {
    /// What one may choose; an option is named by its place, from 0 on.
    pub options: Vec<String>,
    /// One may choose several.
    pub multiple: bool,
    /// When it closes by itself.
    pub closes_at: Option<Timestamp>,
    /// How many people chose each option.
    pub counts: Vec<u32>,
    /// How many people voted.
    pub voters: u32,
    /// It was closed.
    pub closed: bool,
    /// What the reader chose, by place.
    pub my_vote: Vec<u32>,
}

/// How many people gave a reaction.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Reaction {
    /// The emoji or name.
    pub key: String,
    /// Persons, one each.
    pub count: u32,
}

/// A partner's improved text of a message. Accepting one does not rewrite the message: both texts stand.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Correction {
    /// Its name.
    pub id: EventId,
    /// Who proposed it.
    pub sender_id: UserId,
    /// When.
    pub at: Timestamp,
    /// The version of the message that it corrects.
    pub version: u32,
    /// What became of it so far.
    pub state: CorrectionState,
    /// The message's text in that version.
    pub original: String,
    /// The improved text.
    pub text: String,
    /// How the one becomes the other, in order.
    pub spans: Vec<Span>,
    /// What kind of fault it mends, where the proposer said so.
    pub kind: Option<CorrectionKind>,
    /// The proposer's words about it.
    pub note: Option<String>,
}

/// One change that a correction makes: the code points `start` to `end` of the original give way to `text`. With both the
/// same something is put in; with an empty text something is taken out.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Span {
    /// The first code point that goes.
    pub start: u32,
    /// The first one after them that stays.
    pub end: u32,
    /// What stands there instead.
    pub text: String,
}

/// Who chose what in a poll.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct VotePage {
    /// One a person.
    pub items: Vec<PersonsVote>,
    /// Where the next page begins; nothing: this is the last one.
    pub next_cursor: Option<String>,
}

/// What a person chose in a poll.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PersonsVote {
    /// The person.
    pub user: Peer,
    /// The places of the options, ascending.
    pub choices: Vec<u32>,
}

/// What became of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CorrectionState {
    /// The author has not answered it.
    Open,
    /// The author took it.
    Accepted,
    /// The author did not take it.
    Declined,
    /// Taken back: no item shows it any more.
    Withdrawn,
    /// A state of a later version.
    Unknown,
}

/// What was said in a message's thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ThreadSummary {
    /// How many answers.
    pub replies: u32,
    /// The last one's place in the room.
    pub last_seq: Seq,
    /// When that was.
    pub last_at: Timestamp,
}

/// What happened to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[allow(missing_docs, reason = "as `chatlink_protocol::MembershipChange` says")]
pub enum MembershipChange {
    Added,
    Removed,
    Joined,
    Left,
    RoleChanged,
    HandedOver,
    Muted,
    Unmuted,
    Banned,
    Unbanned,
    /// A change of a later version.
    Unknown,
}

impl From<protocol::Item> for Item {
    fn from(item: protocol::Item) -> Self {
        Self {
            seq: item.seq,
            id: item.id,
            sender_id: item.sender_id,
            at: item.at,
            client_id: item.client_id,
            content: Content::new(item.body, item.tally, &item.my_vote),
            version: item.version,
            edited_at: item.edited_at,
            redacted: item.redacted,
            pinned: item.pinned,
            starred: item.starred,
            reactions: item.reactions.into_iter().map(Into::into).collect(),
            my_reaction: item.my_reaction,
            corrections: item.corrections.into_iter().map(Into::into).collect(),
            thread: item.thread.map(Into::into),
        }
    }
}

impl Content {
    fn new(body: EventBody, tally: Option<protocol::Tally>, my_vote: &[u8]) -> Self {
        match body {
            EventBody::Message(message) => Self::message(message, tally, my_vote),
            EventBody::Membership(Membership { user_id, change, role, until }) => {
                Self::Membership { user_id, change: change.into(), role, until }
            }
            EventBody::Room(change) => Self::RoomChanged { title: change.title, topic: change.topic },
            other => Self::Other { kind: other.kind().to_owned() },
        }
    }

    fn message(message: Message, tally: Option<protocol::Tally>, my_vote: &[u8]) -> Self {
        let tally = tally.unwrap_or_default();
        let poll = message.poll.map(|poll| Poll {
            options: poll.options,
            multiple: poll.multiple,
            closes_at: poll.closes_at,
            counts: tally.counts,
            voters: tally.voters,
            closed: tally.closed,
            my_vote: my_vote.iter().map(|choice| u32::from(*choice)).collect(),
        });
        Self::Message {
            text: message.text,
            reply_to: message.reply_to,
            expires_at: message.expires_at,
            forwarded: message.forwarded,
            mentions: message.mentions,
            mentions_all: message.mentions_all,
            poll,
            thread: message.thread,
            hidden: message.hidden,
        }
    }
}

impl From<protocol::ReactionCount> for Reaction {
    fn from(reaction: protocol::ReactionCount) -> Self {
        Self { key: reaction.key, count: reaction.count }
    }
}

impl From<protocol::Correction> for Correction {
    fn from(correction: protocol::Correction) -> Self {
        Self {
            id: correction.id,
            sender_id: correction.sender_id,
            at: correction.at,
            version: correction.version,
            state: correction.state.into(),
            original: correction.words.original,
            text: correction.words.text,
            spans: correction.words.spans.into_iter().map(Into::into).collect(),
            kind: correction.words.kind.map(Into::into),
            note: correction.words.note,
        }
    }
}

impl From<protocol::Span> for Span {
    fn from(span: protocol::Span) -> Self {
        Self { start: span.from, end: span.to, text: span.text }
    }
}

impl From<api::Page<api::PersonsVote>> for VotePage {
    fn from(page: api::Page<api::PersonsVote>) -> Self {
        let vote = |vote: api::PersonsVote| PersonsVote { user: vote.user.into(), choices: vote.choices };
        Self { items: page.items.into_iter().map(vote).collect(), next_cursor: page.next_cursor }
    }
}

impl From<protocol::CorrectionState> for CorrectionState {
    fn from(state: protocol::CorrectionState) -> Self {
        use protocol::CorrectionState as Known;
        match state {
            Known::Open => Self::Open,
            Known::Accepted => Self::Accepted,
            Known::Declined => Self::Declined,
            Known::Withdrawn => Self::Withdrawn,
            Known::Unknown => Self::Unknown,
        }
    }
}

impl From<protocol::Thread> for ThreadSummary {
    fn from(thread: protocol::Thread) -> Self {
        Self { replies: thread.replies, last_seq: thread.last_seq, last_at: thread.last_at }
    }
}

impl From<protocol::MembershipChange> for MembershipChange {
    fn from(change: protocol::MembershipChange) -> Self {
        use protocol::MembershipChange as Known;
        match change {
            Known::Added => Self::Added,
            Known::Removed => Self::Removed,
            Known::Joined => Self::Joined,
            Known::Left => Self::Left,
            Known::RoleChanged => Self::RoleChanged,
            Known::HandedOver => Self::HandedOver,
            Known::Muted => Self::Muted,
            Known::Unmuted => Self::Unmuted,
            Known::Banned => Self::Banned,
            Known::Unbanned => Self::Unbanned,
            Known::Unknown => Self::Unknown,
        }
    }
}
