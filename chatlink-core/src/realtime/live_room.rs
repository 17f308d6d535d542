//! A room that somebody listens to, on this node: delivers strictly in seq.

use super::{queue::Queue, veil::Veil};
use bytes::Bytes;
use chatlink_protocol::{Event, EventBody, MembershipChange, RoomId, Seq, UserId, frame::Head};
use std::{collections::BTreeMap, sync::Arc};

/// The most events held back behind a hole; a larger one is read from the store anyway.
const HELD: usize = 1_024;

/// Who listens, up to where it was delivered, and what waits behind a hole.
pub(super) struct LiveRoom {
    id: RoomId,
    head: Seq,
    /// The version of its receipts up to which all marks were told.
    rev: u64,
    listeners: Vec<Listener>,
    held: BTreeMap<Seq, Delivery>,
}

/// One connection of one member.
#[derive(Clone)]
pub(super) struct Listener {
    pub(super) user: UserId,
    pub(super) queue: Arc<Queue>,
}

/// An event, encoded once; what it does to the roster.
#[derive(Clone)]
pub(super) struct Delivery {
    frame: Bytes,
    /// From whom its words are kept, and what he gets instead; `None`: he gets nothing.
    veiled: Option<(Veil, Option<Bytes>)>,
    membership: Option<(UserId, MembershipChange)>,
}

/// What [`LiveRoom::offer`] left undone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offered {
    /// Delivered, with all that waited behind them, or known already.
    Done,
    /// Events after this seq are missing: read them from the store.
    Hole(Seq),
}

impl Delivery {
    pub(super) fn of(event: &Event) -> Result<Self, serde_json::Error> {
        let frame = frame(event)?;
        let membership = match &event.body {
            EventBody::Membership(membership) => Some((membership.user_id, membership.change)),
            _ => None,
        };
        Ok(Self { frame, veiled: None, membership })
    }

    /// The same under a veil.
    pub(super) fn under(mut self, veil: Veil, event: &Event) -> Result<Self, serde_json::Error> {
        if veil.is_whole() {
            self.veiled = Some((veil, None));
        } else if veil.is_some() {
            let mut bare = event.clone();
            bare.hide();
            self.veiled = Some((veil, Some(frame(&bare)?)));
        }
        Ok(self)
    }

    /// What this person gets.
    fn frame_for(&self, user: UserId) -> Option<&Bytes> {
        let veiled = self.veiled.as_ref().filter(|(veil, _)| veil.hides_from(user));
        veiled.map_or(Some(&self.frame), |(_, bare)| bare.as_ref())
    }

    pub(super) fn into_frame(self) -> Bytes {
        self.frame
    }
}

