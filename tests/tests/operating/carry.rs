//! `chatlink move`.

use crate::{
    life::{Life, say},
    run, sqlite,
};
use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Database, Launch, Person, Server, Socket, chatlink, eventually, friends, send};
use serde_json::json;
use sqlx::PgConnection;
use std::{collections::BTreeMap, path::Path, process::Stdio};

/// Tables that nothing of this life is in: what they hold needs a gateway, a host or a refusal.
const EMPTY: [&str; 9] = [
    "chatlink_inbox",
    "departures",
    "host_words",
    "login_failures",
    "recovery_codes",
    "refusals",
    "reserved_usernames",
    "second_factors",
    "text_breakers",
];

/// 32 bytes, in base64.
const SECRET: &str = "Y2hhdGxpbmsgaXMgdGVzdGVkIHdpdGggdGhpcyBrZXk=";

fn on(database: &Database, server: &Server) -> Launch {
    let secret = server.data().join("secret");
    Launch::unlimited()
        .set("CHATLINK_DATABASE_URL", database.url())
        .set("CHATLINK_SECRET_FILE", &secret.display().to_string())
}

/// Tables with the rows and sums that were checked.
fn checked(said: &str) -> BTreeMap<String, (u64, String)> {
    let line = |line: &str| {
        let (table, rest) = line.strip_prefix("checked ")?.split_once(": ")?;
        let (rows, sum) = rest.split_once(" rows, sum ")?;
        Some((table.to_owned(), (rows.parse().ok()?, sum.to_owned())))
    };
    said.lines().filter_map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_three_see_the_same_on_the_other_database_and_back() {
    let mut server = Server::start().await;
    let life = Life::of(&server).await;
    // Nobody takes what goes to port 9: it is due when all is carried.
    let home = server.data();
    let webhook = ["webhooks", "add", "http://127.0.0.1:9/", "--name", "nobody", "--data-dir", "."];
    let token = ["tokens", "create", "--name", "bot", "--host", "--scope", "users:upsert", "--data-dir", "."];
    for words in [&webhook[..], &token] {
        run(&home, words).await.done();
    }
    let before = life.seen().await;
    let mut socket = Socket::connect(&life.world.anna).await;
    let seq = socket.say(life.room, "before the move").await;
    socket.until_seq(life.room, seq).await;
    let before_and_a_line = life.seen().await;
    assert_ne!(before, before_and_a_line, "the digest sees a line");
    let (epoch, user_seq) = (socket.hello().epoch.clone(), socket.hello().user_seq.0);
    server.terminate().await.0.success().then_some(()).expect("it ends in order");

    let database = Database::fresh().await;
    let file = sqlite(&home.join("chatlink.db"));
    let there = run(&home, &["move", "--from", &file, "--to", database.url()]).await.done();
    let there = checked(&there);
    let empty: Vec<_> = there.iter().filter(|(_, (rows, _))| *rows == 0).map(|(table, _)| table.as_str()).collect();
    assert_eq!(empty, EMPTY, "a table that nothing is in proves nothing");
    server.restart_as(on(&database, &server)).await;
    assert_eq!(life.seen().await, before_and_a_line);
    // Tokens hold, passwords hold, numbers go on.
    let anna = life.world.anna.another_device().await;
    assert_eq!(anna.api.get("/v1/me").await.is(200)["username"], "anna");
    let mut socket = Socket::connect(&anna).await;
    assert_ne!(socket.hello().epoch, epoch, "another lineage");
    let rooms = json!({ life.room.to_string(): seq });
    let resume = json!({ "type": "resume", "epoch": epoch, "user_seq": user_seq, "rooms": rooms });
    let _ = socket.ask(resume).await.expect("it is no error");
    socket.until("reset", |push| matches!(push, Push::Reset { .. }).then_some(())).await;
    assert_eq!(socket.say(life.room, "after the move").await, seq + 1);
    say(&life.world.carl, life.world.value("$foreign_room").parse().expect("a room"), "here, too").await;
    let before = life.seen().await;
    server.terminate().await.0.success().then_some(()).expect("it ends in order");

    let back = home.join("back.db");
    let said = run(&home, &["move", "--from", database.url(), "--to", &sqlite(&back)]).await.done();
    assert!(checked(&said)["events"].0 > there["events"].0);
    let launch = Launch::unlimited()
        .set("CHATLINK_DATABASE_URL", &sqlite(&back))
        .set("CHATLINK_SECRET_FILE", &home.join("secret").display().to_string());
    server.restart_as(launch).await;
    assert_eq!(life.seen().await, before);
    // What is there is somebody's now.
    let again = run(&home, &["move", "--from", &file, "--to", database.url()]).await;
    again.refused("holds an installation already");
}

/// Killed while rows are on their way, it goes on from there; meanwhile nobody can serve what is half there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_it_goes_on() {
    let mut server = Server::start().await;
    let (anna, _, room) = friends(&server).await;
    fill(&anna, room, 2_500).await;
    let before = newest(&anna, room).await;
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    let (home, database) = (server.data(), Database::fresh().await);
    let file = sqlite(&home.join("chatlink.db"));
    kill_in_the_middle(&home, &file, &database).await;
    let mut serve = chatlink();
    serve.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(&home);
    serve.env("CHATLINK_DATABASE_URL", database.url()).env("CHATLINK_SECRET_FILE", home.join("secret"));
    let refused = serve.output().await.expect("it runs");
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("has not ended"), "{words}");

    let said = run(&home, &["move", "--from", &file, "--to", database.url()]).await.done();
    assert!(said.contains("going on at events") && !said.contains("anew"), "{said}");
    server.restart_as(on(&database, &server)).await;
    assert_eq!(newest(&anna, room).await, before);
}

