//! Rooms: direct and group, their members and roles, requests for first contact, and each member's
//! own settings and marks.

mod cache;
mod port;
mod rights;
mod room;
mod service;

pub(crate) use cache::AuthzCache;
pub use port::{CreateGroup, OpenDirect, ReceiptMark, ReceiptsFlushed, RoomStore};
pub use rights::{Refusal, Right};
pub use room::{
    Authz, DirectPair, History, Inbox, MAX_MEMBERS, Member, MemberRow, NewGroup, Pending, Prefs, PrefsChange, Role,
    RoomKind, RoomRow, Title,
};
pub use service::{ADD_LIMIT, GroupRequest, MEMBERS_LIMIT, MemberPage, Opened, ROOMS_LIMIT, Rooms};
