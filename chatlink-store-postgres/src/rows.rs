//! Many rows in one statement, and the small conversions that every table needs.
//!
//! A batch must cost the same number of statements whatever its size. A [`Many`] is a statement over a list of rows,
//! which goes to the server as one array a column: one text, prepared once, for any number of rows. The text is made of
//! the parts written here in the sources, never of data.

use crate::error::store_error;
use chatlink_core::{
    StoreError,
    protocol::{Seq, Timestamp},
};
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row,
    postgres::{PgArguments, PgRow},
    query::Query,
};
use std::str::FromStr;
use uuid::Uuid;

/// A statement with its arguments so far.
pub(crate) type Statement = Query<'static, Postgres, PgArguments>;

/// The most rows of one statement.
const MOST: usize = 1024;

/// A statement over the rows of `k`, a list with these columns.
pub(crate) struct Many {
    /// The columns of `k`, each with its type: `seq bigint`.
    pub(crate) columns: &'static [&'static str],
    /// What is done with `k`.
    pub(crate) sql: &'static str,
}

impl Many {
    /// Runs it over `rows`; nothing for no rows.
    pub(crate) async fn execute<T>(
        &self,
        tx: &mut PgConnection,
        rows: &[T],
        bind: impl Fn(Bind, &T) -> Bind,
    ) -> Result<(), StoreError> {
        for chunk in rows.chunks(MOST) {
            self.over(chunk, &bind)?.execute(&mut *tx).await.map_err(store_error)?;
        }
        Ok(())
    }

    /// Runs it over `rows` and answers the rows that it gives.
    pub(crate) async fn fetch<T>(
        &self,
        tx: &mut PgConnection,
        rows: &[T],
        bind: impl Fn(Bind, &T) -> Bind,
    ) -> Result<Vec<PgRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in rows.chunks(MOST) {
            found.append(&mut self.over(chunk, &bind)?.fetch_all(&mut *tx).await.map_err(store_error)?);
        }
        Ok(found)
    }

    fn over<T>(&self, rows: &[T], bind: &impl Fn(Bind, &T) -> Bind) -> Result<Statement, StoreError> {
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let of = column.split(' ').nth(1).and_then(|of| Column::of(of, rows.len()));
            columns.push(of.ok_or_else(|| StoreError::corrupt("a column of no known type"))?);
        }
        let filled = rows.iter().fold(Bind { columns, next: 0, mistaken: false }, bind);
        if filled.mistaken || filled.next != rows.len() * self.columns.len() {
            return Err(StoreError::corrupt("a row that does not fit its columns"));
        }
        let statement = sqlx::query(AssertSqlSafe(self.text()));
        Ok(filled.columns.into_iter().fold(statement, |statement, column| column.bound_to(statement)))
    }

    pub(crate) fn text(&self) -> String {
        let names = self.columns.iter().filter_map(|column| column.split(' ').next());
        let types = self.columns.iter().filter_map(|column| column.split(' ').nth(1));
        let arrays: Vec<_> = types.enumerate().map(|(at, of)| format!("${}::{of}[]", at + 1)).collect();
        let names = names.collect::<Vec<_>>().join(", ");
        format!("WITH k ({names}) AS (SELECT * FROM unnest({})) {}", arrays.join(", "), self.sql)
    }
}

/// The rows of a [`Many`] while they are filled in, value by value.
pub(crate) struct Bind {
    columns: Vec<Column>,
    next: usize,
    mistaken: bool,
}

impl Bind {
    /// The next value.
    pub(crate) fn bind(mut self, value: impl Into<Cell>) -> Self {
        let at = self.next % self.columns.len().max(1);
        let fits = self.columns.get_mut(at).is_some_and(|column| column.push(value.into()));
        self.mistaken |= !fits;
        self.next += 1;
        self
    }
}

