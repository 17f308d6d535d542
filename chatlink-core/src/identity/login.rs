//! Logging in: one hash and the same store calls, whoever it is.

use super::{
    Identity,
    caller::Caller,
    error::LoginError,
    factor_error::FactorError,
    forms::{LoggedIn, LoginForm},
    password::{Busy, Password, Slot},
    port::{LoginAdmission, LoginName, Settled, WonLogin},
    username,
};
use crate::{contact::Contact, keys::Purpose};
use chatlink_protocol::UserId;

impl Identity {
    /// Logs in by username, e-mail address or mobile number, and by the second factor where it is on:
    /// whether it is on is said after a right password alone.
    ///
    /// # Errors
    /// Wrong, or too many failures; the second factor is missing or wrong.
    pub async fn login(&self, caller: &Caller, form: LoginForm) -> Result<LoggedIn, LoginError> {
        let login = LoginName::of(&form.login);
        let slot = self.hasher.reserve().await.map_err(|Busy| LoginError::Busy)?;
        let now = self.now();
        let trace = self.login_trace(&login);
        let admission = self.context.store.admit_login(&login, trace, caller.origin(), self.limits(), now).await;
        let account = match self.observe(admission)? {
            LoginAdmission::Admitted(account) => account,
            LoginAdmission::Limited(until) => return Err(LoginError::Limited(until.since(now))),
        };
        let password = Password::offer(&form.password);
        let phc = account.as_ref().and_then(|account| account.phc.clone());
        let (right, slot) = slot.compare(&password, phc.clone()).await.map_err(|Busy| LoginError::Busy)?;
        let (Some(account), Some(phc), true) = (account, phc, right) else { return Err(LoginError::Wrong) };
        let (user_id, origin) = (account.user_id, caller.origin());
        let won = WonLogin { user_id, phc: phc.clone(), trace, factor: None, origin };
        let won = self.with_factor(won, &account, form.second_factor.as_deref()).await?;
        let (session, secret) = self.new_session(user_id, form.grant, caller);
        let started = self.context.store.win_login(won, session, &self.context.settings.sessions, self.now()).await;
        let started = match self.observe(started)? {
            Settled::Done(started) => started,
            Settled::Gone => return Err(LoginError::Wrong),
            Settled::FactorUsed => return Err(FactorError::Wrong.into()),
        };
        self.ends.note(&started.ended, self.now());
        self.strengthen(account.user_id, &password, phc, slot).await;
        Ok(LoggedIn {
            user_id: account.user_id,
            username: account.username,
            session: self.hold(&started.session, secret)?,
        })
    }

    /// Hashes a right password again where its hash is weaker than today's cost. The login stands
    /// whether it works or not.
    async fn strengthen(&self, user_id: UserId, password: &Password, old: String, slot: Slot) {
        if !slot.is_weak(&old) {
            return;
        }
        if let Ok(new) = slot.hash(password, self.context.entropy.as_ref()).await {
            let rehashed = self.observe(self.context.store.rehash(user_id, &old, new).await);
            if let Err(error) = rehashed {
                tracing::warn!(error = %crate::Chain(&error), "a password's hash was not renewed");
            }
        }
    }

    /// What failures of a login are counted by, whoever's it is.
    pub(super) fn login_trace(&self, login: &LoginName) -> [u8; 32] {
        let (kind, key) = match login {
            LoginName::Username(key) => ("username", key.as_bytes()),
            LoginName::Contact(kind, key) => (kind.as_str(), key.as_bytes()),
            LoginName::Account(user_id) => ("account", user_id.as_uuid().as_bytes().as_slice()),
        };
        self.context.keys.mac(Purpose::ContactTrace, &[b"login", kind.as_bytes(), key])
    }
}

impl LoginName {
    /// What a person typed: a contact if it reads as one, else a username. Never refused: what can
    /// be nobody's login is looked up all the same.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        match text.parse::<Contact>() {
            Ok(contact) => Self::Contact(contact.kind(), contact.key().to_owned()),
            Err(_) => Self::Username(username::key_of(&text.chars().take(64).collect::<String>())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::ContactKind;

    #[test]
    fn a_login_is_read_as_what_it_looks_like() {
        let email = LoginName::Contact(ContactKind::Email, "ana@example.org".to_owned());
        assert_eq!(LoginName::of(" Ana@Example.org"), email);
        assert_eq!(
            LoginName::of("+34 612 345 678"),
            LoginName::Contact(ContactKind::Mobile, "+34612345678".to_owned())
        );
        assert_eq!(LoginName::of("Ana.Lopez"), LoginName::Username("ana_lopez".to_owned()));
        assert!(matches!(LoginName::of("a@b"), LoginName::Username(_)));
        assert!(matches!(LoginName::of(&"x".repeat(10_000)), LoginName::Username(key) if key.len() == 64));
    }
}
