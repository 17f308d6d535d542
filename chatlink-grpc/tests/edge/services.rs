//! Service tokens: whom they act as, what they may do, and how they end.

use crate::world::{Person, World, refused, with_token};
use chatlink_core::{
    protocol::ServiceTokenId,
    services::{ActsAs, Scope, TokenForm},
};
use chatlink_grpc::v1::{
    self, ClientFrame, client_frame::Command, host_client::HostClient, reply, server_frame::Frame,
};
use std::time::Duration;
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Status, Streaming, metadata::MetadataValue, transport::Channel};

const PATIENCE: Duration = Duration::from_secs(10);

/// A service token as its holder has it.
struct Token {
    id: ServiceTokenId,
    secret: String,
}

impl Token {
    async fn of(world: &World, acts_as: ActsAs, scopes: &[Scope]) -> Self {
        let form = TokenForm {
            name: world.chat.fresh_client_id().to_string(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            acts_as,
            expires_in: None,
        };
        let issued = world.chat.services().create(&form).await.unwrap();
        Self { id: issued.token.token_id, secret: issued.secret }
    }

    /// Of a bot: a person's account, for once.
    async fn bot(world: &World, person: &Person, scopes: &[Scope]) -> Self {
        Self::of(world, ActsAs::User(person.id.parse().unwrap()), scopes).await
    }

    async fn host(world: &World, scopes: &[Scope]) -> Self {
        Self::of(world, ActsAs::HostUsers, scopes).await
    }

    fn asks<T>(&self, message: T) -> Request<T> {
        with_token(message, &self.secret)
    }

    /// A call for a user of the host.
    fn asks_as<T>(&self, name: &str, message: T) -> Request<T> {
        let mut request = self.asks(message);
        request.metadata_mut().insert("chatlink-as", name.parse().unwrap());
        request
    }
}

fn host(world: &World) -> HostClient<Channel> {
    HostClient::new(world.channel.clone())
}

fn message(world: &World, room: &str, text: &str) -> v1::SendMessageRequest {
    v1::SendMessageRequest {
        room_id: room.to_owned(),
        client_id: world.chat.fresh_client_id().to_string(),
        text: Some(text.to_owned()),
        ..Default::default()
    }
}

fn user(external_id: &str) -> v1::UpsertUserRequest {
    v1::UpsertUserRequest {
        external_id: external_id.to_owned(),
        display_name: Some(external_id.to_uppercase()),
        age_band: Some("18_plus".to_owned()),
        locale: None,
    }
}

/// A refusal for the want of this scope.
#[track_caller]
fn lacks<T: std::fmt::Debug>(answer: Result<T, Status>, scope: &str) {
    let problem = refused(answer, Code::PermissionDenied, "forbidden");
    assert!(problem.detail.is_some_and(|detail| detail.ends_with(scope)), "{scope}");
}

#[tokio::test]
async fn a_bot_does_what_its_scopes_say_and_nothing_else() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    let bot = Token::bot(&world, &ann, &[Scope::RoomsRead, Scope::TimelineWrite]).await;
    let listed = world.rooms().list_rooms(bot.asks(v1::ListRoomsRequest::default())).await.unwrap().into_inner();
    assert_eq!(listed.items[0].id, room);
    world.timeline().send_message(bot.asks(message(&world, &room, "beep"))).await.unwrap();
    let read = v1::ReadTimelineRequest { room_id: room.clone(), ..Default::default() };
    let page = world.timeline().read_timeline(bob.asks(read.clone())).await.unwrap().into_inner();
    assert_eq!(page.items.last().unwrap().sender_id, ann.id, "said by the account");
    lacks(world.timeline().read_timeline(bot.asks(read)).await, "timeline:read");
    lacks(world.rooms().leave_room(bot.asks(v1::LeaveRoomRequest { room_id: room })).await, "rooms:write");
    lacks(world.people().find_me(bot.asks(v1::FindMeRequest {})).await, "people:read");
    lacks(world.people().block(bot.asks(v1::BlockRequest { user_id: bob.id.clone() })).await, "people:write");
    lacks(host(&world).upsert_user(bot.asks(user("x"))).await, "users:upsert");
    lacks(world.realtime().connect(bot.asks(tokio_stream::empty())).await.map(drop), "timeline:read");
    let named = world.rooms().list_rooms(bot.asks_as("bob", v1::ListRoomsRequest::default())).await;
    refused(named, Code::PermissionDenied, "forbidden");
}

