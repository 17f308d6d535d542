//! Logging in by a passkey: without a name, and without anything besides.
//!
//! The device holds the key and verifies its person: something one has, and something one knows or is.
//! That is two factors, so no code of an authenticator app is asked for.

use super::{
    Identity,
    caller::Caller,
    forms::{Grant, LoggedIn},
    passkey_error::PasskeyLoginError,
    passkeys::CeremonyBegun,
    port::{CeremonyOf, KeptPasskey, PasskeyWon, WonPasskey},
};
use crate::error::StoreError;
use chatlink_protocol::CeremonyId;
use serde_json::Value;

/// A login by a passkey, as it came over the wire.
#[derive(Clone, Debug)]
pub struct PasskeyLogin {
    /// The ceremony that it answers.
    pub ceremony: CeremonyId,
    /// The device's answer.
    pub answer: Value,
    /// How the session is to be held.
    pub grant: Grant,
}

impl Identity {
    /// Asks whoever it is for a passkey. Counted as a failed login of the network until it is won.
    ///
    /// # Errors
    /// Too many from this network.
    pub async fn begin_passkey_login(&self, caller: &Caller) -> Result<CeremonyBegun, PasskeyLoginError> {
        let ceremonies = self.ceremonies().ok_or(PasskeyLoginError::Off)?;
        let asked = ceremonies.begin_login();
        let asked =
            asked.map_err(|fault| fault.failure().map_or(PasskeyLoginError::Wrong, PasskeyLoginError::Store))?;
        let (now, prefix) = (self.now(), caller.origin().prefix);
        let (ceremony, begun) = self.ceremony(asked);
        let kept = self.context.store.begin_passkey_login(ceremony, prefix, self.limits(), now).await;
        match self.observe(kept)? {
            Ok(()) => Ok(begun),
            Err(until) => Err(PasskeyLoginError::Limited(until.since(now))),
        }
    }

    /// Logs in whoever the passkey belongs to. A wrong answer ends the ceremony: each try costs one.
    ///
    /// # Errors
    /// One and the same, whatever is wrong.
    pub async fn passkey_login(&self, caller: &Caller, form: PasskeyLogin) -> Result<LoggedIn, PasskeyLoginError> {
        if self.ceremonies().is_none() {
            return Err(PasskeyLoginError::Off);
        }
        let store = &self.context.store;
        let state = store.find_ceremony(form.ceremony, CeremonyOf::Login, self.now()).await;
        let state = self.observe(state)?.ok_or(PasskeyLoginError::Wrong)?;
        let Some((passkey, counter)) = self.compare_passkey(&state, &form.answer).await? else {
            self.observe(store.end_ceremony(form.ceremony).await)?;
            return Err(PasskeyLoginError::Wrong);
        };
        let won = WonPasskey {
            ceremony: form.ceremony,
            passkey_id: passkey.passkey_id,
            user_id: passkey.user_id,
            counter,
            origin: caller.origin(),
        };
        let (session, secret) = self.new_session(passkey.user_id, form.grant, caller);
        let started = store.win_passkey_login(won, session, &self.context.settings.sessions, self.now()).await;
        let started = match self.observe(started)? {
            PasskeyWon::Started(started) => started,
            PasskeyWon::Gone => return Err(PasskeyLoginError::Wrong),
            PasskeyWon::Rewound => {
                tracing::warn!(passkey = %passkey.passkey_id, "a passkey's count of uses did not rise: it may be copied");
                return Err(PasskeyLoginError::Wrong);
            }
        };
        self.ends.note(&started.ended, self.now());
        Ok(LoggedIn {
            user_id: passkey.user_id,
            username: passkey.username,
            session: self.hold(&started.session, secret)?,
        })
    }

    /// The passkey that signed the answer, and its count of uses. `None`: none of ours did.
    async fn compare_passkey(&self, state: &[u8], answer: &Value) -> Result<Option<(KeptPasskey, u32)>, StoreError> {
        let Some(ceremonies) = self.ceremonies() else { return Ok(None) };
        let Some(shown) = ceremonies.read_login(answer) else { return Ok(None) };
        let kept = self.observe(self.context.store.find_passkey(&shown.credential_id).await)?;
        // The device names the account, too: a passkey is never taken for somebody else's.
        let Some(kept) = kept.filter(|kept| kept.user_id == shown.user_id) else { return Ok(None) };
        match ceremonies.finish_login(state, answer, &kept.credential) {
            Ok(counter) => Ok(Some((kept, counter))),
            Err(fault) => fault.failure().map_or(Ok(None), Err),
        }
    }
}
