//! One story, every edge: what people live through with ChatLink is written once and told over the engine itself, over
//! HTTP and WebSocket by the client SDK, over gRPC, and over the bindings.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

mod bindings;
mod client;
mod codes;
mod edge;
mod grpc;
mod in_process;
mod refusals;
mod routes;
mod stand_ins;
mod told;
#[path = "../bindings/workshop.rs"]
mod workshop;
mod world;

/// Each story over one edge.
macro_rules! over {
    ($name:ident, $edge:path) => {
        mod $name {
            use super::{refusals, told, world::World};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn two_people_register_match_and_talk() {
                let world = World::new().await;
                told::two_people_register_match_and_talk(&world, &$edge(&world).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn who_drops_out_misses_nothing() {
                let world = World::new().await;
                told::who_drops_out_misses_nothing(&world, &$edge(&world).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn wrong_codes_lock() {
                let world = World::new().await;
                told::wrong_codes_lock(&world, &$edge(&world).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn each_refusal_arrives_as_itself() {
                let world = World::new().await;
                refusals::each_refusal_arrives_as_itself(&world, &$edge(&world).await).await;
            }
        }
    };
}

/// Every error, of a stand-in, over one edge.
macro_rules! stands_in {
    ($name:ident, $edge:path) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let world = world::World::of_stand_ins().await;
            stand_ins::every_code_arrives_as_itself(&$edge(&world).await).await;
        }
    };
}

stands_in!(every_code_arrives_over_http, client::OverClient::of);
stands_in!(every_code_arrives_over_grpc, grpc::OverGrpc::of);
stands_in!(every_code_arrives_over_the_bindings, bindings::OverBindings::of);

/// In the same process an error is told by what it is.
#[test]
fn every_code_arrives_in_process() {
    for code in chatlink_protocol::ErrorCode::ALL {
        assert_eq!(in_process::refused(stand_ins::Stands(*code)), stand_ins::whole(*code));
    }
}

over!(over_the_engine, super::in_process::InProcess::of);
over!(over_http_and_websocket, super::client::OverClient::of);
over!(over_grpc, super::grpc::OverGrpc::of);
over!(over_the_bindings, super::bindings::OverBindings::of);
