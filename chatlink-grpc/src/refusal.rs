//! Errors on their way out: a status, and a problem as its detail, everywhere.

use crate::v1;
use bytes::Bytes;
use chatlink_core::{Chain, Coded};
use chatlink_protocol::{ErrorCode, Problem};
use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

/// The name of the detail, as `Any` has it.
const PROBLEM: &str = "type.googleapis.com/chatlink.v1.Problem";

/// What a use case answers, with its error as a status.
pub(crate) trait OrRefuse<T> {
    /// The value, or the refusal. What the store or the engine did wrong is logged here, once, and never sent.
    fn or_refuse(self) -> Result<T, Status>;
}

impl<T, E: Coded + 'static> OrRefuse<T> for Result<T, E> {
    fn or_refuse(self) -> Result<T, Status> {
        self.map_err(|error| {
            let problem = error.problem();
            if problem.status >= 500 {
                tracing::error!(code = problem.code.name(), error = %Chain(&error), "a call failed");
            }
            refused(problem)
        })
    }
}

/// The refusal of a code.
pub(crate) fn refusal(code: ErrorCode) -> Status {
    refused(Problem::new(code))
}

/// The refusal of a problem, as this edge says all of its own: for the services that an app serves beside ours.
#[must_use]
pub fn refused(problem: Problem) -> Status {
    let (code, title) = (status_of(problem.code), problem.title.clone());
    let detail = v1::Problem::from(problem);
    let detail = Any { type_url: PROBLEM.to_owned(), value: detail.encode_to_vec() };
    let rpc = RpcStatus { code: code.into(), message: title.clone(), details: vec![detail] };
    Status::with_details(code, title, Bytes::from(rpc.encode_to_vec()))
}

/// The problem that a status of this edge carries, for callers in Rust. `None`: the status is none of ours, as
/// `DEADLINE_EXCEEDED` and what a library says by itself.
#[must_use]
pub fn problem_of(status: &Status) -> Option<v1::Problem> {
    let rpc = RpcStatus::decode(status.details()).ok()?;
    let detail = rpc.details.into_iter().find(|detail| detail.type_url == PROBLEM)?;
    v1::Problem::decode(detail.value.as_slice()).ok()
}

/// The status that a code has on this wire. Which of those with the same status it is, the problem's code says.
#[must_use]
pub const fn status_of(code: ErrorCode) -> Code {
    match code {
        ErrorCode::Malformed | ErrorCode::UnsupportedMediaType | ErrorCode::Invalid | ErrorCode::CodeWrong => {
            Code::InvalidArgument
        }
        ErrorCode::Unauthenticated
        | ErrorCode::LoginWrong
        | ErrorCode::SecondFactorRequired
        | ErrorCode::SecondFactorWrong
        | ErrorCode::PasskeyWrong => Code::Unauthenticated,
        ErrorCode::CsrfWrong
        | ErrorCode::Forbidden
        | ErrorCode::RequestPending
        | ErrorCode::Muted
        | ErrorCode::RefusedByHost
        | ErrorCode::RecipientUnavailable => Code::PermissionDenied,
        ErrorCode::NotFound
        | ErrorCode::UserNotFound
        | ErrorCode::RoomNotFound
        | ErrorCode::InviteNotFound
        | ErrorCode::MessageNotFound
        | ErrorCode::CorrectionNotFound
        | ErrorCode::AttemptGone
        | ErrorCode::MessageGone => Code::NotFound,
        ErrorCode::MethodNotAllowed => Code::Unimplemented,
        ErrorCode::ClientIdConflict | ErrorCode::UsernameTaken | ErrorCode::ContactTaken => Code::AlreadyExists,
        // Read it again, and then decide again.
        ErrorCode::MessageChanged => Code::Aborted,
        ErrorCode::CorrectionsFull
        | ErrorCode::PinsFull
        | ErrorCode::NotAPoll
        | ErrorCode::PollClosed
        | ErrorCode::SecondFactorOn
        | ErrorCode::SecondFactorOff
        | ErrorCode::PasskeysFull
        | ErrorCode::LastContact
        | ErrorCode::LastOwner
        | ErrorCode::RoomFull
        | ErrorCode::InvitesFull => Code::FailedPrecondition,
        // What the library says of a message above the limit.
        ErrorCode::TooLarge => Code::OutOfRange,
        ErrorCode::RateLimited | ErrorCode::RoomRateLimited | ErrorCode::StorageFull => Code::ResourceExhausted,
        ErrorCode::Internal => Code::Internal,
        ErrorCode::Unavailable => Code::Unavailable,
    }
}

impl From<Problem> for v1::Problem {
    fn from(problem: Problem) -> Self {
        let errors = problem.errors.into_iter();
        let errors = errors.map(|it| v1::FieldError { field: it.field, code: it.code, message: it.message });
        Self {
            code: problem.code.name().to_owned(),
            title: problem.title,
            detail: problem.detail,
            retry: problem.code.retry(),
            retry_after: problem.retry_after,
            tries_left: problem.tries_left.map(u32::from),
            errors: errors.collect(),
        }
    }
}

/// `google.rpc.Status`, which libraries read out of `grpc-status-details-bin`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_arrives_as_itself() {
        for code in ErrorCode::ALL {
            let mut problem = Problem::new(*code);
            problem.retry_after = Some(7);
            problem.errors = vec![chatlink_protocol::FieldError::new("a[0].b", "required", "some")];
            let status = refused(problem);
            assert_ne!(status.code(), Code::Ok, "{code:?}");
            let told = problem_of(&status).unwrap();
            assert_eq!((told.code.as_str(), told.retry), (code.name(), code.retry()));
            assert_eq!((told.retry_after, told.errors[0].field.as_str()), (Some(7), "a[0].b"));
        }
        assert_eq!(problem_of(&Status::deadline_exceeded("")), None);
    }

    /// What one may try again is not told as what one may not, to a library that goes by the status.
    #[test]
    fn the_status_agrees_with_the_other_edge() {
        for code in ErrorCode::ALL {
            let classes: &[Code] = match code.status() {
                401 => &[Code::Unauthenticated],
                403 => &[Code::PermissionDenied],
                404 | 410 => &[Code::NotFound],
                409 => &[Code::AlreadyExists, Code::Aborted, Code::FailedPrecondition],
                400 | 413 | 415 | 422 => &[Code::InvalidArgument, Code::OutOfRange],
                429 | 507 => &[Code::ResourceExhausted],
                500 => &[Code::Internal],
                503 => &[Code::Unavailable],
                _ => &[Code::Unimplemented],
            };
            assert!(classes.contains(&status_of(*code)), "{code:?}");
        }
    }
}
