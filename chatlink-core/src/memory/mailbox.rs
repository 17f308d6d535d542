//! The development mailbox: codes and notices kept in memory, for people and tests to read.

use crate::{
    clock::{Clock, SystemClock},
    contact::Contact,
    identity::{CodeSender, Notice, SendError},
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Most letters kept; the oldest goes.
const KEPT: usize = 200;

/// Keeps what would have been sent: the newest 200, in memory alone. Clones share their letters.
#[derive(Clone)]
pub struct Mailbox {
    letters: Arc<Mutex<VecDeque<Letter>>>,
    clock: Arc<dyn Clock>,
}

/// What would have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// The address or number.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The whole text.
    pub text: String,
    /// The code in it.
    pub code: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }
}

impl Mailbox {
    /// An empty mailbox that dates its letters by that clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { letters: Arc::default(), clock }
    }

    /// The letters, the newest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The newest code that went to this address.
    #[must_use]
    pub fn code_for(&self, to: &str) -> Option<String> {
        self.letters().into_iter().filter(|letter| letter.to == to).find_map(|letter| letter.code)
    }

    fn keep(&self, to: &Contact, notice: &Notice) {
        let letter = Letter {
            to: to.as_str().to_owned(),
            subject: notice.subject(),
            text: notice.text(),
            code: notice.code().map(str::to_owned),
            at: self.clock.now(),
        };
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push_front(letter);
        letters.truncate(KEPT);
    }
}

#[async_trait]
impl CodeSender for Mailbox {
    async fn send(&self, to: &Contact, notice: &Notice) -> Result<(), SendError> {
        self.keep(to, notice);
        Ok(())
    }

    fn take_at_once(&self, to: &Contact, notice: &Notice) -> bool {
        self.keep(to, notice);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{MailLanguage, NoticeKind};

    #[tokio::test]
    async fn the_newest_200_are_kept_newest_first() {
        let mailbox = Mailbox::default();
        let notice =
            Notice { kind: NoticeKind::PasswordChanged, language: MailLanguage::English, product: "P".to_owned() };
        for number in 0..205 {
            let to: Contact = format!("a{number}@example.org").parse().unwrap();
            mailbox.send(&to, &notice).await.unwrap();
        }
        let letters = mailbox.letters();
        assert_eq!(letters.len(), 200);
        assert_eq!(letters[0].to, "a204@example.org");
        assert_eq!(letters[199].to, "a5@example.org");
    }
}
