//! Accounts in memory.

use super::{Account, Tables};
use crate::{
    contact::{Contact, ContactKind},
    error::StoreError,
    identity::{
        AccountStore, AttemptPurpose, Budget, CompleteOutcome, ContactAdded, ContactRemoved, EndWhich, Ending,
        HostAccount, LoginAccount, LoginAdmission, LoginName, NewAccount, NewSession, Origin, Renamed, RightCode,
        SecurityKind, SessionStarted, Settled, Username, VerifiedContact, WonLogin, WonReset,
    },
    memory::MemoryStore,
    settings::{CodeLimits, SessionLimits},
};
use async_trait::async_trait;
use chatlink_protocol::{SessionId, Timestamp, UserId};
use std::{collections::BTreeSet, time::Duration};

#[async_trait]
impl AccountStore for MemoryStore {
    async fn complete(
        &self,
        new: NewAccount,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<CompleteOutcome, StoreError> {
        let state = &mut *self.lock();
        let now = state.identity.tick(now);
        let kept = state.identity.attempts.get(&new.attempt().id);
        let Some((proved, contact)) = new.stands_on(kept, now) else { return Ok(CompleteOutcome::Gone) };
        if state.identity.name_taken(&new.username, None, now) {
            return Ok(CompleteOutcome::UsernameTaken);
        }
        let contact_key = (contact.kind(), contact.key().to_owned());
        if state.identity.contacts.contains_key(&contact_key) {
            return Ok(CompleteOutcome::ContactTaken);
        }
        let tables = &mut state.identity;
        tables.end_attempt(&proved, AttemptPurpose::Registration, Ending::Done, now);
        tables.insert_account(new.user_id, &new.username, None);
        tables.contacts.insert(contact_key, (new.user_id, contact, now));
        tables.passwords.insert(new.user_id, new.phc);
        let started = tables.start_session(new.session, limits, now);
        state.people.insert_profile(new.user_id, &new.profile, now);
        Ok(CompleteOutcome::Completed(started.session))
    }

    async fn find_login(&self, login: &LoginName) -> Result<Option<LoginAccount>, StoreError> {
        Ok(self.lock().identity.named(login))
    }

    async fn admit_login(
        &self,
        login: &LoginName,
        trace: [u8; 32],
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<LoginAdmission, StoreError> {
        let tables = &mut self.lock().identity;
        let (now, prefix) = (tables.tick(now), origin.prefix);
        if let Err(until) = tables.afford(Budget::Logins, prefix.as_bytes(), limits, now) {
            return Ok(LoginAdmission::Limited(until));
        }
        let account = tables.named(login);
        let failures = match tables.count_failure(trace, limits, now) {
            Ok(failures) => failures,
            Err(until) => return Ok(LoginAdmission::Limited(until)),
        };
        if let (Some(account), true) = (&account, failures == limits.free_login_failures + 1) {
            tables.note_security(account.user_id, SecurityKind::LoginsFailed, &origin, now);
        }
        tables.spend(Budget::Logins, prefix.as_bytes(), now);
        Ok(LoginAdmission::Admitted(account))
    }

    async fn forgive_login(&self, login: WonLogin, now: Timestamp) -> Result<(), StoreError> {
        let tables = &mut self.lock().identity;
        tables.tick(now);
        if tables.still_has(&login) {
            tables.forgive(&login);
        }
        Ok(())
    }

    async fn settle_login(&self, login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now))
    }

