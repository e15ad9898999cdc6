//! A server that is killed while it sends events to a webhook: every event arrives, and each under one id.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hyper::Method;
use serde_json::json;

use super::checker::Durable;
use crate::support::client::Client;
use crate::support::receiver::Receiver;
use crate::support::server::Server;
use crate::support::wait;

/// What a process had in hand that was killed is tried again when its lease is over.
const PATIENCE: Duration = Duration::from_secs(180);
/// How many acts there are between two kills, and how many kills.
const ACTS: usize = 40;
const KILLS: usize = 3;

/// This machine may be called, and a lease is not longer than need be.
const SETTINGS: &[(&str, &str)] = &[
    ("TRIBUNE_OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8"),
    ("TRIBUNE_OUTBOUND_TIMEOUT", "1s"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_no_delivery_on_sqlite() {
    kill_while_it_sends(&Durable::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_no_delivery_on_postgres() {
    kill_while_it_sends(&Durable::postgres().await).await;
}

async fn warn(client: &Client, acts: &str, number: usize) {
    let act = json!({"kind": "warn", "member": format!("custom:{number}")});
    let call = client
        .call(Method::POST, acts)
        .header("idempotency-key", &number.to_string());
    call.json(&act).send().await.expect(201);
}

async fn kill_while_it_sends(database: &Durable) {
    let receiver = Receiver::start().await;
    let mut server = Server::start_with_environment(&database.url(), SETTINGS);
    let key = server.admin_key.clone();
    let client = Client::new(&server.url, &key);
    let made = client
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
    let acts = format!("/v1/communities/{}/acts", made["id"].as_str().unwrap());
    let made = client
        .post("/v1/webhooks", &json!({"url": receiver.url, "after": "0"}))
        .await
        .expect(201);
    let secret = made["secret"].as_str().unwrap();
    for round in 0..KILLS {
        let client = Client::new(&server.url, &key);
        for number in 0..ACTS {
            warn(&client, &acts, round * ACTS + number).await;
        }
        let before = receiver.messages().len();
        wait::until_async("something to arrive", PATIENCE, async || {
            (receiver.messages().len() > before).then_some(())
        })
        .await;
        server.restart();
    }
    let client = Client::new(&server.url, &key);
    let log = client.get("/v1/events?limit=500").await.expect(200);
    let log: BTreeSet<String> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(log.len() > KILLS * ACTS);
    let arrived = || -> BTreeSet<String> {
        let messages = receiver.messages();
        messages
            .iter()
            .filter_map(|message| message.body["id"].as_str().map(str::to_owned))
            .collect()
    };
    wait::until("every event to arrive", PATIENCE, || {
        (arrived() == log).then_some(())
    });
    let mut ids = BTreeMap::new();
    for message in receiver.messages() {
        assert!(message.is_signed_by(secret));
        let event = message.body["id"].as_str().unwrap().to_owned();
        let first = ids.entry(event).or_insert_with(|| message.id.clone());
        assert_eq!(*first, message.id, "an event that comes twice has one id");
    }
    assert_eq!(ids.values().collect::<BTreeSet<_>>().len(), log.len());
    assert!(server.terminate().success(), "{}", server.log());
}
