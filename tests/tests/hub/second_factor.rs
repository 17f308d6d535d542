//! The second factor, as a person with a phone meets it.

use super::keeps_the_contract;
use chatlink_protocol::frame::Push;
use chatlink_tests::{Api, Authenticator, PASSWORD, Payload, Person, Server, Socket, code_for, eventually, mails_for};
use reqwest::Method;
use serde_json::{Value, json};

const NEW: &str = "third-silent-orchard-58";

fn login(password: &str, second_factor: Option<&str>) -> Value {
    json!({ "login": "anna", "password": password, "second_factor": second_factor })
}

/// Switches it on; answers the app and the recovery codes.
async fn switch_on(api: &Api) -> (Authenticator, Vec<String>) {
    let offer = api.post("/v1/me/totp", json!({ "password": PASSWORD })).await.is(201);
    assert!(offer["qr"].as_str().is_some_and(|qr| qr.starts_with("data:image/svg+xml;base64,")), "{offer}");
    let mut app = Authenticator::of(&offer);
    let on = api.post("/v1/me/totp/confirm", json!({ "code": app.code().await })).await.is(200);
    let codes: Vec<String> = serde_json::from_value(on["recovery_codes"].clone()).expect("codes");
    assert_eq!(codes.len(), 10);
    (app, codes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_wants_a_fresh_code_and_takes_none_twice() {
    let mut server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let mut other = Socket::connect(&anna).await;
    let mails = mails_for(&anna.api, &anna.contact).await.len();
    let (mut app, codes) = switch_on(&anna.api).await;
    let told = other.until("a note of the account", |push| match push {
        Push::UserEvent(event) if event.kind == "account" => Some(event.subject.clone()),
        _ => None,
    });
    assert_eq!(told.await, "second_factor", "the other devices are told");
    eventually("a mail that tells the owner", || async {
        (mails_for(&anna.api, &anna.contact).await.len() > mails).then_some(())
    })
    .await;
    let api = server.api();
    let wrong = api.post("/v1/sessions", login("not-the-password-42", Some("123456"))).await;
    let _ = wrong.refused(401, "login_wrong");
    let _ = api.post("/v1/sessions", login(PASSWORD, None)).await.refused(401, "second_factor_required");
    let _ = api.post("/v1/sessions", login(PASSWORD, Some("12345"))).await.refused(401, "second_factor_wrong");
    assert_eq!(anna.api.get("/v1/sessions").await.is(200)["items"].as_array().map(Vec::len), Some(1));
    let code = app.code().await;
    let _ = api.post("/v1/sessions", login(PASSWORD, Some(&code))).await.is(200);
    let _ = api.post("/v1/sessions", login(PASSWORD, Some(&code))).await.refused(401, "second_factor_wrong");
    server.kill().await;
    server.restart().await;
    let api = server.api();
    let replayed = api.post("/v1/sessions", login(PASSWORD, Some(&code))).await;
    let _ = replayed.refused(401, "second_factor_wrong");
    let _ = api.post("/v1/sessions", login(PASSWORD, Some(&codes[0]))).await.is(200);
    let _ = api.post("/v1/sessions", login(PASSWORD, Some(&codes[0]))).await.refused(401, "second_factor_wrong");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_wants_the_second_factor_and_the_mailed_code_is_none() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let (_, codes) = switch_on(&anna.api).await;
    let api = server.api();
    let started = api.post("/v1/password-resets", json!({ "login": "anna" })).await.is(202);
    let reset = format!("/v1/password-resets/{}", started["id"].as_str().expect("an id"));
    let mailed = eventually("a code of 8 digits", || async {
        let code = code_for(&api, &anna.contact).await;
        (code.len() == 8).then_some(code)
    })
    .await;
    let verified = api.post(&format!("{reset}/verify"), json!({ "code": mailed })).await.is(200);
    let complete = async |second_factor: Option<&str>| {
        let body = json!({ "proof": verified["proof"], "password": NEW, "second_factor": second_factor });
        api.post(&format!("{reset}/complete"), body).await
    };
    let _ = complete(None).await.refused(401, "second_factor_required");
    let _ = complete(Some(&mailed)).await.refused(401, "second_factor_wrong");
    let _ = anna.api.get("/v1/me").await.is(200);
    let _ = complete(Some(&codes[0])).await.is(204);
    let _ = anna.api.get("/v1/me").await.refused(401, "unauthenticated");
    let _ = api.post("/v1/sessions", login(NEW, None)).await.refused(401, "second_factor_required");
    let _ = api.post("/v1/sessions", login(NEW, Some(&codes[1]))).await.is(200);
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_owner_alone_switches_it_off_and_reads_what_happened() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let (_, codes) = switch_on(&anna.api).await;
    let off = async |password: &str, second_factor: Option<&str>| {
        let body = Payload::Json(json!({ "password": password, "second_factor": second_factor }));
        anna.api.call(Method::DELETE, "/v1/me/totp", body).await
    };
    let problem = off("not-the-password-42", Some(&codes[0])).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "password");
    let _ = off(PASSWORD, None).await.refused(401, "second_factor_required");
    let _ = anna.api.get("/v1/me").await.is(200);
    let _ = off(PASSWORD, Some(&codes[0])).await.is(204);
    let _ = anna.another_device().await;
    let log = anna.api.get("/v1/me/security-log").await.is(200);
    let items = log["items"].as_array().expect("items");
    let kinds: Vec<_> = items.iter().map(|item| item["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["logged_in", "second_factor_off", "recovery_code_used", "second_factor_on"]);
    assert_eq!(items[0]["network"], "127.0.0.0/24");
    keeps_the_contract(&server).await;
}
