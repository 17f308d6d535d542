//! What a decided batch writes: a statement a table and kind of change, whatever the batch's size.

use super::{
    corrections,
    decide::{NewEvent, NewMember, Place, Plan},
    load::Room,
    mentions, pins, polls, threads,
};
use crate::{
    mine, notes,
    rooms::avatars,
    rows::{Bind, Many, int},
    search,
};
use chatlink_core::{
    StoreError,
    protocol::{EventBody, RoomId, UserId, event},
    timeline::Told,
};
use sqlx::PgConnection;

const EVENTS: Many = Many {
    columns: &[
        "room_id uuid",
        "seq bigint",
        "kind text",
        "id uuid",
        "sender_id uuid",
        "at bigint",
        "client_id uuid",
        "request bytea",
        "target_seq bigint",
        "text text",
        "body text",
        "expires_at bigint",
        "version bigint",
        "thread uuid",
    ],
    sql: "INSERT INTO events (room_id, seq, kind, id, sender_id, at, client_id, request, target_seq, text, body,
                              expires_at, version, thread)
          SELECT * FROM k",
};

const EDITED: Many = Many {
    columns: &["room_id uuid", "seq bigint", "version bigint", "edit_seq bigint"],
    sql: "UPDATE events SET version = k.version, edit_seq = k.edit_seq
          FROM k WHERE events.room_id = k.room_id AND events.seq = k.seq",
};

const REACTED: Many = Many {
    columns: &["room_id uuid", "seq bigint", "user_id uuid", "key text"],
    sql: "INSERT INTO reactions (room_id, message_seq, user_id, key)
          SELECT room_id, seq, user_id, key FROM k
          ON CONFLICT (room_id, message_seq, user_id) DO UPDATE SET key = excluded.key",
};

const UNREACTED: Many = Many {
    columns: &["room_id uuid", "seq bigint", "user_id uuid"],
    sql: "DELETE FROM reactions WHERE (room_id, message_seq, user_id) IN (SELECT room_id, seq, user_id FROM k)",
};

/// Erases messages: their words, what they quote, the requests that made them.
const ERASE: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "UPDATE events SET text = NULL, body = NULL, request = NULL, edit_seq = NULL
          FROM k WHERE events.room_id = k.room_id AND events.seq = k.seq",
};

const ERASE_EDITS: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "UPDATE events SET text = NULL
          FROM k WHERE events.room_id = k.room_id AND events.target_seq = k.seq AND events.kind = 'edit'",
};

const ERASE_REACTIONS: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM reactions WHERE (room_id, message_seq) IN (SELECT room_id, seq FROM k)",
};

const LEAVE: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM members WHERE (room_id, user_id) IN (SELECT room_id, user_id FROM k)",
};

const JOIN: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "role text", "from_seq bigint", "join_seq bigint", "joined_at bigint"],
    sql: "INSERT INTO members (room_id, user_id, role, from_seq, join_seq, joined_at)
          SELECT * FROM k",
};

const SET_ROLE: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "role text"],
    sql: "UPDATE members SET role = k.role FROM k WHERE members.room_id = k.room_id AND members.user_id = k.user_id",
};

const MUTE: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "muted_until bigint"],
    sql: "INSERT INTO mutes (room_id, user_id, muted_until)
          SELECT room_id, user_id, muted_until FROM k
          ON CONFLICT (room_id, user_id) DO UPDATE SET muted_until = excluded.muted_until",
};

const UNMUTE: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM mutes WHERE (room_id, user_id) IN (SELECT room_id, user_id FROM k)",
};

/// By the room's key, not by that time: few are muted in a room.
const SWEEP_MUTES: Many = Many {
    columns: &["room_id uuid", "now bigint"],
    sql: "DELETE FROM mutes WHERE (room_id, user_id) IN
            (SELECT mu.room_id, mu.user_id FROM k JOIN mutes mu
             ON mu.room_id = k.room_id AND mu.muted_until <= k.now)",
};

