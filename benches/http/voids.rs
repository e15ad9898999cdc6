//! What a void costs in a history of 100 000 cases of one member, and whether other members' acts notice.
//!
//! Voids of some of the last cases, as mistakes are undone; of cases all over the history; and of the first ones. The points of such
//! a history outgrow the ladder, and every later state comes out differently, though only by the balance. Where a rung holds as
//! long as the points are high, each of those states has to be worked out by itself: the worst that there is.

use crate::load::{self, Requests, Seen};
use crate::support::client::Client;
use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::world::{self, Place, Spread};
use crate::{report, sqlite};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::time::{Duration, Instant};

/// How many cases the member has.
const CASES: usize = 100_000;
/// How many voids of each sort.
const VOIDS: usize = 20;
/// Milliseconds within which a void is wanted to answer.
const TARGET: f64 = 100.0;
/// Callers that act on others meanwhile, and how long each look at them takes.
const OTHERS: usize = 8;
const LOOK: Duration = Duration::from_secs(6);

/// On both stores.
pub(crate) async fn measure() {
    println!("Voids: one member with {CASES} cases, {OTHERS} callers acting on others");
    let postgres = TestPostgres::durable().await;
    undo("Postgres", &postgres.url()).await;
    let (_folder, url) = sqlite::database();
    undo("SQLite", &url).await;
}

async fn undo(store: &str, url: &str) {
    let server = Server::start(url);
    let places = world::furnish(&server).await;
    let growing = history(&server, "growing", json!([])).await;
    let above = json!([{"id": "high", "at": 20, "action": "mute", "mode": "while_above", "reset_below": 10}]);
    let worst = history(&server, "worst", above).await;
    let admin = server.admin();
    let alone = others(&server, &places, "alone").await;
    let last = |n: usize| CASES - n;
    let spread = |n: usize| 1 + n * (CASES / VOIDS);
    let first = |n: usize| 2 + n;
    for (what, community, voids, number) in [
        (
            "one of the last",
            &growing,
            VOIDS,
            &last as &(dyn Fn(usize) -> usize + Sync),
        ),
        ("any of them", &growing, VOIDS, &spread),
        ("one of the first", &growing, VOIDS, &first),
        (
            "the first, where a sanction follows the points",
            &worst,
            3,
            &first,
        ),
    ] {
        let beside = others(&server, &places, what);
        let voids = times(&admin, community, voids, number);
        let (mut taken, seen) = tokio::join!(voids, beside);
        taken.sort_unstable();
        let slowest = taken.last().unwrap().as_secs_f64() * 1e3;
        report(
            &format!("{store}: slowest void of {what}, ms"),
            slowest,
            TARGET,
            false,
        );
        let ratio = seen.p99.as_secs_f64() / alone.p99.as_secs_f64();
        report(
            &format!("{store}: p99 of others' acts beside it, against alone"),
            ratio,
            2.0,
            false,
        );
    }
}

/// A community with a history of so many warnings of one member, an hour apart, imported.
async fn history(server: &Server, name: &str, ladder: serde_json::Value) -> String {
    let admin = server.admin();
    let made = admin
        .post("/v1/communities", &json!({"name": name}))
        .await
        .expect(201);
    let community = made["id"].as_str().unwrap().to_owned();
    let put = admin.call(hyper::Method::PUT, &format!("/v1/communities/{community}/policy"));
    let put = put
        .header("if-match", "\"1\"")
        .json(&json!({"rules": {"ladder": ladder}}));
    put.send().await.expect(200);
    let begin: DateTime<Utc> = "2015-01-01T00:00:00Z".parse().unwrap();
    let line = |n: usize| {
        let at = (begin + TimeDelta::hours(n as i64)).to_rfc3339();
        json!({"external_id": format!("{n}"), "source": "zeppelin", "occurred_at": at, "member": "discord:1", "kind": "warn"})
            .to_string()
            + "\n"
    };
    let call = admin.call(
        hyper::Method::POST,
        &format!("/v1/communities/{community}/imports"),
    );
    let lines: String = (0..CASES).map(line).collect();
    let call = call.header("content-type", "application/x-ndjson").body(lines);
    assert_eq!(call.send().await.expect(200)["imported"], CASES);
    community
}

/// How long each of some voids takes, one after the other, spread over the time of a look.
async fn times(
    admin: &Client,
    community: &str,
    voids: usize,
    number: &(dyn Fn(usize) -> usize + Sync),
) -> Vec<Duration> {
    let mut taken = Vec::new();
    tokio::time::sleep(LOOK / 5).await;
    for n in 0..voids {
        let path = format!("/v1/communities/{community}/cases/{}/void", number(n));
        let begun = Instant::now();
        admin
            .post(&path, &json!({"reason": "a mistake"}))
            .await
            .expect(200);
        taken.push(begun.elapsed());
        tokio::time::sleep(LOOK / 2 / voids as u32).await;
    }
    taken
}

/// Acts on members of other communities.
async fn others(server: &Server, places: &[Place], run: &str) -> Seen {
    let acts: Requests = world::acts(places, Spread::Uniform, &run.replace(' ', "-"));
    load::run(&[world::address(server)], OTHERS, LOOK, acts).await
}
