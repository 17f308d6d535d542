//! Polls: vote, close, who chose what.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    v1::{CastVoteRequest, ClosePollRequest, Done, ListVotesRequest, PersonsVote, VotePage, polls_server::Polls},
    wire::{person, places, severed},
};
use chatlink_core::timeline::Choices;
use chatlink_protocol::{EventId, RoomId};
use tonic::{Request, Response, Status};

/// Votes of a page, where the caller does not say.
const PAGE: u32 = 50;

#[tonic::async_trait]
impl Polls for Edge {
    async fn cast_vote(&self, request: Request<CastVoteRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let choices = match asked.choices.as_slice() {
            [] => Choices::default(),
            choices => Choices::parse(choices).or_refuse()?,
        };
        self.chat.timeline().vote(me.user_id, room, message, choices).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_votes(&self, request: Request<ListVotesRequest>) -> Result<Response<VotePage>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let (cursor, limit) = (asked.cursor.as_deref(), asked.limit.unwrap_or(PAGE));
        let page = self.chat.timeline().votes(me, room, message, cursor, limit).await.or_refuse()?;
        let briefs = self.briefs(page.rows.iter().map(|row| row.user_id).collect()).await?;
        // Of a severed room the other person is as one who is gone.
        let shown = |user| if page.severed && user != me { severed(user) } else { person(user, &briefs) };
        let items = page.rows.iter();
        let items = items.map(|row| PersonsVote { user: Some(shown(row.user_id)), choices: places(&row.choices) });
        Ok(Response::new(VotePage { items: items.collect(), next_cursor: page.next_cursor }))
    }

    async fn close_poll(&self, request: Request<ClosePollRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.timeline().close_poll(me.user_id, room, message).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}
