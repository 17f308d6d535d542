//! One socket from its upgrade to its end.

use super::{answers::Answers, close::End, heard::Heard, read, turns::until_one_ends, write};
use crate::Edge;
use axum::extract::ws::{Message, WebSocket};
use chatlink_core::{identity::Principal, realtime::Connection};
use chatlink_protocol::{
    ErrorCode,
    frame::{Ack, ClientFrame, Command, Reply, ReplyResult},
};
use futures_util::StreamExt as _;
use std::time::Duration;
use tokio::time::timeout;

/// How long a socket may take to say who it is.
const AUTH_PATIENCE: Duration = Duration::from_secs(10);
/// How long the peer may take to answer our close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

/// Carries frames until one side ends it.
pub(super) async fn drive(edge: &Edge, mut socket: WebSocket, principal: Option<Principal>, rooms: u32) {
    // On the heap and gone once he is in: the socket keeps no place for it.
    let end = match Box::pin(enter(edge, &mut socket, principal, rooms)).await {
        Ok(connection) => carry(edge, &mut socket, connection).await,
        Err(end) => end,
    };
    let Some(last) = end.frame() else { return };
    // Read on until the peer has closed too: closing under unread bytes would throw our frame away.
    let farewell = async {
        if socket.send(last).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(CLOSE_PATIENCE, farewell).await;
}

/// Learns who it is, and takes the connection in.
async fn enter(
    edge: &Edge,
    socket: &mut WebSocket,
    principal: Option<Principal>,
    rooms: u32,
) -> Result<Connection, End> {
    let principal = match principal {
        Some(principal) => principal,
        None => tokio::select! {
            principal = timeout(AUTH_PATIENCE, first_frame(edge, socket)) => {
                principal.map_err(|_| End::Policy("say who you are within 10 s"))??
            }
            () = edge.options.drain.begun() => return Err(End::Restart),
        },
    };
    let connected = edge.chat.connect(principal.user_id, principal.session_id, principal.expires_at, rooms).await;
    connected.map_err(|error| End::of_code(crate::Problem::from(error).code()))
}

/// The `auth` frame of a socket whose request said nothing.
async fn first_frame(edge: &Edge, socket: &mut WebSocket) -> Result<Principal, End> {
    loop {
        let text = match socket.recv().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => return Err(End::Policy("texts alone")),
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            Some(Err(error)) => return Err(End::of_error(&error)),
        };
        let frame: ClientFrame = serde_json::from_str(&text).map_err(|_| End::Policy("say who you are first"))?;
        let Command::Auth { token } = frame.command else { return Err(End::Policy("say who you are first")) };
        let authenticated = edge.chat.identity().authenticate_bearer(&token).await;
        let principal = authenticated.map_err(|error| End::of_code(crate::Problem::from(error).code()))?;
        if let Some(id) = frame.id {
            let reply = Reply { id, result: ReplyResult::Ok(Ack::default()) };
            let text = serde_json::to_string(&reply).unwrap_or_default();
            socket.send(Message::from(text)).await.map_err(|_| End::Gone)?;
        }
        return Ok(principal);
    }
}

/// Reads and writes side by side: a slow command holds up no event, and a slow socket no command.
async fn carry(edge: &Edge, socket: &mut WebSocket, connection: Connection) -> End {
    let (mut sink, mut stream) = socket.split();
    let (answers, heard) = (Answers::default(), Heard::new());
    // What was read is answered before anything is written: an answer and the event that it is of go out together.
    let reader = read::commands(edge, &connection, &mut stream, &answers, &heard);
    until_one_ends(reader, write::frames(edge, &connection, &mut sink, &answers, &heard)).await
}

/// The problem of a code as an answer.
pub(super) fn refusal(id: u64, code: ErrorCode) -> Reply {
    Reply { id, result: ReplyResult::Error(Box::new(chatlink_protocol::Problem::new(code))) }
}
