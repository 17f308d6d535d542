//! Everything that is kept of a person, for that person: page by page, never whole in memory.

use super::{OwnCorrection, OwnMessage, OwnPlace, OwnReport, Rights};
use crate::{
    context::Context,
    error::{Coded, StoreError},
    identity::{FactorStatus, Identity, Passkey, Principal, SecurityEvent, SessionRow, VerifiedContact},
    keys::Purpose,
    people::{BlockRow, Brief, KeptRow, Me, People, ProfileView, UserSettings},
    rooms::{
        Entry, Inbox, Invitation, OwnAsking, OwnInvite, ROOMS_LIMIT, RoomPlace, RoomRow, SentInvitation,
        UNDERWAY_LIMIT, Way,
    },
    timeline::{
        mine::{DraftRow, StarPlace, StarRow},
        scheduled::{SCHEDULED, ScheduledRow},
    },
};
use chatlink_protocol::{ErrorCode, Problem, ReportId, SessionId, Timestamp, UserId};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Rows of a page.
const PAGE: u32 = 100;
/// Drafts: there is one a room.
const DRAFTS: u32 = 1_000;
/// Messages of a page: at most so many times 16 KiB are in memory.
const MESSAGES: u32 = 50;

/// A slow reader is waited for this long, from the beginning to the end.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// An export was not begun, or broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The account is gone.
    #[error("there is no such person")]
    NoUser,
    /// As many as there may be in an hour.
    #[error("too many exports")]
    Limited(Duration),
    /// The session ended meanwhile, or it took longer than ten minutes: what was given so far is not the whole.
    #[error("the export was cut off")]
    CutOff,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One piece of an export. Of each kind there is at least one, empty or not; the kinds come in the order
/// in which they are listed here, a kind's pieces one after the other.
#[derive(Clone, Debug)]
pub enum Part {
    /// What there is once.
    Account(Box<OwnAccount>),
    /// Living sessions.
    Sessions(Vec<SessionRow>),
    /// The security log, the newest first.
    SecurityLog(Vec<SecurityEvent>),
    /// Whom the person blocks.
    Blocks(Vec<BlockRow>),
    /// Whom the person keeps, with the notes.
    ContactList(Vec<KeptRow>),
    /// What the person reported.
    Reports(Vec<OwnReport>),
    /// Rooms that the person is in, requests included, with the names of peers. What others wrote is
    /// theirs: [`RoomRow::last_item`] is no part of an export.
    Rooms(Vec<RoomRow>, HashMap<UserId, Brief>),
    /// Own messages whose words stand, of all rooms, left ones included.
    Messages(Vec<OwnMessage>),
    /// Corrections that the person proposed and whose words stand, of all rooms. What they start from is another's
    /// and no part of an export.
    Corrections(Vec<OwnCorrection>),
    /// What the person starred; the words of others are theirs.
    Stars(Vec<StarRow>),
    /// What the person has begun to write.
    Drafts(Vec<DraftRow>),
    /// Messages of the person that wait for their time, or that could not be sent.
    Scheduled(Vec<ScheduledRow>),
    /// Invites that the person made and that hold; never their tokens.
    Invites(Vec<OwnInvite>),
    /// Rooms that the person asks to be let into. Whether that was declined he does not learn.
    Asking(Vec<OwnAsking>),
    /// Rooms that others would bring the person into.
    Invitations(Vec<Invitation>),
    /// Whom the person invited. Whether that was declined he does not learn.
    SentInvitations(Vec<SentInvitation>),
}

/// What there is once of an account.
#[derive(Clone, Debug)]
pub struct OwnAccount {
    /// When the export was begun.
    pub exported_at: Timestamp,
    /// The profile, the birth date with it.
    pub me: Me,
    /// Proved contacts, the oldest first.
    pub contacts: Vec<VerifiedContact>,
    /// The settings.
    pub settings: UserSettings,
    /// The second factor, if one is on; never its secret.
    pub second_factor: Option<FactorStatus>,
    /// The passkeys, the oldest first: their names and dates are what a file shows of them.
    pub passkeys: Vec<Passkey>,
    /// The host's own name for the person.
    pub external_id: Option<String>,
}

/// An export under way: holds a place, and one page at a time.
pub struct Export {
    context: Arc<Context>,
    identity: Arc<Identity>,
    people: Arc<People>,
    user: UserId,
    session: Option<SessionId>,
    began: Timestamp,
    step: Step,
}

