//! What platforms are to do, as relays take it in hand and moderators watch it.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{World, each, pointers};
use crate::support::client::Client;
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::stream::Stream;
use crate::support::wait;

const MEMBER: &str = "discord:80351110224678912";

/// A community with spaces on Discord and Telegram, and a relay of the former.
struct Scene {
    world: World,
    community: String,
    relay: Client,
}

impl Scene {
    async fn start(store: TestStore) -> Self {
        let world = World::start(store);
        let community = world.quiet_community("c").await;
        for (platform, space) in [("discord", "guild"), ("telegram", "chat")] {
            let link = json!({"platform": platform, "space": space});
            world
                .admin
                .post(&format!("/v1/communities/{community}/links"), &link)
                .await
                .expect(201);
        }
        let relay = world.key("member", &["directives:work", "directives:read"]).await;
        Self {
            world,
            community,
            relay,
        }
    }

    async fn act(&self, act: &Value) -> Value {
        let path = format!("/v1/communities/{}/acts", self.community);
        self.world.admin.post(&path, act).await.expect(201)
    }

    async fn lease(&self, request: &Value) -> Vec<Value> {
        let leased = self.relay.post("/v1/directives/lease", request).await.expect(200);
        leased["items"].as_array().unwrap().clone()
    }

    /// Takes so many, in the order in which they were issued. One that the server looks at just then for another reason is handed out to whoever asks next.
    async fn take(&self, count: usize) -> Vec<Value> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let more = self.lease(&json!({"platform": "discord", "wait": 20})).await;
            assert!(!more.is_empty(), "{} of {count} were handed out", taken.len());
            taken.extend(more);
        }
        taken.sort_by_key(|directive| directive["id"].as_str().unwrap().to_owned());
        taken
    }

    async fn receipt(&self, directive: &Value, receipt: &Value) -> crate::support::client::Reply {
        let path = format!("/v1/directives/{}/receipt", directive["id"].as_str().unwrap());
        self.relay.post(&path, receipt).await
    }

    async fn stream(&self) -> Stream {
        let call = self
            .relay
            .call(Method::GET, "/v1/directives/stream?platform=discord");
        call.stream().await
    }
}

