//! Timelines on the wire.

use crate::{Problem, schema::one_of};
use chatlink_core::{
    Invalid,
    people::{Brief, TimeZoneName, person},
    timeline::{self, CorrectionRow, VotePage, VoteRow, Window, day_begins},
};
use chatlink_protocol::{
    AskedPoll, ClientId, Correction, Event, EventId, Item, RoomId, Seq, Timestamp, UserId, UserSeq,
    frame::{ForwardOf, Receipt, UserEvent},
    room::Person,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema, openapi::schema::ObjectBuilder};

/// A message to be sent.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SendMessage {
    /// The sender's name for it, made before the first try: the same again answers the same message.
    pub(crate) client_id: ClientId,
    /// 1 byte to 16 KiB of UTF-8; absent where another message is passed on.
    #[serde(default)]
    pub(crate) text: Option<String>,
    /// The message that this one answers.
    #[serde(default)]
    pub(crate) reply_to: Option<EventId>,
    /// Seconds until it is gone for everybody, 1 to 31,536,000.
    #[serde(default)]
    pub(crate) expires_in: Option<u64>,
    /// The message whose words are passed on: one that the caller may read, and that has no time to be gone at.
    #[serde(default)]
    pub(crate) forward: Option<ForwardOf>,
    /// Members who are named in it, at most 50.
    #[serde(default)]
    pub(crate) mentions: Vec<UserId>,
    /// Whether it names all members: in a direct room both may, in a group its moderators.
    #[serde(default)]
    pub(crate) mentions_all: bool,
    /// Makes a poll of it: the text is its question.
    #[serde(default)]
    pub(crate) poll: Option<AskedPoll>,
    /// The message of the main timeline in whose thread it is said; absent: in the main timeline.
    #[serde(default)]
    pub(crate) thread: Option<EventId>,
}

/// What the caller chooses.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CastVote {
    /// The places of the options, from 0 on: one, or where the poll lets several; none takes the vote back.
    pub(crate) choices: Vec<u32>,
}

/// A page of who chose what.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoteList {
    /// One a person.
    items: Vec<PersonsVote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What a person chose.
#[derive(Serialize, ToSchema)]
struct PersonsVote {
    user: Person,
    /// The places of the options, ascending.
    #[schema(value_type = Vec<u32>)]
    choices: Vec<u8>,
}

/// Which votes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VotesQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most: 1 to 200, 50 unless told.
    pub(crate) limit: Option<u32>,
}

/// New words for a message.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EditMessage {
    pub(crate) text: String,
}

/// An improved text of somebody else's message.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProposeCorrection {
    /// The proposer's name for it, made before the first try: the same again answers the same correction.
    pub(crate) client_id: ClientId,
    /// 1 byte to 4 KiB of UTF-8, other than the message's own text.
    pub(crate) text: String,
    /// Words about it, at most 1,000 characters.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// What it mends.
    #[serde(default)]
    #[schema(schema_with = correction_kind)]
    pub(crate) kind: Option<String>,
    /// The version that the proposer saw; edited since, it is refused with `message_changed`.
    #[serde(default)]
    pub(crate) version: Option<u32>,
}

/// A correction of one of the caller's own messages.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceivedCorrection {
    room_id: RoomId,
    message_id: EventId,
    /// The message's place in the room.
    message_seq: Seq,
    /// The message's version now; above the correction's own it was edited since.
    message_version: u32,
    /// When the message is gone, and its corrections with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// Who proposed it.
    by: Person,
    correction: Correction,
}

/// A page of corrections.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrectionPage {
    /// The newest first.
    pub(crate) items: Vec<ReceivedCorrection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// How far the caller has read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReadMark {
    pub(crate) seq: Seq,
}

/// A snapshot of a part of a timeline.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelinePage {
    /// Ascending by seq.
    items: Vec<Item>,
    /// The snapshot is true up to this event.
    as_of: Seq,
    epoch: String,
    has_before: bool,
    has_after: bool,
    /// Of a thread: its first message is from before the caller's time in the room. What is said beneath it since is
    /// here to be read; the message itself is not, and nobody to whom it is so says anything beneath it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    root_unreadable: bool,
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventsPage {
    /// Ascending and contiguous.
    events: Vec<Event>,
    /// Whether the page reaches the head.
    complete: bool,
    epoch: String,
}

/// How far the members got and read.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipts {
    /// Rises whenever a mark moves.
    pub(crate) rev: u64,
    pub(crate) items: Vec<Receipt>,
}

/// A page of the caller's own log.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogPage {
    pub(crate) items: Vec<UserEvent>,
    /// The head of the log.
    pub(crate) user_seq: UserSeq,
}

