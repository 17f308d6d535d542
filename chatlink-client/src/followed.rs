//! The threads of one room that the person follows, as the server lists them: read again whenever something happened that
//! may change them.

use crate::api::FollowedThread;
use chatlink_protocol::{Event, EventBody, EventId, frame::UserEvent};

/// The list, as it was read last.
#[derive(Debug)]
pub(crate) struct Followed {
    threads: Vec<FollowedThread>,
    wanted: bool,
    asked: bool,
}

impl Followed {
    pub(crate) const fn new() -> Self {
        Self { threads: Vec::new(), wanted: true, asked: false }
    }

    pub(crate) fn list(&self) -> Vec<FollowedThread> {
        self.threads.clone()
    }

    /// Whether it is to be read now. It counts as asked for until it is [`read`](Self::read) or that
    /// [`failed`](Self::failed).
    pub(crate) const fn ask(&mut self) -> bool {
        let ask = self.wanted && !self.asked;
        if ask {
            (self.wanted, self.asked) = (false, true);
        }
        ask
    }

    pub(crate) const fn failed(&mut self) {
        (self.wanted, self.asked) = (true, false);
    }

    pub(crate) fn read(&mut self, threads: Vec<FollowedThread>) {
        self.asked = false;
        self.threads = threads;
    }

    /// Nobody knows what was missed.
    pub(crate) const fn doubt(&mut self) {
        self.wanted = true;
    }

    /// Something happened in the room.
    pub(crate) fn hear(&mut self, event: &Event) {
        let beneath = event.body.thread().is_some();
        // Of what is gone nobody knows here in which thread it stood.
        let gone = matches!(event.body, EventBody::Redaction(_));
        self.wanted |= beneath || gone || event.body.target().is_some_and(|target| self.begins_with(target));
    }

    /// Something of the person's own changed in the room.
    pub(crate) fn own(&mut self, event: &UserEvent) {
        let starred = event.kind == "star" && event.subject.parse().is_ok_and(|message| self.begins_with(message));
        self.wanted |= matches!(event.kind.as_str(), "thread" | "hide" | "block") || starred;
    }

    fn begins_with(&self, message: EventId) -> bool {
        self.threads.iter().any(|thread| thread.root.id == message)
    }
}
