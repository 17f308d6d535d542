//! Attempts on SQLite.

use super::{accounts, afford, contact, ladder, purge, refund, spend, tick};
use crate::{SqliteStore, error::store_error, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    contact::Contact,
    identity::{
        Attempt, AttemptId, AttemptPurpose, AttemptState, AttemptStore, Budget, CheckOutcome, Ending, Mail,
        NetworkPrefix, NewAttempt, ProofHash, Proved, Refusal, ResendOutcome, RightCode, StartOutcome, Step,
        attempt_life,
    },
    protocol::{Timestamp, UserId},
    settings::CodeLimits,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

#[async_trait]
impl AttemptStore for SqliteStore {
    async fn start(&self, new: NewAttempt, limits: &CodeLimits, now: Timestamp) -> Result<StartOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { start(tx, new, &limits, now).await })).await
    }

    async fn find_attempt(&self, purpose: AttemptPurpose, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        let mut reader = self.reader().await?;
        find(&mut reader, purpose, id).await
    }

    async fn resend(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        code_mac: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ResendOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { resend(tx, purpose, id, code_mac, &limits, now).await })).await
    }

    async fn admit_check(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<CheckOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { admit_check(tx, purpose, id, prefix, &limits, now).await })).await
    }

    async fn prove(
        &self,
        right: RightCode,
        proof: ProofHash,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { prove(tx, right, proof, prefix, &limits, now).await })).await
    }

    async fn refuse(&self, proved: Proved, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(refuse(tx, proved, until, now))).await
    }

    async fn purge_identity(&self, limit: u32, now: Timestamp) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(purge::purge(tx, limit, now))).await
    }
}

async fn start(
    tx: &mut SqliteConnection,
    new: NewAttempt,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<StartOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let prefix = new.prefix;
    if let Err(until) = afford(tx, Budget::Starts, prefix.as_bytes(), limits, now).await? {
        return Ok(StartOutcome::Limited(until));
    }
    spend(tx, Budget::Starts, prefix.as_bytes(), now).await?;
    let new = name_owner(tx, new).await?;
    let mail = mail_of(tx, new.purpose, new.user_id, &new.contact_trace, now).await?;
    let mail = spend_mail(tx, &new.contact_trace, mail, limits, now).await?;
    let attempt = Attempt {
        id: new.id,
        purpose: new.purpose,
        contact: new.contact,
        contact_trace: new.contact_trace,
        user_id: new.user_id,
        live: mail == Mail::Code,
        code_mac: new.code_mac,
        sends: 1,
        sent_at: now,
        checks: 0,
        checked_at: now,
        code_expires_at: now.plus(limits.code_life),
        ends_at: now.plus(attempt_life(limits)),
        state: AttemptState::Open,
    };
    insert(tx, &attempt).await?;
    Ok(StartOutcome::Started(attempt, mail))
}

async fn resend(
    tx: &mut SqliteConnection,
    purpose: AttemptPurpose,
    id: AttemptId,
    code_mac: [u8; 32],
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<ResendOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let Some(attempt) = find(tx, purpose, id).await? else { return Ok(ResendOutcome::Gone) };
    match attempt.step(&Step::Resend { code_mac: None }, limits, now) {
        Err(Refusal::Gone) => return Ok(ResendOutcome::Gone),
        Err(Refusal::Early(at)) => return Ok(ResendOutcome::Early(at)),
        Ok(_) => {}
    }
    let mail = match attempt.live {
        true => Mail::Code,
        false => mail_of(tx, purpose, attempt.user_id, &attempt.contact_trace, now).await?.without_code(),
    };
    let mail = spend_mail(tx, &attempt.contact_trace, mail, limits, now).await?;
    let code_mac = (mail != Mail::Withheld || !attempt.live).then_some(code_mac);
    match attempt.step(&Step::Resend { code_mac }, limits, now) {
        Ok(next) if update(tx, &attempt, &next).await? => Ok(ResendOutcome::Sent(next, mail)),
        _ => Ok(ResendOutcome::Gone),
    }
}

