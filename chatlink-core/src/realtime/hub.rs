//! The hub: every connection of this node, and the rooms that they listen to.

use super::{
    catch_up::{self, Missing},
    crowd::Crowds,
    live_room::{Delivery, Listener, LiveRoom, Offered},
    online::Online,
    presence::Presences,
    queue::Queue,
    transport::{NodeStats, Outbound, Signal},
    veil::Veil,
};
use crate::{context::Context, metrics::Meter, people::Privacy, rooms::AuthzCache};
use bytes::Bytes;
use chatlink_protocol::{
    ErrorCode, Event, EventBody, RoomId, Seq, SessionId, UserId, UserSeq,
    frame::{Head, Push, Receipt},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often clients are told the heads that moved.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Delivers events to the connections of this node, each room strictly in seq. Locks are held for
/// the work of one room or one user, never across an await; order: rooms, a room, users, a queue.
pub(crate) struct Hub {
    pub(super) rooms: Mutex<HashMap<RoomId, Arc<Mutex<LiveRoom>>>>,
    pub(super) users: Mutex<HashMap<UserId, Online>>,
    pub(super) presences: Presences,
    pub(super) crowds: Crowds,
    pub(super) missing: Missing,
    /// What other nodes are told.
    pub(super) outbound: Outbound,
    pub(super) cache: Arc<AuthzCache>,
    queue_bytes: usize,
    meter: Arc<Meter>,
}

/// One connection.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) session: Option<SessionId>,
    pub(super) queue: Arc<Queue>,
}

/// Locks; a panic elsewhere must not take the hub down, and its tables stay whole at every step.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a room stands, as somebody of this privacy is told it: who is shown nobody's marks is not told that they move.
pub(super) fn seen(head: Head, privacy: Option<Privacy>) -> Head {
    let rev = if privacy.is_some_and(|privacy| privacy.read_receipts) { head.rev } else { 0 };
    Head { rev, ..head }
}

/// A frame's text; frames of this version cannot fail to encode.
pub(super) fn encode(push: &Push) -> Bytes {
    Bytes::from(push.encode().unwrap_or_default())
}

impl Hub {
    pub(crate) fn new(queue_bytes: usize, cache: Arc<AuthzCache>, outbound: Outbound, meter: Arc<Meter>) -> Self {
        Self {
            rooms: Mutex::default(),
            users: Mutex::default(),
            presences: Presences::new(outbound.clone()),
            crowds: Crowds::default(),
            missing: Missing::default(),
            outbound,
            cache,
            queue_bytes,
            meter,
        }
    }

    /// Starts filling holes, reconciling and announcing.
    pub(crate) fn start(self: &Arc<Self>, context: &Arc<Context>) {
        catch_up::start(self, context);
        context.tasks.spawn(heartbeat(self.clone(), context.clone()));
        super::presence::start(self.clone(), context);
        super::crowd::start(self.clone(), context);
    }

    /// Takes a connection in. `None`: the person has as many as are allowed.
    pub(super) fn connect(&self, user: UserId, session: Option<SessionId>, most: usize) -> Option<Arc<Queue>> {
        let mut users = lock(&self.users);
        let online = users.entry(user).or_default();
        if online.connections.len() >= most {
            return None;
        }
        let queue = Arc::new(Queue::counted(self.queue_bytes, self.meter.clone()));
        online.connections.push(Slot { session, queue: queue.clone() });
        Some(queue)
    }

    /// Lets a connection go.
    pub(super) fn disconnect(&self, user: UserId, queue: &Arc<Queue>) {
        queue.close(ErrorCode::Unavailable);
        for room in queue.rooms() {
            self.leave(room, queue);
        }
        let mut users = lock(&self.users);
        if let Some(online) = users.get_mut(&user) {
            online.connections.retain(|slot| !Arc::ptr_eq(&slot.queue, queue));
            if online.connections.is_empty() {
                let shown = online.shown();
                users.remove(&user);
                drop(users);
                if let Some(privacy) = shown {
                    self.presences.went(user, privacy);
                }
            }
        }
    }

