//! The settings: their types, and how they are put together from defaults, file, environment and flags.
//!
//! `config.default.toml` names every setting and is compiled in; a key that it lacks does not exist.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;

mod layers;
mod rates;
mod values;

pub use layers::{Flag, Inputs, Origin, Sources};
pub use rates::RequestRate;
pub use values::{DatabaseKind, DatabaseUrl, RedisUrl, SecretText};

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// How many requests keys may make.
    pub plans: Plans,
    /// The data folder.
    pub data: Data,
    /// The database.
    pub database: Database,
    /// The write path.
    pub pipeline: Pipeline,
    /// The counters that processes share.
    pub redis: Redis,
    /// Rate limits.
    pub limits: RateLimits,
    /// The log of events.
    pub events: Events,
    /// The log in Redis Streams.
    pub streams: Streams,
    /// Calls to addresses that others have given.
    pub outbound: Outbound,
    /// Events sent to addresses of tenants.
    pub webhooks: Webhooks,
    /// Work in the background.
    pub jobs: Jobs,
    /// The log.
    pub log: Log,
}

/// How requests are taken.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where to listen; port 0 takes a free one.
    #[serde(deserialize_with = "values::address")]
    pub listen: SocketAddr,
    /// How clients reach the server, without a slash at the end; `None` means as it listens.
    #[serde(deserialize_with = "values::public_url")]
    pub public_url: Option<String>,
    /// The largest request body, in bytes.
    #[serde(deserialize_with = "values::size")]
    pub body_limit: usize,
    /// How many connections are served at a time.
    #[serde(deserialize_with = "values::count")]
    pub max_connections: usize,
    /// Until when the headers of a request must be complete.
    #[serde(deserialize_with = "values::duration")]
    pub header_timeout: Duration,
    /// How long a connection may wait for its next request, and an answer for its client to read on.
    #[serde(deserialize_with = "values::duration")]
    pub idle_timeout: Duration,
    /// Until when the body of a request must be complete.
    #[serde(deserialize_with = "values::duration")]
    pub body_timeout: Duration,
    /// Until when an answer must begin.
    #[serde(deserialize_with = "values::duration")]
    pub request_timeout: Duration,
    /// How long running requests may take to finish at shutdown.
    #[serde(deserialize_with = "values::duration")]
    pub shutdown_grace: Duration,
    /// The operator's own reverse proxies.
    #[serde(deserialize_with = "rates::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// How many requests an address may make without a known key; `None` for any number.
    #[serde(deserialize_with = "rates::rate")]
    pub anonymous_rate: Option<RequestRate>,
}

/// How many requests each key may make, by its tenant's plan; `None` for any number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    /// The smallest.
    #[serde(deserialize_with = "rates::rate")]
    pub small: Option<RequestRate>,
    /// What tenants have unless the operator says otherwise.
    #[serde(deserialize_with = "rates::rate")]
    pub standard: Option<RequestRate>,
    /// The largest.
    #[serde(deserialize_with = "rates::rate")]
    pub large: Option<RequestRate>,
}

/// What is kept on this machine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The data folder.
    pub dir: PathBuf,
}

/// Where the ledger is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// As set; [`Config::database_url`] also knows what to do when it is not.
    #[serde(deserialize_with = "values::database_url")]
    pub url: Option<DatabaseUrl>,
    /// Connections to Postgres, or readers of SQLite.
    #[serde(deserialize_with = "values::count")]
    pub max_connections: usize,
    /// Whether starting brings the schema up to date.
    pub migrate: bool,
    /// What a commit to SQLite survives.
    pub synchronous: Synchronous,
}

/// What a commit to SQLite survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// A power cut.
    Full,
    /// A crash of the process alone.
    Normal,
}

/// How writes are batched.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// Writers side by side.
    #[serde(deserialize_with = "values::count")]
    pub lanes: usize,
    /// The most commands in one commit.
    #[serde(deserialize_with = "values::count")]
    pub batch: usize,
    /// Commands that may wait for one writer.
    #[serde(deserialize_with = "values::count")]
    pub queue: usize,
}

/// The counters that processes share.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// Where it is; `None` when this process counts for itself.
    #[serde(deserialize_with = "values::redis_url")]
    pub url: Option<RedisUrl>,
    /// What all keys of this service begin with.
    #[serde(deserialize_with = "values::prefix")]
    pub prefix: String,
    /// How long a check waits for it.
    #[serde(deserialize_with = "values::duration")]
    pub deadline: Duration,
}

/// Rate limits.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// How many keys this process keeps at most.
    #[serde(deserialize_with = "values::count")]
    pub max_keys: usize,
}

/// The log of events.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// How long events are kept: a day at the least.
    #[serde(deserialize_with = "values::long_retention")]
    pub retention: Duration,
    /// How often to look for commits of other processes while anybody follows.
    #[serde(deserialize_with = "values::duration")]
    pub poll_interval: Duration,
    /// How many streams are open at a time.
    #[serde(deserialize_with = "values::count")]
    pub max_readers: usize,
}

