//! Tenants, as the operator and their own admins see them.

use hyper::Method;
use serde_json::json;

use super::actors::{World, each};

on_every_store! {
    /// The operator gets a key for the new tenant, once; that key sees the new tenant and nothing else.
    async fn an_operator_makes_a_tenant(store) {
        let world = World::start(store);
        world.community("ours").await;
        let request = json!({"name": "Elsewhere"});
        let make = || world.admin.call(Method::POST, "/v1/tenants").header("idempotency-key", "t1").json(&request);
        let made = make().send().await.expect(201);
        let admin = world.admin.with_key(made["secret"].as_str().unwrap());
        assert_eq!(admin.get("/v1/tenant").await.expect(200), made["tenant"]);
        assert_eq!(admin.get("/v1/communities").await.expect(200)["items"], json!([]));
        let keys = admin.get("/v1/keys").await.expect(200);
        assert_eq!(each(&keys, "id"), [made["key"]["id"].clone()]);

        let again = make().send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        let again = again.expect(201);
        assert_eq!(again["tenant"], made["tenant"]);
        assert_eq!(again["secret"], json!(null));
    }

    /// What happens in a tenant stands in its own log, from its making on, and in no other.
    async fn a_tenant_begins_its_own_log(store) {
        let world = World::start(store);
        let before = world.admin.get("/v1/events").await.expect(200);
        let other = world.other_tenant().await;
        let events = other.get("/v1/events").await.expect(200);
        assert_eq!(each(&events, "type"), [json!("tenant.created"), json!("key.created")]);
        assert_eq!(each(&events, "id"), [json!("1"), json!("2")]);
        assert_eq!(world.admin.get("/v1/events").await.expect(200), before);
    }

    /// An admin of a tenant is no operator.
    async fn only_an_operator_makes_tenants(store) {
        let world = World::start(store);
        let admin = world.other_tenant().await;
        let refused = admin.post("/v1/tenants", &json!({"name": "x"})).await.expect(403);
        assert_eq!(refused["code"], "forbidden_scope");
        assert!(refused["detail"].as_str().unwrap().contains("tenants:write"), "{refused}");
    }

    /// A plan is the operator's to give, and the tenant's to read.
    async fn an_operator_gives_a_tenant_a_plan(store) {
        let world = World::start(store);
        let theirs = world.other_tenant().await;
        let tenant = theirs.get("/v1/tenant").await.expect(200);
        assert_eq!(tenant["plan"], "standard");
        let path = format!("/v1/tenants/{}", tenant["id"].as_str().unwrap());
        let changed = world.admin.patch(&path, &json!({"plan": "large", "name": "Bigger"})).await.expect(200);
        assert_eq!((&changed["plan"], &changed["name"]), (&json!("large"), &json!("Bigger")));
        assert_eq!(theirs.get("/v1/tenant").await.expect(200), changed);
        assert_eq!(world.admin.patch(&path, &json!({})).await.expect(200), changed);
        let events = theirs.get("/v1/events?type=tenant.changed").await.expect(200);
        assert_eq!(each(&events, "type"), [json!("tenant.changed")]);

        for wrong in [json!({"plan": "huge"}), json!({"plan": null}), json!({"name": ""}), json!({"id": "x"})] {
            let refused = world.admin.patch(&path, &wrong).await.expect(422);
            assert_eq!(refused["code"], "invalid_request", "{wrong}");
        }
        assert_eq!(theirs.patch(&path, &json!({"plan": "large"})).await.expect(403)["code"], "forbidden_scope");
        let made = world.admin.post("/v1/tenants", &json!({"name": "x", "plan": "small"})).await.expect(201);
        assert_eq!(made["tenant"]["plan"], "small");
    }
}
