//! The port to receivers.

use super::url::WebhookUrl;
use async_trait::async_trait;
use bytes::Bytes;
use std::fmt;

/// A delivery as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedPost {
    /// Where to.
    pub url: WebhookUrl,
    /// `content-type`, `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub headers: [(&'static str, String); 4],
    /// JSON.
    pub body: Bytes,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It was taken: any status of 200 to 299, whatever else the answer says.
    Taken,
    /// 410: nobody is there any more, for good.
    Gone,
    /// Any other status, redirections among them.
    Refused(u16),
    /// No connection came about, or it broke.
    Unreachable,
    /// No answer came in time.
    Late,
    /// Whoever posts failed by itself.
    Failed,
}

/// Posts deliveries. Follows no redirection, checks certificates, waits 10 s for an answer at most, and reads of its body no
/// more than a few KiB. Never tries again by itself.
#[async_trait]
pub trait WebhookPost: Send + Sync + 'static {
    /// Posts it once.
    async fn post(&self, post: SignedPost) -> Answered;
}

impl Answered {
    /// What a status means.
    #[must_use]
    pub const fn by_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Taken,
            410 => Self::Gone,
            other => Self::Refused(other),
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => f.write_str("it was taken"),
            Self::Gone => f.write_str("it answered 410: gone"),
            Self::Refused(status) => write!(f, "it answered {status}"),
            Self::Unreachable => f.write_str("it cannot be reached"),
            Self::Late => f.write_str("it did not answer in time"),
            Self::Failed => f.write_str("the post failed here"),
        }
    }
}

impl fmt::Debug for SignedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedPost({:?}, {} bytes)", self.url, self.body.len())
    }
}
