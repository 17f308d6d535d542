//! Every statement of rooms, timelines, logs and settings prepared on the real schema, and its plan read: no
//! table is walked from end to end.

use crate::{
    SqliteOptions, identity, intents, jobs, mine, notes, people, rights, rooms, rows::Many, scheduled, search,
    services, timeline, webhooks,
};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

/// What a module gives to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Statements {
    pub(crate) many: &'static [&'static Many],
    pub(crate) single: &'static [&'static str],
}

#[tokio::test]
async fn no_statement_walks_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
    let mut connection = store.reader().await.unwrap();
    let others =
        [notes::STATEMENTS, jobs::STATEMENTS, identity::STATEMENTS, services::STATEMENTS, webhooks::STATEMENTS];
    for module in [
        people::STATEMENTS,
        rooms::STATEMENTS,
        timeline::STATEMENTS,
        search::STATEMENTS,
        mine::STATEMENTS,
        scheduled::STATEMENTS,
        intents::STATEMENTS,
        rights::STATEMENTS,
        &others,
    ]
    .concat()
    {
        for many in module.many {
            look(&mut connection, &many.text(2)).await;
        }
        for sql in module.single {
            look(&mut connection, sql).await;
        }
    }
}

async fn look(connection: &mut SqliteConnection, sql: &str) {
    let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    let rows = plan.fetch_all(connection).await.unwrap_or_else(|error| panic!("{error}:\n{sql}"));
    for row in rows {
        let step: String = row.try_get(3).unwrap();
        let walked = step.strip_prefix("SCAN ").filter(|rest| !rest.contains("CONSTANT ROW"));
        let table = walked.and_then(|rest| rest.split(' ').next());
        assert!(table.is_none_or(is_ours), "{step}:\n{sql}");
        assert!(!walks_a_log(&step), "{step}:\n{sql}");
    }
}

/// Whether a step reads all events of a room, which may be very many.
fn walks_a_log(step: &str) -> bool {
    let read = step.strip_prefix("SEARCH ").and_then(|rest| rest.strip_suffix(" USING PRIMARY KEY (room_no=?)"));
    read.is_some_and(|table| ["e", "ed", "events", "l", "o", "s", "u"].contains(&table))
}

/// Lists that we bind, what subqueries made of few rows, and the webhooks, of which there are ten at most, are walked.
fn is_ours(table: &str) -> bool {
    ["k", "page", "half", "json_each", "webhooks"].contains(&table) || table.starts_with("(subquery-")
}
