//! What holds for every method, whichever it is: the descriptors say which there are.

use crate::world::{World, refused, with_token};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{Code, Request, Status};

/// Those that somebody calls who has no token yet.
const OPEN: [&str; 6] = [
    "/chatlink.v1.Registration/StartRegistration",
    "/chatlink.v1.Registration/ResendRegistration",
    "/chatlink.v1.Registration/VerifyRegistration",
    "/chatlink.v1.Registration/CompleteRegistration",
    "/chatlink.v1.Sessions/LogIn",
    "/chatlink.v1.Sessions/RefreshSession",
];

/// What any request of a room begins with.
#[derive(Clone, PartialEq, prost::Message)]
struct OfRoom {
    #[prost(string, tag = "1")]
    room_id: String,
}

/// The paths of all methods that answer once, and whether their request begins with a room.
fn methods() -> Vec<(String, bool)> {
    let files = FileDescriptorSet::decode(chatlink_grpc::DESCRIPTORS).unwrap().file;
    let of_room = |input: &str| {
        let name = input.rsplit('.').next().unwrap();
        let request = files.iter().flat_map(|file| &file.message_type).find(|message| message.name() == name).unwrap();
        request.field.iter().any(|field| field.name() == "room_id" && field.number() == 1)
    };
    let services = files.iter().flat_map(|file| &file.service);
    let methods = services.flat_map(|service| {
        let methods = service.method.iter().filter(|method| !method.server_streaming());
        methods.map(|it| (format!("/chatlink.v1.{}/{}", service.name(), it.name()), of_room(it.input_type())))
    });
    methods.collect()
}

async fn call<T: prost::Message + Default + 'static>(
    world: &World,
    path: &str,
    asked: Request<T>,
) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(world.channel.clone());
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<T, ()>::default();
    client.unary(asked, path.parse().unwrap(), codec).await.map(drop)
}

#[tokio::test]
async fn every_method_but_a_few_wants_a_login() {
    let world = World::new().await;
    let methods = methods();
    assert!(methods.len() > 90, "{methods:?}");
    for (path, _) in methods.iter().filter(|(path, _)| !OPEN.contains(&path.as_str())) {
        let answer = call(&world, path, Request::new(())).await;
        let code = answer.as_ref().map_err(Status::code);
        assert_eq!(code, Err(Code::Unauthenticated), "{path}");
        refused(answer, Code::Unauthenticated, "unauthenticated");
        let answer = call(&world, path, with_token((), "no token of ours")).await;
        // What a host's backend does wants a service token, whoever else calls.
        let expected =
            if path.starts_with("/chatlink.v1.Host/") { Code::PermissionDenied } else { Code::Unauthenticated };
        assert_eq!(answer.unwrap_err().code(), expected, "{path}");
    }
}

#[tokio::test]
async fn no_method_breaks_at_an_empty_message() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    // The one that ends the session comes last.
    let (ends, others): (Vec<_>, Vec<_>) = methods().into_iter().partition(|(path, _)| path.ends_with("/LogOut"));
    for (path, _) in others.iter().chain(&ends) {
        if let Err(status) = call(&world, path, ann.asks(())).await {
            assert!(!matches!(status.code(), Code::Internal | Code::Unknown | Code::Unavailable), "{path}: {status:?}");
            assert!(chatlink_grpc::problem_of(&status).is_some(), "{path}: {status:?}");
        }
    }
}

/// Neither by a refusal nor by an answer does a stranger learn that there is such a room.
#[tokio::test]
async fn a_room_of_others_is_told_as_none_by_every_method() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let eve = world.person("eve", "es", "en").await;
    let room = world.befriend(&ann, &bob).await;
    let told = async |path: &str, room_id: &str| {
        let answer = call(&world, path, eve.asks(OfRoom { room_id: room_id.to_owned() })).await;
        answer.map_err(|status| (status.code(), chatlink_grpc::problem_of(&status).map(|problem| problem.code)))
    };
    let (mut asked, mut absent) = (0, 0);
    for (path, _) in methods().iter().filter(|(_, of_room)| *of_room) {
        let answer = told(path, &room).await;
        assert_eq!(answer, told(path, "01890000-0000-7000-8000-000000000009").await, "{path}");
        asked += 1;
        absent += usize::from(answer == Err((Code::NotFound, Some("room_not_found".to_owned()))));
    }
    // The others refuse an empty request before they look, or answer all alike.
    assert!(asked > 50 && absent > asked / 2, "{absent} of {asked}");
}
