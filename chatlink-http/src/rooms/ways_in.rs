//! The ways into a group: invites, public rooms, and asking to be let in. A token comes in a body, never in an
//! address: addresses are written into logs.

use super::{dto::PageQuery, underway};
use crate::{Auth, Edge, Json, PathIds, Problem, Query, cursor, schema::one_of};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{
    ChatLink, Invalid,
    people::{Brief, person},
    rooms::{Came, Entry, InviteRequest, InviteRow, MEMBERS_LIMIT, PUBLIC_LIMIT, PublicFilter, PublicRow},
};
use chatlink_protocol::{
    InviteId, RoomId, Timestamp, UserId,
    room::{
        Avatar, Person, Room,
        words::{join, level},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema, openapi::schema::ObjectBuilder};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Public rooms of a page, where the caller does not say.
const PUBLIC_PAGE: u32 = 20;
/// People who ask, of a page, where the caller does not say.
const ASKING_PAGE: u32 = 50;

/// An invite to be made.
#[derive(Deserialize, ToSchema)]
struct NewInvite {
    /// How often it lets somebody in, 1 to 10,000; absent: without end.
    #[serde(default)]
    max_uses: Option<u32>,
    /// Seconds that it lasts, 366 days at most; absent: until it is taken back.
    #[serde(default)]
    expires_in: Option<u64>,
}

/// An invite, as those who lead the group see it.
#[derive(Serialize, ToSchema)]
struct Invite {
    id: InviteId,
    created_by: Person,
    created_at: Timestamp,
    /// Absent: without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_uses: Option<u32>,
    uses: u32,
    /// Absent: until it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

/// An invite that was just made.
#[derive(Serialize, ToSchema)]
struct FreshInvite {
    #[serde(flatten)]
    invite: Invite,
    /// What lets people in; it is shown this once.
    token: String,
}

/// A group's invites, the newest first; all of them.
#[derive(Serialize, ToSchema)]
struct InviteList {
    items: Vec<Invite>,
}

/// What somebody holds who was invited.
#[derive(Deserialize, ToSchema)]
pub(super) struct InviteToken {
    pub(super) token: String,
}

/// What a group tells of itself before one is in it.
#[derive(Serialize, ToSchema)]
struct InvitePreview {
    title: String,
    /// May be empty.
    topic: String,
    /// Whether it has a picture: `/invites/avatar` shows it.
    has_avatar: bool,
    member_count: u32,
    /// ISO 639-1 or 639-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = level)]
    level: Option<&'static str>,
    /// Whether the caller can come in, is in it already, or finds it full.
    #[schema(schema_with = entry)]
    state: &'static str,
}

/// A group that everybody can find.
#[derive(Serialize, ToSchema)]
struct PublicRoom {
    id: RoomId,
    title: String,
    /// May be empty.
    topic: String,
    /// Absent: initials stand for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<Avatar>,
    member_count: u32,
    /// ISO 639-1 or 639-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = level)]
    level: Option<&'static str>,
    #[schema(schema_with = join)]
    join: &'static str,
    /// Whether the caller asked to be let in.
    asked: bool,
    updated_at: Timestamp,
}

/// A page of public groups.
#[derive(Serialize, ToSchema)]
struct PublicPage {
    items: Vec<PublicRoom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Which public groups, and where in their list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PublicQuery {
    /// Of this language, ISO 639-1 or 639-3.
    language: Option<String>,
    /// For this level: A1 to C2.
    level: Option<String>,
    /// `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
    /// 1 to 50, default 20; larger is clamped.
    limit: Option<u32>,
}

/// How the attempt to come in went.
#[derive(Serialize, ToSchema)]
struct Joining {
    /// The room, where the caller is in it now; absent: those who lead it are asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Room>,
    /// Whether the caller waits for an answer.
    waits: bool,
}

/// Somebody who asks to be let in.
#[derive(Serialize, ToSchema)]
struct Asking {
    user: Person,
    asked_at: Timestamp,
}

/// A page of those who ask, the one who waits longest first.
#[derive(Serialize, ToSchema)]
struct AskingPage {
    items: Vec<Asking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list_invites, create_invite))
        .routes(routes!(revoke_invite))
        .routes(routes!(preview_invite))
        .routes(routes!(join_by_invite))
        .routes(routes!(list_public_rooms))
        .routes(routes!(join_room, underway::take_back_asking))
        .routes(routes!(underway::list_sent_invitations))
        .routes(routes!(underway::take_back_invitation))
        .routes(routes!(list_asking))
        .routes(routes!(let_in))
        .routes(routes!(decline_asking))
}

/// The group's invites that let somebody in still; their tokens are nobody's to read. For its owner and admins.
#[utoipa::path(get, path = "/rooms/{id}/invites", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "All of them.", body = InviteList)))]
async fn list_invites(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<InviteList>, Problem> {
    let page = chat.rooms().invites(me.user_id, room).await?;
    let items = page.rows.into_iter().map(|row| Invite::of(row, &page.briefs)).collect();
    Ok(Json(InviteList { items }))
}

/// Makes an invite: whoever holds its token comes in, while whoever made it may add members. For the group's
/// owner and admins; 50 at once.
#[utoipa::path(post, path = "/rooms/{id}/invites", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 201, description = "Made; the token is shown this once.", body = FreshInvite)))]
async fn create_invite(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(new): Json<NewInvite>,
) -> Result<(StatusCode, Json<FreshInvite>), Problem> {
    let request = InviteRequest { max_uses: new.max_uses, expires_in: new.expires_in };
    let made = chat.rooms().create_invite(me.user_id, room, request).await?;
    let briefs = chat.people().briefs(&[me.user_id]).await?;
    let fresh = FreshInvite { invite: Invite::of(made.row, &briefs), token: made.token };
    Ok((StatusCode::CREATED, Json(fresh)))
}

/// Takes an invite back: it lets nobody in from then on. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/invites/{invite_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("invite_id" = InviteId, Path)),
    responses((status = 204, description = "Taken back.")))]
