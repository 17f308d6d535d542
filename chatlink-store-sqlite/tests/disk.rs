//! What is erased leaves no byte in the files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

use chatlink_core::{
    entropy::{OsEntropy, uuid_v7},
    identity::{AccountStore as _, HostAccount},
    people::{AgeBand, HostProfile, NewReport, Reason, ReportStore as _, Reported},
    protocol::{
        ClientId, CorrectionState, CorrectionWords, EventId, Poll, ReportId, RoomId, Seq, Span, Timestamp, UserId,
    },
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{
        Act, ActKey, CorrectionLimits, Deed, Extras, FirstContact, Named, Outcome, Target, TimelineStore as _,
        scheduled::{Scheduled, ScheduledRow, ScheduledStore as _, ScheduledWords},
    },
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, time::Duration};

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);

struct Room {
    store: SqliteStore,
    folder: tempfile::TempDir,
    room_id: RoomId,
    owner: UserId,
}

impl Room {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
        let (room_id, owner) = (fresh(RoomId::from_uuid), fresh(UserId::from_uuid));
        let group = NewGroup {
            room_id,
            creator: owner,
            client_id: fresh(ClientId::from_uuid),
            request: [0; 32],
            title: "Evening class".parse().unwrap(),
            history: History::All,
            members: Vec::new(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), NOW).await.unwrap();
        Self { store, folder, room_id, owner }
    }

    /// Does it, names its request by `mark`, and answers the event's id.
    async fn act(&self, deed: Deed, mark: u8) -> EventId {
        let event_id = fresh(EventId::from_uuid);
        let key = Some(ActKey { client_id: fresh(ClientId::from_uuid), request: [mark; 32] });
        let (room_id, sender_id) = (self.room_id, self.owner);
        let act = Act { room_id, sender_id, authz_version: 1, event_id, key, deed, notes: Vec::new() };
        let outcome = self.store.append(vec![act], NOW).await.unwrap().outcomes.remove(0);
        assert!(matches!(outcome, Outcome::Appended(_)), "{outcome:?}");
        event_id
    }

    async fn say(&self, text: &str, expires_at: Option<Timestamp>, mark: u8) -> EventId {
        let first_contact = FirstContact::Settled;
        self.act(
            Deed::Message {
                text: text.to_owned(),
                reply_to: None,
                expires_at,
                first_contact,
                extras: Extras::default(),
            },
            mark,
        )
        .await
    }

    async fn edit(&self, event_id: EventId, text: &str) {
        self.act(Deed::Edit { target: Target { event_id, version: 1 }, text: text.to_owned() }, 1).await;
    }

    /// How often these bytes stand in the database, its log and its index.
    fn found(&self, bytes: &[u8]) -> usize {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.map(|file| count(&file.unwrap().path(), bytes)).sum()
    }
}

fn count(file: &Path, bytes: &[u8]) -> usize {
    std::fs::read(file).unwrap().windows(bytes.len()).filter(|window| *window == bytes).count()
}

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

/// Redacted or expired: of a poll neither the question nor an option is left in any file.
#[tokio::test]
async fn polls_leave_no_byte() {
    let room = Room::open().await;
    let until = NOW.plus(Duration::from_secs(60));
    let mut asked = Vec::new();
    for expires_at in [None, Some(until)] {
        let options = ["CANARY-TEA", "CANARY-COFFEE"].map(str::to_owned).to_vec();
        let poll = Poll { options, multiple: false, closes_at: None };
        let deed = Deed::Message {
            text: "CANARY-QUESTION".to_owned(),
            reply_to: None,
            expires_at,
            first_contact: FirstContact::Settled,
            extras: Extras { poll: Some(poll.into()), ..Extras::default() },
        };
        let event_id = room.act(deed, 0xc5).await;
        let target = Named { event_id, from_seq: Seq(1) };
        room.act(Deed::Vote { target, choices: vec![1] }, 2).await;
        asked.push(event_id);
    }
    assert!(room.found(b"CANARY-") >= 6 && room.found(&[0xc5; 32]) > 0, "the scan must bite");
    room.act(Deed::Redact { target: asked[0] }, 3).await;
    assert_eq!(room.store.purge_expired(until, 100).await.unwrap(), 1);
    assert_eq!((room.found(b"CANARY-"), room.found(&[0xc5; 32])), (0, 0));
}

