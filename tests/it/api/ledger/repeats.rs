//! Idempotency keys: done once, however often it is sent.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, problem};
use crate::support::client::Reply;

async fn act(home: &Community, key: &str, body: &Value) -> Reply {
    home.client
        .call(Method::POST, &home.path("/acts"))
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

fn warn(reason: &str) -> Value {
    json!({"kind": "warn", "member": "custom:1", "reason": reason})
}

on_every_store! {
    /// A repeat gets the first answer, byte for byte, however its body is written.
    async fn a_repeat_gets_the_first_answer(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let first = act(&home, "k1", &warn("Spam")).await;
        assert_eq!((first.status, first.header("idempotent-replayed")), (201, None));
        home.warn("custom:1", "Something else").await;
        let spaced = "{ \"reason\" : \"Sp\\u0061m\",\n \"member\":\"custom:1\", \"kind\": \"warn\" }";
        for call in [
            home.client.call(Method::POST, &home.path("/acts")).header("idempotency-key", "k1").json(&warn("Spam")),
            home.client.call(Method::POST, &home.path("/acts")).header("idempotency-key", "\"k1\"")
                .header("content-type", "application/json").body(spaced),
        ] {
            let again = call.send().await;
            assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
            assert_eq!(again.bytes, first.bytes);
            assert_eq!(again.header("location"), first.header("location"));
        }
        assert_eq!(home.cases("").await, [2, 1]);
    }

    /// A key belongs to one request: another body, path or method is refused.
    async fn a_key_belongs_to_one_request(store) {
        let api = Api::start(store).await;
        let (home, other) = (api.community().await, api.community().await);
        act(&home, "k1", &warn("Spam")).await.expect(201);
        problem(act(&home, "k1", &warn("Insults")).await, 422, "idempotency_key_reused");
        problem(act(&other, "k1", &warn("Spam")).await, 422, "idempotency_key_reused");
        assert_eq!(home.cases("").await, [1]);
        // Another tenant's keys are its own.
        let theirs = Community::of(&api.stranger().await).await;
        act(&theirs, "k1", &warn("Spam")).await.expect(201);
    }

    /// A refusal is not kept: the corrected request may have the same key.
    async fn a_refusal_may_be_corrected(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let unmute = json!({"kind": "unmute", "member": "custom:1"});
        problem(act(&home, "k1", &unmute).await, 409, "nothing_to_lift");
        assert_eq!(act(&home, "k1", &json!({"kind": "tempban", "member": "custom:1"})).await.status, 422);
        act(&home, "k1", &warn("Spam")).await.expect(201);
    }

    /// Many at once are one.
    async fn many_at_once_are_one(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let body = warn("Spam");
        let replies = futures_util::future::join_all((0..16).map(|_| act(&home, "k1", &body))).await;
        let fresh = replies.iter().filter(|r| r.header("idempotent-replayed").is_none() && r.status == 201).count();
        assert_eq!(fresh, 1);
        for reply in replies {
            assert!(reply.status == 201 || (reply.status == 409 && reply.body["code"] == "idempotency_in_flight"), "{}", reply.body);
        }
        assert_eq!(home.cases("").await, [1]);
    }

    /// What is no key is refused before anything is done.
    async fn a_key_is_printable_and_bounded(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for key in ["", "\"\"", "\"open", &"k".repeat(256), "naïve"] {
            problem(act(&home, key, &warn("Spam")).await, 400, "idempotency_key_invalid");
        }
        let twice = home.client.call(Method::POST, &home.path("/acts")).header("idempotency-key", "a").header("idempotency-key", "a");
        problem(twice.json(&warn("Spam")).send().await, 400, "idempotency_key_invalid");
        assert!(home.cases("").await.is_empty());
    }
}
