//! What did not come to this node by itself, read from the store: holes at once, everything else once a second.

use super::{
    hub::{Hub, encode},
    live_room::Delivery,
    veil::Veil,
};
use crate::{
    Failed, StoreError,
    context::Context,
    rooms::Membership,
    timeline::{Reader, receipts},
};
use chatlink_protocol::{
    Event, RoomId, Seq, UserId, UserSeq,
    frame::{Head, Push, UserEvent},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::MissedTickBehavior};

/// Events read at once to fill a hole.
const FILL: u32 = 200;
/// How often a node asks the store what it missed.
const RECONCILE: Duration = Duration::from_secs(1);
/// Holes that may wait to be filled; reconciling finds what did not fit.
const HOLES: usize = 1_024;
/// Rooms whose marks are read in one second, where some did not come by themselves; the next one goes on.
const MARKED: usize = 64;
/// How often somebody who came into a room by way of another node is brought up to its head, which moves on.
const TRIES: usize = 3;

/// What is known to be missing here.
#[derive(Default)]
pub(super) struct Missing {
    holes: Mutex<HashMap<Hole, u64>>,
    asked: Notify,
    now: Notify,
}

/// Where something is missing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Hole {
    Room(RoomId),
    Log(UserId),
}

impl Missing {
    /// However often it is asked for before its turn, a hole is filled once.
    fn ask(&self, hole: Hole, up_to: u64) {
        let mut holes = self.holes.lock().unwrap_or_else(PoisonError::into_inner);
        // Too many lose nothing: reconciling sees the same hole within a second.
        if holes.len() < HOLES || holes.contains_key(&hole) {
            let wanted = holes.entry(hole).or_insert(up_to);
            *wanted = (*wanted).max(up_to);
            self.asked.notify_one();
        }
    }

