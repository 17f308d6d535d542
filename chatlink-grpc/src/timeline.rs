//! What is said in rooms.

use crate::{
    edge::Edge,
    ids::{Malformed, Named as _, client_id},
    refusal::OrRefuse as _,
    time::at,
    v1::{
        self, Ack, Done, EditMessageRequest, EventPage, FindMessageRequest, Item, ListEventsRequest,
        ListReadersRequest, ListReceiptsRequest, ListVersionsRequest, MarkReadRequest, ReactRequest,
        ReadTimelineRequest, ReaderList, ReceiptList, RedactMessageRequest, SendMessageRequest, TimelinePage,
        VersionList, read_timeline_request, timeline_server::Timeline,
    },
    wire::person,
};
use chatlink_core::{
    Invalid,
    people::TimeZoneName,
    timeline::{self, Sending, Window, day_begins},
};
use chatlink_protocol::{AskedPoll, EventId, RoomId, Seq, UserId, frame::ForwardOf};
use tonic::{Request, Response, Status};

/// Items or events of a page, where the caller does not say.
const PAGE: u32 = 50;

#[tonic::async_trait]
impl Timeline for Edge {
    async fn read_timeline(&self, request: Request<ReadTimelineRequest>) -> Result<Response<TimelinePage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, limit) = (RoomId::named(&asked.room_id), asked.limit.unwrap_or(PAGE));
        let window = window(asked).or_refuse()?;
        let page = self.chat.timeline().page(me.user_id, room, window, limit).await.or_refuse()?;
        Ok(Response::new(self.timeline_page(page)))
    }

    async fn list_events(&self, request: Request<ListEventsRequest>) -> Result<Response<EventPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, after) = (RoomId::named(&asked.room_id), Seq(asked.after));
        let page = self.chat.timeline().events(me.user_id, room, after, asked.limit.unwrap_or(PAGE));
        let page = page.await.or_refuse()?;
        let last = page.events.last().map_or(after, |event| event.seq);
        Ok(Response::new(EventPage {
            complete: last >= page.head,
            events: page.events.into_iter().map(Into::into).collect(),
            epoch: self.chat.epoch().to_owned(),
        }))
    }

    async fn find_message(&self, request: Request<FindMessageRequest>) -> Result<Response<Item>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        Ok(Response::new(self.chat.timeline().message(me.user_id, room, message).await.or_refuse()?.into()))
    }

    async fn send_message(&self, request: Request<SendMessageRequest>) -> Result<Response<Ack>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        let (room, asked) = sending(asked).or_refuse()?;
        let sent = self.chat.timeline().send(me.user_id, room, asked.parse().or_refuse()?).await.or_refuse()?;
        Ok(Response::new(sent.ack.into()))
    }

    async fn edit_message(&self, request: Request<EditMessageRequest>) -> Result<Response<Ack>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let text = asked.text.parse().or_refuse()?;
        let sent = self.chat.timeline().edit(me.user_id, room, message, text).await.or_refuse()?;
        Ok(Response::new(sent.ack.into()))
    }

    async fn redact_message(&self, request: Request<RedactMessageRequest>) -> Result<Response<Ack>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let sent = self.chat.timeline().redact(me.user_id, room, message).await.or_refuse()?;
        Ok(Response::new(sent.ack.into()))
    }

    async fn react(&self, request: Request<ReactRequest>) -> Result<Response<Ack>, Status> {
        let (me, asked) = (self.auth(&request).await?.user_id, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let timeline = self.chat.timeline();
        let sent = match &asked.key {
            Some(key) => timeline.react(me, room, message, key.parse().or_refuse()?).await,
            None => timeline.take_reaction_back(me, room, message, None).await,
        };
        Ok(Response::new(sent.or_refuse()?.ack.into()))
    }

    async fn mark_read(&self, request: Request<MarkReadRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, seq) = (RoomId::named(&asked.room_id), Seq(asked.seq));
        self.chat.timeline().mark_read_now(me.user_id, room, seq).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }

    async fn list_receipts(&self, request: Request<ListReceiptsRequest>) -> Result<Response<ReceiptList>, Status> {
        let (me, room) = (self.auth(&request).await?, RoomId::named(&request.get_ref().room_id));
        let (rev, items) = self.chat.timeline().receipts(me.user_id, room).await.or_refuse()?;
        Ok(Response::new(ReceiptList { rev, items: items.into_iter().map(Into::into).collect() }))
    }

    async fn list_readers(&self, request: Request<ListReadersRequest>) -> Result<Response<ReaderList>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let readers = self.chat.mine().readers(me.user_id, room, message).await.or_refuse()?;
        let briefs = self.briefs(readers.clone()).await?;
        let items = readers.into_iter().map(|user| person(user, &briefs)).collect();
        Ok(Response::new(ReaderList { items }))
    }

    async fn list_versions(&self, request: Request<ListVersionsRequest>) -> Result<Response<VersionList>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, message) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let versions = self.chat.timeline().versions(me.user_id, room, message).await.or_refuse()?;
        Ok(Response::new(VersionList { items: versions.into_iter().map(Into::into).collect() }))
    }
}

