//! The storage port of messages that wait for their time.

use crate::{
    error::StoreError,
    timeline::{Sending, Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{AskedPoll, ClientId, EventId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Messages of one person that wait, those that failed counted.
pub const SCHEDULED: u32 = 100;

/// What a message that waits will say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledWords {
    /// The words.
    pub text: String,
    /// The message they answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<EventId>,
    /// Members whom they name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentions: Vec<UserId>,
    /// Whether they name all members.
    #[serde(default)]
    pub mentions_all: bool,
    /// Seconds until they are gone, from when they are sent on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_in: Option<u64>,
    /// Makes a poll of them: they are its question. Its time begins when they are sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub poll: Option<AskedPoll>,
    /// The message in whose thread they are said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<EventId>,
}

impl ScheduledWords {
    /// As what they are sent, under that name: the same request at every try.
    #[must_use]
    pub fn sending(self, client_id: ClientId) -> Sending {
        let Self { text, reply_to, mentions, mentions_all, expires_in, poll, thread } = self;
        let text = Some(text);
        Sending { client_id, text, forward: None, reply_to, expires_in, mentions, mentions_all, poll, thread }
    }
}

/// A message that waits for its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledRow {
    /// Who will send it.
    pub user_id: UserId,
    /// The sender's name for it, now and when it is sent.
    pub client_id: ClientId,
    /// Where.
    pub room_id: RoomId,
    /// What it will say.
    pub words: ScheduledWords,
    /// When.
    pub send_at: Timestamp,
    /// The name of the error code for which it was not sent; it is not tried again.
    pub failed: Option<String>,
}

/// What became of a change of a message that waits.
#[derive(Clone, Debug, PartialEq)]
pub enum Scheduled {
    /// Done, and told.
    Done(Vec<Told>),
    /// There is none of this name.
    Unknown,
    /// It is being sent: too late.
    Sending,
    /// As many wait as may.
    Full,
}

/// What became of a message that was taken for being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settling {
    /// It is sent, and forgotten here.
    Sent,
    /// It failed for good, for the error code of this name.
    Failed(&'static str),
    /// It could not be sent yet: it waits again, at least until then, and can be changed and cancelled meanwhile.
    Later(Timestamp),
}

/// The note that something of a person's waiting messages changed: one row of his log, whatever it was.
#[must_use]
pub fn note(user_id: UserId) -> UserNote {
    UserNote { user_id, kind: "scheduled", subject: "all".to_owned(), body: serde_json::json!({}) }
}

/// Keeps messages that wait. All of a person's go with the account.
#[async_trait]
pub trait ScheduledStore: Send + Sync {
    /// Keeps a message until its time, or changes the one of this name, a failed one too; at most [`SCHEDULED`] a
    /// person, and of a deleted account none. Atomic, idempotent.
    async fn schedule(&self, row: ScheduledRow) -> Result<Scheduled, StoreError>;

    /// Forgets a message that waits or failed. Atomic.
    async fn cancel_scheduled(&self, user: UserId, client_id: ClientId) -> Result<Scheduled, StoreError>;

    /// The person's messages that wait or failed, the next one first, then by name.
    async fn list_scheduled(&self, user: UserId, limit: u32) -> Result<Vec<ScheduledRow>, StoreError>;

    /// Takes up to `limit` messages whose time has come for being sent, the oldest first: those that did not fail, and
    /// that nobody took after `since`, nor were put off beyond `now`. Taken once, whoever asks at the same time; the
    /// claim's name is `now`. Atomic.
    async fn claim_scheduled(
        &self,
        limit: u32,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ScheduledRow>, StoreError>;

    /// What became of the one that was taken at `claimed_at`. Who was so slow that it was taken anew, or changed,
    /// settles nothing. A message that is put off is told to nobody. Atomic.
    async fn settle_scheduled(
        &self,
        user: UserId,
        client_id: ClientId,
        claimed_at: Timestamp,
        settling: Settling,
    ) -> Result<Vec<Told>, StoreError>;
}
