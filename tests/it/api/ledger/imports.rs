//! Acts of another bot's records: taken in whole or not at all, as if they had been there.

use chrono::{DateTime, Utc};
use hyper::Method;
use serde_json::{Value, json};
use tribune::domain::id::CommunityId;
use tribune::ports::clock::Clock as _;
use tribune::service::intake::MOST_FILES;

use super::exports::{community_of, restore};
use super::world::{Api, Community, numbers, pointers, problem};
use crate::support::client::Reply;

const DAY: i64 = 86_400;

/// A line, so many seconds before now.
fn line(api: &Api, id: &str, ago: i64, member: &str, kind: &str) -> Value {
    json!({
        "external_id": id, "source": "zeppelin", "occurred_at": before(api, ago), "member": format!("discord:{member}"),
        "kind": kind,
    })
}

fn before(api: &Api, seconds: i64) -> DateTime<Utc> {
    api.clock.now() - chrono::TimeDelta::seconds(seconds)
}

fn with(mut line: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        line[field] = value.clone();
    }
    line
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

async fn send(community: &Community, query: &str, body: String) -> Reply {
    let call = community
        .client
        .call(Method::POST, &community.path(&format!("/imports{query}")));
    call.header("content-type", "application/x-ndjson")
        .body(body)
        .send()
        .await
}

async fn import(community: &Community, lines: &[Value]) -> Value {
    send(community, "", text(lines)).await.expect(200)
}

