//! Passkeys: the ceremonies of WebAuthn by the crate `webauthn-rs`.
//!
//! No attestation is asked for: which maker a device is of is nobody's business here. Between the halves of
//! a ceremony the engine's store keeps the state, never a client. The count of uses is compared there, too,
//! in the statement that takes a login, and nowhere else.

mod site;

pub use site::{PasskeySite, SiteError};

use chatlink_core::{
    identity::{Asked, CeremonyFault, MadePasskey, PasskeyOwner, Passkeys, ShownPasskey},
    protocol::UserId,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use webauthn_rs::prelude::{
    Credential, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn,
};
use webauthn_rs_proto::{AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationPolicy};

/// [`Passkeys`] by the crate `webauthn-rs`, for one site.
#[derive(Clone, Debug)]
pub struct WebauthnPasskeys {
    webauthn: Webauthn,
}

impl Passkeys for WebauthnPasskeys {
    fn begin_new(&self, owner: &PasskeyOwner, known: &[Vec<u8>]) -> Result<Asked, CeremonyFault> {
        let (mut asked, state) = self
            .webauthn
            .start_passkey_registration(
                *owner.user_id.as_uuid(),
                &owner.username,
                &owner.username,
                Some(known.to_vec()),
            )
            .map_err(broken)?;
        // One that is not kept by the device could not log in without a name.
        asked.public_key.authenticator_selection = Some(AuthenticatorSelectionCriteria {
            authenticator_attachment: None,
            resident_key: Some(ResidentKeyRequirement::Required),
            require_resident_key: true,
            user_verification: UserVerificationPolicy::Required,
        });
        Ok(Asked { state: write(&state)?, options: options(&asked.public_key)? })
    }

    fn finish_new(&self, state: &[u8], answer: &Value) -> Result<MadePasskey, CeremonyFault> {
        let state: PasskeyRegistration = read(state)?;
        let answer: RegisterPublicKeyCredential = understand(answer)?;
        let passkey = self.webauthn.finish_passkey_registration(&answer, &state).map_err(refused)?;
        let mut credential = Credential::from(passkey);
        let counter = std::mem::take(&mut credential.counter);
        let credential_id = credential.cred_id.to_vec();
        Ok(MadePasskey { credential_id, credential: write(&Passkey::from(credential))?, counter })
    }

    fn begin_login(&self) -> Result<Asked, CeremonyFault> {
        let (asked, state) = self.webauthn.start_discoverable_authentication().map_err(broken)?;
        Ok(Asked { state: write(&state)?, options: options(&asked.public_key)? })
    }

    fn read_login(&self, answer: &Value) -> Option<ShownPasskey> {
        let answer: PublicKeyCredential = understand(answer).ok()?;
        let (user, credential_id) = self.webauthn.identify_discoverable_authentication(&answer).ok()?;
        Some(ShownPasskey { credential_id: credential_id.to_vec(), user_id: UserId::from_uuid(user) })
    }

    fn finish_login(&self, state: &[u8], answer: &Value, credential: &[u8]) -> Result<u32, CeremonyFault> {
        let state: DiscoverableAuthentication = read(state)?;
        let passkey: Passkey = read(credential)?;
        let answer: PublicKeyCredential = understand(answer)?;
        let result = self.webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey).map_err(refused)?;
        // Demanded by the ceremony; two factors hang on it, so it is asked for once more.
        if !result.user_verified() {
            return Err(CeremonyFault::Refused("the person was not verified".into()));
        }
        Ok(result.counter())
    }
}

/// What was kept, which we wrote ourselves.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CeremonyFault> {
    serde_json::from_slice(bytes).map_err(broken)
}

fn write(value: &impl Serialize) -> Result<Vec<u8>, CeremonyFault> {
    serde_json::to_vec(value).map_err(broken)
}

fn options(value: &impl Serialize) -> Result<Value, CeremonyFault> {
    serde_json::to_value(value).map_err(broken)
}

/// What a client sent.
fn understand<T: DeserializeOwned>(answer: &Value) -> Result<T, CeremonyFault> {
    T::deserialize(answer).map_err(refused)
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> CeremonyFault {
    CeremonyFault::Refused(error.into())
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> CeremonyFault {
    CeremonyFault::Broken(error.into())
}
