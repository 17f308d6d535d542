//! People in memory.

use super::{MemoryStore, State, contact_list::ContactLists};
use crate::{
    error::StoreError,
    people::{
        ASKED_WINDOW, Age, Avatar, AvatarSize, AvatarVersion, Block, BlockRow, BlockStore, Blocked, Brief, Candidate,
        Draw, Encounter, Encounters, HostProfile, Languages, MAX_BLOCKS, MatchStore, NewProfile, NewReport, Notify,
        Privacy, Profile, ProfileChange, ProfileStore, REPORTED_VERSIONS, ReportRow, ReportStore, Reported,
        ReportedMessage, SettingsChange, SettingsStore, Standing, UserSettings, Wanted, acceptance, copied, day, lot,
        slot,
    },
    rights::OwnReport,
    timeline::{Reader, Told, UserNote},
};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_protocol::{EventId, ReportId, Timestamp, UserId};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Default)]
pub(super) struct Tables {
    /// What the person entered; name and standing are the account's, joined in on the way out.
    profiles: BTreeMap<UserId, Profile>,
    /// (blocker, blocked) and since when.
    blocks: BTreeMap<(UserId, UserId), Timestamp>,
    reports: Vec<ReportRow>,
    settings: HashMap<UserId, UserSettings>,
    standings: HashMap<UserId, Standing>,
    avatars: HashMap<UserId, Avatar>,
    pub(super) contact_lists: ContactLists,
    /// All that a host told of its people so far.
    host_words: HashMap<UserId, HostProfile>,
}

impl Tables {
    /// Of which messages the person is told where a room says nothing else.
    pub(super) fn notify(&self, user: UserId) -> Notify {
        self.settings.get(&user).map(|settings| settings.alerts.notify).unwrap_or_default()
    }

    /// Whether the person shows how far he read.
    pub(super) fn shows_reading(&self, user: UserId) -> bool {
        self.settings.get(&user).is_none_or(|settings| settings.privacy.read_receipts)
    }

    /// The profile of an account that is being made, in the verb that makes it.
    pub(super) fn insert_profile(&mut self, user_id: UserId, new: &NewProfile, now: Timestamp) {
        let profile = Profile {
            user_id,
            username: String::new(),
            display_name: new.display_name.as_str().to_owned(),
            age: Age::Born(new.birth_date),
            country: Some(new.country),
            time_zone: new.time_zone.clone(),
            languages: new.languages.clone(),
            about: String::new(),
            status: String::new(),
            avatar: None,
            interests: Vec::new(),
            active_at: Some(floor(now, HOUR)),
            shows_activity: true,
            created_at: now,
        };
        self.profiles.insert(user_id, profile);
    }

    /// The same for a host's user.
    pub(super) fn insert_host_profile(&mut self, user_id: UserId, new: &HostProfile, now: Timestamp) {
        let profile = Profile {
            user_id,
            username: String::new(),
            display_name: new.first_name().to_owned(),
            age: Age::Told(new.first_band()),
            country: None,
            time_zone: None,
            languages: Languages { native: Vec::new(), learning: Vec::new() },
            about: String::new(),
            status: String::new(),
            avatar: None,
            interests: Vec::new(),
            active_at: Some(floor(now, HOUR)),
            shows_activity: true,
            created_at: now,
        };
        self.profiles.insert(user_id, profile);
    }

    /// Forgets a deleted account. Blocks against it stay: they are the blockers'. So do reports, without
    /// who made them.
    pub(super) fn forget(&mut self, user: UserId) {
        self.profiles.remove(&user);
        self.blocks.retain(|(blocker, _), _| *blocker != user);
        self.contact_lists.retain(|(owner, kept), _| *owner != user && *kept != user);
        for ReportRow { report, .. } in &mut self.reports {
            if report.reporter == user {
                report.reporter = UserId::from_uuid(uuid::Uuid::nil());
            }
        }
        self.settings.remove(&user);
        self.standings.remove(&user);
        self.avatars.remove(&user);
        self.host_words.remove(&user);
    }

    /// The person's own reports, the newest first.
    pub(super) fn reports_of(&self, user: UserId) -> Vec<OwnReport> {
        let mine = self.reports.iter().filter(|row| row.report.reporter == user);
        let own = |row: &ReportRow| OwnReport { report: row.report.clone(), created_at: row.created_at };
        let mut mine: Vec<_> = mine.map(own).collect();
        mine.sort_unstable_by_key(|row| Reverse((row.created_at, row.report.report_id)));
        mine
    }

    /// Whether `blocker` blocks the other.
    pub(super) fn blocks(&self, blocker: UserId, blocked: UserId) -> bool {
        self.blocks.contains_key(&(blocker, blocked))
    }

