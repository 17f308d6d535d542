//! The table: a call of every operation.

use super::operation::Entry;
use serde_json::json;

/// An entry for every operation.
pub(super) fn entries() -> Vec<Entry> {
    let parts = [
        ways_in(),
        sessions(),
        account(),
        me(),
        people(),
        rooms(),
        doors(),
        requests(),
        timeline(),
        polls(),
        corrections(),
        realtime(),
    ];
    parts.into_iter().flatten().collect()
}

const OWN: &str = "names nobody's things but the caller's";
const ATTEMPT: &str = "an attempt belongs to whoever knows its id; the code and the proof are what counts";
const ANYBODY: &str = "names a contact or a login, and answers alike whoever it is";

/// Rooms that are not the caller's: never were, are no more, are not there.
const NOT_MINE: &[&str] = &["$foreign_room", "$left_room", "$absent"];

fn ways_in() -> Vec<Entry> {
    let form = json!({
        "proof": "$proof", "username": "eve", "password": "quiet harbour 41 lanterns", "display_name": "Eve",
        "birth_date": "1990-05-01", "country": "ES", "native_languages": ["es"], "learning_languages": [],
    });
    let reset = json!({ "proof": "made-up", "password": "quiet harbour 41 lanterns" });
    vec![
        Entry::of_logins("start_registration", 202).json(json!({ "contact": "gus@example.org" })).because(ANYBODY),
        Entry::of_logins("resend_registration", 429).at("id", "$registration").because(ATTEMPT),
        Entry::of_logins("verify_registration", 422)
            .at("id", "$registration")
            .json(json!({ "code": "no" }))
            .because(ATTEMPT),
        Entry::of_logins("complete_registration", 201).at("id", "$proved").json(form).because(ATTEMPT),
        Entry::of_logins("start_reset", 202).json(json!({ "login": "cal" })).because(ANYBODY),
        Entry::of_logins("verify_reset", 422).at("id", "$reset").json(json!({ "code": "no" })).because(ATTEMPT),
        Entry::of_logins("complete_reset", 410).at("id", "$reset").json(reset).because(ATTEMPT),
        Entry::of_logins("log_in", 200).json(json!({ "login": "ann", "password": "$password" })).because(ANYBODY),
        Entry::of_logins("begin_passkey_login", 201).because("asks for any passkey, of nobody by name"),
        Entry::of_logins("log_in_by_passkey", 200)
            .json(json!({
                "ceremony_id": "$login_ceremony",
                "credential": { "id": "anns", "user": "$ann", "is_right": true },
            }))
            .because("whoever holds the device is its owner"),
        Entry::of_logins("refresh_session", 200)
            .json(json!({ "refresh_token": "$refresh" }))
            .because("whoever holds the token is its owner"),
    ]
}

fn sessions() -> Vec<Entry> {
    vec![
        Entry::of_logins("list_sessions", 200).because(OWN),
        Entry::of_logins("revoke_session", 204).at("id", "$session").not(
            "$session",
            &["$foreign_session", "$revoked_session", "$absent"],
            404,
            "not_found",
        ),
        Entry::of_logins("revoke_other_sessions", 204).because(OWN),
        Entry::of_logins("log_out", 204).because(OWN),
    ]
}

