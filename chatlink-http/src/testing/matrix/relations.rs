//! Every operation on a room, by everybody who may stand to it in another way: no cell of the table is empty.
//! An operation of a room that the table does not name turns it red.

use super::{
    super::{Person, World},
    Answer,
    operation::Operation,
};
use axum::{
    body::Body,
    http::{Method, header::CONTENT_TYPE},
};
use chatlink_core::{clock::Clock as _, clock::SystemClock, rooms::Role, settings::TalkLimits};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};
use tower::ServiceExt as _;

/// How Ann, who calls, stands to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Never was in it.
    Stranger,
    /// Was in it.
    Left,
    /// Is kept out of it.
    Banned,
    /// The other of a direct room blocks her.
    Blocked,
    /// Somebody wrote to her, and she did not answer yet.
    Requested,
    /// The same, and then he blocked her.
    BlockedRequest,
    /// She wrote to somebody who did not answer yet.
    Asking,
    Member,
    /// A member of a group in which admins alone write.
    Listener,
    /// A member whom a moderator muted.
    Muted,
    Moderator,
    Admin,
    Owner,
}
use Relation::{
    Admin, Asking, Banned, Blocked, BlockedRequest, Left, Listener, Member, Moderator, Muted, Owner, Requested,
    Stranger,
};

pub(super) const RELATIONS: [Relation; 13] = [
    Stranger,
    Left,
    Banned,
    Blocked,
    Requested,
    BlockedRequest,
    Asking,
    Member,
    Listener,
    Muted,
    Moderator,
    Admin,
    Owner,
];

impl Relation {
    /// The role that she has beyond a member's.
    const fn role(self) -> Option<Role> {
        match self {
            Moderator => Some(Role::Moderator),
            Admin => Some(Role::Admin),
            Owner => Some(Role::Owner),
            _ => None,
        }
    }
}

/// What an operation does to a room, as far as rights go.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Looks at it, or keeps something of one's own about it.
    Look,
    /// Says something.
    Say,
    /// Says something to a message.
    React,
    /// Changes one's own message; in a request to her there is none of hers.
    Edit,
    /// Closes one's own poll, which says no word; in a request to her it is another's.
    Close,
    /// Takes one's own message back.
    TakeBack,
    /// Corrects a message, which nobody does to one's own; in a request it is another's.
    Correct,
    /// Answers or withdraws a correction where none stands. Where one does: hub::corrections.
    Corrected,
    /// Looks at what is not there: none of these rooms has a picture. Where one has: testing/room_pictures.
    Unseen,
    /// Pins: both of two, and who leads a group.
    Pin,
    /// Leads it: the lowest role that does so. What is done to a member is done to one of a lower role.
    Lead(Role),
    /// Leaves it.
    Leave,
    /// Accepts a request; where none waits there is nothing to do, and of somebody whom one may not meet there is none.
    Accept,
    /// Declines a request; where none waits there is nothing to do.
    Decline,
    /// Reports somebody with a message of it, which one must be able to read.
    Report,
    /// Passes a message of it on to a room of one's own; one that one cannot read is like one that is not there.
    PassOn,
    /// Is about what the caller asked for himself, and tells nothing of the room.
    Own,
}

