//! Contact lists in memory.

use super::MemoryStore;
use crate::{
    error::StoreError,
    people::{ContactListStore, Keep, Kept, KeptRow, MAX_KEPT},
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};
use std::collections::BTreeMap;

/// By owner and person: the words, and since when.
pub(super) type ContactLists = BTreeMap<(UserId, UserId), (String, Timestamp)>;

#[async_trait]
impl ContactListStore for MemoryStore {
    async fn keep(&self, keep: Keep, now: Timestamp) -> Result<Kept, StoreError> {
        let state = &mut *self.lock();
        let Keep { owner, user_id, note, told } = keep;
        let absent = state.identity.active_username(user_id).is_none() || state.identity.is_deleted(owner);
        if absent || state.people.is_blocked(owner, user_id) {
            return Ok(Kept::NoUser);
        }
        // One who blocks leaves the list as one does whose account is deleted.
        let seen = |(of, user): &&(UserId, UserId)| {
            *of == owner && !state.people.is_blocked(owner, *user) && state.identity.active_username(*user).is_some()
        };
        let full = state.people.contact_lists.keys().filter(seen).count() >= MAX_KEPT as usize;
        let lists = &mut state.people.contact_lists;
        match lists.get_mut(&(owner, user_id)) {
            Some((words, _)) if words == note.as_str() => return Ok(Kept::Already),
            Some((words, _)) => *words = note.as_str().to_owned(),
            None if full => return Ok(Kept::TooMany),
            None => drop(lists.insert((owner, user_id), (note.as_str().to_owned(), now))),
        }
        Ok(Kept::Done(state.timeline.note(vec![told])))
    }

    async fn let_go(&self, owner: UserId, user_id: UserId, told: UserNote) -> Result<Vec<Told>, StoreError> {
        let state = &mut *self.lock();
        state.people.contact_lists.remove(&(owner, user_id));
        Ok(state.timeline.note(vec![told]))
    }

    async fn list_kept(&self, owner: UserId, only: Option<UserId>) -> Result<Vec<KeptRow>, StoreError> {
        let state = self.lock();
        let mine = state.people.contact_lists.iter().filter(|((of, user), _)| {
            *of == owner && only.is_none_or(|only| only == *user) && !state.people.is_blocked(owner, *user)
        });
        let row = |((_, user), (note, kept_at)): (&(UserId, UserId), &(String, Timestamp))| {
            let brief = state.brief(*user)?;
            Some(KeptRow { brief, note: note.clone(), kept_at: *kept_at })
        };
        Ok(mine.filter_map(row).collect())
    }
}
