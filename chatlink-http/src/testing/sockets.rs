//! The WebSocket, over real TCP.

use super::{HOST_PAGE, PAGE, Person, World};
use crate::{Drain, Options, Origins};
use axum::http::header;
use chatlink_core::settings::TalkLimits;
use chatlink_protocol::frame::SUBPROTOCOL;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, protocol::frame::coding::CloseCode},
};

/// Far above what anything here takes, so that a failure is a failure and not a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Sockets {
    world: World,
    address: SocketAddr,
}

/// The client's end of a socket, by default over TCP.
pub(super) struct Socket<S = MaybeTlsStream<TcpStream>>(pub(super) WebSocketStream<S>);

impl Sockets {
    async fn new() -> Self {
        Self::of(World::new().await).await
    }

    async fn of(world: World) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = world.app.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { world, address }
    }

    /// A socket with these headers, or the status that refused it.
    async fn open(&self, headers: &[(header::HeaderName, String)]) -> Result<Socket, u16> {
        let mut request = format!("ws://{}/v1/ws", self.address).into_client_request().unwrap();
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL.parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()[header::SEC_WEBSOCKET_PROTOCOL], SUBPROTOCOL);
                Ok(Socket(socket))
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn enter(&self, person: &Person) -> Socket {
        let mut socket = self.open(&[(header::AUTHORIZATION, format!("Bearer {}", person.bearer))]).await.unwrap();
        let hello = socket.next().await;
        assert_eq!((&hello["type"], &hello["user_id"]), (&json!("hello"), &json!(person.id)));
        socket
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub(super) async fn say(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn message(&mut self) -> Message {
        loop {
            match timeout(PATIENCE, self.0.next()).await.unwrap().unwrap().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    pub(super) async fn next(&mut self) -> Value {
        serde_json::from_str(self.message().await.to_text().unwrap()).unwrap()
    }

    /// The next frame of that type; others in between are passed over.
    pub(super) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    pub(super) async fn reply(&mut self, id: u64) -> Value {
        loop {
            let frame = self.next().await;
            if frame["id"] == id {
                return frame;
            }
        }
    }

    /// The code of the close frame; what comes before it is passed over.
    pub(super) async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.map_or(0, |frame| u16::from(frame.code));
            }
        }
    }
}

fn cookie(person: &Person) -> (header::HeaderName, String) {
    (header::COOKIE, format!("__Host-chatlink={}", person.cookie))
}

#[tokio::test]
async fn what_one_sends_the_other_gets_and_a_late_one_resumes() {
    let sockets = Sockets::new().await;
    let (ann, bob) = (sockets.world.person("ann").await, sockets.world.person("bob").await);
    let mut of_ann = sockets.enter(&ann).await;
    let mut of_bob = sockets.enter(&bob).await;
    let opened = sockets.world.post(&ann, "/rooms", json!({ "kind": "direct", "user_id": bob.id })).await.good(201);
    let room = opened["id"].clone();
    let send = json!({ "id": 7, "type": "send", "room_id": room, "client_id": room, "text": "hola" });
    of_ann.say(send).await;
    let reply = of_ann.reply(7).await;
    assert_eq!(reply["ok"]["seq"], 1, "{reply}");
    let event = of_bob.until("event").await;
    assert_eq!((&event["event"]["body"]["text"], &event["event"]["seq"]), (&json!("hola"), &json!(1)));
    let mut late = sockets.open(&[cookie(&bob), (header::ORIGIN, PAGE.to_owned())]).await.unwrap();
    let epoch = late.next().await["epoch"].clone();
    late.say(
        json!({ "id": 1, "type": "resume", "epoch": epoch, "user_seq": 0, "rooms": { room.as_str().unwrap(): 0 } }),
    )
    .await;
    assert_eq!(late.until("event").await["event"]["id"], event["event"]["id"]);
}

