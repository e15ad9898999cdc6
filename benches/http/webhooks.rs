//! How many events a second reach one webhook, which takes each at once: a log that is there already, sent from its beginning.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::support::client::Client;
use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::world;
use crate::{report, share_of, sqlite};

/// How many events there are, and in how many requests at a time they are made.
const EVENTS: usize = 20_000;
const IN_A_REQUEST: usize = 1_000;
/// Deliveries a second that are wanted.
const TARGET: f64 = 1_000.0;
/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// On both stores.
pub(crate) async fn measure() {
    println!(
        "Webhooks: {} events to one receiver on this machine",
        share_of(EVENTS)
    );
    let postgres = TestPostgres::durable().await;
    send("Postgres", &postgres.url()).await;
    let (_folder, url) = sqlite::database();
    send("SQLite", &url).await;
}

async fn send(store: &str, url: &str) {
    let allowed = [("TRIBUNE_OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8")];
    let server = Server::start_with_environment(url, &allowed);
    let places = world::furnish(&server).await;
    let client = Client::new(&server.url, &places[0].key);
    let path = format!("/v1/communities/{}/acts/bulk", places[0].community);
    let count = share_of(EVENTS);
    for from in (0..count).step_by(IN_A_REQUEST) {
        let members = from..count.min(from + IN_A_REQUEST);
        let items: Vec<_> = members
            .map(|member| json!({"kind": "note", "member": format!("discord:{member}")}))
            .collect();
        client.post(&path, &json!({"items": items})).await.expect(200);
    }
    let (address, arrived) = receiver().await;
    let webhook = json!({"url": address, "types": ["case.created"], "after": "0"});
    let begun = Instant::now();
    client.post("/v1/webhooks", &webhook).await.expect(201);
    while arrived.load(Ordering::Relaxed) < count {
        assert!(begun.elapsed() < PATIENCE, "not sent after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    report(&format!("{store}: deliveries a second"), rate, TARGET, true);
}

/// Takes everything and counts it.
async fn receiver() -> (String, Arc<AtomicUsize>) {
    let arrived = Arc::new(AtomicUsize::new(0));
    let take = async |State(arrived): State<Arc<AtomicUsize>>, _body: String| {
        arrived.fetch_add(1, Ordering::Relaxed);
        StatusCode::NO_CONTENT
    };
    let routes = Router::new().fallback(take).with_state(arrived.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (address, arrived)
}
