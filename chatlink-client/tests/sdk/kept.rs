//! What a device keeps, and what happens when it cannot.

use crate::{
    plug::Plug,
    server::Server,
    talk::{friends, texts, until},
};
use chatlink_client::{Chat, Client, ConnectionState, JobState, MemoryTokens};
use chatlink_protocol::{RoomId, Seq};
use sqlx::{Connection as _, SqliteConnection};
use std::{path::Path, sync::Arc};

/// The one file in the folder whose name ends so.
fn file(folder: &Path, end: &str) -> std::path::PathBuf {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.into_iter().find(|path| path.to_string_lossy().ends_with(end)).expect("a file")
}

/// Waits until nobody has the file open: the last one takes what lies beside it away.
async fn closed(path: &Path) {
    let beside = std::path::PathBuf::from(format!("{}-wal", path.display()));
    while beside.exists() {
        tokio::task::yield_now().await;
    }
}

async fn sql(path: &Path, statement: &'static str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("PRAGMA busy_timeout = 5000").execute(&mut connection).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_kept_as_tried_is_not_tried_until_it_can() {
    let (server, home) = (Server::new().await, tempfile::tempdir().unwrap());
    let address = server.listen().await;
    let tokens = Arc::new(MemoryTokens::default());
    let client = || Client::new(&address).unwrap().tokens(tokens.clone());
    let (anna, berta, room) = friends(&server, || client().folder(home.path())).await;
    let queue = file(home.path(), &format!("{}.sqlite", anna.identity().user_id));
    sql(
        &queue,
        "CREATE TRIGGER full BEFORE UPDATE ON send_queue WHEN NEW.job LIKE '%tried%' BEGIN SELECT RAISE(FAIL, 'no'); END",
    )
    .await;
    anna.send(room, "held").await.unwrap();
    // Something goes there and back again, so that the message had every occasion.
    let mut hers = anna.timeline(room).await.unwrap();
    berta.send(room, "said").await.unwrap();
    until(&mut hers, |items| texts(items) == ["said"]).await;
    assert_eq!(anna.outgoing().snapshot().iter().map(|job| &job.state).collect::<Vec<_>>(), [&JobState::Waiting]);

    sql(&queue, "DROP TRIGGER full").await;
    until(&mut hers, |items| texts(items) == ["said", "held"]).await;
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
}

/// Anna on a device that keeps things, and Berta on another one.
struct World {
    server: Server,
    plug: Arc<Plug>,
    tokens: Arc<MemoryTokens>,
    home: tempfile::TempDir,
}

impl World {
    async fn new() -> (Self, Chat, Chat, RoomId) {
        let server = Server::new().await;
        let plug = Plug::new(&server.listen().await);
        let home = tempfile::tempdir().unwrap();
        let world = Self { server, plug, tokens: Arc::default(), home };
        let berta = world.server.join(&Client::new(&world.server.listen().await).unwrap(), "berta").await;
        let anna = world.server.join(&world.client(), "anna").await;
        let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
        berta.api().accept_request(room).await.unwrap();
        (world, anna, berta, room)
    }

    fn client(&self) -> Client {
        Client::over(self.plug.clone()).tokens(self.tokens.clone()).folder(self.home.path())
    }

    /// Talks a little, and leaves the device with all of it kept.
    async fn after_a_talk() -> (Self, Chat, RoomId) {
        let (world, anna, berta, room) = Self::new().await;
        let mut hers = anna.timeline(room).await.unwrap();
        anna.send(room, "one").await.unwrap();
        berta.send(room, "two").await.unwrap();
        until(&mut hers, |items| texts(items).len() == 2).await;
        until(&mut anna.outgoing(), <[_]>::is_empty).await;
        until(&mut anna.room_list(), |entries| entries.iter().any(|entry| entry.unread == 1)).await;
        anna.background().await;
        (world, berta, room)
    }

    async fn restart(&self) -> Chat {
        self.client().restore().await.unwrap()
    }
}

#[tokio::test]
async fn who_starts_without_a_network_sees_all_at_once_and_catches_up_later() {
    let (world, berta, room) = World::after_a_talk().await;
    world.plug.set(false);
    berta.send(room, "three").await.unwrap();
    until(&mut berta.outgoing(), <[_]>::is_empty).await;

    let anna = world.restart().await;
    let (mut list, mut hers) = (anna.room_list(), anna.timeline(room).await.unwrap());
    assert_eq!(texts(hers.snapshot()), ["one", "two"]);
    let entry = &list.snapshot()[0];
    assert_eq!((entry.title.as_str(), entry.unread, entry.preview()), ("berta", 1, Some("two")));
    anna.send(room, "four").await.unwrap();
    anna.read(room, Seq(2));
    until(&mut list, |entries| entries[0].unread == 0).await;

    world.plug.set(true);
    anna.network_changed();
    until(&mut hers, |items| texts(items) == ["one", "two", "three", "four"]).await;
    until(&mut list, |entries| (entries[0].unread, entries[0].preview()) == (1, Some("four"))).await;
}