fn account() -> Vec<Entry> {
    let owner = || json!({ "password": "$password", "second_factor": null });
    let with = |name: &str, value: &str| {
        let mut body = owner();
        body[name] = json!(value);
        body
    };
    vec![
        Entry::of_logins("change_password", 204).json(with("new_password", "quiet harbour 41 lanterns")).because(OWN),
        Entry::of_logins("change_username", 204).json(with("username", "ann_two")).because(OWN),
        Entry::of_logins("add_contact", 202).json(with("contact", "+34612345678")).because(OWN),
        Entry::of_logins("verify_contact", 422).at("id", "$attempt").json(json!({ "code": "no" })).not(
            "$attempt",
            &["$foreign_attempt", "$absent"],
            410,
            "attempt_gone",
        ),
        Entry::of_logins("remove_contact", 409).at("kind", "email").json(owner()).because(OWN),
        Entry::of_logins("offer_totp", 201).json(json!({ "password": "$password" })).because(OWN),
        Entry::of_logins("confirm_totp", 409).json(json!({ "code": "123456" })).because(OWN),
        Entry::of_logins("remove_totp", 204).json(owner()).because(OWN),
        Entry::of_logins("renew_recovery_codes", 409).json(owner()).because(OWN),
        Entry::of_logins("list_passkeys", 200).because(OWN),
        Entry::of_logins("begin_passkey", 201).json(owner()).because(OWN),
        Entry::of_logins("add_passkey", 201)
            .json(json!({
                "ceremony_id": "$ceremony", "name": "tablet",
                "credential": { "id": "another", "is_right": true },
            }))
            .not("$ceremony", &["$foreign_ceremony", "$login_ceremony", "$absent"], 410, "attempt_gone"),
        Entry::of_logins("remove_passkey", 204).at("id", "$passkey").json(owner()).not(
            "$passkey",
            &["$foreign_passkey", "$absent"],
            404,
            "not_found",
        ),
        Entry::of_logins("read_security_log", 200).because(OWN),
        Entry::of_logins("delete_me", 204).json(owner()).because(OWN),
        Entry::new("export_me", 200).because(OWN),
    ]
}

fn me() -> Vec<Entry> {
    let languages = json!({ "native_languages": ["en"], "learning_languages": [] });
    vec![
        Entry::new("read_me", 200).because(OWN),
        Entry::new("update_me", 200).json(json!({ "about": "x" })).because(OWN),
        Entry::new("set_avatar", 200).picture().because(OWN),
        Entry::new("clear_avatar", 200).because(OWN),
        Entry::new("update_languages", 200).json(languages).because(OWN),
        Entry::new("read_settings", 200).because(OWN),
        Entry::new("update_settings", 200).json(json!({ "theme": "dark" })).because(OWN),
        Entry::new("read_log", 200).because(OWN),
    ]
}

/// Who blocks the caller is absent.
fn people() -> Vec<Entry> {
    let report = json!({ "user_id": "$bob", "room_id": "$room", "event_ids": ["$bobs_message"], "reason": "spam" });
    vec![
        Entry::new("read_user", 200).at("id", "$bob").not("$bob", &["$blocker", "$absent"], 404, "user_not_found"),
        Entry::new("read_avatar", 200).at("id", "$bob").at("version", "$version").not(
            "$bob",
            &["$blocker", "$absent"],
            404,
            "user_not_found",
        ),
        Entry::new("list_matches", 200).because(OWN),
        Entry::new("list_blocks", 200).because(OWN),
        Entry::new("block", 204).at("user_id", "$bob").because("anybody may be blocked"),
        Entry::new("unblock", 204).at("user_id", "$bob").because("idempotent in the caller's own list"),
        Entry::new("list_kept", 200).because(OWN),
        Entry::new("keep", 204).at("user_id", "$bob").json(json!({ "note": "speaks slowly" })).not(
            "$bob",
            &["$blocker", "$absent"],
            404,
            "user_not_found",
        ),
        Entry::new("let_go", 204).at("user_id", "$bob").because("idempotent in the caller's own list"),
        Entry::new("report", 201).json(report).because("anybody may be reported; operators judge"),
    ]
}

