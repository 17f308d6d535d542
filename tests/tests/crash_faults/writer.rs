//! A client that writes, with a send queue as every client has one: what got no answer goes out again under its name,
//! and whoever closes the socket is left for the next node.

use crate::progress::Progress;
use chatlink_protocol::{RoomId, frame::ReplyResult};
use chatlink_tests::{ClientLog, Heard, Note, Open, Person, Socket, fresh_id, send};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// Nobody waits longer for an answer. Longer than a server may take.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(10);
/// Before a node is tried that was not there.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Writer {
    pub(crate) number: usize,
    pub(crate) person: Person,
    pub(crate) room: RoomId,
    pub(crate) nodes: Vec<SocketAddr>,
    pub(crate) home: usize,
    pub(crate) come_home: watch::Receiver<u32>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) stop: watch::Receiver<bool>,
}

enum Answer {
    Told(u64),
    /// Whether it is there is not known.
    Later(Duration),
    Refused,
}

impl Writer {
    /// Writes one message after the other, each until it is settled.
    pub(crate) async fn write(mut self) -> (RoomId, ClientLog) {
        let mut log = ClientLog { name: format!("writer {}", self.number), notes: Vec::new() };
        let (mut socket, home) = (None, self.home);
        while !*self.stop.borrow() {
            if self.come_home.has_changed().unwrap_or(false) {
                self.come_home.mark_unchanged();
                (socket, self.home) = (None, home);
            }
            let client_id = fresh_id();
            let text = format!("{} of writer {}", log.notes.len(), self.number);
            log.notes.push(Note::Sent { client_id: client_id.clone() });
            loop {
                let client_id = client_id.clone();
                match self.ask(&mut socket, &client_id, &text).await {
                    Answer::Told(seq) => {
                        self.progress.acknowledged(self.number, &client_id, seq);
                        log.notes.push(Note::Acknowledged { client_id, seq });
                        break;
                    }
                    Answer::Later(pause) => {
                        self.progress.unknown(self.number);
                        log.notes.push(Note::Unknown { client_id });
                        sleep(pause).await;
                    }
                    Answer::Refused => {
                        log.notes.push(Note::Refused { client_id });
                        break;
                    }
                }
            }
        }
        (self.room, log)
    }

    async fn ask(&mut self, socket: &mut Option<Socket>, client_id: &str, text: &str) -> Answer {
        let open = match socket {
            Some(open) => open,
            None => socket.insert(connect(&self.person, &self.nodes, &mut self.home, &self.progress).await),
        };
        let begin = Instant::now();
        let answer = timeout(GIVE_UP, answer(open, send(self.room, client_id, text))).await;
        match answer {
            Ok(Some(ReplyResult::Ok(ack))) => {
                self.progress.answered(begin.elapsed(), None);
                Answer::Told(ack.seq.expect("a seq").0)
            }
            Ok(Some(ReplyResult::Error(problem))) => {
                self.progress.answered(begin.elapsed(), Some(problem.code.name()));
                let pause = Duration::from_secs(problem.retry_after.unwrap_or(0));
                if problem.code.retry() { Answer::Later(pause) } else { Answer::Refused }
            }
            Ok(None) => {
                *socket = None;
                self.home += 1;
                Answer::Later(Duration::ZERO)
            }
            Err(_) => {
                self.progress.answered(begin.elapsed(), Some("no answer"));
                *socket = None;
                Answer::Later(Duration::ZERO)
            }
        }
    }
}

/// Sends a command and waits for its answer; what else comes is no matter to a writer. `None`: the socket ended.
async fn answer(socket: &mut Socket, command: serde_json::Value) -> Option<ReplyResult> {
    let id = socket.try_post(command).await?;
    loop {
        if let Heard::Reply(reply) = socket.hear().await?
            && reply.id == id
        {
            return Some(reply.result);
        }
    }
}

/// A greeted socket of the next node that takes it.
pub(crate) async fn connect(person: &Person, nodes: &[SocketAddr], home: &mut usize, progress: &Progress) -> Socket {
    loop {
        let begin = Instant::now();
        if let Ok(mut socket) = Socket::open(nodes[*home % nodes.len()], Open::of(person)).await {
            let greeted = timeout(GIVE_UP, socket.hear()).await;
            progress.answered(begin.elapsed(), greeted.is_err().then_some("no hello"));
            if matches!(greeted, Ok(Some(Heard::Hello))) {
                return socket;
            }
        }
        *home += 1;
        sleep(PAUSE).await;
    }
}