/// An event's text on the wire.
fn frame(event: &Event) -> Result<Bytes, serde_json::Error> {
    // Borrowed, so that nothing of the event is copied on its way to the wire.
    #[derive(serde::Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        event: &'a Event,
    }
    Ok(Bytes::from(serde_json::to_vec(&Frame { r#type: "event", event })?))
}

impl LiveRoom {
    pub(super) fn new(id: RoomId, head: Head) -> Self {
        Self { id, head: head.seq, rev: head.rev, listeners: Vec::new(), held: BTreeMap::new() }
    }

    pub(super) fn head(&self) -> Seq {
        self.head
    }

    /// Where it stands here: what was delivered, and the marks that were told.
    pub(super) fn stand(&self) -> Head {
        Head { seq: self.head, rev: self.rev }
    }

    /// The marks that made this version are being told. Not taken up where some before it are missing: then they are
    /// looked for.
    pub(super) fn note_rev(&mut self, rev: u64) {
        if rev == self.rev + 1 {
            self.rev = rev;
        }
    }

    /// All marks up to this version are being told.
    pub(super) fn note_marks(&mut self, rev: u64) {
        self.rev = self.rev.max(rev);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listeners.is_empty()
    }

    pub(super) fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// Lets a connection listen; each once, and none that is closed.
    pub(super) fn join(&mut self, listener: Listener) {
        let there = self.listeners.iter().any(|other| Arc::ptr_eq(&other.queue, &listener.queue));
        if !there && listener.queue.enter(self.id, self.stand()) {
            self.listeners.push(listener);
        }
    }

    /// Ends one connection's listening.
    pub(super) fn leave(&mut self, queue: &Arc<Queue>) {
        queue.exit(self.id);
        self.listeners.retain(|listener| !Arc::ptr_eq(&listener.queue, queue));
    }

    /// Delivers events, in order, as far as they are the next ones, with all that waited behind them: what goes out
    /// together wakes each listener once. `online` answers the connections of somebody who was added.
    pub(super) fn offer(
        &mut self,
        events: impl IntoIterator<Item = (Seq, Delivery)>,
        online: impl Fn(UserId) -> Vec<Arc<Queue>>,
    ) -> Offered {
        let (before, mut last, mut due) = (self.head, self.head, Vec::new());
        for (seq, delivery) in events {
            last = last.max(seq);
            // The next one always has its place: it is what makes room for the others.
            if seq > self.head && (self.held.len() < HELD || seq == self.head.next()) {
                self.held.insert(seq, delivery);
            }
            while let Some(next) = self.held.remove(&self.head.next()) {
                self.head = self.head.next();
                if let Some((user, change)) = next.membership {
                    self.deliver(&mut due);
                    self.seat(user, change, &online);
                }
                due.push((self.head, next));
            }
        }
        self.deliver(&mut due);
        // What was known already asks for nothing.
        let is_done = last == before || self.held.is_empty() && self.head >= last;
        if is_done { Offered::Done } else { Offered::Hole(self.head) }
    }

    /// Lets somebody listen who came, and nobody who went.
    fn seat(&mut self, user: UserId, change: MembershipChange, online: &impl Fn(UserId) -> Vec<Arc<Queue>>) {
        match change {
            MembershipChange::Added | MembershipChange::Joined => {
                for queue in online(user) {
                    self.join(Listener { user, queue });
                }
            }
            // Gone before this very event: who left reads nothing.
            MembershipChange::Removed | MembershipChange::Left | MembershipChange::Banned => {
                let (gone, stay) = self.listeners.drain(..).partition(|listener| listener.user == user);
                self.listeners = stay;
                let gone: Vec<Listener> = gone;
                gone.iter().for_each(|listener| listener.queue.exit(self.id));
            }
            MembershipChange::RoleChanged
            | MembershipChange::HandedOver
            | MembershipChange::Muted
            | MembershipChange::Unmuted
            | MembershipChange::Unbanned
            | MembershipChange::Unknown => {}
        }
    }

    fn deliver(&self, due: &mut Vec<(Seq, Delivery)>) {
        if !due.is_empty() {
            for Listener { user, queue } in &self.listeners {
                queue.push_all(self.id, due.iter().map(|(seq, delivery)| (*seq, delivery.frame_for(*user))));
            }
            due.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::queue::Drained;
    use chatlink_protocol::{EventId, Timestamp, event};
    use uuid::Uuid;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn room_id() -> RoomId {
        RoomId::from_uuid(Uuid::from_u128(9))
    }

    fn event(seq: u64, body: EventBody) -> Event {
        Event {
            room_id: room_id(),
            seq: Seq(seq),
            id: EventId::from_uuid(Uuid::from_u128(u128::from(seq))),
            body,
            sender_id: user(1),
            at: Timestamp::EPOCH,
            client_id: None,
        }
    }

    fn message(seq: u64) -> Event {
        event(seq, EventBody::Message(event::Message { text: Some("hi".to_owned()), ..Default::default() }))
    }

    fn change(seq: u64, who: u128, change: MembershipChange) -> Event {
        event(seq, EventBody::Membership(event::Membership::plain(user(who), change)))
    }

    fn listen(live: &mut LiveRoom, who: u128) -> Arc<Queue> {
        let queue = Arc::new(Queue::new(1 << 20));
        queue.open(Bytes::new());
        live.join(Listener { user: user(who), queue: queue.clone() });
        queue
    }

    fn offer(live: &mut LiveRoom, event: &Event) -> Offered {
        live.offer([(event.seq, Delivery::of(event).unwrap())], |_| Vec::new())
    }

    /// The seqs that wait in a queue, in its order.
    async fn seqs(queue: &Queue) -> Vec<u64> {
        queue.push(None, Bytes::from("{}"));
        let Drained::Frames(frames) = queue.drain().await else { panic!("closed") };
        let seq = |frame: &Bytes| {
            let value: serde_json::Value = serde_json::from_slice(frame).ok()?;
            value["event"]["seq"].as_u64()
        };
        frames.iter().filter_map(seq).collect()
    }

    #[tokio::test]
    async fn order_is_that_of_seq_whatever_came_first() {
        let mut live = LiveRoom::new(room_id(), Head::default());
        let queue = listen(&mut live, 1);
        assert_eq!(offer(&mut live, &message(2)), Offered::Hole(Seq(0)));
        assert_eq!(offer(&mut live, &message(4)), Offered::Hole(Seq(0)));
        assert_eq!(offer(&mut live, &message(1)), Offered::Hole(Seq(2)));
        assert_eq!(offer(&mut live, &message(1)), Offered::Done);
        assert_eq!(offer(&mut live, &message(3)), Offered::Done);
        assert_eq!(seqs(&queue).await, [1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn a_hole_is_filled_however_much_waits_behind_it() {
        let mut live = LiveRoom::new(room_id(), Head::default());
        let queue = listen(&mut live, 1);
        let last = HELD as u64 + 10;
        for seq in 2..=last {
            offer(&mut live, &message(seq));
        }
        offer(&mut live, &message(1));
        // What had no place behind the hole is read from the store again.
        assert_eq!(live.head(), Seq(HELD as u64 + 1));
        for seq in HELD as u64 + 2..=last {
            offer(&mut live, &message(seq));
        }
        assert_eq!(seqs(&queue).await, (1..=last).collect::<Vec<_>>());
    }

    #[test]
    fn marks_that_are_missing_are_not_taken_for_told() {
        let mut live = LiveRoom::new(room_id(), Head { seq: Seq(0), rev: 4 });
        for (told, stands) in [(5, 5), (7, 5), (6, 6), (2, 6), (7, 7)] {
            live.note_rev(told);
            assert_eq!(live.stand().rev, stands, "after {told}");
        }
        live.note_marks(9);
        live.note_marks(8);
        assert_eq!(live.stand().rev, 9);
    }

    #[tokio::test]
    async fn who_was_removed_gets_neither_that_event_nor_a_later_one() {
        for end in [MembershipChange::Removed, MembershipChange::Left, MembershipChange::Banned] {
            let mut live = LiveRoom::new(room_id(), Head::default());
            let (stays, goes) = (listen(&mut live, 1), listen(&mut live, 2));
            offer(&mut live, &message(1));
            // The later message is here before the removal: it must wait for it.
            offer(&mut live, &message(3));
            offer(&mut live, &change(2, 2, end));
            assert_eq!(seqs(&goes).await, [1], "{end:?}");
            assert_eq!(seqs(&stays).await, [1, 2, 3], "{end:?}");
        }
    }

    #[tokio::test]
    async fn who_is_added_listens_from_that_event_on() {
        let mut live = LiveRoom::new(room_id(), Head::default());
        listen(&mut live, 1);
        let late = Arc::new(Queue::new(1 << 20));
        late.open(Bytes::new());
        offer(&mut live, &message(1));
        let added = change(2, 3, MembershipChange::Added);
        live.offer([(added.seq, Delivery::of(&added).unwrap())], |_| vec![late.clone()]);
        offer(&mut live, &message(3));
        assert_eq!(seqs(&late).await, [2, 3]);
    }
}