/// An operation: its kind, its status where it is let through, its body.
struct Row(&'static str, Kind, u16, Value);

fn rows() -> Vec<Row> {
    let message = json!({ "client_id": "$fresh", "text": "hello" });
    vec![
        Row("find_room", Kind::Look, 200, Value::Null),
        Row("set_prefs", Kind::Look, 200, json!({ "pinned": true })),
        Row("list_members", Kind::Look, 200, Value::Null),
        Row("read_timeline", Kind::Look, 200, Value::Null),
        Row("read_events", Kind::Look, 200, Value::Null),
        Row("list_receipts", Kind::Look, 200, Value::Null),
        Row("mark_read", Kind::Look, 204, json!({ "seq": 1 })),
        Row("find_message", Kind::Look, 200, Value::Null),
        Row("list_threads", Kind::Look, 200, Value::Null),
        Row("read_thread", Kind::Look, 204, json!({ "seq": 1 })),
        Row("list_readers", Kind::Look, 200, Value::Null),
        Row("star", Kind::Look, 204, Value::Null),
        Row("unstar", Kind::Look, 204, Value::Null),
        Row("hide_message", Kind::Look, 204, Value::Null),
        Row("list_pins", Kind::Look, 200, Value::Null),
        Row("list_versions", Kind::Look, 200, Value::Null),
        Row("pin_message", Kind::Pin, 204, Value::Null),
        Row("unpin_message", Kind::Pin, 204, Value::Null),
        Row("set_draft", Kind::Look, 204, json!({ "text": "dear" })),
        Row("send_message", Kind::Say, 201, message),
        Row("react", Kind::React, 204, Value::Null),
        Row("take_reaction_back", Kind::React, 204, Value::Null),
        Row("vote", Kind::React, 204, json!({ "choices": [0] })),
        Row("take_vote_back", Kind::React, 204, Value::Null),
        Row("list_votes", Kind::Look, 200, Value::Null),
        Row("close_poll", Kind::Close, 204, Value::Null),
        Row("propose_correction", Kind::Correct, 201, json!({ "client_id": "$fresh", "text": "hello!" })),
        Row("accept_correction", Kind::Corrected, 204, Value::Null),
        Row("decline_correction", Kind::Corrected, 204, Value::Null),
        Row("withdraw_correction", Kind::Corrected, 204, Value::Null),
        Row("edit_message", Kind::Edit, 200, json!({ "text": "other words" })),
        Row("redact_message", Kind::TakeBack, 204, Value::Null),
        Row("change_room", Kind::Lead(Role::Admin), 200, json!({ "topic": "Verbs" })),
        // By those who may, a picture.
        Row("set_room_avatar", Kind::Lead(Role::Admin), 200, Value::Null),
        Row("clear_room_avatar", Kind::Lead(Role::Admin), 200, Value::Null),
        Row("read_room_avatar", Kind::Unseen, 200, Value::Null),
        Row("add_members", Kind::Lead(Role::Admin), 200, json!({ "user_ids": ["$other"] })),
        Row("remove_member", Kind::Lead(Role::Admin), 204, Value::Null),
        Row("set_role", Kind::Lead(Role::Admin), 204, json!({ "role": "moderator" })),
        Row("hand_over", Kind::Lead(Role::Owner), 200, json!({ "user_id": "$other" })),
        Row("mute_member", Kind::Lead(Role::Moderator), 204, json!({ "muted_until": "$soon" })),
        Row("unmute_member", Kind::Lead(Role::Moderator), 204, Value::Null),
        Row("list_bans", Kind::Lead(Role::Admin), 200, Value::Null),
        Row("ban", Kind::Lead(Role::Admin), 204, Value::Null),
        Row("unban", Kind::Lead(Role::Admin), 204, Value::Null),
        Row("list_invites", Kind::Lead(Role::Admin), 200, Value::Null),
        Row("create_invite", Kind::Lead(Role::Admin), 201, json!({})),
        Row("revoke_invite", Kind::Lead(Role::Admin), 204, Value::Null),
        Row("list_asking", Kind::Lead(Role::Admin), 200, Value::Null),
        Row("let_in", Kind::Lead(Role::Admin), 204, Value::Null),
        Row("decline_asking", Kind::Lead(Role::Admin), 204, Value::Null),
        // None of these rooms is public; who is in one stays in it. Public ones: hub::ways_in.
        Row("join_room", Kind::Look, 200, Value::Null),
        Row("take_back_asking", Kind::Own, 204, Value::Null),
        Row("list_sent_invitations", Kind::Lead(Role::Admin), 200, Value::Null),
        Row("take_back_invitation", Kind::Look, 204, Value::Null),
        Row("leave_room", Kind::Leave, 204, Value::Null),
        Row("accept_request", Kind::Accept, 204, Value::Null),
        Row("decline_request", Kind::Decline, 204, Value::Null),
    ]
}

impl Kind {
    /// How the call is refused; `None`: it is let through.
    pub(super) const fn refusal(self, relation: Relation) -> Option<(u16, &'static str)> {
        const FORBIDDEN: Option<(u16, &str)> = Some((403, "forbidden"));
        const SEVERED: Option<(u16, &str)> = Some((403, "recipient_unavailable"));
        match (relation, self) {
            (_, Self::Own) => None,
            (Stranger | Left | Banned, Self::Report) => Some((422, "invalid")),
            (Stranger | Left | Banned, Self::PassOn) => Some((404, "message_not_found")),
            (Stranger | Left | Banned, _) => Some((404, "room_not_found")),
            (BlockedRequest, Self::Accept) => Some((404, "room_not_found")),
            (_, Self::Unseen) => Some((404, "not_found")),
            (_, Self::Corrected) => Some((404, "correction_not_found")),
            (Blocked | Asking | Member | Muted | Moderator | Admin | Owner, Self::Correct) => FORBIDDEN,
            (Blocked, Self::Close) | (BlockedRequest, Self::Correct) => SEVERED,
            (Blocked | BlockedRequest, Self::Say | Self::React | Self::Edit | Self::Pin) => SEVERED,
            (Asking, Self::React | Self::Edit | Self::Pin) => Some((403, "request_pending")),
            (Muted, Self::Say | Self::React | Self::Edit | Self::Close) => Some((403, "muted")),
            (Listener, Self::Say | Self::Edit | Self::Correct | Self::Pin) => FORBIDDEN,
            (Requested, Self::Edit) | (Member | Muted, Self::Pin) => FORBIDDEN,
            (Requested | BlockedRequest, Self::Close | Self::TakeBack) => FORBIDDEN,
            (Blocked | Requested | BlockedRequest | Asking, Self::Leave) => FORBIDDEN,
            (_, Self::Lead(least)) => match relation.role() {
                Some(role) if role as u8 >= least as u8 => None,
                _ => FORBIDDEN,
            },
            _ => None,
        }
    }
}

/// A room in which Ann stands so.
pub(super) struct Place {
    pub(super) room: String,
    /// Her own message, or where there is none another's.
    pub(super) message: String,
    /// The same, of a poll.
    pub(super) poll: String,
    /// Somebody else in it.
    other: String,
}

pub(super) struct Stage {
    pub(super) world: World,
    pub(super) ann: Person,
    bob: Person,
    cal: Person,
    /// A room of Ann's alone.
    pub(super) own: String,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let options = crate::Options::default();
        let world = World::under(options, TalkLimits { enforced: false, ..TalkLimits::default() }).await;
        let (ann, bob, cal) = (world.person("ann").await, world.person("bob").await, world.person("cal").await);
        for friend in [&ann, &cal] {
            world.befriend(&bob, friend).await;
        }
        let alone =
            json!({ "kind": "group", "client_id": world.chat.fresh_client_id(), "title": "Mine", "members": [] });
        let own = open(&world, &ann, alone).await;
        Self { world, ann, bob, cal, own }
    }

    /// A fresh room for the relation.
    pub(super) async fn place(&self, relation: Relation) -> Place {
        let (world, ann, bob) = (&self.world, &self.ann, &self.bob);
        let other = if matches!(relation, Blocked | Requested | BlockedRequest | Asking) {
            // One room a pair: each of these asks for somebody new.
            self.newcomer().await
        } else {
            // Whoever leads does it to a plain member.
            let other = if relation.role().is_some() { &self.cal } else { bob };
            Person { id: other.id, bearer: other.bearer.clone(), cookie: String::new(), csrf: String::new() }
        };
        let room = match relation {
            Blocked => {
                let room = open(world, ann, json!({ "kind": "direct", "user_id": other.id })).await;
                world.post(&other, &format!("/requests/{room}/accept"), Value::Null).await.good(204);
                room
            }
            Asking => open(world, ann, json!({ "kind": "direct", "user_id": other.id })).await,
            Requested | BlockedRequest => open(world, &other, json!({ "kind": "direct", "user_id": ann.id })).await,
            Stranger => self.group(&[]).await,
            Moderator | Admin | Owner => self.group(&[ann, &self.cal]).await,
            _ => self.group(&[ann]).await,
        };
        let author = if matches!(relation, Stranger | Requested | BlockedRequest) { &other } else { ann };
        let say = async |poll: Value| {
            let said = json!({ "client_id": world.chat.fresh_client_id(), "text": "hello", "poll": poll });
            let message = world.post(author, &format!("/rooms/{room}/messages"), said).await.good(201);
            message["id"].as_str().unwrap().to_owned()
        };
        let (message, poll) = (say(Value::Null).await, say(json!({ "options": ["yes", "no"] })).await);
        let place = Place { room, message, poll, other: other.id.to_string() };
        self.take(relation, &place, &other).await;
        place
    }

    /// Brings Ann from being in the room to where she stands.
    async fn take(&self, relation: Relation, place: &Place, other: &Person) {
        let (world, room) = (&self.world, format!("/rooms/{}", place.room));
        let (ban, mute) = (format!("{room}/bans/{}", self.ann.id), format!("{room}/mutes/{}", self.ann.id));
        match relation {
            Left => world.post(&self.ann, &format!("{room}/leave"), Value::Null).await.good(204),
            Banned => world.call(&self.bob, Method::PUT, &ban, Value::Null).await.good(204),
            Muted => world.call(&self.bob, Method::PUT, &mute, json!({ "muted_until": soon() })).await.good(204),
            Blocked | BlockedRequest => {
                let block = format!("/blocks/{}", self.ann.id);
                world.call(other, Method::PUT, &block, Value::Null).await.good(204)
            }
            Listener => world.call(&self.bob, Method::PATCH, &room, json!({ "posting": "admins" })).await.good(200),
            Moderator | Admin => {
                let role = format!("{room}/members/{}", self.ann.id);
                let to = if relation == Admin { "admin" } else { "moderator" };
                world.call(&self.bob, Method::PATCH, &role, json!({ "role": to })).await.good(204)
            }
            Owner => world.post(&self.bob, &format!("{room}/owner"), json!({ "user_id": self.ann.id })).await.good(200),
            Stranger | Requested | Asking | Member => Value::Null,
        };
    }

    async fn newcomer(&self) -> Person {
        // A name that nobody has yet, of the letters that names are made of.
        let fresh = self.world.chat.fresh_client_id().to_string().replace('-', "");
        self.world.person(&format!("n{}", &fresh[12..])).await
    }

    async fn group(&self, members: &[&Person]) -> String {
        let members: Vec<_> = members.iter().map(|person| person.id).collect();
        let name = self.world.chat.fresh_client_id();
        let body = json!({ "kind": "group", "client_id": name, "title": "Trio", "members": members });
        open(&self.world, &self.bob, body).await
    }

    pub(super) async fn call(&self, operation: &Operation, body: &Value, place: &Place) -> Answer {
        let fresh = self.world.chat.fresh_client_id().to_string();
        let fill = |text: &str| {
            let text = text.replace("$other", &place.other).replace("$soon", &soon());
            text.replace("$room", &place.room).replace("$message", &place.message).replace("$fresh", &fresh)
        };
        // What is passed on goes to a room of one's own.
        let room = if body.get("forward").is_some() { &self.own } else { &place.room };
        let path = operation.path.replace("{id}", room).replace("{room_id}", room).replace("{client_id}", &fresh);
        let of_polls = ["vote", "take_vote_back", "list_votes", "close_poll"];
        let message = if of_polls.contains(&operation.id.as_str()) { &place.poll } else { &place.message };
        let path = path.replace("{message_id}", message).replace("{user_id}", &place.other);
        let path =
            path.replace("{key}", "ok").replace("{correction_id}", &place.room).replace("{invite_id}", &place.room);
        let path = path.replace("{version}", &"0".repeat(32));
        assert!(!path.contains('{'), "{} has a place that is not filled: {path}", operation.id);
        let request = axum::http::Request::builder().method(operation.method.clone()).uri(path);
        let request = request.header(axum::http::header::AUTHORIZATION, format!("Bearer {}", self.ann.bearer));
        let body = if body.is_null() { Value::Null } else { serde_json::from_str(&fill(&body.to_string())).unwrap() };
        let request = match operation.id.as_str() {
            "set_room_avatar" => request.header(CONTENT_TYPE, "image/png").body(Body::from("picture")).unwrap(),
            _ => super::super::with_json(request, body),
        };
        let (head, body) = self.world.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }
}

