//! gRPC.

use crate::{
    edge::{BORN, COUNTRY, Edge, Form, LEVEL, Person, Refused, Registering},
    world::{PATIENCE, World},
};
use async_trait::async_trait;
use chatlink_grpc::{
    problem_of,
    v1::{
        self, client_frame::Command, event_body::Kind, people_client::PeopleClient, realtime_client::RealtimeClient,
        registration_client::RegistrationClient, rooms_client::RoomsClient, server_frame::Frame,
        sessions_client::SessionsClient, timeline_client::TimelineClient,
    },
};
use chatlink_protocol::{EventId, RoomId, UserId};
use std::collections::{BTreeMap, HashMap};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status, Streaming, transport::Channel};

/// Calls the gRPC edge.
pub(crate) struct OverGrpc(Channel);

struct Attempt {
    channel: Channel,
    registration_id: String,
    proof: String,
}

struct Member {
    channel: Channel,
    id: UserId,
    token: String,
    line: Option<Line>,
    epoch: String,
    heard: HashMap<String, BTreeMap<u64, String>>,
    heads: HashMap<String, u64>,
}

/// A stream; it ends when what it is asked by is dropped.
struct Line {
    _asks: mpsc::Sender<v1::ClientFrame>,
    frames: Streaming<v1::ServerFrame>,
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(status: Status) -> Refused {
    let problem = problem_of(&status).unwrap_or_else(|| panic!("not refused, but {status:?}"));
    Refused {
        code: problem.code,
        fields: problem.errors.into_iter().map(|error| error.field).collect(),
        tries_left: problem.tries_left.map(|left| u8::try_from(left).expect("few tries")),
    }
}

impl OverGrpc {
    pub(crate) async fn of(world: &World) -> Self {
        let endpoint = Channel::from_shared(format!("http://{}", world.grpc)).expect("an address");
        Self(endpoint.connect().await.expect("the edge listens"))
    }
}

#[async_trait]
impl Edge for OverGrpc {
    async fn register(&self, contact: &str) -> Result<Box<dyn Registering>, Refused> {
        let asked = v1::StartRegistrationRequest { contact: contact.to_owned() };
        let started = RegistrationClient::new(self.0.clone()).start_registration(asked).await.map_err(refused)?;
        let registration_id = started.into_inner().registration_id;
        Ok(Box::new(Attempt { channel: self.0.clone(), registration_id, proof: String::new() }))
    }

    async fn log_in(&self, login: &str, password: &str) -> Result<Box<dyn Person>, Refused> {
        let asked = v1::LogInRequest { login: login.to_owned(), password: password.to_owned(), second_factor: None };
        let login = SessionsClient::new(self.0.clone()).log_in(asked).await.map_err(refused)?;
        Ok(Box::new(Member::of(self.0.clone(), login.into_inner()).await))
    }
}

#[async_trait]
impl Registering for Attempt {
    async fn verify(&mut self, code: &str) -> Result<(), Refused> {
        let asked =
            v1::VerifyRegistrationRequest { registration_id: self.registration_id.clone(), code: code.to_owned() };
        let verified = RegistrationClient::new(self.channel.clone()).verify_registration(asked).await;
        self.proof = verified.map_err(refused)?.into_inner().proof;
        Ok(())
    }

    async fn complete(&mut self, form: &Form) -> Result<Box<dyn Person>, Refused> {
        let learning = v1::LearningLanguage { language: form.learns.to_owned(), level: LEVEL.to_owned() };
        let asked = v1::CompleteRegistrationRequest {
            registration_id: self.registration_id.clone(),
            proof: self.proof.clone(),
            username: form.username.clone(),
            password: form.password.clone(),
            display_name: form.username.clone(),
            birth_date: BORN.to_owned(),
            country: COUNTRY.to_owned(),
            time_zone: None,
            native_languages: vec![form.native.to_owned()],
            learning_languages: vec![learning],
        };
        let joined = RegistrationClient::new(self.channel.clone()).complete_registration(asked).await;
        Ok(Box::new(Member::of(self.channel.clone(), joined.map_err(refused)?.into_inner()).await))
    }
}

impl Member {
    async fn of(channel: Channel, login: v1::LoggedIn) -> Self {
        let (id, session) = (login.user_id.parse().expect("an id"), login.session.expect("a session"));
        let mut member = Self {
            channel,
            id,
            token: session.access_token,
            line: None,
            epoch: String::new(),
            heard: HashMap::new(),
            heads: HashMap::new(),
        };
        member.rise().await;
        member
    }

