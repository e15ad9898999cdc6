//! Jobs: accepted at once, worked off in portions, stopped and taken up again; each item once.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, text};
use crate::support::client::{Client, Reply};
use crate::support::wait;

const SOON: Duration = Duration::from_secs(120);

/// A community in which jobs are done.
struct Place {
    client: Client,
    base: String,
}

impl Place {
    async fn make(world: &World) -> Self {
        let community = world.community("c").await;
        Self {
            client: world.admin.clone(),
            base: format!("/v1/communities/{community}"),
        }
    }

    fn seen_by(&self, client: &Client) -> Self {
        Self {
            client: client.clone(),
            base: self.base.clone(),
        }
    }

    async fn ask(&self, key: Option<&str>, body: &Value) -> Reply {
        let call = self
            .client
            .call(Method::POST, &format!("{}/acts/bulk", self.base));
        let call = call.header("prefer", "respond-async");
        match key {
            Some(key) => call.header("idempotency-key", key),
            None => call,
        }
        .json(body)
        .send()
        .await
    }

    async fn job(&self, id: &str) -> Value {
        self.client
            .get(&format!("{}/jobs/{id}", self.base))
            .await
            .expect(200)
    }

    async fn until(&self, id: &str, reached: impl Fn(&Value) -> bool) -> Value {
        wait::until_async("the job to get there", SOON, async || {
            let job = self.job(id).await;
            reached(&job).then_some(job)
        })
        .await
    }

    async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self
                .client
                .get(&format!("{}{path}?limit=300{cursor}", self.base))
                .await
                .expect(200);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

fn notes(count: usize) -> Value {
    let note =
        |n: usize| json!({"kind": "note", "member": format!("custom:{}", n % 97), "reason": format!("{n}")});
    json!({"items": (0..count).map(note).collect::<Vec<_>>()})
}

fn indexes(results: &[Value]) -> Vec<i64> {
    results
        .iter()
        .map(|result| result["index"].as_i64().unwrap())
        .collect()
}

on_every_store! {
    /// It is accepted at once, done in order, and its results are what single requests would have been answered with.
    async fn a_job_does_what_the_request_says(store) {
        let world = World::start(store);
        let place = Place::make(&world).await;
        let mut request = notes(420);
        request["items"][7] = json!({"kind": "unmute", "member": "custom:1"});
        request["items"][9] = json!({"kind": "warn", "member": "usr_0000000000007000800000000000dead"});
        let reply = place.ask(Some("k"), &request).await;
        let location = reply.header("location").unwrap().to_owned();
        let job = reply.expect(202);
        let id = text(&job["id"]);
        assert_eq!(location, format!("{}/jobs/{id}", place.base));
        assert_eq!((&job["state"], &job["total"], &job["done"], &job["kind"]), (&json!("queued"), &json!(420), &json!(0), &json!("acts")));

        let done = place.until(&id, |job| job["state"] == "done").await;
        assert_eq!((&done["done"], &done["succeeded"], &done["refused"]), (&json!(420), &json!(418), &json!(2)));
        assert!(done["started_at"].is_string() && done["finished_at"].is_string() && done["failure"].is_null());
        let results = place.all(&format!("/jobs/{id}/results")).await;
        assert_eq!(indexes(&results), (0..420).collect::<Vec<_>>());
        assert_eq!((&results[7]["status"], &results[7]["problem"]["code"]), (&json!(409), &json!("nothing_to_lift")));
        assert_eq!((&results[9]["status"], &results[9]["problem"]["request_id"]), (&json!(404), &json!(id)));
        let mut numbers = Vec::new();
        for (n, result) in results.iter().enumerate().filter(|(n, _)| ![7, 9].contains(n)) {
            assert_eq!((&result["status"], &result["act"]["case"]["reason"]), (&json!(201), &json!(format!("{n}"))));
            numbers.push(result["act"]["case"]["number"].as_i64().unwrap());
        }
        assert!(numbers.is_sorted());
        assert_eq!(place.all("/cases").await.len(), 418);

        // A repeat is answered with the same job, and does nothing; another body is another request.
        let again = place.ask(Some("k"), &request).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(202), job);
        assert_eq!(place.ask(Some("k"), &notes(3)).await.expect(422)["code"], "idempotency_key_reused");
        assert_eq!(place.all("/jobs").await.len(), 1);
        assert_eq!(place.all("/cases").await.len(), 418);
    }

