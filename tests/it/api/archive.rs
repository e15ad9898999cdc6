//! Communities that are archived and deleted, and tenants that are deleted.

use std::time::Duration;

use serde_json::{Value, json};

use super::actors::{World, each, text};
use crate::support::wait;

fn warn(member: &str) -> Value {
    json!({"member": member, "kind": "warn", "reason": "zap-reason"})
}

/// Waits until a word is nowhere in the database.
async fn gone(world: &World, word: &str) {
    wait::until_async("the rows to go", Duration::from_secs(30), || async {
        (!world.dump().await.contains(word)).then_some(())
    })
    .await;
}

on_every_store! {
    /// It can be read, and nothing else; then it is as before.
    async fn an_archived_community_is_read_only(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}");
        let acts = format!("{path}/acts");
        world.admin.post(&acts, &warn("discord:1")).await.expect(201);
        let archived = world.admin.post(&format!("{path}/archive"), &json!({})).await.expect(200);
        assert!(!archived["archived_at"].is_null());
        assert_eq!(world.admin.post(&format!("{path}/archive"), &json!({})).await.expect(200), archived);
        let mut dry = warn("discord:1");
        dry["dry_run"] = json!(true);
        let link = json!({"platform": "discord", "space": "g1"});
        for refused in [
            world.admin.post(&acts, &warn("discord:1")).await,
            world.admin.post(&acts, &dry).await,
            world.admin.post(&format!("{path}/cases/1/void"), &json!({})).await,
            world.admin.post(&format!("{path}/links"), &link).await,
            world.admin.patch(&path, &json!({"name": "d"})).await,
            world.admin.patch(&format!("{path}/members/discord:1"), &json!({"rank": "admin"})).await,
        ] {
            assert_eq!(refused.expect(409)["code"], "community_archived");
        }
        world.admin.get(&format!("{path}/cases/1")).await.expect(200);
        let list = |query: &'static str| { let admin = world.admin.clone(); async move { each(&admin.get(&format!("/v1/communities{query}")).await.expect(200), "id") } };
        assert_eq!((list("").await, list("?archived=true").await), (vec![], vec![json!(community)]));
        world.admin.post(&format!("{path}/unarchive"), &json!({})).await.expect(200);
        world.admin.post(&acts, &warn("discord:2")).await.expect(201);
        assert_eq!(list("").await, [json!(community)]);
    }

    /// Only an archived one, by its name; it is gone at once, with all that it had, and its neighbour is not.
    async fn a_deleted_community_leaves_one_event(store) {
        let world = World::start(store);
        let (community, other) = (world.community("my c").await, world.community("d").await);
        let path = format!("/v1/communities/{community}");
        let link = json!({"platform": "discord", "space": "g1"});
        world.admin.post(&format!("{path}/links"), &link).await.expect(201);
        for number in 0..5 {
            world.admin.post(&format!("{path}/acts"), &warn(&format!("discord:{number}"))).await.expect(201);
        }
        let stays = json!({"member": "discord:1", "kind": "warn", "reason": "stays"});
        world.admin.post(&format!("/v1/communities/{other}/acts"), &stays).await.expect(201);
        let confirmed = format!("{path}?confirm=my%20c");
        assert_eq!(world.admin.delete(&confirmed).await.expect(409)["code"], "community_not_archived");
        world.admin.post(&format!("{path}/archive"), &json!({})).await.expect(200);
        assert_eq!(world.admin.delete(&format!("{path}?confirm=d")).await.expect(409)["code"], "not_confirmed");
        world.other_tenant().await.delete(&confirmed).await.expect(404);
        world.admin.delete(&confirmed).await.expect(200);
        world.admin.get(&path).await.expect(404);
        world.admin.post(&format!("{path}/acts"), &warn("discord:1")).await.expect(404);
        world.admin.post(&format!("/v1/communities/{other}/links"), &link).await.expect(201);
        gone(&world, "zap-reason").await;
        wait::until_async("the log", Duration::from_secs(30), || async {
            let events = world.admin.get("/v1/events?limit=500").await.expect(200);
            let of_it = each(&events, "community").iter().filter(|id| **id == json!(community)).count();
            (of_it == 1).then_some(())
        }).await;
        let left = world.admin.get(&format!("/v1/communities/{other}/cases")).await.expect(200);
        assert_eq!(each(&left, "reason"), [json!("stays")]);
    }

    /// By the operator alone; its keys read on, everybody else's tenants go on, and the operator takes it up again.
    async fn an_archived_tenant_is_read_only(store) {
        let world = World::start(store);
        let made = world.admin.post("/v1/tenants", &json!({"name": "Elsewhere"})).await.expect(201);
        let other = world.admin.with_key(&text(&made["secret"]));
        let path = format!("/v1/tenants/{}", text(&made["tenant"]["id"]));
        let community = text(&other.post("/v1/communities", &json!({"name": "c"})).await.expect(201)["id"]);
        let acts = format!("/v1/communities/{community}/acts");
        let mute = json!({"member": "discord:1", "kind": "mute", "duration": 3600});
        other.post(&acts, &mute).await.expect(201);
        other.post(&format!("{path}/archive"), &json!({})).await.expect(403);
        let own = text(&world.admin.get("/v1/tenant").await.expect(200)["id"]);
        let mine = world.admin.post(&format!("/v1/tenants/{own}/archive"), &json!({})).await.expect(409);
        assert_eq!(mine["code"], "own_tenant");
        let archived = world.admin.post(&format!("{path}/archive"), &json!({})).await.expect(200);
        assert!(!archived["archived_at"].is_null());
        assert_eq!(world.admin.post(&format!("{path}/archive"), &json!({})).await.expect(200), archived);
        assert_eq!(other.get("/v1/tenant").await.expect(200), archived);
        assert_eq!(world.admin.get(&path).await.expect(200), archived);
        let mut dry = warn("discord:1");
        dry["dry_run"] = json!(true);
        for refused in [
            other.post(&acts, &warn("discord:1")).await,
            other.post(&acts, &dry).await,
            other.post("/v1/communities", &json!({"name": "d"})).await,
            other.post(&format!("/v1/communities/{community}/unarchive"), &json!({})).await,
            other.post("/v1/users", &json!({"identities": [{"platform": "discord", "id": "9"}]})).await,
        ] {
            assert_eq!(refused.expect(409)["code"], "tenant_archived");
        }
        for dry_run in [false, true] {
            let many = json!({"items": [warn("discord:1")], "dry_run": dry_run});
            let many = other.post(&format!("{acts}/bulk"), &many).await.expect(200);
            assert_eq!(many["items"][0]["problem"]["code"], "tenant_archived");
        }
        let read = other.get(&format!("/v1/communities/{community}/cases")).await.expect(200);
        assert_eq!(each(&read, "kind"), [json!("mute")]);
        let log = other.get("/v1/events?type=tenant.archived").await.expect(200);
        assert_eq!(each(&log, "type"), [json!("tenant.archived")]);
        let list = |query: &'static str| { let admin = world.admin.clone(); async move { each(&admin.get(&format!("/v1/tenants{query}")).await.expect(200), "id") } };
        assert_eq!((list("").await, list("?archived=true").await), (vec![json!(own)], vec![json!(own), made["tenant"]["id"].clone()]));
        world.community("goes on").await;
        let again = world.admin.post(&format!("{path}/unarchive"), &json!({})).await.expect(200);
        assert_eq!(again, made["tenant"]);
        other.post(&acts, &warn("discord:2")).await.expect(201);
    }

    /// By the operator alone, by its name; its keys stop at once, and nothing of it is left.
    async fn a_deleted_tenant_is_gone(store) {
        let world = World::start(store);
        let request = json!({"name": "Zap Elsewhere"});
        let made = world.admin.post("/v1/tenants", &request).await.expect(201);
        let other = world.admin.with_key(&text(&made["secret"]));
        let tenant = text(&made["tenant"]["id"]);
        let community = text(&other.post("/v1/communities", &json!({"name": "zap-community"})).await.expect(201)["id"]);
        other.post(&format!("/v1/communities/{community}/acts"), &warn("discord:zap-1")).await.expect(201);
        let path = format!("/v1/tenants/{tenant}?confirm=Zap%20Elsewhere");
        other.delete(&path).await.expect(403);
        assert_eq!(world.admin.delete(&format!("/v1/tenants/{tenant}?confirm=x")).await.expect(409)["code"], "not_confirmed");
        let own = world.admin.get("/v1/tenant").await.expect(200);
        let mine = format!("/v1/tenants/{}?confirm={}", text(&own["id"]), text(&own["name"]).replace(' ', "%20"));
        assert_eq!(world.admin.delete(&mine).await.expect(409)["code"], "own_tenant");
        world.admin.delete(&path).await.expect(200);
        other.get("/v1/tenant").await.expect(401);
        for word in ["zap-reason", "zap-community", "discord:zap-1"] {
            gone(&world, word).await;
        }
        world.admin.get(&format!("/v1/tenants/{tenant}")).await.expect(404);
        let events = world.admin.get("/v1/events?limit=500&type=tenant.deleted").await.expect(200);
        assert_eq!(events["items"][0]["data"]["tenant"]["id"], json!(tenant));
    }
}
