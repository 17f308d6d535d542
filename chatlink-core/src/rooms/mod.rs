//! Rooms: direct and group, their members and roles, requests for first contact, and each member's
//! own settings and marks.

mod admission;
mod cache;
mod door;
mod first_contact;
mod governance;
mod invitations;
mod notifying;
mod picture;
mod port;
mod requests;
mod rights;
mod room;
mod service;
mod settings;
mod underway;
mod view;
mod ways_in;

pub use admission::{
    ASK_AGAIN, AdmissionStore, AskToJoin, AskingRow, BanRow, CreateInvite, InviteRow, Invited, MAX_ASKING, MAX_INVITES,
    NewInvite, PublicFilter, PublicRow,
};
pub(crate) use cache::AuthzCache;
pub use door::{Door, Entry, Pass, Way};
pub use first_contact::{
    Contact, FirstContactStore, INVITE_AGAIN, Invitation, InvitePeople, MAX_INVITATIONS, NewInvitations, Tie, contact,
};
pub use governance::{BANS_LIMIT, BanPage, MAX_MUTE};
pub use notifying::{asks_for_attention, notifies};
pub use picture::RoomAvatarError;
pub use port::{CreateGroup, Membership, OpenDirect, ReceiptMark, ReceiptsFlushed, RoomStore};
pub use requests::{REQUESTS_LIMIT, RequestPage};
pub use rights::{Refusal, Right};
pub use room::{
    Authz, DirectPair, History, Inbox, MAX_MEMBERS, Member, MemberRow, NewGroup, Pending, Prefs, PrefsChange, Role,
    RoomKind, RoomPlace, RoomRow, SMALL_ROOM,
};
pub use service::{ADD_LIMIT, GroupRequest, MEMBERS_LIMIT, MemberPage, Opened, ROOMS_LIMIT, Rooms};
pub use settings::{Join, MAX_TITLE, MAX_TOPIC, Posting, RoomSettings, RoomSettingsChange, Title, Topic, Visibility};
pub use underway::{OwnAsking, OwnInvite, SentInvitation, SentInvitations, UNDERWAY_LIMIT, UnderwayStore};
pub use ways_in::{AskingPage, Came, Invite, InvitePage, InviteRequest, MAX_INVITE_USES, PUBLIC_LIMIT, Preview};