async fn admit_check(
    tx: &mut SqliteConnection,
    purpose: AttemptPurpose,
    id: AttemptId,
    prefix: NetworkPrefix,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<CheckOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let budgets: [(Budget, &[u8]); 2] = [(Budget::Checks, prefix.as_bytes()), (Budget::AllChecks, &[])];
    for (budget, subject) in budgets {
        if let Err(until) = afford(tx, budget, subject, limits, now).await? {
            return Ok(CheckOutcome::Limited(until));
        }
    }
    // Admitted and counted in one statement: never more than the ladder has, however many ask.
    let counted = sqlx::query(
        "UPDATE attempts SET checks = checks + 1, checked_at = ?1
         WHERE attempt_id = ?2 AND purpose = ?3 AND state = 'open' AND code_expires_at > ?1
           AND checks < json_array_length(?4) AND checked_at + json_extract(?4, '$[' || checks || ']') <= ?1",
    )
    .bind(now.as_micros())
    .bind(id.0)
    .bind(purpose.as_str())
    .bind(ladder(&limits.check_ladder)?)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    let attempt = find(tx, purpose, id).await?;
    match (counted.rows_affected(), attempt) {
        (0, attempt) => refuse_check(attempt, limits, now),
        (_, Some(attempt)) => {
            for (budget, subject) in budgets {
                spend(tx, budget, subject, now).await?;
            }
            Ok(CheckOutcome::Admitted(attempt))
        }
        (_, None) => Err(StoreError::corrupt("an attempt that was counted is gone")),
    }
}

/// Says why a check was not admitted, by the rule that the statement repeats.
fn refuse_check(attempt: Option<Attempt>, limits: &CodeLimits, now: Timestamp) -> Result<CheckOutcome, StoreError> {
    match attempt.map_or(Err(Refusal::Gone), |attempt| attempt.step(&Step::Check, limits, now)) {
        Err(Refusal::Gone) => Ok(CheckOutcome::Gone),
        Err(Refusal::Early(at)) => Ok(CheckOutcome::Early(at)),
        Ok(_) => Err(StoreError::corrupt("the statement that admits checks differs from the rule")),
    }
}

async fn prove(
    tx: &mut SqliteConnection,
    right: RightCode,
    proof: ProofHash,
    prefix: NetworkPrefix,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let now = tick(tx, now).await?;
    let Some(attempt) = find_any(tx, right.attempt_id()).await? else { return Ok(None) };
    let Ok(next) = attempt.step(&Step::Prove { right, proof }, limits, now) else { return Ok(None) };
    let AttemptState::Proved { complete_by, .. } = next.state else { return Ok(None) };
    if !update(tx, &attempt, &next).await? {
        return Ok(None);
    }
    refund(tx, Budget::Checks, prefix.as_bytes()).await?;
    refund(tx, Budget::AllChecks, &[]).await?;
    Ok(Some(complete_by))
}

