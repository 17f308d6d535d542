//! Passkeys on PostgreSQL: the statement that takes an answer is the one that deletes its ceremony.

mod ceremony;

pub(super) use ceremony::end_of as end_ceremonies_of;

use super::{
    accounts::{is_active, settle},
    refund, security, sessions, tick,
};
use crate::{PostgresStore, error::store_error, rows::Read};
use async_trait::async_trait;
use ceremony::Answered;
use chatlink_core::{
    StoreError,
    identity::{
        Budget, CeremonyOf, KeptPasskey, NetworkPrefix, NewCeremony, NewPasskey, NewSession, Origin, Passkey,
        PasskeyAdded, PasskeyStore, PasskeyWon, SecurityKind, Settled, WonLogin, WonPasskey,
    },
    protocol::{CeremonyId, PasskeyId, Timestamp, UserId},
    settings::{CodeLimits, SessionLimits},
};
use sqlx::{PgConnection, postgres::PgRow};

#[async_trait]
impl PasskeyStore for PostgresStore {
    async fn begin_passkey_login(
        &self,
        ceremony: NewCeremony,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Result<(), Timestamp>, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { ceremony::begin_login(tx, ceremony, prefix, &limits, now).await }))
            .await
    }

    async fn begin_passkey(
        &self,
        login: WonLogin,
        ceremony: NewCeremony,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError> {
        self.in_tx(move |tx| Box::pin(ceremony::begin_new(tx, login, ceremony, now))).await
    }

    async fn find_ceremony(
        &self,
        id: CeremonyId,
        of: CeremonyOf,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            ceremony::find(&mut reader, id, of, now).await
        })
        .await
    }

    async fn end_ceremony(&self, id: CeremonyId) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(ceremony::end(tx, id))).await
    }

    async fn add_passkey(
        &self,
        ceremony: CeremonyId,
        passkey: NewPasskey,
        most: usize,
        origin: Origin,
        now: Timestamp,
    ) -> Result<PasskeyAdded, StoreError> {
        self.in_tx(move |tx| Box::pin(add(tx, ceremony, passkey, most, origin, now))).await
    }

    async fn list_passkeys(&self, user_id: UserId) -> Result<Vec<Passkey>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let rows = sqlx::query(
                "SELECT passkey_id, credential_id, name, created_at, last_used_at FROM passkeys
             WHERE user_id = $1 ORDER BY created_at, passkey_id",
            )
            .bind(*user_id.as_uuid())
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
            rows.iter().map(shown).collect()
        })
        .await
    }

    async fn find_passkey(&self, credential_id: &[u8]) -> Result<Option<KeptPasskey>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let row = sqlx::query(
                "SELECT p.passkey_id, p.user_id, a.username, p.credential
             FROM passkeys p JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
             WHERE p.credential_id = $1",
            )
            .bind(credential_id)
            .fetch_optional(&mut *reader)
            .await
            .map_err(store_error)?;
            let kept = |row: PgRow| {
                Ok(KeptPasskey {
                    passkey_id: row.id(0, PasskeyId::from_uuid)?,
                    user_id: row.id(1, UserId::from_uuid)?,
                    username: row.value(2)?,
                    credential: row.value(3)?,
                })
            };
            row.map(kept).transpose()
        })
        .await
    }

    async fn win_passkey_login(
        &self,
        login: WonPasskey,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<PasskeyWon, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { win(tx, login, session, &limits, now).await })).await
    }

    async fn remove_passkey(
        &self,
        login: WonLogin,
        passkey_id: PasskeyId,
        now: Timestamp,
    ) -> Result<Settled<bool>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
                    return Ok(refusal);
                }
                remove(tx, &login, passkey_id, now).await.map(Settled::Done)
            })
        })
        .await
    }
}

