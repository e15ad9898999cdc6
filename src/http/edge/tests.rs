//! Tests of the edge: whatever fails inside, a problem document comes out.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::routing::{get, post};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::http::json::StrictJson;
use crate::http::problem::MEDIA_TYPE;

async fn panics() -> StatusCode {
    panic!("secret of the house")
}

fn app() -> Router {
    let nested = Router::new().route("/leaf", get(async || "leaf"));
    let routes = Router::new()
        .route(
            "/ok",
            get(async |exchange: axum::Extension<Exchange>| exchange.id().to_owned()),
        )
        .route("/bytes", post(async |body: Bytes| body.len().to_string()))
        .route("/json", post(async |_: axum::Json<u8>| "never"))
        .route("/strict", post(async |_: StrictJson<u8>| "never"))
        .route("/panic", get(panics))
        .route("/slow", get(std::future::pending::<&str>))
        .route(
            "/bare",
            get(async || {
                (
                    StatusCode::BAD_GATEWAY,
                    [("x-kept", "yes")],
                    "secret of the house",
                )
            }),
        )
        .nest("/nested", nested);
    wrap(
        routes,
        &Edge::new(EdgeLimits {
            body: 1024,
            body_time: Duration::from_millis(50),
            time: Duration::from_millis(50),
        }),
        &Gate::open(),
    )
}

async fn send(request: Request) -> (HeaderMap, StatusCode, wire::problem::Problem) {
    let response = app().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    assert_eq!(parts.headers[CONTENT_TYPE], MEDIA_TYPE);
    let bytes = body.collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&bytes).contains("secret"));
    let problem: wire::problem::Problem = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(problem.status, parts.status.as_u16());
    assert_eq!(problem.request_id, parts.headers[REQUEST_ID].to_str().unwrap());
    assert!(problem.request_id.starts_with("req_"));
    (parts.headers, parts.status, problem)
}

fn request(method: &str, path: &str) -> Request {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    for path in ["/nowhere", "/nested", "/nested/nowhere", "/"] {
        let (_, status, problem) = send(request("GET", path)).await;
        assert_eq!(
            (status.as_u16(), problem.code.as_str()),
            (404, "not_found"),
            "{path}"
        );
    }
    for (path, allow) in [
        ("/ok", "GET,HEAD"),
        ("/bytes", "POST"),
        ("/nested/leaf", "GET,HEAD"),
    ] {
        let (headers, _, problem) = send(request("DELETE", path)).await;
        assert_eq!(problem.code, "method_not_allowed");
        assert_eq!(headers[ALLOW], allow, "{path}");
    }
}

#[tokio::test]
async fn panics_timeouts_and_foreign_answers_are_problems() {
    assert_eq!(send(request("GET", "/panic")).await.2.code, "internal");
    let (headers, _, problem) = send(request("GET", "/slow")).await;
    assert_eq!(problem.code, "timed_out");
    assert!(headers.contains_key(RETRY_AFTER));
    let (headers, status, problem) = send(request("GET", "/bare")).await;
    assert_eq!((status.as_u16(), problem.code.as_str()), (500, "internal"));
    assert_eq!(headers["x-kept"], "yes");
}

/// Both limits are the same here, and it is the client that was slow.
#[tokio::test]
async fn a_body_that_does_not_come_is_the_clients_delay() {
    let begun = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
    let never = futures_util::StreamExt::chain(begun, futures_util::stream::pending());
    let slow = Request::builder()
        .method("POST")
        .uri("/strict")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from_stream(never))
        .unwrap();
    let (headers, status, problem) = send(slow).await;
    assert_eq!((status.as_u16(), problem.code.as_str()), (408, "request_timeout"));
    assert_eq!(headers[CONNECTION], "close");
}

#[tokio::test]
async fn large_bodies_long_addresses_and_rejections_are_problems() {
    let large = Request::builder()
        .method("POST")
        .uri("/bytes")
        .body(Body::from(vec![b' '; 1025]))
        .unwrap();
    assert_eq!(send(large).await.2.code, "payload_too_large");
    let long = format!("/ok?{}", "a".repeat(9000));
    assert_eq!(send(request("GET", &long)).await.2.code, "uri_too_long");
    assert_eq!(
        send(request("POST", "/json")).await.2.code,
        "unsupported_media_type"
    );
}

#[tokio::test]
async fn a_request_keeps_its_own_id_if_it_is_harmless() {
    let mut given = request("GET", "/ok");
    given
        .headers_mut()
        .insert(REQUEST_ID, HeaderValue::from_static("bot-7_x.1"));
    let response = app().oneshot(given).await.unwrap();
    assert_eq!(response.headers()[REQUEST_ID], "bot-7_x.1");
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "bot-7_x.1"
    );

    for bad in ["a b", "<script>", "", &"x".repeat(65)] {
        let mut given = request("GET", "/nowhere");
        given
            .headers_mut()
            .insert(REQUEST_ID, HeaderValue::from_str(bad).unwrap());
        let (headers, ..) = send(given).await;
        assert_ne!(headers[REQUEST_ID], bad);
    }
}

#[test]
fn generated_ids_differ() {
    let ids = Ids::new();
    assert_ne!(ids.fresh(), ids.fresh());
    assert_ne!(Ids::new().beginning, ids.beginning);
}
