//! Acts and reminders at a time that was set before, as bots and moderators meet them. What stands in the way of a run: see `runs.rs`.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use tribune::http::item::kept_problem;
use tribune::service::runs::Carried;

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Client;

/// When the test's clock starts, and an hour later.
const START: &str = "2026-01-01T00:00:00Z";
pub(super) const ONE: &str = "2026-01-01T01:00:00Z";
pub(super) const LEASE: Duration = Duration::from_secs(30);

impl Api {
    /// Carries out what is due, as the job does, until nothing is.
    pub(super) async fn run(&self) -> Vec<&'static str> {
        let mut outcomes = Vec::new();
        loop {
            let carried = self.service.run_schedules(10, LEASE, kept_problem).await.unwrap();
            if carried.is_empty() {
                return outcomes;
            }
            outcomes.extend(self::outcomes(&carried));
        }
    }
}

pub(super) fn outcomes(carried: &[Carried]) -> Vec<&'static str> {
    let outcome = |carried: &Carried| match carried {
        Carried::Succeeded => "succeeded",
        Carried::Held => "held",
        Carried::Failed => "failed",
        Carried::Postponed(_) => "postponed",
        Carried::Overtaken => "overtaken",
        Carried::Unreadable(_) => "unreadable",
    };
    carried.iter().map(outcome).collect()
}

impl Community {
    pub(super) async fn schedule(&self, body: Value) -> Value {
        self.post("/schedules", body).await.expect(201)
    }

    /// A schedule as it stands now.
    pub(super) async fn now(&self, schedule: &Value) -> Value {
        self.get(&at(schedule, "")).await.expect(200)
    }

    pub(super) async fn do_to(&self, schedule: &Value, what: &str) -> crate::support::client::Reply {
        self.client
            .call(Method::POST, &self.path(&at(schedule, what)))
            .send()
            .await
    }

    /// The types and documents of what the log says of schedules.
    pub(super) async fn told(&self) -> Vec<(String, Value)> {
        let page = self.client.get("/v1/events?limit=500").await.expect(200);
        let items = page["items"].as_array().unwrap().iter();
        let of = |event: &&Value| {
            let kind = event["type"].as_str().unwrap();
            kind.starts_with("schedule.") || kind.starts_with("reminder.")
        };
        items
            .filter(of)
            .map(|event| (event["type"].as_str().unwrap().to_owned(), event["data"].clone()))
            .collect()
    }
}

fn at(schedule: &Value, what: &str) -> String {
    format!("/schedules/{}{what}", schedule["id"].as_str().unwrap())
}

