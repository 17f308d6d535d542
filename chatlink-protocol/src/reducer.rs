//! The pure reducer: what a timeline looks like after more events.
//!
//! The law, kept by every implementation and every store:
//! `snapshot(s) + events(s..t) == snapshot(t)` over the same window. It holds for events as they
//! were told live and for events read later, when a redaction has already emptied the old ones.

use crate::{
    Correction, CorrectionState, Event, EventBody, Item, ReactionCount, Seq, Timestamp, UserId, event, item::Thread,
};
use std::collections::HashMap;

/// A window of one room's timeline, as one reader sees it, that follows the room's events.
#[derive(Clone, Debug)]
pub struct RoomState {
    me: Option<UserId>,
    as_of: Seq,
    /// The message whose thread is shown; `None`: the main timeline.
    root: Option<crate::EventId>,
    /// By seq, ascending. Each slot knows up to where it is true, because pages are taken at different times.
    slots: Vec<Slot>,
    places: HashMap<crate::EventId, Seq>,
}

#[derive(Clone, Debug)]
struct Slot {
    item: Item,
    as_of: Seq,
}

/// What became of an event that was handed to [`RoomState::apply`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The state stands at this event now.
    Yes,
    /// It was known already; nothing changed.
    Repeated,
    /// Events between are missing: fill `from` to `to` first. Nothing changed.
    Gap {
        /// First missing seq.
        from: Seq,
        /// Last missing seq.
        to: Seq,
    },
}

impl RoomState {
    /// A state made of a snapshot: the items of a timeline page and its `as_of`.
    #[must_use]
    pub fn new(me: Option<UserId>, items: Vec<Item>, as_of: Seq) -> Self {
        let mut state = Self { me, as_of, root: None, slots: Vec::new(), places: HashMap::new() };
        state.slots = items.into_iter().map(|item| Slot { item, as_of }).collect();
        state.slots.sort_by_key(|slot| slot.item.seq);
        state.places = state.slots.iter().map(|slot| (slot.item.id, slot.item.seq)).collect();
        state
    }

    /// As [`new`](Self::new), of a page of the thread of the message `root`: of its answers alone.
    #[must_use]
    pub fn thread(me: Option<UserId>, root: crate::EventId, items: Vec<Item>, as_of: Seq) -> Self {
        Self { root: Some(root), ..Self::new(me, items, as_of) }
    }

    /// The seq up to which this state is true.
    #[must_use]
    pub const fn as_of(&self) -> Seq {
        self.as_of
    }

