//! An installation on its way into a schema.

use super::{snapshot::id, words};
use crate::{
    error::store_error,
    rows::{Cell, Column, Read as _},
};
use chatlink_core::{
    StoreError,
    portable::{self, Arrival, Kind, Lineage, Mark, Row, Standing, TABLES, Table, Value},
};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};
use uuid::Uuid;

/// What follows from the rows: every block, the list of public rooms, and the numbers that come next.
const FOLLOWS: &str = "
    INSERT INTO search_due (room_id, block, due_at)
    SELECT room_id, generate_series(0, head_seq / 64), 0 FROM rooms;
    INSERT INTO public_rooms (room_id, updated_at, language, level)
    SELECT room_id, updated_at, language, level FROM rooms WHERE visibility = 'public';
    SELECT setval(pg_get_serial_sequence('spendings', 'spending'), coalesce(max(spending), 0) + 1, false) FROM spendings;
    SELECT setval(pg_get_serial_sequence('texts', 'text_no'), coalesce(max(text_no), 0) + 1, false) FROM texts;
    SELECT setval(pg_get_serial_sequence('ended_sessions', 'ended_seq'), coalesce(max(ended_seq), 0) + 1, false)
    FROM ended_sessions;
    SELECT setval(pg_get_serial_sequence('chatlink_inbox', 'number'), coalesce(max(number), 0) + 1, false)
    FROM chatlink_inbox;";

pub(super) async fn standing(tx: &mut PgConnection) -> Result<Standing, StoreError> {
    let id = sqlx::query_scalar::<_, Uuid>("SELECT id FROM installation").fetch_optional(&mut *tx).await;
    if let Some(id) = id.map_err(store_error)? {
        return Ok(Standing::Settled(id));
    }
    let row = sqlx::query("SELECT source, mark FROM arrival").fetch_optional(tx).await.map_err(store_error)?;
    Ok(row.as_ref().map(arrival).transpose()?.map_or(Standing::Empty, Standing::Arriving))
}

fn arrival(row: &PgRow) -> Result<Arrival, StoreError> {
    let mark = row.value::<Option<String>>(1)?.map(|mark| serde_json::from_str(&mark)).transpose();
    Ok(Arrival { source: row.value(0)?, mark: mark.map_err(|error| StoreError::Corrupt(error.into()))? })
}

pub(super) async fn begin(tx: &mut PgConnection, source: Uuid) -> Result<bool, StoreError> {
    // A node that starts now, and would claim the schema, waits and then sees the arrival.
    let lock = "LOCK TABLE installation IN SHARE ROW EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *tx).await.map_err(store_error)?;
    let begun = sqlx::query(
        "INSERT INTO arrival (singleton, source) SELECT 1, $1 WHERE NOT EXISTS (SELECT 1 FROM installation)
         ON CONFLICT DO NOTHING",
    );
    let begun = begun.bind(source).execute(tx).await.map_err(store_error)?;
    Ok(begun.rows_affected() == 1)
}

pub(super) async fn take_in(
    tx: &mut PgConnection,
    table: &'static Table,
    rows: Vec<Row>,
    before: Option<Mark>,
    mark: Mark,
) -> Result<bool, StoreError> {
    if !moved(tx, before, Some(mark)).await? {
        return Ok(false);
    }
    let mut columns = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let filled = Column::of(words::kind(column.kind), rows.len());
        columns.push(filled.ok_or_else(|| StoreError::corrupt("a column of no known type"))?);
    }
    for row in rows {
        for ((value, column), filled) in row.into_iter().zip(table.columns).zip(&mut columns) {
            if !filled.push(cell(column, value)?) {
                return Err(StoreError::corrupt(format!("a value that {}.{} does not hold", table.name, column.name)));
            }
        }
    }
    let statement = sqlx::query(AssertSqlSafe(words::insert(table)));
    let statement = columns.into_iter().fold(statement, |statement, column| column.bound_to(statement));
    statement.execute(tx).await.map_err(store_error)?;
    Ok(true)
}

/// A value as the column keeps it.
fn cell(column: &portable::Column, value: Value) -> Result<Cell, StoreError> {
    Ok(match (column.kind, value) {
        (Kind::Int, Value::Null) => Cell::Int(None),
        (Kind::Flag, Value::Null) => Cell::Flag(None),
        (Kind::Text, Value::Null) => Cell::Text(None),
        (Kind::Bytes, Value::Null) => Cell::Bytes(None),
        (Kind::Id, Value::Null) => Cell::Id(None),
        (Kind::Flag, Value::Int(number)) => Cell::Flag(Some(number != 0)),
        (Kind::Id, Value::Bytes(bytes)) => Cell::Id(Some(id(&bytes)?)),
        (_, Value::Int(number)) => Cell::Int(Some(number)),
        (_, Value::Text(text)) => Cell::Text(Some(text)),
        (_, Value::Bytes(bytes)) => Cell::Bytes(Some(bytes)),
    })
}

/// Sets the mark, if it stands where it is store_error to.
async fn moved(tx: &mut PgConnection, before: Option<Mark>, mark: Option<Mark>) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT source, mark FROM arrival FOR UPDATE").fetch_optional(&mut *tx).await;
    match row.map_err(store_error)?.as_ref().map(arrival).transpose()? {
        Some(arrival) if arrival.mark == before => {}
        _ => return Ok(false),
    }
    let mark = mark.map(|mark| serde_json::to_string(&mark)).transpose();
    let mark = mark.map_err(|error| StoreError::Corrupt(error.into()))?;
    sqlx::query("UPDATE arrival SET mark = $1").bind(mark).execute(tx).await.map_err(store_error)?;
    Ok(true)
}

pub(super) async fn discard(tx: &mut PgConnection) -> Result<bool, StoreError> {
    let begun = sqlx::query("UPDATE arrival SET mark = NULL").execute(&mut *tx).await.map_err(store_error)?;
    if begun.rows_affected() == 0 {
        return Ok(false);
    }
    let tables: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    let erase = AssertSqlSafe(format!("TRUNCATE {}", tables.join(", ")));
    sqlx::query(erase).execute(tx).await.map_err(store_error)?;
    Ok(true)
}

pub(super) async fn settle(tx: &mut PgConnection, mark: Option<Mark>, lineage: Lineage) -> Result<bool, StoreError> {
    if !moved(tx, mark.clone(), mark).await? {
        return Ok(false);
    }
    sqlx::raw_sql(FOLLOWS).execute(&mut *tx).await.map_err(store_error)?;
    let clock = sqlx::query("UPDATE store_clock SET last_seen = greatest(last_seen, $1)");
    clock.bind(lineage.last_seen.as_micros()).execute(&mut *tx).await.map_err(store_error)?;
    let claim =
        sqlx::query("INSERT INTO installation (singleton, id, epoch, timeline) VALUES (1, $1, $2, wal_timeline())");
    claim.bind(lineage.id).bind(lineage.epoch).execute(&mut *tx).await.map_err(store_error)?;
    sqlx::query("DELETE FROM arrival").execute(tx).await.map_err(store_error)?;
    Ok(true)
}
