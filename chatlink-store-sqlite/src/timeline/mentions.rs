//! Whom messages name, for counts of what to read. A row of nobody stands for all members.

use super::decide::{Place, Plan};
use crate::rows::{Bind, Many, int};
use chatlink_core::{
    StoreError,
    protocol::{EventBody, UserId},
};
use sqlx::SqliteConnection;

const WRITE: Many = Many {
    columns: &["room_no", "user_id", "seq"],
    sql: "INSERT INTO mentions (room_no, user_id, seq) SELECT room_no, user_id, seq FROM k WHERE room_no IS NOT NULL",
};

const ERASE: Many = Many {
    columns: &["room_no", "seq"],
    sql: "DELETE FROM mentions WHERE (room_no, seq) IN (SELECT room_no, seq FROM k)",
};

/// Writes whom the batch's messages name.
pub(super) async fn write(tx: &mut SqliteConnection, plan: &Plan) -> Result<(), StoreError> {
    let named = plan.events.iter().filter_map(|new| match &new.event.body {
        EventBody::Message(message) => Some((new.room_no, new.event.seq, message)),
        _ => None,
    });
    let rows: Vec<_> = named
        .flat_map(|(no, seq, message)| {
            let all = message.mentions_all.then_some(UserId::SYSTEM);
            message.mentions.iter().copied().chain(all).map(move |user| (no, user, seq))
        })
        .collect();
    WRITE.execute(tx, &rows, |b, (no, user, seq)| b.bind(*no).bind(*user.as_uuid()).bind(int(seq.0))).await
}

/// Forgets whom erased messages named.
pub(super) async fn erase(tx: &mut SqliteConnection, messages: &[Place]) -> Result<(), StoreError> {
    ERASE.execute(tx, messages, |bound: Bind, (no, seq): &Place| bound.bind(*no).bind(int(seq.0))).await
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&WRITE, &ERASE], single: &[] };
