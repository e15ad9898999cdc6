//! What is no request: refused by name on both stores alike, never a 5xx, and nothing is changed.

use hyper::Method;
use serde_json::json;

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

async fn raw(home: &Community, body: impl Into<hyper::body::Bytes>) -> Reply {
    let call = home.client.call(Method::POST, &home.path("/acts"));
    call.header("content-type", "application/json")
        .body(body)
        .send()
        .await
}

on_every_store! {
    /// What is not JSON, or not JSON that two readers understand alike.
    async fn what_is_no_json_is_malformed(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for body in [
            "", "{", "nonsense", "{\"kind\": \"warn\",}", "{\"kind\": \"warn\"} {}", "{'kind': 'warn'}", "\u{feff}{}",
        ] {
            problem(raw(&home, body).await, 400, "malformed_json");
        }
        problem(raw(&home, &b"{\"kind\": \"\xff\"}"[..]).await, 400, "malformed_json");
        let deep = format!("{{\"kind\": \"warn\", \"member\": {}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(raw(&home, deep).await.status < 500);
        let reply = raw(&home, "x".repeat((1 << 20) + 1)).await;
        problem(reply, 413, "payload_too_large");
        assert!(home.cases("").await.is_empty());
    }

    /// Fields that are unknown, repeated, missing or of another type are named by pointer.
    async fn fields_are_known_and_single(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for (body, at) in [
            (r#"{"kind":"warn","member":"custom:1","colour":"red"}"#, "/colour"),
            (r#"{"kind":"warn","kind":"ban","member":"custom:1"}"#, "/kind"),
            (r#"{"kind":"warn","member":"custom:1","actor":{"platform":"custom","id":"1","rnak":"owner"}}"#, "/actor/rnak"),
            (r#"{"kind":"warn","member":"custom:1","context":{"a":"1","a":"2"}}"#, "/context/a"),
            (r#"{"kind":"warn"}"#, "/member"),
            (r#"{"kind":"execute!","member":"custom:1"}"#, "/kind"),
            (r#"{"kind":null,"member":"custom:1"}"#, "/kind"),
            (r#"{"kind":"warn","member":7}"#, "/member"),
            (r#"{"kind":"warn","member":"custom:1","dry_run":"yes"}"#, "/dry_run"),
            (r#"{"kind":"warn","member":"custom:1","context":{"a":1}}"#, "/context/a"),
            (r#"{"kind":"warn","member":"custom:1","points":3}"#, "/points"),
            (r#"{"kind":"warn","member":"custom:1","tenant":"ten_0"}"#, "/tenant"),
        ] {
            assert_eq!(pointers(&raw(&home, body).await), [at], "{body}");
        }
        problem(raw(&home, r#"{"kind":"execute","member":"custom:1"}"#).await, 422, "unknown_kind");
        assert!(home.cases("").await.is_empty());
    }

    /// Characters that one of the stores could not keep, and texts without end.
    async fn texts_are_storable(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for reason in [r"a\u0000b", r"\ud800", r"\udc00\ud800"] {
            let body = format!(r#"{{"kind":"warn","member":"custom:1","reason":"{reason}"}}"#);
            assert_eq!(pointers(&raw(&home, body).await), ["/reason"], "{reason}");
        }
        assert_eq!(raw(&home, &b"{\"kind\":\"warn\",\"member\":\"custom:1\",\"reason\":\"a\x00b\"}"[..]).await.status, 400);
        let said = |reason: String| json!({"kind": "warn", "member": "custom:1", "reason": reason});
        for reason in ["\u{1b}[2J".to_owned(), "x".repeat(2_001), "\u{7f}".to_owned()] {
            assert_eq!(pointers(&home.act(said(reason)).await), ["/reason"]);
        }
        for (field, value, at) in [
            ("evidence", json!(["ftp://example.org"]), "/evidence/0"),
            ("evidence", json!(["https://example.org", "javascript:alert(1)"]), "/evidence/1"),
            ("evidence", json!(vec!["https://example.org"; 11]), "/evidence"),
            ("context", json!({"a": "x".repeat(501)}), "/context/a"),
            ("context", json!({"": "x"}), "/context/"),
            ("visibility", json!("member"), "/visibility"),
        ] {
            let mut body = said("x".to_owned());
            body[field] = value;
            assert_eq!(pointers(&home.act(body).await), [at]);
        }
        let mut all = said("\u{1}".to_owned());
        all["member"] = json!("nobody");
        all["duration"] = json!(-1);
        assert_eq!(pointers(&home.act(all).await), ["/member", "/duration", "/reason"], "all at once");
        assert!(home.cases("").await.is_empty());
        home.act(said("x".repeat(2_000))).await.expect(201);
    }

    /// What is wrong with a parameter is said in words that a client knows, and once.
    async fn parameters_are_refused_in_plain_words(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for (query, says) in [
            ("/cases?kind=Spank", "The parameter kind was refused; write the name of a kind, such as warn"),
            ("/cases?kind=", "The parameter kind was refused; write the name of a kind, such as warn"),
            ("/cases?colour=red", "There is no parameter colour; there are member, moderator, kind, from, until, q, limit, cursor."),
            ("/cases?kind=warn&kind=ban", "The parameter kind is there twice."),
            ("/cases?from=yesterday", "The parameter from was refused: expected a time such as 2026-11-22T12:00:00Z, found string "),
            ("/sanctions?active=maybe", "The parameter active was refused: it is true or false."),
            ("/cases/1?colour=red", "There is no parameter colour; this operation has none."),
        ] {
            let said = problem(home.get(query).await, 400, "bad_query");
            assert!(said.starts_with(says), "{query}: {said}");
        }
        let said = problem(api.admin.get("/v1/events?limit=many").await, 400, "bad_query");
        assert_eq!(said, "The parameter limit was refused: it is a whole number.");
    }

    /// Durations are positive, bounded and of a known spelling.
    async fn durations_are_bounded(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for duration in [
            "0", "-1", "315360001", "9223372036854775807", "9223372036854775808", "1e300", "60.5", "\"P1M\"", "\"P3651D\"", "\"PT\"",
            "\"P99999999999999999999D\"", "\"1h\"", "\"\"", "true", "[60]",
        ] {
            let body = format!(r#"{{"kind":"mute","member":"custom:1","duration":{duration}}}"#);
            assert_eq!(pointers(&raw(&home, body).await), ["/duration"], "{duration}");
        }
        assert!(home.cases("").await.is_empty());
        for (n, duration) in ["60", "60.0", "6e1", "\"PT1M\""].into_iter().enumerate() {
            let body = format!(r#"{{"kind":"mute","member":"custom:{n}","duration":{duration}}}"#);
            assert_eq!(raw(&home, body).await.expect(201)["case"]["duration"], 60, "{duration}");
        }
    }

    /// Points with more decimals than points have, on the way into a policy.
    async fn points_have_three_decimals(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let tag = home.get("/policy").await.header("etag").unwrap().to_owned();
        for points in ["1.00000000000000000001", "1.0001", "-0.5", "-1", "1e3", "10001", "99999999999999999999999999"] {
            let body = format!(r#"{{"rules":{{"weights":{{"warn":{points}}}}}}}"#);
            let call = home.client.call(Method::PUT, &home.path("/policy")).header("if-match", &tag);
            let reply = call.header("content-type", "application/json").body(body).send().await;
            assert_eq!(pointers(&reply), ["/rules/weights/warn"], "{points}");
        }
        for points in ["NaN", "Infinity"] {
            let body = format!(r#"{{"rules":{{"weights":{{"warn":{points}}}}}}}"#);
            let call = home.client.call(Method::PUT, &home.path("/policy")).header("if-match", &tag);
            let reply = call.header("content-type", "application/json").body(body).send().await;
            problem(reply, 400, "malformed_json");
        }
    }

    /// What needs not be told anything may come without a body, as whatever type; what needs one says so.
    async fn a_body_without_anything_in_it_may_be_left_out(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let post = |path: &str| home.client.call(Method::POST, &home.path(path));
        let form = "application/x-www-form-urlencoded";
        for kind in [None, Some(form), Some("application/json")] {
            let mute = json!({"kind": "mute", "member": "custom:1", "duration": 60, "allow_duplicate": true});
            let case = home.act(mute).await.expect(201)["case"].clone();
            for path in [
                format!("/sanctions/{}/lift", case["sanction"]["id"].as_str().unwrap()),
                format!("/cases/{}/void", case["number"]),
            ] {
                let call = || match kind {
                    None => post(&path).header("idempotency-key", &path),
                    Some(kind) => post(&path).header("idempotency-key", &path).header("content-type", kind),
                };
                let first = call().send().await;
                assert!([200, 201].contains(&first.status), "{path} as {kind:?}: {}", first.body);
                let again = post(&path).header("idempotency-key", &path).json(&json!({})).send().await;
                assert_eq!((again.header("idempotent-replayed"), &again.bytes), (Some("true"), &first.bytes));
            }
        }
        problem(post("/cases/1/void").header("content-type", form).body("reason=x").send().await, 415, "unsupported_media_type");
        for call in [post("/acts"), post("/acts").header("content-type", form), post("/acts").header("content-type", "application/json")] {
            let reply = call.send().await;
            assert!(reply.body["detail"].as_str().unwrap().starts_with("The request has no body,"), "{}", reply.body);
            problem(reply, 400, "malformed_json");
        }
        assert!(api.admin.get("/openapi.json").await.expect(200)["paths"].as_object().unwrap().iter()
            .filter(|(path, _)| path.ends_with("/void") || path.ends_with("/lift"))
            .all(|(_, item)| item["post"]["requestBody"]["required"] != true));
    }

    /// Ids that cannot exist, methods that are not there, bodies that are not JSON by their own word.
    async fn addresses_and_types_are_checked(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for path in ["/cases/0", "/cases/01", "/cases/-1", "/cases/9223372036854775808", "/cases/x", "/sanctions/san_1", "/sanctions/com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
            "/members/custom:%00/standing", "/members/custom:a%20b/standing", "/members/%ff/standing", "/nowhere"] {
            problem(home.get(path).await, 404, "not_found");
        }
        problem(api.admin.get(&format!("/v1/communities/{}/cases", home.id.to_uppercase())).await, 404, "not_found");
        let reply = home.client.delete(&home.path("/cases/1")).await;
        assert!(reply.header("allow").unwrap().contains("GET"));
        problem(reply, 405, "method_not_allowed");
        let body = json!({"kind": "warn", "member": "custom:1"}).to_string();
        let call = |kind: &str| home.client.call(Method::POST, &home.path("/acts")).header("content-type", kind).body(body.clone());
        problem(call("text/plain").send().await, 415, "unsupported_media_type");
        problem(call("application/json").header("content-encoding", "gzip").send().await, 415, "unsupported_encoding");
        problem(api.admin.get(&format!("/v1/events?{}", "x".repeat(9_000))).await, 414, "uri_too_long");
        assert!(home.cases("").await.is_empty());
    }
}
