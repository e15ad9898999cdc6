//! What relays observe on platforms, and where it differs from the record.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers};
use crate::support::store::TestStore;

const ANN: &str = "discord:1";

/// A community with two spaces on Discord and a policy for drift.
struct Scene {
    api: Api,
    community: Community,
}

impl Scene {
    async fn start(store: TestStore, drift: Value) -> Self {
        let api = Api::start(store).await;
        let community = api.community().await;
        for space in ["guild", "annex"] {
            let link = json!({"platform": "discord", "space": space});
            community.post("/links", link).await.expect(201);
        }
        let call = community
            .client
            .call(Method::PUT, &community.path("/policy"))
            .header("if-match", "\"1\"");
        call.json(&json!({"rules": {"drift": drift, "notices": {"when": "off"}}}))
            .send()
            .await
            .expect(200);
        Self { api, community }
    }

    /// Posts one event of the first space, a minute after whatever was before.
    async fn see(&self, mut event: Value) -> Value {
        self.api.clock.advance(60);
        if event.get("effect").is_none() {
            event["effect"] = json!("ban");
        }
        if event.get("member").is_none() {
            event["member"] = json!("1");
        }
        let answer = self.observe(json!({"events": [event]})).await;
        answer["items"][0].clone()
    }

    async fn observe(&self, mut request: Value) -> Value {
        request["platform"] = json!("discord");
        request["space"] = json!("guild");
        self.community.post("/observations", request).await.expect(200)
    }

    async fn drift(&self) -> Vec<Value> {
        let page = self.community.get("/drift").await.expect(200);
        page["items"].as_array().unwrap().clone()
    }

    async fn act(&self, kind: &str) -> Value {
        let act = json!({"kind": kind, "member": ANN, "reason": kind});
        self.community.act(act).await.expect(201)
    }

    /// Takes what is to be done, and has all of it done; says what and where.
    async fn carry_out(&self) -> Vec<(String, String, bool)> {
        let request = json!({"platform": "discord", "limit": 100});
        let leased = self
            .api
            .admin
            .post("/v1/directives/lease", &request)
            .await
            .expect(200);
        let mut done = Vec::new();
        for directive in leased["items"].as_array().unwrap() {
            let path = format!("/v1/directives/{}/receipt", directive["id"].as_str().unwrap());
            let receipt = json!({"outcome": "applied"});
            self.api.admin.post(&path, &receipt).await.expect(200);
            done.push((
                directive["space"].as_str().unwrap().to_owned(),
                directive["effect"].as_str().unwrap().to_owned(),
                directive["wanted"]["holds"].as_bool().unwrap(),
            ));
        }
        done.sort();
        done
    }

    /// The types of events since the beginning, those of drift and cases alone.
    async fn told(&self) -> Vec<String> {
        let log = self.api.admin.get("/v1/events?limit=500").await.expect(200);
        let types = log["items"].as_array().unwrap().iter();
        types
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .filter(|kind| kind.starts_with("drift.") || kind.starts_with("case."))
            .collect()
    }
}

fn done(space: &str, effect: &str, holds: bool) -> (String, String, bool) {
    (space.to_owned(), effect.to_owned(), holds)
}

fn outcome(result: &Value) -> &str {
    result["outcome"].as_str().unwrap()
}