const BAN: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "banned_by uuid", "banned_at bigint"],
    sql: "INSERT INTO bans (room_id, user_id, banned_by, banned_at) SELECT * FROM k",
};

const UNBAN: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM bans WHERE (room_id, user_id) IN (SELECT room_id, user_id FROM k)",
};

const USE_INVITE: Many = Many {
    columns: &["token_hash bytea", "uses bigint"],
    sql: "UPDATE invites SET uses = k.uses FROM k WHERE invites.token_hash = k.token_hash",
};

const ASK_NO_MORE: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM asking WHERE (room_id, user_id) IN (SELECT room_id, user_id FROM k)",
};

const INVITED_NO_MORE: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM invitations WHERE (room_id, user_id) IN (SELECT room_id, user_id FROM k)",
};

const BELIEVED_NO_MORE: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM sent_invitations WHERE (room_id, user_id) IN (SELECT room_id, user_id FROM k)",
};

/// The rooms as the batch leaves them, the list of public ones with them, and that they are due for every webhook.
const ROOMS: Many = Many {
    columns: &[
        "room_id uuid",
        "authz_version bigint",
        "head_seq bigint",
        "last_at bigint",
        "updated_at bigint",
        "title text",
        "topic text",
        "posting text",
        "visibility text",
        "join_rule text",
        "language text",
        "level text",
        "expires_in bigint",
        "avatar bytea",
        "member_count bigint",
        "pending_opener uuid",
        "pending_sent bigint",
        "declined boolean",
    ],
    sql: ", moved AS (
              UPDATE rooms
              SET authz_version = k.authz_version, head_seq = k.head_seq, last_at = k.last_at,
              updated_at = coalesce(k.updated_at, rooms.updated_at), title = k.title, topic = k.topic,
              posting = k.posting, visibility = k.visibility, join_rule = k.join_rule, language = k.language,
              level = k.level, expires_in = k.expires_in, avatar = k.avatar, member_count = k.member_count,
              pending_opener = k.pending_opener, pending_sent = k.pending_sent,
              declined = k.declined
              FROM k WHERE rooms.room_id = k.room_id
              RETURNING rooms.room_id, rooms.visibility, rooms.language, rooms.level, rooms.updated_at),
          due AS (
              INSERT INTO webhook_due (webhook_id, room_id)
              SELECT webhooks.webhook_id, k.room_id FROM k CROSS JOIN webhooks
              ORDER BY k.room_id, webhooks.webhook_id ON CONFLICT (webhook_id, room_id) DO NOTHING),
          hidden AS (
              DELETE FROM public_rooms p USING moved WHERE p.room_id = moved.room_id AND moved.visibility <> 'public')
          INSERT INTO public_rooms (room_id, updated_at, language, level)
          SELECT room_id, updated_at, language, level FROM moved WHERE visibility = 'public'
          ON CONFLICT (room_id) DO UPDATE
          SET updated_at = excluded.updated_at, language = excluded.language, level = excluded.level",
};

/// Writes everything that the plan holds and answers the notes as told.
pub(super) async fn write(tx: &mut PgConnection, plan: Plan, rooms: &[Room]) -> Result<Vec<Told>, StoreError> {
    EVENTS.execute(tx, &plan.events, bind_event).await?;
    search::queue(tx, plan.events.iter().map(|new| (new.room_id, new.event.seq, new.event.at))).await?;
    search::forget(tx, plan.edited.keys().copied()).await?;
    let edited: Vec<_> = plan.edited.iter().collect();
    EDITED.execute(tx, &edited, |b, (place, (version, seq))| at(b, place).bind(*version).bind(int(seq.0))).await?;
    write_reactions(tx, &plan).await?;
    corrections::write(tx, &plan).await?;
    pins::write(tx, &plan).await?;
    polls::write(tx, &plan).await?;
    mentions::write(tx, &plan).await?;
    threads::write(tx, &plan).await?;
    erase(tx, &plan.redacted.iter().copied().collect::<Vec<_>>()).await?;
    write_members(tx, &plan).await?;
    write_standings(tx, &plan).await?;
    ROOMS.execute(tx, rooms, bind_room).await?;
    avatars::write(tx, &plan.avatars).await?;
    notes::write(tx, &plan.notes).await
}