#[tokio::test]
async fn a_backend_makes_its_users_and_speaks_as_them() {
    let world = World::new().await;
    let backend = Token::host(&world, &Scope::ALL).await;
    let made = async |name: &str| host(&world).upsert_user(backend.asks(user(name))).await.unwrap().into_inner();
    let (ana, ben) = (made("ana").await, made("ben").await);
    assert_eq!(made("ana").await, ana, "once");
    let opened =
        world.rooms().open_direct(backend.asks_as("ana", v1::OpenDirectRequest { user_id: ben.user_id })).await;
    let room = opened.unwrap().into_inner().room.unwrap().id;
    let accept = v1::AcceptRequestRequest { room_id: room.clone() };
    world.rooms().accept_request(backend.asks_as("ben", accept)).await.unwrap();
    world.timeline().send_message(backend.asks_as("ana", message(&world, &room, "hello"))).await.unwrap();
    let me = world.people().find_me(backend.asks_as("ana", v1::FindMeRequest {})).await.unwrap().into_inner();
    assert_eq!(me.profile.unwrap().id, ana.user_id);
    let rooms = world.rooms().list_rooms(backend.asks_as("ben", v1::ListRoomsRequest::default())).await.unwrap();
    assert_eq!(rooms.into_inner().items[0].unread, 1);
    let nobody = world.rooms().list_rooms(backend.asks(v1::ListRoomsRequest::default())).await;
    assert_eq!(refused(nobody, Code::InvalidArgument, "invalid").errors[0].field, "chatlink-as");
}

#[tokio::test]
async fn a_backend_speaks_as_nobody_who_registered_here() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let backend = Token::host(&world, &Scope::ALL).await;
    for name in ["ann", "ann@example.org", &ann.id, "nobody", ""] {
        let asked = world.people().find_me(backend.asks_as(name, v1::FindMeRequest {})).await;
        refused(asked, Code::NotFound, "user_not_found");
    }
    // Nor does a person who is logged in speak as another one.
    let mut asked = ann.asks(v1::FindMeRequest {});
    asked.metadata_mut().insert("chatlink-as", "ben".parse().unwrap());
    refused(world.people().find_me(asked).await, Code::PermissionDenied, "forbidden");
}

#[tokio::test]
async fn a_users_name_that_is_no_ascii_comes_as_bytes() {
    let world = World::new().await;
    let backend = Token::host(&world, &[Scope::UsersUpsert, Scope::PeopleRead]).await;
    let made = host(&world).upsert_user(backend.asks(user("ünal/7"))).await.unwrap().into_inner();
    let named = |bytes: &[u8]| {
        let mut asked = backend.asks(v1::FindMeRequest {});
        asked.metadata_mut().insert_bin("chatlink-as-bin", MetadataValue::from_bytes(bytes));
        asked
    };
    let me = world.people().find_me(named("ünal/7".as_bytes())).await.unwrap().into_inner();
    assert_eq!(me.profile.unwrap().id, made.user_id);
    refused(world.people().find_me(named(b"\xff")).await, Code::InvalidArgument, "malformed");
    let mut twice = named("ünal/7".as_bytes());
    twice.metadata_mut().insert("chatlink-as", "ana".parse().unwrap());
    refused(world.people().find_me(twice).await, Code::InvalidArgument, "malformed");
}

#[tokio::test]
async fn users_are_found_by_either_name() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let backend = Token::host(&world, &[Scope::UsersUpsert]).await;
    let made = async |name: &str| host(&world).upsert_user(backend.asks(user(name))).await.unwrap().into_inner();
    let (ana, ben) = (made("ana").await, made("ben").await);
    let find = async |names: &[&str], ids: &[&str]| {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let asked = v1::FindUsersRequest { external_ids: list(names), user_ids: list(ids) };
        let mut items = host(&world).find_users(backend.asks(asked)).await?.into_inner().items;
        items.sort_by(|one, other| one.external_id.cmp(&other.external_id));
        Ok::<_, Status>(items)
    };
    let both = find(&["ana", "ann", "a\0b", ""], &[&ben.user_id, &ana.user_id, &ann.id, "no id"]).await.unwrap();
    assert_eq!(both, [ana, ben], "and nobody who registered here");
    let many = vec!["x"; 100];
    assert!(find(&many, &[]).await.unwrap().is_empty());
    let told = refused(find(&many, &["y"]).await, Code::InvalidArgument, "invalid");
    assert_eq!(told.errors[0].field, "external_ids");
    let wrong = v1::UpsertUserRequest { age_band: Some("old".to_owned()), ..user("cleo") };
    let told = refused(host(&world).upsert_user(backend.asks(wrong)).await, Code::InvalidArgument, "invalid");
    assert_eq!(told.errors[0].field, "age_band");
    let person = host(&world).upsert_user(ann.asks(user("dora"))).await;
    refused(person, Code::PermissionDenied, "forbidden");
}

