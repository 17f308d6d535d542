//! Ids as callers write them.

use crate::refusal::refused;
use chatlink_protocol::{ClientId, ErrorCode, EventId, Problem, RegistrationId, RoomId, SessionId, UserId};
use tonic::Status;
use uuid::Uuid;

/// An id that a request names something by.
pub(crate) trait Named: Sized {
    /// What the text names. A malformed id is read as the nil id, which names nothing: it is answered exactly like an
    /// absent one, by the same steps.
    fn named(text: &str) -> Self;
}

macro_rules! named {
    ($($id:ident),*) => {$(
        impl Named for $id {
            fn named(text: &str) -> Self {
                text.parse().unwrap_or(Self::from_uuid(Uuid::nil()))
            }
        }
    )*};
}

named!(EventId, RegistrationId, RoomId, SessionId, UserId);

/// A caller's own name for what he makes. It names what is to be: a malformed one would make two things one.
pub(crate) fn client_id(text: &str) -> Result<ClientId, Status> {
    text.parse().map_err(|_| {
        let detail = Some("client_id is no UUID".to_owned());
        refused(Problem { detail, ..Problem::new(ErrorCode::Malformed) })
    })
}
