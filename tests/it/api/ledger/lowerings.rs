//! Remedies in histories whose points never drain: the states of long ago are as if the case had never been, whatever comes later.

use hyper::Method;
use serde_json::{Value, json};
use tribune::ports::clock::Clock as _;

use super::exports::{community_of, export, merge, restore, undo};
use super::world::{Api, Community};

const HOUR: i64 = 3_600;
const WHO: &str = "discord:1";

/// Two communities of one tenant in which the same happens, but for what is voided in the first.
struct Twins {
    api: Api,
    first: Community,
    second: Community,
}

impl Twins {
    async fn start(api: Api) -> Self {
        let (first, second) = (api.community().await, api.community().await);
        let rules = json!({"rules": {"duplicate_window": 0, "ladder": []}});
        for home in [&first, &second] {
            let put = api.admin.call(Method::PUT, &home.path("/policy"));
            put.header("if-match", "\"1\"")
                .json(&rules)
                .send()
                .await
                .expect(200);
        }
        Self { api, first, second }
    }

    /// An act an hour later, in one of them or in both.
    async fn act(&self, kind: &str, who: &str, in_second: Option<&str>) -> Value {
        self.api.clock.advance(HOUR);
        let act = |kind: &str| json!({"kind": kind, "member": who, "reason": "again"});
        if let Some(kind) = in_second {
            self.second.act(act(kind)).await.expect(201);
        }
        self.first.act(act(kind)).await.expect(201)["case"]["number"].clone()
    }

    async fn remedy(&self, number: &Value, what: &str, body: Value) {
        self.first
            .post(&format!("/cases/{number}/{what}"), body)
            .await
            .expect(200);
    }

    /// What a member has, and had at every half hour so far, is the same in both.
    async fn are_alike(&self, first: &Community, who: &str) {
        let begin: chrono::DateTime<chrono::Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut at = begin;
        while at < self.api.clock.now() + chrono::TimeDelta::days(9) {
            let path = format!("/members/{who}/standing?at={}", at.format("%Y-%m-%dT%H:%M:%SZ"));
            let of =
                |standing: Value| json!([standing["exact_units"], standing["points"], standing["drops"]]);
            let (here, there) = (
                first.get(&path).await.expect(200),
                self.second.get(&path).await.expect(200),
            );
            assert_eq!(of(here), of(there), "{who} at {at}");
            at += chrono::TimeDelta::minutes(if at < self.api.clock.now() { 90 } else { 2_000 });
        }
    }
}

/// A record of another bot, from before the last acts.
async fn import(home: &Community, at: &str) {
    let line =
        json!({"external_id": at, "source": "zeppelin", "occurred_at": at, "member": WHO, "kind": "kick"});
    let call = home.client.call(Method::POST, &home.path("/imports"));
    let call = call.header("content-type", "application/x-ndjson");
    call.body(format!("{line}\n")).send().await.expect(200);
}

on_every_store! {
    /// Voids and reductions early in a growing history, one upon the other; acts, imports, an export, a merge and its undoing after.
    async fn a_growing_history_is_as_if_the_case_had_never_been(store) {
        let twins = Twins::start(Api::start(store).await).await;
        let early = twins.act("warn", WHO, None).await;
        let mut extra = Vec::new();
        for n in 0..16 {
            twins.act("kick", WHO, Some("kick")).await;
            if n % 4 == 3 {
                extra.push(twins.act("warn", WHO, None).await);
            }
        }
        let kick = twins.act("kick", WHO, Some("warn")).await;
        twins.act("warn", WHO, Some("warn")).await;
        twins.remedy(&early, "void", json!({})).await;
        twins.remedy(&extra[1], "void", json!({})).await;
        twins.remedy(&extra[0], "void", json!({})).await;
        twins.remedy(&kick, "reduce", json!({"points": 1})).await;
        twins.remedy(&extra[2], "void", json!({})).await;
        twins.act("warn", WHO, Some("warn")).await;
        twins.remedy(&extra[3], "void", json!({})).await;
        twins.are_alike(&twins.first, WHO).await;
        let stranger = twins.api.stranger().await;
        let made = restore(&stranger, export(&twins.first).await).await.expect(201);
        twins.are_alike(&community_of(&stranger, &made), WHO).await;

        let late = twins.act("warn", WHO, None).await;
        for _ in 0..3 {
            twins.act("warn", "telegram:2", Some("warn")).await;
        }
        let mistake = merge(&twins.api.admin, WHO, "telegram:2").await;
        twins.act("warn", WHO, Some("warn")).await;
        twins.act("warn", "telegram:2", Some("warn")).await;
        twins.remedy(&late, "void", json!({})).await;
        let joined = twins.act("warn", WHO, None).await;
        twins.act("warn", WHO, Some("warn")).await;
        twins.remedy(&joined, "void", json!({})).await;
        twins.are_alike(&twins.first, WHO).await;
        undo(&twins.api.admin, &mistake).await;
        twins.are_alike(&twins.first, WHO).await;
        twins.are_alike(&twins.first, "telegram:2").await;
        for home in [&twins.first, &twins.second] {
            import(home, "2026-01-01T05:30:00Z").await;
        }
        twins.act("warn", WHO, Some("warn")).await;
        twins.are_alike(&twins.first, WHO).await;
    }
}