    /// Stopped in the middle: what was done stays done, and the rest is done once when it is taken up again.
    async fn a_job_is_stopped_and_taken_up(store) {
        const ITEMS: usize = 6_000;
        let world = World::start(store);
        let place = Place::make(&world).await;
        let id = text(&place.ask(None, &notes(ITEMS)).await.expect(202)["id"]);
        let post = async |what: &str| place.client.call(Method::POST, &format!("{}/jobs/{id}/{what}", place.base)).send().await;
        place.until(&id, |job| job["done"].as_i64().unwrap() > 0).await;
        assert_eq!(post("resume").await.expect(409)["code"], "job_not_cancelled");
        // What it is still to do would be no part of a plan.
        let plan = place.client.post(&format!("{}/undo-plans", place.base), &json!({"job": id})).await;
        assert_eq!(plan.expect(409)["code"], "job_unfinished");
        let stopping = post("cancel").await.expect(200);
        assert!(["cancelling", "cancelled"].contains(&stopping["state"].as_str().unwrap()), "{stopping}");
        let stopped = place.until(&id, |job| job["state"] == "cancelled").await;
        let done = stopped["done"].as_i64().unwrap();
        assert!(0 < done && done < 6_000, "{stopped}");
        assert_eq!(post("cancel").await.expect(200), stopped, "to stop it again changes nothing");
        let results = place.all(&format!("/jobs/{id}/results")).await;
        assert_eq!(indexes(&results), (0..done).collect::<Vec<_>>());
        assert_eq!(i64::try_from(place.all("/cases").await.len()).unwrap(), done);

        assert_eq!(post("resume").await.expect(200)["state"], "queued");
        let ended = place.until(&id, |job| job["state"] == "done").await;
        assert_eq!((&ended["done"], &ended["succeeded"]), (&json!(ITEMS), &json!(ITEMS)));
        let reasons: std::collections::BTreeSet<_> = place.all("/cases").await.iter().map(|case| text(&case["reason"])).collect();
        assert_eq!((reasons.len(), place.all("/cases").await.len()), (ITEMS, ITEMS));
        assert_eq!(post("cancel").await.expect(409)["code"], "job_ended");
        assert_eq!(post("resume").await.expect(409)["code"], "job_not_cancelled");
    }

    /// More than are answered at once become a job by themselves; more than a job may have are refused.
    async fn large_requests_become_jobs(store) {
        let world = World::start(store);
        let place = Place::make(&world).await;
        let acts = format!("{}/acts/bulk", place.base);
        let id = text(&place.client.post(&acts, &notes(1_001)).await.expect(202)["id"]);
        let item = json!({"kind": "note", "member": "a:1"});
        let most = json!({"items": vec![item; 50_001]});
        assert_eq!(place.client.post(&acts, &most).await.expect(422)["errors"][0]["pointer"], "/items");
        // Done at once and done later are two requests.
        let now = place.client.call(Method::POST, &acts).header("idempotency-key", "both").json(&notes(2)).send().await;
        assert_eq!(now.expect(200)["succeeded"], 2);
        assert_eq!(place.ask(Some("both"), &notes(2)).await.expect(422)["code"], "idempotency_key_reused");
        place.until(&id, |job| job["state"] == "done").await;
        assert_eq!(place.all("/cases").await.len(), 1_003);
    }

