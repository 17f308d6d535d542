//! The shared vectors: what every reducer, in any language, makes of the same snapshot and events.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

mod shared;

use chatlink_protocol::{
    CorrectionKind, CorrectionState, CorrectionWords, Event, EventBody, EventId, Item, MembershipChange, ReactionCount,
    Seq, Tally, Timestamp, UserId,
    event::{Membership, Message, PollClosed, RoomChange},
    reducer::RoomState,
};
use serde::Serialize;
use shared::{
    at, correction, decision, edit, event, event_id, improved, item, matches_file, message, pin, reaction, redaction,
    user, vote,
};

/// Star and hide what is said, then apply `events` in order to `snapshot`, as `me`; then, if there is an `expire_at`, expire.
#[derive(Serialize)]
struct Vector {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    me: Option<UserId>,
    snapshot: Snapshot,
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_at: Option<Timestamp>,
    /// The reader stars this one and hides that, before the events.
    #[serde(skip_serializing_if = "Option::is_none")]
    star: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hide: Option<EventId>,
    /// The snapshot is of the thread of this message; absent: of the main timeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<EventId>,
    expect: Snapshot,
}

#[derive(Clone, Serialize)]
struct Snapshot {
    items: Vec<Item>,
    as_of: Seq,
}

fn vector(name: &'static str, items: Vec<Item>, as_of: u64, events: Vec<Event>) -> Vector {
    let snapshot = Snapshot { items, as_of: Seq(as_of) };
    Vector {
        name,
        me: None,
        expect: snapshot.clone(),
        snapshot,
        events,
        expire_at: None,
        star: None,
        hide: None,
        thread: None,
    }
}

impl Vector {
    fn seen_by(self, me: u64) -> Self {
        Self { me: Some(user(me)), ..self }
    }

    fn expiring(self, at: Timestamp) -> Self {
        Self { expire_at: Some(at), ..self }
    }

    fn starring(self, seq: u64) -> Self {
        Self { star: Some(event_id(seq)), ..self }
    }

    fn hiding(self, seq: u64) -> Self {
        Self { hide: Some(event_id(seq)), ..self }
    }

    fn in_thread(self, root: u64) -> Self {
        Self { thread: Some(event_id(root)), ..self }
    }

    /// Fills what this reducer makes of it.
    fn run(mut self) -> Self {
        let Snapshot { items, as_of } = self.snapshot.clone();
        let mut state = match self.thread {
            Some(root) => RoomState::thread(self.me, root, items, as_of),
            None => RoomState::new(self.me, items, as_of),
        };
        self.star.map(|message| state.star(message, true));
        self.hide.map(|message| state.hide(message));
        for event in &self.events {
            state.apply(event);
        }
        if let Some(now) = self.expire_at {
            state.expire(now);
        }
        self.expect = Snapshot { items: state.items().cloned().collect(), as_of: state.as_of() };
        self
    }
}

fn said(seq: u64) -> Item {
    item(seq, 1, message(Some("hello")))
}

fn reacted(seq: u64, reactions: &[(&str, u32)], mine: Option<&str>) -> Item {
    let reactions = reactions.iter().map(|(key, count)| ReactionCount { key: (*key).to_owned(), count: *count });
    Item { reactions: reactions.collect(), my_reaction: mine.map(str::to_owned), ..said(seq) }
}

fn expiring(seq: u64, seconds: u64) -> Event {
    let body = Message { text: Some("for a while".into()), expires_at: Some(at(seconds)), ..Message::default() };
    event(seq, 1, EventBody::Message(body))
}

fn reply(seq: u64, to: u64) -> EventBody {
    let reply_to = Some(event_id(to));
    EventBody::Message(Message { text: Some(format!("answer {seq}")), reply_to, ..Message::default() })
}