on_every_store! {
    /// An act, what the relay is given of it, its receipt, and what the log says of it all.
    async fn a_relay_carries_out_what_is_decided(store) {
        let scene = Scene::start(store).await;
        let acted = scene.act(&json!({"kind": "mute", "member": MEMBER, "duration": 3600, "reason": "Spam"})).await;
        let taken = scene.take(1).await;
        assert_eq!(taken.len(), 1, "one space on Discord: {taken:?}");
        let mute = &taken[0];
        assert_eq!((&mute["space"], &mute["member"]), (&json!("guild"), &json!("80351110224678912")));
        assert_eq!((&mute["effect"], &mute["case"], &mute["reason"]), (&json!("mute"), &json!(1), &json!("Spam")));
        assert_eq!((&mute["wanted"]["holds"], &mute["wanted"]["until"]), (&json!(true), &acted["case"]["sanction"]["ends_at"]));
        assert_eq!((&mute["state"], &mute["attempts"]), (&json!("open"), &json!(1)));
        assert_eq!(scene.lease(&json!({"platform": "discord"})).await, Vec::<Value>::new());
        assert_eq!(scene.lease(&json!({"platform": "telegram"})).await, Vec::<Value>::new(), "the member has no name there");
        let lease = &mute["lease"]["id"];
        let settled = scene.receipt(mute, &json!({"outcome": "applied", "lease": lease, "code": "204"})).await.expect(200);
        assert_eq!((&settled["state"], &settled["due_at"], &settled["lease"]), (&json!("applied"), &json!(null), &json!(null)));
        assert_eq!((&settled["receipt"]["outcome"], &settled["receipt"]["code"]), (&json!("applied"), &json!("204")));
        let read = scene.relay.get(&format!("/v1/directives/{}", mute["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(read, settled);
        let log = scene.world.admin.get("/v1/events?type=directive.issued,directive.applied").await.expect(200);
        assert_eq!(each(&log, "type"), [json!("directive.issued"), json!("directive.applied")]);
        assert_eq!(log["items"][1]["data"]["directive"], settled);
    }

    /// What is lifted is a directive, too; what is voided as well.
    async fn lifts_and_voids_are_carried_out(store) {
        let scene = Scene::start(store).await;
        let ban = json!({"kind": "ban", "member": MEMBER, "reason": "Raid", "allow_duplicate": true});
        scene.act(&ban).await;
        scene.act(&json!({"kind": "unban", "member": MEMBER})).await;
        let taken = scene.take(1).await;
        let brief = |all: &[Value]| all.iter().map(|d| (d["effect"].clone(), d["wanted"]["holds"].clone())).collect::<Vec<_>>();
        assert_eq!(brief(&taken), [(json!("ban"), json!(false))], "the ban gave way to its lift");
        scene.act(&ban).await;
        let void = format!("/v1/communities/{}/cases/3/void", scene.community);
        scene.world.admin.post(&void, &json!({"reason": "Not them"})).await.expect(200);
        let list = scene.relay.get(&format!("/v1/directives?member={MEMBER}&state=open")).await.expect(200);
        assert_eq!(brief(list["items"].as_array().unwrap()), [(json!("ban"), json!(false))]);
        let superseded = scene.relay.get("/v1/directives?state=superseded").await.expect(200);
        assert_eq!(each(&superseded, "effect").len(), 3, "both bans, and the lift that another ban followed: {superseded}");
    }

    /// Restrictions name all that is taken away; a kick and deleted messages happen once.
    async fn each_effect_says_what_it_wants(store) {
        let scene = Scene::start(store).await;
        scene.act(&json!({"kind": "restrict", "member": MEMBER, "capabilities": ["links"], "duration": "PT1H"})).await;
        scene.act(&json!({"kind": "restrict", "member": MEMBER, "capabilities": ["media"], "reason": "Again"})).await;
        scene.act(&json!({"kind": "kick", "member": MEMBER, "reason": "Out"})).await;
        let messages = json!({"channel": "general", "ids": ["1", "2"]});
        scene.act(&json!({"kind": "delete_messages", "member": MEMBER, "messages": messages})).await;
        let taken = scene.take(3).await;
        let effects: Vec<_> = taken.iter().map(|d| d["effect"].as_str().unwrap()).collect();
        assert_eq!(effects, ["restrict", "kick", "delete_messages"]);
        let capabilities = taken[0]["wanted"]["capabilities"].as_array().unwrap();
        assert_eq!(capabilities.iter().map(|c| c["capability"].as_str().unwrap()).collect::<Vec<_>>(), ["links", "media"]);
        assert!(capabilities[0]["until"].is_string() && capabilities[1]["until"].is_null());
        assert_eq!(taken[1]["wanted"], json!({"holds": false, "until": null, "capabilities": [], "channel": null, "messages": [], "notice": null}));
        assert_eq!((&taken[2]["wanted"]["channel"], &taken[2]["wanted"]["messages"]), (&json!("general"), &json!(["1", "2"])));
    }

    /// What fails is tried again, what cannot be done is given up, and both can be seen.
    async fn failures_are_seen(store) {
        let scene = Scene::start(store).await;
        scene.act(&json!({"kind": "mute", "member": MEMBER, "duration": 3600})).await;
        let mute = scene.take(1).await.remove(0);
        let delayed = scene.receipt(&mute, &json!({"outcome": "transient", "detail": "429", "retry_after": 60})).await.expect(200);
        assert_eq!((&delayed["state"], &delayed["settled_at"]), (&json!("open"), &json!(null)));
        assert_eq!(scene.lease(&json!({"platform": "discord"})).await, Vec::<Value>::new());
        let retry = format!("/v1/directives/{}/retry", mute["id"].as_str().unwrap());
        scene.relay.post(&retry, &json!({})).await.expect(200);
        let mute = scene.take(1).await.remove(0);
        let failed = scene.receipt(&mute, &json!({"outcome": "unsupported"})).await.expect(200);
        assert_eq!(failed["state"], "unsupported");
        let late = scene.receipt(&mute, &json!({"outcome": "transient"})).await.expect(409);
        assert_eq!(late["code"], "directive_settled");
        let seen = scene.world.admin.get("/v1/events?type=directive.delayed,directive.failed").await.expect(200);
        assert_eq!(each(&seen, "type"), [json!("directive.delayed"), json!("directive.failed")]);
        scene.relay.post(&retry, &json!({})).await.expect(200);
        let cancel = format!("/v1/directives/{}/cancel", mute["id"].as_str().unwrap());
        assert_eq!(scene.relay.post(&cancel, &json!({})).await.expect(200)["state"], "cancelled");
        assert_eq!(scene.relay.post(&cancel, &json!({})).await.expect(409)["code"], "directive_settled");
    }

    /// A receipt that says what is known changes nothing; one that fails counts for who has it in hand alone; a moment that is past is refused.
    async fn receipts_say_each_thing_once(store) {
        let scene = Scene::start(store).await;
        scene.act(&json!({"kind": "mute", "member": MEMBER})).await;
        let mute = scene.take(1).await.remove(0);
        let past = scene.receipt(&mute, &json!({"outcome": "applied", "holds_until": "1999-01-01T00:00:00Z"})).await.expect(422);
        assert_eq!(pointers(&past), ["/holds_until"]);
        let held = scene.receipt(&mute, &json!({"outcome": "applied", "holds_until": "2199-01-01T00:00:00Z"})).await.expect(200);
        assert!(held["due_at"].is_string(), "{held}");
        assert_eq!(scene.receipt(&mute, &json!({"outcome": "applied"})).await.expect(200), held);
        let log = scene.world.admin.get("/v1/events?type=directive.applied").await.expect(200);
        assert_eq!(each(&log, "id").len(), 1);
        scene.act(&json!({"kind": "kick", "member": MEMBER})).await;
        let kick = scene.take(1).await.remove(0);
        let delayed = scene.receipt(&kick, &json!({"outcome": "transient"})).await.expect(200);
        let again = scene.receipt(&kick, &json!({"outcome": "unreachable"})).await.expect(409);
        assert_eq!(again["code"], "lease_lost");
        let path = format!("/v1/directives/{}", kick["id"].as_str().unwrap());
        assert_eq!(scene.relay.get(&path).await.expect(200), delayed);
    }

    /// A relay that follows is given each as soon as it is issued; one that waits, too.
    async fn relays_are_told_at_once(store) {
        let scene = Scene::start(store).await;
        let mut stream = scene.stream().await;
        assert_eq!(stream.next().await.unwrap().retry, Some(1_000));
        scene.act(&json!({"kind": "kick", "member": MEMBER})).await;
        let kick = stream.event().await;
        assert_eq!((kick.event.as_deref(), &kick.data["effect"]), (Some("directive"), &json!("kick")));
        scene.receipt(&kick.data, &json!({"outcome": "applied", "lease": kick.data["lease"]["id"]})).await.expect(200);
        drop(stream);
        let asked = json!({"platform": "discord", "wait": 25, "lease": 5});
        let kick = json!({"kind": "kick", "member": "discord:1"});
        let (taken, _) = tokio::join!(scene.lease(&asked), scene.act(&kick));
        assert_eq!(taken[0]["member"], "1");
        assert_eq!(scene.lease(&json!({"platform": "discord", "wait": 1})).await, Vec::<Value>::new());
    }

    /// A relay that follows and reports nothing is given a hundred, whatever waits; others are given the rest, and it goes on once it reports.
    async fn who_follows_has_a_hundred_in_hand(store) {
        let scene = Scene::start(store).await;
        let kicks: Vec<_> = (0..150).map(|n| json!({"kind": "kick", "member": format!("discord:{n}")})).collect();
        let path = format!("/v1/communities/{}/acts/bulk", scene.community);
        scene.world.admin.post(&path, &json!({"items": kicks})).await.expect(200);
        let call = scene.relay.call(Method::GET, "/v1/directives/stream?platform=discord&lease=600");
        let mut stream = call.stream().await;
        let mut given = Vec::new();
        while given.len() < 100 {
            given.push(stream.event().await.data);
        }
        let mut rest = Vec::new();
        while rest.len() < 49 {
            let more = scene.lease(&json!({"platform": "discord", "lease": 600, "limit": 49 - rest.len(), "wait": 20})).await;
            assert!(!more.is_empty(), "{} were left", rest.len());
            rest.extend(more);
        }
        scene.receipt(&given[0], &json!({"outcome": "applied"})).await.expect(200);
        let next = stream.event().await.data;
        assert!(given.iter().chain(&rest).all(|directive| directive["id"] != next["id"]));
    }

    /// Two relays that follow share the work: each directive is in the hands of one.
    async fn relays_share_the_work(store) {
        let scene = Scene::start(store).await;
        let mut streams = [scene.stream().await, scene.stream().await];
        for stream in &mut streams {
            stream.next().await.unwrap();
        }
        for n in 0..20 {
            scene.act(&json!({"kind": "kick", "member": format!("discord:{n}")})).await;
        }
        let [one, other] = &mut streams;
        let mut members = Vec::new();
        while members.len() < 20 {
            let next = tokio::select! { next = one.event() => next, next = other.event() => next };
            members.push(next.data["member"].as_str().unwrap().parse::<u32>().unwrap());
        }
        members.sort_unstable();
        assert_eq!(members, (0..20).collect::<Vec<_>>());
    }

    /// What a lease left undone is handed out again when it is over.
    async fn what_a_relay_dies_with_goes_to_another(store) {
        let scene = Scene::start(store).await;
        scene.act(&json!({"kind": "kick", "member": MEMBER})).await;
        let lost = scene.lease(&json!({"platform": "discord", "lease": 5})).await.remove(0);
        let again = wait::until_async("the lease to be over", Duration::from_secs(60), async || {
            scene.lease(&json!({"platform": "discord", "wait": 10})).await.pop()
        });
        let again = again.await;
        assert_eq!((&again["id"], &again["attempts"]), (&lost["id"], &json!(2)));
        let late = scene.receipt(&lost, &json!({"outcome": "transient", "lease": lost["lease"]["id"]})).await.expect(409);
        assert_eq!(late["code"], "lease_lost");
        scene.receipt(&lost, &json!({"outcome": "applied", "lease": lost["lease"]["id"]})).await.expect(200);
    }

    /// Requests that cannot be meant are refused with where and why; what is another's is not there.
    async fn what_is_refused(store) {
        let scene = Scene::start(store).await;
        let refused = async |path: &str, body: Value, status| scene.relay.post(path, &body).await.expect(status);
        let wrong = refused("/v1/directives/lease", json!({"platform": "Discord", "limit": 0, "lease": 4, "wait": 26}), 422).await;
        assert_eq!(pointers(&wrong), ["/lease", "/limit", "/platform", "/wait"]);
        let foreign = json!({"platform": "discord", "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f"});
        assert_eq!(refused("/v1/directives/lease", foreign, 404).await["code"], "not_found");
        for wrong in ["?platform=X", "?platform=discord&lease=1", "", "?platform=discord&limit=3"] {
            let reply = scene.relay.get(&format!("/v1/directives/stream{wrong}")).await.expect(400);
            assert_eq!(reply["code"], "bad_query", "{wrong}");
        }
        scene.act(&json!({"kind": "kick", "member": MEMBER})).await;
        let kick = scene.take(1).await.remove(0);
        let path = format!("/v1/directives/{}/receipt", kick["id"].as_str().unwrap());
        let wrong = refused(&path, json!({"outcome": "applied", "lease": "lea_x", "retry_after": -1, "code": "x".repeat(501)}), 422).await;
        assert_eq!(pointers(&wrong), ["/code", "/lease", "/retry_after"]);
        assert_eq!(refused(&path, json!({"outcome": "done"}), 422).await["code"], "invalid_request");
        let elsewhere = scene.world.community("elsewhere").await;
        let bound = scene.world.bound(&[&elsewhere], &["directives:work", "directives:read"]).await;
        assert_eq!(bound.post(&path, &json!({"outcome": "applied"})).await.status, 404);
        assert_eq!(bound.get("/v1/directives").await.expect(200)["items"], json!([]));
        let stranger = scene.world.other_tenant().await;
        assert_eq!(stranger.post(&path, &json!({"outcome": "applied"})).await.status, 404);
        assert_eq!(stranger.get(&path.replace("/receipt", "")).await.status, 404);
        let reader = scene.world.key("member", &["directives:read"]).await;
        assert_eq!(reader.post(&path, &json!({"outcome": "applied"})).await.expect(403)["code"], "forbidden_scope");
        let again = scene.relay.call(Method::POST, &path).header("idempotency-key", "r1");
        again.json(&json!({"outcome": "applied"})).send().await.expect(200);
        let again = scene.relay.call(Method::POST, &path).header("idempotency-key", "r1");
        let again = again.json(&json!({"outcome": "applied"})).send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }

    /// A bot that carries its own platform's part out is given it with the answer, under a lease; other platforms are the relays'.
    async fn a_caller_carries_out_its_own_part(store) {
        let scene = Scene::start(store).await;
        let user = scene.act(&json!({"kind": "note", "member": MEMBER, "reason": "Known"})).await;
        let user = user["case"]["member"]["user"].as_str().unwrap().to_owned();
        let telegram = json!({"platform": "telegram", "id": "5"});
        scene.world.admin.post(&format!("/v1/users/{user}/identities"), &telegram).await.expect(201);
        let path = format!("/v1/communities/{}/acts", scene.community);
        let ban = json!({"kind": "ban", "member": MEMBER, "reason": "Raid", "execute_by": "caller"});
        let call = || scene.world.admin.call(Method::POST, &path).header("idempotency-key", "b1").json(&ban);
        let answer = call().send().await.expect(201);
        let mine = answer["directives"].as_array().unwrap();
        assert_eq!(mine.len(), 1, "{mine:?}");
        assert_eq!((&mine[0]["effect"], &mine[0]["platform"], &mine[0]["attempts"]), (&json!("ban"), &json!("discord"), &json!(1)));
        assert!(mine[0]["lease"]["id"].is_string());
        assert_eq!(scene.lease(&json!({"platform": "discord"})).await, Vec::<Value>::new(), "it is the caller's for now");
        assert_eq!(scene.lease(&json!({"platform": "telegram"})).await[0]["member"], "5");
        scene.receipt(&mine[0], &json!({"outcome": "applied", "lease": mine[0]["lease"]["id"]})).await.expect(200);
        let again = call().send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(201)["directives"][0]["state"], "applied", "as it stands by now");
        let silent = json!({"kind": "ban", "member": user, "execute_by": "caller"});
        assert_eq!(pointers(&scene.world.admin.post(&path, &silent).await.expect(422)), ["/execute_by"]);
        let many = json!({"items": [ban]});
        let refused = scene.world.admin.post(&format!("{path}/bulk"), &many).await.expect(422);
        assert_eq!(pointers(&refused), ["/items/0/execute_by"]);
        let actor = scene.world.key("admin", &["acts:write"]).await;
        assert_eq!(actor.post(&path, &ban).await.expect(403)["code"], "forbidden_scope");
        assert_eq!(scene.act(&json!({"kind": "kick", "member": "discord:9"})).await["directives"], json!([]));
    }

    /// Who is banned is banned under another name of theirs, and in another space of the community, as soon as either is known.
    async fn new_names_and_spaces_are_told(store) {
        let scene = Scene::start(store).await;
        let banned = scene.act(&json!({"kind": "ban", "member": MEMBER})).await;
        assert_eq!(scene.lease(&json!({"platform": "discord"})).await.len(), 1);
        let user = banned["case"]["member"]["user"].as_str().unwrap();
        let telegram = json!({"platform": "telegram", "id": "5"});
        scene.world.admin.post(&format!("/v1/users/{user}/identities"), &telegram).await.expect(201);
        let told = scene.lease(&json!({"platform": "telegram", "wait": 25})).await;
        assert_eq!((&told[0]["effect"], &told[0]["member"], &told[0]["case"]), (&json!("ban"), &json!("5"), &json!(1)));
        let link = json!({"platform": "discord", "space": "annex"});
        scene.world.admin.post(&format!("/v1/communities/{}/links", scene.community), &link).await.expect(201);
        let told = scene.lease(&json!({"platform": "discord", "wait": 25, "limit": 1})).await;
        assert_eq!((&told[0]["effect"], &told[0]["space"]), (&json!("ban"), &json!("annex")));
    }

    /// An end that time brings about is carried out by one of two relays.
    async fn an_expiry_is_carried_out_once(store) {
        let scene = Scene::start(store).await;
        let mut streams = [scene.stream().await, scene.stream().await];
        for stream in &mut streams {
            stream.next().await.unwrap();
        }
        scene.act(&json!({"kind": "mute", "member": MEMBER, "duration": 2})).await;
        let [one, other] = &mut streams;
        let mut seen = Vec::new();
        while seen.len() < 2 {
            let next = tokio::select! { next = one.event() => next, next = other.event() => next };
            scene.receipt(&next.data, &json!({"outcome": "applied"})).await.expect(200);
            seen.push((next.data["effect"].clone(), next.data["wanted"]["holds"].clone(), next.data["case"].clone()));
        }
        assert_eq!(seen, [(json!("mute"), json!(true), json!(1)), (json!("mute"), json!(false), json!(2))]);
        assert_eq!(scene.lease(&json!({"platform": "discord", "wait": 1})).await, Vec::<Value>::new());
    }
}

/// Of two servers with one database one records the end of a mute, and one relay lifts it, whichever server it follows.
#[tokio::test]
async fn two_servers_lift_a_mute_once() {
    let store = TestStore::postgres().await;
    let one = Server::start(&store.database_url());
    let other = Server::start_in(&store.database_url(), &one.data_dir());
    let request = json!({"name": "c", "links": [{"platform": "discord", "space": "guild"}], "rules": {"notices": {"when": "off"}}});
    let community = one.admin().post("/v1/communities", &request).await.expect(201);
    let acts = format!("/v1/communities/{}/acts", community["id"].as_str().unwrap());
    let mut streams = Vec::new();
    for client in [one.admin(), other.admin()] {
        let call = client.call(Method::GET, "/v1/directives/stream?platform=discord");
        streams.push(call.stream().await);
    }
    for n in 0..10 {
        let mute = json!({"kind": "mute", "member": format!("discord:{n}"), "duration": 8});
        one.admin().post(&acts, &mute).await.expect(201);
    }
    let [first, second] = &mut streams[..] else {
        panic!("two streams")
    };
    for _ in 0..20 {
        let next = tokio::select! { next = first.event() => next, next = second.event() => next };
        let receipt = format!("/v1/directives/{}/receipt", next.data["id"].as_str().unwrap());
        one.admin()
            .post(&receipt, &json!({"outcome": "applied"}))
            .await
            .expect(200);
    }
    let all = one.admin().get("/v1/directives?limit=500").await.expect(200);
    let states: Vec<_> = each(&all, "state")
        .into_iter()
        .filter(|state| state == "applied")
        .collect();
    let attempts = each(&all, "attempts");
    assert_eq!((states.len(), attempts), (20, vec![json!(1); 20]), "{all}");
    let ended = one
        .admin()
        .get("/v1/events?type=sanction.ended")
        .await
        .expect(200);
    assert_eq!(each(&ended, "id").len(), 10);
}
