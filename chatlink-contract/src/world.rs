//! People, rooms and acts for the cases, on one handle of a store.

use chatlink_core::{
    Store,
    entropy::{SeededEntropy, uuid_v7},
    protocol::{
        ClientId, CorrectionKind, CorrectionState, CorrectionWords, Event, EventId, MembershipChange, Poll, RoomId,
        Seq, Timestamp, UserId, diff::diff,
    },
    rooms::{CreateGroup, DirectPair, History, NewGroup, OpenDirect, RoomSettingsChange},
    timeline::{
        Act, ActKey, Appended, CorrectionLimits, Deed, EventsPage, Extras, FirstContact, Measure, Named, Outcome,
        ReactionChange, Reader, Target, TimelinePage, UserNote, Window,
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// A store, a clock that stands until it is moved, and fresh ids.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    now: AtomicI64,
    ids: AtomicU64,
}

/// Everyone reads with this.
pub(crate) const LIMIT: u32 = 200;

impl World {
    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        Self { store, now: AtomicI64::new(1_763_800_000_000_000), ids: AtomicU64::new(0) }
    }

    /// The same beside another world, or a stage, on one store: its ids are others.
    pub(crate) fn beside(self) -> Self {
        self.ids.fetch_add(1 << 40, Ordering::SeqCst);
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now.load(Ordering::SeqCst))
    }

    /// Moves the clock forward.
    pub(crate) fn wait(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.now.store(now.as_micros(), Ordering::SeqCst);
    }

    /// An id that no other call gives.
    pub(crate) fn id<T>(&self, of: fn(Uuid) -> T) -> T {
        of(uuid_v7(self.now(), &SeededEntropy::new(self.ids.fetch_add(1, Ordering::SeqCst))))
    }

    pub(crate) fn user(&self) -> UserId {
        self.id(UserId::from_uuid)
    }

    /// A group of these, owned by the first.
    pub(crate) async fn group(&self, members: &[UserId], history: History) -> RoomId {
        let group = self.new_group(members, history);
        let room_id = group.room_id;
        assert_eq!(
            self.store.create_group(group, Vec::new(), self.now()).await.unwrap(),
            CreateGroup::Created(Vec::new())
        );
        room_id
    }

    pub(crate) fn new_group(&self, members: &[UserId], history: History) -> NewGroup {
        NewGroup {
            room_id: self.id(RoomId::from_uuid),
            creator: members[0],
            client_id: self.id(ClientId::from_uuid),
            request: [1; 32],
            title: "Evening class".parse().unwrap(),
            history,
            members: members[1..].to_vec(),
            invited: Vec::new(),
        }
    }

    /// What opening the pair's room from `opener`'s side answers.
    pub(crate) async fn open(&self, opener: UserId, other: UserId) -> OpenDirect {
        let pair = DirectPair::of(opener, other).unwrap();
        let room_id = self.id(RoomId::from_uuid);
        self.store.open_direct(room_id, pair, opener, Vec::new(), Vec::new(), self.now()).await.unwrap()
    }

    /// A new direct room, pending for `other`.
    pub(crate) async fn direct(&self, opener: UserId, other: UserId) -> RoomId {
        let OpenDirect::Created(room_id, _) = self.open(opener, other).await else { panic!("it was there") };
        room_id
    }

    pub(crate) async fn version(&self, room: RoomId) -> u64 {
        self.store.load_authz(room).await.unwrap().unwrap().version
    }

    /// An act decided on `version`, without a name.
    pub(crate) fn act(&self, room_id: RoomId, sender_id: UserId, authz_version: u64, deed: Deed) -> Act {
        let event_id = self.id(EventId::from_uuid);
        Act { room_id, sender_id, authz_version, event_id, key: None, deed, notes: Vec::new() }
    }

    /// A named message, decided on `version`.
    pub(crate) fn message(&self, room: RoomId, sender: UserId, version: u64, text: &str) -> Act {
        let key = ActKey { client_id: self.id(ClientId::from_uuid), request: [7; 32] };
        Act { key: Some(key), ..self.act(room, sender, version, words(text)) }
    }

    pub(crate) async fn append(&self, batch: Vec<Act>) -> Appended {
        let asked = batch.len();
        let appended = self.store.append(batch, self.now()).await.unwrap();
        assert_eq!(appended.outcomes.len(), asked, "an outcome an act");
        appended
    }

    /// Appends one act alone.
    pub(crate) async fn one(&self, act: Act) -> Outcome {
        self.append(vec![act]).await.outcomes.remove(0)
    }

    /// Does it on the room's version of now.
    pub(crate) async fn try_do(&self, room: RoomId, sender: UserId, deed: Deed) -> Outcome {
        let version = self.version(room).await;
        self.one(self.act(room, sender, version, deed)).await
    }

    /// Does it on the room's version of now; it must make an event.
    pub(crate) async fn must_do(&self, room: RoomId, sender: UserId, deed: Deed) -> Event {
        event(self.try_do(room, sender, deed).await)
    }

    pub(crate) async fn say(&self, room: RoomId, sender: UserId, text: &str) -> Event {
        self.must_do(room, sender, words(text)).await
    }

    /// The log from the start, as that reader gets it now.
    pub(crate) async fn log(&self, room: RoomId, reader: Reader) -> Vec<Event> {
        self.page(room, reader, Seq(0)).await.unwrap().events
    }

    pub(crate) async fn page(&self, room: RoomId, reader: Reader, after: Seq) -> Option<EventsPage> {
        self.store.events(room, reader, after, LIMIT, self.now()).await.unwrap()
    }

    pub(crate) async fn snapshot(&self, room: RoomId, reader: UserId) -> TimelinePage {
        self.window(room, reader, Window::Newest, LIMIT).await
    }

    pub(crate) async fn window(&self, room: RoomId, reader: UserId, window: Window, limit: u32) -> TimelinePage {
        let reader = Reader::Member(reader);
        self.store.timeline(room, reader, window, limit, self.now()).await.unwrap().expect("readable")
    }

    /// All of a thread.
    pub(crate) async fn thread(&self, room: RoomId, reader: UserId, root: EventId) -> TimelinePage {
        let (reader, window) = (Reader::Member(reader), Window::Newest);
        self.store.thread(room, reader, root, window, LIMIT, self.now()).await.unwrap().expect("readable")
    }

    pub(crate) async fn row(&self, room: RoomId, user: UserId) -> chatlink_core::rooms::RoomRow {
        self.store.find_room(user, room, self.now()).await.unwrap().expect("a member")
    }
}