fn messages() -> Vec<Vector> {
    let edited = Item { version: 2, edited_at: Some(at(2)), ..said(1) };
    vec![
        vector("nothing happens", vec![said(1)], 1, vec![]),
        vector("the first message comes", vec![], 0, vec![event(1, 1, message(Some("hello")))]),
        vector("an answer comes", vec![said(1)], 1, vec![event(2, 2, reply(2, 1))]),
        vector(
            "an event that is known changes nothing",
            vec![edited.clone()],
            2,
            vec![
                event(1, 1, message(Some("hello"))),
                event(2, 1, edit(1, 2, Some("hello"))),
                event(3, 2, message(Some("new"))),
            ],
        ),
        vector(
            "edits replace the words and raise the version",
            vec![said(1)],
            1,
            vec![event(2, 1, edit(1, 2, Some("hullo"))), event(3, 1, edit(1, 3, Some("hello!")))],
        ),
        vector(
            "an edit of what is outside the window changes nothing shown",
            vec![said(5)],
            5,
            vec![event(6, 1, edit(1, 2, Some("hullo")))],
        ),
        vector(
            "a membership and a new title are shown",
            vec![said(1)],
            1,
            vec![
                event(2, 1, EventBody::Membership(Membership::plain(user(3), MembershipChange::Added))),
                event(
                    3,
                    1,
                    EventBody::Room(Box::new(RoomChange {
                        title: Some("Evening class".into()),
                        ..RoomChange::default()
                    })),
                ),
            ],
        ),
        vector(
            "a kind of a later version takes its place",
            vec![said(1)],
            1,
            vec![event(
                2,
                1,
                EventBody::Unknown { kind: "poll".into(), body: serde_json::json!({ "question": "Tea?" }) },
            )],
        ),
    ]
}

fn reactions() -> Vec<Vector> {
    vec![
        vector(
            "a reaction comes, changes and goes",
            vec![said(1)],
            1,
            vec![
                event(2, 2, reaction(1, Some("👍"), None)),
                event(3, 2, reaction(1, Some("🎉"), Some("👍"))),
                event(4, 2, reaction(1, None, Some("🎉"))),
            ],
        ),
        vector(
            "reactions stand by count, then by the code points of their keys",
            vec![said(1)],
            1,
            vec![
                event(2, 2, reaction(1, Some("👍"), None)),
                event(3, 3, reaction(1, Some("\u{fb01}"), None)),
                event(4, 4, reaction(1, Some("b"), None)),
                event(5, 5, reaction(1, Some("b"), None)),
            ],
        ),
        vector(
            "one's own reaction is known as one's own",
            vec![reacted(1, &[("👍", 1)], None)],
            1,
            vec![event(2, 2, reaction(1, Some("👍"), None)), event(3, 3, reaction(1, Some("🎉"), None))],
        )
        .seen_by(2),
        vector(
            "taking back one's own leaves the others'",
            vec![reacted(1, &[("👍", 2)], Some("👍"))],
            1,
            vec![event(2, 2, reaction(1, None, Some("👍")))],
        )
        .seen_by(2),
    ]
}

fn gone() -> Vec<Vector> {
    let living =
        Item { version: 2, edited_at: Some(at(3)), body: reply(2, 1), ..reacted(2, &[("👍", 2)], Some("👍")) };
    let tombstone = item(1, 1, message(None));
    vec![
        vector(
            "a redaction takes words, answer, reactions and the time of the edit",
            vec![said(1), living.clone()],
            5,
            vec![event(6, 1, redaction(2))],
        )
        .seen_by(2),
        vector(
            "a log read after the redaction makes the same tombstone",
            vec![],
            0,
            vec![
                event(1, 1, message(None)),
                event(2, 1, edit(1, 2, None)),
                event(3, 2, reaction(1, Some("👍"), None)),
                event(4, 1, redaction(1)),
            ],
        )
        .seen_by(2),
        vector(
            "an edit without words tells that its message is gone",
            vec![said(1)],
            1,
            vec![event(2, 1, edit(1, 2, None))],
        ),
        vector(
            "a tombstone takes no words and no reactions, but the version",
            vec![tombstone],
            1,
            vec![event(2, 1, edit(1, 2, Some("late"))), event(3, 2, reaction(1, Some("👍"), None))],
        )
        .seen_by(2),
        vector("a message is whole until its time", vec![], 0, vec![expiring(1, 60)])
            .expiring(Timestamp::from_micros(at(60).as_micros() - 1)),
        vector(
            "a message is a tombstone at its time",
            vec![said(1)],
            1,
            vec![
                expiring(2, 60),
                event(3, 1, edit(2, 2, Some("for a little while"))),
                event(4, 2, reaction(2, Some("👍"), None)),
            ],
        )
        .expiring(at(60))
        .seen_by(2),
        vector(
            "a message that came without its words was gone before",
            vec![],
            0,
            vec![event(1, 1, EventBody::Message(Message { expires_at: Some(at(60)), ..Message::default() }))],
        )
        .expiring(at(61)),
    ]
}

