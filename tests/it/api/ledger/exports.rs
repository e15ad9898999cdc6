//! Whole communities out and in again: the same answers in another tenant, and on the other database.

use hyper::Method;
use serde_json::{Value, json};
use tribune::ports::clock::Clock as _;

use super::world::{Api, Community, problem};
use crate::support::client::{Client, Reply};
use crate::support::clock::TestClock;
use crate::support::store::TestStore;

/// A long life: acts, escalations, lifts, voids, reductions, replacements, edits, ranks, merges, policies, held acts, an import.
async fn live(api: &Api, community: &Community, seed: u64) {
    let admin = &api.admin;
    admin
        .patch(
            &community.path("/members/discord:90"),
            &json!({"rank": "moderator"}),
        )
        .await
        .expect(200);
    admin
        .patch(&community.path("/members/discord:5"), &json!({"protected": true}))
        .await
        .expect(200);
    let made = at_random(api, community, seed).await;
    assert!(made > 20, "{made}");
    join(api, community).await;
    let tag = community.get("/cases/1").await.header("etag").unwrap().to_owned();
    let path = community.path("/cases/1/reason");
    let edit = admin
        .call(Method::PUT, &path)
        .header("if-match", &tag)
        .json(&json!({"reason": "better"}));
    edit.send().await.expect(200);
    let rules = json!({"rules": {"decay": {"model": "expiry", "after": "P10D"}, "authority": {
        "budgets": [{"per": "actor", "acts": 2, "kinds": ["kick"]}], "approvals": {"ban": {"needed": 2}}}}});
    let put = admin
        .call(Method::PUT, &community.path("/policy"))
        .header("if-match", "\"1\"")
        .json(&rules);
    put.send().await.expect(200);
    for reason in ["one", "two"] {
        api.clock.advance(3_600);
        community.warn("discord:2", reason).await;
    }
    import(community).await;
    hold(community).await;
    schedule(api, community).await;
}

/// Sixty acts, lifts, voids and reductions, drawn by the seed; how many were taken.
async fn at_random(api: &Api, community: &Community, seed: u64) -> u64 {
    let mut random = seed;
    let mut draw = move |of: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % of
    };
    let mut made = 0;
    for step in 0..60 {
        api.clock.advance(i64::try_from(draw(40_000)).unwrap());
        let who = format!("discord:{}", draw(4));
        let reply = match draw(11) {
            0..=4 => community.act(json!({"kind": "warn", "member": who, "reason": format!("{step}"),
                "actor": {"platform": "discord", "id": "90"}})).await,
            5 => community.act(json!({"kind": "mute", "member": who, "duration": 3_600, "reason": format!("{step}")})).await,
            6 => community.act(json!({"kind": "restrict", "member": who, "capabilities": ["links"], "reason": format!("{step}")})).await,
            7 => community.act(json!({"kind": "unmute", "member": who})).await,
            8 => community.post(&format!("/cases/{}/void", draw(20) + 1), json!({"reason": "a mistake"})).await,
            9 => community.post(&format!("/cases/{}/replace", draw(40) + 1), json!({"kind": "warn"})).await,
            _ => community.post(&format!("/cases/{}/reduce", draw(20) + 1), json!({"points": 0.5})).await,
        };
        made += u64::from(reply.status < 300);
    }
    made
}

/// Two people who turn out to be one, by way of a third; and two who did not.
async fn join(api: &Api, community: &Community) {
    for (member, reason) in [
        ("telegram:1", "before"),
        ("custom:1", "across"),
        ("telegram:2", "before"),
        ("telegram:1", "again"),
    ] {
        api.clock.advance(600);
        community.warn(member, reason).await;
    }
    let mute = json!({"kind": "mute", "member": "telegram:1", "duration": "P20D", "reason": "before"});
    community.act(mute).await.expect(201);
    merge(&community.client, "telegram:1", "custom:1").await;
    community.warn("custom:1", "between").await;
    merge(&community.client, "discord:1", "telegram:1").await;
    let mistake = merge(&community.client, "discord:2", "telegram:2").await;
    for member in ["discord:1", "telegram:1", "discord:2", "telegram:2"] {
        api.clock.advance(600);
        community.warn(member, "after").await;
    }
    undo(&community.client, &mistake).await;
    community.warn("telegram:2", "two again").await;
}

pub(super) async fn merge(client: &Client, into: &str, from: &str) -> Value {
    let body = json!({"from": from, "reason": "one person"});
    let told = client.post(&format!("/v1/users/{into}/merge"), &body).await;
    told.expect(200)["merge"].clone()
}

