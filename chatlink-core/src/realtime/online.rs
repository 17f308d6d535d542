//! One person's presence on this node: connections, and what is known of the own log.

use super::hub::Slot;
use crate::people::Privacy;
use chatlink_protocol::{UserSeq, frame::UserEvent};
use std::collections::BTreeSet;

/// Changes that are remembered as told ahead of a missing one; of more the store tells again.
const AHEAD: usize = 64;

/// The connections of one person.
#[derive(Default)]
pub(super) struct Online {
    pub(super) connections: Vec<Slot>,
    /// All changes of the own log up to here were told.
    pub(super) told: UserSeq,
    /// Told ahead of one that is missing: it may be another node's.
    ahead: BTreeSet<UserSeq>,
    /// What the person shows, and so sees, and the place in the own log up to which that is true.
    /// Until it is known the person neither shows nor sees.
    privacy: Option<(UserSeq, Privacy)>,
    /// Whether the person was taken for here: from when it is known what he shows.
    here: bool,
}

impl Online {
    /// What the person shows, once it is known.
    pub(super) fn privacy(&self) -> Option<Privacy> {
        self.privacy.map(|(_, privacy)| privacy)
    }

    /// Whether the person was taken for here.
    pub(super) const fn is_here(&self) -> bool {
        self.here
    }

    /// What the person showed to those who took him for here.
    pub(super) fn shown(&self) -> Option<Privacy> {
        self.privacy().filter(|_| self.here)
    }

    /// The account is gone: that the person went is still told, but not when.
    pub(super) fn vanish(&mut self) {
        if let Some((_, privacy)) = &mut self.privacy {
            privacy.last_seen = false;
        }
    }

    /// Takes up a change of the own log. `false`: it was told before.
    pub(super) fn note(&mut self, event: &UserEvent) -> bool {
        let seq = event.user_seq;
        if seq <= self.told || self.ahead.contains(&seq) {
            return false;
        }
        if self.ahead.len() < AHEAD || seq == self.told.next() {
            self.ahead.insert(seq);
        }
        self.catch_up(self.told);
        if event.kind == "settings"
            && let Some(privacy) = Privacy::of_settings(&event.body)
        {
            self.learn(event.user_seq, privacy);
        }
        true
    }

    /// All up to `seq` was read from the store.
    pub(super) fn catch_up(&mut self, seq: UserSeq) {
        self.told = self.told.max(seq);
        self.ahead = self.ahead.split_off(&self.told.next());
        while self.ahead.remove(&self.told.next()) {
            self.told = self.told.next();
        }
    }

    /// Takes up what was read from the store when the own log stood at `seq` or later. Answers
    /// whether the person is here from now on. A further connection says nothing of what the first one was told.
    pub(super) fn greet(&mut self, seq: UserSeq, privacy: Privacy) -> bool {
        if !self.here {
            self.catch_up(seq);
        }
        self.learn(seq, privacy);
        !std::mem::replace(&mut self.here, true)
    }

    fn learn(&mut self, seq: UserSeq, privacy: Privacy) {
        if self.privacy.is_none_or(|(known, _)| seq >= known) {
            self.privacy = Some((seq, privacy));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(seq: u64, read_receipts: bool) -> UserEvent {
        let body = json!({ "typing": true, "read_receipts": read_receipts, "online": true, "last_seen": true });
        UserEvent { user_seq: UserSeq(seq), kind: "settings".to_owned(), subject: String::new(), body }
    }

    fn hidden() -> Privacy {
        Privacy { read_receipts: false, ..Privacy::default() }
    }

    #[test]
    fn nothing_is_shown_before_it_is_known() {
        let mut online = Online::default();
        assert_eq!((online.privacy(), online.shown()), (None, None));
        online.note(&settings(1, true));
        assert_eq!(online.shown(), None, "not greeted yet");
        assert!(online.greet(UserSeq(1), Privacy::default()));
        assert!(!online.greet(UserSeq(1), Privacy::default()), "here already");
        assert_eq!(online.shown(), Some(Privacy::default()));
    }

    #[test]
    fn the_newest_switches_stand_whatever_else_is_told_between() {
        let mut online = Online::default();
        online.note(&UserEvent { kind: "read".to_owned(), ..settings(9, true) });
        online.greet(UserSeq(4), hidden());
        assert_eq!(online.privacy(), Some(hidden()), "read receipts told at 9 say nothing of switches");
        online.note(&settings(12, true));
        online.greet(UserSeq(11), hidden());
        assert_eq!(online.privacy(), Some(Privacy::default()));
        assert_eq!(online.told, UserSeq(4), "5 to 8 were told to no connection that was there before them");
    }

    #[test]
    fn what_is_missing_is_not_passed_over() {
        let mut online = Online::default();
        let mut note = |seq| (online.note(&settings(seq, true)), online.told.0);
        assert_eq!([note(1), note(3), note(4), note(3)], [(true, 1), (true, 1), (true, 1), (false, 1)]);
        assert_eq!(note(2), (true, 4), "with all that was told ahead");
        online.note(&settings(6, true));
        // The fifth is not in the log any more: a later change of the same thing took its place.
        online.catch_up(UserSeq(6));
        assert_eq!(online.told, UserSeq(6));
    }
}
