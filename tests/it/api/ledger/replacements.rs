//! A milder act in the place of another.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};

const START: &str = "2026-01-01T00:00:00.000000Z";

async fn types(api: &Api) -> Vec<String> {
    let page = api.admin.get("/v1/events").await.expect(200);
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

async fn tempban(home: &Community, who: &str) -> Value {
    home.act(json!({"kind": "tempban", "member": who, "duration": "P7D", "reason": "Raid"}))
        .await
        .expect(201)
}

on_every_store! {
    /// The case is voided, a milder one stands in its place from the same start, and each names the other.
    async fn a_tempban_becomes_a_mute(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let banned = tempban(&home, "custom:1").await;
        assert_eq!(banned["case"]["at"], START);
        api.clock.advance(86_400);
        let body = json!({"kind": "mute", "duration": "P2D", "reason": "It was no raid"});
        let reply = home.post("/cases/1/replace", body).await;
        assert_eq!(reply.header("location"), Some(home.path("/cases/2").as_str()));
        let answer = reply.expect(201);
        let (case, voided) = (&answer["case"], &answer["voided"]);
        assert_eq!((&case["number"], &case["at"], &case["kind"], &case["points"]), (&json!(2), &json!(START), &json!("mute"), &json!(2)));
        assert_eq!((&case["replaces"], &case["reason"], &case["recorded_at"]), (&json!(1), &json!("It was no raid"), &json!("2026-01-02T00:00:00.000000Z")));
        assert_eq!(case["sanction"]["starts_at"], START);
        assert_eq!(case["sanction"]["ends_at"], "2026-01-03T00:00:00.000000Z");
        assert_eq!(case["member"]["identity"], "custom:1");
        assert_eq!((&voided["voided"]["replaced_by"], &voided["voided"]["reason"]), (&json!(2), &json!("It was no raid")));
        assert_eq!(answer["also_voided"], json!([]));
        assert_eq!(&home.get("/cases/2").await.body, case);
        assert_eq!(&home.get("/cases/1").await.body, voided);
        let standing = home.standing("custom:1").await;
        assert_eq!(standing, answer["standing"]);
        assert_eq!(standing["restrictions"], json!([{"restriction": "mute", "capability": null, "until": "2026-01-03T00:00:00.000000Z"}]));
        assert_eq!(types(&api).await[5..], ["case.voided", "case.created", "sanction.ended", "sanction.started", "notice.unreachable"]);
        // It ends as any other does, and is a term at its own instant.
        let past = home.get("/members/custom:1/explanation?at=2026-01-01T00:00:01Z").await.expect(200);
        assert_eq!(past["terms"].as_array().unwrap().iter().map(|t| t["case"].as_i64()).collect::<Vec<_>>(), [Some(2)]);
        let told = home.get("/members/custom:1/explanation").await.expect(200);
        let told = told["sentences"].as_array().unwrap().iter().any(|s| s.as_str().unwrap().contains("replaced by case #2"));
        assert!(told);
        home.act(json!({"kind": "unmute", "member": "custom:1"})).await.expect(201);
        assert_eq!(home.standing("custom:1").await["restrictions"], json!([]));
    }

    /// What would be over by now is on record as expired at its own end, or at that of the harsher one; nothing is told to start.
    async fn what_would_be_over_is_on_record_as_expired(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        tempban(&home, "custom:1").await;
        tempban(&home, "custom:2").await;
        api.clock.advance(86_400);
        home.act(json!({"kind": "unban", "member": "custom:2"})).await.expect(201);
        api.clock.advance(2 * 86_400);
        let before = types(&api).await.len();
        for (case, seconds) in [(1, 3_600), (2, 5 * 86_400)] {
            let body = json!({"kind": "mute", "duration": seconds});
            home.post(&format!("/cases/{case}/replace"), body).await.expect(201);
        }
        let started = types(&api).await[before..].iter().filter(|t| *t == "sanction.started").count();
        assert_eq!(started, 0);
        let page = home.get("/sanctions").await.expect(200);
        let of = |kind: &str| -> Vec<Value> {
            let items = page["items"].as_array().unwrap().iter();
            items.filter(|s| s["kind"] == kind).map(|s| json!([s["case"], s["state"], s["ended_at"]])).collect()
        };
        let mut mutes = of("mute");
        mutes.sort_by_key(|m| m[0].as_i64());
        assert_eq!(mutes, [json!([4, "expired", "2026-01-01T01:00:00.000000Z"]), json!([5, "expired", "2026-01-02T00:00:00.000000Z"])]);
        let mut bans = of("tempban");
        bans.sort_by_key(|m| m[0].as_i64());
        assert_eq!(bans, [json!([1, "voided", "2026-01-04T00:00:00.000000Z"]), json!([2, "lifted", "2026-01-02T00:00:00.000000Z"])]);
        assert_eq!(home.standing("custom:1").await["restrictions"], json!([]));
    }

    /// Escalations fall with the case; in the place of an escalation comes one that falls with its cause.
    async fn escalations_fall_and_are_replaced(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for reason in ["a", "b", "c"] {
            home.warn("custom:1", reason).await;
        }
        // The third warn, case 3, made case 4, the mute.
        let milder = home.post("/cases/4/replace", json!({"kind": "mute", "duration": 600})).await.expect(201);
        let case = &milder["case"];
        assert_eq!((&case["number"], &case["causes"], &case["actor"]["rung"]), (&json!(5), &json!([3]), &json!("mute-1h")));
        assert_eq!(milder["voided"]["voided"]["by"]["type"], "key");
        assert_eq!(milder["standing"]["points"], 3);
        let note = home.post("/cases/3/replace", json!({"kind": "note"})).await.expect(201);
        assert_eq!((&note["also_voided"], &note["case"]["points"]), (&json!([5]), &json!(0)));
        assert_eq!((&note["standing"]["points"], &note["standing"]["restrictions"]), (&json!(2), &json!([])));
        // Again: what took a place can be replaced and voided itself.
        let again = home.post("/cases/2/replace", json!({"kind": "note"})).await.expect(201);
        assert_eq!(again["case"]["number"], 7);
        home.post("/cases/7/void", json!({})).await.expect(200);
    }

    /// Every value that is wrong is named, and nothing is written.
    async fn wrong_input_is_named(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        tempban(&home, "custom:1").await;
        for (body, at) in [
            (json!({"kind": "unban"}), vec!["/kind"]),
            (json!({"kind": "delete_messages"}), vec!["/kind"]),
            (json!({"kind": "No kind"}), vec!["/kind"]),
            (json!({"kind": "tempban"}), vec!["/duration"]),
            (json!({"kind": "tempban", "duration": 0}), vec!["/duration"]),
            (json!({"kind": "warn", "duration": 60}), vec!["/duration"]),
            (json!({"kind": "restrict"}), vec!["/capabilities"]),
            (json!({"kind": "restrict", "capabilities": ["links", "links"]}), vec!["/capabilities/1"]),
            (json!({"kind": "mute", "capabilities": ["links"]}), vec!["/capabilities"]),
            (json!({"kind": "mute", "reason": "\u{7}", "actor": {"platform": "?", "id": "1"}}), vec!["/actor/platform", "/reason"]),
            (json!({}), vec!["/kind"]),
            (json!({"kind": "warn", "member": "custom:1"}), vec!["/member"]),
            (json!({"kind": "warn", "points": 1}), vec!["/points"]),
        ] {
            assert_eq!(pointers(&home.post("/cases/1/replace", body.clone()).await), at, "{body}");
        }
        assert_eq!(home.cases("").await, [1]);
    }

    /// What is not milder, or cannot be replaced at all, is refused with its reason.
    async fn what_cannot_be_replaced_is_refused(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.act(json!({"kind": "mute", "member": "custom:1", "duration": 3_600})).await.expect(201);
        home.act(json!({"kind": "kick", "member": "custom:2"})).await.expect(201);
        home.act(json!({"kind": "unmute", "member": "custom:1"})).await.expect(201);
        let replace = async |case: i64, body: Value| home.post(&format!("/cases/{case}/replace"), body).await;
        for (case, body) in [
            (1, json!({"kind": "kick"})),
            (1, json!({"kind": "mute"})),
            (1, json!({"kind": "mute", "duration": 3_600})),
            (1, json!({"kind": "restrict", "capabilities": ["links"]})),
            (2, json!({"kind": "mute", "duration": 60})),
            (2, json!({"kind": "ban"})),
        ] {
            problem(replace(case, body).await, 409, "not_milder");
        }
        problem(replace(2, json!({"kind": "voice_kick"})).await, 422, "unknown_kind");
        problem(replace(3, json!({"kind": "note"})).await, 409, "not_voidable");
        problem(replace(9, json!({"kind": "note"})).await, 404, "not_found");
        let stranger = home.seen_by(&api.stranger().await);
        problem(stranger.post("/cases/1/replace", json!({"kind": "note"})).await, 404, "not_found");
        let reader = home.seen_by(&api.reader().await);
        problem(reader.post("/cases/1/replace", json!({"kind": "note"})).await, 403, "forbidden_scope");
        let low = home.seen_by(&api.key(&["acts:write"], json!({"rank": "member"})).await);
        problem(low.post("/cases/1/replace", json!({"kind": "note"})).await, 403, "rank_too_low");
        let oneself = json!({"kind": "note", "actor": {"platform": "custom", "id": "1", "rank": "admin"}});
        problem(replace(1, oneself).await, 403, "self_action");
        assert_eq!(home.cases("").await, [3, 2, 1], "nothing was written");
        replace(1, json!({"kind": "note"})).await.expect(201);
        problem(replace(1, json!({"kind": "note"})).await, 409, "already_voided");
        home.post("/archive", json!({})).await.expect(200);
        problem(replace(2, json!({"kind": "note"})).await, 409, "community_archived");
    }

    /// The same key gives the same answer, and one case.
    async fn a_replacement_is_repeated_by_its_key(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        tempban(&home, "custom:1").await;
        let replace = async |body: Value| {
            let path = home.path("/cases/1/replace");
            home.client.call(Method::POST, &path).header("idempotency-key", "r").json(&body).send().await
        };
        // A refusal gives the key back.
        problem(replace(json!({"kind": "ban"})).await, 409, "not_milder");
        let first = replace(json!({"kind": "warn"})).await;
        let again = replace(json!({"kind": "warn"})).await;
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
        assert_eq!(first.header("location"), again.header("location"));
        assert_eq!(first.expect(201), again.expect(201));
        problem(replace(json!({"kind": "note"})).await, 422, "idempotency_key_reused");
        assert_eq!(home.cases("").await, [2, 1]);
    }

    /// Numbers are shared with acts that come at the same time: none is given twice, and none left out.
    async fn numbers_are_shared_with_acts(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for n in 0..5 {
            tempban(&home, &format!("custom:{n}")).await;
        }
        let replacements = (1..=5).map(|case| {
            let home = home.clone();
            tokio::spawn(async move {
                home.post(&format!("/cases/{case}/replace"), json!({"kind": "warn"})).await.expect(201)
            })
        });
        let acts = (10..30).map(|n| {
            let home = home.clone();
            tokio::spawn(async move { home.warn(&format!("custom:{n}"), "x").await })
        });
        for task in replacements.chain(acts).collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(home.cases("?limit=100").await, (1..=30).rev().collect::<Vec<_>>());
    }
}
