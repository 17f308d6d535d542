//! Sessions on SQLite.

use super::{security, seen, tick};
use crate::{
    SqliteStore,
    error::store_error,
    rows::{Many, Read},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    identity::{
        EndWhich, EndedSession, Grant, NewSecurityEvent, NewSession, Rotation, SessionRow, SessionStarted, SessionStore,
    },
    protocol::{SessionId, Timestamp, UserId},
    settings::SessionLimits,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

/// The columns of a [`SessionRow`], in its order.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            r#"SELECT s.session_id, s.user_id, s."grant", s.device, s.created_at, s.last_used_at, s.expires_at
               FROM sessions s "#,
            $rest
        )
    };
}

const END: Many =
    Many { columns: &["session_id"], sql: "DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM k)" };

const NAME_END: Many = Many {
    columns: &["session_id", "ended_at"],
    sql: "INSERT INTO ended_sessions (session_id, ended_at)
          SELECT session_id, ended_at FROM k WHERE session_id IS NOT NULL",
};

#[async_trait]
impl SessionStore for SqliteStore {
    async fn find_session(
        &self,
        token_hash: &[u8; 32],
        grant: Grant,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        let mut reader = self.reader().await?;
        let row = sqlx::query(select!(
            r#"CROSS JOIN accounts a ON a.user_id = s.user_id CROSS JOIN store_clock c
               WHERE s.token_hash = ?1 AND s."grant" = ?2 AND a.state = 'active'
                 AND s.alive_until > max(c.last_seen, ?3)"#
        ))
        .bind(&token_hash[..])
        .bind(grant.as_str())
        .bind(now.as_micros())
        .fetch_optional(&mut *reader)
        .await
        .map_err(store_error)?;
        row.as_ref().map(session).transpose()
    }

    async fn touch_session(
        &self,
        session_id: SessionId,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let idle = limits.idle;
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                touch(tx, session_id, None, now.plus(idle), now).await.map(drop)
            })
        })
        .await
    }

    async fn rotate(
        &self,
        session_id: SessionId,
        old: &[u8; 32],
        next: &[u8; 32],
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let (old, next, limits) = (*old, *next, limits.clone());
        self.in_tx(move |tx| Box::pin(async move { rotate(tx, session_id, old, next, &limits, now).await })).await
    }

    async fn list_sessions(&self, user_id: UserId, now: Timestamp) -> Result<Vec<SessionRow>, StoreError> {
        self.in_read(move |tx| {
            Box::pin(async move {
                let now = seen(tx, now).await?;
                living(tx, user_id, now).await
            })
        })
        .await
    }

    async fn end_sessions(
        &self,
        user_id: UserId,
        which: EndWhich,
        event: Option<NewSecurityEvent>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                let ended = end_those(tx, user_id, which, now).await?;
                if let (Some(event), false) = (event, ended.is_empty()) {
                    security::note(tx, user_id, event.kind, &event.origin, now).await?;
                }
                Ok(ended)
            })
        })
        .await
    }

    async fn ended_since(&self, after: i64, limit: u32) -> Result<Vec<EndedSession>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = sqlx::query(
            "SELECT ended_seq, session_id, ended_at FROM ended_sessions
             WHERE ended_seq > ? ORDER BY ended_seq LIMIT ?",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&mut *reader)
        .await
        .map_err(store_error)?;
        let ended = |row: &SqliteRow| {
            Ok(EndedSession {
                ended_seq: row.value(0)?,
                session_id: row.id(1, SessionId::from_uuid)?,
                ended_at: row.time(2)?,
            })
        };
        rows.iter().map(ended).collect()
    }
}

/// Starts a session, and ends the least used ones above the limit.
pub(super) async fn start(
    tx: &mut SqliteConnection,
    new: NewSession,
    limits: &SessionLimits,
    now: Timestamp,
) -> Result<SessionStarted, StoreError> {
    let alive = living(tx, new.user_id, now).await?.into_iter().map(|session| session.session_id);
    let ended: Vec<SessionId> = alive.skip(limits.beside_a_new_one()).collect();
    end(tx, &ended, now).await?;
    let token_hash = new.token_hash;
    let session = new.open(limits, now);
    sqlx::query(
        r#"INSERT INTO sessions (session_id, user_id, "grant", token_hash, device, created_at, last_used_at,
                                 alive_until, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"#,
    )
    .bind(*session.session_id.as_uuid())
    .bind(*session.user_id.as_uuid())
    .bind(session.grant.as_str())
    .bind(&token_hash[..])
    .bind(&session.device)
    .bind(session.created_at.as_micros())
    .bind(session.last_used_at.as_micros())
    .bind(session.alive_until(limits).as_micros())
    .bind(session.expires_at.as_micros())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(SessionStarted { session, ended })
}

