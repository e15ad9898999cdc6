//! The log, read from a position on.

use serde_json::{Value, json};

use super::world::{Api, problem};

fn ids(page: &Value) -> Vec<i64> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|event| event["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

on_every_store! {
    /// Positions have no gaps; whoever goes on from a cursor misses nothing and sees nothing twice.
    async fn the_log_is_read_on_and_on(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for n in 0..3 {
            home.warn(&format!("custom:{n}"), "x").await;
        }
        let (mut after, mut seen) = (String::new(), Vec::new());
        loop {
            let reply = api.admin.get(&format!("/v1/events?limit=2{after}")).await;
            let link = reply.header("link").map(str::to_owned);
            let page = reply.expect(200);
            seen.extend(ids(&page));
            after = format!("&after={}", page["next_cursor"].as_str().unwrap());
            let next = format!("</v1/events?limit=2{after}>; rel=\"next\"");
            assert_eq!(link, page["has_more"].as_bool().unwrap().then_some(next), "{page}");
            if page["has_more"] == json!(false) {
                break;
            }
        }
        assert_eq!(seen, (1..=6).collect::<Vec<_>>());
        let idle = api.admin.get(&format!("/v1/events?limit=2{after}")).await.expect(200);
        assert_eq!((ids(&idle), &idle["next_cursor"]), (vec![], &json!("6")));
        home.warn("custom:4", "x").await;
        assert_eq!(ids(&api.admin.get(&format!("/v1/events?limit=2{after}")).await.expect(200)), [7]);
    }

    /// Filters by community and type; a key that is bound sees its communities' events alone.
    async fn events_are_filtered(store) {
        let api = Api::start(store).await;
        let (home, other) = (api.community().await, api.community().await);
        home.warn("custom:1", "x").await;
        other.act(json!({"kind": "mute", "member": "custom:1"})).await.expect(201);
        let bound = api.key(&["events:read", "cases:read"], json!({"communities": [other.id]})).await;
        let kinds = async |client: &crate::support::client::Client, query: &str| {
            let page = client.get(&format!("/v1/events{query}")).await.expect(200);
            page["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let of_other = ["community.created", "case.created", "sanction.started"];
        assert_eq!(kinds(&api.admin, &format!("?community={}", other.id)).await, of_other);
        assert_eq!(kinds(&bound, "").await, of_other);
        let filtered = api.admin.get("/v1/events?type=case.created&after=0&limit=1").await;
        let next = filtered.header("link").unwrap().to_owned();
        assert!(next.starts_with("</v1/events?type=case.created&limit=1&after="), "{next}");
        assert_eq!(kinds(&bound, "?type=sanction.started,case.created").await, ["case.created", "sanction.started"]);
        assert_eq!(kinds(&api.admin, "?type=case.created").await.len(), 2);
        problem(bound.get(&format!("/v1/events?community={}", home.id)).await, 404, "not_found");
        problem(api.admin.get("/v1/events?community=com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f").await, 404, "not_found");
        for query in ["?type=case.crated", "?type=", "?limit=501", "?after=1&after=2", "?from=1"] {
            problem(api.admin.get(&format!("/v1/events{query}")).await, 400, "bad_query");
        }
        for query in ["?after=x", "?after=-1", "?after=99999999999999999999"] {
            problem(api.admin.get(&format!("/v1/events{query}")).await, 400, "bad_cursor");
        }
    }

    /// Behind a position up to which everything is forgotten nobody goes on, in pages or as a stream: who did would miss it.
    async fn a_position_whose_events_are_gone_is_refused(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        api.clock.advance(2 * 86_400);
        let renamed = home.client.patch(&home.path(""), &json!({"name": "renamed", "event_retention": "P1D"})).await.expect(200);
        assert_eq!(renamed["event_retention"], 86_400);
        let day = std::time::Duration::from_secs(86_400);
        while api.store.forget_events(day, 100).await.unwrap() {}
        for path in ["/v1/events?after=2", "/v1/events/stream?after=2"] {
            let detail = problem(api.admin.get(path).await, 410, "events_gone");
            assert!(detail.contains("position 3"), "{detail}");
        }
        let left = api.admin.get("/v1/events").await.expect(200);
        assert_eq!((&left["items"][0]["id"], &left["items"][0]["type"]), (&json!("4"), &json!("community.changed")));
        assert_eq!(api.admin.get("/v1/events?after=3").await.expect(200), left);
        let short = json!({"event_retention": 3_600});
        assert!(problem(home.client.patch(&home.path(""), &short).await, 422, "invalid_request").contains("a day"));
        let same = home.client.patch(&home.path(""), &json!({"event_retention": null})).await.expect(200);
        assert_eq!(same["event_retention"], json!(null));
    }

    /// What a community forgets sooner than others leaves gaps: whoever reads on is given what there is, and told; whoever reads that community
    /// alone is refused.
    async fn what_one_community_forgot_is_told(store) {
        let api = Api::start(store).await;
        let (home, other) = (api.community().await, api.community().await);
        home.client.patch(&home.path(""), &json!({"event_retention": "P1D"})).await.expect(200);
        for n in 0..3 {
            home.warn(&format!("custom:{n}"), "x").await;
            other.warn(&format!("custom:{n}"), "x").await;
        }
        let all = ids(&api.admin.get("/v1/events?limit=500").await.expect(200));
        api.clock.advance(2 * 86_400);
        while api.store.forget_events(std::time::Duration::from_secs(30 * 86_400), 100).await.unwrap() {}
        let (mut left, mut path, mut missed) = (Vec::new(), "/v1/events?limit=3".to_owned(), Vec::new());
        loop {
            let page = api.admin.get(&path).await.expect(200);
            left.extend(ids(&page));
            missed.push(page["missed_up_to"].clone());
            if page["has_more"] == json!(false) {
                break;
            }
            path = format!("/v1/events?limit=3&after={}", page["next_cursor"].as_str().unwrap());
        }
        let of_other = ids(&api.admin.get(&format!("/v1/events?limit=500&community={}", other.id)).await.expect(200));
        assert!(of_other.iter().all(|id| left.contains(id)) && left.len() < all.len(), "{left:?} of {all:?}");
        let forgotten = all.iter().filter(|id| !left.contains(id)).max().unwrap().to_string();
        assert_eq!((&missed[0], &missed[1]), (&Value::Null, &json!(forgotten)), "who begins has missed nothing");
        let alone = format!("/v1/events?after=3&community={}", home.id);
        assert!(problem(api.admin.get(&alone).await, 410, "events_gone").contains(&format!("position {forgotten}")));
        let told = api.admin.get(&format!("/v1/events?after={forgotten}")).await.expect(200);
        assert_eq!(told["missed_up_to"], Value::Null);
        let call = api.admin.call(hyper::Method::GET, "/v1/events/stream").header("Last-Event-ID", "3");
        let mut stream = call.stream().await;
        let first = stream.event().await;
        assert_eq!((first.event.as_deref(), &first.data["up_to"]), (Some("missed"), &json!(forgotten)));
        assert_eq!(stream.ids(1).await[0].to_string(), left.iter().find(|id| **id > 3).unwrap().to_string());
    }

    /// Whoever waited at a position beyond the end would miss all that comes before it, so nobody is let.
    async fn a_position_beyond_the_end_is_refused(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let end = api.admin.get("/v1/events").await.expect(200)["next_cursor"].clone();
        assert_eq!(end, "3");
        for query in ["?after=4", "?after=1000", "?after=9223372036854775807", "?after=4&type=case.created", "?after=4&limit=1"] {
            let reply = api.admin.get(&format!("/v1/events{query}")).await;
            assert!(reply.body["detail"].as_str().unwrap().contains("ends at position 3,"), "{query}: {}", reply.body);
            problem(reply, 400, "bad_cursor");
        }
        let waiting = api.admin.get("/v1/events?after=3").await.expect(200);
        assert_eq!((ids(&waiting), &waiting["next_cursor"]), (vec![], &end));
        home.warn("custom:1", "x").await;
        assert_eq!(ids(&api.admin.get("/v1/events?after=3").await.expect(200)), [4]);
    }
}
