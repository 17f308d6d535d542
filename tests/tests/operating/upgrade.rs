//! While a cluster is brought up to date, nodes of the release before serve the schema of this one.

use crate::{life::Life, run};
use chatlink_tests::{Database, Launch, Server};
use serde_json::Value;
use std::path::Path;

/// Nearly everything there is, done on the release before over this version's schema; this version shows all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_release_before_serves_the_schema_of_this_one() {
    let database = Database::fresh().await;
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), run(Path::new("/"), &["secret", "new"]).await.done()).expect("the secret");
    let launch = Launch::unlimited()
        .set("CHATLINK_DATABASE_URL", database.url())
        .set("CHATLINK_SECRET_FILE", &secret.path().display().to_string());
    let mut server = Server::launch(launch.clone()).await;
    assert!(server.terminate().await.0.success(), "this version made the schema");
    server.restart_as(launch.clone().previous()).await;
    let life = Life::of(&server).await;
    let before = life.seen().await;
    assert!(server.terminate().await.0.success(), "the release before ends in order");
    server.restart_as(launch).await;
    let after = life.seen().await;
    let mut lost = Vec::new();
    compare("", &before, &after, &mut lost);
    assert!(lost.is_empty(), "this version shows other things:\n{}", lost.join("\n"));
}

/// What the older answer says, the newer one says, too; it may say more.
fn compare(path: &str, older: &Value, newer: &Value, lost: &mut Vec<String>) {
    match (older, newer) {
        (Value::Object(older), Value::Object(newer)) => {
            for (name, value) in older {
                compare(&format!("{path}/{name}"), value, newer.get(name).unwrap_or(&Value::Null), lost);
            }
        }
        (Value::Array(older), Value::Array(newer)) if older.len() == newer.len() => {
            for (index, one) in older.iter().enumerate() {
                // Where a list's order is a release's own, its rows are known by their ids.
                let same = newer.iter().find(|other| one.get("id").is_some_and(|id| other.get("id") == Some(id)));
                compare(&format!("{path}/{index}"), one, same.unwrap_or(&newer[index]), lost);
            }
        }
        _ if older == newer => {}
        _ => lost.push(format!("{path}: {older} became {newer}")),
    }
}
