//! Runs of schedules: in order after an outage, with one effect whoever is given them, and decided anew when their time comes.

use hyper::Method;
use serde_json::{Value, json};
use tribune::http::item::kept_problem;

use super::schedules::{LEASE, ONE, bot, kinds, outcomes};
use super::world::{Api, problem};

on_every_store! {
    /// After an outage what is overdue runs in the order of its times, and what came several times runs once and says so.
    async fn what_is_overdue_runs_in_order(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        for hour in [3, 1, 2] {
            let warn = json!({"kind": "warn", "member": "discord:7", "reason": hour.to_string(), "allow_duplicate": true});
            here.schedule(json!({"act": warn, "at": format!("2026-01-01T0{hour}:00:00Z")})).await;
        }
        let hourly = here.schedule(json!({"reminder": {"text": "x"}, "cron": "0 * * * *"})).await;
        api.clock.advance(86_400 + 1_800);
        assert_eq!(api.run().await, ["succeeded"; 4]);
        let cases = here.get("/cases").await.expect(200);
        let reasons: Vec<_> = cases["items"].as_array().unwrap().iter().map(|case| &case["reason"]).collect();
        assert!(reasons.iter().rev().take(3).eq(["1", "2", "3"].iter()), "{reasons:?}");
        let stands = here.now(&hourly).await;
        assert_eq!((&stands["last_run"]["due_at"], &stands["last_run"]["missed"]), (&json!("2026-01-02T00:00:00.000000Z"), &json!(23)));
        assert_eq!((&stands["runs"], &stands["next_run_at"]), (&json!(1), &json!("2026-01-02T01:00:00.000000Z")));
    }

    /// Two processes are given one run, because the first took longer than its lease: the effect is one, whoever comes late.
    async fn a_run_that_is_given_to_two_has_one_effect(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let hourly = here.schedule(json!({"act": {"kind": "warn", "member": "discord:7"}, "cron": "0 * * * *"})).await;
        let reminder = here.schedule(json!({"reminder": {"text": "x"}, "at": ONE})).await;
        api.clock.advance(3_600);
        let first = api.store.lease_schedules(10, LEASE).await.unwrap();
        assert_eq!((first.due.len(), api.run().await), (2, vec![]), "they are in hand");
        api.clock.advance(60);
        let second = api.store.lease_schedules(10, LEASE).await.unwrap();
        assert_eq!(second.due.len(), 2);
        let (one, other) = tokio::join!(
            api.service.run_leased(first, kept_problem), api.service.run_leased(second, kept_problem),
        );
        let mut both = [outcomes(&one.unwrap()), outcomes(&other.unwrap())].concat();
        both.sort_unstable();
        assert_eq!(both, ["overtaken", "overtaken", "succeeded", "succeeded"]);
        assert_eq!(here.cases("").await, [1]);
        let stands = here.now(&hourly).await;
        assert_eq!((&stands["last_run"]["case"], &stands["last_run"]["attempts"], &stands["runs"]), (&json!(1), &json!(2), &json!(1)));
        assert_eq!(stands["next_run_at"], "2026-01-01T02:00:00.000000Z");
        assert_eq!(here.now(&reminder).await["state"], "done");
        let mut told = here.told().await;
        told.sort_by(|(one, _), (other, _)| one.cmp(other));
        assert_eq!(kinds(&told), ["reminder.due", "schedule.created", "schedule.created", "schedule.ran"]);
    }

    /// A process that stops after its act has committed leaves nothing undone: the schedule has moved on with it. And one that wakes up after its
    /// schedule was taken back, or has failed meanwhile, does nothing any more.
    async fn who_wakes_up_late_does_nothing(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let made = here.schedule(json!({"act": {"kind": "ban", "member": "discord:7"}, "at": ONE})).await;
        let lift = here.schedule(json!({"act": {"kind": "unban", "member": "discord:8"}, "at": ONE})).await;
        api.clock.advance(3_600);
        let asleep = api.store.lease_schedules(10, LEASE).await.unwrap();
        here.do_to(&made, "/cancel").await.expect(200);
        api.clock.advance(60);
        assert_eq!(api.run().await, ["failed"]);
        here.act(json!({"kind": "ban", "member": "discord:8"})).await.expect(201);
        let late = api.service.run_leased(asleep, kept_problem).await.unwrap();
        assert_eq!(outcomes(&late), ["overtaken", "overtaken"]);
        assert_eq!(here.cases("").await, [1]);
        assert_eq!(here.now(&made).await["state"], "cancelled");
        let lift = here.now(&lift).await;
        assert_eq!((&lift["state"], &lift["last_run"]["problem"]["code"]), (&json!("failed"), &json!("nothing_to_lift")));
    }

    /// A key that was revoked does nothing more; whoever may do it takes the schedule over.
    async fn a_revoked_key_gives_its_schedules_up(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let bot = bot(&api).await;
        let theirs = here.seen_by(&bot);
        let weekly = theirs.schedule(json!({"act": {"kind": "warn", "member": "discord:7"}, "cron": "0 * * * *"})).await;
        let reminder = theirs.schedule(json!({"reminder": {"text": "x"}, "at": ONE})).await;
        let key = weekly["actor"]["key"].as_str().unwrap();
        api.admin.call(Method::DELETE, &format!("/v1/keys/{key}")).send().await.expect(200);
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["failed", "failed"]);
        for schedule in [&weekly, &reminder] {
            let stands = here.now(schedule).await;
            assert_eq!((&stands["state"], &stands["last_run"]["problem"]["code"]), (&json!("failed"), &json!("unauthenticated")), "{stands}");
        }
        let retried = here.do_to(&weekly, "/retry").await.expect(200);
        assert_ne!(retried["actor"]["key"], weekly["actor"]["key"]);
        assert_eq!(api.run().await, ["succeeded"]);
        assert_eq!((here.cases("").await, &here.now(&weekly).await["state"]), (vec![1], &json!("active")));
        assert_eq!(here.get("/cases/1").await.expect(200)["actor"]["key"], retried["actor"]["key"]);
    }

    /// A moderator's act is refused now if they may not do it, and at its time if they may not any more.
    async fn ranks_count_now_and_then(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let ann = json!({"platform": "discord", "id": "1"});
        let ban = json!({"act": {"kind": "ban", "member": "discord:7", "actor": ann}, "at": ONE});
        problem(here.post("/schedules", ban.clone()).await, 403, "rank_too_low");
        let rank = async |rank: &str| {
            let path = here.path("/members/discord:1");
            api.admin.patch(&path, &json!({"rank": rank})).await.expect(200);
        };
        rank("admin").await;
        let made = here.schedule(ban.clone()).await;
        assert_eq!((&made["actor"]["type"], &made["actor"]["identity"]), (&json!("human"), &json!("discord:1")));
        let kept = here.schedule(ban).await;
        here.do_to(&kept, "/cancel").await.expect(200);
        rank("member").await;
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["failed"]);
        assert_eq!(here.now(&made).await["last_run"]["problem"]["code"], "rank_too_low");
        problem(here.do_to(&made, "/retry").await, 403, "rank_too_low");
        rank("admin").await;
        here.do_to(&made, "/retry").await.expect(200);
        assert_eq!(api.run().await, ["succeeded"]);
        let case = here.get("/cases/1").await.expect(200);
        assert_eq!((&case["actor"]["user"], &case["actor"]["key"]), (&made["actor"]["user"], &made["actor"]["key"]));
    }

    /// An act that the policy holds is held when it runs.
    async fn an_act_may_wait_for_others(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let path = here.path("/policy");
        let rules = json!({"rules": {"authority": {"approvals": {"ban": {"needed": 1}}}}});
        api.admin.call(Method::PUT, &path).header("if-match", "\"1\"").json(&rules).send().await.expect(200);
        let made = here.schedule(json!({"act": {"kind": "ban", "member": "discord:7"}, "at": ONE})).await;
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["held"]);
        let run = here.now(&made).await["last_run"].clone();
        let held = run["held_act"].as_str().unwrap();
        assert_eq!((&run["outcome"], &run["case"]), (&json!("held"), &Value::Null));
        assert_eq!(here.get(&format!("/held-acts/{held}")).await.expect(200)["state"], "held");
    }

    /// In an archived community, or of an archived tenant, a schedule is given up, and taken up again when somebody says so.
    async fn an_archived_community_has_nothing_done(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let hourly = here.schedule(json!({"reminder": {"text": "x"}, "cron": "0 * * * *"})).await;
        let ban = here.schedule(json!({"act": {"kind": "ban", "member": "discord:7"}, "at": ONE})).await;
        here.client.call(Method::POST, &here.path("/archive")).send().await.expect(200);
        problem(here.post("/schedules", json!({"reminder": {"text": "x"}, "at": ONE})).await, 409, "community_archived");
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["failed", "failed"]);
        for schedule in [&hourly, &ban] {
            let stands = here.now(schedule).await;
            assert_eq!((&stands["state"], &stands["last_run"]["problem"]["code"]), (&json!("failed"), &json!("community_archived")));
            problem(here.do_to(schedule, "/retry").await, 409, "community_archived");
        }
        here.client.call(Method::POST, &here.path("/unarchive")).send().await.expect(200);
        here.do_to(&hourly, "/retry").await.expect(200);
        assert_eq!(api.run().await, ["succeeded"]);
        assert_eq!(here.now(&hourly).await["state"], "active");
        assert_eq!(here.cases("").await, Vec::<i64>::new());
    }
}