/// The lines and pointers that a refusal names.
#[track_caller]
fn named(reply: Reply) -> Vec<(u64, String)> {
    let document = reply.expect(422);
    assert_eq!(document["code"], "invalid_request");
    let errors = document["errors"].as_array().unwrap().iter();
    errors
        .map(|e| {
            (
                e["line"].as_u64().unwrap(),
                e["pointer"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

/// A history with a moderator, a lift, sanctions that are over and one that holds.
fn history(api: &Api) -> Vec<Value> {
    let moderator =
        json!({"moderator": "discord:9", "moderator_name": "mo", "member_name": "ann", "reason": "spam"});
    vec![
        with(
            line(api, "3", DAY, "1", "tempban"),
            json!({"duration": 3 * DAY, "context": {"case": "3"}}),
        ),
        with(line(api, "1", 3 * DAY, "1", "warn"), moderator),
        with(line(api, "2", 2 * DAY, "2", "mute"), json!({"duration": "PT1H"})),
        with(line(api, "4", 4 * DAY, "3", "ban"), json!({})),
        line(api, "5", DAY / 2, "3", "unban"),
        with(
            line(api, "6", DAY / 4, "2", "restrict"),
            json!({"capabilities": ["voice"], "points": 1.5}),
        ),
        with(
            line(api, "7", 60, "4", "note"),
            json!({"evidence": ["https://example.org/1"]}),
        ),
    ]
}

on_every_store! {
    /// A process holds four files at a time; a fifth comes again when one of them is done.
    async fn a_fifth_file_is_told_to_come_back(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let caller = api.service.authenticate(home.client.key()).await.unwrap();
        let community = CommunityId::parse(&home.id).unwrap();
        let lines = text(&[line(&api, "1", DAY, "1", "warn")]);
        let mut under_way = Vec::new();
        for _ in 0..MOST_FILES {
            under_way.push(api.service.may_import(&caller, community).await.unwrap());
        }
        let fifth = send(&home, "", lines.clone()).await;
        assert_eq!(fifth.header("retry-after"), Some("5"));
        problem(fifth, 503, "too_many_imports");
        problem(restore(&home.client, "").await, 503, "too_many_imports");
        under_way.pop();
        for already_there in [0, 1] {
            let report = send(&home, "", lines.clone()).await.expect(200);
            assert_eq!(report["already_there"], json!(already_there), "each made room again");
        }
    }

    /// History from before a community was made is judged by the rules that it was made with.
    async fn history_is_judged_by_the_rules_of_the_beginning(store) {
        let api = Api::start(store).await;
        let rules = json!({"decay": {"model": "expiry", "after": "P10D"}, "weights": {"warn": 2}});
        let made = api.admin.post("/v1/communities", &json!({"name": "own", "rules": rules})).await.expect(201);
        let community = community_of(&api.admin, &made);
        assert_eq!(made["policy_version"], 1);
        let lines: Vec<_> = [20, 9, 5].iter().map(|days| line(&api, &days.to_string(), days * DAY, "1", "warn")).collect();
        import(&community, &lines).await;
        assert_eq!(community.standing("discord:1").await["points"], 4);
        let wrong = json!({"name": "own", "rules": {"weights": {"warn": -1}}});
        let refused = api.admin.post("/v1/communities", &wrong).await;
        assert_eq!(pointers(&refused), ["/rules/weights/warn"]);
        let key = api.key(&["communities:write"], json!({"rank": "admin"})).await;
        problem(key.post("/v1/communities", &json!({"name": "own", "rules": {}})).await, 403, "forbidden_scope");
        key.post("/v1/communities", &json!({"name": "own"})).await.expect(201);
    }

    /// Cases in the order of their moments, points as if they had been there, sanctions over or in force, one event.
    async fn history_is_as_if_it_had_been_there(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let report = import(&community, &history(&api)).await;
        assert_eq!(report, json!({
            "dry_run": false, "lines": 7, "imported": 7, "already_there": 0, "members": 4, "sanctions_holding": 2,
            "first_case": 1, "last_case": 7,
        }));
        let page = community.get("/cases").await.expect(200);
        let kinds: Vec<_> = page["items"].as_array().unwrap().iter().map(|c| c["kind"].clone()).collect();
        assert_eq!(kinds, ["note", "restrict", "unban", "tempban", "mute", "warn", "ban"]);
        let warn = community.get("/cases/2").await.expect(200);
        assert_eq!(warn["at"], json!(wire::time::Time(before(&api, 3 * DAY))));
        assert_eq!(warn["origin"], json!({"source": "zeppelin", "external_id": "1", "points": null}));
        assert_eq!((&warn["actor"]["type"], &warn["actor"]["identity"]), (&json!("human"), &json!("discord:9")));
        let mute = community.get("/cases/3").await.expect(200);
        assert_eq!(mute["actor"]["type"], "import");
        assert_eq!(mute["actor"]["source"], "zeppelin");
        let id = mute["sanction"]["id"].as_str().unwrap();
        assert_eq!(community.get(&format!("/sanctions/{id}")).await.expect(200)["state"], "expired");
        let ban = community.get("/cases/1").await.expect(200);
        let id = ban["sanction"]["id"].as_str().unwrap();
        let lifted = community.get(&format!("/sanctions/{id}")).await.expect(200);
        assert_eq!((&lifted["state"], &lifted["ended_by"]), (&json!("lifted"), &json!(5)));
        assert_eq!(community.get("/cases/5").await.expect(200)["ended"][0]["sanction"], id);

        // A point three days ago and five two days later: the warn has lost two tenths by then.
        let standing = community.standing("discord:1").await;
        assert_eq!(standing["points"], 5.7);
        assert_eq!(standing["restrictions"][0]["restriction"], "ban");
        let explained = community.get("/members/discord:1/explanation").await.expect(200);
        assert_eq!(explained["terms"].as_array().unwrap().len(), 2, "{explained}");
        assert_eq!(community.standing("discord:2").await["restrictions"][0]["capability"], "voice");
        assert_eq!(community.get("/sanctions?active=true").await.expect(200)["items"].as_array().unwrap().len(), 2);
        assert_eq!(community.cases("?moderator=import").await.len(), 6);
        let user = api.admin.get("/v1/users/discord:1").await.expect(200);
        assert_eq!(user["name"], "ann");

        let log = api.admin.get("/v1/events?limit=500").await.expect(200);
        let kinds: Vec<_> = log["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(kinds[kinds.len() - 2..], ["community.created", "history.imported"]);
        assert_eq!(log["items"].as_array().unwrap().last().unwrap()["data"]["import"], report);
    }

    /// A record is one case, however often its file is sent, alone or with others.
    async fn what_is_there_stays_as_it_is(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let lines = history(&api);
        import(&community, &lines[..3]).await;
        let before = community.get("/cases").await.expect(200);
        let again = import(&community, &lines[..3]).await;
        assert_eq!((&again["imported"], &again["already_there"]), (&json!(0), &json!(3)));
        assert_eq!(again["first_case"], Value::Null);
        assert_eq!(community.get("/cases").await.expect(200), before);
        let rest = import(&community, &lines).await;
        assert_eq!((&rest["imported"], &rest["already_there"], &rest["first_case"]), (&json!(4), &json!(3), &json!(4)));
        assert_eq!(community.standing("discord:1").await["points"], 5.7);
        // In another community they are other records.
        assert_eq!(import(&api.community().await, &lines).await["imported"], 7);
    }

    /// A dry run says what would be and leaves nothing, not even people.
    async fn a_trial_writes_nothing(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let log = api.admin.get("/v1/events?limit=500").await.expect(200);
        let report = send(&community, "?dry_run=true", text(&history(&api))).await.expect(200);
        assert_eq!((&report["dry_run"], &report["imported"]), (&json!(true), &json!(7)));
        assert_eq!(community.cases("").await, [0; 0]);
        assert_eq!(api.admin.get("/v1/users/discord:1").await.status, 404);
        assert_eq!(api.admin.get("/v1/events?limit=500").await.expect(200), log);
    }

    /// Nothing of a file is taken of which a line cannot be, and every such line is named.
    async fn all_or_nothing(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let good = || line(&api, "1", DAY, "1", "warn");
        let bad = [
            with(good(), json!({"external_id": "2", "kind": "Warn", "member": "nobody"})),
            with(good(), json!({"external_id": "3", "kind": "tempban"})),
            with(good(), json!({"external_id": "4", "kind": "restrict"})),
            with(good(), json!({"external_id": "", "source": "Z"})),
            with(good(), json!({"external_id": "5", "occurred_at": "1969-12-31T23:59:59Z"})),
            with(good(), json!({"external_id": "6", "weight": 3})),
            with(good(), json!({"external_id": "7", "evidence": ["ftp://x"], "points": -1})),
        ];
        let mut body = text(&[good()]) + &text(&bad);
        body += "\n{\"external_id\": \"8\", \"sour";
        let found = named(send(&community, "", body).await);
        let pairs: Vec<_> = found.iter().map(|(line, pointer)| (*line, pointer.as_str())).collect();
        assert_eq!(pairs, [
            (2, "/member"), (2, "/kind"), (3, "/duration"), (4, "/capabilities"), (5, "/source"), (5, "/external_id"),
            (6, "/occurred_at"), (7, "/weight"), (8, "/points"), (8, "/evidence/0"), (10, ""),
        ]);
        let late = [
            good(),
            line(&api, "2", -60, "1", "warn"),
            line(&api, "3", DAY, "1", "voice_kick"),
        ];
        assert_eq!(named(send(&community, "", text(&late)).await), [(2, "/occurred_at".into()), (3, "/kind".into())]);
        let twice = [good(), line(&api, "2", DAY, "1", "warn"), with(good(), json!({"kind": "kick"}))];
        assert_eq!(named(send(&community, "", text(&twice)).await), [(3, "/external_id".into())]);
        let long = with(good(), json!({"context": {"x": "y".repeat(300_000)}}));
        assert_eq!(named(send(&community, "", text(&[long])).await), [(1, String::new())]);
        let many: Vec<_> = (0..65).map(|n| line(&api, &n.to_string(), DAY, "1", "ban")).collect();
        assert_eq!(named(send(&community, "", text(&many)).await), [(65, "/kind".into())]);
        let hopeless = "x\n".repeat(2_000);
        assert_eq!(named(send(&community, "", hopeless).await).len(), 100);
        assert_eq!(community.cases("").await, [0; 0]);
        assert_eq!(api.admin.get("/v1/users/discord:1").await.status, 404);
    }

    /// What is no body of lines, and who may not send one.
    async fn only_lines_from_those_who_may(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let path = community.path("/imports");
        let lines = text(&[line(&api, "1", DAY, "1", "warn")]);
        let call = |kind: &str| api.admin.call(Method::POST, &path).header("content-type", kind).body(lines.clone());
        problem(call("application/json").send().await, 415, "unsupported_media_type");
        let packed = call("application/x-ndjson").header("content-encoding", "gzip");
        problem(packed.send().await, 415, "unsupported_encoding");
        problem(send(&community, "", String::new()).await, 400, "malformed_json");
        problem(send(&community, "?dry=1", lines.clone()).await, 400, "bad_query");
        problem(send(&community, "", "x".repeat((64 << 20) + 1)).await, 413, "payload_too_large");
        let moderator = api.key(&["acts:write", "cases:read"], json!({})).await;
        problem(send(&community.seen_by(&moderator), "", lines.clone()).await, 403, "forbidden_scope");
        let stranger = api.stranger().await;
        problem(send(&community.seen_by(&stranger), "", lines.clone()).await, 404, "not_found");
        let elsewhere = api.community().await;
        let bound = api.key(&["history:write"], json!({"communities": [elsewhere.id]})).await;
        problem(send(&community.seen_by(&bound), "", lines.clone()).await, 404, "not_found");
        assert_eq!(community.cases("").await, [0; 0]);
    }

    /// Under an idempotency key an import is done once; other lines need another key.
    async fn a_repeat_gets_the_first_answer(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let path = community.path("/imports");
        let call = |lines: String| {
            let call = api.admin.call(Method::POST, &path).header("content-type", "application/x-ndjson");
            call.header("idempotency-key", "once").body(lines)
        };
        let lines = history(&api);
        let first = call(text(&lines)).send().await.expect(200);
        let again = call(text(&lines)).send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(200), first);
        problem(call(text(&lines[..2])).send().await, 422, "idempotency_key_reused");
    }

    /// What was decided here stands, and counts on over what was before.
    async fn what_was_decided_here_stands(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        for reason in ["a", "b", "c"] {
            community.warn("discord:1", reason).await;
        }
        let mute = community.get("/cases/4").await.expect(200);
        assert_eq!(mute["kind"], "mute");
        api.clock.advance(60);
        let lines = [line(&api, "1", DAY, "1", "warn"), line(&api, "2", DAY / 2, "1", "warn")];
        assert_eq!(import(&community, &lines).await["first_case"], 5);
        assert_eq!(community.get("/cases/4").await.expect(200), mute);
        // Two points of yesterday less a tenth or so, and three of today.
        assert_eq!(community.standing("discord:1").await["points"], 4.9);
        assert_eq!(numbers(&community.get("/cases?member=discord:1").await.expect(200)), [4, 3, 2, 1, 6, 5]);
        // Voiding what was imported takes no escalation with it, and its points go.
        let voided = community.post("/cases/5/void", json!({})).await.expect(200);
        assert_eq!(voided["voided"].as_array().map_or(1, Vec::len), 1, "{voided}");
        assert_eq!(community.standing("discord:1").await["points"], 4);
        assert_eq!(community.get("/cases/4").await.expect(200)["voided"], Value::Null);
        // An imported ban that holds can be lifted like any other, and ends at its time.
        import(&community, &[with(line(&api, "3", 60, "7", "tempban"), json!({"duration": 3600}))]).await;
        community.act(json!({"kind": "unban", "member": "discord:7"})).await.expect(201);
        assert_eq!(community.standing("discord:7").await["restrictions"], json!([]));
    }

    /// What was imported fires nothing, in a simulation as in the record, and counts for what came later.
    async fn a_simulation_fires_nothing_for_what_was_imported(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let warns: Vec<Value> = (1..=4).map(|n| line(&api, &n.to_string(), 60 * n, "1", "warn")).collect();
        import(&home, &warns).await;
        home.act(json!({"kind": "warn", "member": "discord:1"})).await.expect(201);
        let rules = home.get("/policy").await.expect(200)["rules"].clone();
        let simulated = async |rules: &Value| {
            let reply = home.post("/simulate", json!({"rules": rules})).await;
            let text = String::from_utf8(reply.bytes.to_vec()).unwrap();
            let total: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            (total["total"]["cases"].clone(), total["total"]["recorded"].clone(), total["total"]["simulated"].clone())
        };
        assert_eq!(simulated(&rules).await, (json!(6), json!(1), json!(1)));
        let without = json!({"ladder": [{"id": "ban", "at": 6, "action": "ban"}]});
        assert_eq!(simulated(&without).await, (json!(6), json!(1), json!(0)));
    }

    /// Lines about somebody who was merged are refused one by one, under either name, and what to do is said; others are fine.
    async fn lines_of_merged_people_are_named(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for member in ["discord:1", "discord:2", "discord:3"] {
            home.warn(member, "here").await;
        }
        let id = async |member: &str| api.admin.get(&format!("/v1/users/{member}")).await.expect(200)["id"].clone();
        let merge = api.admin.post("/v1/users/discord:1/merge", &json!({"from": id("discord:2").await})).await.expect(200);
        let lines = [
            line(&api, "1", DAY, "3", "warn"), line(&api, "2", DAY, "1", "warn"),
            line(&api, "3", DAY, "2", "warn"), line(&api, "4", 2 * DAY, "2", "note"),
        ];
        let refused = send(&home, "", text(&lines)).await;
        let details: Vec<_> = refused.body["errors"].as_array().unwrap().iter().map(|e| e["detail"].clone()).collect();
        assert_eq!(details[0], "this person was merged from several users; undo the merge, import, and merge again");
        assert_eq!(named(refused), [(2, "/member".into()), (3, "/member".into()), (4, "/member".into())]);
        assert_eq!(home.cases("").await, [3, 2, 1], "nothing is taken");
        assert_eq!(import(&home, &lines[..1]).await["imported"], 1);
        // As it says: undone, they are imported, and one again.
        let undo = format!("/v1/users/discord:1/merges/{}/undo", merge["merge"]["id"].as_str().unwrap());
        api.admin.post(&undo, &json!({})).await.expect(200);
        assert_eq!(import(&home, &lines).await["imported"], 3);
        api.admin.post("/v1/users/discord:1/merge", &json!({"from": id("discord:2").await})).await.expect(200);
        assert_eq!(home.standing("discord:2").await["points"], json!(3.8));
    }

    /// Into a community that is archived nothing is imported.
    async fn an_archived_community_takes_no_history(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.post("/archive", json!({})).await.expect(200);
        let reply = send(&home, "", text(&[line(&api, "1", DAY, "1", "warn")])).await;
        problem(reply, 409, "community_archived");
        home.post("/unarchive", json!({})).await.expect(200);
        import(&home, &[line(&api, "1", DAY, "1", "warn")]).await;
    }
}
