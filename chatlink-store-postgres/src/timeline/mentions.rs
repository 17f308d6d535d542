//! Whom messages name, for counts of what to read. A row of nobody stands for all members.

use super::decide::{Place, Plan};
use crate::rows::{Bind, Many, int};
use chatlink_core::{
    StoreError,
    protocol::{EventBody, UserId},
};
use sqlx::PgConnection;

const WRITE: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "seq bigint"],
    sql: "INSERT INTO mentions (room_id, user_id, seq) SELECT room_id, user_id, seq FROM k",
};

const ERASE: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM mentions WHERE (room_id, seq) IN (SELECT room_id, seq FROM k)",
};

/// Writes whom the batch's messages name.
pub(super) async fn write(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let named = plan.events.iter().filter_map(|new| match &new.event.body {
        EventBody::Message(message) => Some((new.room_id, new.event.seq, message)),
        _ => None,
    });
    let rows: Vec<_> = named
        .flat_map(|(room, seq, message)| {
            let all = message.mentions_all.then_some(UserId::SYSTEM);
            message.mentions.iter().copied().chain(all).map(move |user| (room, user, seq))
        })
        .collect();
    WRITE
        .execute(tx, &rows, |b, (room, user, seq)| b.bind(*room.as_uuid()).bind(*user.as_uuid()).bind(int(seq.0)))
        .await
}

/// Forgets whom erased messages named.
pub(super) async fn erase(tx: &mut PgConnection, messages: &[Place]) -> Result<(), StoreError> {
    ERASE.execute(tx, messages, |bound: Bind, (room, seq): &Place| bound.bind(*room.as_uuid()).bind(int(seq.0))).await
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[&WRITE, &ERASE], single: &[] };
