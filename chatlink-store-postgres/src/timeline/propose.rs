//! How acts on corrections go, decided like every other act of a batch.

use super::{
    corrections::{NewProposal, Proposal},
    decide::{Doer, Head, Plan, Refused, named_by},
    load::Loaded,
};
use chatlink_core::{
    protocol::{CorrectionState, CorrectionWords, EventBody, EventId, Timestamp, event},
    timeline::{CorrectionLimits, Named},
};

/// What [`Deed::Correct`](chatlink_core::timeline::Deed::Correct) says, but for the first contact.
pub(super) struct Improvement {
    pub(super) target: Named,
    pub(super) version: u32,
    pub(super) words: CorrectionWords,
    pub(super) limits: CorrectionLimits,
}

impl Plan {
    pub(super) fn correct(
        &mut self,
        state: &mut Loaded,
        head: Head,
        doer: Doer,
        improvement: Improvement,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let Improvement { target, version, words, limits } = improvement;
        let message = named_by(state, head, target)?;
        if message.gone(now) {
            return Err(Refused::Gone);
        }
        if message.version != version {
            return Err(Refused::Stale);
        }
        let (place, author) = ((head.room_id, message.seq), message.sender);
        let there = state.proposals.entry(place).or_default();
        let mine = there.iter().filter(|proposal| proposal.sender == doer.sender).count();
        if there.len() >= limits.message as usize || mine >= limits.each as usize {
            return Err(Refused::Full);
        }
        let proposal = Proposal { seq: head.seq, id: doer.event_id, sender: doer.sender, state: CorrectionState::Open };
        there.push(proposal);
        self.proposed.push(NewProposal { place, proposal, author, at: head.at });
        Ok(EventBody::Correction(event::Correction { target: target.event_id, version, words: Some(words) }))
    }

    pub(super) fn decide_correction(
        &mut self,
        state: &mut Loaded,
        head: Head,
        body: event::CorrectionDecision,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let message = state.targets.get(&(head.room_id, body.target)).ok_or(Refused::NoTarget)?;
        if message.gone(now) {
            return Err(Refused::Gone);
        }
        let place = (head.room_id, message.seq);
        let proposal = proposal(state, place, body.correction).ok_or(Refused::NoTarget)?;
        if proposal.state == body.state {
            return Err(Refused::Unchanged);
        }
        if proposal.state == CorrectionState::Withdrawn {
            return Err(Refused::NoTarget);
        }
        proposal.state = body.state;
        let seq = proposal.seq;
        self.corrections_decided.insert((place, seq), body.state);
        if body.state == CorrectionState::Withdrawn {
            state.forget_request(head.room_id, seq);
        }
        Ok(EventBody::CorrectionDecision(body))
    }
}

fn proposal(state: &mut Loaded, place: super::decide::Place, id: EventId) -> Option<&mut Proposal> {
    state.proposals.get_mut(&place)?.iter_mut().find(|proposal| proposal.id == id)
}
