//! Where Redis is.

use crate::{link::Link, listen::Ear};
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion, RedisError,
    cluster::ClusterClientBuilder,
};
use std::{fmt, sync::Arc, time::Duration};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a command may take.
const ANSWER: Duration = Duration::from_secs(2);

/// A server, or some of a cluster.
#[derive(Clone)]
pub(crate) enum Address {
    Single(Box<ConnectionInfo>),
    Cluster(Vec<ConnectionInfo>),
}

/// An address that names no Redis. It is not repeated: a password may be in it.
#[derive(Debug, thiserror::Error)]
#[error("not like redis://user:password@host:6379 or redis+cluster://user:password@host:6379,host:6379")]
pub struct AddressError(#[source] Option<RedisError>);

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, AddressError> {
        let Some((scheme, rest)) = url.split_once("://") else { return Err(AddressError(None)) };
        match scheme {
            "redis" | "rediss" => Ok(Self::Single(Box::new(server(url)?))),
            "redis+cluster" | "rediss+cluster" => {
                let scheme = scheme.trim_end_matches("+cluster");
                let (login, hosts) = rest.rsplit_once('@').map_or(("", rest), |(login, hosts)| (login, hosts));
                let login = if login.is_empty() { String::new() } else { format!("{login}@") };
                let servers = hosts.split(',').map(|host| server(&format!("{scheme}://{login}{host}")));
                Ok(Self::Cluster(servers.collect::<Result<_, _>>()?))
            }
            _ => Err(AddressError(None)),
        }
    }

    /// Connects. What is heard on a connection with an `ear` is told to it.
    pub(crate) async fn connect(&self, ear: Option<Arc<Ear>>) -> Result<Link, RedisError> {
        match self {
            Self::Single(server) => {
                let config = AsyncConnectionConfig::new();
                let config = config.set_connection_timeout(Some(CONNECT)).set_response_timeout(Some(ANSWER));
                let config = match ear {
                    Some(ear) => config.set_push_sender(ear),
                    None => config,
                };
                let client = Client::open(server.as_ref().clone())?;
                Ok(Link::Single(client.get_multiplexed_async_connection_with_config(&config).await?))
            }
            Self::Cluster(servers) => {
                let builder = ClusterClientBuilder::new(servers.clone()).use_protocol(ProtocolVersion::RESP3);
                let builder = builder.connection_timeout(CONNECT).response_timeout(ANSWER);
                let builder = match ear {
                    Some(ear) => builder.push_sender(ear),
                    None => builder,
                };
                Ok(Link::Cluster(builder.build()?.get_async_connection().await?))
            }
        }
    }
}

fn server(url: &str) -> Result<ConnectionInfo, AddressError> {
    let info = url.into_connection_info().map_err(|error| AddressError(Some(error)))?;
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    Ok(info.set_redis_settings(settings))
}

/// Without a password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single(server) => server.addr().fmt(f),
            Self::Cluster(servers) => f.debug_list().entries(servers.iter().map(ConnectionInfo::addr)).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> String {
        format!("{:?}", Address::parse(url).unwrap())
    }

    #[test]
    fn an_address_names_a_server_or_a_cluster_and_no_password() {
        let single = of("redis://chat:hunter2@cache.example:7000");
        assert!(single.contains("cache.example") && single.contains("7000"), "{single}");
        let cluster = of("redis+cluster://:hunter2@one.example:7000,two.example:7001");
        assert!(["one.example", "7000", "two.example", "7001"].iter().all(|part| cluster.contains(part)), "{cluster}");
        for text in [single, cluster] {
            assert!(!text.contains("hunter2"), "{text}");
        }
        let Address::Cluster(servers) = Address::parse("redis+cluster://me:hunter2@a:1,b:2").unwrap() else { panic!() };
        for server in servers {
            assert_eq!(server.redis_settings().username(), Some("me"));
            assert_eq!(server.redis_settings().password(), Some("hunter2"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for wrong in
            ["", "cache", "http://me:hunter2@x", "redis+cluster://", "redis://:hunter2@", "postgres://:hunter2@x"]
        {
            let error = Address::parse(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{wrong}: {error:?}");
        }
    }
}
