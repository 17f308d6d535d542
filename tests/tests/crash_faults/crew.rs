//! Two people who write and read on all nodes while something happens, and the account of it at the end.

use crate::{
    longer,
    progress::{Progress, Written},
    reader::{Ends, Reader, View, events, row},
    writer::Writer,
};
use chatlink_protocol::RoomId;
use chatlink_tests::{ClientLog, History, PATIENCE, Payload, Person, Row, Server, direct_room, group, within};
use reqwest::Method;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinHandle};

/// Writers of each person in each room; half of them begin on each node.
const WRITERS: usize = 2;
/// No answer takes longer than this, whatever is away: seven seconds, and what a busy machine adds.
const ANSWERED: Duration = Duration::from_millis(7_500);
/// Everybody has everything after this time when all is well again.
const HEALED: Duration = Duration::from_secs(5);

pub(crate) struct Crew {
    people: [Person; 2],
    rooms: Vec<RoomId>,
    pub(crate) progress: Arc<Progress>,
    stop: watch::Sender<bool>,
    ends: watch::Sender<Ends>,
    /// Raised when everybody is to go back to the node where he began.
    home: watch::Sender<u32>,
    writers: Vec<JoinHandle<(RoomId, ClientLog)>>,
    readers: Vec<JoinHandle<Vec<(RoomId, ClientLog)>>>,
    probes: Vec<JoinHandle<()>>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) acknowledged: usize,
    pub(crate) unknown: usize,
    pub(crate) slowest: Duration,
    pub(crate) problems: Vec<(String, usize)>,
}

impl Crew {
    /// Lets two people join, and sets them to work in two rooms.
    pub(crate) async fn gather(nodes: &[&Server]) -> Self {
        let last = nodes[nodes.len() - 1];
        let (anna, berta) = tokio::join!(Person::join(nodes[0], "anna"), Person::join(last, "berta"));
        let group = group(&anna, &[&berta], "all").await;
        let rooms = vec![direct_room(&anna, &berta).await, group];
        let (stop, _) = watch::channel(false);
        let (ends, _) = watch::channel(None);
        let (home, _) = watch::channel(0);
        let mut crew = Self {
            people: [anna, berta],
            rooms,
            progress: Arc::default(),
            stop,
            ends,
            home,
            writers: Vec::new(),
            readers: Vec::new(),
            probes: Vec::new(),
        };
        let addresses: Vec<_> = nodes.iter().map(|node| node.address()).collect();
        crew.set_to_work(&addresses);
        crew.more(10).await;
        crew
    }

    fn set_to_work(&mut self, nodes: &[SocketAddr]) {
        for person in self.people.clone() {
            for room in self.rooms.clone() {
                for _ in 0..WRITERS {
                    self.write(&person, room, nodes);
                }
            }
        }
        for (number, person) in self.people.iter().enumerate() {
            let views = self.rooms.iter().map(|room| (*room, View::default())).collect();
            let reader = Reader {
                number,
                person: person.clone(),
                nodes: nodes.to_vec(),
                home: number,
                come_home: self.home.subscribe(),
                progress: self.progress.clone(),
                ends: self.ends.subscribe(),
                views,
            };
            self.readers.push(tokio::spawn(reader.read()));
        }
        for node in nodes {
            let probe = probe(self.people[0].clone(), *node, self.rooms[0], self.progress.clone());
            self.probes.push(tokio::spawn(probe));
        }
    }

    fn write(&mut self, person: &Person, room: RoomId, nodes: &[SocketAddr]) {
        let number = self.writers.len();
        let home = number % nodes.len();
        let written = Written { room, home, acknowledged: 0, unknown: 0, last: 0 };
        self.progress.state().writers.push(written);
        let writer = Writer {
            number,
            person: person.clone(),
            room,
            nodes: nodes.to_vec(),
            home,
            come_home: self.home.subscribe(),
            progress: self.progress.clone(),
            stop: self.stop.subscribe(),
        };
        self.writers.push(tokio::spawn(writer.write()));
    }

    /// Lets everybody go back to the node where he began.
    pub(crate) fn come_home(&self) {
        self.home.send_modify(|times| *times += 1);
    }

    /// Waits until every writer wrote so many more.
    pub(crate) async fn more(&self, count: usize) {
        self.more_of(count, |_| true).await;
    }

    /// Waits until every writer who began on this node wrote so many more.
    pub(crate) async fn more_on(&self, node: usize, count: usize) {
        self.more_of(count, |writer| writer.home == node).await;
    }

    async fn more_of(&self, count: usize, whose: impl Fn(&Written) -> bool) {
        let before: Vec<_> = self.progress.state().writers.iter().map(|writer| writer.acknowledged).collect();
        let enough = |(writer, before): (&Written, &usize)| !whose(writer) || writer.acknowledged >= before + count;
        let so = |state: &crate::progress::State| state.writers.iter().zip(&before).all(enough);
        self.progress.until(PATIENCE, "more messages", so).await;
    }

