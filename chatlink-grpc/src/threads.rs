//! Threads: a part of one, those that one follows, and how far one has read them.

use crate::{
    edge::Edge,
    ids::Named as _,
    refusal::OrRefuse as _,
    timeline::day,
    v1::{
        Done, FollowedThread, ListThreadsRequest, MarkThreadReadRequest, ReadThreadRequest, ThreadPage, ThreadPart,
        read_thread_request, threads_server::Threads,
    },
};
use chatlink_core::{
    Invalid,
    timeline::{Window, threads::THREADS_LIMIT},
};
use chatlink_protocol::{EventId, RoomId, Seq};
use tonic::{Request, Response, Status};

/// Items of a page, where the caller does not say.
const PAGE: u32 = 50;

#[tonic::async_trait]
impl Threads for Edge {
    async fn read_thread(&self, request: Request<ReadThreadRequest>) -> Result<Response<ThreadPart>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, root) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        let (window, limit) = (window(asked).or_refuse()?, asked.limit.unwrap_or(PAGE));
        let part = self.chat.timeline().thread(me.user_id, room, root, window, limit).await.or_refuse()?;
        let page = Some(self.timeline_page(part.page));
        Ok(Response::new(ThreadPart { page, root_unreadable: !part.root_readable }))
    }

    async fn list_threads(&self, request: Request<ListThreadsRequest>) -> Result<Response<ThreadPage>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, before) = (RoomId::named(&asked.room_id), asked.before.map(Seq));
        let limit = asked.limit.unwrap_or(THREADS_LIMIT);
        let page = self.chat.timeline().threads(me.user_id, room, before, limit).await.or_refuse()?;
        let items = page.rows.into_iter().map(|row| FollowedThread {
            root: Some(row.root.into()),
            read_seq: row.read_seq.0,
            unread: row.unread,
        });
        Ok(Response::new(ThreadPage { items: items.collect(), next_before: page.next.map(|seq| seq.0) }))
    }

    async fn mark_thread_read(&self, request: Request<MarkThreadReadRequest>) -> Result<Response<Done>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.get_ref());
        let (room, root) = (RoomId::named(&asked.room_id), EventId::named(&asked.message_id));
        self.chat.timeline().read_thread(me.user_id, room, root, Seq(asked.seq)).await.or_refuse()?;
        Ok(Response::new(Done {}))
    }
}

fn window(asked: &ReadThreadRequest) -> Result<Window, Invalid> {
    use read_thread_request::Window as Asked;
    Ok(match &asked.window {
        None => Window::Newest,
        Some(Asked::Before(seq)) => Window::Before(Seq(*seq)),
        Some(Asked::After(seq)) => Window::After(Seq(*seq)),
        Some(Asked::Around(seq)) => Window::Around(Seq(*seq)),
        Some(Asked::From(from)) => day(from)?,
    })
}