/// What comes next.
enum Step {
    Account,
    Sessions,
    SecurityLog(Option<u64>),
    Blocks(Option<(Timestamp, UserId)>),
    ContactList,
    Reports(Option<(Timestamp, ReportId)>),
    Rooms(Inbox, Option<RoomPlace>),
    Messages(Option<OwnPlace>),
    Corrections(Option<OwnPlace>),
    Stars(Option<StarPlace>),
    Drafts,
    Scheduled,
    Invites,
    Asking,
    Invitations,
    SentInvitations,
    Done,
}

impl Rights {
    /// Begins an export; a few an hour are admitted.
    ///
    /// # Errors
    /// The account is gone, too many, or the store's failure.
    pub async fn export(&self, principal: &Principal) -> Result<Export, ExportError> {
        let (user, now) = (principal.user_id, self.identity.now());
        let trace = self.context.keys.mac(Purpose::ContactTrace, &[b"export", user.as_uuid().as_bytes()]);
        let store = &self.context.store;
        if self.context.observe(store.find_profile(user).await)?.is_none() {
            return Err(ExportError::NoUser);
        }
        let admitted = store.admit_export(trace, &self.context.settings.codes, now).await;
        match self.context.observe(admitted)? {
            Some(until) => Err(ExportError::Limited(until.since(now))),
            None => Ok(Export {
                context: self.context.clone(),
                identity: self.identity.clone(),
                people: self.people.clone(),
                user,
                session: principal.session_id,
                began: now,
                step: Step::Account,
            }),
        }
    }
}

impl Export {
    /// The next piece; `None`: that was all.
    ///
    /// # Errors
    /// The store's failure, the account or the session is gone, or it took too long: what was given so far is not
    /// the whole.
    pub async fn next(&mut self) -> Result<Option<Part>, ExportError> {
        let (store, user, now) = (&self.context.store, self.user, self.context.now());
        if now >= self.began.plus(LONGEST) || self.session.is_some_and(|session| self.identity.is_ended(session)) {
            return Err(ExportError::CutOff);
        }
        let (part, step) = match self.step {
            Step::Account => (Part::Account(Box::new(self.account().await?)), Step::Sessions),
            Step::Sessions => {
                let sessions = self.context.observe(store.list_sessions(user, now).await)?;
                (Part::Sessions(sessions), Step::SecurityLog(None))
            }
            Step::SecurityLog(before) => {
                let page = self.context.observe(store.list_security(user, before, PAGE).await)?;
                let next = last_of(&page, PAGE).map(|event| Step::SecurityLog(Some(event.number)));
                (Part::SecurityLog(page), next.unwrap_or(Step::Blocks(None)))
            }
            Step::Blocks(after) => {
                let page = self.context.observe(store.list_blocks(user, after, PAGE).await)?;
                let next = last_of(&page, PAGE).map(|row| Step::Blocks(Some((row.blocked_at, row.user_id))));
                (Part::Blocks(page), next.unwrap_or(Step::ContactList))
            }
            Step::ContactList => {
                let rows = self.context.observe(store.list_kept(user, None).await)?;
                (Part::ContactList(rows), Step::Reports(None))
            }
            Step::Reports(before) => {
                let page = self.context.observe(store.own_reports(user, before, PAGE).await)?;
                let next = last_of(&page, PAGE).map(|row| Step::Reports(Some((row.created_at, row.report.report_id))));
                (Part::Reports(page), next.unwrap_or(Step::Rooms(Inbox::Rooms, None)))
            }
            Step::Rooms(inbox, after) => {
                let page = self.context.observe(store.list_rooms(user, inbox, after, ROOMS_LIMIT, now).await)?;
                let next = last_of(&page, ROOMS_LIMIT).map(|row| Step::Rooms(inbox, Some(row.place()))).unwrap_or(
                    match inbox {
                        Inbox::Rooms => Step::Rooms(Inbox::Archived, None),
                        Inbox::Archived => Step::Rooms(Inbox::Requests, None),
                        Inbox::Requests => Step::Messages(None),
                    },
                );
                let peers: Vec<_> = page.iter().filter_map(|row| row.peer.filter(|_| !row.severed)).collect();
                let briefs = self.context.observe(store.list_briefs(&peers).await)?;
                let briefs = briefs.into_iter().map(|brief| (brief.user_id, brief)).collect();
                (Part::Rooms(page, briefs), next)
            }
            Step::Messages(after) => {
                let page = self.context.observe(store.own_messages(user, after, MESSAGES, now).await)?;
                let next = last_of(&page, MESSAGES).map(|message| Step::Messages(Some(message.place())));
                (Part::Messages(page), next.unwrap_or(Step::Corrections(None)))
            }
            Step::Corrections(after) => {
                let page = self.context.observe(store.own_corrections(user, after, MESSAGES, now).await)?;
                let next = last_of(&page, MESSAGES).map(|correction| Step::Corrections(Some(correction.place)));
                (Part::Corrections(page), next.unwrap_or(Step::Stars(None)))
            }
            Step::Stars(after) => {
                let page = self.context.observe(store.list_stars(user, after, PAGE, now).await)?;
                let next = last_of(&page, PAGE).map(|row| Step::Stars(Some(row.place())));
                (Part::Stars(page), next.unwrap_or(Step::Drafts))
            }
            Step::Drafts => {
                let drafts = self.context.observe(store.list_drafts(user, DRAFTS).await)?;
                (Part::Drafts(drafts), Step::Scheduled)
            }
            Step::Scheduled => {
                let rows = self.context.observe(store.list_scheduled(user, SCHEDULED).await)?;
                (Part::Scheduled(rows), Step::Invites)
            }
            Step::Invites => {
                let rows = self.context.observe(store.own_invites(user, now, UNDERWAY_LIMIT).await)?;
                (Part::Invites(rows), Step::Asking)
            }
            Step::Asking => {
                let rows = self.context.observe(store.own_asking(user, UNDERWAY_LIMIT).await)?;
                (Part::Asking(rows), Step::Invitations)
            }
            Step::Invitations => (Part::Invitations(self.invitations(now).await?), Step::SentInvitations),
            Step::SentInvitations => (Part::SentInvitations(self.sent_invitations().await?), Step::Done),
            // What a deletion took meanwhile came out empty: that is no whole file.
            Step::Done if self.context.observe(store.find_profile(user).await)?.is_none() => {
                return Err(ExportError::NoUser);
            }
            Step::Done => return Ok(None),
        };
        self.step = step;
        Ok(Some(part))
    }

