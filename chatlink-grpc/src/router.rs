//! The router, put together from the services.

use crate::{
    DESCRIPTORS, Drain,
    call::{self, Calls},
    edge::Edge,
    v1::{
        host_server::HostServer, people_server::PeopleServer, realtime_server::RealtimeServer,
        registration_server::RegistrationServer, rooms_server::RoomsServer, sessions_server::SessionsServer,
        timeline_server::TimelineServer,
    },
};
use axum::{Router, middleware};
use chatlink_core::ChatLink;
use std::sync::Arc;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::server::Builder;

/// How the edge is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The largest message of a caller, in bytes.
    pub message_bytes: usize,
    /// Ends the streams when the app shuts down.
    pub drain: Drain,
}

impl Default for Options {
    fn default() -> Self {
        Self { message_bytes: 256 * 1024, drain: Drain::default() }
    }
}

/// All services of the engine, at the paths that gRPC gives them. What is no method of theirs is left to the app.
pub fn router(chat: ChatLink, options: Options) -> Router {
    let Options { message_bytes, drain } = options;
    let edge = Arc::new(Edge { chat, drain: drain.clone() });
    let routes = Routes::default()
        .add_service(RegistrationServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes))
        .add_service(SessionsServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes))
        .add_service(PeopleServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes))
        .add_service(RoomsServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes))
        .add_service(TimelineServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes))
        .add_service(HostServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes))
        .add_service(RealtimeServer::from_arc(edge.clone()).max_decoding_message_size(message_bytes));
    let routes = reflected(routes.add_service(HealthServer::from_arc(edge)));
    let calls = Calls::new(DESCRIPTORS, drain);
    // An app that this is merged into answers what is not there.
    let routes = routes.into_axum_router().reset_fallback();
    routes.route_layer(middleware::from_fn_with_state(calls, call::carry))
}

/// With what tells tools which services there are, in the version of now and in that of older tools.
fn reflected(routes: Routes) -> Routes {
    let told = || {
        Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    match (told().build_v1(), told().build_v1alpha()) {
        (Ok(now), Ok(before)) => routes.add_service(now).add_service(before),
        // The descriptors are of our own build, and a test reads them.
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "the services cannot be reflected");
            routes
        }
    }
}
