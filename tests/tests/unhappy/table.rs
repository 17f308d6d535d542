//! The table itself.

use crate::row::{Column, Limit, Row};
use chatlink_tests::Newcomer;
use reqwest::Method;
use serde_json::json;

/// A row for every operation.
pub(crate) fn rows() -> Vec<Row> {
    let ways_in = [registrations(), sessions(), resets(), me(), account()];
    let talk = [people(), rooms(), doors(), requests(), timeline(), polls(), corrections(), realtime()];
    ways_in.into_iter().chain(talk).flatten().collect()
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

const IDS: [Column; 2] = [Column::AbsentId, Column::AnothersId];
const NO_TOKEN: &str = "takes no login that could be dead";
const BY_NETWORK: &str = "limited by network: starts_and_logins_have_limits_that_survive_a_kill";
const BY_ATTEMPT: &str = "limited by attempt: hub::registration";
const OWN_ATTEMPT: &str = "an attempt belongs to whoever knows its 128-bit id; the proof is what counts";

fn registrations() -> Vec<Row> {
    let wrong_code = json!({ "code": "000000" });
    vec![
        Row::open(POST, "/v1/registrations")
            .body(json!({ "contact": "gina@people.example" }))
            .because(&IDS, "names a contact, and answers alike whether it is known")
            .because(&[Column::Expired], NO_TOKEN)
            .because(&[Column::Limited], BY_NETWORK),
        Row::open(POST, "/v1/registrations/$registration/resend")
            .absent("$registration", 410, "attempt_gone")
            .because(&[Column::AnothersId], OWN_ATTEMPT)
            .over("$registration", "$used_registration", 410, "attempt_gone")
            .because(&[Column::Limited], BY_ATTEMPT),
        Row::open(POST, "/v1/registrations/$registration/verify")
            .body(wrong_code)
            .absent("$registration", 410, "attempt_gone")
            .because(&[Column::AnothersId], OWN_ATTEMPT)
            .over("$registration", "$used_registration", 410, "attempt_gone")
            .because(&[Column::Limited], BY_ATTEMPT),
        Row::open(POST, "/v1/registrations/$registration/complete")
            .body(Newcomer::new("erik").form("$proof"))
            .absent("$registration", 410, "attempt_gone")
            .others("$proof", "$used_proof", 410, "attempt_gone")
            .over("$registration", "$used_registration", 410, "attempt_gone")
            .because(&[Column::Limited], "a proof is good once; hashing is bounded by a queue in core"),
    ]
}

fn sessions() -> Vec<Row> {
    vec![
        Row::open(POST, "/v1/sessions")
            .body(json!({ "login": "anna", "password": "$password" }))
            .because(&IDS, "names a login: known and unknown answer alike, hub::registration")
            .because(&[Column::Expired], NO_TOKEN)
            .because(&[Column::Limited], "limited by account: starts_and_logins_have_limits_that_survive_a_kill"),
        Row::open(POST, "/v1/sessions/refresh")
            .body(json!({ "refresh_token": "$refresh" }))
            .absent("$refresh", 401, "unauthenticated")
            .because(&[Column::AnothersId], "whoever holds the token is its owner; reuse: hub::sessions")
            .over("$refresh", "$dead_refresh", 401, "unauthenticated")
            .because(&[Column::Limited], "a refresh token is good once"),
        Row::own(GET, "/v1/sessions").no_ids().because(&[Column::Limited], NOT_RATED),
        Row::own(DELETE, "/v1/sessions/$session")
            .absent("$session", 404, "not_found")
            .others("$session", "$foreign_session", 404, "not_found")
            .over("$session", "$ended_session", 404, "not_found")
            .because(&[Column::Limited], NOT_RATED),
        Row::own(POST, "/v1/sessions/revoke-others").no_ids().because(&[Column::Limited], NOT_RATED),
        Row::open(POST, "/v1/sessions/passkey/begin")
            .because(&IDS, "names nobody: it asks for any passkey")
            .because(&[Column::Expired], NO_TOKEN)
            .because(&[Column::Limited], "limited by network as failed logins are: contract and core"),
        Row::open(POST, "/v1/sessions/passkey")
            .body(json!({ "ceremony_id": "$login_ceremony", "credential": { "id": "AQ" }, "grant": "token" }))
            .absent("$login_ceremony", 401, "passkey_wrong")
            .others("$login_ceremony", "$ceremony", 401, "passkey_wrong")
            .because(&[Column::Expired], "an answered ceremony: hub::passkeys; one whose time is over: contract")
            .because(&[Column::Limited], "each answer costs a ceremony, and those are limited by network"),
        Row::own(POST, "/v1/sessions/logout").no_ids().because(&[Column::Limited], NOT_RATED),
    ]
}

const NOT_RATED: &str = "an account has 50 sessions at most, and each use of this costs one of its own";

fn resets() -> Vec<Row> {
    vec![
        Row::open(POST, "/v1/password-resets")
            .body(json!({ "login": "nobody" }))
            .because(&IDS, "names a login, and answers alike whether it is known: hub::sessions")
            .because(&[Column::Expired], NO_TOKEN)
            .because(&[Column::Limited], BY_NETWORK),
        Row::open(POST, "/v1/password-resets/$reset/verify")
            .body(json!({ "code": "00000000" }))
            .absent("$reset", 410, "attempt_gone")
            .others("$reset", "$registration", 410, "attempt_gone")
            .because(&[Column::Expired], "a used attempt: hub::sessions")
            .because(&[Column::Limited], BY_ATTEMPT),
        Row::open(POST, "/v1/password-resets/$reset/complete")
            .body(json!({ "proof": "made-up", "password": "a-quiet-mountain-road-7" }))
            .absent("$reset", 410, "attempt_gone")
            .others("made-up", "$proof", 410, "attempt_gone")
            .because(&[Column::Expired], "a used proof: hub::sessions")
            .because(&[Column::Limited], "a proof is good once; hashing is bounded by a queue in core"),
    ]
}

fn me() -> Vec<Row> {
    let learning = [json!({ "language": "fr", "level": "A1" })];
    vec![
        Row::own(GET, "/v1/me").no_ids().limited(Limit::Reads),
        Row::own(PATCH, "/v1/me")
            .body(json!({ "display_name": "A", "about": "x", "interests": ["x"], "country": "FR", "time_zone": "UTC" }))
            .no_ids()
            .limited(Limit::Sends),
        Row::own(PUT, "/v1/me/avatar")
            .query(&["x=a", "size=-1"])
            .because(&[Column::Malformed], "takes a file of any bytes: what is no picture is 422, pictures")
            .because(&[Column::TooLarge], "a file may be larger than other bodies: pictures")
            .no_ids()
            .limited(Limit::Sends),
        Row::own(DELETE, "/v1/me/avatar").no_ids().limited(Limit::Sends),
        Row::own(PUT, "/v1/me/languages")
            .body(json!({ "native_languages": ["en"], "learning_languages": learning }))
            .no_ids()
            .limited(Limit::Sends),
        Row::own(GET, "/v1/me/settings").no_ids().limited(Limit::Reads),
        Row::own(PATCH, "/v1/me/settings")
            .body(json!({ "locale": "es", "theme": "dark", "typing": false, "read_receipts": false, "online": false, "notify": "all", "quiet_hours": { "from": "22:00", "to": "07:00", "time_zone": "UTC" } }))
            .no_ids()
            .limited(Limit::Sends),
        Row::own(GET, "/v1/me/log").query(&["after=x", "after=-1"]).no_ids().limited(Limit::Reads),
    ]
}

/// Changes of one's own account: each asks for the password again, counted and paused as a login is.
fn account() -> Vec<Row> {
    const AS_LOGINS: &str = "limited by failures, as logins are";
    let owner = json!({ "password": "$password", "second_factor": "123456" });
    let own = |method, path| Row::own(method, path).no_ids().because(&[Column::Limited], AS_LOGINS);
    vec![
        own(PUT, "/v1/me/password")
            .body(json!({ "password": "$password", "new_password": "a-quiet-mountain-road-7", "second_factor": "1" })),
        own(PUT, "/v1/me/username")
            .body(json!({ "username": "anna_two", "password": "$password", "second_factor": "1" })),
        own(POST, "/v1/me/contacts")
            .body(json!({ "contact": "anna2@people.example", "password": "$password", "second_factor": "1" })),
        Row::own(POST, "/v1/me/contacts/$contact_attempt/verify")
            .body(json!({ "code": "000000" }))
            .absent("$contact_attempt", 410, "attempt_gone")
            .others("$contact_attempt", "$foreign_contact_attempt", 410, "attempt_gone")
            .because(&[Column::Limited], BY_ATTEMPT),
        own(DELETE, "/v1/me/contacts/email").body(owner.clone()),
        own(POST, "/v1/me/totp").body(json!({ "password": "$password" })),
        own(POST, "/v1/me/totp/confirm").body(json!({ "code": "123456" })),
        own(DELETE, "/v1/me/totp").body(owner.clone()),
        own(POST, "/v1/me/totp/recovery-codes").body(owner.clone()),
        Row::own(GET, "/v1/me/passkeys").no_ids().limited(Limit::Reads),
        own(POST, "/v1/me/passkeys/begin").body(owner.clone()),
        Row::own(POST, "/v1/me/passkeys")
            .body(json!({ "ceremony_id": "$ceremony", "name": "phone", "credential": { "id": "AQ" } }))
            .absent("$ceremony", 410, "attempt_gone")
            .others("$ceremony", "$foreign_ceremony", 410, "attempt_gone")
            .because(&[Column::Limited], "a ceremony is good for one answer, and each costs a proof of the owner"),
        Row::own(DELETE, "/v1/me/passkeys/$passkey")
            .body(owner)
            .absent("$passkey", 404, "not_found")
            .others("$passkey", "$foreign_passkey", 404, "not_found")
            .because(&[Column::Limited], AS_LOGINS),
        own(DELETE, "/v1/me").body(json!({ "password": "$password", "second_factor": "123456", "redact": true })),
        Row::own(GET, "/v1/me/export").no_ids().because(&[Column::Limited], "two an hour: testing::rights"),
        Row::own(GET, "/v1/me/security-log").query(&["limit=x", "limit=-1"]).no_ids().limited(Limit::Reads),
    ]
}

fn people() -> Vec<Row> {
    let report = json!({ "user_id": "$user", "room_id": "$room", "event_ids": ["$their_message"], "reason": "spam" });
    vec![
        Row::own(GET, "/v1/users/$user")
            .absent("$user", 404, "user_not_found")
            .because(&[Column::AnothersId], "it is there to look at others; who blocks is absent: hub::talk")
            .limited(Limit::Reads),
        Row::own(GET, "/v1/users/$user/avatar/00000000000000000000000000000000")
            .query(&["size=x", "size=95"])
            .absent("$user", 404, "user_not_found")
            .absent("00000000000000000000000000000000", 404, "not_found")
            .because(&[Column::AnothersId], "it is there to look at others; who blocks is absent: pictures")
            .limited(Limit::Reads),
        Row::own(GET, "/v1/matches").query(&["limit=x", "limit=-1"]).no_ids().limited(Limit::Reads),
        Row::own(GET, "/v1/blocks").no_ids().limited(Limit::Reads),
        Row::own(PUT, "/v1/blocks/$user")
            .absent("$user", 404, "user_not_found")
            .because(&[Column::AnothersId], "anybody may be blocked")
            .limited(Limit::Sends),
        Row::own(DELETE, "/v1/blocks/$user")
            .because(&[Column::AbsentId], "idempotent: who is not blocked stays so, whoever it is")
            .because(&[Column::AnothersId], "names a person in the caller's own list")
            .limited(Limit::Sends),
        Row::own(GET, "/v1/contacts").query(&["user_id=x"]).no_ids().limited(Limit::Reads),
        Row::own(PUT, "/v1/contacts/$user")
            .body(json!({ "note": "speaks slowly" }))
            .absent("$user", 404, "user_not_found")
            .because(&[Column::AnothersId], "anybody may be kept; who blocks is absent: hub::contact_list")
            .limited(Limit::Sends),
        Row::own(DELETE, "/v1/contacts/$user")
            .because(&[Column::AbsentId], "idempotent: who is not kept stays so, whoever it is")
            .because(&[Column::AnothersId], "names a person in the caller's own list")
            .limited(Limit::Sends),
        Row::own(POST, "/v1/reports")
            .body(report)
            .absent("$user", 404, "user_not_found")
            .because(&[Column::AnothersId], "anybody may be reported; operators judge")
            .limited(Limit::Sends),
    ]
}

fn rooms() -> Vec<Row> {
    let group = json!({ "kind": "group", "client_id": "$fresh", "title": "Trio", "members": ["$user"] });
    vec![
        Row::own(GET, "/v1/rooms").query(&["limit=x"]).no_ids().limited(Limit::Reads),
        Row::own(POST, "/v1/rooms")
            .body(group)
            .absent("$user", 422, "invalid")
            .because(&[Column::AnothersId], "any adult may be asked; who blocks is absent: hub::talk")
            .limited(Limit::Sends),
        in_room(GET, "/v1/rooms/$room").limited(Limit::Reads),
        in_team(PATCH, "/v1/rooms/$team").body(json!({ "title": "Trio" })).limited(Limit::Sends),
        in_team(PUT, "/v1/rooms/$team/avatar")
            .query(&["x=a", "size=-1"])
            .because(&[Column::Malformed], "takes a file of any bytes: what is no picture is 422, room_pictures")
            .because(&[Column::TooLarge], "a file may be larger than other bodies: pictures")
            .limited(Limit::Sends),
        in_team(DELETE, "/v1/rooms/$team/avatar").limited(Limit::Sends),
        in_team(GET, "/v1/rooms/$team/avatar/00000000000000000000000000000000")
            .query(&["size=x", "size=95"])
            .absent("00000000000000000000000000000000", 404, "not_found")
            .limited(Limit::Reads),
        in_room(PUT, "/v1/rooms/$room/prefs")
            .body(json!({ "archived": true, "pinned": true, "muted_until": null, "marked_unread": true, "notify": "none" }))
            .limited(Limit::Sends),
        in_room(GET, "/v1/rooms/$room/members").query(&["limit=x"]).limited(Limit::Reads),
        in_team(POST, "/v1/rooms/$team/members")
            .body(json!({ "user_ids": ["$stranger"] }))
            .absent("$stranger", 422, "invalid")
            .limited(Limit::Sends),
        in_team(DELETE, "/v1/rooms/$team/members/$user").limited(Limit::Sends),
        in_team(POST, "/v1/rooms/$team/leave").limited(Limit::Sends),
        in_team(PATCH, "/v1/rooms/$team/members/$user")
            .body(json!({ "role": "moderator" }))
            .absent("$user", 404, "user_not_found")
            .limited(Limit::Sends),
        in_team(POST, "/v1/rooms/$team/owner")
            .body(json!({ "user_id": "$user" }))
            .absent("$user", 404, "user_not_found")
            .limited(Limit::Sends),
        in_team(PUT, "/v1/rooms/$team/mutes/$user")
            .body(json!({ "muted_until": "$soon" }))
            .absent("$user", 404, "user_not_found")
            .limited(Limit::Sends),
        in_team(DELETE, "/v1/rooms/$team/mutes/$user").limited(Limit::Sends),
        in_team(GET, "/v1/rooms/$team/bans").query(&["limit=x"]).limited(Limit::Reads),
        in_team(PUT, "/v1/rooms/$team/bans/$stranger").absent("$stranger", 404, "user_not_found").limited(Limit::Sends),
        in_team(DELETE, "/v1/rooms/$team/bans/$stranger").limited(Limit::Sends),
    ]
}

/// The ways into groups.
fn doors() -> Vec<Row> {
    let with_token = |path: &'static str| {
        Row::own(POST, path)
            .body(json!({ "token": "$token" }))
            .absent("$token", 404, "invite_not_found")
            .because(&[Column::AnothersId], "whoever holds the token may come in by it")
            .over("$token", "$revoked_token", 404, "invite_not_found")
    };
    vec![
        in_team(GET, "/v1/rooms/$team/invites").limited(Limit::Reads),
        in_team(POST, "/v1/rooms/$team/invites").body(json!({ "max_uses": 1, "expires_in": 60 })).limited(Limit::Sends),
        in_team(DELETE, "/v1/rooms/$team/invites/$invite").limited(Limit::Sends),
        with_token("/v1/invites/preview").limited(Limit::Reads),
        with_token("/v1/invites/avatar").limited(Limit::Reads),
        with_token("/v1/invites/join").limited(Limit::Sends),
        Row::own(GET, "/v1/public-rooms").query(&["limit=x", "limit=-1"]).no_ids().limited(Limit::Reads),
        in_team(POST, "/v1/rooms/$team/join").limited(Limit::Sends),
        Row::own(DELETE, "/v1/rooms/$team/join")
            .because(
                &[Column::AbsentId, Column::AnothersId],
                "about the caller's own asking: the same answer whatever is there",
            )
            .limited(Limit::Sends),
        in_team(GET, "/v1/rooms/$team/invitations").limited(Limit::Reads),
        in_team(DELETE, "/v1/rooms/$team/invitations/$stranger").limited(Limit::Sends),
        in_team(GET, "/v1/rooms/$team/asking").query(&["limit=x"]).limited(Limit::Reads),
        in_team(POST, "/v1/rooms/$team/asking/$stranger/accept")
            .absent("$stranger", 404, "user_not_found")
            .limited(Limit::Sends),
        in_team(POST, "/v1/rooms/$team/asking/$stranger/decline").limited(Limit::Sends),
    ]
}

