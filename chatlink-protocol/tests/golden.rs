//! Golden files of every frame of version 1, kept for ever: what was a frame once must decode, and
//! encode to the same again, in every later version.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

mod shared;

use chatlink_protocol::{
    AskedPoll, ClientId, Correction, CorrectionKind, CorrectionState, CorrectionWords, ErrorCode, EventBody, EventId,
    FieldError, Item, MembershipChange, Poll, Problem, ReactionCount, RoomId, Seq, Tally, Thread, UserSeq,
    event::{Membership, Message, PollClosed, RoomChange},
    frame::{
        Ack, ClientFrame, Command, ForwardOf, Head, Hello, Limits, Presence, Push, Receipt, Reply, ReplyResult,
        ServerFrame, UserEvent,
    },
    room::{Avatar, Pending, Person, Room, RoomPage},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    at, correction, decision, edit, event, id, improved, matches_file, message, pin, reaction, redaction, user, vote,
};
use std::{collections::BTreeMap, path::Path};

fn room() -> RoomId {
    id(0x100, RoomId::from_uuid)
}

fn target() -> EventId {
    shared::event_id(1)
}

fn client_id() -> ClientId {
    id(0xc01, ClientId::from_uuid)
}

/// The frames of each kind a client sends: with an id and without, all optional members in one.
fn commands() -> Vec<Command> {
    let (room_id, message_id, text) = (room(), target(), "hello".to_owned());
    vec![
        Command::Auth { token: "a.b.c".into() },
        send(Some("hello")),
        Command::Send {
            room_id,
            client_id: client_id(),
            text: Some("¡hola! \"\\\n👋".into()),
            reply_to: Some(message_id),
            expires_in: Some(3_600),
            forward: None,
            mentions: Vec::new(),
            mentions_all: false,
            poll: None,
            thread: None,
        },
        Command::Edit { room_id, message_id, text },
        Command::Redact { room_id, message_id },
        Command::React { room_id, message_id, key: Some("👍".into()) },
        Command::React { room_id, message_id, key: None },
        Command::Delivered { room_id, seq: Seq(7) },
        Command::Read { room_id, seq: Seq(9_007_199_254_740_991) },
        Command::Typing { room_id },
        Command::Watch { user_ids: vec![user(1), user(2)] },
        Command::Resume { epoch: "e1".into(), user_seq: UserSeq(4), rooms: BTreeMap::from([(room_id, Seq(7))]) },
        Command::Ping,
        Command::Unreact { room_id, message_id, key: "👍".into() },
        Command::Correct {
            room_id,
            message_id,
            client_id: client_id(),
            text: "hello".into(),
            note: None,
            kind: None,
            version: None,
        },
        Command::Correct {
            room_id,
            message_id,
            client_id: client_id(),
            text: "hello".into(),
            note: Some("two l".into()),
            kind: Some("spelling".into()),
            version: Some(2),
        },
        Command::AcceptCorrection { room_id, message_id, correction_id: shared::event_id(2) },
        Command::DeclineCorrection { room_id, message_id, correction_id: shared::event_id(2) },
        Command::WithdrawCorrection { room_id, message_id, correction_id: shared::event_id(2) },
        Command::Pin { room_id, message_id },
        Command::Unpin { room_id, message_id },
        Command::Send {
            room_id,
            client_id: client_id(),
            text: None,
            reply_to: None,
            expires_in: None,
            forward: Some(ForwardOf { room_id, message_id }),
            mentions: vec![user(2), user(3)],
            mentions_all: true,
            poll: None,
            thread: None,
        },
        Command::Send {
            room_id,
            client_id: client_id(),
            text: Some("Tea?".into()),
            reply_to: None,
            expires_in: None,
            forward: None,
            mentions: Vec::new(),
            mentions_all: false,
            poll: Some(AskedPoll { options: vec!["yes".into(), "no".into()], multiple: true, closes_in: Some(3_600) }),
            thread: None,
        },
        Command::Vote { room_id, message_id, choices: vec![0, 2] },
        Command::Vote { room_id, message_id, choices: Vec::new() },
        Command::ClosePoll { room_id, message_id },
        Command::Send {
            room_id,
            client_id: client_id(),
            text: Some("beneath it".into()),
            reply_to: None,
            expires_in: None,
            forward: None,
            mentions: Vec::new(),
            mentions_all: false,
            poll: None,
            thread: Some(message_id),
        },
        Command::ReadThread { room_id, message_id, seq: Seq(7) },
        Command::WatchRoom { room_id: Some(room_id) },
        Command::WatchRoom { room_id: None },
    ]
}