pub(super) async fn undo(client: &Client, merge: &Value) -> Value {
    let (into, id) = (merge["into"].as_str().unwrap(), merge["id"].as_str().unwrap());
    let path = format!("/v1/users/{into}/merges/{id}/undo");
    client.post(&path, &json!({})).await.expect(200)
}

fn kick(member: &str) -> Value {
    json!({"kind": "kick", "member": member, "actor": admin("ann"), "reason": format!("kick for {member}")})
}

pub(super) fn admin(id: &str) -> Value {
    json!({"platform": "discord", "id": id, "rank": "admin"})
}

pub(super) async fn approve(community: &Community, held: &Value, by: &str) -> Reply {
    let path = format!("/held-acts/{}/approve", held["id"].as_str().unwrap());
    community.post(&path, json!({"actor": admin(by)})).await
}

/// Acts that wait, one of them half approved; one that was released, and one that was rejected.
async fn hold(community: &Community) {
    for member in ["discord:2", "discord:3"] {
        community.act(kick(member)).await.expect(201);
    }
    community.act(kick("telegram:2")).await.expect(202);
    let mut held = Vec::new();
    for member in ["discord:6", "discord:1", "discord:7"] {
        let ban = json!({"kind": "ban", "member": member, "actor": admin("ann"), "reason": member});
        held.push(community.act(ban).await.expect(202));
    }
    approve(community, &held[0], "bob").await.expect(202);
    approve(community, &held[0], "cid").await.expect(201);
    approve(community, &held[1], "dan").await.expect(202);
    let path = format!("/held-acts/{}/reject", held[2]["id"].as_str().unwrap());
    community
        .post(&path, json!({"actor": admin("eve"), "reason": "no"}))
        .await
        .expect(200);
}

/// A version that is withdrawn, and one that is to come.
async fn schedule(api: &Api, community: &Community) {
    let later = (api.clock.now() + chrono::TimeDelta::days(30)).to_rfc3339();
    for tag in ["\"2\"", "\"2+3\""] {
        // The second withdraws the first.
        let rules = json!({"rules": {"granularity": 1}, "activate_at": later});
        let put = api.admin.call(Method::PUT, &community.path("/policy"));
        put.header("if-match", tag).json(&rules).send().await.expect(200);
    }
}

/// A record of years ago.
async fn import(community: &Community) {
    let line = json!({"external_id": "1", "source": "other", "occurred_at": "2020-01-01T00:00:00Z", "member": "discord:0",
        "moderator": "discord:77", "kind": "ban", "active": false});
    let path = community.path("/imports");
    let call = community
        .client
        .call(Method::POST, &path)
        .header("content-type", "application/x-ndjson");
    call.body(line.to_string()).send().await.expect(200);
}

pub(super) async fn export(community: &Community) -> String {
    let reply = community.get("/export").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/x-ndjson"))
    );
    String::from_utf8(reply.bytes.to_vec()).unwrap()
}

pub(super) async fn restore(client: &Client, lines: impl Into<String>) -> Reply {
    let call = client
        .call(Method::POST, "/v1/communities/restore")
        .header("content-type", "application/x-ndjson");
    call.body(lines.into()).send().await
}

/// What can be asked about a community, without the ids that differ from tenant to tenant.
async fn answers(community: &Community) -> Vec<Value> {
    let mut answers = Vec::new();
    for path in [
        "/cases?limit=500",
        "/sanctions?limit=500",
        "/sanctions?active=true&limit=500",
        "/members?limit=500",
        "/policies",
        "/policy",
        "/held-acts?limit=500",
        "/held-acts?state=held",
    ] {
        answers.push(community.get(path).await.expect(200));
    }
    answers.push(community.get("/cases/1/revisions").await.expect(200));
    let discord = (0..7).map(|n| format!("discord:{n}"));
    for member in discord.chain(["telegram:1", "telegram:2", "custom:1"].map(str::to_owned)) {
        for what in ["standing", "explanation"] {
            answers.push(community.get(&format!("/members/{member}/{what}")).await.body);
        }
        answers.push(
            community
                .get(&format!("/cases?member={member}&limit=500"))
                .await
                .body,
        );
        for what in ["", "/merges"] {
            answers.push(
                community
                    .client
                    .get(&format!("/v1/users/{member}{what}"))
                    .await
                    .body,
            );
        }
    }
    let items = answers[0]["items"].as_array().unwrap().len();
    assert!(items > 20, "{items}");
    let own = community.id.clone();
    for answer in &mut answers {
        let text = answer.to_string().replace(&own, "here");
        *answer = serde_json::from_str(&text).unwrap();
        answer["request_id"] = Value::Null;
    }
    answers
}

