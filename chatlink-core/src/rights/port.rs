//! What stores promise about deleting an account, and about what only an export reads.

use crate::{
    contact::ContactKind,
    error::StoreError,
    identity::{Settled, WonLogin},
    jobs::NewJob,
    people::NewReport,
    settings::CodeLimits,
};
use async_trait::async_trait;
use chatlink_protocol::{
    ClientId, CorrectionState, CorrectionWords, EventId, Poll, RoomId, Seq, SessionId, Timestamp, UserId,
};
use std::time::Duration;

/// Contacts, usernames and hosts' names of a deleted account are kept from everybody this long.
pub const DEPARTED_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// An account to be deleted.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// Whose.
    pub user_id: UserId,
    /// On whose word.
    pub by: Deletor,
    /// Its contacts, each with the keyed hash that it is recognised by until `kept_until`.
    pub contacts: Vec<(ContactKind, String, [u8; 32])>,
    /// Until when nobody else gets its contacts and names.
    pub kept_until: Timestamp,
    /// What goes on afterwards; written with the deletion.
    pub job: NewJob,
}

/// Who may delete an account.
#[derive(Clone, Debug)]
pub enum Deletor {
    /// Its owner, by the password and the second factor.
    Owner(WonLogin),
    /// The host whose user it is.
    Host {
        /// The host's own name for the person.
        external_id: String,
        /// Its keyed hash.
        trace: [u8; 32],
    },
}

/// What a deletion did, on a word that was good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// The account is gone.
    Deleted {
        /// Sessions that ended with it.
        sessions: Vec<SessionId>,
        /// Rooms that it was in: what was known of them is old.
        rooms: Vec<RoomId>,
    },
    /// Its contacts are not those that were named: nothing happened, and no proof was used up.
    Stale,
}

/// A place among a person's own messages, which stand room by room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnPlace {
    /// Where.
    pub room_id: RoomId,
    /// The person's name for the message.
    pub client_id: ClientId,
}

/// A message of one's own, as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnMessage {
    /// Where.
    pub room_id: RoomId,
    /// The person's name for it.
    pub client_id: ClientId,
    /// The message.
    pub id: EventId,
    /// Its place in the room.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// The words as they stand now.
    pub text: String,
    /// Of a poll, whose question they are: what it offers.
    pub poll: Option<Box<Poll>>,
    /// 1, and one more for each edit.
    pub version: u32,
    /// When it will be gone.
    pub expires_at: Option<Timestamp>,
}

/// A correction that a person proposed, whose words stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCorrection {
    /// Where, and the person's name for it.
    pub place: OwnPlace,
    /// The message corrected.
    pub message_id: EventId,
    /// The correction.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub state: CorrectionState,
    /// What it says; the original is another's.
    pub words: CorrectionWords,
}

/// A report that a person made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnReport {
    /// It.
    pub report: NewReport,
    /// When.
    pub created_at: Timestamp,
}

impl OwnMessage {
    /// Its place among the person's messages.
    #[must_use]
    pub const fn place(&self) -> OwnPlace {
        OwnPlace { room_id: self.room_id, client_id: self.client_id }
    }
}

/// Deletes accounts, and reads what only the person's own export shows.
#[async_trait]
pub trait RightsStore: Send + Sync {
    /// Deletes an account, all or nothing: uses the proof up, ends all sessions, and forgets everything
    /// that was the person's alone. What others need stays and names nobody: events under the account's
    /// id, the two people of each direct room, blocks against the person, reports (without who made
    /// them). The keyed hashes of its contacts, and its username, are kept from everybody until
    /// `kept_until`; attempts with its contacts end. Every room that the person is in is severed or
    /// stale from then on, and the person is no member of a group for any decision or list, though the
    /// member's row stays until the leaving is an event. Writes the job.
    ///
    /// From then on no verb writes anything of this person's: no session, settings, block, note, room or
    /// membership. [`Settled::Gone`]: the account is gone already, or the proof is good no more.
    async fn delete_account(&self, deletion: Deletion, now: Timestamp) -> Result<Settled<Deleted>, StoreError>;

    /// The active account that the host calls so.
    async fn find_external(&self, external_id: &str) -> Result<Option<UserId>, StoreError>;

    /// The person's own messages whose words stand, room by room, each once, strictly after `after`, at
    /// most `limit`; rooms that were left included. Fewer than `limit`: that was all.
    async fn own_messages(
        &self,
        user: UserId,
        after: Option<OwnPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OwnMessage>, StoreError>;

    /// Corrections that the person proposed and whose words stand, room by room, each once, strictly after `after`,
    /// at most `limit`; rooms that were left included. Fewer than `limit`: that was all.
    async fn own_corrections(
        &self,
        user: UserId,
        after: Option<OwnPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OwnCorrection>, StoreError>;

    /// Reports that the person made, the newest first, strictly before `before`, at most `limit`.
    async fn own_reports(
        &self,
        user: UserId,
        before: Option<(Timestamp, chatlink_protocol::ReportId)>,
        limit: u32,
    ) -> Result<Vec<OwnReport>, StoreError>;

    /// Admits one export of whom `trace` is the keyed hash, and counts it. `Some`: not before then.
    async fn admit_export(
        &self,
        trace: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError>;
}