/// The log in Redis Streams.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// Whether it is published there.
    pub enabled: bool,
    /// How many positions of a log its stream keeps once every group has acknowledged them.
    #[serde(deserialize_with = "values::length")]
    pub max_length: u64,
    /// How many it keeps in any case.
    #[serde(deserialize_with = "values::length")]
    pub hard_length: u64,
    /// How often an entry is delivered before it is a dead letter.
    #[serde(deserialize_with = "values::length")]
    pub max_deliveries: u64,
    /// For how long a delivered entry is left alone before it is stuck.
    #[serde(deserialize_with = "values::duration")]
    pub stuck_after: Duration,
}

/// Calls to addresses that tenants have given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// What may be called beside the public network, and without encryption.
    #[serde(deserialize_with = "rates::networks")]
    pub allowed_networks: Vec<IpNet>,
    /// The operator's own authorities, in PEM.
    #[serde(deserialize_with = "values::file")]
    pub ca_file: Option<PathBuf>,
    /// Until when a call must have its answer.
    #[serde(deserialize_with = "values::call_timeout")]
    pub timeout: Duration,
}

/// Events sent to addresses of tenants.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// How long a delivery is kept once it is settled.
    #[serde(deserialize_with = "values::long_retention")]
    pub retention: Duration,
    /// How often to look for what is to be sent.
    #[serde(deserialize_with = "values::duration")]
    pub poll_interval: Duration,
}

/// Work in the background.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Where a process that does the jobs alone answers probes; port 0 takes a free one.
    #[serde(deserialize_with = "values::address")]
    pub listen: SocketAddr,
    /// How often due timers are looked for.
    #[serde(deserialize_with = "values::duration")]
    pub timer_interval: Duration,
    /// How long the answer to a request with an `Idempotency-Key` is kept: a day at the least.
    #[serde(deserialize_with = "values::retention")]
    pub idempotency_retention: Duration,
}

/// What is logged and how.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// A level, or rules by module.
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The most commands that one commit may take: beyond it, statements grow and nothing gets faster.
const MAX_BATCH: usize = 512;

/// More writers than this only wait for each other.
const MAX_LANES: usize = 16;

impl Config {
    /// Puts the settings together and says where each came from.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key and the place where it was set.
    pub fn load(inputs: &Inputs) -> Result<(Self, Sources), ConfigError> {
        let sources = Sources::gather(inputs)?;
        let config = sources.typed()?;
        config.check(&sources)?;
        Ok((config, sources))
    }

    /// The database to use: the one that is set, or SQLite in the data folder.
    #[must_use]
    pub fn database_url(&self) -> DatabaseUrl {
        let embedded = || DatabaseUrl::sqlite(&self.data.dir.join("tribune.db"));
        self.database.url.clone().unwrap_or_else(embedded)
    }

    /// What no setting can know by itself.
    fn check(&self, sources: &Sources) -> Result<(), ConfigError> {
        let Pipeline { lanes, batch, queue } = self.pipeline;
        let refuse = |key: &str, reason: String| Err(sources.invalid(key, reason));
        if lanes > MAX_LANES {
            return refuse("pipeline.lanes", format!("at most {MAX_LANES}, not {lanes}"));
        }
        if batch > MAX_BATCH {
            return refuse("pipeline.batch", format!("at most {MAX_BATCH}, not {batch}"));
        }
        if queue < batch {
            return refuse(
                "pipeline.queue",
                format!("{queue} is less than pipeline.batch, which is {batch}"),
            );
        }
        let (most, hard) = (self.streams.max_length, self.streams.hard_length);
        if hard < most {
            return refuse(
                "streams.hard_length",
                format!("{hard} is less than streams.max_length, which is {most}"),
            );
        }
        if self.streams.enabled && self.redis.url.is_none() {
            return refuse(
                "streams.enabled",
                "streams are kept in Redis: set redis.url (or REDIS_URL) too".to_owned(),
            );
        }
        Ok(())
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not TOML; the reason is without the file's contents, which may hold a password.
    #[error("{place} is not TOML: {reason}")]
    Syntax {
        /// The file, with line and column.
        place: String,
        /// What the parser says.
        reason: String,
    },
    /// There is no such setting.
    #[error("unknown setting `{key}` ({origin}); known are {known}")]
    UnknownKey {
        /// The key as it was written.
        key: String,
        /// Where.
        origin: Origin,
        /// The keys that could have been meant.
        known: String,
    },
    /// A setting has a value that it cannot have.
    #[error("setting `{key}` ({origin}): {reason}")]
    Invalid {
        /// The key.
        key: String,
        /// Where the value was set.
        origin: Origin,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