async fn open(world: &World, person: &Person, body: Value) -> String {
    world.post(person, "/rooms", body).await.good(201)["id"].as_str().unwrap().to_owned()
}

pub(super) fn soon() -> String {
    SystemClock.now().plus(Duration::from_secs(3600)).to_string()
}

/// The operations of one room, each with its row.
fn table() -> Vec<(Operation, Row)> {
    let is_of_a_room =
        |operation: &Operation| operation.path.contains("/rooms/{id}") || operation.path.contains("{room_id}");
    let operations: Vec<Operation> = Operation::all().into_iter().filter(is_of_a_room).collect();
    let mut rows = rows();
    let known: BTreeSet<_> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let named: BTreeSet<_> = rows.iter().map(|row| row.0).collect();
    assert_eq!(known, named, "the operations of a room, and the rows of the table");
    let row_of = |operation: Operation| {
        let at = rows.iter().position(|row| row.0 == operation.id).unwrap();
        (operation, rows.swap_remove(at))
    };
    operations.into_iter().map(row_of).collect()
}

#[tokio::test]
async fn every_operation_of_a_room_is_answered_by_how_one_stands_to_it() {
    let stage = Stage::set().await;
    let mut wrong = Vec::new();
    for (operation, Row(id, kind, status, body)) in &table() {
        for relation in RELATIONS {
            let place = stage.place(relation).await;
            let answer = stage.call(operation, body, &place).await;
            let expected = kind.refusal(relation).unwrap_or((*status, ""));
            if answer.told() != expected {
                let (status, body) = (answer.status, &answer.body);
                wrong.push(format!("{id} {relation:?}: wanted {expected:?}, got {status} {body}"));
            }
            if expected.1 == "muted" && answer.body["retry_after"].as_u64().is_none_or(|wait| wait > 3600) {
                wrong.push(format!("{id} {relation:?}: does not say for how long: {}", answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
