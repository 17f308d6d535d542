//! The sum of the storage ports, and the installation that a store belongs to.

use crate::{
    error::StoreError,
    identity::IdentityStore,
    jobs::JobStore,
    people::PeopleStore,
    rights::RightsStore,
    rooms::{AdmissionStore, FirstContactStore, RoomStore, UnderwayStore},
    services::ServiceStore,
    timeline::{
        CorrectionStore, MessageStore, TimelineStore, intents::IntentStore, mine::MineStore, scheduled::ScheduledStore,
        search::SearchStore, threads::ThreadStore,
    },
    webhooks::WebhookStore,
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use uuid::Uuid;

/// Everything that the engine keeps. A host gives one; a use case takes the narrowest port.
pub trait Store:
    InstallationStore
    + IdentityStore
    + PeopleStore
    + RoomStore
    + AdmissionStore
    + FirstContactStore
    + UnderwayStore
    + TimelineStore
    + SearchStore
    + CorrectionStore
    + MessageStore
    + MineStore
    + ScheduledStore
    + IntentStore
    + ThreadStore
    + JobStore
    + WebhookStore
    + RightsStore
    + ServiceStore
    + 'static
{
}

impl<T> Store for T where
    T: InstallationStore
        + IdentityStore
        + PeopleStore
        + RoomStore
        + AdmissionStore
        + FirstContactStore
        + UnderwayStore
        + TimelineStore
        + SearchStore
        + CorrectionStore
        + MessageStore
        + MineStore
        + ScheduledStore
        + IntentStore
        + ThreadStore
        + JobStore
        + WebhookStore
        + RightsStore
        + ServiceStore
        + 'static
{
}

/// What makes a store one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Names the installation for ever: issuer and audience of its tokens.
    pub id: Uuid,
    /// Names the lineage of its numbers; changed by a restore. Cursors are good for one epoch.
    pub epoch: String,
    /// Fingerprints of the secrets that the store was used with.
    pub fingerprints: Vec<[u8; 16]>,
}

/// Keeps the installation.
#[async_trait]
pub trait InstallationStore: Send + Sync {
    /// The installation; made from `fresh` when the store is new. Atomic: nodes that start together
    /// agree.
    async fn installation(&self, fresh: Installation) -> Result<Installation, StoreError>;

    /// Adds fingerprints of secrets that are trusted from now on.
    async fn adopt(&self, fingerprints: Vec<[u8; 16]>) -> Result<(), StoreError>;

    /// Answers when the store can be read and written, with the epoch that its numbers are of now; `None`: it is nobody's.
    /// Cheap: readiness asks, and every node once a second. Another epoch than [`installation`](Self::installation) told means
    /// that the store's history is another one by now.
    async fn ping(&self) -> Result<Option<String>, StoreError>;

    /// The highest time the store was told, so that a clock that jumped back revives nothing.
    async fn last_seen(&self) -> Result<Timestamp, StoreError>;
}
