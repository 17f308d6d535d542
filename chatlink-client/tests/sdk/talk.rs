//! What a person does with it, over the network.

use crate::server::{PASSWORD, Server, form};
use chatlink_client::{
    Cancelled, Chat, Client, ClientError, ConnectionState, FileTokens, JobState, MemoryTokens, Secret, SessionState,
    Target, TokenStore as _, Watched,
    api::{Login, MatchFilter},
};
use chatlink_protocol::{ErrorCode, EventBody, Item, RoomId};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Far above what anything here takes, so that a failure is a failure and not a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn texts(items: &[Item]) -> Vec<String> {
    let text = |item: &Item| match &item.body {
        EventBody::Message(message) => message.text.clone(),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

/// Waits until what is watched is so.
pub(super) async fn until<T: chatlink_client::Keyed + Clone>(watched: &mut Watched<T>, wanted: impl Fn(&[T]) -> bool) {
    let waiting = async {
        while !wanted(watched.snapshot()) {
            watched.next().await.expect("the client lives");
        }
    };
    timeout(PATIENCE, waiting).await.expect("what was waited for");
}

/// Anna and Berta, who know each other, and their room.
pub(super) async fn friends(server: &Server, client: impl Fn() -> Client) -> (Chat, Chat, RoomId) {
    let (anna, berta) = (server.join(&client(), "anna").await, server.join(&client(), "berta").await);
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    (anna, berta, room)
}

#[tokio::test]
async fn one_registers_by_a_code_and_learns_what_is_wrong() {
    let server = Server::new().await;
    let client = Client::new(&server.listen().await).unwrap();
    let registration = client.register("anna@people.example").await.unwrap();
    let code = server.mailbox.code_for("anna@people.example").unwrap();
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let refused = registration.verify(&wrong.into()).await.err().expect("a wrong code");
    assert_eq!((refused.code(), refused.problem().unwrap().tries_left), (Some(ErrorCode::CodeWrong), Some(4)));
    let proven = registration.verify(&code.into()).await.unwrap();
    let mut nowhere = form("anna");
    nowhere.country = "Atlantis".to_owned();
    let refused = proven.complete(&nowhere).await.err().expect("no such country");
    assert!(refused.code() == Some(ErrorCode::Invalid) && refused.field("country").is_some());
    let chat = proven.complete(&form("anna")).await.unwrap();
    let me = chat.api().me().await.unwrap();
    assert_eq!((me.profile.id, me.profile.username.as_str()), (chat.identity().user_id, "anna"));
    assert!(chat.matches(&MatchFilter::default(), None).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_login_is_kept_until_the_logout() {
    let (server, home) = (Server::new().await, tempfile::tempdir().unwrap());
    let address = server.listen().await;
    let client = || {
        let tokens = Arc::new(FileTokens::new(home.path().join("tokens")));
        Client::new(&address).unwrap().tokens(tokens).folder(home.path())
    };
    assert!(matches!(client().restore().await.err(), Some(ClientError::NobodyKept)));
    let login = |password: &str| Login { login: "anna".to_owned(), password: password.into(), second_factor: None };
    let user = server.join(&client(), "anna").await.identity().user_id;
    let wrong = client().login(&login("wrong")).await.err().expect("a wrong password");
    assert_eq!(wrong.code(), Some(ErrorCode::LoginWrong));
    drop(client().login(&login(PASSWORD)).await.unwrap());
    let chat = client().restore().await.unwrap();
    assert_eq!(chat.identity().user_id, user);
    chat.logout().await.unwrap();
    assert_eq!(*chat.session().borrow(), SessionState::LoggedOut);
    assert!(matches!(chat.api().me().await, Err(ClientError::LoggedOut)));
    assert!(matches!(client().restore().await.err(), Some(ClientError::NobodyKept)));
}

#[tokio::test]
async fn a_dead_token_is_renewed_once_and_a_dead_session_is_told() {
    let server = Server::new().await;
    let (address, tokens) = (server.listen().await, Arc::new(MemoryTokens::default()));
    let client = || Client::new(&address).unwrap().tokens(tokens.clone());
    drop(server.join(&client(), "anna").await);
    let kept = tokens.load().await.unwrap().unwrap();
    let mut broken: serde_json::Value = serde_json::from_str(kept.expose()).unwrap();
    broken["access_token"] = "dead".into();
    tokens.save(&Secret::new(broken.to_string())).await.unwrap();
    let chat = client().restore().await.unwrap();
    // A refresh token is good for one use: were there two refreshes, the session would be over.
    let (one, two, three) = tokio::join!(chat.api().me(), chat.api().me(), chat.api().sessions());
    assert!(one.is_ok() && two.is_ok() && three.is_ok());

    let mut state = chat.session();
    let current = chat.identity().session_id;
    chat.api().revoke_session(current).await.unwrap();
    assert!(matches!(chat.api().me().await, Err(ClientError::LoggedOut)));
    timeout(PATIENCE, state.wait_for(|state| *state == SessionState::Ended)).await.unwrap().unwrap();
    assert_eq!(tokens.load().await.unwrap(), None);
}

#[tokio::test]
async fn two_people_talk_edit_and_react() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let (mut hers, mut other) = (anna.timeline(room).await.unwrap(), berta.timeline(room).await.unwrap());
    for line in ["one", "two", "three"] {
        anna.send(room, line).await.unwrap();
    }
    until(&mut other, |items| texts(items) == ["one", "two", "three"]).await;
    until(&mut hers, |items| texts(items) == ["one", "two", "three"]).await;
    let last = hers.snapshot().last().unwrap().id;
    anna.edit(room, Target::Sent(last), "four").await.unwrap();
    berta.react(room, Target::Sent(last), Some("👍")).await.unwrap();
    let wanted = |items: &[Item]| texts(items) == ["one", "two", "four"] && items.last().unwrap().reactions.len() == 1;
    until(&mut other, wanted).await;
    until(&mut hers, wanted).await;
    anna.redact(room, Target::Sent(last)).await.unwrap();
    until(&mut other, |items| texts(items) == ["one", "two"] && items.last().unwrap().redacted).await;
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
}

#[tokio::test]
async fn what_was_written_offline_is_sent_after_a_restart_in_its_order() {
    let (server, home) = (Server::new().await, tempfile::tempdir().unwrap());
    let address = server.listen().await;
    let tokens = Arc::new(MemoryTokens::default());
    let client = || Client::new(&address).unwrap().tokens(tokens.clone()).folder(home.path());
    let berta = server.join(&Client::new(&address).unwrap(), "berta").await;
    let anna = server.join(&client(), "anna").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    anna.background().await;
    let mut state = anna.connection();
    timeout(PATIENCE, state.wait_for(|state| *state == ConnectionState::Paused)).await.unwrap().unwrap();
    let first = anna.send(room, "one").await.unwrap();
    anna.edit(room, Target::Queued(first), "uno").await.unwrap();
    let unwanted = anna.send(room, "never").await.unwrap();
    anna.react(room, Target::Queued(unwanted), Some("👎")).await.unwrap();
    anna.send(room, "two").await.unwrap();
    assert_eq!(anna.cancel(unwanted).await.unwrap(), Cancelled::Yes);
    assert_eq!(anna.outgoing().snapshot().len(), 3, "what was to change it is gone, too");
    drop(anna);

    let anna = client().restore().await.unwrap();
    let mut timeline = berta.timeline(room).await.unwrap();
    until(&mut timeline, |items| texts(items) == ["uno", "two"]).await;
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
    assert_eq!(anna.cancel(first).await.unwrap(), Cancelled::Unknown);
}

#[tokio::test]
async fn what_is_refused_is_shown_and_can_be_cancelled() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, _berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let mut outgoing = anna.outgoing();
    let refused = anna.send(room, "x".repeat(17_000)).await.unwrap();
    until(&mut outgoing, |jobs| matches!(jobs.first().map(|job| &job.state), Some(JobState::Failed(Some(_))))).await;
    // It holds up nobody.
    anna.send(room, "short").await.unwrap();
    let mut timeline = anna.timeline(room).await.unwrap();
    until(&mut timeline, |items| texts(items) == ["short"]).await;
    anna.retry(refused).await.unwrap();
    until(&mut anna.outgoing(), |jobs| matches!(jobs.first().map(|job| &job.state), Some(JobState::Failed(Some(_)))))
        .await;
    assert_eq!(anna.cancel(refused).await.unwrap(), Cancelled::Yes);
    until(&mut outgoing, <[_]>::is_empty).await;
}
