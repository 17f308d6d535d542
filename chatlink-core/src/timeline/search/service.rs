//! The use case of search.

use super::{Found, Hit, Pattern, Place, Sought, Span};
use crate::{context::Context, cursor, error::Invalid, limiter::Cost, timeline::TalkError};
use chatlink_protocol::{Event, RoomId, Timestamp, UserId};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// Hits of a page, unless asked otherwise.
const PAGE: u32 = 20;
/// Hits of a page, whatever is asked.
const MAX_PAGE: u32 = 50;
/// Reads that a search counts as: it may cost as much.
const READS: u32 = 5;
/// Searches at once on this node: they must not hold all that reads.
const AT_ONCE: usize = 2;
/// How long a search waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// Finds messages by their words.
pub struct Search {
    context: Arc<Context>,
    turns: Semaphore,
}

/// A question as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchForm {
    /// What to look for: 2 to 200 characters.
    pub q: String,
    /// In this room alone.
    pub room_id: Option<RoomId>,
    /// From this person alone.
    pub sender_id: Option<UserId>,
    /// Sent then or later.
    pub from: Option<Timestamp>,
    /// Sent before then.
    pub until: Option<Timestamp>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Hits: 20, clamped to 1 to 50.
    pub limit: Option<u32>,
}

/// A page of hits, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPage {
    /// The hits.
    pub items: Vec<SearchHit>,
    /// Where the next page begins; absent where everything was looked at.
    pub next_cursor: Option<String>,
    /// `false`: time was up before the page was full, and more may come under `next_cursor`.
    pub complete: bool,
}

/// A hit.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHit {
    /// The message, with the words that stand now.
    pub event: Event,
    /// Where in them, in code points.
    pub highlights: Vec<Span>,
}

impl Search {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, turns: Semaphore::new(AT_ONCE) }
    }

    /// Messages of the caller's rooms that hold the words, newest first. Pages follow one another without
    /// holes and doubles while more is written: what is newer than the first page is not in the next.
    ///
    /// # Errors
    /// Wrong fields, not a member of the room, too fast, or the store.
    pub async fn find(&self, me: UserId, form: SearchForm) -> Result<SearchPage, TalkError> {
        let context = &self.context;
        context.limiter.spend(me, Cost::Read, READS, context.now())?;
        let list = list_of(me, &form);
        let wanted = self.wanted(me, form, &list)?;
        let turn = timeout(PATIENCE, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(TalkError::Busy) };
        let found = context.observe(context.store.search(wanted, context.now()).await)?;
        let Found { hits, next, cut_short } = found.ok_or(TalkError::NoRoom)?;
        let next_cursor =
            next.and_then(|place| cursor::seal(&context.keys, &context.installation.epoch, &list, &place).ok());
        let items = hits.into_iter().map(|Hit { event, highlights }| SearchHit { event, highlights }).collect();
        Ok(SearchPage { items, next_cursor, complete: !cut_short })
    }

    fn wanted(&self, me: UserId, form: SearchForm, list: &str) -> Result<Sought, Invalid> {
        let SearchForm { q, room_id, sender_id, from, until, cursor, limit } = form;
        let mut invalid = Invalid::default();
        let pattern = invalid.take(Pattern::parse(&q));
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            invalid.push("until", "out_of_range", "later than from");
        }
        let before = invalid.take(cursor.map(|text| self.place(list, &text)).transpose()).flatten();
        let Some(pattern) = pattern else { return Err(invalid) };
        let budget = self.context.settings.talk.search_budget;
        let limit = limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
        let wanted = Sought { reader: me, pattern, room_id, sender_id, from, until, before, limit, budget };
        invalid.check().map(|()| wanted)
    }

    fn place(&self, list: &str, text: &str) -> Result<Place, Invalid> {
        let (keys, epoch) = (&self.context.keys, &self.context.installation.epoch);
        Ok(cursor::open(keys, epoch, list, text)?)
    }
}

/// Names the list that a cursor is good for: the person and everything that was asked, but for the place
/// and the length of the page.
fn list_of(me: UserId, form: &SearchForm) -> String {
    let SearchForm { q, room_id, sender_id, from, until, .. } = form;
    format!("search {me} {:?}", (q, room_id, sender_id, from, until))
}
