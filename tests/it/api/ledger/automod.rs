//! Rules of a bot's automod as actors.

use serde_json::{Value, json};

use super::world::{Api, numbers, pointers, problem};

fn by(rule: &str, version: i64) -> Value {
    json!({"automod": {"rule": rule, "version": version}})
}

on_every_store! {
    /// A rule acts with its key's rank, is recorded with its version, and is one actor over its versions.
    async fn a_rule_acts_and_is_told_apart_from_people(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let warn = |actor: Value, reason: &str| json!({"kind": "warn", "member": "discord:1", "actor": actor, "reason": reason});
        let done = here.act(warn(by("links", 3), "a link")).await.expect(201);
        let actor = &done["case"]["actor"];
        assert_eq!(actor["type"], "automod");
        assert_eq!(actor["automod"], json!({"rule": "links", "version": 3}));
        assert!(actor["key"].as_str().is_some_and(|key| key.starts_with("key_")) && actor["user"].is_null());
        // Another version is the same actor, so only a like act is a duplicate; a person's act is one whatever the reason.
        here.act(warn(by("links", 4), "another link")).await.expect(201);
        problem(here.act(warn(by("links", 4), "a link")).await, 409, "duplicate_act");
        problem(here.act(warn(by("spam", 1), "spam")).await, 409, "duplicate_act");
        // It is filtered by, counted by and followed as any actor.
        assert_eq!(here.cases("?moderator=automod:links").await, [2, 1]);
        assert_eq!(here.cases("?moderator=automod:spam").await, Vec::<i64>::new());
        let counts = here.get("/counts?by=moderator").await.expect(200);
        assert_eq!((&counts["items"][0]["group"], &counts["items"][0]["cases"]), (&json!("automod:links"), &json!(2)));
        let events = here.client.get("/v1/events?type=case.created").await.expect(200);
        assert_eq!(events["items"][1]["data"]["case"]["actor"]["automod"]["version"], 4);
        // In bulk, and with the rank of a key that has none.
        let bulk = json!({"actor": by("raid", 1), "items": [{"kind": "warn", "member": "discord:2"}, {"kind": "warn", "member": "discord:3", "actor": by("links", 4)}]});
        here.post("/acts/bulk", bulk).await.expect(200);
        assert_eq!(here.cases("?moderator=automod:raid").await, [3]);
        let weak = api.key(&["acts:write"], json!({"rank": "member"})).await;
        problem(here.seen_by(&weak).act(warn(by("links", 4), "weak")).await, 403, "rank_too_low");
        let page = here.get("/cases?moderator=automod:links&member=discord:3").await.expect(200);
        assert_eq!(numbers(&page), [4]);
    }

    /// Whom people may not act on, a rule may not either; and it breaks the glass as they do, with a reason.
    async fn a_rule_meets_the_walls_that_people_meet(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let relay = here.seen_by(&api.key(&["acts:write"], json!({"rank": "moderator"})).await);
        for (member, is) in [("peer", json!({"rank": "moderator"})), ("safe", json!({"protected": true})), ("bot", json!({"bot": true}))] {
            here.client.patch(&here.path(&format!("/members/discord:{member}")), &is).await.expect(200);
        }
        let warn = |member: &str| json!({"kind": "warn", "member": format!("discord:{member}"), "actor": by("links", 1)});
        problem(relay.act(warn("peer")).await, 403, "forbidden_rank");
        problem(relay.act(warn("safe")).await, 403, "target_immune");
        problem(relay.act(warn("bot")).await, 403, "target_immune");
        let mut glass = warn("safe");
        glass["break_glass"] = json!(true);
        assert_eq!(pointers(&relay.act(glass.clone()).await), ["/reason"]);
        glass["reason"] = json!("a worm posts through it");
        relay.act(glass).await.expect(201);
    }

    /// What does not name one of the two is refused where it stands.
    async fn an_actor_is_a_person_or_a_rule(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let act = |actor: Value| json!({"kind": "warn", "member": "discord:1", "actor": actor});
        for (actor, at) in [
            (json!({}), "/actor"),
            (json!({"platform": "discord"}), "/actor/id"),
            (by("Links", 1), "/actor/automod/rule"),
            (by("links", 0), "/actor/automod/version"),
            (json!({"automod": {"rule": "links", "version": 1}, "rank": "owner"}), "/actor/rank"),
            (json!({"automod": {"rule": "links"}}), "/actor/automod/version"),
        ] {
            assert_eq!(pointers(&here.act(act(actor.clone())).await), [at], "{actor}");
        }
        assert_eq!(here.get("/cases?moderator=automod:Links").await.status, 400);
    }
}
