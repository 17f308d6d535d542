//! What the person has under way at the doors of rooms, in the exported file.

use chatlink_core::rooms::{Invitation, OwnAsking, OwnInvite, SentInvitation};
use chatlink_protocol::{InviteId, RoomId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedInvite {
    id: InviteId,
    room_id: RoomId,
    created_at: Timestamp,
    /// Absent: without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_uses: Option<u32>,
    uses: u32,
    /// Absent: until it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedAsking {
    room_id: RoomId,
    asked_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedInvitation {
    room_id: RoomId,
    title: String,
    invited_by: UserId,
    invited_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExportedSentInvitation {
    room_id: RoomId,
    user_id: UserId,
    invited_at: Timestamp,
}

impl From<OwnInvite> for ExportedInvite {
    fn from(own: OwnInvite) -> Self {
        let invite = own.invite;
        Self {
            id: invite.invite_id,
            room_id: own.room_id,
            created_at: invite.created_at,
            max_uses: invite.max_uses,
            uses: invite.uses,
            expires_at: invite.expires_at,
        }
    }
}

impl From<OwnAsking> for ExportedAsking {
    fn from(OwnAsking { room_id, asked_at }: OwnAsking) -> Self {
        Self { room_id, asked_at }
    }
}

impl From<Invitation> for ExportedInvitation {
    fn from(row: Invitation) -> Self {
        Self { room_id: row.room_id, title: row.settings.title, invited_by: row.invited_by, invited_at: row.invited_at }
    }
}

impl From<SentInvitation> for ExportedSentInvitation {
    fn from(SentInvitation { room_id, user_id, invited_at }: SentInvitation) -> Self {
        Self { room_id, user_id, invited_at }
    }
}
