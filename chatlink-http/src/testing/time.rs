//! What time does to logins and sockets. The engine's clock is moved by hand; tokio's stands still and
//! jumps to whatever waits next, so that minutes take none: sockets are pipes in memory for that.

use super::{PAGE, World, sockets::Socket};
use crate::{Options, Origins};
use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method, header},
    serve::Listener,
};
use chatlink_core::{
    ChatLink, ChatLinkBuilder,
    clock::{Clock as _, ManualClock},
    identity::{Grant, Held, HostUser, Verifier, VerifierError},
    memory::MemoryStore,
    people::ExternalPerson,
    rights::Words,
    settings::{SessionLimits, TalkLimits},
};
use chatlink_protocol::frame::SUBPROTOCOL;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, DuplexStream},
    sync::mpsc,
    time::Instant,
};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// Takes in what is connected in memory.
struct Line(mpsc::Receiver<DuplexStream>);

impl Listener for Line {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

struct Node {
    world: World,
    clock: Arc<ManualClock>,
    lines: mpsc::Sender<DuplexStream>,
}

impl Node {
    async fn start(builder: ChatLinkBuilder) -> Self {
        Self::on(Arc::default(), builder).await
    }

    async fn on(store: Arc<MemoryStore>, builder: ChatLinkBuilder) -> Self {
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let options = Options { origins: Origins::exact([PAGE]), ..Options::default() };
        let world = World::on(store, builder.clock(clock.clone()), options, TalkLimits::default()).await;
        let (lines, line) = mpsc::channel(4);
        let app = world.app.clone();
        tokio::spawn(async move { axum::serve(Line(line), app).await });
        Self { world, clock, lines }
    }

