//! Redis away, restarted, flushed; streams that have what their logs have not.

use std::process::Command;

use serde_json::json;
use tribune::ports::bus::Bus as _;

use super::SOON;
use super::bus::{Streams, entries, tenant};
use crate::support::client::Client;
use crate::support::redis_nodes::Node;
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::wait;

/// A server that tidies its streams several times a second.
fn brisk(streams: &Streams) -> Vec<(&str, &str)> {
    let mut environment = streams.environment();
    environment.push(("TRIBUNE_STREAMS_STUCK_AFTER", "1s"));
    environment
}

async fn make_community(admin: &Client) {
    admin
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
}

async fn metric(server: &Server, line: &str) {
    wait::until_async(line, SOON, async || {
        let metrics = server.anonymous().get("/metrics").await.bytes;
        String::from_utf8_lossy(&metrics)
            .lines()
            .any(|found| found == line)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_flushed_stream_is_refilled_though_nothing_happens() {
    let (store, streams) = (TestStore::sqlite().await, Streams::private());
    let server = Server::start_with_environment(&store.database_url(), &brisk(&streams));
    let (admin, tenant) = (server.admin(), tenant(&server.admin()).await);
    make_community(&admin).await;
    let before = streams.until_equal(&admin, &tenant).await;
    streams.call::<u64>(&["DEL", &streams.key(&tenant)]).unwrap();
    assert_eq!(streams.until_equal(&admin, &tenant).await, before);
}

#[tokio::test]
async fn a_server_serves_without_redis_and_publishes_once_it_is_there() {
    let store = TestStore::sqlite().await;
    let mut node = Node::start(&["--appendonly", "no"]);
    let streams = Streams::at(&node.url());
    node.kill();
    let server = Server::start_with_environment(&store.database_url(), &brisk(&streams));
    let (admin, tenant) = (server.admin(), tenant(&server.admin()).await);
    make_community(&admin).await;
    server.anonymous().get("/readyz").await.expect(200);
    wait::until("the failure to be logged", SOON, || {
        server
            .log()
            .contains("events cannot be published to Redis")
            .then_some(())
    });
    node.restart();
    let first = streams.until_equal(&admin, &tenant).await;
    assert!(server.log().contains("events are published again"));
    // It comes back empty.
    node.restart();
    assert_eq!(streams.until_equal(&admin, &tenant).await, first);
    make_community(&admin).await;
    streams.until_equal(&admin, &tenant).await;
}

#[tokio::test]
async fn a_redis_that_keeps_its_data_is_gone_on_with() {
    let store = TestStore::sqlite().await;
    let mut node = Node::start(&["--appendonly", "yes", "--appendfsync", "always"]);
    let streams = Streams::at(&node.url());
    let server = Server::start_with_environment(&store.database_url(), &brisk(&streams));
    let (admin, tenant) = (server.admin(), tenant(&server.admin()).await);
    let key = streams.key(&tenant);
    streams.until_equal(&admin, &tenant).await;
    streams
        .call::<()>(&["XGROUP", "CREATE", &key, "bot", "0"])
        .unwrap();
    let taken = streams.take(&key, "bot", "a", 1);
    node.restart();
    make_community(&admin).await;
    streams.until_equal(&admin, &tenant).await;
    let next = streams.take(&key, "bot", "a", 1);
    assert_eq!(
        (taken[0].id.as_str(), next[0].id.as_str()),
        ("1-0", "2-0"),
        "the group is where it was"
    );
}

#[tokio::test]
async fn a_stream_that_is_ahead_of_its_log_is_left_alone_and_told() {
    let (store, streams) = (TestStore::sqlite().await, Streams::private());
    let mut server = Server::start(&store.database_url());
    let (key, tenant) = (server.admin_key.clone(), tenant(&server.admin()).await);
    server.terminate();
    let stream = streams.key(&tenant);
    let id = tribune::domain::id::TenantId::parse(&tenant).unwrap();
    streams.bus().append(id, 0, &entries(1..=40)).await.unwrap();

    let server = Server::start_with_environment(&store.database_url(), &brisk(&streams));
    let admin = server.anonymous().with_key(&key);
    metric(&server, "tribune_streams_ahead 1").await;
    make_community(&admin).await;
    metric(&server, "tribune_streams_lag 3").await;
    assert!(
        server.log().contains("the stream ends at 40, the log at 2"),
        "{}",
        server.log()
    );
    assert_eq!(streams.ids(&stream).len(), 40);
    let found = doctor(&store, &streams, &server);
    assert!(
        found.contains("warn  streams") && found.contains(&tenant),
        "{found}"
    );

    // The way out that the documentation has.
    streams.call::<u64>(&["DEL", &stream]).unwrap();
    streams.until_equal(&admin, &tenant).await;
    metric(&server, "tribune_streams_ahead 0").await;
    let found = doctor(&store, &streams, &server);
    assert!(found.contains("ok    streams"), "{found}");
}

/// What fails is said once, and that it is well again when it is: not with every look at streams that are.
#[tokio::test]
async fn a_key_that_is_no_stream_is_told_once() {
    let (store, streams) = (TestStore::sqlite().await, Streams::private());
    let server = Server::start_with_environment(&store.database_url(), &brisk(&streams));
    let admin = server.admin();
    let tenant = tenant(&admin).await;
    streams.until_equal(&admin, &tenant).await;
    let stream = streams.key(&tenant);
    streams.call::<u64>(&["DEL", &stream]).unwrap();
    streams.call::<String>(&["SET", &stream, "x"]).unwrap();
    make_community(&admin).await;
    metric(&server, "tribune_streams_failures_total 5").await;
    let said = |what: &str| server.log().matches(what).count();
    assert_eq!(
        (said("events cannot be published"), said("are published again")),
        (1, 0),
        "{}",
        server.log()
    );
    streams.call::<u64>(&["DEL", &stream]).unwrap();
    streams.until_equal(&admin, &tenant).await;
    wait::until("the log to say so", SOON, || {
        (said("are published again") == 1).then_some(())
    });
}

/// A backup was restored, and the log has gone on since: it is as long as the stream, and another one.
#[tokio::test]
async fn a_log_that_took_another_course_is_noticed() {
    let (store, streams) = (TestStore::sqlite().await, Streams::private());
    let mut server = Server::start(&store.database_url());
    let (key, tenant) = (server.admin_key.clone(), tenant(&server.admin()).await);
    server.terminate();
    let id = tribune::domain::id::TenantId::parse(&tenant).unwrap();
    streams.bus().append(id, 0, &entries(1..=2)).await.unwrap();
    let server = Server::start_with_environment(&store.database_url(), &brisk(&streams));
    make_community(&server.anonymous().with_key(&key)).await;
    metric(&server, "tribune_streams_ahead 1").await;
    assert!(
        server.log().contains("position 2 is `case.created`"),
        "{}",
        server.log()
    );
    assert_eq!(streams.ids(&streams.key(&tenant)), ["1-0", "2-0"]);
}

/// What `tribune doctor` says of the same settings.
fn doctor(store: &TestStore, streams: &Streams, server: &Server) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
    command.args([
        "doctor",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        &store.database_url(),
    ]);
    command.arg("--data-dir").arg(server.data_dir()).env_clear();
    let output = command.envs(streams.environment()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
