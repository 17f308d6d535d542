//! What is done for every call, around its method: a name for the log, a time limit, a task of its own.

use crate::{
    Drain,
    access::{self, Needs},
    refusal::refused,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri},
    middleware::Next,
    response::Response,
};
use chatlink_protocol::{ErrorCode, Problem};
use prost::Message as _;
use prost_types::{FileDescriptorSet, method_options::IdempotencyLevel};
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;
use tonic::{Code, Status};
use tracing::Instrument as _;

/// No call takes longer; a stream is taken in within it, and then lives by other rules.
const PATIENCE: Duration = Duration::from_secs(7);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// When the caller has no use for the answer any more, where the call says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Instant);

/// What is known of the methods, and what waits for them.
#[derive(Clone)]
pub(crate) struct Calls {
    /// By their paths.
    methods: Arc<HashMap<Arc<str>, Method>>,
    drain: Drain,
}

/// What is known of a method.
#[derive(Clone, Copy)]
struct Method {
    /// Whether it changes nothing, as the protos say.
    reads: bool,
    /// What it needs of a service token. None: it takes none.
    needs: Option<Needs>,
}

/// What a call was, for whoever counts calls: among the extensions of its answer.
#[derive(Clone, Debug)]
pub struct Called {
    /// The path of the method, or a word for all that is none.
    pub method: Arc<str>,
    /// What came of it; of a stream, of its beginning.
    pub code: Code,
}

impl Calls {
    /// Of the services in these descriptors.
    pub(crate) fn new(descriptors: &[u8], drain: Drain) -> Self {
        // They were written by our own build.
        let files = FileDescriptorSet::decode(descriptors).unwrap_or_default().file;
        let methods = files.iter().flat_map(|file| {
            file.service.iter().flat_map(move |service| {
                service.method.iter().map(move |method| {
                    let options = method.options.as_ref();
                    let reads = options.is_some_and(|it| it.idempotency_level() == IdempotencyLevel::NoSideEffects);
                    let needs = access::needs(service.name(), method.name());
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    (path.into(), Method { reads, needs })
                })
            })
        });
        Self { methods: Arc::new(methods.collect()), drain }
    }

    fn reads(&self, uri: &Uri) -> bool {
        self.methods.get(uri.path()).is_some_and(|method| method.reads)
    }

    fn needs(&self, uri: &Uri) -> Option<Needs> {
        self.methods.get(uri.path())?.needs
    }

    /// The method as logs and metrics name it: what is none of ours is the caller's own text.
    fn name(&self, uri: &Uri) -> Arc<str> {
        self.methods.get_key_value(uri.path()).map_or_else(|| "other".into(), |(name, _)| name.clone())
    }
}

/// Runs a call in a task of its own, so that a panic is an answer. Where it changes something, the task goes on when the
/// caller hangs up or its deadline passes: no use case is left half done. The drain waits for it.
pub(crate) async fn carry(State(calls): State<Calls>, mut request: Request, next: Next) -> Response {
    let id = request_id();
    // The method alone: names of people and rooms are in the message.
    let method = calls.name(request.uri());
    let span = tracing::info_span!("call", request_id = %id, %method);
    let started = Instant::now();
    let deadline = deadline(request.headers()).and_then(|time| started.checked_add(time));
    if let Some(deadline) = deadline {
        request.extensions_mut().insert(Deadline(deadline));
    }
    if let Some(needs) = calls.needs(request.uri()) {
        request.extensions_mut().insert(needs);
    }
    let reads = calls.reads(request.uri());
    let held = calls.drain.hold();
    let work = async move {
        let done = timeout_at(started + PATIENCE, next.run(request)).await;
        drop(held);
        done.unwrap_or_else(|_| {
            tracing::error!("a call took longer than {} s", PATIENCE.as_secs());
            let problem = Problem { retry_after: Some(1), ..Problem::new(ErrorCode::Unavailable) };
            refused(problem).into_http()
        })
    };
    let task = tokio::spawn(work.instrument(span.clone()));
    let answer = async {
        let done = match reads {
            true => AbortOnDropHandle::new(task).await,
            false => task.await,
        };
        // The panic hook has told the log what happened and where.
        done.unwrap_or_else(|_| refused(Problem::new(ErrorCode::Internal)).into_http())
    };
    let mut answer = match deadline {
        Some(deadline) => timeout_at(deadline, answer).await.unwrap_or_else(|_| late().into_http()),
        None => answer.await,
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    // An answer that goes well says so at its end.
    let status = answer.headers().get("grpc-status");
    let code = status.map_or(Code::Ok, |status| Code::from_bytes(status.as_bytes()));
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::debug!(?code, micros, "answered"));
    answer.extensions_mut().insert(Called { method, code });
    answer
}

/// The end of a call whose deadline passed.
pub(crate) fn late() -> Status {
    Status::deadline_exceeded("The deadline has passed.")
}

/// How long the caller waits, by `grpc-timeout`: at most eight digits and a unit. What is none is passed over.
fn deadline(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

/// Unique in this process and hardly in two: a random start and a count.
fn request_id() -> String {
    static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("call"));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}-{:x}", *START, COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_read_as_the_protocol_writes_them() {
        let read = |text: &'static str| {
            deadline(&HeaderMap::from_iter([(HeaderName::from_static("grpc-timeout"), HeaderValue::from_static(text))]))
        };
        assert_eq!(read("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(read("3M"), Some(Duration::from_secs(180)));
        assert_eq!(read("5S"), Some(Duration::from_secs(5)));
        assert_eq!(read("250m"), Some(Duration::from_millis(250)));
        assert_eq!(read("10u"), Some(Duration::from_micros(10)));
        assert_eq!(read("99999999n"), Some(Duration::from_nanos(99_999_999)));
        for nonsense in ["", "S", "5", "5s", "-5S", "+5S", "123456789S", "5 S", "5SS"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(deadline(&HeaderMap::new()), None);
    }

    #[test]
    fn the_protos_say_which_methods_read() {
        let calls = Calls::new(crate::DESCRIPTORS, Drain::default());
        assert!(calls.reads(&Uri::from_static("/chatlink.v1.Sessions/ListSessions")));
        assert!(!calls.reads(&Uri::from_static("/chatlink.v1.Sessions/LogIn")));
    }

    #[test]
    fn the_log_names_methods_and_nothing_that_a_caller_made_up() {
        let calls = Calls::new(crate::DESCRIPTORS, Drain::default());
        let login = Uri::from_static("/chatlink.v1.Sessions/LogIn");
        assert_eq!(&*calls.name(&login), login.path());
        for made_up in ["/chatlink.v1.Sessions/anna@example.org", "/", "/chatlink.v1.Sessions/LogIn/"] {
            assert_eq!(&*calls.name(&Uri::from_static(made_up)), "other");
        }
    }
}
