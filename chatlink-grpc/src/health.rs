//! `grpc.health.v1.Health`: whether calls are taken here. It asks the engine, and holds nothing that could be stale.

use crate::{
    edge::{Edge, address},
    refusal::refused,
};
use chatlink_core::ChatLink;
use chatlink_protocol::{ErrorCode, Problem};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus, health_server::Health,
};

/// How often the engine is asked for one who watches.
const EVERY: Duration = Duration::from_secs(5);

/// What the names of our services begin with.
const OURS: &str = "chatlink.v1.";

#[tonic::async_trait]
impl Health for Edge {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        if !is_known(&request.get_ref().service) {
            return Err(Status::not_found("There is no such service."));
        }
        Ok(Response::new(answer(self.status().await)))
    }

    type WatchStream = ReceiverStream<Result<HealthCheckResponse, Status>>;

    /// A watcher holds a place as a connection does: nobody need be logged in to watch.
    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let full = || refused(Problem { retry_after: Some(5), ..Problem::new(ErrorCode::RateLimited) });
        let seat = self.chat.seat(address(&request)).ok_or_else(full)?;
        let (told, answers) = mpsc::channel(1);
        let (chat, drain, held) = (self.chat.clone(), self.drain.clone(), self.drain.hold());
        let known = is_known(&request.get_ref().service);
        tokio::spawn(async move {
            tokio::select! {
                () = tell(&chat, known, &told) => {}
                () = told.closed() => {}
                () = drain.begun() => {
                    let _ = told.try_send(Ok(answer(ServingStatus::NotServing)));
                }
            }
            drop((seat, held));
        });
        Ok(Response::new(ReceiverStream::new(answers)))
    }
}

impl Edge {
    async fn status(&self) -> ServingStatus {
        match self.drain.has_begun() {
            true => ServingStatus::NotServing,
            false => status(&self.chat).await,
        }
    }
}

/// Tells how it stands, and then each change.
async fn tell(chat: &ChatLink, known: bool, told: &mpsc::Sender<Result<HealthCheckResponse, Status>>) {
    let mut every = interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = None;
    loop {
        every.tick().await;
        let now = if known { status(chat).await } else { ServingStatus::ServiceUnknown };
        if before != Some(now) && told.send(Ok(answer(now))).await.is_err() {
            return;
        }
        before = Some(now);
    }
}

async fn status(chat: &ChatLink) -> ServingStatus {
    match chat.ready().await {
        Ok(()) => ServingStatus::Serving,
        Err(_) => ServingStatus::NotServing,
    }
}

/// The server as a whole, or one of its services: they stand and fall together.
fn is_known(service: &str) -> bool {
    service.is_empty() || service.starts_with(OURS)
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
