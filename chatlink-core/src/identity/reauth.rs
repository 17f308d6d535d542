//! Proving oneself: by a password, and by a second factor where the account asks for one.

use super::{
    Identity,
    caller::Caller,
    factor_error::{FactorError, ReauthError},
    password::{Password, Slot},
    port::{
        Factor, FactorAdmission, FactorState, LoginAccount, LoginAdmission, LoginName, Settled, Shown, ShownFactor,
        WonLogin,
    },
    principal::Principal,
    recovery::Typed,
    totp::Seed,
};
use crate::keys::Purpose;
use chatlink_protocol::UserId;
use std::fmt;

/// What a person who is logged in shows again before the account changes.
#[derive(Clone, Default)]
pub struct Reauth {
    /// The present password.
    pub password: String,
    /// A code of the authenticator app, or a recovery code; asked for where it is on.
    pub second_factor: Option<String>,
}

/// A person proved again. The change's own verb uses the proof up.
pub(crate) struct Proven {
    pub(crate) login: WonLogin,
    pub(super) account: LoginAccount,
    /// The turn that the comparison had, for one hash more.
    pub(super) slot: Slot,
}

impl Identity {
    /// Asks a person who is logged in for the password and, where it is on, the second factor. Counted
    /// and paused as logins are.
    pub(crate) async fn reauthenticate(
        &self,
        caller: &Caller,
        principal: &Principal,
        proof: &Reauth,
    ) -> Result<Proven, ReauthError> {
        let login = LoginName::Account(principal.user_id);
        let slot = self.hasher.reserve().await?;
        let (store, now, trace) = (&self.context.store, self.now(), self.login_trace(&login));
        let admission = store.admit_login(&login, trace, caller.origin(), self.limits(), now).await;
        let account = match self.observe(admission)? {
            LoginAdmission::Admitted(account) => account,
            LoginAdmission::Limited(until) => return Err(ReauthError::Limited(until.since(now))),
        };
        let phc = account.as_ref().and_then(|account| account.phc.clone());
        let (right, slot) = slot.compare(&Password::offer(&proof.password), phc.clone()).await?;
        let (Some(account), Some(phc), true) = (account, phc, right) else { return Err(ReauthError::Wrong) };
        let login = WonLogin { user_id: account.user_id, phc, trace, factor: None, origin: caller.origin() };
        let login = self.with_factor(login, &account, proof.second_factor.as_deref()).await?;
        Ok(Proven { login, account, slot })
    }

    /// The login with its second factor, where the account asks for one. Without one a right password
    /// fails nothing and wins nothing.
    pub(super) async fn with_factor(
        &self,
        login: WonLogin,
        account: &LoginAccount,
        typed: Option<&str>,
    ) -> Result<WonLogin, FactorError> {
        if !account.second_factor {
            return Ok(login);
        }
        let Some(typed) = given(typed) else {
            self.observe(self.context.store.forgive_login(login, self.now()).await)?;
            return Err(FactorError::Required);
        };
        let factor = self.show_factor(account.user_id, typed, login.origin.clone()).await?;
        Ok(WonLogin { factor, ..login })
    }

    /// What a person showed as the second factor, compared as far as it can be: its use is the store's
    /// to decide. None: it was switched off meanwhile.
    pub(super) async fn show_factor(
        &self,
        user: UserId,
        typed: &str,
        origin: super::Origin,
    ) -> Result<Option<ShownFactor>, FactorError> {
        let trace = self.factor_trace(user);
        let Some(factor) = self.admit_factor(user, trace, origin).await? else { return Ok(None) };
        if factor.state != FactorState::On {
            return Ok(None);
        }
        let what = match Typed::read(user, typed).ok_or(FactorError::Wrong)? {
            Typed::Recovery(hash) => Shown::Recovery(hash),
            Typed::Code(code) => self.compare(user, factor, &code).ok_or(FactorError::Wrong)?,
        };
        Ok(Some(ShownFactor { trace, what }))
    }

    /// The account's second factor, for one comparison.
    pub(super) async fn admit_factor(
        &self,
        user: UserId,
        trace: [u8; 32],
        origin: super::Origin,
    ) -> Result<Option<Factor>, FactorError> {
        let now = self.now();
        let admission = self.context.store.admit_factor(user, trace, origin, self.limits(), now).await;
        match self.observe(admission)? {
            FactorAdmission::Admitted(factor) => Ok(factor),
            FactorAdmission::Limited(until) => Err(FactorError::Limited(until.since(now))),
        }
    }

    /// The step of a right code that is later than any before.
    pub(super) fn compare(&self, user: UserId, factor: Factor, code: &str) -> Option<Shown> {
        let Some(unsealed) = Seed::unseal(&self.context.keys, user, &factor.seed, self.context.entropy.as_ref()) else {
            tracing::error!("a second factor is sealed by a secret that is gone: its owner needs a recovery code");
            return None;
        };
        let step = unsealed.seed.step_of(code, self.now(), factor.last_step)?;
        Some(Shown::Step { seed: factor.seed, step, renewed: unsealed.renewed })
    }

    /// What misses of a person's second factor are counted by.
    pub(super) fn factor_trace(&self, user: UserId) -> [u8; 32] {
        self.context.keys.mac(Purpose::ContactTrace, &[b"second factor", user.as_uuid().as_bytes()])
    }
}

impl<T> Settled<T> {
    /// What a change did that stood on a password and a second factor.
    pub(crate) fn proven(self) -> Result<T, ReauthError> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Gone => Err(ReauthError::Wrong),
            Self::FactorUsed => Err(FactorError::Wrong.into()),
        }
    }
}

/// Whether something was typed at all.
pub(super) fn given(typed: Option<&str>) -> Option<&str> {
    typed.filter(|typed| !typed.trim().is_empty())
}

impl fmt::Debug for Reauth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reauth(…)")
    }
}
