//! The router, put together from the services.

use crate::{
    DESCRIPTORS, Drain,
    call::{self, Calls},
    edge::Edge,
    v1::{
        contacts_server::ContactsServer, corrections_server::CorrectionsServer, groups_server::GroupsServer,
        host_server::HostServer, mine_server::MineServer, people_server::PeopleServer, pins_server::PinsServer,
        polls_server::PollsServer, realtime_server::RealtimeServer, registration_server::RegistrationServer,
        rooms_server::RoomsServer, search_server::SearchServer, sessions_server::SessionsServer,
        settings_server::SettingsServer, threads_server::ThreadsServer, timeline_server::TimelineServer,
        ways_in_server::WaysInServer,
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
    let mut routes = Routes::default();
    // All have the same bound.
    macro_rules! add {
        ($($server:ident),*) => {$(
            routes = routes.add_service($server::from_arc(edge.clone()).max_decoding_message_size(message_bytes));
        )*};
    }
    add!(RegistrationServer, SessionsServer, PeopleServer, ContactsServer, SettingsServer);
    add!(RoomsServer, GroupsServer, WaysInServer);
    add!(TimelineServer, CorrectionsServer, PollsServer, PinsServer, ThreadsServer, MineServer, SearchServer);
    add!(RealtimeServer, HostServer);
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