/// Redacted, with its edits and the MAC of its request: gone from every file after the next purge.
#[tokio::test]
async fn a_redacted_message_leaves_no_byte() {
    let room = Room::open().await;
    let long = "CANARY-LONG ".repeat(1_000);
    let id = room.say("CANARY-FIRST", None, 0xc5).await;
    room.edit(id, &long).await;
    room.say("it stays", None, 2).await;
    assert!(room.found(b"CANARY-") > 1_000 && room.found(&[0xc5; 32]) > 0, "the scan must bite");
    room.act(Deed::Redact { target: id }, 3).await;
    assert_eq!(room.store.purge_expired(NOW, 100).await.unwrap(), 0);
    assert_eq!((room.found(b"CANARY-"), room.found(&[0xc5; 32])), (0, 0));
    assert_eq!(room.found(b"it stays"), 1);
}

/// Changed and cancelled before their time: words that wait are gone from every file.
#[tokio::test]
async fn words_that_were_to_be_sent_leave_no_byte() {
    let room = Room::open().await;
    let client_id = fresh(ClientId::from_uuid);
    for text in ["CANARY-FIRST", "CANARY-SECOND"] {
        let words = ScheduledWords { text: text.to_owned(), ..ScheduledWords::default() };
        let (user_id, room_id, send_at) = (room.owner, room.room_id, NOW.plus(Duration::from_secs(3600)));
        let row = ScheduledRow { user_id, client_id, room_id, words, send_at, failed: None };
        assert!(matches!(room.store.schedule(row).await.unwrap(), Scheduled::Done(_)));
    }
    assert!(room.found(b"CANARY-") > 1, "the scan must bite");
    room.store.cancel_scheduled(room.owner, client_id).await.unwrap();
    assert_eq!(room.store.purge_expired(NOW, 100).await.unwrap(), 0);
    assert_eq!(room.found(b"CANARY-"), 0);
}

/// With a redacted message, or withdrawn: what a correction says is gone from every file.
#[tokio::test]
async fn corrections_leave_no_byte() {
    let room = Room::open().await;
    let (one, two) = (room.say("CANARY-ONE", None, 1).await, room.say("it stays", None, 2).await);
    let mut made = Vec::new();
    for message in [one, two] {
        let words = CorrectionWords {
            original: "CANARY-ORIGINAL".into(),
            text: "CANARY-BETTER".into(),
            spans: vec![Span { from: 0, to: 15, text: "CANARY-SPAN".into() }],
            kind: None,
            note: Some("CANARY-NOTE".into()),
        };
        let deed = Deed::Correct {
            target: Named { event_id: message, from_seq: Seq(1) },
            version: 1,
            words: Box::new(words),
            limits: CorrectionLimits { message: 9, each: 9 },
            first_contact: FirstContact::Settled,
        };
        made.push(room.act(deed, 0xc5).await);
    }
    assert!(room.found(b"CANARY-") >= 9 && room.found(&[0xc5; 32]) > 0, "the scan must bite");
    room.act(Deed::Redact { target: one }, 3).await;
    let withdraw = Deed::DecideCorrection { target: two, correction: made[1], state: CorrectionState::Withdrawn };
    room.act(withdraw, 4).await;
    assert_eq!(room.store.purge_expired(NOW, 100).await.unwrap(), 0);
    assert_eq!((room.found(b"CANARY-"), room.found(&[0xc5; 32])), (0, 0));
    assert_eq!(room.found(b"it stays"), 1);
}

