//! Idempotency keys: done once, however often it is sent.

use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::world::{Api, Community, problem};
use crate::support::client::Reply;
use crate::support::wait;

/// Longer than anything here takes, shorter than anyone's patience with a failing test.
const SOON: Duration = Duration::from_secs(20);

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

    /// While a request has no answer yet, whoever uses its key is told to wait; then it is the first one's answer. Nobody else's key
    /// is in the way. A client that hangs up gives the key back.
    async fn a_repeat_in_flight_is_told_to_wait(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let body = warn("Spam").to_string();
        let begin = async || {
            let address = home.client.address();
            let mut stream = TcpStream::connect(address).await.unwrap();
            let (path, key, length) = (home.path("/acts"), home.client.key(), body.len());
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {key}\r\nidempotency-key: k1\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            // What would be refused shows whether the key is in use, and uses none.
            wait::until_async("the key to be in use", SOON, async || {
                let reply = act(&home, "k1", &json!({"kind": "unmute", "member": "custom:1"})).await;
                (reply.body["code"] == "idempotency_in_flight").then_some(())
            }).await;
            stream
        };
        let mut first = begin().await;
        let repeat = act(&home, "\"k1\"", &warn("Spam")).await;
        assert_eq!(repeat.header("retry-after"), Some("1"));
        problem(repeat, 409, "idempotency_in_flight");
        act(&home, "k2", &warn("Links")).await.expect(201);
        let theirs = Community::of(&api.stranger().await).await;
        act(&theirs, "k1", &warn("Spam")).await.expect(201);

        first.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        first.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        let repeat = act(&home, "k1", &warn("Spam")).await;
        assert_eq!(repeat.header("idempotent-replayed"), Some("true"));
        assert!(answer.ends_with(std::str::from_utf8(&repeat.bytes).unwrap()));

        drop(begin().await);
        wait::until_async("the key to be given back", SOON, async || {
            (act(&home, "k1", &warn("Spam")).await.status == 201).then_some(())
        }).await;
        assert_eq!(home.cases("").await, [2, 1]);
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
