//! Tables in the words of this schema. Names come from the constants of the core, never from data.

use chatlink_core::portable::{Kind, Table};

/// The type of a column.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "bigint",
        Kind::Flag => "boolean",
        Kind::Text => "text",
        Kind::Bytes => "bytea",
        Kind::Id => "uuid",
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn columns(table: &Table) -> String {
    list(table.columns.iter().map(|column| format!("\"{}\"", column.name)))
}

/// A page of rows; behind a key, whose values are bound, or from the beginning.
pub(super) fn page(table: &Table, is_first: bool) -> String {
    let key = list(table.key.iter().map(|name| format!("\"{name}\"")));
    let places = (1..).zip(table.key_columns()).map(|(at, column)| format!("${at}::{}", kind(column.kind)));
    let behind = if is_first { String::new() } else { format!("WHERE ({key}) > ({})", list(places)) };
    format!("SELECT {} FROM {} {behind} ORDER BY {key} LIMIT {}", columns(table), table.name, table.page)
}

/// Takes rows in, an array a column. Numbers that the schema gives by itself are taken as they come.
pub(super) fn insert(table: &Table) -> String {
    let arrays = (1..).zip(table.columns).map(|(at, column)| format!("${at}::{}[]", kind(column.kind)));
    format!(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest({})",
        table.name,
        columns(table),
        list(arrays)
    )
}