/// A call about a room that must be the caller's.
fn in_room(method: Method, path: &'static str) -> Row {
    Row::own(method, path).absent("$room", 404, "room_not_found").others(
        "$room",
        "$foreign_room",
        404,
        "room_not_found",
    )
}

fn in_team(method: Method, path: &'static str) -> Row {
    Row::own(method, path).absent("$team", 404, "room_not_found").others(
        "$team",
        "$foreign_room",
        404,
        "room_not_found",
    )
}

fn requests() -> Vec<Row> {
    let about = |path: &'static str| {
        Row::own(POST, path)
            .absent("$asked", 404, "room_not_found")
            .others("$asked", "$foreign_asked", 404, "room_not_found")
            .limited(Limit::Sends)
    };
    vec![
        Row::own(GET, "/v1/requests").no_ids().limited(Limit::Reads),
        about("/v1/requests/$asked/accept"),
        about("/v1/requests/$asked/decline"),
    ]
}

fn timeline() -> Vec<Row> {
    let on_message = |method: Method, path: &'static str| {
        let limit = if method == GET { Limit::Reads } else { Limit::Sends };
        in_room(method, path)
            .absent("$message", 404, "message_not_found")
            .others("$message", "$foreign_message", 404, "message_not_found")
            .limited(limit)
    };
    let question = json!({
        "q": "hello", "room_id": "$room", "sender_id": "$user", "from": "2026-01-01T00:00:00Z",
        "until": "2027-01-01T00:00:00Z", "limit": 10,
    });
    vec![
        in_room(POST, "/v1/search").body(question).limited(Limit::Reads),
        Row::own(POST, "/v1/link-previews")
            .body(json!({ "url": "http://127.0.0.1:9/" }))
            .no_ids()
            .limited(Limit::Reads),
        in_room(GET, "/v1/rooms/$room/timeline")
            .query(&["limit=x", "before=x", "after=-1", "around=-1"])
            .limited(Limit::Reads),
        in_room(GET, "/v1/rooms/$room/events").query(&["after=x", "after=-1", "limit=x"]).limited(Limit::Reads),
        in_room(POST, "/v1/rooms/$room/messages")
            .body(json!({ "client_id": "$fresh", "text": "hello", "reply_to": "$message", "expires_in": 60,
                "mentions": ["$user"], "mentions_all": false }))
            .absent("$message", 422, "invalid")
            .others("$message", "$foreign_message", 422, "invalid")
            .limited(Limit::Sends),
        on_message(GET, "/v1/rooms/$room/messages/$message"),
        on_message(PATCH, "/v1/rooms/$room/messages/$message")
            .body(json!({ "text": "other words" }))
            .others("$message", "$their_message", 403, "forbidden")
            .over("$message", "$expired_message", 410, "message_gone"),
        on_message(DELETE, "/v1/rooms/$room/messages/$message").others("$message", "$their_message", 403, "forbidden"),
        on_message(PUT, "/v1/rooms/$room/messages/$message/reactions/ok").over(
            "$message",
            "$expired_message",
            410,
            "message_gone",
        ),
        on_message(DELETE, "/v1/rooms/$room/messages/$message/reactions/ok"),
        on_message(PUT, "/v1/rooms/$room/messages/$message/star").over(
            "$message",
            "$expired_message",
            410,
            "message_gone",
        ),
        on_message(DELETE, "/v1/rooms/$room/messages/$message/star"),
        on_message(PUT, "/v1/rooms/$room/messages/$message/hide").over(
            "$message",
            "$expired_message",
            410,
            "message_gone",
        ),
        on_message(GET, "/v1/rooms/$room/messages/$message/readers"),
        in_room(PUT, "/v1/rooms/$room/draft")
            .body(json!({ "text": "dear", "reply_to": "$message" }))
            .limited(Limit::Sends),
        Row::own(GET, "/v1/me/stars").query(&["limit=x"]).no_ids().limited(Limit::Reads),
        Row::own(GET, "/v1/me/drafts").no_ids().limited(Limit::Reads),
        Row::own(GET, "/v1/me/scheduled").no_ids().limited(Limit::Reads),
        Row::own(PUT, "/v1/me/scheduled/$fresh")
            .body(json!({ "room_id": "$room", "text": "later", "reply_to": "$message", "mentions": ["$user"],
                "mentions_all": false, "send_at": "$soon" }))
            .absent("$room", 404, "room_not_found")
            .others("$room", "$foreign_room", 404, "room_not_found")
            .limited(Limit::Sends),
        Row::own(DELETE, "/v1/me/scheduled/$waiting")
            .absent("$waiting", 404, "message_not_found")
            .others("$waiting", "$foreign_waiting", 404, "message_not_found")
            .limited(Limit::Sends),
        in_room(GET, "/v1/rooms/$room/receipts").limited(Limit::Reads),
        in_room(GET, "/v1/rooms/$room/threads").limited(Limit::Reads),
        on_message(PUT, "/v1/rooms/$room/messages/$message/thread/read").body(json!({ "seq": 1 })),
        on_message(GET, "/v1/rooms/$room/messages/$message/versions").over(
            "$message",
            "$expired_message",
            410,
            "message_gone",
        ),
        in_room(GET, "/v1/rooms/$room/pins").limited(Limit::Reads),
        on_message(PUT, "/v1/rooms/$room/pins/$message").over("$message", "$expired_message", 410, "message_gone"),
        on_message(DELETE, "/v1/rooms/$room/pins/$message").over("$message", "$expired_message", 410, "message_gone"),
        in_room(PUT, "/v1/rooms/$room/read")
            .body(json!({ "seq": 1 }))
            .because(&[Column::Limited], "gathered in memory and merged by max: a thousand cost one write"),
    ]
}

