//! Many rows in one statement, and the small conversions that every table needs.
//!
//! A batch must cost the same number of statements whatever its size. SQLite takes a list of rows
//! as `VALUES`; a [`Many`] is a statement over such a list. Its text is made of the parts written
//! here in the sources and of question marks, never of data. The number of rows is rounded up to a
//! power of two (the rest are rows of NULL, which match nothing), so that few texts are prepared.

use crate::error::store_error;
use chatlink_core::{
    StoreError,
    protocol::{Seq, Timestamp},
};
use serde::de::DeserializeOwned;
use sqlx::{
    AssertSqlSafe, Row, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use std::str::FromStr;
use uuid::Uuid;

/// A statement with its arguments so far.
pub(crate) type Bind = Query<'static, Sqlite, SqliteArguments>;

/// The most rows of one statement: 256 rows of 16 columns stay far below SQLite's 32,766 places.
const MOST: usize = 256;

/// A statement over the rows of `k`, a list with these columns.
pub(crate) struct Many {
    /// The columns of `k`.
    pub(crate) columns: &'static [&'static str],
    /// What is done with `k`. Its padding rows are all NULL.
    pub(crate) sql: &'static str,
}

impl Many {
    /// Runs it over `rows`; nothing for no rows.
    pub(crate) async fn execute<T>(
        &self,
        tx: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(Bind, &T) -> Bind,
    ) -> Result<(), StoreError> {
        for chunk in rows.chunks(MOST) {
            self.over(chunk, &bind).execute(&mut *tx).await.map_err(store_error)?;
        }
        Ok(())
    }

    /// Runs it over `rows` and answers the rows that it gives.
    pub(crate) async fn fetch<T>(
        &self,
        tx: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(Bind, &T) -> Bind,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in rows.chunks(MOST) {
            found.append(&mut self.over(chunk, &bind).fetch_all(&mut *tx).await.map_err(store_error)?);
        }
        Ok(found)
    }

    /// Runs it over `rows` where it gives one row with one array, as JSON, of what it finds: each row that comes from the
    /// thread of the connection is a step of its own, which costs more than most of what it brings.
    pub(crate) async fn gather<T, U: DeserializeOwned>(
        &self,
        tx: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(Bind, &T) -> Bind,
    ) -> Result<Vec<U>, StoreError> {
        let mut found: Vec<U> = Vec::new();
        for row in self.fetch(tx, rows, bind).await? {
            let array: String = row.value(0)?;
            let mut array = serde_json::from_str(&array).map_err(|error| StoreError::Corrupt(error.into()))?;
            match found.is_empty() {
                true => found = array,
                false => found.append(&mut array),
            }
        }
        Ok(found)
    }

    fn over<T>(&self, rows: &[T], bind: &impl Fn(Bind, &T) -> Bind) -> Bind {
        let places = rows.len().next_power_of_two();
        let statement = sqlx::query(AssertSqlSafe(self.text(places)));
        let bound = rows.iter().fold(statement, bind);
        (0..(places - rows.len()) * self.columns.len()).fold(bound, |bound, _| bound.bind(None::<i64>))
    }

    pub(crate) fn text(&self, rows: usize) -> String {
        let mut text = String::with_capacity(self.sql.len() + 64 + rows * (2 * self.columns.len() + 2));
        text.push_str("WITH k (");
        text.push_str(&self.columns.join(", "));
        text.push_str(") AS (VALUES ");
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ",(" });
            for column in 0..self.columns.len() {
                text.push_str(if column == 0 { "?" } else { ",?" });
            }
            text.push(')');
        }
        text.push_str(") ");
        text.push_str(self.sql);
        text
    }
}

/// A counter as SQLite keeps it. All stay below 2^53.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Reads columns as the types of the domain.
pub(crate) trait Read {
    /// A counter.
    fn count(&self, column: usize) -> Result<u64, StoreError>;
    /// A place in a room.
    fn seq(&self, column: usize) -> Result<Seq, StoreError>;
    /// A small counter.
    fn small(&self, column: usize) -> Result<u32, StoreError>;
    /// A point in time.
    fn time(&self, column: usize) -> Result<Timestamp, StoreError>;
    /// A point in time, or none.
    fn maybe_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError>;
    /// An id.
    fn id<T>(&self, column: usize, of: fn(Uuid) -> T) -> Result<T, StoreError>;
    /// An id, or none.
    fn maybe_id<T>(&self, column: usize, of: fn(Uuid) -> T) -> Result<Option<T>, StoreError>;
    /// One of the names that a constraint allows.
    fn name<T: FromStr>(&self, column: usize) -> Result<T, StoreError>;
    /// One of the names that a constraint allows, or none.
    fn maybe_name<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError>;
    /// Whatever sqlx decodes.
    fn value<T>(&self, column: usize) -> Result<T, StoreError>
    where
        T: for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>;
}

impl Read for SqliteRow {
    fn count(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.value::<i64>(column)?).map_err(|_| StoreError::corrupt("a counter below zero"))
    }

    fn seq(&self, column: usize) -> Result<Seq, StoreError> {
        self.count(column).map(Seq)
    }

    fn small(&self, column: usize) -> Result<u32, StoreError> {
        u32::try_from(self.value::<i64>(column)?).map_err(|_| StoreError::corrupt("a counter out of range"))
    }

    fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        self.value(column).map(Timestamp::from_micros)
    }

    fn maybe_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.value::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }

    fn id<T>(&self, column: usize, of: fn(Uuid) -> T) -> Result<T, StoreError> {
        self.value(column).map(of)
    }

    fn maybe_id<T>(&self, column: usize, of: fn(Uuid) -> T) -> Result<Option<T>, StoreError> {
        Ok(self.value::<Option<Uuid>>(column)?.map(of))
    }

    fn name<T: FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.value::<String>(column)?.parse().map_err(|_| StoreError::corrupt("a name that no constraint allows"))
    }

    fn maybe_name<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError> {
        let name: Option<String> = self.value(column)?;
        let name = name.map(|name| name.parse()).transpose();
        name.map_err(|_| StoreError::corrupt("a name that no constraint allows"))
    }

    fn value<T>(&self, column: usize) -> Result<T, StoreError>
    where
        T: for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
    {
        self.try_get(column).map_err(store_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_its_parts_and_question_marks() {
        let many = Many { columns: &["a", "b"], sql: "SELECT a FROM k" };
        assert_eq!(many.text(2), "WITH k (a, b) AS (VALUES (?,?),(?,?)) SELECT a FROM k");
    }
}
