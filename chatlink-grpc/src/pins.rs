//! Pinned messages.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    v1::{Done, ListPinsRequest, PinList, PinMessageRequest, UnpinMessageRequest, pins_server::Pins},
};
use chatlink_protocol::{EventId, RoomId};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Pins for Edge {
    async fn list_pins(&self, request: Request<ListPinsRequest>) -> Result<Response<PinList>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        let items = self.chat.timeline().pins(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(PinList { items: items.into_iter().map(Into::into).collect() }))
    }

    async fn pin_message(&self, request: Request<PinMessageRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.timeline().pin(me.user_id, room, message, true).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn unpin_message(&self, request: Request<UnpinMessageRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.timeline().pin(me.user_id, room, message, false).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}