/// How people get in, their devices and passwords: closed to every token, by each method of the two services.
#[tokio::test]
async fn no_service_token_does_what_is_a_persons_own() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let bot = Token::bot(&world, &ann, &Scope::ALL).await;
    macro_rules! closed {
        ($($service:ident.$method:ident($message:ident)),* $(,)?) => {$(
            let answer = world.$service().$method(bot.asks(v1::$message::default())).await;
            let problem = refused(answer, Code::PermissionDenied, "forbidden");
            assert_eq!(problem.detail.as_deref(), Some("no service token may do this"));
        )*};
    }
    closed! {
        sessions.log_in(LogInRequest),
        sessions.refresh_session(RefreshSessionRequest),
        sessions.list_sessions(ListSessionsRequest),
        sessions.revoke_session(RevokeSessionRequest),
        sessions.revoke_other_sessions(RevokeOtherSessionsRequest),
        sessions.log_out(LogOutRequest),
        registration.start_registration(StartRegistrationRequest),
        registration.resend_registration(ResendRegistrationRequest),
        registration.verify_registration(VerifyRegistrationRequest),
        registration.complete_registration(CompleteRegistrationRequest),
    }
    let sessions = world.sessions().list_sessions(ann.asks(v1::ListSessionsRequest {})).await.unwrap().into_inner();
    assert_eq!(sessions.items.len(), 1, "and it is no session itself");
}

#[tokio::test]
async fn what_is_no_living_token_is_nobodys() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let bot = Token::bot(&world, &ann, &Scope::ALL).await;
    let ask = async |token: &str| world.people().find_me(with_token(v1::FindMeRequest {}, token)).await;
    ask(&bot.secret).await.unwrap();
    for wrong in ["clst_", "clst_x", &bot.secret[..47], &bot.secret.to_uppercase()] {
        refused(ask(wrong).await, Code::Unauthenticated, "unauthenticated");
    }
    assert!(world.chat.services().revoke(bot.id).await.unwrap());
    refused(ask(&bot.secret).await, Code::Unauthenticated, "unauthenticated");
}

async fn next(hear: &mut Streaming<v1::ServerFrame>) -> Result<Frame, Status> {
    let next = timeout(PATIENCE, hear.message()).await.expect("a frame in time")?;
    Ok(next.expect("a frame before the end").frame.expect("a kind"))
}

/// What the server answers to the command.
async fn answer(hear: &mut Streaming<v1::ServerFrame>, wanted: u64) -> reply::Result {
    loop {
        if let Frame::Reply(v1::Reply { id, result: Some(result) }) = next(hear).await.unwrap()
            && id == wanted
        {
            return result;
        }
    }
}

#[tokio::test]
async fn a_stream_takes_the_commands_that_its_token_may_give_and_ends_with_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    let bot = Token::bot(&world, &ann, &[Scope::RoomsRead, Scope::TimelineRead]).await;
    let (say, frames) = mpsc::channel(8);
    let asked = bot.asks(ReceiverStream::new(frames));
    let mut hear = world.realtime().connect(asked).await.unwrap().into_inner();
    let Frame::Hello(hello) = next(&mut hear).await.unwrap() else { panic!("no hello first") };
    assert_eq!(hello.user_id, ann.id);
    let commands = [
        (Command::Send(message(&world, &room, "beep")), Some("timeline:write")),
        (Command::Read(v1::MarkReadRequest { room_id: room.clone(), seq: 1 }), Some("timeline:write")),
        (Command::Typing(v1::StartTyping { room_id: room.clone() }), Some("timeline:write")),
        (Command::Watch(v1::Watch { user_ids: vec![bob.id.clone()] }), Some("people:read")),
        (Command::WatchRoom(v1::WatchRoom { room_id: Some(room.clone()) }), None),
        (Command::Ping(v1::Ping {}), None),
    ];
    for (id, (command, scope)) in (1..).zip(commands) {
        say.send(ClientFrame { id: Some(id), command: Some(command) }).await.unwrap();
        match (answer(&mut hear, id).await, scope) {
            (reply::Result::Ok(_), None) => {}
            (reply::Result::Error(problem), Some(scope)) => {
                assert_eq!(problem.code, "forbidden");
                assert!(problem.detail.unwrap().ends_with(scope));
            }
            (answer, scope) => panic!("{answer:?} for {scope:?}"),
        }
    }
    let renew = Command::Renew(v1::Renew { token: ann.session.access_token.clone() });
    say.send(ClientFrame { id: Some(70), command: Some(renew) }).await.unwrap();
    let renewed = answer(&mut hear, 70).await;
    assert!(matches!(renewed, reply::Result::Error(problem) if problem.code == "unauthenticated"));
    world.timeline().send_message(bob.asks(message(&world, &room, "still there?"))).await.unwrap();
    assert!(world.chat.services().revoke(bot.id).await.unwrap());
    let end = loop {
        if let Err(status) = next(&mut hear).await {
            break status;
        }
    };
    refused::<()>(Err(end), Code::Unauthenticated, "unauthenticated");
    let again = world.realtime().connect(bot.asks(tokio_stream::empty())).await;
    refused(again.map(drop), Code::Unauthenticated, "unauthenticated");
}
