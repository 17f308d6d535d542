//! The send queue at work: everything is kept before it is tried, and what is not kept is not tried.

use super::{BACKOFF, Done, Engine, or_line};
use crate::{
    Act, ClientError, ConnectionState, Job, Retry,
    queue::{Outcome, Write},
    world::fresh_id,
};
use chatlink_protocol::{ClientId, RoomId, frame::Ack};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

impl Engine {
    pub(super) async fn enqueue(&mut self, room: RoomId, act: Act) -> Result<ClientId, ClientError> {
        let id = fresh_id(self.clock.as_ref(), self.entropy.as_ref());
        if !self.queue.enqueue(id, room, act) {
            return Err(ClientError::QueueFull);
        }
        let kept = self.keep().await;
        if kept.is_err() {
            let _ = self.queue.cancel(id);
        }
        kept.map(|()| id)
    }

    /// Tries what may be tried. Who cancels after a restart must know that it may have arrived: what cannot be kept as
    /// tried waits until it can.
    pub(super) async fn send_on(&mut self) {
        let kept = self.keep().await;
        if kept.is_err() || *self.connection.state().borrow() != ConnectionState::Ready {
            return;
        }
        let begun = self.queue.begin();
        match self.keep().await {
            Ok(()) => begun.into_iter().for_each(|job| self.send(job)),
            Err(_) => begun.into_iter().for_each(|job| self.queue.hold_back(job.id)),
        }
    }

    fn send(&mut self, job: Job) {
        let (connection, id, room) = (self.connection.clone(), job.id, job.room_id);
        self.aside.spawn(async move {
            let result = match job.command() {
                Some(command) => connection.request(command).await,
                None => Err(ClientError::Unexpected { status: 0 }),
            };
            Done::Sent(id, room, result)
        });
    }

    pub(super) fn sent(&mut self, id: ClientId, room: RoomId, result: Result<Ack, ClientError>) {
        let error = match result {
            Ok(ack) => {
                self.sends_failed.remove(&room);
                return self.queue.settle(id, Outcome::Done(ack.id));
            }
            Err(error) => error,
        };
        let asked = match error.retry() {
            Retry::After(asked) => asked,
            // The token is to blame, not the message: another line begins with another one, or the next login does.
            Retry::Never if error.blames_token() || matches!(error, ClientError::LoggedOut) => Duration::ZERO,
            Retry::Never => {
                let problem = error.problem().cloned().map(Box::new);
                return self.queue.settle(id, Outcome::Refused(problem));
            }
        };
        let failed = self.sends_failed.entry(room).or_default();
        let wait = asked + BACKOFF.wait(*failed, self.entropy.as_ref());
        *failed = failed.saturating_add(1);
        let lines = self.lines.subscribe();
        // Until then its room counts as under way: nothing overtakes it.
        self.aside.spawn(async move {
            or_line(lines, asked, wait).await;
            Done::SendAgain(id)
        });
    }

    pub(super) fn tell_outgoing(&mut self) {
        self.outgoing.send_if_modified(|told| {
            let differs = !told.iter().eq(self.queue.jobs());
            if differs {
                *told = Arc::new(self.queue.jobs().cloned().collect());
            }
            differs
        });
    }

    /// Writes what must survive, all of it or nothing. What the store did not take is offered again the next time.
    async fn keep(&mut self) -> Result<(), ClientError> {
        self.unkept.extend(self.queue.take_writes());
        if self.unkept.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.cache.write(&self.unkept).await {
            tracing::warn!(%error, "the send queue was not kept");
            last_of_each(&mut self.unkept);
            return Err(error.into());
        }
        self.unkept.clear();
        Ok(())
    }
}

/// Of each job the last write says all.
fn last_of_each(writes: &mut Vec<Write>) {
    let mut seen = BTreeSet::new();
    writes.reverse();
    writes.retain(|write| {
        seen.insert(match write {
            Write::Put(job) => job.id,
            Write::Delete(id) => *id,
        })
    });
    writes.reverse();
}
