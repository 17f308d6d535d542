//! `chatlink backup` and `chatlink restore`.

use crate::{
    life::{Life, say},
    run,
};
use chatlink_protocol::frame::Push;
use chatlink_tests::{Database, Launch, Server, Socket, chatlink, friends};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;

/// While messages go on coming: all that was acknowledged before is in it, and it is one state.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_written_down_while_a_server_uses_it_and_taken_back() {
    let mut server = Server::start().await;
    let life = Life::of(&server).await;
    let before = life.seen().await;
    let home = server.data();
    let backup = |file: &'static str| {
        let home = home.clone();
        async move { run(&home, &["backup", file, "--data-dir", "."]).await }
    };
    let said = backup("one.db").await.done();
    assert!(said.contains("The secret is not in it"), "{said}");
    let file = home.join("one.db");
    assert_eq!(std::fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    backup("one.db").await.refused("is there already");
    let secret = std::fs::read(home.join("secret")).expect("the secret");
    let bytes = std::fs::read(&file).expect("the file");
    assert!(!bytes.windows(secret.len()).any(|window| window == secret));

    // What comes after the backup is not in it, and its numbers are given again: clients are told.
    let mut socket = Socket::connect(&life.world.anna).await;
    let seq = socket.say(life.room, "after the backup").await;
    socket.until_seq(life.room, seq).await;
    let (epoch, user_seq) = (socket.hello().epoch.clone(), socket.hello().user_seq.0);
    run(&home, &["restore", "one.db", "--data-dir", "."]).await.refused("is there already");
    run(&home, &["restore", "one.db", "--replace", "--data-dir", "."]).await.refused("in use");
    server.kill().await;
    let said = run(&home, &["restore", "one.db", "--replace", "--data-dir", "."]).await.done();
    assert!(said.contains("chatlink.db.replaced-"), "{said}");
    server.restart().await;
    assert_eq!(life.seen().await, before);
    let mut socket = Socket::connect(&life.world.anna).await;
    assert_ne!(socket.hello().epoch, epoch);
    let rooms = json!({ life.room.to_string(): seq });
    let resume = json!({ "type": "resume", "epoch": epoch, "user_seq": user_seq, "rooms": rooms });
    let _ = socket.ask(resume).await.expect("it is no error");
    socket.until("reset", |push| matches!(push, Push::Reset { .. }).then_some(())).await;
    assert_eq!(socket.say(life.room, "another one at the same place").await, seq);
    let left: Vec<_> = std::fs::read_dir(&home).expect("the folder").flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".work-")), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_backup_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    run(home, &["backup", "one.db", "--data-dir", "."]).await.refused("there is no file");
    run(home, &["restore", "one.db", "--data-dir", "."]).await.refused("there is no file");
    std::fs::write(home.join("words.db"), "these are words and no database, however many there are of them")
        .expect("a file");
    run(home, &["restore", "words.db", "--data-dir", "data"]).await.refused("damaged");
    let mut server = Server::start().await;
    let (anna, _, room) = friends(&server).await;
    say(&anna, room, "a line").await;
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    let data = server.data();
    run(&data, &["backup", "good.db", "--data-dir", "."]).await.done();
    // A page of it is lost.
    let mut bytes = std::fs::read(data.join("good.db")).expect("the backup");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0x55);
    std::fs::write(home.join("bad.db"), bytes).expect("a file");
    run(home, &["restore", "bad.db", "--data-dir", "data"]).await.refused("damaged");
    assert!(!home.join("data/chatlink.db").exists(), "nothing is left of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_database_is_written_down_and_taken_back_too() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    let fresh = run(std::path::Path::new("/"), &["secret", "new"]).await.done();
    std::fs::write(secret.path(), fresh).expect("the secret");
    let launch = |database: &Database| {
        Launch::unlimited()
            .set("CHATLINK_DATABASE_URL", database.url())
            .set("CHATLINK_SECRET_FILE", &secret.path().display().to_string())
    };
    let (first, second) = (Database::fresh().await, Database::fresh().await);
    let mut server = Server::launch(launch(&first)).await;
    let life = Life::of(&server).await;
    let before = life.seen().await;
    let home = server.data();
    std::fs::create_dir_all(&home).expect("the folder");
    run(&home, &["backup", "server.db", "--database-url", first.url()]).await.done();
    assert_eq!(std::fs::metadata(home.join("server.db")).expect("the file").permissions().mode() & 0o777, 0o600);
    run(&home, &["restore", "server.db", "--database-url", first.url()]).await.refused("holds an installation already");
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    run(&home, &["restore", "server.db", "--database-url", second.url()]).await.done();
    server.restart_as(launch(&second)).await;
    assert_eq!(life.seen().await, before);
    let left: Vec<_> = std::fs::read_dir(&home).expect("the folder").flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".work-")), "{left:?}");
}

/// A backup that is told to end takes its copy away; one that is killed cannot, and the next one does it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_backup_that_ends_early_leaves_is_taken_away() {
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a folder"));
    let home = folder.path();
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), run(home, &["secret", "new"]).await.done()).expect("the secret");
    let launch = Launch::unlimited().set("CHATLINK_DATABASE_URL", database.url());
    let launch = launch.set("CHATLINK_SECRET_FILE", &secret.path().display().to_string());
    Server::launch(launch).await.terminate().await.0.success().then_some(()).expect("it ends in order");
    let backup = ["backup", "chat.db", "--database-url", database.url()];
    let left = || {
        let entries = std::fs::read_dir(home).expect("the folder").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let mut by_hand = database.connect().await;
    let mut watching = database.connect().await;
    for (signal, is_left) in [("-TERM", false), ("-INT", false), ("-KILL", true)] {
        // It gets as far as the rooms.
        let lock = "BEGIN; LOCK TABLE rooms IN ACCESS EXCLUSIVE MODE";
        sqlx::raw_sql(lock).execute(&mut by_hand).await.expect("a lock");
        let mut child = chatlink().args(backup).current_dir(home).spawn().expect("it starts");
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut watching).await.expect("a count") == 0 {
            assert!(child.try_wait().expect("its state").is_none(), "it did not wait");
        }
        assert!(left().iter().any(|name| name.starts_with("chat.db.work-")), "{:?}", left());
        let pid = child.id().expect("it runs").to_string();
        let sent = tokio::process::Command::new("kill").args([signal, &pid]).status().await.expect("kill");
        assert!(sent.success());
        let ended = chatlink_tests::within(chatlink_tests::PATIENCE, "its end", child.wait()).await.expect("its end");
        assert!(!ended.success());
        assert_eq!(!left().is_empty(), is_left, "{signal}: {:?}", left());
        sqlx::raw_sql("ROLLBACK").execute(&mut by_hand).await.expect("no lock");
    }
    run(home, &backup).await.done();
    assert_eq!(left(), ["chat.db"]);
}
