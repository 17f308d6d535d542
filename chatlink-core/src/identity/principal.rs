//! Who a call comes from: proved by a token, a cookie, or the host.

use chatlink_protocol::{SessionId, Timestamp, UserId};

/// A person, as this call proved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The account.
    pub user_id: UserId,
    /// The session that the call belongs to; none for a host's user.
    pub session_id: Option<SessionId>,
    /// Until when this proof is good. A connection lives beyond it as long as its session does; a
    /// host's user needs a fresh token.
    pub expires_at: Timestamp,
    /// How it was proved.
    pub via: Via,
}

/// How a [`Principal`] was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// Our own access token.
    Bearer,
    /// A browser's cookie: its calls need the CSRF token.
    Cookie,
    /// A token of the host, through its [`Verifier`](super::Verifier).
    Host,
}
