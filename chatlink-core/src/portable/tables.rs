//! What is carried from store to store, and what is not.

use super::value::{Column, Kind, Value};

/// A table, in the words that all stores have for it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns that name a row; part of `columns`, none of them ever nothing.
    pub key: &'static [&'static str],
    /// Everything that a row says.
    pub columns: &'static [Column],
    /// How many rows are read and written at once.
    pub page: usize,
}

impl Table {
    /// The values that name a row.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let at = |name: &&str| self.columns.iter().position(|column| column.name == *name);
        self.key.iter().filter_map(|name| row.get(at(name)?).cloned()).collect()
    }

    /// The columns that name a row, with what they hold.
    pub fn key_columns(&self) -> impl Iterator<Item = Column> + '_ {
        self.key.iter().filter_map(|name| self.columns.iter().find(|column| column.name == *name).copied())
    }
}

/// Of one page: enough for a write to be worth its commit, few enough for any memory.
const PAGE: usize = 1000;
/// Pictures are large.
const PAGE_OF_PICTURES: usize = 32;

const fn table(name: &'static str, key: &'static [&'static str], columns: &'static [Column]) -> Table {
    Table { name, key, columns, page: PAGE }
}

const fn pictures(table: Table) -> Table {
    Table { page: PAGE_OF_PICTURES, ..table }
}

const fn id(name: &'static str) -> Column {
    Column { name, kind: Kind::Id }
}

const fn int(name: &'static str) -> Column {
    Column { name, kind: Kind::Int }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, kind: Kind::Bytes }
}

