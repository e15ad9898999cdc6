//! Members: rank, level and protection in a community.

use serde_json::{Value, json};

use super::actors::{World, each, pointers, text};

on_every_store! {
    /// Somebody unknown is made known by setting their rank; what is left out stays.
    async fn a_member_is_set_and_read(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let members = format!("/v1/communities/{community}/members");
        let path = format!("{members}/discord:1");
        world.admin.get(&path).await.expect(404);
        let set = world.admin.patch(&path, &json!({"rank": "moderator", "level": 7})).await.expect(200);
        assert_eq!((&set["rank"], &set["level"], &set["protected"]), (&json!("moderator"), &json!(7), &json!(false)));
        let kept = world.admin.patch(&path, &json!({"protected": true})).await.expect(200);
        assert_eq!((&kept["rank"], &kept["protected"]), (&json!("moderator"), &json!(true)));
        assert_eq!(world.admin.get(&path).await.expect(200), kept);
        let by_id = format!("{members}/{}", text(&kept["user"]["id"]));
        assert_eq!(world.admin.get(&by_id).await.expect(200), kept);
        assert_eq!(world.admin.get(&members).await.expect(200)["items"], json!([kept]));
    }

    /// A user of whom the community knows nothing is a plain member, and in no list.
    async fn everyone_else_is_a_plain_member(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        world.admin.post("/v1/users", &json!({"identities": [{"platform": "discord", "id": "1"}]})).await.expect(201);
        let members = format!("/v1/communities/{community}/members");
        let plain = world.admin.get(&format!("{members}/discord:1")).await.expect(200);
        assert_eq!((&plain["rank"], &plain["level"], &plain["bot"]), (&json!("member"), &json!(0), &json!(false)));
        assert_eq!(world.admin.get(&members).await.expect(200)["items"], json!([]));
    }

    /// A key gives no rank above its own, and takes none away that is.
    async fn ranks_are_given_from_above(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let members = format!("/v1/communities/{community}/members");
        let moderator = world.key("moderator", &["users:write", "users:read"]).await;
        let refused = moderator.patch(&format!("{members}/discord:1"), &json!({"rank": "admin"})).await.expect(403);
        assert!(refused["detail"].as_str().unwrap().contains("moderator"), "{refused}");
        world.admin.get(&format!("{members}/discord:1")).await.expect(404);
        moderator.patch(&format!("{members}/discord:1"), &json!({"rank": "moderator"})).await.expect(200);

        world.admin.patch(&format!("{members}/discord:2"), &json!({"rank": "admin", "protected": true})).await.expect(200);
        for change in [json!({"rank": "member"}), json!({"protected": false}), json!({"level": 9})] {
            let refused = moderator.patch(&format!("{members}/discord:2"), &change).await.expect(403);
            assert_eq!(refused["code"], "forbidden_rank", "{change}");
        }
        let still = world.admin.get(&format!("{members}/discord:2")).await.expect(200);
        assert_eq!((&still["rank"], &still["protected"]), (&json!("admin"), &json!(true)));
    }

    /// A bound key sets members of its own communities alone.
    async fn a_bound_key_keeps_to_its_communities(store) {
        let world = World::start(store);
        let (ours, theirs) = (world.community("ours").await, world.community("theirs").await);
        let bound = world.bound(&[&ours], &["users:read", "users:write"]).await;
        bound.patch(&format!("/v1/communities/{ours}/members/discord:1"), &json!({"bot": true})).await.expect(200);
        bound.patch(&format!("/v1/communities/{theirs}/members/discord:1"), &json!({"bot": true})).await.expect(404);
        bound.get(&format!("/v1/communities/{theirs}/members")).await.expect(404);
    }

    /// Nothing can be reset by null, and a level fits 16 bits.
    async fn wrong_requests_are_explained(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}/members/discord:1");
        for (body, pointer) in [
            (json!({"rank": null}), "/rank"),
            (json!({"rank": "king"}), "/rank"),
            (json!({"level": 65_536}), "/level"),
            (json!({"level": -1}), "/level"),
            (json!({"tenant": "x"}), "/tenant"),
        ] {
            let problem = world.admin.patch(&path, &body).await.expect(422);
            assert_eq!(pointers(&problem), [pointer], "{body}");
        }
        for absurd in ["discord", "usr_1", "discord:%20", "discord:%00"] {
            world.admin.get(&format!("/v1/communities/{community}/members/{absurd}")).await.expect(404);
        }
    }

    /// Pages of members, in order of their ids.
    async fn lists_come_in_pages(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let members = format!("/v1/communities/{community}/members");
        let mut made: Vec<Value> = Vec::new();
        for id in ["3", "1", "2"] {
            made.push(world.admin.patch(&format!("{members}/discord:{id}"), &json!({"rank": "moderator"})).await.expect(200));
        }
        made.sort_by_key(|member| text(&member["user"]["id"]));
        let first = world.admin.get(&format!("{members}?limit=2")).await.expect(200);
        let second = world.admin.get(&format!("{members}?limit=2&cursor={}", text(&first["next_cursor"]))).await.expect(200);
        assert_eq!([each(&first, "user"), each(&second, "user")].concat(), made.iter().map(|m| m["user"].clone()).collect::<Vec<_>>());
        assert_eq!(second["next_cursor"], Value::Null);
    }
}
