//! The erasure of a person: what goes, what stays, and who is recognised.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, pointers, text};
use crate::support::client::{Client, Reply};
use crate::support::wait;

/// Erases somebody and waits until the last of what was written about them is gone.
async fn erase(by: &Client, user: &str) -> Value {
    let path = format!("/v1/users/{user}/erase");
    let erased = by.post(&path, &json!({"confirm": user})).await.expect(200);
    assert_eq!(
        (&erased["name"], &erased["identities"]),
        (&Value::Null, &json!([]))
    );
    wait::until_async("the end of the erasure", Duration::from_secs(30), || async {
        let now = by.get(&format!("/v1/users/{user}")).await.expect(200);
        (!now["erasure_done_at"].is_null()).then_some(now)
    })
    .await
}

async fn act(world: &World, community: &str, body: &Value) -> Value {
    let path = format!("/v1/communities/{community}/acts");
    world.admin.post(&path, body).await.expect(201)
}

async fn import(world: &World, community: &str, line: &Value) -> Reply {
    let path = format!("/v1/communities/{community}/imports");
    let call = world
        .admin
        .call(Method::POST, &path)
        .header("content-type", "application/x-ndjson");
    call.body(line.to_string()).send().await
}

/// What a standing says in numbers.
async fn standing(world: &World, community: &str, who: &str) -> Value {
    let path = format!("/v1/communities/{community}/members/{who}/standing?at=2190-01-01T00:00:00Z");
    world.admin.get(&path).await.expect(200)
}

/// A conversation in which they answer something, which the log tells at its end.
async fn talk(world: &World, community: &str, member: &str) {
    let ask = json!({"text": "x", "fields": [{"name": "words", "label": "x", "type": "text"}]});
    let end = json!({"outcome": "done", "text": "x", "show": ["words"]});
    let flow = json!({"title": "x", "start": "ask", "states": [
        {"name": "ask", "prompt": ask, "on": [{"event": "submit", "to": "done"}]}, {"name": "done", "end": end}]});
    let put = world.admin.call(Method::PUT, "/v1/flows/talk").json(&flow);
    put.send().await.expect(201);
    let path = format!("/v1/communities/{community}/conversations");
    let start = json!({"flow": "talk", "member": member, "channel": "x"});
    let begun = world.admin.post(&path, &start).await.expect(201);
    let path = format!("{path}/{}/advance", text(&begun["id"]));
    let answer = json!({"step": 1, "event": "submit", "answers": {"words": "zap-answer"}});
    let call = world
        .admin
        .call(Method::POST, &path)
        .header("Idempotency-Key", "k3");
    call.json(&answer).send().await.expect(200);
}