    /// Items for which a budget does not suffice wait for others, in the job, in what is tried out, and in a plan to undo it.
    async fn items_of_a_job_wait_for_others(store) {
        let world = World::start(store);
        let place = Place::make(&world).await;
        let budget = json!({"budgets": [{"per": "rule", "acts": 2, "within": 3600, "kinds": ["kick"]}]});
        let policy = place.client.call(Method::PUT, &format!("{}/policy", place.base)).header("if-match", "\"1\"");
        policy.json(&json!({"rules": {"authority": budget}})).send().await.expect(200);
        let kicks: Vec<_> = (0..60).map(|n| json!({"kind": "kick", "member": format!("custom:{n}")})).collect();
        let rule = json!({"automod": {"rule": "raid", "version": 1}});
        let mut request = json!({"actor": rule, "items": kicks, "dry_run": true});
        for (dry_run, status) in [(true, 200), (false, 202)] {
            request["dry_run"] = json!(dry_run);
            let id = text(&place.ask(Some(&format!("{dry_run}")), &request).await.expect(202)["id"]);
            let done = place.until(&id, |job| job["state"] == "done").await;
            assert_eq!((&done["succeeded"], &done["held"], &done["refused"]), (&json!(2), &json!(58), &json!(0)), "{done}");
            let results = place.all(&format!("/jobs/{id}/results")).await;
            assert_eq!((&results[2]["status"], &results[59]["status"]), (&json!(status), &json!(status)));
        }
        let waiting = place.all("/held-acts").await;
        let approve = json!({"actor": {"platform": "custom", "id": "ann", "rank": "admin"}});
        let one = text(&waiting[5]["id"]);
        place.client.post(&format!("{}/held-acts/{one}/approve", place.base), &approve).await.expect(201);
        let another = text(&waiting[7]["id"]);
        place.client.post(&format!("{}/held-acts/{another}/reject", place.base), &json!({})).await.expect(200);
        let plan = json!({"bulk": "false"});
        let plan = place.client.post(&format!("{}/undo-plans", place.base), &plan).await.expect(201);
        assert_eq!(plan["cases"], json!([3, 2, 1]), "what was released is undone with the rest");
        let mut left: Vec<String> = waiting.iter().map(|held| text(&held["id"])).filter(|id| *id != one && *id != another).collect();
        let mut named: Vec<String> = plan["waiting"].as_array().unwrap().iter().map(text).collect();
        left.sort();
        named.sort();
        assert_eq!(named, left);
        assert_eq!(place.client.get(&format!("{}/undo-plans/{}", place.base, text(&plan["id"]))).await.expect(200), plan);
    }

    /// What a large request would come to: each item as if those before it had happened, and nothing of it in the ledger.
    async fn a_large_request_is_tried_out_as_a_job(store) {
        let world = World::start(store);
        let place = Place::make(&world).await;
        let mut request = notes(1_201);
        for n in [3, 203, 1_103] {
            request["items"][n] = json!({"kind": "warn", "member": "custom:again", "reason": format!("{n}")});
        }
        // There is something to lift only if what comes long before it has happened.
        request["items"][10] = json!({"kind": "mute", "member": "custom:muted", "duration": 3600});
        request["items"][1_000] = json!({"kind": "unmute", "member": "custom:muted"});
        request["items"][1_001] = json!({"kind": "unmute", "member": "custom:muted"});
        request["dry_run"] = json!(true);
        let job = place.client.post(&format!("{}/acts/bulk", place.base), &request).await.expect(202);
        let id = text(&job["id"]);
        assert_eq!((&job["dry_run"], &job["total"]), (&json!(true), &json!(1_201)));
        let done = place.until(&id, |job| job["state"] == "done").await;
        assert_eq!((&done["dry_run"], &done["succeeded"], &done["refused"]), (&json!(true), &json!(1_200), &json!(1)));
        let tried = place.all(&format!("/jobs/{id}/results")).await;
        assert_eq!(indexes(&tried), (0..1_201).collect::<Vec<_>>());
        assert_eq!((&tried[0]["status"], &tried[0]["act"]["dry_run"]), (&json!(200), &json!(true)));
        assert_eq!((&tried[1_001]["status"], &tried[1_001]["problem"]["code"]), (&json!(409), &json!("nothing_to_lift")));
        assert_eq!(place.all("/cases").await.len(), 0);
        let plan = place.client.post(&format!("{}/undo-plans", place.base), &json!({"job": id})).await;
        assert_eq!(plan.expect(409)["code"], "job_dry_run");

        // It happens as it was foretold.
        request["dry_run"] = json!(false);
        let id = text(&place.ask(None, &request).await.expect(202)["id"]);
        place.until(&id, |job| job["state"] == "done").await;
        let happened = place.all(&format!("/jobs/{id}/results")).await;
        for (tried, happened) in tried.iter().zip(&happened) {
            let said = |item: &Value| (item["act"]["case"]["number"].clone(), item["act"]["case"]["points"].clone(), item["act"]["standing"]["points"].clone(), item["problem"]["code"].clone());
            assert_eq!(said(tried), said(happened));
        }
    }