async fn rotate(
    tx: &mut SqliteConnection,
    session_id: SessionId,
    old: [u8; 32],
    next: [u8; 32],
    limits: &SessionLimits,
    now: Timestamp,
) -> Result<Rotation, StoreError> {
    let now = tick(tx, now).await?;
    if let Some(row) = touch(tx, session_id, Some((old, next)), now.plus(limits.idle), now).await? {
        return Ok(Rotation::Rotated(row));
    }
    // Alive and not held by that token: somebody used it before.
    let alive =
        sqlx::query(r#"SELECT 1 FROM sessions WHERE session_id = ?1 AND "grant" = 'token' AND alive_until > ?2"#)
            .bind(*session_id.as_uuid())
            .bind(now.as_micros())
            .fetch_optional(&mut *tx)
            .await
            .map_err(store_error)?;
    if alive.is_none() {
        return Ok(Rotation::Gone);
    }
    end(tx, &[session_id], now).await?;
    Ok(Rotation::Reused)
}

/// Writes a use of a living session down; with a pair of tokens, hands it over from the one to the
/// other. `None`: not alive, or held by another token.
async fn touch(
    tx: &mut SqliteConnection,
    session_id: SessionId,
    tokens: Option<([u8; 32], [u8; 32])>,
    idle_until: Timestamp,
    now: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    let (old, next) = tokens.unzip();
    let row = sqlx::query(
        r#"UPDATE sessions
           SET last_used_at = ?1, alive_until = min(?2, expires_at), token_hash = coalesce(?4, token_hash)
           WHERE session_id = ?5 AND alive_until > ?1
             AND (?3 IS NULL OR (token_hash = ?3 AND "grant" = 'token'))
           RETURNING session_id, user_id, "grant", device, created_at, last_used_at, expires_at"#,
    )
    .bind(now.as_micros())
    .bind(idle_until.as_micros())
    .bind(old.map(|hash| hash.to_vec()))
    .bind(next.map(|hash| hash.to_vec()))
    .bind(*session_id.as_uuid())
    .fetch_optional(tx)
    .await
    .map_err(store_error)?;
    row.as_ref().map(session).transpose()
}

/// The living sessions of a person, the last used first.
async fn living(
    connection: &mut SqliteConnection,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<SessionRow>, StoreError> {
    let rows = sqlx::query(select!(
        "WHERE s.user_id = ?1 AND s.alive_until > ?2
         ORDER BY s.last_used_at DESC, s.session_id DESC"
    ))
    .bind(*user.as_uuid())
    .bind(now.as_micros())
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    rows.iter().map(session).collect()
}

/// Ends sessions of a person; answers the living ones among them.
pub(super) async fn end_those(
    tx: &mut SqliteConnection,
    user: UserId,
    which: EndWhich,
    now: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let alive = living(tx, user, now).await?.into_iter().map(|session| session.session_id);
    let ending: Vec<SessionId> = alive.filter(|id| which.means(*id)).collect();
    end(tx, &ending, now).await?;
    Ok(ending)
}

/// Ends sessions whose time has come; answers whether more may be left.
pub(super) async fn end_overdue(tx: &mut SqliteConnection, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
    let rows = sqlx::query("SELECT session_id FROM sessions WHERE alive_until <= ?1 LIMIT ?2")
        .bind(now.as_micros())
        .bind(limit)
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let past = rows.iter().map(|row| row.id(0, SessionId::from_uuid)).collect::<Result<Vec<_>, _>>()?;
    end(tx, &past, now).await?;
    Ok(u32::try_from(past.len()).unwrap_or(limit))
}

/// Ends these sessions and gives each a place in the list of ends.
async fn end(tx: &mut SqliteConnection, sessions: &[SessionId], now: Timestamp) -> Result<(), StoreError> {
    END.execute(tx, sessions, |bound, id| bound.bind(*id.as_uuid())).await?;
    name_ends(tx, sessions, now).await
}

/// Gives each of these ends a place in the list of ends.
pub(crate) async fn name_ends(
    tx: &mut SqliteConnection,
    ended: &[SessionId],
    now: Timestamp,
) -> Result<(), StoreError> {
    NAME_END.execute(tx, ended, |bound, id| bound.bind(*id.as_uuid()).bind(now.as_micros())).await
}

fn session(row: &SqliteRow) -> Result<SessionRow, StoreError> {
    let grant = match row.value::<String>(2)?.as_str() {
        "cookie" => Grant::Cookie,
        "token" => Grant::Token,
        _ => return Err(StoreError::corrupt("a session's grant")),
    };
    Ok(SessionRow {
        session_id: row.id(0, SessionId::from_uuid)?,
        user_id: row.id(1, UserId::from_uuid)?,
        grant,
        device: row.value(3)?,
        created_at: row.time(4)?,
        last_used_at: row.time(5)?,
        expires_at: row.time(6)?,
    })
}