pub(super) fn community_of(client: &Client, made: &Value) -> Community {
    Community {
        id: made["id"].as_str().unwrap().to_owned(),
        client: client.clone(),
    }
}

async fn the_same_in(from: &Api, to: &Client, clock: &TestClock) {
    let community = from.community().await;
    live(from, &community, 7).await;
    clock.set_micros(from.clock.now().timestamp_micros());
    let lines = export(&community).await;
    let made = restore(to, lines.clone()).await;
    assert_eq!(
        made.header("location").unwrap(),
        format!("/v1/communities/{}", made.body["id"].as_str().unwrap())
    );
    let made = made.expect(201);
    assert_eq!(made["name"], "Rust Cologne");
    let copy = community_of(to, &made);
    same(&community, &copy).await;
    let tag = async |community: &Community| community.get("/policy").await.header("etag").map(str::to_owned);
    assert_eq!(
        tag(&copy).await.as_deref(),
        Some("\"2+4\""),
        "the same version is to come"
    );
    assert_eq!(tag(&community).await, tag(&copy).await);
    let copied = export(&copy).await;
    let middle = |lines: &str| -> Vec<String> {
        let lines: Vec<_> = lines.lines().map(str::to_owned).collect();
        lines[1..lines.len() - 1].to_vec()
    };
    assert_eq!(middle(&lines), middle(&copied));
    goes_on(&community, &copy).await;
}

/// Life goes on where it was.
async fn goes_on(community: &Community, copy: &Community) {
    let (one, other) = (
        community.warn("discord:1", "later").await,
        copy.warn("discord:1", "later").await,
    );
    assert_eq!(one["case"]["number"], other["case"]["number"]);
    assert_eq!(one["standing"]["points"], other["standing"]["points"]);
    // What is spent is spent, and who has approved has approved.
    let both = [community, copy];
    for here in both {
        assert_eq!(here.act(kick("discord:0")).await.status, 202);
        let waits = here.get("/held-acts?state=held").await.expect(200);
        let waits = waits["items"].as_array().unwrap().iter();
        let ban = waits
            .clone()
            .find(|held| held["act"]["kind"] == "ban")
            .unwrap()
            .clone();
        problem(approve(here, &ban, "dan").await, 409, "already_approved");
        let done = approve(here, &ban, "bob").await.expect(201);
        assert_eq!(done["case"]["released"]["approvals"].as_array().unwrap().len(), 2);
    }
    across(community, copy).await;
}

/// A void across the seams, and the undoing of one merge after the other, give the same here and there.
async fn across(community: &Community, copy: &Community) {
    let cases = community.get("/cases?limit=500").await.expect(200);
    let mut cases = cases["items"].as_array().unwrap().iter();
    let number = &cases.find(|case| case["reason"] == "across").unwrap()["number"];
    for here in [community, copy] {
        let void = here
            .post(&format!("/cases/{number}/void"), json!({"reason": "a mistake"}))
            .await;
        void.expect(200);
    }
    alike(community, copy).await;
    let last = community
        .client
        .get("/v1/users/discord:1/merges")
        .await
        .expect(200)["items"][0]
        .clone();
    let path = format!("/v1/users/{}/merges", last["from"].as_str().unwrap());
    let listed = community.client.get(&path).await.expect(200);
    let merges = listed["items"].as_array().unwrap();
    assert_eq!(merges.len(), 2, "{merges:?}");
    for merge in merges.iter().rev() {
        let told = undo(&community.client, merge).await;
        let ours = part(&told, community).unwrap();
        let theirs = match part(&told, copy) {
            Some(part) => part,
            None => part(&undo(&copy.client, merge).await, copy).unwrap(),
        };
        assert_eq!(ours, theirs);
        alike(community, copy).await;
    }
}

/// What the undoing of a merge came to in a community.
fn part(told: &Value, community: &Community) -> Option<Value> {
    let mut communities = told["communities"].as_array().unwrap().iter();
    let part = communities.find(|part| part["community"] == community.id)?;
    let mut part = serde_json::from_str(&part.to_string().replace(&community.id, "here")).unwrap();
    without_ids(&mut part);
    Some(part)
}