    /// Those that the list of requests shows: of people whom one may not meet there are none.
    async fn invitations(&self, now: Timestamp) -> Result<Vec<Invitation>, ExportError> {
        let rows = self.context.store.list_invitations(self.user, None, None, UNDERWAY_LIMIT).await;
        let mut rows = self.context.observe(rows)?;
        let makers: Vec<_> = rows.iter().map(|row| row.invited_by).collect();
        let open = self.people.may_meet_all(self.user, &makers).await?;
        rows.retain(|row| {
            let holds = matches!(row.door.entry(Way::Invitation, now), Entry::Opens | Entry::Full);
            holds && open.contains(&row.invited_by)
        });
        Ok(rows)
    }

    /// Those of people whom one may meet, as the list of them shows it.
    async fn sent_invitations(&self) -> Result<Vec<SentInvitation>, ExportError> {
        let rows = self.context.store.sent_invitations(self.user, None, UNDERWAY_LIMIT).await;
        let mut rows = self.context.observe(rows)?;
        let users: Vec<_> = rows.iter().map(|row| row.user_id).collect();
        let open = self.people.may_meet_all(self.user, &users).await?;
        rows.retain(|row| open.contains(&row.user_id));
        Ok(rows)
    }

    async fn account(&self) -> Result<OwnAccount, ExportError> {
        let (store, user) = (&self.context.store, self.user);
        let profile = self.context.observe(store.find_profile(user).await)?.ok_or(ExportError::NoUser)?;
        let (age, created_at) = (profile.age, profile.created_at);
        let external = self.context.external_ids(&[user]).await?;
        Ok(OwnAccount {
            exported_at: self.began,
            me: Me { profile: ProfileView::of(profile, true, self.began), age, created_at },
            contacts: self.context.observe(store.find_contacts(user).await)?,
            settings: self.context.observe(store.find_settings(user).await)?,
            second_factor: self.context.observe(store.find_factor(user).await)?,
            passkeys: self.context.observe(store.list_passkeys(user).await)?,
            external_id: external.into_values().next(),
        })
    }
}

/// The last row of a full page; `None`: it is the last page.
fn last_of<T>(page: &[T], limit: u32) -> Option<&T> {
    page.last().filter(|_| page.len() >= limit as usize)
}

impl Coded for ExportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoUser => ErrorCode::UserNotFound,
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::CutOff => ErrorCode::Unauthenticated,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::NoUser | Self::CutOff => {}
            Self::Limited(wait) => problem.retry_after = Some(wait.as_secs().max(1)),
            Self::Store(error) => error.describe(problem),
        }
    }
}
