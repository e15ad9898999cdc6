//! Rate limits as bots use them.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::{Value, json};

use super::ledger::{Api, problem};
use crate::support::client::{Client, Reply};

/// Writes a limit.
async fn put(client: &Client, path: &str, version: Option<&str>, body: Value) -> Reply {
    let call = client.call(Method::PUT, path).json(&body);
    let call = match version {
        Some(version) => call.header("if-match", &format!("\"{version}\"")),
        None => call,
    };
    call.send().await
}

async fn check(client: &Client, body: Value) -> Value {
    client.post("/v1/checks", &body).await.expect(200)
}

/// What is wrong with a request, by pointer.
async fn wrong(client: &Client, path: &str, body: Value) -> BTreeSet<String> {
    let document = client.post(path, &body).await.expect(422);
    let errors = document["errors"].as_array().unwrap();
    assert!(!errors.is_empty(), "{document}");
    errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect()
}

fn set(pointers: &[&str]) -> BTreeSet<String> {
    pointers.iter().map(|&pointer| pointer.to_owned()).collect()
}

/// A document with other fields.
fn with(mut document: Value, more: &Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        document[field] = value.clone();
    }
    document
}

/// The rules of a limit.
fn rules(more: &Value) -> Value {
    with(
        json!({"algorithm": "token_bucket", "capacity": 5, "period": 10}),
        more,
    )
}

