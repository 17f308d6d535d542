//! The storage port of intents.

use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::{ClientId, EventId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Rejected intents of one page at most.
pub const REJECTED_LIMIT: u32 = 200;

/// A message that a host posts with its own rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The host's name for it: posted again under the same name by the same sender in the same room, it is the same
    /// message.
    pub client_id: ClientId,
    /// Where.
    pub room_id: RoomId,
    /// Who says it; nobody: the host itself, as [`System`](crate::host::System) does.
    pub sender_id: Option<UserId>,
    /// What it says.
    pub body: IntentBody,
}

impl Intent {
    /// Plain words.
    #[must_use]
    pub fn words(client_id: ClientId, room_id: RoomId, sender_id: Option<UserId>, text: &str) -> Self {
        Self { client_id, room_id, sender_id, body: IntentBody { text: text.to_owned(), ..IntentBody::default() } }
    }
}

/// What an intent says: the JSON of the column `body`. A member that is not here makes it malformed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentBody {
    /// The words, as a message has them.
    pub text: String,
    /// The message they answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<EventId>,
    /// The message in whose thread they stand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<EventId>,
    /// Members whom they name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentions: Vec<UserId>,
    /// Whether they name all members.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub mentions_all: bool,
    /// Seconds until they are gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_in: Option<u64>,
}

/// An intent as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentRow {
    /// Its number, in the order of inserting.
    pub number: u64,
    /// The host's name for it.
    pub client_id: ClientId,
    /// Where.
    pub room_id: RoomId,
    /// Who says it; nobody: the host itself.
    pub sender_id: Option<UserId>,
    /// The JSON of an [`IntentBody`], as the host wrote it.
    pub body: String,
}

/// What became of an intent that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentEnd {
    /// It is a message now, and forgotten here.
    Sent,
    /// It never becomes one, for the error code of this name. Its words are erased; the rest stays until the host
    /// [forgets](IntentStore::forget_rejected) it.
    Rejected(&'static str),
    /// It could not be sent yet, and waits again.
    Later,
}

/// An intent that became no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedIntent {
    /// Its number, in the order of inserting.
    pub number: u64,
    /// The host's name for it.
    pub client_id: ClientId,
    /// Where.
    pub room_id: RoomId,
    /// Who would have said it; nobody: the host itself.
    pub sender_id: Option<UserId>,
    /// The name of the error code.
    pub code: String,
    /// When.
    pub at: Timestamp,
}

/// Keeps intents. A host inserts them by itself; [`post_intent`](Self::post_intent) is for one that has no
/// transaction of its own.
#[async_trait]
pub trait IntentStore: Send + Sync {
    /// Inserts an intent, in a transaction of its own.
    async fn post_intent(&self, intent: Intent) -> Result<(), StoreError>;

    /// Takes up to `limit` committed intents that nobody took after `since`, by number. Of a room none is taken while
    /// an earlier one of it is with somebody else, so that its order stays. Taken once, whoever asks at the same time;
    /// the claim's name is `now`. Waits for no transaction of a host. Atomic.
    async fn claim_intents(&self, limit: u32, since: Timestamp, now: Timestamp) -> Result<Vec<IntentRow>, StoreError>;

    /// What became of those that were taken at `claimed_at`. Who was so slow that they were taken anew settles nothing.
    /// Atomic.
    async fn settle_intents(
        &self,
        claimed_at: Timestamp,
        ends: Vec<(u64, IntentEnd)>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Rejected intents above a number, ascending; at most `limit`.
    async fn list_rejected(&self, after: u64, limit: u32) -> Result<Vec<RejectedIntent>, StoreError>;

    /// Forgets rejected intents. Idempotent.
    async fn forget_rejected(&self, numbers: Vec<u64>) -> Result<(), StoreError>;
}
