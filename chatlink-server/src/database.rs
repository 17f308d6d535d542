//! Where everything is kept: a SQLite file, or a PostgreSQL database.

use crate::{config::data_dir, values::Values};
use anyhow::{Context as _, bail, ensure};
use chatlink_core::{Store, metrics::PoolUse, portable::PortableStore};
use chatlink_store_postgres::{MigrateError, OpenError, PostgresOptions, PostgresStore};
use chatlink_store_sqlite::{BackupError, SqliteOptions, SqliteStore};
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
    /// A schema on a server.
    Postgres(Server),
}

/// A schema of a PostgreSQL database.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// With its password.
    url: String,
    schema: String,
    connections: u32,
}

/// An open database.
#[derive(Clone)]
pub(crate) enum Opened {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// The schema that everything is in unless another one is named.
const SCHEMA: &str = "chatlink";

/// Connections of a node that serves, unless told otherwise, and how many it may be told.
const CONNECTIONS: u32 = 32;
const FEWEST: u32 = 2;
const MOST: u32 = 1000;

impl Database {
    /// What the settings name.
    pub(crate) fn of(values: &Values) -> anyhow::Result<Self> {
        let mut database = Self::parse(values.database_url.as_deref(), &data_dir(values))?;
        match &mut database {
            Self::Postgres(server) => {
                server.connections = values.database_connections.unwrap_or(CONNECTIONS);
                let is_some = (FEWEST..=MOST).contains(&server.connections);
                ensure!(is_some, "database_connections: {FEWEST} to {MOST}");
            }
            Self::Sqlite(_) => ensure!(
                values.database_connections.is_none(),
                "database_connections is for a database_url of PostgreSQL"
            ),
        }
        database.in_schema("database_schema", values.database_schema.as_deref())
    }

    /// In this schema, which the setting of this name names.
    pub(crate) fn in_schema(mut self, setting: &str, schema: Option<&str>) -> anyhow::Result<Self> {
        match (&mut self, schema) {
            (_, None) => {}
            (Self::Sqlite(_), Some(_)) => bail!("{setting} is for a database of PostgreSQL"),
            (Self::Postgres(server), Some(schema)) => {
                let is_one = chatlink_store_postgres::is_schema(schema);
                ensure!(is_one, "{setting}: 1 to 63 small letters, digits and underscores, and no digit first");
                schema.clone_into(&mut server.schema);
            }
        }
        Ok(self)
    }

    /// What the address names; none: a file in the data folder.
    pub(crate) fn parse(url: Option<&str>, data_dir: &Path) -> anyhow::Result<Self> {
        let Some(url) = url else { return Ok(Self::Sqlite(data_dir.join("chatlink.db"))) };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            chatlink_store_postgres::is_exposed(url).context("database_url")?;
            let (url, schema) = (url.to_owned(), SCHEMA.to_owned());
            return Ok(Self::Postgres(Server { url, schema, connections: CONNECTIONS }));
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

    /// Whether whoever is on the way to it could read and change what goes there.
    pub(crate) fn is_exposed(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(server) => chatlink_store_postgres::is_exposed(&server.url).unwrap_or(true),
        }
    }

    /// Opens it, and brings it up to this version. Of nodes that start together one does.
    pub(crate) async fn open(&self) -> anyhow::Result<Opened> {
        self.open_with(serving).await
    }

    /// As [`open`](Self::open), for work that takes long and that nobody waits for.
    pub(crate) async fn open_for_long(&self) -> anyhow::Result<Opened> {
        self.open_with(|_| patient()).await
    }

    /// A server's database, of this version already: others use it now.
    pub(crate) async fn open_as_it_is(&self) -> anyhow::Result<Opened> {
        let Self::Postgres(server) = self else { return self.open().await };
        let store = server.connect(patient()).await?;
        ensure!(store.is_migrated().await?, "the database is of another version: use the `chatlink` that serves it");
        Ok(Opened::Postgres(store))
    }

    /// Whether a server uses it.
    pub(crate) async fn is_used(&self) -> anyhow::Result<bool> {
        match self {
            Self::Sqlite(path) => match chatlink_store_sqlite::unused(path).await {
                Err(BackupError::InUse(_)) => Ok(true),
                looked => Ok(looked.map(|()| false)?),
            },
            Self::Postgres(server) => {
                let store = server.connect(patient()).await?;
                let used = has_nodes(&store).await;
                store.close().await;
                used
            }
        }
    }

