//! What a device keeps, and what happens when it cannot.

use crate::{
    server::Server,
    talk::{friends, texts, until},
};
use chatlink_client::{Client, JobState, MemoryTokens};
use sqlx::{Connection as _, SqliteConnection};
use std::{path::Path, sync::Arc};

/// The one file in the folder whose name ends so.
fn file(folder: &Path, end: &str) -> std::path::PathBuf {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.into_iter().find(|path| path.to_string_lossy().ends_with(end)).expect("a file")
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
