//! Acts that wait for others: budgets and approvals, as moderators, bots and those who look after them meet them.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

fn person(id: &str, rank: &str) -> Value {
    json!({"platform": "discord", "id": id, "rank": rank})
}

fn admin(id: &str) -> Value {
    person(id, "admin")
}

fn act(kind: &str, member: &str, actor: &Value) -> Value {
    json!({"kind": kind, "member": member, "actor": actor, "reason": format!("{kind} for {member}")})
}

/// A community whose policy says this of authority.
async fn under(api: &Api, authority: Value) -> Community {
    let here = api.community().await;
    put(&here, json!({"authority": authority})).await.expect(200);
    here
}

async fn put(here: &Community, rules: Value) -> Reply {
    let path = here.path("/policy");
    let tag = here.client.get(&path).await;
    let tag = tag.header("etag").unwrap().to_owned();
    here.client
        .call(Method::PUT, &path)
        .header("If-Match", &tag)
        .json(&json!({"rules": rules}))
        .send()
        .await
}

/// Takes out of a document what is made anew with each decision: ids of sanctions and of people nobody had seen, and when it was written.
fn forget_what_is_made(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(forget_what_is_made),
        Value::Object(fields) => {
            fields.retain(|name, _| !["id", "user", "recorded_at"].contains(&name.as_str()));
            fields.values_mut().for_each(forget_what_is_made);
        }
        _ => {}
    }
}

impl Community {
    async fn approve(&self, held: &Value, actor: Value) -> Reply {
        let id = held["id"].as_str().unwrap();
        self.post(&format!("/held-acts/{id}/approve"), json!({"actor": actor}))
            .await
    }

    async fn reject(&self, held: &Value, body: Value) -> Reply {
        let id = held["id"].as_str().unwrap();
        self.post(&format!("/held-acts/{id}/reject"), body).await
    }
}

