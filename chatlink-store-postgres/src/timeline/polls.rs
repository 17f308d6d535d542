//! Polls: what becomes of votes, how they stand, and how they go with their message.

use super::{
    decide::{Head, NewEvent, Place, Plan, Refused, named_by},
    load::Loaded,
};
use crate::{
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{EventBody, EventId, Item, RoomId, Timestamp, UserId, event},
    timeline::{Named, PollFacts, VoteRow},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;

const ASK: Many = Many {
    columns: &["room_id uuid", "seq bigint", "options bigint", "multiple boolean", "closes_at bigint"],
    sql: "INSERT INTO polls (room_id, message_seq, options, multiple, closes_at, closed)
          SELECT room_id, seq, options, multiple, closes_at, false FROM k",
};

const CLOSE: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "UPDATE polls SET closed = true FROM k WHERE polls.room_id = k.room_id AND polls.message_seq = k.seq",
};

const VOTE: Many = Many {
    columns: &["room_id uuid", "seq bigint", "user_id uuid", "choices bigint"],
    sql: "INSERT INTO votes (room_id, message_seq, user_id, choices)
          SELECT room_id, seq, user_id, choices FROM k
          ON CONFLICT (room_id, message_seq, user_id) DO UPDATE SET choices = excluded.choices",
};

const UNVOTE: Many = Many {
    columns: &["room_id uuid", "seq bigint", "user_id uuid"],
    sql: "DELETE FROM votes WHERE (room_id, message_seq, user_id) IN (SELECT room_id, seq, user_id FROM k)",
};

const ERASE: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM polls WHERE (room_id, message_seq) IN (SELECT room_id, seq FROM k)",
};

const ERASE_VOTES: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM votes WHERE (room_id, message_seq) IN (SELECT room_id, seq FROM k)",
};

/// A row for each way in which people voted, and one for a poll on which nobody did.
const FILL: Many = Many {
    columns: &["room_id uuid", "seq bigint", "me uuid"],
    sql: "SELECT p.room_id, p.message_seq, p.closed, coalesce(v.choices, 0), count(v.user_id),
                 coalesce(bool_or(v.user_id = k.me), false)
          FROM k JOIN polls p ON p.room_id = k.room_id AND p.message_seq = k.seq
          LEFT JOIN votes v ON v.room_id = p.room_id AND v.message_seq = p.message_seq
          GROUP BY p.room_id, p.message_seq, v.choices",
};

const LIST: &str = "SELECT v.user_id, v.choices FROM members mb
    JOIN events e ON e.id = $3 AND e.room_id = mb.room_id AND e.seq >= mb.from_seq AND e.kind = 'message'
    JOIN votes v ON v.room_id = e.room_id AND v.message_seq = e.seq AND v.user_id > $4
    WHERE mb.room_id = $1 AND mb.user_id = $2 AND e.text IS NOT NULL AND coalesce(e.expires_at > $5, true)
      AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = $2 AND h.room_id = e.room_id AND h.seq = e.seq)
    ORDER BY v.user_id LIMIT $6";

impl Plan {
    pub(super) fn vote(
        &mut self,
        state: &mut Loaded,
        head: Head,
        voter: UserId,
        target: Named,
        choices: Vec<u8>,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let (place, poll) = poll_named(state, head, target, now)?;
        let previous = state.votes.get(&(place, voter)).cloned().unwrap_or_default();
        // A repetition changes nothing, though the poll is over by now.
        if previous == choices {
            return Err(Refused::Unchanged);
        }
        if poll.is_over(now) {
            return Err(Refused::Closed);
        }
        state.votes.insert((place, voter), choices.clone());
        self.voted.insert((place, voter), choices.clone());
        Ok(EventBody::Vote(event::Vote { target: target.event_id, choices, previous }))
    }

    pub(super) fn close_poll(
        &mut self,
        state: &mut Loaded,
        head: Head,
        target: Named,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let (place, poll) = poll_named(state, head, target, now)?;
        if poll.is_over(now) {
            return Err(Refused::Unchanged);
        }
        let message = state.targets.get_mut(&(head.room_id, target.event_id)).ok_or(Refused::NoTarget)?;
        message.poll = Some(PollFacts { closed: true, ..poll });
        self.polls_closed.insert(place);
        Ok(EventBody::PollClosed(event::PollClosed { target: target.event_id }))
    }
}

/// The poll that the sender names, if it stands, and its place.
fn poll_named(state: &Loaded, head: Head, target: Named, now: Timestamp) -> Result<(Place, PollFacts), Refused> {
    let message = named_by(state, head, target)?;
    if message.gone(now) {
        return Err(Refused::Gone);
    }
    let poll = message.poll.ok_or(Refused::NotAPoll)?;
    Ok(((head.room_id, message.seq), poll))
}

