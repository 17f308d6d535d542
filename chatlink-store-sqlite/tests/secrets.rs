//! What a person shows to prove who he is must not lie in the file: who steals it can be nobody.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::{Clock as _, SystemClock},
    identity::{Caller, Grant, Held, Identity, LoggedIn, LoginForm, RegistrationForm},
    memory::Mailbox,
    protocol::RegistrationId,
    settings::PasswordCost,
};
use chatlink_store_sqlite::SqliteOptions;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use std::{path::Path, sync::Arc};

const PASSWORD: &str = "quiet harbour 41 lanterns";

/// Every byte of the database's files.
fn bytes(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|file| std::fs::read(file).unwrap()).collect()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_code_proof_token_password_or_seed_lies_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
    let mailbox = Mailbox::default();
    let settings = Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() };
    let keys = Keys::new(vec![vec![5; 32]]).unwrap();
    let builder = ChatLink::builder().store(Arc::new(store.clone())).keys(keys).settings(settings);
    let chat = builder.sender(Arc::new(mailbox.clone())).build().await.unwrap();
    let (identity, caller) = (chat.identity(), Caller::default());

    let started = identity.start_registration(&caller, "ana@example.org").await.unwrap();
    let id = RegistrationId::from_uuid(started.id);
    let code = mailbox.code_for("ana@example.org").unwrap();
    let proof = identity.verify(&caller, id, &code).await.unwrap().proof;
    assert!(holds(&bytes(folder.path()), b"ana@example.org"), "the scan sees what is there");
    let mut secrets = vec![code, proof.clone(), PASSWORD.to_owned()];
    let form = RegistrationForm {
        proof,
        username: "ana".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "Ana".to_owned(),
        birth_date: "1990-05-01".to_owned(),
        country: "ES".to_owned(),
        native_languages: vec!["es".to_owned()],
        ..RegistrationForm::default()
    };
    let registered = identity.complete(&caller, id, form).await.unwrap();
    let login = LoginForm {
        login: "ana".to_owned(),
        password: PASSWORD.to_owned(),
        grant: Grant::Cookie,
        ..LoginForm::default()
    };
    let logged_in = identity.login(&caller, login).await.unwrap();
    secrets.extend(second_factor(identity, &logged_in).await);
    for held in [registered.session.held, logged_in.session.held] {
        match held {
            Held::Tokens { access_token, refresh_token, .. } => secrets.extend([access_token, refresh_token]),
            Held::Cookie { token, csrf_token, .. } => secrets.extend([token, csrf_token]),
        }
    }
    identity.start_reset(&caller, "ana").await.unwrap();
    secrets.push(mailbox.code_for("ana@example.org").unwrap());
    chat.shutdown().await;
    store.close().await;

    let file = bytes(folder.path());
    for (at, secret) in secrets.iter().enumerate() {
        assert!(!holds(&file, secret.as_bytes()), "secret {at} lies in the file");
        let raw = secret_bytes(secret);
        assert!(raw.len() < 10 || !holds(&file, &raw), "the bytes of secret {at} lie in the file");
    }
}

/// Switches a second factor on; answers its seed and its recovery codes.
async fn second_factor(identity: &Identity, logged_in: &LoggedIn) -> Vec<String> {
    let Held::Cookie { token, .. } = &logged_in.session.held else { panic!("not held by a cookie") };
    let (me, caller) = (identity.authenticate_cookie(token).await.unwrap(), Caller::default());
    let offer = identity.offer_second_factor(&caller, &me, PASSWORD).await.unwrap();
    let seed = BASE32_NOPAD.decode(offer.secret.as_bytes()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(seed).build().unwrap();
    let code = totp.generate(SystemClock.now().as_secs().unsigned_abs()).to_string();
    let mut secrets = identity.confirm_second_factor(&caller, &me, &code).await.unwrap();
    secrets.push(offer.secret);
    secrets
}

/// The bytes behind a secret's text: base32 in capitals, else base64url; empty where it is neither.
fn secret_bytes(secret: &str) -> Vec<u8> {
    let base32 = BASE32_NOPAD.decode(secret.replace('-', "").as_bytes());
    base32.or_else(|_| BASE64URL_NOPAD.decode(secret.as_bytes())).unwrap_or_default()
}
