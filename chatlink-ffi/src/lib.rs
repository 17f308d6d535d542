//! ChatLink's client for Kotlin, Swift and Python.
//!
//! A facade over `chatlink-client`, and nothing of its own: what is decided is decided there. [`ChatClient`] leads to a
//! [`Chat`] by a [`Registration`], a login or the session that was kept; from there a [`RoomList`] and a [`Timeline`] tell
//! their observers a snapshot and then what changed, in batches.
//!
//! Three rules hold everywhere. A call runs in a task of its own, so that one that is given up half-way runs to its end
//! all the same. An observer is called outside any lock, by one call after the other, on a thread that nothing else waits
//! for. What an observer throws ends nothing: it is told the whole list the next time.

mod act;
mod alive;
#[cfg(target_os = "android")]
mod android;
mod chat;
mod client;
mod error;
mod groups;
mod outgoing;
mod people;
mod rooms;
mod state;
mod tasks;
mod timeline;
mod tokens;
mod values;
mod watch;

pub use act::{Act, CorrectionKind, Decision, Forwarded, NewCorrection, NewMessage, NewPoll, Target};
pub use alive::alive_objects;
pub use chat::Chat;
pub use client::{Attempt, ChatClient, Completion, Proven, Registration};
pub use error::{ChatError, FieldProblem, Problem, Retry};
pub use groups::{Added, GroupChange, Invitation, Member, MemberPage};
pub use outgoing::{Cancelled, Outgoing, OutgoingChange, OutgoingObserver, OutgoingState};
pub use people::{
    Contact, Identity, LearningLanguage, Match, MatchFilter, MatchPage, Me, Picture, Profile, ProfileChange, Reason,
};
pub use rooms::{Peer, RequestPage, Room, RoomEntry, RoomList, RoomListChange, RoomListObserver, RoomPage};
pub use state::{ConnectionState, SessionState, StateObserver};
pub use timeline::{
    Content, Correction, CorrectionState, FollowedThread, Item, MembershipChange, PersonsVote, Poll, Reaction, Span,
    ThreadSummary, ThreadsChange, ThreadsObserver, Timeline, TimelineChange, TimelineObserver, VotePage,
};
pub use tokens::{TokenStore, TokenStoreError};
pub use watch::{ObserverError, Subscription};

uniffi::setup_scaffolding!("chatlink");
