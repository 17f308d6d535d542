//! Presence: who is here, told to those who watch.

use super::{
    elsewhere::{Change, Moves, Others, Person},
    hub::{Hub, encode},
    queue::Queue,
    transport::{Outbound, Signal},
};
use crate::{context::Context, people::Privacy};
use chatlink_protocol::{
    Timestamp, UserId,
    frame::{Presence, Push},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// The most people that one connection may watch.
pub(super) const WATCHED: usize = 200;
/// How long a person may be away before the others are told: a reload is no absence.
const GRACE: Duration = Duration::from_secs(20);
/// How often changes are told.
const TICK: Duration = Duration::from_millis(250);
/// People in one part of what another node is told that asked who is here.
const ROSTER: usize = 40;

/// Comings and goings, on this node and on the others, and who wants to know of them.
pub(crate) struct Presences {
    state: Mutex<State>,
    outbound: Outbound,
}

#[derive(Default)]
struct State {
    /// By the person watched.
    watchers: HashMap<UserId, Vec<Watcher>>,
    /// What each connection watches, by its queue's address: a queue outlives its entry here.
    watched: HashMap<usize, Vec<UserId>>,
    /// Who is connected here.
    here: HashSet<UserId>,
    /// Of these, who shows himself, and whether he tells when he was here last: what other nodes know.
    shown: HashMap<UserId, bool>,
    /// Changes of it so far.
    changes: u64,
    /// The people of other nodes.
    others: Others,
    /// How often two people were parted by a block.
    parted: u64,
    /// Who shows himself no more, though here, and was not told yet.
    hid: HashSet<UserId>,
    /// Whose switch was turned here: what he himself sees is told anew.
    switched: HashSet<UserId>,
    /// Who came and was not told yet.
    came: HashSet<UserId>,
    /// Who showed himself here and went, and when; told when the grace is over.
    went: HashMap<UserId, Went>,
}

/// Somebody who went.
#[derive(Default)]
struct Went {
    /// When, by the first tick that saw it.
    at: Option<Timestamp>,
    /// When he was there for sure, where that is older: his node died.
    seen: Option<Timestamp>,
    /// Whether he tells when he was here last.
    tells_when: bool,
}

/// A connection that watches.
#[derive(Clone)]
struct Watcher {
    user: UserId,
    queue: Arc<Queue>,
}

impl Presences {
    pub(super) fn new(outbound: Outbound) -> Self {
        Self { state: Mutex::default(), outbound }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first connection of a person is there, and it is known what he shows.
    pub(super) fn came(&self, user: UserId, privacy: Privacy) {
        let mut state = self.lock();
        let was_there = state.is_there(user);
        state.here.insert(user);
        self.publish(&mut state, user, Some(privacy));
        if !was_there {
            state.appear(user);
        }
    }

    /// The last connection of a person is gone; `privacy`: what he showed.
    pub(super) fn went(&self, user: UserId, privacy: Privacy) {
        let mut state = self.lock();
        state.here.remove(&user);
        if !privacy.last_seen {
            // Not told to others either.
            state.shown.entry(user).and_modify(|last_seen| *last_seen = false);
        }
        self.publish(&mut state, user, None);
        if state.is_there(user) {
            return;
        }
        if privacy.online {
            state.vanish(user, privacy.last_seen, None);
        } else {
            state.came.remove(&user);
        }
    }

    /// What a person shows who is here changed.
    pub(super) fn changed(&self, user: UserId, privacy: Privacy) {
        let mut state = self.lock();
        if state.here.contains(&user) {
            let showed = state.shown.contains_key(&user);
            self.publish(&mut state, user, Some(privacy));
            if showed != privacy.online {
                state.switch(user, privacy.online);
            }
        }
    }

    /// Tells other nodes, if it is news to them.
    fn publish(&self, state: &mut State, user_id: UserId, privacy: Option<Privacy>) {
        let now = privacy.filter(|privacy| privacy.online).map(|privacy| privacy.last_seen);
        let before = match now {
            Some(last_seen) => state.shown.insert(user_id, last_seen),
            None => state.shown.remove(&user_id),
        };
        let change = match (before, now) {
            (Some(last_seen), None) if privacy.is_some() => Change::Hid(Person { user_id, last_seen }),
            (Some(last_seen), None) => Change::Away(Person { user_id, last_seen }),
            (before, Some(last_seen)) if before != now => Change::Here(Person { user_id, last_seen }),
            _ => return,
        };
        state.changes += 1;
        let number = state.changes;
        // Under the lock: numbers go out in their order.
        self.outbound.send(|| Signal::Presence { number, change });
    }

    /// Renews this node's lease with the others.
    pub(super) fn lease(&self) {
        let state = self.lock();
        self.outbound.send(|| Signal::Lease { changes: state.changes });
    }

    /// Tells the others everybody who shows himself here.
    pub(super) fn tell_roster(&self) {
        let state = self.lock();
        let people = state.shown.iter().map(|(user_id, last_seen)| Person { user_id: *user_id, last_seen: *last_seen });
        let people: Vec<_> = people.collect();
        let parts = people.len().div_ceil(ROSTER).max(1);
        for part in 0..parts {
            let people = people.iter().skip(part * ROSTER).take(ROSTER).copied().collect();
            let (part, parts) = (u32::try_from(part).unwrap_or(u32::MAX), u32::try_from(parts).unwrap_or(u32::MAX));
            self.outbound.send(|| Signal::Roster { changes: state.changes, part, parts, people });
        }
    }

    /// Another node renewed its lease. Answers whether it must be asked who is there.
    pub(super) fn renew(&self, node: Uuid, changes: u64, now: Timestamp) -> bool {
        let mut state = self.lock();
        if !state.others.knows(node) {
            // One that has just come has not heard of this one either.
            self.outbound.send(|| Signal::Lease { changes: state.changes });
        }
        state.others.renew(node, changes, now)
    }

    /// Somebody came or went on another node. Answers whether it must be asked who is there.
    pub(super) fn change(&self, node: Uuid, number: u64, change: Change, now: Timestamp) -> bool {
        self.move_people(|others| others.change(node, number, change, now))
    }

    /// Everybody on another node, or a part of them.
    pub(super) fn roster(&self, node: Uuid, changes: u64, part: (u32, u32), people: Vec<Person>, now: Timestamp) {
        self.move_people(|others| others.roster(node, changes, part, people, now));
    }

    /// Another node goes, and its people with it.
    pub(super) fn bye(&self, node: Uuid) {
        self.move_people(|others| Moves { went: others.remove(node), ..Moves::default() });
    }

    fn move_people(&self, work: impl FnOnce(&mut Others) -> Moves) -> bool {
        let mut state = self.lock();
        let moves = work(&mut state.others);
        // Whoever is here as well neither came nor went; elsewhere twice is told twice, which says nothing new.
        for user in moves.came {
            if !state.here.contains(&user) {
                state.appear(user);
            }
        }
        for Person { user_id, last_seen } in moves.went {
            if !state.is_there(user_id) {
                state.vanish(user_id, last_seen, None);
            }
        }
        for user in moves.hid {
            if !state.is_there(user) {
                state.hide(user);
            }
        }
        moves.must_ask
    }

    /// Whether a person shows himself by way of another node.
    pub(super) fn is_elsewhere(&self, user: UserId) -> bool {
        self.lock().others.has(user)
    }

    /// How many of these show that they are there, on whatever node.
    pub(super) fn count<'a>(&self, users: impl Iterator<Item = &'a UserId>) -> u32 {
        let state = self.lock();
        let shown = users.filter(|user| state.shown.contains_key(user) || state.others.has(**user));
        u32::try_from(shown.count()).unwrap_or(u32::MAX)
    }

    /// How often two people were parted so far.
    pub(super) fn parted(&self) -> u64 {
        self.lock().parted
    }

    /// Ends the watching between two people. Answers what was watched, and by which connections.
    pub(super) fn part(&self, one: UserId, other: UserId) -> Vec<(UserId, Arc<Queue>)> {
        let mut state = self.lock();
        state.parted += 1;
        let mut ended = Vec::new();
        for (watched, watching) in [(one, other), (other, one)] {
            let Some(watchers) = state.watchers.get_mut(&watched) else { continue };
            ended.extend(watchers.extract_if(.., |watcher| watcher.user == watching).map(|gone| (watched, gone.queue)));
            if watchers.is_empty() {
                state.watchers.remove(&watched);
            }
        }
        for (watched, queue) in &ended {
            if let Some(users) = state.watched.get_mut(&address(queue)) {
                users.retain(|user| user != watched);
            }
        }
        ended
    }

    /// Those whom a connection watches.
    fn watched(&self, queue: &Arc<Queue>) -> Vec<UserId> {
        self.lock().watched.get(&address(queue)).cloned().unwrap_or_default()
    }

    /// Takes those whose switch was turned.
    fn switched(&self) -> HashSet<UserId> {
        std::mem::take(&mut self.lock().switched)
    }

    /// Replaces what a connection watches. `false`: people were parted since it was asked who may be watched, and nothing
    /// was done.
    pub(super) fn watch(&self, me: UserId, queue: &Arc<Queue>, users: &[UserId], parted: u64) -> bool {
        let mut state = self.lock();
        if state.parted != parted {
            return false;
        }
        unwatch(&mut state, queue);
        for user in users {
            state.watchers.entry(*user).or_default().push(Watcher { user: me, queue: queue.clone() });
        }
        state.watched.insert(address(queue), users.to_vec());
        true
    }

    /// Forgets a connection.
    pub(super) fn forget(&self, queue: &Arc<Queue>) {
        unwatch(&mut self.lock(), queue);
    }

    /// Takes the changes that are due, of those who are watched.
    fn due(&self, now: Timestamp) -> Vec<(UserId, bool, Option<Timestamp>)> {
        let mut state = self.lock();
        for (Person { user_id, last_seen }, seen) in state.others.expire(now) {
            if !state.is_there(user_id) {
                state.vanish(user_id, last_seen, Some(seen));
            }
        }
        let mut due: Vec<_> = state.hid.drain().map(|user| (user, false, None)).collect();
        due.extend(state.came.drain().map(|user| (user, true, None)));
        state.went.retain(|user, went| {
            let at = *went.at.get_or_insert(now);
            let over = now.since(at) >= GRACE;
            if over {
                due.push((*user, false, went.tells_when.then_some(went.seen.unwrap_or(at))));
            }
            !over
        });
        due.retain(|(user, ..)| state.watchers.contains_key(user));
        due
    }

    fn watchers(&self, user: UserId) -> Vec<Watcher> {
        let state = self.lock();
        state.watchers.get(&user).cloned().unwrap_or_default()
    }

    /// Whether the person is here, or was within the grace.
    pub(super) fn lingers(&self, user: UserId) -> bool {
        self.lock().went.contains_key(&user)
    }
}

impl State {
    /// Whether a person is connected here or shows himself elsewhere.
    fn is_there(&self, user: UserId) -> bool {
        self.here.contains(&user) || self.others.has(user)
    }

    /// A person who is here began or ceased to show it. What he sees of others changes, too.
    fn switch(&mut self, user: UserId, shows: bool) {
        self.switched.insert(user);
        if shows {
            self.hid.remove(&user);
            self.came.insert(user);
        } else {
            self.hide(user);
        }
    }

    /// A person shows himself no more: told at once, and not when he was here last.
    fn hide(&mut self, user: UserId) {
        self.came.remove(&user);
        self.went.remove(&user);
        self.hid.insert(user);
    }

    /// A person is there who was not.
    fn appear(&mut self, user: UserId) {
        self.hid.remove(&user);
        if self.went.remove(&user).is_none() {
            self.came.insert(user);
        }
    }

    /// A person who showed himself is there no more.
    fn vanish(&mut self, user: UserId, tells_when: bool, seen: Option<Timestamp>) {
        // One who came and went between two ticks was never told: the others still think him away. Who began to watch
        // between them was told, though.
        if !self.came.remove(&user) || self.watchers.contains_key(&user) {
            self.went.insert(user, Went { at: None, seen, tells_when });
        }
    }
}

fn address(queue: &Arc<Queue>) -> usize {
    Arc::as_ptr(queue).addr()
}

fn unwatch(state: &mut State, queue: &Arc<Queue>) {
    for user in state.watched.remove(&address(queue)).unwrap_or_default() {
        if let Some(watchers) = state.watchers.get_mut(&user) {
            watchers.retain(|other| !Arc::ptr_eq(&other.queue, queue));
            if watchers.is_empty() {
                state.watchers.remove(&user);
            }
        }
    }
}

/// Starts telling comings and goings.
pub(super) fn start(hub: Arc<Hub>, context: &Arc<Context>) {
    let task = announce(hub, context.clone());
    context.tasks.spawn(task);
}

async fn announce(hub: Arc<Hub>, context: Arc<Context>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = context.stop.cancelled() => return,
        }
        for (user_id, online, last_seen_at) in hub.presences.due(context.now()) {
            tell(&hub, user_id, online, last_seen_at);
        }
        for user in hub.presences.switched() {
            hub.queues(user).iter().for_each(|queue| show(&hub, user, queue));
        }
    }
}