impl Edge {
    pub(crate) fn timeline_page(&self, page: timeline::TimelinePage) -> TimelinePage {
        TimelinePage {
            items: page.items.into_iter().map(Into::into).collect(),
            as_of: page.as_of.0,
            epoch: self.chat.epoch().to_owned(),
            has_before: page.has_before,
            has_after: page.has_after,
        }
    }
}

fn window(asked: &ReadTimelineRequest) -> Result<Window, Invalid> {
    use read_timeline_request::Window as Asked;
    Ok(match &asked.window {
        None => Window::Newest,
        Some(Asked::Before(seq)) => Window::Before(Seq(*seq)),
        Some(Asked::After(seq)) => Window::After(Seq(*seq)),
        Some(Asked::Around(seq)) => Window::Around(Seq(*seq)),
        Some(Asked::From(from)) => day(from)?,
    })
}

/// From that day on. Checks both members at once.
pub(crate) fn day(asked: &v1::Day) -> Result<Window, Invalid> {
    let mut invalid = Invalid::default();
    let zone = invalid.take(asked.time_zone.as_deref().map(str::parse::<TimeZoneName>).transpose()).flatten();
    let begins = invalid.take(day_begins(&asked.date, zone.as_ref()));
    invalid.check().map(|()| begins.map_or(Window::Newest, Window::From))
}

/// The room, and what is to be sent there.
pub(crate) fn sending(asked: SendMessageRequest) -> Result<(RoomId, Sending), Malformed> {
    let sending = Sending {
        client_id: client_id(&asked.client_id)?,
        text: asked.text,
        forward: asked
            .forward
            .map(|of| ForwardOf { room_id: RoomId::named(&of.room_id), message_id: EventId::named(&of.message_id) }),
        reply_to: asked.reply_to.as_deref().map(EventId::named),
        expires_in: asked.expires_in,
        mentions: asked.mentions.iter().map(|id| UserId::named(id)).collect(),
        mentions_all: asked.mentions_all,
        poll: asked.poll.map(Into::into),
        thread: asked.thread.as_deref().map(EventId::named),
    };
    Ok((RoomId::named(&asked.room_id), sending))
}

impl From<timeline::Version> for v1::MessageVersion {
    fn from(version: timeline::Version) -> Self {
        Self { version: version.version, text: version.text, at: Some(at(version.at)) }
    }
}

impl From<AskedPoll> for v1::AskedPoll {
    fn from(asked: AskedPoll) -> Self {
        Self { options: asked.options, multiple: asked.multiple, closes_in: asked.closes_in }
    }
}

impl From<v1::AskedPoll> for AskedPoll {
    fn from(asked: v1::AskedPoll) -> Self {
        Self { options: asked.options, multiple: asked.multiple, closes_in: asked.closes_in }
    }
}
