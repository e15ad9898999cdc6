//! Versions of a policy that come into force later, and earlier ones that come back.

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, each, pointers};
use crate::support::client::{Client, Reply};

async fn change(client: &Client, method: Method, path: &str, seen: &str, body: &Value) -> Reply {
    client
        .call(method, path)
        .header("if-match", seen)
        .json(body)
        .send()
        .await
}

/// A community, and moments by the server's clock: so many hours after it was made, as a request writes them.
async fn place(world: &World) -> (String, impl Fn(i64) -> String) {
    let community = world.community("c").await;
    let made = world
        .admin
        .get(&format!("/v1/communities/{community}"))
        .await
        .expect(200);
    let made: DateTime<Utc> = made["created_at"].as_str().unwrap().parse().unwrap();
    let in_hours = move |hours| {
        (made + TimeDelta::hours(hours))
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string()
    };
    (community, in_hours)
}

on_every_store! {
    /// The ETag of a policy says what is to come; whoever sends it back changes what they have seen.
    async fn a_version_can_be_scheduled(store) {
        let world = World::start(store);
        let (community, in_hours) = place(&world).await;
        let (path, list) = (format!("/v1/communities/{community}/policy"), format!("/v1/communities/{community}/policies"));
        let slow = json!({"decay": {"model": "linear", "per_day": 0.05}});
        let later = json!({"rules": slow, "activate_at": in_hours(24), "comment": "from tomorrow on"});
        let reply = change(&world.admin, Method::PUT, &path, "\"1\"", &later).await;
        assert_eq!(reply.header("etag"), Some("\"1+2\""));
        let scheduled = reply.expect(200);
        assert_eq!((&scheduled["version"], &scheduled["withdrawn_at"]), (&json!(2), &Value::Null));
        assert_eq!(scheduled["activated_at"].as_str().unwrap()[..19], later["activate_at"].as_str().unwrap()[..19]);

        let reply = world.admin.get(&path).await;
        assert_eq!(reply.header("etag"), Some("\"1+2\""));
        assert_eq!(reply.expect(200)["version"], 1);
        let known = world.admin.call(Method::GET, &path).header("if-none-match", "\"1+2\"").send().await;
        assert_eq!((known.status, known.bytes.len()), (304, 0));
        assert_eq!(world.admin.get(&format!("/v1/communities/{community}")).await.expect(200)["policy_version"], 1);
        assert_eq!(world.admin.get(&format!("{list}/2")).await.expect(200), scheduled);

        let ahead = |hours: i64| format!("/v1/communities/{community}/members/discord:7/standing?at={}", in_hours(hours));
        assert_eq!(world.admin.get(&ahead(23)).await.expect(200)["policy_version"], 1);
        assert_eq!(world.admin.get(&ahead(25)).await.expect(200)["policy_version"], 2);

        let lost = change(&world.admin, Method::PUT, &path, "\"1\"", &json!({"rules": {}})).await.expect(412);
        assert!(lost["detail"].as_str().unwrap().contains('2'), "{lost}");
        let reply = change(&world.admin, Method::PUT, &path, "\"1+2\"", &json!({"rules": slow})).await;
        assert_eq!(reply.header("etag"), Some("\"3\""));
        reply.expect(200);
        let all = world.admin.get(&list).await.expect(200);
        assert_eq!(each(&all, "version"), [json!(3), json!(2), json!(1)]);
        let withdrawn: Vec<_> = each(&all, "withdrawn_at").iter().map(|at| !at.is_null()).collect();
        assert_eq!(withdrawn, [false, true, false]);
        let told: Vec<_> = each(&world.admin.get("/v1/events").await.expect(200), "type")
            .into_iter().filter(|kind| kind.as_str().unwrap().starts_with("policy.")).collect();
        assert_eq!(told, [json!("policy.scheduled"), json!("policy.withdrawn"), json!("policy.activated")]);
    }

    /// What is still to come can be withdrawn, again and again; what is in force cannot.
    async fn a_scheduled_version_can_be_withdrawn(store) {
        let world = World::start(store);
        let (community, in_hours) = place(&world).await;
        let (path, list) = (format!("/v1/communities/{community}/policy"), format!("/v1/communities/{community}/policies"));
        let later = json!({"rules": {}, "activate_at": in_hours(1)});
        change(&world.admin, Method::PUT, &path, "\"1\"", &later).await.expect(200);
        let reply = world.admin.call(Method::DELETE, &format!("{list}/2")).send().await;
        assert_eq!(reply.header("etag"), Some("\"2-withdrawn\""));
        let withdrawn = reply.expect(200);
        assert!(withdrawn["withdrawn_at"].is_string());
        let again = world.admin.call(Method::DELETE, &format!("{list}/2")).send().await.expect(200);
        assert_eq!(again, withdrawn);
        let refused = world.admin.call(Method::DELETE, &format!("{list}/1")).send().await.expect(409);
        assert_eq!(refused["code"], "not_scheduled");
        world.admin.call(Method::DELETE, &format!("{list}/3")).send().await.expect(404);
        let reply = world.admin.get(&path).await;
        assert_eq!(reply.header("etag"), Some("\"1\""));
        change(&world.admin, Method::PUT, &path, "\"1\"", &later).await.expect(200);
    }

    /// A moment that is past or too far ahead is refused where it stands, also by a dry run.
    async fn a_wrong_moment_is_refused(store) {
        let world = World::start(store);
        let (community, in_hours) = place(&world).await;
        let path = format!("/v1/communities/{community}/policy");
        for hours in [-1, 24 * 367] {
            for dry_run in [false, true] {
                let body = json!({"rules": {}, "activate_at": in_hours(hours), "dry_run": dry_run});
                let problem = change(&world.admin, Method::PUT, &path, "\"1\"", &body).await.expect(422);
                assert_eq!(pointers(&problem), ["/activate_at"]);
            }
        }
    }

    /// A dry run answers what would be written, and writes nothing.
    async fn a_dry_run_writes_nothing(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}/policy");
        let body = json!({"rules": {"duplicate_window": 0}, "dry_run": true, "comment": "off"});
        let reply = change(&world.admin, Method::PUT, &path, "\"1\"", &body).await;
        assert_eq!(reply.header("etag"), Some("\"1\""), "of the policy as it stands");
        let would = reply.expect(200);
        assert_eq!((&would["version"], &would["comment"]), (&json!(2), &json!("off")));
        change(&world.admin, Method::PUT, &path, "\"2\"", &body).await.expect(412);
        let wrong = json!({"rules": {"duplicate_window": -1}, "dry_run": true});
        let problem = change(&world.admin, Method::PUT, &path, "\"1\"", &wrong).await.expect(422);
        assert_eq!(pointers(&problem), ["/rules/duplicate_window"]);
        assert_eq!(world.admin.get(&path).await.expect(200)["version"], 1);
    }

    /// An earlier version's rules come back as the next version, guarded as every other.
    async fn an_earlier_version_can_be_restored(store) {
        let world = World::start(store);
        let (community, in_hours) = place(&world).await;
        let (path, list) = (format!("/v1/communities/{community}/policy"), format!("/v1/communities/{community}/policies"));
        let first = world.admin.get(&path).await.expect(200);
        change(&world.admin, Method::PUT, &path, "\"1\"", &json!({"rules": {"ladder": []}})).await.expect(200);
        let restore = format!("{list}/1/restore");
        assert_eq!(world.admin.post(&restore, &json!({})).await.expect(428)["code"], "precondition_required");
        change(&world.admin, Method::POST, &restore, "\"1\"", &json!({})).await.expect(412);
        let reply = change(&world.admin, Method::POST, &restore, "\"2\"", &json!({})).await;
        assert_eq!(reply.header("etag"), Some("\"3\""));
        let third = reply.expect(200);
        assert_eq!((&third["version"], &third["comment"]), (&json!(3), &json!("Restores version 1")));
        assert_eq!(third["rules"], first["rules"]);
        let later = json!({"activate_at": in_hours(2), "comment": "for a while"});
        let reply = change(&world.admin, Method::POST, &format!("{list}/2/restore"), "\"3\"", &later).await;
        assert_eq!(reply.header("etag"), Some("\"3+4\""));
        assert_eq!(reply.expect(200)["rules"]["ladder"], json!([]));
        change(&world.admin, Method::POST, &format!("{list}/9/restore"), "\"3+4\"", &json!({})).await.expect(404);
    }

    /// What is hardly meant is answered, not refused.
    async fn warnings_come_with_the_answer(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}/policy");
        assert_eq!(world.admin.get(&path).await.expect(200)["warnings"], json!([]));
        let body = json!({"dry_run": true, "rules": {"ladder": [
            {"id": "day", "at": 3, "action": "mute", "duration": "P1D"},
            {"id": "hour", "at": 5, "action": "mute", "duration": "PT1H"},
        ]}});
        let would = change(&world.admin, Method::PUT, &path, "\"1\"", &body).await.expect(200);
        assert_eq!(would["warnings"], json!([{
            "pointer": "/rules/ladder/1/duration",
            "detail": "hour lasts 1 h, and day below it 1 d: it gets milder as points rise",
        }]));
    }

    /// What holds while the points are high is told to end as the version that is to come will have it.
    async fn a_scheduled_version_moves_ends_that_are_told(store) {
        let world = World::start(store);
        let (community, in_hours) = place(&world).await;
        let path = format!("/v1/communities/{community}/policy");
        let ladder = json!([{"id": "quiet", "at": 2, "action": "mute", "mode": "while_above", "reset_below": 1}]);
        let rules = json!({"ladder": ladder, "duplicate_window": 0, "decay": {"model": "expiry", "after": "P30D"}});
        change(&world.admin, Method::PUT, &path, "\"1\"", &json!({"rules": rules})).await.expect(200);
        let warn = json!({"kind": "warn", "member": "discord:7"});
        for _ in 0..2 {
            world.admin.post(&format!("/v1/communities/{community}/acts"), &warn).await.expect(201);
        }
        let member = format!("/v1/communities/{community}/members/discord:7");
        let told = async || {
            let standing = world.admin.get(&format!("{member}/standing")).await.expect(200);
            let explained = world.admin.get(&format!("{member}/explanation")).await.expect(200);
            assert_eq!(explained["standing"]["sanctions"], standing["sanctions"]);
            assert_eq!(standing["sanctions"][0]["ends_at"], standing["restrictions"][0]["until"]);
            (standing["sanctions"][0]["ends_at"].clone(), explained["sentences"].to_string())
        };
        let (before, _) = told().await;
        assert!(before.is_string());
        let mut later = json!({"rules": rules, "activate_at": in_hours(48)});
        later["rules"]["decay"] = json!({"model": "expiry", "after": "P1D"});
        change(&world.admin, Method::PUT, &path, "\"2\"", &later).await.expect(200);
        let (moved, said) = told().await;
        // What is older than a day lapses in the second in which that version comes into force.
        assert_eq!(moved.as_str().unwrap()[..19], in_hours(48)[..19]);
        let minute = in_hours(48)[..16].replace('T', " ");
        assert!(said.contains(&format!("as long as you have 1 point or more; if nothing else happens, until {minute}")), "{said}");
        later["rules"]["decay"] = json!({"model": "none"});
        later["rules"]["ladder"] = json!([]);
        change(&world.admin, Method::PUT, &path, "\"2+3\"", &later).await.expect(200);
        assert_eq!(told().await.0, Value::Null, "points never fall then");
    }

    /// What holds while the points are high would never end where points never fall: a dry run says of how many that is true.
    async fn a_dry_run_names_ends_that_would_be_lost(store) {
        let world = World::start(store);
        let (community, in_hours) = place(&world).await;
        let path = format!("/v1/communities/{community}/policy");
        let ladder = json!([{"id": "quiet", "at": 2, "action": "mute", "mode": "while_above", "reset_below": 1}]);
        let rules = json!({"ladder": ladder, "duplicate_window": 0});
        change(&world.admin, Method::PUT, &path, "\"1\"", &json!({"rules": rules})).await.expect(200);
        let never = json!({"ladder": [], "decay": {"model": "none"}});
        let tried = async |hours: Option<i64>, rules: &Value| {
            let body = json!({"rules": rules, "dry_run": true, "activate_at": hours.map(&in_hours)});
            let would = change(&world.admin, Method::PUT, &path, "\"2\"", &body).await.expect(200);
            would["warnings"].as_array().unwrap().clone()
        };
        assert!(tried(None, &never).await.is_empty(), "nobody is sanctioned");
        for member in ["discord:7", "discord:7", "discord:8", "discord:8", "discord:9"] {
            let warn = json!({"kind": "warn", "member": member});
            world.admin.post(&format!("/v1/communities/{community}/acts"), &warn).await.expect(201);
        }
        // Below one point after eleven days.
        for hours in [None, Some(24 * 10)] {
            let warnings = tried(hours, &never).await;
            assert_eq!((warnings.len(), &warnings[0]["pointer"]), (1, &json!("/rules/decay/model")), "{warnings:?}");
            assert!(warnings[0]["detail"].as_str().unwrap().contains("lose their end as things stand: 2)"), "{warnings:?}");
        }
        assert!(tried(Some(24 * 12), &never).await.is_empty());
        assert!(tried(None, &json!({"ladder": [], "decay": {"model": "expiry", "after": "P90D"}})).await.is_empty());
        let other = world.community("d").await;
        let body = json!({"rules": never, "dry_run": true});
        let would = change(&world.admin, Method::PUT, &format!("/v1/communities/{other}/policy"), "\"1\"", &body).await.expect(200);
        assert_eq!(would["warnings"], json!([]));
    }
}
