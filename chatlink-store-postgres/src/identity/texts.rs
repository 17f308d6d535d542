//! Text messages on PostgreSQL: counted by route, in the transaction that sends them.

use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    contact::Contact,
    identity::{
        AttemptId, Mail,
        texts::{Breaker, Destination, Reason, Route, RouteCounts, Ruling, TextLimits, TextStop},
    },
    protocol::Timestamp,
};
use sqlx::PgConnection;

const COUNT: &str = "SELECT
         (SELECT count(*) FROM texts WHERE route = $1 AND sent_at > $2),
         (SELECT count(*) FROM texts WHERE route = $1 AND sent_at > $3),
         count(*), count(*) FILTER (WHERE outcome = 'proved')
     FROM (SELECT outcome FROM texts
           WHERE route = $1 AND sent_at >= $4 AND sent_at <= $5 AND outcome != 'notice'
           ORDER BY sent_at DESC, text_no DESC LIMIT $6) judged";

const SENT: &str = "INSERT INTO texts (route, attempt_id, sent_at, outcome) VALUES ($1, $2, $3, $4)";

const PROVED: &str = "UPDATE texts SET outcome = 'proved' WHERE attempt_id = $1 AND outcome = 'open'";

const BREAKER: &str = "SELECT closings, closed_until FROM text_breakers WHERE route = $1";

const CLOSE: &str = "INSERT INTO text_breakers (route, closings, closed_until) VALUES ($1, $2, $3)
     ON CONFLICT (route) DO UPDATE SET closings = excluded.closings, closed_until = excluded.closed_until";

const FORGIVE: &str = "DELETE FROM text_breakers WHERE route = $1";

/// What goes out of what is due, where it would go as a text message: counted, or stopped.
pub(super) async fn spend(
    tx: &mut PgConnection,
    attempt: AttemptId,
    contact: Option<&Contact>,
    mail: Mail,
    limits: &TextLimits,
    now: Timestamp,
) -> Result<Mail, StoreError> {
    let destination = match (contact.and_then(Destination::of), mail) {
        (Some(destination), Mail::Code | Mail::Known | Mail::Refused) => destination,
        (None, _) | (Some(_), Mail::Withheld | Mail::Stopped(_)) => return Ok(mail),
    };
    if let Err(stop) = destination.allowed(limits) {
        return Ok(Mail::Stopped(stop));
    }
    for route in destination.routes() {
        if let Err(reason) = pass(tx, route, limits, now).await? {
            return Ok(Mail::Stopped(TextStop { route: route.kind, reason }));
        }
    }
    let outcome = if mail == Mail::Code { "open" } else { "notice" };
    for route in destination.routes() {
        let sent = sqlx::query(SENT).bind(route.name.clone()).bind(attempt.0).bind(now.as_micros()).bind(outcome);
        sent.execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(mail)
}

/// The attempt's codes came back.
pub(super) async fn prove(tx: &mut PgConnection, attempt: AttemptId) -> Result<(), StoreError> {
    sqlx::query(PROVED).bind(attempt.0).execute(tx).await.map_err(store_error)?;
    Ok(())
}

/// Whether a message may take this route. A ruling that closes it, or finds it good again, is written
/// down.
async fn pass(
    tx: &mut PgConnection,
    route: &Route,
    limits: &TextLimits,
    now: Timestamp,
) -> Result<Result<(), Reason>, StoreError> {
    let breaker = find_breaker(tx, route).await?;
    let counts = count(tx, route, breaker.as_ref(), limits, now).await?;
    match route.rule(&counts, breaker.as_ref(), limits, now) {
        Ruling::Open => Ok(Ok(())),
        Ruling::Stopped(reason) => Ok(Err(reason)),
        Ruling::Good => {
            sqlx::query(FORGIVE).bind(route.name.clone()).execute(tx).await.map_err(store_error)?;
            Ok(Ok(()))
        }
        Ruling::Close(breaker) => {
            let until = breaker.closed_until.as_micros();
            let close = sqlx::query(CLOSE).bind(route.name.clone()).bind(i64::from(breaker.closings)).bind(until);
            close.execute(tx).await.map_err(store_error)?;
            Ok(Err(Reason::Closing))
        }
    }
}

async fn find_breaker(tx: &mut PgConnection, route: &Route) -> Result<Option<Breaker>, StoreError> {
    let row = sqlx::query(BREAKER).bind(route.name.clone()).fetch_optional(tx).await.map_err(store_error)?;
    row.map(|row| Ok(Breaker { closings: row.small(0)?, closed_until: row.time(1)? })).transpose()
}

async fn count(
    tx: &mut PgConnection,
    route: &Route,
    breaker: Option<&Breaker>,
    limits: &TextLimits,
    now: Timestamp,
) -> Result<RouteCounts, StoreError> {
    let (hour, day) = Route::windows(now);
    let judged = route.judged(breaker, limits, now);
    let row = sqlx::query(COUNT)
        .bind(route.name.clone())
        .bind(hour.as_micros())
        .bind(day.as_micros())
        .bind(judged.from.as_micros())
        .bind(judged.until.as_micros())
        .bind(i64::from(judged.most))
        .fetch_one(tx)
        .await
        .map_err(store_error)?;
    Ok(RouteCounts { hour: row.count(0)?, day: row.count(1)?, judged: row.count(2)?, proved: row.count(3)? })
}

#[cfg(test)]
pub(crate) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[COUNT, SENT, PROVED, BREAKER, CLOSE, FORGIVE] };