fn polls() -> Vec<Row> {
    let on_poll = |method: Method, path: &'static str| {
        let limit = if method == GET { Limit::Reads } else { Limit::Sends };
        in_room(method, path)
            .absent("$poll", 404, "message_not_found")
            .others("$poll", "$foreign_message", 404, "message_not_found")
            .over("$poll", "$expired_poll", 410, "message_gone")
            .limited(limit)
    };
    vec![
        on_poll(PUT, "/v1/rooms/$room/messages/$poll/vote").body(json!({ "choices": [0] })),
        on_poll(DELETE, "/v1/rooms/$room/messages/$poll/vote"),
        on_poll(GET, "/v1/rooms/$room/messages/$poll/votes").query(&["limit=x"]),
        on_poll(POST, "/v1/rooms/$room/messages/$poll/close").others("$poll", "$their_poll", 403, "forbidden"),
    ]
}

fn corrections() -> Vec<Row> {
    let of_message = |method: Method, path: &'static str, message: &'static str| {
        in_room(method, path)
            .absent(message, 404, "message_not_found")
            .others(message, "$foreign_message", 404, "message_not_found")
            .over(message, "$expired_message", 410, "message_gone")
            .limited(Limit::Sends)
    };
    let answer = |path: &'static str| {
        of_message(POST, path, "$message").absent("$correction", 404, "correction_not_found").others(
            "$correction",
            "$my_correction",
            404,
            "correction_not_found",
        )
    };
    let proposal = json!({ "client_id": "$fresh", "text": "best", "note": "warmer", "kind": "style", "version": 1 });
    vec![
        of_message(POST, "/v1/rooms/$room/messages/$their_message/corrections", "$their_message")
            .body(proposal)
            .others("$their_message", "$message", 403, "forbidden"),
        answer("/v1/rooms/$room/messages/$message/corrections/$correction/accept"),
        answer("/v1/rooms/$room/messages/$message/corrections/$correction/decline"),
        of_message(DELETE, "/v1/rooms/$room/messages/$their_message/corrections/$my_correction", "$their_message")
            .absent("$my_correction", 404, "correction_not_found")
            .others("$my_correction", "$correction", 404, "correction_not_found"),
        Row::own(GET, "/v1/me/corrections").query(&["limit=x", "limit=-1"]).no_ids().limited(Limit::Reads),
    ]
}

fn realtime() -> Vec<Row> {
    vec![
        Row::own(GET, "/v1/ws")
            .upgrade()
            .no_ids()
            .because(&[Column::NoLogin], "a first frame may say who it is: hub::sessions")
            .because(&[Column::Limited], "sockets are capped: hub::sessions"),
    ]
}
