//! Items of a timeline, acknowledgements and marks.

use super::body::places;
use crate::{time::at, v1};
use chatlink_protocol::{
    Correction, Item, Tally,
    frame::{Ack, Receipt},
    item::{ReactionCount, Thread},
};

impl From<Item> for v1::Item {
    fn from(item: Item) -> Self {
        Self {
            seq: item.seq.0,
            id: item.id.to_string(),
            sender_id: item.sender_id.to_string(),
            at: Some(at(item.at)),
            client_id: item.client_id.map(|id| id.to_string()),
            body: Some(item.body.into()),
            version: item.version,
            edited_at: item.edited_at.map(at),
            redacted: item.redacted,
            pinned: item.pinned,
            reactions: item.reactions.into_iter().map(Into::into).collect(),
            corrections: item.corrections.into_iter().map(Into::into).collect(),
            tally: item.tally.map(Into::into),
            thread: item.thread.map(Into::into),
            my_reaction: item.my_reaction,
            my_vote: places(&item.my_vote),
            starred: item.starred,
        }
    }
}

impl From<ReactionCount> for v1::ReactionCount {
    fn from(reaction: ReactionCount) -> Self {
        Self { key: reaction.key, count: reaction.count }
    }
}

impl From<Correction> for v1::Correction {
    fn from(correction: Correction) -> Self {
        Self {
            id: correction.id.to_string(),
            sender_id: correction.sender_id.to_string(),
            at: Some(at(correction.at)),
            version: correction.version,
            state: correction.state.as_str().to_owned(),
            words: Some(correction.words.into()),
        }
    }
}

impl From<Tally> for v1::Tally {
    fn from(tally: Tally) -> Self {
        Self { counts: tally.counts, voters: tally.voters, closed: tally.closed }
    }
}

impl From<Thread> for v1::Thread {
    fn from(thread: Thread) -> Self {
        Self { replies: thread.replies, last_seq: thread.last_seq.0, last_at: Some(at(thread.last_at)) }
    }
}

impl From<Ack> for v1::Ack {
    fn from(ack: Ack) -> Self {
        Self { seq: ack.seq.map(|seq| seq.0), id: ack.id.map(|id| id.to_string()), at: ack.at.map(at) }
    }
}

impl From<Receipt> for v1::Receipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            user_id: receipt.user_id.to_string(),
            delivered_seq: receipt.delivered_seq.0,
            read_seq: receipt.read_seq.0,
            from_seq: receipt.from_seq.0,
        }
    }
}
