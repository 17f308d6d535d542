//! Second factors on PostgreSQL: each use is the statement that asks whether it is good.

use super::{
    accounts::{count_failure, forgive, settle},
    passkeys::end_ceremonies_of,
    security, tick,
};
use crate::{PostgresStore, error::store_error, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    identity::{
        Factor, FactorAdmission, FactorState, FactorStatus, FactorStore, Origin, RecoveryHash, SecurityKind, Settled,
        Shown, ShownFactor, WonLogin,
    },
    protocol::{Timestamp, UserId},
    settings::CodeLimits,
};
use sqlx::{PgConnection, postgres::PgRow};

#[async_trait]
impl FactorStore for PostgresStore {
    async fn find_factor(&self, user_id: UserId) -> Result<Option<FactorStatus>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let row = sqlx::query(
                "SELECT f.changed_at, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.user_id)
             FROM second_factors f WHERE f.user_id = $1 AND f.state = 'on'",
            )
            .bind(*user_id.as_uuid())
            .fetch_optional(&mut *reader)
            .await
            .map_err(store_error)?;
            let status = |row: PgRow| Ok(FactorStatus { since: row.time(0)?, recovery_codes_left: row.small(1)? });
            row.map(status).transpose()
        })
        .await
    }

    async fn admit_factor(
        &self,
        user_id: UserId,
        trace: [u8; 32],
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<FactorAdmission, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { admit(tx, user_id, trace, &origin, &limits, now).await })).await
    }

    async fn offer_factor(
        &self,
        login: WonLogin,
        seed: Vec<u8>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError> {
        self.in_tx(move |tx| Box::pin(offer(tx, login, seed, until, now))).await
    }

    async fn confirm_factor(
        &self,
        user_id: UserId,
        shown: ShownFactor,
        recovery: Vec<RecoveryHash>,
        origin: Origin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(confirm(tx, user_id, shown, recovery, origin, now))).await
    }

    async fn remove_factor(&self, login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                let settled = settle(tx, &login, now).await?;
                if settled == Settled::Done(()) {
                    forget(tx, login.user_id).await?;
                    if login.factor.is_some() {
                        security::note(tx, login.user_id, SecurityKind::FactorOff, &login.origin, now).await?;
                    }
                }
                Ok(settled)
            })
        })
        .await
    }

    async fn renew_recovery(
        &self,
        login: WonLogin,
        recovery: Vec<RecoveryHash>,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let now = tick(tx, now).await?;
                let settled = settle(tx, &login, now).await?;
                if settled == Settled::Done(()) && login.factor.is_some() {
                    replace_recovery(tx, login.user_id, &recovery).await?;
                    security::note(tx, login.user_id, SecurityKind::RecoveryRenewed, &login.origin, now).await?;
                }
                Ok(settled)
            })
        })
        .await
    }
}

/// Uses a second factor up; without one, answers whether none is asked for.
pub(super) async fn spend(
    tx: &mut PgConnection,
    user: UserId,
    shown: Option<&ShownFactor>,
    origin: &Origin,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(shown) = shown else { return Ok(!is_on(tx, user).await?) };
    let used = match &shown.what {
        Shown::Step { seed, step, renewed } => take_step(tx, user, seed, *step, renewed.as_deref()).await?,
        Shown::Recovery(hash) => take_recovery(tx, user, *hash).await?,
    };
    if !used {
        return Ok(false);
    }
    forgive(tx, &shown.trace).await?;
    if matches!(shown.what, Shown::Recovery(_)) {
        security::note(tx, user, SecurityKind::RecoveryUsed, origin, now).await?;
    }
    Ok(true)
}

async fn is_on(tx: &mut PgConnection, user: UserId) -> Result<bool, StoreError> {
    let on = sqlx::query("SELECT 1 FROM second_factors WHERE user_id = $1 AND state = 'on'").bind(*user.as_uuid());
    Ok(on.fetch_optional(tx).await.map_err(store_error)?.is_some())
}

/// Steps only rise: of two who show one code the first alone gets through.
async fn take_step(
    tx: &mut PgConnection,
    user: UserId,
    seed: &[u8],
    step: i64,
    renewed: Option<&[u8]>,
) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "UPDATE second_factors SET last_step = $1, seed = coalesce($2, seed)
         WHERE user_id = $3 AND state = 'on' AND seed = $4 AND last_step < $1",
    )
    .bind(step)
    .bind(renewed)
    .bind(*user.as_uuid())
    .bind(seed)
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(taken.rows_affected() == 1)
}

