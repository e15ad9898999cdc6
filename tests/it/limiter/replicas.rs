//! Two real servers over one Postgres and one Redis: what they permit together is what one would.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::storm;
use crate::support::client::Client;
use crate::support::redis;
use crate::support::server::Server;
use crate::support::store::TestStore;

#[tokio::test]
async fn two_replicas_admit_exactly_what_is_permitted() {
    let store = TestStore::postgres().await;
    let prefix = super::prefix();
    let redis_url = redis::url();
    let environment = [
        ("REDIS_URL", redis_url.as_str()),
        ("TRIBUNE_REDIS_PREFIX", prefix.as_str()),
        // A busy machine is no reason to count locally.
        ("TRIBUNE_REDIS_DEADLINE", "20s"),
    ];
    let first = Server::start_with_environment(&store.database_url(), &environment);
    let second = Server::start_with_environment(&store.database_url(), &environment);
    let clients = [first.admin(), Client::new(&second.url, &first.admin_key)];
    for algorithm in ["token_bucket", "gcra", "sliding_window", "sliding_window_log"] {
        let limit = json!({"algorithm": algorithm, "capacity": 97, "period": "P20D", "on_failure": "deny"});
        let put = clients[0]
            .call(Method::PUT, &format!("/v1/limits/{algorithm}"))
            .json(&limit);
        put.send().await.expect(201);
        // The other one may have read its limits a moment ago.
        let known = async || {
            let look = json!({"limit": algorithm, "key": "k", "peek": true});
            (clients[1].post("/v1/checks", &look).await.status == 200).then_some(())
        };
        crate::support::wait::until_async(
            "the other replica to know the limit",
            Duration::from_secs(20),
            known,
        )
        .await;
        let clients = clients.clone();
        let passed = storm(16, 10, move |caller, time| {
            let client = clients[caller % 2].clone();
            async move {
                if caller == 0 && time % 4 == 0 {
                    redis::command(&["SCRIPT", "FLUSH"]);
                }
                let check = json!({"limit": algorithm, "key": "k"});
                let answer = client.post("/v1/checks", &check).await.expect(200);
                assert_eq!(answer["counted_by"], "redis");
                answer["allowed"] == Value::Bool(true)
            }
        })
        .await;
        assert_eq!(passed, 97, "{algorithm}");
    }
}
