//! Redis Streams: `<prefix>events:{<tenant>}`, and `<prefix>events:{<tenant>}:dead` for what nobody could work off.
//!
//! Whatever has a condition is one script, so that several publishers side by side need no agreement: an entry is appended where the stream
//! ends in the position before it, or not at all.

mod scripts;

use crate::domain::id::TenantId;
use crate::nodes::{Call, Known, Link, NotAnAddress, Target};
use crate::ports::bus::{Appended, Bounds, Bus, BusError, Clears, Entry, Lost, Tidied, Tip};
use async_trait::async_trait;
use redis::FromRedisValue;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long an answer may take: a script that clears or trims many entries takes some milliseconds, a machine that is short of them longer.
const DEADLINE: Duration = Duration::from_secs(5);
/// How many entries one script looks at: few enough that nobody notices who waits for it.
const PAGE: u32 = 500;
/// How many dead letters are kept of each stream.
const DEAD_LETTERS: u64 = 100_000;

/// How to reach Redis.
pub struct Settings {
    /// Where it is.
    pub url: String,
    /// What our keys begin with.
    pub prefix: String,
}

/// Streams in Redis.
pub struct Redis {
    target: Target,
    prefix: String,
    link: Mutex<Option<Link>>,
    connections: AtomicU64,
}

impl Redis {
    /// Over Redis; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`NotAnAddress`].
    pub fn new(settings: Settings) -> Result<Self, NotAnAddress> {
        Ok(Self {
            target: Target::parse(&settings.url, DEADLINE)?,
            prefix: settings.prefix,
            link: Mutex::new(None),
            connections: AtomicU64::new(0),
        })
    }

    /// The key of a tenant's stream.
    #[must_use]
    pub fn key(&self, tenant: TenantId) -> String {
        format!("{}events:{{{tenant}}}", self.prefix)
    }

    /// By which rule the server makes room by removing keys without an expiry, as streams are, if it does. Of a cluster nothing is known.
    ///
    /// # Errors
    /// [`BusError`].
    pub async fn evicts(&self) -> Result<Option<String>, BusError> {
        if self.target.is_cluster() {
            return Ok(None);
        }
        let mut command = redis::cmd("INFO");
        command.arg("memory");
        let info: String = self.within(async |link| link.send(&command).await).await?;
        let rule = info
            .lines()
            .find_map(|line| line.strip_prefix("maxmemory_policy:"));
        let rule = rule.filter(|rule| rule.starts_with("allkeys"));
        Ok(rule.map(|rule| rule.trim_end().to_owned()))
    }

    /// A call about the streams of a tenant, of which a cluster has both on one node.
    fn about(&self, tenant: TenantId) -> Call {
        let (mut call, key) = (Call::default(), self.key(tenant));
        call.key(&key, "");
        call.key(&key, ":dead");
        call
    }

    /// Runs a script within the deadline. A connection that failed is given up; the next one who asks makes another.
    async fn run<T: FromRedisValue>(&self, script: &Known, call: &Call) -> Result<T, BusError> {
        self.within(async |link| link.run(script, call).await).await
    }

