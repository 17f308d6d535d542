//! What carries calls and the socket: a port, so that tests can cut it.

mod net;

pub use net::NetTransport;

use crate::Secret;
use async_trait::async_trait;
use futures_util::{Sink, Stream};
use std::pin::Pin;

/// The largest answer that is read of one call, in bytes.
pub const ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Carries calls and sockets to one server. A call or a socket that fails says no more than that: whether something
/// arrived is never known.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Makes one call and reads its answer to the end, at most [`ANSWER_BYTES`]. Ends by itself within a bounded time.
    ///
    /// # Errors
    /// No whole answer came.
    async fn call(&self, call: Call) -> Result<Answer, Cut>;

    /// Opens a socket of subprotocol `chatlink.v1` at the path, with nothing that says who asks.
    ///
    /// # Errors
    /// There is none.
    async fn dial(&self, path: &str) -> Result<Line, Cut>;
}

/// A call on its way out.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is done.
    pub method: Method,
    /// Path and query, below the server's base: `/v1/…`.
    pub path: String,
    /// Who asks.
    pub bearer: Option<Secret>,
    /// A JSON text.
    pub body: Option<Vec<u8>>,
}

/// The methods that the API knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "RFC 9110 says what they mean")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON where ChatLink made it.
    pub body: Vec<u8>,
}

/// A socket. Dropping it closes it.
pub struct Line {
    /// Frames out.
    pub out: Pin<Box<dyn Sink<String, Error = Cut> + Send>>,
    /// Frames in. It ends when the other side closed, or after [`Cut`].
    pub inward: Pin<Box<dyn Stream<Item = Result<String, Cut>> + Send>>,
}

/// The line fell, or there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// For no reason that is known.
    #[error("the line fell")]
    Fallen,
    /// The other side closed it because of who asks (1008): the token, or the session, is not good any more.
    #[error("the line was refused")]
    Refused,
}
