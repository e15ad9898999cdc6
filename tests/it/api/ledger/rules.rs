//! Rules that a policy may have beside the default ones: other decays, further rungs, the community's own kinds.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};

/// Puts rules in force.
pub(super) async fn rules(home: &Community, version: i64, rules: Value) {
    let call = home.client.call(Method::PUT, &home.path("/policy"));
    let call = call.header("if-match", &format!("\"{version}\""));
    call.json(&json!({"rules": rules})).send().await.expect(200);
}

/// A ladder on which nothing happens.
fn no_ladder(mut rules: Value) -> Value {
    rules["ladder"] = json!([]);
    rules["duplicate_window"] = json!(0);
    rules
}

fn events(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

on_every_store! {
    /// Under decay by expiry each entry counts whole until it lapses, and every moment of that is told beforehand.
    async fn points_lapse_whole(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        rules(&home, 1, json!({"decay": {"model": "expiry", "after": "P10D"}, "duplicate_window": 0})).await;
        home.warn("custom:1", "a").await;
        api.clock.advance(4 * 86_400);
        home.warn("custom:1", "b").await;
        let third = home.warn("custom:1", "c").await;
        assert_eq!(third["escalations"][0]["kind"], "mute");
        let standing = &third["standing"];
        assert_eq!((&standing["points"], &standing["clear_at"]), (&json!(3), &json!("2026-01-15T00:00:00.000000Z")));
        assert_eq!(standing["drops"], json!([{"rung": "mute-1h", "threshold": 3, "at": "2026-01-11T00:00:00.000000Z"}]));

        let explained = home.get("/members/custom:1/explanation").await.expect(200);
        assert_eq!((&explained["model"], &explained["lapses_after"], &explained["per_day"]), (&json!("expiry"), &json!(864_000), &json!(null)));
        let gone: Vec<_> = explained["terms"].as_array().unwrap().iter().map(|t| (&t["case"], &t["left"], &t["gone_at"])).collect();
        let (later, sooner) = (json!("2026-01-15T00:00:00.000000Z"), json!("2026-01-11T00:00:00.000000Z"));
        assert_eq!(gone, [(&json!(3), &json!(1), &later), (&json!(2), &json!(1), &later), (&json!(1), &json!(1), &sooner)]);

        let points = async |at: &str| home.get(&format!("/members/custom:1/standing?at={at}")).await.expect(200)["points"].clone();
        assert_eq!(points("2026-01-10T23:59:59Z").await, 3);
        assert_eq!(points("2026-01-11T00:00:00Z").await, 2);
        assert_eq!(points("2026-01-15T00:00:00Z").await, 0);
        api.clock.advance(7 * 86_400);
        assert_eq!(home.warn("custom:1", "d").await["standing"]["points"], 3);
        let voided = home.post("/cases/3/void", json!({})).await.expect(200);
        assert_eq!(voided["standing"]["points"], 2);
        assert_eq!(voided["standing"]["clear_at"], "2026-01-22T00:00:00.000000Z");
        assert_eq!(home.standing("custom:1").await, voided["standing"]);
        api.clock.advance(4 * 86_400);
        assert_eq!(home.standing("custom:1").await["points"], 1);
    }

    /// Another model carries over what is left as one entry, and fires nothing.
    async fn another_model_carries_points_over(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "a").await;
        home.act(json!({"kind": "mute", "member": "custom:1", "duration": 60})).await.expect(201);
        api.clock.advance(10 * 86_400);
        rules(&home, 1, no_ladder(json!({"decay": {"model": "none"}}))).await;
        api.clock.advance(86_400);
        home.warn("custom:1", "b").await;
        let explained = home.get("/members/custom:1/explanation").await.expect(200);
        assert_eq!(explained["standing"]["points"], 3);
        assert_eq!((&explained["terms"].as_array().unwrap().len(), &explained["terms"][0]["case"]), (&1, &json!(4)));
        let carried = json!({"at": "2026-01-11T00:00:00.000000Z", "merge": null, "granted": 2, "left": 2, "left_units": "172800000", "gone_at": null});
        assert_eq!(explained["carried"], carried);
        assert_eq!(explained["standing"]["clear_at"], json!(null));
        assert_eq!(events(&home.client.get("/v1/events?type=case.created").await.expect(200)).len(), 4, "nothing fired");
    }

    /// Rungs for offences count what happened before they came into force, and are ready again when the count has fallen.
    async fn offences_are_counted_over_versions(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        rules(&home, 1, no_ladder(json!({}))).await;
        home.warn("custom:1", "a").await;
        home.warn("custom:1", "b").await;
        let rung = json!([{"id": "thrice", "kinds": ["warn"], "count": 3, "within": "P2D", "action": "mute", "duration": 600}]);
        rules(&home, 2, no_ladder(json!({"offence_rungs": rung}))).await;
        let third = home.warn("custom:1", "c").await;
        assert_eq!(third["case"]["rungs"], json!([{"id": "thrice", "outcome": "fired"}]));
        assert_eq!(third["escalations"][0]["reason"], "3 times warn within 2 days.");
        assert_eq!(home.warn("custom:1", "d").await["escalations"], json!([]), "one crossing");
        api.clock.advance(86_400 * 2);
        home.warn("custom:1", "e").await;
        home.warn("custom:1", "f").await;
        assert_eq!(home.warn("custom:1", "g").await["escalations"][0]["kind"], "mute");
        // Without the first, the third was only the second.
        let voided = home.post("/cases/1/void", json!({})).await.expect(200);
        assert_eq!(voided["also_voided"], json!([4]));
    }

    /// A rung may hold as long as the points are high: its end moves with them, also when a case is voided.
    async fn a_rung_holds_while_points_are_high(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let ladder = json!([{"id": "quiet", "at": 2, "action": "mute", "mode": "while_above", "reset_below": 1}]);
        rules(&home, 1, json!({"ladder": ladder, "duplicate_window": 0})).await;
        home.warn("custom:1", "a").await;
        let second = home.warn("custom:1", "b").await;
        let mute = &second["escalations"][0]["sanction"];
        assert_eq!((&mute["while_above"], &mute["ends_at"]), (&json!(1), &json!("2026-01-12T00:00:00.000000Z")));
        let third = home.warn("custom:1", "c").await;
        assert_eq!(third["escalations"], json!([]));
        let path = format!("/sanctions/{}", mute["id"].as_str().unwrap());
        assert_eq!(home.get(&path).await.expect(200)["ends_at"], "2026-01-22T00:00:00.000000Z");
        assert_eq!(third["standing"]["restrictions"][0]["until"], "2026-01-22T00:00:00.000000Z");
        let moved = home.client.get("/v1/events?type=sanction.changed").await.expect(200);
        assert_eq!(moved["items"][0]["data"]["sanction"]["ends_at"], "2026-01-22T00:00:00.000000Z");
        home.post("/cases/4/void", json!({})).await.expect(200);
        assert_eq!(home.get(&path).await.expect(200)["ends_at"], "2026-01-12T00:00:00.000000Z");
        let shorter = home.post("/cases/3/reduce", json!({"duration": 60})).await;
        assert!(shorter.body["detail"].as_str().unwrap().contains("reduce the points, or lift it"), "{}", shorter.body);
        assert_eq!(shorter.expect(409)["code"], "not_reducible");
        api.clock.advance(11 * 86_400);
        assert_eq!(home.get(&path).await.expect(200)["state"], "expired");
        assert_eq!(home.standing("custom:1").await["restrictions"], json!([]));
    }

    /// A community may have kinds of its own: with a weight, a severity and a least rank.
    async fn a_community_has_kinds_of_its_own(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let act = json!({"kind": "voice_kick", "member": "custom:1"});
        let detail = problem(home.act(act.clone()).await, 422, "unknown_kind");
        assert!(detail.contains("voice_kick"), "{detail}");
        let kinds = json!({"voice_kick": {"weight": 3.5, "severity": "mute"}});
        rules(&home, 1, json!({"kinds": kinds, "least_rank": {"voice_kick": "admin"}})).await;
        let made = home.act(act.clone()).await.expect(201);
        assert_eq!((&made["case"]["kind"], &made["case"]["points"]), (&json!("voice_kick"), &json!(3.5)));
        assert_eq!(made["case"]["rungs"], json!([{"id": "mute-1h", "outcome": "fired"}]));
        let moderator = api.key(&["acts:write"], json!({"rank": "moderator"})).await;
        problem(home.seen_by(&moderator).act(json!({"kind": "voice_kick", "member": "custom:2"})).await, 403, "rank_too_low");
        assert_eq!(home.cases("?kind=voice_kick").await, [1]);
        assert_eq!(home.get("/cases?kind=Voice").await.expect(400)["code"], "bad_query");
    }

    /// Restrictions take away capabilities; each is told for itself, and given back for itself.
    async fn capabilities_are_taken_and_given_back(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        rules(&home, 1, no_ladder(json!({}))).await;
        let restrict = async |names: Value, duration: i64| {
            let body = json!({"kind": "restrict", "member": "custom:1", "capabilities": names, "duration": duration, "allow_duplicate": true});
            home.act(body).await.expect(201)
        };
        restrict(json!(["links"]), 60).await;
        let second = restrict(json!(["media", "links"]), 600).await;
        assert_eq!(second["case"]["sanction"]["capabilities"], json!(["links", "media"]));
        let until = "2026-01-01T00:10:00.000000Z";
        assert_eq!(second["standing"]["restrictions"], json!([
            {"restriction": "restrict", "capability": "links", "until": until},
            {"restriction": "restrict", "capability": "media", "until": until},
        ]));
        let back = home.act(json!({"kind": "unrestrict", "member": "custom:1", "capabilities": ["links"]})).await.expect(201);
        assert_eq!(back["case"]["ended"].as_array().unwrap().len(), 1, "the other one takes more away");
        problem(home.act(json!({"kind": "unrestrict", "member": "custom:1", "capabilities": ["links"]})).await, 409, "nothing_to_lift");
        home.act(json!({"kind": "unrestrict", "member": "custom:1"})).await.expect(201);
        assert_eq!(home.standing("custom:1").await["restrictions"], json!([]));
        for (body, at) in [
            (json!({"kind": "restrict", "member": "custom:1"}), "/capabilities"),
            (json!({"kind": "mute", "member": "custom:1", "capabilities": ["links"]}), "/capabilities"),
            (json!({"kind": "restrict", "member": "custom:1", "capabilities": ["No"]}), "/capabilities/0"),
            (json!({"kind": "restrict", "member": "custom:1", "capabilities": ["a", "a"]}), "/capabilities/1"),
            (json!({"kind": "kick", "member": "custom:1", "supersedes": "san_00000000000000000000000000000000"}), "/supersedes"),
            (json!({"kind": "mute", "member": "custom:1", "supersedes": "x"}), "/supersedes"),
            (json!({"kind": "delete_messages", "member": "custom:1"}), "/messages"),
            (json!({"kind": "delete_messages", "member": "custom:1", "messages": {"channel": "a b", "ids": ["1"]}}), "/messages/channel"),
            (json!({"kind": "delete_messages", "member": "custom:1", "messages": {"channel": "1", "ids": []}}), "/messages/ids"),
            (json!({"kind": "warn", "member": "custom:1", "messages": {"channel": "1", "ids": ["1"]}}), "/messages"),
        ] {
            assert_eq!(pointers(&home.act(body.clone()).await), [at], "{body}");
        }
    }

    /// Deleting messages is an act of its own, which names them.
    async fn messages_are_deleted_by_name(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let messages = json!({"channel": "42", "ids": ["1001", "1002"]});
        let made = home.act(json!({"kind": "delete_messages", "member": "custom:1", "messages": messages})).await.expect(201);
        assert_eq!((&made["case"]["messages"], &made["case"]["points"]), (&messages, &json!(0)));
        home.act(json!({"kind": "delete_messages", "member": "custom:1", "messages": messages})).await.expect(201);
        assert_eq!(home.get("/cases/1").await.expect(200), made["case"]);
    }

    /// A sanction takes the place of another only when the act says so; else a shorter one never shortens.
    async fn a_sanction_takes_the_place_of_another(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        rules(&home, 1, no_ladder(json!({}))).await;
        let ban = home.act(json!({"kind": "tempban", "member": "custom:1", "duration": "P7D"})).await.expect(201);
        let id = ban["case"]["sanction"]["id"].clone();
        let shorter = json!({"kind": "tempban", "member": "custom:1", "duration": "P1D", "supersedes": id, "allow_duplicate": true});
        let made = home.act(shorter.clone()).await.expect(201);
        assert_eq!(made["case"]["ended"], json!([{"sanction": id, "how": "superseded", "at": "2026-01-01T00:00:00.000000Z"}]));
        assert_eq!(made["standing"]["restrictions"][0]["until"], "2026-01-02T00:00:00.000000Z");
        let old = home.get(&format!("/sanctions/{}", id.as_str().unwrap())).await.expect(200);
        assert_eq!((&old["state"], &old["ended_by"]), (&json!("superseded"), &json!(2)));
        problem(home.act(shorter).await, 409, "sanction_not_active");
    }

    /// A reduction lowers points and ends, takes back what followed from them, and keeps what was at first.
    async fn a_case_is_reduced(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.act(json!({"kind": "tempban", "member": "custom:1", "duration": "P7D", "reason": "Raid"})).await.expect(201);
        home.warn("custom:1", "Spam").await;
        home.warn("custom:1", "Links").await;
        assert_eq!(home.warn("custom:1", "Insults").await["case"]["rungs"][0]["id"], "tempban-7d");
        api.clock.advance(86_400);
        let less = json!({"points": 1, "duration": "P2D", "reason": "First offence"});
        let reduced = home.post("/cases/1/reduce", less.clone()).await.expect(200);
        let case = &reduced["case"];
        assert_eq!((&case["points"], &case["sanction"]["ends_at"]), (&json!(1), &json!("2026-01-03T00:00:00.000000Z")));
        assert_eq!((&case["reduced"]["points"], &case["reduced"]["ends_at"]), (&json!(5), &json!("2026-01-08T00:00:00.000000Z")));
        assert_eq!((&case["reduced"]["reason"], &case["duration"]), (&json!("First offence"), &json!(604_800)));
        assert_eq!(reduced["standing"]["points"], 3.9);
        assert_eq!(reduced["standing"]["restrictions"][0]["until"], "2026-01-03T00:00:00.000000Z");
        assert_eq!(home.get("/cases/1").await.expect(200), *case);
        assert_eq!(home.standing("custom:1").await, reduced["standing"]);
        let types = home.client.get("/v1/events").await.expect(200);
        assert_eq!(events(&types)[events(&types).len() - 2..], ["case.reduced", "sanction.changed"]);
        problem(home.post("/cases/1/reduce", less).await, 409, "not_reducible");
        problem(home.post("/cases/1/reduce", json!({"duration": "P3D"})).await, 409, "not_reducible");
        problem(home.post("/cases/2/reduce", json!({"duration": "P3D"})).await, 409, "not_reducible");
        assert_eq!(pointers(&home.post("/cases/1/reduce", json!({})).await), [""]);
        problem(home.post("/cases/9/reduce", json!({"points": 0})).await, 404, "not_found");
        // What was to last two days from its start, and is reduced to one after a day and a half, ends now.
        api.clock.advance(43_200);
        let over = home.post("/cases/1/reduce", json!({"duration": 86_400})).await.expect(200);
        assert_eq!(over["case"]["sanction"]["ends_at"], "2026-01-02T12:00:00.000000Z");
        assert_eq!(over["standing"]["restrictions"], json!([]));
    }
}
