//! The log in Redis Streams: what is published, what groups of consumers do with it, and what becomes of it in time.

mod bus; // the streams by themselves
mod clearing; // what goes when people and tenants do
mod groups;
mod outages; // Redis away, streams that have what their logs have not
mod publisher; // the job by itself
mod servers; // side by side

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::redis_nodes::Node;
use crate::support::server::Server;
use crate::support::wait;

/// Longer than anything here takes.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// An entry of a stream: its id and its fields.
pub(crate) type Entry = (String, BTreeMap<String, String>);

/// What makes a server publish to a Redis, with other settings of `[streams]`.
pub(crate) fn environment(redis: &Node, settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| (format!("TRIBUNE_STREAMS_{name}"), (*value).to_owned());
    let mut all = vec![("REDIS_URL".to_owned(), redis.url())];
    all.push(own(&("ENABLED", "true")));
    all.extend(settings.iter().map(own));
    all
}

/// Starts a server that publishes.
pub(crate) fn serve(database_url: &str, redis: &Node, settings: &[(&str, &str)]) -> Server {
    let all = environment(redis, settings);
    let all: Vec<(&str, &str)> = all
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Server::start_with_environment(database_url, &all)
}

/// The key of the stream of whoever asks.
pub(crate) async fn key(admin: &Client) -> String {
    let tenant = admin.get("/v1/tenant").await.expect(200);
    format!("tribune:events:{{{}}}", tenant["id"].as_str().unwrap())
}

/// A new community.
pub(crate) async fn community(admin: &Client) -> String {
    let made = admin
        .post(
            "/v1/communities",
            &json!({"name": "c", "rules": {"notices": {"when": "off"}}}),
        )
        .await
        .expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Notes on so many members, one after the other.
pub(crate) async fn notes(admin: &Client, community: &str, count: usize) {
    for number in 0..count {
        let note = json!({"kind": "note", "member": format!("discord:{number}"), "reason": "Noted"});
        let path = format!("/v1/communities/{community}/acts");
        admin.post(&path, &note).await.expect(201);
    }
}

/// The whole log.
pub(crate) async fn log(admin: &Client) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), "/v1/events?limit=500".to_owned());
    loop {
        let page = admin.get(&path).await.expect(200);
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        if page["has_more"] != true {
            return all;
        }
        let next = page["next_cursor"].as_str().unwrap();
        path = format!("/v1/events?limit=500&after={next}");
    }
}

/// All entries of a stream.
pub(crate) fn entries(redis: &Node, key: &str) -> Vec<Entry> {
    redis.call(&["XRANGE", key, "-", "+"]).unwrap()
}

/// Waits until a stream has all that a log has, and holds the two against each other: the same events, in order, each once.
pub(crate) async fn is_the_log(redis: &Node, admin: &Client) -> Vec<Entry> {
    let key = key(admin).await;
    let there = wait::until_async("the stream to be up to its log", SOON, async || {
        let (log, entries) = (log(admin).await, entries(redis, &key));
        (entries.len() >= log.len()).then_some((log, entries))
    });
    let (log, entries) = there.await;
    assert_eq!(entries.len(), log.len());
    for (event, (id, fields)) in log.iter().zip(&entries) {
        assert_eq!(*id, format!("{}-0", event["id"].as_str().unwrap()));
        let document: Value = serde_json::from_str(&fields["event"]).unwrap();
        assert_eq!(document, *event);
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        for field in ["type", "community", "user", "at"] {
            assert_eq!(fields[field], text(field), "{field} of {event}");
        }
        assert_eq!(fields["version"], event["version"].to_string());
    }
    entries
}
