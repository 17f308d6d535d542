//! What a person's own devices are told of his own log.

use super::{
    hub::{Hub, encode, lock, seen},
    queue::Queue,
    transport::Signal,
};
use crate::{people::Privacy, timeline::Told};
use chatlink_protocol::{
    RoomId, UserId, UserSeq,
    frame::{Push, UserEvent},
};

impl Hub {
    /// Tells people what this node changed in their own logs, and rings the other nodes.
    pub(crate) fn tell(&self, told: Vec<Told>) {
        if told.is_empty() {
            return;
        }
        self.outbound
            .send(|| Signal::Logs { heads: told.iter().map(|told| (told.user_id, told.event.user_seq)).collect() });
        for Told { user_id, event } in told {
            self.tell_here(user_id, event, false);
        }
    }

    /// Tells a person's connections here what changed in his own log; `once`: unless they were told before.
    pub(super) fn tell_here(&self, user_id: UserId, event: UserEvent, once: bool) {
        let (queues, privacy) = {
            let mut users = lock(&self.users);
            let Some(online) = users.get_mut(&user_id) else { return };
            let before = online.privacy();
            let is_new = online.note(&event);
            if let (true, Some(privacy)) = (before != online.privacy(), online.shown()) {
                self.presences.changed(user_id, privacy);
            }
            if once && !is_new {
                return;
            }
            (online.connections.iter().map(|slot| slot.queue.clone()).collect::<Vec<_>>(), online.privacy())
        };
        let answered = answered(&event);
        let frame = encode(&Push::UserEvent(event));
        for queue in queues {
            if let Some((room, declined)) = answered {
                self.heed(&queue, privacy, room, declined);
            }
            queue.push(None, frame.clone());
        }
    }

    /// Lets nothing of a request through any more that its person declined; from when it is accepted on he hears of the
    /// room again, and is told where it stands, so that he asks for what he did not hear.
    fn heed(&self, queue: &Queue, privacy: Option<Privacy>, room: RoomId, declined: bool) {
        if declined {
            return queue.deafen(room);
        }
        if queue.hear(room)
            && let Some(live) = lock(&self.rooms).get(&room).cloned()
        {
            let head = lock(&live).stand();
            let push = Push::Heads { rooms: [(room, seen(head, privacy))].into(), user_seq: UserSeq(0) };
            queue.push(Some(room), encode(&push));
        }
    }

    /// Notes where a person's own log stands, and what he shows there: now he is here for others.
    pub(super) fn note_told(&self, user: UserId, seq: UserSeq, privacy: Privacy) {
        let came = lock(&self.users).get_mut(&user).is_some_and(|online| online.greet(seq, privacy));
        if came {
            self.presences.came(user, privacy);
        }
    }

    /// Up to where a person's own log was told here, if he is here.
    pub(super) fn told(&self, user: UserId) -> Option<UserSeq> {
        lock(&self.users).get(&user).filter(|online| online.is_here()).map(|online| online.told)
    }

    /// Notes that a person's own log was told up to there.
    pub(super) fn note_caught_up(&self, user: UserId, seq: UserSeq) {
        if let Some(online) = lock(&self.users).get_mut(&user) {
            online.catch_up(seq);
        }
    }
}

/// Which request a change of an own log answers, and whether it was declined.
fn answered(event: &UserEvent) -> Option<(RoomId, bool)> {
    let state = event.body.get("state").filter(|_| event.kind == "room")?.as_str()?;
    let declined = match state {
        // Of an invitation, too: but there is nothing to hear yet.
        "declined" => true,
        "accepted" | "joined" => false,
        _ => return None,
    };
    Some((event.subject.parse().ok()?, declined))
}
