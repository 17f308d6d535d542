//! The app with chat inside, over a real socket: its own users, its own tokens, chat under `/chat`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

#[path = "../examples/host_app.rs"]
#[allow(dead_code, unreachable_pub, reason = "its main is not called here")]
mod example;

struct App {
    address: SocketAddr,
    client: reqwest::Client,
}

impl App {
    async fn start() -> Self {
        // The client wants one to be there, though nothing here is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = example::app().await.unwrap().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, client: reqwest::Client::new() }
    }

    async fn login(&self, name: &str) -> (u16, String) {
        let login = self.client.post(format!("http://{}/login", self.address)).body(name.to_owned());
        let answer = login.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Who the app says is called so.
    async fn person(&self, name: &str) -> Person<'_> {
        Person { app: self, token: self.login(name).await.1 }
    }
}

struct Person<'a> {
    app: &'a App,
    token: String,
}

impl Person<'_> {
    async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("http://{}/chat/v1{path}", self.app.address);
        let answer = self.app.client.get(url).bearer_auth(&self.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("http://{}/chat/v1{path}", self.app.address);
        let answer = self.app.client.post(url).bearer_auth(&self.token).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A socket as a browser opens it: the token in the first frame.
    async fn listen(&self) -> Socket {
        let mut request = format!("ws://{}/chat/v1/ws", self.app.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "chatlink.v1".parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        let auth = json!({"type": "auth", "token": self.token}).to_string();
        socket.send(Message::text(auth)).await.unwrap();
        Socket(socket)
    }
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn until(&mut self, kind: &str) -> Value {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.expect("a frame in time");
            let Message::Text(text) = message.unwrap().unwrap() else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == kind {
                return frame;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_apps_users_talk_under_its_prefix() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let (status, me) = ana.get("/me").await;
    assert_eq!((status, &me["display_name"]), (200, &json!("Ana")), "{me}");

    let (_, rooms) = ben.get("/rooms").await;
    let room = rooms["items"][0].clone();
    assert_eq!(room["peer"]["display_name"], "Ana");
    assert_eq!(room["last_item"]["body"]["text"], "You two share a course. Say hello!");
    assert_eq!(room["last_item"]["sender_id"], "00000000-0000-0000-0000-000000000000");

    let mut socket = ben.listen().await;
    socket.until("hello").await;
    let path = format!("/rooms/{}/messages", room["id"].as_str().unwrap());
    let message =
        |id: u8, text: &str| json!({"client_id": format!("01890000-0000-7000-8000-0000000000{id:02}"), "text": text});
    let (status, sent) = ana.post(&path, &message(1, "¡Hola, Ben!")).await;
    assert_eq!(status, 201, "{sent}");
    let heard = socket.until("event").await;
    assert_eq!(heard["event"]["body"]["text"], "¡Hola, Ben!");

    let (status, refused) = ana.post(&path, &message(2, "see http://example.org")).await;
    assert_eq!((status, &refused["code"]), (403, &json!("refused_by_host")), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_the_apps_user_gets_nothing() {
    let app = App::start().await;
    assert_eq!(app.login("Eve").await.0, 401);
    let forged = Person { app: &app, token: "not a token of the app".to_owned() };
    assert_eq!(forged.get("/rooms").await.0, 401);
    let (status, problem) = forged.post("/registrations", &json!({"contact": "eve@example.org"})).await;
    assert_eq!(status, 404, "nobody registers here: {problem}");
}
