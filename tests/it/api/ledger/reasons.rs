//! Edits under an entity tag.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

async fn reword(home: &Community, tag: Option<&str>, reason: Value) -> Reply {
    let call = home.client.call(Method::PUT, &home.path("/cases/1/reason"));
    let call = match tag {
        Some(tag) => call.header("if-match", tag),
        None => call,
    };
    call.json(&json!({ "reason": reason })).send().await
}

on_every_store! {
    /// The earlier reason is kept; a change needs the version that it changes.
    async fn a_reason_changes_under_its_tag(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        let read = home.get("/cases/1").await;
        let tag = read.header("etag").unwrap().to_owned();
        assert_eq!(home.get("/cases/1/revisions").await.expect(200), json!({"items": []}));

        problem(reword(&home, None, json!("x")).await, 428, "precondition_required");
        problem(reword(&home, Some("*"), json!("x")).await, 428, "precondition_required");
        problem(reword(&home, Some("\"9\""), json!("x")).await, 412, "precondition_failed");
        problem(reword(&home, Some(&format!("W/{tag}")), json!("x")).await, 412, "precondition_failed");

        api.clock.advance(5);
        let changed = reword(&home, Some(&tag), json!("Phishing")).await;
        let new_tag = changed.header("etag").unwrap().to_owned();
        let case = changed.expect(200);
        assert_eq!((&case["reason"], &case["revision"]), (&json!("Phishing"), &json!(1)));
        let read = home.get("/cases/1").await;
        assert_eq!((read.header("etag"), &read.body), (Some(new_tag.as_str()), &case));
        problem(reword(&home, Some(&tag), json!("x")).await, 412, "precondition_failed");

        let cleared = reword(&home, Some(&new_tag), Value::Null).await.expect(200);
        assert_eq!((&cleared["reason"], &cleared["revision"]), (&Value::Null, &json!(2)));
        let earlier = home.get("/cases/1/revisions").await.expect(200);
        let said: Vec<_> = earlier["items"].as_array().unwrap().iter().map(|r| (r["revision"].clone(), r["reason"].clone())).collect();
        assert_eq!(said, [(json!(0), json!("Spam")), (json!(1), json!("Phishing"))]);
        assert_eq!(earlier["items"][0]["replaced_at"], "2026-01-01T00:00:05.000000Z");
        let events = api.admin.get("/v1/events?type=case.reason_changed").await.expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 2);
    }

    /// A tag from before a void is stale too.
    async fn a_void_makes_a_tag_stale(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        let tag = home.get("/cases/1").await.header("etag").unwrap().to_owned();
        home.post("/cases/1/void", json!({})).await.expect(200);
        let said = problem(reword(&home, Some(&tag), json!("x")).await, 412, "precondition_failed");
        let now = home.get("/cases/1").await.header("etag").unwrap().to_owned();
        assert!(said.contains(&format!("ETag is {now} now")) && said.contains("If-Match"), "{said}");
        let bare = problem(reword(&home, Some(now.trim_matches('"')), json!("x")).await, 412, "precondition_failed");
        assert!(bare.contains("quotation marks"), "{bare}");
        reword(&home, Some(&now), json!("x")).await.expect(200);
    }

    /// Who may not act like the case did may not word it either, and a reason has its bounds.
    async fn wording_takes_the_rank_of_the_act(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        let tag = home.get("/cases/1").await.header("etag").unwrap().to_owned();
        let weak = api.key(&["acts:write", "cases:read"], json!({"rank": "member"})).await;
        problem(reword(&home.seen_by(&weak), Some(&tag), json!("x")).await, 403, "rank_too_low");
        assert_eq!(pointers(&reword(&home, Some(&tag), json!("x".repeat(2_001))).await), ["/reason"]);
        let missing = home.client.call(Method::PUT, &home.path("/cases/1/reason")).header("if-match", &tag).json(&json!({})).send().await;
        assert_eq!(pointers(&missing), ["/reason"]);
        assert_eq!(home.get("/cases/1").await.expect(200)["reason"], "Spam");
    }

    /// A copy that is still right is not sent again.
    async fn a_copy_that_is_right_is_not_sent(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        let tag = home.get("/cases/1").await.header("etag").unwrap().to_owned();
        let again = home.client.call(Method::GET, &home.path("/cases/1")).header("if-none-match", &tag).send().await;
        assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, Some(tag.as_str())));
        home.post("/cases/1/void", json!({})).await.expect(200);
        let again = home.client.call(Method::GET, &home.path("/cases/1")).header("if-none-match", &tag).send().await;
        assert_eq!(again.status, 200);
    }
}
