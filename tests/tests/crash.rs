//! The kill harness: the real binary is killed with -9 again and again, at every moment of a commit,
//! by a client in another process, which then holds it to every word it was given.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use chatlink_protocol::{
    Event, RoomId,
    frame::{Reply, ReplyResult},
};
use chatlink_tests::{Api, Person, Server, Socket, befriend, fresh_id, send};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// Sockets that send at once, half of them of each person.
const SOCKETS: usize = 10;
/// Sends that must be acknowledged before each kill, and sends under way when it comes.
const ACKNOWLEDGED: usize = 200;
const UNDER_WAY: usize = 50;
/// Kills at least; with `CHATLINK_PROVE` more. It goes on until each phase was met, up to a bound.
const KILLS: usize = 20;
const KILLS_TO_PROVE: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_every_kill() {
    let kills = if std::env::var_os("CHATLINK_PROVE").is_some() { KILLS_TO_PROVE } else { KILLS };
    let mut server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let room = befriend(&anna, &berta).await;
    let mut ledger = Ledger::new(room);
    let mut phases = Phases::default();
    let mut rhythm = Duration::from_millis(10);
    let mut slowest = Duration::ZERO;
    for turn in 0.. {
        if turn >= kills && (phases.all_met() || turn >= 4 * kills) {
            break;
        }
        let mut crowd = Crowd::gather(&anna, &berta).await;
        let begin = std::time::Instant::now();
        let confirmed = crowd.say_and_wait(room, &mut ledger, ACKNOWLEDGED).await;
        assert!(confirmed >= ACKNOWLEDGED, "only {confirmed} were acknowledged before the kill");
        // As long as the sends under way should take: the moments of the kills are spread over it.
        rhythm = (rhythm + begin.elapsed() * u32::try_from(UNDER_WAY).expect("few") / 200) / 2;
        let written = crowd.say(room, &mut ledger, UNDER_WAY).await;
        assert!(written >= UNDER_WAY, "only {written} sends were under way");
        Moment::of(turn).wait(&server, rhythm).await;
        server.kill().await;
        crowd.read_the_wreck(&mut ledger).await;
        slowest = slowest.max(server.restart().await);
        let phase = ledger.settle(&anna.api).await;
        phases.count(phase);
        ledger.repeat_the_unknown(&anna, &berta).await;
    }
    ledger.audit(&anna.api).await;
    ledger.audit(&berta.api).await;
    println!("{phases}\n{} messages; the slowest restart took {slowest:?}", ledger.sends.len());
    assert!(phases.total() >= kills);
    assert!(phases.all_met(), "the kills did not land everywhere: {phases}");
}

/// When the signal is sent, counted from the last byte that was written.
#[derive(Clone, Copy)]
enum Moment {
    /// At once.
    Now,
    /// As soon as the write-ahead log grows: in the middle of a commit.
    InCommit,
    /// Some hundredths of the time that the sends take.
    After(u32),
}

impl Moment {
    fn of(turn: usize) -> Self {
        // Coprime to 100, so that no hundredth is met twice before all were.
        let hundredths = u32::try_from(turn * 37 % 160).unwrap_or(0);
        match turn % 4 {
            0 => Self::Now,
            1 => Self::InCommit,
            _ => Self::After(hundredths),
        }
    }

    async fn wait(self, server: &Server, rhythm: Duration) {
        match self {
            Self::Now => {}
            Self::InCommit => {
                let log = server.data().join("chatlink.db-wal");
                let stamp = || std::fs::metadata(&log).and_then(|file| Ok((file.len(), file.modified()?))).ok();
                let (before, begin) = (stamp(), std::time::Instant::now());
                // A busy look: a pause would miss the moment. It gives up when all is committed already.
                while stamp() == before && begin.elapsed() < 2 * rhythm {
                    std::hint::spin_loop();
                }
            }
            Self::After(hundredths) => tokio::time::sleep(rhythm * hundredths / 100).await,
        }
    }
}

/// Where a kill struck, by what the store has of the sends that were under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// None was committed.
    Before,
    /// Some were.
    During,
    /// All were, and not all of them were acknowledged.
    BeforeAcknowledgement,
    /// All were, and were acknowledged.
    After,
}

#[derive(Default)]
struct Phases(BTreeMap<Phase, usize>);

impl Phases {
    fn count(&mut self, phase: Phase) {
        *self.0.entry(phase).or_default() += 1;
    }

    fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// Before, during and after a commit.
    fn all_met(&self) -> bool {
        let met = |phase| self.0.contains_key(&phase);
        met(Phase::Before) && met(Phase::During) && (met(Phase::BeforeAcknowledgement) || met(Phase::After))
    }
}

impl std::fmt::Display for Phases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} kills:", self.total())?;
        for (phase, count) in &self.0 {
            write!(f, "\n{:>22} {count:>4} {}", format!("{phase:?}"), "#".repeat(*count))?;
        }
        Ok(())
    }
}

