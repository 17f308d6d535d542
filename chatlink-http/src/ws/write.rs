//! What a socket is told: events and answers, all that wait in one flush.

use super::{
    answers::Answers,
    close::End,
    heard::{Beat, DEAD, Due, Heard},
};
use crate::Edge;
use axum::{
    Error,
    extract::ws::{Message, Utf8Bytes},
};
use bytes::Bytes;
use chatlink_core::realtime::{Connection, Outgoing};
use chatlink_protocol::{
    ErrorCode,
    frame::{Push, Reply},
};
use futures_util::{Sink, SinkExt as _};
use std::{pin::pin, time::Duration};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often a host's user, who has no session, is asked for a token that is still good.
const EXPIRY: Duration = Duration::from_secs(1);

/// Writes until the socket ends.
pub(super) async fn frames(
    edge: &Edge,
    connection: &Connection,
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    answers: &Answers,
    heard: &Heard,
) -> End {
    let mut beat = Beat::new();
    let mut timer = pin!(beat.timer(heard));
    // Waited for once: all sockets share what it is kept in.
    let mut begun = pin!(edge.options.drain.begun());
    let mut expiry = interval(EXPIRY);
    expiry.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // In this order: time is rarely due, and answers go out with the frames that wait beside them, in one write.
        let next = tokio::select! {
            biased;
            () = begun.as_mut() => {
                // Answers that wait go out: what they tell of is done.
                let _ = timeout(DEAD, write_all(sink, Vec::new(), answers)).await;
                return End::Restart;
            }
            () = timer.as_mut() => {
                let due = beat.due(heard);
                timer.set(beat.timer(heard));
                match due {
                    Due::Ping => Next::Ping,
                    Due::Dead => return End::Gone,
                    Due::Nothing => continue,
                }
            }
            _ = expiry.tick(), if connection.session().is_none() => {
                match connection.is_expired() {
                    true => Next::Told(Outgoing::Close(ErrorCode::Unauthenticated)),
                    false => continue,
                }
            }
            outgoing = connection.outgoing() => Next::Told(outgoing),
            () = answers.ready() => Next::Answers,
        };
        let written = match next {
            Next::Told(Outgoing::Frames(frames)) => timeout(DEAD, write_all(sink, frames, answers)).await,
            Next::Told(Outgoing::Close(code)) => {
                let bye = Push::Bye { code }.encode().unwrap_or_default();
                let _ = timeout(DEAD, sink.send(Message::from(bye))).await;
                return End::of_code(code);
            }
            Next::Answers => timeout(DEAD, write_all(sink, Vec::new(), answers)).await,
            Next::Ping => timeout(DEAD, sink.send(Message::Ping(Bytes::new()))).await,
        };
        // A peer that takes nothing for so long is as good as gone; what it missed is in the store.
        if !matches!(written, Ok(Ok(()))) {
            return End::Gone;
        }
    }
}

enum Next {
    Told(Outgoing),
    Answers,
    Ping,
}

async fn write_all(
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    frames: Vec<Bytes>,
    answers: &Answers,
) -> Result<(), Error> {
    for frame in frames {
        // Frames are JSON of our own writing.
        let text = Utf8Bytes::try_from(frame).map_err(Error::new)?;
        sink.feed(Message::Text(text)).await?;
    }
    for reply in answers.take() {
        sink.feed(message(&reply)?).await?;
    }
    sink.flush().await
}

fn message(reply: &Reply) -> Result<Message, Error> {
    serde_json::to_string(reply).map(Message::from).map_err(Error::new)
}