    async fn rename(
        &self,
        login: WonLogin,
        username: Username,
        every: Duration,
        now: Timestamp,
    ) -> Result<Settled<Renamed>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now).and(|| tables.rename(&login, &username, every, now)))
    }

    async fn add_contact(
        &self,
        right: RightCode,
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ContactAdded, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.add_contact(right, &origin, limits, now))
    }

    async fn remove_contact(
        &self,
        login: WonLogin,
        kind: ContactKind,
        now: Timestamp,
    ) -> Result<Settled<ContactRemoved>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now).and(|| tables.remove_contact(&login, kind, now)))
    }

    async fn win_login(
        &self,
        login: WonLogin,
        session: NewSession,
        limits: &SessionLimits,
        now: Timestamp,
    ) -> Result<Settled<SessionStarted>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now).and(|| {
            tables.note_security(login.user_id, SecurityKind::LoggedIn, &login.origin, now);
            tables.start_session(session, limits, now)
        }))
    }

    async fn change_password(
        &self,
        login: WonLogin,
        phc: String,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Settled<Vec<SessionId>>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        Ok(tables.settle(&login, now).and(|| {
            tables.set_password(login.user_id, phc);
            tables.note_security(login.user_id, SecurityKind::PasswordChanged, &login.origin, now);
            tables.end_those(login.user_id, EndWhich::AllBut(keep), now)
        }))
    }

    async fn rehash(&self, user_id: UserId, old: &str, new: String) -> Result<(), StoreError> {
        let tables = &mut self.lock().identity;
        if let Some(phc) = tables.passwords.get_mut(&user_id).filter(|phc| *phc == old) {
            *phc = new;
        }
        Ok(())
    }

    async fn reset_password(&self, reset: WonReset, now: Timestamp) -> Result<Settled<Vec<SessionId>>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let WonReset { proved, phc, forgiven, factor, origin } = reset;
        let kept = tables.attempts.get(&proved.attempt().id).filter(|attempt| attempt.purpose == AttemptPurpose::Reset);
        let good = kept.is_some_and(|attempt| attempt.proved(proved.proof(), now).is_some());
        let user = proved.attempt().user_id.filter(|user| good && tables.active_username(*user).is_some());
        let Some(user_id) = user else { return Ok(Settled::Gone) };
        if !tables.use_factor(user_id, factor.as_ref(), &origin, now) {
            return Ok(Settled::FactorUsed);
        }
        tables.end_attempt(&proved, AttemptPurpose::Reset, Ending::Done, now);
        tables.set_password(user_id, phc);
        tables.failures.retain(|trace, _| !forgiven.contains(trace));
        tables.note_security(user_id, SecurityKind::PasswordReset, &origin, now);
        Ok(Settled::Done(tables.end_those(user_id, EndWhich::AllBut(None), now)))
    }

    async fn find_contacts(&self, user_id: UserId) -> Result<Vec<VerifiedContact>, StoreError> {
        Ok(self.lock().identity.contacts_of(user_id))
    }

    async fn host_account(&self, new: HostAccount, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        let state = &mut *self.lock();
        let now = state.identity.tick(now);
        let mut accounts = state.identity.accounts.iter();
        if let Some((user_id, account)) = accounts.find(|(_, it)| it.external_id.as_ref() == Some(&new.external_id)) {
            let user_id = account.active.then_some(*user_id);
            user_id.into_iter().for_each(|user_id| state.take_host_word(user_id, new.profile.clone()));
            return Ok(user_id);
        }
        if state.identity.departures.get(&new.trace).is_some_and(|until| now < *until) {
            return Ok(None);
        }
        state.identity.insert_account(new.user_id, &new.username, Some(new.external_id));
        state.people.insert_host_profile(new.user_id, &new.profile, now);
        state.take_host_word(new.user_id, new.profile);
        Ok(Some(new.user_id))
    }

    async fn list_external_ids(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        let state = self.lock();
        let users: BTreeSet<_> = users.iter().copied().collect();
        let named = |user| Some((user, state.identity.accounts.get(&user)?.external_id.clone()?));
        Ok(users.into_iter().filter_map(named).collect())
    }

    async fn list_external_users(&self, external_ids: &[String]) -> Result<Vec<(String, UserId)>, StoreError> {
        let state = self.lock();
        let wanted: BTreeSet<_> = external_ids.iter().collect();
        let found = |id: &String| Some((id.clone(), state.identity.find_external(id)?));
        Ok(wanted.into_iter().filter_map(found).collect())
    }
}

impl Tables {
    fn insert_account(&mut self, user_id: UserId, username: &Username, external_id: Option<String>) {
        let account = Account {
            username: username.as_str().to_owned(),
            username_key: username.key(),
            username_changed_at: None,
            external_id,
            active: true,
        };
        self.accounts.insert(user_id, account);
    }

    pub(super) fn contacts_of(&self, user_id: UserId) -> Vec<VerifiedContact> {
        let mine = self.contacts.values().filter(|(owner, ..)| *owner == user_id);
        let verified = |(_, contact, at): &(UserId, Contact, Timestamp)| VerifiedContact {
            contact: contact.clone(),
            verified_at: *at,
        };
        let mut contacts: Vec<_> = mine.map(verified).collect();
        contacts.sort_by_key(|contact| contact.verified_at);
        contacts
    }

    fn named(&self, login: &LoginName) -> Option<LoginAccount> {
        let (user_id, named) = match login {
            LoginName::Account(user_id) => (*user_id, None),
            LoginName::Contact(kind, key) => {
                let (user_id, contact, _) = self.contacts.get(&(*kind, key.clone()))?;
                (*user_id, Some(contact.clone()))
            }
            LoginName::Username(key) => (*self.accounts.iter().find(|(_, it)| it.username_key == *key)?.0, None),
        };
        let username = self.active_username(user_id)?.to_owned();
        let oldest = || self.contacts_of(user_id).into_iter().next().map(|contact| contact.contact);
        Some(LoginAccount {
            user_id,
            username,
            phc: self.passwords.get(&user_id).cloned(),
            contact: named.or_else(oldest),
            second_factor: self.asks_for_factor(user_id),
        })
    }

    /// A won login takes its failures back and uses its second factor up, if the password still is the
    /// one that was compared.
    pub(super) fn settle(&mut self, login: &WonLogin, now: Timestamp) -> Settled<()> {
        if !self.still_has(login) {
            return Settled::Gone;
        }
        if !self.use_factor(login.user_id, login.factor.as_ref(), &login.origin, now) {
            return Settled::FactorUsed;
        }
        self.forgive(login);
        Settled::Done(())
    }

    /// Replaces a password: ceremonies that stand on the old one end.
    fn set_password(&mut self, user: UserId, phc: String) {
        self.passwords.insert(user, phc);
        self.end_ceremonies_of(user);
    }

    fn still_has(&self, login: &WonLogin) -> bool {
        self.passwords.get(&login.user_id) == Some(&login.phc) && self.active_username(login.user_id).is_some()
    }

    fn forgive(&mut self, login: &WonLogin) {
        self.failures.remove(&login.trace);
        self.refund(Budget::Logins, login.origin.prefix.as_bytes());
    }
}
