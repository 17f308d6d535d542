//! Tables in the words of this schema. Names come from the constants of the core, never from data.

use chatlink_core::portable::Table;

/// Tables that name their room by its id; all others have this file's number for it.
const BY_ROOM_ID: [&str; 6] = ["rooms", "direct_rooms", "group_keys", "reports", "scheduled", "chatlink_inbox"];

/// Columns that are the row's own number here.
const ROWIDS: [(&str, &str); 2] = [("spendings", "spending"), ("texts", "text_no")];

fn has_number(table: &Table, column: &str) -> bool {
    column == "room_id" && !BY_ROOM_ID.contains(&table.name)
}

/// The column of this schema.
pub(super) fn column(table: &Table, column: &str) -> String {
    match column {
        _ if has_number(table, column) => "room_no".to_owned(),
        _ if ROWIDS.contains(&(table.name, column)) => "rowid".to_owned(),
        _ => format!("\"{column}\""),
    }
}

/// What takes a value from outside into the column.
fn place(table: &Table, column: &str) -> &'static str {
    if has_number(table, column) { "(SELECT room_no FROM rooms WHERE room_id = ?)" } else { "?" }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A page of rows; behind a key, whose values are bound first, or from the beginning.
pub(super) fn page(table: &Table, is_first: bool) -> String {
    let columns = list(table.columns.iter().map(|column| {
        if has_number(table, column.name) {
            "(SELECT r.room_id FROM rooms r WHERE r.room_no = t.room_no)".to_owned()
        } else {
            format!("t.{}", self::column(table, column.name))
        }
    }));
    let key = list(table.key.iter().map(|name| format!("t.{}", column(table, name))));
    let places = list(table.key.iter().map(|name| place(table, name).to_owned()));
    let behind = if is_first { String::new() } else { format!("WHERE ({key}) > ({places})") };
    format!("SELECT {columns} FROM {} t {behind} ORDER BY {key} LIMIT {}", table.name, table.page)
}

/// Takes one row in.
pub(super) fn insert(table: &Table) -> String {
    let columns = list(table.columns.iter().map(|column| self::column(table, column.name)));
    let places = list(table.columns.iter().map(|column| place(table, column.name).to_owned()));
    format!("INSERT INTO {} ({columns}) VALUES ({places})", table.name)
}
