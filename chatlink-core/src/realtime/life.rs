//! What a connection lives and ends with.

use crate::{identity::Principal, services::end_of};
use chatlink_protocol::{ServiceTokenId, SessionId};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// A session, beyond the end of its access token.
    Session(SessionId),
    /// A host's token; a fresh one prolongs it.
    Host,
    /// A service token; nothing prolongs it.
    Service(ServiceTokenId),
}

impl Life {
    pub(super) fn of(principal: &Principal) -> Self {
        principal.session_id.map_or(Self::Host, Self::Session)
    }

    /// By what name its end is told to all nodes, where it is told.
    pub(crate) fn end(self) -> Option<SessionId> {
        match self {
            Self::Session(session) => Some(session),
            Self::Host => None,
            Self::Service(token) => Some(end_of(token)),
        }
    }
}