fn send(text: Option<&str>) -> Command {
    Command::Send {
        room_id: room(),
        client_id: client_id(),
        text: text.map(str::to_owned),
        reply_to: None,
        expires_in: None,
        forward: None,
        mentions: Vec::new(),
        mentions_all: false,
        poll: None,
        thread: None,
    }
}

fn events() -> Vec<Push> {
    let whole = Message {
        text: Some("hello".into()),
        reply_to: Some(shared::event_id(9)),
        expires_at: Some(at(60)),
        ..Message::default()
    };
    let named = Message {
        text: Some("hello, both".into()),
        forwarded: true,
        mentions: vec![user(2), user(3)],
        mentions_all: true,
        ..Message::default()
    };
    let bodies = vec![
        message(Some("hello")),
        EventBody::Message(whole),
        message(None),
        edit(1, 2, Some("hello!")),
        edit(1, 2, None),
        redaction(1),
        reaction(1, Some("👍"), None),
        reaction(1, None, Some("👍")),
        EventBody::Membership(Membership::plain(user(3), MembershipChange::Added)),
        EventBody::Membership(Membership::plain(user(3), MembershipChange::Removed)),
        EventBody::Membership(Membership::plain(user(3), MembershipChange::Left)),
        EventBody::Room(Box::new(RoomChange { title: Some("Evening class".into()), ..RoomChange::default() })),
        EventBody::Unknown { kind: "poll".into(), body: serde_json::json!({ "question": "Tea?", "n": 1.5 }) },
        correction(1, 1, Some(improved("helo", "hello"))),
        correction(
            1,
            2,
            Some(CorrectionWords {
                kind: Some(CorrectionKind::WordChoice),
                note: Some("among friends".into()),
                ..improved("good day", "hello")
            }),
        ),
        correction(1, 1, None),
        decision(1, 2, CorrectionState::Accepted),
        decision(1, 2, CorrectionState::Declined),
        decision(1, 2, CorrectionState::Withdrawn),
        EventBody::Message(Message { hidden: true, ..Message::default() }),
    ];
    let bodies = bodies.into_iter().chain(governance()).chain([pin(1, true), pin(1, false)]).chain(doors());
    let beneath = EventBody::Message(Message { thread: Some(target()), ..Message::default() });
    let mut unreadable = event(1, 1, edit(1, 2, Some("hello!")));
    unreadable.hide();
    let bodies = bodies.chain([EventBody::Message(named)]).chain(polls()).chain([beneath, unreadable.body]);
    let seqs = 1_u64..;
    bodies.zip(seqs).map(|(body, seq)| Push::Event { event: event(seq, 1, body) }).collect()
}

/// A poll with all that it may say, one without, and what becomes of them.
fn polls() -> [EventBody; 5] {
    let whole = Poll { closes_at: Some(at(60)), multiple: true, ..shared::poll(2) };
    let asks = |poll: Poll| Message { text: Some("Tea?".into()), poll: Some(poll.into()), ..Message::default() };
    [
        EventBody::Message(asks(whole)),
        EventBody::Message(asks(shared::poll(3))),
        vote(1, &[0, 1], &[]),
        vote(1, &[], &[0, 1]),
        EventBody::PollClosed(PollClosed { target: target() }),
    ]
}

/// What those who lead a room do.
fn governance() -> Vec<EventBody> {
    let plain = |change| Membership::plain(user(3), change);
    let role = Membership { role: Some("moderator".into()), ..plain(MembershipChange::RoleChanged) };
    let muted = Membership { until: Some(at(60)), ..plain(MembershipChange::Muted) };
    let announcements =
        RoomChange { topic: Some("Verbs".into()), posting: Some("admins".into()), ..RoomChange::default() };
    let plain =
        [MembershipChange::HandedOver, MembershipChange::Unmuted, MembershipChange::Banned, MembershipChange::Unbanned]
            .map(plain);
    let told = [role, muted].into_iter().chain(plain).map(EventBody::Membership);
    told.chain([EventBody::Room(announcements.into())]).collect()
}

