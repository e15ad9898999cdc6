//! Users and their identities.

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, each, pointers, text};

fn discord(id: &str) -> Value {
    json!({"platform": "discord", "id": id})
}

on_every_store! {
    /// Made, found by both kinds of name, renamed, forgotten, known elsewhere too.
    async fn a_user_and_their_identities(store) {
        let world = World::start(store);
        let made = world.admin.post("/v1/users", &json!({"name": "Ferris", "identities": [discord("1")]})).await.expect(201);
        let path = format!("/v1/users/{}", text(&made["id"]));
        assert_eq!(world.admin.get(&path).await.expect(200), made);
        assert_eq!(world.admin.get("/v1/users/discord:1").await.expect(200), made);
        let other = json!({"platform": "telegram", "id": "7"});
        let known = world.admin.post(&format!("{path}/identities"), &other).await.expect(201);
        assert_eq!(known["identities"], json!([discord("1"), other]));
        let renamed = world.admin.patch("/v1/users/telegram:7", &json!({"name": "Corro"})).await.expect(200);
        assert_eq!(renamed["name"], "Corro");
        let forgotten = world.admin.patch(&path, &json!({"name": null})).await.expect(200);
        assert_eq!(forgotten["name"], Value::Null);
        assert_eq!(each(&world.admin.get("/v1/users").await.expect(200), "id"), [made["id"].clone()]);
        world.admin.get("/v1/users/discord:2").await.expect(404);
    }

    /// An identity belongs to one user of a tenant.
    async fn an_identity_is_taken_once(store) {
        let world = World::start(store);
        let first = world.admin.post("/v1/users", &json!({"identities": [discord("1")]})).await.expect(201);
        let refused = world.admin.post("/v1/users", &json!({"identities": [discord("2"), discord("1")]})).await.expect(409);
        assert_eq!(refused["code"], "identity_taken");
        world.admin.get("/v1/users/discord:2").await.expect(404);
        let path = format!("/v1/users/{}/identities", text(&first["id"]));
        let second = world.admin.post("/v1/users", &json!({})).await.expect(201);
        let taken = world.admin.post(&format!("/v1/users/{}/identities", text(&second["id"])), &discord("1")).await.expect(409);
        assert!(taken["detail"].as_str().unwrap().contains(&text(&first["id"])), "{taken}");
        // To say again what is so already is no mistake, and no news.
        let last = world.admin.get("/v1/events?limit=500").await.expect(200)["next_cursor"].clone();
        assert_eq!(world.admin.post(&path, &discord("1")).await.expect(201), first);
        assert_eq!(world.admin.get("/v1/events?limit=500").await.expect(200)["next_cursor"], last);
        world.other_tenant().await.post("/v1/users", &json!({"identities": [discord("1")]})).await.expect(201);
    }

    /// All that is wrong, by pointer.
    async fn wrong_requests_are_explained(store) {
        let world = World::start(store);
        let wrong = json!({"name": "a\nb", "identities": [{"platform": "X", "id": ""}, discord("é")]});
        let problem = world.admin.post("/v1/users", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), ["/identities/0/id", "/identities/0/platform", "/identities/1/id", "/name"]);
        let twice = json!({"identities": [discord("1"), discord("1")]});
        assert_eq!(pointers(&world.admin.post("/v1/users", &twice).await.expect(422)), ["/identities/1"]);
        let made = world.admin.post("/v1/users", &json!({"name": "Ferris"})).await.expect(201);
        let path = format!("/v1/users/{}", text(&made["id"]));
        assert_eq!(pointers(&world.admin.patch(&path, &json!({"name": ""})).await.expect(422)), ["/name"]);
    }

    /// A merge patch: what is left out stays, and where nothing is said nothing happens, repeats included.
    async fn an_empty_patch_changes_nothing(store) {
        let world = World::start(store);
        let user = world.admin.post("/v1/users", &json!({"name": "Ferris"})).await.expect(201);
        let community = world.admin.post("/v1/communities", &json!({"name": "Rust"})).await.expect(201);
        let last = world.admin.get("/v1/events?limit=500").await.expect(200)["next_cursor"].clone();
        for (path, there) in [
            (format!("/v1/users/{}", text(&user["id"])), &user),
            (format!("/v1/communities/{}", text(&community["id"])), &community),
        ] {
            let patch = |body: &Value| world.admin.call(Method::PATCH, &path).header("idempotency-key", &path[4..9]).json(body);
            assert_eq!(&patch(&json!({})).send().await.expect(200), there);
            let again = patch(&json!({})).send().await;
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
            assert_eq!(&again.expect(200), there);
            let other = patch(&json!({"name": "x"})).send().await.expect(422);
            assert_eq!(other["code"], "idempotency_key_reused");
            assert_eq!(&world.admin.get(&path).await.expect(200), there);
        }
        assert_eq!(world.admin.get("/v1/events?limit=500").await.expect(200)["next_cursor"], last);
        let path = format!("/v1/communities/{}", text(&community["id"]));
        let problem = world.admin.patch(&path, &json!({"name": null})).await.expect(422);
        assert_eq!(pointers(&problem), ["/name"]);
    }

    /// Users are the tenant's: a bound key reads them, and changes none.
    async fn a_bound_key_changes_no_user(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let made = world.admin.post("/v1/users", &json!({"identities": [discord("1")]})).await.expect(201);
        let bound = world.bound(&[&community], &["users:read", "users:write"]).await;
        assert_eq!(bound.get("/v1/users/discord:1").await.expect(200), made);
        bound.post("/v1/users", &json!({})).await.expect(403);
        bound.patch("/v1/users/discord:1", &json!({"name": "x"})).await.expect(403);
        bound.post("/v1/users/discord:1/identities", &discord("2")).await.expect(403);
    }
}
