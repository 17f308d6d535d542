//! Passkeys without signatures: what a device answers is right when it says so.

use chatlink_core::identity::{Asked, CeremonyFault, MadePasskey, PasskeyOwner, Passkeys, ShownPasskey};
use serde_json::{Value, json};

/// Each passkey counts no uses and is called as its answer says.
pub(super) struct FakePasskeys;

fn judge(answer: &Value) -> Result<(), CeremonyFault> {
    if answer["is_right"] == true { Ok(()) } else { Err(CeremonyFault::Refused("it says so itself".into())) }
}

fn asked() -> Asked {
    Asked { state: b"waiting".to_vec(), options: json!({ "publicKey": {} }) }
}

fn credential_id(answer: &Value) -> Vec<u8> {
    answer["id"].as_str().unwrap_or_default().as_bytes().to_vec()
}

impl Passkeys for FakePasskeys {
    fn begin_new(&self, _: &PasskeyOwner, _: &[Vec<u8>]) -> Result<Asked, CeremonyFault> {
        Ok(asked())
    }

    fn finish_new(&self, _: &[u8], answer: &Value) -> Result<MadePasskey, CeremonyFault> {
        judge(answer)?;
        Ok(MadePasskey { credential_id: credential_id(answer), credential: b"key".to_vec(), counter: 0 })
    }

    fn begin_login(&self) -> Result<Asked, CeremonyFault> {
        Ok(asked())
    }

    fn read_login(&self, answer: &Value) -> Option<ShownPasskey> {
        let user_id = answer["user"].as_str()?.parse().ok()?;
        Some(ShownPasskey { credential_id: credential_id(answer), user_id })
    }

    fn finish_login(&self, _: &[u8], answer: &Value, _: &[u8]) -> Result<u32, CeremonyFault> {
        judge(answer).map(|()| 0)
    }
}
