//! What machines ask about the server, and what it writes down about requests.

use std::sync::Arc;

use axum::Router;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tribune::http::health;
use tribune::service::Service;
use tribune::service::health::NotReady;
use tribune::service::pipeline::Lanes;

use super::run;
use crate::support::client::Client;
use crate::support::clock::TestClock;
use crate::support::ids::TestIds;
use crate::support::limits;
use crate::support::scratch;
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::tuning;

on_every_store! {
    /// Alive, ready and counted, without a key.
    async fn probes_need_no_key(store) {
        let server = Server::start(&store.database_url());
        let anyone = server.anonymous();
        assert_eq!(anyone.get("/livez").await.expect(200), json!({"status": "alive"}));
        assert_eq!(anyone.get("/readyz").await.expect(200), json!({"status": "ready"}));
        let folder = scratch::folder("probe");
        let asked = run(folder.path(), &["health", "--url", &format!("{}/readyz", server.url)]);
        assert_eq!(asked.code, Some(0), "{}", asked.stderr);
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_what_clients_make_up() {
    let store = TestStore::sqlite().await;
    let server = Server::start(&store.database_url());
    let admin = server.admin();
    admin
        .get("/v1/communities/com_00000000000000000000000000000000")
        .await
        .expect(404);
    admin.get("/made-up-by-a-client").await.expect(404);
    let method = hyper::Method::from_bytes(b"BREW").unwrap();
    admin.call(method, "/v1/tenant").send().await.expect(405);
    let counted = admin.get("/metrics").await;
    let text = String::from_utf8(counted.bytes.to_vec()).unwrap();
    for line in [
        r#"tribune_http_requests_total{route="/v1/communities/{community}",method="GET",status="4xx"} 1"#,
        r#"tribune_http_requests_total{route="none",method="GET",status="4xx"} 1"#,
        r#"tribune_http_requests_total{route="/v1/tenant",method="other",status="4xx"} 1"#,
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    assert!(!text.contains("made-up") && !text.contains("BREW"), "{text}");
    assert!(text.contains("tribune_http_request_seconds_bucket"), "{text}");
}

on_every_store! {
    /// A replica whose clock is more than two seconds away from the database's gets no requests.
    async fn a_wrong_clock_makes_a_replica_unready(store) {
        let (theirs, ours) = (TestClock::new(), TestClock::new());
        let lanes = Lanes { lanes: 1, batch: 1, queue: 1 };
        let service = Service::new(store.open(theirs).await, ours.clone(), Arc::new(TestIds), limits::memory(&ours), Handle::current(), tuning::with(lanes));
        ours.advance(2);
        assert!(service.health().await.is_ok());
        ours.advance(1);
        assert!(matches!(service.health().await, Err(NotReady::Clock { .. })));
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let probes: Router = health::router(service.clone(), metrics);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let replica = Client::anonymous(&format!("http://{}", listener.local_addr().unwrap()));
        tokio::spawn(async move { axum::serve(listener, probes).await });
        let problem = replica.get("/readyz").await.expect(503);
        assert_eq!(problem["code"], "not_ready");
        assert!(problem["detail"].as_str().unwrap().contains("clock is 3 s away"), "{problem}");
        replica.get("/livez").await.expect(200);
        service.shut_down().await;
    }
}

#[tokio::test]
async fn a_database_that_goes_away_makes_the_server_unready_and_comes_back() {
    let mut database = crate::support::postgres::TestPostgres::durable().await;
    let server = Server::start(&database.url());
    let anyone = server.anonymous();
    anyone.get("/readyz").await.expect(200);
    database.cluster().crash();
    let soon = std::time::Duration::from_secs(30);
    let problem = crate::support::wait::until_async("the server to notice", soon, async || {
        let reply = anyone.get("/readyz").await;
        (reply.status == 503).then_some(reply.body)
    })
    .await;
    assert_eq!(problem["code"], "not_ready", "{problem}");
    assert_eq!(problem["title"], "The server is not ready");
    assert!(
        problem["detail"].as_str().unwrap().contains("the database "),
        "{problem}"
    );
    anyone.get("/livez").await.expect(200);
    // Of what was only read nothing can have been recorded.
    let read = server.admin().get("/v1/users").await.expect(503);
    assert_eq!(read["code"], "store_unavailable", "{read}");
    assert!(!read["detail"].as_str().unwrap().contains("recorded"), "{read}");
    let write = server.admin().post("/v1/users", &json!({})).await.expect(503);
    assert!(
        write["detail"]
            .as_str()
            .unwrap()
            .contains("may or may not have been recorded"),
        "{write}"
    );
    let log = server.log();
    assert!(log.contains("not_ready") && !log.contains("cause=\"\""), "{log}");
    database.cluster().start_again();
    crate::support::wait::until_async("the server to recover", soon, async || {
        (anyone.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    server.admin().get("/v1/tenant").await.expect(200);
}

on_every_store! {
    /// Even the most talkative log holds no key, no query and no password.
    async fn the_log_holds_no_secrets(store) {
        let url = store.database_url();
        let mut server = Server::start_with_environment(&url, &[("TRIBUNE_LOG_FILTER", "trace"), ("TRIBUNE_LOG_FORMAT", "json")]);
        let admin = server.admin();
        let made = admin.post("/v1/keys", &json!({"name": "bot", "scopes": ["users:read"]})).await.expect(201);
        let secret = made["secret"].as_str().unwrap().to_owned();
        let bot = server.anonymous().with_key(&secret);
        bot.get("/v1/users?limit=7").await.expect(200);
        bot.get("/v1/users?limit=hush-hush").await.expect(400);
        assert!(server.terminate().success());
        let log = server.log();
        assert!(log.contains(r#""path":"/v1/users""#), "no line for the request in\n{log}");
        assert!(!log.contains(&secret) && !log.contains("hush-hush"));
        // The banner of the first start shows the first key, twice, and nothing else does.
        assert_eq!(log.matches(&server.admin_key).count(), 2);
    }
}