/// Which part of a timeline: one of `before`, `after`, `around` and `date`, or the newest.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// The newest items below this seq.
    before: Option<Seq>,
    /// The first items above this seq.
    after: Option<Seq>,
    /// The items around this seq.
    around: Option<Seq>,
    /// The first items of that day and later: `2026-11-22`.
    date: Option<String>,
    /// Where that day is meant, an IANA name: it begins at midnight there. Goes with `date`; UTC unless told.
    time_zone: Option<String>,
    /// The thread of this message instead of the main timeline.
    pub(crate) thread: Option<EventId>,
    /// How many at most: 1 to 100, 50 unless told.
    pub(crate) limit: Option<u32>,
}

/// Which part of the log.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// The last event known; 0 for all that may be read.
    #[serde(default)]
    pub(crate) after: Seq,
    /// How many at most: 1 to 200, 50 unless told.
    pub(crate) limit: Option<u32>,
}

/// The pinned messages of a room.
#[derive(Serialize, ToSchema)]
pub(crate) struct PinList {
    /// The one pinned last first, at most 50.
    pub(crate) items: Vec<Item>,
}

/// What a message said.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionList {
    /// Ascending: the newest 100, the last one as it is now.
    pub(crate) items: Vec<MessageVersion>,
}

/// The words that a message once had.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageVersion {
    /// 1 is the first text.
    version: u32,
    text: String,
    /// When they were written.
    at: Timestamp,
}

/// Which of the caller's corrections.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CorrectionsQuery {
    /// Only those in this state: `open`, `accepted` or `declined`.
    pub(crate) state: Option<String>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most: 1 to 100, 50 unless told.
    pub(crate) limit: Option<u32>,
}

/// Which part of the caller's own log.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// The last change known.
    #[serde(default)]
    pub(crate) after: UserSeq,
}

impl TimelineQuery {
    /// The window that it asks for.
    pub(crate) fn window(&self) -> Result<Window, Problem> {
        let mut invalid = Invalid::default();
        let asked = [
            ("before", self.before.is_some()),
            ("after", self.after.is_some()),
            ("around", self.around.is_some()),
            ("date", self.date.is_some()),
        ];
        for (name, _) in asked.iter().filter(|(_, is_asked)| *is_asked).skip(1) {
            invalid.push(*name, "not_together", "one of before, after, around and date");
        }
        if self.time_zone.is_some() && self.date.is_none() {
            invalid.push("time_zone", "without_date", "says where a date is meant");
        }
        let zone = invalid.take(self.time_zone.as_deref().map(str::parse::<TimeZoneName>).transpose()).flatten();
        let day = self.date.as_deref().map(|date| day_begins(date, zone.as_ref())).transpose();
        let day = invalid.take(day).flatten();
        invalid.check()?;
        let seqs = [self.before.map(Window::Before), self.after.map(Window::After), self.around.map(Window::Around)];
        Ok(seqs.into_iter().flatten().next().or(day.map(Window::From)).unwrap_or(Window::Newest))
    }
}

impl ReceivedCorrection {
    pub(crate) fn of(row: CorrectionRow, briefs: &HashMap<UserId, Brief>) -> Self {
        let proposer = row.correction.sender_id;
        Self {
            room_id: row.room_id,
            message_id: row.message_id,
            message_seq: row.message_seq,
            message_version: row.version,
            expires_at: row.expires_at,
            by: match row.severed {
                true => Person::Deleted { id: proposer, deleted: true },
                false => person(proposer, briefs),
            },
            correction: row.correction,
        }
    }
}

impl From<timeline::Version> for MessageVersion {
    fn from(version: timeline::Version) -> Self {
        Self { version: version.version, text: version.text, at: version.at }
    }
}

impl VoteList {
    /// The page, with the other person of a severed room as one who is gone.
    pub(crate) fn of(page: VotePage, me: UserId, briefs: &HashMap<UserId, Brief>) -> Self {
        let shown = |user| match page.severed && user != me {
            true => Person::Deleted { id: user, deleted: true },
            false => person(user, briefs),
        };
        let vote = |row: VoteRow| PersonsVote { user: shown(row.user_id), choices: row.choices };
        Self { items: page.rows.into_iter().map(vote).collect(), next_cursor: page.next_cursor }
    }
}

fn correction_kind() -> ObjectBuilder {
    one_of(&["spelling", "grammar", "word_choice", "style"])
}

impl TimelinePage {
    pub(crate) fn of(page: timeline::TimelinePage, epoch: &str) -> Self {
        let timeline::TimelinePage { items, as_of, has_before, has_after } = page;
        Self { items, as_of, epoch: epoch.to_owned(), has_before, has_after, root_unreadable: false }
    }

    /// The same, of a thread.
    pub(crate) fn beneath(self, root_readable: bool) -> Self {
        Self { root_unreadable: !root_readable, ..self }
    }
}

impl EventsPage {
    /// `after`: what was asked for.
    pub(crate) fn of(page: timeline::EventsPage, after: Seq, epoch: &str) -> Self {
        let last = page.events.last().map_or(after, |event| event.seq);
        Self { complete: last >= page.head, events: page.events, epoch: epoch.to_owned() }
    }
}