/// Whatever is asked, both answer the same, but for the ids of what was made since, and the key that made it.
async fn alike(community: &Community, copy: &Community) {
    let (mut ours, mut theirs) = (answers(community).await, answers(copy).await);
    for answer in ours.iter_mut().chain(&mut theirs) {
        without_ids(answer);
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
}

fn without_ids(value: &mut Value) {
    match value {
        Value::String(text) if ["key_", "san_", "hld_"].iter().any(|made| text.starts_with(made)) => {
            *value = Value::Null;
        }
        Value::Array(items) => items.iter_mut().for_each(without_ids),
        Value::Object(fields) => fields.values_mut().for_each(without_ids),
        _ => {}
    }
}

/// Whatever is asked, both answer the same.
async fn same(community: &Community, copy: &Community) {
    let (ours, theirs) = (answers(community).await, answers(copy).await);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
}

/// A server over the other database, at the same time.
async fn other(name: &str) -> Api {
    let store = if name == "sqlite" {
        TestStore::postgres().await
    } else {
        TestStore::sqlite().await
    };
    Api::start(store).await
}

on_every_store! {
    /// In another tenant everything is as it was.
    async fn a_community_moves_to_another_tenant(store) {
        let api = Api::start(store).await;
        let stranger = api.stranger().await;
        the_same_in(&api, &stranger, &api.clock).await;
    }

    /// In the same tenant it is a copy, with the same people.
    async fn a_community_is_copied(store) {
        let api = Api::start(store).await;
        let admin = api.admin.clone();
        the_same_in(&api, &admin, &api.clock).await;
    }

    /// People who are known by an identity are those, and are named instead.
    async fn people_are_who_they_are_here(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        community.act(json!({"kind": "warn", "member": "discord:1", "actor": {"platform": "discord", "id": "9", "rank": "admin"}})).await.expect(201);
        let stranger = api.stranger().await;
        let known = json!({"name": "ann", "identities": [{"platform": "discord", "id": "1"}]});
        let known = stranger.post("/v1/users", &known).await.expect(201);
        let made = restore(&stranger, export(&community).await).await.expect(201);
        let case = stranger.get(&format!("/v1/communities/{}/cases/1", made["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(case["member"]["user"], known["id"]);
        assert_ne!(case["actor"]["user"], Value::Null);
        let log = stranger.get("/v1/events?limit=500").await.expect(200);
        let last = log["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["type"], &last["data"]["community"]), (&json!("history.restored"), &made));
    }

    /// What was cut off, changed or is no export makes nothing; nor does who may not.
    async fn only_a_whole_export_is_restored(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        community.warn("discord:1", "x").await;
        let lines = export(&community).await;
        let communities = api.admin.get("/v1/communities").await.expect(200);
        let end = lines.trim_end().rfind('\n').unwrap() + 1;
        let cut = lines[..end].to_owned();
        let half = lines[..lines.len() / 2].to_owned();
        let changed = lines.replacen("\"last_case\":1", "\"last_case\":2", 1);
        let more = lines.clone() + "{}\n";
        for (lines, says) in [
            (cut, "cut off"), (half, ""), (changed, "not those that were exported"), (more, "behind the end"),
            ("{}\n".to_owned(), "begins with a line"), (lines.replacen("\"version\":1", "\"version\":9", 1), "up to version 1"),
        ] {
            let detail = problem(restore(&api.admin, lines).await, 422, "invalid_request");
            assert!(detail.contains(says), "{says}: {detail}");
        }
        assert_eq!(api.admin.get("/v1/communities").await.expect(200), communities);
        let weak = api.key(&["history:read"], json!({})).await;
        problem(restore(&weak, lines.clone()).await, 403, "forbidden_scope");
        let weak = api.key(&["history:write"], json!({})).await;
        problem(community.seen_by(&weak).get("/export").await, 403, "forbidden_scope");
        let bound = api.key(&["history:write"], json!({"communities": [community.id]})).await;
        problem(restore(&bound, lines.clone()).await, 403, "forbidden_scope");
        let call = api.admin.call(Method::POST, "/v1/communities/restore").header("content-type", "application/json");
        problem(call.body(lines).send().await, 415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn a_community_moves_from_sqlite_to_postgres() {
    let (from, to) = (Api::start(TestStore::sqlite().await).await, other("sqlite").await);
    the_same_in(&from, &to.admin, &to.clock).await;
}

#[tokio::test]
async fn a_community_moves_from_postgres_to_sqlite() {
    let (from, to) = (
        Api::start(TestStore::postgres().await).await,
        other("postgres").await,
    );
    the_same_in(&from, &to.admin, &to.clock).await;
}