#[tokio::test]
async fn errors_are_problems_under_the_callers_number() {
    let sockets = Sockets::new().await;
    let ann = sockets.world.person("ann").await;
    let mut socket = sockets.enter(&ann).await;
    let nowhere = "01890000-0000-7000-8000-000000000001";
    socket.say(json!({ "id": 1, "type": "send", "room_id": nowhere, "client_id": nowhere, "text": "x" })).await;
    assert_eq!(socket.reply(1).await["error"]["code"], "room_not_found");
    socket.say(json!({ "id": 2, "type": "dance" })).await;
    assert_eq!(socket.reply(2).await["error"]["code"], "malformed");
    socket.say(json!({ "id": 3, "type": "ping" })).await;
    assert_eq!(socket.reply(3).await["ok"], json!({}));
    socket.say(json!({ "id": 4, "type": "auth", "token": "x" })).await;
    assert_eq!(socket.reply(4).await["error"]["code"], "unauthenticated");
    socket.say(json!({ "id": 5, "type": "auth", "token": ann.bearer })).await;
    assert_eq!(socket.reply(5).await["ok"], json!({}));
}

#[tokio::test]
async fn a_cookie_counts_on_our_own_pages_alone() {
    let sockets = Sockets::new().await;
    let ann = sockets.world.person("ann").await;
    assert_eq!(sockets.open(&[cookie(&ann)]).await.err(), Some(403), "no origin is no page of ours");
    for origin in ["https://elsewhere.example", "null", "http://localhost:1"] {
        assert_eq!(sockets.open(&[cookie(&ann), (header::ORIGIN, origin.to_owned())]).await.err(), Some(403));
    }
    assert!(sockets.open(&[cookie(&ann), (header::ORIGIN, PAGE.to_owned())]).await.is_ok());
    let dead = [(header::COOKIE, "__Host-chatlink=x".to_owned()), (header::ORIGIN, PAGE.to_owned())];
    assert_eq!(sockets.open(&dead).await.err(), Some(401));
    assert_eq!(sockets.open(&[(header::AUTHORIZATION, "Bearer x".to_owned())]).await.err(), Some(401));
}

#[tokio::test]
async fn a_page_that_may_use_tokens_is_never_known_by_its_cookie() {
    let allowed_origins = Origins::exact([HOST_PAGE]);
    let options = Options { origins: Origins::exact([PAGE]), allowed_origins, ..Options::default() };
    let sockets = Sockets::of(World::with(options).await).await;
    let (ann, bob) = (sockets.world.person("ann").await, sockets.world.person("bob").await);
    let mut socket = sockets.open(&[cookie(&ann), (header::ORIGIN, HOST_PAGE.to_owned())]).await.unwrap();
    // Without its cookie's word it has to say who it is: nothing greeted Ann.
    socket.say(json!({ "id": 1, "type": "auth", "token": bob.bearer })).await;
    assert_eq!(socket.until("hello").await["user_id"], json!(bob.id));
    let elsewhere = [cookie(&ann), (header::ORIGIN, "https://elsewhere.example".to_owned())];
    assert_eq!(sockets.open(&elsewhere).await.err(), Some(403));
}

#[tokio::test]
async fn a_first_frame_says_who_it_is() {
    let sockets = Sockets::new().await;
    let ann = sockets.world.person("ann").await;
    let mut socket = sockets.open(&[]).await.unwrap();
    socket.say(json!({ "id": 1, "type": "auth", "token": ann.bearer })).await;
    assert_eq!(socket.reply(1).await["ok"], json!({}));
    assert_eq!(socket.next().await["type"], "hello");
    let mut liar = sockets.open(&[]).await.unwrap();
    liar.say(json!({ "type": "auth", "token": "x" })).await;
    assert_eq!(liar.close_code().await, 1008);
    let mut eager = sockets.open(&[]).await.unwrap();
    eager.say(json!({ "type": "ping" })).await;
    assert_eq!(eager.close_code().await, 1008);
}

