//! How fast another bot's records are taken in: cases a second, from the first byte sent to the answer.

use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::{report, sqlite};
use serde_json::json;
use std::time::Instant;

/// How many lines the file has, and how many members they are about.
const LINES: usize = 100_000;
const MEMBERS: usize = 20_000;
/// Cases a second that are wanted.
const TARGET: f64 = 20_000.0;

/// On both stores.
pub(crate) async fn measure() {
    println!("Import: {LINES} lines about {MEMBERS} members into an empty community");
    let postgres = TestPostgres::durable().await;
    take("Postgres", &postgres.url()).await;
    let (_folder, url) = sqlite::database();
    take("SQLite", &url).await;
}

async fn take(store: &str, url: &str) {
    let server = Server::start(url);
    let made = server
        .admin()
        .post("/v1/communities", &json!({"name": "import"}))
        .await;
    let path = format!(
        "/v1/communities/{}/imports",
        made.expect(201)["id"].as_str().unwrap()
    );
    let lines: String = (0..LINES).map(line).collect();
    let admin = server.admin();
    let call = admin.call(hyper::Method::POST, &path);
    let call = call.header("content-type", "application/x-ndjson").body(lines);
    let begun = Instant::now();
    let answer = call.send().await.expect(200);
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(answer["imported"], LINES);
    let rate = LINES as f64 / seconds;
    report(&format!("{store}: cases a second"), rate, TARGET, true);
}

/// Warnings mostly, with a mute here and there, over some years.
fn line(n: usize) -> String {
    let day = n % 1_000;
    let (year, month, date) = (2_021 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    let mut line = json!({
        "external_id": format!("case-{n}"), "source": "zeppelin",
        "occurred_at": format!("{year}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", n % 24, n % 60, n / 60 % 60),
        "member": format!("discord:{}", 300_000_000_000_000_000 + n % MEMBERS), "moderator": format!("discord:{}", n % 40),
        "kind": "warn", "reason": "Posted the same link in five channels",
    });
    if n.is_multiple_of(10) {
        line["kind"] = json!("mute");
        line["duration"] = json!(3_600);
    }
    format!("{line}\n")
}