pub(super) fn kinds(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// A key that may do what most bots may.
pub(super) async fn bot(api: &Api) -> Client {
    let scopes = [
        "acts:write",
        "schedules:read",
        "schedules:write",
        "cases:read",
        "events:read",
    ];
    api.key(&scopes, json!({"rank": "admin"})).await
}

on_every_store! {
    /// A ban in an hour: once, by the key that asked for it, with its case in the schedule.
    async fn an_act_is_done_at_its_time(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let ban = json!({"act": {"kind": "ban", "member": "discord:7", "reason": "raid"}, "at": "2026-01-01T02:00:00+01:00"});
        let reply = here.post("/schedules", ban).await;
        let location = reply.header("location").unwrap().to_owned();
        let made = reply.expect(201);
        assert_eq!(api.admin.get(&location).await.expect(200), made);
        assert_eq!((&made["state"], &made["next_run_at"]), (&json!("active"), &json!("2026-01-01T01:00:00.000000Z")));
        assert_eq!((&made["act"]["kind"], &made["actor"]["type"], &made["reminder"]), (&json!("ban"), &json!("key"), &Value::Null));
        assert_eq!(made["member"]["identity"], "discord:7");
        assert_eq!((api.run().await, here.cases("").await), (vec![], vec![]));
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["succeeded"]);
        let done = here.now(&made).await;
        assert_eq!((&done["state"], &done["next_run_at"], &done["runs"]), (&json!("done"), &Value::Null, &json!(1)));
        let run = &done["last_run"];
        assert_eq!((&run["outcome"], &run["case"], &run["attempts"], &run["missed"]), (&json!("succeeded"), &json!(1), &json!(1), &json!(0)));
        let case = here.get("/cases/1").await.expect(200);
        assert_eq!((&case["kind"], &case["reason"], &case["actor"]), (&json!("ban"), &json!("raid"), &made["actor"]));
        assert_eq!(here.standing("discord:7").await["sanctions"][0]["kind"], "ban");
        api.clock.advance(7_200);
        assert_eq!((api.run().await, here.cases("").await), (vec![], vec![1]));
        let told = here.told().await;
        assert_eq!(kinds(&told), ["schedule.created", "schedule.ran"]);
        assert_eq!(told[1].1["schedule"], done);
    }

    /// A reminder is its event: with what the bot gave it, on the clocks of its time zone, again and again.
    async fn a_reminder_comes_again_and_again(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let reminder = json!({
            "reminder": {"text": "Look through the reports", "member": "discord:7", "data": {"channel": "42"}},
            "cron": "0 9 * * *", "time_zone": "Europe/Berlin", "until": "2026-01-03T00:00:00Z",
        });
        let made = here.schedule(reminder).await;
        assert_eq!((&made["cron"], &made["time_zone"], &made["at"]), (&json!("0 9 * * *"), &json!("Europe/Berlin"), &Value::Null));
        assert_eq!(made["next_run_at"], "2026-01-01T08:00:00.000000Z");
        api.clock.advance(8 * 3_600);
        assert_eq!(api.run().await, ["succeeded"]);
        let again = here.now(&made).await;
        assert_eq!((&again["state"], &again["next_run_at"]), (&json!("active"), &json!("2026-01-02T08:00:00.000000Z")));
        api.clock.advance(86_400);
        assert_eq!(api.run().await, ["succeeded"]);
        assert_eq!(here.now(&made).await["state"], "done");
        let told = here.told().await;
        assert_eq!(kinds(&told), ["schedule.created", "reminder.due", "reminder.due"]);
        assert_eq!(told[2].1["reminder"], json!({
            "schedule": made["id"], "member": made["member"], "text": "Look through the reports", "data": {"channel": "42"},
            "due_at": "2026-01-02T08:00:00.000000Z", "missed": 0,
        }));
        assert_eq!(here.cases("").await, Vec::<i64>::new());
    }

    /// What was refused is to be seen, with its problem; a schedule that comes again goes on, one that runs once can be retried.
    async fn a_run_that_is_refused_is_seen_and_tried_again(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let unban = json!({"kind": "unban", "member": "discord:7"});
        let once = here.schedule(json!({"act": unban, "at": ONE})).await;
        let hourly = here.schedule(json!({"act": unban, "cron": "0 * * * *"})).await;
        problem(here.do_to(&once, "/retry").await, 409, "nothing_to_retry");
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["failed", "failed"]);
        let failed = here.now(&once).await;
        assert_eq!((&failed["state"], &failed["failures"], &failed["next_run_at"]), (&json!("failed"), &json!(1), &Value::Null));
        let said = &failed["last_run"]["problem"];
        assert_eq!((&said["code"], &said["request_id"]), (&json!("nothing_to_lift"), &once["id"]));
        let goes_on = here.now(&hourly).await;
        assert_eq!((&goes_on["state"], &goes_on["last_run"]["outcome"]), (&json!("active"), &json!("failed")));
        assert_eq!(goes_on["next_run_at"], "2026-01-01T02:00:00.000000Z");

        here.act(json!({"kind": "ban", "member": "discord:7"})).await.expect(201);
        let retried = here.do_to(&once, "/retry").await.expect(200);
        assert_eq!((&retried["state"], &retried["next_run_at"]), (&json!("active"), &json!("2026-01-01T01:00:00.000000Z")));
        assert_eq!(api.run().await, ["succeeded"]);
        let done = here.now(&once).await;
        assert_eq!((&done["state"], &done["failures"], &done["last_run"]["case"]), (&json!("done"), &json!(0), &json!(2)));
        problem(here.do_to(&once, "/retry").await, 409, "schedule_ended");
        let kinds_told = here.told().await;
        assert_eq!(kinds(&kinds_told)[2..], ["schedule.failed", "schedule.failed", "schedule.retried", "schedule.ran"]);
    }

    /// What was taken back does not run; and to take it back again says the same.
    async fn a_schedule_can_be_taken_back(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let made = here.schedule(json!({"act": {"kind": "ban", "member": "discord:7"}, "at": ONE})).await;
        let cancelled = here.do_to(&made, "/cancel").await.expect(200);
        assert_eq!((&cancelled["state"], &cancelled["next_run_at"]), (&json!("cancelled"), &Value::Null));
        assert_eq!(here.do_to(&made, "/cancel").await.expect(200), cancelled);
        api.clock.advance(7_200);
        assert_eq!((api.run().await, here.cases("").await), (vec![], vec![]));
        problem(here.do_to(&made, "/retry").await, 409, "schedule_ended");
        let done = here.schedule(json!({"reminder": {"text": "x"}, "at": "2026-01-01T03:00:00Z"})).await;
        api.clock.advance(7_200);
        api.run().await;
        problem(here.do_to(&done, "/cancel").await, 409, "schedule_ended");
        assert_eq!(kinds(&here.told().await), ["schedule.created", "schedule.cancelled", "schedule.created", "reminder.due"]);
    }

    /// The list by state, kind and member, in pages.
    async fn schedules_are_listed(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let mut made = Vec::new();
        for n in 0..4 {
            let text = json!({"text": n.to_string(), "member": format!("discord:{}", n % 2)});
            made.push(here.schedule(json!({"reminder": text, "at": ONE})).await["id"].clone());
        }
        made.push(here.schedule(json!({"act": {"kind": "note", "member": "discord:0", "reason": "n"}, "cron": "0 * * * *"})).await["id"].clone());
        here.do_to(&json!({"id": made[3]}), "/cancel").await.expect(200);
        let list = async |query: &str| {
            let page = here.get(&format!("/schedules{query}")).await.expect(200);
            let ids: Vec<Value> = page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
            (ids, page["next_cursor"].clone())
        };
        let pick = |places: &[usize]| places.iter().map(|place| made[*place].clone()).collect::<Vec<_>>();
        assert_eq!(list("").await.0, pick(&[4, 3, 2, 1, 0]));
        assert_eq!(list("?state=active").await.0, pick(&[4, 2, 1, 0]));
        assert_eq!(list("?state=cancelled&kind=act").await.0, pick(&[]));
        assert_eq!(list("?kind=reminder").await.0, pick(&[3, 2, 1, 0]));
        assert_eq!(list("?member=discord:0").await.0, pick(&[4, 2, 0]));
        assert_eq!(list("?member=discord:1&state=active").await.0, pick(&[1]));
        assert_eq!(list("?member=discord:0&kind=act").await.0, pick(&[4]));
        let (first, next) = list("?state=active&limit=2").await;
        let (rest, last) = list(&format!("?state=active&limit=2&cursor={}", next.as_str().unwrap())).await;
        assert_eq!(([first, rest].concat(), last), (pick(&[4, 2, 1, 0]), Value::Null));
        problem(here.get("/schedules?state=asleep").await, 400, "bad_query");
        problem(here.get("/schedules?kind=song").await, 400, "bad_query");
        problem(here.get("/schedules?member=discord:99").await, 404, "not_found");
    }

    /// On nights when the clocks of a time zone jump, and at moments in any offset, the next run is told in UTC.
    async fn the_next_run_is_told_where_clocks_jump(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        for (cron, zone, from, next) in [
            // It does not exist on that night, exists twice on the other, and comes as time passes where the hour is open.
            ("30 2 * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", "2027-03-28T01:00:00.000000Z"),
            ("30 2 * * *", "Europe/Berlin", "2027-03-28T01:00:00.000001Z", "2027-03-29T00:30:00.000000Z"),
            ("30 2 * * *", "Europe/Berlin", "2027-10-31T00:00:00Z", "2027-10-31T00:30:00.000000Z"),
            ("30 2 * * *", "Europe/Berlin", "2027-10-31T02:45:00+02:00", "2027-11-01T01:30:00.000000Z"),
            ("30 * * * *", "Europe/Berlin", "2027-10-31T00:31:00Z", "2027-10-31T01:30:00.000000Z"),
            ("0 9 * * *", "America/New_York", "2027-03-14T00:00:00Z", "2027-03-14T13:00:00.000000Z"),
        ] {
            let made = here.schedule(json!({"reminder": {"text": "x"}, "cron": cron, "time_zone": zone, "from": from})).await;
            assert_eq!(made["next_run_at"], next, "{cron} in {zone} from {from}");
        }
        let made = here.schedule(json!({"reminder": {"text": "x"}, "at": "2026-03-29T02:30:00+01:00"})).await;
        assert_eq!(made["next_run_at"], "2026-03-29T01:30:00.000000Z");
    }

    /// What is wrong with a request is said of each value.
    async fn what_cannot_be_scheduled_is_refused(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let refused = async |body: Value| pointers(&here.post("/schedules", body).await);
        assert_eq!(refused(json!({})).await, ["", ""]);
        let reminder = json!({"text": "x"});
        assert_eq!(refused(json!({"reminder": reminder, "at": START})).await, ["/at"], "now is not ahead");
        assert_eq!(refused(json!({"reminder": reminder, "at": "2036-01-01T00:00:00Z"})).await, ["/at"]);
        assert_eq!(refused(json!({"reminder": reminder, "at": ONE, "cron": "* * * * *"})).await, ["/cron"]);
        assert_eq!(refused(json!({"reminder": reminder, "at": ONE, "time_zone": "UTC", "from": ONE, "until": ONE})).await, ["/time_zone", "/from", "/until"]);
        assert_eq!(refused(json!({"reminder": reminder, "cron": "0 0 31 2 *"})).await, ["/cron"], "it never comes");
        assert_eq!(refused(json!({"reminder": reminder, "cron": "* * * * *", "until": START})).await, ["/cron"], "it is over");
        assert_eq!(refused(json!({"reminder": reminder, "cron": "* * * * *", "from": ONE, "until": START})).await, ["/until"]);
        assert_eq!(refused(json!({"reminder": reminder, "cron": "*/5 * * * * *"})).await, ["/cron"], "no seconds");
        assert_eq!(refused(json!({"reminder": reminder, "cron": "0 9 * * *", "time_zone": "Europe/Colone"})).await, ["/time_zone"]);
        let act = json!({"kind": "tempban", "member": "x", "dry_run": true, "execute_by": "caller", "actor": {"platform": "discord", "id": "1", "rank": "owner"}});
        let pointers = refused(json!({"act": act, "reminder": {"text": " "}, "at": ONE})).await;
        assert_eq!(pointers, ["/reminder"]);
        let pointers = refused(json!({"act": act, "at": ONE})).await;
        assert_eq!(pointers, ["/act/dry_run", "/act/execute_by", "/act/actor/rank", "/act/member", "/act/duration"]);
        let data = json!({"text": " ", "member": "x", "data": {"": "y"}});
        assert_eq!(refused(json!({"reminder": data, "at": ONE})).await, ["/reminder/text", "/reminder/member", "/reminder/data/"]);
        problem(here.post("/schedules", json!({"act": {"kind": "nonsense", "member": "discord:7"}, "at": ONE})).await, 422, "unknown_kind");
        // What only stands in the way now does not.
        here.schedule(json!({"act": {"kind": "unban", "member": "discord:7"}, "at": ONE})).await;
    }

    /// An act needs both scopes; what is another community's or tenant's is not there.
    async fn scopes_and_owners(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let act = json!({"act": {"kind": "warn", "member": "discord:7"}, "at": ONE});
        let reminding = api.key(&["schedules:write"], json!({"rank": "admin"})).await;
        problem(here.seen_by(&reminding).post("/schedules", act.clone()).await, 403, "forbidden_scope");
        let made = here.seen_by(&reminding).schedule(json!({"reminder": {"text": "x"}, "at": ONE})).await;
        problem(here.seen_by(&reminding).get(&at(&made, "")).await, 403, "forbidden_scope");
        let acting = api.key(&["acts:write"], json!({"rank": "admin"})).await;
        problem(here.seen_by(&acting).post("/schedules", act).await, 403, "forbidden_scope");
        let elsewhere = api.community().await;
        problem(elsewhere.get(&at(&made, "")).await, 404, "not_found");
        let stranger = here.seen_by(&api.stranger().await);
        problem(stranger.get(&at(&made, "")).await, 404, "not_found");
        problem(stranger.do_to(&made, "/cancel").await, 404, "not_found");
        problem(stranger.get("/schedules").await, 404, "not_found");
    }

    /// Repeats make one schedule.
    async fn a_repeat_is_the_same_schedule(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let path = here.path("/schedules");
        let body = json!({"reminder": {"text": "x"}, "at": ONE});
        let call = async || api.admin.call(Method::POST, &path).header("idempotency-key", "k").json(&body).send().await;
        let (first, again) = (call().await, call().await);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(first.expect(201), again.expect(201));
        assert_eq!(here.get("/schedules").await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    /// Whoever is one person with somebody else by then is acted upon as that person; when they are two again, as themself.
    async fn a_merge_carries_schedules_over(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.warn("discord:1", "so that they are known").await;
        let made = here.schedule(json!({"act": {"kind": "warn", "member": "discord:2", "reason": "later"}, "cron": "0 * * * *"})).await;
        let merged = api.admin.post("/v1/users/discord:1/merge", &json!({"from": "discord:2"})).await.expect(200);
        let listed = here.get("/schedules?member=discord:1").await.expect(200);
        assert_eq!(listed["items"][0]["id"], made["id"]);
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["succeeded"]);
        let one = &merged["user"]["id"];
        assert_eq!(&here.get("/cases/2").await.expect(200)["member"]["user"], one, "{merged}");
        let merge = merged["merge"]["id"].as_str().unwrap();
        api.admin.post(&format!("/v1/users/discord:1/merges/{merge}/undo"), &json!({})).await.expect(200);
        api.clock.advance(3_600);
        assert_eq!(api.run().await, ["succeeded"]);
        assert_eq!(here.get("/cases/3").await.expect(200)["member"]["user"], made["member"]["user"]);
    }

    /// An erasure takes away what was to be done upon somebody or by them, and every text of it.
    async fn an_erasure_takes_schedules_away(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        api.admin.patch(&here.path("/members/discord:7"), &json!({"rank": "admin"})).await.expect(200);
        let about = here.schedule(json!({"reminder": {"text": "zap-text", "member": "discord:7", "data": {"note": "zap-data"}}, "at": ONE})).await;
        let upon = here.schedule(json!({"act": {"kind": "note", "member": "discord:7", "reason": "zap-reason"}, "cron": "0 * * * *"})).await;
        let by = here.schedule(json!({"act": {"kind": "warn", "member": "discord:8", "actor": {"platform": "discord", "id": "7"}}, "at": ONE})).await;
        let other = here.schedule(json!({"reminder": {"text": "stays"}, "at": "2026-01-02T00:00:00Z"})).await;
        api.clock.advance(3_600);
        api.run().await;
        let user = about["member"]["user"].as_str().unwrap();
        api.admin.post(&format!("/v1/users/{user}/erase"), &json!({"confirm": user})).await.expect(200);
        while api.store.remove_portion(100).await.unwrap() {}
        for schedule in [&about, &upon, &by] {
            problem(here.get(&at(schedule, "")).await, 404, "not_found");
        }
        here.now(&other).await;
        let log = api.admin.get("/v1/events?limit=500").await.expect(200).to_string();
        assert!(!log.contains("zap-") && !log.contains("discord:7"), "{log}");
        assert!(log.contains("stays"));
    }

    /// With a community its schedules go.
    async fn a_deleted_community_leaves_no_schedules(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.schedule(json!({"reminder": {"text": "x"}, "at": ONE})).await;
        here.client.call(Method::POST, &here.path("/archive")).send().await.expect(200);
        here.client.call(Method::DELETE, &here.path("?confirm=Rust%20Cologne")).send().await.expect(200);
        api.clock.advance(3_600);
        assert_eq!(api.run().await, Vec::<&str>::new());
        while api.store.remove_portion(100).await.unwrap() {}
        assert_eq!(api.store.next_schedule().await.unwrap(), None);
        assert_eq!(kinds(&here.told().await), Vec::<&str>::new());
    }
}