    /// Whether one of the two blocked the other, whichever.
    pub(super) fn is_blocked(&self, one: UserId, other: UserId) -> bool {
        self.blocks(one, other) || self.blocks(other, one)
    }
}

impl super::State {
    /// The profile as it goes out: only of an active account, with its name and what it hides.
    fn profile(&self, user: UserId) -> Option<Profile> {
        let stored = self.people.profiles.get(&user)?;
        let username = self.identity.active_username(user)?.to_owned();
        let shows_activity = self.people.settings.get(&user).is_none_or(|settings| settings.privacy.last_seen);
        Some(Profile { username, shows_activity, ..stored.clone() })
    }

    pub(super) fn brief(&self, user: UserId) -> Option<Brief> {
        let Profile { user_id, username, display_name, avatar, .. } = self.profile(user)?;
        Some(Brief { user_id, username, display_name, avatar })
    }

    /// Whether one of the draw's languages finds the person; `Some(true)`: a pair of both does.
    fn found(draw: &Draw, other: &Profile) -> Option<bool> {
        let speaks = |wanted: &Wanted| wanted.speaks.is_none_or(|language| other.languages.native.contains(&language));
        let enough = |level| draw.min_level.is_none_or(|least| level >= least);
        let learns = |wanted: &Wanted| match wanted.learns {
            Some(language) => {
                other.languages.learning.iter().any(|known| known.language == language && enough(known.level))
            }
            // Who learns none of the viewer's languages has no level in one.
            None => draw.min_level.is_none(),
        };
        let found = draw.wanted.iter().filter(|wanted| speaks(wanted) && learns(wanted));
        found.map(|wanted| wanted.speaks.is_some() && wanted.learns.is_some()).max()
    }
}

#[async_trait]
impl ProfileStore for MemoryStore {
    async fn find_profile(&self, user: UserId) -> Result<Option<Profile>, StoreError> {
        Ok(self.lock().profile(user))
    }

    async fn find_encounters(&self, viewer: UserId, others: &[UserId]) -> Result<Option<Encounters>, StoreError> {
        let state = self.lock();
        let others: BTreeSet<_> = others.iter().copied().filter(|other| *other != viewer).collect();
        let encounter = |other| {
            state.profile(other).map(|profile| Encounter { profile, blocked: state.people.is_blocked(viewer, other) })
        };
        let others = others.into_iter().filter_map(encounter).collect();
        Ok(state.profile(viewer).map(|viewer| Encounters { viewer, others }))
    }

    async fn list_briefs(&self, users: &[UserId]) -> Result<Vec<Brief>, StoreError> {
        let state = self.lock();
        let users: BTreeSet<_> = users.iter().copied().collect();
        Ok(users.into_iter().filter_map(|user| state.brief(user)).collect())
    }

    async fn update_profile(
        &self,
        user: UserId,
        change: ProfileChange,
        _now: Timestamp,
    ) -> Result<Option<Profile>, StoreError> {
        let mut state = self.lock();
        let changed = state.profile(user).map(|profile| profile.with(change));
        if let Some(profile) = &changed {
            state.people.profiles.insert(user, profile.clone());
        }
        Ok(changed)
    }

    async fn set_avatar(
        &self,
        user: UserId,
        avatar: Option<Avatar>,
        _now: Timestamp,
    ) -> Result<Option<Profile>, StoreError> {
        let mut state = self.lock();
        let Some(profile) = state.profile(user) else { return Ok(None) };
        let profile = Profile { avatar: avatar.as_ref().map(Avatar::version), ..profile };
        state.people.profiles.insert(user, profile.clone());
        match avatar {
            Some(avatar) => state.people.avatars.insert(user, avatar),
            None => state.people.avatars.remove(&user),
        };
        Ok(Some(profile))
    }

