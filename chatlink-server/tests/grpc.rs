//! The real binary's listener of gRPC: a bot joins, hears, and is told when the server ends.

#![cfg(feature = "grpc")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use chatlink_grpc::{
    problem_of,
    v1::{
        CompleteRegistrationRequest, FindMeRequest, StartRegistrationRequest, UpsertUserRequest,
        VerifyRegistrationRequest, host_client::HostClient, people_client::PeopleClient,
        realtime_client::RealtimeClient, registration_client::RegistrationClient, server_frame::Frame,
    },
};
use std::{
    net::{SocketAddr, TcpListener},
    time::{Duration, Instant},
};
use support::{Folder, Server, folder, get};
use tonic::{Code, Request, transport::Channel};

/// A port that nobody has now.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// Registers a person by a code of the development mailbox; the access token.
async fn join(channel: &Channel, server: &Server) -> String {
    let mut registration = RegistrationClient::new(channel.clone());
    let asked = StartRegistrationRequest { contact: "bot@example.org".to_owned() };
    let registration_id = registration.start_registration(asked).await.unwrap().into_inner().registration_id;
    let letters = get(server.address, "/dev/mailbox", &[("accept", "application/json")]).body;
    let letters: serde_json::Value = serde_json::from_str(&letters).unwrap();
    let code = letters[0]["code"].as_str().unwrap().to_owned();
    let asked = VerifyRegistrationRequest { registration_id: registration_id.clone(), code };
    let proof = registration.verify_registration(asked).await.unwrap().into_inner().proof;
    let form = CompleteRegistrationRequest {
        registration_id,
        proof,
        username: "bot".to_owned(),
        password: "a long way to the bot 7".to_owned(),
        display_name: "Bot".to_owned(),
        birth_date: "1990-01-31".to_owned(),
        country: "DE".to_owned(),
        native_languages: vec!["en".to_owned()],
        ..CompleteRegistrationRequest::default()
    };
    registration.complete_registration(form).await.unwrap().into_inner().session.unwrap().access_token
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_joins_and_its_stream_ends_with_the_server() {
    let (folder, address) = (folder("grpc"), free());
    let mut server = Server::start(&folder, &[("CHATLINK_GRPC_LISTEN", &address.to_string())]);
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let token = join(&channel, &server).await;
    let mut asked = Request::new(tokio_stream::pending());
    asked.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let mut heard = RealtimeClient::new(channel).connect(asked).await.unwrap().into_inner();
    assert!(matches!(heard.message().await.unwrap().unwrap().frame, Some(Frame::Hello(_))));
    let since = Instant::now();
    server.signal();
    let end = loop {
        if let Err(status) = heard.message().await {
            break status;
        }
    };
    assert_eq!(end.code(), Code::Unavailable);
    assert!(problem_of(&end).is_some_and(|problem| problem.retry), "{end:?}");
    let status = tokio::task::spawn_blocking(move || server.end().0).await.unwrap();
    assert!(status.success(), "{status:?}");
    assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());
}

/// Who connects and says nothing, or speaks another protocol, stands in nobody's way.
#[tokio::test(flavor = "multi_thread")]
async fn another_protocol_is_not_spoken_there() {
    let (folder, address) = (folder("grpc-http1"), free());
    let server = Server::start(&folder, &[("CHATLINK_GRPC_LISTEN", &address.to_string())]);
    let silent = support::connect(address);
    let mut stranger = support::connect(address);
    let told = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        stranger.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        let _ = stranger.read_to_end(&mut answer);
        answer
    });
    assert!(!told.await.unwrap().starts_with(b"HTTP/1.1 200"));
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    join(&channel, &server).await;
    drop(silent);
}

/// By method and code, and nothing that a caller made up.
#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_tell_of_calls() {
    let (folder, address, metrics) = (folder("grpc-metrics"), free(), free());
    let listeners = [("CHATLINK_GRPC_LISTEN", address.to_string()), ("CHATLINK_METRICS_LISTEN", metrics.to_string())];
    let server = Server::start(&folder, &listeners.each_ref().map(|(name, value)| (*name, value.as_str())));
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    join(&channel, &server).await;
    let unknown = VerifyRegistrationRequest { registration_id: "7".to_owned(), code: "1".to_owned() };
    RegistrationClient::new(channel.clone()).verify_registration(unknown).await.unwrap_err();
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let made_up = "/chatlink.v1.Registration/anna@example.org".parse().unwrap();
    let codec = tonic_prost::ProstCodec::<StartRegistrationRequest, StartRegistrationRequest>::default();
    grpc.unary(Request::new(StartRegistrationRequest::default()), made_up, codec).await.unwrap_err();
    let page = get(metrics, "/metrics", &[]).body;
    let count = |method: &str, code: &str| {
        let name = format!("chatlink_grpc_call_seconds_count{{method=\"{method}\",code=\"{code}\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&name)?.parse::<u64>().ok())
    };
    let registration = |method| format!("/chatlink.v1.Registration/{method}");
    assert_eq!(count(&registration("CompleteRegistration"), "Ok"), Some(1));
    assert_eq!(count(&registration("VerifyRegistration"), "Ok"), Some(1));
    assert_eq!(count(&registration("VerifyRegistration"), "NotFound"), Some(1));
    assert_eq!(count("other", "Unimplemented"), Some(1));
    assert!(!page.contains("anna"), "{page}");
}

