//! Ids. Opaque to clients, UUIDv7 inside (so that they sort by creation); never a secret and never
//! a right: what an id names is asked for again at every call.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to be of this kind.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside, for stores.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Reads the hyphenated form.
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A person's account.
    UserId;
    /// A room: direct or group.
    RoomId;
    /// An event of a timeline; a message's id is the id of the event that made it.
    EventId;
    /// The sender's own name for a thing it creates; any UUID, made before the first try.
    ClientId;
    /// A logged-in device.
    SessionId;
    /// One attempt to register.
    RegistrationId;
    /// One attempt to reset a password.
    ResetId;
    /// One attempt to prove a further contact of an account.
    ContactAttemptId;
    /// A passkey of an account.
    PasskeyId;
    /// A ceremony of passkeys that waits for its answer.
    CeremonyId;
    /// A report of a person to the operators.
    ReportId;
    /// An invite to a room, as those who lead it name it; whoever comes in by it knows its token alone.
    InviteId;
    /// A service token: what bots and backends call with.
    ServiceTokenId;
}

impl UserId {
    /// The host itself: the sender of what it says in rooms, and nobody's account.
    pub const SYSTEM: Self = Self(Uuid::nil());
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name(pub u64);

        impl $name {
            /// The number after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counters! {
    /// An event's place in its room: dense from 1, strictly increasing, equal to commit order. 0 is
    /// before the first event. Always below 2^53.
    Seq;
    /// A change's place in one user's own log. Strictly increasing, not dense: the log is compacted.
    UserSeq;
}