    async fn find_avatar(
        &self,
        user: UserId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, StoreError> {
        let state = self.lock();
        let avatar = state.profile(user).and_then(|_| state.people.avatars.get(&user));
        Ok(avatar.filter(|avatar| avatar.version() == version).map(|avatar| avatar.of_size(size).clone()))
    }

    async fn touch_active(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        if let Some(profile) = self.lock().people.profiles.get_mut(&user) {
            profile.active_at = profile.active_at.max(Some(floor(now, HOUR)));
        }
        Ok(())
    }
}

#[async_trait]
impl MatchStore for MemoryStore {
    async fn draw(&self, draw: Draw, now: Timestamp) -> Result<Vec<Candidate>, StoreError> {
        let state = self.lock();
        let rests = |user| {
            let asks = state.rooms.asks(user, draw.rest.since);
            asks.waiting >= draw.rest.waiting || asks.asked >= draw.rest.asked
        };
        let people = state.people.profiles.keys().filter(|user| **user != draw.viewer);
        let hides = |user| state.people.settings.get(user).is_some_and(|settings| !settings.privacy.is_suggested());
        let people = people.filter(|user| !hides(*user));
        let people = people.filter(|user| !state.people.is_blocked(draw.viewer, **user) && !rests(**user));
        let people = people.filter_map(|user| state.profile(*user)).filter(|other| other.created_at <= draw.made_by);
        let people = people.filter(|other| draw.country.is_none() || other.country == draw.country);
        let mut drawn: Vec<_> =
            people.filter_map(|other| super::State::found(&draw, &other).map(|pair| (pair, other))).collect();
        drawn.retain(|(_, other)| draw.cohorts.contains(&other.band(now).cohort()));
        drawn.sort_by_key(|(pair, other)| {
            let day = other.active_at.map_or(0, day);
            Reverse((*pair, day, lot(other.user_id, day), other.user_id))
        });
        drawn.truncate(draw.limit as usize);
        let standing = |user| state.people.standings.get(&user).copied().unwrap_or_default();
        let drawn = drawn.iter().map(|(_, profile)| Candidate {
            user_id: profile.user_id,
            traits: profile.traits(),
            standing: standing(profile.user_id),
        });
        Ok(drawn.collect())
    }

    async fn count_shown(&self, shown: &[(UserId, u32)], now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        let there: Vec<_> = shown.iter().filter(|(user, _)| state.people.profiles.contains_key(user)).collect();
        for (user, times) in there {
            let asks = state.rooms.asks(*user, now.minus(ASKED_WINDOW));
            let standing = state.people.standings.entry(*user).or_default();
            *standing = standing.shown(*times, slot(now), acceptance(asks.asked, asks.accepted));
        }
        Ok(())
    }
}

#[async_trait]
impl BlockStore for MemoryStore {
    async fn block(&self, block: Block, now: Timestamp) -> Result<Blocked, StoreError> {
        let mut state = self.lock();
        let pair = (block.blocker, block.blocked);
        if !state.identity.has_account(block.blocked) || state.identity.is_deleted(block.blocker) {
            return Ok(Blocked::NoUser);
        }
        if state.people.blocks.contains_key(&pair) {
            return Ok(Blocked::Already);
        }
        if state.people.blocks.keys().filter(|(blocker, _)| *blocker == block.blocker).count() >= MAX_BLOCKS as usize {
            return Ok(Blocked::TooMany);
        }
        state.people.blocks.insert(pair, now);
        Ok(Blocked::Done(state.sever(pair, block.note)))
    }

    async fn unblock(&self, block: Block, _now: Timestamp) -> Result<Vec<Told>, StoreError> {
        let mut state = self.lock();
        let pair = (block.blocker, block.blocked);
        let was = state.people.blocks.remove(&pair);
        let told = was.map(|_| state.sever(pair, block.note));
        if let Some(told) = told {
            state.reveal_pair(pair);
            return Ok(told);
        }
        Ok(Vec::new())
    }

