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
    search, webhooks,
};
use chatlink_core::{
    StoreError,
    protocol::{EventBody, UserId, event},
    timeline::Told,
};
use sqlx::SqliteConnection;

const EVENTS: Many = Many {
    columns: &[
        "room_no",
        "seq",
        "kind",
        "id",
        "sender_id",
        "at",
        "client_id",
        "request",
        "target_seq",
        "text",
        "body",
        "expires_at",
        "version",
        "thread",
    ],
    sql: "INSERT INTO events (room_no, seq, kind, id, sender_id, at, client_id, request, target_seq, text, body,
                              expires_at, version, thread)
          SELECT * FROM k WHERE room_no IS NOT NULL",
};

const EDITED: Many = Many {
    columns: &["room_no", "seq", "version", "edit_seq"],
    sql: "UPDATE events SET version = k.version, edit_seq = k.edit_seq
          FROM k WHERE events.room_no = k.room_no AND events.seq = k.seq",
};

const REACTED: Many = Many {
    columns: &["room_no", "seq", "user_id", "key"],
    sql: "INSERT INTO reactions (room_no, message_seq, user_id, key)
          SELECT room_no, seq, user_id, key FROM k WHERE room_no IS NOT NULL
          ON CONFLICT (room_no, message_seq, user_id) DO UPDATE SET key = excluded.key",
};

const UNREACTED: Many = Many {
    columns: &["room_no", "seq", "user_id"],
    sql: "DELETE FROM reactions WHERE (room_no, message_seq, user_id) IN (SELECT room_no, seq, user_id FROM k)",
};

/// Erases messages: their words, what they quote, the requests that made them.
const ERASE: Many = Many {
    columns: &["room_no", "seq"],
    sql: "UPDATE events SET text = NULL, body = NULL, request = NULL, edit_seq = NULL
          FROM k WHERE events.room_no = k.room_no AND events.seq = k.seq",
};

const ERASE_EDITS: Many = Many {
    columns: &["room_no", "seq"],
    sql: "UPDATE events SET text = NULL
          FROM k WHERE events.room_no = k.room_no AND events.target_seq = k.seq AND events.kind = 'edit'",
};

const ERASE_REACTIONS: Many = Many {
    columns: &["room_no", "seq"],
    sql: "DELETE FROM reactions WHERE (room_no, message_seq) IN (SELECT room_no, seq FROM k)",
};

const LEAVE: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM members WHERE (room_no, user_id) IN (SELECT room_no, user_id FROM k)",
};

const JOIN: Many = Many {
    columns: &["room_no", "user_id", "role", "from_seq", "join_seq", "joined_at"],
    sql: "INSERT INTO members (room_no, user_id, role, from_seq, join_seq, joined_at)
          SELECT * FROM k WHERE room_no IS NOT NULL",
};

const SET_ROLE: Many = Many {
    columns: &["room_no", "user_id", "role"],
    sql: "UPDATE members SET role = k.role FROM k WHERE members.room_no = k.room_no AND members.user_id = k.user_id",
};

const MUTE: Many = Many {
    columns: &["room_no", "user_id", "muted_until"],
    sql: "INSERT INTO mutes (room_no, user_id, muted_until)
          SELECT room_no, user_id, muted_until FROM k WHERE room_no IS NOT NULL
          ON CONFLICT (room_no, user_id) DO UPDATE SET muted_until = excluded.muted_until",
};

const UNMUTE: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM mutes WHERE (room_no, user_id) IN (SELECT room_no, user_id FROM k)",
};

/// By the room's key, not by that time: few are muted in a room.
const SWEEP_MUTES: Many = Many {
    columns: &["room_no", "now"],
    sql: "DELETE FROM mutes WHERE (room_no, user_id) IN
            (SELECT mu.room_no, mu.user_id FROM k CROSS JOIN mutes mu
             ON mu.room_no = k.room_no AND mu.muted_until <= k.now)",
};

const BAN: Many = Many {
    columns: &["room_no", "user_id", "banned_by", "banned_at"],
    sql: "INSERT INTO bans (room_no, user_id, banned_by, banned_at) SELECT * FROM k WHERE room_no IS NOT NULL",
};

const UNBAN: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM bans WHERE (room_no, user_id) IN (SELECT room_no, user_id FROM k)",
};

const USE_INVITE: Many = Many {
    columns: &["token_hash", "uses"],
    sql: "UPDATE invites SET uses = k.uses FROM k WHERE invites.token_hash = k.token_hash",
};

const ASK_NO_MORE: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM asking WHERE (room_no, user_id) IN (SELECT room_no, user_id FROM k)",
};

