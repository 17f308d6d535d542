//! One stream from its beginning to its end.

use super::{
    command::Asked,
    frame::{of_push, of_reply},
};
use crate::{Drain, access::By, call::late, refusal::refusal, v1};
use bytes::Bytes;
use chatlink_core::{
    ChatLink, Coded as _,
    realtime::{Connection, Outgoing, Pace},
};
use chatlink_protocol::{
    ErrorCode, Problem,
    frame::{Ack, Push, Reply, ReplyResult},
};
use futures_util::{FutureExt as _, future::OptionFuture};
use std::time::Duration;
use tokio::{
    sync::mpsc::Sender,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};
use tonic::{Status, Streaming};

/// A peer that takes nothing for so long is as good as gone; what it missed is in the store.
const DEAD: Duration = Duration::from_secs(45);
/// How long the last word may take.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
/// How often a host's user, who has no session, is asked for a token that is still good.
const EXPIRY: Duration = Duration::from_secs(1);
/// Messages that are taken together where they wait behind each other.
const TOGETHER: usize = 64;

/// A connection, and the way to its peer.
pub(super) struct Stream {
    pub(super) chat: ChatLink,
    pub(super) drain: Drain,
    /// Who speaks: a service token does not give every command.
    pub(super) by: By,
    pub(super) connection: Connection,
    pub(super) told: Sender<Result<v1::ServerFrame, Status>>,
    /// When the peer has no use for it any more, where it said so.
    pub(super) deadline: Option<Instant>,
}

/// Why a stream ends.
enum End {
    /// The peer is gone: nothing more to say.
    Gone,
    /// With this status.
    Said(Status),
}

impl Stream {
    /// Carries frames until one side ends it. Reads and writes side by side: a slow command holds up no event.
    pub(super) async fn drive(self, mut frames: Streaming<v1::ClientFrame>) {
        let deadline = OptionFuture::from(self.deadline.map(sleep_until));
        let end = tokio::select! {
            end = self.commands(&mut frames) => end,
            end = self.events() => end,
            Some(()) = deadline => End::Said(late()),
            () = self.told.closed() => End::Gone,
            () = self.drain.begun() => End::Said(refusal(ErrorCode::Unavailable)),
        };
        if let End::Said(status) = end {
            let _ = timeout(CLOSE_PATIENCE, self.told.send(Err(status))).await;
        }
    }

    /// Does what comes in, one after the other, as fast as one may. Who says no more may go on listening.
    async fn commands(&self, frames: &mut Streaming<v1::ClientFrame>) -> End {
        let mut pace = Pace::new(self.chat.settings().talk.enforced);
        // What was read already, and is no message to be sent.
        let mut ahead = None;
        loop {
            let next = match ahead.take() {
                Some(next) => next,
                None => self.read(frames).await,
            };
            let asked = match next {
                Ok(Some(asked)) => asked,
                Ok(None) => std::future::pending().await,
                Err(status) => return End::Said(status),
            };
            pace.wait().await;
            let answers = match asked {
                Asked::Message(first) => {
                    let mut messages = vec![first];
                    while ahead.is_none() && messages.len() < TOGETHER && pace.is_free() {
                        let Some(next) = self.read(frames).now_or_never() else { break };
                        match next {
                            Ok(Some(Asked::Message(next))) => {
                                pace.wait().await;
                                messages.push(next);
                            }
                            other => ahead = Some(other),
                        }
                    }
                    self.connection.handle_all(messages).await
                }
                Asked::Other(frame) => self.connection.handle(frame).await.into_iter().collect(),
                Asked::Renew { id, token } => self.renew(id, &token).await.into_iter().collect(),
                Asked::Refused(id, problem) => refused(id, problem).into_iter().collect(),
                Asked::Unknown(id) => Connection::malformed(id).into_iter().collect(),
            };
            for reply in answers {
                if let Some(end) = self.tell(of_reply(reply)).await {
                    return end;
                }
            }
        }
    }

    /// Tells what happens.
    async fn events(&self) -> End {
        let mut expiry = interval(EXPIRY);
        expiry.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outgoing = tokio::select! {
                biased;
                _ = expiry.tick(), if self.connection.session().is_none() => match self.connection.is_expired() {
                    true => Outgoing::Close(ErrorCode::Unauthenticated),
                    false => continue,
                },
                outgoing = self.connection.outgoing() => outgoing,
            };
            match outgoing {
                Outgoing::Frames(frames) => {
                    for frame in frames {
                        if let Some(end) = self.push(&frame).await {
                            return end;
                        }
                    }
                }
                Outgoing::Close(code) => return End::Said(refusal(code)),
            }
        }
    }

    /// Tells a frame that the engine wrote for all edges alike.
    async fn push(&self, frame: &Bytes) -> Option<End> {
        match serde_json::from_slice::<Push>(frame) {
            Ok(push) => self.tell(of_push(push)?).await,
            Err(error) => {
                // Passed over, an event would be missing: who comes back resumes.
                tracing::error!(%error, "a frame of the engine cannot be read");
                Some(End::Said(refusal(ErrorCode::Internal)))
            }
        }
    }

    async fn tell(&self, frame: v1::ServerFrame) -> Option<End> {
        match timeout(DEAD, self.told.send(Ok(frame))).await {
            Ok(Ok(())) => None,
            _ => Some(End::Gone),
        }
    }

    /// The next frame; `None`: the peer says no more.
    async fn read(&self, frames: &mut Streaming<v1::ClientFrame>) -> Result<Option<Asked>, Status> {
        Ok(frames.message().await?.map(|frame| self.admitted(frame.into())))
    }

    /// What is asked, unless the caller may not ask for it.
    fn admitted(&self, asked: Asked) -> Asked {
        match &asked {
            Asked::Message(frame) | Asked::Other(frame) => match self.by.may(&frame.command) {
                Ok(()) => asked,
                Err(error) => Asked::Refused(frame.id, Box::new(error.problem())),
            },
            Asked::Renew { .. } | Asked::Refused(..) | Asked::Unknown(_) => asked,
        }
    }

    async fn renew(&self, id: Option<u64>, token: &str) -> Option<Reply> {
        let result = match self.chat.identity().authenticate_bearer(token).await {
            Ok(fresh) => match self.connection.renew(&fresh) {
                Ok(()) => ReplyResult::Ok(Ack::default()),
                Err(code) => ReplyResult::Error(Box::new(Problem::new(code))),
            },
            Err(error) => ReplyResult::Error(Box::new(error.problem())),
        };
        id.map(|id| Reply { id, result })
    }
}

fn refused(id: Option<u64>, problem: Box<Problem>) -> Option<Reply> {
    id.map(|id| Reply { id, result: ReplyResult::Error(problem) })
}
