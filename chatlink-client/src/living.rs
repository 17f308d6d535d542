//! What lives shortly: how far others have read a room, who types there, and who is here. Hints, but for the marks of reading,
//! which the server keeps.

use crate::{Keyed, api::Receipts};
use chatlink_protocol::{
    Seq, UserId,
    frame::{Presence, Receipt},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

/// How long somebody is believed to type.
const TYPING: Duration = Duration::from_secs(6);
/// People whose presence is told at the same time, as many as the server tells.
const MAX_WATCHED: usize = 200;
/// Who types in a room at the same time.
const MAX_TYPISTS: usize = 50;

/// The marks of one room's members. They only rise.
#[derive(Debug, Default)]
pub(crate) struct RoomMarks {
    marks: BTreeMap<UserId, Receipt>,
    rev: u64,
    wanted: bool,
    asked: bool,
}

impl RoomMarks {
    pub(crate) fn new() -> Self {
        Self { wanted: true, ..Self::default() }
    }

    pub(crate) fn list(&self) -> Vec<Receipt> {
        self.marks.values().copied().collect()
    }

    /// Whether they are to be read now. They count as asked for until they are [`read`](Self::read) or that
    /// [`failed`](Self::failed).
    pub(crate) fn ask(&mut self) -> bool {
        let ask = self.wanted && !self.asked;
        if ask {
            (self.wanted, self.asked) = (false, true);
        }
        ask
    }

    pub(crate) fn failed(&mut self) {
        (self.wanted, self.asked) = (true, false);
    }

    /// All of them were read. Who is not among them is no member any more.
    pub(crate) fn read(&mut self, receipts: Receipts) {
        self.asked = false;
        let before = std::mem::take(&mut self.marks);
        self.rev = self.rev.max(receipts.rev);
        for receipt in receipts.items {
            self.marks.extend(before.get(&receipt.user_id).map(|known| (receipt.user_id, *known)));
            self.merge(receipt);
        }
    }

    /// Some of them moved.
    pub(crate) fn receive(&mut self, rev: u64, items: Vec<Receipt>) {
        self.wanted |= rev > self.rev + 1;
        self.rev = self.rev.max(rev);
        items.into_iter().for_each(|receipt| self.merge(receipt));
    }

    /// They are known to stand there.
    pub(crate) fn reach(&mut self, rev: u64) {
        self.wanted |= rev > self.rev;
    }

    /// Another line is up.
    pub(crate) const fn doubt(&mut self) {
        self.wanted = true;
    }

    pub(crate) fn left(&mut self, user: UserId) {
        self.marks.remove(&user);
    }

    fn merge(&mut self, receipt: Receipt) {
        let known = self.marks.entry(receipt.user_id).or_insert(receipt);
        known.delivered_seq = receipt.delivered_seq.max(known.delivered_seq);
        known.read_seq = receipt.read_seq.max(known.read_seq);
        known.from_seq = receipt.from_seq.max(known.from_seq);
    }
}

/// Who types in one room.
#[derive(Debug, Default)]
pub(crate) struct Typists(BTreeMap<UserId, Instant>);

impl Typists {
    pub(crate) fn list(&self) -> Vec<UserId> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn types(&mut self, user: UserId) {
        if self.0.len() < MAX_TYPISTS || self.0.contains_key(&user) {
            self.0.insert(user, Instant::now() + TYPING);
        }
    }

    /// Somebody said what he typed.
    pub(crate) fn said(&mut self, user: UserId) {
        self.0.remove(&user);
    }

    pub(crate) fn expire(&mut self, now: Instant) {
        self.0.retain(|_, until| *until > now);
    }

    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.0.values().min().copied()
    }
}

/// Whose presence is watched, and what is known of it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    people: Vec<UserId>,
    known: BTreeMap<UserId, Presence>,
    due: bool,
}

impl Watch {
    /// These, and nobody else.
    pub(crate) fn set(&mut self, mut people: Vec<UserId>) {
        people.sort_unstable();
        people.dedup();
        people.truncate(MAX_WATCHED);
        self.due |= people != self.people;
        self.known.retain(|user, _| people.contains(user));
        self.people = people;
    }