#[tokio::test]
async fn a_message_that_was_taken_and_not_told_is_there_after_a_restart_without_a_network() {
    let (world, anna, _berta, room) = World::new().await;
    let mut hers = anna.timeline(room).await.unwrap();
    anna.send(room, "one").await.unwrap();
    until(&mut hers, |items| texts(items) == ["one"]).await;
    world.plug.deafen(true);
    anna.send(room, "two").await.unwrap();
    anna.send(room, "three").await.unwrap();
    let tried = |jobs: &[chatlink_client::Job]| jobs.len() == 2 && jobs.iter().all(|job| job.state == JobState::Tried);
    until(&mut anna.outgoing(), tried).await;
    world.plug.set(false);
    world.plug.deafen(false);
    anna.background().await;
    drop(anna);
    let anna = world.restart().await;
    let mut hers = anna.timeline(room).await.unwrap();
    assert_eq!((texts(hers.snapshot()), anna.outgoing().snapshot().len()), (vec!["one".to_owned()], 2));
    world.plug.set(true);
    anna.network_changed();
    until(&mut hers, |items| texts(items) == ["one", "two", "three"]).await;
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
}

#[tokio::test]
async fn what_was_read_without_a_line_is_told_after_a_restart() {
    let (world, _berta, room) = World::after_a_talk().await;
    world.plug.set(false);
    let anna = world.restart().await;
    anna.read(room, Seq(2));
    anna.read(room, Seq(1));
    until(&mut anna.room_list(), |entries| entries[0].unread == 0).await;
    anna.background().await;
    drop(anna);
    world.plug.set(true);
    let anna = world.restart().await;
    assert_eq!(anna.room_list().snapshot()[0].unread, 0);
    let mut state = anna.connection();
    state.wait_for(|state| *state == ConnectionState::Ready).await.unwrap();
    while anna.api().room(room).await.unwrap().read_seq < Seq(2) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_file_of_another_version_or_a_broken_one_is_begun_anew_and_no_message_is_lost() {
    for broken in [false, true] {
        let (world, berta, room) = World::after_a_talk().await;
        world.plug.set(false);
        let anna = world.restart().await;
        anna.send(room, "three").await.unwrap();
        anna.background().await;
        drop(anna);
        let views = file(world.home.path(), ".views.sqlite");
        closed(&views).await;
        match broken {
            true => std::fs::write(&views, b"SQLite format 3\0 that is none".repeat(500)).unwrap(),
            false => sql(&views, "PRAGMA user_version = 99").await,
        }
        let anna = world.restart().await;
        assert!(anna.room_list().snapshot().is_empty());
        assert_eq!(anna.outgoing().snapshot().len(), 1);
        world.plug.set(true);
        anna.network_changed();
        until(&mut anna.room_list(), |entries| entries.len() == 1).await;
        let mut other = berta.timeline(room).await.unwrap();
        until(&mut other, |items| texts(items) == ["one", "two", "three"]).await;
    }
}

#[tokio::test]
async fn a_broken_queue_locks_nobody_out() {
    let (world, berta, room) = World::after_a_talk().await;
    let user = world.restart().await.identity().user_id;
    let queue = file(world.home.path(), &format!("{user}.sqlite"));
    closed(&queue).await;
    std::fs::write(&queue, "none").unwrap();
    let anna = world.restart().await;
    anna.send(room, "three").await.unwrap();
    let mut other = berta.timeline(room).await.unwrap();
    until(&mut other, |items| texts(items) == ["one", "two", "three"]).await;
    let aside = file(world.home.path(), ".sqlite.broken");
    anna.logout().await.unwrap();
    assert!(!aside.exists(), "words that were put aside go with the session, too");
}

#[tokio::test]
async fn another_life_of_the_store_drops_what_was_kept() {
    let (world, _berta, room) = World::after_a_talk().await;
    let views = file(world.home.path(), ".views.sqlite");
    closed(&views).await;
    sql(&views, "UPDATE place SET epoch = 'another', user_seq = 9000").await;
    sql(&views, "UPDATE items SET item = replace(item, 'one', 'never said')").await;
    sql(&views, "UPDATE timelines SET as_of = 2000").await;
    let anna = world.restart().await;
    let mut hers = anna.timeline(room).await.unwrap();
    until(&mut hers, |items| texts(items) == ["one", "two"]).await;
    until(&mut anna.room_list(), |entries| entries[0].unread == 1).await;
    anna.background().await;
    world.plug.set(false);
    drop(anna);
    let anna = world.restart().await;
    assert_eq!(texts(anna.timeline(room).await.unwrap().snapshot()), ["one", "two"]);
}

#[tokio::test]
async fn a_logout_leaves_nothing_of_what_was_said() {
    let (world, _berta, room) = World::after_a_talk().await;
    let anna = world.restart().await;
    anna.profile(anna.identity().user_id).await.unwrap();
    anna.read(room, Seq(2));
    let mut state = anna.connection();
    state.wait_for(|state| *state == ConnectionState::Ready).await.unwrap();
    anna.background().await;
    anna.logout().await.unwrap();
    drop(anna);
    for entry in std::fs::read_dir(world.home.path()).unwrap() {
        let path = entry.unwrap().path();
        assert!(!path.to_string_lossy().contains("views"), "{path:?}");
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(5).any(|part| part == b"berta"), "{path:?} names somebody");
    }
}

#[tokio::test]
async fn people_are_there_without_a_network_once_they_were_seen() {
    let (world, berta, _room) = World::after_a_talk().await;
    let user = berta.identity().user_id;
    let anna = world.restart().await;
    let seen = anna.profile(user).await.unwrap();
    anna.background().await;
    drop(anna);
    world.plug.set(false);
    let anna = world.restart().await;
    assert_eq!(anna.profile(user).await.unwrap(), seen);
    assert!(anna.profile(anna.identity().user_id).await.is_err(), "he was never seen");
}
