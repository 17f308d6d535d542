//! What carries news between the nodes that use one database.

use crate::database::{Database, Opened};
use anyhow::{Context as _, bail};
use chatlink_core::realtime::transport::Transport;
use chatlink_transport_redis::RedisTransport;
use std::{fmt, sync::Arc};

/// The transport, as `CHATLINK_TRANSPORT_URL` names it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum NodeTransport {
    /// None: what another process on the same file commits is found once a second.
    None,
    /// Notifications of the PostgreSQL database that everything is in.
    Postgres,
    /// The address of a Redis, with its password.
    Redis(String),
}

impl NodeTransport {
    /// What the address names; none: the database's own, where it has one.
    pub(crate) fn parse(url: Option<&str>, database: &Database) -> anyhow::Result<Self> {
        match (url, database) {
            (None | Some("postgres"), Database::Postgres(_)) => Ok(Self::Postgres),
            (None | Some("none"), _) => Ok(Self::None),
            (Some("postgres"), Database::Sqlite(_)) => {
                bail!("transport_url: postgres is for a database_url of PostgreSQL")
            }
            (Some(url), _) if url.starts_with("redis") => {
                RedisTransport::new(url).context("transport_url")?;
                Ok(Self::Redis(url.to_owned()))
            }
            // It may hold a password.
            (Some(_), _) => bail!("transport_url: like redis://:password@host:6379, or postgres, or none"),
        }
    }

    /// A node's end of it. That it cannot be reached now keeps no node from starting.
    pub(crate) fn open(&self, database: &Opened) -> anyhow::Result<Option<Arc<dyn Transport>>> {
        Ok(match (self, database) {
            (Self::Postgres, Opened::Postgres(store)) => Some(Arc::new(store.transport())),
            (Self::Redis(url), _) => Some(Arc::new(RedisTransport::new(url)?)),
            (Self::Postgres, Opened::Sqlite(_)) | (Self::None, _) => None,
        })
    }
}

/// Without the address of a server: a password is in it.
impl fmt::Debug for NodeTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Postgres => "Postgres",
            Self::Redis(_) => "Redis(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_shared_database_carries_the_news_unless_something_else_is_named() {
        let file = Database::parse(None, Path::new("/data")).unwrap();
        let server = Database::parse(Some("postgres://chat:pass@db.example/app"), Path::new("/data")).unwrap();
        let parse = |url, database| NodeTransport::parse(url, database).map_err(|error| format!("{error:#}"));
        assert_eq!(parse(None, &file), Ok(NodeTransport::None));
        assert_eq!(parse(None, &server), Ok(NodeTransport::Postgres));
        assert_eq!(parse(Some("postgres"), &server), Ok(NodeTransport::Postgres));
        assert_eq!(parse(Some("none"), &server), Ok(NodeTransport::None));
        for url in ["redis://cache.example", "rediss://:hunter2@cache.example:7000", "redis+cluster://a:1,b:2"] {
            for database in [&file, &server] {
                let redis = parse(Some(url), database).unwrap();
                assert_eq!(
                    (format!("{redis:?}"), redis),
                    ("Redis(…)".to_owned(), NodeTransport::Redis(url.to_owned()))
                );
            }
        }
        assert!(parse(Some("postgres"), &file).unwrap_err().contains("database_url"));
        for wrong in
            ["", "http://me:hunter2@cache.example", "postgres://chat:hunter2@db.example/app", "redis://:hunter2@"]
        {
            let error = parse(Some(wrong), &server).unwrap_err();
            assert!(error.contains("transport_url") && !error.contains("hunter2"), "{error}");
        }
    }
}
