//! Policies: immutable versions, guarded by `If-Match`, refused with every error at once.

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, each, pointers};
use crate::support::client::{Client, Reply};

async fn put(client: &Client, community: &str, seen: &str, body: &Value) -> Reply {
    let call = client.call(Method::PUT, &format!("/v1/communities/{community}/policy"));
    call.header("if-match", seen).json(body).send().await
}

on_every_store! {
    /// Version 1 is the default; what is read can be written back; each write is a version of its own.
    async fn a_policy_has_versions(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}/policy");
        let reply = world.admin.get(&path).await;
        assert_eq!(reply.header("etag"), Some("\"1\""));
        let first = reply.expect(200);
        assert_eq!(first["rules"]["weights"]["ban"], 10);
        assert_eq!(first["rules"]["ladder"][2], json!({
            "id": "tempban-7d", "at": 8, "action": "tempban", "duration": 604_800, "capabilities": [], "mode": "fixed",
            "refire": "crossing", "reset_below": 8,
        }));

        let rules = json!({"decay": {"model": "linear", "per_day": 0.25, "grace": "P1D"}, "ladder": []});
        let reply = put(&world.admin, &community, "\"1\"", &json!({"rules": rules, "comment": "milder"})).await;
        assert_eq!(reply.header("etag"), Some("\"2\""));
        let second = reply.expect(200);
        assert_eq!(second["rules"]["decay"], json!({"model": "linear", "per_day": 0.25, "grace": 86_400}));
        assert_eq!((&second["version"], &second["comment"]), (&json!(2), &json!("milder")));
        assert_eq!(second["by"]["type"], "key");

        let back = put(&world.admin, &community, "\"2\"", &json!({"rules": first["rules"]})).await.expect(200);
        assert_eq!(back["rules"], first["rules"], "what is read can be sent back");
        let all = world.admin.get(&format!("/v1/communities/{community}/policies")).await.expect(200);
        assert_eq!(each(&all, "version"), [json!(3), json!(2), json!(1)]);
        let old = world.admin.get(&format!("/v1/communities/{community}/policies/2")).await.expect(200);
        assert_eq!(old, second, "a version never changes");
        for absent in ["4", "0", "x", "01"] {
            world.admin.get(&format!("/v1/communities/{community}/policies/{absent}")).await.expect(404);
        }
        let community = world.admin.get(&format!("/v1/communities/{community}")).await.expect(200);
        assert_eq!(community["policy_version"], 3);
    }

    /// Nobody overwrites what they have not seen.
    async fn a_lost_race_is_told(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}/policy");
        let body = json!({"rules": {"duplicate_window": 0}});
        assert_eq!(world.admin.put(&path, &body).await.expect(428)["code"], "precondition_required");
        put(&world.admin, &community, "*", &body).await.expect(428);
        put(&world.admin, &community, "\"1\"", &body).await.expect(200);
        let lost = put(&world.admin, &community, "\"1\"", &body).await.expect(412);
        assert_eq!(lost["code"], "precondition_failed");
        put(&world.admin, &community, "W/\"2\"", &body).await.expect(412);
        put(&world.admin, &community, "\"3\"", &body).await.expect(412);

        let known = world.admin.call(Method::GET, &path).header("if-none-match", "\"2\"").send().await;
        assert_eq!((known.status, known.bytes.len()), (304, 0));
        let stale = world.admin.call(Method::GET, &path).header("if-none-match", "\"1\"").send().await;
        assert_eq!(stale.expect(200)["version"], 2);
    }

    /// Under a key a repeat gets the first answer, although its `If-Match` is stale by then.
    async fn a_repeat_is_no_lost_race(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let write = || {
            let call = world.admin.call(Method::PUT, &format!("/v1/communities/{community}/policy"));
            call.header("if-match", "\"1\"").header("idempotency-key", "p").json(&json!({"rules": {}})).send()
        };
        let first = write().await.expect(200);
        assert_eq!(write().await.expect(200), first);
    }

    /// Every error in one answer, each where it stands; no version comes of it.
    async fn all_errors_come_at_once(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let wrong = json!({
            "comment": "x".repeat(501),
            "rules": {
                "weights": {"warn": 0.05, "kick": 1.2345, "unban": 1},
                "decay": {"model": "linear", "per_day": 0},
                "ladder": [
                    {"id": "a", "at": 3, "action": "tempban"},
                    {"id": "a", "at": 3, "action": "mute", "duration": "P4000D"},
                ],
                "duplicate_window": 7200,
            },
        });
        let problem = put(&world.admin, &community, "\"1\"", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), [
            "/comment",
            "/rules/decay/per_day",
            "/rules/duplicate_window",
            "/rules/ladder/0/duration",
            "/rules/ladder/1/action",
            "/rules/ladder/1/at",
            "/rules/ladder/1/duration",
            "/rules/ladder/1/id",
            "/rules/weights/kick",
            "/rules/weights/unban",
            "/rules/weights/warn",
        ]);
        for (rules, pointer) in [
            (json!({"granularity": 0.000_000_1}), "/rules/granularity"),
            (json!({"weights": {"warn": 2, "hug": 1}}), "/rules/weights/hug"),
            (json!({"least_rank": {"a/b": "admin"}}), "/rules/least_rank/a~1b"),
            (json!({"granularity": 0}), "/rules/granularity"),
            (json!({"granularity": 1.5, "weights": {"warn": 1.25}}), "/rules/granularity"),
            (json!({"weigths": {}}), "/rules/weigths"),
            (json!({"weights": {"warn": "1"}}), "/rules/weights/warn"),
        ] {
            let problem = put(&world.admin, &community, "\"1\"", &json!({"rules": rules})).await.expect(422);
            assert_eq!(pointers(&problem), [pointer], "{rules}");
        }
        let unreadable = json!({"comment": 5, "rules": {"weigths": {}, "weights": {"warn": "1"}, "ladder": [7, {"id": "a", "at": "x"}]}});
        let problem = put(&world.admin, &community, "\"1\"", &unreadable).await.expect(422);
        assert_eq!(pointers(&problem), [
            "/comment",
            "/rules/ladder/0",
            "/rules/ladder/1/at",
            "/rules/weights/warn",
            "/rules/weigths",
        ]);
        let digits = r#"{"rules": {"weights": {"warn": 1.00000000000000000001}}}"#;
        let call = world.admin.call(Method::PUT, &format!("/v1/communities/{community}/policy"));
        let call = call.header("if-match", "\"1\"").header("content-type", "application/json").body(digits);
        assert_eq!(pointers(&call.send().await.expect(422)), ["/rules/weights/warn"]);
        let policy = world.admin.get(&format!("/v1/communities/{community}/policy")).await.expect(200);
        assert_eq!(policy["version"], 1);
    }

    /// Reading needs no right to write, and a key bound elsewhere sees no policy.
    async fn readers_read(store) {
        let world = World::start(store);
        let (ours, theirs) = (world.community("ours").await, world.community("theirs").await);
        let reader = world.bound(&[&ours], &["communities:read", "policies:write"]).await;
        reader.get(&format!("/v1/communities/{ours}/policy")).await.expect(200);
        reader.get(&format!("/v1/communities/{theirs}/policy")).await.expect(404);
        put(&reader, &theirs, "\"1\"", &json!({"rules": {}})).await.expect(404);
        put(&reader, &ours, "\"1\"", &json!({"rules": {}})).await.expect(200);
    }
}
