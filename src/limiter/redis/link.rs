//! Where Redis is, and a connection to it: one node, the master that Sentinel names, or a cluster.

use redis::aio::MultiplexedConnection;
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelServerType};
use redis::{Client, Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind};
use std::time::Duration;
use tokio::sync::Mutex;

use super::script::{Call, Known};

/// How often a cluster is asked again where a slot moves or a node is gone, before whoever asked decides.
const RETRIES: u32 = 6;
/// How long is waited in between at most, in milliseconds.
const SLOWEST_RETRY: u64 = 8;

/// How long is waited before a command is sent again whose keys are on their way.
pub(super) const BETWEEN: Duration = Duration::from_millis(3);

/// Where Redis is.
pub(super) enum Target {
    Node(Box<Client>),
    Sentinel(Box<Mutex<SentinelClient>>),
    Cluster(Box<ClusterClient>),
}

/// A connection; clones share it.
#[derive(Clone)]
pub(super) enum Link {
    Node(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// Why an address is none.
#[derive(Debug, thiserror::Error)]
pub enum NotAnAddress {
    /// Something is missing from it.
    #[error("{0}")]
    Form(&'static str),
    /// The driver does not take it.
    #[error("the address is refused")]
    Refused(#[source] RedisError),
}

impl From<RedisError> for NotAnAddress {
    fn from(cause: RedisError) -> Self {
        Self::Refused(cause)
    }
}

impl Target {
    /// From an address: `redis://…` and `redis+unix://…` for a node, `redis+cluster://host:port,host:port` for a cluster,
    /// `redis+sentinel://host:port,host:port/master` for what Sentinel watches.
    pub(super) fn parse(url: &str, deadline: Duration) -> Result<Self, NotAnAddress> {
        if let Some(rest) = url.strip_prefix("redis+cluster://") {
            let (user, hosts) = split_user(rest);
            let hosts = hosts.trim_end_matches('/');
            let nodes: Vec<String> = hosts
                .split(',')
                .map(|host| format!("redis://{user}{host}"))
                .collect();
            let builder = ClusterClientBuilder::new(nodes)
                .connection_timeout(deadline.max(Duration::from_secs(1)))
                .response_timeout(deadline.max(Duration::from_secs(1)))
                // A check has little time: the usual waits are longer than it.
                .retries(RETRIES)
                .min_retry_wait(1)
                .max_retry_wait(SLOWEST_RETRY);
            return Ok(Self::Cluster(Box::new(builder.build()?)));
        }
        if let Some(rest) = url.strip_prefix("redis+sentinel://") {
            let (user, rest) = split_user(rest);
            let (hosts, master) = rest
                .split_once('/')
                .filter(|(_, master)| !master.is_empty())
                .ok_or(NotAnAddress::Form(
                    "the name of the master is missing: redis+sentinel://host:26379,host:26379/mymaster",
                ))?;
            let sentinels: Vec<String> = hosts.split(',').map(|host| format!("redis://{host}")).collect();
            let mut builder = redis::sentinel::SentinelClientBuilder::new(
                sentinels
                    .iter()
                    .map(|url| Ok(Client::open(url.as_str())?.get_connection_info().addr().clone()))
                    .collect::<Result<Vec<_>, RedisError>>()?,
                master,
                SentinelServerType::Master,
            )?;
            if let Some((name, password)) = user.trim_end_matches('@').split_once(':') {
                if !name.is_empty() {
                    builder = builder.set_client_to_redis_username(name);
                }
                builder = builder.set_client_to_redis_password(password);
            }
            return Ok(Self::Sentinel(Box::new(Mutex::new(builder.build()?))));
        }
        Ok(Self::Node(Box::new(Client::open(url)?)))
    }

    /// Whether keys are spread over nodes.
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }

    pub(super) async fn connect(&self) -> Result<Link, RedisError> {
        match self {
            Self::Node(client) => client.get_multiplexed_async_connection().await.map(Link::Node),
            Self::Sentinel(client) => client.lock().await.get_async_connection().await.map(Link::Node),
            Self::Cluster(client) => client.get_async_connection().await.map(Link::Cluster),
        }
    }
}

/// The user and password of an address, with the `@` behind them, and the rest.
fn split_user(rest: &str) -> (&str, &str) {
    rest.rfind('@').map_or(("", rest), |at| rest.split_at(at + 1))
}

impl Link {
    /// Runs a script. A server that has not run it yet, or has forgotten it, gets the whole of it.
    pub(super) async fn run<T: FromRedisValue>(
        &mut self,
        script: &Known,
        call: &Call,
    ) -> Result<T, RedisError> {
        match self.send(&script.command(call, false)).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.send(&script.command(call, true)).await
            }
            other => other,
        }
    }

    /// Sends a command. Where the nodes of a cluster do not agree yet who has a slot it is sent again until they do, which whoever calls
    /// bounds; nobody has carried it out.
    pub(super) async fn send<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, RedisError> {
        match self {
            Self::Node(connection) => command.query_async(connection).await,
            Self::Cluster(connection) => loop {
                match command.query_async(connection).await {
                    Err(error) if is_elsewhere(&error) => tokio::time::sleep(BETWEEN).await,
                    answer => return answer,
                }
            },
        }
    }
}

/// Whether every node that was asked named another one.
fn is_elsewhere(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, ClusterDown, Moved};
    matches!(error.kind(), ErrorKind::Server(Ask | ClusterDown | Moved))
}

/// Whether a slot is moving, and some of the keys of a call have arrived while others have not.
pub(super) fn is_between(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::TryAgain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_what_is_there() {
        let parse = |url| Target::parse(url, Duration::from_millis(100));
        assert!(matches!(parse("redis://localhost"), Ok(Target::Node(_))));
        assert!(matches!(
            parse("redis+unix:///run/redis.sock"),
            Ok(Target::Node(_))
        ));
        assert!(matches!(
            parse("redis+cluster://:secret@a:1,b:2"),
            Ok(Target::Cluster(_))
        ));
        assert!(matches!(
            parse("redis+sentinel://u:secret@a:1,b:2/main"),
            Ok(Target::Sentinel(_))
        ));
        assert!(matches!(
            parse("redis+sentinel://a:1,b:2"),
            Err(NotAnAddress::Form(_))
        ));
        assert!(matches!(parse("http://localhost"), Err(NotAnAddress::Refused(_))));
    }
}
