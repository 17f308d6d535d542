//! What is done for every request, around its handler: a name for the log, a time limit, one shape
//! of errors, the headers of our own answers.

use crate::{Drain, Edge, Problem};
use axum::{
    extract::{MatchedPath, OriginalUri, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chatlink_core::people::MAX_PICTURE_BYTES;
use chatlink_protocol::ErrorCode;
use std::{
    any::Any,
    hash::{BuildHasher, RandomState},
    panic::resume_unwind,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinError;
use tracing::Instrument as _;

/// No request takes longer; sockets are no requests.
const PATIENCE: Duration = Duration::from_secs(7);

/// A file comes over a slow line, too.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(60);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Outermost: names the request, logs how it ended, and finishes the answer.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let id = request_id();
    let path = path_of(&request);
    let method = request.method().clone();
    // Names of people and rooms are in paths: the span has none of it.
    let span = tracing::info_span!("request", request_id = %id, %method);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = match response.extensions().get::<Problem>() {
        Some(problem) => with_headers_of(response.headers(), problem.clone().render(Some(path), Some(id.clone()))),
        None => response,
    };
    own_headers(response.headers_mut(), &id);
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        // Its body is left unread, so this connection ends: the caller must not use it again.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    span.in_scope(|| tracing::debug!(status, micros = u64::try_from(micros).unwrap_or(u64::MAX), "answered"));
    response
}

/// The calls whose body is a file.
fn is_upload(request: &Request) -> bool {
    let path = request.extensions().get::<MatchedPath>();
    *request.method() == Method::PUT && path.is_some_and(|path| path.as_str().ends_with("/avatar"))
}

/// Ends what takes too long. What changes something runs in a task of its own: a caller who hangs up leaves no
/// use case half done, such as a password changed of which its owner was not told. The drain waits for it.
pub(crate) async fn hurry(State(drain): State<Drain>, request: Request, next: Next) -> Response {
    let patience = if is_upload(&request) { UPLOAD_PATIENCE } else { PATIENCE };
    let reads = request.method().is_safe();
    let work = async move {
        match tokio::time::timeout(patience, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                tracing::error!("a request took longer than {} s", patience.as_secs());
                Problem::new(ErrorCode::Unavailable).retry_after(1).into_response()
            }
        }
    };
    if reads {
        return work.await;
    }
    let held = drain.hold();
    let work = async move {
        let _held = held;
        work.await
    };
    match tokio::spawn(work.in_current_span()).await.map_err(JoinError::try_into_panic) {
        Ok(response) => response,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime goes down.
        Err(Err(_)) => Problem::new(ErrorCode::Unavailable).retry_after(1).into_response(),
    }
}

/// Refuses a body that announces itself as too large before a byte of it is read; one that does
/// not is cut off by the extractor.
pub(crate) async fn refuse_large(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<u64>().ok());
    let most = if is_upload(&request) { MAX_PICTURE_BYTES } else { edge.options.body_bytes };
    if announced.is_some_and(|length| length > u64::try_from(most).unwrap_or(u64::MAX)) {
        return Problem::new(ErrorCode::TooLarge).into_response();
    }
    next.run(request).await
}

/// The answer of a handler that panicked.
#[allow(clippy::needless_pass_by_value, reason = "the signature that CatchPanicLayer asks for")]
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has told the log what happened and where.
    Problem::new(ErrorCode::Internal).into_response()
}

/// The answer to a path that is not there.
pub(crate) async fn no_such_path() -> Problem {
    Problem::new(ErrorCode::NotFound)
}

/// The answer to a method that the path does not know; axum adds `Allow`.
pub(crate) async fn no_such_method() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed)
}

fn path_of(request: &Request) -> String {
    let original = request.extensions().get::<OriginalUri>().map(|uri| uri.path().to_owned());
    original.unwrap_or_else(|| request.uri().path().to_owned())
}

/// Unique in this process and hardly in two: a random start and a count.
fn request_id() -> String {
    static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("request"));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}-{:x}", *START, COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Keeps what the refusing handler had set: `Allow`, `Set-Cookie`, `Retry-After`.
fn with_headers_of(earlier: &HeaderMap, mut response: Response) -> Response {
    for (name, value) in earlier {
        if *name != header::CONTENT_LENGTH && !response.headers().contains_key(name) {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
    response
}

/// Headers of our own answers. What concerns a whole origin (HSTS, the page's CSP) is the app's.
fn own_headers(headers: &mut HeaderMap, id: &str) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}
