//! `kill -9` in the middle of a job: it goes on after the restart, and every item is done once. Likewise a request with many acts
//! that is answered at once, when it is repeated.

use std::collections::BTreeSet;
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::checker::Durable;
use crate::support::client::Client;
use crate::support::server::Server;
use crate::support::wait;

/// How many items the job has, and how many are done before each of the times that the server is killed.
const ITEMS: i64 = 3_000;
const KILLED_AFTER: [i64; 3] = [50, 700, 1_500];
/// A job that was under way waits until its lease is over.
const PATIENCE: Duration = Duration::from_secs(180);

async fn all(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=500{cursor}")).await.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// Waits until so many items are done.
async fn until_done(client: &Client, job: &str, goal: i64) {
    wait::until_async("the job to get on", PATIENCE, async || {
        let job = client.get(job).await.expect(200);
        assert_ne!(job["state"], "failed", "{job}");
        (job["done"].as_i64().unwrap() >= goal).then_some(())
    })
    .await;
}

async fn kill_in_the_middle_of_a_job(database: &Durable) {
    let mut server = Server::start(&database.url());
    let made = server
        .admin()
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
    let base = format!("/v1/communities/{}", made["id"].as_str().unwrap());
    // Every tenth is refused: nobody is muted.
    let item = |n: i64| {
        let kind = if n % 10 == 3 { "unmute" } else { "warn" };
        json!({"kind": kind, "member": format!("custom:{}", n % 1_000), "reason": format!("{n}"), "allow_duplicate": true})
    };
    let request = json!({"items": (0..ITEMS).map(item).collect::<Vec<_>>()});
    let path = format!("{base}/acts/bulk");
    let call = |client: &Client| {
        let (client, request, path) = (client.clone(), request.clone(), path.clone());
        async move {
            let call = client.call(Method::POST, &path).header("prefer", "respond-async");
            call.header("idempotency-key", "k")
                .json(&request)
                .send()
                .await
                .expect(202)
        }
    };
    let job = call(&server.admin()).await;
    let job_path = format!("{base}/jobs/{}", job["id"].as_str().unwrap());
    for goal in KILLED_AFTER {
        until_done(&server.admin(), &job_path, goal).await;
        server.kill();
        server.restart();
        assert_eq!(call(&server.admin()).await, job, "a repeat is the same job");
    }
    until_done(&server.admin(), &job_path, ITEMS).await;
    check(&server.admin(), &base, &job_path).await;
}

/// Reads everything back: each item is one case or one refusal, and the job says how many of each there are.
async fn check(client: &Client, base: &str, job_path: &str) {
    let ended = client.get(job_path).await.expect(200);
    assert_eq!(ended["state"], "done");

    let results = all(client, &format!("{job_path}/results")).await;
    let indexes: Vec<_> = results
        .iter()
        .map(|result| result["index"].as_i64().unwrap())
        .collect();
    assert_eq!(indexes, (0..ITEMS).collect::<Vec<_>>());
    let told: BTreeSet<_> = results
        .iter()
        .filter_map(|result| result["act"]["case"]["number"].as_i64())
        .collect();
    let cases = all(client, &format!("{base}/cases")).await;
    let direct: Vec<_> = cases
        .iter()
        .filter(|case| case["actor"]["type"] == "key")
        .collect();
    let reasons: BTreeSet<_> = direct
        .iter()
        .map(|case| case["reason"].as_str().unwrap())
        .collect();
    let numbers: BTreeSet<_> = direct
        .iter()
        .map(|case| case["number"].as_i64().unwrap())
        .collect();
    assert_eq!(reasons.len(), direct.len(), "no item was done twice");
    assert_eq!(numbers, told, "the results name the cases");
    let done = i64::try_from(direct.len()).unwrap();
    assert_eq!(
        (&ended["succeeded"], &ended["refused"]),
        (&json!(done), &json!(ITEMS - done))
    );
    let last = i64::try_from(cases.len()).unwrap();
    assert_eq!(cases[0]["number"], last, "the numbers have no gaps");
}

/// A request that is answered at once, killed half-way: its repeat does what is missing, and nothing twice.
async fn kill_in_the_middle_of_a_bulk(database: &Durable) {
    const ACTS: i64 = 1_000;
    let mut server = Server::start(&database.url());
    let made = server
        .admin()
        .post("/v1/communities", &json!({"name": "c"}))
        .await
        .expect(201);
    let base = format!("/v1/communities/{}", made["id"].as_str().unwrap());
    let item =
        |n: i64| json!({"kind": "note", "member": format!("custom:{}", n % 90), "reason": format!("{n}")});
    let request = json!({"items": (0..ACTS).map(item).collect::<Vec<_>>()});
    let path = format!("{base}/acts/bulk");
    let send = |client: Client| {
        let (request, path) = (request.clone(), path.clone());
        async move {
            let call = client.call(Method::POST, &path).header("idempotency-key", "k");
            call.json(&request).try_send().await
        }
    };
    let running = tokio::spawn(send(server.admin()));
    let newest = format!("{base}/cases?limit=1");
    wait::until_async("some acts to be done", PATIENCE, async || {
        let page = server.admin().get(&newest).await.expect(200);
        page["items"][0]["number"].as_i64()
    })
    .await;
    server.kill();
    let unanswered = running.await.unwrap().is_err();
    server.restart();
    let client = server.admin();
    let before = client.get(&newest).await.expect(200)["items"][0]["number"]
        .as_i64()
        .unwrap();
    assert!(
        unanswered && before < ACTS,
        "it was killed too late: {before} acts were done"
    );
    let repeat = send(client.clone()).await.unwrap().expect(200);
    assert_eq!(repeat["succeeded"], ACTS);
    let again = send(client.clone()).await.unwrap();
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(200), repeat);
    let cases = all(&client, &format!("{base}/cases")).await;
    let reasons: BTreeSet<_> = cases
        .iter()
        .map(|case| case["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        (cases.len(), reasons.len()),
        (1_000, 1_000),
        "each item is one case"
    );
}

#[tokio::test]
async fn a_bulk_that_was_cut_short_is_completed_by_its_repeat_on_sqlite() {
    kill_in_the_middle_of_a_bulk(&Durable::sqlite()).await;
}

#[tokio::test]
async fn a_bulk_that_was_cut_short_is_completed_by_its_repeat_on_postgres() {
    kill_in_the_middle_of_a_bulk(&Durable::postgres().await).await;
}

#[tokio::test]
async fn a_killed_server_goes_on_with_its_job_on_sqlite() {
    kill_in_the_middle_of_a_job(&Durable::sqlite()).await;
}

#[tokio::test]
async fn a_killed_server_goes_on_with_its_job_on_postgres() {
    kill_in_the_middle_of_a_job(&Durable::postgres().await).await;
}
