//! What a person shows to prove who he is must not lie in the tables: who steals them can be nobody.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

mod support;

use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::{Clock as _, SystemClock},
    identity::{Caller, Grant, Held, Identity, LoggedIn, LoginForm, RegistrationForm},
    memory::Mailbox,
    protocol::RegistrationId,
    settings::PasswordCost,
};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use sqlx::{AssertSqlSafe, PgConnection};
use std::sync::Arc;

const PASSWORD: &str = "quiet harbour 41 lanterns";

/// Every byte that stands in the tables.
async fn bytes(connection: &mut PgConnection) -> Vec<u8> {
    let columns = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
         WHERE table_schema = current_schema()";
    let columns: Vec<(String, String, String)> = sqlx::query_as(columns).fetch_all(&mut *connection).await.unwrap();
    let mut bytes = Vec::new();
    for (table, column, of) in columns {
        let value =
            if of == "bytea" { format!("\"{column}\"") } else { format!("convert_to(\"{column}\"::text, 'UTF8')") };
        let values = AssertSqlSafe(format!("SELECT {value} FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"));
        let values: Vec<Vec<u8>> = sqlx::query_scalar(values).fetch_all(&mut *connection).await.unwrap();
        // Two values are not one.
        values.into_iter().for_each(|value| bytes.extend(value.into_iter().chain([0])));
    }
    bytes
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_code_proof_token_password_or_seed_lies_in_the_tables() {
    let store = support::fresh().await;
    let mut by_hand = support::by_hand(&store).await;
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
    assert!(holds(&bytes(&mut by_hand).await, b"ana@example.org"), "the scan sees what is there");
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

    let tables = bytes(&mut by_hand).await;
    for (at, secret) in secrets.iter().enumerate() {
        assert!(!holds(&tables, secret.as_bytes()), "secret {at} lies in the tables");
        let raw = secret_bytes(secret);
        assert!(raw.len() < 10 || !holds(&tables, &raw), "the bytes of secret {at} lie in the tables");
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