    fn take(&self) -> HashMap<Hole, u64> {
        std::mem::take(&mut self.holes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Hub {
    /// Asks for the events of a room up to this one, if anybody here listens and lacks them.
    pub(super) fn ask_for_room(&self, room: RoomId, up_to: Seq) {
        if self.head(room).is_some_and(|head| head < up_to) {
            self.missing.ask(Hole::Room(room), up_to.0);
        }
    }

    /// Asks for the changes of a person's own log up to this one, if he is here and lacks them.
    pub(super) fn ask_for_log(&self, user: UserId, up_to: UserSeq) {
        if self.told(user).is_some_and(|told| told < up_to) {
            self.missing.ask(Hole::Log(user), up_to.0);
        }
    }

    /// Compares with the store at once, not at the next second.
    pub(super) fn reconcile_now(&self) {
        self.missing.now.notify_one();
    }
}

pub(super) fn start(hub: &Arc<Hub>, context: &Arc<Context>) {
    context.tasks.spawn(fill_holes(hub.clone(), context.clone()));
    context.tasks.spawn(reconcile(hub.clone(), context.clone()));
}

/// Reads what is missing from the store and tells it in turn.
async fn fill_holes(hub: Arc<Hub>, context: Arc<Context>) {
    loop {
        tokio::select! {
            () = hub.missing.asked.notified() => {}
            () = context.stop.cancelled() => return,
        }
        for (hole, up_to) in hub.missing.take() {
            let filled = match hole {
                // Between the asking and its turn it may have come by itself.
                Hole::Room(room) if hub.head(room).is_some_and(|head| head.0 < up_to) => {
                    fill_room(&hub, &context, room).await
                }
                Hole::Log(user) if hub.told(user).is_some_and(|told| told.0 < up_to) => {
                    fill_log(&hub, &context, user).await
                }
                Hole::Room(_) | Hole::Log(_) => Ok(()),
            };
            if let Err(error) = filled {
                tracing::warn!(error = %crate::Chain(&error), "a hole was not filled; the next reconciling tries again");
            }
        }
    }
}

async fn fill_room(hub: &Hub, context: &Context, room: RoomId) -> Result<(), StoreError> {
    loop {
        let Some(from) = hub.head(room) else { return Ok(()) };
        let page = context.store.events(room, Reader::Node, from, FILL, context.now()).await?;
        let Some(page) = page.filter(|page| !page.events.is_empty()) else { return Ok(()) };
        for event in &page.events {
            hub.deliver_of_others(event, Veil::of(context, hub.cache(), event).await?);
        }
        if page.events.last().is_some_and(|last| last.seq >= page.head) {
            return Ok(());
        }
    }
}

/// Tells a person what other nodes changed in his own log. If it says that he came into a room, he listens to it from now
/// on.
async fn fill_log(hub: &Hub, context: &Context, user: UserId) -> Result<(), StoreError> {
    let mut of_rooms = false;
    while let Some(told) = hub.told(user) {
        let (events, head) = context.store.user_log(user, told, FILL).await?;
        let last = events.last().map_or(head, |event| event.user_seq);
        for event in events {
            of_rooms |= hub.note_room(&event);
            hub.note_block(user, &event);
            hub.tell_here(user, event, true);
        }
        hub.note_caught_up(user, last);
        if last >= head {
            break;
        }
    }
    if of_rooms { enter_rooms(hub, context, user).await } else { Ok(()) }
}

impl Hub {
    /// Whether a change of an own log is about being in a room; what is known of that room is forgotten.
    fn note_room(&self, event: &UserEvent) -> bool {
        let room = (event.kind == "room").then(|| event.subject.parse().ok()).flatten();
        room.inspect(|room| self.forget_rights(*room)).is_some()
    }

    /// Takes up a block of a person's that another node wrote down.
    fn note_block(&self, user: UserId, event: &UserEvent) {
        if event.kind == "block"
            && let Ok(other) = event.subject.parse()
        {
            self.part_here(user, other);
        }
    }
}

/// Lets a person listen to all his rooms; in those that are new to his connections he gets what happened so far.
async fn enter_rooms(hub: &Hub, context: &Context, user: UserId) -> Result<(), StoreError> {
    for Membership { room_id: room, head, from_seq: from, declined } in context.store.memberships(user).await? {
        // A request that he declined is told to him no more.
        if !declined && hub.queues(user).iter().any(|queue| !queue.is_in(room)) {
            enter_room(hub, context, user, room, head, from).await?;
        }
    }
    Ok(())
}

async fn enter_room(
    hub: &Hub,
    context: &Context,
    user: UserId,
    room: RoomId,
    mut head: Head,
    from: Seq,
) -> Result<(), StoreError> {
    let before = Seq(from.0.saturating_sub(1));
    for _ in 0..TRIES {
        if head.seq.0.saturating_sub(before.0) > u64::from(FILL) {
            break;
        }
        let page = context.store.events(room, Reader::Member(user), before, FILL, context.now()).await?;
        // Taken out again meanwhile: his log says so.
        let Some(page) = page else { return Ok(()) };
        let events = page.events;
        let frame = |event: &Event| Some((event.seq, Delivery::of(event).ok()?.into_frame()));
        let frames: Vec<_> = events.iter().filter_map(frame).collect();
        head.seq = events.last().map_or(before, |event| event.seq);
        if hub.enter(room, before, head, user, &frames) {
            hub.ask_for_room(room, head.seq);
            return Ok(());
        }
    }
    // Too much, or too busy: his client takes a snapshot.
    head.seq = hub.head(room).unwrap_or(head.seq);
    let gap = Push::Gap { room_id: room, from: before.next(), to: head.seq };
    let frames = if head.seq > before { vec![(head.seq, encode(&gap))] } else { Vec::new() };
    if !hub.enter(room, before, head, user, &frames) {
        // It moved on meanwhile; heads are told, and who lacks events resumes.
        hub.join_all(room, head, user);
    }
    Ok(())
}

/// Once a second, or when it is woken: asks the store in one query where the live rooms and online users stand, and
/// fetches what never came. Before that, once a second, whether it still is of the history that the node began with: else
/// rooms may have gone back to seqs that were told here already, and what is new under these would be taken for old. Then
/// everybody is cut, and nobody is taken in any more.
async fn reconcile(hub: Arc<Hub>, context: Arc<Context>) {
    let mut ticks = tokio::time::interval(RECONCILE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_time = tokio::select! {
            _ = ticks.tick() => true,
            () = hub.missing.now.notified() => false,
            () = context.stop.cancelled() => return,
        };
        let there = if is_time { context.ping().await } else { Ok(()) };
        if context.failure() == Some(Failed::OtherHistory) {
            return hub.close();
        }
        let reconciled = match there {
            Ok(()) => reconcile_once(&hub, &context).await,
            Err(error) => Err(error),
        };
        if let Err(error) = reconciled {
            tracing::warn!(error = %crate::Chain(&error), "the node could not ask the store what it missed");
        }
    }
}

async fn reconcile_once(hub: &Hub, context: &Context) -> Result<(), StoreError> {
    let (rooms, users) = hub.known();
    if rooms.is_empty() && users.is_empty() {
        return Ok(());
    }
    let room_ids: Vec<_> = rooms.keys().copied().collect();
    let user_ids: Vec<_> = users.keys().copied().collect();
    let heads = context.store.heads(&room_ids, &user_ids).await?;
    let mut risen = Vec::new();
    for (room, Head { seq, rev }) in heads.rooms {
        if hub.rev(room).is_some_and(|told| told < rev) {
            risen.push((room, rev));
        }
        // One room that cannot be read keeps no other one waiting.
        if rooms.get(&room).is_some_and(|known| *known < seq)
            && let Err(error) = fill_room(hub, context, room).await
        {
            tracing::warn!(error = %crate::Chain(&error), %room, "a room was not caught up; the next second tries again");
        }
    }
    for (room, rev) in risen.into_iter().take(MARKED) {
        if let Err(error) = receipts::tell_anew(context, hub, room, rev).await {
            tracing::warn!(error = %crate::Chain(&error), %room, "marks were not told; the next second tries again");
        }
    }
    // A host's people have no sessions whose ends are told to all nodes.
    heads.gone.iter().for_each(|user| hub.end_user_here(*user));
    for (user, seq) in heads.users {
        if users.get(&user).is_some_and(|told| *told < seq) {
            fill_log(hub, context, user).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::{
        queue::{Drained, Queue},
        transport::Outbound,
    };
    use bytes::Bytes;
    use chatlink_protocol::{EventBody, EventId, Timestamp, event};
    use uuid::Uuid;

    const ROOM: RoomId = RoomId::from_uuid(Uuid::from_u128(9));

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn events(seqs: std::ops::RangeInclusive<u64>) -> Vec<Event> {
        let event = |seq| Event {
            room_id: ROOM,
            seq: Seq(seq),
            id: EventId::from_uuid(Uuid::from_u128(u128::from(seq))),
            body: EventBody::Message(event::Message { text: Some("hi".to_owned()), ..Default::default() }),
            sender_id: user(1),
            at: Timestamp::EPOCH,
            client_id: None,
        };
        seqs.map(event).collect()
    }

    /// A node on which somebody listens to the room up to `head`, and another one is about to.
    fn node(head: u64) -> (Hub, Arc<Queue>) {
        let hub = Hub::new(1 << 20, Arc::default(), Outbound::default(), Arc::default());
        let listens = hub.connect(user(1), None, 4).unwrap();
        hub.join(ROOM, Head { seq: Seq(head), rev: 0 }, user(1), &listens);
        let comes = hub.connect(user(2), None, 4).unwrap();
        comes.open(Bytes::from("{}"));
        (hub, comes)
    }

    fn enter(hub: &Hub, before: u64, at: u64) -> bool {
        let frames = events(before + 1..=at).into_iter();
        let frames: Vec<_> = frames.map(|event| (event.seq, Delivery::of(&event).unwrap().into_frame())).collect();
        hub.enter(ROOM, Seq(before), Head { seq: Seq(at), rev: 0 }, user(2), &frames)
    }

    fn deliver(hub: &Hub, seqs: std::ops::RangeInclusive<u64>) {
        events(seqs).iter().for_each(|event| hub.deliver_of_others(event, Veil::default()));
    }

    async fn seqs(queue: &Queue) -> Vec<u64> {
        queue.push(None, Bytes::from("{}"));
        let Drained::Frames(frames) = queue.drain().await else { panic!("closed") };
        let seq = |frame: &Bytes| serde_json::from_slice::<serde_json::Value>(frame).ok()?["event"]["seq"].as_u64();
        frames.iter().filter_map(seq).collect()
    }

    #[tokio::test]
    async fn who_comes_into_a_room_that_lags_here_is_told_each_event_once() {
        for head in 0..=3 {
            let (hub, comes) = node(head);
            assert!(enter(&hub, 0, 3));
            deliver(&hub, head + 1..=5);
            assert_eq!(seqs(&comes).await, [1, 2, 3, 4, 5], "the room stood at {head}");
        }
    }

    #[tokio::test]
    async fn who_comes_into_a_room_that_is_ahead_here_reads_again() {
        let (hub, comes) = node(4);
        assert!(!enter(&hub, 0, 3));
        assert!(seqs(&comes).await.is_empty());
        assert!(enter(&hub, 0, 4));
        deliver(&hub, 5..=5);
        assert_eq!(seqs(&comes).await, [1, 2, 3, 4, 5]);
    }

    /// What was said before his time is on its way through the room: it is not for him.
    #[tokio::test]
    async fn who_reads_from_later_on_than_the_room_stands_here_is_let_in_by_his_coming() {
        let (hub, comes) = node(2);
        assert!(enter(&hub, 5, 6));
        deliver(&hub, 3..=5);
        let added =
            EventBody::Membership(event::Membership::plain(user(2), chatlink_protocol::MembershipChange::Added));
        let added = Event { body: added, ..events(6..=6).remove(0) };
        hub.deliver_of_others(&added, Veil::default());
        deliver(&hub, 7..=7);
        assert_eq!(seqs(&comes).await, [6, 7]);
    }
}
