//! An authenticator app, as a person has it on the phone.

use crate::eventually;
use data_encoding::BASE32_NOPAD;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use totp_rs::{Builder, Totp};

const STEP: u64 = 30;
/// Nearer to the end of a step no code of the step before is shown: it would be old on arrival.
const MARGIN: u64 = 10;

/// Shows codes; none twice.
pub struct Authenticator {
    totp: Totp,
    last: u64,
}

impl Authenticator {
    /// The app that read the answer of `POST /me/totp`.
    #[must_use]
    pub fn of(offer: &Value) -> Self {
        let secret = offer["secret"].as_str().expect("a secret");
        let seed = BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
        Self { totp: Builder::new().with_secret(seed).build().expect("a seed"), last: 0 }
    }

    /// The earliest code that is good and was not shown: of the step before, else of this one. Two are
    /// there at once, the third takes its time.
    pub async fn code(&mut self) -> String {
        let last = self.last;
        let step = eventually("a code that was not shown", || async move {
            let now = now().as_secs();
            let step = (now / STEP - 1).max(last + 1);
            (step <= now / STEP && now % STEP < STEP - MARGIN).then_some(step)
        });
        self.last = step.await;
        self.totp.generate(self.last * STEP).to_string()
    }
}

#[allow(clippy::disallowed_methods, reason = "a phone has a clock of its own")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970")
}
