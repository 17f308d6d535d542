//! Where everything is kept: a SQLite file, or a PostgreSQL database.

use anyhow::{Context as _, bail, ensure};
use chatlink_core::{Store, metrics::PoolUse, portable::PortableStore};
use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The database, as `CHATLINK_DATABASE_URL` names it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// The address of a database, with its password.
    Postgres(String),
}

/// An open database.
#[derive(Clone)]
pub(crate) enum Opened {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Database {
    /// What the address names; none: a file in the data folder.
    pub(crate) fn parse(url: Option<&str>, data_dir: &Path) -> anyhow::Result<Self> {
        let Some(url) = url else { return Ok(Self::Sqlite(data_dir.join("chatlink.db"))) };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            chatlink_store_postgres::is_exposed(url).context("database_url")?;
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        match path {
            Some(path) if !path.is_empty() && !path.contains('?') => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => bail!("database_url: like sqlite:/path/to/chatlink.db or postgres://user:password@host/database"),
        }
    }

    /// Whether other nodes may use it, too: then a secret that this one makes for itself would be worth nothing there.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Opens it, and brings it up to this version. Of nodes that start together one does.
    pub(crate) async fn open(&self) -> anyhow::Result<Opened> {
        self.open_with(PostgresOptions::new()).await
    }

    /// As [`open`](Self::open), for work that takes long and that nobody waits for.
    pub(crate) async fn open_for_long(&self) -> anyhow::Result<Opened> {
        self.open_with(patient()).await
    }

    /// A server's database, of this version already: others use it now.
    pub(crate) async fn open_as_it_is(&self) -> anyhow::Result<Opened> {
        let Self::Postgres(url) = self else { return self.open().await };
        let store = PostgresStore::connect(url, patient()).await;
        let store = store.context("opening the PostgreSQL database of database_url")?;
        ensure!(store.is_migrated().await?, "the database is of another version: use the `chatlink` that serves it");
        Ok(Opened::Postgres(store))
    }

    async fn open_with(&self, options: PostgresOptions) -> anyhow::Result<Opened> {
        match self {
            Self::Sqlite(path) => {
                let store = SqliteOptions::new(path).open().await;
                Ok(Opened::Sqlite(store.with_context(|| format!("opening {}", path.display()))?))
            }
            Self::Postgres(url) => {
                let store = PostgresStore::connect(url, options).await;
                let store = store.context("opening the PostgreSQL database of database_url")?;
                store.migrate().await.context("bringing the database up to this version")?;
                Ok(Opened::Postgres(store))
            }
        }
    }
}

/// How long a single statement of long work may take.
const LONG: Duration = Duration::from_secs(3600);

fn patient() -> PostgresOptions {
    PostgresOptions::new().answer_within(LONG).idle_within(LONG).write_timeout(LONG).writers(2).readers(2)
}

/// Without the address of a server: a password is in it.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

impl Opened {
    /// The storage ports on it.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    /// Its connections, as they are used now.
    pub(crate) fn pools(&self) -> [(&'static str, PoolUse); 2] {
        match self {
            Self::Sqlite(store) => store.pools(),
            Self::Postgres(store) => store.pools(),
        }
    }

    /// The way in and out of it.
    pub(crate) fn portable(&self) -> &dyn PortableStore {
        match self {
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
        }
    }

    /// Closes it after the work under way.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_file_or_a_server() {
        let parse = |url| Database::parse(url, Path::new("/data")).map_err(|error| error.to_string());
        let file = |path: &str| Ok(Database::Sqlite(PathBuf::from(path)));
        assert_eq!(parse(None), file("/data/chatlink.db"));
        assert_eq!(parse(Some("sqlite:/x/y.db")), file("/x/y.db"));
        assert_eq!(parse(Some("sqlite:///x/y.db")), file("/x/y.db"));
        let server = "postgres://chat:pass@db.example/app";
        assert_eq!(parse(Some(server)), Ok(Database::Postgres(server.to_owned())));
        for wrong in ["mysql://db/app", "sqlite:", "sqlite:/x?mode=ro", "chat.db"] {
            assert!(parse(Some(wrong)).unwrap_err().contains("database_url"), "{wrong}");
        }
    }

    #[test]
    fn a_password_does_not_print_itself() {
        let database = Database::parse(Some("postgres://chat:pass@db.example/app"), Path::new("/data")).unwrap();
        assert_eq!(format!("{database:?}"), "Postgres(…)");
    }
}
