//! What tools ask of any server: which services there are, and whether it is well.

use crate::world::World;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use std::collections::BTreeSet;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

#[tokio::test]
async fn reflection_tells_all_services_and_their_messages() {
    let world = World::new().await;
    let ask = async |message| {
        let asked = ServerReflectionRequest { host: String::new(), message_request: Some(message) };
        let mut client = ServerReflectionClient::new(world.channel.clone());
        let answers = client.server_reflection_info(tokio_stream::once(asked)).await.unwrap();
        answers.into_inner().message().await.unwrap().unwrap().message_response.unwrap()
    };
    let MessageResponse::ListServicesResponse(list) = ask(MessageRequest::ListServices(String::new())).await else {
        panic!("no list of services")
    };
    let told: BTreeSet<String> = list.service.into_iter().map(|service| service.name).collect();
    let ours = FileDescriptorSet::decode(chatlink_grpc::DESCRIPTORS).unwrap().file;
    let ours: Vec<_> =
        ours.iter().flat_map(|file| &file.service).map(|it| format!("chatlink.v1.{}", it.name())).collect();
    assert!(ours.len() >= 17, "{ours:?}");
    for service in ours.into_iter().chain(["grpc.health.v1.Health".to_owned()]) {
        assert!(told.contains(&service), "{service}: {told:?}");
    }
    let room = ask(MessageRequest::FileContainingSymbol("chatlink.v1.Room".to_owned())).await;
    assert!(matches!(room, MessageResponse::FileDescriptorResponse(_)), "{room:?}");
}

#[tokio::test]
async fn health_is_told_until_the_server_ends() {
    let world = World::new().await;
    let mut health = HealthClient::new(world.channel.clone());
    let of = |service: &str| HealthCheckRequest { service: service.to_owned() };
    for service in ["", "chatlink.v1.Rooms"] {
        let answer = health.check(of(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    assert_eq!(health.check(of("other.Service")).await.unwrap_err().code(), Code::NotFound);
    let mut watched = health.watch(of("")).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    world.drain.finish().await;
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert_eq!(health.check(of("")).await.unwrap().into_inner().status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn what_is_no_method_is_told_as_such() {
    let world = World::new().await;
    let mut client = tonic::client::Grpc::new(world.channel.clone());
    client.ready().await.unwrap();
    let path = "/chatlink.v1.Rooms/Paint".parse().unwrap();
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let answer = client.unary(tonic::Request::new(()), path, codec).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
}