    /// The items, ascending.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.slots.iter().map(|slot| &slot.item)
    }

    /// Takes the next event in.
    pub fn apply(&mut self, event: &Event) -> Applied {
        if event.seq <= self.as_of {
            return Applied::Repeated;
        }
        if event.seq != self.as_of.next() {
            return Applied::Gap { from: self.as_of.next(), to: Seq(event.seq.0 - 1) };
        }
        self.as_of = event.seq;
        match &event.body {
            EventBody::Edit(edit) => self.edit(event, edit),
            EventBody::Redaction(redaction) => self.change(redaction.target, event.seq, Item::redact),
            EventBody::Reaction(reaction) => self.react(event, reaction),
            EventBody::Pin(pin) => {
                self.change(pin.target, event.seq, |item| item.pinned = pin.pinned && !item.redacted);
            }
            EventBody::Vote(vote) => self.vote(event, vote),
            EventBody::PollClosed(closed) => self.change(closed.target, event.seq, |item| {
                item.tally.iter_mut().for_each(|tally| tally.closed = true);
            }),
            EventBody::Correction(correction) => self.correct(event, correction),
            EventBody::CorrectionDecision(decision) => self.decide(event, decision),
            body => match (body.thread(), self.root) {
                (thread, root) if thread == root => self.push(Item::of(event.clone())),
                // Of a thread the main timeline shows at its first message that it grew.
                (Some(root), None) => {
                    self.change(root, event.seq, |item| item.thread = Some(Thread::after(item.thread, event)));
                }
                _ => {}
            },
        }
        Applied::Yes
    }

    /// Puts an older page before the window. A page taken before `as_of` cannot be brought up to
    /// date and is refused (`false`): read it again.
    pub fn prepend(&mut self, items: Vec<Item>, as_of: Seq) -> bool {
        if as_of < self.as_of {
            return false;
        }
        let first = self.slots.first().map(|slot| slot.item.seq);
        let mut older: Vec<Slot> = items
            .into_iter()
            .filter(|item| first.is_none_or(|first| item.seq < first))
            .map(|item| Slot { item, as_of })
            .collect();
        older.sort_by_key(|slot| slot.item.seq);
        self.places.extend(older.iter().map(|slot| (slot.item.id, slot.item.seq)));
        self.slots.splice(0..0, older);
        true
    }

    /// Makes tombstones of the messages whose time has come: the second pure function.
    /// Answers whether anything changed.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let mut changed = false;
        for Slot { item, .. } in &mut self.slots {
            if (!item.redacted || item.is_hidden()) && item.expires_at().is_some_and(|at| at <= now) {
                item.redact();
                changed = true;
            }
        }
        changed
    }

    /// The reader hid a message on this device or another: it is a tombstone to him from now on. Answers whether
    /// anything changed.
    pub fn hide(&mut self, message: crate::EventId) -> bool {
        self.own(message, Item::hide)
    }

    /// The reader starred a message, or took the star off, on this device or another. Answers whether anything
    /// changed.
    pub fn star(&mut self, message: crate::EventId, starred: bool) -> bool {
        self.own(message, |item| item.starred = starred && !item.redacted)
    }

    /// Changes what is the reader's own of an item.
    fn own(&mut self, message: crate::EventId, f: impl FnOnce(&mut Item)) -> bool {
        let Some(place) = self.places.get(&message) else { return false };
        let Ok(index) = self.slots.binary_search_by_key(place, |slot| slot.item.seq) else { return false };
        let item = &mut self.slots[index].item;
        let before = item.clone();
        f(item);
        *item != before
    }

    fn push(&mut self, item: Item) {
        self.places.insert(item.id, item.seq);
        self.slots.push(Slot { as_of: item.seq, item });
    }

    fn change(&mut self, target: crate::EventId, seq: Seq, f: impl FnOnce(&mut Item)) {
        let Some(place) = self.places.get(&target) else { return };
        let Ok(index) = self.slots.binary_search_by_key(place, |slot| slot.item.seq) else { return };
        let slot = &mut self.slots[index];
        if slot.as_of < seq {
            slot.as_of = seq;
            f(&mut slot.item);
        }
    }

    fn edit(&mut self, event: &Event, edit: &event::Edit) {
        self.change(edit.target, event.seq, |item| {
            item.version = edit.version;
            match (&mut item.body, &edit.text) {
                // Gone or hidden, it takes no words.
                _ if item.redacted => {}
                (_, None) if edit.hidden => item.hide(),
                // The text is gone from the log because the message is gone, too.
                (_, None) => item.redact(),
                (EventBody::Message(message), Some(text)) => {
                    message.text = Some(text.clone());
                    item.edited_at = Some(event.at);
                }
                _ => {}
            }
        });
    }

    fn react(&mut self, event: &Event, reaction: &event::Reaction) {
        let mine = self.me == Some(event.sender_id);
        self.change(reaction.target, event.seq, |item| {
            if item.redacted {
                return;
            }
            if let Some(previous) = &reaction.previous {
                count(&mut item.reactions, previous, -1);
            }
            if let Some(key) = &reaction.key {
                count(&mut item.reactions, key, 1);
            }
            if mine {
                item.my_reaction.clone_from(&reaction.key);
            }
        });
    }
}

impl RoomState {
    fn vote(&mut self, event: &Event, vote: &event::Vote) {
        let mine = self.me == Some(event.sender_id);
        self.change(vote.target, event.seq, |item| {
            // Of what is gone or hidden no tally is left.
            let Some(tally) = &mut item.tally else { return };
            tally.change(&vote.previous, &vote.choices);
            if mine {
                item.my_vote.clone_from(&vote.choices);
            }
        });
    }

    fn correct(&mut self, event: &Event, correction: &event::Correction) {
        // Without words it was withdrawn since, or its message is gone: what says so follows.
        let Some(words) = &correction.words else { return };
        self.change(correction.target, event.seq, |item| {
            if !item.redacted {
                item.corrections.push(Correction {
                    id: event.id,
                    sender_id: event.sender_id,
                    at: event.at,
                    version: correction.version,
                    state: CorrectionState::Open,
                    words: words.clone(),
                });
            }
        });
    }

    fn decide(&mut self, event: &Event, decision: &event::CorrectionDecision) {
        self.change(decision.target, event.seq, |item| match decision.state {
            CorrectionState::Withdrawn => item.corrections.retain(|it| it.id != decision.correction),
            state => {
                let found = item.corrections.iter_mut().filter(|it| it.id == decision.correction);
                found.for_each(|it| it.state = state);
            }
        });
    }
}

/// Moves a count and keeps the list in its order: most frequent first, then by key.
fn count(reactions: &mut Vec<ReactionCount>, key: &str, by: i32) {
    match reactions.iter_mut().find(|reaction| reaction.key == key) {
        Some(reaction) => reaction.count = reaction.count.saturating_add_signed(by),
        None if by > 0 => reactions.push(ReactionCount { key: key.to_owned(), count: 1 }),
        None => {}
    }
    reactions.retain(|reaction| reaction.count > 0);
    sort_reactions(reactions);
}

/// The one order of reactions, for stores too.
pub fn sort_reactions(reactions: &mut [ReactionCount]) {
    reactions.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
}
