//! What is kept of rooms, people and timelines: in batches, a moment after it changed.

use super::Engine;
use crate::{
    Strand,
    api::Profile,
    cache::{Batch, Place, TimelineChange},
};
use chatlink_protocol::{Item, Seq, UserId};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// How long what changed may wait for what changes after it.
const SOON: Duration = Duration::from_millis(500);
/// Items of a timeline that are kept.
const ITEMS: usize = 100;
/// People that wait to be kept.
const PEOPLE: usize = 500;

/// What is on the device by now, and what is to come.
#[derive(Default)]
pub(super) struct Saved {
    place: Option<Place>,
    due: Option<Instant>,
    /// Another lineage began: nothing on the device holds.
    anew: bool,
    /// With a main timeline all threads of its room.
    forget: BTreeSet<Strand>,
    people: BTreeMap<UserId, Profile>,
}

impl Saved {
    pub(super) fn new(place: Option<Place>) -> Self {
        Self { place, ..Self::default() }
    }

    /// When the next batch is due.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What is kept of this timeline does not hold any more, nor, of a main timeline, of all threads of its room.
    pub(super) fn forget(&mut self, strand: Strand) {
        self.forget.insert(strand);
    }

    pub(super) fn forget_all(&mut self) {
        self.anew = true;
    }

    /// Whether what is kept of a timeline holds.
    pub(super) fn holds(&self, strand: Strand) -> bool {
        let forgotten = [strand, strand.room.into()].iter().any(|known| self.forget.contains(known));
        !self.anew && !forgotten
    }

    pub(super) fn see(&mut self, people: Vec<Profile>) {
        let places = PEOPLE.saturating_sub(self.people.len());
        self.people.extend(people.into_iter().take(places).map(|profile| (profile.id, profile)));
    }
}

impl Engine {
    /// The person as he was seen last.
    pub(super) async fn person(&mut self, id: UserId) -> Option<Profile> {
        match self.saved.people.get(&id) {
            Some(profile) => Some(profile.clone()),
            None => self.views.person(id).await,
        }
    }

    pub(super) async fn save_if_due(&mut self) {
        if !self.has_changed() {
            self.saved.due = None;
            return;
        }
        let due = *self.saved.due.get_or_insert_with(|| Instant::now() + SOON);
        if due <= Instant::now() {
            self.save().await;
        }
    }

    fn has_changed(&self) -> bool {
        let saved = &self.saved;
        let window =
            self.windows.iter().any(|(strand, open)| self.rooms.head(strand.room).is_some() && open.is_to_be_saved());
        let other = saved.anew || !saved.forget.is_empty() || !saved.people.is_empty();
        let place = || !saved.place.as_ref().is_some_and(|place| self.stands_at(place));
        self.views.is_open() && self.epoch.is_some() && (other || window || self.rooms.has_changed() || place())
    }

    fn stands_at(&self, place: &Place) -> bool {
        let log = (place.user_seq, &place.blocked) == (self.own_log.seq(), self.rooms.blocked());
        log && self.epoch.as_ref() == Some(&place.epoch)
    }

    fn place(&self) -> Option<Place> {
        let epoch = self.epoch.clone()?;
        Some(Place { epoch, user_seq: self.own_log.seq(), blocked: self.rooms.blocked().clone() })
    }

    /// Writes what changed, all of it in one transaction.
    pub(super) async fn save(&mut self) {
        self.saved.due = None;
        if self.epoch.is_none() || !self.views.is_open() {
            return;
        }
        if std::mem::take(&mut self.saved.anew) {
            self.begin_anew().await;
        }
        let place = self.place().filter(|place| self.saved.place.as_ref() != Some(place));
        let forget = std::mem::take(&mut self.saved.forget);
        let people = std::mem::take(&mut self.saved.people);
        let mut timelines = Vec::new();
        for (strand, open) in &mut self.windows {
            if forget.contains(strand) || forget.contains(&strand.room.into()) {
                open.saved = None;
            }
            let known = self.rooms.head(strand.room).is_some();
            let Some(as_of) = open.window.true_at().filter(|_| known && open.is_to_be_saved()) else { continue };
            let list = open.list.borrow().clone();
            let saved = open.saved.take();
            let has_before = open.window.has_before() || list.len() > ITEMS;
            timelines.push(change(*strand, as_of, has_before, saved.as_deref().map(Vec::as_slice), &list));
            open.saved = Some(list);
        }
        let batch = Batch {
            place: place.clone(),
            rooms: self.rooms.take_changed(),
            timelines,
            forget: forget.into_iter().collect(),
            people: people.into_values().collect(),
        };
        if self.views.write(batch).await {
            self.saved.place = place.or(self.saved.place.take());
        } else {
            self.all_to_be_saved();
        }
    }

    async fn begin_anew(&mut self) {
        self.views.begin_anew().await;
        self.all_to_be_saved();
    }

    /// The device has nothing by now.
    fn all_to_be_saved(&mut self) {
        self.saved.place = None;
        self.rooms.all_changed();
        self.windows.values_mut().for_each(|open| open.saved = None);
    }
}

fn newest(items: &[Item]) -> &[Item] {
    &items[items.len().saturating_sub(ITEMS)..]
}

/// What makes the one list of the other.
fn change(strand: Strand, as_of: Seq, has_before: bool, saved: Option<&[Item]>, items: &[Item]) -> TimelineChange {
    let (before, items) = (newest(saved.unwrap_or_default()), newest(items));
    let before: BTreeMap<_, _> = before.iter().map(|item| (item.seq, item)).collect();
    let now: BTreeSet<_> = items.iter().map(|item| item.seq).collect();
    let put = items.iter().filter(|item| before.get(&item.seq) != Some(item)).cloned().collect();
    let remove = before.into_keys().filter(|seq| !now.contains(seq)).collect();
    TimelineChange { strand, as_of, has_before, anew: saved.is_none(), put, remove }
}