on_every_store! {
    /// A budget is spent, the next act is held, somebody else releases it, and it counts from then on.
    async fn beyond_a_budget_an_act_waits(store) {
        let api = Api::start(store).await;
        let here = under(&api, json!({"budgets": [{"per": "actor", "acts": 2}]})).await;
        let ann = admin("ann");
        for member in ["discord:1", "discord:2"] {
            here.act(act("kick", member, &ann)).await.expect(201);
        }
        let tried = here.act(json!({"kind": "kick", "member": "discord:3", "actor": ann, "dry_run": true})).await.expect(200);
        assert_eq!((&tried["hold"]["why"], &tried["hold"]["budget"]["within"]), (&json!("budget"), &json!(3600)));
        assert_eq!((&tried["case"]["number"], &tried["standing"]["points"]), (&json!(3), &json!(3)));
        let reply = here.act(act("kick", "discord:3", &ann)).await;
        let location = reply.header("location").unwrap().to_owned();
        let held = reply.expect(202);
        assert_eq!(location, here.path(&format!("/held-acts/{}", held["id"].as_str().unwrap())));
        assert_eq!(here.client.get(&location).await.expect(200), held);
        assert_eq!((&held["state"], &held["hold"]["needed"], &held["hold"]["rank"]), (&json!("held"), &json!(1), &json!("moderator")));
        assert_eq!((&held["act"]["kind"], &held["actor"]["identity"]), (&json!("kick"), &json!("discord:ann")));
        assert_eq!(held["expires_at"], "2026-01-08T00:00:00.000000Z");
        assert_eq!(here.standing("discord:3").await["points"], 0);
        // Warns restrict nobody, and others have budgets of their own.
        here.act(act("warn", "discord:3", &ann)).await.expect(201);
        here.act(act("kick", "discord:4", &admin("bob"))).await.expect(201);
        // What would be refused is refused, not held.
        problem(here.act(act("kick", "discord:ann", &ann)).await, 403, "self_action");
        api.clock.advance(60);
        problem(here.approve(&held, ann.clone()).await, 403, "own_act");
        problem(here.approve(&held, person("cid", "member")).await, 403, "rank_too_low");
        assert_eq!(pointers(&here.approve(&held, json!({"automod": {"rule": "links", "version": 1}})).await), ["/actor"]);
        let done = here.approve(&held, admin("bob")).await;
        assert_eq!(done.header("location"), Some(&*here.path("/cases/5")));
        let case = &done.expect(201)["case"];
        assert_eq!((&case["actor"]["identity"], &case["at"]), (&json!("discord:ann"), &json!("2026-01-01T00:01:00.000000Z")));
        assert_eq!(case["released"]["approvals"][0]["by"]["identity"], "discord:bob");
        assert_eq!(case["released"]["held"], held["id"]);
        let detail = problem(here.approve(&held, admin("cid")).await, 409, "held_act_settled");
        assert!(detail.contains("released"), "{detail}");
        let kept = here.client.get(&location).await.expect(200);
        assert_eq!((&kept["state"], &kept["ended"]["case"]), (&json!("released"), &json!(5)));
        let events = here.client.get("/v1/events?type=act.held,act.released,act.approved").await.expect(200);
        let kinds: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
        assert_eq!(kinds, ["act.held", "act.released"]);
        assert_eq!(events["items"][1]["data"]["held"], kept);
        api.clock.advance(3_540);
        here.act(act("kick", "discord:5", &ann)).await.expect(201);
    }

    /// A kind that needs two approvals gets them from two people of the rank, neither the issuer nor the member.
    async fn some_kinds_need_approvals(store) {
        let api = Api::start(store).await;
        let here = under(&api, json!({"approvals": {"ban": {"needed": 2, "rank": "admin"}}, "hold_for": "PT1H"})).await;
        here.act(act("kick", "discord:1", &admin("ann"))).await.expect(201);
        let ask = act("ban", "discord:1", &admin("ann"));
        let first = here.client.call(Method::POST, &here.path("/acts")).header("Idempotency-Key", "\"one\"").json(&ask).send().await;
        let held = first.expect(202);
        let again = here.client.call(Method::POST, &here.path("/acts")).header("Idempotency-Key", "\"one\"").json(&ask).send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(202), held);
        assert_eq!((&held["hold"]["why"], &held["hold"]["budget"], &held["hold"]["needed"]), (&json!("approval"), &Value::Null, &json!(2)));
        problem(here.approve(&held, person("mod", "moderator")).await, 403, "rank_too_low");
        problem(here.approve(&held, person("1", "owner")).await, 403, "self_action");
        let half = here.approve(&held, admin("bob")).await;
        assert_eq!(half.header("location"), Some(&*here.path(&format!("/held-acts/{}", held["id"].as_str().unwrap()))));
        let half = half.expect(202);
        assert_eq!((half["state"].clone(), half["approvals"].as_array().unwrap().len()), (json!("held"), 1));
        problem(here.approve(&held, admin("bob")).await, 409, "already_approved");
        problem(here.approve(&held, admin("ann")).await, 403, "own_act");
        // The member has risen meanwhile: nobody of the same rank bans them now.
        let path = here.path("/members/discord:1");
        here.client.patch(&path, &json!({"rank": "admin"})).await.expect(200);
        problem(here.approve(&held, admin("cid")).await, 403, "forbidden_rank");
        problem(here.approve(&held, person("cid", "owner")).await, 403, "forbidden_rank");
        here.client.patch(&path, &json!({"rank": "member"})).await.expect(200);
        let done = here.approve(&held, admin("cid")).await.expect(201);
        assert_eq!(done["case"]["released"]["approvals"].as_array().unwrap().len(), 2);
        assert_eq!(done["standing"]["restrictions"][0]["restriction"], "ban");
        // The ladder, lifts and notes never wait.
        here.act(act("unban", "discord:1", &admin("ann"))).await.expect(201);
        for number in 0..2 {
            here.act(act("tempban", &format!("discord:{}", 7 + number), &admin("ann"))).await;
        }
        let events = here.client.get("/v1/events?type=act.approved,act.released").await.expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 2);
    }

    /// What would come of an approval: the act as it stands then, or as it is carried out; and nothing is written.
    async fn an_approval_is_tried_out(store) {
        let api = Api::start(store).await;
        let here = under(&api, json!({"approvals": {"tempban": {"needed": 2, "rank": "admin"}}})).await;
        here.act(act("kick", "discord:1", &admin("ann"))).await.expect(201);
        let ask = json!({"kind": "tempban", "member": "discord:1", "duration": "P3D", "actor": admin("ann")});
        let decided = |answer: &Value| {
            let mut decided = json!([answer["case"], answer["escalations"], answer["standing"]]);
            forget_what_is_made(&mut decided);
            decided
        };
        let held = here.act(ask).await.expect(202);
        let approve = format!("/held-acts/{}/approve", held["id"].as_str().unwrap());
        let attempt = async |by: Value| here.post(&approve, json!({"actor": by, "dry_run": true})).await;
        problem(attempt(admin("ann")).await, 403, "own_act");
        problem(attempt(person("bob", "moderator")).await, 403, "rank_too_low");
        let first = attempt(admin("bob")).await.expect(200);
        assert_eq!((&first["dry_run"], &first["act"], &first["held"]["state"]), (&json!(true), &Value::Null, &json!("held")));
        let by = &first["held"]["approvals"][0]["by"];
        assert_eq!((&by["identity"], &by["user"]), (&json!("discord:bob"), &Value::Null), "nobody has seen them so far");
        assert_eq!(here.get(&format!("/held-acts/{}", held["id"].as_str().unwrap())).await.expect(200), held);
        let mut half = here.approve(&held, admin("bob")).await.expect(202);
        half["approvals"][0]["by"]["user"] = Value::Null;
        assert_eq!(half, first["held"], "what was tried out came");
        problem(attempt(admin("bob")).await, 409, "already_approved");

        let last = attempt(admin("cid")).await.expect(200);
        assert_eq!((&last["held"]["state"], &last["held"]["ended"]["case"]), (&json!("released"), &json!(2)));
        assert_eq!(last["act"]["escalations"][0]["actor"]["rung"], "tempban-7d");
        assert_eq!(here.standing("discord:1").await["points"], 3);
        let done = here.approve(&held, admin("cid")).await.expect(201);
        assert_eq!(decided(&last["act"]), decided(&done), "what was tried out came");
    }

    /// Rejected by others, withdrawn by the issuer, expired by time.
    async fn what_is_not_released_ends(store) {
        let api = Api::start(store).await;
        let here = under(&api, json!({"approvals": {"ban": {"needed": 1}}, "hold_for": "PT1H"})).await;
        let mut held = vec![];
        for member in ["discord:1", "discord:2", "discord:3"] {
            held.push(here.act(act("ban", member, &person("ann", "moderator"))).await.expect(202));
        }
        problem(here.reject(&held[0], json!({"actor": person("x", "member")})).await, 403, "rank_too_low");
        problem(here.reject(&held[0], json!({"actor": person("1", "moderator")})).await, 403, "self_action");
        let rejected = here.reject(&held[0], json!({"actor": person("bob", "moderator"), "reason": "A mute will do"})).await.expect(200);
        assert_eq!((&rejected["state"], &rejected["ended"]["reason"]), (&json!("rejected"), &json!("A mute will do")));
        let withdrawn = here.reject(&held[1], json!({"actor": person("ann", "member")})).await.expect(200);
        assert_eq!(withdrawn["ended"]["by"]["identity"], "discord:ann");
        problem(here.reject(&held[1], json!({})).await, 409, "held_act_settled");
        api.clock.advance(3_600);
        problem(here.approve(&held[2], admin("cid")).await, 409, "held_act_settled");
        let state = async |state: &str| {
            let page = here.get(&format!("/held-acts?state={state}")).await.expect(200);
            page["items"].as_array().unwrap().iter().map(|held| held["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(state("rejected").await, [held[1]["id"].clone(), held[0]["id"].clone()]);
        assert_eq!(state("expired").await, [held[2]["id"].clone()]);
        assert_eq!(state("held").await, Vec::<Value>::new());
        assert_eq!(here.get("/held-acts?state=open").await.status, 400);
        let page = here.get("/held-acts?limit=2").await.expect(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = here.get(&format!("/held-acts?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(rest["items"][0]["id"], held[0]["id"]);
        assert_eq!(here.cases("").await, Vec::<i64>::new());
        // To others, in and out of the tenant, there is nothing.
        let stranger = here.seen_by(&api.stranger().await);
        problem(stranger.approve(&held[2], admin("cid")).await, 404, "not_found");
        let reader = here.seen_by(&api.reader().await);
        problem(reader.reject(&held[2], json!({})).await, 403, "forbidden_scope");
        let other = api.community().await;
        problem(other.approve(&held[2], admin("cid")).await, 404, "not_found");
    }

    /// In a request with many acts each is held by itself, and a rehearsal says so.
    async fn many_acts_are_held_one_by_one(store) {
        let api = Api::start(store).await;
        let here = under(&api, json!({"budgets": [{"per": "rule", "acts": 2, "within": 600, "kinds": ["kick", "delete_messages"]}]})).await;
        let items: Vec<_> = (1..=4).map(|n| json!({"kind": "kick", "member": format!("discord:{n}")})).collect();
        let raid = json!({"automod": {"rule": "raid", "version": 1}});
        let mut bulk = json!({"actor": raid, "items": items, "dry_run": true});
        let tried = here.post("/acts/bulk", bulk.clone()).await.expect(200);
        assert_eq!((&tried["succeeded"], &tried["held"], &tried["refused"]), (&json!(2), &json!(2), &json!(0)));
        assert_eq!((&tried["items"][1]["act"]["hold"], &tried["items"][2]["act"]["hold"]["why"]), (&Value::Null, &json!("budget")));
        bulk["dry_run"] = json!(false);
        let done = here.post("/acts/bulk", bulk).await.expect(200);
        assert_eq!((&done["succeeded"], &done["held"], &done["refused"]), (&json!(2), &json!(2), &json!(0)));
        let third = &done["items"][2];
        assert_eq!((&third["status"], &third["act"], &third["held"]["state"]), (&json!(202), &Value::Null, &json!("held")));
        assert_eq!(third["held"]["actor"]["automod"]["rule"], "raid");
        here.act(json!({"kind": "kick", "member": "discord:9", "actor": {"automod": {"rule": "links", "version": 1}}})).await.expect(201);
        here.approve(&third["held"], person("ann", "moderator")).await.expect(201);
        assert_eq!(here.cases("?moderator=automod:raid").await, [4, 2, 1]);
    }

    /// A policy says precisely what is wrong with it, and gives back what it was given.
    async fn the_policy_is_checked(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let budgets = json!([
            {"per": "actor", "acts": 0},
            {"per": "rule", "acts": 1, "within": 0, "kinds": []},
            {"per": "key", "acts": 1, "within": "P31D", "kinds": ["ban", "shun"]},
            {"per": "key", "acts": 1, "kinds": ["note"]},
        ]);
        let approvals = json!({"unban": {"needed": 1}, "ban": {"needed": 6, "rank": "moderator"}, "shun": {"needed": 1}});
        let authority = json!({"budgets": budgets, "approvals": approvals, "hold_for": 59});
        let refused = put(&here, json!({"least_rank": {"ban": "admin"}, "authority": authority})).await;
        let mut pointers = pointers(&refused);
        pointers.sort();
        assert_eq!(pointers, [
            "/rules/authority/approvals/ban/needed",
            "/rules/authority/approvals/ban/rank",
            "/rules/authority/approvals/shun",
            "/rules/authority/approvals/unban",
            "/rules/authority/budgets/0/acts",
            "/rules/authority/budgets/1/kinds",
            "/rules/authority/budgets/1/within",
            "/rules/authority/budgets/2/kinds",
            "/rules/authority/budgets/2/within",
            "/rules/authority/budgets/3/kinds",
            "/rules/authority/hold_for",
        ]);
        let good = json!({
            "budgets": [{"per": "actor", "acts": 30, "within": 3600, "kinds": null}],
            "approvals": {"ban": {"needed": 2, "rank": "admin"}},
            "hold_for": 86400,
        });
        let put = put(&here, json!({"authority": good})).await.expect(200);
        assert_eq!(put["rules"]["authority"], good);
    }
}