const INVITED_NO_MORE: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM invitations WHERE (room_no, user_id) IN (SELECT room_no, user_id FROM k)",
};

const BELIEVED_NO_MORE: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM sent_invitations WHERE (room_no, user_id) IN (SELECT room_no, user_id FROM k)",
};

const ROOMS: Many = Many {
    columns: &[
        "room_no",
        "authz_version",
        "head_seq",
        "last_at",
        "updated_at",
        "title",
        "topic",
        "posting",
        "visibility",
        "join_rule",
        "language",
        "level",
        "expires_in",
        "avatar",
        "member_count",
        "pending_opener",
        "pending_sent",
        "declined",
    ],
    sql: "UPDATE rooms
          SET authz_version = k.authz_version, head_seq = k.head_seq, last_at = k.last_at,
              updated_at = coalesce(k.updated_at, rooms.updated_at), title = k.title, topic = k.topic,
              posting = k.posting, visibility = k.visibility, join_rule = k.join_rule, language = k.language,
              level = k.level, expires_in = k.expires_in, avatar = k.avatar, member_count = k.member_count,
              pending_opener = k.pending_opener, pending_sent = k.pending_sent,
              declined = k.declined
          FROM k WHERE rooms.room_no = k.room_no",
};

/// Writes everything that the plan holds and answers the notes as told.
pub(super) async fn write(tx: &mut SqliteConnection, plan: Plan, rooms: &[Room]) -> Result<Vec<Told>, StoreError> {
    EVENTS.execute(tx, &plan.events, bind_event).await?;
    search::queue(tx, plan.events.iter().map(|new| (new.room_no, new.event.seq, new.event.at))).await?;
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
    webhooks::note(tx, &rooms.iter().map(|room| room.no).collect::<Vec<_>>()).await?;
    avatars::write(tx, &plan.avatars).await?;
    notes::write(tx, &plan.notes).await
}

/// Erases messages with all their derivatives. What was theirs on disk is overwritten
/// (`secure_delete`); the copies in the write-ahead log go with the next checkpoint.
pub(super) async fn erase(tx: &mut SqliteConnection, messages: &[Place]) -> Result<(), StoreError> {
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

async fn write_reactions(tx: &mut SqliteConnection, plan: &Plan) -> Result<(), StoreError> {
    let (given, taken): (Vec<_>, Vec<_>) = plan.reacted.iter().partition(|(_, key)| key.is_some());
    let bind = |b: Bind, ((place, user), _): &(&(Place, UserId), &Option<String>)| at(b, place).bind(*user.as_uuid());
    REACTED.execute(tx, &given, |b, row| bind(b, row).bind(row.1.clone())).await?;
    UNREACTED.execute(tx, &taken, bind).await
}

async fn write_members(tx: &mut SqliteConnection, plan: &Plan) -> Result<(), StoreError> {
    let changed: Vec<_> = plan.members.keys().copied().collect();
    let bind = |b: Bind, (no, user): &(i64, UserId)| b.bind(*no).bind(*user.as_uuid());
    LEAVE.execute(tx, &changed, bind).await?;
    mine::forget_members(tx, &changed).await?;
    let came: Vec<((i64, UserId), NewMember)> =
        plan.members.iter().filter_map(|(place, member)| Some((*place, (*member)?))).collect();
    threads::forget_members(tx, &changed).await?;
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
async fn write_standings(tx: &mut SqliteConnection, plan: &Plan) -> Result<(), StoreError> {
    let bind = |b: Bind, (no, user): &(i64, UserId)| b.bind(*no).bind(*user.as_uuid());
    let muted: Vec<_> = plan.mutes.iter().filter_map(|(place, until)| Some((*place, (*until)?))).collect();
    MUTE.execute(tx, &muted, |b, (place, until)| bind(b, place).bind(until.as_micros())).await?;
    let heard: Vec<_> = plan.mutes.iter().filter(|(_, until)| until.is_none()).map(|(place, _)| *place).collect();
    UNMUTE.execute(tx, &heard, bind).await?;
    let swept: Vec<_> = plan.governed.iter().collect();
    SWEEP_MUTES.execute(tx, &swept, |b, (no, now)| b.bind(**no).bind(now.as_micros())).await?;
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

fn at(bound: Bind, (room_no, seq): &Place) -> Bind {
    bound.bind(*room_no).bind(int(seq.0))
}

fn bind_event(bound: Bind, new: &NewEvent) -> Bind {
    let event = &new.event;
    let (text, body, version) = columns(&event.body);
    bound
        .bind(new.room_no)
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
        .bind(room.no)
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
pub(super) const STATEMENTS: crate::plans::Statements = crate::plans::Statements {
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