fn rooms() -> Vec<Entry> {
    vec![
        Entry::new("list_rooms", 200).because(OWN),
        Entry::new("open_room", 201).json(json!({ "kind": "direct", "user_id": "$stranger" })).not(
            "$stranger",
            &["$blocker", "$absent"],
            404,
            "user_not_found",
        ),
        in_room("find_room", 200),
        in_room("set_prefs", 200).json(json!({ "pinned": true })),
        in_room("list_members", 200),
        for_admins("change_room", 200).json(json!({ "title": "Trio" })),
        for_admins("set_room_avatar", 200).picture(),
        for_admins("clear_room_avatar", 200),
        Entry::new("read_room_avatar", 200).at("id", "$team").at("version", "$team_version").not(
            "$team",
            NOT_MINE,
            404,
            "room_not_found",
        ),
        for_admins("add_members", 200).json(json!({ "user_ids": ["$stranger"] })),
        for_admins("remove_member", 204).at("user_id", "$bob"),
        for_admins("set_role", 204).at("user_id", "$bob").json(json!({ "role": "moderator" })),
        for_admins("hand_over", 200).json(json!({ "user_id": "$bob" })),
        for_admins("mute_member", 204).at("user_id", "$bob").json(json!({ "muted_until": "2026-06-01T00:00:00Z" })),
        for_admins("unmute_member", 204).at("user_id", "$bob"),
        for_admins("list_bans", 200),
        for_admins("ban", 204).at("user_id", "$stranger").not(
            "$stranger",
            &["$blocker", "$absent"],
            404,
            "user_not_found",
        ),
        for_admins("unban", 204).at("user_id", "$stranger"),
        Entry::new("leave_room", 204).at("id", "$team").not("$team", NOT_MINE, 404, "room_not_found"),
    ]
}

/// The ways into groups. Nobody's invites and nobody's doors are told apart from none.
fn doors() -> Vec<Entry> {
    let with_token = |id: &'static str, answered: u16| {
        let entry = Entry::new(id, answered).json(json!({ "token": "$token" }));
        entry.not("$token", &["$revoked_token", "$absent"], 404, "invite_not_found")
    };
    let about_asking = |id: &'static str| for_admins(id, 204).at("user_id", "$asker");
    vec![
        for_admins("list_invites", 200),
        for_admins("create_invite", 201).json(json!({ "max_uses": 1, "expires_in": 60 })),
        for_admins("revoke_invite", 204).at("invite_id", "$invite"),
        with_token("preview_invite", 200),
        with_token("read_invite_avatar", 200),
        with_token("join_by_invite", 200),
        Entry::new("list_public_rooms", 200).because("shows what everybody may find"),
        Entry::new("join_room", 200).at("id", "$public_room").not("$public_room", NOT_MINE, 404, "room_not_found"),
        Entry::new("take_back_asking", 204)
            .at("id", "$public_room")
            .because("about the caller's own asking; the same answer whatever is there"),
        for_admins("list_sent_invitations", 200),
        Entry::new("take_back_invitation", 204).at("id", "$team").at("user_id", "$stranger").not(
            "$team",
            NOT_MINE,
            404,
            "room_not_found",
        ),
        for_admins("list_asking", 200),
        about_asking("let_in").not("$asker", &["$stranger", "$absent"], 404, "user_not_found"),
        about_asking("decline_asking"),
    ]
}

/// A call of any member.
fn in_room(id: &'static str, answered: u16) -> Entry {
    Entry::new(id, answered).at("id", "$room").not("$room", NOT_MINE, 404, "room_not_found")
}

/// A call of those who lead a group: who is a member alone is told so, who is none is told nothing.
fn for_admins(id: &'static str, answered: u16) -> Entry {
    Entry::new(id, answered).at("id", "$team").not("$team", NOT_MINE, 404, "room_not_found").not(
        "$team",
        &["$bobs_team"],
        403,
        "forbidden",
    )
}

fn requests() -> Vec<Entry> {
    let about = |id: &'static str| {
        let not_mine = &["$foreign_request", "$foreign_room", "$left_room", "$absent"];
        Entry::new(id, 204).at("room_id", "$request").not("$request", not_mine, 404, "room_not_found")
    };
    vec![Entry::new("list_requests", 200).because(OWN), about("accept_request"), about("decline_request")]
}

