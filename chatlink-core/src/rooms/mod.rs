//! Rooms: direct and group, their members and roles, requests for first contact, and each member's
//! own settings and marks.

mod admission;
mod cache;
mod governance;
mod port;
mod rights;
mod room;
mod service;
mod settings;

pub use admission::{AdmissionStore, BanRow};
pub(crate) use cache::AuthzCache;
pub use governance::{BANS_LIMIT, BanPage, MAX_MUTE};
pub use port::{CreateGroup, OpenDirect, ReceiptMark, ReceiptsFlushed, RoomStore};
pub use rights::{Refusal, Right};
pub use room::{
    Authz, DirectPair, History, Inbox, MAX_MEMBERS, Member, MemberRow, NewGroup, Pending, Prefs, PrefsChange, Role,
    RoomKind, RoomRow,
};
pub use service::{ADD_LIMIT, GroupRequest, MEMBERS_LIMIT, MemberPage, Opened, ROOMS_LIMIT, Rooms};
pub use settings::{MAX_TITLE, MAX_TOPIC, Posting, RoomSettings, RoomSettingsChange, Title, Topic};
