//! Corrections: where they stand beside their messages, and their words in their events.

use super::{
    decide::{Place, Plan},
    load::Loaded,
};
use crate::{
    PostgresStore,
    error::store_error,
    rooms::severed,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{Correction, CorrectionState, CorrectionWords, EventId, Item, RoomId, Seq, Timestamp, UserId},
    timeline::{CorrectionFacts, CorrectionPlace, CorrectionRow, CorrectionStore},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;

/// A correction of a message that an act names, withdrawn ones included.
#[derive(Clone, Copy)]
pub(super) struct Proposal {
    pub(super) seq: Seq,
    pub(super) id: EventId,
    pub(super) sender: UserId,
    pub(super) state: CorrectionState,
}

/// A correction's row to be written.
pub(super) struct NewProposal {
    pub(super) place: Place,
    pub(super) proposal: Proposal,
    pub(super) author: UserId,
    pub(super) at: Timestamp,
}

const LOAD: Many = Many {
    columns: &["room_id uuid", "id uuid"],
    sql: "SELECT c.room_id, c.message_seq, c.seq, c.id, c.sender_id, c.state
          FROM k JOIN events e ON e.id = k.id AND e.kind = 'message' AND e.room_id = k.room_id
          JOIN corrections c ON c.room_id = e.room_id AND c.message_seq = e.seq",
};

/// A deleted account has no list any more.
const PROPOSE: Many = Many {
    columns: &["room_id uuid", "message_seq bigint", "seq bigint", "id uuid", "sender_id uuid", "author_id uuid", "at bigint"],
    sql: "INSERT INTO corrections (room_id, message_seq, seq, id, sender_id, author_id, at, state)
          SELECT room_id, message_seq, seq, id, sender_id,
                 CASE WHEN NOT EXISTS
                     (SELECT 1 FROM accounts a WHERE a.user_id = k.author_id AND a.state = 'deleted') THEN author_id END,
                 at, 'open'
          FROM k",
};

const DECIDE: Many = Many {
    columns: &["room_id uuid", "message_seq bigint", "seq bigint", "state text"],
    sql: "UPDATE corrections SET state = k.state
          FROM k WHERE corrections.room_id = k.room_id AND corrections.message_seq = k.message_seq
                   AND corrections.seq = k.seq",
};

/// Takes the words out of a withdrawn correction, and the request that made it.
const WITHDRAW: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "UPDATE events SET text = NULL, request = NULL
          FROM k WHERE events.room_id = k.room_id AND events.seq = k.seq",
};

const ERASE_WORDS: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "UPDATE events SET text = NULL, request = NULL
          FROM k WHERE events.room_id = k.room_id AND events.target_seq = k.seq AND events.kind = 'correction'",
};

const ERASE: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM corrections WHERE (room_id, message_seq) IN (SELECT room_id, seq FROM k)",
};

const FILL: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "SELECT c.room_id, c.message_seq, c.id, c.sender_id, c.at, e.version, c.state, e.text
          FROM k JOIN corrections c ON c.room_id = k.room_id AND c.message_seq = k.seq AND c.state <> 'withdrawn'
          JOIN events e ON e.room_id = c.room_id AND e.seq = c.seq
          ORDER BY c.room_id, c.message_seq, c.seq",
};

const FIND: &str = "SELECT c.sender_id, c.state
     FROM events m
     JOIN corrections c ON c.room_id = m.room_id AND c.message_seq = m.seq
     WHERE m.id = $2 AND m.kind = 'message' AND m.room_id = $1 AND c.id = $3
       AND m.text IS NOT NULL AND coalesce(m.expires_at > $4, true)";

/// The words are joined in once the page is found.
const LIST: &str = concat!(
    "SELECT c.id, c.sender_id, c.at, e.version, c.state, e.text, r.room_id, m.id, m.seq, m.version, m.expires_at, ",
    severed!(),
    " FROM corrections c
      JOIN members mine ON mine.room_id = c.room_id AND mine.user_id = c.author_id
                             AND mine.from_seq <= c.message_seq
      JOIN rooms r ON r.room_id = c.room_id
      JOIN events m ON m.room_id = c.room_id AND m.seq = c.message_seq AND coalesce(m.expires_at > $2, true)
      JOIN events e ON e.room_id = c.room_id AND e.seq = c.seq AND e.text IS NOT NULL
      WHERE c.author_id = $1 AND c.state <> 'withdrawn' AND ($3::text IS NULL OR c.state = $3)
        AND NOT EXISTS
          (SELECT 1 FROM hides h WHERE h.user_id = $1 AND h.room_id = c.room_id AND h.seq = c.message_seq)
        AND ($4::bigint IS NULL OR (c.at, c.id) < ($4, $5))
      ORDER BY c.at DESC, c.id DESC LIMIT $6"
);

