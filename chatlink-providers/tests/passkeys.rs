//! The ceremonies of passkeys, with a device in software: what is right is taken, and nothing else is.

#![cfg(feature = "passkeys")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it cannot go on")]

mod device;

use chatlink_core::{
    identity::{Asked, CeremonyFault, MadePasskey, PasskeyOwner, Passkeys as _},
    protocol::UserId,
};
use chatlink_providers::passkeys::{PasskeySite, WebauthnPasskeys};
use device::Device;
use serde_json::{Value, json};
use uuid::Uuid;

const ORIGIN: &str = "https://chat.example.org";

fn site() -> WebauthnPasskeys {
    PasskeySite::at(ORIGIN).unwrap().passkeys("ChatLink").unwrap()
}

fn ana() -> PasskeyOwner {
    PasskeyOwner { user_id: UserId::from_uuid(Uuid::from_u128(7)), username: "ana".to_owned() }
}

/// A passkey of Ana's, as it is kept, and the device that has it.
fn registered(site: &WebauthnPasskeys) -> (Device, MadePasskey) {
    let asked = site.begin_new(&ana(), &[]).unwrap();
    let device = Device::new(1, ORIGIN, &asked.options);
    let made = site.finish_new(&asked.state, &device.create(&asked.options)).unwrap();
    (device, made)
}

fn refused<T>(result: &Result<T, CeremonyFault>) -> bool {
    matches!(result, Err(CeremonyFault::Refused(_)))
}

#[test]
fn a_device_is_asked_for_a_passkey_that_is_found_without_a_name_and_verifies_its_person() {
    let asked = site().begin_new(&ana(), &[vec![5; 16]]).unwrap();
    let options = &asked.options;
    assert_eq!((&options["rp"]["id"], &options["rp"]["name"]), (&json!("chat.example.org"), &json!("ChatLink")));
    assert_eq!(options["user"]["name"], "ana");
    let selection = &options["authenticatorSelection"];
    assert_eq!((&selection["residentKey"], &selection["requireResidentKey"]), (&json!("required"), &json!(true)));
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"].as_array().map(Vec::len), Some(1));
    let login = site().begin_login().unwrap().options;
    assert_eq!((&login["rpId"], &login["userVerification"]), (&json!("chat.example.org"), &json!("required")));
    assert_eq!(login["allowCredentials"], json!([]));
    assert_ne!(login["challenge"], site().begin_login().unwrap().options["challenge"]);
}

#[test]
fn a_passkey_is_registered_and_logs_in() {
    let site = site();
    let (mut device, made) = registered(&site);
    assert_eq!((made.credential_id.as_slice(), made.counter), ([1; 16].as_slice(), 0));
    assert!(made.credential.len() < 2_000, "{} bytes", made.credential.len());
    for counter in [0, 0, 4, 3] {
        device.counter = counter;
        let asked = site.begin_login().unwrap();
        let answer = device.get(&asked.options);
        let shown = site.read_login(&answer).unwrap();
        assert_eq!((shown.credential_id.as_slice(), shown.user_id), (made.credential_id.as_slice(), ana().user_id));
        // Whether it may go back is the store's to say.
        assert_eq!(site.finish_login(&asked.state, &answer, &made.credential).unwrap(), counter);
    }
}

#[test]
fn a_device_tells_its_count_when_it_is_registered() {
    let site = site();
    let asked = site.begin_new(&ana(), &[]).unwrap();
    let device = Device { counter: 41, ..Device::new(1, ORIGIN, &asked.options) };
    assert_eq!(site.finish_new(&asked.state, &device.create(&asked.options)).unwrap().counter, 41);
}

#[test]
fn a_registration_that_is_bent_is_refused() {
    let site = site();
    let asked = site.begin_new(&ana(), &[]).unwrap();
    let bent = |change: fn(&mut Device)| {
        let mut device = Device::new(1, ORIGIN, &asked.options);
        change(&mut device);
        device.create(&asked.options)
    };
    let other = site.begin_new(&ana(), &[]).unwrap();
    let answers = [
        ("another origin", bent(|device| device.origin = "https://chat.example.net".to_owned())),
        ("another port", bent(|device| device.origin = "https://chat.example.org:8443".to_owned())),
        ("a subdomain", bent(|device| device.origin = "https://evil.chat.example.org".to_owned())),
        ("plain http", bent(|device| device.origin = "http://chat.example.org".to_owned())),
        ("another domain", bent(|device| device.domain = "example.org".to_owned())),
        ("nobody verified", bent(|device| device.verified = false)),
        ("another challenge", Device::new(1, ORIGIN, &asked.options).create(&other.options)),
        ("a login", Device::new(1, ORIGIN, &asked.options).get(&asked.options)),
        ("nothing", json!({})),
        ("no object", Value::Null),
    ];
    for (why, answer) in answers {
        assert!(refused(&site.finish_new(&asked.state, &answer)), "{why}");
    }
    let right = Device::new(1, ORIGIN, &asked.options).create(&asked.options);
    assert!(site.finish_new(&asked.state, &right).is_ok());
}