on_every_store! {
    /// Whatever was written about them is nowhere in the database any more; every number is what it was.
    async fn nothing_of_them_is_left_and_every_number_stays(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let secrets = ["ferris-4711", "zap-reason", "zap.example", "zap-context", "zap-message", "zap-name", "zap-void", "zap-second", "zap-lift", "zap-past", "zap-statement", "zap-answer"];
        let member = "discord:ferris-4711";
        let patch = json!({"rank": "admin"});
        world.admin.patch(&format!("/v1/communities/{community}/members/discord:mod-1"), &patch).await.expect(200);
        let moderator = json!({"platform": "discord", "id": "mod-1"});
        let warn = json!({
            "member": member, "kind": "warn", "reason": "zap-reason", "evidence": ["https://zap.example/1"],
            "context": {"k": "zap-context"}, "actor": moderator,
        });
        let acts = format!("/v1/communities/{community}/acts");
        let first = world.admin.call(Method::POST, &acts).header("Idempotency-Key", "k1").json(&warn).send().await.expect(201);
        let user = text(&first["case"]["member"]["user"]);
        world.admin.patch(&format!("/v1/users/{user}"), &json!({"name": "zap-name"})).await.expect(200);
        let messages = json!({"member": member, "kind": "delete_messages", "messages": {"channel": "general", "ids": ["zap-message"]}});
        act(&world, &community, &messages).await;
        act(&world, &community, &json!({"member": member, "kind": "ban", "reason": "zap-second"})).await;
        let mute = act(&world, &community, &json!({"member": member, "kind": "mute", "reason": "zap-second"})).await;
        let lift = format!("/v1/communities/{community}/sanctions/{}/lift", text(&mute["case"]["sanction"]["id"]));
        world.admin.post(&lift, &json!({"reason": "zap-lift"})).await.expect(201);
        let appeal = json!({"statement": "zap-statement", "evidence": ["https://zap.example/3"]});
        let appeals = format!("/v1/communities/{community}/cases/1/appeals");
        world.admin.call(Method::POST, &appeals).header("Idempotency-Key", "k2").json(&appeal).send().await.expect(201);
        talk(&world, &community, member).await;
        world.admin.post(&format!("/v1/communities/{community}/cases/1/void"), &json!({"reason": "zap-void"})).await.expect(200);
        world.admin.patch(&format!("/v1/communities/{community}/members/{member}"), &json!({"rank": "moderator"})).await.expect(200);
        let past = json!({
            "external_id": "1", "source": "other", "occurred_at": "2020-01-01T00:00:00Z", "member": member, "kind": "warn",
            "reason": "zap-past", "evidence": ["https://zap.example/2"],
        });
        import(&world, &community, &past).await.expect(200);
        let on_other = json!({"member": "discord:other", "kind": "warn", "reason": "stays", "actor": {"platform": "discord", "id": "ferris-4711"}});
        let other = act(&world, &community, &on_other).await;
        let before = world.dump().await;
        for secret in secrets {
            assert!(before.contains(secret), "{secret} was never there");
        }
        let (points, cases) = (standing(&world, &community, &user).await, world.admin.get(&format!("/v1/communities/{community}/cases?limit=100")).await.expect(200));
        erase(&world.admin, &user).await;
        let after = world.dump().await;
        for secret in secrets {
            assert!(!after.contains(secret), "{secret} is left: {}", &after[after.find(secret).unwrap_or(0).saturating_sub(300)..][..400]);
        }
        assert_eq!(standing(&world, &community, &user).await, points);
        let left = world.admin.get(&format!("/v1/communities/{community}/cases?limit=100")).await.expect(200);
        let numbers = |page: &Value| {
            let items = page["items"].as_array().unwrap().iter();
            items.map(|case| [&case["number"], &case["kind"], &case["points"], &case["at"], &case["sanction"], &case["ended"], &case["actor"]["key"]].map(Clone::clone)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&left), numbers(&cases));
        let told = world.admin.get(&format!("/v1/communities/{community}/cases/1")).await.expect(200);
        assert_eq!((&told["reason"], &told["voided"]["reason"], &told["member"]["identity"]), (&json!("[erased]"), &json!("[erased]"), &Value::Null));
        assert_eq!(told["actor"]["identity"], "discord:mod-1", "who acted stays");
        let number = &other["case"]["number"];
        let by_them = world.admin.get(&format!("/v1/communities/{community}/cases/{number}")).await.expect(200);
        assert_eq!((&by_them["reason"], &by_them["actor"]["user"], &by_them["actor"]["identity"]), (&json!("stays"), &json!(user), &Value::Null));
    }

    /// What was observed of them on platforms goes too, and that they did what was observed of others; also out of the log and kept answers.
    async fn what_was_observed_of_them_is_nowhere_left(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let link = json!({"platform": "discord", "space": "guild"});
        world.admin.post(&format!("/v1/communities/{community}/links"), &link).await.expect(201);
        let path = format!("/v1/communities/{community}/observations");
        let event = |member: &str, by: &str| json!({"member": member, "effect": "ban", "present": true, "by": by});
        let request = json!({"platform": "discord", "space": "guild", "events": [event("ferris-4711", "mod-1"), event("other", "ferris-4711")]});
        let call = world.admin.call(Method::POST, &path).header("Idempotency-Key", "k1");
        call.json(&request).send().await.expect(200);
        let made = json!({"name": "Ferris", "identities": [{"platform": "discord", "id": "ferris-4711"}]});
        let user = text(&world.admin.post("/v1/users", &made).await.expect(201)["id"]);
        assert!(world.dump().await.contains("ferris-4711"));
        erase(&world.admin, &user).await;
        let after = world.dump().await;
        assert!(!after.contains("ferris-4711"), "{}", &after[after.find("ferris-4711").unwrap_or(0).saturating_sub(300)..][..400]);
        let left = world.admin.get(&format!("/v1/communities/{community}/drift")).await.expect(200);
        assert_eq!((left["items"].as_array().unwrap().len(), &left["items"][0]["by"]), (1, &Value::Null));
    }

    /// As long as their ban holds, they are recognised, and what names them is not stored again. Then they are somebody new.
    async fn who_is_banned_is_recognised_until_the_ban_is_over(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let member = "discord:ferris-4711";
        let banned = act(&world, &community, &json!({"member": member, "kind": "ban", "reason": "zap"})).await;
        let user = text(&banned["case"]["member"]["user"]);
        erase(&world.admin, &user).await;
        let seen = standing(&world, &community, member).await;
        assert_eq!((&seen["user"], &seen["restrictions"][0]["restriction"]), (&json!(user), &json!("ban")));
        for path in [format!("/v1/users/{member}"), format!("/v1/communities/{community}/members/{member}")] {
            world.admin.get(&path).await.expect(200);
        }
        let again = act(&world, &community, &json!({"member": member, "kind": "warn", "reason": "came back"})).await;
        assert_eq!((&again["case"]["member"], &again["case"]["reason"]), (&json!({"user": user, "identity": null}), &json!("came back")));
        let past = json!({
            "external_id": "1", "source": "other", "occurred_at": "2020-01-01T00:00:00Z", "kind": "warn",
            "member": member, "member_name": "ferris-4711", "moderator": member, "moderator_name": "ferris-4711",
        });
        import(&world, &community, &past).await.expect(200);
        let past = world.admin.get(&format!("/v1/communities/{community}/cases/3")).await.expect(200);
        assert_eq!((&past["member"], &past["actor"]["user"]), (&json!({"user": user, "identity": null}), &json!(user)));
        let stolen = json!({"identities": [{"platform": "discord", "id": "ferris-4711"}]});
        assert_eq!(world.admin.post("/v1/users", &stolen).await.expect(409)["code"], "identity_taken");
        assert!(!world.dump().await.contains("ferris-4711"));
        let elsewhere = world.other_tenant().await;
        elsewhere.get(&format!("/v1/users/{member}")).await.expect(404);
    }

    /// The confirmation is asked for, and a second erasure is no news.
    async fn it_is_confirmed_and_logged_once(store) {
        let world = World::start(store);
        let made = world.admin.post("/v1/users", &json!({"name": "Ferris"})).await.expect(201);
        let user = text(&made["id"]);
        let path = format!("/v1/users/{user}/erase");
        let wrong = json!({"confirm": "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f"});
        assert_eq!(pointers(&world.admin.post(&path, &wrong).await.expect(422)), ["/confirm"]);
        let other = world.other_tenant().await;
        other.post(&path, &json!({"confirm": user})).await.expect(404);
        let first = erase(&world.admin, &user).await;
        assert!(!first["erased_at"].is_null());
        erase(&world.admin, &user).await;
        let events = world.admin.get("/v1/events?limit=500&type=user.erased").await.expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 1);
        assert_eq!(events["items"][0]["data"]["user"]["name"], Value::Null);
    }

    /// Whoever is one person is erased as one, whichever of the names is given: nothing is left of either, and nothing comes apart.
    async fn merged_people_are_erased_together(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let acts = format!("/v1/communities/{community}/acts");
        for (turn, erased) in ["into", "from"].into_iter().enumerate() {
            let [into, from] = ["a", "b"].map(|side| format!("ferris-{turn}-{side}"));
            let mut ids = Vec::new();
            for name in [&into, &from] {
                let warn = json!({"member": format!("discord:{name}"), "kind": "warn", "reason": format!("zap-{name}")});
                ids.push(text(&act(&world, &community, &warn).await["case"]["member"]["user"]));
                world.admin.patch(&format!("/v1/users/{}", ids[ids.len() - 1]), &json!({"name": format!("zap-{name}")})).await.expect(200);
            }
            let body = json!({"from": ids[1], "reason": format!("zap-why-{into}")});
            let merge = world.admin.post(&format!("/v1/users/{}/merge", ids[0]), &body).await.expect(200);
            let ban = json!({"member": format!("discord:{from}"), "kind": "tempban", "duration": "P1D", "reason": format!("zap-ban-{from}")});
            act(&world, &community, &ban).await;
            let before = standing(&world, &community, &ids[0]).await;
            let which = if erased == "into" { &ids[0] } else { &ids[1] };
            erase(&world.admin, which).await;
            for id in &ids {
                wait::until_async("the end of both", Duration::from_secs(30), || async {
                    let user = world.admin.get(&format!("/v1/users/{id}")).await.expect(200);
                    assert_eq!((&user["name"], &user["identities"]), (&Value::Null, &json!([])));
                    (!user["erasure_done_at"].is_null()).then_some(())
                })
                .await;
                assert_eq!(standing(&world, &community, id).await, before, "every number is what it was");
            }
            let dump = world.dump().await;
            for secret in [&into, &from] {
                let at = dump.find(secret.as_str());
                assert!(at.is_none(), "{secret} is left when {erased} is erased: {:?}", at.map(|at| &dump[at.saturating_sub(100)..at + 30]));
            }
            // As long as the ban holds, either name leads to the one who was banned.
            for name in [&into, &from] {
                let again = world.admin.post(&acts, &json!({"member": format!("discord:{name}"), "kind": "note"})).await.expect(201);
                assert_eq!(again["case"]["member"], json!({"user": ids[0], "identity": null}));
            }
            let undo = format!("/v1/users/{}/merges/{}/undo", ids[0], text(&merge["merge"]["id"]));
            assert_eq!(world.admin.post(&undo, &json!({})).await.expect(409)["code"], "user_erased");
            let listed = world.admin.get(&format!("/v1/users/{}/merges", ids[0])).await.expect(200);
            assert_eq!((&listed["items"][0]["from"], &listed["items"][0]["reason"]), (&json!(ids[1]), &Value::Null));
        }
    }

    /// Nor of an act on them that waited for others.
    async fn held_acts_tell_nothing_of_them_either(store) {
        let world = World::start(store);
        let community = world.community("c").await;
        let path = format!("/v1/communities/{community}/policy");
        let rules = json!({"rules": {"authority": {"approvals": {"ban": {"needed": 1}}}}});
        world.admin.call(Method::PUT, &path).header("If-Match", "\"1\"").json(&rules).send().await.expect(200);
        let ban = json!({"member": "discord:ferris-4712", "kind": "ban", "reason": "zap-held", "context": {"k": "zap-why"}});
        let held = world.admin.post(&format!("/v1/communities/{community}/acts"), &ban).await.expect(202);
        let secrets = ["ferris-4712", "zap-held", "zap-why"];
        let before = world.dump().await;
        assert!(secrets.iter().all(|secret| before.contains(secret)));
        let user = text(&held["member"]["user"]);
        erase(&world.admin, &user).await;
        let after = world.dump().await;
        for secret in secrets {
            assert!(!after.contains(secret), "{secret} is still there");
        }
        let path = format!("/v1/communities/{community}/held-acts/{}", text(&held["id"]));
        let kept = world.admin.get(&path).await.expect(200);
        assert_eq!((&kept["member"]["user"], &kept["act"]["kind"]), (&json!(user), &json!("ban")));
    }
}
