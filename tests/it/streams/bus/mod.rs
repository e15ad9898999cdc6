//! The streams by themselves: what each script does, beside consumers that do what they like.

mod append; // where the stream ends, or not at all
mod clear; // what names a person, what belongs to a community
mod groups; // claims, dead letters, trimming

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::redis::{FromRedisValue, RedisResult};
use serde_json::Value;
use tribune::bus::redis::{Redis, Settings};
use tribune::domain::id::TenantId;
use tribune::ports::bus::{Bounds, Entry};
use uuid::Uuid;

use super::{SOON, log};
use crate::support::client::Client;
use crate::support::{redis, wait};

/// Streams under a prefix of their own.
pub(crate) struct Streams {
    pub(crate) url: String,
    pub(crate) prefix: String,
}

/// An entry as Redis has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) fields: HashMap<String, String>,
}

impl Found {
    /// The document.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_str(&self.fields["event"]).unwrap()
    }

    /// The values of some fields.
    pub(crate) fn values<const N: usize>(&self, names: [&str; N]) -> [&str; N] {
        names.map(|name| self.fields.get(name).map_or("", String::as_str))
    }
}

impl Streams {
    /// In the private Redis.
    pub(crate) fn private() -> Self {
        Self::at(&redis::url())
    }

    pub(crate) fn at(url: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            url: url.to_owned(),
            prefix: format!("streams{}:", NEXT.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// A process's way to them.
    pub(crate) fn bus(&self) -> Redis {
        Redis::new(Settings {
            url: self.url.clone(),
            prefix: self.prefix.clone(),
        })
        .expect("the address is one")
    }

    /// The settings of a server that publishes to them.
    pub(crate) fn environment(&self) -> Vec<(&str, &str)> {
        vec![
            ("TRIBUNE_REDIS_URL", &self.url),
            ("TRIBUNE_REDIS_PREFIX", &self.prefix),
            ("TRIBUNE_STREAMS_ENABLED", "true"),
        ]
    }

    pub(crate) fn key(&self, tenant: &str) -> String {
        format!("{}events:{{{tenant}}}", self.prefix)
    }

    pub(crate) fn dead_key(&self, tenant: &str) -> String {
        format!("{}:dead", self.key(tenant))
    }

    /// Sends a command over a connection of its own.
    pub(crate) fn call<T: FromRedisValue>(&self, words: &[&str]) -> RedisResult<T> {
        let mut command = ::redis::cmd(words[0]);
        command.arg(&words[1..]);
        let client = ::redis::Client::open(self.url.as_str())?;
        command.query(&mut client.get_connection_with_timeout(SOON)?)
    }

    /// All entries of a stream.
    pub(crate) fn entries(&self, key: &str) -> Vec<Found> {
        found(self.call(&["XRANGE", key, "-", "+"]).unwrap())
    }

    /// The ids of a stream.
    pub(crate) fn ids(&self, key: &str) -> Vec<String> {
        self.entries(key).into_iter().map(|entry| entry.id).collect()
    }

    /// Has a consumer of a group take new entries.
    pub(crate) fn take(&self, key: &str, group: &str, consumer: &str, count: usize) -> Vec<Found> {
        type Read = Option<Vec<(String, Vec<(String, Vec<String>)>)>>;
        let count = count.to_string();
        let words = [
            "XREADGROUP",
            "GROUP",
            group,
            consumer,
            "COUNT",
            &count,
            "STREAMS",
            key,
            ">",
        ];
        let read: Read = self.call(&words).unwrap();
        read.into_iter()
            .flatten()
            .flat_map(|(_, entries)| found(entries))
            .collect()
    }

    /// Waits until a stream has everything that the log has, and says what that is.
    pub(crate) async fn until_equal(&self, client: &Client, tenant: &str) -> Vec<Found> {
        let key = self.key(tenant);
        wait::until_async("the stream to be up to its log", SOON, async || {
            let log = log(client).await;
            let entries = self.entries(&key);
            same(&log, &entries).then_some(entries)
        })
        .await
    }
}

fn found(entries: Vec<(String, Vec<String>)>) -> Vec<Found> {
    let pairs = |fields: Vec<String>| {
        fields
            .chunks(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect()
    };
    entries
        .into_iter()
        .map(|(id, fields)| Found {
            id,
            fields: pairs(fields),
        })
        .collect()
}

/// Whether a stream is its log: the same events in the same order, each under its position.
pub(crate) fn same(log: &[Value], stream: &[Found]) -> bool {
    let is = |(event, entry): (&Value, &Found)| {
        entry.id == format!("{}-0", event["id"].as_str().unwrap()) && entry.event() == *event
    };
    log.len() == stream.len() && log.iter().zip(stream).all(is)
}

/// The id of a client's tenant.
pub(crate) async fn tenant(client: &Client) -> String {
    let tenant = client.get("/v1/tenant").await.expect(200);
    tenant["id"].as_str().unwrap().to_owned()
}

/// A tenant that no store knows.
pub(crate) fn nobody() -> TenantId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    TenantId(Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into()))
}

/// Entries at these positions, about nobody.
pub(crate) fn entries(positions: std::ops::RangeInclusive<i64>) -> Vec<Entry> {
    positions
        .map(|position| Entry {
            position,
            kind: "case.created".to_owned(),
            community: None,
            user: None,
            at: "2026-11-27T00:00:00.000000Z".to_owned(),
            version: 1,
            event: format!("{{\"id\":\"{position}\"}}"),
            clears: None,
        })
        .collect()
}

/// So many positions are kept; what is stuck for no time at all is dead after two deliveries.
pub(crate) fn bounds(max_length: u64, hard_length: u64) -> Bounds {
    Bounds {
        max_length,
        hard_length,
        max_deliveries: 2,
        stuck_after: Duration::ZERO,
    }
}
