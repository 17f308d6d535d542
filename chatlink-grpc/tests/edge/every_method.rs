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

/// The paths of all methods that answer once.
fn methods() -> Vec<String> {
    let files = FileDescriptorSet::decode(chatlink_grpc::DESCRIPTORS).unwrap().file;
    let services = files.iter().flat_map(|file| &file.service);
    let methods = services.flat_map(|service| {
        let methods = service.method.iter().filter(|method| !method.server_streaming());
        methods.map(|method| format!("/chatlink.v1.{}/{}", service.name(), method.name()))
    });
    methods.collect()
}

/// Calls it with an empty message.
async fn call(world: &World, path: &str, asked: Request<()>) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(world.channel.clone());
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    client.unary(asked, path.parse().unwrap(), codec).await.map(drop)
}

#[tokio::test]
async fn every_method_but_a_few_wants_a_login() {
    let world = World::new().await;
    let methods = methods();
    assert!(methods.len() > 90, "{methods:?}");
    for path in methods.iter().filter(|path| !OPEN.contains(&path.as_str())) {
        let answer = call(&world, path, Request::new(())).await;
        let code = answer.as_ref().map_err(Status::code);
        assert_eq!(code, Err(Code::Unauthenticated), "{path}");
        refused(answer, Code::Unauthenticated, "unauthenticated");
        let answer = call(&world, path, with_token((), "no token of ours")).await;
        assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated, "{path}");
    }
}

#[tokio::test]
async fn no_method_breaks_at_an_empty_message() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    // The one that ends the session comes last.
    let (ends, others): (Vec<_>, Vec<_>) = methods().into_iter().partition(|path| path.ends_with("/LogOut"));
    for path in others.iter().chain(&ends) {
        if let Err(status) = call(&world, path, ann.asks(())).await {
            assert!(!matches!(status.code(), Code::Internal | Code::Unknown | Code::Unavailable), "{path}: {status:?}");
            assert!(chatlink_grpc::problem_of(&status).is_some(), "{path}: {status:?}");
        }
    }
}
