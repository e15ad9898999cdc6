//! Undoing many acts: a plan that says what cannot be undone first, and that is carried out as it stands, once.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, text};
use super::ledger::{Api, Community, pointers, problem};
use crate::support::client::{Client, Reply};
use crate::support::wait;

const SOON: Duration = Duration::from_secs(60);

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Reply {
    let call = client.call(Method::POST, path).header("idempotency-key", key);
    call.json(body).send().await
}

async fn until_done(client: &Client, job: &str) -> Value {
    wait::until_async("the job to be done", SOON, async || {
        let job = client.get(job).await.expect(200);
        (job["state"] == "done").then_some(job)
    })
    .await
}

fn raid() -> Value {
    let warn = json!({"kind": "warn", "member": "custom:1", "reason": "x", "allow_duplicate": true});
    json!({"items": [
        {"kind": "kick", "member": "custom:2"},
        {"kind": "ban", "member": "custom:3"},
        warn, warn, warn,
        {"kind": "mute", "member": "custom:4", "duration": 3600},
        {"kind": "unmute", "member": "custom:4"},
        {"kind": "note", "member": "custom:5"},
    ]})
}

on_every_store! {
    /// Sanctions that gave way to others, and lifts, are named: what they ended does not come back.
    async fn what_was_lifted_or_gave_way_does_not_come_back(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let mute = home.act(json!({"kind": "mute", "member": "custom:1"})).await.expect(201);
        home.act(json!({"kind": "ban", "member": "custom:2"})).await.expect(201);
        let shorter = json!({"kind": "mute", "member": "custom:1", "duration": 60, "supersedes": mute["case"]["sanction"]["id"], "allow_duplicate": true});
        home.act(shorter).await.expect(201);
        let lift = home.act(json!({"kind": "unban", "member": "custom:2"})).await.expect(201);
        let key = mute["case"]["actor"]["key"].clone();
        let window = json!({"moderator": key, "from": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"});
        let plan = home.post("/undo-plans", window).await.expect(201);
        let parts = plan["irreversible"].as_array().unwrap();
        let superseded = parts.iter().find(|part| part["what"] == "superseded").unwrap();
        assert_eq!(superseded["cases"], json!([3]));
        assert_eq!(plan["not_voidable"], json!([lift["case"]["number"]]));
    }

    /// What a moderator voided, reduced and replaced within the time is named, for no plan brings it back.
    async fn what_a_moderator_took_back_is_named(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for n in 1..=6 {
            home.act(json!({"kind": "kick", "member": format!("custom:{n}")})).await.expect(201); // 1 to 6
        }
        let by = |id: &str| json!({"platform": "custom", "id": id, "rank": "admin"});
        let remedy = async |number: i64, what: &str, mut body: Value, who: &str| {
            body["actor"] = by(who);
            home.post(&format!("/cases/{number}/{what}"), body).await
        };
        let warn = json!({"kind": "warn", "reason": "milder"});
        remedy(1, "void", json!({}), "mod").await.expect(200);
        api.clock.advance(3_600);
        remedy(2, "void", json!({}), "mod").await.expect(200);
        remedy(3, "reduce", json!({"points": 1}), "mod").await.expect(200);
        remedy(4, "replace", warn, "mod").await.expect(201);
        remedy(5, "void", json!({}), "another").await.expect(200);
        let plan = async |from: &str| {
            let window = json!({"moderator": "custom:mod", "from": format!("2026-01-01T{from}Z"), "until": "2026-01-02T00:00:00Z"});
            let plan = home.post("/undo-plans", window).await.expect(201);
            let parts = plan["irreversible"].as_array().unwrap().iter();
            let parts: Vec<_> = parts.map(|part| (text(&part["what"]), part["cases"].clone())).collect();
            parts.into_iter().filter(|(what, _)| what != "told").collect::<Vec<_>>()
        };
        let since = [("voided", json!([2])), ("reduced", json!([3])), ("replaced", json!([4]))];
        assert_eq!(plan("00:30:00").await, since.map(|(what, cases)| (what.to_owned(), cases)));
        assert_eq!(plan("00:00:00").await[0], ("voided".to_owned(), json!([2, 1])));
    }

    /// Who may void nothing of a plan does not use it up.
    async fn a_plan_that_came_to_nothing_is_applied_again(store) {
        let world = World::start(store);
        let base = format!("/v1/communities/{}", world.community("c").await);
        keyed(&world.admin, &format!("{base}/acts/bulk"), "raid", &raid()).await.expect(200);
        let plans = format!("{base}/undo-plans");
        let plan = world.admin.post(&plans, &json!({"bulk": "raid"})).await.expect(201);
        let apply = format!("{plans}/{}/apply", text(&plan["id"]));
        let nobody = json!({"actor": {"platform": "custom", "id": "nobody"}});
        let mut jobs = Vec::new();
        for (body, succeeded) in [(nobody.clone(), 0), (nobody, 0), (json!({}), 7)] {
            let job = world.admin.post(&apply, &body).await.expect(202);
            let done = until_done(&world.admin, &format!("{base}/jobs/{}", text(&job["id"]))).await;
            assert_eq!(done["succeeded"], succeeded, "{done}");
            jobs.push(job["id"].clone());
        }
        assert_eq!(world.admin.get(&format!("{plans}/{}", text(&plan["id"]))).await.expect(200)["job"], jobs[2]);
        assert_eq!(world.admin.post(&apply, &json!({})).await.expect(409)["code"], "plan_applied");
    }

    /// The plan of a bulk says what would happen, beginning with what cannot be undone; applied, just that happens.
    async fn a_bulk_is_undone_as_planned(store) {
        let world = World::start(store);
        let base = format!("/v1/communities/{}", world.community("c").await);
        let before = json!({"kind": "warn", "member": "custom:1", "reason": "before"});
        world.admin.post(&format!("{base}/acts"), &before).await.expect(201);
        keyed(&world.admin, &format!("{base}/acts/bulk"), "raid", &raid()).await.expect(200);
        // 1 warned before; 2 kicked, 3 banned, 4 and 5 warned, 6 muted by the ladder, then 7 warn, 8 mute, 9 unmute, 10 note.
        let plans = format!("{base}/undo-plans");
        let reply = keyed(&world.admin, &plans, "plan", &json!({"bulk": "raid"})).await;
        assert!(reply.bytes.starts_with(b"{\"irreversible\":["), "what cannot be undone comes first");
        let location = reply.header("location").unwrap().to_owned();
        let plan = reply.expect(201);
        let parts: Vec<_> = plan["irreversible"].as_array().unwrap().iter().map(|part| (text(&part["what"]), part["cases"].clone())).collect();
        let cases = json!([10, 8, 7, 5, 4, 3, 2]);
        assert_eq!(parts, [("kicked".to_owned(), json!([2])), ("restricted".to_owned(), json!([8, 3])), ("told".to_owned(), cases.clone())]);
        assert_eq!((&plan["cases"], &plan["not_voidable"], &plan["already_voided"]), (&cases, &json!([9]), &json!([])));
        let of = |list: &Value| -> Vec<(Value, Value)> {
            list.as_array().unwrap().iter().map(|s| (s["kind"].clone(), s["case"].clone())).collect()
        };
        assert_eq!(of(&plan["ends"]), [(json!("ban"), json!(3))]);
        assert_eq!(of(&plan["may_end"]), [(json!("mute"), json!(6))]);
        assert_eq!(world.admin.get(&location).await.expect(200), plan);
        assert_eq!(keyed(&world.admin, &plans, "plan", &json!({"bulk": "raid"})).await.expect(201), plan);
        let read = world.admin.get(&format!("{base}/cases/3")).await.expect(200);
        assert_eq!(read["voided"], Value::Null, "a plan changes nothing");

        // One is voided by somebody else meanwhile, and something new happens that is no part of the plan.
        world.admin.post(&format!("{base}/cases/8/void"), &json!({})).await.expect(200);
        world.admin.post(&format!("{base}/acts"), &json!({"kind": "warn", "member": "custom:9"})).await.expect(201);
        let apply = format!("{location}/apply");
        let job = keyed(&world.admin, &apply, "apply", &json!({"reason": "Wrong channel"})).await.expect(202);
        assert_eq!((&job["kind"], &job["total"]), (&json!("voids"), &json!(7)));
        let path = format!("{base}/jobs/{}", text(&job["id"]));
        let done = until_done(&world.admin, &path).await;
        assert_eq!((&done["succeeded"], &done["refused"]), (&json!(6), &json!(1)));
        let results = world.admin.get(&format!("{path}/results")).await.expect(200);
        let results = results["items"].as_array().unwrap();
        assert_eq!((&results[1]["status"], &results[1]["problem"]["code"]), (&json!(409), &json!("already_voided")));
        assert_eq!((&results[0]["status"], &results[0]["void"]["case"]["number"]), (&json!(200), &json!(10)));
        assert_eq!(results[0]["void"]["case"]["voided"]["reason"], "Wrong channel");
        for number in [1, 9, 11] {
            let case = world.admin.get(&format!("{base}/cases/{number}")).await.expect(200);
            assert_eq!(case["voided"], Value::Null, "{number}");
        }
        let standing = world.admin.get(&format!("{base}/members/custom:1/standing")).await.expect(200);
        assert_eq!((&standing["points"], &standing["restrictions"]), (&json!(1), &json!([])));
        let banned = world.admin.get(&format!("{base}/members/custom:3/standing")).await.expect(200);
        assert_eq!(banned["restrictions"], json!([]));

        // Once: a repeat is the same job, anything else is told so.
        assert_eq!(keyed(&world.admin, &apply, "apply", &json!({"reason": "Wrong channel"})).await.expect(202), job);
        let again = world.admin.post(&apply, &json!({})).await.expect(409);
        assert_eq!(again["code"], "plan_applied");
        assert!(text(&again["detail"]).contains(&text(&job["id"])));
        assert_eq!(world.admin.get(&location).await.expect(200)["job"], job["id"]);
        // What a job did can be planned as well; nothing of it is left to void.
        let empty = world.admin.post(&plans, &json!({"bulk": "raid"})).await.expect(201);
        assert_eq!((&empty["cases"], &empty["irreversible"]), (&json!([]), &json!([])));
        world.admin.post(&plans, &json!({"job": job["id"]})).await.expect(404);
        let nothing = format!("{plans}/{}/apply", text(&empty["id"]));
        let none = world.admin.post(&nothing, &json!({})).await.expect(202);
        until_done(&world.admin, &format!("{base}/jobs/{}", text(&none["id"]))).await;
    }

    /// A job is planned by its id or by its key, and each void needs the rank for it.
    async fn a_job_is_undone_by_those_who_may(store) {
        let world = World::start(store);
        let base = format!("/v1/communities/{}", world.community("c").await);
        let call = world.admin.call(Method::POST, &format!("{base}/acts/bulk"));
        let call = call.header("prefer", "respond-async").header("idempotency-key", "raid");
        let job = call.json(&raid()).send().await.expect(202);
        until_done(&world.admin, &format!("{base}/jobs/{}", text(&job["id"]))).await;
        let plans = format!("{base}/undo-plans");
        let by_id = world.admin.post(&plans, &json!({"job": job["id"]})).await.expect(201);
        let by_key = world.admin.post(&plans, &json!({"bulk": "raid"})).await.expect(201);
        assert_eq!((by_id["cases"].as_array().unwrap().len(), &by_id["cases"]), (7, &by_key["cases"]));

        let low = world.key("member", &["acts:write"]).await;
        let apply = format!("{plans}/{}/apply", text(&by_id["id"]));
        let refused = low.post(&apply, &json!({})).await.expect(202);
        let path = format!("{base}/jobs/{}", text(&refused["id"]));
        assert_eq!(until_done(&world.admin, &path).await["refused"], 7);
        let results = world.admin.get(&format!("{path}/results")).await.expect(200);
        assert_eq!(results["items"][0]["problem"]["code"], "rank_too_low");

        let beside = format!("/v1/communities/{}", world.community("d").await);
        for request in [json!({"job": job["id"]}), json!({"bulk": "raid"}), json!({"bulk": "never sent"})] {
            let here = if request["bulk"] == "raid" { &beside } else { &base };
            let here = if request["job"].is_string() { &beside } else { here };
            world.admin.post(&format!("{here}/undo-plans"), &request).await.expect(404);
        }
        world.admin.post(&format!("{beside}/undo-plans/{}/apply", text(&by_key["id"])), &json!({})).await.expect(404);
    }

    /// A moderator's acts within a time: from its beginning, up to its end and without it.
    async fn the_acts_of_a_moderator_within_a_time(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let ann = json!({"platform": "custom", "id": "ann", "rank": "admin"});
        for (n, actor) in [(0, &ann), (1, &ann), (2, &Value::Null), (3, &ann), (4, &ann)] {
            home.act(json!({"kind": "warn", "member": format!("custom:{n}"), "actor": actor})).await.expect(201);
            api.clock.advance(60);
        }
        let plan = async |moderator: &str, from: &str, until: &str| {
            let window = json!({"moderator": moderator, "from": format!("2026-01-01T{from}Z"), "until": format!("2026-01-01T{until}Z")});
            home.post("/undo-plans", window).await.expect(201)["cases"].clone()
        };
        assert_eq!(plan("custom:ann", "00:01:00", "00:04:00").await, json!([4, 2]));
        assert_eq!(plan("custom:ann", "00:00:00", "01:00:00").await, json!([5, 4, 2, 1]));
        assert_eq!(plan("custom:nobody", "00:00:00", "01:00:00").await, json!([]));
        let key = home.get("/cases/3").await.expect(200)["actor"]["key"].as_str().unwrap().to_owned();
        assert_eq!(plan(&key, "00:00:00", "01:00:00").await, json!([3]));
    }

    /// What a moderator asked for within the time and waits for others is named, because it may be carried out yet.
    async fn what_waits_is_named(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let policy = home.client.call(Method::PUT, &home.path("/policy")).header("if-match", "\"1\"");
        let rules = json!({"rules": {"authority": {"approvals": {"kick": {"needed": 1}}}}});
        policy.json(&rules).send().await.expect(200);
        let kick = |member: &str, by: &str| json!({"kind": "kick", "member": member, "actor": {"platform": "custom", "id": by, "rank": "admin"}});
        let mut held = Vec::new();
        for (member, by) in [("custom:1", "ann"), ("custom:2", "bob"), ("custom:3", "ann"), ("custom:4", "ann"), ("custom:5", "ann")] {
            held.push(home.act(kick(member, by)).await.expect(202)["id"].clone());
            api.clock.advance(60);
        }
        let reject = format!("/held-acts/{}/reject", held[2].as_str().unwrap());
        home.post(&reject, json!({"actor": {"platform": "custom", "id": "ann", "rank": "admin"}})).await.expect(200);
        let window = json!({"moderator": "custom:ann", "from": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:04:00Z"});
        let plan = home.post("/undo-plans", window).await.expect(201);
        assert_eq!((&plan["waiting"], &plan["cases"]), (&json!([held[3], held[0]]), &json!([])));
    }

    /// A plan is good for an hour; what is no request is named.
    async fn a_plan_expires(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        keyed(&home.client, &home.path("/acts/bulk"), "raid", &raid()).await.expect(200);
        let made = home.post("/undo-plans", json!({"bulk": "raid"})).await.expect(201);
        assert_eq!(made["expires_at"], "2026-01-01T01:00:00.000000Z");
        let apply = format!("/undo-plans/{}/apply", made["id"].as_str().unwrap());
        api.clock.advance(3_600);
        problem(home.post(&apply, json!({})).await, 409, "plan_expired");
        let theirs = Community::of(&api.stranger().await).await;
        problem(theirs.post("/undo-plans", json!({"bulk": "raid"})).await, 404, "not_found");

        let job = "job_0000000000007000800000000000dead";
        let (from, until) = ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
        for (body, at) in [
            (json!({}), &[""][..]),
            (json!({"job": job, "bulk": "raid"}), &[""]),
            (json!({"job": "x"}), &["/job"]),
            (json!({"bulk": ""}), &["/bulk"]),
            (json!({"job": job, "from": from}), &["/from"]),
            (json!({"moderator": "custom:1"}), &["/from", "/until"]),
            (json!({"moderator": "escalation", "from": from, "until": until}), &["/moderator"]),
            (json!({"moderator": "custom:1", "from": until, "until": from}), &["/until"]),
        ] {
            assert_eq!(pointers(&home.post("/undo-plans", body.clone()).await), at, "{body}");
        }
    }
}
