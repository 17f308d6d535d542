//! Starting an attempt, and sending again: what goes out, and what is written, is said by core.

use super::{
    super::{accounts, afford, departure::departed_until, spend, texts, tick},
    row::{find, insert, update},
};
use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    identity::{AttemptId, AttemptPurpose, Bars, Budget, Mail, NewAttempt, ResendOutcome, StartOutcome, Step},
    protocol::Timestamp,
    settings::CodeLimits,
};
use sqlx::PgConnection;

pub(super) async fn start(
    tx: &mut PgConnection,
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
    let owner = match new.contact_to_own() {
        Some(contact) => accounts::owner_of(tx, contact.kind(), contact.key()).await?,
        None => None,
    };
    let new = new.owned_by(owner);
    let mail = new.mail(bars(tx, &new.contact_trace).await?, now);
    let mail = spend_mail(tx, &new.contact_trace, mail, limits, now).await?;
    let mail = texts::spend(tx, new.id, new.contact.as_ref(), mail, &limits.texts, now).await?;
    let attempt = new.open(mail, limits, now);
    insert(tx, &attempt).await?;
    Ok(StartOutcome::Started(attempt, mail))
}

pub(super) async fn resend(
    tx: &mut PgConnection,
    purpose: AttemptPurpose,
    id: AttemptId,
    code_mac: [u8; 32],
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<ResendOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let Some(attempt) = find(tx, purpose, id).await? else { return Ok(ResendOutcome::Gone) };
    if let Err(refusal) = attempt.may_resend(limits, now) {
        return Ok(refusal.into());
    }
    let mail = attempt.mail_again(bars(tx, &attempt.contact_trace).await?, now);
    let mail = spend_mail(tx, &attempt.contact_trace, mail, limits, now).await?;
    let mail = texts::spend(tx, id, attempt.contact.as_ref(), mail, &limits.texts, now).await?;
    match attempt.step(&Step::Resend { code_mac }, limits, now) {
        Ok(next) if update(tx, &attempt, &next).await? => Ok(ResendOutcome::Sent(next, mail)),
        Ok(_) => Ok(ResendOutcome::Gone),
        Err(refusal) => Ok(refusal.into()),
    }
}

/// What stands against a contact. Asked whether it matters or not: known and unknown contacts cost the
/// same.
async fn bars(tx: &mut PgConnection, trace: &[u8; 32]) -> Result<Bars, StoreError> {
    let row = sqlx::query("SELECT until FROM refusals WHERE contact_trace = $1")
        .bind(&trace[..])
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let refused_until = row.map(|row| row.time(0)).transpose()?;
    Ok(Bars { refused_until, departed_until: departed_until(tx, trace).await? })
}

/// What goes out of what is due: nothing where the contact's budget is spent.
async fn spend_mail(
    tx: &mut PgConnection,
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
