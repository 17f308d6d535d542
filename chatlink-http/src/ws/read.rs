//! What a socket says: commands, one after the other, as fast as one may.

use super::{answers::Answers, close::End, heard::Heard, socket::refusal};
use crate::{Edge, Problem};
use axum::{
    Error,
    extract::ws::{Message, Utf8Bytes},
};
use chatlink_core::realtime::{Connection, Pace};
use chatlink_protocol::frame::{Ack, ClientFrame, Command, Reply, ReplyResult};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use serde::Deserialize;

/// Messages that are taken together where they wait behind each other.
const TOGETHER: usize = 64;

/// Does what comes in until the socket ends.
pub(super) async fn commands(
    edge: &Edge,
    connection: &Connection,
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    replies: &Answers,
    heard: &Heard,
) -> End {
    let mut pace = Pace::new(edge.chat.settings().talk.enforced);
    // What was read already, and is no message to be sent.
    let mut ahead = None;
    loop {
        let next = match ahead.take() {
            Some(read) => Some(read),
            None => stream.next().await,
        };
        heard.now();
        let text = match next {
            None | Some(Ok(Message::Close(_))) => return End::Gone,
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                pace.wait().await;
                continue;
            }
            Some(Ok(Message::Binary(_))) => return End::Policy("texts alone"),
            Some(Err(error)) => return End::of_error(&error),
        };
        // Who floods is read no faster: his own socket fills up, and nobody else notices.
        pace.wait().await;
        let answers = match parse(&text) {
            Parsed::Frame(frame) if is_message(&frame) => {
                let mut messages = vec![frame];
                while ahead.is_none() && messages.len() < TOGETHER && pace.is_free() {
                    let Some(Some(next)) = stream.next().now_or_never() else { break };
                    match message(&next) {
                        Some(frame) => {
                            pace.wait().await;
                            messages.push(frame);
                        }
                        None => ahead = Some(next),
                    }
                }
                // On the heap: a socket that only listens need not keep a place for it.
                Box::pin(connection.handle_all(messages)).await
            }
            Parsed::Frame(frame) => Box::pin(answer(edge, connection, frame)).await.into_iter().collect(),
            Parsed::Unknown(id) => Connection::malformed(id).into_iter().collect(),
            Parsed::Nonsense => return End::Policy("JSON objects alone"),
        };
        replies.put(answers).await;
    }
}

/// The message that a frame asks to send.
fn message(read: &Result<Message, Error>) -> Option<ClientFrame> {
    let Ok(Message::Text(text)) = read else { return None };
    match parse(text) {
        Parsed::Frame(frame) if is_message(&frame) => Some(frame),
        _ => None,
    }
}

fn is_message(frame: &ClientFrame) -> bool {
    matches!(frame.command, Command::Send { .. })
}

#[allow(clippy::large_enum_variant, reason = "one lives at a time, and is taken apart at once")]
enum Parsed {
    Frame(ClientFrame),
    /// An object that is no command of this version.
    Unknown(Option<u64>),
    Nonsense,
}

fn parse(text: &Utf8Bytes) -> Parsed {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        id: Option<u64>,
    }
    match serde_json::from_str(text) {
        Ok(frame) => Parsed::Frame(frame),
        Err(_) if !text.trim_start().starts_with('{') => Parsed::Nonsense,
        Err(_) => match serde_json::from_str::<Named>(text) {
            Ok(Named { id }) => Parsed::Unknown(id),
            Err(error) if error.is_data() => Parsed::Unknown(None),
            Err(_) => Parsed::Nonsense,
        },
    }
}

async fn answer(edge: &Edge, connection: &Connection, frame: ClientFrame) -> Option<Reply> {
    let ClientFrame { id, command } = frame;
    match command {
        Command::Auth { token } => {
            let renewed = renew(edge, connection, &token).await;
            id.map(|id| match renewed {
                Ok(()) => Reply { id, result: ReplyResult::Ok(Ack::default()) },
                Err(problem) => refusal(id, problem.code()),
            })
        }
        command => connection.handle(ClientFrame { id, command }).await,
    }
}

async fn renew(edge: &Edge, connection: &Connection, token: &str) -> Result<(), Problem> {
    let fresh = edge.chat.identity().authenticate_bearer(token).await?;
    connection.renew(&fresh).map_err(Problem::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &'static str) -> Option<Option<u64>> {
        match parse(&Utf8Bytes::from_static(text)) {
            Parsed::Frame(frame) => Some(frame.id),
            Parsed::Unknown(id) => Some(id),
            Parsed::Nonsense => None,
        }
    }

    #[test]
    fn an_unknown_command_is_answered_and_nonsense_is_not() {
        assert_eq!(id(r#"{"type":"ping","id":1}"#), Some(Some(1)));
        assert_eq!(id(r#"{"type":"dance","id":2}"#), Some(Some(2)));
        assert_eq!(id(r#" {"type":"send","id":3,"room_id":"x"}"#), Some(Some(3)));
        assert_eq!(id(r#"{"id":"seven"}"#), Some(None));
        assert_eq!(id(r#"{}"#), Some(None));
        for nonsense in ["", "[]", "7", "{", r#"{"type":"ping""#, "hello"] {
            assert_eq!(id(nonsense), None, "{nonsense}");
        }
    }
}