/// Coming in by oneself, and what opens the doors.
fn doors() -> [EventBody; 4] {
    let public = RoomChange {
        visibility: Some("public".into()),
        join: Some("request".into()),
        language: Some("es".into()),
        level: Some("B1".into()),
        ..RoomChange::default()
    };
    let timer = RoomChange { expires_in: Some(86_400), ..RoomChange::default() };
    let joined = EventBody::Membership(Membership::plain(user(3), MembershipChange::Joined));
    let picture = RoomChange { avatar: Some("6f1e".repeat(8)), ..RoomChange::default() };
    [joined, EventBody::Room(public.into()), EventBody::Room(timer.into()), EventBody::Room(picture.into())]
}

/// The first page of somebody's rooms: a request that he made, and a group.
fn first_rooms() -> RoomPage {
    let avatar = Avatar { version: "6f1e".into(), small: "/v1/small".into(), large: "/v1/large".into() };
    let (username, display_name) = ("berta".into(), "Berta".into());
    let direct = Room {
        id: room(),
        kind: "direct".into(),
        title: String::new(),
        topic: String::new(),
        posting: "everyone".into(),
        visibility: "private".into(),
        join: "open".into(),
        language: None,
        level: None,
        expires_in: None,
        avatar: None,
        peer: Some(Person::Known { id: user(2), username, display_name, avatar: Some(avatar.clone()) }),
        role: "member".into(),
        member_muted_until: None,
        member_count: 2,
        last_item: None,
        head_seq: Seq(7),
        read_seq: Seq(6),
        unread: 1,
        unread_mentions: 0,
        unread_threads: 0,
        pending: Some(Pending { by_me: true, messages_left: 2 }),
        archived: false,
        pinned: false,
        muted_until: None,
        marked_unread: false,
        notify: None,
        updated_at: at(0),
    };
    let group = Room {
        kind: "group".into(),
        title: "Evening class".into(),
        language: Some("es".into()),
        level: Some("B1".into()),
        expires_in: Some(86_400),
        avatar: Some(avatar.clone()),
        peer: None,
        pending: None,
        member_muted_until: Some(at(1)),
        muted_until: Some(at(1)),
        notify: Some("mentions".into()),
        ..direct.clone()
    };
    let gone = Room { peer: Some(Person::Deleted { id: user(3), deleted: true }), pending: None, ..direct.clone() };
    let talk = Room { last_item: Some(whole_item()), ..direct.clone() };
    RoomPage { items: vec![direct, group, gone, talk], next_cursor: Some("c".into()), badge: 1 }
}

/// An item with all that stands beside a message.
fn whole_item() -> Item {
    let words = CorrectionWords {
        kind: Some(CorrectionKind::WordChoice),
        note: Some("among friends".into()),
        ..improved("Tea?", "Some tea?")
    };
    let stands = Correction {
        id: shared::event_id(8),
        sender_id: user(2),
        at: at(8),
        version: 1,
        state: CorrectionState::Open,
        words,
    };
    let [asked, ..] = polls();
    Item {
        client_id: Some(client_id()),
        version: 2,
        edited_at: Some(at(9)),
        pinned: true,
        reactions: vec![ReactionCount { key: "👍".into(), count: 2 }],
        corrections: vec![stands],
        tally: Some(Tally { counts: vec![2, 1], voters: 2, closed: true }),
        thread: Some(Thread { replies: 3, last_seq: Seq(12), last_at: at(12) }),
        my_reaction: Some("👍".into()),
        my_vote: vec![0, 1],
        starred: true,
        ..Item::of(event(7, 1, asked))
    }
}