    /// One that is tried out stops and goes on like any other, and few items become a job too where that is preferred.
    async fn a_dry_run_is_stopped_and_taken_up(store) {
        const ITEMS: usize = 6_000;
        let world = World::start(store);
        let place = Place::make(&world).await;
        let mut request = notes(ITEMS);
        request["dry_run"] = json!(true);
        let id = text(&place.ask(Some("k"), &request).await.expect(202)["id"]);
        let mut few = notes(3);
        few["dry_run"] = json!(true);
        let beside = text(&place.ask(None, &few).await.expect(202)["id"]);
        let post = async |what: &str| place.client.call(Method::POST, &format!("{}/jobs/{id}/{what}", place.base)).send().await;
        place.until(&id, |job| job["done"].as_i64().unwrap() > 0).await;
        post("cancel").await.expect(200);
        let stopped = place.until(&id, |job| job["state"] == "cancelled").await;
        let done = stopped["done"].as_i64().unwrap();
        assert!(0 < done && done < 6_000, "{stopped}");
        // The other one is tried out meanwhile, so what this one would have left is known no longer.
        assert_eq!(place.until(&beside, |job| job["state"] == "done").await["succeeded"], 3);
        post("resume").await.expect(200);
        let ended = place.until(&id, |job| job["state"] == "done").await;
        assert_eq!((&ended["done"], &ended["succeeded"]), (&json!(ITEMS), &json!(ITEMS)));
        let results = place.all(&format!("/jobs/{id}/results")).await;
        let numbers: Vec<_> = results.iter().map(|result| result["act"]["case"]["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=6_000).collect::<Vec<_>>());
        assert_eq!(place.all("/cases").await.len(), 0);
        assert_eq!(text(&place.ask(Some("k"), &request).await.expect(202)["id"]), id);
    }

    /// A key that is revoked stops its jobs too.
    async fn a_revoked_key_stops_its_job(store) {
        let world = World::start(store);
        let place = Place::make(&world).await;
        let made = world.admin.post("/v1/keys", &json!({"name": "k", "scopes": ["acts:write"], "rank": "admin"})).await.expect(201);
        let theirs = place.seen_by(&world.admin.with_key(made["secret"].as_str().unwrap()));
        let id = text(&theirs.ask(None, &notes(6_000)).await.expect(202)["id"]);
        place.until(&id, |job| job["done"].as_i64().unwrap() > 0).await;
        world.admin.delete(&format!("/v1/keys/{}", text(&made["key"]["id"]))).await.expect(200);
        let failed = place.until(&id, |job| job["state"] == "failed").await;
        assert_eq!(failed["failure"], "key_ended");
        assert!(failed["done"].as_i64().unwrap() < 6_000);
        let results = place.all(&format!("/jobs/{id}/results")).await;
        assert_eq!(results.len(), place.all("/cases").await.len());
    }

    /// Acts that somebody asks for meanwhile are answered between the portions.
    async fn a_job_keeps_nobody_waiting(store) {
        let world = World::start(store);
        let place = Place::make(&world).await;
        let id = text(&place.ask(None, &notes(6_000)).await.expect(202)["id"]);
        place.until(&id, |job| job["done"].as_i64().unwrap() > 0).await;
        let act = json!({"kind": "warn", "member": "custom:1000", "reason": "now"});
        let acted = place.client.post(&format!("{}/acts", place.base), &act).await.expect(201);
        assert!(acted["case"]["number"].as_i64().unwrap() < 6_000);
        assert_eq!(place.job(&id).await["state"], "running");
        place.client.call(Method::POST, &format!("{}/jobs/{id}/cancel", place.base)).send().await.expect(200);
    }

    /// A job of another tenant, of another community, or of one that the key is not bound to, is not there.
    async fn foreign_jobs_do_not_exist(store) {
        let world = World::start(store);
        let (place, beside) = (Place::make(&world).await, Place::make(&world).await);
        let id = text(&place.ask(None, &notes(3)).await.expect(202)["id"]);
        place.until(&id, |job| job["state"] == "done").await;
        let community = beside.base.rsplit('/').next().unwrap().to_owned();
        let bound = world.bound(&[&community], &["acts:write", "cases:read"]).await;
        for stranger in [place.seen_by(&world.other_tenant().await), place.seen_by(&bound), beside] {
            for path in ["", "/results"] {
                stranger.client.get(&format!("{}/jobs/{id}{path}", stranger.base)).await.expect(404);
            }
            for what in ["cancel", "resume"] {
                let path = format!("{}/jobs/{id}/{what}", stranger.base);
                stranger.client.call(Method::POST, &path).send().await.expect(404);
            }
        }
        assert_eq!(place.job(&id).await["state"], "done");
    }
}
