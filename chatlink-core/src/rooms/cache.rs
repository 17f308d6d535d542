//! What decisions need of the rooms that are busy now. Optimistic: an entry may be old, and then
//! the store answers stale.

use super::{Authz, RoomKind};
use crate::{context::Context, error::StoreError};
use chatlink_protocol::{RoomId, UserId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Entries of one generation; two are held.
const GENERATION: usize = 4_096;

/// Two generations: what is used moves to the young one, and when that is full the old one goes.
#[derive(Default)]
pub(crate) struct AuthzCache {
    state: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<RoomId, Arc<Authz>>,
    old: HashMap<RoomId, Arc<Authz>>,
    /// How often a room was forgotten.
    forgotten: u64,
}

impl AuthzCache {
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The room as known here, or as the store has it. `None`: no such room.
    pub(crate) async fn load(&self, context: &Context, room: RoomId) -> Result<Option<Arc<Authz>>, StoreError> {
        if let Some(known) = self.find(room) {
            return Ok(Some(known));
        }
        self.reload(context, room).await
    }

    /// The room as the store has it now, whatever was known.
    pub(crate) async fn reload(&self, context: &Context, room: RoomId) -> Result<Option<Arc<Authz>>, StoreError> {
        let before = self.lock().forgotten;
        let loaded = context.observe(context.store.load_authz(room).await)?.map(Arc::new);
        if let Some(authz) = &loaded {
            self.keep(authz.clone(), before);
        }
        Ok(loaded)
    }

    /// Forgets a room: its next decision reads the store.
    pub(crate) fn forget(&self, room: RoomId) {
        let mut state = self.lock();
        state.forgotten += 1;
        state.young.remove(&room);
        state.old.remove(&room);
    }

    /// Forgets the direct room of two people: a block changed what holds between them.
    pub(crate) fn forget_pair(&self, one: UserId, other: UserId) {
        let mut state = self.lock();
        state.forgotten += 1;
        let both = |authz: &Authz| authz.members.contains_key(&one) && authz.members.contains_key(&other);
        let is_theirs = |authz: &Arc<Authz>| authz.kind == RoomKind::Direct && both(authz);
        state.young.retain(|_, authz| !is_theirs(authz));
        state.old.retain(|_, authz| !is_theirs(authz));
    }

    fn find(&self, room: RoomId) -> Option<Arc<Authz>> {
        let mut state = self.lock();
        if let Some(found) = state.young.get(&room) {
            return Some(found.clone());
        }
        let found = state.old.remove(&room)?;
        state.young.insert(room, found.clone());
        Some(found)
    }

    /// Keeps what was read, unless a room was forgotten meanwhile: it might be this one, as it was.
    fn keep(&self, authz: Arc<Authz>, before: u64) {
        let mut state = self.lock();
        if state.forgotten != before {
            return;
        }
        if state.young.len() >= GENERATION {
            state.old = std::mem::take(&mut state.young);
        }
        state.young.insert(authz.room_id, authz);
    }
}
