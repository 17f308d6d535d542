//! Two nodes on one database are restarted one after the other while people write, by the same release or by the next
//! one: nobody sees a send fail.

use crate::run;
use chatlink_protocol::RoomId;
use chatlink_tests::{Database, Launch, Open, Person, Server, Socket, eventually, fresh_id, friends, send};
use serde_json::json;
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How often a balancer asks: ten times within the grace of a node that drains.
const ASKED_EVERY: Duration = Duration::from_millis(200);

/// Writes lines until it is told to stop, each until it is acknowledged, as a client with a send queue does: whoever
/// closes the socket is left for the other node, and the same line is sent again under the same name.
struct Writer {
    person: Person,
    nodes: [SocketAddr; 2],
    room: RoomId,
    /// What its lines begin with.
    begin: String,
    written: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Writer {
    async fn write(self) -> Vec<String> {
        let (mut lines, mut node) = (Vec::new(), 0);
        let mut socket = None;
        while !self.stop.load(Ordering::SeqCst) {
            let (name, text) = (fresh_id(), format!("{} {}", self.begin, lines.len()));
            loop {
                let open = match socket.as_mut() {
                    Some(open) => open,
                    None => socket.insert(self.connect(&mut node).await),
                };
                let id = open.post(send(self.room, &name, &text)).await;
                match open.answer_or_end(id).await {
                    Some(Ok(_)) => break,
                    Some(Err(problem)) => panic!("a failed send: {problem:?}"),
                    None => {
                        socket = None;
                        node += 1;
                    }
                }
            }
            lines.push(text);
            self.written.fetch_add(1, Ordering::SeqCst);
        }
        lines
    }

    /// The next node that takes it.
    async fn connect(&self, node: &mut usize) -> Socket {
        loop {
            let address = self.nodes[*node % 2];
            if let Ok(mut socket) = Socket::open(address, Open::of(&self.person)).await {
                socket.greeted().await;
                return socket;
            }
            *node += 1;
        }
    }
}

/// As a load balancer does it: asks each node again and again whether it is ready, and sends to one that was.
struct Balancer {
    nodes: [(SocketAddr, AtomicBool); 2],
}

impl Balancer {
    fn before(nodes: [SocketAddr; 2]) -> Arc<Self> {
        let balancer = Arc::new(Self { nodes: nodes.map(|node| (node, AtomicBool::new(true))) });
        let weak = Arc::downgrade(&balancer);
        tokio::spawn(async move {
            while let Some(balancer) = weak.upgrade() {
                for (address, is_ready) in &balancer.nodes {
                    is_ready.store(ready(*address).await.unwrap_or(false), Ordering::SeqCst);
                }
                tokio::time::sleep(ASKED_EVERY).await;
            }
        });
        balancer
    }

    /// A node for the request of this number: in turn, while they are ready.
    fn node(&self, number: usize) -> SocketAddr {
        let ready: Vec<_> = self.nodes.iter().filter(|(_, is_ready)| is_ready.load(Ordering::SeqCst)).collect();
        ready.get(number % ready.len().max(1)).expect("a node that is ready").0
    }
}

/// What a node says of itself; `None` where nothing answers.
async fn ready(node: SocketAddr) -> Option<bool> {
    let mut stream = TcpStream::connect(node).await.ok()?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: node\r\nconnection: close\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    Some(answer.starts_with("HTTP/1.1 200"))
}

/// Writes lines by requests through a balancer, each once: an answer that is not the message's fails the test.
async fn write_by_requests(writer: Writer, balancer: Arc<Balancer>) -> Vec<String> {
    let mut lines = Vec::new();
    while !writer.stop.load(Ordering::SeqCst) {
        let text = format!("{} {}", writer.begin, lines.len());
        let api = writer.person.api.at(balancer.node(lines.len()));
        let body = json!({ "client_id": fresh_id(), "text": text });
        let _ = api.post(&format!("/v1/rooms/{}/messages", writer.room), body).await.is(201);
        lines.push(text);
        writer.written.fetch_add(1, Ordering::SeqCst);
    }
    lines
}

/// Behind a balancer that has time to see it coming, requests do not fail either, which nobody repeats.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_restarted_one_after_the_other_and_no_send_fails() {
    let launch = Launch::unlimited().set("CHATLINK_DRAIN_GRACE", "2");
    restart(launch.clone(), &[launch], true).await;
}