#[tokio::test]
async fn bad_frames_end_the_socket_with_their_code() {
    let sockets = Sockets::new().await;
    let ann = sockets.world.person("ann").await;
    let mut large = sockets.enter(&ann).await;
    large.0.send(Message::text("x".repeat(128 * 1024 + 1))).await.unwrap();
    assert_eq!(large.close_code().await, 1009);
    let mut binary = sockets.enter(&ann).await;
    binary.0.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(binary.close_code().await, 1008);
    let mut nonsense = sockets.enter(&ann).await;
    nonsense.0.send(Message::text("hello")).await.unwrap();
    assert_eq!(nonsense.close_code().await, 1008);
    let mut broken = sockets.enter(&ann).await;
    // A masked text frame of two bytes that are no UTF-8, written under the library.
    let MaybeTlsStream::Plain(stream) = broken.0.get_mut() else { panic!("no TLS here") };
    tokio::io::AsyncWriteExt::write_all(stream, &[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]).await.unwrap();
    assert_eq!(broken.close_code().await, 1007);
    sockets.enter(&ann).await;
}

#[tokio::test]
async fn a_socket_ends_with_its_session() {
    let sockets = Sockets::new().await;
    let ann = sockets.world.person("ann").await;
    let mut socket = sockets.enter(&ann).await;
    let principal = sockets.world.chat.identity().authenticate_bearer(&ann.bearer).await.unwrap();
    sockets.world.chat.identity().logout(&principal).await.unwrap();
    assert_eq!(socket.until("bye").await["code"], "unauthenticated");
    assert_eq!(socket.close_code().await, u16::from(CloseCode::Policy));
}

#[tokio::test]
async fn a_restart_tells_everybody_to_come_back() {
    let drain = Drain::default();
    let options = Options { origins: Origins::exact([PAGE]), drain: drain.clone(), ..Options::default() };
    let sockets = Sockets::of(World::with(options).await).await;
    let ann = sockets.world.person("ann").await;
    let (mut socket, mut unknown) = (sockets.enter(&ann).await, sockets.open(&[]).await.unwrap());
    let finish = tokio::spawn(async move { drain.finish().await });
    assert_eq!(socket.close_code().await, u16::from(CloseCode::Restart));
    assert_eq!(unknown.close_code().await, u16::from(CloseCode::Restart));
    timeout(PATIENCE, finish).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_socket_speaks_our_subprotocol() {
    let sockets = Sockets::new().await;
    let ann = sockets.world.person("ann").await;
    let bearer = || (header::AUTHORIZATION, format!("Bearer {}", ann.bearer));
    let other = (header::SEC_WEBSOCKET_PROTOCOL, "chatlink.v2".to_owned());
    assert_eq!(sockets.open(&[bearer(), other]).await.err(), Some(400));
    sockets.world.get(&ann, "/ws").await.refused(400, "malformed");
}

#[tokio::test]
async fn too_many_sockets_are_told_to_come_back_later() {
    let talk = TalkLimits { connections_a_person: 2, connections_an_address: 4, ..TalkLimits::default() };
    let sockets = Sockets::of(World::under(Options::default(), talk).await).await;
    let (ann, bob) = (sockets.world.person("ann").await, sockets.world.person("bob").await);
    let bearer = |person: &Person| [(header::AUTHORIZATION, format!("Bearer {}", person.bearer))];
    let held = [sockets.enter(&ann).await, sockets.enter(&ann).await];
    let mut third = sockets.open(&bearer(&ann)).await.unwrap();
    assert_eq!(third.close_code().await, u16::from(CloseCode::Again));
    drop(third);
    let others = [sockets.enter(&bob).await, sockets.enter(&bob).await];
    assert_eq!(sockets.open(&bearer(&bob)).await.err(), Some(429));
    drop(held);
    // The server notices in its own time; whoever is refused tries again.
    timeout(PATIENCE, async { while sockets.open(&bearer(&ann)).await.is_err() {} }).await.unwrap();
    drop(others);
}