/// Tells a connection where those stand whom it watches: nobody is there for who does not show himself.
pub(super) fn show(hub: &Hub, me: UserId, queue: &Arc<Queue>) {
    let mine = hub.shows(me, |privacy| privacy.online);
    for user_id in hub.presences.watched(queue) {
        let online = mine && (hub.shows_presence(user_id) || hub.presences.lingers(user_id));
        queue.push(None, encode(&Push::Presence(Presence { user_id, online, last_seen_at: None })));
    }
}

/// Tells those who watch a person and show themselves, too: switches bind both ways.
fn tell(hub: &Hub, user_id: UserId, online: bool, last_seen_at: Option<Timestamp>) {
    // Who went was seen here before, and is told of as he was then.
    if online && !hub.shows_presence(user_id) {
        return;
    }
    let shown = encode(&Push::Presence(Presence { user_id, online, last_seen_at }));
    let plain = encode(&Push::Presence(Presence { user_id, online, last_seen_at: None }));
    for Watcher { user, queue } in hub.presences.watchers(user_id) {
        match hub.privacy(user) {
            Some(privacy) if privacy.online && privacy.last_seen => queue.push(None, shown.clone()),
            Some(privacy) if privacy.online => queue.push(None, plain.clone()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_seen_between_two_ticks_is_told_to_have_gone() {
        let presences = Presences::new(Outbound::default());
        let [me, other, unseen] = [1, 2, 3].map(|n| UserId::from_uuid(Uuid::from_u128(n)));
        for user in [other, unseen] {
            presences.came(user, Privacy::default());
        }
        // Whoever begins to watch is told how it stands now.
        assert!(presences.watch(me, &Arc::new(Queue::new(1 << 10)), &[other], presences.parted()));
        for user in [other, unseen] {
            presences.went(user, Privacy::default());
        }
        let now = Timestamp::from_micros(1_000_000);
        assert_eq!(presences.due(now), []);
        assert_eq!(presences.due(now.plus(GRACE)), [(other, false, Some(now))]);
    }
}