    pub(crate) fn list(&self) -> Vec<Presence> {
        self.known.values().copied().collect()
    }

    pub(crate) fn told(&mut self, presence: Presence) {
        if self.people.contains(&presence.user_id) {
            self.known.insert(presence.user_id, presence);
        }
    }

    /// Whom to ask for now, where that is to be said.
    pub(crate) fn due(&mut self) -> Option<Vec<UserId>> {
        std::mem::take(&mut self.due).then(|| self.people.clone())
    }

    /// It was not heard.
    pub(crate) const fn failed(&mut self) {
        self.due = true;
    }

    /// Another line is up, which knows of nothing.
    pub(crate) const fn line(&mut self) {
        self.due = !self.people.is_empty();
    }
}

/// What came to this device, to be said together a moment later. Lost with the line: the next event says it, too.
#[derive(Debug, Default)]
pub(crate) struct Delivered(BTreeMap<chatlink_protocol::RoomId, Seq>);

impl Delivered {
    pub(crate) fn came(&mut self, room: chatlink_protocol::RoomId, seq: Seq) {
        let mark = self.0.entry(room).or_default();
        *mark = seq.max(*mark);
    }

    pub(crate) fn take(&mut self) -> BTreeMap<chatlink_protocol::RoomId, Seq> {
        std::mem::take(&mut self.0)
    }
}

impl Keyed for Receipt {
    type Key = UserId;

    fn key(&self) -> UserId {
        self.user_id
    }
}

impl Keyed for Presence {
    type Key = UserId;

    fn key(&self) -> UserId {
        self.user_id
    }
}

impl Keyed for UserId {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const BERTA: UserId = UserId::from_uuid(Uuid::from_u128(8));
    const CARLA: UserId = UserId::from_uuid(Uuid::from_u128(9));

    fn mark(user_id: UserId, delivered: u64, read: u64) -> Receipt {
        Receipt { user_id, delivered_seq: Seq(delivered), read_seq: Seq(read), from_seq: Seq(1) }
    }

    #[test]
    fn marks_only_rise_and_a_hole_among_them_is_read() {
        let mut marks = RoomMarks::new();
        assert!(marks.ask() && !marks.ask());
        marks.receive(1, vec![mark(BERTA, 5, 5)]);
        marks.read(Receipts { items: vec![mark(BERTA, 4, 2), mark(CARLA, 1, 1)], rev: 1 });
        assert_eq!(marks.list(), [mark(BERTA, 5, 5), mark(CARLA, 1, 1)]);
        marks.receive(2, vec![mark(BERTA, 6, 3)]);
        assert!(!marks.ask(), "nothing is missing");
        marks.receive(4, vec![mark(BERTA, 7, 7)]);
        assert!(marks.ask());
        marks.read(Receipts { items: vec![mark(BERTA, 7, 7)], rev: 4 });
        assert_eq!(marks.list(), [mark(BERTA, 7, 7)], "who left has no mark");
    }

    #[tokio::test(start_paused = true)]
    async fn who_types_is_believed_for_a_while() {
        let mut typists = Typists::default();
        typists.types(BERTA);
        tokio::time::advance(Duration::from_secs(4)).await;
        typists.types(CARLA);
        tokio::time::advance(Duration::from_secs(3)).await;
        typists.expire(Instant::now());
        assert_eq!(typists.list(), [CARLA]);
        typists.said(CARLA);
        assert_eq!((typists.list(), typists.next_expiry()), (Vec::new(), None));
    }

    #[test]
    fn whom_nobody_watches_is_not_told_and_another_line_is_asked_again() {
        let mut watch = Watch::default();
        watch.set(vec![BERTA, BERTA]);
        assert_eq!((watch.due(), watch.due()), (Some(vec![BERTA]), None));
        let here = |user_id| Presence { user_id, online: true, last_seen_at: None };
        watch.told(here(BERTA));
        watch.told(here(CARLA));
        assert_eq!(watch.list(), [here(BERTA)]);
        watch.line();
        assert_eq!(watch.due(), Some(vec![BERTA]));
        watch.set(vec![CARLA]);
        assert_eq!((watch.list(), watch.due()), (Vec::new(), Some(vec![CARLA])));
    }
}
