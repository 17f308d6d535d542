//! Sessions in memory.

use super::{Session, Tables};
use crate::{
    error::StoreError,
    identity::{
        EndWhich, EndedSession, Grant, NewSecurityEvent, NewSession, Rotation, SessionRow, SessionStarted, SessionStore,
    },
    memory::MemoryStore,
    settings::SessionLimits,
};
use async_trait::async_trait;
use chatlink_protocol::{SessionId, Timestamp, UserId};
use std::cmp::Reverse;

#[async_trait]
impl SessionStore for MemoryStore {
    async fn find_session(
        &self,
        token_hash: &[u8; 32],
        grant: Grant,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        let tables = &self.lock().identity;
        let now = tables.seen(now);
        let mut living = tables.sessions.values().filter(|session| session.is_alive(now));
        let found = living.find(|session| session.token_hash == *token_hash && session.row.grant == grant);
        let active = found.filter(|session| tables.active_username(session.row.user_id).is_some());
        Ok(active.map(|session| session.row.clone()))
    }

    async fn touch_session(
        &self,
        session_id: SessionId,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        if let Some(session) = tables.sessions.get_mut(&session_id).filter(|session| session.is_alive(now)) {
            session.touch(limits, now);
        }
        Ok(())
    }

    async fn rotate(
        &self,
        session_id: SessionId,
        old: &[u8; 32],
        next: &[u8; 32],
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let alive = |session: &&mut Session| session.is_alive(now) && session.row.grant == Grant::Token;
        let Some(session) = tables.sessions.get_mut(&session_id).filter(alive) else { return Ok(Rotation::Gone) };
        if session.token_hash != *old {
            tables.end(&[session_id], now);
            return Ok(Rotation::Reused);
        }
        session.token_hash = *next;
        session.touch(limits, now);
        Ok(Rotation::Rotated(session.row.clone()))
    }

    async fn list_sessions(&self, user_id: UserId, now: Timestamp) -> Result<Vec<SessionRow>, StoreError> {
        let tables = &self.lock().identity;
        Ok(tables.living(user_id, tables.seen(now)))
    }

    async fn end_sessions(
        &self,
        user_id: UserId,
        which: EndWhich,
        event: Option<NewSecurityEvent>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let ended = tables.end_those(user_id, which, now);
        if let (Some(event), false) = (event, ended.is_empty()) {
            tables.note_security(user_id, event.kind, &event.origin, now);
        }
        Ok(ended)
    }

    async fn ended_since(&self, after: i64, limit: u32) -> Result<Vec<EndedSession>, StoreError> {
        let ended = self.lock().identity.ended.clone();
        Ok(ended.into_iter().filter(|ended| ended.ended_seq > after).take(limit as usize).collect())
    }
}

impl Session {
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.alive_until
    }

    fn touch(&mut self, limits: &SessionLimits, now: Timestamp) {
        self.row.last_used_at = now;
        self.alive_until = self.row.alive_until(limits);
    }
}

impl Tables {
    /// The living sessions of a person, the last used first.
    fn living(&self, user: UserId, now: Timestamp) -> Vec<SessionRow> {
        let mine = self.sessions.values().filter(|session| session.row.user_id == user && session.is_alive(now));
        let mut rows: Vec<_> = mine.map(|session| session.row.clone()).collect();
        rows.sort_by_key(|row| Reverse((row.last_used_at, row.session_id)));
        rows
    }

    /// Starts a session, and ends the least used ones above the limit.
    pub(super) fn start_session(&mut self, new: NewSession, limits: &SessionLimits, now: Timestamp) -> SessionStarted {
        let living = self.living(new.user_id, now).into_iter().map(|session| session.session_id);
        let ended: Vec<_> = living.skip(limits.beside_a_new_one()).collect();
        self.end(&ended, now);
        let token_hash = new.token_hash;
        let row = new.open(limits, now);
        let session = Session { alive_until: row.alive_until(limits), row: row.clone(), token_hash };
        self.sessions.insert(row.session_id, session);
        SessionStarted { session: row, ended }
    }

    /// Ends these sessions, in the list of ends.
    pub(super) fn end(&mut self, sessions: &[SessionId], now: Timestamp) {
        for session_id in sessions {
            if self.sessions.remove(session_id).is_some() {
                self.name_end(*session_id, now);
            }
        }
    }

    /// Gives an end a place in the list of ends.
    pub(in crate::memory) fn name_end(&mut self, session_id: SessionId, now: Timestamp) {
        self.ends += 1;
        self.ended.push(EndedSession { ended_seq: self.ends, session_id, ended_at: now });
    }

    /// Ends sessions of a person; answers the living ones among them.
    pub(super) fn end_those(&mut self, user: UserId, which: EndWhich, now: Timestamp) -> Vec<SessionId> {
        let living = self.living(user, now).into_iter().map(|session| session.session_id);
        let ending: Vec<_> = living.filter(|id| which.means(*id)).collect();
        self.end(&ending, now);
        ending
    }
}