/// What the user's own log tells, each kind with all that its body may say.
fn own_log() -> Vec<Push> {
    let (one, other) = (room().to_string(), user(2).to_string());
    let message = target().to_string();
    let settings = serde_json::json!({
        "locale": "en", "theme": "dark", "typing": true, "read_receipts": true, "online": true, "last_seen": false,
        "find_me": "everyone", "write_first": "shared_language", "notify": "mentions",
        "quiet_hours": { "from": "22:00", "to": "07:30", "time_zone": "Europe/Berlin" },
    });
    let prefs = serde_json::json!({
        "archived": false, "pinned": true, "muted_until": at(60), "marked_unread": false, "notify": "none",
    });
    let rows = [
        ("room", one.clone(), serde_json::json!({ "state": "joined" })),
        ("prefs", one.clone(), prefs),
        ("block", other.clone(), serde_json::json!({ "blocked": true })),
        ("contact_list", other, serde_json::json!({ "kept": true })),
        ("settings", String::new(), settings),
        ("account", "password".into(), serde_json::json!({ "changed_at": at(5) })),
        ("star", message.clone(), serde_json::json!({ "room_id": room(), "starred": true })),
        ("hide", message.clone(), serde_json::json!({ "room_id": room() })),
        ("thread", message.clone(), serde_json::json!({ "room_id": room(), "read_seq": 12 })),
        ("draft", one.clone(), serde_json::json!({ "text": "dear", "reply_to": target(), "updated_at": at(5) })),
        ("draft", one.clone(), serde_json::json!({})),
        ("scheduled", "all".into(), serde_json::json!({})),
        ("asking", one, serde_json::json!({})),
    ];
    let told = |(at, (kind, subject, body)): (u64, (&str, String, Value))| {
        Push::UserEvent(UserEvent { user_seq: UserSeq(at), kind: kind.into(), subject, body })
    };
    (6..).zip(rows).map(told).collect()
}

fn pushes() -> Vec<Push> {
    let heads = || BTreeMap::from([(room(), Head { seq: Seq(7), rev: 2 })]);
    let (epoch, limits) = ("e1".into(), Limits::default());
    let hello = Hello { epoch, user_id: user(1), user_seq: UserSeq(4), limits, heads: heads(), rooms: None };
    let user_event = UserEvent {
        user_seq: UserSeq(5),
        kind: "read".into(),
        subject: room().to_string(),
        body: serde_json::json!({ "read_seq": 7 }),
    };
    let receipt = Receipt { user_id: user(2), delivered_seq: Seq(7), read_seq: Seq(6), from_seq: Seq(1) };
    let late = Receipt { user_id: user(3), from_seq: Seq(5), ..receipt };
    let mut pushes = events();
    pushes.extend([
        Push::Hello(hello.clone()),
        Push::Hello(Hello { limits: Limits { edit_seconds: Some(900), ..Limits::default() }, ..hello.clone() }),
        Push::Hello(Hello { rooms: Some(first_rooms()), ..hello }),
        Push::UserEvent(user_event),
        Push::Receipts { room_id: room(), rev: 3, items: vec![receipt] },
        Push::Receipts { room_id: room(), rev: 3, items: vec![receipt, late] },
        Push::Typing { room_id: room(), user_id: user(2) },
        Push::Presence(Presence { user_id: user(2), online: true, last_seen_at: None }),
        Push::Presence(Presence { user_id: user(2), online: false, last_seen_at: Some(at(0)) }),
        Push::Heads { rooms: heads(), user_seq: UserSeq(5) },
        Push::Gap { room_id: room(), from: Seq(8), to: Seq(900) },
        Push::Reset { epoch: "e2".into() },
        Push::Resync,
        Push::Bye { code: ErrorCode::Unauthenticated },
        Push::RoomPresence { room_id: room(), online: 1_234 },
    ]);
    pushes.extend(own_log());
    pushes
}

fn push_kind(push: &Push) -> &'static str {
    match push {
        Push::Hello(_) => "hello",
        Push::Event { .. } => "event",
        Push::UserEvent(_) => "user_event",
        Push::Receipts { .. } => "receipts",
        Push::Typing { .. } => "typing",
        Push::Presence(_) => "presence",
        Push::RoomPresence { .. } => "room_presence",
        Push::Heads { .. } => "heads",
        Push::Gap { .. } => "gap",
        Push::Reset { .. } => "reset",
        Push::Resync => "resync",
        Push::Bye { .. } => "bye",
    }
}

