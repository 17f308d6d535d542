//! A line that falls, is silent, or is not good any more, under a clock that jumps.

use super::*;
use crate::{
    Secret, TokenStore as _,
    api::Open,
    session::MemoryTokens,
    transport::{Answer, Call},
    world::{SystemClock, testing::Constant},
};
use async_trait::async_trait;
use futures_util::{Sink, StreamExt as _, stream};
use tokio::time::Instant;

/// The other end of a line.
struct Far {
    heard: mpsc::Receiver<String>,
    say: mpsc::Sender<Result<String, Cut>>,
}

/// Hands the far end of each line over.
struct Exchange(mpsc::Sender<Far>);

#[async_trait]
impl Transport for Exchange {
    async fn call(&self, _: Call) -> Result<Answer, Cut> {
        let session =
            r#"{"session":{"id":"00000000-0000-0000-0000-000000000002","access_token":"fresh","refresh_token":"r2"}}"#;
        Ok(Answer { status: 200, body: session.as_bytes().to_vec() })
    }

    async fn dial(&self, _: &str) -> Result<Line, Cut> {
        let ((hear, heard), (say, said)) = (mpsc::channel(16), mpsc::channel(16));
        self.0.send(Far { heard, say }).await.map_err(|_| Cut::Fallen)?;
        let inward = stream::unfold(said, |mut said| async move { said.recv().await.map(|text| (text, said)) });
        Ok(Line { out: Box::pin(sink(hear)), inward: inward.boxed() })
    }
}

fn sink(hear: mpsc::Sender<String>) -> impl Sink<String, Error = Cut> {
    futures_util::sink::unfold(hear, |hear, text: String| async move {
        hear.send(text).await.map_err(|_| Cut::Fallen)?;
        Ok(hear)
    })
}

const HELLO_FRAME: &str = include_str!("hello.json");

impl Far {
    async fn greet(&mut self) -> String {
        let auth = self.heard.recv().await.unwrap();
        self.say.send(Ok(HELLO_FRAME.to_owned())).await.unwrap();
        auth
    }
}

async fn start() -> (Connection, mpsc::Receiver<Push>, mpsc::Receiver<Far>) {
    let (hand, lines) = mpsc::channel(1);
    let transport: Arc<dyn Transport> = Arc::new(Exchange(hand));
    let tokens = Arc::new(MemoryTokens::default());
    let kept = r#"{"user_id":"00000000-0000-0000-0000-000000000001","session_id":"00000000-0000-0000-0000-000000000002","access_token":"stale","refresh_token":"r1"}"#;
    tokens.save(&Secret::new(kept)).await.unwrap();
    let session = Session::restore(Open::new(transport.clone()), tokens, Arc::new(SystemClock)).await.unwrap().unwrap();
    let (connection, pushes) = Connection::start(transport, session, Arc::new(Constant(255)));
    connection.resume().await;
    (connection, pushes, lines)
}

#[tokio::test(start_paused = true)]
async fn a_request_gets_its_reply_and_a_fallen_line_fails_what_is_under_way() {
    let (connection, _pushes, mut lines) = start().await;
    let mut far = lines.recv().await.unwrap();
    far.greet().await;
    let asking = tokio::spawn({
        let connection = connection.clone();
        async move { (connection.request(Command::Ping).await, connection.request(Command::Ping).await) }
    });
    let ping = far.heard.recv().await.unwrap();
    assert_eq!(ping, r#"{"id":1,"type":"ping"}"#);
    // A code of a later version fails this request, and nothing else.
    far.say.send(Ok(r#"{"id":1,"error":{"status":418,"code":"of_later"}}"#.to_owned())).await.unwrap();
    far.heard.recv().await.unwrap();
    drop(far);
    let (one, two) = asking.await.unwrap();
    assert!(
        matches!(one, Err(ClientError::Unexpected { status: 418 })) && matches!(two, Err(ClientError::Unreachable))
    );
    assert!(lines.recv().await.is_some(), "it comes back");
}

#[tokio::test(start_paused = true)]
async fn a_silent_line_is_asked_and_given_up() {
    let (_connection, _pushes, mut lines) = start().await;
    let mut far = lines.recv().await.unwrap();
    far.greet().await;
    let greeted = Instant::now();
    assert_eq!(far.heard.recv().await.unwrap(), r#"{"id":1,"type":"ping"}"#);
    assert_eq!(greeted.elapsed().as_secs(), 20);
    assert!(lines.recv().await.is_some());
    assert_eq!(greeted.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_not_shown_again() {
    let (_connection, _pushes, mut lines) = start().await;
    let mut far = lines.recv().await.unwrap();
    assert!(far.greet().await.contains("stale"));
    far.say.send(Err(Cut::Refused)).await.unwrap();
    assert!(lines.recv().await.unwrap().greet().await.contains("fresh"));
}

#[tokio::test(start_paused = true)]
async fn waits_grow_and_a_hint_ends_one() {
    let (connection, _pushes, mut lines) = start().await;
    let begun = Instant::now();
    for waited in [0, 500, 1_500, 3_500] {
        drop(lines.recv().await.unwrap());
        assert_eq!(begun.elapsed().as_millis() / 100 * 100, waited);
    }
    let mut state = connection.state();
    state.wait_for(|state| matches!(state, ConnectionState::Waiting { tries: 4 })).await.unwrap();
    connection.nudge();
    drop(lines.recv().await.unwrap());
    assert!(begun.elapsed() < Duration::from_millis(3_700));
}

#[tokio::test(start_paused = true)]
async fn in_the_background_there_is_no_line() {
    let (connection, _pushes, mut lines) = start().await;
    let mut far = lines.recv().await.unwrap();
    far.greet().await;
    connection.pause().await;
    assert_eq!(far.heard.recv().await, None, "it is closed");
    assert!(matches!(connection.request(Command::Ping).await, Err(ClientError::Unreachable)));
    assert!(timeout(Duration::from_secs(60), lines.recv()).await.is_err());
    connection.resume().await;
    assert!(lines.recv().await.is_some());
}