on_every_store! {
    /// Somebody is unbanned by hand: it is listed with what is desired and what was observed, until it has come right.
    async fn a_ban_that_was_lifted_by_hand_is_listed(store) {
        let scene = Scene::start(store, json!({})).await;
        scene.act("ban").await;
        scene.carry_out().await;
        let event = json!({"present": false, "by": "9", "source": "audit-1"});
        let seen = scene.see(event).await;
        assert_eq!((outcome(&seen), &seen["drift"]["difference"]), ("drift", &json!("lifted")));
        let listed = scene.drift().await;
        assert_eq!(listed, [seen["drift"].clone()]);
        let drift = &listed[0];
        assert_eq!((&drift["desired"]["holds"], &drift["observed"]["present"]), (&json!(true), &json!(false)));
        assert_eq!((&drift["case"], &drift["by"], &drift["directive"]["state"]), (&json!(1), &json!("9"), &json!("applied")));
        assert!(drift["user"].as_str().unwrap().starts_with("usr_"));
        assert_eq!(scene.carry_out().await, [], "it is only reported");
        assert_eq!(outcome(&scene.see(json!({"present": true})).await), "matches");
        assert_eq!(scene.drift().await, Vec::<Value>::new());
        assert_eq!(scene.told().await, ["case.created", "drift.detected", "drift.resolved"]);
    }

    /// What our own directives bring about comes back as nothing: before and after the receipt, and however late.
    async fn echoes_are_no_acts(store) {
        let scene = Scene::start(store, json!({"lifted_natively": "adopt", "imposed_natively": "adopt"})).await;
        scene.act("ban").await;
        assert_eq!(outcome(&scene.see(json!({"present": false})).await), "pending", "it is still to be carried out");
        assert_eq!(outcome(&scene.see(json!({"present": true})).await), "matches", "before the receipt");
        let before = scene.community.client.get("/v1/directives?state=open").await.expect(200)["items"].clone();
        assert_eq!(before.as_array().unwrap().len(), 2);
        scene.carry_out().await;
        assert_eq!(outcome(&scene.see(json!({"present": true})).await), "matches", "after the receipt");
        scene.act("unban").await;
        assert_eq!(outcome(&scene.see(json!({"present": true})).await), "pending", "the lift is under way");
        scene.carry_out().await;
        let late = json!({"present": true, "at": "2026-01-01T00:03:30Z"});
        assert_eq!(outcome(&scene.see(late).await), "stale", "older than what was carried out");
        let own = json!({"present": true, "ours": true});
        assert_eq!(outcome(&scene.see(own).await), "drift", "our own doing is nobody else's act");
        assert_eq!(scene.community.cases("").await, [2, 1]);
    }

    /// An event has one effect, however often and by however many relays it is told.
    async fn an_event_has_one_effect(store) {
        let scene = Scene::start(store, json!({"imposed_natively": "adopt"})).await;
        let ban = json!({"member": "1", "effect": "ban", "present": true, "at": "2026-01-01T00:00:00Z", "source": "e1"});
        let unban = json!({"member": "1", "effect": "ban", "present": false, "at": "2026-01-01T00:00:00Z", "source": "e2"});
        let told = json!({"events": [ban, unban, ban, unban]});
        let answer = scene.observe(told.clone()).await;
        let outcomes: Vec<_> = answer["items"].as_array().unwrap().iter().map(outcome).collect();
        assert_eq!(outcomes, ["adopted", "drift", "known", "known"]);
        let (one, two) = tokio::join!(scene.observe(told.clone()), scene.observe(told));
        for answer in [one, two] {
            assert!(answer["items"].as_array().unwrap().iter().all(|item| outcome(item) == "known"), "{answer}");
        }
        assert_eq!(scene.community.cases("").await, [1]);
    }
    /// What is desired is said once more, there and nowhere else, until it is so again.
    async fn what_was_undone_is_healed(store) {
        let scene = Scene::start(store, json!({"lifted_natively": "heal", "imposed_natively": "heal"})).await;
        scene.act("ban").await;
        assert_eq!(scene.carry_out().await, [done("annex", "ban", true), done("guild", "ban", true)]);
        assert_eq!(outcome(&scene.see(json!({"present": false})).await), "healing");
        assert_eq!(scene.drift().await[0]["directive"]["state"], "open", "it is listed while it lasts");
        assert_eq!(outcome(&scene.see(json!({"present": false})).await), "pending");
        assert_eq!(scene.carry_out().await, [done("guild", "ban", true)]);
        assert_eq!(scene.drift().await, Vec::<Value>::new());
        assert_eq!(scene.told().await, ["case.created", "drift.detected", "drift.resolved"]);
        let foreign = json!({"member": "77", "effect": "mute", "present": true});
        assert_eq!(outcome(&scene.see(foreign).await), "healing", "also of somebody who was unknown");
        assert_eq!(scene.carry_out().await, [done("guild", "mute", false)]);
        assert_eq!(scene.community.cases("").await, [1]);
    }

    /// A lift by hand is a case, by whoever lifted; the other spaces are told, and the one where it happened is not.
    async fn a_lift_by_hand_is_adopted(store) {
        let scene = Scene::start(store, json!({"lifted_natively": "adopt"})).await;
        scene.act("ban").await;
        scene.carry_out().await;
        let seen = scene.see(json!({"present": false, "by": "9"})).await;
        assert_eq!((outcome(&seen), &seen["case"], &seen["drift"]), ("adopted", &json!(2), &json!(null)));
        let case = scene.community.get("/cases/2").await.expect(200);
        assert_eq!((&case["kind"], &case["points"], &case["ended"][0]["how"]), (&json!("unban"), &json!(0), &json!("lifted")));
        assert_eq!((&case["actor"]["type"], &case["actor"]["source"]), (&json!("external"), &json!("discord")));
        let nine = scene.api.admin.get("/v1/users/discord:9").await.expect(200);
        assert_eq!(case["actor"]["user"], nine["id"]);
        assert_eq!(scene.carry_out().await, [done("annex", "ban", false)]);
        assert_eq!(outcome(&scene.see(json!({"present": false})).await), "matches");
        assert_eq!(scene.told().await, ["case.created", "case.created"]);
    }

    /// A ban by another tool, of somebody who is no member here, is a case without points, and holds in the other spaces.
    async fn a_ban_by_another_tool_is_adopted(store) {
        let scene = Scene::start(store, json!({"imposed_natively": "adopt"})).await;
        let seen = scene.see(json!({"member": "42", "present": true, "until": "2026-01-01T02:01:00Z"})).await;
        assert_eq!((outcome(&seen), &seen["case"]), ("adopted", &json!(1)));
        let case = scene.community.get("/cases/1").await.expect(200);
        assert_eq!((&case["kind"], &case["points"], &case["duration"]), (&json!("tempban"), &json!(0), &json!(7200)));
        assert_eq!((&case["member"]["identity"], &case["actor"]["user"]), (&json!("discord:42"), &json!(null)));
        assert_eq!(scene.carry_out().await, [done("annex", "ban", true)]);
        // Whatever is looked at anew, where it came about by hand nothing is to be done: a new space, another name.
        let link = json!({"platform": "discord", "space": "third"});
        scene.community.post("/links", link).await.expect(201);
        let name = json!({"platform": "telegram", "id": "77"});
        scene.api.admin.post("/v1/users/discord:42/identities", &name).await.expect(201);
        while scene.api.service.restate().await.unwrap() {}
        assert_eq!(scene.carry_out().await, [done("third", "ban", true)]);
        let standing = scene.community.standing("discord:42").await;
        assert_eq!((&standing["points"], standing["restrictions"].as_array().unwrap().len()), (&json!(0), 1));
        let (path, protect) = (scene.community.path("/members/discord:3"), json!({"protected": true}));
        scene.community.client.patch(&path, &protect).await.expect(200);
        let on_them = scene.see(json!({"member": "3", "present": true})).await;
        assert_eq!((outcome(&on_them), scene.community.cases("").await), ("drift", vec![1]), "nobody is asked to ban them elsewhere");
    }

    /// All that there is, in parts: who is in none of them has not got the effect.
    async fn a_snapshot_finds_what_no_event_told(store) {
        let scene = Scene::start(store, json!({})).await;
        let ban = |member: &str| json!({"kind": "ban", "member": format!("discord:{member}"), "reason": member});
        for member in ["1", "2"] {
            scene.community.act(ban(member)).await.expect(201);
        }
        scene.carry_out().await;
        scene.api.clock.advance(60);
        let part = |at: &str, complete: bool, members: &[&str]| {
            let members: Vec<_> = members.iter().map(|member| json!({"member": member})).collect();
            json!({"snapshot": {"effect": "ban", "at": at, "complete": complete, "members": members}})
        };
        let at = "2026-01-01T00:01:00Z";
        let first = scene.observe(part(at, false, &["1"])).await;
        assert_eq!(first["snapshot"], json!({"unremarkable": 1, "items": []}));
        let brief = |answer: &Value| {
            let items = answer["snapshot"]["items"].as_array().unwrap().iter();
            let brief = |item: &Value| (item["member"].as_str().unwrap().to_owned(), item["drift"]["difference"].as_str().unwrap().to_owned());
            items.map(brief).collect::<Vec<_>>()
        };
        let expected = [("3".to_owned(), "imposed".to_owned()), ("2".to_owned(), "lifted".to_owned())];
        assert_eq!(brief(&scene.observe(part(at, true, &["3"])).await), expected);
        let again = scene.observe(part(at, true, &["3"])).await;
        assert_eq!(brief(&again), expected[..1], "who was missing is known to be");
        assert_eq!(scene.drift().await.len(), 2);
        let page = scene.community.get("/drift?limit=1&effect=ban&platform=discord&space=guild").await.expect(200);
        let next = page["next_cursor"].as_str().unwrap();
        let rest = scene.community.get(&format!("/drift?limit=1&effect=ban&platform=discord&space=guild&cursor={next}")).await.expect(200);
        assert_eq!((&page["items"][0]["member"], &rest["items"][0]["member"], &rest["next_cursor"]), (&json!("2"), &json!("3"), &json!(null)));
        scene.api.clock.advance(60);
        scene.community.act(ban("4")).await.expect(201);
        scene.carry_out().await;
        let late = scene.observe(part("2026-01-01T00:01:30Z", true, &["1", "2"])).await;
        assert_eq!(late["snapshot"], json!({"unremarkable": 4, "items": []}), "who was banned since is not missed");
        assert_eq!(scene.drift().await, Vec::<Value>::new());
        let told = scene.told().await;
        assert_eq!(told.iter().filter(|kind| *kind == "drift.detected").count(), 2);
        assert_eq!(told.iter().filter(|kind| *kind == "drift.resolved").count(), 2);
    }

    /// What a relay could not do is drift where it was seen otherwise; with the link goes what was seen in its space.
    async fn what_was_given_up_is_drift_until_the_link_goes(store) {
        let scene = Scene::start(store, json!({})).await;
        assert_eq!(outcome(&scene.see(json!({"present": false})).await), "matches");
        scene.act("ban").await;
        let leased = scene.api.admin.post("/v1/directives/lease", &json!({"platform": "discord"})).await.expect(200);
        for directive in leased["items"].as_array().unwrap() {
            let path = format!("/v1/directives/{}/receipt", directive["id"].as_str().unwrap());
            scene.api.admin.post(&path, &json!({"outcome": "unsupported"})).await.expect(200);
        }
        let listed = scene.drift().await;
        assert_eq!((listed.len(), &listed[0]["directive"]["state"]), (1, &json!("unsupported")));
        assert_eq!(scene.told().await, ["case.created", "drift.detected"]);
        let link = scene.community.path("/links/discord:guild");
        scene.community.client.call(Method::DELETE, &link).send().await.expect(200);
        assert_eq!(scene.drift().await, Vec::<Value>::new());
        let request = json!({"platform": "discord", "space": "guild", "events": [{"member": "1", "effect": "ban", "present": true}]});
        assert_eq!(pointers(&scene.community.post("/observations", request).await), ["/space"]);
    }

    /// What makes no sense is refused, all of it at once.
    async fn what_is_no_observation_is_refused(store) {
        let scene = Scene::start(store, json!({})).await;
        let wrong = json!({
            "platform": "discord", "space": "guild", "events": [
                {"member": "a b", "effect": "ban", "present": true},
                {"member": "1", "effect": "ban", "present": false, "until": "2026-02-01T00:00:00Z"},
                {"member": "1", "effect": "mute", "present": true, "capabilities": ["links"]},
            ],
        });
        let refused = scene.community.post("/observations", wrong).await;
        assert_eq!(pointers(&refused), ["/events/0/member", "/events/1/until", "/events/2/capabilities"]);
        let ahead = json!({"platform": "discord", "space": "guild", "events": [{"member": "1", "effect": "ban", "present": true, "at": "2026-01-01T01:00:00Z"}]});
        assert_eq!(pointers(&scene.community.post("/observations", ahead).await), ["/events/0/at"]);
        let nothing = json!({"platform": "discord", "space": "guild"});
        assert_eq!(pointers(&scene.community.post("/observations", nothing).await), ["/events"]);
        assert_eq!(scene.drift().await, Vec::<Value>::new());
    }

    /// Under a key the answer is the first one.
    async fn a_repeat_gets_the_first_answer(store) {
        let scene = Scene::start(store, json!({"imposed_natively": "adopt"})).await;
        let request = json!({"platform": "discord", "space": "guild", "events": [{"member": "1", "effect": "mute", "present": true}]});
        let path = scene.community.path("/observations");
        let call = || scene.community.client.call(Method::POST, &path).header("Idempotency-Key", "k").json(&request);
        let first = call().send().await.expect(200);
        let again = call().send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!((again.expect(200), scene.community.cases("").await), (first, vec![1]));
    }
}