pub(crate) fn words(text: &str) -> Deed {
    expiring(text, None)
}

pub(crate) fn expiring(text: &str, expires_at: Option<Timestamp>) -> Deed {
    let (first_contact, extras) = (FirstContact::Settled, Extras::default());
    Deed::Message { text: text.to_owned(), reply_to: None, expires_at, first_contact, extras }
}

pub(crate) fn edit(event_id: EventId, version: u32, text: &str) -> Deed {
    Deed::Edit { target: Target { event_id, version }, text: text.to_owned() }
}

pub(crate) fn react(target: EventId, key: Option<&str>) -> Deed {
    let change = key.map_or(ReactionChange::TakeBackAny, |key| ReactionChange::Give(key.to_owned()));
    Deed::React { target: named(target, 1), change }
}

/// A poll of three options, several to choose.
pub(crate) fn ask(question: &str, expires_at: Option<Timestamp>, closes_at: Option<Timestamp>) -> Deed {
    let options = ["tea", "coffee", "water"].map(str::to_owned).to_vec();
    let extras = Extras { poll: Some(Poll { options, multiple: true, closes_at }.into()), ..Extras::default() };
    let first_contact = FirstContact::Settled;
    Deed::Message { text: question.to_owned(), reply_to: None, expires_at, first_contact, extras }
}

/// A vote, or its end, by somebody who reads everything.
pub(crate) fn vote(target: EventId, choices: &[u8]) -> Deed {
    Deed::Vote { target: named(target, 1), choices: choices.to_vec() }
}

/// The end of a poll, by somebody who reads everything.
pub(crate) fn close_poll(target: EventId) -> Deed {
    Deed::ClosePoll { target: named(target, 1) }
}

/// A pin, or its end, by somebody who reads everything.
pub(crate) fn pin(target: EventId, pinned: bool) -> Deed {
    Deed::Pin { target: named(target, 1), pinned, most: 50 }
}

/// A correction that is no first contact's business, with room for more.
pub(crate) fn correct(target: Named, version: u32, words: CorrectionWords) -> Deed {
    let limits = CorrectionLimits { message: 100, each: 100 };
    Deed::Correct { target, version, words: Box::new(words), limits, first_contact: FirstContact::Settled }
}

/// An answer to a correction, or its end.
pub(crate) fn decide(target: EventId, correction: EventId, state: CorrectionState) -> Deed {
    Deed::DecideCorrection { target, correction, state }
}

/// Words of a correction, with a note.
pub(crate) fn improved(original: &str, text: &str) -> CorrectionWords {
    CorrectionWords {
        original: original.to_owned(),
        text: text.to_owned(),
        spans: diff(original, text),
        kind: Some(CorrectionKind::Grammar),
        note: Some(format!("note on {text}")),
    }
}

/// A message, named by somebody who reads from that seq on.
pub(crate) fn named(event_id: EventId, from_seq: u64) -> Named {
    Named { event_id, from_seq: Seq(from_seq) }
}

/// An answer to a message.
pub(crate) fn reply(to: Named) -> Deed {
    let (first_contact, extras) = (FirstContact::Settled, Extras::default());
    Deed::Message { text: "re".to_owned(), reply_to: Some(to), expires_at: None, first_contact, extras }
}

/// Words in the thread of a message, named by somebody who reads everything.
pub(crate) fn answer(root: EventId, text: &str) -> Deed {
    beneath(named(root, 1), words(text))
}

/// A message as it is said in the thread of that one.
pub(crate) fn beneath(root: Named, deed: Deed) -> Deed {
    match deed {
        Deed::Message { text, reply_to, expires_at, first_contact, extras } => {
            let extras = Extras { thread: Some(root), ..extras };
            Deed::Message { text, reply_to, expires_at, first_contact, extras }
        }
        other => other,
    }
}

pub(crate) fn leave(user_id: UserId) -> Deed {
    Deed::Remove { user_id, change: MembershipChange::Left, heir: None }
}

/// Another title.
pub(crate) fn rename(title: &str) -> Deed {
    let change = RoomSettingsChange { title: title.parse().ok(), ..RoomSettingsChange::default() };
    Deed::Govern(Measure::Settings(change))
}

pub(crate) fn note(user_id: UserId, kind: &'static str, subject: &str, body: u32) -> UserNote {
    UserNote { user_id, kind, subject: subject.to_owned(), body: body.into() }
}

/// The event that was made.
pub(crate) fn event(outcome: Outcome) -> Event {
    match outcome {
        Outcome::Appended(event) => event,
        other => panic!("no event but {other:?}"),
    }
}

pub(crate) fn seqs(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq.0).collect()
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