async fn revoke_invite(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, invite)): PathIds<(RoomId, InviteId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().revoke_invite(me.user_id, room, invite).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the group behind an invite tells of itself. An invite that does not hold, for the caller too, is as if
/// there were none.
#[utoipa::path(post, path = "/invites/preview", tag = "rooms",
    responses((status = 200, description = "The group.", body = InvitePreview)))]
async fn preview_invite(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Json(invite): Json<InviteToken>,
) -> Result<Json<InvitePreview>, Problem> {
    let preview = chat.rooms().preview_invite(me.user_id, &invite.token).await?;
    Ok(Json(InvitePreview {
        title: preview.title,
        topic: preview.topic,
        has_avatar: preview.has_avatar,
        member_count: preview.member_count,
        language: preview.language.map(|language| language.to_string()),
        level: preview.level.map(|level| level.as_str()),
        state: match preview.entry {
            Entry::Inside => "inside",
            Entry::Full => "full",
            Entry::Opens | Entry::Shut => "open",
        },
    }))
}

/// Comes in by an invite. Idempotent: who is in it already costs it nothing.
#[utoipa::path(post, path = "/invites/join", tag = "rooms",
    responses((status = 200, description = "The room, which one is in now.", body = Room)))]
async fn join_by_invite(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Json(invite): Json<InviteToken>,
) -> Result<Json<Room>, Problem> {
    let row = chat.rooms().join_by_invite(me.user_id, &invite.token).await?;
    Ok(Json(chat.rooms().view(me.user_id, row).await?))
}

/// Groups that everybody can find and the caller is not in, newest activity first. A page may hold fewer than
/// asked for and still be followed by others.
#[utoipa::path(get, path = "/public-rooms", tag = "rooms", params(PublicQuery),
    responses((status = 200, description = "A page.", body = PublicPage)))]
