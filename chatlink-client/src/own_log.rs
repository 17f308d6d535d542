//! How far the person's own log is known: what the socket tells of it is a hint, and a hole is read from the log itself.

use crate::api::LogPage;
use chatlink_protocol::{UserSeq, frame::UserEvent};

/// Changes that are remembered while the log is read; above it the log is read again.
const MAX_AHEAD: usize = 1_000;

/// The place in the own log.
#[derive(Debug, Default)]
pub(crate) struct OwnLog {
    /// Everything up to there was heard.
    seq: UserSeq,
    head: UserSeq,
    asked: bool,
    /// What came while the log was read, which may be newer than the answer.
    ahead: Vec<UserEvent>,
}

impl OwnLog {
    /// Everything up to there was heard before.
    pub(crate) fn at(seq: UserSeq) -> Self {
        Self { seq, head: seq, ..Self::default() }
    }

    pub(crate) const fn seq(&self) -> UserSeq {
        self.seq
    }

    /// The log is known to reach there.
    pub(crate) fn reach(&mut self, head: UserSeq) {
        self.head = self.head.max(head);
    }

    /// A change was told. It holds whatever is missing before it: each says how its subject stands.
    pub(crate) fn receive(&mut self, event: &UserEvent) {
        self.reach(event.user_seq);
        if event.user_seq == UserSeq(self.seq.0 + 1) {
            self.seq = event.user_seq;
        }
        if self.asked && self.ahead.len() < MAX_AHEAD {
            self.ahead.push(event.clone());
        }
    }

    /// After which place the log is to be read now. It counts as asked until it is answered or failed.
    pub(crate) fn ask(&mut self) -> Option<UserSeq> {
        (self.head > self.seq && !std::mem::replace(&mut self.asked, true)).then_some(self.seq)
    }

    pub(crate) fn failed(&mut self) {
        self.asked = false;
        self.ahead.clear();
    }

    /// A part of the log was read: what is to be taken in now, in this order.
    pub(crate) fn filled(&mut self, page: LogPage) -> Vec<UserEvent> {
        self.asked = false;
        self.reach(page.user_seq);
        let whole = page.items.last().is_none_or(|last| last.user_seq >= page.user_seq);
        let upto = if whole { page.user_seq } else { page.items.last().map_or(page.user_seq, |last| last.user_seq) };
        // What was told meanwhile and does not go on from here is read the next time.
        let ahead = std::mem::take(&mut self.ahead);
        self.seq = self.seq.max(upto);
        for event in &ahead {
            if event.user_seq == UserSeq(self.seq.0 + 1) {
                self.seq = event.user_seq;
            }
        }
        page.items.into_iter().chain(ahead).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn change(seq: u64) -> UserEvent {
        UserEvent { user_seq: UserSeq(seq), kind: "prefs".to_owned(), subject: seq.to_string(), body: Value::Null }
    }

    #[test]
    fn a_hole_is_read_and_what_came_meanwhile_is_taken_in_after_it() {
        let mut log = OwnLog::at(UserSeq(3));
        log.receive(&change(4));
        assert_eq!((log.seq(), log.ask()), (UserSeq(4), None));
        log.receive(&change(7));
        assert_eq!((log.seq(), log.ask(), log.ask()), (UserSeq(4), Some(UserSeq(4)), None));
        log.receive(&change(9));
        let page = LogPage { items: vec![change(6), change(7)], user_seq: UserSeq(8) };
        let taken: Vec<u64> = log.filled(page).iter().map(|event| event.user_seq.0).collect();
        assert_eq!((taken, log.seq()), (vec![6, 7, 9], UserSeq(7)));
        assert_eq!(log.ask(), Some(UserSeq(7)), "a page may end before the head");
        let _ = log.filled(LogPage { items: Vec::new(), user_seq: UserSeq(9) });
        assert_eq!((log.seq(), log.ask()), (UserSeq(9), None));
    }
}
