//! A client that reads: it keeps the place up to which it lacks nothing, resumes from there on each new connection, and
//! reads from the store what it is told is left out.

use crate::{
    progress::Progress,
    writer::{PAUSE, connect},
};
use chatlink_protocol::{
    Event, EventBody, RoomId,
    frame::{Push, Reply, ReplyResult},
};
use chatlink_tests::{ClientLog, Heard, Note, Payload, Person, Row, Socket};
use reqwest::Method;
use serde_json::json;
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Arc,
};
use tokio::sync::watch;

/// The heads at the end, when nobody writes any more.
pub(crate) type Ends = Option<HashMap<RoomId, u64>>;

pub(crate) struct Reader {
    pub(crate) number: usize,
    pub(crate) person: Person,
    pub(crate) nodes: Vec<SocketAddr>,
    pub(crate) home: usize,
    pub(crate) come_home: watch::Receiver<u32>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) ends: watch::Receiver<Ends>,
    pub(crate) views: BTreeMap<RoomId, View>,
}

/// What a reader has of a room.
#[derive(Default)]
pub(crate) struct View {
    notes: Vec<Note>,
    at: u64,
    /// Up to here it is replayed, so that what comes live may overtake it.
    catching_up: u64,
    held: BTreeMap<u64, Row>,
}

/// Why a connection is over.
enum Over {
    Ended,
    /// The node where he began is there again.
    GoingHome,
    /// All is read.
    Done,
}

impl Reader {
    /// Reads until all is read.
    pub(crate) async fn read(mut self) -> Vec<(RoomId, ClientLog)> {
        let home = self.home;
        loop {
            match self.listen().await {
                Over::Ended => self.home += 1,
                Over::GoingHome => self.home = home,
                Over::Done => break,
            }
            tokio::time::sleep(PAUSE).await;
        }
        let name = format!("reader {}", self.number);
        let log = |(room, view): (RoomId, View)| (room, ClientLog { name: name.clone(), notes: view.notes });
        self.views.into_iter().map(log).collect()
    }

    fn is_done(&self) -> bool {
        let ends = self.ends.borrow();
        ends.as_ref().is_some_and(|ends| self.views.iter().all(|(room, view)| view.at >= ends[room]))
    }

    /// One connection.
    async fn listen(&mut self) -> Over {
        let mut socket = connect(&self.person, &self.nodes, &mut self.home, &self.progress).await;
        let resume = self.open(&socket);
        if socket.try_post(resume).await.is_none() {
            return Over::Ended;
        }
        let mut ends = self.ends.clone();
        loop {
            if self.is_done() {
                return Over::Done;
            }
            tokio::select! {
                heard = socket.hear() => match heard {
                    Some(heard) => if !self.take(heard).await { return Over::Ended },
                    None => return Over::Ended,
                },
                _ = ends.changed() => {}
                _ = self.come_home.changed() => return Over::GoingHome,
            }
        }
    }

    /// Begins a connection: the command that asks for what was missed.
    fn open(&mut self, socket: &Socket) -> serde_json::Value {
        let hello = socket.hello();
        for (room, view) in &mut self.views {
            view.notes.push(Note::Opened { after: view.at });
            view.held.clear();
            view.catching_up = hello.heads.get(room).map_or(0, |head| head.seq.0);
        }
        let cursors: BTreeMap<_, _> = self.views.iter().map(|(room, view)| (room, view.at)).collect();
        json!({ "type": "resume", "epoch": hello.epoch, "user_seq": hello.user_seq, "rooms": cursors })
    }

    /// `false`: this connection is of no more use.
    async fn take(&mut self, heard: Heard) -> bool {
        match heard {
            Heard::Push(Push::Event { event }) => {
                let Some(view) = self.views.get_mut(&event.room_id) else { return true };
                let row = row(&event);
                view.take(row.clone());
                self.progress.seen(self.number, event.room_id, view.at, row.client_id.as_deref());
                true
            }
            Heard::Push(Push::Gap { room_id, from, to }) => self.fill(room_id, from.0, to.0).await,
            Heard::Reply(Reply { result: ReplyResult::Error(problem), .. }) => {
                assert!(problem.code.retry(), "resume is refused for good: {problem:?}");
                self.progress.answered(std::time::Duration::ZERO, Some(problem.code.name()));
                false
            }
            Heard::Push(Push::Resync | Push::Bye { .. }) => false,
            Heard::Push(Push::Reset { epoch }) => panic!("another lineage: {epoch}"),
            _ => true,
        }
    }

    /// Reads a gap from the store.
    async fn fill(&mut self, room: RoomId, from: u64, to: u64) -> bool {
        let Some(view) = self.views.get_mut(&room) else { return true };
        view.notes.push(Note::Gap { from, to });
        let api = self.person.api.at(self.nodes[self.home % self.nodes.len()]);
        while view.at < to {
            let path = format!("/v1/rooms/{room}/events?after={}&limit=200", view.at);
            let answer = api.try_call(Method::GET, &path, Payload::Empty, &[]).await;
            let Some(page) = answer.ok().filter(|answer| answer.status == 200) else { return false };
            for event in events(&page.body).into_iter().filter(|event| event.seq.0 <= to) {
                view.at = event.seq.0;
                view.notes.push(Note::Read(row(&event)));
            }
        }
        view.release();
        self.progress.seen(self.number, room, view.at, None);
        true
    }
}

impl View {
    /// What came goes down as it came; but while it is replayed, what comes live waits for its turn.
    fn take(&mut self, row: Row) {
        if row.seq <= self.at {
            self.notes.push(Note::Again(row));
        } else if row.seq > self.at + 1 && self.at < self.catching_up {
            self.held.insert(row.seq, row);
        } else {
            self.at = row.seq;
            self.notes.push(Note::Seen(row));
            self.release();
        }
    }

    fn release(&mut self) {
        self.held.retain(|seq, _| *seq > self.at);
        while let Some(row) = self.held.remove(&(self.at + 1)) {
            self.at = row.seq;
            self.notes.push(Note::Seen(row));
        }
    }
}

/// The events of a page.
pub(crate) fn events(page: &serde_json::Value) -> Vec<Event> {
    let events = page["events"].as_array().expect("events").iter();
    events.map(|event| serde_json::from_value(event.clone()).expect("an event")).collect()
}

/// What a history keeps of an event: messages by their name.
pub(crate) fn row(event: &Event) -> Row {
    let message = matches!(event.body, EventBody::Message(_));
    let name = event.client_id.filter(|_| message);
    Row { seq: event.seq.0, client_id: name.map(|name| name.to_string()) }
}
