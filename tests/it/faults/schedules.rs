//! Workers that are killed and stopped while schedules run: none is lost, and none has its effect twice.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::checker::Durable;
use crate::support::client::Client;
use crate::support::server::Server;
use crate::support::wait;

/// How many communities there are, and how many acts and as many reminders in each.
const COMMUNITIES: usize = 4;
const EACH: usize = 150;
/// How long after its request each is due.
const AHEAD: TimeDelta = TimeDelta::seconds(10);
/// What a worker had in hand is given to another when its lease is over.
const PATIENCE: Duration = Duration::from_secs(180);

/// A community with what is to be done in it.
async fn make(client: &Client) -> String {
    let made = client
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
    let base = format!("/v1/communities/{}", made["id"].as_str().unwrap());
    let path = &format!("{base}/schedules");
    let time = |made: &Value| {
        made["created_at"]
            .as_str()
            .unwrap()
            .parse::<DateTime<Utc>>()
            .unwrap()
    };
    let mut now = time(&made);
    for number in 0..EACH {
        let at = (now + AHEAD).to_rfc3339();
        let member = format!("custom:{}", number % 20);
        let act =
            json!({"kind": "warn", "member": member, "reason": number.to_string(), "allow_duplicate": true});
        let calls = [
            json!({"act": act, "at": at}),
            json!({"reminder": {"text": "x"}, "at": at}),
        ];
        for made in join_all(calls.iter().map(|body| client.post(path, body))).await {
            now = time(&made.expect(201));
        }
    }
    base
}

/// One of two workers is stopped and the other one killed in the middle; later the first one wakes up, long after its lease.
#[tokio::test]
async fn workers_that_die_or_sleep_double_nothing() {
    let database = Durable::postgres().await;
    let server = Server::start_with(&database.url(), &["--no-jobs"]);
    let admin = server.admin();
    let homes = join_all((0..COMMUNITIES).map(|_| make(&admin))).await;
    let mut workers = [
        Server::start_worker(&database.url()),
        Server::start_worker(&database.url()),
    ];
    let open = async || {
        let mut open = 0;
        for base in &homes {
            let path = format!("{base}/schedules?limit=500&state=active");
            open += admin.all(&path, "cursor").await.len();
        }
        open
    };
    let total = COMMUNITIES * EACH * 2;
    wait::until_async("the first runs", PATIENCE, async || {
        (open().await < total).then_some(())
    })
    .await;
    workers[0].signal("STOP");
    workers[1].kill();
    workers[1].restart();
    wait::until_async("all runs", PATIENCE, async || (open().await == 0).then_some(())).await;
    workers[0].signal("CONT");
    workers[0].anonymous().get("/readyz").await.expect(200);
    assert!(workers[0].terminate().success(), "{}", workers[0].log());
    for base in &homes {
        check(&admin, base).await;
    }
    let reminded = &admin.all("/v1/events?limit=500&type=reminder.due", "after").await;
    let distinct: BTreeSet<_> = reminded
        .iter()
        .map(|event| event["data"]["reminder"]["schedule"].as_str())
        .collect();
    assert_eq!(
        (reminded.len(), distinct.len()),
        (COMMUNITIES * EACH, COMMUNITIES * EACH)
    );
}

/// Each schedule is done, and each act is one case.
async fn check(client: &Client, base: &str) {
    let schedules = client.all(&format!("{base}/schedules?limit=500"), "cursor").await;
    assert_eq!(schedules.len(), 2 * EACH);
    assert!(
        schedules
            .iter()
            .all(|schedule| schedule["state"] == "done" && schedule["runs"] == 1)
    );
    let told: BTreeSet<_> = schedules
        .iter()
        .filter_map(|schedule| schedule["last_run"]["case"].as_i64())
        .collect();
    let cases = client
        .all(&format!("{base}/cases?limit=500&kind=warn"), "cursor")
        .await;
    let numbers: BTreeSet<_> = cases.iter().filter_map(|case| case["number"].as_i64()).collect();
    assert_eq!((cases.len(), numbers), (EACH, told));
}
