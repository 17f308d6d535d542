//! Extractors that refuse with a problem, never with axum's plain texts.

use crate::Problem;
use axum::{
    Json as AxumJson,
    extract::{FromRequest, FromRequestParts, Query as AxumQuery, RawPathParams, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use chatlink_protocol::{
    CeremonyId, ClientId, ContactAttemptId, ErrorCode, EventId, InviteId, PasskeyId, RegistrationId, ReportId, ResetId,
    RoomId, SessionId, UserId,
};
use serde::{Serialize, de::DeserializeOwned};

/// A JSON body, in and out. Another media type is 415, one that is no JSON or of another shape 400,
/// too large 413. Values that only break a field's rule belong to the domain, which answers 422
/// with all fields at once: take them as plain strings here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// The query's members. A wrong one is 400.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

/// The ids (and words) of the path, in order: `PathIds(room): PathIds<RoomId>`,
/// `PathIds((room, message)): PathIds<(RoomId, EventId)>`. A malformed id is read as the nil id,
/// which names nothing: it is answered exactly like an absent one, by the same steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathIds<T>(pub T);

/// One segment of a path.
pub trait Segment: Sized {
    /// What the segment says. Never fails: what cannot be read names nothing.
    fn read(text: &str) -> Self;
}

/// Segments of a path, the last ones in their order.
pub trait Segments: Sized {
    /// Reads them; `texts` are all parameters of the path, a host's own first.
    fn read(texts: &[&str]) -> Self;
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match AxumJson::from_request(request, state).await {
            Ok(AxumJson(value)) => Ok(Self(value)),
            Err(rejection) => Err(refuse(&rejection)),
        }
    }
}

fn refuse(rejection: &JsonRejection) -> Problem {
    match (rejection, rejection.status()) {
        (JsonRejection::MissingJsonContentType(_), _) => Problem::new(ErrorCode::UnsupportedMediaType),
        (_, StatusCode::PAYLOAD_TOO_LARGE) => Problem::new(ErrorCode::TooLarge),
        _ => Problem::new(ErrorCode::Malformed).detail(rejection.body_text()),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        AxumJson(self.0).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AxumQuery::from_request_parts(parts, state).await {
            Ok(AxumQuery(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(ErrorCode::Malformed).detail(rejection.body_text())),
        }
    }
}

impl<T: Segments, S: Send + Sync> FromRequestParts<S> for PathIds<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        // Escapes that are no UTF-8 name nothing either, and there is no telling which segment it was.
        let params = params.map_err(|_| Problem::new(ErrorCode::NotFound))?;
        let texts: Vec<&str> = params.iter().map(|(_, text)| text).collect();
        Ok(Self(T::read(&texts)))
    }
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl Segment for $id {
            fn read(text: &str) -> Self {
                text.parse().unwrap_or(Self::from_uuid(uuid::Uuid::nil()))
            }
        }
    )*};
}

ids!(
    CeremonyId,
    ClientId,
    ContactAttemptId,
    EventId,
    InviteId,
    PasskeyId,
    RegistrationId,
    ReportId,
    ResetId,
    RoomId,
    SessionId,
    UserId
);

impl Segment for String {
    fn read(text: &str) -> Self {
        text.to_owned()
    }
}

impl<A: Segment> Segments for A {
    fn read(texts: &[&str]) -> Self {
        A::read(nth_last(texts, 1))
    }
}

impl<A: Segment, B: Segment> Segments for (A, B) {
    fn read(texts: &[&str]) -> Self {
        (A::read(nth_last(texts, 2)), B::read(nth_last(texts, 1)))
    }
}

impl<A: Segment, B: Segment, C: Segment> Segments for (A, B, C) {
    fn read(texts: &[&str]) -> Self {
        (A::read(nth_last(texts, 3)), B::read(nth_last(texts, 2)), C::read(nth_last(texts, 1)))
    }
}

fn nth_last<'a>(texts: &[&'a str], back: usize) -> &'a str {
    texts.len().checked_sub(back).and_then(|index| texts.get(index).copied()).unwrap_or("")
}