/// Writes what the plan holds of polls and votes.
pub(super) async fn write(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let asked: Vec<_> = plan.events.iter().filter_map(asked).collect();
    ASK.execute(tx, &asked, |b, (place, poll)| {
        at(b, place).bind(poll.options).bind(poll.multiple).bind(poll.closes_at.map(|at| at.as_micros()))
    })
    .await?;
    CLOSE.execute(tx, &plan.polls_closed.iter().copied().collect::<Vec<_>>(), at).await?;
    let (given, taken): (Vec<_>, Vec<_>) = plan.voted.iter().partition(|(_, choices)| !choices.is_empty());
    let bind = |b: Bind, ((place, user), _): &(&(Place, UserId), &Vec<u8>)| at(b, place).bind(*user.as_uuid());
    VOTE.execute(tx, &given, |b, row| bind(b, row).bind(bits(row.1))).await?;
    UNVOTE.execute(tx, &taken, bind).await
}

/// The poll that an event asks.
fn asked(new: &NewEvent) -> Option<(Place, PollFacts)> {
    let EventBody::Message(message) = &new.event.body else { return None };
    message.poll.as_ref().map(|poll| ((new.room_id, new.event.seq), PollFacts::of(poll)))
}

/// Erases what stands of polls that are erased.
pub(super) async fn erase(tx: &mut PgConnection, messages: &[Place]) -> Result<(), StoreError> {
    ERASE.execute(tx, messages, at).await?;
    ERASE_VOTES.execute(tx, messages, at).await
}

/// Fills how the votes on living polls stand, in one statement whatever their number.
pub(super) async fn fill_tallies(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
    me: Option<UserId>,
) -> Result<(), StoreError> {
    let polls = items.iter().enumerate().filter(|(_, item)| item.tally.is_some());
    let polls: HashMap<Place, usize> = polls.map(|(index, item)| ((room_of(index), item.seq), index)).collect();
    let me = me.map(|user| *user.as_uuid());
    let asked: Vec<Place> = polls.keys().copied().collect();
    for row in FILL.fetch(tx, &asked, |b, place| at(b, place).bind(me)).await? {
        let Some(item) =
            polls.get(&(row.id(0, RoomId::from_uuid)?, row.seq(1)?)).and_then(|index| items.get_mut(*index))
        else {
            continue;
        };
        let choices = places(&row, 3)?;
        if let Some(tally) = &mut item.tally {
            tally.closed = row.value(2)?;
            tally.add_votes(&choices, row.small(4)?);
        }
        if row.value(5)? {
            item.my_vote = choices;
        }
    }
    Ok(())
}

/// The votes on a poll that this member may read, a page of them.
pub(super) async fn list(
    connection: &mut PgConnection,
    (room_id, message_id): (RoomId, EventId),
    user: UserId,
    after: Option<UserId>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<VoteRow>, StoreError> {
    let rows = sqlx::query(LIST)
        .bind(*room_id.as_uuid())
        .bind(*user.as_uuid())
        .bind(*message_id.as_uuid())
        // Every id is above the nil one.
        .bind(after.map_or(Uuid::nil(), |user| *user.as_uuid()))
        .bind(now.as_micros())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    let vote = |row: &PgRow| Ok(VoteRow { user_id: row.id(0, UserId::from_uuid)?, choices: places(row, 1)? });
    rows.iter().map(vote).collect()
}

/// What decisions need of the poll in four columns from `first` on: options, multiple, closes_at, closed; `None` of a
/// message that is none.
pub(super) fn facts(row: &PgRow, first: usize) -> Result<Option<PollFacts>, StoreError> {
    let Some(options) = row.maybe_small(first)? else { return Ok(None) };
    Ok(Some(PollFacts {
        options: u8::try_from(options).map_err(|_| StoreError::corrupt("a poll of too many options"))?,
        multiple: row.value(first + 1)?,
        closes_at: row.maybe_time(first + 2)?,
        closed: row.value(first + 3)?,
    }))
}

/// The places of the options whose bits are set in a column.
pub(super) fn places(row: &PgRow, column: usize) -> Result<Vec<u8>, StoreError> {
    let bits: i64 = row.value(column)?;
    Ok((0..12).filter(|place| bits & (1 << place) != 0).collect())
}

fn bits(choices: &[u8]) -> i64 {
    choices.iter().fold(0, |bits, place| bits | 1 << place)
}

fn at(bound: Bind, (room_id, seq): &Place) -> Bind {
    bound.bind(*room_id.as_uuid()).bind(int(seq.0))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&ASK, &CLOSE, &VOTE, &UNVOTE, &ERASE, &ERASE_VOTES, &FILL], single: &[LIST] };
