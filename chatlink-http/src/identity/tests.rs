//! The routes of identity, from the outside.

use crate::{Cookie, Options, Origins, router_with};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use chatlink_core::{
    ChatLink, Keys, Settings,
    identity::{HostUser, Verifier, VerifierError},
    memory::{Mailbox, MemoryStore},
    people::ExternalPerson,
    settings::PasswordCost,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt as _;

/// The edge, and the mailbox behind it.
struct App {
    router: Router,
    mailbox: Mailbox,
}

/// An answer, read whole.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl App {
    async fn start() -> Self {
        Self::build(ChatLink::builder()).await
    }

    async fn build(builder: chatlink_core::ChatLinkBuilder) -> Self {
        let mailbox = Mailbox::default();
        let settings = Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() };
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        let builder = builder.store(Arc::new(MemoryStore::new())).keys(keys).settings(settings);
        let chat = builder.sender(Arc::new(mailbox.clone())).build().await.unwrap();
        let origins = Origins::default().and_loopback();
        let options = Options { cookie: Cookie::plain_loopback(), origins, ..Options::default() };
        Self { router: router_with(chat, options), mailbox }
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/v1{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &[], body).await
    }

    /// Registers by code, up to the proof.
    async fn prove(&self, contact: &str) -> (String, String) {
        let started = self.post("/registrations", json!({"contact": contact})).await;
        assert_eq!(started.status, 202);
        let id = started.body["id"].as_str().unwrap().to_owned();
        let code = self.mailbox.code_for(contact).unwrap();
        let verified = self.post(&format!("/registrations/{id}/verify"), json!({"code": code})).await;
        assert_eq!(verified.status, 200, "{}", verified.body);
        (id, verified.body["proof"].as_str().unwrap().to_owned())
    }

    async fn register(&self, contact: &str, username: &str, grant: &str) -> Answer {
        let (id, proof) = self.prove(contact).await;
        self.post(&format!("/registrations/{id}/complete"), form(&proof, username, grant)).await
    }
}

fn form(proof: &str, username: &str, grant: &str) -> Value {
    json!({
        "proof": proof, "grant": grant, "username": username, "password": "quiet harbour 41 lanterns",
        "display_name": "Ana", "birth_date": "1990-05-01", "country": "ES", "time_zone": "Europe/Madrid",
        "native_languages": ["es"], "learning_languages": [{"language": "en", "level": "B1"}],
    })
}

fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer.body["session"]["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_browser_registers_holds_a_cookie_and_logs_out() {
    let app = App::start().await;
    let done = app.register("ana@example.org", "ana", "cookie").await;
    assert_eq!(done.status, 201, "{}", done.body);
    assert!(done.body["session"].get("access_token").is_none());
    let set = done.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"));
    let cookie = set.split(';').next().unwrap();
    let csrf = done.body["csrf_token"].as_str().unwrap();
    let listed = app.call("GET", "/sessions", &[("cookie", cookie)], Value::Null).await;
    assert_eq!((listed.status, &listed.body["items"][0]["current"]), (200, &json!(true)));
    assert_eq!(
        app.call("POST", "/sessions/logout", &[("cookie", cookie)], Value::Null).await.body["code"],
        "csrf_wrong"
    );
    let headers = [("cookie", cookie), ("x-csrf-token", csrf)];
    let out = app.call("POST", "/sessions/logout", &headers, Value::Null).await;
    assert_eq!(out.status, 204);
    assert!(out.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(app.call("GET", "/sessions", &[("cookie", cookie)], Value::Null).await.status, 401);
}

#[tokio::test]
async fn an_app_holds_tokens_and_a_second_refresh_ends_the_session() {
    let app = App::start().await;
    let done = app.register("+34612345678", "ben", "token").await;
    assert_eq!(done.status, 201, "{}", done.body);
    assert!(done.headers.get(header::SET_COOKIE).is_none() && done.body.get("csrf_token").is_none());
    let old = done.body["session"]["refresh_token"].clone();
    let fresh = app.post("/sessions/refresh", json!({"refresh_token": old})).await;
    assert_eq!(fresh.status, 200);
    let auth = bearer(&fresh);
    assert_eq!(app.call("GET", "/sessions", &[("authorization", &auth)], Value::Null).await.status, 200);
    assert_eq!(app.post("/sessions/refresh", json!({"refresh_token": old})).await.body["code"], "unauthenticated");
    assert_eq!(app.call("GET", "/sessions", &[("authorization", &auth)], Value::Null).await.status, 401);
    let next = fresh.body["session"]["refresh_token"].clone();
    assert_eq!(app.post("/sessions/refresh", json!({"refresh_token": next})).await.status, 401);
}

#[tokio::test]
async fn a_wrong_code_says_how_many_tries_are_left() {
    let app = App::start().await;
    let started = app.post("/registrations", json!({"contact": "ana@example.org"})).await;
    let path = format!("/registrations/{}/verify", started.body["id"].as_str().unwrap());
    for left in [4, 3, 2] {
        let wrong = app.post(&path, json!({"code": "no"})).await;
        assert_eq!((wrong.status, &wrong.body["code"]), (422, &json!("code_wrong")));
        assert_eq!(wrong.body["tries_left"], left);
    }
    let paused = app.post(&path, json!({"code": "no"})).await;
    assert_eq!((paused.status, &paused.body["retry_after"]), (429, &json!(60)));
    let resend = app.post(&path.replace("verify", "resend"), Value::Null).await;
    assert_eq!((resend.status, &resend.body["code"]), (429, &json!("rate_limited")));
    let gone = app.post("/registrations/x/verify", json!({"code": "1"})).await;
    assert_eq!((gone.status, &gone.body["code"]), (410, &json!("attempt_gone")));
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once() {
    let app = App::start().await;
    let (id, proof) = app.prove("ana@example.org").await;
    let refused = app.post(&format!("/registrations/{id}/complete"), json!({"proof": proof})).await;
    assert_eq!((refused.status, &refused.body["code"]), (422, &json!("invalid")));
    let errors = refused.body["errors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    for field in ["username", "password", "display_name", "country", "native_languages", "birth_date"] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    let bad = app.post(&format!("/registrations/{id}/complete"), form(&proof, "ana", "post-it")).await;
    assert_eq!(bad.body["errors"][0]["field"], "grant");
}

#[tokio::test]
async fn known_and_unknown_logins_are_refused_alike() {
    let app = App::start().await;
    app.register("ana@example.org", "ana", "token").await;
    let known = app.post("/sessions", json!({"login": "ana", "password": "wrong wrong wrong"})).await;
    let unknown = app.post("/sessions", json!({"login": "nobody", "password": "wrong wrong wrong"})).await;
    let bare = |answer: &Answer| {
        let mut body = answer.body.clone();
        body.as_object_mut().unwrap().remove("request_id");
        (answer.status, body)
    };
    assert_eq!(known.status, 401);
    assert_eq!(bare(&known), bare(&unknown));
    for login in ["ANA@example.org", "Ana"] {
        let body = json!({"login": login, "password": "quiet harbour 41 lanterns"});
        assert_eq!(app.post("/sessions", body).await.status, 200, "{login}");
    }
}

#[tokio::test]
async fn another_site_gets_no_cookie() {
    let app = App::start().await;
    let body = json!({"login": "ana", "password": "x", "grant": "cookie"});
    for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let refused = app.call("POST", "/sessions", &[header], body.clone()).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")));
    }
}

#[tokio::test]
async fn a_login_in_a_browser_ends_the_session_that_it_held() {
    let app = App::start().await;
    let first = app.register("ana@example.org", "ana", "cookie").await;
    let cookie = first.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    let login = |password: &str| json!({"login": "ana", "password": password, "grant": "cookie"});
    let wrong = app.call("POST", "/sessions", &[("cookie", cookie)], login("wrong wrong wrong")).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(app.call("GET", "/sessions", &[("cookie", cookie)], Value::Null).await.status, 200, "it stays");
    let second = app.call("POST", "/sessions", &[("cookie", cookie)], login("quiet harbour 41 lanterns")).await;
    assert_eq!(second.status, 200, "{}", second.body);
    assert_eq!(app.call("GET", "/sessions", &[("cookie", cookie)], Value::Null).await.status, 401);
    let cookie = second.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    let listed = app.call("GET", "/sessions", &[("cookie", cookie)], Value::Null).await;
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(1), "{}", listed.body);
}

#[tokio::test]
async fn a_reset_sets_the_password_and_ends_all_sessions() {
    let app = App::start().await;
    let done = app.register("ana@example.org", "ana", "token").await;
    let started = app.post("/password-resets", json!({"login": "ana"})).await;
    let nobody = app.post("/password-resets", json!({"login": "nobody"})).await;
    assert_eq!((started.status, nobody.status), (202, 202));
    let keys = |answer: &Answer| answer.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&started), keys(&nobody));
    let id = started.body["id"].as_str().unwrap();
    let code = app.mailbox.code_for("ana@example.org").unwrap();
    assert_eq!(code.len(), 8);
    let verified = app.post(&format!("/password-resets/{id}/verify"), json!({"code": code})).await;
    let proof = &verified.body["proof"];
    let path = format!("/password-resets/{id}/complete");
    let weak = app.post(&path, json!({"proof": proof, "password": "password12"})).await;
    assert_eq!(weak.body["errors"][0]["code"], "too_common");
    let set = app.post(&path, json!({"proof": proof, "password": "another harbour 17 gulls"})).await;
    assert_eq!(set.status, 204, "{}", set.body);
    assert_eq!(app.call("GET", "/sessions", &[("authorization", &bearer(&done))], Value::Null).await.status, 401);
    let old = json!({"login": "ana", "password": "quiet harbour 41 lanterns"});
    assert_eq!(app.post("/sessions", old).await.status, 401);
    let new = json!({"login": "ana", "password": "another harbour 17 gulls"});
    assert_eq!(app.post("/sessions", new).await.status, 200);
    assert!(app.mailbox.letters()[0].subject.contains("password was changed"));
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let app = App::start().await;
    let first = app.register("ana@example.org", "ana", "token").await;
    let login = json!({"login": "ana", "password": "quiet harbour 41 lanterns"});
    let other = app.post("/sessions", login).await;
    let auth = bearer(&first);
    let headers = [("authorization", auth.as_str())];
    let wrong = json!({"password": "x", "new_password": "another harbour 17 gulls"});
    let refused = app.call("PUT", "/me/password", &headers, wrong).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("password")));
    let weak = json!({"password": "quiet harbour 41 lanterns", "new_password": "password12"});
    let refused = app.call("PUT", "/me/password", &headers, weak).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("new_password")));
    let right = json!({"password": "quiet harbour 41 lanterns", "new_password": "another harbour 17 gulls"});
    assert_eq!(app.call("PUT", "/me/password", &headers, right).await.status, 204);
    assert_eq!(app.call("GET", "/sessions", &headers, Value::Null).await.status, 200, "this one stays");
    let other = bearer(&other);
    assert_eq!(app.call("GET", "/sessions", &[("authorization", &other)], Value::Null).await.status, 401);
}

