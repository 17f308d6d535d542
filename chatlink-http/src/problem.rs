//! Errors on their way out: RFC 9457 `application/problem+json`, everywhere.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chatlink_core::{Chain, Coded};
use chatlink_protocol::{ErrorCode, error};

/// The error type of every handler: a problem that becomes an answer. Use-case errors turn into it
/// by `?`; what the store or the engine did wrong is logged then, once, and never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<error::Problem>);

impl Problem {
    /// The bare problem of a code.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self(Box::new(error::Problem::new(code)))
    }

    /// With what is special about this occurrence, in English for developers. Nothing secret.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// With the seconds to wait before the next try; also sent as `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The value on the wire.
    #[must_use]
    pub fn into_inner(self) -> error::Problem {
        *self.0
    }

    /// The answer, with what only the edge knows.
    pub(crate) fn render(mut self, instance: Option<String>, request_id: Option<String>) -> Response {
        self.0.instance = instance;
        self.0.request_id = request_id;
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        self.head(response.headers_mut());
        response
    }

    fn head(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
}

impl<E: Coded + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        let problem = Self(Box::new(error.problem()));
        if problem.0.status >= 500 {
            tracing::error!(code = problem.0.code.name(), error = %Chain(&error), "a call failed");
        }
        problem
    }
}

impl IntoResponse for Problem {
    /// The request layer finds the problem in the extensions and renders it again, with the
    /// request's own members.
    fn into_response(self) -> Response {
        let mut response = self.clone().render(None, None);
        response.extensions_mut().insert(self);
        response
    }
}
