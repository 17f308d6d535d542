//! What stores promise about sessions.

use super::NewSecurityEvent;
use crate::{error::StoreError, identity::forms::Grant, settings::SessionLimits};
use async_trait::async_trait;
use chatlink_protocol::{SessionId, Timestamp, UserId};

/// A session to be started.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSession {
    /// Fresh.
    pub session_id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// How it is held.
    pub grant: Grant,
    /// SHA-256 of the token that holds it.
    pub token_hash: [u8; 32],
    /// A few words about the device.
    pub device: String,
}

/// A session that was started.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionStarted {
    /// It.
    pub session: SessionRow,
    /// The least used ones, that ended for it.
    pub ended: Vec<SessionId>,
}

/// A living session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    /// It.
    pub session_id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// How it is held.
    pub grant: Grant,
    /// The device.
    pub device: String,
    /// The login.
    pub created_at: Timestamp,
    /// The last use that was written down.
    pub last_used_at: Timestamp,
    /// It ends then, whatever its use.
    pub expires_at: Timestamp,
}

impl NewSession {
    /// The session as it begins.
    #[must_use]
    pub fn open(self, limits: &SessionLimits, now: Timestamp) -> SessionRow {
        SessionRow {
            session_id: self.session_id,
            user_id: self.user_id,
            grant: self.grant,
            device: self.device,
            created_at: now,
            last_used_at: now,
            expires_at: now.plus(limits.absolute),
        }
    }
}

impl SessionRow {
    /// Until when it lives if it is not used again.
    #[must_use]
    pub fn alive_until(&self, limits: &SessionLimits) -> Timestamp {
        self.last_used_at.plus(limits.idle).min(self.expires_at)
    }
}

/// What [`SessionStore::rotate`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum Rotation {
    /// The session is held by the next token from now on.
    Rotated(SessionRow),
    /// The token was used before: somebody else may have it. The session is ended.
    Reused,
    /// There is no such session any more.
    Gone,
}

/// Which sessions of a person to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndWhich {
    /// That one.
    One(SessionId),
    /// All but that one, or all.
    AllBut(Option<SessionId>),
}

impl EndWhich {
    /// Whether that one is among them.
    #[must_use]
    pub fn means(self, session: SessionId) -> bool {
        match self {
            Self::One(one) => session == one,
            Self::AllBut(kept) => Some(session) != kept,
        }
    }
}

/// A session that ended, in the order of ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// Its place in the order; rises with each end.
    pub ended_seq: i64,
    /// It.
    pub session_id: SessionId,
    /// When.
    pub ended_at: Timestamp,
}

/// Keeps sessions. A session is alive until it is ended, idle too long or too old; every end gets a
/// place in the list of ends.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The living session that this token holds, of an active account.
    async fn find_session(
        &self,
        token_hash: &[u8; 32],
        grant: Grant,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError>;

    /// Writes a use down, so that the session does not idle out.
    async fn touch_session(
        &self,
        session_id: SessionId,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Hands a session over from the token with hash `old` to the one with hash `next`, once: with
    /// any other token than the present one the session ends. Ask with tokens alone that are known
    /// to be that session's.
    async fn rotate(
        &self,
        session_id: SessionId,
        old: &[u8; 32],
        next: &[u8; 32],
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Rotation, StoreError>;

    /// The person's living sessions, the last used first.
    async fn list_sessions(&self, user_id: UserId, now: Timestamp) -> Result<Vec<SessionRow>, StoreError>;

    /// Ends sessions of this person; answers which were alive. Notes `event` in the security log, if
    /// there was one.
    async fn end_sessions(
        &self,
        user_id: UserId,
        which: EndWhich,
        event: Option<NewSecurityEvent>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Ends after `after`, in order, at most `limit`; of the last hour at least.
    async fn ended_since(&self, after: i64, limit: u32) -> Result<Vec<EndedSession>, StoreError>;
}