/// The host knows one token.
struct Host;

#[async_trait::async_trait]
impl Verifier for Host {
    async fn verify(&self, token: &str) -> Result<Option<HostUser>, VerifierError> {
        let expires_at = match token {
            "good" => Some("2100-01-01T00:00:00Z".parse().unwrap()),
            "endless" => None,
            "over" => Some("2000-01-01T00:00:00Z".parse().unwrap()),
            _ => return Ok(None),
        };
        Ok(Some(HostUser { person: ExternalPerson::new("host-7").with_name("Ana"), expires_at }))
    }
}

#[tokio::test]
async fn with_a_hosts_verifier_its_tokens_are_good_and_nobody_logs_in() {
    let app = App::build(ChatLink::builder().verifier(Arc::new(Host))).await;
    assert_eq!(app.post("/registrations", json!({"contact": "ana@example.org"})).await.status, 404);
    assert_eq!(app.post("/sessions", json!({"login": "a", "password": "b"})).await.status, 404);
    assert_eq!(app.post("/sessions/passkey/begin", Value::Null).await.status, 404);
    let answer = json!({"ceremony_id": uuid::Uuid::nil(), "credential": {"id": "AQ"}});
    assert_eq!(app.post("/sessions/passkey", answer).await.status, 404);
    let host = [("authorization", "Bearer good")];
    assert_eq!(app.call("GET", "/me/passkeys", &host, Value::Null).await.status, 404);
    for (token, status) in [("good", 200), ("endless", 401), ("over", 401), ("bad", 401)] {
        let auth = format!("Bearer {token}");
        assert_eq!(app.call("GET", "/rooms", &[("authorization", &auth)], Value::Null).await.status, status, "{token}");
    }
}

#[tokio::test]
async fn where_nobody_knows_the_ceremonies_passkeys_are_forbidden_and_none_are_listed() {
    let app = App::start().await;
    let begin = app.post("/sessions/passkey/begin", Value::Null).await;
    assert_eq!((begin.status, &begin.body["code"]), (403, &json!("forbidden")));
    assert_eq!(begin.body["detail"], "no passkeys are taken here");
    let auth = bearer(&app.register("ana@example.org", "ana", "token").await);
    let headers = [("authorization", auth.as_str())];
    let proof = json!({"password": "quiet harbour 41 lanterns"});
    assert_eq!(app.call("POST", "/me/passkeys/begin", &headers, proof).await.body["code"], "forbidden");
    let listed = app.call("GET", "/me/passkeys", &headers, Value::Null).await;
    assert_eq!((listed.status, listed.body), (200, json!({"items": []})));
}