    /// A socket whose request shows this token, or the status that refused it.
    async fn open(&self, token: Option<&str>) -> Result<Socket<DuplexStream>, u16> {
        let mut request = "ws://localhost/v1/ws".into_client_request().unwrap();
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL.parse().unwrap());
        if let Some(token) = token {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        self.lines.send(theirs).await.unwrap();
        match client_async(request, ours).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn enter(&self, token: &str) -> Socket<DuplexStream> {
        let mut socket = self.open(Some(token)).await.unwrap();
        assert_eq!(socket.next().await["type"], "hello");
        socket
    }
}

async fn is_alive(socket: &mut Socket<DuplexStream>, id: u64) {
    socket.say(json!({ "id": id, "type": "ping" })).await;
    assert_eq!(socket.reply(id).await["ok"], json!({}));
}

async fn show(socket: &mut Socket<DuplexStream>, id: u64, token: &str) -> Value {
    socket.say(json!({ "id": id, "type": "auth", "token": token })).await;
    socket.reply(id).await
}

async fn is_told_to_go(mut socket: Socket<DuplexStream>) {
    assert_eq!(socket.until("bye").await["code"], "unauthenticated");
    assert_eq!(socket.close_code().await, 1008);
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_asked_every_20_s_and_stays_while_it_answers() {
    let node = Node::start(ChatLink::builder()).await;
    let ann = node.world.person("ann").await;
    let mut socket = node.enter(&ann.bearer).await;
    let (entered, mut asked) = (Instant::now(), Vec::new());
    // To read on is to answer: the library writes its pong with the next look.
    while asked.len() < 9 {
        if let Message::Ping(_) = socket.0.next().await.unwrap().unwrap() {
            asked.push(entered.elapsed().as_secs_f64().round());
        }
    }
    assert_eq!(asked, [20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 180.0]);
    is_alive(&mut socket, 1).await;
    assert_eq!(node.world.chat.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_is_silent_for_45_s_is_gone() {
    let node = Node::start(ChatLink::builder()).await;
    let ann = node.world.person("ann").await;
    let mut socket = node.enter(&ann.bearer).await;
    let (entered, mut heard) = (Instant::now(), Vec::new());
    // Read under the library, which would answer the pings.
    socket.0.get_mut().read_to_end(&mut heard).await.unwrap();
    assert_eq!(entered.elapsed().as_secs_f64().round(), 45.0, "cut then, and not before");
    let pings = heard.windows(2).filter(|bytes| *bytes == [0x89, 0x00]).count();
    assert_eq!((pings, node.world.chat.connections()), (2, 0), "asked twice, and nothing is kept of it");
}

#[tokio::test(start_paused = true)]
async fn an_access_token_ends_after_ten_minutes_and_its_socket_stays_with_its_session() {
    let node = Node::start(ChatLink::builder()).await;
    let mut ann = node.world.person("ann").await;
    let Held::Tokens { access_token, refresh_token, .. } = node.world.log_in("ann", Grant::Token).await.held else {
        panic!("tokens were asked for")
    };
    ann.bearer = access_token;
    let mut socket = node.enter(&ann.bearer).await;
    node.clock.advance(10 * MINUTE - SECOND);
    node.world.get(&ann, "/rooms").await.good(200);
    node.clock.advance(SECOND);
    node.world.get(&ann, "/rooms").await.refused(401, "unauthenticated");
    assert_eq!(node.open(Some(&ann.bearer)).await.err(), Some(401));
    let mut late = node.open(None).await.unwrap();
    late.say(json!({ "type": "auth", "token": ann.bearer })).await;
    assert_eq!(late.close_code().await, 1008);
    // What is open stays with its session, but takes the dead token for nothing either.
    is_alive(&mut socket, 1).await;
    assert_eq!(show(&mut socket, 2, &ann.bearer).await["error"]["code"], "unauthenticated");
    let fresh = node.world.chat.identity().refresh(&refresh_token).await.unwrap();
    let Held::Tokens { access_token, .. } = fresh.held else { panic!("tokens are held") };
    ann.bearer = access_token;
    node.world.get(&ann, "/rooms").await.good(200);
    assert_eq!(show(&mut socket, 3, &ann.bearer).await["ok"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_not_used_ends_and_takes_its_socket_along() {
    let node = Node::start(ChatLink::builder()).await;
    let ann = node.world.person("ann").await;
    let Held::Tokens { access_token, refresh_token, .. } = node.world.log_in("ann", Grant::Token).await.held else {
        panic!("tokens were asked for")
    };
    let socket = node.enter(&access_token).await;
    let by_cookie = || ann.by_cookie(Method::GET, "/rooms").body(Body::empty()).unwrap();
    let idle = SessionLimits::default().idle;
    node.clock.advance(idle - SECOND);
    node.world.send(by_cookie()).await.good(200);
    node.clock.advance(SECOND);
    assert!(node.world.chat.identity().refresh(&refresh_token).await.is_err());
    node.world.send(by_cookie()).await.good(200);
    is_told_to_go(socket).await;
    node.clock.advance(idle);
    node.world.send(by_cookie()).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_password_has_no_end() {
    let node = Node::start(ChatLink::builder()).await;
    let mut ann = node.world.person("ann").await;
    node.clock.advance(5 * SessionLimits::default().absolute);
    node.world.get(&ann, "/rooms").await.refused(401, "unauthenticated");
    let Held::Tokens { access_token, .. } = node.world.log_in("ann", Grant::Token).await.held else {
        panic!("tokens were asked for")
    };
    ann.bearer = access_token;
    node.world.get(&ann, "/rooms").await.good(200);
}

/// A host whose tokens are the time when they end.
struct Host;

#[async_trait]
impl Verifier for Host {
    async fn verify(&self, token: &str) -> Result<Option<HostUser>, VerifierError> {
        let person = || ExternalPerson::new("host-7").with_name("Ann");
        Ok(token.parse().ok().map(|end| HostUser { person: person(), expires_at: Some(end) }))
    }
}

#[tokio::test(start_paused = true)]
async fn a_hosts_socket_ends_with_its_token_unless_a_fresh_one_comes() {
    let node = Node::start(ChatLink::builder().verifier(Arc::new(Host))).await;
    let first = node.clock.now().plus(10 * MINUTE).to_string();
    let (mut stays, goes) = (node.enter(&first).await, node.enter(&first).await);
    let second = node.clock.now().plus(20 * MINUTE).to_string();
    assert_eq!(show(&mut stays, 1, &second).await["ok"], json!({}));
    node.clock.advance(10 * MINUTE);
    assert_eq!(node.open(Some(&first)).await.err(), Some(401));
    is_told_to_go(goes).await;
    is_alive(&mut stays, 2).await;
    node.clock.advance(10 * MINUTE);
    is_told_to_go(stays).await;
}

#[tokio::test(start_paused = true)]
async fn a_hosts_socket_ends_with_its_account_on_every_node() {
    let store = Arc::<MemoryStore>::default();
    let [here, there] = [(); 2].map(|()| Node::on(store.clone(), ChatLink::builder().verifier(Arc::new(Host))));
    let (here, there) = (here.await, there.await);
    let token = here.clock.now().plus(10 * MINUTE).to_string();
    let socket = here.enter(&token).await;
    there.world.chat.rights().delete_external("host-7", Words::Stay).await.unwrap();
    is_told_to_go(socket).await;
    assert_eq!(here.open(Some(&token)).await.err(), Some(401));
}