/// A value of a row.
pub(crate) enum Cell {
    Int(Option<i64>),
    Id(Option<Uuid>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Flag(Option<bool>),
}

/// The values of a column.
pub(crate) enum Column {
    Ints(Vec<Option<i64>>),
    Ids(Vec<Option<Uuid>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Flags(Vec<Option<bool>>),
}

impl Column {
    pub(crate) fn of(name: &str, rows: usize) -> Option<Self> {
        match name {
            "bigint" => Some(Self::Ints(Vec::with_capacity(rows))),
            "uuid" => Some(Self::Ids(Vec::with_capacity(rows))),
            "text" => Some(Self::Texts(Vec::with_capacity(rows))),
            "bytea" => Some(Self::Bytes(Vec::with_capacity(rows))),
            "boolean" => Some(Self::Flags(Vec::with_capacity(rows))),
            _ => None,
        }
    }

    /// Whether the value is of this column's type.
    pub(crate) fn push(&mut self, cell: Cell) -> bool {
        match (self, cell) {
            (Self::Ints(column), Cell::Int(value)) => column.push(value),
            (Self::Ids(column), Cell::Id(value)) => column.push(value),
            (Self::Texts(column), Cell::Text(value)) => column.push(value),
            (Self::Bytes(column), Cell::Bytes(value)) => column.push(value),
            (Self::Flags(column), Cell::Flag(value)) => column.push(value),
            _ => return false,
        }
        true
    }

    pub(crate) fn bound_to(self, statement: Statement) -> Statement {
        match self {
            Self::Ints(column) => statement.bind(column),
            Self::Ids(column) => statement.bind(column),
            Self::Texts(column) => statement.bind(column),
            Self::Bytes(column) => statement.bind(column),
            Self::Flags(column) => statement.bind(column),
        }
    }
}

macro_rules! cells {
    ($($from:ty => $cell:ident($value:ident) $into:expr;)*) => {
        $(
            impl From<$from> for Cell {
                fn from($value: $from) -> Self {
                    Self::$cell(Some($into))
                }
            }
            impl From<Option<$from>> for Cell {
                fn from(value: Option<$from>) -> Self {
                    Self::$cell(value.map(|$value| $into))
                }
            }
        )*
    };
}

cells! {
    i64 => Int(value) value;
    u32 => Int(value) i64::from(value);
    u8 => Int(value) i64::from(value);
    Uuid => Id(value) value;
    String => Text(value) value;
    &str => Text(value) value.to_owned();
    Vec<u8> => Bytes(value) value;
    bool => Flag(value) value;
}

/// A text that is looked for; none where it holds a NUL, which no text of PostgreSQL does.
pub(crate) fn sought(text: &str) -> Option<&str> {
    (!text.contains('\0')).then_some(text)
}

/// A counter as the tables keep it. All stay below 2^53.
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
    /// A small counter, or none.
    fn maybe_small(&self, column: usize) -> Result<Option<u32>, StoreError>;
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
        T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>;
}

impl Read for PgRow {
    fn count(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.value::<i64>(column)?).map_err(|_| StoreError::corrupt("a counter below zero"))
    }

    fn seq(&self, column: usize) -> Result<Seq, StoreError> {
        self.count(column).map(Seq)
    }

    fn small(&self, column: usize) -> Result<u32, StoreError> {
        u32::try_from(self.value::<i64>(column)?).map_err(|_| StoreError::corrupt("a counter out of range"))
    }

    fn maybe_small(&self, column: usize) -> Result<Option<u32>, StoreError> {
        let number: Option<i64> = self.value(column)?;
        let number = number.map(u32::try_from).transpose();
        number.map_err(|_| StoreError::corrupt("a counter out of range"))
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
        T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
    {
        self.try_get(column).map_err(store_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Many = Many { columns: &["a uuid", "b bigint"], sql: "SELECT a FROM k" };

    #[test]
    fn a_statement_is_its_parts_and_an_array_a_column() {
        assert_eq!(MANY.text(), "WITH k (a, b) AS (SELECT * FROM unnest($1::uuid[], $2::bigint[])) SELECT a FROM k");
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused() {
        assert!(MANY.over(&[1, 2], &|bound, number: &i64| bound.bind(Uuid::nil()).bind(*number)).is_ok());
        assert!(MANY.over(&[1, 2], &|bound, number: &i64| bound.bind(*number).bind(*number)).is_err(), "types");
        assert!(MANY.over(&[1], &|bound, _: &i64| bound.bind(Uuid::nil())).is_err(), "too short");
    }
}
