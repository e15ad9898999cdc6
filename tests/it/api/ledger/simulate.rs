//! Simulations: a community's history under another policy, line by line.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tribune::domain::brief::Window;
use tribune::domain::id::CommunityId;
use tribune::domain::policy::Policy;
use tribune::service::simulations::{MOST_SIMULATIONS, SimulationQuery};

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

/// The lines of an answer.
fn lines(reply: Reply) -> Vec<Value> {
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(reply.status, 200);
    let text = std::str::from_utf8(&reply.bytes).unwrap();
    assert!(text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The lines of a simulation with each field but one null, without those of progress.
async fn simulated(home: &Community, request: Value) -> Vec<Value> {
    let lines = lines(home.post("/simulate", request).await);
    for line in &lines {
        let there = line
            .as_object()
            .unwrap()
            .values()
            .filter(|field| !field.is_null());
        assert_eq!(there.count(), 1, "{line}");
    }
    lines
        .into_iter()
        .filter(|line| line["progress"].is_null())
        .collect()
}

async fn warned(home: &Community, member: &str) {
    home.act(json!({"kind": "warn", "member": member, "allow_duplicate": true}))
        .await
        .expect(201);
}

/// The default ladder with its first rung at two points.
fn earlier() -> Value {
    json!({"ladder": [
        {"id": "mute-1h", "at": 2, "action": "mute", "duration": 3600},
        {"id": "ban", "at": 12, "action": "ban"},
    ]})
}

on_every_store! {
    /// Who would have been treated differently, why, and the sums.
    async fn members_who_would_have_been_treated_differently_are_listed(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for _ in 0..2 {
            warned(&home, "custom:1").await; // 1, 2
        }
        warned(&home, "custom:2").await; // 3
        for _ in 0..3 {
            warned(&home, "custom:3").await; // 4 to 6, and the muting 7
        }
        let user = async |name: &str| home.get(&format!("/members/{name}/standing")).await.expect(200)["user"].clone();
        let lines = simulated(&home, json!({"rules": earlier()})).await;
        assert_eq!(lines.len(), 3, "{lines:#?}");
        let at = home.get("/cases/1").await.expect(200)["at"].clone();
        let until = json!("2026-01-01T01:00:00.000000Z");
        let muted = json!([{"restriction": "mute", "capability": null, "until": until}]);
        let escalation = |case: i64, points: i64| json!([{
            "rung": "mute-1h", "action": "mute", "duration": 3_600, "capabilities": [], "while_above": null,
            "case": case, "at": at, "points": points,
        }]);
        // They come in the order of their ids.
        let of = async |name: &str| {
            let user = user(name).await;
            let line = lines.iter().find(|line| line["member"]["user"] == user);
            line.unwrap()["member"].clone()
        };
        assert_eq!(of("custom:1").await, json!({
            "user": user("custom:1").await,
            "identities": [{"platform": "custom", "id": "1"}],
            "recorded": {"escalations": [], "escalations_left_out": 0, "points": 2, "restrictions": []},
            "simulated": {"escalations": escalation(2, 2), "escalations_left_out": 0, "points": 2, "restrictions": muted},
        }));
        assert_eq!(of("custom:3").await, json!({
            "user": user("custom:3").await,
            "identities": [{"platform": "custom", "id": "3"}],
            "recorded": {"escalations": escalation(6, 3), "escalations_left_out": 0, "points": 3, "restrictions": muted},
            "simulated": {"escalations": escalation(5, 2), "escalations_left_out": 0, "points": 3, "restrictions": muted},
        }));
        assert_eq!(lines[2]["total"], json!({
            "at": at, "cases": 7, "members": 3, "differently": 2, "left_out": 0, "recorded": 1, "simulated": 2,
            "rungs": [{"rung": "mute-1h", "recorded": 1, "simulated": 2}], "unregistered": [],
        }));
        let cut = simulated(&home, json!({"rules": earlier(), "limit": 1})).await;
        assert_eq!((cut.len(), &cut[1]["total"]["left_out"], &cut[1]["total"]["differently"]), (2, &json!(1), &json!(2)));
        // Nothing was changed.
        assert_eq!(home.get("/members/custom:1/standing").await.expect(200)["sanctions"], json!([]));
    }

    /// Under the policy in force nobody is treated differently, however the history went.
    async fn the_policy_in_force_makes_no_difference(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for member in ["custom:1", "custom:2"] {
            for _ in 0..6 {
                warned(&home, member).await;
                api.clock.advance(5_000);
            }
            home.act(json!({"kind": "mute", "member": member, "duration": 864_000})).await.expect(201);
            home.act(json!({"kind": "unmute", "member": member})).await.expect(201);
            let last = json!({"kind": "restrict", "member": member, "capabilities": ["links"]});
            let last = home.act(last).await.expect(201)["case"]["number"].clone();
            let remedy = if member == "custom:1" { "void" } else { "reduce" };
            let body = if member == "custom:1" { json!({}) } else { json!({"points": 0.5}) };
            home.post(&format!("/cases/{last}/{remedy}"), body).await.expect(200);
        }
        let policy = home.get("/policy").await.expect(200);
        let lines = simulated(&home, json!({"rules": policy["rules"]})).await;
        assert_eq!(lines.len(), 1, "{lines:#?}");
        let total = &lines[0]["total"];
        assert_eq!((&total["members"], &total["differently"], &total["recorded"]), (&json!(2), &json!(0), &total["simulated"]));
    }

    /// Merged users are one person from then on, in the record and under the other policy, and two before.
    async fn merged_people_are_simulated_as_one(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let merge = async |into: &str, from: &str| {
            let into = home.standing(into).await["user"].clone();
            let body = json!({"from": from, "reason": "one person"});
            api.admin.post(&format!("/v1/users/{}/merge", into.as_str().unwrap()), &body).await.expect(200);
        };
        for member in ["custom:1", "custom:2", "custom:3", "custom:1", "custom:2"] {
            warned(&home, member).await; // 1 to 5
        }
        home.warn("custom:4", "alone").await; // 6
        api.clock.advance(60);
        merge("custom:2", "custom:1").await;
        warned(&home, "custom:1").await; // 7, with 5 points: the muting 8
        api.clock.advance(60);
        merge("custom:3", "custom:2").await;
        for _ in 0..2 {
            warned(&home, "custom:2").await; // 9, and 10 with 8 points: the ban 11
        }
        let policy = home.get("/policy").await.expect(200);
        let lines = simulated(&home, json!({"rules": policy["rules"]})).await;
        assert_eq!(lines.len(), 1, "{lines:#?}");
        let total = &lines[0]["total"];
        assert_eq!((&total["cases"], &total["members"], &total["recorded"]), (&json!(11), &json!(2), &json!(2)));
        assert_eq!((&total["differently"], &total["simulated"]), (&json!(0), &json!(2)));

        // Each had two points before they were one.
        let lines = simulated(&home, json!({"rules": earlier()})).await;
        let person = home.get("/members/custom:1/standing").await.expect(200)["user"].clone();
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert_eq!(lines[0]["member"]["user"], person);
        let names: Vec<_> = lines[0]["member"]["identities"].as_array().unwrap().iter().map(|name| name["id"].clone()).collect();
        assert_eq!(names, [json!("1"), json!("2"), json!("3")], "those of all who became one");
        let told = |side: &str| -> Vec<(Value, Value)> {
            let told = lines[0]["member"][side]["escalations"].as_array().unwrap().iter();
            told.map(|one| (one["rung"].clone(), one["case"].clone())).collect()
        };
        assert_eq!(told("recorded"), [(json!("mute-24h"), json!(7)), (json!("tempban-7d"), json!(10))]);
        assert_eq!(told("simulated"), [(json!("mute-1h"), json!(4)), (json!("mute-1h"), json!(5))]);

        // Until then they are three.
        let until = "2026-01-01T00:00:30Z";
        let lines = simulated(&home, json!({"rules": earlier(), "until": until})).await;
        assert_eq!((lines.len(), &lines[2]["total"]["members"]), (3, &json!(4)), "{lines:#?}");
    }

    /// A window bounds what is compared; kinds that the other policy does not know are named; no history is no difference.
    async fn windows_unknown_kinds_and_empty_histories(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let none = simulated(&home, json!({"rules": {}})).await;
        assert_eq!((none.len(), &none[0]["total"]["cases"]), (1, &json!(0)));
        let put = home.client.call(hyper::Method::PUT, &home.path("/policy")).header("if-match", "\"1\"");
        let kinds = json!({"rules": {"kinds": {"spoiler": {"weight": 3, "severity": "warn"}}}});
        put.json(&kinds).send().await.expect(200);
        home.act(json!({"kind": "spoiler", "member": "custom:1"})).await.expect(201);
        api.clock.advance(86_400);
        warned(&home, "custom:2").await;
        let lines = simulated(&home, json!({"rules": {}})).await;
        assert_eq!(lines[1]["total"]["unregistered"], json!([{"kind": "spoiler", "acts": 1}]));
        let after = simulated(&home, json!({"rules": {}, "from": "2026-01-01T12:00:00Z"})).await;
        assert_eq!((after.len(), &after[0]["total"]["members"]), (1, &json!(2)));
        let before = simulated(&home, json!({"rules": {}, "until": "2026-01-01T12:00:00Z"})).await;
        assert_eq!((before.len(), &before[1]["total"]["members"]), (2, &json!(1)));
        assert_eq!(before[1]["total"]["at"], "2026-01-01T12:00:00.000000Z");
    }

    /// All that is wrong with a request is named at once, and nobody sees what is not theirs.
    async fn simulations_are_refused_as_policies_and_reads_are(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let wrong = json!({
            "rules": {"ladder": [{"id": "x", "at": 3, "action": "tempban"}], "granularity": 0},
            "from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z", "limit": 0,
        });
        let mut named = pointers(&home.post("/simulate", wrong).await);
        named.sort();
        assert_eq!(named, ["/limit", "/rules/granularity", "/rules/ladder/0/duration", "/until"]);
        assert_eq!(pointers(&home.post("/simulate", json!({"rules": {}, "comment": "x"})).await), ["/comment"]);
        let blind = api.key(&["acts:write", "communities:read"], json!({})).await;
        problem(home.seen_by(&blind).post("/simulate", json!({"rules": {}})).await, 403, "forbidden_scope");
        problem(home.seen_by(&api.stranger().await).post("/simulate", json!({"rules": {}})).await, 404, "not_found");
    }

    /// Two run at a time; one that nobody reads any more makes room.
    async fn a_third_simulation_is_told_to_come_back(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let caller = api.service.authenticate(home.client.key()).await.unwrap();
        let community = CommunityId::parse(&home.id).unwrap();
        let query = SimulationQuery { policy: Policy::default(), window: Window::default(), limit: 1 };
        let mut running = Vec::new();
        for _ in 0..MOST_SIMULATIONS {
            running.push(api.service.simulate(&caller, community, query.clone()).await.unwrap());
        }
        let third = home.post("/simulate", json!({"rules": {}})).await;
        assert_eq!(third.header("retry-after"), Some("5"));
        problem(third, 503, "too_many_simulations");
        running.pop();
        assert_eq!(simulated(&home, json!({"rules": {}})).await.len(), 1);
    }

    /// A history of several portions comes with lines of progress, and nobody is lost or doubled where one portion ends.
    async fn long_histories_are_read_in_portions(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for part in 0..3 {
            let warn = |n: i64| json!({"kind": "warn", "member": format!("custom:{}", part * 500 + n / 2), "allow_duplicate": true});
            let items: Vec<Value> = (0..1_000).map(warn).collect();
            home.post("/acts/bulk", json!({"items": items})).await.expect(200);
        }
        let lines = lines(home.post("/simulate", json!({"rules": earlier(), "limit": 10_000})).await);
        let progress: Vec<_> = lines.iter().filter(|line| !line["progress"].is_null()).collect();
        assert_eq!((progress.len(), &progress[0]["progress"]["cases"]), (1, &json!(2_000)));
        let users: BTreeSet<_> = lines.iter().filter_map(|line| line["member"]["user"].as_str()).collect();
        let names: BTreeSet<_> = lines.iter().filter_map(|line| line["member"]["identities"][0]["id"].as_str()).collect();
        assert_eq!(names.len(), 1_500);
        let total = &lines.last().unwrap()["total"];
        assert_eq!((users.len(), lines.len(), &total["cases"], &total["members"]), (1_500, 1_502, &json!(3_000), &json!(1_500)));
        assert_eq!((&total["differently"], &total["simulated"], &total["recorded"]), (&json!(1_500), &json!(1_500), &json!(0)));
    }
}
