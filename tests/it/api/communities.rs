//! Communities and their links.

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, each, pointers, text};

fn space(id: &str) -> Value {
    json!({"platform": "discord", "space": id})
}

on_every_store! {
    /// Made with links, found by one, renamed, linked to more, unlinked.
    async fn a_community_and_its_links(store) {
        let world = World::start(store);
        let reply = world.admin.post("/v1/communities", &json!({"name": "Rust", "links": [space("2"), space("1")]})).await;
        let location = reply.header("location").unwrap().to_owned();
        let made = reply.expect(201);
        assert_eq!(location, format!("/v1/communities/{}", text(&made["id"])));
        assert_eq!(made["links"], json!([space("1"), space("2")]));
        assert_eq!(made["policy_version"], 1);
        assert_eq!(world.admin.get(&location).await.expect(200), made);

        let found = world.admin.get("/v1/communities?link=discord:2").await.expect(200);
        assert_eq!(found["items"], json!([made]));
        let none = world.admin.get("/v1/communities?link=discord:3").await.expect(200);
        assert_eq!(none["items"], json!([]));
        assert_eq!(world.admin.get("/v1/communities?link=discord").await.expect(400)["code"], "bad_query");

        let renamed = world.admin.patch(&location, &json!({"name": "Ferrous"})).await.expect(200);
        assert_eq!((&renamed["name"], &renamed["links"]), (&json!("Ferrous"), &made["links"]));
        let links = format!("{location}/links");
        let linked = world.admin.post(&links, &json!({"platform": "slack", "space": "T1:C2"})).await.expect(201);
        assert_eq!(linked["links"].as_array().unwrap().len(), 3);
        let less = world.admin.delete(&format!("{links}/slack:T1:C2")).await.expect(200);
        assert_eq!(less, renamed);
        assert_eq!(world.admin.delete(&format!("{links}/slack:T1:C2")).await.expect(404)["code"], "not_found");
    }

    /// A space belongs to one community at a time.
    async fn the_same_space_twice_is_a_conflict(store) {
        let world = World::start(store);
        let first = world.admin.post("/v1/communities", &json!({"name": "a", "links": [space("1")]})).await.expect(201);
        let also = json!({"name": "b", "links": [space("2"), space("1")]});
        let refused = world.admin.post("/v1/communities", &also).await.expect(409);
        assert_eq!(refused["code"], "link_taken");
        assert!(refused["detail"].as_str().unwrap().contains(&text(&first["id"])), "{refused}");
        assert_eq!(each(&world.admin.get("/v1/communities").await.expect(200), "name"), [json!("a")]);

        let path = format!("/v1/communities/{}/links", text(&first["id"]));
        assert_eq!(world.admin.post(&path, &space("1")).await.expect(409)["code"], "link_taken");
        // Taken away, it is free for another.
        world.admin.delete(&format!("{path}/discord:1")).await.expect(200);
        world.admin.post("/v1/communities", &also).await.expect(201);
        // Another tenant's spaces are no concern of ours.
        world.other_tenant().await.post("/v1/communities", &also).await.expect(201);
    }

    /// A bound key sees, renames and links its own communities; the others do not exist for it, and their ids stay secret.
    async fn a_bound_key_keeps_to_its_communities(store) {
        let world = World::start(store);
        let (ours, theirs) = (world.community("ours").await, world.community("theirs").await);
        world.admin.post(&format!("/v1/communities/{theirs}/links"), &space("9")).await.expect(201);
        let bound = world.bound(&[&ours], &["communities:read", "communities:write"]).await;
        assert_eq!(each(&bound.get("/v1/communities").await.expect(200), "id"), [json!(ours)]);
        assert_eq!(bound.get("/v1/communities?link=discord:9").await.expect(200)["items"], json!([]));
        bound.patch(&format!("/v1/communities/{ours}"), &json!({"name": "still ours"})).await.expect(200);
        bound.patch(&format!("/v1/communities/{theirs}"), &json!({"name": "mine"})).await.expect(404);
        bound.post("/v1/communities", &json!({"name": "new"})).await.expect(403);
        let taken = bound.post(&format!("/v1/communities/{ours}/links"), &space("9")).await.expect(409);
        assert!(!taken["detail"].as_str().unwrap().contains(&theirs), "{taken}");
    }

    /// All that is wrong, by pointer; nothing is made of it.
    async fn wrong_requests_are_explained(store) {
        let world = World::start(store);
        let long = "x".repeat(201);
        let wrong = json!({"name": long, "links": [{"platform": "Discord", "space": "a b"}, space("")]});
        let problem = world.admin.post("/v1/communities", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), ["/links/0/platform", "/links/0/space", "/links/1/space", "/name"]);
        let twice = json!({"name": "x", "links": [space("1"), space("1")]});
        assert_eq!(pointers(&world.admin.post("/v1/communities", &twice).await.expect(422)), ["/links/1"]);
        for (body, pointer) in [
            (json!({}), "/name"),
            (json!({"name": null}), "/name"),
            (json!({"name": "x", "id": "com_1"}), "/id"),
            (json!({"name": "a\u{0}b"}), "/name"),
        ] {
            let problem = world.admin.post("/v1/communities", &body).await.expect(422);
            assert_eq!(pointers(&problem), [pointer], "{body}");
        }
        assert_eq!(world.admin.get("/v1/communities").await.expect(200)["items"], json!([]));
    }

    /// Pages follow one another without gap or overlap; a cursor is good for its own list alone.
    async fn lists_come_in_pages(store) {
        let world = World::start(store);
        let mut made = Vec::new();
        for name in ["a", "b", "c", "d", "e"] {
            made.push(json!(world.community(name).await));
        }
        let (mut read, mut path) = (Vec::new(), "/v1/communities?limit=2".to_owned());
        loop {
            let reply = world.admin.get(&path).await;
            let link = reply.header("link").map(str::to_owned);
            let page = reply.expect(200);
            read.extend(each(&page, "id"));
            let Some(cursor) = page["next_cursor"].as_str() else {
                assert_eq!(link, None);
                break;
            };
            assert!(link.unwrap().contains(cursor));
            // What comes meanwhile comes later, and moves nothing.
            if made.len() < 6 {
                made.push(json!(world.community("late").await));
            }
            path = format!("/v1/communities?limit=2&cursor={cursor}");
        }
        assert_eq!(read, made);
        let cursor = path.rsplit_once('=').unwrap().1;
        for elsewhere in [format!("/v1/users?cursor={cursor}"), format!("/v1/communities?link=discord:1&cursor={cursor}")] {
            assert_eq!(world.admin.get(&elsewhere).await.expect(400)["code"], "bad_cursor", "{elsewhere}");
        }
        let foreign = world.other_tenant().await.get(&path).await.expect(400);
        assert_eq!(foreign["code"], "bad_cursor");
    }

    /// The same key is the same community, and another body under it is refused.
    async fn a_repeat_makes_nothing_new(store) {
        let world = World::start(store);
        let make = |name: &str| {
            let call = world.admin.call(Method::POST, "/v1/communities").header("idempotency-key", "\"c1\"");
            call.json(&json!({"name": name}))
        };
        let first = make("a").send().await.expect(201);
        let again = make("a").send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(201), first);
        assert_eq!(make("b").send().await.expect(422)["code"], "idempotency_key_reused");
        assert_eq!(each(&world.admin.get("/v1/communities").await.expect(200), "name"), [json!("a")]);
    }
}
