//! Events and their bodies.

use crate::{time::at, v1};
use chatlink_protocol::{Event, EventBody, correction, event};

impl From<Event> for v1::Event {
    fn from(event: Event) -> Self {
        Self {
            room_id: event.room_id.to_string(),
            seq: event.seq.0,
            id: event.id.to_string(),
            sender_id: event.sender_id.to_string(),
            at: Some(at(event.at)),
            client_id: event.client_id.map(|id| id.to_string()),
            body: Some(event.body.into()),
        }
    }
}

impl From<EventBody> for v1::EventBody {
    fn from(body: EventBody) -> Self {
        use v1::event_body::Kind;
        Self {
            kind: Some(match body {
                EventBody::Message(body) => Kind::Message(body.into()),
                EventBody::Edit(body) => Kind::Edit(v1::Edit {
                    target: body.target.to_string(),
                    version: body.version,
                    text: body.text,
                    hidden: body.hidden,
                }),
                EventBody::Redaction(body) => Kind::Redaction(v1::Redaction { target: body.target.to_string() }),
                EventBody::Reaction(body) => Kind::Reaction(v1::Reaction {
                    target: body.target.to_string(),
                    key: body.key,
                    previous: body.previous,
                }),
                EventBody::Correction(body) => Kind::Correction(v1::CorrectionProposed {
                    target: body.target.to_string(),
                    version: body.version,
                    words: body.words.map(Into::into),
                }),
                EventBody::CorrectionDecision(body) => Kind::CorrectionDecision(v1::CorrectionDecision {
                    target: body.target.to_string(),
                    correction: body.correction.to_string(),
                    state: body.state.as_str().to_owned(),
                }),
                EventBody::Pin(body) => Kind::Pin(v1::Pin { target: body.target.to_string(), pinned: body.pinned }),
                EventBody::Vote(body) => Kind::Vote(v1::Vote {
                    target: body.target.to_string(),
                    choices: places(&body.choices),
                    previous: places(&body.previous),
                }),
                EventBody::PollClosed(body) => Kind::PollClosed(v1::PollClosed { target: body.target.to_string() }),
                EventBody::Membership(body) => Kind::Membership(body.into()),
                EventBody::Room(body) => Kind::Room((*body).into()),
                EventBody::Unknown { kind, body } => Kind::Unknown(v1::UnknownKind { kind, json: body.to_string() }),
            }),
        }
    }
}

impl From<event::Message> for v1::Message {
    fn from(message: event::Message) -> Self {
        Self {
            text: message.text,
            reply_to: message.reply_to.map(|id| id.to_string()),
            expires_at: message.expires_at.map(at),
            forwarded: message.forwarded,
            mentions: message.mentions.iter().map(ToString::to_string).collect(),
            mentions_all: message.mentions_all,
            poll: message.poll.map(|poll| v1::Poll {
                options: poll.options,
                multiple: poll.multiple,
                closes_at: poll.closes_at.map(at),
            }),
            hidden: message.hidden,
            thread: message.thread.map(|id| id.to_string()),
        }
    }
}

impl From<event::Membership> for v1::Membership {
    fn from(membership: event::Membership) -> Self {
        Self {
            user_id: membership.user_id.to_string(),
            change: change(membership.change).to_owned(),
            role: membership.role,
            until: membership.until.map(at),
        }
    }
}

impl From<event::RoomChange> for v1::RoomChange {
    fn from(change: event::RoomChange) -> Self {
        Self {
            title: change.title,
            topic: change.topic,
            posting: change.posting,
            visibility: change.visibility,
            join: change.join,
            language: change.language,
            level: change.level,
            expires_in: change.expires_in,
            avatar: change.avatar,
        }
    }
}

impl From<correction::CorrectionWords> for v1::CorrectionWords {
    fn from(words: correction::CorrectionWords) -> Self {
        let spans = words.spans.into_iter();
        Self {
            original: words.original,
            text: words.text,
            spans: spans.map(|span| v1::Span { from: span.from, to: span.to, text: span.text }).collect(),
            kind: words.kind.map(|kind| kind.as_str().to_owned()),
            note: words.note,
        }
    }
}

/// Options by their places.
pub(crate) fn places(choices: &[u8]) -> Vec<u32> {
    choices.iter().copied().map(u32::from).collect()
}

const fn change(change: event::MembershipChange) -> &'static str {
    use event::MembershipChange as Change;
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Joined => "joined",
        Change::Left => "left",
        Change::RoleChanged => "role_changed",
        Change::HandedOver => "handed_over",
        Change::Muted => "muted",
        Change::Unmuted => "unmuted",
        Change::Banned => "banned",
        Change::Unbanned => "unbanned",
        Change::Unknown => "unknown",
    }
}
