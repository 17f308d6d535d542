//! `chatlink migrate`: the database brought up to this version apart from serving it.

use crate::{database::Database, print};
use anyhow::bail;

/// Migrates, and says what ran; or writes the SQL that would run, and changes nothing.
pub(crate) fn run(database: &Database, print_only: bool) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = match database {
            Database::Sqlite(_) if print_only => bail!("--print is for PostgreSQL"),
            Database::Sqlite(_) => {
                database.open().await?.close().await;
                return print("The database is of this version.\n");
            }
            Database::Postgres(server) => server,
        };
        let store = server.connect_for_long().await?;
        let pending = store.pending().await?;
        let said = match (pending.as_slice(), print_only) {
            ([], true) => "-- There is nothing to migrate.\n".to_owned(),
            ([], false) => "There is nothing to migrate.\n".to_owned(),
            (pending, true) => store.script(pending),
            (pending, false) => {
                store.migrate().await?;
                let line = |one: &chatlink_store_postgres::Migration| format!("{}: {}\n", one.version, one.name);
                pending.iter().map(line).collect::<String>() + "The database is of this version.\n"
            }
        };
        store.close().await;
        print(&said)
    })
}