fn corrections() -> Vec<Vector> {
    let better = |seq| {
        let words = CorrectionWords {
            kind: Some(CorrectionKind::Spelling),
            note: Some(format!("note {seq}")),
            ..improved("hello", "hullo")
        };
        event(seq, 2, correction(1, 1, Some(words)))
    };
    vec![
        vector("corrections stand in their order", vec![said(1)], 1, vec![better(2), better(3)]),
        vector(
            "a correction is accepted, and the author thinks again",
            vec![said(1)],
            1,
            vec![
                better(2),
                better(3),
                event(4, 1, decision(1, 2, CorrectionState::Accepted)),
                event(5, 1, decision(1, 3, CorrectionState::Accepted)),
                event(6, 1, decision(1, 3, CorrectionState::Declined)),
            ],
        ),
        vector(
            "a correction stays tied to its version when the message is edited",
            vec![said(1)],
            1,
            vec![better(2), event(3, 1, edit(1, 2, Some("hello!"))), better(4)],
        ),
        vector(
            "a withdrawn correction is not shown",
            vec![said(1)],
            1,
            vec![better(2), better(3), event(4, 2, decision(1, 2, CorrectionState::Withdrawn))],
        ),
        vector(
            "a correction that came without its words was withdrawn",
            vec![said(1)],
            1,
            vec![
                event(2, 2, correction(1, 1, None)),
                event(3, 1, decision(1, 2, CorrectionState::Accepted)),
                event(4, 2, decision(1, 2, CorrectionState::Withdrawn)),
            ],
        ),
        vector("a redaction takes the corrections", vec![said(1)], 1, vec![better(2), event(3, 1, redaction(1))]),
        vector(
            "a tombstone takes no correction",
            vec![item(1, 1, message(None))],
            1,
            vec![better(2), event(3, 1, decision(1, 2, CorrectionState::Accepted))],
        ),
        vector("corrections go with a message whose time has come", vec![], 0, vec![expiring(1, 60), better(2)])
            .expiring(at(60)),
        vector(
            "a correction of what is outside the window changes nothing shown",
            vec![said(5)],
            5,
            vec![event(6, 2, correction(1, 1, Some(improved("a", "b"))))],
        ),
    ]
}

fn threads() -> Vec<Vector> {
    let beneath = |root: u64, text: Option<&str>| {
        let (text, thread) = (text.map(str::to_owned), Some(event_id(root)));
        EventBody::Message(Message { text, thread, ..Message::default() })
    };
    let answers = || vec![event(3, 2, beneath(1, Some("yes"))), event(4, 1, beneath(1, Some("no")))];
    vec![
        vector("a thread is told at its first message", vec![said(1), said(2)], 2, answers()),
        vector(
            "of a thread that began outside the window nothing is shown",
            vec![said(5)],
            5,
            vec![event(6, 1, beneath(2, Some("late")))],
        ),
        vector(
            "a message that is gone keeps its thread",
            vec![said(1), said(2)],
            2,
            [answers(), vec![event(5, 1, redaction(1)), event(6, 1, redaction(4))]].concat(),
        ),
        vector(
            "a thread shows what is said beneath its message alone",
            vec![item(2, 1, beneath(1, Some("so?")))],
            2,
            [
                answers(),
                vec![
                    event(5, 1, message(Some("beside"))),
                    event(6, 1, EventBody::Membership(Membership::plain(user(3), MembershipChange::Added))),
                    event(7, 1, beneath(5, Some("beneath another"))),
                    event(8, 2, edit(3, 2, Some("yes!"))),
                    event(9, 1, redaction(4)),
                    event(10, 1, reaction(1, Some("👍"), None)),
                ],
            ]
            .concat(),
        )
        .in_thread(1),
    ]
}

fn mine() -> Vec<Vector> {
    let starred = Item { starred: true, ..reacted(2, &[("👍", 1)], None) };
    let mut hidden = said(2);
    hidden.hide();
    vec![
        vector("a star is the reader's own", vec![said(1), said(2)], 2, vec![]).starring(2),
        vector(
            "what one hides is a tombstone to oneself, whatever becomes of it",
            vec![said(1), starred],
            4,
            vec![
                event(5, 1, edit(2, 2, Some("late"))),
                event(6, 1, edit(2, 3, None)),
                event(7, 2, reaction(2, Some("👍"), None)),
            ],
        )
        .hiding(2),
        vector(
            "a hidden message that is taken back is one that was taken back",
            vec![hidden.clone()],
            4,
            vec![event(5, 1, redaction(2))],
        ),
        vector(
            "an edit that one may not read hides what was hidden elsewhere",
            vec![said(1), said(2)],
            4,
            vec![event(5, 1, hidden_edit(2, 2)), event(6, 1, redaction(1))],
        ),
        vector("what is gone is not starred and not hidden", vec![item(1, 1, message(None))], 1, vec![])
            .starring(1)
            .hiding(1),
        vector("a hidden message's time comes", vec![hidden_until(60)], 4, vec![]).expiring(at(60)),
    ]
}

