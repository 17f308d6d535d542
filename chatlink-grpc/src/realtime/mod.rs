//! The stream: admits a connection, then carries frames between it and a core
//! [`Connection`](chatlink_core::realtime::Connection). It decides nothing.

mod command;
mod drive;
mod frame;

use crate::{
    access::By,
    call::Deadline,
    edge::{Edge, address},
    refusal::{OrRefuse as _, refused},
    v1::{ClientFrame, ServerFrame, realtime_server::Realtime},
};
use chatlink_protocol::{ErrorCode, Problem, frame::HELLO_ROOMS};
use drive::Stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

/// Frames that wait for the socket beside those that the engine keeps; the writer waits when they are as many.
const FRAMES: usize = 8;

/// The metadata that says how many conversations `hello` shows.
const ROOMS: &str = "chatlink-rooms";

#[tonic::async_trait]
impl Realtime for Edge {
    type ConnectStream = ReceiverStream<Result<ServerFrame, Status>>;

    async fn connect(&self, request: Request<Streaming<ClientFrame>>) -> Result<Response<Self::ConnectStream>, Status> {
        let rooms = rooms(&request)?;
        let me = self.auth(&request).await?;
        let seat = self.chat.seat(address(&request)).ok_or_else(full)?;
        let deadline = request.extensions().get::<Deadline>().map(|deadline| deadline.0);
        let connection = match &me.by {
            By::Login(me) => self.chat.connect(me.user_id, me.session_id, me.expires_at, rooms).await,
            By::Service(service) => self.chat.connect_service(&service.person().or_refuse()?, rooms).await,
        };
        let connection = connection.or_refuse()?;
        let (told, frames) = mpsc::channel(FRAMES);
        let (chat, drain) = (self.chat.clone(), self.drain.clone());
        let stream = Stream { chat, drain, by: me.by, connection, told, deadline };
        let held = self.drain.hold();
        tokio::spawn(async move {
            stream.drive(request.into_inner()).await;
            drop((seat, held));
        });
        Ok(Response::new(ReceiverStream::new(frames)))
    }
}

fn rooms<T>(request: &Request<T>) -> Result<u32, Status> {
    let Some(text) = request.metadata().get(ROOMS) else { return Ok(HELLO_ROOMS) };
    text.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
        let detail = Some(format!("{ROOMS} is no number"));
        refused(Problem { detail, ..Problem::new(ErrorCode::Malformed) })
    })
}

/// The address has as many connections as are allowed.
fn full() -> Status {
    refused(Problem { retry_after: Some(5), ..Problem::new(ErrorCode::RateLimited) })
}