/// Expired: gone from every file after the purge, more than one chunk of them, too.
#[tokio::test]
async fn expired_messages_leave_no_byte() {
    let room = Room::open().await;
    let until = NOW.plus(Duration::from_secs(60));
    for number in 0..200 {
        let id = room.say(&format!("CANARY-{number}"), Some(until), 0xc5).await;
        if number % 10 == 0 {
            room.edit(id, &format!("CANARY-AGAIN-{number}")).await;
        }
    }
    assert!(room.found(b"CANARY-") >= 220, "the scan must bite");
    assert_eq!(room.store.purge_expired(until, 1_000).await.unwrap(), 200);
    assert_eq!((room.found(b"CANARY-"), room.found(&[0xc5; 32])), (0, 0));
}

/// A long reader of another process forbids emptying the log; nobody waits for it, and the next
/// purge makes up for it.
#[tokio::test]
async fn a_long_reader_only_puts_it_off() {
    let room = Room::open().await;
    let id = room.say("CANARY-FIRST", None, 1).await;
    let mut reader = reader(&room).await;
    sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
    sqlx::query("SELECT count(*) FROM events").execute(&mut reader).await.unwrap();
    room.act(Deed::Redact { target: id }, 2).await;
    let start = std::time::Instant::now();
    room.store.purge_expired(NOW, 100).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "writers wait behind it: {:?}", start.elapsed());
    assert!(room.found(b"CANARY-") > 0, "the reader still reads it");
    room.say("writing goes on", None, 3).await;
    reader.close().await.unwrap();
    room.store.purge_expired(NOW, 100).await.unwrap();
    assert_eq!(room.found(b"CANARY-"), 0);
}

/// What was erased before a crash is made good by the first purge after it.
#[tokio::test]
async fn the_first_purge_empties_the_log_of_a_crashed_node() {
    let room = Room::open().await;
    let id = room.say("CANARY-FIRST", None, 1).await;
    room.act(Deed::Redact { target: id }, 2).await;
    assert!(room.found(b"CANARY-") > 0, "it is in the log");
    // The node that redacted never purges again.
    let next = SqliteOptions::new(room.folder.path().join("chat.db")).open().await.unwrap();
    next.purge_expired(NOW, 100).await.unwrap();
    assert_eq!(room.found(b"CANARY-"), 0);
}

async fn reader(room: &Room) -> SqliteConnection {
    SqliteConnectOptions::new().filename(room.folder.path().join("chat.db")).read_only(true).connect().await.unwrap()
}

/// A report keeps its copy of a message whose time is over, as its maker read it; then its own time erases that, too.
#[tokio::test]
async fn what_was_reported_leaves_no_byte_after_its_own_time() {
    let room = Room::open().await;
    let reported = fresh(UserId::from_uuid);
    let host = HostAccount {
        external_id: "1".to_owned(),
        trace: [0; 32],
        user_id: reported,
        username: "anna".parse().unwrap(),
        profile: HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() },
    };
    room.store.host_account(host, NOW).await.unwrap();
    let soon = NOW.plus(Duration::from_secs(60));
    let said = room.say("CANARY-REPORTED", Some(soon), 1).await;
    let _unreported = room.say("CANARY-OTHER", Some(soon), 2).await;
    let report = NewReport {
        report_id: fresh(ReportId::from_uuid),
        reporter: room.owner,
        user_id: reported,
        reason: Reason::Abuse,
        note: String::new(),
        room_id: Some(room.room_id),
        event_ids: vec![said],
    };
    assert_eq!(room.store.report(report, 20, NOW).await.unwrap(), Reported::Kept);
    while room.store.purge_expired(soon, 100).await.unwrap() > 0 {}
    assert_eq!(room.store.purge_expired(soon, 100).await.unwrap(), 0);
    assert_eq!((room.found(b"CANARY-OTHER"), room.found(b"CANARY-REPORTED")), (0, 1), "the copy alone");
    assert_eq!(room.store.erase_reported(soon, 100).await.unwrap(), 1);
    assert_eq!(room.store.purge_expired(soon, 100).await.unwrap(), 0);
    assert_eq!(room.found(b"CANARY-"), 0);
}
