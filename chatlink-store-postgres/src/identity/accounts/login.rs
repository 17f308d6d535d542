//! Logins: found by any of their names, counted before a password is compared.

use super::super::{afford, contact, factor, ladder, refund, security, spend, tick};
use crate::{
    error::store_error,
    rows::{Read, sought},
};
use chatlink_core::{
    StoreError,
    identity::{
        Budget, FAILURES_FORGOTTEN, LoginAccount, LoginAdmission, LoginName, Origin, SecurityKind, Settled, WonLogin,
        login_ladder, next_login,
    },
    protocol::{Timestamp, UserId},
    settings::CodeLimits,
};
use sqlx::PgConnection;

/// Counts a failed login before its password is compared.
pub(super) async fn admit(
    tx: &mut PgConnection,
    login: &LoginName,
    trace: [u8; 32],
    origin: &Origin,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<LoginAdmission, StoreError> {
    let (now, prefix) = (tick(tx, now).await?, origin.prefix);
    if let Err(until) = afford(tx, Budget::Logins, prefix.as_bytes(), limits, now).await? {
        return Ok(LoginAdmission::Limited(until));
    }
    let account = named(tx, login).await?;
    let failures = match count_failure(tx, &trace, limits, now).await? {
        Ok(failures) => failures,
        Err(until) => return Ok(LoginAdmission::Limited(until)),
    };
    if failures == limits.free_login_failures + 1 {
        let whose = account.as_ref().map(|account| account.user_id);
        security::note_if(tx, whose, SecurityKind::LoginsFailed, origin, now).await?;
    }
    spend(tx, Budget::Logins, prefix.as_bytes(), now).await?;
    Ok(LoginAdmission::Admitted(account))
}

/// Counts a failure in the statement that admits it; answers how many there are in a row. `Err`: not
/// before then.
pub(in crate::identity) async fn count_failure(
    tx: &mut PgConnection,
    trace: &[u8; 32],
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Result<u32, Timestamp>, StoreError> {
    let waits = login_ladder(limits);
    let last = i64::try_from(waits.len()).unwrap_or(1) - 1;
    let counted = sqlx::query(
        "INSERT INTO login_failures (subject, failures, failed_at) VALUES ($1, 1, $2)
         ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN login_failures.failed_at <= $3 THEN 1 ELSE login_failures.failures + 1 END,
             failed_at = $2
         WHERE login_failures.failed_at <= $3
             OR login_failures.failed_at + ($4)[least(login_failures.failures, $5) + 1] <= $2
         RETURNING failures",
    )
    .bind(&trace[..])
    .bind(now.as_micros())
    .bind(now.minus(FAILURES_FORGOTTEN).as_micros())
    .bind(ladder(&waits))
    .bind(last)
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?;
    match counted {
        Some(row) => Ok(Ok(row.small(0)?)),
        None => Ok(Err(free_at(tx, trace, limits).await?)),
    }
}

/// When the next login of it is admitted.
async fn free_at(tx: &mut PgConnection, trace: &[u8; 32], limits: &CodeLimits) -> Result<Timestamp, StoreError> {
    let row = sqlx::query("SELECT failures, failed_at FROM login_failures WHERE subject = $1")
        .bind(&trace[..])
        .fetch_one(tx)
        .await
        .map_err(store_error)?;
    Ok(next_login(row.small(0)?, row.time(1)?, limits))
}

/// A won login takes its failures back and uses its second factor up, if the password still is the
/// one that was compared.
pub(in crate::identity) async fn settle(
    tx: &mut PgConnection,
    login: &WonLogin,
    now: Timestamp,
) -> Result<Settled<()>, StoreError> {
    if !still_has(tx, login).await? {
        return Ok(Settled::Gone);
    }
    if !factor::spend(tx, login.user_id, login.factor.as_ref(), &login.origin, now).await? {
        return Ok(Settled::FactorUsed);
    }
    take_back(tx, login).await?;
    Ok(Settled::Done(()))
}

/// Whether the password still is the one that was compared, of an active account.
pub(super) async fn still_has(tx: &mut PgConnection, login: &WonLogin) -> Result<bool, StoreError> {
    let same = sqlx::query(
        "SELECT 1 FROM passwords p JOIN accounts a ON a.user_id = p.user_id
         WHERE p.user_id = $1 AND p.phc = $2 AND a.state = 'active'",
    )
    .bind(*login.user_id.as_uuid())
    .bind(&login.phc)
    .fetch_optional(tx)
    .await
    .map_err(store_error)?;
    Ok(same.is_some())
}

/// Takes the failures of a right password back.
pub(super) async fn take_back(tx: &mut PgConnection, login: &WonLogin) -> Result<(), StoreError> {
    forgive(tx, &login.trace).await?;
    refund(tx, Budget::Logins, login.origin.prefix.as_bytes()).await
}

/// The active account that a login names. One statement for every kind of login and for nobody's,
/// so that each costs the same.
pub(super) async fn named(tx: &mut PgConnection, login: &LoginName) -> Result<Option<LoginAccount>, StoreError> {
    let (mut username, mut kind, mut key, mut account) = (None, None, None, None);
    match login {
        LoginName::Username(text) => username = sought(text),
        LoginName::Contact(of, text) => (kind, key) = (Some(of.as_str()), sought(text)),
        LoginName::Account(user) => account = Some(*user.as_uuid()),
    }
    let row = sqlx::query(
        "WITH named (user_id, contact_key) AS (
             SELECT user_id, NULL::text FROM accounts WHERE username_key = $1
             UNION ALL SELECT user_id, contact_key FROM contacts WHERE kind = $2 AND contact_key = $3
             UNION ALL SELECT user_id, NULL::text FROM accounts WHERE user_id = $4)
         SELECT a.user_id, a.username, p.phc, c.kind, c.value, c.contact_key, f.user_id IS NOT NULL
         FROM named n
         JOIN accounts a ON a.user_id = n.user_id AND a.state = 'active'
         LEFT JOIN passwords p ON p.user_id = a.user_id
         LEFT JOIN second_factors f ON f.user_id = a.user_id AND f.state = 'on'
         LEFT JOIN contacts c ON c.user_id = a.user_id
                              AND (n.contact_key IS NULL OR (c.kind = $2 AND c.contact_key = n.contact_key))
         ORDER BY c.verified_at, c.kind LIMIT 1",
    )
    .bind(username)
    .bind(kind)
    .bind(key)
    .bind(account)
    .fetch_optional(tx)
    .await
    .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(LoginAccount {
        user_id: row.id(0, UserId::from_uuid)?,
        username: row.value(1)?,
        phc: row.value(2)?,
        contact: contact(row.value(3)?, row.value(4)?, row.value(5)?)?,
        second_factor: row.value(6)?,
    }))
}

/// Forgets the failures of a login.
pub(in crate::identity) async fn forgive(tx: &mut PgConnection, trace: &[u8; 32]) -> Result<(), StoreError> {
    let forget = sqlx::query("DELETE FROM login_failures WHERE subject = $1").bind(&trace[..]);
    forget.execute(tx).await.map(drop).map_err(store_error)
}