#[async_trait]
impl CorrectionStore for PostgresStore {
    async fn find_correction(
        &self,
        room_id: RoomId,
        message_id: EventId,
        correction_id: EventId,
        now: Timestamp,
    ) -> Result<Option<CorrectionFacts>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            let found = sqlx::query(FIND)
                .bind(*room_id.as_uuid())
                .bind(*message_id.as_uuid())
                .bind(*correction_id.as_uuid())
                .bind(now.as_micros())
                .fetch_optional(&mut *connection)
                .await
                .map_err(store_error)?;
            let facts =
                |row: PgRow| Ok(CorrectionFacts { sender_id: row.id(0, UserId::from_uuid)?, state: state(&row, 1)? });
            found.map(facts).transpose()
        })
        .await
    }

    async fn list_corrections(
        &self,
        author: UserId,
        of: Option<CorrectionState>,
        after: Option<CorrectionPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<CorrectionRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            let rows = sqlx::query(LIST)
                .bind(*author.as_uuid())
                .bind(now.as_micros())
                .bind(of.map(CorrectionState::as_str))
                .bind(after.map(|place| place.at.as_micros()))
                .bind(after.map(|place| *place.id.as_uuid()))
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await
                .map_err(store_error)?;
            let listed = |row: &PgRow| {
                Ok(CorrectionRow {
                    correction: correction(row, 0)?,
                    room_id: row.id(6, RoomId::from_uuid)?,
                    message_id: row.id(7, EventId::from_uuid)?,
                    message_seq: row.seq(8)?,
                    version: row.small(9)?,
                    expires_at: row.maybe_time(10)?,
                    severed: row.value(11)?,
                })
            };
            rows.iter().map(listed).collect()
        })
        .await
    }
}

/// Loads the corrections of these messages; withdrawn ones count, so that there are never many.
pub(super) async fn load(
    tx: &mut PgConnection,
    messages: &[(RoomId, EventId)],
    state_of: &mut Loaded,
) -> Result<(), StoreError> {
    for row in LOAD.fetch(tx, messages, |b, (room, id)| b.bind(*room.as_uuid()).bind(*id.as_uuid())).await? {
        let proposal = Proposal {
            seq: row.seq(2)?,
            id: row.id(3, EventId::from_uuid)?,
            sender: row.id(4, UserId::from_uuid)?,
            state: state(&row, 5)?,
        };
        state_of.proposals.entry((row.id(0, RoomId::from_uuid)?, row.seq(1)?)).or_default().push(proposal);
    }
    Ok(())
}

/// Writes what the plan holds of corrections.
pub(super) async fn write(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    PROPOSE
        .execute(tx, &plan.proposed, |b, new| {
            at(b, &new.place)
                .bind(int(new.proposal.seq.0))
                .bind(*new.proposal.id.as_uuid())
                .bind(*new.proposal.sender.as_uuid())
                .bind(*new.author.as_uuid())
                .bind(new.at.as_micros())
        })
        .await?;
    let decided: Vec<_> = plan.corrections_decided.iter().collect();
    DECIDE.execute(tx, &decided, |b, ((place, seq), state)| at(b, place).bind(int(seq.0)).bind(state.as_str())).await?;
    let withdrawn = decided.iter().filter(|(_, state)| **state == CorrectionState::Withdrawn);
    let withdrawn: Vec<Place> = withdrawn.map(|((place, seq), _)| (place.0, *seq)).collect();
    WITHDRAW.execute(tx, &withdrawn, at).await
}

/// Erases what derives from these messages.
pub(super) async fn erase(tx: &mut PgConnection, messages: &[Place]) -> Result<(), StoreError> {
    ERASE_WORDS.execute(tx, messages, at).await?;
    ERASE.execute(tx, messages, at).await
}

/// Fills the corrections of living items, in one statement whatever their number.
pub(super) async fn fill_corrections(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
) -> Result<(), StoreError> {
    let living: Vec<Place> =
        items.iter().enumerate().filter(|(_, item)| !item.redacted).map(|(i, item)| (room_of(i), item.seq)).collect();
    let mut found: HashMap<Place, Vec<Correction>> = HashMap::new();
    for row in FILL.fetch(tx, &living, at).await? {
        found.entry((row.id(0, RoomId::from_uuid)?, row.seq(1)?)).or_default().push(correction(&row, 2)?);
    }
    for (index, item) in items.iter_mut().enumerate().filter(|(_, item)| !item.redacted) {
        item.corrections = found.remove(&(room_of(index), item.seq)).unwrap_or_default();
    }
    Ok(())
}

/// What an event keeps in its `text`.
pub(crate) fn words(text: &str) -> Result<CorrectionWords, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.into()))
}

/// The correction in six columns from `first` on: id, sender, time, version, state, words.
fn correction(row: &PgRow, first: usize) -> Result<Correction, StoreError> {
    Ok(Correction {
        id: row.id(first, EventId::from_uuid)?,
        sender_id: row.id(first + 1, UserId::from_uuid)?,
        at: row.time(first + 2)?,
        version: row.small(first + 3)?,
        state: state(row, first + 4)?,
        words: words(&row.value::<String>(first + 5)?)?,
    })
}

/// The state in a column.
pub(crate) fn state(row: &PgRow, column: usize) -> Result<CorrectionState, StoreError> {
    let name: String = row.value(column)?;
    let known = CorrectionState::ALL.into_iter().find(|state| state.as_str() == name);
    known.ok_or_else(|| StoreError::corrupt("a name that no constraint allows"))
}

fn at(bound: Bind, (room_id, seq): &Place) -> Bind {
    bound.bind(*room_id.as_uuid()).bind(int(seq.0))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[&LOAD, &PROPOSE, &DECIDE, &WITHDRAW, &ERASE_WORDS, &ERASE, &FILL],
    single: &[FIND, LIST],
};
