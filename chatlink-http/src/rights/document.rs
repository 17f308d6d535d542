//! The exported file on the wire.

use super::doors::{ExportedAsking, ExportedInvitation, ExportedInvite, ExportedSentInvitation};
use crate::{
    identity::{PasskeyItem, SecurityLogItem, SessionItem},
    people::{Block, KeptPerson, Me, Settings},
    timeline::{Draft, ScheduledMessage},
};
use chatlink_core::{
    identity::{SessionRow, SessionView},
    people::{Brief, person},
    protocol::SessionId,
    rights::{OwnCorrection, OwnMessage, OwnReport},
    rooms::RoomRow,
    timeline::mine::StarRow,
};
use chatlink_protocol::{
    ClientId, CorrectionKind, CorrectionState, EventId, Poll, ReportId, RoomId, Seq, Timestamp, UserId, room::Person,
};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// The name of this form of the file. New members may come under it.
pub(super) const FORMAT: &str = "chatlink-export-1";

/// Everything that is kept of the person who asks. It is streamed, and never whole in memory: this type says
/// what it looks like, and [`Writer`](super::export::Writer) writes it member by member.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes what is written piece by piece")]
pub(super) struct ExportFile {
    /// `chatlink-export-1`.
    #[schema(example = "chatlink-export-1")]
    format: String,
    exported_at: Timestamp,
    account: Me,
    /// The passkeys, where people log in here; never their keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkeys: Option<Vec<PasskeyItem>>,
    /// The host's own name for the person, where the host says who people are.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    settings: Settings,
    /// The devices that are logged in.
    sessions: Vec<SessionItem>,
    /// What happened to the account in the last 90 days, the newest first.
    security_log: Vec<SecurityLogItem>,
    /// Whom the person blocks.
    blocks: Vec<Block>,
    /// Whom the person keeps, with the notes, in no particular order.
    contact_list: Vec<KeptPerson>,
    /// What the person reported to the operators, the newest first.
    reports: Vec<ExportedReport>,
    /// Rooms that the person is in. What others wrote there is theirs.
    rooms: Vec<ExportedRoom>,
    /// The person's own messages in all rooms, left ones included, room by room: those whose words stand, as
    /// the last edit left them.
    messages: Vec<ExportedMessage>,
    /// Corrections of others' messages that the person proposed, room by room: those whose words stand.
    corrections: Vec<ExportedCorrection>,
    /// What the person starred, the newest star first; the words of others are theirs.
    stars: Vec<ExportedStar>,
    /// What the person has begun to write.
    drafts: Vec<Draft>,
    /// Messages that wait for their time, or that could not be sent, the next one first.
    scheduled: Vec<ScheduledMessage>,
    /// Invites that the person made and that hold, of all rooms; never their tokens.
    invites: Vec<ExportedInvite>,
    /// Rooms that the person asks to be let into.
    asking: Vec<ExportedAsking>,
    /// Groups that others would bring the person into.
    invitations: Vec<ExportedInvitation>,
    /// Whom the person invited and who did not come in yet.
    sent_invitations: Vec<ExportedSentInvitation>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedStar {
    room_id: RoomId,
    message_id: EventId,
    starred_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedReport {
    id: ReportId,
    /// Whom it is about.
    user_id: UserId,
    /// `spam`, `abuse`, `minor` or `other`.
    reason: String,
    note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_id: Option<RoomId>,
    event_ids: Vec<EventId>,
    created_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedRoom {
    id: RoomId,
    /// `direct` or `group`.
    kind: String,
    /// Empty in a direct room.
    title: String,
    /// The other person of a direct room.
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<Person>,
    /// `owner`, `admin`, `moderator` or `member`.
    role: String,
    member_count: u32,
    read_seq: Seq,
    archived: bool,
    pinned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
    marked_unread: bool,
    /// `all`, `mentions` or `none`; absent: as the settings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    notify: Option<String>,
    updated_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedMessage {
    room_id: RoomId,
    id: EventId,
    client_id: ClientId,
    /// Its place in the room.
    seq: Seq,
    at: Timestamp,
    text: String,
    /// Of a poll, whose question the text is.
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<Poll>,
    /// Whether an edit changed the words.
    edited: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

/// What the words start from is another's, and not in it.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportedCorrection {
    room_id: RoomId,
    message_id: EventId,
    id: EventId,
    client_id: ClientId,
    at: Timestamp,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<CorrectionKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    state: CorrectionState,
}

/// A session as its list shows it.
pub(super) fn session(row: SessionRow, current: Option<SessionId>) -> SessionItem {
    let SessionRow { session_id, grant, device, created_at, last_used_at, .. } = row;
    SessionView { session_id, created_at, last_used_at, current: Some(session_id) == current, device, grant }.into()
}

impl From<OwnReport> for ExportedReport {
    fn from(own: OwnReport) -> Self {
        let report = own.report;
        Self {
            id: report.report_id,
            user_id: report.user_id,
            reason: report.reason.as_str().to_owned(),
            note: report.note,
            room_id: report.room_id,
            event_ids: report.event_ids,
            created_at: own.created_at,
        }
    }
}

impl ExportedRoom {
    pub(super) fn of(row: RoomRow, briefs: &HashMap<UserId, Brief>) -> Self {
        Self {
            id: row.room_id,
            kind: row.kind.as_str().to_owned(),
            title: row.settings.title,
            // Whose name is not to be seen is not among them.
            peer: row.peer.map(|peer| person(peer, briefs)),
            role: row.role.as_str().to_owned(),
            member_count: row.member_count,
            read_seq: row.read_seq,
            archived: row.prefs.archived,
            pinned: row.prefs.pinned,
            muted_until: row.prefs.muted_until,
            marked_unread: row.prefs.marked_unread,
            notify: row.prefs.notify.map(|notify| notify.as_str().to_owned()),
            updated_at: row.updated_at,
        }
    }
}

impl From<StarRow> for ExportedStar {
    fn from(row: StarRow) -> Self {
        Self { room_id: row.room_id, message_id: row.item.id, starred_at: row.starred_at }
    }
}

impl From<OwnMessage> for ExportedMessage {
    fn from(own: OwnMessage) -> Self {
        Self {
            room_id: own.room_id,
            id: own.id,
            client_id: own.client_id,
            seq: own.seq,
            at: own.at,
            text: own.text,
            poll: own.poll.map(|poll| *poll),
            edited: own.version > 1,
            expires_at: own.expires_at,
        }
    }
}

impl From<OwnCorrection> for ExportedCorrection {
    fn from(own: OwnCorrection) -> Self {
        let OwnCorrection { place, message_id, id, at, state, words } = own;
        Self {
            room_id: place.room_id,
            message_id,
            id,
            client_id: place.client_id,
            at,
            text: words.text,
            kind: words.kind,
            note: words.note,
            state,
        }
    }
}
