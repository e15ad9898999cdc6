//! SIGTERM under load: what was acknowledged is there, and the process ends in good order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::Method;
use serde_json::json;

use crate::support::client::Client;
use crate::support::server::Server;

/// Notes until the server no longer answers; the numbers of the cases that were acknowledged.
async fn note_until_it_stops(
    client: Client,
    path: String,
    worker: usize,
    first: Arc<AtomicBool>,
) -> Vec<i64> {
    let mut numbers = Vec::new();
    for count in 0.. {
        let note = json!({"kind": "note", "member": format!("discord:{worker}"), "reason": format!("{worker}/{count}")});
        let Ok(reply) = client.call(Method::POST, &path).json(&note).try_send().await else {
            break;
        };
        match reply.status {
            201 => numbers.push(reply.body["case"]["number"].as_i64().unwrap()),
            503 => break,
            other => panic!("{other}: {}", reply.body),
        }
        first.store(true, Ordering::Relaxed);
    }
    numbers
}

on_every_store! {
    async fn requests_in_flight_are_answered_and_kept(store) {
        let mut server = Server::start(&store.database_url());
        let admin = server.admin();
        let community = admin.post("/v1/communities", &json!({"name": "c"})).await.expect(201);
        let base = format!("/v1/communities/{}", community["id"].as_str().unwrap());
        let began = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..16)
            .map(|worker| tokio::spawn(note_until_it_stops(server.admin(), format!("{base}/acts"), worker, began.clone())))
            .collect();
        crate::support::wait::until_async("the load to begin", std::time::Duration::from_secs(30), async || {
            began.load(Ordering::Relaxed).then_some(())
        })
        .await;
        server.signal("TERM");
        let mut numbers = Vec::new();
        for worker in workers {
            numbers.extend(worker.await.unwrap());
        }
        assert_eq!(server.wait().code(), Some(0), "{}", server.log());
        assert!(server.log().contains("stopped"), "{}", server.log());

        server.restart();
        let admin = server.admin();
        assert!(!numbers.is_empty());
        for number in numbers {
            admin.get(&format!("{base}/cases/{number}")).await.expect(200);
        }
    }
}