    async fn within<T>(
        &self,
        ask: impl AsyncFnOnce(&mut Link) -> Result<T, redis::RedisError>,
    ) -> Result<T, BusError> {
        let asking = async {
            let mut link = self.link().await?;
            ask(&mut link).await
        };
        let reason = match tokio::time::timeout(DEADLINE, asking).await {
            Ok(Ok(answer)) => return Ok(answer),
            // A key of ours that is something else, or a command that the server does not know: so it is over another connection too.
            Ok(Err(error)) if matches!(error.code(), Some("WRONGTYPE" | "ERR")) => {
                return Err(BusError {
                    reason: error.to_string(),
                });
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", DEADLINE.as_secs()),
        };
        *self.link.lock().await = None;
        Err(BusError { reason })
    }

    async fn link(&self) -> Result<Link, redis::RedisError> {
        let mut link = self.link.lock().await;
        if let Some(link) = &*link {
            return Ok(link.clone());
        }
        let made = self.target.connect().await?;
        self.connections.fetch_add(1, Ordering::Relaxed);
        *link = Some(made.clone());
        Ok(made)
    }

    /// Takes what is to go out of one of the two streams.
    async fn clear_one(&self, tenant: TenantId, what: (&str, &str), dead: bool) -> Result<u64, BusError> {
        let (mut from, mut gone) = ("-".to_owned(), 0);
        loop {
            let mut call = self.about(tenant);
            call.word(what.0);
            call.word(what.1);
            call.word(&from);
            call.number(PAGE);
            call.number(DEAD_LETTERS);
            call.number(u8::from(dead));
            let (next, found): (String, u64) = self.run(&scripts::CLEAR, &call).await?;
            gone += found;
            if next.is_empty() {
                return Ok(gone);
            }
            from = next;
        }
    }

    /// Moves what a group cannot work off to the dead letters.
    async fn bury(&self, tenant: TenantId, group: &[u8], bounds: &Bounds) -> Result<u64, BusError> {
        let (mut from, mut buried) = ("-".to_owned(), 0);
        loop {
            let mut call = self.about(tenant);
            call.word(group);
            call.number(bounds.max_deliveries);
            call.number(bounds.stuck_after.as_millis());
            call.word(&from);
            call.number(PAGE);
            call.number(DEAD_LETTERS);
            let (next, moved): (String, u64) = self.run(&scripts::STUCK, &call).await?;
            buried += moved;
            if next.is_empty() {
                return Ok(buried);
            }
            from = next;
        }
    }
}

#[async_trait]
impl Bus for Redis {
    fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    async fn tip(&self, tenant: TenantId) -> Result<Tip, BusError> {
        let (last, length, newest, kind, at): (String, u64, String, String, String) =
            self.run(&scripts::TIP, &self.about(tenant)).await?;
        Ok(Tip {
            last: position(&last),
            newest: (!newest.is_empty()).then(|| (position(&newest), kind, at)),
            length,
        })
    }

    async fn append(&self, tenant: TenantId, after: i64, entries: &[Entry]) -> Result<Appended, BusError> {
        let mut call = self.about(tenant);
        call.word(id(after));
        for entry in entries {
            call.word(id(entry.position));
            call.word(&entry.kind);
            call.word(entry.community.map(|id| id.to_string()).unwrap_or_default());
            call.word(entry.user.map(|id| id.to_string()).unwrap_or_default());
            call.word(&entry.at);
            call.number(entry.version);
            call.word(&entry.event);
        }
        let done: u8 = self.run(&scripts::APPEND, &call).await?;
        Ok(if done == 1 {
            Appended::All
        } else {
            Appended::Elsewhere
        })
    }

    async fn clear(&self, tenant: TenantId, what: Clears) -> Result<u64, BusError> {
        let (name, id) = match what {
            Clears::User(user) => ("user", user.to_string()),
            Clears::Community(community) => ("community", community.to_string()),
            Clears::Tenant(other) => {
                let key = self.key(other);
                let mut command = redis::cmd("UNLINK");
                command.arg(&key).arg(format!("{key}:dead"));
                return self.within(async |link| link.send(&command).await).await;
            }
        };
        let what = (name, id.as_str());
        Ok(self.clear_one(tenant, what, false).await? + self.clear_one(tenant, what, true).await?)
    }

    async fn tidy(&self, tenant: TenantId, end: i64, bounds: &Bounds) -> Result<Tidied, BusError> {
        let mut call = self.about(tenant);
        call.number(bounds.max_length);
        call.number(bounds.hard_length);
        call.number(DEAD_LETTERS);
        call.number(end);
        let (last, groups, lost): (String, Vec<Vec<u8>>, Vec<(Vec<u8>, String, String)>) =
            self.run(&scripts::TRIM, &call).await?;
        let mut tidied = Tidied {
            last: position(&last),
            ..Tidied::default()
        };
        for (group, first, last) in lost {
            tidied.lost.push(Lost {
                group: String::from_utf8_lossy(&group).into_owned(),
                positions: (position(&first), position(&last)),
            });
        }
        for group in groups {
            tidied.buried += self.bury(tenant, &group, bounds).await?;
        }
        Ok(tidied)
    }
}

/// The id of the entry of a position.
fn id(position: i64) -> String {
    format!("{position}-0")
}

/// The position of an id. One that is not ours, as `XADD … *` makes them, lies beyond every log.
fn position(id: &str) -> i64 {
    let number = id.strip_suffix("-0").and_then(|number| number.parse().ok());
    number.unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_no_position_lies_beyond_every_log() {
        assert_eq!(position(&id(42)), 42);
        assert_eq!(position("0-0"), 0);
        for other in ["42-1", "42", "", "18446744073709551615-0"] {
            assert_eq!(position(other), i64::MAX, "{other}");
        }
    }
}