async fn take_recovery(tx: &mut PgConnection, user: UserId, hash: RecoveryHash) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2
         AND EXISTS (SELECT 1 FROM second_factors WHERE user_id = $1 AND state = 'on')",
    )
    .bind(*user.as_uuid())
    .bind(&hash.0[..])
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(taken.rows_affected() == 1)
}

async fn admit(
    tx: &mut PgConnection,
    user: UserId,
    trace: [u8; 32],
    origin: &Origin,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<FactorAdmission, StoreError> {
    let now = tick(tx, now).await?;
    let failures = match count_failure(tx, &trace, limits, now).await? {
        Ok(failures) => failures,
        Err(until) => return Ok(FactorAdmission::Limited(until)),
    };
    let row = sqlx::query("SELECT seed, pending_until, last_step FROM second_factors WHERE user_id = $1")
        .bind(*user.as_uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let factor = row.as_ref().map(read).transpose()?;
    let on = factor.as_ref().is_some_and(|factor| factor.state == FactorState::On);
    if on && failures == limits.free_login_failures + 1 {
        security::note(tx, user, SecurityKind::FactorsFailed, origin, now).await?;
    }
    Ok(FactorAdmission::Admitted(factor))
}

fn read(row: &PgRow) -> Result<Factor, StoreError> {
    let state = row.maybe_time(1)?.map_or(FactorState::On, FactorState::Pending);
    Ok(Factor { seed: row.value(0)?, state, last_step: row.value(2)? })
}

async fn offer(
    tx: &mut PgConnection,
    login: WonLogin,
    seed: Vec<u8>,
    until: Timestamp,
    now: Timestamp,
) -> Result<Settled<()>, StoreError> {
    let now = tick(tx, now).await?;
    if is_on(tx, login.user_id).await? {
        return Ok(Settled::FactorUsed);
    }
    if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
        return Ok(refusal);
    }
    sqlx::query(
        "INSERT INTO second_factors (user_id, seed, state, pending_until, last_step, changed_at)
         VALUES ($1, $2, 'pending', $3, 0, $4)
         ON CONFLICT (user_id) DO UPDATE SET seed = excluded.seed, pending_until = excluded.pending_until,
                                             changed_at = excluded.changed_at",
    )
    .bind(*login.user_id.as_uuid())
    .bind(seed)
    .bind(until.as_micros())
    .bind(now.as_micros())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(Settled::Done(()))
}

async fn confirm(
    tx: &mut PgConnection,
    user: UserId,
    shown: ShownFactor,
    recovery: Vec<RecoveryHash>,
    origin: Origin,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let now = tick(tx, now).await?;
    let Shown::Step { seed, step, .. } = shown.what else { return Ok(false) };
    let on = sqlx::query(
        "UPDATE second_factors SET state = 'on', pending_until = NULL, last_step = $1, changed_at = $2
         WHERE user_id = $3 AND state = 'pending' AND seed = $4 AND pending_until > $2",
    )
    .bind(step)
    .bind(now.as_micros())
    .bind(*user.as_uuid())
    .bind(seed)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if on.rows_affected() == 0 {
        return Ok(false);
    }
    replace_recovery(tx, user, &recovery).await?;
    end_ceremonies_of(tx, user).await?;
    forgive(tx, &shown.trace).await?;
    security::note(tx, user, SecurityKind::FactorOn, &origin, now).await?;
    Ok(true)
}

async fn replace_recovery(tx: &mut PgConnection, user: UserId, recovery: &[RecoveryHash]) -> Result<(), StoreError> {
    let forget = sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(*user.as_uuid());
    forget.execute(&mut *tx).await.map_err(store_error)?;
    for hash in recovery {
        let insert = sqlx::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)");
        insert.bind(*user.as_uuid()).bind(&hash.0[..]).execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(())
}

async fn forget(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    for sql in ["DELETE FROM recovery_codes WHERE user_id = $1", "DELETE FROM second_factors WHERE user_id = $1"] {
        sqlx::query(sql).bind(*user.as_uuid()).execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(())
}
