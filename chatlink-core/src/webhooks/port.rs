//! The storage port of webhooks.

use super::{
    secret::SealedSecrets,
    webhook::{Failing, WebhookId, WebhookRow, WebhookState},
};
use crate::{
    error::StoreError,
    jobs::{JobLease, NewJob},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Seq};

/// The kind of a webhook's job; its key is the webhook's id.
pub const JOB: &str = "chatlink.webhook";

/// A room of which a webhook may have something to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRoom {
    /// Which.
    pub room_id: RoomId,
    /// How far it was told.
    pub sent: Seq,
    /// The end of a delivery that was begun, and of which nobody knows whether it was taken.
    pub until: Option<Seq>,
}

/// A delivery that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Of which room.
    pub room_id: RoomId,
    /// The last seq in it.
    pub until: Seq,
}

/// Keeps webhooks, and how far each was told of each room. [`append`](crate::timeline::TimelineStore::append) notes in its
/// transaction that the rooms it writes to are due for every webhook, whatever its state.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// Adds a webhook with its job, unless there are [`WEBHOOKS`](super::WEBHOOKS): then `false`. Of each room all that is
    /// committed by then counts as told. Atomic.
    async fn create_webhook(&self, row: WebhookRow, job: NewJob) -> Result<bool, StoreError>;

    /// The webhook. `None`: there is none of that id.
    async fn find_webhook(&self, id: WebhookId) -> Result<Option<WebhookRow>, StoreError>;

    /// All of them, the oldest first.
    async fn list_webhooks(&self) -> Result<Vec<WebhookRow>, StoreError>;

    /// Turns it active, paused or disabled; what was failing is forgotten. `false`: there is none of that id. Idempotent.
    async fn set_webhook_state(&self, id: WebhookId, state: WebhookState) -> Result<bool, StoreError>;

    /// Notes how it fails, or that it does not, and the state that follows. `false`, and nothing: it is not active any more.
    async fn note_webhook(&self, id: WebhookId, failing: Failing, state: WebhookState) -> Result<bool, StoreError>;

    /// Changes its secrets, if its current one is `before`, sealed as it stands there; else `false`.
    async fn replace_webhook_secrets(
        &self,
        id: WebhookId,
        before: Vec<u8>,
        secrets: SealedSecrets,
    ) -> Result<bool, StoreError>;

    /// Removes it with its job and all that was kept of it. `false`: there is none of that id. Atomic.
    async fn delete_webhook(&self, id: WebhookId) -> Result<bool, StoreError>;

    /// Rooms that are due for it, in an order of the store's own, those behind `after`; at most `limit`.
    async fn due_rooms(&self, id: WebhookId, after: Option<RoomId>, limit: u32) -> Result<Vec<DueRoom>, StoreError>;

    /// Keeps the ends of deliveries before they go out; of one that was begun before, its end stays. `false`, and nothing:
    /// the webhook is not active, or its job is not leased under this token. Atomic.
    async fn begin_deliveries(&self, id: WebhookId, lease: JobLease, begun: Vec<Begun>) -> Result<bool, StoreError>;

    /// Moves the cursors of rooms to the end of a delivery that was taken, where that one was begun and is not over; and
    /// notes that the room is not due any more where nothing lies behind its cursor, also of one that has no delivery.
    /// Atomic, and never beside an append to these rooms.
    async fn settle_deliveries(&self, id: WebhookId, taken: Vec<Begun>) -> Result<(), StoreError>;

    /// Looks at up to `limit` rooms behind `after`, in an order of the store's own, and notes as due those whose log goes
    /// on behind the cursor: whoever appended may have been of a version that notes nothing. Answers the last one looked
    /// at; `None`: there are no more.
    async fn sweep_webhook(
        &self,
        id: WebhookId,
        after: Option<RoomId>,
        limit: u32,
    ) -> Result<Option<RoomId>, StoreError>;

    /// How many rooms are due for it, counted up to `most`.
    async fn count_due(&self, id: WebhookId, most: u32) -> Result<u32, StoreError>;
}
