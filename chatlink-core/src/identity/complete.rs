//! Completing a registration: the proof turns into an account.

use super::{
    Identity,
    caller::Caller,
    error::CompleteError,
    forms::{LoggedIn, RegistrationForm},
    password::{Busy, Password, Slot},
    passwords::house_words,
    port::{CompleteOutcome, NewAccount},
    registration::{AttemptPurpose, Proved},
    token,
    username::Username,
};
use crate::{
    error::Invalid,
    people::{DisplayName, Languages, NewProfile, TimeZoneName, check_birth_date},
};
use chatlink_protocol::{RegistrationId, Timestamp, UserId};
use std::time::Duration;

/// A contact whose person was too young gets no code for this long.
const REFUSED_FOR: Duration = Duration::from_secs(24 * 3600);

/// A form whose every field is right, but for the password's strength.
struct Draft {
    username: Username,
    password: Password,
    profile: NewProfile,
}

/// Why a form made no draft.
struct Refused {
    invalid: Invalid,
    /// Too young on a calendar that is certain.
    too_young: bool,
}

impl Identity {
    /// Makes the account, in the transaction that uses up the proof.
    ///
    /// # Errors
    /// No such proof, invalid fields, username or contact taken. Who is too young is refused, and
    /// the registration ends.
    pub async fn complete(
        &self,
        caller: &Caller,
        id: RegistrationId,
        form: RegistrationForm,
    ) -> Result<LoggedIn, CompleteError> {
        let proved = self.load_proved(id, &form.proof).await?;
        let slot = self.hasher.reserve().await.map_err(|Busy| CompleteError::Busy)?;
        let draft = match self.draft(&form, &proved, &slot).await? {
            Ok(draft) => draft,
            Err(Refused { invalid, too_young }) => {
                if too_young {
                    self.refuse(proved).await?;
                }
                return Err(invalid.into());
            }
        };
        let entropy = self.context.entropy.as_ref();
        let phc = slot.hash(&draft.password, entropy).await.map_err(|Busy| CompleteError::Busy)?;
        let user_id = UserId::from_uuid(self.context.fresh_id());
        let (session, secret) = self.new_session(user_id, form.grant, caller);
        let username = draft.username.to_string();
        let account = NewAccount::of(proved, user_id, draft.username, phc, draft.profile, session);
        let completed = self.context.store.complete(account, &self.context.settings.sessions, self.now()).await;
        match self.observe(completed)? {
            CompleteOutcome::Completed(session) => {
                Ok(LoggedIn { user_id, username, session: self.hold(&session, secret)? })
            }
            CompleteOutcome::Gone => Err(CompleteError::Gone),
            CompleteOutcome::UsernameTaken => Err(CompleteError::UsernameTaken),
            CompleteOutcome::ContactTaken => Err(CompleteError::ContactTaken),
        }
    }

    async fn load_proved(&self, id: RegistrationId, proof: &str) -> Result<Proved, CompleteError> {
        let proof = token::proof_of(proof).ok_or(CompleteError::Gone)?;
        let found = self.context.store.find_attempt(AttemptPurpose::Registration, id.into()).await;
        let attempt = self.observe(found)?.ok_or(CompleteError::Gone)?;
        attempt.proved(proof, self.now()).ok_or(CompleteError::Gone)
    }

    /// Checks every field, and names all that are wrong at once.
    async fn draft(
        &self,
        form: &RegistrationForm,
        proved: &Proved,
        slot: &Slot,
    ) -> Result<Result<Draft, Refused>, CompleteError> {
        let mut invalid = Invalid::default();
        let username = invalid.take(form.username.parse::<Username>());
        let password = invalid.take(Password::choose(&form.password));
        if let Some(password) = &password {
            let judged = slot
                .judge(password, own_words(form, proved, &self.context.settings.product_name))
                .await
                .map_err(|Busy| CompleteError::Busy)?;
            invalid.take(judged);
        }
        let (profile, too_young) = profile(form, self.context.settings.min_age, self.now(), &mut invalid);
        let draft = match (username, password, profile) {
            (Some(username), Some(password), Some(profile)) => Some(Draft { username, password, profile }),
            _ => None,
        };
        Ok(match (invalid.0.is_empty(), draft) {
            (true, Some(draft)) => Ok(draft),
            _ => Err(Refused { invalid, too_young }),
        })
    }

    async fn refuse(&self, proved: Proved) -> Result<(), CompleteError> {
        let now = self.now();
        self.observe(self.context.store.refuse(proved, now.plus(REFUSED_FOR), now).await)?;
        Ok(())
    }
}

/// The profile of the form, and whether its person is too young for certain: without a good time
/// zone the person's calendar is unknown, and nobody is refused for a slip of the pen.
fn profile(form: &RegistrationForm, min_age: u8, now: Timestamp, invalid: &mut Invalid) -> (Option<NewProfile>, bool) {
    let display_name = invalid.take(form.display_name.parse::<DisplayName>());
    let country = invalid.take(form.country.parse());
    let native = form.native_languages.iter().map(String::as_str);
    let learning = form.learning_languages.iter().map(|(language, level)| (language.as_str(), level.as_str()));
    let languages = invalid.take(Languages::parse(native, learning));
    let zone = invalid.take(form.time_zone.as_deref().map(str::parse::<TimeZoneName>).transpose());
    let born = check_birth_date(&form.birth_date, zone.clone().flatten().as_ref(), min_age, now);
    let too_young = born.as_ref().is_err_and(|error| error.0.iter().any(|field| field.code == "too_young"));
    let birth_date = invalid.take(born);
    let profile = match (display_name, birth_date, country, zone.clone(), languages) {
        (Some(display_name), Some(birth_date), Some(country), Some(time_zone), Some(languages)) => {
            Some(NewProfile { display_name, birth_date, country, time_zone, languages })
        }
        _ => None,
    };
    (profile, too_young && zone.is_some())
}

/// What a password must not be made of.
fn own_words(form: &RegistrationForm, proved: &Proved, product: &str) -> Vec<String> {
    let contact = proved.attempt().contact.as_ref().map(|contact| contact.as_str().to_owned()).unwrap_or_default();
    let local = contact.split('@').next().unwrap_or_default().to_owned();
    let names = form.display_name.split_whitespace().map(str::to_owned);
    let whole = [form.username.clone(), form.display_name.clone(), contact, local];
    let house = house_words(product);
    whole.into_iter().chain(house).chain(names.take(8)).map(|word| word.chars().take(100).collect()).collect()
}
