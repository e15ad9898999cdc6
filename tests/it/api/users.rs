//! Users and their identities.

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
        world.admin.post(&path, &discord("1")).await.expect(409);
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
        assert_eq!(pointers(&world.admin.patch(&path, &json!({})).await.expect(422)), ["/name"]);
        assert_eq!(world.admin.get(&path).await.expect(200)["name"], "Ferris", "leaving out is not forgetting");
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
