//! An engine, its gRPC edge on a real socket, and people who call it.

use axum::Router;
use chatlink_core::{
    ChatLink, ChatLinkBuilder, Keys, Settings,
    memory::{Mailbox, MemoryStore},
    settings::PasswordCost,
};
use chatlink_grpc::{
    Drain, Options, problem_of, router,
    v1::{
        self, LearningLanguage, contacts_client::ContactsClient, corrections_client::CorrectionsClient,
        groups_client::GroupsClient, mine_client::MineClient, people_client::PeopleClient, pins_client::PinsClient,
        polls_client::PollsClient, realtime_client::RealtimeClient, registration_client::RegistrationClient,
        rooms_client::RoomsClient, search_client::SearchClient, sessions_client::SessionsClient,
        settings_client::SettingsClient, threads_client::ThreadsClient, timeline_client::TimelineClient,
        ways_in_client::WaysInClient,
    },
};
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;
use tonic::{Code, Request, Status, transport::Channel};

/// An engine behind a socket, and the mailbox of its people.
pub(crate) struct World {
    pub(crate) chat: ChatLink,
    pub(crate) drain: Drain,
    /// The edge without a socket.
    pub(crate) app: Router,
    pub(crate) channel: Channel,
    pub(crate) mailbox: Mailbox,
}

