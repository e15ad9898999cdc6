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

        let reply = home.post(&format!("/sanctions/{long}/lift"), json!({"reason": "Apologised"})).await;
        assert!(reply.header("location").unwrap().ends_with("/cases/3"));
        let lifted = reply.expect(201);
        assert_eq!(lifted["case"]["ended"], json!([{"sanction": long, "how": "lifted", "at": "2026-01-01T00:01:00.000000Z"}]));
        assert_eq!(lifted["standing"]["restrictions"], json!([]));
        let read = home.get(&format!("/sanctions/{long}")).await.expect(200);
        assert_eq!((&read["state"], &read["ended_by"]), (&json!("lifted"), &json!(3)));
        assert_eq!([&lifted["case"]["member"], &read["member"]], [&active["items"][0]["member"]; 2]);
        assert_eq!(read["member"]["identity"], "custom:1", "for whoever carries it out");
        problem(home.post(&format!("/sanctions/{long}/lift"), json!({})).await, 409, "sanction_not_active");
        problem(home.act(json!({"kind": "unmute", "member": "custom:1"})).await, 409, "nothing_to_lift");
        problem(home.act(json!({"kind": "unban", "member": "custom:nobody"})).await, 409, "nothing_to_lift");
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