on_every_store! {
    /// A limit is made, asked, changed, listed and deleted.
    async fn a_limit_from_beginning_to_end(store) {
        let api = Api::start(store).await;
        let rules = json!({"algorithm": "token_bucket", "capacity": 2, "period": "PT10S", "key": "{user}:{command}"});
        let made = put(&api.admin, "/v1/limits/commands", None, rules.clone()).await;
        assert_eq!(made.header("location"), Some("/v1/limits/commands"));
        assert_eq!(made.header("etag"), Some("\"1\""));
        let made = made.expect(201);
        assert_eq!((&made["period"], &made["burst"], &made["on_failure"]), (&json!(10), &json!(2), &json!("local")));
        let ban = json!({"limit": "commands", "values": {"user": "discord:1", "command": "ban", "channel": "any"}});
        let first = api.admin.post("/v1/checks", &ban).await;
        assert_eq!(first.header("ratelimit-policy"), Some("\"commands\";q=2;w=10"));
        assert_eq!(first.header("ratelimit"), Some("\"commands\";r=1;t=5"));
        assert_eq!(first.header("retry-after"), None);
        assert_eq!(first.expect(200), json!({"allowed": true, "limit": 2, "remaining": 1, "retry_after": null,
            "reset_after": 5.0, "denied_by": null, "counted_by": "memory", "limits": []}));
        check(&api.admin, ban.clone()).await;
        let denied = api.admin.post("/v1/checks", &ban).await;
        assert_eq!(denied.header("retry-after"), Some("5"));
        assert_eq!(denied.header("ratelimit"), Some("\"commands\";r=0;t=5"));
        let denied = denied.expect(200);
        assert_eq!((&denied["allowed"], &denied["retry_after"], &denied["denied_by"]), (&json!(false), &json!(5.0), &json!("commands")));
        let kick = json!({"limit": "commands", "values": {"user": "discord:1", "command": "kick"}});
        assert_eq!(check(&api.admin, kick).await["allowed"], true, "another command is another key");
        api.clock.advance(5);
        assert_eq!(check(&api.admin, ban.clone()).await["allowed"], true, "as promised");
    }

    /// It has versions, and what was spent stays spent from one to the next; one that is deleted and made again counts afresh.
    async fn a_limit_is_changed(store) {
        let api = Api::start(store).await;
        let rules = json!({"algorithm": "token_bucket", "capacity": 2, "period": 10, "key": "{user}:{command}"});
        put(&api.admin, "/v1/limits/commands", None, rules.clone()).await.expect(201);
        let ban = json!({"limit": "commands", "values": {"user": "discord:1", "command": "ban"}});
        check(&api.admin, ban.clone()).await;
        check(&api.admin, ban.clone()).await;
        let wider = json!({"algorithm": "token_bucket", "capacity": 6, "period": 10, "key": "{user}:{command}", "comment": "more"});
        problem(put(&api.admin, "/v1/limits/commands", None, wider.clone()).await, 428, "precondition_required");
        problem(put(&api.admin, "/v1/limits/commands", Some("2"), wider.clone()).await, 412, "precondition_failed");
        assert_eq!(put(&api.admin, "/v1/limits/commands", Some("1"), wider).await.expect(200)["version"], 2);
        let wide = check(&api.admin, ban.clone()).await;
        assert_eq!((&wide["limit"], &wide["remaining"]), (&json!(6), &json!(3)), "what was spent stays spent");
        let versions = api.admin.get("/v1/limits/commands/versions").await.expect(200);
        assert_eq!(versions["items"].as_array().unwrap().len(), 2);
        assert_eq!(api.admin.get("/v1/limits/commands?version=1").await.expect(200)["capacity"], 2);
        assert_eq!(api.admin.get("/v1/limits").await.expect(200)["items"][0]["comment"], "more");

        let delete = api.admin.call(Method::DELETE, "/v1/limits/commands").header("if-match", "\"2\"");
        delete.send().await.expect(200);
        problem(api.admin.get("/v1/limits/commands").await, 404, "not_found");
        problem(api.admin.post("/v1/checks", &ban).await, 422, "unknown_limit");
        put(&api.admin, "/v1/limits/commands", None, rules).await.expect(201);
        assert_eq!(check(&api.admin, ban).await["remaining"], 1, "one that is made again counts afresh");
        let log = api.admin.get("/v1/events?limit=500").await.expect(200);
        let kinds: Vec<_> = log["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap())
            .filter(|kind| kind.starts_with("limit.")).collect();
        assert_eq!(kinds, ["limit.created", "limit.changed", "limit.deleted", "limit.created"]);
    }

    /// A community's limit comes before the tenant's, and is seen by nobody else.
    async fn communities_have_limits_of_their_own(store) {
        let api = Api::start(store).await;
        let (one, other) = (api.community().await.id, api.community().await.id);
        let wide = json!({"algorithm": "gcra", "capacity": 9, "period": 60, "key": "{community}"});
        let narrow = json!({"algorithm": "gcra", "capacity": 3, "period": 60, "key": "{community}"});
        put(&api.admin, "/v1/limits/raids", None, wide).await.expect(201);
        put(&api.admin, &format!("/v1/limits/raids?community={one}"), None, narrow).await.expect(201);
        let ask = |community: &str| json!({"limit": "raids", "community": community});
        assert_eq!(check(&api.admin, ask(&one)).await["limit"], 3);
        assert_eq!(check(&api.admin, ask(&other)).await["limit"], 9);
        assert_eq!(check(&api.admin, ask(&other)).await["remaining"], 7);
        assert_eq!(wrong(&api.admin, "/v1/checks", json!({"limit": "raids"})).await, set(&["/community"]));
        assert_eq!(wrong(&api.admin, "/v1/checks", ask("com_x")).await, set(&["/community"]));

        let stranger = api.stranger().await;
        assert_eq!(wrong(&stranger, "/v1/checks", ask(&one)).await, set(&["/community"]));
        problem(stranger.get(&format!("/v1/limits?community={one}")).await, 404, "not_found");
        problem(stranger.post("/v1/checks", &json!({"limit": "raids"})).await, 422, "unknown_limit");
        let brought = json!({"rate": {"algorithm": "gcra", "capacity": 1, "period": 60}, "key": "k"});
        assert_eq!(check(&api.admin, brought.clone()).await["allowed"], true);
        assert_eq!(check(&stranger, brought.clone()).await["allowed"], true, "tenants count apart");

        let bound = api.key(&["limits:check", "limits:read", "limits:write"], json!({"communities": [one]})).await;
        assert_eq!(check(&bound, ask(&one)).await["remaining"], 1);
        assert_eq!(wrong(&bound, "/v1/checks", ask(&other)).await, set(&["/community"]));
        assert_eq!(wrong(&bound, "/v1/checks", brought).await, set(&["/community"]));
        problem(bound.get("/v1/limits").await, 403, "forbidden_scope");
        problem(bound.get(&format!("/v1/limits?community={other}")).await, 404, "not_found");
        bound.get(&format!("/v1/limits?community={one}")).await.expect(200);
    }

    /// Several limits: all or nothing, and each of them is told of.
    async fn several_limits_at_once(store) {
        let api = Api::start(store).await;
        let user = json!({"algorithm": "sliding_window_log", "capacity": 2, "period": 60, "key": "{user}"});
        put(&api.admin, "/v1/limits/per_user", None, user).await.expect(201);
        let all = json!({"algorithm": "sliding_window", "capacity": 100, "period": 60, "key": "everybody", "cost": 10});
        put(&api.admin, "/v1/limits/everybody", None, all).await.expect(201);
        let both = |user: &str| json!({"limits": [{"limit": "per_user"}, {"limit": "everybody"}], "values": {"user": user}});
        let first = check(&api.admin, both("a")).await;
        assert_eq!((&first["limit"], &first["remaining"]), (&json!(2), &json!(1)), "the tightest");
        assert_eq!(first["limits"][1]["remaining"], 90);
        check(&api.admin, both("a")).await;
        let denied = api.admin.post("/v1/checks", &both("a")).await;
        assert_eq!(denied.header("ratelimit-policy"), Some("\"per_user\";q=2;w=60, \"everybody\";q=100;w=60"));
        let denied = denied.expect(200);
        assert_eq!((&denied["denied_by"], &denied["limits"][1]["remaining"]), (&json!("per_user"), &json!(80)));
        let look = json!({"limit": "everybody", "peek": true});
        assert_eq!(check(&api.admin, look.clone()).await["remaining"], 80, "a denial spends nothing");
        assert_eq!(check(&api.admin, look).await["remaining"], 80, "neither does a look");
        let twice = json!({"limits": [{"limit": "everybody"}, {"limit": "everybody"}]});
        assert_eq!(wrong(&api.admin, "/v1/checks", twice).await, set(&["/limits/1/limit"]));
        let rate = json!({"algorithm": "gcra", "capacity": 5, "period": 60});
        let twice = json!({"limits": [{"rate": rate}, {"rate": rate}], "key": "k"});
        assert_eq!(wrong(&api.admin, "/v1/checks", twice).await, set(&["/limits/1/rate"]));
    }

    /// Everything that is wrong with a check is named at once.
    async fn all_that_is_wrong_is_named_at_once(store) {
        let api = Api::start(store).await;
        let rate = json!({"algorithm": "gcra", "capacity": 5, "period": 60, "key": "{a}:{b}:{community}"});
        let missing = json!({"limits": [{"rate": rate}, {"rate": {"algorithm": "gcra", "capacity": 9, "period": 60, "key": "{b}:{key}"}}], "values": {"a": "1"}});
        assert_eq!(wrong(&api.admin, "/v1/checks", missing).await, set(&["/values/b", "/community", "/key"]));
        let unknown = json!({"limits": [{"limit": "one"}, {"rate": rate}, {"limit": "two"}]});
        let refused = api.admin.post("/v1/checks", &unknown).await.expect(422);
        assert_eq!(refused["code"], "unknown_limit");
        let pointers: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(pointers, ["/limits/0/limit", "/limits/2/limit"]);
        let alone = api.admin.post("/v1/checks", &json!({"limit": "one", "key": "k"})).await.expect(422);
        assert!(alone["detail"].as_str().unwrap().contains("\"one\""), "{alone}");
    }

    /// A batch keeps its order, and what is wrong with one check is no matter to the others.
    async fn many_checks_at_once(store) {
        let api = Api::start(store).await;
        let rate = json!({"algorithm": "token_bucket", "capacity": 2, "period": 60});
        let one = json!({"rate": rate, "key": "k"});
        let batch = json!({"checks": [one, {"limit": "nothing"}, one, {"rate": rate, "key": "k", "cost": 3}, one]});
        let items = api.admin.post("/v1/checks/batch", &batch).await.expect(200)["items"].clone();
        let statuses: Vec<_> = items.as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [200, 422, 200, 422, 200]);
        assert_eq!(items[1]["problem"]["code"], "unknown_limit");
        assert_eq!(items[3]["problem"]["errors"][0]["pointer"], "/cost");
        let allowed: Vec<_> = [0, 2, 4].iter().map(|place| items[*place]["answer"]["allowed"].as_bool().unwrap()).collect();
        assert_eq!(allowed, [true, true, false]);
        assert_eq!(wrong(&api.admin, "/v1/checks/batch", json!({"checks": []})).await, set(&["/checks"]));
        let many: Vec<_> = (0..1_001).map(|_| one.clone()).collect();
        assert_eq!(wrong(&api.admin, "/v1/checks/batch", json!({"checks": many})).await, set(&["/checks"]));
        let bad = json!({"checks": [one, {"limit": "Nothing"}]});
        assert_eq!(wrong(&api.admin, "/v1/checks/batch", bad).await, set(&["/checks/1/limit"]));
        let most = api.admin.post("/v1/checks/batch", &json!({"checks": many[..1_000]})).await.expect(200);
        assert_eq!(most["items"].as_array().unwrap().len(), 1_000);
    }

    /// Signals tighten a limit that adapts, each community for itself; its state is seen; a key can be reset.
    async fn limits_adapt(store) {
        let api = Api::start(store).await;
        let (one, other) = (api.community().await.id, api.community().await.id);
        let rules = json!({"algorithm": "gcra", "capacity": 40, "period": 60, "key": "{community}:{user}",
            "adaptive": {"floor": 5, "recover": 10, "every": 30, "by": "{community}"}});
        let made = put(&api.admin, "/v1/limits/messages", None, rules).await.expect(201);
        assert_eq!(made["adaptive"], json!({"floor": 5, "tighten": 0.5, "recover": 10, "every": 30, "denials": null,
            "min_checks": 20, "by": "{community}"}));
        let raid = json!({"limit": "messages", "community": one, "signal": "raid", "seconds": 60});
        let tight = api.admin.post("/v1/checks/signal", &raid).await.expect(200);
        assert_eq!((&tight["capacity"], &tight["raid_for"]), (&json!(20), &json!(60.0)));
        let ask = |community: &str| json!({"limit": "messages", "community": community, "values": {"user": "1"}});
        assert_eq!(check(&api.admin, ask(&one)).await["limit"], 20);
        assert_eq!(check(&api.admin, ask(&other)).await["limit"], 40);
        let status = api.admin.post("/v1/checks/status", &ask(&one)).await.expect(200);
        assert_eq!((&status["remaining"], &status["version"], &status["adaptive"]["ceiling"]), (&json!(19), &json!(1), &json!(40)));
        let reset = api.admin.post("/v1/checks/reset", &ask(&one)).await.expect(200);
        assert_eq!((&reset["remaining"], &reset["adaptive"]["capacity"]), (&json!(20), &json!(20)));
        let throttled = json!({"limit": "messages", "community": other, "signal": "throttled", "seconds": 2.5});
        api.admin.post("/v1/checks/signal", &throttled).await.expect(200);
        let held = check(&api.admin, ask(&other)).await;
        assert_eq!((&held["allowed"], &held["retry_after"]), (&json!(false), &json!(2.5)));
        api.clock.advance(3);
        assert_eq!(check(&api.admin, ask(&other)).await["allowed"], true);
        let calm = json!({"limit": "messages", "community": one, "signal": "calm"});
        assert_eq!(api.admin.post("/v1/checks/signal", &calm).await.expect(200)["raid_for"], 0.0);
        api.clock.advance(60);
        assert_eq!(check(&api.admin, ask(&one)).await["limit"], 40, "time gives back");
    }

    /// Whatever is wrong with a limit is named, and nothing comes of it.
    async fn what_is_wrong_with_a_limit_is_named(store) {
        let api = Api::start(store).await;
        for (more, pointers) in [
            (json!({"capacity": 0}), &["/capacity"][..]),
            (json!({"capacity": -1}), &["/capacity"]),
            (json!({"capacity": 1_000_001}), &["/capacity"]),
            (json!({"capacity": i64::MAX}), &["/capacity"]),
            (json!({"capacity": 1.5}), &["/capacity"]),
            (json!({"capacity": 10_001, "algorithm": "sliding_window_log"}), &["/capacity"]),
            (json!({"algorithm": "leaky"}), &["/algorithm"]),
            (json!({"period": 0, "key": "{"}), &["/period", "/key"]),
            (json!({"period": "P32D"}), &["/period"]),
            (json!({"burst": 0}), &["/burst"]),
            (json!({"burst": 3, "algorithm": "sliding_window"}), &["/burst"]),
            (json!({"cost": 0}), &["/cost"]),
            (json!({"cost": 6}), &["/cost"]),
            (json!({"burst": 3, "cost": 4}), &["/cost"]),
            (json!({"key": "a\u{7}"}), &["/key"]),
            (json!({"key": "x".repeat(257)}), &["/key"]),
            (json!({"adaptive": {"floor": 6, "tighten": 1, "every": 86_401}}), &["/adaptive/floor", "/adaptive/tighten", "/adaptive/every"]),
        ] {
            let document = put(&api.admin, "/v1/limits/bad", None, rules(&more)).await.expect(422);
            let found: BTreeSet<_> = document["errors"].as_array().unwrap().iter()
                .map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
            assert_eq!(found, set(pointers), "{more}: {document}");
        }
        problem(put(&api.admin, "/v1/limits/Bad", None, rules(&json!({}))).await, 404, "not_found");
        problem(api.admin.get("/v1/limits/bad").await, 404, "not_found");
    }

    /// Whatever is wrong with a check is named, and nothing is spent.
    async fn what_is_wrong_with_a_check_is_named(store) {
        let api = Api::start(store).await;
        put(&api.admin, "/v1/limits/good", None, rules(&json!({"key": "{user}{user}{user}"}))).await.expect(201);
        let rate = json!({"algorithm": "gcra", "capacity": 5, "period": 10});
        for (request, pointers) in [
            (json!({}), &[""][..]),
            (json!({"limit": "good", "rate": rate}), &[""]),
            (json!({"limit": "good", "limits": []}), &[""]),
            (json!({"limits": []}), &["/limits"]),
            (json!({"limits": [{"limit": "good"}, {}], "values": {"user": "1"}}), &["/limits/1"]),
            (json!({"limit": "Good"}), &["/limit"]),
            (json!({"limit": "good"}), &["/values/user"]),
            (json!({"limit": "good", "values": {"user": ""}}), &["/values/user"]),
            (json!({"limit": "good", "values": {"user": "a\n"}}), &["/values/user"]),
            (json!({"limit": "good", "values": {"user": "x".repeat(257)}}), &["/values/user"]),
            (json!({"limit": "good", "values": {"user": "x".repeat(200)}}), &["/values"]),
            (json!({"rate": rate}), &["/key"]),
            (json!({"rate": rate, "key": "k", "values": {"key": "k"}}), &["/values/key"]),
            (json!({"rate": rate, "key": "k", "cost": 6}), &["/cost"]),
            (json!({"rate": rate, "key": "k", "cost": 0}), &["/cost"]),
            (json!({"rate": rate, "key": "k", "cost": -1}), &["/cost"]),
            (json!({"rate": rate, "key": "k", "cost": i64::MAX}), &["/cost"]),
            (json!({"limits": [{"rate": rate, "cost": 9}], "key": "k"}), &["/limits/0/cost"]),
            (json!({"limits": [{"rate": {"algorithm": "gcra", "capacity": 0, "period": 1}}], "key": "k"}), &["/limits/0/rate/capacity"]),
        ] {
            assert_eq!(wrong(&api.admin, "/v1/checks", request.clone()).await, set(pointers), "{request}");
        }
    }

    /// Whatever is wrong with a signal is named.
    async fn what_is_wrong_with_a_signal_is_named(store) {
        let api = Api::start(store).await;
        put(&api.admin, "/v1/limits/fixed", None, rules(&json!({}))).await.expect(201);
        put(&api.admin, "/v1/limits/adaptive", None, rules(&json!({"adaptive": {"floor": 1}}))).await.expect(201);
        let signal = |limit: &str, more: &Value| with(json!({"limit": limit, "signal": "raid", "seconds": 1}), more);
        assert_eq!(wrong(&api.admin, "/v1/checks/signal", signal("fixed", &json!({}))).await, set(&["/limit"]));
        for more in [json!({"seconds": -1}), json!({"seconds": 86_401}), json!({"seconds": 0.0001}), json!({"seconds": null}), json!({"signal": "calm"})] {
            assert_eq!(wrong(&api.admin, "/v1/checks/signal", signal("adaptive", &more)).await, set(&["/seconds"]), "{more}");
        }
    }
}