    /// Waits until every writer who began on one of these nodes was left without an answer, or told to try again.
    pub(crate) async fn in_trouble(&self, nodes: &[usize]) {
        let before: Vec<_> = self.progress.state().writers.iter().map(|writer| writer.unknown).collect();
        let in_trouble =
            |(writer, before): (&Written, &usize)| !nodes.contains(&writer.home) || writer.unknown > *before;
        let so = |state: &crate::progress::State| state.writers.iter().zip(&before).all(in_trouble);
        self.progress.until(PATIENCE, "writers without an answer", so).await;
    }

    /// All is well again since `begin`: everybody writes, and everybody has what was written since, in time.
    pub(crate) async fn heals(&self, begin: Instant) -> Duration {
        let before: Vec<_> = self.progress.state().writers.iter().map(|writer| writer.acknowledged).collect();
        let wrote = |state: &crate::progress::State| {
            state.writers.iter().zip(&before).all(|(writer, before)| writer.acknowledged > *before)
        };
        self.progress.until(PATIENCE, "everybody writes again", wrote).await;
        let mut heads: HashMap<RoomId, u64> = HashMap::new();
        for writer in &self.progress.state().writers {
            let head = heads.entry(writer.room).or_default();
            *head = (*head).max(writer.last);
        }
        let seen = |state: &crate::progress::State| state.views.iter().all(|((_, room), seq)| *seq >= heads[room]);
        self.progress.until(PATIENCE, "everybody reads again", seen).await;
        let took = begin.elapsed();
        assert!(took < HEALED, "it took {took:?} until everybody wrote and read again");
        took
    }

    /// The longest from an acknowledgement to a reader since this was asked last.
    pub(crate) fn lag(&self) -> Duration {
        std::mem::take(&mut self.progress.state().lag)
    }

    /// Lets everybody finish, reads the rooms, and lays all logs beside them.
    pub(crate) async fn finish(self) -> Account {
        self.stop.send_replace(true);
        let mut logs: HashMap<RoomId, Vec<ClientLog>> = HashMap::new();
        for writer in self.writers {
            let (room, log) = within(PATIENCE, "a writer's end", writer).await.expect("a writer");
            logs.entry(room).or_default().push(log);
        }
        let mut stores = HashMap::new();
        for room in &self.rooms {
            stores.insert(*room, timeline(&self.people[0], *room).await);
        }
        let heads = stores.iter().map(|(room, rows)| (*room, rows.last().map_or(0, |row| row.seq))).collect();
        self.ends.send_replace(Some(heads));
        for reader in self.readers {
            for (room, log) in within(PATIENCE, "a reader's end", reader).await.expect("a reader") {
                logs.entry(room).or_default().push(log);
            }
        }
        self.probes.iter().for_each(JoinHandle::abort);
        let mut acknowledged = 0;
        for (room, store) in stores {
            let history = History { store, clients: logs.remove(&room).unwrap_or_default() };
            history.assert_possible();
            acknowledged += history.acknowledged();
        }
        let state = self.progress.state();
        let unknown = state.writers.iter().map(|writer| writer.unknown).sum();
        let problems = state.problems.clone().into_iter().collect();
        let account = Account { acknowledged, unknown, slowest: state.slowest, problems };
        println!("{account:?}");
        assert!(account.slowest < ANSWERED, "an answer took {:?}", account.slowest);
        let other: Vec<_> = account.problems.iter().filter(|(code, _)| code != "unavailable").collect();
        assert!(other.is_empty(), "other answers than `unavailable`: {other:?}");
        assert!(account.acknowledged > longer(100, 1_000), "too few to tell anything: {account:?}");
        account
    }
}

/// Calls a node by REST again and again: it answers in time, with what there is or that it is not available.
async fn probe(person: Person, node: SocketAddr, room: RoomId, progress: Arc<Progress>) {
    let api = person.api.at(node);
    let paths = ["/v1/me".to_owned(), format!("/v1/rooms/{room}/timeline?limit=20"), "/readyz".to_owned()];
    for path in paths.iter().cycle() {
        let begin = Instant::now();
        let answer = api.try_call(Method::GET, path, Payload::Empty, &[]).await;
        match answer {
            Ok(answer) if answer.status == 200 || path == "/readyz" => progress.answered(begin.elapsed(), None),
            Ok(answer) => {
                let code = answer.body["code"].as_str().unwrap_or("no code").to_owned();
                let waits = answer.headers.contains_key("retry-after");
                let code = if waits { code } else { format!("{code} {} without Retry-After", answer.status) };
                progress.answered(begin.elapsed(), Some(&code));
            }
            // It is not there.
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The room's timeline, whole.
async fn timeline(person: &Person, room: RoomId) -> Vec<Row> {
    let (mut rows, mut after): (Vec<Row>, u64) = (Vec::new(), 0);
    loop {
        let page = person.api.get(&format!("/v1/rooms/{room}/events?after={after}&limit=200")).await.is(200);
        rows.extend(events(&page).iter().map(row));
        after = rows.last().map_or(after, |row| row.seq);
        if page["complete"] == true {
            return rows;
        }
    }
}
