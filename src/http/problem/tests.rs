//! Tests of the problem documents and of the catalogue's shape.

use std::collections::HashSet;

use http_body_util::BodyExt as _;

use super::*;

async fn body(response: Response) -> serde_json::Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn the_catalogue_is_well_formed() {
    let mut names = HashSet::new();
    for &code in Code::ALL {
        let name = code.name();
        assert!(names.insert(name), "{name} is there twice");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        assert!(
            code.status().is_client_error() || code.status().is_server_error(),
            "{name}"
        );
        assert!(
            code.meaning().ends_with('.') && code.next().ends_with('.'),
            "{name}: whole sentences"
        );
        assert!(!code.title().ends_with('.'), "{name}: a title is no sentence");
        assert_eq!(Code::by_name(name), Some(code));
        if code.status() == StatusCode::SERVICE_UNAVAILABLE || code.status() == StatusCode::TOO_MANY_REQUESTS
        {
            assert!(code.retry_after().is_some(), "{name}: when to come back");
        }
    }
    assert_eq!(Code::by_name("no_such_code"), None);
}

#[tokio::test]
async fn a_document_has_every_field() {
    let response = Problem::invalid_at("/points", "expected an integer").respond("req_1");
    assert_eq!(response.status().as_u16(), 422);
    assert_eq!(response.headers()[CONTENT_TYPE], MEDIA_TYPE);
    assert_eq!(
        body(response).await,
        serde_json::json!({
            "type": "/docs/problems/invalid_request",
            "title": "The request has invalid values",
            "status": 422,
            "detail": "One value was refused: expected an integer.",
            "code": "invalid_request",
            "errors": [{"pointer": "/points", "line": null, "detail": "expected an integer"}],
            "request_id": "req_1",
        })
    );
}

#[test]
fn headers_follow_from_the_code() {
    let headers = Problem::new(Code::Unauthenticated)
        .into_response()
        .headers()
        .clone();
    assert_eq!(headers[WWW_AUTHENTICATE], "Bearer");
    let headers = Problem::new(Code::Overloaded).into_response().headers().clone();
    assert_eq!(headers[RETRY_AFTER], "1");
    let headers = Problem::new(Code::RateLimited)
        .retry_after(17)
        .into_response()
        .headers()
        .clone();
    assert_eq!(headers[RETRY_AFTER], "17");
    assert!(
        !Problem::new(Code::NotFound)
            .into_response()
            .headers()
            .contains_key(RETRY_AFTER)
    );
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write the case")]
struct Outer(#[source] Inner);

#[derive(Debug, thiserror::Error)]
#[error("disk full on /dev/secret")]
struct Inner;

#[tokio::test]
async fn a_cause_is_for_the_log_alone() {
    let problem = Problem::internal(Outer(Inner));
    assert_eq!(problem.chain(), "cannot write the case: disk full on /dev/secret");
    assert!(problem.is_servers_fault());
    assert!(!format!("{problem:?}").contains("secret"));
    let document = body(problem.into_response()).await.to_string();
    assert!(
        !document.contains("secret") && !document.contains("case"),
        "{document}"
    );
}

#[test]
fn bare_answers_get_a_document_and_keep_what_matters() {
    let mut bare = Response::new(Body::from("plain"));
    *bare.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    bare.headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
    let problem = Problem::for_bare(&bare).unwrap();
    assert_eq!(problem.code(), Code::MethodNotAllowed);
    assert_eq!(problem.into_response().headers()[ALLOW], "GET,HEAD");

    assert!(Problem::for_bare(&Response::new(Body::empty())).is_none());
    assert!(Problem::for_bare(&Problem::new(Code::NotFound).into_response()).is_none());
}

#[test]
fn every_status_finds_a_code_of_its_class() {
    for number in 400..600 {
        let status = StatusCode::from_u16(number).unwrap();
        let code = Code::for_status(status);
        assert_eq!(
            code.status().is_client_error(),
            status.is_client_error(),
            "{number} became {code:?}"
        );
    }
}

#[test]
fn a_clients_own_texts_cannot_blow_up_the_answer() {
    let long = "é".repeat(100_000);
    let document = Problem::invalid_at(format!("/{long}"), long.as_str())
        .detail(long.as_str())
        .document("");
    assert_eq!(document.detail.chars().count(), MAX_DETAIL + 1);
    assert_eq!(document.errors[0].pointer.chars().count(), MAX_POINTER + 1);
    assert_eq!(document.errors[0].detail.chars().count(), MAX_DETAIL + 1);
}
