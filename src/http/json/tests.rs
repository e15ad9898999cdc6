//! Tests of the extractor: from a request to a typed value, or to a problem that names the place.

use axum::body::Body;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    kind: Kind,
    #[serde(default, deserialize_with = "wire::number::integer_opt")]
    seconds: Option<i64>,
    #[serde(default)]
    points: Option<wire::number::Decimal>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    context: serde_json::Value,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Warn,
    Mute,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evidence {
    url: String,
}

fn parse(text: &str) -> Result<StrictJson<Act>, Box<wire::problem::Problem>> {
    StrictJson::parse(Bytes::copy_from_slice(text.as_bytes()))
        .map_err(|problem| Box::new(problem.document("")))
}

/// The one refused place and why.
fn refused(text: &str) -> (String, String) {
    let problem = parse(text).unwrap_err();
    assert_eq!(problem.code, "invalid_request", "{text}");
    let [error] = problem.errors.as_slice() else {
        panic!("{text}: {:?}", problem.errors)
    };
    (error.pointer.clone(), error.detail.clone())
}

#[test]
fn a_good_body_is_read() {
    let act = parse(r#"{"kind":"warn","seconds":3.0,"points":1.50,"evidence":[{"url":"x"}]}"#)
        .unwrap()
        .value;
    assert_eq!((act.kind, act.seconds), (Kind::Warn, Some(3)));
    assert_eq!(act.points.unwrap().as_str(), "1.50");
    assert_eq!(act.evidence[0].url, "x");
    assert!(act.context.is_null());
}

#[test]
fn what_does_not_fit_is_named_by_pointer() {
    assert_eq!(refused("{}"), ("/kind".into(), "the field is required".into()));
    assert_eq!(refused("[]").0, "");
    assert_eq!(refused("7").1, "expected an object, found number `7`");
    assert_eq!(refused(r#"{"kind":5}"#).0, "/kind");
    assert_eq!(
        refused(r#"{"kind":"slap"}"#),
        ("/kind".into(), "slap is none of warn, mute".into())
    );
    assert_eq!(
        refused(r#"{"kind":"warn","seconds":3.5}"#),
        (
            "/seconds".into(),
            "expected an integer, found number `3.5`".into()
        )
    );
    assert_eq!(refused(r#"{"kind":"warn","seconds":1e400}"#).0, "/seconds");
    assert_eq!(
        refused(r#"{"kind":"warn","points":"1"}"#),
        ("/points".into(), "expected a number".into())
    );
    assert_eq!(
        refused(&format!(r#"{{"kind":"warn","points":{}}}"#, "9".repeat(500))).0,
        "/points"
    );
    assert_eq!(
        refused(r#"{"kind":"warn","evidence":[{"url":"x"},{}]}"#).0,
        "/evidence/1/url"
    );
    assert_eq!(
        refused(r#"{"kind":"warn","evidence":[{"url":1}]}"#),
        (
            "/evidence/0/url".into(),
            "expected a string, found number `1`".into()
        )
    );
    let (pointer, detail) = refused(r#"{"kind":"warn","evidence":[{"url":"x","a/b":1}]}"#);
    assert_eq!(
        (pointer.as_str(), detail.as_str()),
        ("/evidence/0/a~1b", "there is no such field; there is url")
    );
    assert_eq!(
        refused(r#"{"kind":"warn","kind":"warn"}"#),
        ("/kind".into(), "the key is there twice".into())
    );
}

#[test]
fn long_texts_of_a_client_are_not_sent_back() {
    let (_, detail) = refused(&format!(r#"{{"kind":"{}"}}"#, "é".repeat(10_000)));
    assert!(detail.chars().count() <= 301, "{}", detail.len());
}

#[test]
fn syntax_is_told_by_line_and_column() {
    let problem = parse("{\n  \"kind\": warn\n}").unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (400, "malformed_json"));
    assert!(problem.detail.contains("line 2, column 11"), "{}", problem.detail);
}

#[test]
fn free_form_values_may_be_as_deep_as_we_publish() {
    let body = |levels: usize| {
        format!(
            r#"{{"kind":"warn","context":{}{}}}"#,
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    assert!(parse(&body(127)).is_ok());
    assert!(refused(&body(128)).1.contains("128 levels"));
}

#[test]
fn fingerprints_see_meaning_and_not_layout() {
    let print = |text: &str| parse(text).unwrap().fingerprint(&Method::POST, "/v1/acts");
    let first = print(r#"{"kind":"warn","seconds":3}"#);
    assert_eq!(first, print("{ \"seconds\": 3.0,\n\"kind\": \"\\u0077arn\" }"));
    assert_ne!(first, print(r#"{"kind":"warn","seconds":4}"#));
    let same = parse(r#"{"kind":"warn","seconds":3}"#).unwrap();
    assert_ne!(first, same.fingerprint(&Method::PUT, "/v1/acts"));
    assert_ne!(first, same.fingerprint(&Method::POST, "/v1/act"));
}

fn request(headers: &[(&str, &str)], body: &str) -> Request {
    let mut request = Request::builder().method("POST").uri("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

async fn extract(headers: &[(&str, &str)], body: &str) -> Result<Act, Code> {
    let read = <StrictJson<Act> as FromRequest<()>>::from_request(request(headers, body), &()).await;
    read.map(|body| body.value).map_err(|problem| problem.code())
}

#[tokio::test]
async fn the_media_type_and_the_encoding_are_checked() {
    let body = r#"{"kind":"mute"}"#;
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/merge-patch+json",
    ] {
        assert!(extract(&[("content-type", kind)], body).await.is_ok(), "{kind}");
    }
    for kind in [
        "text/plain",
        "text/json",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "",
    ] {
        assert_eq!(
            extract(&[("content-type", kind)], body).await.unwrap_err(),
            Code::UnsupportedMediaType,
            "{kind}"
        );
    }
    assert_eq!(extract(&[], body).await.unwrap_err(), Code::UnsupportedMediaType);
    let json = ("content-type", "application/json");
    assert_eq!(
        extract(&[json, ("content-encoding", "gzip")], body)
            .await
            .unwrap_err(),
        Code::UnsupportedEncoding
    );
    assert!(
        extract(&[json, ("content-encoding", "identity")], body)
            .await
            .is_ok()
    );
    assert_eq!(extract(&[json], "").await.unwrap_err(), Code::MalformedJson);
}

#[tokio::test]
async fn a_body_may_be_optional_but_not_sloppy() {
    let read = async |headers: &[(&str, &str)], body: &str| {
        let read =
            <StrictJson<Act> as OptionalFromRequest<()>>::from_request(request(headers, body), &()).await;
        read.map(|body| body.is_some()).map_err(|problem| problem.code())
    };
    let json = ("content-type", "application/json");
    assert_eq!(read(&[], "").await, Ok(false));
    assert_eq!(read(&[json], "").await, Ok(false));
    assert_eq!(read(&[json], r#"{"kind":"mute"}"#).await, Ok(true));
    assert_eq!(
        read(&[], r#"{"kind":"mute"}"#).await,
        Err(Code::UnsupportedMediaType)
    );
    assert_eq!(read(&[json], "{").await, Err(Code::MalformedJson));
}

#[tokio::test]
async fn the_body_limit_holds() {
    use axum::extract::DefaultBodyLimit;
    use tower::ServiceExt as _;
    let app = axum::Router::new()
        .route(
            "/",
            axum::routing::post(async |_: StrictJson<serde_json::Value>| "fine"),
        )
        .layer(DefaultBodyLimit::max(16));
    let json = [("content-type", "application/json")];
    let small = app
        .clone()
        .oneshot(request(&json, "[1,2,3,4,5,6,7]"))
        .await
        .unwrap();
    assert!(small.status().is_success());
    let large = app.oneshot(request(&json, "[1,2,3,4,5,6,7,8]")).await.unwrap();
    assert_eq!(large.status().as_u16(), 413);
}