async fn refuse(
    tx: &mut SqliteConnection,
    proved: Proved,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let now = tick(tx, now).await?;
    if !end(tx, &proved, AttemptPurpose::Registration, Ending::Refused, now).await? {
        return Ok(false);
    }
    let trace = proved.attempt().contact_trace;
    sqlx::query(
        "INSERT INTO refusals (contact_trace, until) VALUES (?, ?)
         ON CONFLICT (contact_trace) DO UPDATE SET until = excluded.until",
    )
    .bind(&trace[..])
    .bind(until.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    sqlx::query(
        "UPDATE attempts SET state = 'refused', proof_hash = NULL, complete_by = NULL
         WHERE contact_trace = ? AND purpose = 'registration' AND state IN ('open', 'proved')",
    )
    .bind(&trace[..])
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    Ok(true)
}

/// Takes the last step of a proved attempt of that purpose, if its proof still is good: one guarded
/// statement.
pub(super) async fn end(
    tx: &mut SqliteConnection,
    proved: &Proved,
    purpose: AttemptPurpose,
    ending: Ending,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let state = match ending {
        Ending::Done => "done",
        Ending::Refused => "refused",
    };
    let ended = sqlx::query(
        "UPDATE attempts SET state = ?, proof_hash = NULL, complete_by = NULL
         WHERE attempt_id = ? AND purpose = ? AND state = 'proved' AND proof_hash = ? AND complete_by > ?",
    )
    .bind(state)
    .bind(proved.attempt().id.0)
    .bind(purpose.as_str())
    .bind(&proved.proof().0[..])
    .bind(now.as_micros())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(ended.rows_affected() == 1)
}

/// Finds the account whose contact wants to register: its mail goes to the address as stored.
async fn name_owner(tx: &mut SqliteConnection, new: NewAttempt) -> Result<NewAttempt, StoreError> {
    let Some(contact) = new.contact.as_ref().filter(|_| new.purpose == AttemptPurpose::Registration) else {
        return Ok(new);
    };
    let owner = accounts::owner_of(tx, contact.kind(), contact.key()).await?;
    Ok(match owner {
        Some((user, contact)) => NewAttempt { user_id: Some(user), contact: Some(contact), ..new },
        None => new,
    })
}

/// What goes to the contact, its budget aside.
async fn mail_of(
    tx: &mut SqliteConnection,
    purpose: AttemptPurpose,
    user: Option<UserId>,
    trace: &[u8; 32],
    now: Timestamp,
) -> Result<Mail, StoreError> {
    // Asked whether it matters or not: known and unknown contacts cost the same.
    let refused = sqlx::query("SELECT 1 FROM refusals WHERE contact_trace = ? AND until > ?")
        .bind(&trace[..])
        .bind(now.as_micros())
        .fetch_optional(tx)
        .await
        .map_err(store_error)?
        .is_some();
    Ok(match (purpose, user) {
        (AttemptPurpose::Reset, Some(_)) => Mail::Code,
        (AttemptPurpose::Reset, None) => Mail::Withheld,
        (AttemptPurpose::Registration, Some(_)) => Mail::Known,
        (AttemptPurpose::Registration, None) if refused => Mail::Refused,
        (AttemptPurpose::Registration, None) => Mail::Code,
    })
}

async fn spend_mail(
    tx: &mut SqliteConnection,
    trace: &[u8; 32],
    mail: Mail,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Mail, StoreError> {
    if afford(tx, Budget::Mails, trace, limits, now).await?.is_err() {
        return Ok(Mail::Withheld);
    }
    spend(tx, Budget::Mails, trace, now).await?;
    Ok(mail)
}

const COLUMNS: &str = "SELECT attempt_id, purpose, contact, contact_trace, user_id, live, code_mac, state, sends,
                              sent_at, checks, checked_at, code_expires_at, ends_at, proof_hash, complete_by,
                              contact_kind, contact_key
                       FROM attempts WHERE attempt_id = ?";

async fn find(
    connection: &mut SqliteConnection,
    purpose: AttemptPurpose,
    id: AttemptId,
) -> Result<Option<Attempt>, StoreError> {
    Ok(find_any(connection, id).await?.filter(|attempt| attempt.purpose == purpose))
}

pub(super) async fn find_any(connection: &mut SqliteConnection, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
    let row = sqlx::query(COLUMNS).bind(id.0).fetch_optional(connection).await.map_err(store_error)?;
    row.as_ref().map(attempt).transpose()
}

fn attempt(row: &SqliteRow) -> Result<Attempt, StoreError> {
    let purpose = match row.value::<String>(1)?.as_str() {
        "registration" => AttemptPurpose::Registration,
        "reset" => AttemptPurpose::Reset,
        _ => return Err(StoreError::corrupt("an attempt's purpose")),
    };
    let state = match (row.value::<String>(7)?.as_str(), row.maybe_time(15)?) {
        ("open", _) => AttemptState::Open,
        ("proved", Some(complete_by)) => AttemptState::Proved { proof: ProofHash(bytes(row, 14)?), complete_by },
        ("done", _) => AttemptState::Done,
        ("refused", _) => AttemptState::Refused,
        _ => return Err(StoreError::corrupt("an attempt's state")),
    };
    Ok(Attempt {
        id: AttemptId(row.value(0)?),
        purpose,
        contact: contact(row.value(16)?, row.value(2)?, row.value(17)?)?,
        contact_trace: bytes(row, 3)?,
        user_id: row.maybe_id(4, UserId::from_uuid)?,
        live: row.value(5)?,
        code_mac: bytes(row, 6)?,
        sends: row.small(8)?,
        sent_at: row.time(9)?,
        checks: row.small(10)?,
        checked_at: row.time(11)?,
        code_expires_at: row.time(12)?,
        ends_at: row.time(13)?,
        state,
    })
}

/// 32 bytes of a column.
fn bytes(row: &SqliteRow, column: usize) -> Result<[u8; 32], StoreError> {
    row.value::<Vec<u8>>(column)?.try_into().map_err(|_| StoreError::corrupt("a hash's length"))
}

async fn insert(tx: &mut SqliteConnection, attempt: &Attempt) -> Result<(), StoreError> {
    let contact = attempt.contact.as_ref();
    sqlx::query(
        "INSERT INTO attempts (attempt_id, purpose, contact_kind, contact, contact_key, contact_trace, user_id, live,
                               code_mac, state, sends, sent_at, checks, checked_at, code_expires_at, ends_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?)",
    )
    .bind(attempt.id.0)
    .bind(attempt.purpose.as_str())
    .bind(contact.map(|contact| contact.kind().as_str()))
    .bind(contact.map(Contact::as_str))
    .bind(contact.map(Contact::key))
    .bind(&attempt.contact_trace[..])
    .bind(attempt.user_id.map(|user| *user.as_uuid()))
    .bind(attempt.live)
    .bind(&attempt.code_mac[..])
    .bind(attempt.sends)
    .bind(attempt.sent_at.as_micros())
    .bind(attempt.checks)
    .bind(attempt.checked_at.as_micros())
    .bind(attempt.code_expires_at.as_micros())
    .bind(attempt.ends_at.as_micros())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Moves an attempt from what was read to what follows. `false`: it is not what was read any more.
async fn update(tx: &mut SqliteConnection, from: &Attempt, to: &Attempt) -> Result<bool, StoreError> {
    let (state, proof, complete_by) = columns(&to.state);
    let moved = sqlx::query(
        "UPDATE attempts SET code_mac = ?, state = ?, sends = ?, sent_at = ?, checks = ?, checked_at = ?,
                             code_expires_at = ?, proof_hash = ?, complete_by = ?
         WHERE attempt_id = ? AND state = ? AND sends = ? AND checks = ? AND code_mac = ?",
    )
    .bind(&to.code_mac[..])
    .bind(state)
    .bind(to.sends)
    .bind(to.sent_at.as_micros())
    .bind(to.checks)
    .bind(to.checked_at.as_micros())
    .bind(to.code_expires_at.as_micros())
    .bind(proof.map(|proof| proof.0.to_vec()))
    .bind(complete_by.map(Timestamp::as_micros))
    .bind(to.id.0)
    .bind(columns(&from.state).0)
    .bind(from.sends)
    .bind(from.checks)
    .bind(&from.code_mac[..])
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(moved.rows_affected() == 1)
}

const fn columns(state: &AttemptState) -> (&'static str, Option<ProofHash>, Option<Timestamp>) {
    match state {
        AttemptState::Open => ("open", None, None),
        AttemptState::Proved { proof, complete_by } => ("proved", Some(*proof), Some(*complete_by)),
        AttemptState::Done => ("done", None, None),
        AttemptState::Refused => ("refused", None, None),
    }
}
