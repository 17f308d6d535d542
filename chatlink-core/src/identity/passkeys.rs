//! Passkeys of an account: added in two halves, listed, removed. The owner is told of each change.

use super::{
    Identity,
    caller::Caller,
    notice::NoticeKind,
    passkey::{Asked, CEREMONY_LIFE, MAX_PASSKEYS, PasskeyName, PasskeyOwner, Passkeys},
    passkey_error::PasskeyError,
    port::{CeremonyOf, NewCeremony, NewPasskey, Passkey, PasskeyAdded},
    principal::Principal,
    reauth::Reauth,
};
use crate::limiter::Cost;
use chatlink_protocol::{CeremonyId, PasskeyId, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// A ceremony that waits for the device's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct CeremonyBegun {
    /// It.
    pub id: CeremonyId,
    /// No answer is taken from then on.
    pub expires_at: Timestamp,
    /// What the device is asked.
    pub options: Value,
}

impl Identity {
    /// Whether passkeys are taken here at all.
    #[must_use]
    pub fn takes_passkeys(&self) -> bool {
        self.ceremonies().is_some()
    }

    /// The ceremonies; a host's users have none here.
    pub(super) fn ceremonies(&self) -> Option<&Arc<dyn Passkeys>> {
        self.context.passkeys.as_ref().filter(|_| self.has_logins())
    }

    /// The person's passkeys, the oldest first.
    ///
    /// # Errors
    /// Too fast, or the store's failure.
    pub async fn list_passkeys(&self, principal: &Principal) -> Result<Vec<Passkey>, PasskeyError> {
        self.context.limiter.spend(principal.user_id, Cost::Read, 1, self.context.now())?;
        Ok(self.observe(self.context.store.list_passkeys(principal.user_id).await)?)
    }

    /// Asks the owner's device for a new passkey.
    ///
    /// # Errors
    /// Not proven to be the owner, or the account has as many as it may have.
    pub async fn begin_passkey(
        &self,
        caller: &Caller,
        principal: &Principal,
        proof: &Reauth,
    ) -> Result<CeremonyBegun, PasskeyError> {
        let ceremonies = self.ceremonies().ok_or(PasskeyError::Off)?;
        let kept = self.observe(self.context.store.list_passkeys(principal.user_id).await)?;
        if kept.len() >= MAX_PASSKEYS {
            return Err(PasskeyError::Full);
        }
        let proven = self.reauthenticate(caller, principal, proof).await?;
        let owner = PasskeyOwner { user_id: principal.user_id, username: proven.account.username };
        let known: Vec<_> = kept.into_iter().map(|passkey| passkey.credential_id).collect();
        let asked = ceremonies.begin_new(&owner, &known);
        let asked = asked.map_err(|fault| fault.failure().map_or(PasskeyError::Refused, PasskeyError::Store))?;
        let (ceremony, begun) = self.ceremony(asked);
        self.observe(self.context.store.begin_passkey(proven.login, ceremony, self.now()).await)?.proven()?;
        Ok(begun)
    }

    /// Keeps the passkey that the device made, and tells the owner. A wrong answer ends the ceremony.
    ///
    /// # Errors
    /// No such ceremony of this person, a wrong answer, or no name.
    pub async fn add_passkey(
        &self,
        caller: &Caller,
        principal: &Principal,
        ceremony: CeremonyId,
        name: &str,
        answer: &Value,
    ) -> Result<Passkey, PasskeyError> {
        let ceremonies = self.ceremonies().ok_or(PasskeyError::Off)?;
        let name: PasskeyName = name.parse()?;
        let (store, user_id) = (&self.context.store, principal.user_id);
        let state = store.find_ceremony(ceremony, CeremonyOf::New(user_id), self.now()).await;
        let state = self.observe(state)?.ok_or(PasskeyError::Gone)?;
        let made = match ceremonies.finish_new(&state, answer) {
            Ok(made) => made.bounded(),
            Err(fault) => match fault.failure() {
                Some(failure) => return Err(failure.into()),
                None => None,
            },
        };
        let Some(made) = made else {
            self.observe(store.end_ceremony(ceremony).await)?;
            return Err(PasskeyError::Refused);
        };
        let passkey = NewPasskey {
            passkey_id: PasskeyId::from_uuid(self.context.fresh_id()),
            user_id,
            credential_id: made.credential_id,
            credential: made.credential,
            counter: made.counter,
            name,
        };
        let added = store.add_passkey(ceremony, passkey, MAX_PASSKEYS, caller.origin(), self.now()).await;
        let passkey = match self.observe(added)? {
            PasskeyAdded::Added(passkey) => passkey,
            PasskeyAdded::Gone => return Err(PasskeyError::Gone),
            PasskeyAdded::Full => return Err(PasskeyError::Full),
            PasskeyAdded::Taken => return Err(PasskeyError::Refused),
        };
        self.changed(caller, user_id, "passkeys", NoticeKind::PasskeyAdded).await?;
        Ok(passkey)
    }

    /// Removes a passkey and tells the owner. The last one, too: there is always a password.
    ///
    /// # Errors
    /// Not proven to be the owner, or the account has no such passkey.
    pub async fn remove_passkey(
        &self,
        caller: &Caller,
        principal: &Principal,
        passkey: PasskeyId,
        proof: &Reauth,
    ) -> Result<(), PasskeyError> {
        let proven = self.reauthenticate(caller, principal, proof).await?;
        let removed = self.context.store.remove_passkey(proven.login, passkey, self.now()).await;
        if !self.observe(removed)?.proven()? {
            return Err(PasskeyError::NotFound);
        }
        self.changed(caller, principal.user_id, "passkeys", NoticeKind::PasskeyRemoved).await?;
        Ok(())
    }

    /// A ceremony to be kept, and what the device is told of it.
    pub(super) fn ceremony(&self, asked: Asked) -> (NewCeremony, CeremonyBegun) {
        let id = CeremonyId::from_uuid(self.context.fresh_id());
        let ends_at = self.now().plus(CEREMONY_LIFE);
        let ceremony = NewCeremony { id, state: asked.state, ends_at };
        (ceremony, CeremonyBegun { id, expires_at: ends_at, options: asked.options })
    }
}
