//! Searches in reasons, counts and the consistency report, as moderators' leads ask for them.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use super::world::{Api, Community, numbers, problem};

/// An act by a moderator.
async fn by(home: &Community, moderator: &str, mut act: Value) -> i64 {
    act["actor"] = json!({"platform": "custom", "id": moderator, "rank": "moderator"});
    act["allow_duplicate"] = json!(true);
    let answer = home.act(act).await.expect(201);
    answer["case"]["number"].as_i64().unwrap()
}

/// A warning by a moderator for a reason.
async fn warned(home: &Community, moderator: &str, member: &str, reason: &str) -> i64 {
    by(
        home,
        moderator,
        json!({"kind": "warn", "member": member, "reason": reason}),
    )
    .await
}

/// A muting by a moderator for a reason.
async fn muted(home: &Community, moderator: &str, member: &str, reason: &str, seconds: i64) -> i64 {
    let act = json!({"kind": "mute", "member": member, "reason": reason, "duration": seconds});
    by(home, moderator, act).await
}

/// The groups of an answer with two of their numbers.
fn groups(counts: &Value, number: &str) -> Vec<(String, i64)> {
    let items = counts["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let group = item["group"].as_str().unwrap_or("-").to_owned();
            (group, item[number].as_i64().unwrap())
        })
        .collect()
}