fn timeline() -> Vec<Entry> {
    let on_message = |id: &'static str, answered: u16| {
        in_room(id, answered).at("message_id", "$message").not(
            "$message",
            &["$foreign_message", "$absent"],
            404,
            "message_not_found",
        )
    };
    let on_mine = |id: &'static str, answered: u16| {
        on_message(id, answered).not("$message", &["$bobs_message"], 403, "forbidden")
    };
    let message = json!({ "client_id": "$fresh", "text": "hello", "reply_to": "$message" });
    vec![
        Entry::new("preview_link", 204)
            .json(json!({ "url": "https://example.org/" }))
            .because("a page of the world outside is nobody's here"),
        Entry::new("search", 200).json(json!({ "q": "hello", "room_id": "$room" })).not(
            "$room",
            NOT_MINE,
            404,
            "room_not_found",
        ),
        in_room("read_timeline", 200),
        in_room("read_events", 200),
        in_room("list_threads", 200),
        in_room("list_receipts", 200),
        in_room("mark_read", 204).json(json!({ "seq": 1 })),
        in_room("send_message", 201).json(message).not("$message", &["$foreign_message", "$absent"], 422, "invalid"),
        on_message("find_message", 200),
        on_mine("edit_message", 200).json(json!({ "text": "other words" })),
        on_mine("redact_message", 204),
        on_message("star", 204),
        on_message("unstar", 204),
        on_message("hide_message", 204),
        on_message("read_thread", 204).json(json!({ "seq": 1 })),
        on_message("list_readers", 200),
        in_room("set_draft", 204).json(json!({ "text": "dear", "reply_to": "$message" })).not(
            "$message",
            &["$foreign_message", "$absent"],
            422,
            "invalid",
        ),
        Entry::new("list_stars", 200).because(OWN),
        Entry::new("list_drafts", 200).because(OWN),
        Entry::new("list_scheduled", 200).because(OWN),
        Entry::new("schedule_message", 204)
            .at("client_id", "$fresh")
            .json(json!({ "room_id": "$room", "text": "later", "reply_to": "$message", "send_at": "$soon" }))
            .not("$room", NOT_MINE, 404, "room_not_found")
            .not("$message", &["$foreign_message", "$absent"], 422, "invalid"),
        Entry::new("cancel_scheduled", 204).at("client_id", "$waiting").not(
            "$waiting",
            &["$foreign_waiting", "$absent"],
            404,
            "message_not_found",
        ),
        on_message("react", 204).at("key", "ok"),
        on_message("take_reaction_back", 204).at("key", "ok"),
        on_message("list_versions", 200),
        in_room("list_pins", 200),
        on_message("pin_message", 204),
        on_message("unpin_message", 204),
    ]
}

/// A poll of Ann's and one of Bob's.
fn polls() -> Vec<Entry> {
    let of_poll = |id: &'static str, answered: u16| {
        let entry = in_room(id, answered).at("message_id", "$poll");
        let entry = entry.not("$poll", &["$foreign_message", "$absent"], 404, "message_not_found");
        entry.not("$poll", &["$message"], 409, "not_a_poll")
    };
    vec![
        of_poll("vote", 204).json(json!({ "choices": [0] })),
        of_poll("take_vote_back", 204),
        of_poll("list_votes", 200),
        of_poll("close_poll", 204).not("$poll", &["$bobs_poll"], 403, "forbidden"),
    ]
}

fn corrections() -> Vec<Entry> {
    let of_message = |id: &'static str, answered: u16, message: &'static str| {
        in_room(id, answered).at("message_id", message).not(
            message,
            &["$foreign_message", "$absent"],
            404,
            "message_not_found",
        )
    };
    // The one stands on Ann's message, the other is hers and stands on Bob's.
    let answer = |id: &'static str| {
        let entry = of_message(id, 204, "$message").at("correction_id", "$correction");
        entry.not("$correction", &["$anns_correction", "$absent"], 404, "correction_not_found")
    };
    let proposal = json!({ "client_id": "$fresh", "text": "hello there", "kind": "style", "note": "warmer" });
    vec![
        of_message("propose_correction", 201, "$bobs_message").json(proposal).not(
            "$bobs_message",
            &["$message"],
            403,
            "forbidden",
        ),
        answer("accept_correction"),
        answer("decline_correction"),
        of_message("withdraw_correction", 204, "$bobs_message").at("correction_id", "$anns_correction").not(
            "$anns_correction",
            &["$correction", "$absent"],
            404,
            "correction_not_found",
        ),
        Entry::new("list_corrections", 200).because(OWN),
    ]
}

fn realtime() -> Vec<Entry> {
    vec![Entry::new("open_socket", 101).because("every command of a socket is authorised as its call is: sockets")]
}
