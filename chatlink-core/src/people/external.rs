//! A host's own users: their accounts here, and what the host tells of them.

use super::{AgeBand, ClientLocale, DisplayName, People, ProfileChange, SettingsChange};
use crate::{
    context::Context,
    error::{Coded, Invalid, StoreError},
    identity::HostAccount,
    keys::Purpose,
    timeline::UserNote,
    words::without_nul,
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use std::collections::HashMap;

/// The longest name that a host may have for a person, in bytes.
pub const MAX_EXTERNAL_ID: usize = 200;

/// A person of the host, as the host tells: by its token at every call, or by
/// [`People::upsert_external`]. What is `None` is not told and stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalPerson {
    /// The host's own name for the person: 1 to 200 bytes without NUL, the same for ever.
    pub external_id: String,
    /// The name shown.
    pub display_name: Option<String>,
    /// The age band. Until one was told it is unknown, and the person meets only others of unknown age.
    pub age_band: Option<AgeBand>,
    /// The language of the client, a BCP 47 tag.
    pub locale: Option<String>,
}

/// What a host told of a person, checked. Kept beside the profile, so that a word which the host only
/// repeats does not undo what the person changed since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostProfile {
    /// The name shown.
    pub display_name: Option<DisplayName>,
    /// The age band.
    pub age_band: Option<AgeBand>,
    /// The language of the client.
    pub locale: Option<ClientLocale>,
}

/// Why a host's person was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum UpsertError {
    /// The person's account here was deleted less than 30 days ago.
    #[error("the account is deleted")]
    Deleted,
    /// Fields that are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExternalPerson {
    /// The person whom the host calls so; nothing else is told yet.
    #[must_use]
    pub fn new(external_id: impl Into<String>) -> Self {
        Self { external_id: external_id.into(), ..Self::default() }
    }

    /// With this name.
    #[must_use]
    pub fn with_name(self, display_name: impl Into<String>) -> Self {
        Self { display_name: Some(display_name.into()), ..self }
    }

    /// With this age band.
    #[must_use]
    pub fn with_age_band(self, age_band: AgeBand) -> Self {
        Self { age_band: Some(age_band), ..self }
    }

    /// With this language.
    #[must_use]
    pub fn with_locale(self, locale: impl Into<String>) -> Self {
        Self { locale: Some(locale.into()), ..self }
    }

    /// What is told, every field checked.
    fn parse(&self) -> Result<HostProfile, Invalid> {
        let mut invalid = Invalid::default();
        invalid.take(check_id(&self.external_id));
        let display_name = self.display_name.as_deref().and_then(|name| invalid.take(name.parse()));
        let locale = self.locale.as_deref().and_then(|locale| invalid.take(locale.parse()));
        invalid.check().map(|()| HostProfile { display_name, age_band: self.age_band, locale })
    }

    /// What is told and right. A token whose name cannot be shown still is the person's.
    fn parse_leniently(&self) -> HostProfile {
        HostProfile {
            display_name: self.display_name.as_deref().and_then(|name| name.parse().ok()),
            age_band: self.age_band,
            locale: self.locale.as_deref().and_then(|locale| locale.parse().ok()),
        }
    }
}

/// Whether a host can call somebody so.
fn check_id(external_id: &str) -> Result<(), Invalid> {
    match external_id.len() {
        1..=MAX_EXTERNAL_ID => without_nul("external_id", external_id).map(drop),
        _ => Err(Invalid::field("external_id", "bad_length", format!("1 to {MAX_EXTERNAL_ID} bytes"))),
    }
}

impl HostProfile {
    /// What of this word is not what the host told `before`.
    #[must_use]
    pub fn news(&self, before: &Self) -> Self {
        fn news<T: Clone + PartialEq>(now: &Option<T>, before: &Option<T>) -> Option<T> {
            now.clone().filter(|_| now != before)
        }
        Self {
            display_name: news(&self.display_name, &before.display_name),
            age_band: news(&self.age_band, &before.age_band),
            locale: news(&self.locale, &before.locale),
        }
    }

    /// All that the host told by now: this word, and where it is silent the one `before`.
    #[must_use]
    pub fn over(self, before: Self) -> Self {
        Self {
            display_name: self.display_name.or(before.display_name),
            age_band: self.age_band.or(before.age_band),
            locale: self.locale.or(before.locale),
        }
    }

    /// Whether nothing is told.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// The name that a new account starts with; a placeholder where none was told.
    #[must_use]
    pub fn first_name(&self) -> &str {
        self.display_name.as_ref().map_or("?", DisplayName::as_str)
    }

