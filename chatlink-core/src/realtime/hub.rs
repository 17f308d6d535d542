//! The hub: every connection of this node, and the rooms that they listen to.

use super::{
    live_room::{Delivery, Listener, LiveRoom, Offered},
    online::Online,
    presence::Presences,
    queue::Queue,
};
use crate::{
    context::Context,
    people::Privacy,
    timeline::{Reader, Told},
};
use bytes::Bytes;
use chatlink_protocol::{
    ErrorCode, Event, RoomId, Seq, SessionId, UserId, UserSeq,
    frame::{Head, Push},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc;

/// Events read at once to fill a hole.
const FILL: u32 = 200;
/// How often a node asks the store what it missed.
const RECONCILE: Duration = Duration::from_secs(1);
/// How often clients are told the heads that moved.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Holes that may wait to be filled; reconciling finds what did not fit.
const HOLES: usize = 1_024;

/// Delivers events to the connections of this node, each room strictly in seq. Locks are held for
/// the work of one room or one user, never across an await; order: rooms, a room, users, a queue.
pub(crate) struct Hub {
    rooms: Mutex<HashMap<RoomId, Arc<Mutex<LiveRoom>>>>,
    users: Mutex<HashMap<UserId, Online>>,
    pub(super) presences: Presences,
    holes: OnceLock<mpsc::Sender<RoomId>>,
    queue_bytes: usize,
}

/// One connection.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) session: Option<SessionId>,
    pub(super) queue: Arc<Queue>,
}

/// Locks; a panic elsewhere must not take the hub down, and its tables stay whole at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A frame's text; frames of this version cannot fail to encode.
pub(super) fn encode(push: &Push) -> Bytes {
    Bytes::from(push.encode().unwrap_or_default())
}

impl Hub {
    pub(crate) fn new(queue_bytes: usize) -> Self {
        Self {
            rooms: Mutex::default(),
            users: Mutex::default(),
            presences: Presences::default(),
            holes: OnceLock::new(),
            queue_bytes,
        }
    }

    /// Starts filling holes, reconciling and announcing.
    pub(crate) fn start(self: &Arc<Self>, context: &Arc<Context>) {
        let (sender, holes) = mpsc::channel(HOLES);
        if self.holes.set(sender).is_err() {
            return;
        }
        context.tasks.spawn(fill_holes(self.clone(), context.clone(), holes));
        context.tasks.spawn(reconcile(self.clone(), context.clone()));
        context.tasks.spawn(heartbeat(self.clone(), context.clone()));
        super::presence::start(self.clone(), context);
    }

