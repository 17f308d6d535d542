//! Presence: who is here, told to those who watch.

use super::{
    hub::{Hub, encode},
    queue::Queue,
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

/// The most people that one connection may watch.
pub(super) const WATCHED: usize = 200;
/// How long a person may be away before the others are told: a reload is no absence.
const GRACE: Duration = Duration::from_secs(20);
/// How often changes are told.
const TICK: Duration = Duration::from_millis(250);

/// Comings and goings, and who wants to know of them.
#[derive(Default)]
pub(super) struct Presences {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the person watched.
    watchers: HashMap<UserId, Vec<Watcher>>,
    /// What each connection watches, by its queue's address: a queue outlives its entry here.
    watched: HashMap<usize, Vec<UserId>>,
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
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first connection of a person is there, and it is known what he shows.
    pub(super) fn came(&self, user: UserId) {
        let mut state = self.lock();
        if state.went.remove(&user).is_none() {
            state.came.insert(user);
        }
    }

    /// The last connection of a person is gone; `privacy`: what he showed.
    pub(super) fn went(&self, user: UserId, privacy: Privacy) {
        let mut state = self.lock();
        if !privacy.online {
            state.came.remove(&user);
            return;
        }
        // One who came and went between two ticks was never told: the others still think him away.
        if !state.came.remove(&user) {
            state.went.insert(user, Went { at: None, tells_when: privacy.last_seen });
        }
    }

    /// Replaces what a connection watches.
    pub(super) fn watch(&self, me: UserId, queue: &Arc<Queue>, users: &[UserId]) {
        let mut state = self.lock();
        unwatch(&mut state, queue);
        for user in users {
            state.watchers.entry(*user).or_default().push(Watcher { user: me, queue: queue.clone() });
        }
        state.watched.insert(address(queue), users.to_vec());
    }

    /// Forgets a connection.
    pub(super) fn forget(&self, queue: &Arc<Queue>) {
        unwatch(&mut self.lock(), queue);
    }

    /// Takes the changes that are due, of those who are watched.
    fn due(&self, now: Timestamp) -> Vec<(UserId, bool, Option<Timestamp>)> {
        let mut state = self.lock();
        let mut due: Vec<_> = state.came.drain().map(|user| (user, true, None)).collect();
        state.went.retain(|user, went| {
            let at = *went.at.get_or_insert(now);
            let over = now.since(at) >= GRACE;
            if over {
                due.push((*user, false, went.tells_when.then_some(at)));
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
    }
}

/// Tells those who watch a person and show themselves, too: switches bind both ways.
fn tell(hub: &Hub, user_id: UserId, online: bool, last_seen_at: Option<Timestamp>) {
    // Who went was seen here before, and is told of as he was then.
    if online && !hub.privacy(user_id).is_some_and(|privacy| privacy.online) {
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
