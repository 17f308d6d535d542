//! A client on a WebSocket: sends commands, takes frames, keeps what it saw.

use crate::{Log, PATIENCE, Person, within};
use chatlink_protocol::{
    Problem, RoomId,
    frame::{Ack, Hello, Push, Reply, ReplyResult, SUBPROTOCOL},
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    time::Duration,
};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// A connected socket. It reads only while something is waited for, so that a test decides when it
/// is a slow one. Each event goes into the [`Log`], all other pushes into an inbox.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    hello: Option<Hello>,
    next: u64,
    replies: HashMap<u64, Reply>,
    inbox: VecDeque<Push>,
    log: Log,
    closed: Option<Closed>,
}

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// With a close frame of this code.
    Code(u16),
    /// Without a word.
    Silently,
}

/// A frame that came.
#[derive(Debug)]
pub enum Heard {
    /// The first one: [`Socket::hello`] has it.
    Hello,
    /// The answer to a command.
    Reply(Reply),
    /// Anything else.
    Push(Push),
}

/// How a socket is opened.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// The bearer token.
    pub token: Option<String>,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
    /// Bytes that the machine may keep for us unread; small for a slow consumer.
    pub receive_buffer: Option<u32>,
    /// How many rooms `hello` is asked to show.
    pub rooms: Option<u32>,
}

impl Open {
    /// As this person.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        Self { token: person.api.token().map(str::to_owned), ..Self::default() }
    }
}

impl Socket {
    /// Connects and waits for `hello`.
    pub async fn connect(person: &Person) -> Self {
        let open = Open::of(person);
        let mut socket = Self::open(person.api.address(), open).await.expect("the socket opens");
        socket.greeted().await;
        socket
    }

    /// Connects, keeping what an earlier connection knew.
    pub async fn reconnect(person: &Person, log: Log) -> Self {
        let mut socket = Self::connect(person).await;
        socket.log = log;
        socket
    }

