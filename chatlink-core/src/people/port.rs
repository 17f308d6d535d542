//! The storage ports of people.

use super::{
    Avatar, AvatarSize, AvatarVersion, BlockRow, Blocked, Brief, Candidate, Cohort, ContactListStore, Draw, NewReport,
    Privacy, Profile, ProfileChange, ReportRow, Reported, SettingsChange, UserSettings,
};
use crate::{
    error::StoreError,
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_protocol::{ReportId, Timestamp, UserId};
use std::{collections::HashMap, time::Duration};

/// A person and the others that he wants to have to do with, in one consistent read.
#[derive(Clone, Debug, PartialEq)]
pub struct Encounters {
    /// The one who asks.
    pub viewer: Profile,
    /// Those of the others whose accounts are active; in no particular order.
    pub others: Vec<Encounter>,
}

/// One of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Encounter {
    /// Who.
    pub profile: Profile,
    /// Whether one of the two blocked the other, whichever.
    pub blocked: bool,
}

/// Keeps profiles. An account that is not active has none, whoever asks.
#[async_trait]
pub trait ProfileStore: Send + Sync {
    /// The person's own profile.
    async fn find_profile(&self, user: UserId) -> Result<Option<Profile>, StoreError>;

    /// What profiles say of `viewer` and these others, and whether a block stands between. `None`:
    /// the viewer has no profile.
    async fn find_encounters(&self, viewer: UserId, others: &[UserId]) -> Result<Option<Encounters>, StoreError>;

    /// Names of these people, each once, in no particular order; who has no profile is left out.
    async fn list_briefs(&self, users: &[UserId]) -> Result<Vec<Brief>, StoreError>;

    /// Changes what the change names and keeps the rest; answers the whole. Atomic: what matching
    /// draws from changes with it. `None`: no profile.
    async fn update_profile(
        &self,
        user: UserId,
        change: ProfileChange,
        now: Timestamp,
    ) -> Result<Option<Profile>, StoreError>;

    /// Sets the picture in both sizes, or takes it away; answers the whole profile, that names its
    /// [version](Avatar::version). One picture a person: nothing is left of the one before. Atomic. `None`:
    /// no profile.
    async fn set_avatar(
        &self,
        user: UserId,
        avatar: Option<Avatar>,
        now: Timestamp,
    ) -> Result<Option<Profile>, StoreError>;

    /// The encoded picture of that person, version and size. `None`: there is none, or another.
    async fn find_avatar(
        &self,
        user: UserId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, StoreError>;

    /// Remembers that the person is here, by the hour: a second call within the same hour, or with
    /// an earlier `now`, writes nothing. Minors who came of age by `now` are put among the adults
    /// that matching draws from, some of them at each writing call.
    async fn touch_active(&self, user: UserId, now: Timestamp) -> Result<(), StoreError>;
}

/// Draws candidates for matching.
#[async_trait]
pub trait MatchStore: Send + Sync {
    /// The people of a [`Draw`], by indexes alone and in a bounded number of queries: active, not
    /// the viewer, nobody with whom a block stands, nobody who [rests](Rest), at most `draw.limit`. First
    /// those whom a wanted pair of languages found, then the others; newest active day first, then the
    /// higher [`lot`](super::lot) of that day, then the higher id. What it costs must not grow with the
    /// number of people: it may stop when `draw.reach` were looked at of those whom one kind of languages
    /// found, and it answers [`Traits`](super::Traits), not profiles. The cohort is as of the person's last
    /// write: the rule is asked again on what comes.
    async fn draw(&self, draw: Draw, now: Timestamp) -> Result<Vec<Candidate>, StoreError>;