    fn asks<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.token).parse().expect("a header");
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    async fn next(&mut self) -> Frame {
        let line = self.line.as_mut().expect("a line");
        let frame = timeout(PATIENCE, line.frames.message()).await.expect("a frame in time");
        frame.expect("a stream that goes on").and_then(|frame| frame.frame).expect("a frame of a kind")
    }

    fn texts(&self, room: &str) -> Vec<String> {
        self.heard.get(room).map(|texts| texts.values().cloned().collect()).unwrap_or_default()
    }
}

#[async_trait]
impl Person for Member {
    fn id(&self) -> UserId {
        self.id
    }

    async fn finds(&mut self) -> Result<Vec<UserId>, Refused> {
        let asked = self.asks(v1::ListMatchesRequest::default());
        let page = PeopleClient::new(self.channel.clone()).list_matches(asked).await.map_err(refused)?.into_inner();
        let ids = page.items.into_iter().map(|found| found.user.expect("a person").id);
        Ok(ids.map(|id| id.parse().expect("an id")).collect())
    }

    async fn open(&mut self, other: UserId) -> Result<RoomId, Refused> {
        let asked = self.asks(v1::OpenDirectRequest { user_id: other.to_string() });
        let opened = RoomsClient::new(self.channel.clone()).open_direct(asked).await.map_err(refused)?.into_inner();
        Ok(opened.room.expect("a room").id.parse().expect("an id"))
    }

    async fn say(&mut self, room: RoomId, text: &str) -> Result<(), Refused> {
        let asked = self.asks(v1::SendMessageRequest {
            room_id: room.to_string(),
            client_id: chatlink_tests::fresh_id(),
            text: Some(text.to_owned()),
            ..v1::SendMessageRequest::default()
        });
        TimelineClient::new(self.channel.clone()).send_message(asked).await.map(|_| ()).map_err(refused)
    }

    async fn edit(&mut self, room: RoomId, message: EventId, text: &str) -> Result<(), Refused> {
        let asked = v1::EditMessageRequest {
            room_id: room.to_string(),
            message_id: message.to_string(),
            text: text.to_owned(),
        };
        let asked = self.asks(asked);
        TimelineClient::new(self.channel.clone()).edit_message(asked).await.map(|_| ()).map_err(refused)
    }

    async fn hears(&mut self, room: RoomId, count: usize) -> Vec<String> {
        let room = room.to_string();
        while self.texts(&room).len() < count {
            let Frame::Event(event) = self.next().await else { continue };
            let head = self.heads.entry(event.room_id.clone()).or_default();
            *head = event.seq.max(*head);
            if let Some(Kind::Message(message)) = event.body.and_then(|body| body.kind) {
                let texts = self.heard.entry(event.room_id).or_default();
                assert!(texts.insert(event.seq, message.text.unwrap_or_default()).is_none(), "twice: {}", event.seq);
            }
        }
        self.texts(&room)
    }

    async fn fall(&mut self) {
        self.line = None;
    }

    async fn rise(&mut self) {
        let (asks, asked) = mpsc::channel(8);
        if !self.epoch.is_empty() {
            let resume = v1::Resume { epoch: self.epoch.clone(), user_seq: 0, rooms: self.heads.clone() };
            let frame = v1::ClientFrame { id: None, command: Some(Command::Resume(resume)) };
            asks.send(frame).await.expect("a place");
        }
        let asked = self.asks(ReceiverStream::new(asked));
        let answer = RealtimeClient::new(self.channel.clone()).connect(asked).await.expect("a stream");
        self.line = Some(Line { _asks: asks, frames: answer.into_inner() });
        let Frame::Hello(hello) = self.next().await else { panic!("no hello first") };
        self.epoch = hello.epoch;
    }

    async fn log_out(&mut self) -> Result<(), Refused> {
        let asked = self.asks(v1::LogOutRequest {});
        SessionsClient::new(self.channel.clone()).log_out(asked).await.map(|_| ()).map_err(refused)
    }
}
