//! Watching a list: a snapshot, then what changed, in batches. Who is slow gets fewer and larger batches; nobody waits for
//! him, and nothing piles up.

use std::{ops::Range, sync::Arc};
use tokio::sync::watch;

/// Something with a name that stays when it changes.
pub trait Keyed: PartialEq {
    /// The name.
    type Key: PartialEq;

    /// Its name.
    fn key(&self) -> Self::Key;
}

/// One change of a list. Those of a batch are made one after the other.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<T> {
    /// Something is put in before this index.
    Insert(usize, T),
    /// What stands there is another version of itself.
    Update(usize, T),
    /// What stands there goes.
    Remove(usize),
}

/// Somebody who watches a list.
#[derive(Clone, Debug)]
pub struct Watched<T> {
    seen: Arc<Vec<T>>,
    list: watch::Receiver<Arc<Vec<T>>>,
}

impl<T: Keyed + Clone> Watched<T> {
    pub(crate) fn new(mut list: watch::Receiver<Arc<Vec<T>>>) -> Self {
        let seen = list.borrow_and_update().clone();
        Self { seen, list }
    }

    /// The list as it was told last.
    #[must_use]
    pub fn snapshot(&self) -> &[T] {
        &self.seen
    }

    /// Waits for what changed since. `None`: nothing changes any more, the client is gone. Safe to be dropped at any time.
    pub async fn next(&mut self) -> Option<Vec<Change<T>>> {
        loop {
            self.list.changed().await.ok()?;
            let now = self.list.borrow_and_update().clone();
            let changes = changes(&self.seen, &now);
            self.seen = now;
            if !changes.is_empty() {
                return Some(changes);
            }
        }
    }
}

/// Between the ends that are the same so many entries at most are looked at one by one.
const MANY: usize = 1_000;

/// How the one list becomes the other: what keeps its place among the others stays, and the rest is put in anew.
fn changes<T: Keyed + Clone>(from: &[T], to: &[T]) -> Vec<Change<T>> {
    let same = |(a, b): &(&T, &T)| a.key() == b.key();
    let head = from.iter().zip(to).take_while(same).count();
    let tail = from[head..].iter().rev().zip(to[head..].iter().rev()).take_while(same).count();
    let (old, new) = (head..from.len() - tail, head..to.len() - tail);
    let mut stays: Vec<(usize, usize)> = (0..head).map(|i| (i, i)).collect();
    if old.len().max(new.len()) <= MANY {
        stays.extend(in_order(from, to, old, new));
    }
    stays.extend((1..=tail).rev().map(|i| (from.len() - i, to.len() - i)));

    let mut changes = Vec::new();
    let mut kept = stays.iter().rev().map(|(old, _)| *old).peekable();
    changes.extend((0..from.len()).rev().filter(|old| kept.next_if_eq(old).is_none()).map(Change::Remove));
    let mut kept = stays.iter().map(|(_, new)| *new).peekable();
    let put_in = to.iter().enumerate().filter(|(new, _)| kept.next_if_eq(new).is_none());
    changes.extend(put_in.map(|(index, entry)| Change::Insert(index, entry.clone())));
    let others = stays.into_iter().filter(|(old, new)| from[*old] != to[*new]);
    changes.extend(others.map(|(_, new)| Change::Update(new, to[new].clone())));
    changes
}

/// Of the entries that stand in both parts as many as stand in the same order in both: pairs of places, rising.
fn in_order<T: Keyed>(from: &[T], to: &[T], old: Range<usize>, new: Range<usize>) -> Vec<(usize, usize)> {
    let keys: Vec<T::Key> = from[old.clone()].iter().map(Keyed::key).collect();
    let mut used = vec![false; keys.len()];
    let mut pairs = Vec::new();
    for index in new {
        let key = to[index].key();
        if let Some(place) = (0..keys.len()).find(|place| !used[*place] && keys[*place] == key) {
            used[place] = true;
            pairs.push((old.start + place, index));
        }
    }
    // The longest rising part: of each length the one that ends lowest, and who came before whom.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (index, (place, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *place);
        before[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut rising: Vec<_> = std::iter::successors(ends.last().copied(), |index| before[*index]).collect();
    rising.reverse();
    rising.into_iter().map(|index| pairs[index]).collect()
}

/// Makes the changes of a batch. Indices that lie outside are passed over.
pub fn apply<T>(list: &mut Vec<T>, batch: Vec<Change<T>>) {
    for change in batch {
        match change {
            Change::Insert(index, entry) => list.insert(index.min(list.len()), entry),
            Change::Update(index, entry) => {
                if let Some(place) = list.get_mut(index) {
                    *place = entry;
                }
            }
            Change::Remove(index) => {
                if index < list.len() {
                    list.remove(index);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Keyed for (u8, u8) {
        type Key = u8;

        fn key(&self) -> u8 {
            self.0
        }
    }

    proptest! {
        #[test]
        fn a_batch_makes_the_one_list_of_the_other(
            from in prop::collection::vec((0_u8..8, 0_u8..2), 0..12),
            to in prop::collection::vec((0_u8..8, 0_u8..2), 0..12),
        ) {
            let mut list = from.clone();
            apply(&mut list, changes(&from, &to));
            prop_assert_eq!(list, to);
        }
    }

    #[test]
    fn what_moves_is_taken_out_and_put_in_and_the_rest_stays() {
        let list = |keys: [u8; 5]| keys.map(|key| (key, 0)).to_vec();
        let moved = changes(&list([1, 2, 3, 4, 5]), &list([4, 1, 2, 3, 5]));
        assert_eq!(moved, [Change::Remove(3), Change::Insert(0, (4, 0))]);
        let down = changes(&list([1, 2, 3, 4, 5]), &list([2, 3, 4, 1, 5]));
        assert_eq!(down, [Change::Remove(0), Change::Insert(3, (1, 0))]);
    }

    #[tokio::test]
    async fn who_is_slow_gets_one_batch_of_all() {
        let (tell, list) = watch::channel(Arc::new(vec![(1, 0)]));
        let mut watched = Watched::new(list);
        assert_eq!(watched.snapshot(), [(1, 0)]);
        for now in [vec![(1, 0), (2, 0)], vec![(1, 0)], vec![(1, 1), (3, 0)]] {
            tell.send_replace(Arc::new(now));
        }
        assert_eq!(watched.next().await, Some(vec![Change::Insert(1, (3, 0)), Change::Update(0, (1, 1))]));
        drop(tell);
        assert_eq!(watched.next().await, None);
    }
}
