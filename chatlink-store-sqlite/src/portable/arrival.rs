//! An installation on its way into a file.

use super::{snapshot::bind, words};
use crate::{error::store_error, rows::Read as _};
use chatlink_core::{
    StoreError,
    portable::{Arrival, Lineage, Mark, Row, Standing, TABLES, Table},
};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

/// Every block.
const QUEUE_ALL: &str = "INSERT INTO search_due (block_no, due_at)
     WITH RECURSIVE taken (room_no, block) AS (
         SELECT room_no, head_seq / 64 FROM rooms
         UNION ALL
         SELECT room_no, block - 1 FROM taken WHERE block > 0
     )
     SELECT room_no * 4294967296 + block, 0 FROM taken";

pub(super) async fn standing(tx: &mut SqliteConnection) -> Result<Standing, StoreError> {
    let id = sqlx::query_scalar::<_, Uuid>("SELECT id FROM installation").fetch_optional(&mut *tx).await;
    if let Some(id) = id.map_err(store_error)? {
        return Ok(Standing::Settled(id));
    }
    Ok(find(tx).await?.map_or(Standing::Empty, Standing::Arriving))
}

async fn find(tx: &mut SqliteConnection) -> Result<Option<Arrival>, StoreError> {
    let row = sqlx::query("SELECT source, mark FROM arrival").fetch_optional(tx).await.map_err(store_error)?;
    let arrival = |row: SqliteRow| {
        let mark: Option<String> = row.try_get(1).map_err(store_error)?;
        let mark = mark.map(|mark| serde_json::from_str(&mark)).transpose();
        let mark = mark.map_err(|error| StoreError::Corrupt(error.into()))?;
        Ok(Arrival { source: row.id(0, |id| id)?, mark })
    };
    row.map(arrival).transpose()
}

pub(super) async fn begin(tx: &mut SqliteConnection, source: Uuid) -> Result<bool, StoreError> {
    let begun = sqlx::query(
        "INSERT INTO arrival (singleton, source) SELECT 1, ? WHERE NOT EXISTS (SELECT 1 FROM installation)
         ON CONFLICT DO NOTHING",
    );
    let begun = begun.bind(source).execute(tx).await.map_err(store_error)?;
    Ok(begun.rows_affected() == 1)
}

pub(super) async fn take_in(
    tx: &mut SqliteConnection,
    table: &'static Table,
    rows: Vec<Row>,
    before: Option<Mark>,
    mark: Mark,
) -> Result<bool, StoreError> {
    if !moved(tx, before, Some(mark)).await? {
        return Ok(false);
    }
    let sql = words::insert(table);
    for row in rows {
        // One text: it is prepared once.
        let query = row.into_iter().fold(sqlx::query(AssertSqlSafe(sql.as_str())), bind);
        query.execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(true)
}

/// Sets the mark, if it stands where it is said to.
async fn moved(tx: &mut SqliteConnection, before: Option<Mark>, mark: Option<Mark>) -> Result<bool, StoreError> {
    match find(tx).await? {
        Some(arrival) if arrival.mark == before => {}
        _ => return Ok(false),
    }
    let mark = mark.map(|mark| serde_json::to_string(&mark)).transpose();
    let mark = mark.map_err(|error| StoreError::Corrupt(error.into()))?;
    sqlx::query("UPDATE arrival SET mark = ?").bind(mark).execute(tx).await.map_err(store_error)?;
    Ok(true)
}

pub(super) async fn discard(tx: &mut SqliteConnection) -> Result<bool, StoreError> {
    let begun = sqlx::query("UPDATE arrival SET mark = NULL").execute(&mut *tx).await.map_err(store_error)?;
    if begun.rows_affected() == 0 {
        return Ok(false);
    }
    // Those first whose rows point at others.
    for table in TABLES.iter().rev() {
        let erase = AssertSqlSafe(format!("DELETE FROM {}", table.name));
        sqlx::query(erase).execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(true)
}

pub(super) async fn settle(
    tx: &mut SqliteConnection,
    mark: Option<Mark>,
    lineage: Lineage,
) -> Result<bool, StoreError> {
    if !moved(tx, mark.clone(), mark).await? {
        return Ok(false);
    }
    sqlx::query(QUEUE_ALL).execute(&mut *tx).await.map_err(store_error)?;
    let clock = sqlx::query("UPDATE store_clock SET last_seen = max(last_seen, ?)");
    clock.bind(lineage.last_seen.as_micros()).execute(&mut *tx).await.map_err(store_error)?;
    let claim = sqlx::query("INSERT INTO installation (singleton, id, epoch) VALUES (1, ?, ?)");
    claim.bind(lineage.id).bind(lineage.epoch).execute(&mut *tx).await.map_err(store_error)?;
    sqlx::query("DELETE FROM arrival").execute(tx).await.map_err(store_error)?;
    Ok(true)
}
