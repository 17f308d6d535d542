//! Stand-ins for the server: whoever asks for a code under the name of an error is refused by it. So every error there is
//! goes through each edge's own way of telling, and through its client's own way of hearing.

use crate::edge::{Edge, Refused};
use axum::{Json, Router, response::IntoResponse as _, response::Response, routing::post};
use chatlink_core::Coded;
use chatlink_grpc::v1::{self, registration_server};
use chatlink_protocol::{ErrorCode, FieldError, Problem};
use serde_json::Value;
use std::fmt;
use tonic::{Request, Status};

/// What a stand-in answers: the code, with all that a problem may carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stands(pub(crate) ErrorCode);

impl fmt::Display for Stands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl std::error::Error for Stands {}

impl Coded for Stands {
    fn code(&self) -> ErrorCode {
        self.0
    }

    fn describe(&self, problem: &mut Problem) {
        problem.tries_left = Some(3);
        problem.retry_after = self.0.retry().then_some(7);
        problem.errors = vec![FieldError::new("learning_languages[0].level", "unknown_level", "A1 to C2")];
    }
}

/// The one for HTTP.
pub(crate) fn http() -> Router {
    let refuse = |Json(asked): Json<Value>| async move { refused(asked["contact"].as_str().expect("a name")) };
    Router::new().route("/v1/registrations", post(refuse))
}

fn refused(name: &str) -> Response {
    chatlink_http::Problem::from(named(name)).into_response()
}

/// The one for gRPC.
pub(crate) fn grpc() -> Router {
    let routes = tonic::service::Routes::new(registration_server::RegistrationServer::new(OverGrpc));
    routes.into_axum_router()
}

/// The error of this name.
fn named(name: &str) -> Stands {
    let code = ErrorCode::ALL.iter().find(|code| code.name() == name);
    Stands(*code.unwrap_or_else(|| panic!("no error is called {name:?}")))
}

struct OverGrpc;

#[tonic::async_trait]
impl registration_server::Registration for OverGrpc {
    async fn start_registration(
        &self,
        request: Request<v1::StartRegistrationRequest>,
    ) -> Result<tonic::Response<v1::Attempt>, Status> {
        Err(chatlink_grpc::refused(named(&request.get_ref().contact).problem()))
    }

    async fn resend_registration(
        &self,
        _: Request<v1::ResendRegistrationRequest>,
    ) -> Result<tonic::Response<v1::Attempt>, Status> {
        panic!("nobody asks for this")
    }

    async fn verify_registration(
        &self,
        _: Request<v1::VerifyRegistrationRequest>,
    ) -> Result<tonic::Response<v1::Proof>, Status> {
        panic!("nobody asks for this")
    }

    async fn complete_registration(
        &self,
        _: Request<v1::CompleteRegistrationRequest>,
    ) -> Result<tonic::Response<v1::LoggedIn>, Status> {
        panic!("nobody asks for this")
    }
}

/// Asks for every error, and wants each to arrive whole.
pub(crate) async fn every_code_arrives_as_itself(edge: &dyn Edge) {
    for code in ErrorCode::ALL {
        let heard = edge.register(code.name()).await.err();
        assert_eq!(heard, Some(whole(*code)));
    }
}

/// The refusal, as it must be heard.
pub(crate) fn whole(code: ErrorCode) -> Refused {
    Refused {
        code: code.name().to_owned(),
        fields: vec!["learning_languages[0].level".to_owned()],
        tries_left: Some(3),
    }
}
