//! Search.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    time::time,
    v1::{FindMessagesRequest, Highlight, SearchHit, SearchPage, search_server::Search},
};
use chatlink_core::timeline::search::{self, SearchForm};
use chatlink_protocol::{RoomId, UserId};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Search for Edge {
    async fn find_messages(&self, request: Request<FindMessagesRequest>) -> Result<Response<SearchPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        let page = self.chat.search().find(me.user_id, asked.into()).await.or_refuse()?;
        let items = page.items.into_iter().map(Into::into).collect();
        Ok(Response::new(SearchPage { items, next_cursor: page.next_cursor, complete: page.complete }))
    }
}

impl From<FindMessagesRequest> for SearchForm {
    fn from(asked: FindMessagesRequest) -> Self {
        Self {
            q: asked.q,
            room_id: asked.room_id.as_deref().map(RoomId::named),
            sender_id: asked.sender_id.as_deref().map(UserId::named),
            from: asked.from.map(time),
            until: asked.until.map(time),
            cursor: asked.cursor,
            limit: asked.limit,
        }
    }
}

impl From<search::SearchHit> for SearchHit {
    fn from(hit: search::SearchHit) -> Self {
        let highlights = hit.highlights.into_iter().map(|span| Highlight { start: span.start, end: span.end });
        Self { highlights: highlights.collect(), event: Some(hit.event.into()) }
    }
}