/// The schema is this version's from the first restart on; until the last one, and once more when somebody goes back,
/// nodes of the release before serve it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_brought_up_to_date_and_back_one_after_the_other_and_no_send_fails() {
    let previous = Launch::unlimited().previous();
    restart(previous.clone(), &[Launch::unlimited(), previous], false).await;
}

/// Starts two nodes and restarts both by each of these, one after the other, under writers; behind a balancer under
/// writers by requests besides.
async fn restart(first: Launch, then: &[Launch], is_balanced: bool) {
    let database = Database::fresh().await;
    let secret = tempfile::NamedTempFile::new().expect("a file");
    let fresh = run(Path::new("/"), &["secret", "new"]).await.done();
    std::fs::write(secret.path(), fresh).expect("the secret");
    let set = |launch: Launch| {
        launch
            .set("CHATLINK_DATABASE_URL", database.url())
            .set("CHATLINK_SECRET_FILE", &secret.path().display().to_string())
    };
    let mut nodes = [Server::launch(set(first.clone())).await, Server::launch(set(first)).await];
    let (anna, berta, room) = friends(&nodes[0]).await;
    let addresses = [nodes[0].address(), nodes[1].address()];
    let (written, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let writer = |person: &Person, nodes, begin: String| {
        let (person, written, stop) = (person.clone(), written.clone(), stop.clone());
        Writer { person, nodes, room, begin, written, stop }
    };
    let mut writers = Vec::new();
    for (person, nodes) in [(&anna, addresses), (&berta, [addresses[1], addresses[0]])] {
        let begin = format!("{} writes", person.username);
        writers.push((begin.clone(), tokio::spawn(writer(person, nodes, begin).write())));
    }
    let balancer = is_balanced.then(|| Balancer::before(addresses));
    for (person, balancer) in [&anna, &berta].into_iter().zip(balancer.iter().cycle()) {
        let begin = format!("{} asks", person.username);
        let work = write_by_requests(writer(person, addresses, begin.clone()), balancer.clone());
        writers.push((begin, tokio::spawn(work)));
    }
    more(&written).await;
    for launch in then {
        for node in &mut nodes {
            let (status, _) = node.terminate().await;
            assert!(status.success(), "it ends in order");
            more(&written).await;
            node.restart_as(set(launch.clone())).await;
            eventually("a node that is ready again", || async {
                (node.api().get("/readyz").await.status == 200).then_some(())
            })
            .await;
            more(&written).await;
        }
    }
    stop.store(true, Ordering::SeqCst);
    let mut lines = Vec::new();
    for (begin, writer) in writers {
        lines.push((begin, writer.await.expect("no send failed")));
    }
    // Every acknowledged line is there once, in its writer's order.
    let there = texts(&anna, room).await;
    for (begin, lines) in lines {
        let own: Vec<_> = there.iter().filter(|text| text.starts_with(&begin)).cloned().collect();
        assert!(!own.is_empty() && own == lines, "{begin}: {own:?} of {lines:?}");
    }
}

/// Waits until some more lines were acknowledged.
async fn more(written: &AtomicUsize) {
    let enough = written.load(Ordering::SeqCst) + 20;
    eventually("more lines", || async { (written.load(Ordering::SeqCst) >= enough).then_some(()) }).await;
}

/// All texts of the room, in order.
async fn texts(person: &Person, room: RoomId) -> Vec<String> {
    let (mut texts, mut after) = (Vec::new(), 0);
    loop {
        let page = person.api.get(&format!("/v1/rooms/{room}/events?after={after}&limit=200")).await.is(200);
        let events = page["events"].as_array().expect("events");
        texts.extend(events.iter().filter_map(|event| event["body"]["text"].as_str().map(str::to_owned)));
        after = events.last().and_then(|event| event["seq"].as_u64()).unwrap_or(after);
        if page["complete"] == true {
            return texts;
        }
    }
}
