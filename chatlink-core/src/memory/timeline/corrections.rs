//! Corrections in memory: found in the log, and read as the items show them.

use super::log::Logged;
use crate::{
    error::StoreError,
    memory::{MemoryStore, State, rooms::Room},
    rights::{OwnCorrection, OwnPlace},
    timeline::{CorrectionFacts, CorrectionLimits, CorrectionPlace, CorrectionRow, CorrectionStore, Outcome, Reader},
};
use async_trait::async_trait;
use chatlink_protocol::{CorrectionState, EventBody, EventId, RoomId, Timestamp, UserId};
use std::collections::HashSet;

#[async_trait]
impl CorrectionStore for MemoryStore {
    async fn find_correction(
        &self,
        room_id: RoomId,
        message_id: EventId,
        correction_id: EventId,
        now: Timestamp,
    ) -> Result<Option<CorrectionFacts>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(None) };
        let living = room.message(message_id).is_some_and(|message| !message.is_gone(now));
        let found = room.corrections(message_id).find(|logged| living && logged.event.id == correction_id);
        Ok(found.map(|logged| CorrectionFacts {
            sender_id: logged.event.sender_id,
            state: room.correction_state(correction_id),
        }))
    }

    async fn list_corrections(
        &self,
        author: UserId,
        state: Option<CorrectionState>,
        after: Option<CorrectionPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<CorrectionRow>, StoreError> {
        let place = |row: &CorrectionRow| (row.correction.at, row.correction.id);
        let mut rows = self.lock().corrections_of(author, now);
        rows.retain(|row| state.is_none_or(|state| row.correction.state == state));
        rows.retain(|row| after.is_none_or(|after| place(row) < (after.at, after.id)));
        rows.sort_by_key(|row| std::cmp::Reverse(place(row)));
        rows.truncate(limit as usize);
        Ok(rows)
    }
}

impl State {
    /// The corrections of the author's messages that he may read, in no order.
    fn corrections_of(&self, author: UserId, now: Timestamp) -> Vec<CorrectionRow> {
        let mut rows = Vec::new();
        for (room_id, room) in &self.rooms.rooms {
            let written = room.log.iter().filter(|logged| logged.event.sender_id == author && logged.is_message());
            let timelines: HashSet<_> = written.map(|logged| logged.event.body.thread()).collect();
            let items_of = |root| self.items_of(*room_id, Reader::Member(author), root, now).unwrap_or_default();
            let items = timelines.into_iter().flat_map(items_of);
            for item in items.filter(|item| item.sender_id == author) {
                let expires_at = item.expires_at();
                rows.extend(item.corrections.into_iter().map(|correction| CorrectionRow {
                    room_id: *room_id,
                    message_id: item.id,
                    message_seq: item.seq,
                    version: item.version,
                    expires_at,
                    correction,
                    severed: self.severed(room),
                }));
            }
        }
        rows
    }

    /// What the person proposed and what stands of it, in no order.
    pub(in crate::memory) fn own_corrections(&self, user: UserId, now: Timestamp) -> Vec<OwnCorrection> {
        let logs = self.rooms.rooms.values().flat_map(|room| room.log.iter().map(move |logged| (room, logged)));
        let mine = logs.filter(|(_, logged)| logged.event.sender_id == user && !logged.is_gone(now));
        let own = |(room, logged): (&Room, &Logged)| {
            let EventBody::Correction(body) = &logged.event.body else { return None };
            Some(OwnCorrection {
                place: OwnPlace { room_id: logged.event.room_id, client_id: logged.event.client_id? },
                message_id: body.target,
                id: logged.event.id,
                at: logged.event.at,
                state: room.correction_state(logged.event.id),
                words: body.words.clone()?,
            })
        };
        mine.filter_map(own).collect()
    }
}

impl Room {
    /// What was proposed for a message, withdrawn or not.
    pub(super) fn corrections(&self, message: EventId) -> impl Iterator<Item = &Logged> {
        let of =
            move |logged: &&Logged| matches!(&logged.event.body, EventBody::Correction(it) if it.target == message);
        self.log.iter().filter(of)
    }

    /// Where a correction stands: its last decision, or open.
    pub(super) fn correction_state(&self, id: EventId) -> CorrectionState {
        let of = |logged: &Logged| match &logged.event.body {
            EventBody::CorrectionDecision(decision) if decision.correction == id => Some(decision.state),
            _ => None,
        };
        self.log.iter().rev().find_map(of).unwrap_or(CorrectionState::Open)
    }

    /// Whether there may be one more.
    #[allow(clippy::result_large_err, reason = "an outcome is the answer, not an error")]
    pub(super) fn has_place(&self, message: EventId, sender: UserId, limits: CorrectionLimits) -> Result<(), Outcome> {
        let all = self.corrections(message).count();
        let mine = self.corrections(message).filter(|logged| logged.event.sender_id == sender).count();
        let is_free = all < limits.message as usize && mine < limits.each as usize;
        if is_free { Ok(()) } else { Err(Outcome::Full) }
    }

    pub(super) fn withdraw(&mut self, correction: EventId) {
        self.log.iter_mut().filter(|logged| logged.event.id == correction).for_each(Logged::erase);
    }
}
