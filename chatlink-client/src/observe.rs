//! Watching a list: a snapshot, then what changed, in batches. Who is slow gets fewer and larger batches; nobody waits for
//! him, and nothing piles up.

use std::sync::Arc;
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

/// How the one list becomes the other. What is the same at both ends is kept, what lies between is put in anew.
fn changes<T: Keyed + Clone>(from: &[T], to: &[T]) -> Vec<Change<T>> {
    let same = |(a, b): &(&T, &T)| a.key() == b.key();
    let head = from.iter().zip(to).take_while(same).count();
    let tail = from[head..].iter().rev().zip(to[head..].iter().rev()).take_while(same).count();
    let mut changes = Vec::new();
    changes.extend((head..from.len() - tail).rev().map(Change::Remove));
    let inner = to.iter().enumerate().take(to.len() - tail).skip(head);
    changes.extend(inner.map(|(index, entry)| Change::Insert(index, entry.clone())));
    let ends = (0..head).map(|i| (i, i)).chain((1..=tail).rev().map(|i| (from.len() - i, to.len() - i)));
    let moved = ends.filter(|(old, new)| from[*old] != to[*new]);
    changes.extend(moved.map(|(_, new)| Change::Update(new, to[new].clone())));
    changes
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
