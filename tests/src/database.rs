//! A PostgreSQL database of a test's own, on the server that the run has, or on one of this process's.

#[path = "../../chatlink-store-postgres/tests/support/server.rs"]
#[allow(dead_code, unreachable_pub, reason = "made for the store's own tests; not all of it is asked for here")]
mod server;

use crate::fresh_id;
use server::Server;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::sync::OnceLock;

/// An empty database.
pub struct Database {
    url: String,
}

impl Database {
    /// Makes one.
    pub async fn fresh() -> Self {
        let server = server_url();
        let name = format!("t_{}", fresh_id().replace('-', ""));
        let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create).execute(&mut connection).await.expect("CREATE DATABASE");
        let (place, _) = server.rsplit_once('/').expect("a path in the address");
        Self { url: format!("{place}/{name}") }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Throws everybody out, and lets nobody in.
    pub async fn shut(&self) {
        self.say(
            "ALTER DATABASE $ ALLOW_CONNECTIONS false",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$'",
        )
        .await;
    }

    /// Lets them in again.
    pub async fn open(&self) {
        self.say("ALTER DATABASE $ ALLOW_CONNECTIONS true", "SELECT 1").await;
    }

    /// Says two things about it to its server.
    async fn say(&self, first: &str, second: &str) {
        let (_, name) = self.url.rsplit_once('/').expect("a path in the address");
        let mut connection = PgConnection::connect(&server_url()).await.expect("the PostgreSQL server");
        for sql in [first, second] {
            let sql = AssertSqlSafe(sql.replace('$', name));
            sqlx::raw_sql(sql).execute(&mut connection).await.expect("said");
        }
    }

    /// A connection to the schema that the binary uses.
    pub async fn connect(&self) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url).await.expect("the database");
        sqlx::raw_sql("SET search_path = chatlink").execute(&mut connection).await.expect("its schema");
        connection
    }
}

/// The server's address. One of this process's own ends with it.
fn server_url() -> String {
    static OWN: OnceLock<Server> = OnceLock::new();
    if let Ok(url) = std::env::var(server::URL) {
        return url;
    }
    OWN.get_or_init(|| Server::start().unwrap_or_else(|missing| panic!("{missing}"))).url()
}