fn hidden_edit(target: u64, version: u32) -> EventBody {
    let mut edit = event(5, 1, edit(target, version, Some("other words")));
    edit.hide();
    edit.body
}

fn hidden_until(seconds: u64) -> Item {
    let mut hidden = Item::of(expiring(2, seconds));
    hidden.hide();
    hidden
}

fn pins() -> Vec<Vector> {
    let pinned = || Item { pinned: true, ..said(1) };
    let named = Message {
        text: Some("hello, Ben".into()),
        forwarded: true,
        mentions: vec![user(2)],
        mentions_all: true,
        ..Message::default()
    };
    vec![
        vector(
            "a redaction takes whom a message names and that it was passed on",
            vec![item(1, 1, EventBody::Message(named))],
            1,
            vec![event(2, 1, redaction(1))],
        ),
        vector("a message is pinned", vec![said(1)], 1, vec![event(2, 2, pin(1, true))]),
        vector("a pin is taken off", vec![pinned()], 1, vec![event(2, 1, pin(1, false))]),
        vector("a redaction takes the pin", vec![pinned()], 1, vec![event(2, 1, redaction(1))]),
        vector("a tombstone takes no pin", vec![item(1, 1, message(None))], 1, vec![event(2, 2, pin(1, true))]),
        vector(
            "a pin of what is outside the window changes nothing shown",
            vec![said(5)],
            5,
            vec![event(6, 1, pin(1, true))],
        ),
    ]
}

fn polls() -> Vec<Vector> {
    let asks = Message { text: Some("Tea?".into()), poll: Some(shared::poll(3).into()), ..Message::default() };
    let asks = |expires_at| EventBody::Message(Message { expires_at, ..asks.clone() });
    let poll = || item(1, 1, asks(None));
    let voted = || {
        let tally = Tally { counts: vec![2, 1, 0], voters: 2, closed: false };
        Item { tally: Some(tally), my_vote: vec![0, 1], ..poll() }
    };
    let close = |seq| event(seq, 1, EventBody::PollClosed(PollClosed { target: event_id(1) }));
    vec![
        vector("a poll comes, and nobody has voted", vec![], 0, vec![event(1, 1, asks(None))]),
        vector(
            "a vote comes, changes and goes",
            vec![poll()],
            1,
            vec![
                event(2, 2, vote(1, &[0], &[])),
                event(3, 3, vote(1, &[0, 2], &[])),
                event(4, 2, vote(1, &[1, 2], &[0])),
                event(5, 3, vote(1, &[], &[0, 2])),
            ],
        ),
        vector(
            "one's own vote is known as one's own",
            vec![poll()],
            1,
            vec![event(2, 2, vote(1, &[2], &[])), event(3, 3, vote(1, &[0], &[]))],
        )
        .seen_by(2),
        vector(
            "taking back one's own vote leaves the others'",
            vec![voted()],
            1,
            vec![event(2, 2, vote(1, &[], &[0, 1]))],
        )
        .seen_by(2),
        vector("a poll is closed", vec![voted()], 1, vec![close(2)]).seen_by(2),
        vector(
            "a redaction takes options, votes and one's own",
            vec![voted()],
            1,
            vec![event(2, 1, redaction(1)), event(3, 3, vote(1, &[0], &[])), close(4)],
        )
        .seen_by(2),
        vector("what one hides shows no votes", vec![voted()], 1, vec![event(2, 3, vote(1, &[0], &[1]))])
            .seen_by(2)
            .hiding(1),
        vector(
            "a poll is gone at its time",
            vec![],
            0,
            vec![event(1, 1, asks(Some(at(60)))), event(2, 2, vote(1, &[0], &[]))],
        )
        .expiring(at(60)),
        vector(
            "a vote on what is no poll, or outside the window, changes nothing shown",
            vec![said(5)],
            5,
            vec![event(6, 2, vote(1, &[0], &[])), event(7, 2, vote(5, &[0], &[])), close(8)],
        ),
    ]
}

#[test]
fn the_committed_vectors_are_what_this_reducer_does() {
    let all = [messages(), reactions(), gone(), corrections(), mine(), pins(), polls(), threads()];
    let vectors: Vec<_> = all.into_iter().flatten().map(Vector::run).collect();
    matches_file("vectors/reducer.json", &vectors);
}
