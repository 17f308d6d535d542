//! Ids as callers write them.

use chatlink_core::Coded;
use chatlink_protocol::{ClientId, ErrorCode, EventId, InviteId, Problem, RegistrationId, RoomId, SessionId, UserId};
use std::{error::Error, fmt};
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

named!(EventId, InviteId, RegistrationId, RoomId, SessionId, UserId);

/// A field whose text is of another shape.
#[derive(Debug)]
pub(crate) struct Malformed(pub(crate) &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Malformed {}

impl Coded for Malformed {
    fn code(&self) -> ErrorCode {
        ErrorCode::Malformed
    }

    fn describe(&self, problem: &mut Problem) {
        problem.detail = Some(self.0.to_owned());
    }
}

/// A caller's own name for what he makes. It names what is to be: read as the nil id, two things would become one.
pub(crate) fn client_id(text: &str) -> Result<ClientId, Malformed> {
    text.parse().map_err(|_| Malformed("client_id is no UUID"))
}
