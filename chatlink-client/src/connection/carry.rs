//! A line that is up: frames in both directions, replies to their requests, and the question whether it still lives.

use super::{End, Order, say};
use crate::{
    ClientError,
    transport::{Cut, Line},
};
use chatlink_protocol::{
    Problem,
    frame::{Ack, Command, Hello, Push},
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

/// How long a reply may take.
const REPLY: Duration = Duration::from_secs(10);
/// A line that said nothing for so long is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(20);
/// Requests under way; more are not taken up meanwhile. Below what the server answers without being read.
const UNDERWAY: usize = 48;

/// A line, and what is under way on it. What is left when it goes fails as unreachable.
pub(super) struct Carrier {
    line: Line,
    /// Numbers only rise, and all have the same patience: the first one is the first that is late.
    waiting: BTreeMap<u64, Waiting>,
    last_id: u64,
    heard: Instant,
}

struct Waiting {
    reply: Option<oneshot::Sender<Result<Ack, ClientError>>>,
    until: Instant,
}

/// What may come in.
enum Frame {
    Push(Push),
    Reply(u64, Result<Ack, ClientError>),
    /// Of a later version.
    Unknown,
}

impl Carrier {
    pub(super) fn new(line: Line) -> Self {
        Self { line, waiting: BTreeMap::new(), last_id: 0, heard: Instant::now() }
    }

    /// Waits for the first frame.
    pub(super) async fn hello(&mut self) -> Result<Hello, Cut> {
        loop {
            let text = self.line.inward.next().await.unwrap_or(Err(Cut::Fallen))?;
            self.heard = Instant::now();
            if let Frame::Push(Push::Hello(hello)) = Frame::read(&text) {
                return Ok(hello);
            }
        }
    }

    /// Carries until one side ends it.
    pub(super) async fn carry(
        &mut self,
        orders: &mut mpsc::Receiver<Order>,
        pushes: &mpsc::Sender<Push>,
    ) -> Result<End, Cut> {
        loop {
            let late = self.waiting.values().next().map_or(self.heard + SILENCE, |waiting| waiting.until);
            tokio::select! {
                text = self.line.inward.next() => {
                    self.heard = Instant::now();
                    match Frame::read(&text.unwrap_or(Err(Cut::Fallen))?) {
                        Frame::Push(push) => if pushes.send(push).await.is_err() { return Ok(End::Stop) },
                        Frame::Reply(id, result) => self.settle(id, result),
                        Frame::Unknown => {}
                    }
                }
                order = orders.recv(), if self.waiting.len() < UNDERWAY => match order {
                    None => return Ok(End::Stop),
                    Some(Order::Ask(command, reply)) => self.ask(command, Some(reply)).await?,
                    Some(Order::Hint(command)) => say(&mut self.line, None, command).await?,
                    Some(Order::Nudge) => self.ask(Command::Ping, None).await?,
                    Some(Order::Restart) => return Ok(End::Restart),
                    Some(Order::Pause) => return Ok(End::Pause),
                    Some(Order::Resume) => {}
                },
                () = sleep_until(late) => self.late().await?,
            }
        }
    }

    /// Nothing came for too long: a reply that is late is given up, and a line that owes one and says nothing is dead.
    async fn late(&mut self) -> Result<(), Cut> {
        let Some((id, waiting)) = self.waiting.pop_first() else { return self.ask(Command::Ping, None).await };
        match waiting.reply {
            _ if self.heard + REPLY <= waiting.until => Err(Cut::Fallen),
            Some(reply) => {
                tracing::debug!(id, "a reply did not come");
                let _ = reply.send(Err(ClientError::Unreachable));
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn ask(
        &mut self,
        command: Command,
        reply: Option<oneshot::Sender<Result<Ack, ClientError>>>,
    ) -> Result<(), Cut> {
        self.last_id += 1;
        self.waiting.insert(self.last_id, Waiting { reply, until: Instant::now() + REPLY });
        say(&mut self.line, Some(self.last_id), command).await
    }

    fn settle(&mut self, id: u64, result: Result<Ack, ClientError>) {
        if let Some(Waiting { reply: Some(reply), .. }) = self.waiting.remove(&id) {
            let _ = reply.send(result);
        }
    }
}

impl Frame {
    /// Reads a frame as widely as can be: a code, a kind or a member that this version does not know fails nothing else.
    fn read(text: &str) -> Self {
        #[derive(Deserialize)]
        struct Reply {
            id: u64,
            ok: Option<Ack>,
            error: Option<serde_json::Value>,
        }
        if let Ok(Reply { id, ok, error }) = serde_json::from_str(text) {
            let refused = |error: serde_json::Value| {
                let status = error["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
                match serde_json::from_value::<Problem>(error) {
                    Ok(problem) => ClientError::Refused(Box::new(problem)),
                    Err(_) => ClientError::Unexpected { status },
                }
            };
            return Self::Reply(id, error.map_or(Ok(ok.unwrap_or_default()), |error| Err(refused(error))));
        }
        serde_json::from_str(text).map_or(Self::Unknown, Self::Push)
    }
}
