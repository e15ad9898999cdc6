//! What lets people in is in no log and in no metric, whatever is logged.

use hyper::Method;
use serde_json::json;

use crate::support::server::Server;

on_every_store! {
    /// The real server, which logs all that it can.
    async fn what_lets_people_in_is_not_logged(store) {
        let server = Server::start_with_environment(&store.database_url(), &[("TRIBUNE_LOG_FILTER", "trace")]);
        let admin = server.admin();
        let community = admin.post("/v1/communities", &json!({"name": "here"})).await.expect(201)["id"].as_str().unwrap().to_owned();
        let warn = json!({"kind": "warn", "member": "discord:1", "reason": "spam"});
        admin.post(&format!("/v1/communities/{community}/acts"), &warn).await.expect(201);
        let link = admin.post(&format!("/v1/communities/{community}/cases/1/appeal-link"), &json!({})).await.expect(201);
        // It listens on this machine alone, so links lead there.
        let path = link["url"].as_str().unwrap().strip_prefix(&server.url).unwrap();
        let signature = path.rsplit('.').next().unwrap();
        let anyone = server.anonymous();
        assert_eq!(anyone.get(path).await.status, 200);
        assert_eq!(anyone.get(&format!("{path}/appeal")).await.status, 200);
        assert_eq!(anyone.get(&format!("{path}/nowhere")).await.status, 404);
        assert_eq!(anyone.call(Method::PUT, path).send().await.status, 405);
        let sent = anyone.call(Method::POST, &format!("{path}/appeal")).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(sent.body("statement=x").send().await.status, 422);
        let metrics = anyone.get("/metrics").await;
        let metrics = String::from_utf8_lossy(&metrics.bytes).into_owned();
        assert!(metrics.contains("route=\"/a/{token}\"") && !metrics.contains(signature), "{metrics}");
        let log = server.log();
        assert!(log.contains("/a/…"), "requests are logged: {log}");
        assert!(!log.contains(signature), "{log}");
    }
}
