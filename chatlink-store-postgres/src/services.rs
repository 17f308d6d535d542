//! Service tokens on PostgreSQL.

use crate::{PostgresStore, error::store_error, identity, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{ServiceTokenId, Timestamp, UserId},
    services::{
        ActsAs, MAX_TOKENS, NewServiceToken, SERVICE_TOKENS_LISTED, Scopes, ServiceStore, ServiceToken, TOKENS_KEPT,
        TokenKept, end_of,
    },
};
use sqlx::{PgConnection, postgres::PgRow};

/// The columns of a [`ServiceToken`], in its order.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.token_id, t.name, t.scopes, t.user_id, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
             FROM service_tokens t ",
            $rest
        )
    };
}

const FIND: &str = select!(
    "CROSS JOIN store_clock c LEFT JOIN accounts a ON a.user_id = t.user_id
     WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > greatest(c.last_seen, $2))
       AND (t.user_id IS NULL OR a.state = 'active')"
);

const LIST: &str = select!("ORDER BY t.revoked_at IS NOT NULL, t.created_at DESC, t.token_id DESC LIMIT $1");

const IS_ACTIVE: &str = "SELECT 1 FROM accounts WHERE user_id = $1 AND state = 'active'";

/// What ended before $1.
const FORGET: &str = "DELETE FROM service_tokens
     WHERE least(revoked_at, expires_at) <= $1";

/// The living ones, and those of them that are called so.
const LIVING: &str = "SELECT count(*), count(*) FILTER (WHERE name = $2) FROM service_tokens
     WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)";

const KEEP: &str = "INSERT INTO service_tokens (token_id, name, token_hash, scopes, user_id, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const TOUCH: &str = "UPDATE service_tokens SET last_used_at = greatest(last_used_at, $2)
     WHERE token_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";

const END: &str = "UPDATE service_tokens SET revoked_at = $2
     WHERE token_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";

#[async_trait]
impl ServiceStore for PostgresStore {
    async fn keep_service_token(&self, new: NewServiceToken, now: Timestamp) -> Result<TokenKept, StoreError> {
        self.in_tx(move |tx| Box::pin(keep(tx, new, now))).await
    }

    async fn list_service_tokens(&self) -> Result<Vec<ServiceToken>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(LIST).bind(i64::from(SERVICE_TOKENS_LISTED));
            query.fetch_all(&mut *reader).await.map_err(store_error)?.iter().map(token).collect()
        })
        .await
    }

    async fn find_service_token(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<ServiceToken>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(FIND).bind(&hash[..]).bind(now.as_micros());
            query.fetch_optional(&mut *reader).await.map_err(store_error)?.as_ref().map(token).transpose()
        })
        .await
    }

    async fn touch_service_token(&self, token: ServiceTokenId, now: Timestamp) -> Result<(), StoreError> {
        // It takes no turn with the writes of identity: its one row is its own lock.
        let now = self.in_tx(move |tx| Box::pin(identity::glance(tx, now))).await?;
        self.in_tx(move |tx| Box::pin(async move { change(tx, TOUCH, token, now).await.map(drop) })).await
    }

    async fn end_service_token(&self, token: ServiceTokenId, now: Timestamp) -> Result<bool, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = identity::tick(tx, now).await?;
                let ended = change(tx, END, token, now).await?;
                if ended {
                    identity::name_ends(tx, &[end_of(token)], now).await?;
                }
                Ok(ended)
            })
        })
        .await
    }
}

async fn keep(tx: &mut PgConnection, new: NewServiceToken, now: Timestamp) -> Result<TokenKept, StoreError> {
    let now = identity::tick(tx, now).await?;
    let NewServiceToken { token, hash } = new;
    let user = match token.acts_as {
        ActsAs::User(user) => Some(*user.as_uuid()),
        ActsAs::HostUsers => None,
    };
    if let Some(user) = user
        && sqlx::query(IS_ACTIVE).bind(user).fetch_optional(&mut *tx).await.map_err(store_error)?.is_none()
    {
        return Ok(TokenKept::NoUser);
    }
    let forgotten = sqlx::query(FORGET).bind(now.minus(TOKENS_KEPT).as_micros());
    forgotten.execute(&mut *tx).await.map_err(store_error)?;
    let living = sqlx::query(LIVING).bind(now.as_micros()).bind(token.name.as_str().to_owned());
    let living = living.fetch_one(&mut *tx).await.map_err(store_error)?;
    match (living.small(0)?, living.small(1)?) {
        (_, 1..) => return Ok(TokenKept::NameTaken),
        (MAX_TOKENS.., _) => return Ok(TokenKept::TooMany),
        _ => {}
    }
    sqlx::query(KEEP)
        .bind(*token.token_id.as_uuid())
        .bind(token.name.as_str())
        .bind(&hash[..])
        .bind(token.scopes.to_string())
        .bind(user)
        .bind(token.created_at.as_micros())
        .bind(token.expires_at.map(Timestamp::as_micros))
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(TokenKept::Done)
}

/// Whether the statement changed the token.
async fn change(
    tx: &mut PgConnection,
    statement: &'static str,
    token: ServiceTokenId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(statement).bind(*token.as_uuid()).bind(now.as_micros());
    Ok(query.execute(tx).await.map_err(store_error)?.rows_affected() > 0)
}

fn token(row: &PgRow) -> Result<ServiceToken, StoreError> {
    Ok(ServiceToken {
        token_id: row.id(0, ServiceTokenId::from_uuid)?,
        name: row.name(1)?,
        scopes: Scopes::stored(&row.value::<String>(2)?),
        acts_as: row.maybe_id(3, UserId::from_uuid)?.map_or(ActsAs::HostUsers, ActsAs::User),
        created_at: row.time(4)?,
        expires_at: row.maybe_time(5)?,
        last_used_at: row.maybe_time(6)?,
        revoked_at: row.maybe_time(7)?,
    })
}

/// Without those that walk the table, which is small.
#[cfg(test)]
pub(crate) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[IS_ACTIVE, KEEP, TOUCH, END] };
