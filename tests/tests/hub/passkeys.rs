//! Passkeys, as a person with a device meets them.

use super::{items, keeps_the_contract};
use chatlink_protocol::frame::Push;
use chatlink_tests::{
    Authenticator, Device, PASSWORD, Payload, Person, Server, Socket, add_passkey, begin_passkey, begin_passkey_login,
    eventually, log_in_by_passkey, mails_for,
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_logs_in_alone_until_it_is_removed() {
    let mut server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let mut other = Socket::connect(&anna).await;
    let mails = mails_for(&anna.api, &anna.contact).await.len();
    let (device, id) = add_passkey(&anna.api, 1, "My phone").await;
    let told = other.until("a note of the account", |push| match push {
        Push::UserEvent(event) if event.kind == "account" => Some(event.subject.clone()),
        _ => None,
    });
    assert_eq!(told.await, "passkeys", "the other devices are told");
    eventually("a mail that tells the owner", || async {
        (mails_for(&anna.api, &anna.contact).await.len() > mails).then_some(())
    })
    .await;
    let offer = anna.api.post("/v1/me/totp", json!({ "password": PASSWORD })).await.is(201);
    let code = Authenticator::of(&offer).code().await;
    let on = anna.api.post("/v1/me/totp/confirm", json!({ "code": code })).await.is(200);
    let api = server.api();
    let answer = log_in_by_passkey(&api, &device).await.is(200);
    assert_eq!(answer["user"], json!({ "id": anna.id, "username": "anna" }), "no second factor was asked for");
    let token = answer["session"]["access_token"].as_str().expect("a token");
    assert_eq!(api.with_token(token).get("/v1/me").await.is(200)["username"], "anna");
    server.kill().await;
    server.restart().await;
    let (api, anna_api) = (server.api(), server.api().with_token(anna.api.token().expect("a token")));
    let _ = log_in_by_passkey(&api, &device).await.is(200);
    let listed = anna_api.get("/v1/me/passkeys").await.is(200);
    assert_eq!((items(&listed).len(), &listed["items"][0]["name"]), (1, &json!("My phone")), "{listed}");
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
    assert!(!listed.to_string().contains("credential"), "{listed}");
    let path = format!("/v1/me/passkeys/{id}");
    let bare = Payload::Json(json!({ "password": PASSWORD }));
    let _ = anna_api.call(Method::DELETE, &path, bare).await.refused(401, "second_factor_required");
    let proof = Payload::Json(json!({ "password": PASSWORD, "second_factor": on["recovery_codes"][0] }));
    let _ = anna_api.call(Method::DELETE, &path, proof).await.is(204);
    let _ = log_in_by_passkey(&api, &device).await.refused(401, "passkey_wrong");
    let log = anna_api.get("/v1/me/security-log").await.is(200);
    let kinds: Vec<_> = items(&log).iter().map(|event| event["kind"].as_str().unwrap_or_default()).collect();
    for kind in ["passkey_added", "logged_in_by_passkey", "passkey_removed"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_good_once_and_only_where_it_was_asked_for() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let carl = Person::join(&server, "carl").await;
    let begun = begin_passkey(&anna.api).await;
    let device = Device::new(1, chatlink_tests::ORIGIN, &begun["options"]);
    let added = |ceremony: &Value, credential: Value| json!({ "ceremony_id": ceremony["id"], "name": "phone", "credential": credential });
    let right = added(&begun, device.create(&begun["options"]));
    let _ = carl.api.post("/v1/me/passkeys", right.clone()).await.refused(410, "attempt_gone");
    let _ = anna.api.post("/v1/me/passkeys", right.clone()).await.is(201);
    let _ = anna.api.post("/v1/me/passkeys", right).await.refused(410, "attempt_gone");
    let elsewhere = Device { origin: "https://chatlink.evil.example".to_owned(), ..device.clone() };
    let begun = begin_passkey(&anna.api).await;
    let phished = added(&begun, elsewhere.create(&begun["options"]));
    let refused = anna.api.post("/v1/me/passkeys", phished).await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "credential");
    let api = server.api();
    let begun = begin_passkey_login(&api).await;
    let login = |credential: Value| json!({ "ceremony_id": begun["id"], "credential": credential });
    let right = device.get(&begun["options"]);
    let _ = api.post("/v1/sessions/passkey", login(right.clone())).await.is(200);
    let replayed = api.post("/v1/sessions/passkey", login(right)).await;
    assert_eq!((replayed.status, &replayed.body["code"]), (401, &json!("passkey_wrong")));
    for bent in [
        elsewhere,
        Device { verified: false, ..device.clone() },
        Device { user: carl.id.as_uuid().as_bytes().to_vec(), ..device.clone() },
        Device { user: Vec::new(), ..device.clone() },
    ] {
        let refused = log_in_by_passkey(&api, &bent).await;
        assert_eq!(refused.blank(), replayed.blank(), "one answer for all that is wrong");
    }
    let copy = Device { counter: 9, ..device.clone() };
    let _ = log_in_by_passkey(&api, &copy).await.is(200);
    let _ = log_in_by_passkey(&api, &copy).await.refused(401, "passkey_wrong");
    let log = anna.api.get("/v1/me/security-log").await.is(200);
    assert_eq!(log["items"][0]["kind"], "passkey_suspect", "{log}");
    keeps_the_contract(&server).await;
}
