//! The send queue at work: everything is kept before it is tried, and what is not kept is not tried.

use super::{BACKOFF, Done, Engine, beside, or_line};
use crate::{
    Act, ClientError, Job, Retry, Strand,
    cache::Writes,
    queue::{Outcome, Write},
    world::fresh_id,
};
use chatlink_protocol::{ClientId, Event, RoomId, Seq, frame::Ack};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

impl Engine {
    pub(super) async fn enqueue(&mut self, room: RoomId, act: Act) -> Result<ClientId, ClientError> {
        let id = fresh_id(self.tools.clock.as_ref(), self.tools.entropy.as_ref());
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
        if kept.is_err() || !self.is_ready() {
            return;
        }
        let begun = self.queue.begin();
        match self.keep().await {
            Ok(()) => begun.into_iter().for_each(|job| self.send(job)),
            Err(_) => begun.into_iter().for_each(|job| self.queue.hold_back(job.id)),
        }
    }

    fn send(&mut self, job: Job) {
        let (connection, id, room) = (self.tools.connection.clone(), job.id, job.room_id);
        beside(&mut self.aside, async move {
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
                return match ack {
                    // Of a change nothing is shown by itself; a message stays until it is.
                    Ack { id: Some(event), seq: Some(seq), .. } if self.is_message(id) => {
                        self.queue.acknowledge(id, event, seq);
                    }
                    ack => self.queue.settle(id, Outcome::Done(ack.id)),
                };
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
        let wait = asked + BACKOFF.wait(*failed, self.tools.entropy.as_ref());
        *failed = failed.saturating_add(1);
        let lines = self.lines.subscribe();
        // Until then its room counts as under way: nothing overtakes it.
        beside(&mut self.aside, async move {
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

    fn is_message(&self, id: ClientId) -> bool {
        self.queue.jobs().any(|job| job.id == id && matches!(job.act, Act::Send(_)))
    }

    /// A message of the person's own came back, perhaps before its answer.
    pub(super) fn heard_of_own(&mut self, event: &Event) {
        if let Some(id) = event.client_id.filter(|id| event.sender_id == self.me && self.is_message(*id)) {
            self.queue.acknowledge(id, event.id, event.seq);
        }
    }

    /// Lets those messages go that are shown in the timeline by now, or whose timeline nobody sees. Whether there were any.
    pub(super) fn let_arrive(&mut self) -> bool {
        let arrived = |(_, strand, seq): &(ClientId, Strand, Seq)| match self.windows.get(strand) {
            Some(open) => open.window.cursor().is_some_and(|as_of| as_of >= *seq),
            None => true,
        };
        let arrived: Vec<_> = self.queue.arriving().filter(arrived).collect();
        for (id, ..) in &arrived {
            self.queue.arrived(*id);
        }
        !arrived.is_empty()
    }

    /// Writes what must survive, all of it or nothing. What the store did not take is offered again the next time.
    pub(super) async fn keep(&mut self) -> Result<(), ClientError> {
        self.unkept.jobs.extend(self.queue.take_writes());
        self.unkept.marks.extend(self.marks.take_changed());
        if self.unkept.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.file.write(&self.unkept).await {
            tracing::warn!(%error, "the send queue was not kept");
            last_of_each(&mut self.unkept.jobs, |write| match write {
                Write::Put(job) => job.id,
                Write::Delete(id) => *id,
            });
            last_of_each(&mut self.unkept.marks, |(strand, _)| *strand);
            return Err(error.into());
        }
        self.unkept = Writes::default();
        Ok(())
    }
}

/// Of each thing the last write says all.
fn last_of_each<T, K: Ord>(writes: &mut Vec<T>, of: impl Fn(&T) -> K) {
    let mut seen = BTreeSet::new();
    writes.reverse();
    writes.retain(|write| seen.insert(of(write)));
    writes.reverse();
}