/// Everything that is carried, in an order in which each table comes after those that its rows point at. A store that
/// has a table or a column beyond these and [`LEFT`] fails its own test: whoever adds one decides here.
pub const TABLES: &[Table] = &[
    table("secret_fingerprints", &["fingerprint"], &[bytes("fingerprint")]),
    table(
        "accounts",
        &["user_id"],
        &[
            id("user_id"),
            text("username"),
            text("username_key"),
            text("state"),
            text("external_id"),
            int("created_at"),
            int("username_changed_at"),
        ],
    ),
    table(
        "contacts",
        &["kind", "contact_key"],
        &[text("kind"), text("contact_key"), id("user_id"), text("value"), int("verified_at")],
    ),
    table("passwords", &["user_id"], &[id("user_id"), text("phc"), int("changed_at")]),
    table(
        "attempts",
        &["attempt_id"],
        &[
            id("attempt_id"),
            text("purpose"),
            text("contact_kind"),
            text("contact"),
            text("contact_key"),
            bytes("contact_trace"),
            id("user_id"),
            id("asked_by"),
            flag("live"),
            bytes("code_mac"),
            text("state"),
            int("sends"),
            int("sent_at"),
            int("checks"),
            int("checked_at"),
            int("code_expires_at"),
            int("ends_at"),
            bytes("proof_hash"),
            int("complete_by"),
        ],
    ),
    table("spendings", &["spending"], &[int("spending"), text("budget"), bytes("subject"), int("at")]),
    table("refusals", &["contact_trace"], &[bytes("contact_trace"), int("until")]),
    table("departures", &["trace"], &[bytes("trace"), int("until")]),
    table("login_failures", &["subject"], &[bytes("subject"), int("failures"), int("failed_at")]),
    table(
        "sessions",
        &["session_id"],
        &[
            id("session_id"),
            id("user_id"),
            text("grant"),
            bytes("token_hash"),
            text("device"),
            int("created_at"),
            int("last_used_at"),
            int("alive_until"),
            int("expires_at"),
        ],
    ),
    table(
        "service_tokens",
        &["token_id"],
        &[
            id("token_id"),
            text("name"),
            bytes("token_hash"),
            text("scopes"),
            id("user_id"),
            int("created_at"),
            int("last_used_at"),
            int("expires_at"),
            int("revoked_at"),
        ],
    ),
    table("ended_sessions", &["ended_seq"], &[int("ended_seq"), id("session_id"), int("ended_at")]),
    table(
        "second_factors",
        &["user_id"],
        &[id("user_id"), bytes("seed"), text("state"), int("pending_until"), int("last_step"), int("changed_at")],
    ),
    table("recovery_codes", &["user_id", "code_hash"], &[id("user_id"), bytes("code_hash")]),
    table(
        "security_log",
        &["user_id", "number"],
        &[id("user_id"), int("number"), text("kind"), int("at"), bytes("prefix"), text("device")],
    ),
    table("reserved_usernames", &["username_key"], &[text("username_key"), id("user_id"), int("until")]),
    table(
        "passkeys",
        &["passkey_id"],
        &[
            id("passkey_id"),
            id("user_id"),
            bytes("credential_id"),
            bytes("credential"),
            int("counter"),
            text("name"),
            int("created_at"),
            int("last_used_at"),
        ],
    ),
    table(
        "passkey_ceremonies",
        &["ceremony_id"],
        &[id("ceremony_id"), text("purpose"), id("user_id"), bytes("prefix"), bytes("state"), int("ends_at")],
    ),
    table("texts", &["text_no"], &[int("text_no"), text("route"), id("attempt_id"), int("sent_at"), text("outcome")]),
    table("text_breakers", &["route"], &[text("route"), int("closings"), int("closed_until")]),
    table("host_words", &["user_id"], &[id("user_id"), text("display_name"), text("age_band"), text("locale")]),
    table(
        "profiles",
        &["user_id"],
        &[
            id("user_id"),
            text("display_name"),
            text("birth_date"),
            text("age_told"),
            int("cohort"),
            int("of_age_at"),
            text("country"),
            text("time_zone"),
            text("native"),
            text("learning"),
            text("interests"),
            text("about"),
            text("status"),
            bytes("avatar"),
            int("active_at"),
            int("created_at"),
        ],
    ),
    pictures(table("avatars", &["user_id"], &[id("user_id"), bytes("version"), bytes("small"), bytes("large")])),
    table(
        "match_keys",
        &["speaks", "learns", "cohort", "active_day", "lot", "user_id"],
        &[
            text("speaks"),
            text("learns"),
            int("cohort"),
            int("active_day"),
            int("lot"),
            id("user_id"),
            int("level"),
            text("country"),
            int("created_at"),
        ],
    ),
    table(
        "user_settings",
        &["user_id"],
        &[
            id("user_id"),
            text("locale"),
            text("theme"),
            flag("typing"),
            flag("read_receipts"),
            flag("online"),
            flag("last_seen"),
            text("find_me"),
            text("write_first"),
            text("notify"),
            int("quiet_from"),
            int("quiet_to"),
            text("quiet_zone"),
        ],
    ),
    table("blocks", &["blocker", "blocked"], &[id("blocker"), id("blocked"), int("blocked_at")]),
    table("contact_list", &["owner", "user_id"], &[id("owner"), id("user_id"), text("note"), int("kept_at")]),
    table(
        "reports",
        &["report_id"],
        &[
            id("report_id"),
            id("reporter"),
            id("user_id"),
            text("reason"),
            text("note"),
            id("room_id"),
            text("event_ids"),
            int("created_at"),
            text("words"),
        ],
    ),
    table(
        "rooms",
        &["room_id"],
        &[
            id("room_id"),
            text("kind"),
            text("title"),
            text("topic"),
            text("history"),
            text("posting"),
            text("visibility"),
            text("join_rule"),
            text("language"),
            text("level"),
            int("expires_in"),
            int("authz_version"),
            int("head_seq"),
            int("last_at"),
            int("receipts_rev"),
            int("member_count"),
            int("updated_at"),
            id("pending_opener"),
            int("pending_sent"),
            flag("declined"),
            id("asked_user"),
            int("asked_at"),
            bytes("avatar"),
        ],
    ),
    pictures(table("room_avatars", &["room_id"], &[id("room_id"), bytes("version"), bytes("small"), bytes("large")])),
    table("standings", &["user_id"], &[id("user_id"), text("traits"), text("standing"), int("asked")]),
    table("direct_rooms", &["low", "high"], &[id("low"), id("high"), id("room_id")]),
    table("group_keys", &["creator", "client_id"], &[id("creator"), id("client_id"), bytes("request"), id("room_id")]),
    table(
        "members",
        &["room_id", "user_id"],
        &[
            id("room_id"),
            id("user_id"),
            text("role"),
            int("from_seq"),
            int("join_seq"),
            int("joined_at"),
            int("delivered_seq"),
            int("read_seq"),
            flag("archived"),
            flag("pinned"),
            int("muted_until"),
            flag("marked_unread"),
            text("notify"),
        ],
    ),
    table("mutes", &["room_id", "user_id"], &[id("room_id"), id("user_id"), int("muted_until")]),
    table("bans", &["room_id", "user_id"], &[id("room_id"), id("user_id"), id("banned_by"), int("banned_at")]),
    table(
        "invites",
        &["invite_id"],
        &[
            id("invite_id"),
            bytes("token_hash"),
            id("room_id"),
            id("created_by"),
            int("created_at"),
            int("max_uses"),
            int("uses"),
            int("expires_at"),
        ],
    ),
    table(
        "asking",
        &["room_id", "user_id"],
        &[id("room_id"), id("user_id"), int("asked_at"), int("declined_at"), flag("taken_back")],
    ),
    table(
        "invitations",
        &["room_id", "user_id"],
        &[id("room_id"), id("user_id"), id("invited_by"), int("invited_at"), int("declined_at")],
    ),
    table(
        "sent_invitations",
        &["room_id", "user_id", "invited_by"],
        &[id("room_id"), id("user_id"), id("invited_by"), int("invited_at")],
    ),
    table(
        "events",
        &["room_id", "seq"],
        &[
            id("room_id"),
            int("seq"),
            text("kind"),
            id("id"),
            id("sender_id"),
            int("at"),
            id("client_id"),
            bytes("request"),
            int("target_seq"),
            text("text"),
            text("body"),
            int("expires_at"),
            int("version"),
            int("edit_seq"),
            id("thread"),
        ],
    ),
    table(
        "reactions",
        &["room_id", "message_seq", "user_id"],
        &[id("room_id"), int("message_seq"), id("user_id"), text("key")],
    ),
    table(
        "corrections",
        &["room_id", "message_seq", "seq"],
        &[
            id("room_id"),
            int("message_seq"),
            int("seq"),
            id("id"),
            id("sender_id"),
            id("author_id"),
            int("at"),
            text("state"),
        ],
    ),
    table("pins", &["room_id", "message_seq"], &[id("room_id"), int("message_seq"), int("seq")]),
    table(
        "polls",
        &["room_id", "message_seq"],
        &[id("room_id"), int("message_seq"), int("options"), flag("multiple"), int("closes_at"), flag("closed")],
    ),
    table(
        "votes",
        &["room_id", "message_seq", "user_id"],
        &[id("room_id"), int("message_seq"), id("user_id"), int("choices")],
    ),
    table("mentions", &["room_id", "user_id", "seq"], &[id("room_id"), id("user_id"), int("seq")]),
    table(
        "stars",
        &["user_id", "room_id", "seq"],
        &[id("user_id"), id("room_id"), int("seq"), id("message_id"), int("starred_at")],
    ),
    table("hides", &["user_id", "room_id", "seq"], &[id("user_id"), id("room_id"), int("seq")]),
    table(
        "thread_marks",
        &["user_id", "room_id", "root"],
        &[id("user_id"), id("room_id"), id("root"), int("read_seq")],
    ),
    table(
        "scheduled",
        &["user_id", "client_id"],
        &[
            id("user_id"),
            id("client_id"),
            id("room_id"),
            text("body"),
            int("send_at"),
            int("claimed_at"),
            int("not_before"),
            text("failed"),
        ],
    ),
    table(
        "chatlink_inbox",
        &["number"],
        &[
            int("number"),
            id("client_id"),
            id("room_id"),
            id("sender_id"),
            text("body"),
            int("claimed_at"),
            text("rejected"),
            int("rejected_at"),
        ],
    ),
    table(
        "webhooks",
        &["webhook_id"],
        &[
            id("webhook_id"),
            text("name"),
            text("url"),
            bytes("secret"),
            bytes("former_secret"),
            int("former_until"),
            int("created_at"),
            text("state"),
            int("failing_since"),
            int("attempts"),
            int("due_at"),
            text("last_error"),
        ],
    ),
    table(
        "webhook_rooms",
        &["webhook_id", "room_id"],
        &[id("webhook_id"), id("room_id"), int("sent_seq"), int("until_seq")],
    ),
    table("webhook_due", &["webhook_id", "room_id"], &[id("webhook_id"), id("room_id")]),
    table("user_log_heads", &["user_id"], &[id("user_id"), int("user_seq")]),
    table(
        "user_log",
        &["user_id", "kind", "subject"],
        &[id("user_id"), text("kind"), text("subject"), int("user_seq"), text("body")],
    ),
    table(
        "jobs",
        &["job_id"],
        &[
            id("job_id"),
            text("kind"),
            text("key"),
            text("payload"),
            text("state"),
            int("due_at"),
            int("attempts"),
            id("token"),
            text("last_error"),
            text("progress"),
            int("changed_at"),
        ],
    ),
];