#[test]
fn a_login_that_is_bent_is_refused() {
    let site = site();
    let (device, made) = registered(&site);
    let Asked { state, options } = site.begin_login().unwrap();
    let bent = |change: fn(&mut Device)| {
        let (mut device, _) = registered(&site);
        change(&mut device);
        device.get(&options)
    };
    let replaced = |member: &str, with: &str| {
        let mut answer = device.get(&options);
        answer["response"][member] = json!(with);
        answer
    };
    let stranger = Device::new(2, ORIGIN, &site.begin_new(&ana(), &[]).unwrap().options);
    let mut impostor = stranger.get(&options);
    for member in ["id", "rawId"] {
        impostor[member] = device.get(&options)[member].clone();
    }
    let answers = [
        ("another origin", bent(|device| device.origin = "https://chat.example.net".to_owned())),
        ("another domain", bent(|device| device.domain = "example.org".to_owned())),
        ("nobody verified", bent(|device| device.verified = false)),
        ("another challenge", device.get(&site.begin_login().unwrap().options)),
        ("another key", impostor),
        ("another passkey", stranger.get(&options)),
        ("another signature", replaced("signature", "MAYCAQECAQE")),
        ("no signature", replaced("signature", "")),
        ("other data", replaced("authenticatorData", "AAAA")),
        ("a registration", device.create(&options)),
        ("nothing", json!({})),
    ];
    for (why, answer) in answers {
        assert!(refused(&site.finish_login(&state, &answer, &made.credential)), "{why}");
    }
    assert!(site.finish_login(&state, &device.get(&options), &made.credential).is_ok());
}

#[test]
fn what_was_kept_and_cannot_be_read_is_our_fault() {
    let site = site();
    let (device, made) = registered(&site);
    let asked = site.begin_login().unwrap();
    let answer = device.get(&asked.options);
    let broken = |result: &Result<u32, CeremonyFault>| matches!(result, Err(CeremonyFault::Broken(_)));
    assert!(broken(&site.finish_login(b"{}", &answer, &made.credential)));
    assert!(broken(&site.finish_login(&asked.state, &answer, b"")));
    let new = site.begin_new(&ana(), &[]).unwrap();
    let crossed = site.finish_login(&new.state, &answer, &made.credential);
    assert!(crossed.is_err(), "a ceremony of another kind");
}

#[test]
fn a_developers_machine_is_localhost_at_any_port_and_nothing_else() {
    let site = PasskeySite::localhost().unwrap().passkeys("ChatLink").unwrap();
    let asked = site.begin_new(&ana(), &[]).unwrap();
    let answer = |origin: &str| Device::new(1, origin, &asked.options).create(&asked.options);
    for good in ["http://localhost:8080", "http://localhost:49152", "http://localhost"] {
        assert!(site.finish_new(&asked.state, &answer(good)).is_ok(), "{good}");
    }
    for bad in ["http://127.0.0.1:8080", "http://localhost.evil.net", "https://localhost", "http://evil.localhost:1"] {
        assert!(refused(&site.finish_new(&asked.state, &answer(bad))), "{bad}");
    }
}

#[test]
fn an_answer_that_is_none_shows_no_passkey() {
    let site = site();
    let (device, _) = registered(&site);
    let options = site.begin_login().unwrap().options;
    let mut nameless = device.get(&options);
    nameless["response"]["userHandle"] = Value::Null;
    let short = Device { user: vec![1, 2, 3], ..registered(&site).0 }.get(&options);
    for answer in [json!({}), Value::Null, json!("x"), nameless, short, device.create(&options)] {
        assert_eq!(site.read_login(&answer), None, "{answer}");
    }
}
