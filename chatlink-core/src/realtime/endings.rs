//! Ends: of what two people know of each other, of sessions, of accounts, of the node.

use super::{
    hub::{Hub, encode, lock},
    transport::Signal,
};
use chatlink_protocol::{
    ErrorCode, SessionId, UserId,
    frame::{Presence, Push},
};

impl Hub {
    /// Parts two people between whom a block came, on all nodes: what is known of their room is forgotten, and neither is
    /// told any more whether the other is here.
    pub(crate) fn part(&self, one: UserId, other: UserId) {
        self.outbound.send(|| Signal::Parted { one, other });
        self.part_here(one, other);
    }

    /// As [`part`](Self::part), on this node.
    pub(super) fn part_here(&self, one: UserId, other: UserId) {
        self.cache.forget_pair(one, other);
        for (user_id, queue) in self.presences.part(one, other) {
            // As somebody who went and does not tell when: he is not left standing there as present.
            queue.push(None, encode(&Push::Presence(Presence { user_id, online: false, last_seen_at: None })));
        }
    }

    /// Cuts the connections of a session that ended.
    pub(crate) fn end_session(&self, session: SessionId) {
        self.end_sessions(|other| other == session);
    }

    /// Cuts the connections of all sessions that ended.
    pub(crate) fn end_sessions(&self, ended: impl Fn(SessionId) -> bool) {
        let users = lock(&self.users);
        for slot in users.values().flat_map(|online| &online.connections) {
            if slot.session.is_some_and(&ended) {
                slot.queue.close(ErrorCode::Unauthenticated);
            }
        }
    }

    /// Cuts every connection of a person, with a session or without, on all nodes: the account is gone, and nobody is
    /// told when he was here last.
    pub(crate) fn end_user(&self, user: UserId) {
        self.outbound.send(|| Signal::Gone { user_id: user });
        self.end_user_here(user);
    }

    /// As [`end_user`](Self::end_user), on this node.
    pub(super) fn end_user_here(&self, user: UserId) {
        if let Some(online) = lock(&self.users).get_mut(&user) {
            online.vanish();
        }
        for queue in self.queues(user) {
            queue.close(ErrorCode::Unauthenticated);
        }
    }

    /// Cuts everybody: the node goes down.
    pub(crate) fn close(&self) {
        for online in lock(&self.users).values() {
            for slot in &online.connections {
                slot.queue.close(ErrorCode::Unavailable);
            }
        }
    }

    /// Tells other nodes which sessions ended.
    pub(crate) fn tell_ends(&self, sessions: &[SessionId]) {
        self.outbound.send(|| Signal::Ended { sessions: sessions.to_vec() });
    }
}
