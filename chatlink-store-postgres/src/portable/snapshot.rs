//! One state of a schema, read table by table.

use super::words;
use crate::{
    error::store_error,
    installation::epoch,
    rows::{Read as _, Statement},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    portable::{Column, Kind, Lineage, Row, Snapshot, Table, Value},
};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};
use uuid::Uuid;

/// A reading transaction on a connection of its own, which is closed with it.
pub(super) struct PostgresSnapshot(PgConnection);

impl PostgresSnapshot {
    /// Fixes the state, which the first read does, and lets it be held for long.
    pub(super) async fn fix(mut connection: PgConnection) -> Result<Self, StoreError> {
        let patient = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
                       SET LOCAL idle_in_transaction_session_timeout = 0; SELECT 1 FROM installation";
        sqlx::raw_sql(patient).execute(&mut connection).await.map_err(store_error)?;
        Ok(Self(connection))
    }
}

#[async_trait]
impl Snapshot for PostgresSnapshot {
    async fn lineage(&mut self) -> Result<Option<Lineage>, StoreError> {
        let sql = "SELECT i.id, i.epoch, i.timeline, wal_timeline(), c.last_seen FROM installation i, store_clock c";
        let row = sqlx::query(sql).fetch_optional(&mut self.0).await.map_err(store_error)?;
        let lineage = |row: PgRow| {
            let epoch = epoch(row.value(1)?, row.value(2)?, row.value(3)?);
            Ok(Lineage { id: row.value(0)?, epoch, last_seen: row.time(4)? })
        };
        row.map(lineage).transpose()
    }

    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {}", table.name));
        sqlx::query(sql).fetch_one(&mut self.0).await.map_err(store_error)?.count(0)
    }

    async fn page(&mut self, table: &'static Table, after: Option<&[Value]>) -> Result<Vec<Row>, StoreError> {
        let mut query: Statement = sqlx::query(AssertSqlSafe(words::page(table, after.is_none())));
        for (column, value) in table.key_columns().zip(after.unwrap_or_default()) {
            query = match (column.kind, value.clone()) {
                (Kind::Flag, Value::Int(number)) => query.bind(number != 0),
                (_, Value::Int(number)) => query.bind(number),
                (_, Value::Text(text)) => query.bind(text),
                (Kind::Id, Value::Bytes(bytes)) => query.bind(id(&bytes)?),
                (_, Value::Bytes(bytes)) => query.bind(bytes),
                (_, Value::Null) => return Err(StoreError::corrupt("a key without a value")),
            };
        }
        let rows = query.fetch_all(&mut self.0).await.map_err(store_error)?;
        rows.iter().map(|row| read(table, row)).collect()
    }
}

/// The id in these bytes.
pub(super) fn id(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|error| StoreError::Corrupt(error.into()))
}

fn read(table: &Table, row: &PgRow) -> Result<Row, StoreError> {
    let value = |(at, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Int => row.value::<Option<i64>>(at)?.map(Value::Int),
            Kind::Flag => row.value::<Option<bool>>(at)?.map(|flag| Value::Int(i64::from(flag))),
            Kind::Text => row.value::<Option<String>>(at)?.map(Value::Text),
            Kind::Bytes => row.value::<Option<Vec<u8>>>(at)?.map(Value::Bytes),
            Kind::Id => row.value::<Option<Uuid>>(at)?.map(|id| Value::Bytes(id.as_bytes().to_vec())),
        }
        .unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}
