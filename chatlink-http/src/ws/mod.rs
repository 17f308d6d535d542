//! The WebSocket edge: admits a socket, then carries frames between it and a core
//! [`Connection`](chatlink_core::realtime::Connection). It decides nothing.

mod answers;
mod close;
mod heard;
mod read;
mod socket;
mod turns;
mod write;

use crate::{
    ClientAddress, Edge, Problem, Query,
    auth::{Credential, credential, foreign_page},
};
use axum::{
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::HeaderMap,
    response::Response,
};
use chatlink_core::identity::Principal;
use chatlink_protocol::{
    ErrorCode,
    frame::{FRAME_BYTES, HELLO_ROOMS, SUBPROTOCOL},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// tungstenite zero-fills its whole buffer before each read: a small one is faster and lighter.
const READ_BUFFER: usize = 4 * 1024;
/// Frames up to here go out together.
const WRITE_BUFFER: usize = 16 * 1024;
/// What may wait inside the socket's own buffer: one largest frame beside it.
const MAX_WRITE_BUFFER: usize = WRITE_BUFFER + 2 * FRAME_BYTES;

/// The route of this edge, below `/v1`.
pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(open_socket))
}

/// What a socket is asked for with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SocketQuery {
    /// How many conversations `hello` shows: 0 to 20, which is the default. Whoever comes back asks for none.
    rooms: Option<u32>,
}

/// A socket of subprotocol `chatlink.v1`. Bearer header, cookie, or a first frame
/// `{"type":"auth","token":…}` within 10 seconds.
#[utoipa::path(get, path = "/ws", tag = "realtime", params(SocketQuery),
    security((), ("bearer" = []), ("cookie" = [])),
    responses((status = 101, description = "A WebSocket from here on.")))]
async fn open_socket(
    State(edge): State<Edge>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<SocketQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|refused| Problem::new(ErrorCode::Malformed).detail(refused.body_text()))?;
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(Problem::new(ErrorCode::Malformed).detail("Ask for the subprotocol chatlink.v1."));
    }
    let principal = admit(&edge, &headers).await?;
    let seat = edge.chat.seat(address).ok_or_else(|| Problem::new(ErrorCode::RateLimited).retry_after(5))?;
    let (held, rooms) = (edge.options.drain.hold(), query.rooms.unwrap_or(HELLO_ROOMS));
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .max_message_size(FRAME_BYTES)
        .max_frame_size(FRAME_BYTES);
    Ok(upgrade.on_upgrade(async move |socket| {
        socket::drive(&edge, socket, principal, rooms).await;
        drop((seat, held));
    }))
}

/// Who asks, where the request itself says it. A cookie counts for a page of our own alone: browsers
/// send it along with the sockets of any page. A page that may call with tokens is not refused for it, and
/// shows its token in the first frame. A token's own page is not asked for: no browser adds it unasked.
async fn admit(edge: &Edge, headers: &HeaderMap) -> Result<Option<Principal>, Problem> {
    let identity = edge.chat.identity();
    match credential(edge, headers)? {
        Some(Credential::Bearer(token)) => Ok(Some(identity.authenticate_bearer(token).await?)),
        Some(Credential::Cookie(token)) if edge.options.origins.allow_page_of(headers) => {
            Ok(Some(identity.authenticate_cookie(token).await?))
        }
        Some(Credential::Cookie(_)) if edge.options.allowed_origins.allow_page_of(headers) => Ok(None),
        Some(Credential::Cookie(_)) => Err(foreign_page()),
        None => Ok(None),
    }
}