    async fn list_blocks(
        &self,
        blocker: UserId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BlockRow>, StoreError> {
        let state = self.lock();
        let mine = state.people.blocks.iter().filter(|((one, _), _)| *one == blocker);
        let mut rows: Vec<_> = mine.map(|((_, user_id), at)| (*at, *user_id)).collect();
        rows.retain(|row| after.is_none_or(|after| *row < after));
        rows.sort_unstable_by_key(|row| Reverse(*row));
        rows.truncate(limit as usize);
        let row = |(blocked_at, user_id)| {
            let hidden = state.people.blocks.contains_key(&(user_id, blocker));
            BlockRow { user_id, brief: state.brief(user_id).filter(|_| !hidden), blocked_at }
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

#[async_trait]
impl ReportStore for MemoryStore {
    async fn report(&self, report: NewReport, a_day: u32, now: Timestamp) -> Result<Reported, StoreError> {
        let mut state = self.lock();
        if !state.identity.has_account(report.user_id) || state.identity.is_deleted(report.reporter) {
            return Ok(Reported::NoUser);
        }
        let messages = match state.reported(&report, now) {
            Ok(messages) => messages,
            Err(unreadable) => return Ok(Reported::Unreadable(unreadable)),
        };
        let since = now.minus(DAY);
        let known = state.people.reports.iter().map(|row| (row.report.reporter, row.created_at));
        let mut mine: Vec<_> =
            known.filter(|(by, at)| *by == report.reporter && *at > since).map(|(_, at)| at).collect();
        mine.sort_unstable_by_key(|at| Reverse(*at));
        // The one that must leave the window before there is a place again.
        if let Some(oldest) = (a_day as usize).checked_sub(1).and_then(|index| mine.get(index)) {
            return Ok(Reported::TooMany { retry_after: oldest.plus(DAY).since(now) });
        }
        state.people.reports.push(ReportRow { report, created_at: now, messages });
        Ok(Reported::Kept)
    }

    async fn list_reports(
        &self,
        before: Option<(Timestamp, ReportId)>,
        limit: u32,
    ) -> Result<Vec<ReportRow>, StoreError> {
        let place = |row: &ReportRow| (row.created_at, row.report.report_id);
        let mut rows = self.lock().people.reports.clone();
        rows.retain(|row| before.is_none_or(|before| place(row) < before));
        rows.sort_unstable_by_key(|row| Reverse(place(row)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn erase_reported(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.lock();
        let old = state.people.reports.iter_mut().filter(|row| row.created_at < before && !row.messages.is_empty());
        let erased = old.take(limit as usize).map(|row| row.messages.clear()).count();
        Ok(u32::try_from(erased).unwrap_or(u32::MAX))
    }
}

impl State {
    /// What the reporter can read of the messages that he names.
    fn reported(&self, report: &NewReport, now: Timestamp) -> Result<Vec<ReportedMessage>, Vec<EventId>> {
        let Some(room_id) = report.room_id else { return copied(&report.event_ids, Vec::new(), Vec::new()) };
        let (me, ids) = (report.reporter, &report.event_ids);
        // What he hid comes without words already.
        let item = |id: &EventId| self.named_item(room_id, Reader::Member(me), *id, now).map(|item| (item, false));
        let versions = ids.iter().flat_map(|id| {
            let versions = self.versions(room_id, me, *id, REPORTED_VERSIONS, now);
            versions.into_iter().map(|version| (*id, version))
        });
        copied(ids, ids.iter().filter_map(item).collect(), versions.collect())
    }
}

#[async_trait]
impl SettingsStore for MemoryStore {
    async fn find_settings(&self, user: UserId) -> Result<UserSettings, StoreError> {
        Ok(self.lock().people.settings.get(&user).cloned().unwrap_or_default())
    }

    async fn list_privacy(&self, users: &[UserId]) -> Result<HashMap<UserId, Privacy>, StoreError> {
        let state = self.lock();
        let privacy = |user| state.people.settings.get(user).map(|settings| settings.privacy).unwrap_or_default();
        Ok(users.iter().map(|user| (*user, privacy(user))).collect())
    }

    async fn update_settings(
        &self,
        user: UserId,
        change: SettingsChange,
        mut note: UserNote,
        _now: Timestamp,
    ) -> Result<(UserSettings, Vec<Told>), StoreError> {
        let mut state = self.lock();
        if state.identity.is_deleted(user) {
            return Ok((UserSettings::default(), Vec::new()));
        }
        let hid = !state.people.shows_reading(user);
        let settings = state.people.settings.remove(&user).unwrap_or_default().with(change);
        state.people.settings.insert(user, settings.clone());
        if hid {
            state.reveal(user);
        }
        note.body = settings.body();
        let told = state.timeline.note(vec![note]);
        Ok((settings, told))
    }
}

/// Rounded down to a whole `step` since 1970.
fn floor(at: Timestamp, step: Duration) -> Timestamp {
    let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.as_micros().div_euclid(step) * step)
}

impl super::State {
    /// A block came or went: decisions in the pair's direct room are stale, the blocker's devices are told.
    fn sever(&mut self, (blocker, blocked): (UserId, UserId), note: UserNote) -> Vec<Told> {
        self.rooms.sever(blocker, blocked);
        self.timeline.note(vec![note])
    }
}

impl super::State {
    /// Takes over what is new in a host's word on its person.
    pub(super) fn take_host_word(&mut self, user: UserId, word: HostProfile) {
        let before = self.people.host_words.remove(&user).unwrap_or_default();
        let news = word.news(&before);
        self.people.host_words.insert(user, word.over(before));
        if let Some(profile) = self.people.profiles.remove(&user) {
            let age = news.age_band.map_or(profile.age, Age::Told);
            self.people.profiles.insert(user, Profile { age, ..profile.with(news.profile_change()) });
        }
        if let Some((change, mut note)) = news.settings_change(user) {
            let settings = self.people.settings.remove(&user).unwrap_or_default().with(change);
            note.body = settings.body();
            self.people.settings.insert(user, settings);
            self.timeline.note(vec![note]);
        }
    }
}