/// The sockets of both people.
struct Crowd {
    sockets: Vec<Socket>,
    /// What each socket wrote and no answer was read for: command number and the send's client_id.
    open: Vec<Vec<(u64, String)>>,
}

impl Crowd {
    async fn gather(anna: &Person, berta: &Person) -> Self {
        let mut sockets = Vec::new();
        for place in 0..SOCKETS {
            sockets.push(Socket::connect(if place % 2 == 0 { anna } else { berta }).await);
        }
        Self { sockets, open: vec![Vec::new(); SOCKETS] }
    }

    /// Writes so many sends, all sockets in turn, and waits for nothing.
    async fn say(&mut self, room: RoomId, ledger: &mut Ledger, count: usize) -> usize {
        for turn in 0..count {
            let place = turn % SOCKETS;
            let (client_id, text) = ledger.announce(place);
            let number = self.sockets[place].feed(send(room, &client_id, &text)).await;
            self.open[place].push((number, client_id));
        }
        for socket in &mut self.sockets {
            socket.flush().await;
        }
        count
    }

    /// Writes so many sends and waits for each acknowledgement.
    async fn say_and_wait(&mut self, room: RoomId, ledger: &mut Ledger, count: usize) -> usize {
        self.say(room, ledger, count).await;
        let mut confirmed = 0;
        for (socket, open) in self.sockets.iter_mut().zip(&mut self.open) {
            for (number, client_id) in open.drain(..) {
                let ack = socket.answer(number).await.expect("acknowledged");
                ledger.acknowledge(&client_id, ack.seq.expect("a seq").0, &ack.id.expect("an id").to_string());
                confirmed += 1;
            }
        }
        ledger.calm();
        confirmed
    }

    /// What the server still said before it died counts as said.
    async fn read_the_wreck(self, ledger: &mut Ledger) {
        for (socket, open) in self.sockets.into_iter().zip(self.open) {
            let (replies, _) = socket.wreck().await;
            let names: HashMap<_, _> = open.into_iter().collect();
            for (number, Reply { result, .. }) in replies {
                match result {
                    ReplyResult::Ok(ack) => {
                        let (seq, id) = (ack.seq.expect("a seq").0, ack.id.expect("an id").to_string());
                        ledger.acknowledge(&names[&number], seq, &id);
                    }
                    // A dying server may refuse; it may not lie.
                    ReplyResult::Error(problem) => assert!(problem.code.retry(), "refused for good: {problem:?}"),
                }
            }
        }
    }
}

/// The client's own account of what it sent and was told, and of what it saw in the log.
struct Ledger {
    room: RoomId,
    /// By client_id.
    sends: BTreeMap<String, Sent>,
    /// By seq.
    seen: BTreeMap<u64, Event>,
}

struct Sent {
    text: String,
    /// The socket, and which of all sends it was.
    place: usize,
    turn: usize,
    /// Seq and event id that were acknowledged.
    told: Option<(u64, String)>,
    /// Not acknowledged yet when the signal was sent.
    under_way: bool,
}

impl Ledger {
    fn new(room: RoomId) -> Self {
        Self { room, sends: BTreeMap::new(), seen: BTreeMap::new() }
    }

    fn announce(&mut self, place: usize) -> (String, String) {
        let (client_id, turn) = (fresh_id(), self.sends.len());
        let text = format!("send {turn} of socket {place}");
        self.sends.insert(client_id.clone(), Sent { text: text.clone(), place, turn, told: None, under_way: true });
        (client_id, text)
    }

    fn acknowledge(&mut self, client_id: &str, seq: u64, id: &str) {
        let sent = self.sends.get_mut(client_id).expect("one of ours");
        let before = sent.told.replace((seq, id.to_owned()));
        let told = sent.told.as_ref();
        assert!(before.is_none() || before.as_ref() == told, "{}: told {before:?}, then {told:?}", sent.text);
    }

    /// All that is acknowledged by now was so before the signal.
    fn calm(&mut self) {
        self.sends.values_mut().filter(|sent| sent.told.is_some()).for_each(|sent| sent.under_way = false);
    }

    /// After a restart: reads what is new in the log, holds it against what was told, and answers
    /// where the kill struck.
    async fn settle(&mut self, api: &Api) -> Phase {
        let head = self.seen.keys().next_back().copied().unwrap_or(0);
        for event in read_log(api, self.room, head).await {
            self.seen.insert(event.seq.0, event);
        }
        self.check();
        let found = self.found();
        let under_way: Vec<_> = self.sends.iter().filter(|(_, sent)| sent.under_way).collect();
        let committed = under_way.iter().filter(|(client_id, _)| found.contains_key(*client_id)).count();
        let told = under_way.iter().filter(|(_, sent)| sent.told.is_some()).count();
        let phase = match (committed, under_way.len()) {
            (0, _) => Phase::Before,
            (committed, all) if committed < all => Phase::During,
            (_, all) if told < all => Phase::BeforeAcknowledgement,
            _ => Phase::After,
        };
        self.sends.values_mut().for_each(|sent| sent.under_way = false);
        phase
    }

