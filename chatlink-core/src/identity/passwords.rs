//! New passwords: by a reset's proof, or by the present one. Both tell the owner.

use super::{
    Identity,
    caller::Caller,
    error::PasswordError,
    factor_error::FactorError,
    notice::NoticeKind,
    password::{Busy, Password, Slot},
    port::{LoginAccount, LoginName, Settled, ShownFactor, WonReset},
    principal::Principal,
    reauth::{Reauth, given},
    registration::AttemptPurpose,
    token, username,
};
use crate::error::{Invalid, StoreError};
use chatlink_protocol::{ResetId, UserId};

impl Identity {
    /// Sets the password, ends all sessions and tells the owner. Logs nobody in, and passes no second
    /// factor by: while it is missing or wrong the proof stays good.
    ///
    /// # Errors
    /// No such proof, a second factor that is missing or wrong, or a password that breaks the rules.
    pub async fn complete_reset(
        &self,
        caller: &Caller,
        id: ResetId,
        proof: &str,
        password: &str,
        second_factor: Option<&str>,
    ) -> Result<(), PasswordError> {
        let proof = token::proof_of(proof).ok_or(PasswordError::Gone)?;
        let found = self.context.store.find_attempt(AttemptPurpose::Reset, id.into()).await;
        let attempt = self.observe(found)?.ok_or(PasswordError::Gone)?;
        let proved = attempt.proved(proof, self.now()).ok_or(PasswordError::Gone)?;
        let user_id = attempt.user_id.ok_or(PasswordError::Gone)?;
        let account = self.observe(self.context.store.find_login(&LoginName::Account(user_id)).await)?;
        let factor = self.reset_factor(caller, account.as_ref(), second_factor).await?;
        let slot = self.hasher.reserve().await?;
        let phc = self.hash_chosen(slot, "password", password, account.as_ref()).await?;
        let forgiven = self.login_traces(user_id, account).await?;
        let reset = WonReset { proved, phc, forgiven, factor, origin: caller.origin() };
        let ended = match self.observe(self.context.store.reset_password(reset, self.now()).await)? {
            Settled::Done(ended) => ended,
            Settled::Gone => return Err(PasswordError::Gone),
            Settled::FactorUsed => return Err(FactorError::Wrong.into()),
        };
        self.ends.note(&ended, self.now());
        self.changed(caller, user_id, "password", NoticeKind::PasswordChanged).await?;
        Ok(())
    }

    /// The second factor of a reset: a code that came by mail is none.
    async fn reset_factor(
        &self,
        caller: &Caller,
        account: Option<&LoginAccount>,
        typed: Option<&str>,
    ) -> Result<Option<ShownFactor>, FactorError> {
        match account.filter(|account| account.second_factor) {
            None => Ok(None),
            Some(account) => {
                self.show_factor(account.user_id, given(typed).ok_or(FactorError::Required)?, caller.origin()).await
            }
        }
    }

    /// Changes the password; ends all other sessions and tells the owner.
    ///
    /// # Errors
    /// Not proven to be the owner, or the new one breaks the rules.
    pub async fn change_password(
        &self,
        caller: &Caller,
        principal: &Principal,
        proof: &Reauth,
        password: &str,
    ) -> Result<(), PasswordError> {
        let proven = self.reauthenticate(caller, principal, proof).await?;
        let new = self.hash_chosen(proven.slot, "new_password", password, Some(&proven.account)).await?;
        let changed = self.context.store.change_password(proven.login, new, principal.session_id, self.now()).await;
        let ended = self.observe(changed)?.proven()?;
        self.ends.note(&ended, self.now());
        self.changed(caller, principal.user_id, "password", NoticeKind::PasswordChanged).await?;
        Ok(())
    }

    /// Judges and hashes a new password, which came in `field`.
    async fn hash_chosen(
        &self,
        slot: Slot,
        field: &str,
        password: &str,
        account: Option<&LoginAccount>,
    ) -> Result<String, PasswordError> {
        let named = |mut invalid: Invalid| {
            invalid.0.iter_mut().for_each(|error| field.clone_into(&mut error.field));
            invalid
        };
        let password = Password::choose(password).map_err(named)?;
        let username = account.map(|account| account.username.clone());
        let contact = account.and_then(|account| account.contact.as_ref()).map(|contact| contact.as_str().to_owned());
        let local = contact.as_deref().and_then(|contact| contact.split('@').next()).map(str::to_owned);
        let own =
            [username, contact, local].into_iter().flatten().chain(house_words(&self.context.settings.product_name));
        slot.judge(&password, own.collect()).await?.map_err(named)?;
        Ok(slot.hash(&password, self.context.entropy.as_ref()).await?)
    }

    /// What failures of all logins of an account are counted by.
    async fn login_traces(&self, user_id: UserId, account: Option<LoginAccount>) -> Result<Vec<[u8; 32]>, StoreError> {
        let contacts = self.observe(self.context.store.find_contacts(user_id).await)?;
        let contacts = contacts.iter().map(|it| LoginName::Contact(it.contact.kind(), it.contact.key().to_owned()));
        let username = account.map(|account| LoginName::Username(username::key_of(&account.username)));
        let names = contacts.chain(username).chain([LoginName::Account(user_id)]);
        Ok(names.map(|name| self.login_trace(&name)).collect())
    }
}

/// Words that everybody here knows, and that no password is made of: the engine's name, the product's,
/// and each word of that.
pub(super) fn house_words(product: &str) -> Vec<String> {
    let words = product.split_whitespace().take(8).map(str::to_owned);
    ["chatlink".to_owned(), product.to_owned()].into_iter().chain(words).collect()
}

impl From<Busy> for PasswordError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}
