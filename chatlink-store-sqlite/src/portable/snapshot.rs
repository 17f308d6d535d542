//! One state of a file, read table by table.

use super::words;
use crate::{error::store_error, rows::Read as _};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    portable::{Kind, Lineage, Row, Snapshot, Table, Value},
};
use sqlx::{AssertSqlSafe, Row as _, Sqlite, SqliteConnection, query::Query, sqlite::SqliteRow};

/// A reading transaction on a connection of its own, which is closed with it.
pub(super) struct SqliteSnapshot(SqliteConnection);

impl SqliteSnapshot {
    /// From here on the state is fixed: the first read does that.
    pub(super) async fn begin(mut connection: SqliteConnection) -> Result<Self, StoreError> {
        sqlx::query("BEGIN DEFERRED").execute(&mut connection).await.map_err(store_error)?;
        sqlx::query("SELECT 1 FROM installation").execute(&mut connection).await.map_err(store_error)?;
        Ok(Self(connection))
    }
}

#[async_trait]
impl Snapshot for SqliteSnapshot {
    async fn lineage(&mut self) -> Result<Option<Lineage>, StoreError> {
        let sql = "SELECT i.id, i.epoch, c.last_seen FROM installation i, store_clock c";
        let row = sqlx::query(sql).fetch_optional(&mut self.0).await.map_err(store_error)?;
        let lineage = |row: SqliteRow| {
            let id = row.try_get(0).map_err(store_error)?;
            Ok(Lineage { id, epoch: row.try_get(1).map_err(store_error)?, last_seen: row.time(2)? })
        };
        row.map(lineage).transpose()
    }

    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {}", table.name));
        sqlx::query(sql).fetch_one(&mut self.0).await.map_err(store_error)?.count(0)
    }

    async fn page(&mut self, table: &'static Table, after: Option<&[Value]>) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(words::page(table, after.is_none())));
        let query = after.unwrap_or_default().iter().cloned().fold(query, bind);
        let rows = query.fetch_all(&mut self.0).await.map_err(store_error)?;
        rows.iter().map(|row| read(table, row)).collect()
    }
}

/// Binds a value as this schema keeps it: ids are bytes, flags are numbers.
pub(super) fn bind<'q>(
    query: Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>,
    value: Value,
) -> Query<'q, Sqlite, sqlx::sqlite::SqliteArguments> {
    match value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    }
}

fn read(table: &Table, row: &SqliteRow) -> Result<Row, StoreError> {
    let value = |(at, column): (usize, &chatlink_core::portable::Column)| {
        let value = match column.kind {
            Kind::Int | Kind::Flag => row.try_get::<Option<i64>, _>(at).map(|value| value.map(Value::Int)),
            Kind::Text => row.try_get::<Option<String>, _>(at).map(|value| value.map(Value::Text)),
            Kind::Bytes | Kind::Id => row.try_get::<Option<Vec<u8>>, _>(at).map(|value| value.map(Value::Bytes)),
        };
        Ok(value.map_err(store_error)?.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}
