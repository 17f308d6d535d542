//! The use cases of the contact list.

use super::{
    Keep, Kept, KeptNote, KeptRow, MAX_KEPT,
    order::{Place, begins, place},
};
use crate::{
    cursor,
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
    people::{ListError, Page, People},
    timeline::{UserNote, search::fold},
    words::without_nul,
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use serde_json::json;

/// The list's name in its cursors, and its kind in its owner's log.
const LIST: &str = "contact_list";
/// Lines of a page.
const PAGE: usize = 100;
/// The longest beginning of a name that is looked for, in characters.
const MAX_BEGINNING: usize = 50;

/// Which people of one's list.
#[derive(Clone, Debug, Default)]
pub struct ListKept {
    /// Whose name, a word of it, or username begins so, whatever the case and diacritics.
    pub q: Option<String>,
    /// That one alone, if he is on it.
    pub only: Option<UserId>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Why somebody could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum ContactListError {
    /// There is no such person for this one.
    #[error("there is no such person")]
    NoUser,
    /// Oneself, one too many, or the note.
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
    /// Puts a person on one's contact list, or changes the note about one who is on it. Idempotent. The person is not
    /// told.
    ///
    /// # Errors
    /// Nobody there for `owner` (absent, blocked either way, kept apart by age), oneself, a note that is too long, too
    /// many, too fast, or the store.
    pub async fn keep(&self, owner: UserId, user_id: UserId, note: &str) -> Result<(), ContactListError> {
        self.spend(owner, Cost::Send)?;
        if owner == user_id {
            return Err(Invalid::field("user_id", "yourself", "nobody keeps himself").into());
        }
        let note = note.parse::<KeptNote>()?;
        if !self.may_meet(owner, user_id).await? {
            return Err(ContactListError::NoUser);
        }
        let keep = Keep { owner, user_id, note, told: told(owner, user_id, true) };
        match self.context.observe(self.context.store.keep(keep, self.context.now()).await)? {
            Kept::Done(told) => self.hub.tell(told),
            Kept::Already => {}
            Kept::NoUser => return Err(ContactListError::NoUser),
            Kept::TooMany => {
                let message = format!("at most {MAX_KEPT} people");
                return Err(Invalid::field("user_id", "too_many_contacts", message).into());
            }
        }
        Ok(())
    }

    /// Takes a person off one's contact list. Idempotent.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn let_go(&self, owner: UserId, user_id: UserId) -> Result<(), ContactListError> {
        self.spend(owner, Cost::Send)?;
        // Of made-up people nothing is written into the log, which has a row for each it tells of.
        if !self.ever_was(user_id).await? {
            return Ok(());
        }
        let gone = self.context.store.let_go(owner, user_id, told(owner, user_id, false)).await;
        self.hub.tell(self.context.observe(gone)?);
        Ok(())
    }

    /// Whether there is such an account, or was before it was deleted.
    async fn ever_was(&self, user_id: UserId) -> Result<bool, StoreError> {
        if self.briefs(&[user_id]).await?.contains_key(&user_id) {
            return Ok(true);
        }
        let heads = self.context.observe(self.context.store.heads(&[], &[user_id]).await)?;
        Ok(heads.gone.contains(&user_id))
    }

    /// One's contact list by name, page by page. A page may be shorter than others where people are on it whom one may
    /// not meet now.
    ///
    /// # Errors
    /// A beginning that is too long, a cursor of something else, too fast, or the store.
    pub async fn contact_list(&self, owner: UserId, list: ListKept) -> Result<Page<KeptRow>, ListError> {
        self.spend(owner, Cost::Read)?;
        let ListKept { q, only, cursor } = list;
        let q = q.unwrap_or_default();
        if q.chars().count() > MAX_BEGINNING {
            let message = format!("up to {MAX_BEGINNING} characters");
            return Err(Invalid::field("q", "too_long", message).into());
        }
        let asked = fold(without_nul("q", q.trim())?);
        let (keys, epoch) = (&self.context.keys, &self.context.installation.epoch);
        let name = format!("{LIST} {owner} {asked}");
        let after = cursor.map(|text| cursor::open::<Place>(keys, epoch, &name, &text)).transpose();
        let after = after.map_err(Invalid::from)?;
        let kept = self.context.observe(self.context.store.list_kept(owner, only).await)?;
        let mut rows: Vec<_> =
            kept.into_iter().filter(|row| begins(row, &asked)).map(|row| (place(&row), row)).collect();
        rows.retain(|(place, _)| after.as_ref().is_none_or(|after| place > after));
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let last = rows.last().filter(|_| more).map(|(place, _)| place);
        let next_cursor = last.and_then(|last| cursor::seal(keys, epoch, &name, last).ok());
        let ids: Vec<_> = rows.iter().map(|(_, row)| row.brief.user_id).collect();
        let may_meet = self.may_meet_all(owner, &ids).await?;
        rows.retain(|(_, row)| may_meet.contains(&row.brief.user_id));
        Ok(Page { items: rows.into_iter().map(|(_, row)| row).collect(), next_cursor })
    }
}

/// What the owner's other devices are told.
fn told(owner: UserId, user_id: UserId, kept: bool) -> UserNote {
    UserNote { user_id: owner, kind: LIST, subject: user_id.to_string(), body: json!({ "kept": kept }) }
}

impl Coded for ContactListError {
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
