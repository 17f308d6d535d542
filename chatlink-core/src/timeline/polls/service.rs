//! The use cases of polls that were sent.

use super::{Choices, VoteRow, decide};
use crate::{
    cursor,
    error::Invalid,
    limiter::Cost,
    rooms::Authz,
    timeline::{
        TalkError, Timeline,
        engine::{Actor, Sent},
    },
};
use chatlink_protocol::{EventId, RoomId, UserId};

/// Votes of one page at most.
pub const VOTES_LIMIT: u32 = 200;

/// A page of who chose what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VotePage {
    /// One a person, in no order that says anything.
    pub rows: Vec<VoteRow>,
    /// Where the next one begins; `None`: nothing follows.
    pub next_cursor: Option<String>,
    /// Whether the room is direct and severed: the other person shows as a deleted account.
    pub severed: bool,
}

impl Timeline {
    /// Sets one's vote on a poll; it replaces an earlier one, and with no choice takes it back. Idempotent.
    ///
    /// # Errors
    /// Not a member, severed, pending, muted, no such message, a gone one or no poll, a closed one, choices that it has
    /// not, too fast, or the store.
    pub async fn vote(&self, me: UserId, room: RoomId, message: EventId, choices: Choices) -> Result<Sent, TalkError> {
        self.spend(me)?;
        // What may be chosen stays as it was sent. Whether votes are taken is decided where the vote is written.
        if let Some(poll) = self.facts(room, message, me).await?.poll {
            poll.takes(&choices)?;
        }
        let decide = |authz: &Authz| decide::vote(authz, me, message, choices.clone(), self.context.now());
        self.settle(Actor::Member(me), room, None, decide).await
    }

    /// Closes a poll: it takes no more votes. Idempotent.
    ///
    /// # Errors
    /// Not a member, neither one's own nor a moderator, severed, muted, no such message, a gone one or no poll, too
    /// fast, or the store.
    pub async fn close_poll(&self, me: UserId, room: RoomId, message: EventId) -> Result<Sent, TalkError> {
        self.spend(me)?;
        let facts = self.facts(room, message, me).await?;
        let decide = |authz: &Authz| decide::close(authz, me, message, facts, self.context.now());
        self.settle(Actor::Member(me), room, None, decide).await
    }

    /// Who chose what: votes are open to every member who may read the poll.
    ///
    /// # Errors
    /// Not a member, no such message, a gone one or no poll, a cursor of another list, too fast, or the store.
    pub async fn votes(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<VotePage, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let facts = self.facts(room, message, me).await?;
        match facts.poll {
            _ if facts.gone => return Err(TalkError::MessageGone),
            None => return Err(TalkError::NotAPoll),
            Some(_) => {}
        }
        let limit = limit.clamp(1, VOTES_LIMIT);
        let (keys, epoch, list) = (&self.context.keys, &self.context.installation.epoch, format!("votes {message}"));
        let after = cursor.map(|text| cursor::open(keys, epoch, &list, text)).transpose().map_err(Invalid::from)?;
        let listed = self.context.store.list_votes(room, me, message, after, limit, self.context.now()).await;
        let rows = self.context.observe(listed)?;
        let severed = self.standing(me, room).await?.severed;
        let last = rows.last().filter(|_| rows.len() >= limit as usize).map(|row| row.user_id);
        let next_cursor = last.and_then(|user| cursor::seal(keys, epoch, &list, &user).ok());
        Ok(VotePage { rows, next_cursor, severed })
    }
}