/// Runs `chatlink tokens …`; what it said, where it did it.
fn tokens(folder: &Folder, words: &str, flags: &[&str]) -> Result<String, String> {
    let output = support::run(folder, &format!("tokens {words}"), flags, &[]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// Whoever runs the installation makes it and ends it, beside the server, which hears of both.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_command_line_opens_grpc_alone_until_it_is_revoked() {
    let (folder, address) = (folder("grpc-tokens"), free());
    let server = Server::start(&folder, &[("CHATLINK_GRPC_LISTEN", &address.to_string())]);
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    join(&channel, &server).await;
    let scopes = ["--scope", "people:read", "--scope", "rooms:read", "--scope", "timeline:read"];
    let made = tokens(&folder, "create --name echo --as-user Bot --expires-in 90d", &scopes).unwrap();
    let token = made.trim();
    assert!(token.starts_with("clst_") && !token.contains(char::is_whitespace), "the token alone");
    let listed = tokens(&folder, "list", &[]).unwrap();
    let row: serde_json::Value = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!((&row["name"], &row["scopes"]), (&"echo".into(), &"people:read rooms:read timeline:read".into()));
    assert!(!listed.contains(&token[5..]) && row["last_used_at"].is_null());

    let me = PeopleClient::new(channel.clone()).find_me(with_token(FindMeRequest {}, token)).await.unwrap();
    assert_eq!(me.into_inner().profile.unwrap().username, "bot");
    let over_http = get(server.address, "/v1/me", &[("authorization", &format!("Bearer {token}"))]);
    assert_eq!(over_http.status, 401, "{}", over_http.body);
    let stream = RealtimeClient::new(channel.clone()).connect(with_token(tokio_stream::pending(), token)).await;
    let mut heard = stream.unwrap().into_inner();
    assert!(matches!(heard.message().await.unwrap().unwrap().frame, Some(Frame::Hello(_))));

    let since = Instant::now();
    let id = row["id"].as_str().unwrap();
    tokens(&folder, "revoke", &[id]).unwrap();
    let refused = PeopleClient::new(channel.clone()).find_me(with_token(FindMeRequest {}, token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "at once");
    let end = loop {
        if let Err(status) = heard.message().await {
            break status;
        }
    };
    assert_eq!(end.code(), Code::Unauthenticated);
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert!(tokens(&folder, "revoke", &[id]).unwrap_err().contains("no living token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_cannot_be_is_refused_by_its_field() {
    let (folder, address) = (folder("grpc-tokens-wrong"), free());
    let _server = Server::start(&folder, &[("CHATLINK_GRPC_LISTEN", &address.to_string())]);
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let backend = tokens(&folder, "create --name backend --scope users:upsert --host", &[]).unwrap();
    let asked = UpsertUserRequest { external_id: "7".to_owned(), ..UpsertUserRequest::default() };
    HostClient::new(channel).upsert_user(with_token(asked, backend.trim())).await.unwrap();
    for (words, because) in [
        ("create --name backend --scope users:upsert --host", "name: another living token"),
        ("create --name x --scope users --host", "users:upsert"),
        ("create --name x --host", "--scope"),
        ("create --name x --scope rooms:read", "--as-user"),
        ("create --name x --scope rooms:read --host --as-user x", "--as-user"),
        ("create --name x --scope rooms:read --as-user nobody", "nobody has the username"),
        ("create --name x --scope rooms:read --host --expires-in 4000d", "expires_in: a minute to ten years"),
        ("create --name x --scope rooms:read --host --expires-in soon", "90d"),
        ("revoke 7", "invalid value '7'"),
    ] {
        let refused = tokens(&folder, words, &[]).unwrap_err();
        assert!(refused.contains(because), "{words}: {refused}");
    }
}