async fn add(
    tx: &mut PgConnection,
    ceremony: CeremonyId,
    new: NewPasskey,
    most: usize,
    origin: Origin,
    now: Timestamp,
) -> Result<PasskeyAdded, StoreError> {
    let now = tick(tx, now).await?;
    let answered = ceremony::answer(tx, ceremony, CeremonyOf::New(new.user_id), now).await?;
    if answered == Answered::Gone || !is_active(tx, new.user_id).await? {
        return Ok(PasskeyAdded::Gone);
    }
    let taken = sqlx::query("SELECT 1 FROM passkeys WHERE credential_id = $1").bind(&new.credential_id);
    if taken.fetch_optional(&mut *tx).await.map_err(store_error)?.is_some() {
        return Ok(PasskeyAdded::Taken);
    }
    let added = sqlx::query(
        "INSERT INTO passkeys (passkey_id, user_id, credential_id, credential, counter, name, created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7
         WHERE (SELECT count(*) FROM passkeys WHERE user_id = $2) < $8
         RETURNING passkey_id, credential_id, name, created_at, last_used_at",
    )
    .bind(*new.passkey_id.as_uuid())
    .bind(*new.user_id.as_uuid())
    .bind(&new.credential_id)
    .bind(&new.credential)
    .bind(i64::from(new.counter))
    .bind(new.name.as_str())
    .bind(now.as_micros())
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?;
    let Some(row) = added else { return Ok(PasskeyAdded::Full) };
    security::note(tx, new.user_id, SecurityKind::PasskeyAdded, &origin, now).await?;
    Ok(PasskeyAdded::Added(shown(&row)?))
}

async fn win(
    tx: &mut PgConnection,
    login: WonPasskey,
    session: NewSession,
    limits: &SessionLimits,
    now: Timestamp,
) -> Result<PasskeyWon, StoreError> {
    let now = tick(tx, now).await?;
    let answered = ceremony::answer(tx, login.ceremony, CeremonyOf::Login, now).await?;
    let Answered::Login(prefix) = answered else { return Ok(PasskeyWon::Gone) };
    if !is_kept(tx, &login).await? {
        return Ok(PasskeyWon::Gone);
    }
    if !use_up(tx, &login, now).await? {
        security::note(tx, login.user_id, SecurityKind::PasskeySuspect, &login.origin, now).await?;
        return Ok(PasskeyWon::Rewound);
    }
    refund(tx, Budget::Logins, &prefix).await?;
    security::note(tx, login.user_id, SecurityKind::LoggedInByPasskey, &login.origin, now).await?;
    sessions::start(tx, session, limits, now).await.map(PasskeyWon::Started)
}

/// Whether the passkey is there, of an active account.
async fn is_kept(tx: &mut PgConnection, login: &WonPasskey) -> Result<bool, StoreError> {
    let kept = sqlx::query(
        "SELECT 1 FROM passkeys p JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
         WHERE p.passkey_id = $1 AND p.user_id = $2",
    )
    .bind(*login.passkey_id.as_uuid())
    .bind(*login.user_id.as_uuid());
    Ok(kept.fetch_optional(tx).await.map_err(store_error)?.is_some())
}

/// Writes a use down where the count rises or is not kept
/// ([`counter_rises`](chatlink_core::identity::counter_rises)); answers whether it did.
async fn use_up(tx: &mut PgConnection, login: &WonPasskey, now: Timestamp) -> Result<bool, StoreError> {
    let used = sqlx::query(
        "UPDATE passkeys SET counter = $1, last_used_at = $2
         WHERE passkey_id = $3 AND (counter < $1 OR (counter = 0 AND $1 = 0))",
    )
    .bind(i64::from(login.counter))
    .bind(now.as_micros())
    .bind(*login.passkey_id.as_uuid())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(used.rows_affected() == 1)
}

async fn remove(
    tx: &mut PgConnection,
    login: &WonLogin,
    passkey_id: PasskeyId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM passkeys WHERE passkey_id = $1 AND user_id = $2")
        .bind(*passkey_id.as_uuid())
        .bind(*login.user_id.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    security::note(tx, login.user_id, SecurityKind::PasskeyRemoved, &login.origin, now).await?;
    Ok(true)
}

fn shown(row: &PgRow) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        passkey_id: row.id(0, PasskeyId::from_uuid)?,
        credential_id: row.value(1)?,
        name: row.value(2)?,
        created_at: row.time(3)?,
        last_used_at: row.maybe_time(4)?,
    })
}
