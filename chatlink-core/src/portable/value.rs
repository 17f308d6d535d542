//! Values that mean the same in every store.

use crate::words::mended;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number, a time in microseconds, a small code.
    Int,
    /// Yes or no: 1 or 0 as a [`Value::Int`].
    Flag,
    /// Words.
    Text,
    /// Bytes.
    Bytes,
    /// A UUID: its 16 bytes as [`Value::Bytes`].
    Id,
}

/// A column, by the name that it has here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What a row says in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing.
    Null,
    /// A number or a flag.
    Int(i64),
    /// Words.
    Text(String),
    /// Bytes or an id.
    Bytes(Vec<u8>),
}

/// A value for each column of a table, in their order.
pub type Row = Vec<Value>;

/// How many rows, and a sum over them that tells other rows from these. The order of the rows is nothing to it: stores
/// keep them in their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    sum: u128,
}

impl Value {
    /// As every store keeps it. Rows of an earlier version may hold a NUL, which PostgreSQL does not.
    pub(super) fn mended(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(mended(&text).into_owned()),
            other => other,
        }
    }
}

impl Digest {
    /// Takes a row in, as every store keeps it.
    pub fn add(&mut self, row: &[Value]) {
        let mut hash = Sha256::new();
        for value in row {
            // A tag and a length before what varies, so that no two rows are the same bytes.
            match value {
                Value::Null => hash.update([0]),
                Value::Int(number) => {
                    hash.update([1]);
                    hash.update(number.to_be_bytes());
                }
                Value::Text(text) => part(&mut hash, 2, mended(text).as_bytes()),
                Value::Bytes(bytes) => part(&mut hash, 3, bytes),
            }
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }

    /// The sum as it is shown to people: 32 hexadecimal digits.
    pub fn sum(&self) -> String {
        format!("{:032x}", self.sum)
    }
}

fn part(hash: &mut Sha256, tag: u8, bytes: &[u8]) {
    hash.update([tag]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&[Value]]) -> Digest {
        let mut digest = Digest::default();
        rows.iter().for_each(|row| digest.add(row));
        digest
    }

    #[test]
    fn the_order_is_nothing_and_all_else_is_something() {
        let text = |text: &str| Value::Text(text.to_owned());
        let (one, two) = ([text("a"), Value::Int(1)], [text("b"), Value::Null]);
        let both = of(&[&one, &two]);
        assert_eq!(both, of(&[&two, &one]));
        let others = [
            of(&[&one]),
            of(&[&one, &one, &two]),
            of(&[&one, &[text("b"), Value::Int(0)]]),
            of(&[&one, &[text("b"), text("")]]),
            of(&[&one, &[Value::Bytes(b"b".to_vec()), Value::Null]]),
            of(&[&[text("a1")], &two]),
        ];
        others.iter().for_each(|other| assert_ne!(*other, both));
        // What one column ends with does not begin the next.
        assert_ne!(of(&[&[text("ab"), text("c")]]), of(&[&[text("a"), text("bc")]]));
        assert_eq!(both.sum().len(), 32);
    }
}
