//! What never becomes a request: refused in a problem document too, and never in place of a handler's own answer.

use serde_json::Value;

use super::{GET, PATIENT, Running, hello, rest, until};

/// The status and the code of an answer that is whole, and a problem document by every sign.
#[track_caller]
fn problem(answer: &str) -> (u64, String) {
    let (head, body) = answer.split_once("\r\n\r\n").expect(answer);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: Vec<_> = lines.map(|line| line.split_once(": ").expect(head)).collect();
    let header = |name: &str| {
        let found: Vec<_> = headers.iter().filter(|(found, _)| *found == name).collect();
        let [(_, value)] = found[..] else {
            panic!("{name} in {head}")
        };
        *value
    };
    let problem: Value = serde_json::from_str(body).expect(body);
    assert_eq!(header("content-type"), "application/problem+json");
    assert_eq!(header("content-length"), body.len().to_string());
    assert_eq!(header("connection"), "close");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-request-id"), problem["request_id"]);
    assert!(header("date").ends_with("GMT"));
    assert_eq!(problem["status"].to_string(), status);
    let code = problem["code"].as_str().unwrap();
    assert_eq!(problem["type"], format!("/docs/problems/{code}"));
    assert!(problem["errors"].as_array().unwrap().is_empty() && problem["detail"].is_string());
    (problem["status"].as_u64().unwrap(), code.to_owned())
}

/// What cannot be parsed, or is larger than is taken, with what is said to it.
fn no_requests() -> Vec<(String, (u64, &'static str))> {
    let get = |more: &str| format!("GET / HTTP/1.1\r\nhost: test\r\n{more}\r\n");
    let malformed = (400, "bad_request");
    let large = (431, "headers_too_large");
    vec![
        ("nonsense\r\n\r\n".to_owned(), malformed),
        ("\u{1}\u{2}\u{3}\r\n\r\n".to_owned(), malformed),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), malformed),
        ("GET no address HTTP/1.1\r\n\r\n".to_owned(), malformed),
        (get("no colon\r\n"), malformed),
        (get("content-length: many\r\n"), malformed),
        (get("transfer-encoding: gzip\r\n"), malformed),
        (get(&"x: y\r\n".repeat(101)), large),
        (get(&format!("x: {}\r\n", "y".repeat(70_000))), large),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000)), large),
    ]
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_a_document() {
    let server = Running::start(hello(), PATIENT).await;
    let mut ids = std::collections::BTreeSet::new();
    for (text, says) in no_requests() {
        let answer = rest(&mut server.say(&text).await).await;
        let (status, code) = problem(&answer);
        assert_eq!((status, code.as_str()), says, "{}", &text[..text.len().min(60)]);
        let (_, id) = answer.split_once("x-request-id: ").unwrap();
        ids.insert(id.split_once("\r\n").unwrap().0.to_owned());
    }
    assert_eq!(ids.len(), no_requests().len(), "each has an id of its own");
}

#[tokio::test]
async fn it_is_told_from_the_answers_before_it() {
    let server = Running::start(hello(), PATIENT).await;
    for (text, says) in no_requests() {
        // Once in the same packet as good requests, once after their answers.
        let mut stream = server.say(&format!("{GET}{GET}{text}")).await;
        let answers = rest(&mut stream).await;
        let (good, refusal) = answers.rsplit_once("hello").expect(&answers);
        assert_eq!(good.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
        assert_eq!(problem(refusal).0, says.0);

        let mut stream = server.say(GET).await;
        until(&mut stream, "hello").await;
        tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes())
            .await
            .unwrap();
        assert_eq!(problem(&rest(&mut stream).await).0, says.0);
    }
}

/// A router without the edge answers barely, and that is its business.
#[tokio::test]
async fn answers_of_handlers_are_not_touched() {
    let server = Running::start(hello(), PATIENT).await;
    let mut stream = server
        .say("GET /nowhere HTTP/1.1\r\nhost: test\r\n\r\nGET /nowhere HTTP/1.1\r\nconnection: close\r\n\r\n")
        .await;
    let answers = rest(&mut stream).await;
    assert_eq!(
        answers.matches("HTTP/1.1 404 Not Found\r\n").count(),
        2,
        "{answers}"
    );
    assert_eq!(answers.matches("content-length: 0\r\n").count(), 2, "{answers}");
    assert!(!answers.contains("problem"), "{answers}");
}
