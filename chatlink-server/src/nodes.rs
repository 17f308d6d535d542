//! What carries news between the nodes that use one database.

use crate::database::{Database, Opened};
use anyhow::bail;
use chatlink_core::realtime::transport::Transport;
use std::sync::Arc;

/// The transport, as `CHATLINK_TRANSPORT_URL` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeTransport {
    /// None: what another process on the same file commits is found once a second.
    None,
    /// Notifications of the PostgreSQL database that everything is in.
    Postgres,
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
            // It may hold a password.
            (Some(_), _) => bail!("transport_url: postgres or none"),
        }
    }

    /// A node's end of it.
    pub(crate) fn open(self, database: &Opened) -> Option<Arc<dyn Transport>> {
        match (self, database) {
            (Self::Postgres, Opened::Postgres(store)) => Some(Arc::new(store.transport())),
            (Self::Postgres, Opened::Sqlite(_)) | (Self::None, _) => None,
        }
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
        let parse = |url, database| NodeTransport::parse(url, database).map_err(|error| error.to_string());
        assert_eq!(parse(None, &file), Ok(NodeTransport::None));
        assert_eq!(parse(None, &server), Ok(NodeTransport::Postgres));
        assert_eq!(parse(Some("postgres"), &server), Ok(NodeTransport::Postgres));
        assert_eq!(parse(Some("none"), &server), Ok(NodeTransport::None));
        assert!(parse(Some("postgres"), &file).unwrap_err().contains("database_url"));
        for wrong in ["", "http://me:hunter2@cache.example", "postgres://chat:hunter2@db.example/app"] {
            let error = parse(Some(wrong), &server).unwrap_err();
            assert!(error.contains("transport_url") && !error.contains("hunter2"), "{error}");
        }
    }
}