/// A person who is logged in.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) session: v1::Session,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(ChatLink::builder()).await
    }

    /// With what the builder was given besides.
    pub(crate) async fn of(builder: ChatLinkBuilder) -> Self {
        let mailbox = Mailbox::default();
        let settings = Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() };
        let builder = builder.store(Arc::new(MemoryStore::default())).keys(Keys::new(vec![vec![1; 32]]).unwrap());
        let chat = builder.sender(Arc::new(mailbox.clone())).settings(settings).build().await.unwrap();
        let drain = Drain::default();
        let app = router(chat.clone(), Options { drain: drain.clone(), ..Options::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, served) = (listener.local_addr().unwrap(), app.clone());
        tokio::spawn(async move {
            axum::serve(listener, served.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
        });
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { chat, drain, app, channel, mailbox }
    }

    pub(crate) fn registration(&self) -> RegistrationClient<Channel> {
        RegistrationClient::new(self.channel.clone())
    }

    pub(crate) fn sessions(&self) -> SessionsClient<Channel> {
        SessionsClient::new(self.channel.clone())
    }

    pub(crate) fn people(&self) -> PeopleClient<Channel> {
        PeopleClient::new(self.channel.clone())
    }

    pub(crate) fn rooms(&self) -> RoomsClient<Channel> {
        RoomsClient::new(self.channel.clone())
    }

    pub(crate) fn timeline(&self) -> TimelineClient<Channel> {
        TimelineClient::new(self.channel.clone())
    }

    pub(crate) fn realtime(&self) -> RealtimeClient<Channel> {
        RealtimeClient::new(self.channel.clone())
    }

    pub(crate) fn contacts(&self) -> ContactsClient<Channel> {
        ContactsClient::new(self.channel.clone())
    }

    pub(crate) fn corrections(&self) -> CorrectionsClient<Channel> {
        CorrectionsClient::new(self.channel.clone())
    }

    pub(crate) fn groups(&self) -> GroupsClient<Channel> {
        GroupsClient::new(self.channel.clone())
    }

    pub(crate) fn mine(&self) -> MineClient<Channel> {
        MineClient::new(self.channel.clone())
    }

    pub(crate) fn pins(&self) -> PinsClient<Channel> {
        PinsClient::new(self.channel.clone())
    }

    pub(crate) fn polls(&self) -> PollsClient<Channel> {
        PollsClient::new(self.channel.clone())
    }

    pub(crate) fn search(&self) -> SearchClient<Channel> {
        SearchClient::new(self.channel.clone())
    }

    pub(crate) fn settings(&self) -> SettingsClient<Channel> {
        SettingsClient::new(self.channel.clone())
    }

    pub(crate) fn threads(&self) -> ThreadsClient<Channel> {
        ThreadsClient::new(self.channel.clone())
    }

    pub(crate) fn ways_in(&self) -> WaysInClient<Channel> {
        WaysInClient::new(self.channel.clone())
    }

    /// A direct room of the two, accepted; its id.
    pub(crate) async fn befriend(&self, one: &Person, other: &Person) -> String {
        let asked = one.asks(v1::OpenDirectRequest { user_id: other.id.clone() });
        let room_id = self.rooms().open_direct(asked).await.unwrap().into_inner().room.unwrap().id;
        let asked = other.asks(v1::AcceptRequestRequest { room_id: room_id.clone() });
        self.rooms().accept_request(asked).await.unwrap();
        room_id
    }

    /// Says something in a room; its id and its place.
    pub(crate) async fn say(&self, person: &Person, room: &str, text: &str) -> (String, u64) {
        let said = v1::SendMessageRequest { text: Some(text.to_owned()), ..self.message(room) };
        let ack = self.timeline().send_message(person.asks(said)).await.unwrap().into_inner();
        (ack.id.unwrap(), ack.seq.unwrap())
    }

    /// A message for a room, without words.
    pub(crate) fn message(&self, room: &str) -> v1::SendMessageRequest {
        let client_id = self.chat.fresh_client_id().to_string();
        v1::SendMessageRequest { room_id: room.to_owned(), client_id, ..Default::default() }
    }

    /// The message as somebody reads it now.
    pub(crate) async fn item(&self, person: &Person, room: &str, message: &str) -> v1::Item {
        let asked = v1::FindMessageRequest { room_id: room.to_owned(), message_id: message.to_owned() };
        self.timeline().find_message(person.asks(asked)).await.unwrap().into_inner()
    }

    /// Starts a registration; answers its id and the code that came.
    pub(crate) async fn start(&self, name: &str) -> (String, String) {
        let contact = format!("{name}@example.org");
        let asked = v1::StartRegistrationRequest { contact: contact.clone() };
        let attempt = self.registration().start_registration(asked).await.unwrap().into_inner();
        (attempt.registration_id, self.mailbox.code_for(&contact).unwrap())
    }

    /// Registers a grown-up who speaks one language and learns another.
    pub(crate) async fn person(&self, name: &str, native: &str, learning: &str) -> Person {
        let (registration_id, code) = self.start(name).await;
        let asked = v1::VerifyRegistrationRequest { registration_id: registration_id.clone(), code };
        let proof = self.registration().verify_registration(asked).await.unwrap().into_inner().proof;
        let form = v1::CompleteRegistrationRequest {
            registration_id,
            proof,
            username: name.to_owned(),
            password: password_of(name),
            display_name: name.to_owned(),
            birth_date: "1990-01-31".to_owned(),
            country: "DE".to_owned(),
            time_zone: None,
            native_languages: vec![native.to_owned()],
            learning_languages: vec![LearningLanguage { language: learning.to_owned(), level: "B1".to_owned() }],
        };
        let joined = self.registration().complete_registration(form).await.unwrap().into_inner();
        Person { id: joined.user_id, session: joined.session.unwrap() }
    }
}

impl Person {
    /// A call of this person.
    pub(crate) fn asks<T>(&self, message: T) -> Request<T> {
        with_token(message, &self.session.access_token)
    }
}

/// A call with this access token.
pub(crate) fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// The password that a person of this name chose.
pub(crate) fn password_of(name: &str) -> String {
    format!("a long way to {name} 7")
}

/// Asserts a refusal with that status and code; its problem.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, status: Code, code: &str) -> v1::Problem {
    let refusal = answer.expect_err("a refusal");
    let problem = problem_of(&refusal).expect("a problem");
    assert_eq!((refusal.code(), problem.code.as_str()), (status, code), "{refusal:?}");
    problem
}