async fn list_public_rooms(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<PublicQuery>,
) -> Result<Json<PublicPage>, Problem> {
    let mut invalid = Invalid::default();
    let filter = PublicFilter {
        language: query.language.and_then(|language| invalid.take(language.parse())),
        level: query.level.and_then(|level| invalid.take(level.parse())),
    };
    invalid.check()?;
    let after = query.cursor.as_deref().map(|text| cursor::open(chat.epoch(), "public", text)).transpose()?;
    let limit = query.limit.unwrap_or(PUBLIC_PAGE).clamp(1, PUBLIC_LIMIT);
    let (rows, next) = chat.rooms().public_rooms(me.user_id, filter, after, limit).await?;
    let next_cursor = next.and_then(|place| cursor::seal(chat.epoch(), "public", &place));
    Ok(Json(PublicPage { items: rows.into_iter().map(PublicRoom::from).collect(), next_cursor }))
}

/// Comes into a public group, or asks those who lead it, as the group has it. Idempotent.
#[utoipa::path(post, path = "/rooms/{id}/join", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "In, or waiting.", body = Joining)))]
async fn join_room(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<Joining>, Problem> {
    Ok(Json(match chat.rooms().join(me.user_id, room).await? {
        Came::In(row) => Joining { room: Some(chat.rooms().view(me.user_id, *row).await?), waits: false },
        Came::Waits => Joining { room: None, waits: true },
    }))
}

/// Who asks to be let in. For the group's owner and admins.
#[utoipa::path(get, path = "/rooms/{id}/asking", tag = "rooms", params(("id" = RoomId, Path), PageQuery),
    responses((status = 200, description = "A page.", body = AskingPage)))]
async fn list_asking(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<AskingPage>, Problem> {
    let after = query.cursor.as_deref().map(|text| cursor::open(chat.epoch(), "asking", text)).transpose()?;
    let limit = query.limit.unwrap_or(ASKING_PAGE).clamp(1, MEMBERS_LIMIT);
    let page = chat.rooms().asking(me.user_id, room, after, limit).await?;
    let next_cursor = page.next.and_then(|place| cursor::seal(chat.epoch(), "asking", &place));
    let named = |user| person(user, &page.briefs);
    let items = page.rows.iter().map(|row| Asking { user: named(row.user_id), asked_at: row.asked_at });
    Ok(Json(AskingPage { items: items.collect(), next_cursor }))
}

/// Lets somebody in who asks. For the group's owner and admins. Idempotent.
#[utoipa::path(post, path = "/rooms/{id}/asking/{user_id}/accept", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Let in.")))]
async fn let_in(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().let_in(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Declines somebody who asks, and who learns nothing. For the group's owner and admins. Idempotent.
#[utoipa::path(post, path = "/rooms/{id}/asking/{user_id}/decline", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Declined.")))]
async fn decline_asking(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().decline_asking(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Invite {
    fn of(row: InviteRow, briefs: &HashMap<UserId, Brief>) -> Self {
        Self {
            id: row.invite_id,
            created_by: person(row.created_by, briefs),
            created_at: row.created_at,
            max_uses: row.max_uses,
            uses: row.uses,
            expires_at: row.expires_at,
        }
    }
}

impl From<PublicRow> for PublicRoom {
    fn from(row: PublicRow) -> Self {
        Self {
            id: row.room_id,
            title: row.settings.title,
            topic: row.settings.topic,
            avatar: row.settings.avatar.map(|version| version.addresses_of_room(row.room_id)),
            member_count: row.member_count,
            language: row.settings.language.map(|language| language.to_string()),
            level: row.settings.level.map(|level| level.as_str()),
            join: row.settings.join.as_str(),
            asked: row.asked,
            updated_at: row.updated_at,
        }
    }
}

fn entry() -> ObjectBuilder {
    one_of(&["open", "inside", "full"])
}
