//! Who calls: a bearer token, or a browser's cookie with its guards against other sites.

use crate::{Edge, Problem};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use chatlink_core::identity::Principal;
use chatlink_protocol::ErrorCode;

/// The header that carries the CSRF token.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

/// A logged-in caller; a handler that takes it answers 401 to everybody else. By cookie a call must
/// come from an allowed page (403 `forbidden`) and, for every method but GET and HEAD, carry the
/// session's CSRF token (403 `csrf_wrong`).
#[derive(Clone, Copy, Debug)]
pub struct Auth(pub Principal);

impl FromRequestParts<Edge> for Auth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        let principal = match credential(edge, &parts.headers)? {
            Some(Credential::Bearer(token)) => edge.chat.identity().authenticate_bearer(token).await?,
            Some(Credential::Cookie(token)) => by_cookie(edge, parts, token).await?,
            None => return Err(Problem::new(ErrorCode::Unauthenticated)),
        };
        Ok(Self(principal))
    }
}

async fn by_cookie(edge: &Edge, parts: &Parts, token: &str) -> Result<Principal, Problem> {
    if !edge.options.origins.admit(&parts.headers) {
        return Err(foreign_page());
    }
    let principal = edge.chat.identity().authenticate_cookie(token).await?;
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        let token = parts.headers.get(CSRF_HEADER).and_then(|token| token.to_str().ok());
        if !token.is_some_and(|token| edge.chat.identity().check_csrf(&principal, token)) {
            return Err(Problem::new(ErrorCode::CsrfWrong));
        }
    }
    Ok(principal)
}

/// What a request shows to prove who sent it.
pub(crate) enum Credential<'h> {
    /// `Authorization: Bearer …`
    Bearer(&'h str),
    /// The session cookie.
    Cookie(&'h str),
}

/// The one credential that counts: the header where there is one, else the cookie. A header that
/// is no bearer token is refused instead of being passed over.
pub(crate) fn credential<'h>(edge: &Edge, headers: &'h HeaderMap) -> Result<Option<Credential<'h>>, Problem> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => match bearer(value) {
            Some(token) => Ok(Some(Credential::Bearer(token))),
            None => Err(Problem::new(ErrorCode::Unauthenticated)),
        },
        None => Ok(edge.options.cookie.read(headers).map(Credential::Cookie)),
    }
}

/// The refusal of a page that may not act for the person.
pub(crate) fn foreign_page() -> Problem {
    Problem::new(ErrorCode::Forbidden).detail("This page's origin may not use the session cookie.")
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}
