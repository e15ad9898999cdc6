//! Standing and explanation at past and future moments.

use serde_json::{Value, json};

use super::world::{Api, problem};

on_every_store! {
    /// A standing at any moment is what it was, or what it will be if nothing else happens.
    async fn points_at_any_moment(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        api.clock.advance(86_400);
        home.warn("custom:1", "Insults").await;
        api.clock.advance(86_400);
        for (at, points) in [
            ("2025-12-31T23:59:59Z", json!(0)),
            ("2026-01-01T00:00:00Z", json!(1)),
            ("2026-01-01T12:00:00Z", json!(1)),
            ("2026-01-01T23:59:59Z", json!(1)),
            ("2026-01-02T00:00:00Z", json!(1.9)),
            ("2026-01-02T02:00:00%2B02:00", json!(1.9)),
            ("2026-01-03T00:00:00Z", json!(1.8)),
            ("2026-01-12T00:00:00Z", json!(0.9)),
            ("2199-01-01T00:00:00Z", json!(0)),
        ] {
            let standing = home.get(&format!("/members/custom:1/standing?at={at}")).await.expect(200);
            assert_eq!(standing["points"], points, "{at}");
            let explained = home.get(&format!("/members/custom:1/explanation?at={at}")).await.expect(200);
            assert_eq!(explained["standing"], standing, "{at}");
            let left: i64 = explained["terms"].as_array().unwrap().iter()
                .map(|term| term["left_units"].as_str().unwrap().parse::<i64>().unwrap()).sum();
            assert_eq!(left.to_string(), standing["exact_units"], "{at}");
        }
    }

    /// A rung that was reached does nothing until it is armed again, and the standing says when that is.
    async fn a_standing_says_when_rungs_are_armed_again(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let tag = home.get("/policy").await.header("etag").unwrap().to_owned();
        let ladder = json!([{"id": "quiet", "at": 2, "action": "mute", "duration": "PT1H", "refire": "crossing", "reset_below": 1}]);
        let rules = json!({"rules": {"ladder": ladder, "duplicate_window": 0}});
        home.client.call(hyper::Method::PUT, &home.path("/policy")).header("if-match", &tag).json(&rules).send().await.expect(200);
        assert_eq!(home.warn("custom:1", "a").await["standing"]["latched"], json!([]));
        let second = home.warn("custom:1", "b").await;
        assert_eq!(second["escalations"][0]["kind"], "mute");
        let latched = json!([{"rung": "quiet", "reset_below": 1, "armed_again_at": "2026-01-12T00:00:00.000000Z"}]);
        assert_eq!(second["standing"]["latched"], latched);
        api.clock.advance(11 * 86_400 - 1);
        let standing = home.standing("custom:1").await;
        assert_eq!((&standing["drops"], &standing["latched"]), (&json!([]), &latched));
        let explained = home.get("/members/custom:1/explanation").await.expect(200);
        assert_eq!(explained["standing"]["latched"], latched);
        api.clock.advance(1);
        assert_eq!(home.standing("custom:1").await["latched"], json!([]));
        home.warn("custom:1", "c").await;
        assert_eq!(home.warn("custom:1", "d").await["escalations"][0]["kind"], "mute");
    }

    /// An explanation says it in words too, with the reason of the act that set a sanction off, however long ago that was.
    async fn explanations_are_told_in_words(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let warn = |reason: &str| json!({"kind": "warn", "member": "custom:1", "reason": reason, "allow_duplicate": true});
        for reason in ["Spam", "spam\nagain", "Insults"] {
            home.act(warn(reason)).await.expect(201);
        }
        let ban = json!({"kind": "ban", "member": "custom:2", "reason": "Raid"});
        home.act(ban).await.expect(201);
        for _ in 0..55 {
            home.act(json!({"kind": "note", "member": "custom:2"})).await.expect(201);
        }
        home.post("/cases/2/void", json!({})).await.expect(200);
        home.act(warn("Links")).await.expect(201);
        let sentences = async |member: &str| home.get(&format!("/members/{member}/explanation")).await.expect(200)["sentences"].clone();
        let term = |case: i64, until: &str| {
            format!("Case #{case} (warn, 2026-01-01 00:00 UTC) gave you 1 point, and all of it still counts, until {until} 00:00 UTC if nothing else happens.")
        };
        assert_eq!(sentences("custom:1").await, json!([
            "At 2026-01-01 00:00 UTC you have 3 points.",
            term(1, "2026-01-11"), term(3, "2026-01-21"), term(61, "2026-01-31"),
            "Points fall by 0.1 points a day, those of the oldest case first.",
            "If nothing else happens, you have no points from 2026-01-31 00:00 UTC on.",
            "You have reached the rung mute-1h at 3 points, and fall below it at 2026-01-02 00:00 UTC.",
            "At 5 points, which is 2 points more, you would be muted for 1 day.",
            "Since 2026-01-01 00:00 UTC you are muted, until 2026-01-01 01:00 UTC.",
            "That followed by itself in case #62, when case #61 (warn, for the reason “Links”) reached the rung mute-1h: 3 points.",
            "Of the cases before it, #1, #3 and #61 still count.",
            "Case #2 (warn) was voided at 2026-01-01 00:00 UTC, and does not count.",
            "Case #4 (mute) fell with case #2 at 2026-01-01 00:00 UTC, and does not count.",
        ]));
        let banned = sentences("custom:2").await;
        let banned: Vec<_> = banned.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(banned.contains(&"A moderator decided that in case #5, for the reason “Raid”."), "{banned:#?}");
        assert_eq!(sentences("custom:9").await[0], "At 2026-01-01 00:00 UTC you have no points, and no sanction holds.");
        let past = home.get("/members/custom:1/explanation?at=2025-01-01T00:00:00Z").await.expect(200);
        assert_eq!(past["sentences"][0], "At 2025-01-01 00:00 UTC you have no points, and no sanction holds.");
    }

    /// People whom nobody has seen have a clean standing; a user id that does not exist is an error.
    async fn nobody_has_no_points(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let standing = home.standing("custom:nobody").await;
        assert_eq!((&standing["user"], &standing["points"]), (&Value::Null, &json!(0)));
        let explained = home.get("/members/custom:nobody/explanation").await.expect(200);
        assert_eq!((&explained["terms"], &explained["complete"]), (&json!([]), &json!(true)));
        problem(home.get("/members/usr_01939c8e8b6c7d4eaf501b2c3d4e5f60/standing").await, 404, "not_found");
        problem(home.get("/members/nobody/standing").await, 404, "not_found");
    }

    /// More terms than an explanation lists are said to be there.
    async fn an_explanation_says_when_it_is_not_all(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let version = home.get("/policy").await;
        let tag = version.header("etag").unwrap().to_owned();
        let rules = json!({"rules": {"ladder": [], "duplicate_window": 0}});
        home.client.call(hyper::Method::PUT, &home.path("/policy")).header("if-match", &tag).json(&rules).send().await.expect(200);
        for _ in 0..201 {
            home.warn("custom:1", "Spam").await;
        }
        let explained = home.get("/members/custom:1/explanation").await.expect(200);
        assert_eq!((explained["terms"].as_array().unwrap().len(), &explained["complete"]), (200, &json!(false)));
        assert_eq!(explained["terms"][199]["case"], 2);
    }

    /// A moment outside the ledger's years, or none, is refused by name.
    async fn a_moment_is_a_moment(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for at in ["2201-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "yesterday", "2026-02-30T00:00:00Z", ""] {
            let detail = problem(home.get(&format!("/members/custom:1/standing?at={at}")).await, 400, "bad_query");
            assert!(detail.contains("at"), "{detail}");
        }
        let both = "/members/custom:1/standing?at=2026-01-01T00:00:00Z&at=2026-01-01T00:00:00Z";
        problem(home.get(both).await, 400, "bad_query");
    }
}
