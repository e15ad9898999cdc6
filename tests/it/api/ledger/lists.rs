//! Filters and pages of cases and sanctions.

use serde_json::{Value, json};

use super::world::{Api, numbers, problem};

/// What a `Link` header leads to.
fn next(link: &str) -> String {
    let (address, rel) = link.split_once('>').unwrap();
    assert_eq!(rel, "; rel=\"next\"");
    address.trim_start_matches('<').to_owned()
}

on_every_store! {
    /// Every filter narrows the list; together they narrow it more.
    async fn cases_are_filtered(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "a").await; // 1
        api.clock.advance(60);
        home.warn("custom:2", "b").await; // 2
        api.clock.advance(60);
        home.act(json!({"kind": "mute", "member": "custom:1", "duration": 60})).await.expect(201); // 3, and 4 by the ladder
        let user = home.standing("custom:1").await["user"].as_str().unwrap().to_owned();
        let key = home.get("/cases/1").await.expect(200)["actor"]["key"].as_str().unwrap().to_owned();
        for (query, expected) in [
            ("", vec![4, 3, 2, 1]),
            ("?member=custom:1", vec![4, 3, 1]),
            (&format!("?member={user}"), vec![4, 3, 1]),
            ("?member=custom:nobody", vec![]),
            ("?kind=warn", vec![2, 1]),
            (&format!("?moderator={key}"), vec![3, 2, 1]),
            ("?moderator=escalation", vec![4]),
            ("?moderator=system", vec![]),
            ("?moderator=custom:nobody", vec![]),
            ("?from=2026-01-01T00:01:00Z", vec![4, 3, 2]),
            ("?until=2026-01-01T00:01:00Z", vec![1]),
            ("?from=2026-01-01T00:01:00Z&until=2026-01-01T00:02:00Z", vec![2]),
            ("?member=custom:1&kind=warn", vec![1]),
        ] {
            assert_eq!(home.cases(query).await, expected, "{query}");
        }
        for query in ["?kind=Warn", "?member=nobody", "?moderator=nobody", "?from=yesterday", "?until=2300-01-01T00:00:00Z", "?colour=red",
            "?kind=warn&kind=ban", "?member=custom:%00", "?limit=0", "?limit=501"] {
            problem(home.get(&format!("/cases{query}")).await, 400, "bad_query");
        }
    }

    /// Cases by a person are found by any name of theirs.
    async fn cases_are_found_by_moderator(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let actor = json!({"platform": "custom", "id": "mod", "rank": "moderator"});
        let answer = home.act(json!({"kind": "warn", "member": "custom:1", "actor": actor})).await.expect(201);
        home.warn("custom:2", "x").await;
        let user = answer["case"]["actor"]["user"].as_str().unwrap();
        assert_eq!(home.cases("?moderator=custom:mod").await, [1]);
        assert_eq!(home.cases(&format!("?moderator={user}")).await, [1]);
    }

    /// Pages follow each other without gaps or doubles, and stay stable while cases come in.
    async fn pages_are_stable(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for n in 0..7 {
            home.warn(&format!("custom:{n}"), "x").await;
        }
        let first = home.get("/cases?kind=warn&limit=3").await;
        let link = next(first.header("link").unwrap());
        let first = first.expect(200);
        assert_eq!(numbers(&first), [7, 6, 5]);
        assert!(link.contains(first["next_cursor"].as_str().unwrap()));
        home.warn("custom:new", "x").await;
        let second = api.admin.get(&link).await;
        let link = next(second.header("link").unwrap());
        assert_eq!(numbers(&second.expect(200)), [4, 3, 2]);
        let last = api.admin.get(&link).await;
        assert_eq!(last.header("link"), None);
        let last = last.expect(200);
        assert_eq!((numbers(&last), &last["next_cursor"]), (vec![1], &Value::Null));
        let whole = home.get("/cases?limit=8").await.expect(200);
        assert_eq!((numbers(&whole).len(), &whole["next_cursor"]), (8, &Value::Null));
    }

    /// A cursor is good for its own list, filter and tenant.
    async fn a_cursor_is_good_for_its_list(store) {
        let api = Api::start(store).await;
        let (home, other) = (api.community().await, api.community().await);
        for n in 0..3 {
            home.act(json!({"kind": "mute", "member": format!("custom:{n}")})).await.expect(201);
        }
        let page = home.get("/cases?limit=1").await.expect(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        assert_eq!(home.cases(&format!("?cursor={cursor}")).await, [2, 1]);
        for (place, query) in [
            (&home, format!("/cases?kind=mute&cursor={cursor}")),
            (&home, format!("/sanctions?cursor={cursor}")),
            (&other, format!("/cases?cursor={cursor}")),
            (&home, format!("/cases?cursor=A{cursor}")),
            (&home, "/cases?cursor=".to_owned()),
            (&home, "/cases?cursor=%F0%9F%A6%80".to_owned()),
        ] {
            problem(place.get(&query).await, 400, "bad_cursor");
        }
        let sanctions = home.get("/sanctions?limit=2").await.expect(200);
        let cursor = sanctions["next_cursor"].as_str().unwrap();
        let rest = home.get(&format!("/sanctions?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!((rest["items"][0]["case"].clone(), &rest["next_cursor"]), (json!(1), &Value::Null));
    }

    /// A list of a community that does not exist is not an empty list.
    async fn nothing_is_not_nowhere(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let nowhere = "/v1/communities/com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
        for list in ["/cases", "/cases?member=custom:nobody", "/sanctions", "/sanctions?member=custom:nobody", "/cases/1/revisions"] {
            problem(api.admin.get(&format!("{nowhere}{list}")).await, 404, "not_found");
        }
        assert_eq!(home.get("/sanctions").await.expect(200), json!({"items": [], "next_cursor": null}));
    }
}
