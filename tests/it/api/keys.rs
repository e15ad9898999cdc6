//! API keys: made, shown once, limited by their maker, revoked.

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{SCOPES, World, each, pointers, text};

on_every_store! {
    /// The secret is in the first answer and nowhere else: not in the list, the log or the answer to a repeat.
    async fn a_secret_is_shown_once(store) {
        let world = World::start(store);
        let request = json!({"name": "relay", "scopes": ["cases:read"]});
        let make = || world.admin.call(Method::POST, "/v1/keys").header("idempotency-key", "k1").json(&request);
        let made = make().send().await.expect(201);
        let secret = text(&made["secret"]);
        assert!(secret.starts_with(made["key"]["hint"].as_str().unwrap()), "{made}");
        assert_eq!(made["key"]["rank"], "admin");

        let again = make().send().await.expect(201);
        assert_eq!((&again["key"]["id"], &again["secret"]), (&made["key"]["id"], &Value::Null));
        for path in ["/v1/keys", "/v1/events"] {
            let shown = world.admin.get(path).await;
            assert!(!String::from_utf8_lossy(&shown.bytes).contains(&secret), "{path}");
        }
        world.admin.with_key(&secret).get("/v1/tenant").await.expect(200);
    }

    /// A revoked key stops at once, stays in the list, and may be revoked again without a second event.
    async fn a_revoked_key_stops_at_once(store) {
        let world = World::start(store);
        let made = world.admin.post("/v1/keys", &json!({"name": "k", "scopes": ["users:read"]})).await.expect(201);
        let holder = world.admin.with_key(&text(&made["secret"]));
        holder.get("/v1/users").await.expect(200);
        let path = format!("/v1/keys/{}", text(&made["key"]["id"]));
        let revoked = world.admin.delete(&path).await.expect(200);
        assert!(revoked["revoked_at"].is_string(), "{revoked}");
        assert_eq!(holder.get("/v1/users").await.expect(401)["code"], "unauthenticated");

        let again = world.admin.delete(&path).await.expect(200);
        assert_eq!(again["revoked_at"], revoked["revoked_at"]);
        let events = each(&world.admin.get("/v1/events?limit=500").await.expect(200), "type");
        assert_eq!(events.iter().filter(|kind| *kind == "key.revoked").count(), 1);
    }

    /// Where a new key says that it is, it is, without its secret; a bound key reads itself alone.
    async fn a_key_is_read(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let request = json!({"name": "bot", "scopes": ["keys:write"], "communities": [community]});
        let reply = world.admin.post("/v1/keys", &request).await;
        let location = reply.header("location").unwrap().to_owned();
        let made = reply.expect(201);
        assert_eq!(world.admin.get(&location).await.expect(200), made["key"]);
        let bound = world.admin.with_key(&text(&made["secret"]));
        assert_eq!(bound.get(&location).await.expect(200)["id"], made["key"]["id"]);
        let first = text(&world.admin.get("/v1/keys").await.expect(200)["items"][0]["id"]);
        assert_eq!(bound.get(&format!("/v1/keys/{first}")).await.expect(403)["code"], "forbidden_scope");
        world.other_tenant().await.get(&location).await.expect(404);
        world.admin.delete(&location).await.expect(200);
        assert!(world.admin.get(&location).await.expect(200)["revoked_at"].is_string());
    }

    /// Scopes, rank, communities: nobody gives what they have not.
    async fn a_key_makes_no_key_above_itself(store) {
        let world = World::start(store);
        let (ours, theirs) = (world.community("ours").await, world.community("theirs").await);
        let maker = world.key("moderator", &["keys:write", "acts:write"]).await;
        for above in [
            json!({"name": "x", "scopes": ["acts:write", "cases:read"]}),
            json!({"name": "x", "scopes": ["acts:write"], "rank": "admin"}),
        ] {
            assert_eq!(maker.post("/v1/keys", &above).await.expect(403)["code"], "forbidden_scope");
        }
        let made = maker.post("/v1/keys", &json!({"name": "x", "scopes": ["acts:write"]})).await.expect(201);
        assert_eq!(made["key"]["rank"], "moderator", "a lower maker lowers the default");

        let bound = world.bound(&[&ours], &["keys:write", "cases:read"]).await;
        let order = |communities: Value| json!({"name": "x", "scopes": ["cases:read"], "communities": communities});
        bound.post("/v1/keys", &order(json!(null))).await.expect(403);
        bound.post("/v1/keys", &order(json!([ours, theirs]))).await.expect(403);
        let within = bound.post("/v1/keys", &order(json!([ours]))).await.expect(201);
        assert_eq!(within["key"]["communities"], json!([ours]));
        bound.get("/v1/keys").await.expect(403);
        bound.delete(&format!("/v1/keys/{}", text(&made["key"]["id"]))).await.expect(403);
    }

    /// Everything that is wrong with a request is said at once, and nothing is made.
    async fn wrong_requests_are_explained(store) {
        let world = World::start(store);
        let wrong = json!({"name": " ", "scopes": [], "communities": ["x", "com_0"], "expires_at": "1969-01-01T00:00:00Z"});
        let problem = world.admin.post("/v1/keys", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), ["/communities/0", "/communities/1", "/expires_at", "/name", "/scopes"]);

        let nowhere = "com_00000000000070008000000000000001";
        let wrong = json!({"name": "x", "scopes": ["cases:read"], "communities": [nowhere], "expires_at": "2001-01-01T00:00:00Z"});
        let problem = world.admin.post("/v1/keys", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), ["/communities/0", "/expires_at"]);
        // What the reading, the store and the clock refuse is named together.
        let wrong = json!({"name": " ", "scopes": [], "communities": [nowhere], "expires_at": "2001-01-01T00:00:00Z"});
        let problem = world.admin.post("/v1/keys", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), ["/communities/0", "/expires_at", "/name", "/scopes"]);
        let unknown = json!({"name": "x", "scopes": ["everything"]});
        assert_eq!(pointers(&world.admin.post("/v1/keys", &unknown).await.expect(422)), ["/scopes/0"]);
        assert_eq!(world.admin.get("/v1/keys").await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    /// The first key may do everything, and the names here are all there are.
    async fn the_first_key_has_every_scope(store) {
        let world = World::start(store);
        let keys = world.admin.get("/v1/keys").await.expect(200);
        let mut scopes: Vec<String> = keys["items"][0]["scopes"].as_array().unwrap().iter().map(text).collect();
        let mut all = SCOPES.map(str::to_owned).to_vec();
        scopes.sort();
        all.sort();
        assert_eq!(scopes, all);
        assert_eq!(keys["items"][0]["rank"], "owner");
    }
}