    /// Takes a connection in. `None`: the person has as many as are allowed.
    pub(super) fn connect(&self, user: UserId, session: Option<SessionId>, most: usize) -> Option<Arc<Queue>> {
        let mut users = lock(&self.users);
        let online = users.entry(user).or_default();
        if online.connections.len() >= most {
            return None;
        }
        let queue = Arc::new(Queue::new(self.queue_bytes));
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
    pub(super) fn join(&self, room: RoomId, head: Seq, user: UserId, queue: &Arc<Queue>) {
        let mut rooms = lock(&self.rooms);
        let live = rooms.entry(room).or_insert_with(|| Arc::new(Mutex::new(LiveRoom::new(room, head))));
        lock(live).join(Listener { user, queue: queue.clone() });
    }

    /// Lets every connection of a person listen to a room that is new to them.
    pub(crate) fn join_all(&self, room: RoomId, head: Seq, user: UserId) {
        for queue in self.queues(user) {
            self.join(room, head, user, &queue);
        }
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

    /// Delivers a committed event to everybody here who may read it, in its turn.
    pub(crate) fn deliver(&self, event: &Event) {
        let Some(live) = lock(&self.rooms).get(&event.room_id).cloned() else {
            // Nobody here listens; who is added by this very event may be online, though.
            return self.wake_added(event);
        };
        let delivery = match Delivery::of(event) {
            Ok(delivery) => delivery,
            Err(error) => return tracing::error!(error = %crate::Chain(&error), "an event could not be encoded"),
        };
        let offered = lock(&live).offer(event.seq, delivery, |user| self.queues(user));
        if let Offered::Hole(_) = offered {
            self.ask_to_fill(event.room_id);
        }
    }

    /// A room that no connection here listened to got a member who is online: from this event on
    /// it is live.
    fn wake_added(&self, event: &Event) {
        use chatlink_protocol::{EventBody, MembershipChange};
        let EventBody::Membership(membership) = &event.body else { return };
        if !matches!(membership.change, MembershipChange::Added | MembershipChange::Joined)
            || self.queues(membership.user_id).is_empty()
        {
            return;
        }
        let before = Seq(event.seq.0.saturating_sub(1));
        self.join_all(event.room_id, before, membership.user_id);
        self.deliver(event);
    }

    /// Puts a frame to everybody who listens to the room and passes the filter.
    pub(crate) fn broadcast(&self, room: RoomId, push: &Push, to: impl Fn(UserId) -> bool) {
        let Some(live) = lock(&self.rooms).get(&room).cloned() else { return };
        let frame = encode(push);
        for listener in lock(&live).listeners() {
            if to(listener.user) {
                listener.queue.push(None, frame.clone());
            }
        }
    }

    /// Tells people what changed in their own logs.
    pub(crate) fn tell(&self, told: Vec<Told>) {
        for Told { user_id, event } in told {
            let queues = {
                let mut users = lock(&self.users);
                let Some(online) = users.get_mut(&user_id) else { continue };
                online.note(&event);
                online.connections.iter().map(|slot| slot.queue.clone()).collect::<Vec<_>>()
            };
            let frame = encode(&Push::UserEvent(event));
            for queue in queues {
                queue.push(None, frame.clone());
            }
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

    /// Cuts every connection of a person, with a session or without: the account is gone, and nobody is told when
    /// he was here last.
    pub(crate) fn end_user(&self, user: UserId) {
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

    /// How many connections there are.
    pub(crate) fn connections(&self) -> usize {
        lock(&self.users).values().map(|online| online.connections.len()).sum()
    }

    /// Notes where a person's own log stands, and what he shows there: now he is here for others.
    pub(super) fn note_told(&self, user: UserId, seq: UserSeq, privacy: Privacy) {
        let came = lock(&self.users).get_mut(&user).is_some_and(|online| online.greet(seq, privacy));
        if came {
            self.presences.came(user);
        }
    }

    /// What a person who is connected here shows, once that is known.
    pub(crate) fn privacy(&self, user: UserId) -> Option<Privacy> {
        lock(&self.users).get(&user).and_then(Online::privacy)
    }

    fn queues(&self, user: UserId) -> Vec<Arc<Queue>> {
        let users = lock(&self.users);
        users
            .get(&user)
            .map(|online| online.connections.iter().map(|slot| slot.queue.clone()).collect())
            .unwrap_or_default()
    }

    fn ask_to_fill(&self, room: RoomId) {
        // A full channel loses nothing: reconciling sees the same hole within a second.
        let _ = self.holes.get().map(|holes| holes.try_send(room));
    }

    /// Where the delivered rooms and told users stand, for comparing with the store.
    fn known(&self) -> (HashMap<RoomId, Seq>, HashMap<UserId, UserSeq>) {
        let rooms: Vec<_> = lock(&self.rooms).iter().map(|(id, live)| (*id, live.clone())).collect();
        let rooms = rooms.into_iter().map(|(id, live)| (id, lock(&live).head())).collect();
        let users = lock(&self.users).iter().map(|(user, online)| (*user, online.told)).collect();
        (rooms, users)
    }

    /// What this node delivered last in a room, if anybody listens to it.
    fn head(&self, room: RoomId) -> Option<Seq> {
        let live = lock(&self.rooms).get(&room).cloned()?;
        let head = lock(&live).head();
        Some(head)
    }

    /// Notes the version of a room's receipts that is being told.
    pub(crate) fn note_rev(&self, room: RoomId, rev: u64) {
        if let Some(live) = lock(&self.rooms).get(&room) {
            lock(live).rev = rev;
        }
    }

    /// Tells every connection the heads that moved since it was told last.
    fn announce_heads(&self) {
        let live: Vec<_> = lock(&self.rooms).iter().map(|(id, live)| (*id, live.clone())).collect();
        let heads: HashMap<RoomId, Head> = live
            .into_iter()
            .map(|(id, live)| {
                let live = lock(&live);
                (id, Head { seq: live.head(), rev: live.rev })
            })
            .collect();
        let slots: Vec<_> = {
            let users = lock(&self.users);
            let all = users.values().flat_map(|online| online.connections.iter().map(move |slot| (slot, online.told)));
            all.map(|(slot, told)| (slot.queue.clone(), told)).collect()
        };
        for (queue, user_seq) in slots {
            let moved = queue.moved(|room| heads.get(&room).map(|head| head.seq));
            if !moved.is_empty() {
                let rooms = moved.into_iter().filter_map(|(room, _)| heads.get(&room).map(|head| (room, *head)));
                queue.push(None, encode(&Push::Heads { rooms: rooms.collect(), user_seq }));
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

/// Reads what is missing in a room from the store and delivers it in turn.
async fn fill_holes(hub: Arc<Hub>, context: Arc<Context>, mut holes: mpsc::Receiver<RoomId>) {
    loop {
        let room = tokio::select! {
            room = holes.recv() => room,
            () = context.stop.cancelled() => None,
        };
        let Some(room) = room else { return };
        if let Err(error) = fill(&hub, &context, room).await {
            tracing::warn!(error = %crate::Chain(&error), "a hole was not filled; the next reconciling tries again");
        }
    }
}

async fn fill(hub: &Hub, context: &Context, room: RoomId) -> Result<(), crate::StoreError> {
    loop {
        let Some(from) = hub.head(room) else { return Ok(()) };
        let page = context.store.events(room, Reader::Node, from, FILL, context.now()).await?;
        let Some(page) = page.filter(|page| !page.events.is_empty()) else { return Ok(()) };
        for event in &page.events {
            hub.deliver(event);
        }
        if page.events.last().is_some_and(|last| last.seq >= page.head) {
            return Ok(());
        }
    }
}

/// Once a second: asks the store in one query where the live rooms and online users stand, and
/// fetches what never came.
async fn reconcile(hub: Arc<Hub>, context: Arc<Context>) {
    let mut ticks = tokio::time::interval(RECONCILE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = context.stop.cancelled() => return,
        }
        if let Err(error) = reconcile_once(&hub, &context).await {
            tracing::warn!(error = %crate::Chain(&error), "the node could not ask the store what it missed");
        }
    }
}

async fn reconcile_once(hub: &Hub, context: &Context) -> Result<(), crate::StoreError> {
    let (rooms, users) = hub.known();
    if rooms.is_empty() && users.is_empty() {
        return Ok(());
    }
    let room_ids: Vec<_> = rooms.keys().copied().collect();
    let user_ids: Vec<_> = users.keys().copied().collect();
    let heads = context.store.heads(&room_ids, &user_ids).await?;
    for (room, Head { seq, .. }) in heads.rooms {
        // One room that cannot be read keeps no other one waiting.
        if rooms.get(&room).is_some_and(|known| *known < seq)
            && let Err(error) = fill(hub, context, room).await
        {
            tracing::warn!(error = %crate::Chain(&error), %room, "a room was not caught up; the next second tries again");
        }
    }
    // A host's people have no sessions whose ends are told to all nodes.
    heads.gone.iter().for_each(|user| hub.end_user(*user));
    for (user, seq) in heads.users {
        let told = users.get(&user).copied().unwrap_or_default();
        if told < seq {
            let (events, _) = context.store.user_log(user, told, FILL).await?;
            hub.tell(events.into_iter().map(|event| Told { user_id: user, event }).collect());
        }
    }
    Ok(())
}