    /// As a client does after a reconnect: every send without an answer goes out again under its
    /// name. What was committed already must come back with its old place.
    async fn repeat_the_unknown(&mut self, anna: &Person, berta: &Person) {
        let found = self.found();
        let mut sockets = [Socket::connect(anna).await, Socket::connect(berta).await];
        let mut unknown: Vec<_> = self.sends.iter().filter(|(_, sent)| sent.told.is_none()).collect();
        unknown.sort_by_key(|(_, sent)| sent.turn);
        let mut answers = Vec::new();
        for (client_id, Sent { text, place, .. }) in unknown {
            let ack = sockets[place % 2].ask(send(self.room, client_id, text)).await.expect("repeated");
            let (seq, id) = (ack.seq.expect("a seq").0, ack.id.expect("an id").to_string());
            let before = found.get(client_id.as_str());
            assert!(before.is_none_or(|before| *before == seq), "{text}: was at {before:?}, repeated at {seq}");
            answers.push((client_id.clone(), seq, id));
        }
        for (client_id, seq, id) in answers {
            self.acknowledge(&client_id, seq, &id);
        }
        self.calm();
    }

    /// At the end: the whole log, read anew, is what was told and nothing else.
    async fn audit(&mut self, api: &Api) {
        let log = read_log(api, self.room, 0).await;
        let anew: BTreeMap<_, _> = log.into_iter().map(|event| (event.seq.0, event)).collect();
        for (seq, event) in &self.seen {
            assert_eq!(anew.get(seq), Some(event), "seq {seq} is not what it was");
        }
        self.seen = anew;
        self.check();
        let silent: Vec<_> = self.sends.values().filter(|sent| sent.told.is_none()).map(|sent| &sent.text).collect();
        assert!(silent.is_empty(), "never acknowledged: {silent:?}");
        assert_eq!(self.found().len(), self.sends.len(), "each send is there once");
    }

    /// No hole; each send at most once; all that was acknowledged is there, at its place and with its
    /// words; each socket's sends in their order.
    fn check(&self) {
        let holes: Vec<_> = (1..).zip(self.seen.keys()).filter(|(expected, seq)| expected != *seq).take(1).collect();
        assert!(holes.is_empty(), "the log has a hole: {holes:?}");
        let found = self.found();
        let mut lost = Vec::new();
        for (client_id, sent) in &self.sends {
            let seq = found.get(client_id.as_str());
            let event = seq.and_then(|seq| self.seen.get(seq));
            if let Some((told, id)) = &sent.told
                && (seq != Some(told) || event.is_none_or(|event| event.id.to_string() != *id))
            {
                lost.push(format!("{}: acknowledged at {told}, is at {seq:?}", sent.text));
            }
            let text = event.map(|event| serde_json::to_value(event).expect("JSON")["body"]["text"].clone());
            assert!(text.is_none_or(|text| text == sent.text), "{client_id} has other words");
        }
        assert!(lost.is_empty(), "{} acknowledged messages are lost or moved: {lost:#?}", lost.len());
        let mut order: Vec<_> = self.sends.iter().map(|(client_id, sent)| (sent.place, sent.turn, client_id)).collect();
        order.sort();
        for pair in order.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (first, second) = (found.get(pair[0].2.as_str()), found.get(pair[1].2.as_str()));
            let broken = matches!((first, second), (Some(first), Some(second)) if first > second);
            assert!(!broken, "sends of socket {} changed places: {first:?}, {second:?}", pair[0].0);
        }
    }

    /// The seq of each send that is in the log; twice is a failure.
    fn found(&self) -> HashMap<String, u64> {
        let mut found = HashMap::new();
        for (seq, event) in &self.seen {
            let Some(client_id) = event.client_id else { continue };
            let twice = found.insert(client_id.to_string(), *seq);
            assert!(twice.is_none(), "{client_id} is there twice: {twice:?} and {seq}");
        }
        found
    }
}

/// The room's log after `after`, whole.
async fn read_log(api: &Api, room: RoomId, after: u64) -> Vec<Event> {
    let (mut events, mut after): (Vec<Event>, u64) = (Vec::new(), after);
    loop {
        let page = api.get(&format!("/v1/rooms/{room}/events?after={after}&limit=200")).await.is(200);
        for event in page["events"].as_array().expect("events") {
            let event: Event = serde_json::from_value(event.clone()).expect("an event");
            assert_eq!(event.seq.0, after + 1, "the page has a hole");
            after += 1;
            events.push(event);
        }
        if page["complete"] == Value::Bool(true) {
            return events;
        }
    }
}
