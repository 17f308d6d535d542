//! Sessions and their sockets: what ends one ends the other, within a second.

use crate::{items, keeps_the_contract};
use chatlink_protocol::frame::Push;
use chatlink_tests::{
    Closed, Launch, Open, PASSWORD, Payload, Person, Server, Socket, befriend, code_for, eventually, fresh_id,
    mails_for,
};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// SECURITY: revocation closes sockets within 1 s.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_session_ends_with_its_socket() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let (phone, tablet) = (anna.another_device().await, anna.another_device().await);
    let sessions = anna.api.get("/v1/sessions").await.is(200);
    assert_eq!(items(&sessions).len(), 3, "{sessions}");
    let current: Vec<_> = items(&sessions).iter().filter(|session| session["current"] == true).collect();
    assert!(current.len() == 1 && current[0]["id"] == anna.session, "{sessions}");

    let mut stays = Socket::connect(&anna).await;
    let goes = Socket::connect(&phone).await;
    let _ = anna.api.delete(&format!("/v1/sessions/{}", phone.session)).await.is(204);
    ends(goes, &phone).await;
    let goes = Socket::connect(&tablet).await;
    let others = anna.api.post_empty("/v1/sessions/revoke-others").await;
    assert!(matches!(others.status, 200 | 204), "{} {}", others.status, others.body);
    ends(goes, &tablet).await;
    stays.settle().await;

    let _ = anna.api.post_empty("/v1/sessions/logout").await.is(204);
    ends(stays, &anna).await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_account_ends_with_its_tokens_and_sockets() {
    let server = Server::start().await;
    let (anna, berta) = (Person::join(&server, "anna").await, Person::join(&server, "berta").await);
    let room = befriend(&anna, &berta).await;
    let phone = anna.another_device().await;
    let (here, there) = (Socket::connect(&anna).await, Socket::connect(&phone).await);
    let proof = Payload::Json(json!({ "password": PASSWORD }));
    let _ = anna.api.call(Method::DELETE, "/v1/me", proof).await.is(204);
    ends(here, &anna).await;
    ends(there, &phone).await;
    let refresh = json!({ "refresh_token": phone.refresh });
    let _ = server.api().post("/v1/sessions/refresh", refresh).await.refused(401, "unauthenticated");
    let login = json!({ "login": "anna", "password": PASSWORD });
    let _ = server.api().post("/v1/sessions", login).await.refused(401, "login_wrong");
    let seen = berta.api.get(&format!("/v1/rooms/{room}")).await.is(200);
    assert_eq!(seen["peer"]["deleted"], true, "{seen}");
    let message = json!({ "client_id": fresh_id(), "text": "are you there?" });
    let _ = berta.api.post(&format!("/v1/rooms/{room}/messages"), message).await.refused(403, "recipient_unavailable");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_is_good_once_and_its_second_use_ends_the_session() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let api = server.api();
    let refresh = |token: &str| api.post("/v1/sessions/refresh", json!({ "refresh_token": token }));
    let fresh = refresh(&anna.refresh).await.is(200);
    let (access, next) = (&fresh["session"]["access_token"], &fresh["session"]["refresh_token"]);
    let anna_again = Person { api: api.with_token(access.as_str().expect("a token")), ..anna.clone() };
    assert_eq!(anna_again.api.get("/v1/me").await.is(200)["id"], json!(anna.id));
    let socket = Socket::connect(&anna_again).await;
    let _ = refresh(&anna.refresh).await.refused(401, "unauthenticated");
    ends(socket, &anna_again).await;
    let _ = refresh(next.as_str().expect("a token")).await.refused(401, "unauthenticated");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_reset_ends_all_sessions_and_logs_nobody_in() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let socket = Socket::connect(&anna).await;
    let api = server.api();
    let known = api.post("/v1/password-resets", json!({ "login": anna.contact })).await.is(202);
    let unknown = api.post("/v1/password-resets", json!({ "login": "nobody@people.example" })).await.is(202);
    let members =
        |answer: &serde_json::Value| answer.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    assert_eq!(members(&known), members(&unknown), "known and unknown answer alike");
    let code = eventually("a code of 8 digits", || async {
        let code = code_for(&api, &anna.contact).await;
        (code.len() == 8).then_some(code)
    });
    let reset = format!("/v1/password-resets/{}", known["id"].as_str().expect("an id"));
    let verified = api.post(&format!("{reset}/verify"), json!({ "code": code.await })).await.is(200);
    let password = "another-quiet-river-77-oak";
    let body = json!({ "proof": verified["proof"], "password": password });
    let done = api.post(&format!("{reset}/complete"), body.clone()).await;
    assert!(done.status == 204 || done.body.get("session").is_none(), "{} {}", done.status, done.body);
    ends(socket, &anna).await;
    let again = api.post(&format!("{reset}/complete"), body).await;
    let _ = again.refused(410, "attempt_gone");
    let old = api.post("/v1/sessions", json!({ "login": anna.username, "password": PASSWORD })).await;
    let _ = old.refused(401, "login_wrong");
    let _ = api.post("/v1/sessions", json!({ "login": anna.username, "password": password })).await.is(200);
    eventually("the owner is told", || async {
        let mails = mails_for(&api, &anna.contact).await;
        mails.iter().any(|mail| mail["code"].is_null()).then_some(())
    })
    .await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_opens_a_socket_for_our_own_page_alone() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let login = json!({ "login": anna.username, "password": PASSWORD, "grant": "cookie" });
    let answer = server.api().post("/v1/sessions", login).await;
    let cookie = answer.headers.get("set-cookie").and_then(|cookie| cookie.to_str().ok()).expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let body = answer.is(200);
    let csrf = body["csrf_token"].as_str().expect("a CSRF token");
    assert!(body["session"].get("access_token").is_none(), "no tokens beside a cookie: {body}");

    let own = format!("http://{}", server.address());
    let open = |origin: Option<&str>| {
        let mut headers = vec![("cookie", cookie.clone())];
        headers.extend(origin.map(|origin| ("origin", origin.to_owned())));
        Socket::open(server.address(), Open { headers, ..Open::default() })
    };
    open(Some(&own)).await.expect("our own page").greeted().await;
    for foreign in [None, Some("http://evil.example"), Some("null")] {
        assert!(open(foreign).await.is_err(), "{foreign:?} opened a socket with the cookie");
    }
    // The same for calls: reading wants the cookie, changing wants the token too.
    let patch = || Payload::Json(json!({ "about": "hello" }));
    let api = server.api();
    let with = |more: Vec<(&'static str, String)>| {
        let api = api.clone();
        let mut headers = vec![("cookie", cookie.clone())];
        headers.extend(more);
        async move {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            api.call_with(Method::PATCH, "/v1/me", patch(), &headers).await
        }
    };
    let token = ("x-csrf-token", csrf.to_owned());
    let _ = with(vec![]).await.refused(403, "csrf_wrong");
    let _ = with(vec![("x-csrf-token", "another".to_owned())]).await.refused(403, "csrf_wrong");
    let _ = with(vec![token.clone(), ("origin", "http://evil.example".to_owned())]).await.refused(403, "forbidden");
    let _ = with(vec![token.clone(), ("sec-fetch-site", "cross-site".to_owned())]).await.refused(403, "forbidden");
    let _ = with(vec![token, ("origin", own)]).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_are_capped_and_free_again_when_closed() {
    let server = Server::launch(Launch::unlimited().set("CHATLINK_LIMIT_CONNECTIONS_PERSON", "2")).await;
    let anna = Person::join(&server, "anna").await;
    let (first, _second) = (Socket::connect(&anna).await, Socket::connect(&anna).await);
    let open = || Open { token: anna.api.token().map(str::to_owned), ..Open::default() };
    let mut third = Socket::open(server.address(), open()).await.expect("it is told on the socket");
    assert_eq!(third.end_within(chatlink_tests::PATIENCE).await, Closed::Code(1013));
    drop(first);
    eventually("a place is free again", || async {
        let mut socket = Socket::open(server.address(), open()).await.ok()?;
        socket.read().await.then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_frame_may_say_who_it_is_and_nothing_else() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let open = || Socket::open(server.address(), Open::default());
    let mut socket = open().await.expect("it opens");
    let token = anna.api.token().expect("a token");
    socket.post(json!({ "type": "auth", "token": token })).await;
    while !socket.is_greeted() {
        assert!(socket.read().await, "it is taken in");
    }
    assert_eq!(socket.hello().user_id, anna.id);
    for first in [json!({ "type": "ping" }), json!({ "type": "auth", "token": "made up" })] {
        let mut socket = open().await.expect("it opens");
        socket.post(first.clone()).await;
        assert_eq!(socket.end_within(chatlink_tests::PATIENCE).await, Closed::Code(1008), "{first}");
    }
}

/// The socket is told and closed in time, and the token is dead.
async fn ends(mut socket: Socket, person: &Person) {
    let begin = Instant::now();
    let closed = socket.end_within(AT_ONCE).await;
    assert_eq!(closed, Closed::Code(1008), "a policy: not to come back with this login");
    let bye = socket.drain().into_iter().find(|push| matches!(push, Push::Bye { .. }));
    assert!(bye.is_some(), "it is told why");
    let answer = person.api.get("/v1/me").await;
    assert!(begin.elapsed() < AT_ONCE, "revoked everywhere within a second");
    let _ = answer.refused(401, "unauthenticated");
}