/// What was carried is not what the source is now: all of it is carried once more, and nothing of the first time stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_was_written_after_the_kill_is_carried_anew() {
    let mut server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    fill(&anna, room, 2_500).await;
    let taken_back = say(&anna, room, "gone before the second run").await;
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    let (home, database) = (server.data(), Database::fresh().await);
    let file = sqlite(&home.join("chatlink.db"));
    kill_in_the_middle(&home, &file, &database).await;

    server.restart().await;
    let gone = anna.api.delete(&format!("/v1/rooms/{room}/messages/{taken_back}")).await;
    assert!(gone.status < 300, "{}", gone.body);
    say(&berta, room, "said between the runs").await;
    let before = newest(&anna, room).await;
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    let said = run(&home, &["move", "--from", &file, "--to", database.url()]).await.done();
    assert!(said.contains("carrying all of it anew"), "{said}");
    // What the target holds is what the source holds: both are summed up by the way to a third one.
    let (there, again) = (checked(&said), sqlite(&home.join("again.db")));
    let back = run(&home, &["move", "--from", database.url(), "--to", &again]).await.done();
    assert_eq!(checked(&back), there);
    server.restart_as(on(&database, &server)).await;
    assert_eq!(newest(&anna, room).await, before);
}

/// What a node writes meanwhile would stay behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_database_that_nodes_use_is_carried_when_that_is_meant() {
    let database = Database::fresh().await;
    let launch = Launch::unlimited().set("CHATLINK_DATABASE_URL", database.url()).set("CHATLINK_SECRET", SECRET);
    let mut server = Server::launch(launch).await;
    let (anna, _, room) = friends(&server).await;
    say(&anna, room, "before").await;
    let (home, url) = (server.data(), database.url());
    let to = |name: &str| sqlite(&home.join(name));
    run(&home, &["move", "--from", url, "--to", &to("refused.db")]).await.refused("in use");
    run(&home, &["move", "--from", url, "--to", &to("meant.db"), "--while-running"]).await.done();
    say(&anna, room, "it goes on").await;
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    run(&home, &["move", "--from", url, "--to", &to("after.db")]).await.done();
}

/// What a server writes meanwhile would stay behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_a_server_uses_is_carried_when_that_is_meant() {
    let server = Server::start().await;
    let (anna, _, room) = friends(&server).await;
    say(&anna, room, "before").await;
    let (home, database) = (server.data(), Database::fresh().await);
    let file = sqlite(&home.join("chatlink.db"));
    run(&home, &["move", "--from", &file, "--to", database.url()]).await.refused("in use");
    say(&anna, room, "it goes on").await;
    run(&home, &["move", "--from", &file, "--to", database.url(), "--while-running"]).await.done();
    say(&anna, room, "and on").await;
}

async fn newest(person: &Person, room: RoomId) -> serde_json::Value {
    person.api.get(&format!("/v1/rooms/{room}/timeline?limit=100")).await.is(200)["items"].clone()
}

/// Moves the file into the database, and is killed when some of its events are there.
async fn kill_in_the_middle(home: &Path, file: &str, database: &Database) {
    // The schema is there, and its events cannot be written.
    let nothing = run(home, &["move", "--from", database.url(), "--to", &sqlite(&home.join("no.db"))]).await;
    nothing.refused("no whole installation");
    let mut by_hand = database.connect().await;
    sqlx::raw_sql(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$;
         CREATE TRIGGER wait AFTER INSERT ON events FOR EACH ROW WHEN (NEW.seq = 1500) EXECUTE FUNCTION wait();
         SELECT pg_advisory_lock(7)",
    )
    .execute(&mut by_hand)
    .await
    .expect("a lock");
    let mut command = chatlink();
    command.args(["move", "--from", file, "--to", database.url()]).current_dir(home);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut watching = database.connect().await;
    wait_for_a_waiter(&mut watching).await;
    child.start_kill().expect("kill -9");
    child.wait().await.expect("its end");
    sqlx::raw_sql("SELECT pg_advisory_unlock(7); DROP TRIGGER wait ON events; DROP FUNCTION wait()")
        .execute(&mut by_hand)
        .await
        .expect("no lock");
    let half: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&mut by_hand).await.expect("a count");
    assert!((1..2_000).contains(&half), "{half} events are there");
}

async fn fill(person: &Person, room: RoomId, messages: usize) {
    let mut socket = Socket::connect(person).await;
    let mut last = 0;
    for number in 0..messages {
        last = socket.feed(send(room, &chatlink_tests::fresh_id(), &format!("line {number}"))).await;
    }
    socket.flush().await;
    socket.answer(last).await.expect("acknowledged");
}

async fn wait_for_a_waiter(connection: &mut PgConnection) {
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let connection = tokio::sync::Mutex::new(connection);
    eventually("a transaction that waits", || async {
        let mut connection = connection.lock().await;
        let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&mut **connection).await.expect("a count");
        (waiting > 0).then_some(())
    })
    .await;
}