fn replies() -> Vec<Reply> {
    let ack = Ack { seq: Some(Seq(7)), id: Some(target()), at: Some(at(7)) };
    let mut problem = Problem::new(ErrorCode::Invalid);
    problem.errors = vec![FieldError::new("text", "too_long", "at most 16384 bytes")];
    problem.retry_after = Some(3);
    let wrong = Problem::new(ErrorCode::RoomNotFound);
    let reply = |result| Reply { id: 7, result };
    vec![
        reply(ReplyResult::Ok(Ack::default())),
        reply(ReplyResult::Ok(ack)),
        reply(ReplyResult::Error(Box::new(wrong))),
        reply(ReplyResult::Error(Box::new(problem))),
    ]
}

#[test]
fn the_committed_frames_are_what_this_version_says() {
    for (name, frames) in client_frames() {
        matches_file(&format!("golden/client-{name}.json"), &frames);
    }
    for (name, frames) in server_frames() {
        matches_file(&format!("golden/server-{name}.json"), &frames);
    }
}

#[test]
fn every_committed_frame_decodes_and_encodes_to_itself() {
    let mut seen = 0;
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let frames: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!frames.is_empty(), "{name}");
        for frame in frames {
            let again =
                if name.starts_with("client-") { again::<ClientFrame>(&frame) } else { again::<ServerFrame>(&frame) };
            assert_eq!(again, frame, "{name}");
        }
        seen += 1;
    }
    assert_eq!(seen, client_frames().len() + server_frames().len(), "a kind without a file, or a file without a kind");
}

#[test]
fn members_that_a_client_does_not_know_are_ignored() {
    let more = r#"{"type":"typing","room_id":"ROOM","user_id":"USER","mood":"happy"}"#;
    let more = more.replace("ROOM", &room().to_string()).replace("USER", &user(2).to_string());
    let expected = ServerFrame::Push(Push::Typing { room_id: room(), user_id: user(2) });
    assert_eq!(serde_json::from_str::<ServerFrame>(&more).unwrap(), expected);
    let ping = ClientFrame { id: Some(1), command: Command::Ping };
    assert_eq!(serde_json::from_str::<ClientFrame>(r#"{"id":1,"type":"ping","x":[]}"#).unwrap(), ping);
}

#[test]
fn what_is_no_frame_does_not_decode() {
    for bad in ["", "{}", "[]", "7", r#"{"type":"nothing"}"#, r#"{"type":"send"}"#, r#"{"id":-1,"type":"ping"}"#] {
        assert!(serde_json::from_str::<ClientFrame>(bad).is_err(), "{bad}");
    }
    let typo = r#"{"type":"typing","room_id":"not-a-uuid"}"#;
    assert!(serde_json::from_str::<ClientFrame>(typo).is_err());
}

fn again<T: DeserializeOwned + Serialize>(frame: &Value) -> Value {
    // Through text, as on the socket.
    let decoded: T = serde_json::from_str(&frame.to_string()).unwrap_or_else(|error| panic!("{error}: {frame}"));
    serde_json::to_value(decoded).unwrap()
}

fn client_frames() -> BTreeMap<&'static str, Vec<ClientFrame>> {
    let mut frames: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (command, number) in commands().into_iter().zip(1..) {
        let of_kind = frames.entry(Command::name(&command)).or_default();
        of_kind.push(ClientFrame { id: Some(number), command: command.clone() });
        of_kind.push(ClientFrame { id: None, command });
    }
    frames
}

fn server_frames() -> BTreeMap<&'static str, Vec<ServerFrame>> {
    let mut frames: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for push in pushes() {
        frames.entry(push_kind(&push)).or_default().push(ServerFrame::Push(push));
    }
    for reply in replies() {
        let kind = match &reply.result {
            ReplyResult::Ok(_) => "ok",
            ReplyResult::Error(_) => "error",
        };
        frames.entry(kind).or_default().push(ServerFrame::Reply(reply));
    }
    frames
}
