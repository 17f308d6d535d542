//! Answers that give or take a session.

use super::dto::{LoggedInAnswer, LoggedInUser, Session};
use crate::{Edge, Json, Problem, auth};
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chatlink_core::{
    Invalid,
    identity::{Grant, Granted, Held, LoggedIn},
};

/// Reads how the session is to be held. A cookie is given to allowed pages alone, so that no other
/// site logs a person into somebody's account.
pub(super) fn grant(edge: &Edge, headers: &HeaderMap, text: Option<&str>) -> Result<Grant, Problem> {
    match text {
        None | Some("token") => Ok(Grant::Token),
        Some("cookie") if edge.options.origins.admit(headers) => Ok(Grant::Cookie),
        Some("cookie") => Err(auth::foreign_page()),
        Some(_) => Err(Invalid::field("grant", "unknown_grant", "token or cookie").into()),
    }
}

/// A person is logged in: with tokens in the body, or a cookie, which takes the place of the one that the
/// browser held. The session of that ends with it.
pub(super) async fn logged_in(
    edge: &Edge,
    headers: &HeaderMap,
    status: StatusCode,
    login: LoggedIn,
) -> Result<Response, Problem> {
    let (session, cookie) = session(login.session);
    let user = LoggedInUser { id: login.user_id, username: login.username };
    let Some((token, csrf_token)) = cookie else {
        return Ok((status, Json(LoggedInAnswer { user, session, csrf_token: None })).into_response());
    };
    if let Some(before) = edge.options.cookie.read(headers) {
        edge.chat.identity().replace_cookie(before).await?;
    }
    // The session's absolute end; it may idle out before, and the store knows when.
    let life = edge.chat.settings().sessions.absolute;
    let set = [(header::SET_COOKIE, edge.options.cookie.set(&token, life))];
    Ok((status, set, Json(LoggedInAnswer { user, session, csrf_token: Some(csrf_token) })).into_response())
}

/// A session on the wire and, where a cookie holds it, the cookie's token and the CSRF token.
pub(super) fn session(granted: Granted) -> (Session, Option<(String, String)>) {
    let bare = Session { id: granted.session_id, access_token: None, access_expires_at: None, refresh_token: None };
    match granted.held {
        Held::Tokens { access_token, access_expires_at, refresh_token } => {
            let session = Session {
                access_token: Some(access_token),
                access_expires_at: Some(access_expires_at),
                refresh_token: Some(refresh_token),
                ..bare
            };
            (session, None)
        }
        Held::Cookie { token, csrf_token, .. } => (bare, Some((token, csrf_token))),
    }
}
