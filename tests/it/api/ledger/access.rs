//! Keys, scopes, ranks, and the people who act through a key.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, problem};

on_every_store! {
    /// Without a good key there is nothing to see, and the answer says how to come with one.
    async fn a_key_is_needed(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let anonymous = api.anonymous();
        for path in ["/v1/events".to_owned(), home.path("/cases"), home.path("/cases/1"), "/v1/communities/nonsense/cases".to_owned()] {
            let reply = anonymous.get(&path).await;
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{path}");
            problem(reply, 401, "unauthenticated");
        }
        let flipped = if home.client.key().ends_with('a') { "b" } else { "a" };
        let mistyped = format!("{}{flipped}", &home.client.key()[..44]);
        for key in ["x", "trb_live_", &mistyped, "trb_live_000000000000000000000000000000000000"] {
            let reply = anonymous.call(Method::GET, "/v1/events").header("authorization", &format!("Bearer {key}")).send().await;
            assert_eq!(reply.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "{key}");
            problem(reply, 401, "unauthenticated");
        }
        for other in ["Basic eDp5", "Bearer", "", "trb_live_"] {
            let reply = anonymous.call(Method::GET, "/v1/events").header("authorization", other).send().await;
            problem(reply, 401, "unauthenticated");
        }
        let in_query = anonymous.get(&format!("/v1/events?access_token={}", home.client.key())).await;
        problem(in_query, 401, "unauthenticated");
    }

    /// A key that is revoked or over is turned away at once.
    async fn a_key_ends(store) {
        let api = Api::start(store).await;
        let made = api.admin.post("/v1/keys", &json!({"name": "short", "scopes": ["events:read"], "expires_at": "2026-01-01T00:00:10Z"})).await.expect(201);
        let short = api.admin.with_key(made["secret"].as_str().unwrap());
        short.get("/v1/events").await.expect(200);
        api.clock.advance(10);
        assert!(problem(short.get("/v1/events").await, 401, "unauthenticated").contains("expired"));

        let made = api.admin.post("/v1/keys", &json!({"name": "revoked", "scopes": ["events:read"]})).await.expect(201);
        let revoked = api.admin.with_key(made["secret"].as_str().unwrap());
        revoked.get("/v1/events").await.expect(200);
        let id = made["key"]["id"].as_str().unwrap();
        api.admin.delete(&format!("/v1/keys/{id}")).await.expect(200);
        assert!(problem(revoked.get("/v1/events").await, 401, "unauthenticated").contains("revoked"));
    }

    /// Each operation needs its scope, and names it.
    async fn each_operation_needs_its_scope(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "x").await;
        let reader = home.seen_by(&api.reader().await);
        reader.get("/cases/1").await.expect(200);
        for reply in [
            reader.act(json!({"kind": "warn", "member": "custom:2"})).await,
            reader.act(json!({"kind": "warn", "member": "custom:2", "dry_run": true})).await,
            reader.post("/cases/1/void", json!({})).await,
            reader.post("/sanctions/san_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f/lift", json!({})).await,
            reader.client.call(Method::PUT, &home.path("/cases/1/reason")).header("if-match", "\"0\"").json(&json!({"reason": "x"})).send().await,
        ] {
            assert!(problem(reply, 403, "forbidden_scope").contains("acts:write"));
        }
        let writer = home.seen_by(&api.key(&["acts:write"], json!({})).await);
        for path in ["/cases", "/cases/1", "/cases/1/revisions", "/sanctions", "/members/custom:1/standing", "/members/custom:1/explanation"] {
            assert!(problem(writer.get(path).await, 403, "forbidden_scope").contains("cases:read"), "{path}");
        }
        assert!(problem(writer.client.get("/v1/events").await, 403, "forbidden_scope").contains("events:read"));
        assert_eq!(home.cases("").await, [1]);
    }

    /// Ranks: self, equals, higher ranks, bots and protected members.
    async fn ranks_are_respected(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let patch = async |member: &str, body: Value| {
            home.client.patch(&home.path(&format!("/members/{member}")), &body).await.expect(200);
        };
        patch("custom:mod", json!({"rank": "moderator"})).await;
        patch("custom:peer", json!({"rank": "moderator"})).await;
        patch("custom:safe", json!({"protected": true})).await;
        patch("custom:bot", json!({"bot": true})).await;
        let by = |id: &str, member: &str| json!({"kind": "warn", "member": member, "actor": {"platform": "custom", "id": id}});
        problem(home.act(by("nobody", "custom:1")).await, 403, "rank_too_low");
        problem(home.act(by("mod", "custom:mod")).await, 403, "self_action");
        problem(home.act(by("mod", "custom:peer")).await, 403, "forbidden_rank");
        problem(home.act(by("mod", "custom:safe")).await, 403, "target_immune");
        problem(home.act(by("mod", "custom:bot")).await, 403, "target_immune");
        assert!(home.cases("").await.is_empty());
        let case = home.act(by("mod", "custom:1")).await.expect(201)["case"].clone();
        assert_eq!((&case["actor"]["type"], &case["actor"]["identity"]), (&json!("human"), &json!("custom:mod")));
        let mut glass = by("mod", "custom:safe");
        glass["break_glass"] = json!(true);
        glass["reason"] = json!("compromised account");
        assert_eq!(home.act(glass).await.expect(201)["case"]["break_glass"], true);
    }

    /// A rank is asserted with the scope for it only, and then counts for this act.
    async fn a_rank_is_asserted_by_scope(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let act = json!({"kind": "warn", "member": "custom:1", "actor": {"platform": "custom", "id": "mod", "rank": "moderator", "level": 3}});
        let plain = home.seen_by(&api.key(&["acts:write"], json!({})).await);
        assert!(problem(plain.act(act.clone()).await, 403, "forbidden_scope").contains("actors:assert"));
        let relay = home.seen_by(&api.key(&["acts:write", "actors:assert"], json!({"rank": "member"})).await);
        let case = relay.act(act.clone()).await.expect(201)["case"].clone();
        assert_eq!(case["actor"]["asserted"], json!({"rank": "moderator", "level": 3}), "by what it was judged");
        assert_eq!(home.get("/cases/1").await.expect(200), case);
        let mut unasserted = act;
        unasserted["actor"] = json!({"platform": "custom", "id": "mod"});
        unasserted["allow_duplicate"] = json!(true);
        problem(relay.act(unasserted.clone()).await, 403, "rank_too_low");
        home.client.patch(&home.path("/members/custom:mod"), &json!({"rank": "admin"})).await.expect(200);
        assert_eq!(relay.act(unasserted).await.expect(201)["case"]["actor"]["asserted"], Value::Null, "the stored one");
    }
}
