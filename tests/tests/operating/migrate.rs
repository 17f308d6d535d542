//! `chatlink migrate`, and serving by a role that may do no more than it must.

use crate::{life::Life, run};
use chatlink_tests::{Database, Launch, Server, chatlink};
use std::path::Path;

/// As docs/operations.md says.
const GRANT: &str = "
    GRANT USAGE ON SCHEMA evening TO $;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA evening TO $;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA evening TO $;";

/// Everything that people can do, with the rights to read and write rows, in a schema of another name, through a handful
/// of connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_create_nothing_serves_through_few_connections() {
    let database = Database::fresh().await;
    let role = format!("role_{}", chatlink_tests::fresh_id().replace('-', ""));
    let (_, place) = database.url().split_once('@').expect("a user");
    let as_role = format!("postgres://{role}@{place}");
    let mut by_hand = database.connect().await;
    let make = format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut by_hand).await.expect("a role");
    let secret = tempfile::NamedTempFile::new().expect("a file");
    let fresh = run(Path::new("/"), &["secret", "new"]).await.done();
    std::fs::write(secret.path(), fresh).expect("the secret");
    let secret = secret.path().display().to_string();

    // Before it is migrated it says who may.
    let mut serve = chatlink();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--database-url", &as_role, "--database-schema", "evening"]);
    let refused = serve.env("CHATLINK_SECRET_FILE", &secret).output().await.expect("it runs");
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("chatlink migrate"), "{words}");

    let words = ["--database-url", database.url(), "--database-schema", "evening"];
    let migrate = |more: &'static str| {
        let words: Vec<_> = ["migrate"].into_iter().chain(words).chain(more.split_whitespace()).collect();
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        async move {
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            run(Path::new("/"), &words).await.done()
        }
    };
    let script = migrate("--print").await;
    assert!(script.contains("CREATE SCHEMA IF NOT EXISTS evening") && script.ends_with("COMMIT;\n"), "{script}");
    assert_eq!(migrate("--print").await, script, "it changed nothing");
    let said = migrate("").await;
    assert!(said.contains("1: initial") && said.contains("of this version"), "{said}");
    assert!(migrate("").await.contains("nothing to migrate"));
    assert!(migrate("--print").await.starts_with("--"));
    let grant = sqlx::AssertSqlSafe(GRANT.replace('$', &role));
    sqlx::raw_sql(grant).execute(&mut by_hand).await.expect("the rights");

    let launch = Launch::unlimited()
        .set("CHATLINK_DATABASE_URL", &as_role)
        .set("CHATLINK_DATABASE_SCHEMA", "evening")
        .set("CHATLINK_DATABASE_CONNECTIONS", "5")
        .set("CHATLINK_SECRET_FILE", &secret);
    let mut server = Server::launch(launch).await;
    let life = Life::of(&server).await;
    let room = format!("/v1/rooms/{}/timeline?limit=100", life.room);
    let seen = life.world.anna.api.get(&room).await.is(200)["items"].clone();
    // Two more carry the news.
    let held = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
    let held: i64 = sqlx::query_scalar(held).bind(&role).fetch_one(&mut by_hand).await.expect("a count");
    assert!((3..=7).contains(&held), "{held} connections");
    server.terminate().await.0.success().then_some(()).expect("it ends in order");
    server.restart().await;
    assert_eq!(life.world.anna.api.get(&room).await.is(200)["items"], seen);
    // The reports and the backup of the same role.
    let home = server.data();
    let by_role = ["--database-url", &as_role, "--database-schema", "evening"];
    assert!(run(&home, &[&["reports"], &by_role[..]].concat()).await.done().contains("spam"));
    run(&home, &[&["backup", "evening.db"], &by_role[..]].concat()).await.done();
}