/// Erases messages with all their derivatives.
pub(super) async fn erase(tx: &mut PgConnection, messages: &[Place]) -> Result<(), StoreError> {
    ERASE.execute(tx, messages, at).await?;
    ERASE_EDITS.execute(tx, messages, at).await?;
    ERASE_REACTIONS.execute(tx, messages, at).await?;
    search::forget(tx, messages.iter().copied()).await?;
    corrections::erase(tx, messages).await?;
    pins::erase(tx, messages).await?;
    polls::erase(tx, messages).await?;
    mentions::erase(tx, messages).await?;
    mine::forget_messages(tx, messages).await
}

async fn write_reactions(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let (given, taken): (Vec<_>, Vec<_>) = plan.reacted.iter().partition(|(_, key)| key.is_some());
    let bind = |b: Bind, ((place, user), _): &(&(Place, UserId), &Option<String>)| at(b, place).bind(*user.as_uuid());
    REACTED.execute(tx, &given, |b, row| bind(b, row).bind(row.1.clone())).await?;
    UNREACTED.execute(tx, &taken, bind).await
}

async fn write_members(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let changed: Vec<_> = plan.members.keys().copied().collect();
    let bind = |b: Bind, (room, user): &(RoomId, UserId)| b.bind(*room.as_uuid()).bind(*user.as_uuid());
    LEAVE.execute(tx, &changed, bind).await?;
    mine::forget_members(tx, &changed).await?;
    threads::forget_members(tx, &changed).await?;
    let came: Vec<((RoomId, UserId), NewMember)> =
        plan.members.iter().filter_map(|(place, member)| Some((*place, (*member)?))).collect();
    JOIN.execute(tx, &came, |b, (place, member)| {
        bind(b, place)
            .bind(member.role.as_str())
            .bind(int(member.from_seq.0))
            .bind(int(member.join_seq.0))
            .bind(member.joined_at.as_micros())
    })
    .await?;
    let roles: Vec<_> = plan.roles.iter().collect();
    SET_ROLE.execute(tx, &roles, |b, (place, role)| bind(b, place).bind(role.as_str())).await
}

/// Who is muted and kept out. Of several measures on one person in a batch the last stands.
async fn write_standings(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let bind = |b: Bind, (room, user): &(RoomId, UserId)| b.bind(*room.as_uuid()).bind(*user.as_uuid());
    let muted: Vec<_> = plan.mutes.iter().filter_map(|(place, until)| Some((*place, (*until)?))).collect();
    MUTE.execute(tx, &muted, |b, (place, until)| bind(b, place).bind(until.as_micros())).await?;
    let heard: Vec<_> = plan.mutes.iter().filter(|(_, until)| until.is_none()).map(|(place, _)| *place).collect();
    UNMUTE.execute(tx, &heard, bind).await?;
    let swept: Vec<_> = plan.governed.iter().collect();
    SWEEP_MUTES.execute(tx, &swept, |b, (room, now)| b.bind(*room.as_uuid()).bind(now.as_micros())).await?;
    let used: Vec<_> = plan.used.iter().collect();
    USE_INVITE.execute(tx, &used, |b, (hash, uses)| b.bind(hash.to_vec()).bind(**uses)).await?;
    let settled: Vec<_> = plan.settled.iter().copied().collect();
    ASK_NO_MORE.execute(tx, &settled, bind).await?;
    INVITED_NO_MORE.execute(tx, &settled, bind).await?;
    BELIEVED_NO_MORE.execute(tx, &settled, bind).await?;
    // Before the new ones: who was let in and is kept out again in one batch has a row.
    UNBAN.execute(tx, &plan.bans.keys().copied().collect::<Vec<_>>(), bind).await?;
    let banned: Vec<_> = plan.bans.iter().filter_map(|(place, ban)| Some((*place, (*ban)?))).collect();
    BAN.execute(tx, &banned, |b, (place, (by, at))| bind(b, place).bind(*by.as_uuid()).bind(at.as_micros())).await
}