    async fn open_with(&self, options: impl Fn(&Server) -> PostgresOptions) -> anyhow::Result<Opened> {
        match self {
            Self::Sqlite(path) => {
                let store = SqliteOptions::new(path).open().await;
                Ok(Opened::Sqlite(store.with_context(|| format!("opening {}", path.display()))?))
            }
            Self::Postgres(server) => {
                let store = server.connect(options(server)).await?;
                match store.migrate().await {
                    Err(error @ OpenError::Migrate(MigrateError::Forbidden(_))) => {
                        Err(error).context("run `chatlink migrate` first, as a role that may create in the database")
                    }
                    done => done.context("bringing the database up to this version"),
                }?;
                Ok(Opened::Postgres(store))
            }
        }
    }
}

impl Server {
    /// Connects, and changes nothing.
    async fn connect(&self, options: PostgresOptions) -> anyhow::Result<PostgresStore> {
        let store = PostgresStore::connect(&self.url, options.schema(&self.schema)).await;
        store.context("opening the PostgreSQL database of database_url")
    }

    /// As [`connect`](Self::connect), for work that takes long.
    pub(crate) async fn connect_for_long(&self) -> anyhow::Result<PostgresStore> {
        self.connect(patient()).await
    }
}

/// How a node that serves uses it.
fn serving(server: &Server) -> PostgresOptions {
    let readers = server.connections / 2;
    PostgresOptions::new().application_name(NODE).writers(server.connections - readers).readers(readers)
}

/// How long a single statement of long work may take.
const LONG: Duration = Duration::from_secs(3600);

/// Whether nodes stay connected: what is left of one that ended goes by itself.
async fn has_nodes(store: &PostgresStore) -> anyhow::Result<bool> {
    for _ in 0..LOOKS {
        if store.connections_named(NODE).await? == 0 {
            return Ok(false);
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(true)
}

/// How often it is looked whether nodes are connected, and the time in between.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// How a node that serves calls its connections, and how long work does.
const NODE: &str = "chatlink";
const WORK: &str = "chatlink work";

fn patient() -> PostgresOptions {
    PostgresOptions::new()
        .application_name(WORK)
        .answer_within(LONG)
        .idle_within(LONG)
        .write_timeout(LONG)
        .writers(2)
        .readers(2)
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
        let Ok(Database::Postgres(Server { url, schema, connections })) = parse(Some(server)) else { panic!() };
        assert_eq!((url.as_str(), schema.as_str(), connections), (server, "chatlink", 32));
        for wrong in ["mysql://db/app", "sqlite:", "sqlite:/x?mode=ro", "chat.db"] {
            assert!(parse(Some(wrong)).unwrap_err().contains("database_url"), "{wrong}");
        }
    }

    #[test]
    fn a_server_has_a_schema_and_a_number_of_connections() {
        let of = |url: &str, schema: Option<&str>, connections| {
            let (database_url, database_schema) = (Some(url.to_owned()), schema.map(str::to_owned));
            let values =
                Values { database_url, database_schema, database_connections: connections, ..Values::default() };
            Database::of(&values).map_err(|error| error.to_string())
        };
        let url = "postgres://chat:pass@db.example/app";
        let Ok(Database::Postgres(server)) = of(url, Some("tenant_7"), Some(9)) else { panic!() };
        assert_eq!((server.schema.as_str(), server.connections), ("tenant_7", 9));
        for (url, schema, connections, setting) in [
            (url, Some("Tenant"), None, "database_schema"),
            (url, Some("a; DROP SCHEMA b"), None, "database_schema"),
            (url, None, Some(1), "database_connections"),
            (url, None, Some(1001), "database_connections"),
            ("sqlite:chat.db", Some("chat"), None, "database_schema"),
            ("sqlite:chat.db", None, Some(9), "database_connections"),
            ("postgres://chat@db.example/app?passwort=x", None, None, "database_url"),
        ] {
            let refused = of(url, schema, connections).unwrap_err();
            assert!(refused.contains(setting), "{refused}");
        }
    }

    #[test]
    fn a_password_does_not_print_itself() {
        let database = Database::parse(Some("postgres://chat:pass@db.example/app"), Path::new("/data")).unwrap();
        assert_eq!(format!("{database:?}"), "Postgres(…)");
    }
}
