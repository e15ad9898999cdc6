//! Every kind of act, lifts, and two moderators at once.

use serde_json::{Value, json};

use super::world::{Api, pointers, problem};

on_every_store! {
    /// Each kind with what it does to the member.
    async fn each_kind_does_what_it_says(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for (number, (kind, duration, restriction)) in [
            ("note", Value::Null, Value::Null),
            ("mute", json!("PT10M"), json!("mute")),
            ("kick", Value::Null, Value::Null),
            ("tempban", json!(3600), json!("ban")),
            ("ban", Value::Null, json!("ban")),
        ].into_iter().enumerate() {
            let member = format!("custom:m{number}");
            let answer = home.act(json!({"kind": kind, "member": member, "duration": duration})).await.expect(201);
            let case = &answer["case"];
            assert_eq!((&case["kind"], &case["member"]["identity"]), (&json!(kind), &json!(member)));
            assert_eq!(case["sanction"]["restriction"], restriction, "{kind}");
            assert_eq!(case["duration"].is_null(), duration.is_null(), "{kind}");
            let read = home.get(&format!("/cases/{}", case["number"])).await.expect(200);
            assert_eq!(read, *case);
        }
    }

    /// What people wrote comes back as they wrote it.
    async fn what_was_written_is_kept(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let answer = home.act(json!({
            "kind": "note", "member": "custom:1", "reason": "Grüße,\n\t\"<b>\" 🦀", "visibility": "member",
            "evidence": ["https://example.org/a?b=c#d"], "context": {"channel": "général", "a/b~c": ""},
        })).await.expect(201);
        let case = &answer["case"];
        assert_eq!(case["reason"], "Grüße,\n\t\"<b>\" 🦀");
        assert_eq!(case["evidence"], json!(["https://example.org/a?b=c#d"]));
        assert_eq!(case["context"], json!({"channel": "général", "a/b~c": ""}));
        assert_eq!(case["visibility"], "member");
        let read = home.get("/cases/1").await.expect(200);
        assert_eq!(read, *case);
    }

    /// A rehearsal tells what would happen and leaves nothing, not even its idempotency key.
    async fn a_dry_run_writes_nothing(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let ban = json!({"kind": "ban", "member": "custom:1", "dry_run": true});
        for _ in 0..2 {
            let call = home.client.call(hyper::Method::POST, &home.path("/acts")).header("idempotency-key", "k").json(&ban);
            let reply = call.send().await;
            assert_eq!((reply.header("location"), reply.header("idempotent-replayed")), (None, None));
            let answer = reply.expect(200);
            assert_eq!((&answer["dry_run"], &answer["case"]["number"]), (&json!(true), &json!(1)));
            assert_eq!(answer["standing"]["restrictions"][0]["restriction"], "ban");
        }
        assert_eq!(home.standing("custom:1").await["user"], Value::Null);
        assert!(home.cases("").await.is_empty());
        let real = home.client.call(hyper::Method::POST, &home.path("/acts")).header("idempotency-key", "k")
            .json(&json!({"kind": "warn", "member": "custom:1"})).send().await;
        assert_eq!(real.expect(201)["case"]["number"], 1);
    }

    /// Who is unknown so far has no id, and a rehearsal gives them none; strangers are not taken for one another.
    async fn a_dry_run_gives_strangers_no_id(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let act = |member: &str| json!({
            "kind": "warn", "allow_duplicate": true, "member": member, "dry_run": true, "actor": {"platform": "custom", "id": "9", "rank": "admin"},
        });
        let answer = home.act(act("custom:1")).await.expect(200);
        let of = |answer: &Value| {
            [&answer["case"]["member"]["user"], &answer["standing"]["user"], &answer["case"]["actor"]["user"]].map(Clone::clone)
        };
        assert_eq!(of(&answer), [Value::Null, Value::Null, Value::Null]);
        assert_eq!(answer["case"]["member"]["identity"], "custom:1");
        assert!(!answer.to_string().contains("usr_"), "{answer}");
        problem(home.act(act("custom:9")).await, 403, "self_action");
        let user = home.warn("custom:1", "x").await["case"]["member"]["user"].clone();
        assert_eq!(of(&home.act(act("custom:1")).await.expect(200)), [user.clone(), user, Value::Null]);
    }

    /// Time alone ends a sanction; lifting one leaves another; what is over cannot be lifted.
    async fn sanctions_end_by_time_and_by_lift(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let mute = |seconds: i64| json!({"kind": "mute", "member": "custom:1", "duration": seconds, "allow_duplicate": true});
        let long = home.act(mute(7_200)).await.expect(201)["case"]["sanction"]["id"].clone();
        let short = home.act(mute(60)).await.expect(201)["case"]["sanction"]["id"].clone();
        let (long, short) = (long.as_str().unwrap(), short.as_str().unwrap());
        assert_eq!(home.standing("custom:1").await["restrictions"][0]["until"], "2026-01-01T02:00:00.000000Z");

        api.clock.advance(60);
        assert_eq!(home.get(&format!("/sanctions/{short}")).await.expect(200)["state"], "expired");
        let active = home.get("/sanctions?active=true&member=custom:1").await.expect(200);
        assert_eq!(active["items"].as_array().unwrap().len(), 1);
        assert_eq!(active["items"][0]["id"], long);

        let lift = format!("/sanctions/{long}/lift");
        let mut tried = home.post(&lift, json!({"reason": "Apologised", "dry_run": true})).await.expect(200);
        assert_eq!(tried["dry_run"], json!(true));
        assert_eq!(home.get(&format!("/sanctions/{long}")).await.expect(200)["state"], "active");

        let reply = home.post(&lift, json!({"reason": "Apologised"})).await;
        assert!(reply.header("location").unwrap().ends_with("/cases/3"));
        let lifted = reply.expect(201);
        assert_eq!(lifted["case"]["ended"], json!([{"sanction": long, "how": "lifted", "at": "2026-01-01T00:01:00.000000Z"}]));
        assert_eq!(lifted["standing"]["restrictions"], json!([]));
        tried["dry_run"] = json!(false);
        tried["case"]["recorded_at"] = lifted["case"]["recorded_at"].clone();
        assert_eq!(tried, lifted, "what was tried out came");
        let read = home.get(&format!("/sanctions/{long}")).await.expect(200);
        assert_eq!((&read["state"], &read["ended_by"]), (&json!("lifted"), &json!(3)));
        assert_eq!([&lifted["case"]["member"], &read["member"]], [&active["items"][0]["member"]; 2]);
        assert_eq!(read["member"]["identity"], "custom:1", "for whoever carries it out");
        for body in [json!({}), json!({"dry_run": true})] {
            problem(home.post(&lift, body).await, 409, "sanction_not_active");
        }
        problem(home.act(json!({"kind": "unmute", "member": "custom:1"})).await, 409, "nothing_to_lift");
        problem(home.act(json!({"kind": "unban", "member": "custom:nobody"})).await, 409, "nothing_to_lift");
    }

    /// A restriction is lifted as a whole; a lift that names only a part is told what stands in the way.
    async fn a_part_of_a_restriction_is_not_lifted_and_that_is_said(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let restrict = json!({"kind": "restrict", "member": "custom:1", "capabilities": ["links", "images"], "reason": "x"});
        home.act(restrict).await.expect(201);
        let lift = |names: &[&str]| json!({"kind": "unrestrict", "member": "custom:1", "capabilities": names});
        let refused = home.act(lift(&["links"])).await;
        assert!(refused.body["detail"].as_str().unwrap().contains("name images as well"), "{}", refused.body);
        problem(refused, 409, "nothing_to_lift");
        let other = home.act(lift(&["voice"])).await;
        assert!(other.body["detail"].as_str().unwrap().contains("no active restrict"), "{}", other.body);
        home.act(lift(&["links", "images"])).await.expect(201);
        assert_eq!(home.standing("custom:1").await["restrictions"], json!([]));
    }

    /// A sanction is active, and then one of four things, each of which is told.
    async fn a_sanction_has_one_of_five_states(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let mute = async |member: &str, more: Value| {
            let mut act = json!({"kind": "mute", "member": member, "duration": 60});
            for (field, value) in more.as_object().unwrap() {
                act[field] = value.clone();
            }
            home.act(act).await.expect(201)["case"].clone()
        };
        let first = mute("custom:1", json!({})).await;
        let second = mute("custom:1", json!({"supersedes": first["sanction"]["id"], "allow_duplicate": true})).await;
        let third = mute("custom:3", json!({})).await;
        let fourth = mute("custom:4", json!({})).await;
        home.act(json!({"kind": "unmute", "member": "custom:3"})).await.expect(201);
        home.post(&format!("/cases/{}/void", fourth["number"]), json!({})).await.expect(200);
        let states = async || {
            let mut states = Vec::new();
            for case in [&first, &second, &third, &fourth] {
                let path = format!("/sanctions/{}", case["sanction"]["id"].as_str().unwrap());
                states.push(home.get(&path).await.expect(200)["state"].as_str().unwrap().to_owned());
            }
            states
        };
        assert_eq!(states().await, ["superseded", "active", "lifted", "voided"]);
        api.clock.advance(60);
        assert_eq!(states().await, ["superseded", "expired", "lifted", "voided"]);
    }

    /// A ban takes no membership: who was never here is known by it, and found banned whenever somebody asks.
    async fn who_is_not_there_is_banned_and_found_banned(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        api.admin.get("/v1/users/discord:9").await.expect(404);
        let ban = home.act(json!({"kind": "ban", "member": "discord:9", "reason": "raid"})).await.expect(201);
        let user = api.admin.get("/v1/users/discord:9").await.expect(200);
        assert_eq!(user["id"], ban["case"]["member"]["user"]);
        api.clock.advance(400 * 86_400);
        let standing = home.standing("discord:9").await;
        assert_eq!(standing["restrictions"], json!([{"restriction": "ban", "capability": null, "until": null}]));
        assert_eq!(standing["sanctions"][0]["id"], ban["case"]["sanction"]["id"], "what a bot applies again");
    }

    /// A clock that lies a little behind the member's last case is raised to it; one that lies far behind accepts nothing.
    async fn a_clock_far_behind_accepts_nothing(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "a").await;
        api.clock.advance(-60);
        assert_eq!(home.warn("custom:1", "b").await["case"]["at"], "2026-01-01T00:00:00.000000Z");
        api.clock.advance(-1);
        let late = home.act(json!({"kind": "warn", "member": "custom:1", "reason": "c"})).await;
        assert_eq!(late.header("retry-after"), Some("10"));
        assert!(problem(late, 503, "clock_skew").contains("61 s behind"));
        home.warn("custom:2", "others have clocks of their own").await;
        api.clock.advance(1);
        assert_eq!(home.warn("custom:1", "c").await["case"]["number"], 4);
    }

    /// Of two like acts at once the second is told of the first.
    async fn a_duplicate_leads_to_the_first(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        let other = api.key(&["acts:write"], json!({})).await;
        let again = home.seen_by(&other).act(json!({"kind": "warn", "member": "custom:1", "reason": "Spammer"})).await;
        assert_eq!(again.header("link"), Some(format!("<{}>; rel=\"related\"", home.path("/cases/1")).as_str()));
        assert!(problem(again, 409, "duplicate_act").contains("#1"));
        let meant = json!({"kind": "warn", "member": "custom:1", "allow_duplicate": true});
        assert_eq!(home.seen_by(&other).act(meant).await.expect(201)["case"]["number"], 2);
        api.clock.advance(31);
        let later = home.act(json!({"kind": "warn", "member": "custom:1", "reason": "Spam"})).await;
        assert_eq!(later.expect(201)["case"]["number"], 3);
    }

    /// Parts that do not fit together are named by the field to blame.
    async fn parts_fit_together(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for (body, at) in [
            (json!({"kind": "tempban", "member": "custom:1"}), "/duration"),
            (json!({"kind": "tempban", "member": "custom:1", "duration": "P"}), "/duration"),
            (json!({"kind": "ban", "member": "custom:1", "duration": 60}), "/duration"),
            (json!({"kind": "warn", "member": "custom:1", "break_glass": true}), "/reason"),
            (json!({"kind": "warn", "member": "nobody"}), "/member"),
            (json!({"kind": "warn", "member": "custom:1", "actor": {"platform": "custom", "id": "2", "level": 3}}), "/actor/level"),
        ] {
            assert_eq!(pointers(&home.act(body.clone()).await), [at], "{body}");
        }
        assert!(home.cases("").await.is_empty());
    }
}
