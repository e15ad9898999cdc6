//! Where Redis is, and a connection to it: one node, the master that Sentinel names, or a cluster.

use redis::aio::MultiplexedConnection;
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelServerType};
use redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind};
use std::time::Duration;
use tokio::sync::Mutex;

use super::script::{Call, Known};

/// How often a cluster is asked again where a slot moves or a node is gone, before whoever asked decides.
const RETRIES: u32 = 6;
/// How long is waited in between at most, in milliseconds.
const SLOWEST_RETRY: u64 = 8;

/// How long is waited before a command is sent again whose keys are on their way.
pub(crate) const BETWEEN: Duration = Duration::from_millis(3);

/// Where Redis is.
pub(crate) struct Target {
    place: Place,
    /// How long a connection waits for an answer: at least as long as whoever asks.
    patience: Duration,
}

enum Place {
    Node(Box<Client>),
    Sentinel(Box<Mutex<SentinelClient>>),
    Cluster(Box<ClusterClient>),
}

/// A connection; clones share it.
#[derive(Clone)]
pub(crate) enum Link {
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
    ///
    /// # Errors
    /// [`NotAnAddress`].
    pub(crate) fn parse(url: &str, deadline: Duration) -> Result<Self, NotAnAddress> {
        let patience = deadline.max(Duration::from_secs(1));
        let place = Place::parse(url, patience)?;
        Ok(Self { place, patience })
    }

    /// Whether keys are spread over nodes.
    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self.place, Place::Cluster(_))
    }

    /// Connects.
    ///
    /// # Errors
    /// The driver's.
    pub(crate) async fn connect(&self) -> Result<Link, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.patience))
            .set_response_timeout(Some(self.patience));
        match &self.place {
            Place::Node(client) => {
                let connection = client.get_multiplexed_async_connection_with_config(&config).await;
                connection.map(Link::Node)
            }
            Place::Sentinel(client) => {
                let mut client = client.lock().await;
                client
                    .get_async_connection_with_config(&config)
                    .await
                    .map(Link::Node)
            }
            Place::Cluster(client) => client.get_async_connection().await.map(Link::Cluster),
        }
    }
}

impl Place {
    fn parse(url: &str, patience: Duration) -> Result<Self, NotAnAddress> {
        if let Some(rest) = url.strip_prefix("redis+cluster://") {
            let (user, hosts) = split_user(rest);
            let hosts = hosts.trim_end_matches('/');
            let nodes: Vec<String> = hosts
                .split(',')
                .map(|host| format!("redis://{user}{host}"))
                .collect();
            let builder = ClusterClientBuilder::new(nodes)
                .connection_timeout(patience)
                .response_timeout(patience)
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
}

/// The user and password of an address, with the `@` behind them, and the rest.
fn split_user(rest: &str) -> (&str, &str) {
    rest.rfind('@').map_or(("", rest), |at| rest.split_at(at + 1))
}

impl Link {
    /// Runs a script. A server that has not run it yet, or has forgotten it, gets the whole of it.
    pub(crate) async fn run<T: FromRedisValue>(
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
    pub(crate) async fn send<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, RedisError> {
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
pub(crate) fn is_between(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::TryAgain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_what_is_there() {
        let parse = |url| Target::parse(url, Duration::from_millis(100)).map(|target| target.place);
        assert!(matches!(parse("redis://localhost"), Ok(Place::Node(_))));
        assert!(matches!(
            parse("redis+unix:///run/redis.sock"),
            Ok(Place::Node(_))
        ));
        assert!(matches!(
            parse("redis+cluster://:secret@a:1,b:2"),
            Ok(Place::Cluster(_))
        ));
        assert!(matches!(
            parse("redis+sentinel://u:secret@a:1,b:2/main"),
            Ok(Place::Sentinel(_))
        ));
        assert!(matches!(
            parse("redis+sentinel://a:1,b:2"),
            Err(NotAnAddress::Form(_))
        ));
        assert!(matches!(parse("http://localhost"), Err(NotAnAddress::Refused(_))));
    }
}