pub(super) fn at(bound: Bind, (room_id, seq): &Place) -> Bind {
    bound.bind(*room_id.as_uuid()).bind(int(seq.0))
}

fn bind_event(bound: Bind, new: &NewEvent) -> Bind {
    let event = &new.event;
    let (text, body, version) = columns(&event.body);
    bound
        .bind(*new.room_id.as_uuid())
        .bind(int(event.seq.0))
        .bind(event.body.kind().to_owned())
        .bind(*event.id.as_uuid())
        .bind(*event.sender_id.as_uuid())
        .bind(event.at.as_micros())
        .bind(event.client_id.map(|name| *name.as_uuid()))
        .bind(new.request.map(|request| request.to_vec()))
        .bind(new.target_seq.map(|seq| int(seq.0)))
        .bind(text)
        .bind(body)
        .bind(new.expires_at.map(|at| at.as_micros()))
        .bind(version)
        .bind(event.body.thread().map(|root| *root.as_uuid()))
}

/// Text, the rest of the body as JSON, and the version: where each kind keeps what.
fn columns(body: &EventBody) -> (Option<String>, Option<String>, Option<u32>) {
    let json = |body: &EventBody| body.to_json().ok().map(|json| json.to_string());
    match body {
        EventBody::Message(message) => {
            let rest = event::Message { text: None, expires_at: None, thread: None, ..message.clone() };
            let rest = (rest != event::Message::default()).then(|| json(&EventBody::Message(rest))).flatten();
            (message.text.clone(), rest, Some(1))
        }
        EventBody::Edit(edit) => {
            let rest = event::Edit { text: None, ..edit.clone() };
            (edit.text.clone(), json(&EventBody::Edit(rest)), Some(edit.version))
        }
        EventBody::Correction(correction) => {
            let words = correction.words.as_ref().and_then(|words| serde_json::to_string(words).ok());
            let rest = event::Correction { words: None, ..correction.clone() };
            (words, json(&EventBody::Correction(rest)), Some(correction.version))
        }
        _ => (None, json(body), None),
    }
}

fn bind_room(bound: Bind, room: &Room) -> Bind {
    bound
        .bind(*room.id.as_uuid())
        .bind(int(room.version))
        .bind(int(room.head.0))
        .bind(room.last_at.as_micros())
        .bind(room.shown_at.map(|at| at.as_micros()))
        .bind(room.settings.title.clone())
        .bind(room.settings.topic.clone())
        .bind(room.settings.posting.as_str())
        .bind(room.settings.visibility.as_str())
        .bind(room.settings.join.as_str())
        .bind(room.settings.language.map(|language| language.as_str()))
        .bind(room.settings.level.map(|level| level.as_str()))
        .bind(room.settings.expires_in.map(|life| int(life.as_secs())))
        .bind(room.settings.avatar.map(|version| version.as_bytes().to_vec()))
        .bind(room.member_count)
        .bind(room.pending_opener.map(|opener| *opener.as_uuid()))
        .bind(room.pending_sent)
        .bind(room.declined)
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[
        &EVENTS,
        &EDITED,
        &REACTED,
        &UNREACTED,
        &ERASE,
        &ERASE_EDITS,
        &ERASE_REACTIONS,
        &LEAVE,
        &JOIN,
        &SET_ROLE,
        &MUTE,
        &UNMUTE,
        &SWEEP_MUTES,
        &BAN,
        &UNBAN,
        &USE_INVITE,
        &ASK_NO_MORE,
        &INVITED_NO_MORE,
        &BELIEVED_NO_MORE,
        &ROOMS,
    ],
    single: &[],
};
