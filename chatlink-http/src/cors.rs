//! What browsers let pages of other origins do here: call with a token and read the answer.

use crate::Origins;
use axum::http::{HeaderName, Method, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what it was allowed. Short, so that a page taken from the list is out soon.
const REMEMBERED: Duration = Duration::from_secs(600);

const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Answers for exactly these pages; none without a list, and then nothing of CORS is said at all. Credentials are
/// never allowed, so a browser sends no cookie along and takes none.
pub(crate) fn layer(allowed: &Origins) -> Option<CorsLayer> {
    if allowed.is_empty() {
        return None;
    }
    let allowed = allowed.clone();
    let listed = AllowOrigin::predicate(move |origin, _| origin.to_str().is_ok_and(|origin| allowed.allow(origin)));
    Some(
        CorsLayer::new()
            .allow_origin(listed)
            .allow_methods(METHODS)
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
            .max_age(REMEMBERED),
    )
}
