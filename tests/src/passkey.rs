//! Passkeys of people, with a [`Device`] in software.

use crate::{Answer, Api, Device, PASSWORD};
use serde_json::{Value, json};

/// The page that a developer's machine serves.
pub const ORIGIN: &str = "http://localhost:8080";

/// Asks for a new passkey; answers the ceremony.
pub async fn begin_passkey(api: &Api) -> Value {
    api.post("/v1/me/passkeys/begin", json!({ "password": PASSWORD })).await.is(201)
}

/// Adds the passkey of a new device; answers it with its id.
pub async fn add_passkey(api: &Api, seed: u8, name: &str) -> (Device, String) {
    let begun = begin_passkey(api).await;
    let device = Device::new(seed, ORIGIN, &begun["options"]);
    let credential = device.create(&begun["options"]);
    let body = json!({ "ceremony_id": begun["id"], "name": name, "credential": credential });
    let added = api.post("/v1/me/passkeys", body).await.is(201);
    (device, added["id"].as_str().expect("an id").to_owned())
}

/// Asks for any passkey; answers the ceremony.
pub async fn begin_passkey_login(api: &Api) -> Value {
    api.post_empty("/v1/sessions/passkey/begin").await.is(201)
}

/// Logs in by the device's passkey.
pub async fn log_in_by_passkey(api: &Api, device: &Device) -> Answer {
    let begun = begin_passkey_login(api).await;
    let credential = device.get(&begun["options"]);
    api.post("/v1/sessions/passkey", json!({ "ceremony_id": begun["id"], "credential": credential })).await
}
