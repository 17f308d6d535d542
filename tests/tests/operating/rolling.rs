//! Two nodes on one database are restarted one after the other while people write, by the same release or by the next
//! one: nobody sees a send fail.

use crate::run;
use chatlink_protocol::RoomId;
use chatlink_tests::{Database, Launch, Open, Person, Server, Socket, eventually, fresh_id, friends, send};
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// Writes lines until it is told to stop, each until it is acknowledged, as a client with a send queue does: whoever
/// closes the socket is left for the other node, and the same line is sent again under the same name.
struct Writer {
    person: Person,
    nodes: [SocketAddr; 2],
    room: RoomId,
    written: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Writer {
    async fn write(self) -> Vec<String> {
        let (mut lines, mut node) = (Vec::new(), 0);
        let mut socket = None;
        while !self.stop.load(Ordering::SeqCst) {
            let (name, text) = (fresh_id(), format!("{} {}", self.person.username, lines.len()));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_restarted_one_after_the_other_and_no_send_fails() {
    restart(Launch::unlimited(), &[Launch::unlimited()]).await;
}

/// The schema is this version's from the first restart on; until the last one, and once more when somebody goes back,
/// nodes of the release before serve it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_brought_up_to_date_and_back_one_after_the_other_and_no_send_fails() {
    let previous = Launch::unlimited().previous();
    restart(previous.clone(), &[Launch::unlimited(), previous]).await;
}

/// Starts two nodes and restarts both by each of these, one after the other, under writers.
async fn restart(first: Launch, then: &[Launch]) {
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
    let writers = [(&anna, addresses), (&berta, [addresses[1], addresses[0]])].map(|(person, nodes)| {
        let writer = Writer { person: person.clone(), nodes, room, written: written.clone(), stop: stop.clone() };
        tokio::spawn(writer.write())
    });
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
    for writer in writers {
        lines.push(writer.await.expect("no send failed"));
    }
    // Every acknowledged line is there once, in its writer's order.
    let there = texts(&anna, room).await;
    for (person, lines) in [&anna, &berta].into_iter().zip(lines) {
        let begin = format!("{} ", person.username);
        let own: Vec<_> = there.iter().filter(|text| text.starts_with(&begin)).cloned().collect();
        assert_eq!(own, lines);
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
