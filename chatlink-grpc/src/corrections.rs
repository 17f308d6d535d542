//! Corrections: propose, answer, withdraw, and those that one got.

use crate::{
    edge::Edge,
    ids::{Named as _, client_id},
    refusal::OrRefuse as _,
    time::at,
    v1::{
        AcceptCorrectionRequest, Ack, CorrectionPage, DeclineCorrectionRequest, Done, ListCorrectionsRequest, Person,
        ProposeCorrectionRequest, ReceivedCorrection, WithdrawCorrectionRequest, corrections_server::Corrections,
    },
    wire::{person, severed},
};
use chatlink_core::{
    people::Brief,
    timeline::{CorrectionRow, NewCorrection, StateFilter},
};
use chatlink_protocol::{EventId, RoomId, UserId};
use std::collections::HashMap;
use tonic::{Request, Response, Status};

/// Corrections of a page, where the caller does not say.
const PAGE: u32 = 50;

#[tonic::async_trait]
impl Corrections for Edge {
    async fn propose_correction(&self, request: Request<ProposeCorrectionRequest>) -> Result<Response<Ack>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let client_id = client_id(&asked.client_id).or_refuse()?;
        let (note, kind) = (asked.note.as_deref(), asked.kind.as_deref());
        let correction = NewCorrection::parse(client_id, &asked.text, note, kind, asked.version).or_refuse()?;
        let sent = self.chat.timeline().correct(me.user_id, room, message, correction).await.or_refuse()?;
        Ok(Response::new(sent.ack.into()))
    }

    async fn accept_correction(&self, request: Request<AcceptCorrectionRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let correction = EventId::named(&asked.correction_id);
        self.chat.timeline().accept_correction(me, room, message, correction).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn decline_correction(&self, request: Request<DeclineCorrectionRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let correction = EventId::named(&asked.correction_id);
        self.chat.timeline().decline_correction(me, room, message, correction).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn withdraw_correction(&self, request: Request<WithdrawCorrectionRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let correction = EventId::named(&asked.correction_id);
        self.chat.timeline().withdraw_correction(me, room, message, correction).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_corrections(
        &self,
        request: Request<ListCorrectionsRequest>,
    ) -> Result<Response<CorrectionPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let filter = StateFilter::parse(asked.state.as_deref()).or_refuse()?;
        let (cursor, limit) = (asked.cursor.as_deref(), asked.limit.unwrap_or(PAGE));
        let page = self.chat.timeline().corrections(me.user_id, filter, cursor, limit).await.or_refuse()?;
        let proposers: Vec<UserId> = page.rows.iter().map(|row| row.correction.sender_id).collect();
        let briefs = self.briefs(proposers).await?;
        let items = page.rows.into_iter().map(|row| received(row, &briefs)).collect();
        Ok(Response::new(CorrectionPage { items, next_cursor: page.next_cursor }))
    }
}

fn received(row: CorrectionRow, briefs: &HashMap<UserId, Brief>) -> ReceivedCorrection {
    let proposer = row.correction.sender_id;
    let by: Person = if row.severed { severed(proposer) } else { person(proposer, briefs) };
    ReceivedCorrection {
        room_id: row.room_id.to_string(),
        message_id: row.message_id.to_string(),
        message_seq: row.message_seq.0,
        message_version: row.version,
        expires_at: row.expires_at.map(at),
        by: Some(by),
        correction: Some(row.correction.into()),
    }
}
