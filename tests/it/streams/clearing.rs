//! What goes from streams: what names an erased person, what belongs to a deleted community, and the streams of a deleted tenant.

use serde_json::json;

use super::SOON;
use super::bus::{Found, Streams, tenant};
use crate::support::server::Server;
use crate::support::wait;

on_every_store! {
    /// Whoever reads the stream of an erased person finds that they were erased, and nothing else; nor do dead letters have it.
    async fn an_erasure_reaches_the_stream_and_its_dead_letters(store) {
        let streams = Streams::private();
        let mut environment = streams.environment();
        environment.extend([("TRIBUNE_STREAMS_STUCK_AFTER", "1ms"), ("TRIBUNE_STREAMS_MAX_DELIVERIES", "1")]);
        let server = Server::start_with_environment(&store.database_url(), &environment);
        let admin = server.admin();
        let community = admin.post("/v1/communities", &json!({"name": "c"})).await.expect(201);
        let acts = format!("/v1/communities/{}/acts", community["id"].as_str().unwrap());
        let warn = json!({"kind": "warn", "member": "discord:ferris-4711", "reason": "zap-reason"});
        let user = admin.post(&acts, &warn).await.expect(201)["case"]["member"]["user"].as_str().unwrap().to_owned();
        let other = json!({"kind": "warn", "member": "discord:2", "reason": "stays"});
        admin.post(&acts, &other).await.expect(201);
        let tenant = tenant(&admin).await;
        let (key, dead) = (streams.key(&tenant), streams.dead_key(&tenant));
        streams.until_equal(&admin, &tenant).await;
        streams.call::<()>(&["XGROUP", "CREATE", &key, "bot", "0"]).unwrap();
        streams.take(&key, "bot", "a", 100);
        let whole = |key: &str| format!("{:?}", streams.entries(key));
        wait::until_async("dead letters", SOON, async || whole(&dead).contains("zap-reason").then_some(())).await;
        assert!(whole(&key).contains("ferris-4711"));
        admin.post(&format!("/v1/users/{user}/erase"), &json!({"confirm": user})).await.expect(200);
        wait::until_async("the event of the erasure", SOON, async || whole(&key).contains("user.erased").then_some(())).await;
        for key in [&key, &dead] {
            let left = whole(key);
            assert!(!left.contains("zap-reason") && !left.contains("ferris-4711"), "{left}");
            assert!(left.contains("stays"), "{left}");
        }
        let about = |entry: &Found| entry.fields.get("user") == Some(&user);
        let about: Vec<_> = streams.entries(&key).into_iter().filter(about).collect();
        assert_eq!((about.len(), about[0].fields["type"].as_str()), (1, "user.erased"));
    }

    /// What a deleted community leaves is that it was deleted.
    async fn a_deleted_community_takes_its_entries_with_it(store) {
        let streams = Streams::private();
        let server = Server::start_with_environment(&store.database_url(), &streams.environment());
        let admin = server.admin();
        let community = admin.post("/v1/communities", &json!({"name": "gone"})).await.expect(201);
        let id = community["id"].as_str().unwrap().to_owned();
        let warn = json!({"kind": "warn", "member": "discord:1"});
        admin.post(&format!("/v1/communities/{id}/acts"), &warn).await.expect(201);
        admin.post(&format!("/v1/communities/{id}/archive"), &json!({})).await.expect(200);
        let tenant = tenant(&admin).await;
        let key = streams.key(&tenant);
        streams.until_equal(&admin, &tenant).await;
        admin.delete(&format!("/v1/communities/{id}?confirm=gone")).await.expect(200);
        let left = wait::until_async("the event of the deletion", SOON, async || {
            let entries = streams.entries(&key);
            (entries.last()?.fields["type"] == "community.deleted").then_some(entries)
        }).await;
        assert_eq!(left.iter().filter(|entry| entry.fields["community"] == id).count(), 1);
        admin.post("/v1/communities", &json!({"name": "next"})).await.expect(201);
        // The rows of the log go in portions; what is left of it is what the stream has.
        streams.until_equal(&admin, &tenant).await;
    }

    /// The streams of a deleted tenant go, and nobody else's.
    async fn a_deleted_tenant_takes_its_streams_with_it(store) {
        let streams = Streams::private();
        let server = Server::start_with_environment(&store.database_url(), &streams.environment());
        let admin = server.admin();
        let made = admin.post("/v1/tenants", &json!({"name": "Elsewhere"})).await.expect(201);
        let elsewhere = admin.with_key(made["secret"].as_str().unwrap());
        let gone = made["tenant"]["id"].as_str().unwrap().to_owned();
        streams.until_equal(&elsewhere, &gone).await;
        streams.call::<String>(&["XADD", &streams.dead_key(&gone), "*", "a", "b"]).unwrap();
        admin.delete(&format!("/v1/tenants/{gone}?confirm=Elsewhere")).await.expect(200);
        wait::until_async("the streams to be gone", SOON, async || {
            let left: u64 = streams.call(&["EXISTS", &streams.key(&gone), &streams.dead_key(&gone)]).unwrap();
            (left == 0).then_some(())
        }).await;
        streams.until_equal(&admin, &tenant(&admin).await).await;
    }
}