/// What stays behind, and why.
pub const LEFT: &[(&str, &str)] = &[
    ("installation", "made anew at the end of an arrival, with the same id and an epoch of its own"),
    ("store_clock", "set at the end of an arrival"),
    ("arrival", "how far an arrival came"),
    ("search_blocks", "made anew of the texts, beside the requests"),
    ("search_swaths", "made anew of the texts, beside the requests"),
    ("search_due", "all blocks, at the end of an arrival"),
    ("search_todo", "of the version before"),
    ("public_rooms", "follows from the rooms"),
    ("migrations", "of the schema"),
    ("_sqlx_migrations", "of the schema"),
    ("sqlite_sequence", "follows from the numbers that are carried"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_key_is_part_of_its_row_and_a_name_stands_once() {
        let mut names = BTreeSet::new();
        for table in TABLES {
            assert!(names.insert(table.name), "{} twice", table.name);
            assert!(!table.key.is_empty() && table.key_columns().count() == table.key.len(), "{}", table.name);
            let columns: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
        }
        assert!(LEFT.iter().all(|(left, reason)| !names.contains(left) && !reason.is_empty()));
    }

    #[test]
    fn a_row_is_named_in_the_order_of_the_key() {
        const T: Table = table("t", &["b", "a"], &[int("a"), text("x"), int("b")]);
        let row = [Value::Int(1), Value::Null, Value::Int(2)];
        assert_eq!(T.key_of(&row), [Value::Int(2), Value::Int(1)]);
    }
}
