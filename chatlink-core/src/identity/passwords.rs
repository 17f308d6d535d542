//! New passwords: by a reset's proof, or by the present one. Both tell the owner.

use super::{
    Identity,
    caller::Caller,
    error::PasswordError,
    notice::NoticeKind,
    password::{Busy, Password, Slot},
    port::{LoginAccount, LoginAdmission, LoginName, WonLogin},
    principal::Principal,
    registration::AttemptPurpose,
    token, username,
};
use crate::error::StoreError;
use chatlink_protocol::{ResetId, UserId};

impl Identity {
    /// Sets the password, ends all sessions and tells the owner. Logs nobody in.
    ///
    /// # Errors
    /// No such proof, or a password that breaks the rules.
    pub async fn complete_reset(
        &self,
        caller: &Caller,
        id: ResetId,
        proof: &str,
        password: &str,
    ) -> Result<(), PasswordError> {
        let proof = token::proof_of(proof).ok_or(PasswordError::Gone)?;
        let found = self.context.store.find_attempt(AttemptPurpose::Reset, id.into()).await;
        let attempt = self.observe(found)?.ok_or(PasswordError::Gone)?;
        let proved = attempt.proved(proof, self.now()).ok_or(PasswordError::Gone)?;
        let user_id = attempt.user_id.ok_or(PasswordError::Gone)?;
        let account = self.observe(self.context.store.find_login(&LoginName::Account(user_id)).await)?;
        let slot = self.hasher.reserve().await?;
        let phc = self.hash_chosen(slot, password, account.as_ref()).await?;
        let forgiven = self.login_traces(user_id, account).await?;
        let ended = self.observe(self.context.store.reset_password(proved, phc, &forgiven, self.now()).await)?;
        let ended = ended.ok_or(PasswordError::Gone)?;
        self.ends.note(&ended, self.now());
        self.tell_owner(caller, user_id).await?;
        Ok(())
    }

    /// Changes the password, proved by the present one; ends all other sessions and tells the owner.
    ///
    /// # Errors
    /// The present one is wrong, or the new one breaks the rules.
    pub async fn change_password(
        &self,
        caller: &Caller,
        principal: &Principal,
        current: &str,
        password: &str,
    ) -> Result<(), PasswordError> {
        let login = LoginName::Account(principal.user_id);
        let slot = self.hasher.reserve().await?;
        let now = self.now();
        let store = &self.context.store;
        let trace = self.login_trace(&login);
        let admission = store.admit_login(&login, trace, caller.prefix(), self.limits(), now).await;
        let account = match self.observe(admission)? {
            LoginAdmission::Admitted(account) => account,
            LoginAdmission::Limited(until) => return Err(PasswordError::Limited(until.since(now))),
        };
        let phc = account.as_ref().and_then(|account| account.phc.clone());
        let (right, slot) = slot.compare(&Password::offer(current), phc.clone()).await?;
        let (Some(old), true) = (phc, right) else { return Err(PasswordError::Wrong) };
        let new = self.hash_chosen(slot, password, account.as_ref()).await?;
        let won = WonLogin { user_id: principal.user_id, phc: old, trace, prefix: caller.prefix() };
        let ended = self.observe(store.change_password(won, new, principal.session_id, self.now()).await)?;
        self.ends.note(&ended.ok_or(PasswordError::Wrong)?, self.now());
        self.tell_owner(caller, principal.user_id).await?;
        Ok(())
    }

    /// Judges and hashes a new password.
    async fn hash_chosen(
        &self,
        slot: Slot,
        password: &str,
        account: Option<&LoginAccount>,
    ) -> Result<String, PasswordError> {
        let password = Password::choose(password)?;
        let username = account.map(|account| account.username.clone());
        let contact = account.and_then(|account| account.contact.as_ref()).map(|contact| contact.as_str().to_owned());
        let local = contact.as_deref().and_then(|contact| contact.split('@').next()).map(str::to_owned);
        let own = [username, contact, local].into_iter().flatten().chain(["chatlink".to_owned()]);
        slot.judge(&password, own.collect()).await??;
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

    /// Tells every contact of the account, as it is stored.
    async fn tell_owner(&self, caller: &Caller, user_id: UserId) -> Result<(), StoreError> {
        for told in self.observe(self.context.store.find_contacts(user_id).await)? {
            match self.post.reserve() {
                Some(place) => self.post.send(place, told.contact, NoticeKind::PasswordChanged, caller.language),
                None => tracing::warn!("the mail queue is full: a changed password is not told"),
            }
        }
        Ok(())
    }
}

impl From<Busy> for PasswordError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}
