//! Polls in memory: found in the log.

use super::Logged;
use crate::{
    memory::rooms::Room,
    timeline::{PollFacts, VoteRow},
};
use chatlink_protocol::{EventBody, EventId, UserId};
use std::collections::BTreeMap;

impl Room {
    /// What decisions need of a message that is a poll.
    pub(super) fn poll(&self, message: &Logged) -> Option<PollFacts> {
        let EventBody::Message(body) = &message.event.body else { return None };
        let closes =
            |it: &Logged| matches!(&it.event.body, EventBody::PollClosed(body) if body.target == message.event.id);
        let closed = self.log.iter().any(closes);
        body.poll.as_ref().map(|poll| PollFacts { closed, ..PollFacts::of(poll) })
    }

    /// The person's vote as it stands; empty: none.
    pub(super) fn vote(&self, target: EventId, voter: UserId) -> Vec<u8> {
        let vote = self.votes(target).into_iter().find(|row| row.user_id == voter);
        vote.map(|row| row.choices).unwrap_or_default()
    }

    /// The votes that stand, by their people's ids.
    pub(super) fn votes(&self, target: EventId) -> Vec<VoteRow> {
        let mut votes = BTreeMap::new();
        for logged in &self.log {
            if let EventBody::Vote(vote) = &logged.event.body
                && vote.target == target
            {
                votes.insert(logged.event.sender_id, vote.choices.clone());
            }
        }
        let stands = votes.into_iter().filter(|(_, choices)| !choices.is_empty());
        stands.map(|(user_id, choices)| VoteRow { user_id, choices }).collect()
    }
}
