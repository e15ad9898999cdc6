//! `kill -9` in the middle of an import: all of it is there, or nothing.

use std::time::Duration;

use hyper::Method;
use serde_json::json;

use super::checker::Durable;
use crate::support::server::Server;

/// Enough lines for some moments of work.
const LINES: usize = 4_000;

fn lines() -> String {
    let line = |n: usize| {
        json!({
            "external_id": n.to_string(), "source": "other", "occurred_at": "2024-01-02T03:04:05Z",
            "member": format!("discord:{}", n % 500), "moderator": format!("discord:{}", 1_000 + n % 7), "kind": "warn",
        })
    };
    (0..LINES).map(|n| format!("{}\n", line(n))).collect()
}

async fn kill_in_the_middle(database: &Durable) {
    let mut server = Server::start(&database.url());
    let made = server
        .admin()
        .post("/v1/communities", &json!({"name": "here"}))
        .await
        .expect(201);
    let community = format!("/v1/communities/{}", made["id"].as_str().unwrap());
    let mut whole = 0;
    // From at once to when it is surely done.
    for wait in [0, 100, 200, 400, 800, 1_600, 60_000] {
        let admin = server.admin();
        let path = format!("{community}/imports");
        let sent = tokio::spawn(async move {
            let call = admin
                .call(Method::POST, &path)
                .header("content-type", "application/x-ndjson");
            call.header("idempotency-key", "once")
                .body(lines())
                .try_send()
                .await
                .map(|reply| reply.status)
                .ok()
        });
        let (answered, sent) = match tokio::time::timeout(Duration::from_millis(wait), sent).await {
            Ok(done) => (done.unwrap(), None),
            Err(_) => (None, Some(())),
        };
        server.kill();
        server.restart();
        let page = server
            .admin()
            .get(&format!("{community}/cases?limit=1"))
            .await
            .expect(200);
        let count = page["items"][0]["number"].as_i64().unwrap_or_default();
        let users = server.admin().get("/v1/users?limit=1").await.expect(200);
        assert!(
            count == 0 || count == i64::try_from(LINES).unwrap(),
            "{count} cases after {wait} ms"
        );
        assert_eq!(
            users["items"].as_array().unwrap().is_empty(),
            count == 0,
            "after {wait} ms"
        );
        assert!(
            answered != Some(200) || count > 0,
            "it was acknowledged after {wait} ms ({sent:?})"
        );
        whole += usize::from(count > 0);
    }
    assert!(whole > 0, "at last it is done");
}

#[tokio::test]
async fn an_import_is_whole_or_nothing_on_sqlite() {
    kill_in_the_middle(&Durable::sqlite()).await;
}

#[tokio::test]
async fn an_import_is_whole_or_nothing_on_postgres() {
    kill_in_the_middle(&Durable::postgres().await).await;
}