    /// Lets a connection listen to a room that stands at `head`.
    pub(super) fn join(&self, room: RoomId, head: Head, user: UserId, queue: &Arc<Queue>) {
        let mut rooms = lock(&self.rooms);
        let live = rooms.entry(room).or_insert_with(|| Arc::new(Mutex::new(LiveRoom::new(room, head))));
        lock(live).join(Listener { user, queue: queue.clone() });
    }

    /// Lets every connection of a person listen to a room that is new to them.
    pub(crate) fn join_all(&self, room: RoomId, head: Head, user: UserId) {
        for queue in self.queues(user) {
            self.join(room, head, user, &queue);
        }
    }

    /// Lets the connections of a person that do not listen to a room yet listen to it, with these frames in front, which are
    /// what happened after `before` up to `at`: as far as the room stands here, if it stands behind, since the rest is told
    /// in its turn. Where it stands even before what the person may read, it is his coming that lets him in. `false`: it
    /// stands further on here, and nothing was done.
    pub(super) fn enter(&self, room: RoomId, before: Seq, at: Head, user: UserId, frames: &[(Seq, Bytes)]) -> bool {
        let queues = self.queues(user);
        let mut rooms = lock(&self.rooms);
        if queues.is_empty() {
            return true;
        }
        let live = rooms.entry(room).or_insert_with(|| Arc::new(Mutex::new(LiveRoom::new(room, at)))).clone();
        let mut live = lock(&live);
        let head = live.head();
        if head < before {
            return true;
        }
        if head > at.seq {
            return false;
        }
        for queue in queues.into_iter().filter(|queue| !queue.is_in(room)) {
            let told = frames.iter().filter(|(seq, _)| *seq <= head);
            told.for_each(|(_, frame)| queue.push(Some(room), frame.clone()));
            live.join(Listener { user, queue });
        }
        true
    }

    /// What is known of the rooms that are busy.
    pub(crate) fn cache(&self) -> &AuthzCache {
        &self.cache
    }

    /// Forgets what is known here of a room's members and rights.
    pub(super) fn forget_rights(&self, room: RoomId) {
        self.cache.forget(room);
    }

    /// Ends listening. The last one out turns off the light.
    pub(super) fn leave(&self, room: RoomId, queue: &Arc<Queue>) {
        let mut rooms = lock(&self.rooms);
        let Some(live) = rooms.get(&room) else { return };
        let empty = {
            let mut live = lock(live);
            live.leave(queue);
            live.is_empty()
        };
        if empty {
            rooms.remove(&room);
        }
    }

    /// Delivers events that this node committed together, and rings the other nodes. Rooms in which nothing needs to be asked
    /// first do not wait for the others.
    pub(crate) async fn deliver(&self, context: &Context, events: impl Iterator<Item = &Event> + Send) {
        let (mut rooms, mut places) = (Vec::<(RoomId, Vec<&Event>)>::new(), HashMap::new());
        for event in events {
            let place = *places.entry(event.room_id).or_insert(rooms.len());
            match rooms.get_mut(place) {
                Some((_, events)) => events.push(event),
                None => rooms.push((event.room_id, vec![event])),
            }
            let bell = || Signal::Room { room_id: event.room_id, seq: event.seq, event: Some(Box::new(event.clone())) };
            self.outbound.send(bell);
        }
        rooms.retain(|(room, events)| {
            let waits = !events.iter().all(|event| Veil::is_needless(event));
            if !waits {
                self.deliver_here(*room, events.iter().map(|event| (*event, Veil::None)).collect());
            }
            waits
        });
        for (room, events) in rooms {
            let veiled = self.veiled(context, events).await;
            self.deliver_here(room, veiled);
        }
    }

