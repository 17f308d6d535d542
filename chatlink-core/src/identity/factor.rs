//! Switching a second factor on and off.

use super::{
    Identity,
    caller::Caller,
    factor_error::{FactorChangeError, FactorError},
    notice::NoticeKind,
    port::{FactorState, FactorStatus, Settled, ShownFactor},
    principal::Principal,
    reauth::Reauth,
    recovery::{self, Typed},
    totp::{self, Seed},
};
use crate::error::StoreError;
use chatlink_protocol::UserId;
use std::fmt;

/// A second factor that waits for its first code. Shown once.
pub struct FactorOffer {
    /// The seed, as people type it (base32).
    pub secret: String,
    /// The address that an authenticator app reads.
    pub otpauth_url: String,
    /// The same as a QR code, drawn as SVG.
    pub qr_svg: String,
}

impl Identity {
    /// The person's second factor, if it is on.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn second_factor(&self, user: UserId) -> Result<Option<FactorStatus>, StoreError> {
        self.observe(self.context.store.find_factor(user).await)
    }

    /// Makes a seed that waits for its first code; one that waited before is forgotten.
    ///
    /// # Errors
    /// Not proven to be the owner, or one is on.
    pub async fn offer_second_factor(
        &self,
        caller: &Caller,
        principal: &Principal,
        password: &str,
    ) -> Result<FactorOffer, FactorChangeError> {
        let status = self.second_factor(principal.user_id).await?;
        if status.is_some() {
            return Err(FactorChangeError::AlreadyOn);
        }
        let proof = Reauth { password: password.to_owned(), second_factor: None };
        let proven = self.reauthenticate(caller, principal, &proof).await?;
        let (context, now) = (&self.context, self.now());
        let seed = Seed::draw(context.entropy.as_ref());
        let product = &context.settings.product_name;
        let offer = seed.sealed_offer(self, &proven.account.user_id, product, &proven.account.username);
        let (sealed, offer) = offer.ok_or_else(|| StoreError::corrupt("a second factor could not be made"))?;
        let until = now.plus(self.limits().proof_life);
        match self.observe(context.store.offer_factor(proven.login, sealed, until, now).await)? {
            Settled::FactorUsed => Err(FactorChangeError::AlreadyOn),
            settled => Ok(settled.proven().map(|()| offer)?),
        }
    }

    /// Switches the waiting second factor on by its first code, and answers the recovery codes: this
    /// once and never again.
    ///
    /// # Errors
    /// None waits, or the code is wrong.
    pub async fn confirm_second_factor(
        &self,
        caller: &Caller,
        principal: &Principal,
        code: &str,
    ) -> Result<Vec<String>, FactorChangeError> {
        let user = principal.user_id;
        // Asked first: one that is on counts no misses here, or whoever holds a session could make its
        // owner wait.
        if self.second_factor(user).await?.is_some() {
            return Err(FactorChangeError::AlreadyOn);
        }
        let trace = self.factor_trace(user);
        let factor = self.admit_factor(user, trace, caller.origin()).await.map_err(|error| match error {
            FactorError::Limited(wait) => FactorChangeError::Limited(wait),
            FactorError::Store(error) => error.into(),
            FactorError::Required | FactorError::Wrong => FactorChangeError::NotOn,
        })?;
        let factor = factor.ok_or(FactorChangeError::NotOn)?;
        match factor.state {
            FactorState::On => return Err(FactorChangeError::AlreadyOn),
            FactorState::Pending(until) if until <= self.now() => return Err(FactorChangeError::NotOn),
            FactorState::Pending(_) => {}
        }
        let Some(Typed::Code(code)) = Typed::read(user, code) else { return Err(FactorChangeError::CodeWrong) };
        let what = self.compare(user, factor, &code).ok_or(FactorChangeError::CodeWrong)?;
        let (codes, hashes) = recovery::draw(user, self.context.entropy.as_ref());
        let shown = ShownFactor { trace, what };
        let confirmed = self.context.store.confirm_factor(user, shown, hashes, caller.origin(), self.now()).await;
        if !self.observe(confirmed)? {
            return Err(FactorChangeError::NotOn);
        }
        self.changed(caller, user, "second_factor", NoticeKind::FactorOn).await?;
        Ok(codes)
    }

    /// Switches the second factor off, and forgets one that waits. Nothing to do is fine.
    ///
    /// # Errors
    /// Not proven to be the owner.
    pub async fn remove_second_factor(
        &self,
        caller: &Caller,
        principal: &Principal,
        proof: &Reauth,
    ) -> Result<(), FactorChangeError> {
        let proven = self.reauthenticate(caller, principal, proof).await?;
        let was_on = proven.login.factor.is_some();
        self.observe(self.context.store.remove_factor(proven.login, self.now()).await)?.proven()?;
        if was_on {
            self.changed(caller, principal.user_id, "second_factor", NoticeKind::FactorOff).await?;
        }
        Ok(())
    }

    /// Replaces the recovery codes, and answers the new ones: this once and never again.
    ///
    /// # Errors
    /// Not proven to be the owner, or no second factor is on.
    pub async fn renew_recovery_codes(
        &self,
        caller: &Caller,
        principal: &Principal,
        proof: &Reauth,
    ) -> Result<Vec<String>, FactorChangeError> {
        let user = principal.user_id;
        let proven = self.reauthenticate(caller, principal, proof).await?;
        if proven.login.factor.is_none() {
            self.observe(self.context.store.forgive_login(proven.login, self.now()).await)?;
            return Err(FactorChangeError::NotOn);
        }
        let (codes, hashes) = recovery::draw(user, self.context.entropy.as_ref());
        self.observe(self.context.store.renew_recovery(proven.login, hashes, self.now()).await)?.proven()?;
        self.changed(caller, user, "second_factor", NoticeKind::RecoveryRenewed).await?;
        Ok(codes)
    }
}

impl Seed {
    fn sealed_offer(
        &self,
        identity: &Identity,
        user: &UserId,
        product: &str,
        username: &str,
    ) -> Option<(Vec<u8>, FactorOffer)> {
        let context = &identity.context;
        let sealed = self.seal(&context.keys, *user, context.entropy.as_ref())?;
        let otpauth_url = self.url(product, username)?;
        let qr_svg = totp::qr(&otpauth_url)?;
        Some((sealed, FactorOffer { secret: self.base32(), otpauth_url, qr_svg }))
    }
}

impl fmt::Debug for FactorOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FactorOffer(…)")
    }
}
