//! Routes of sessions.

use super::{
    answer,
    caller::From,
    dto::{LoggedInAnswer, Login, Refresh, RefreshAnswer, SessionItem, SessionList},
};
use crate::{Auth, Edge, Json, PathIds, Problem};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chatlink_core::{
    ChatLink,
    identity::{LoginForm, Via},
};
use chatlink_protocol::SessionId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(log_in, list_sessions))
        .routes(routes!(refresh_session))
        .routes(routes!(revoke_session))
        .routes(routes!(revoke_other_sessions))
        .routes(routes!(log_out))
}

/// Logs in by username, e-mail address or mobile number. Where the account asks for a second factor, a
/// right password alone is refused with `second_factor_required`.
#[utoipa::path(post, path = "/sessions", tag = "sessions", security(()),
    responses((status = 200, description = "Logged in.", body = LoggedInAnswer)))]
async fn log_in(
    State(edge): State<Edge>,
    From(caller): From,
    headers: HeaderMap,
    Json(request): Json<Login>,
) -> Result<Response, Problem> {
    let grant = answer::grant(&edge, &headers, request.grant.as_deref())?;
    let form =
        LoginForm { login: request.login, password: request.password, second_factor: request.second_factor, grant };
    let login = edge.chat.identity().login(&caller, form).await?;
    answer::logged_in(&edge, &headers, StatusCode::OK, login).await
}

/// Trades a refresh token, once, for new tokens.
#[utoipa::path(post, path = "/sessions/refresh", tag = "sessions", security(()),
    responses((status = 200, description = "New tokens.", body = RefreshAnswer)))]
async fn refresh_session(
    State(chat): State<ChatLink>,
    _: From,
    Json(request): Json<Refresh>,
) -> Result<Json<RefreshAnswer>, Problem> {
    let (session, _) = answer::session(chat.identity().refresh(&request.refresh_token).await?);
    Ok(Json(RefreshAnswer { session }))
}

/// The caller's sessions, the last used first.
#[utoipa::path(get, path = "/sessions", tag = "sessions",
    responses((status = 200, description = "All of them.", body = SessionList)))]
async fn list_sessions(State(chat): State<ChatLink>, _: From, Auth(me): Auth) -> Result<Json<SessionList>, Problem> {
    let sessions = chat.identity().list_sessions(&me).await?;
    Ok(Json(SessionList { items: sessions.into_iter().map(SessionItem::from).collect() }))
}

/// Ends one of the caller's sessions, on every device within a second.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", params(("id" = SessionId, Path)),
    responses((status = 204, description = "It is over.")))]
async fn revoke_session(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    PathIds(session): PathIds<SessionId>,
) -> Result<StatusCode, Problem> {
    chat.identity().revoke_session(&caller, &me, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of the caller but this one.
#[utoipa::path(post, path = "/sessions/revoke-others", tag = "sessions",
    responses((status = 204, description = "They are over.")))]
async fn revoke_other_sessions(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
) -> Result<StatusCode, Problem> {
    chat.identity().revoke_others(&caller, &me).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends this session, and takes the cookie away.
#[utoipa::path(post, path = "/sessions/logout", tag = "sessions",
    responses((status = 204, description = "Logged out.")))]
async fn log_out(State(edge): State<Edge>, _: From, Auth(me): Auth) -> Result<Response, Problem> {
    edge.chat.identity().logout(&me).await?;
    let clear = (me.via == Via::Cookie).then(|| [(header::SET_COOKIE, edge.options.cookie.clear())]);
    Ok(match clear {
        Some(clear) => (StatusCode::NO_CONTENT, clear).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