    /// The age band that a new account starts with.
    #[must_use]
    pub fn first_band(&self) -> AgeBand {
        self.age_band.unwrap_or(AgeBand::Unknown)
    }

    /// As a change of the profile. The age is not one: it is the host's alone.
    #[must_use]
    pub fn profile_change(&self) -> ProfileChange {
        ProfileChange { display_name: self.display_name.clone(), ..ProfileChange::default() }
    }

    /// As a change of the settings, and what the person's devices are told of it. `None`: no change.
    #[must_use]
    pub fn settings_change(&self, user_id: UserId) -> Option<(SettingsChange, UserNote)> {
        let change = SettingsChange { locale: Some(self.locale.clone()?), ..SettingsChange::default() };
        Some((change, UserNote::of_settings(user_id)))
    }
}

impl People {
    /// Makes the account of a host's person, or tells the engine what changed of them. Idempotent by
    /// `external_id`, however many call at once. Needed only for whom others shall find before their
    /// first visit: a token does the same.
    ///
    /// # Errors
    /// Fields that are wrong (all named), a deleted account, or the store.
    pub async fn upsert_external(&self, person: ExternalPerson) -> Result<UserId, UpsertError> {
        let profile = person.parse()?;
        let account = account(&self.context, person.external_id, profile)?;
        let made = self.context.store.host_account(account, self.context.now()).await;
        self.context.observe(made)?.ok_or(UpsertError::Deleted)
    }

    /// The host's own names for these people; who registered here has none and is left out.
    ///
    /// # Errors
    /// The store.
    pub async fn external_ids(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, StoreError> {
        self.context.external_ids(users).await
    }

    /// Whom the host calls so; whoever is unknown or deleted is left out.
    ///
    /// # Errors
    /// The store.
    pub async fn external_users(&self, external_ids: &[String]) -> Result<HashMap<String, UserId>, StoreError> {
        let good: Vec<String> = external_ids.iter().filter(|id| check_id(id).is_ok()).cloned().collect();
        let found = self.context.store.list_external_users(&good).await;
        Ok(self.context.observe(found)?.into_iter().collect())
    }
}

impl Context {
    /// What a host's person is recognised by: keyed, so that it tells nobody who it is.
    pub(crate) fn host_trace(&self, external_id: &str) -> [u8; 32] {
        self.keys.mac(Purpose::ContactTrace, &[b"host", external_id.as_bytes()])
    }

    /// See [`People::external_ids`].
    pub(crate) async fn external_ids(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, StoreError> {
        Ok(self.observe(self.store.list_external_ids(users).await)?.into_iter().collect())
    }

    /// The account of whom a host's token names. `None`: nobody can be called so.
    pub(crate) fn account_of_token(&self, person: ExternalPerson) -> Option<HostAccount> {
        let profile = check_id(&person.external_id).ok().map(|()| person.parse_leniently())?;
        account(self, person.external_id, profile).ok()
    }
}

fn account(context: &Context, external_id: String, profile: HostProfile) -> Result<HostAccount, Invalid> {
    let trace = context.host_trace(&external_id);
    let hex: String = trace.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    // `u_` and hex digits is always a username; people are shown by their names, not by it.
    let username = format!("u_{hex}").parse()?;
    Ok(HostAccount { external_id, trace, user_id: UserId::from_uuid(context.fresh_id()), username, profile })
}

impl Coded for UpsertError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Deleted => ErrorCode::UserNotFound,
            Self::Invalid(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Deleted => {}
            Self::Invalid(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wrong_fields_are_named_and_a_token_keeps_the_right_ones() {
        let person = ExternalPerson::new("x".repeat(201)).with_name("\u{7}").with_locale("es_MX");
        let fields: Vec<_> = person.parse().unwrap_err().0.into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["external_id", "display_name", "locale"]);
        let refused = ExternalPerson::new("a\0b").parse().unwrap_err().0;
        assert_eq!((refused[0].field.as_str(), refused[0].code.as_str()), ("external_id", "bad_character"));
        let person = ExternalPerson::new("7").with_name("Ana").with_locale("es_MX");
        let told = person.parse_leniently();
        assert_eq!((told.first_name(), &told.locale), ("Ana", &None));
    }

    #[test]
    fn a_word_repeated_is_no_news_and_silence_takes_nothing_back() {
        let told = |name: &str| ExternalPerson::new("7").with_name(name).parse().unwrap();
        let before = ExternalPerson::new("7").with_name("Ana").with_age_band(AgeBand::Adult).parse().unwrap();
        assert!(told("Ana").news(&before).is_silent());
        assert_eq!(told("Anna").news(&before), told("Anna"));
        assert_eq!(told("Anna").over(before).age_band, Some(AgeBand::Adult));
    }
}
