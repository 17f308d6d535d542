//! Profiles: one's own, and those of others as the rule allows.

use super::{
    Between, Brief, Candidate, Encounter, Languages, Me, Party, People, Profile, ProfileChange, ProfileView, Rules,
    UpdateMe, WriteFirst, may_meet, may_write_first,
};
use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
};
use chatlink_protocol::{ErrorCode, Problem, Timestamp, UserId};
use std::collections::{HashMap, HashSet};

/// Why a profile could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// There is no such person, or not for this one.
    #[error("there is no such person")]
    NoUser,
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a profile was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The account is gone.
    #[error("there is no such person")]
    NoUser,
    /// Fields that are wrong.
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
    /// One's own profile, with what nobody else sees.
    ///
    /// # Errors
    /// The account is gone, too fast, or the store.
    pub async fn me(&self, user: UserId) -> Result<Me, ProfileError> {
        self.spend(user, Cost::Read)?;
        let found = self.context.observe(self.context.store.find_profile(user).await)?;
        found.map(|profile| self.own(profile)).ok_or(ProfileError::NoUser)
    }

    /// Somebody's profile as `viewer` may see it; one's own as others see it. Who is blocked, either
    /// way, or kept apart by age is absent.
    ///
    /// # Errors
    /// Nobody there for this viewer, too fast, or the store.
    pub async fn profile(&self, viewer: UserId, user: UserId) -> Result<ProfileView, ProfileError> {
        self.spend(viewer, Cost::Read)?;
        let now = self.context.now();
        let found = self.context.observe(self.context.store.find_encounters(viewer, &[user]).await)?;
        let found = found.ok_or(ProfileError::NoUser)?;
        if viewer == user {
            return Ok(ProfileView::of(found.viewer, true, now));
        }
        let rules = self.rules();
        let seen = found.others.into_iter().find(|other| meets(&found.viewer, other, rules, now));
        let shows = found.viewer.shows_activity;
        seen.map(|seen| ProfileView::of(seen.profile, shows, now)).ok_or(ProfileError::NoUser)
    }

    /// Changes one's own profile.
    ///
    /// # Errors
    /// Wrong fields (all named), the account is gone, or the store.
    pub async fn update_me(&self, user: UserId, update: UpdateMe) -> Result<Me, UpdateError> {
        self.change(user, update.parse()?).await
    }

    /// Replaces one's languages.
    ///
    /// # Errors
    /// The account is gone, too fast, or the store.
    pub async fn update_languages(&self, user: UserId, languages: Languages) -> Result<Me, UpdateError> {
        self.change(user, ProfileChange { languages: Some(languages), ..ProfileChange::default() }).await
    }

    async fn change(&self, user: UserId, change: ProfileChange) -> Result<Me, UpdateError> {
        self.spend(user, Cost::Send)?;
        let (store, now) = (&self.context.store, self.context.now());
        let changed = match change.is_empty() {
            true => store.find_profile(user).await,
            false => store.update_profile(user, change, now).await,
        };
        self.context.observe(changed)?.map(|profile| self.own(profile)).ok_or(UpdateError::NoUser)
    }

    /// A profile as its owner sees it.
    pub(super) fn own(&self, profile: Profile) -> Me {
        let (age, created_at) = (profile.age, profile.created_at);
        Me { profile: ProfileView::of(profile, true, self.context.now()), age, created_at }
    }

    /// Names of people by id, whatever stands between them and anybody: for rooms that they share.
    /// Deleted or unknown: absent.
    ///
    /// # Errors
    /// The store.
    pub async fn briefs(&self, users: &[UserId]) -> Result<HashMap<UserId, Brief>, StoreError> {
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let briefs = self.context.observe(self.context.store.list_briefs(users).await)?;
        Ok(briefs.into_iter().map(|brief| (brief.user_id, brief)).collect())
    }

    /// Those of `others` whom `from` may open a room with or add to one: he [may meet
    /// them](Self::may_meet_all), and the host's policy lets him.
    ///
    /// # Errors
    /// The store.
    pub async fn may_contact(&self, from: UserId, others: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
        let may_meet = self.may_meet_all(from, others).await?;
        self.context.host_lets_contact(from, may_meet).await
    }

    /// Whether these two may meet: see [`may_meet_all`](Self::may_meet_all).
    ///
    /// # Errors
    /// The store.
    pub async fn may_meet(&self, from: UserId, to: UserId) -> Result<bool, StoreError> {
        Ok(self.may_meet_all(from, &[to]).await?.contains(&to))
    }

    /// Those of `others` whom `from` may meet: both exist, no block stands between them, their ages
    /// allow it. In one read.
    ///
    /// # Errors
    /// The store.
    pub async fn may_meet_all(&self, from: UserId, others: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
        let (rules, now) = (self.rules(), self.context.now());
        let found = self.context.observe(self.context.store.find_encounters(from, others).await)?;
        Ok(found.map_or_else(HashSet::new, |found| {
            let may = found.others.iter().filter(|other| meets(&found.viewer, other, rules, now));
            may.map(|other| other.profile.user_id).collect()
        }))
    }

    /// Those of `others` who let `from` turn to them first, as far as their own settings go.
    ///
    /// # Errors
    /// The store.
    pub async fn open_to_first_word(&self, from: UserId, others: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
        let privacy = self.context.observe(self.context.store.list_privacy(others).await)?;
        let says = |user: &UserId| privacy.get(user).copied().unwrap_or_default().write_first;
        let mut open: HashSet<_> = others.iter().copied().filter(|user| says(user) == WriteFirst::Everyone).collect();
        if open.len() == others.len() || others.iter().all(|user| says(user) != WriteFirst::SharedLanguage) {
            return Ok(open);
        }
        let found = self.context.observe(self.context.store.find_encounters(from, others).await)?;
        for other in found.iter().flat_map(|found| found.others.iter().map(|other| (&found.viewer, &other.profile))) {
            let (me, other) = other;
            if may_write_first(says(&other.user_id), &me.languages, &other.languages) {
                open.insert(other.user_id);
            }
        }
        Ok(open)
    }

    /// Remembers that the person is here. Coarse: written once an hour at most.
    ///
    /// # Errors
    /// The store.
    pub async fn touch_active(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.context.observe(self.context.store.touch_active(user, now).await)
    }

    /// What the deployment says about who may meet.
    pub(super) fn rules(&self) -> Rules {
        Rules { minors_meet_adults: self.context.settings.minors_meet_adults }
    }
}

pub(super) fn meets(viewer: &Profile, other: &Encounter, rules: Rules, now: Timestamp) -> bool {
    may_meet(viewer.party(now), other.profile.party(now), Between { blocked: other.blocked }, rules)
}

impl Profile {
    /// What the rule sees of the person.
    #[must_use]
    pub fn party(&self, now: Timestamp) -> Party {
        Party { user_id: self.user_id, band: self.band(now) }
    }
}

impl Candidate {
    /// The person as the rule sees them.
    #[must_use]
    pub fn party(&self, now: Timestamp) -> Party {
        Party { user_id: self.user_id, band: self.traits.age.band(self.traits.time_zone.as_ref(), now) }
    }
}

impl Coded for ProfileError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoUser => ErrorCode::UserNotFound,
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::NoUser => {}
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for UpdateError {
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