    /// Events of a room with their veils. One whose veil cannot be told now is asked for again.
    async fn veiled<'e>(&self, context: &Context, events: Vec<&'e Event>) -> Vec<(&'e Event, Veil)> {
        let mut veiled = Vec::with_capacity(events.len());
        for event in events {
            match Veil::of(context, &self.cache, event).await {
                Ok(veil) => veiled.push((event, veil)),
                Err(error) => {
                    tracing::warn!(error = %crate::Chain(&error), "an event waits until it is known who may read its words");
                    self.ask_for_room(event.room_id, event.seq);
                }
            }
        }
        veiled
    }

    /// Delivers an event that another node committed. What is known here of the room's members and rights is forgotten
    /// with it.
    pub(super) fn deliver_of_others(&self, event: &Event, veil: Veil) {
        if matches!(event.body, EventBody::Membership(_) | EventBody::Room(_) | EventBody::Unknown { .. }) {
            self.cache.forget(event.room_id);
        }
        self.deliver_here(event.room_id, vec![(event, veil)]);
    }

    /// Delivers committed events of a room to everybody here who may read them, in their turn.
    fn deliver_here(&self, room: RoomId, events: Vec<(&Event, Veil)>) {
        let mut events = events.into_iter();
        let live = loop {
            if let Some(live) = lock(&self.rooms).get(&room).cloned() {
                break live;
            }
            // Nobody here listens; who is added by this very event may be online, though.
            let Some((event, _)) = events.next() else { return };
            self.wake_added(event);
        };
        let mut asked = None;
        let deliveries: Vec<_> = events
            .filter_map(|(event, veil)| {
                asked = asked.max(Some(event.seq));
                let delivery = Delivery::of(event).and_then(|delivery| delivery.under(veil, event));
                let failed = |error| tracing::error!(error = %crate::Chain(&error), "an event could not be encoded");
                delivery.map_err(failed).ok().map(|delivery| (event.seq, delivery))
            })
            .collect();
        let count = deliveries.len();
        let (offered, listeners) = {
            let mut live = lock(&live);
            (live.offer(deliveries, |user| self.queues(user)), live.listeners().len())
        };
        (0..count).for_each(|_| self.meter.fan_out.add(listeners as f64));
        if let (Offered::Hole(_), Some(seq)) = (offered, asked) {
            self.ask_for_room(room, seq);
        }
    }

    /// A room that no connection here listened to got a member who is online: from this event on
    /// it is live.
    fn wake_added(&self, event: &Event) {
        use chatlink_protocol::MembershipChange;
        let EventBody::Membership(membership) = &event.body else { return };
        if !matches!(membership.change, MembershipChange::Added | MembershipChange::Joined)
            || self.queues(membership.user_id).is_empty()
        {
            return;
        }
        let before = Head { seq: Seq(event.seq.0.saturating_sub(1)), rev: 0 };
        self.join_all(event.room_id, before, membership.user_id);
        self.deliver_here(event.room_id, vec![(event, Veil::default())]);
    }

    /// Puts a frame to everybody who listens to the room and passes the filter.
    pub(crate) fn broadcast(&self, room: RoomId, push: &Push, to: impl Fn(UserId) -> bool) {
        let Some(live) = lock(&self.rooms).get(&room).cloned() else { return };
        let frame = encode(push);
        for listener in lock(&live).listeners() {
            if to(listener.user) {
                listener.queue.push(Some(room), frame.clone());
            }
        }
    }

    /// How many connections there are.
    pub(crate) fn connections(&self) -> usize {
        lock(&self.users).values().map(|online| online.connections.len()).sum()
    }

    /// What a person who is connected here shows, once that is known.
    pub(crate) fn privacy(&self, user: UserId) -> Option<Privacy> {
        lock(&self.users).get(&user).and_then(Online::privacy)
    }

    /// Whether a person who is connected here shows something.
    pub(crate) fn shows(&self, user: UserId, what: impl Fn(Privacy) -> bool) -> bool {
        self.privacy(user).is_some_and(what)
    }

    /// Whether a person is there, on whatever node, and shows it.
    pub(super) fn shows_presence(&self, user: UserId) -> bool {
        match self.privacy(user) {
            Some(privacy) => privacy.online,
            None => self.presences.is_elsewhere(user),
        }
    }

    /// Tells other nodes how far people read who show it.
    pub(crate) fn tell_receipts(&self, room_id: RoomId, rev: u64, items: &[Receipt]) {
        self.outbound.send(|| Signal::Receipts { room_id, rev, items: items.to_vec() });
    }

    /// The figures of this node and the others.
    pub(crate) fn node_stats(&self) -> NodeStats {
        self.outbound.stats()
    }

    pub(super) fn queues(&self, user: UserId) -> Vec<Arc<Queue>> {
        let users = lock(&self.users);
        users
            .get(&user)
            .map(|online| online.connections.iter().map(|slot| slot.queue.clone()).collect())
            .unwrap_or_default()
    }

    /// Where the delivered rooms and told users stand, for comparing with the store.
    pub(super) fn known(&self) -> (HashMap<RoomId, Seq>, HashMap<UserId, UserSeq>) {
        let rooms: Vec<_> = lock(&self.rooms).iter().map(|(id, live)| (*id, live.clone())).collect();
        let rooms = rooms.into_iter().map(|(id, live)| (id, lock(&live).head())).collect();
        let users = lock(&self.users);
        let users = users.iter().filter(|(_, online)| online.is_here()).map(|(user, online)| (*user, online.told));
        let users = users.collect();
        (rooms, users)
    }

    /// What this node delivered last in a room, if anybody listens to it.
    pub(super) fn head(&self, room: RoomId) -> Option<Seq> {
        let live = lock(&self.rooms).get(&room).cloned()?;
        let head = lock(&live).head();
        Some(head)
    }

    /// Up to which version all marks of a room were told here, if anybody listens to it.
    pub(super) fn rev(&self, room: RoomId) -> Option<u64> {
        let live = lock(&self.rooms).get(&room).cloned()?;
        let rev = lock(&live).stand().rev;
        Some(rev)
    }

    /// Notes that the marks are being told which made this version of a room's receipts.
    pub(crate) fn note_rev(&self, room: RoomId, rev: u64) {
        if let Some(live) = lock(&self.rooms).get(&room) {
            lock(live).note_rev(rev);
        }
    }

    /// Notes that all marks of a room are being told, as they stand at this version.
    pub(crate) fn note_marks(&self, room: RoomId, rev: u64) {
        if let Some(live) = lock(&self.rooms).get(&room) {
            lock(live).note_marks(rev);
        }
    }

    /// Tells every connection the heads that moved since it was told last.
    fn announce_heads(&self) {
        let live: Vec<_> = lock(&self.rooms).iter().map(|(id, live)| (*id, live.clone())).collect();
        let heads: HashMap<RoomId, Head> = live.into_iter().map(|(id, live)| (id, lock(&live).stand())).collect();
        let slots: Vec<_> = {
            let users = lock(&self.users);
            let all = users.values().flat_map(|online| online.connections.iter().map(move |slot| (slot, online)));
            all.map(|(slot, online)| (slot.queue.clone(), online.told, online.privacy())).collect()
        };
        for (queue, user_seq, privacy) in slots {
            let moved = queue.moved(|room| heads.get(&room).map(|head| seen(*head, privacy)));
            if !moved.is_empty() {
                queue.push(None, encode(&Push::Heads { rooms: moved.into_iter().collect(), user_seq }));
            }
        }
    }
}

/// The heartbeat: a client that lost an event notices.
async fn heartbeat(hub: Arc<Hub>, context: Arc<Context>) {
    let mut ticks = tokio::time::interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => hub.announce_heads(),
            () = context.stop.cancelled() => return,
        }
    }
}