    /// Counts that these people were shown, so often each, in one transaction: each one's [`Standing`]
    /// after [`Standing::shown`], with the requests of the last 90 days that reached the person (with a message,
    /// answered or not) and those accepted. Who is not there is passed over.
    async fn count_shown(&self, shown: &[(UserId, u32)], now: Timestamp) -> Result<(), StoreError>;
}

/// How long requests count for how often a person accepts.
pub const ASKED_WINDOW: Duration = Duration::from_secs(90 * 24 * 3600);

/// Keeps blocks.
#[async_trait]
pub trait BlockStore: Send + Sync {
    /// Blocks, bumps the authz version of the pair's direct room if there is one, and tells `note`,
    /// all in one transaction. Idempotent: what is blocked already stays as it is and tells nothing.
    /// An account that is no longer active can be blocked; one that never was cannot.
    async fn block(&self, block: Block, now: Timestamp) -> Result<Blocked, StoreError>;

    /// The opposite, in the same manner. Tells nothing where nothing was blocked. If no block is left between the two,
    /// `receipts_rev` of their direct room rises: what they read meanwhile is shown again.
    async fn unblock(&self, block: Block, now: Timestamp) -> Result<Vec<Told>, StoreError>;

    /// Those whom `blocker` blocks, newest first, then by id, descending; strictly after `after`,
    /// at most `limit`. Names of those who are no longer active, or block the reader themselves, are
    /// absent: the two cannot be told apart.
    async fn list_blocks(
        &self,
        blocker: UserId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BlockRow>, StoreError>;
}

/// A block to be set or taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Who blocks.
    pub blocker: UserId,
    /// Whom; never the blocker himself.
    pub blocked: UserId,
    /// What the blocker's other devices are told.
    pub note: UserNote,
}

/// Keeps reports to the operators, with the words of the messages that they name.
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Keeps the report unless the reporter made `a_day` of them in the 24 hours before `now`:
    /// counted in the same transaction, so however many come at once. Of the messages that it names it keeps, in the
    /// same transaction, what the reporter can read of them at `now` as a member of its room
    /// ([`copied`](super::copied)), earlier words the newest [`REPORTED_VERSIONS`](super::REPORTED_VERSIONS); whatever
    /// becomes of them later, the copy stays. One that names something he cannot read is not kept.
    async fn report(&self, report: NewReport, a_day: u32, now: Timestamp) -> Result<Reported, StoreError>;

    /// All reports, the newest first, strictly before `before`, at most `limit`: for who runs the installation.
    async fn list_reports(
        &self,
        before: Option<(Timestamp, ReportId)>,
        limit: u32,
    ) -> Result<Vec<ReportRow>, StoreError>;

    /// Erases the copied words of up to `limit` reports that were made before `before`; the reports stay. Answers of
    /// how many; fewer than `limit`: none is left.
    async fn erase_reported(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}
/// Keeps people's own settings.
#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// The settings; the defaults where none were ever changed.
    async fn find_settings(&self, user: UserId) -> Result<UserSettings, StoreError>;

    /// The privacy switches of each of these people, in one query however many they are; the
    /// defaults of who never changed any.
    async fn list_privacy(&self, users: &[UserId]) -> Result<HashMap<UserId, Privacy>, StoreError>;

    /// Changes what the change names and keeps the rest; tells `note` with the new settings as its
    /// body (the verb fills it). Who shows again how far he read raises `receipts_rev`, as
    /// [`flush_receipts`](crate::rooms::RoomStore::flush_receipts) does, in each room where he got anywhere and others
    /// may see it. Atomic.
    async fn update_settings(
        &self,
        user: UserId,
        change: SettingsChange,
        note: UserNote,
        now: Timestamp,
    ) -> Result<(UserSettings, Vec<Told>), StoreError>;
}

/// Everything that is kept of people.
pub trait PeopleStore: ProfileStore + MatchStore + BlockStore + ContactListStore + ReportStore + SettingsStore {}

impl<T: ProfileStore + MatchStore + BlockStore + ContactListStore + ReportStore + SettingsStore> PeopleStore for T {}

/// The cohorts as stores number them.
impl Cohort {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Minor => 0,
            Self::Adult => 1,
            Self::Unknown => 2,
        }
    }
}