/// Copies the first case under so many numbers, each with a reason of its own: a history that no test has the time to make.
async fn copies(url: &str, count: i64) {
    let json = if url.starts_with("postgres") {
        "json"
    } else {
        "text"
    };
    let statement = format!(
        "WITH RECURSIVE n (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM n WHERE number < {count}) \
         INSERT INTO cases (tenant_id, community_id, number, user_id, kind, actor, at, points, recorded_at, doc, reason, revision) \
         SELECT tenant_id, community_id, n.number, user_id, kind, actor, at, points, recorded_at, \
           CAST(replace(CAST(doc AS text), '\"number\":1,', '\"number\":' || n.number || ',') AS {json}), 'common ' || n.number, revision \
         FROM cases, n WHERE cases.number = 1"
    );
    let statement = AssertSqlSafe(statement);
    if url.starts_with("postgres") {
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    } else {
        let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
}

on_every_store! {
    /// Every word occurs, in any case of any script, in the reason as it is now.
    async fn cases_are_found_by_words_of_their_reason(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for (n, reason) in ["Spam link in five channels", "ÄRGER: Straße beschimpft", "ΟΔΟΣ спам", "100%_sure spam", "SPAMMING again"]
            .into_iter().enumerate()
        {
            home.warn(&format!("custom:{n}"), reason).await; // 1 to 5
        }
        home.act(json!({"kind": "note", "member": "custom:9"})).await.expect(201); // 6, without a reason
        for (query, expected) in [
            ("spam", vec![5, 4, 1]),
            ("LINK%20spam", vec![1]),
            ("spam+again", vec![5]),
            ("spam%20scam", vec![]),
            ("%C3%A4rger%20STRASSE", vec![2]),
            ("%CE%BF%CE%B4%CE%BF%CF%82", vec![3]),
            ("%D0%A1%D0%9F%D0%90%D0%9C", vec![3]),
            ("%25_", vec![4]),
            ("pam%25", vec![]),
        ] {
            assert_eq!(home.cases(&format!("?q={query}")).await, expected, "{query}");
        }
        let tag = home.get("/cases/1").await.header("etag").unwrap().to_owned();
        let put = home.client.call(hyper::Method::PUT, &home.path("/cases/1/reason")).header("if-match", &tag);
        put.json(&json!({"reason": "Werbung"})).send().await.expect(200);
        assert_eq!(home.cases("?q=spam").await, [5, 4]);
        let page = home.get("/cases?q=werbung").await.expect(200);
        assert_eq!((&page["items"][0], &page["next_cursor"]), (&home.get("/cases/1").await.expect(200), &Value::Null));
    }

    /// A search goes with every other filter, and in pages.
    async fn searches_combine_with_filters_and_pages(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for n in 1..=6 {
            let kind = if n % 2 == 0 { "warn" } else { "note" };
            let (moderator, member) = (if n < 4 { "ann" } else { "bob" }, format!("custom:{}", n % 3));
            by(&home, moderator, json!({"kind": kind, "member": member, "reason": format!("spam {n}")})).await;
            by(&home, moderator, json!({"kind": "note", "member": member, "reason": "else"})).await;
            api.clock.advance(60);
        }
        // The searched ones have the numbers 1, 3, 5, 7, 9, 11.
        for (query, expected) in [
            ("", vec![11, 9, 7, 5, 3, 1]),
            ("&kind=warn", vec![11, 7, 3]),
            ("&moderator=custom:ann", vec![5, 3, 1]),
            ("&moderator=custom:nobody", vec![]),
            ("&member=custom:1", vec![7, 1]),
            ("&member=custom:1&moderator=custom:bob", vec![7]),
            ("&member=custom:nobody", vec![]),
            ("&from=2026-01-01T00:02:00Z&until=2026-01-01T00:04:00Z", vec![7, 5]),
            ("&member=custom:0&moderator=custom:bob&kind=warn&from=2026-01-01T00:05:00Z", vec![11]),
        ] {
            assert_eq!(home.cases(&format!("?q=SPAM{query}")).await, expected, "{query}");
        }
        for filter in ["", "&member=custom:2", "&moderator=custom:bob", "&kind=note"] {
            let whole = home.cases(&format!("?q=spam{filter}")).await;
            let (mut seen, mut cursor) = (vec![], String::new());
            loop {
                let page = home.get(&format!("/cases?q=spam&limit=1{filter}{cursor}")).await.expect(200);
                seen.extend(numbers(&page));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
                problem(home.get(&format!("/cases?q=scam&limit=1{filter}{cursor}")).await, 400, "bad_cursor");
                by(&home, "bob", json!({"kind": "note", "member": "custom:5", "reason": "spam, but later"})).await;
            }
            assert_eq!(seen, whole, "{filter}");
        }
    }

    /// One request goes back so far and no further; a search goes on with its cursor, and reports say what they did not look at.
    async fn long_histories_are_read_so_far_and_no_further(store) {
        let url = store.database_url();
        let api = Api::start(store).await;
        let home = api.community().await;
        warned(&home, "ann", "custom:1", "a rare thing").await;
        copies(&url, 45_000).await;
        let (mut cursor, mut found) = (String::new(), vec![]);
        for empty in [true, true, false] {
            let page = home.get(&format!("/cases?q=rare{cursor}")).await.expect(200);
            assert_eq!(numbers(&page).is_empty(), empty);
            found.extend(numbers(&page));
            assert_eq!(page["next_cursor"].is_null(), !empty);
            cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
        }
        assert_eq!(found, [1]);
        let page = home.get("/cases?q=common&limit=2").await.expect(200);
        assert_eq!(numbers(&page), [45_000, 44_999]);
        let counts = home.get("/counts?by=kind").await.expect(200);
        assert_eq!(groups(&counts, "cases"), [("warn".to_owned(), 45_000)]);
        assert_eq!((&counts["total"]["points"], &counts["unread"]), (&json!(45_000), &json!(0)));
        // Reasons are all different here, and so many are told apart.
        let counts = home.get("/counts?by=reason").await.expect(200);
        assert_eq!((&counts["total"]["cases"], &counts["left_out"]), (&json!(20_000), &json!(19_950)));
        assert_eq!(counts["unread"], 25_000);
        assert_eq!(home.get("/consistency").await.expect(200)["unread"], 25_000);
    }

    /// What people did is told from what was voided, lifted, and done by the ladder and by time.
    async fn counts_tell_people_from_machinery(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for _ in 0..3 {
            warned(&home, "ann", "custom:1", "Spam").await; // 1 to 3, and 4 by the ladder
        }
        let mute = muted(&home, "bob", "custom:2", "  spam ", 3_600).await; // 5
        by(&home, "ann", json!({"kind": "unmute", "member": "custom:2"})).await; // 6
        let wrong = warned(&home, "bob", "custom:3", "rude").await; // 7
        home.post(&format!("/cases/{wrong}/void"), json!({})).await.expect(200);
        let counts = home.get("/counts?by=moderator").await.expect(200);
        let user = |case: i64| { let home = home.clone(); async move {
            home.get(&format!("/cases/{case}")).await.expect(200)["actor"]["user"].clone()
        }};
        let row = |group: Value, identity: Value, cases: i64, kinds: Value, points: i64, voided: i64, lifts: i64, escalations: i64| json!({
            "group": group, "identity": identity, "cases": cases, "kinds": kinds, "points": points, "voided": voided, "lifts": lifts,
            "escalations": escalations, "expiries": 0,
        });
        assert_eq!(counts, json!({
            "by": "moderator", "from": null, "until": null,
            "items": [
                row(user(1).await, json!("custom:ann"), 3, json!({"warn": 3}), 3, 0, 1, 0),
                row(user(mute).await, json!("custom:bob"), 1, json!({"mute": 1}), 2, 1, 0, 0),
                row(json!("escalation"), Value::Null, 0, json!({}), 0, 0, 0, 1),
            ],
            "left_out": 0,
            "total": {
                "cases": 4, "kinds": {"mute": 1, "warn": 3}, "points": 5, "voided": 1, "lifts": 1, "escalations": 1, "expiries": 0,
            },
            "unread": 0,
        }));
        let by_reason = home.get("/counts?by=reason").await.expect(200);
        let by_reason = groups(&by_reason, "cases");
        assert_eq!(by_reason[0], ("spam".to_owned(), 4), "as last written");
        let by_kind = home.get("/counts?by=kind").await.expect(200);
        assert_eq!(groups(&by_kind, "cases"), [("warn".to_owned(), 3), ("mute".to_owned(), 1), ("unmute".to_owned(), 0)]);
        assert_eq!(groups(&by_kind, "escalations"), [("warn".to_owned(), 0), ("mute".to_owned(), 1), ("unmute".to_owned(), 0)]);
    }

    /// Counts are narrowed by time, kind and moderator, and cut where asked.
    async fn counts_are_narrowed(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        // The clock begins on Thursday, 2026-01-01.
        warned(&home, "ann", "custom:1", "a").await;
        muted(&home, "bob", "custom:2", "b", 60).await;
        api.clock.advance(3 * 86_400 + 86_399); // the last second of the week
        warned(&home, "ann", "custom:3", "c").await;
        api.clock.advance(1);
        warned(&home, "bob", "custom:4", "d").await;
        api.clock.advance(14 * 86_400);
        warned(&home, "bob", "custom:5", "d").await;
        let counted = async |query: &str| {
            let counts = home.get(&format!("/counts?{query}")).await.expect(200);
            (groups(&counts, "cases"), counts["left_out"].as_i64().unwrap(), counts["total"]["cases"].as_i64().unwrap())
        };
        let rows = |rows: &[(&str, i64)]| rows.iter().map(|(group, cases)| ((*group).to_owned(), *cases)).collect::<Vec<_>>();
        let weeks = rows(&[("2025-12-29", 3), ("2026-01-05", 1), ("2026-01-12", 0), ("2026-01-19", 1)]);
        assert_eq!(counted("by=week").await, (weeks.clone(), 0, 5));
        assert_eq!(counted("by=week&limit=2").await, (weeks[2..].to_vec(), 2, 5));
        assert_eq!(counted("by=week&until=2026-01-05T00:00:00Z").await, (weeks[..1].to_vec(), 0, 3));
        assert_eq!(counted("by=week&from=2026-01-05T00:00:00Z&until=2026-01-06T00:00:00%2B02:00").await, (weeks[1..2].to_vec(), 0, 1));
        assert_eq!(counted("by=kind&kind=warn").await, (rows(&[("warn", 4)]), 0, 4));
        assert_eq!(counted("by=kind&moderator=custom:bob").await, (rows(&[("warn", 2), ("mute", 1)]), 0, 3));
        assert_eq!(counted("by=reason&limit=1&moderator=custom:bob").await, (rows(&[("d", 2)]), 1, 3));
        assert_eq!(counted("by=kind&moderator=custom:nobody").await, (vec![], 0, 0));
        assert_eq!(counted("by=kind&moderator=system").await, (vec![], 0, 0));
        assert_eq!(counted("by=week&from=2027-01-01T00:00:00Z").await, (vec![], 0, 0));
        let kept = home.get("/counts?by=kind&from=2026-01-05T01:00:00%2B01:00").await.expect(200);
        assert_eq!((&kept["from"], &kept["until"]), (&json!("2026-01-05T00:00:00.000000Z"), &Value::Null));
    }

    /// The same reason with different outcomes: who chose what, and where to look.
    async fn like_that_is_not_treated_alike_is_reported(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for member in ["custom:1", "custom:2", "custom:3"] {
            warned(&home, "ann", member, "Spam").await; // 1 to 3
            warned(&home, "ann", member, "rude").await; // 4, 5 and 6, in between
        }
        muted(&home, "bob", "custom:4", "SPAM ", 86_400).await; // 7
        by(&home, "bob", json!({"kind": "note", "member": "custom:5", "reason": "spam"})).await;
        let wrong = by(&home, "bob", json!({"kind": "ban", "member": "custom:5", "reason": "spam"})).await;
        home.post(&format!("/cases/{wrong}/void"), json!({})).await.expect(200);
        for _ in 0..2 {
            warned(&home, "bob", "custom:6", "seldom").await;
        }
        let report = home.get("/consistency").await.expect(200);
        let first = home.get("/cases/1").await.expect(200)["actor"]["user"].clone();
        let second = home.get("/cases/7").await.expect(200)["actor"]["user"].clone();
        let reasons: Vec<_> = report["items"].as_array().unwrap().iter()
            .map(|item| (item["reason"].as_str().unwrap(), item["cases"].as_i64().unwrap(), item["agreement_percent"].as_i64().unwrap()))
            .collect();
        assert_eq!(reasons, [("SPAM", 4, 75), ("rude", 3, 100)]);
        assert_eq!((&report["min_cases"], &report["left_out"], &report["unread"]), (&json!(3), &json!(0), &json!(0)));
        assert_eq!(report["items"][0]["outcomes"], json!([
            {
                "kind": "warn", "duration": null, "cases": 3, "percent": 75,
                "moderators": [{"moderator": first, "identity": "custom:ann", "cases": 3}], "moderators_left_out": 0,
                "examples": [5, 3, 1],
            },
            {
                "kind": "mute", "duration": 86_400, "cases": 1, "percent": 25,
                "moderators": [{"moderator": second, "identity": "custom:bob", "cases": 1}], "moderators_left_out": 0,
                "examples": [7],
            },
        ]));
        let cut = home.get("/consistency?min_cases=2&limit=1").await.expect(200);
        assert_eq!((cut["items"].as_array().unwrap().len(), &cut["left_out"]), (1, &json!(2)));
        let none = home.get("/consistency?from=2027-01-01T00:00:00Z").await.expect(200);
        assert_eq!((&none["items"], &none["from"]), (&json!([]), &json!("2027-01-01T00:00:00.000000Z")));
    }

    /// What cannot be asked is refused by the name of its parameter.
    async fn wrong_parameters_are_named(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let long = "x".repeat(201);
        for (query, name) in [
            ("/cases?q=", "q"),
            ("/cases?q=%20+%E3%80%80", "q"),
            (&format!("/cases?q={long}"), "q"),
            ("/cases?q=1+2+3+4+5+6+7+8+9", "q"),
            ("/cases?q=a&q=b", "q"),
            ("/counts", "by"),
            ("/counts?by=colour", "colour"),
            ("/counts?by=kind&by=week", "by"),
            ("/counts?by=kind&kind=Warn", "kind"),
            ("/counts?by=kind&moderator=nobody", "moderator"),
            ("/counts?by=kind&from=yesterday", "from"),
            ("/counts?by=kind&until=2300-01-01T00:00:00Z", "until"),
            ("/counts?by=kind&from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", "until"),
            ("/counts?by=kind&limit=0", "limit"),
            ("/counts?by=kind&limit=501", "limit"),
            ("/counts?by=kind&cursor=x", "cursor"),
            ("/consistency?min_cases=1", "min_cases"),
            ("/consistency?min_cases=1001", "min_cases"),
            ("/consistency?min_cases=many", "min_cases"),
            ("/consistency?limit=101", "limit"),
            ("/consistency?from=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "until"),
            ("/consistency?kind=warn", "kind"),
        ] {
            let said = problem(home.get(query).await, 400, "bad_query");
            assert!(said.contains(name), "{query}: {said}");
        }
    }

    /// Other tenants, and keys bound to other communities, find nothing; a reader's key is enough.
    async fn insight_is_for_who_may_read_cases(store) {
        let api = Api::start(store).await;
        let (home, beside) = (api.community().await, api.community().await);
        warned(&home, "ann", "custom:1", "Spam").await;
        let bound = api.key(&["cases:read"], json!({"communities": [beside.id]})).await;
        let blind = api.key(&["acts:write", "communities:read"], json!({})).await;
        for path in ["/cases?q=spam", "/counts?by=moderator", "/counts?by=moderator&moderator=custom:nobody", "/consistency"] {
            for stranger in [&api.stranger().await, &bound] {
                problem(home.seen_by(stranger).get(path).await, 404, "not_found");
            }
            let nowhere = format!("/v1/communities/com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f{path}");
            problem(api.admin.get(&nowhere).await, 404, "not_found");
            problem(home.seen_by(&blind).get(path).await, 403, "forbidden_scope");
            let reader = home.seen_by(&api.reader().await);
            reader.get(path).await.expect(200);
        }
        assert_eq!(beside.get("/counts?by=moderator").await.expect(200)["items"], json!([]));
        assert!(beside.cases("?q=spam").await.is_empty());
        let theirs = Community::of(&api.stranger().await).await;
        assert_eq!(theirs.get("/counts?by=reason").await.expect(200)["total"]["cases"], 0);
        assert_eq!(theirs.get("/consistency?min_cases=2").await.expect(200)["items"], json!([]));
    }

    /// Moderators who were merged are one moderator, in lists, reports and plans to undo, whichever of their names is asked for.
    async fn merged_moderators_are_one(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for (moderator, member) in [("ann", "custom:1"), ("ann.work", "custom:2"), ("bob", "custom:3")] {
            warned(&home, moderator, member, "Spam").await; // 1 to 3
        }
        let ids = [home.standing("custom:ann").await["user"].clone(), home.standing("custom:ann.work").await["user"].clone()];
        let id = |which: usize| ids[which].as_str().unwrap().to_owned();
        let merge = json!({"from": id(1), "reason": "one person"});
        api.admin.post(&format!("/v1/users/{}/merge", id(0)), &merge).await.expect(200);
        warned(&home, "ann.work", "custom:4", "Spam").await; // 4
        for name in ["custom:ann", "custom:ann.work", &id(0), &id(1)] {
            assert_eq!(home.cases(&format!("?moderator={name}")).await, [4, 2, 1], "{name}");
            assert_eq!(home.cases(&format!("?moderator={name}&member=custom:2")).await, [2], "{name}");
            assert_eq!(home.cases(&format!("?moderator={name}&limit=2")).await, [4, 2], "{name}");
            assert_eq!(home.cases(&format!("?moderator={name}&q=spam")).await, [4, 2, 1], "{name}");
            let counts = home.get(&format!("/counts?by=kind&moderator={name}")).await.expect(200);
            assert_eq!(groups(&counts, "cases"), [("warn".to_owned(), 3)], "{name}");
            let plan = json!({"moderator": name, "from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"});
            let plan = home.post("/undo-plans", plan).await.expect(201);
            assert_eq!(plan["cases"], json!([4, 2, 1]), "{name}");
        }
        let counts = home.get("/counts?by=moderator").await.expect(200);
        assert_eq!(groups(&counts, "cases")[0], (id(0), 3));
        assert_eq!(counts["items"].as_array().unwrap().len(), 2);
        let report = home.get("/consistency?min_cases=2").await.expect(200);
        let moderators = report["items"][0]["outcomes"][0]["moderators"].as_array().unwrap();
        let told: Vec<_> = moderators.iter().map(|one| (&one["moderator"], &one["cases"])).collect();
        assert_eq!((told.len(), told[0]), (2, (&ids[0], &json!(3))));
    }
}