    /// Opens a socket in any way.
    ///
    /// # Errors
    /// The handshake was refused.
    pub async fn open(address: SocketAddr, open: Open) -> Result<Self, Error> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = open.receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        let query = open.rooms.map(|rooms| format!("?rooms={rooms}")).unwrap_or_default();
        let mut request = format!("ws://{address}/v1/ws{query}").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        if let Some(token) = &open.token {
            headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).expect("a token"));
        }
        for (name, value) in &open.headers {
            headers.insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        let opened = within(PATIENCE, "the socket's handshake", client_async(request, stream)).await;
        let (stream, answer) = opened?;
        let protocol = answer.headers().get("sec-websocket-protocol").and_then(|name| name.to_str().ok());
        assert_eq!(protocol, Some(SUBPROTOCOL), "the subprotocol is agreed on");
        Ok(Self {
            stream,
            hello: None,
            next: 0,
            replies: HashMap::new(),
            inbox: VecDeque::new(),
            log: Log::default(),
            closed: None,
        })
    }

    /// Waits for `hello`, which must come first.
    pub async fn greeted(&mut self) {
        let first = within(PATIENCE, "hello", self.read()).await;
        assert!(first && self.hello.is_some(), "hello comes first: {:?} {:?}", self.inbox, self.closed);
    }

    /// Whether `hello` came.
    #[must_use]
    pub fn is_greeted(&self) -> bool {
        self.hello.is_some()
    }

    /// What `hello` said.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        self.hello.as_ref().expect("hello came")
    }

    /// What is known of the rooms.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What is known of the rooms, when the connection is no more.
    #[must_use]
    pub fn into_log(self) -> Log {
        self.log
    }

    /// Writes a command and does not wait for its answer: its number.
    pub async fn post(&mut self, command: Value) -> u64 {
        let id = self.feed(command).await;
        self.flush().await;
        id
    }

    /// Puts a command into the write buffer: its number.
    pub async fn feed(&mut self, command: Value) -> u64 {
        let text = self.number(command);
        self.stream.feed(Message::text(text)).await.expect("a frame is written");
        self.next
    }

    /// As [`post`](Self::post), to a server that may be gone: `None` when it is.
    pub async fn try_post(&mut self, command: Value) -> Option<u64> {
        let text = self.number(command);
        self.stream.send(Message::text(text)).await.ok().map(|()| self.next)
    }

    fn number(&mut self, mut command: Value) -> String {
        self.next += 1;
        command["id"] = json!(self.next);
        command.to_string()
    }

    /// Writes out what [`feed`](Self::feed) gathered.
    pub async fn flush(&mut self) {
        self.stream.flush().await.expect("frames are flushed");
    }

    /// Writes any message, in whatever shape.
    ///
    /// # Errors
    /// The socket is closed.
    pub async fn raw(&mut self, message: Message) -> Result<(), Error> {
        self.stream.send(message).await
    }

    /// Waits for the answer to a command.
    pub async fn answer(&mut self, id: u64) -> Result<Ack, Box<Problem>> {
        let answer = self.answer_or_end(id).await;
        answer.unwrap_or_else(|| panic!("the socket ended before its answer: {:?}", self.closed))
    }

    /// As [`answer`](Self::answer); `None` when the socket ends first.
    pub async fn answer_or_end(&mut self, id: u64) -> Option<Result<Ack, Box<Problem>>> {
        let reply = within(PATIENCE, &format!("the answer to command {id}"), async {
            loop {
                if let Some(reply) = self.replies.remove(&id) {
                    return Some(reply);
                }
                if !self.read().await {
                    return None;
                }
            }
        })
        .await;
        reply.map(|reply| match reply.result {
            ReplyResult::Ok(ack) => Ok(ack),
            ReplyResult::Error(problem) => Err(problem),
        })
    }

    /// Sends a command and waits for its answer.
    pub async fn ask(&mut self, command: Value) -> Result<Ack, Box<Problem>> {
        let id = self.post(command).await;
        self.answer(id).await
    }

    /// Sends a message: the seq that was acknowledged.
    pub async fn say(&mut self, room: RoomId, text: &str) -> u64 {
        let ack = self.ask(send(room, &crate::fresh_id(), text)).await.expect("the message is taken");
        ack.seq.expect("a seq").0
    }

    /// Waits for a push for which `wanted` answers something; earlier ones that did not fit stay.
    pub async fn until<T>(&mut self, what: &str, wanted: impl Fn(&Push) -> Option<T>) -> T {
        self.until_within(PATIENCE, what, wanted).await
    }

    /// As [`until`](Self::until), with a limit of its own.
    pub async fn until_within<T>(&mut self, limit: Duration, what: &str, wanted: impl Fn(&Push) -> Option<T>) -> T {
        let mut looked = 0;
        within(limit, what, async {
            loop {
                while looked < self.inbox.len() {
                    if let Some(value) = wanted(&self.inbox[looked]) {
                        self.inbox.remove(looked);
                        return value;
                    }
                    looked += 1;
                }
                assert!(self.read().await, "{what}: the socket ended first: {:?}", self.closed);
            }
        })
        .await
    }

    /// Waits until the room's event `seq` came.
    pub async fn until_seq(&mut self, room: RoomId, seq: u64) {
        within(PATIENCE, &format!("event {seq}"), async {
            while !self.log.has(room, seq) {
                assert!(self.read().await, "event {seq}: the socket ended first: {:?}", self.closed);
            }
        })
        .await;
    }

    /// A round trip: what the server had for this socket before is here after it.
    pub async fn settle(&mut self) {
        self.ask(json!({ "type": "ping" })).await.expect("pong");
    }

    /// Asks for all that was missed, from the log's own cursors.
    pub async fn resume(&mut self) {
        let (epoch, user_seq) = (self.hello().epoch.clone(), self.hello().user_seq);
        let command = json!({ "type": "resume", "epoch": epoch, "user_seq": user_seq, "rooms": self.log.cursors() });
        self.ask(command).await.expect("resumed");
    }

    /// Takes out the pushes that came and were not waited for.
    pub fn drain(&mut self) -> Vec<Push> {
        self.inbox.drain(..).collect()
    }

    /// Reads until the socket's end.
    pub async fn end_within(&mut self, limit: Duration) -> Closed {
        within(limit, "the socket's end", async { while self.read().await {} }).await;
        self.closed.expect("how it ended")
    }

    /// Reads what is still there of a connection whose server is gone: the replies, by number.
    pub async fn wreck(mut self) -> (HashMap<u64, Reply>, Log) {
        within(PATIENCE, "the rest of a broken connection", async { while self.read().await {} }).await;
        (self.replies, self.log)
    }

    /// Takes one frame in. `false`: the socket ended.
    pub async fn read(&mut self) -> bool {
        match self.hear().await {
            Some(Heard::Reply(reply)) => self.keep(reply),
            Some(Heard::Push(Push::Event { event })) => self.log.take(event),
            Some(Heard::Push(push)) => self.inbox.push_back(push),
            Some(Heard::Hello) => {}
            None => return false,
        }
        true
    }

    /// The next frame, as it comes and kept nowhere but for `hello`. `None`: the socket ended. Nothing is lost when the
    /// future is dropped.
    pub async fn hear(&mut self) -> Option<Heard> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Some(self.parse(text.as_str())),
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.map_or(Closed::Silently, |frame| Closed::Code(frame.code.into()));
                    self.closed.get_or_insert(code);
                }
                Some(Ok(Message::Binary(_))) => panic!("version 1 has no binary frames"),
                // Pings are answered by the library.
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    self.closed.get_or_insert(Closed::Silently);
                    return None;
                }
            }
        }
    }

    fn keep(&mut self, reply: Reply) {
        let id = reply.id;
        assert!(self.replies.insert(id, reply).is_none(), "command {id} is answered twice");
    }

    fn parse(&mut self, text: &str) -> Heard {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("not JSON: {error}: {text}"));
        let wrong = |error: serde_json::Error| -> ! { panic!("no frame of version 1: {error}: {text}") };
        if value.get("ok").is_some() || value.get("error").is_some() {
            return Heard::Reply(serde_json::from_value(value).unwrap_or_else(|error| wrong(error)));
        }
        match serde_json::from_value(value).unwrap_or_else(|error| wrong(error)) {
            Push::Hello(hello) => {
                assert!(self.hello.replace(hello).is_none(), "a second hello");
                Heard::Hello
            }
            push => Heard::Push(push),
        }
    }
}

/// The command that sends a message.
#[must_use]
pub fn send(room: RoomId, client_id: &str, text: &str) -> Value {
    json!({ "type": "send", "room_id": room, "client_id": client_id, "text": text })
}
