//! Deletions, and what only exports read, in memory.

use super::{MemoryStore, State};
use crate::{
    error::StoreError,
    identity::Settled,
    rights::{Deleted, Deletion, OwnCorrection, OwnMessage, OwnPlace, OwnReport, RightsStore},
    settings::CodeLimits,
};
use async_trait::async_trait;
use chatlink_protocol::{EventBody, ReportId, Timestamp, UserId};

#[async_trait]
impl RightsStore for MemoryStore {
    async fn delete_account(&self, deletion: Deletion, now: Timestamp) -> Result<Settled<Deleted>, StoreError> {
        let state = &mut *self.lock();
        let now = state.identity.tick(now);
        Ok(match state.identity.delete(&deletion, now) {
            Settled::Gone => Settled::Gone,
            Settled::FactorUsed => Settled::FactorUsed,
            Settled::Done(None) => Settled::Done(Deleted::Stale),
            Settled::Done(Some(sessions)) => {
                state.people.forget(deletion.user_id);
                state.timeline.forget(deletion.user_id);
                state.services.forget(deletion.user_id);
                let rooms = state.rooms.depart(deletion.user_id);
                state.jobs.enqueue(deletion.job, now);
                Settled::Done(Deleted::Deleted { sessions, rooms })
            }
        })
    }

    async fn find_external(&self, external_id: &str) -> Result<Option<UserId>, StoreError> {
        Ok(self.lock().identity.find_external(external_id))
    }

    async fn own_messages(
        &self,
        user: UserId,
        after: Option<OwnPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OwnMessage>, StoreError> {
        let mut mine = self.lock().own_messages(user, now);
        let place = |place: OwnPlace| (place.room_id, place.client_id);
        mine.sort_by_key(|message| place(message.place()));
        mine.retain(|message| after.is_none_or(|after| place(message.place()) > place(after)));
        mine.truncate(limit as usize);
        Ok(mine)
    }

    async fn own_corrections(
        &self,
        user: UserId,
        after: Option<OwnPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OwnCorrection>, StoreError> {
        let mut mine = self.lock().own_corrections(user, now);
        let place = |place: OwnPlace| (place.room_id, place.client_id);
        mine.sort_by_key(|correction| place(correction.place));
        mine.retain(|correction| after.is_none_or(|after| place(correction.place) > place(after)));
        mine.truncate(limit as usize);
        Ok(mine)
    }

    async fn own_reports(
        &self,
        user: UserId,
        before: Option<(Timestamp, ReportId)>,
        limit: u32,
    ) -> Result<Vec<OwnReport>, StoreError> {
        let mut mine = self.lock().people.reports_of(user);
        mine.retain(|row| before.is_none_or(|before| (row.created_at, row.report.report_id) < before));
        mine.truncate(limit as usize);
        Ok(mine)
    }

    async fn admit_export(
        &self,
        trace: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.lock().identity.admit_export(&trace, limits, now).err())
    }
}

impl State {
    /// The person's messages whose words stand, in no order.
    fn own_messages(&self, user: UserId, now: Timestamp) -> Vec<OwnMessage> {
        let logs = self.rooms.rooms.values().flat_map(|room| room.log.iter().map(move |logged| (room, logged)));
        let mine = logs.filter(|(_, logged)| logged.event.sender_id == user && !logged.is_gone(now));
        let message = |(room, logged): (&super::rooms::Room, &super::timeline::Logged)| {
            let EventBody::Message(body) = &logged.event.body else { return None };
            Some(OwnMessage {
                room_id: logged.event.room_id,
                client_id: logged.event.client_id?,
                id: logged.event.id,
                seq: logged.event.seq,
                at: logged.event.at,
                text: room.text(logged.event.id)?.clone(),
                poll: body.poll.clone(),
                version: logged.version,
                expires_at: body.expires_at,
            })
        };
        mine.filter_map(message).collect()
    }
}
