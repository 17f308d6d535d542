//! Blocks: who is blocked cannot reach, find or match the blocker, nor the blocker him.

use super::{Brief, People, port::Block};
use crate::{
    cursor,
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
    timeline::{Told, UserNote},
};
use chatlink_protocol::{ErrorCode, Problem, Timestamp, UserId};
use serde_json::json;

/// The most people that one person may block.
pub const MAX_BLOCKS: u32 = 10_000;
/// The list's name in its cursors.
const LIST: &str = "blocks";
/// Lines of a page.
const PAGE: u32 = 50;

/// What the store's `block` did.
#[derive(Clone, Debug, PartialEq)]
pub enum Blocked {
    /// Blocked now.
    Done(Vec<Told>),
    /// It was blocked before.
    Already,
    /// There never was such an account.
    NoUser,
    /// [`MAX_BLOCKS`] are blocked.
    TooMany,
}

/// A line of the list of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    /// Who is blocked.
    pub user_id: UserId,
    /// His names; `None` shows as a deleted account.
    pub brief: Option<Brief>,
    /// Since when.
    pub blocked_at: Timestamp,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its lines.
    pub items: Vec<T>,
    /// Where the next one begins; `None`: nothing follows.
    pub next_cursor: Option<String>,
}

/// Why somebody could not be blocked.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// There is no such person.
    #[error("there is no such person")]
    NoUser,
    /// Oneself, or one too many.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a list could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A filter or the cursor.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl People {
    /// Blocks a person. Idempotent. The blocked one is not told and cannot tell it from absence.
    ///
    /// # Errors
    /// Nobody there, oneself, too many, too fast, or the store.
    pub async fn block(&self, blocker: UserId, blocked: UserId) -> Result<(), BlockError> {
        self.spend(blocker, Cost::Send)?;
        if blocker == blocked {
            return Err(Invalid::field("user_id", "yourself", "nobody blocks himself").into());
        }
        let block = Block { blocker, blocked, note: note(blocker, blocked, true) };
        match self.context.observe(self.context.store.block(block, self.context.now()).await)? {
            Blocked::Done(told) => {
                self.hub.part(blocker, blocked);
                self.hub.tell(told);
            }
            Blocked::Already => {}
            Blocked::NoUser => return Err(BlockError::NoUser),
            Blocked::TooMany => {
                let message = format!("at most {MAX_BLOCKS} people");
                return Err(Invalid::field("user_id", "too_many_blocks", message).into());
            }
        }
        Ok(())
    }

    /// Takes a block back. Idempotent; the other one's own block stays.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn unblock(&self, blocker: UserId, blocked: UserId) -> Result<(), BlockError> {
        self.spend(blocker, Cost::Send)?;
        let block = Block { blocker, blocked, note: note(blocker, blocked, false) };
        let told = self.context.observe(self.context.store.unblock(block, self.context.now()).await)?;
        self.hub.part(blocker, blocked);
        self.hub.tell(told);
        Ok(())
    }

    /// Those whom the person blocks, newest first.
    ///
    /// # Errors
    /// A cursor of something else, too fast, or the store.
    pub async fn list_blocks(&self, blocker: UserId, cursor: Option<&str>) -> Result<Page<BlockRow>, ListError> {
        self.spend(blocker, Cost::Read)?;
        let context = &self.context;
        let list = format!("{LIST} {blocker}");
        let after =
            cursor.map(|text| cursor::open(&context.keys, &context.installation.epoch, &list, text)).transpose();
        let after = after.map_err(Invalid::from)?.map(|(at, id)| (Timestamp::from_micros(at), id));
        let mut items = context.observe(context.store.list_blocks(blocker, after, PAGE + 1).await)?;
        let more = items.len() > PAGE as usize;
        items.truncate(PAGE as usize);
        let last = items.last().filter(|_| more).map(|row| (row.blocked_at.as_micros(), row.user_id));
        let next_cursor =
            last.and_then(|last| cursor::seal(&context.keys, &context.installation.epoch, &list, &last).ok());
        Ok(Page { items, next_cursor })
    }
}

/// What the blocker's other devices are told.
fn note(blocker: UserId, blocked: UserId, is_blocked: bool) -> UserNote {
    UserNote { user_id: blocker, kind: "block", subject: blocked.to_string(), body: json!({ "blocked": is_blocked }) }
}

impl Coded for BlockError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoUser => ErrorCode::UserNotFound,
            Self::Invalid(error) => error.code(),
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::NoUser => {}
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for ListError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(error) => error.code(),
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}
