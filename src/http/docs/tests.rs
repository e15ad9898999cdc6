//! Tests of the documentation's routes: what is served, under which policy, and how it is cached.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

async fn get(path: &str, if_none_match: Option<&str>) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = Request::builder().uri(path);
    if let Some(tag) = if_none_match {
        request = request.header(IF_NONE_MATCH, tag);
    }
    let response = router::<()>()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    (
        parts.status.as_u16(),
        parts.headers,
        body.collect().await.unwrap().to_bytes().to_vec(),
    )
}

#[tokio::test]
async fn the_address_alone_leads_to_the_reference() {
    for path in ["/", "/docs/"] {
        let (status, headers, _) = get(path, None).await;
        assert!(matches!(status, 307 | 308), "{path}: {status}");
        assert_eq!(headers[axum::http::header::LOCATION], "/docs");
        assert!(headers.contains_key(CONTENT_SECURITY_POLICY));
    }
}

#[tokio::test]
async fn pages_come_under_the_policy() {
    for path in ["/docs", "/docs/problems", "/docs/problems/not_found"] {
        let (status, headers, body) = get(path, None).await;
        assert_eq!(status, 200, "{path}");
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(!policy.contains("unsafe") && !policy.contains("  "), "{policy}");
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(String::from_utf8(body).unwrap().starts_with("<!doctype html>"));
    }
    assert_eq!(get("/docs/problems/no_such_code", None).await.0, 404);
    assert_eq!(get("/docs/assets/nothing.js", None).await.0, 404);
}

#[tokio::test]
async fn what_the_reference_links_is_served_and_cached() {
    let html = String::from_utf8(get("/docs", None).await.2).unwrap();
    let links: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/docs/assets/"))
        .collect();
    assert_eq!(links.len(), 4);
    for link in links {
        let (status, headers, body) = get(link, None).await;
        assert_eq!(status, 200, "{link}");
        assert!(!body.is_empty());
        assert!(headers[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(
            headers.contains_key(CONTENT_ENCODING),
            link.contains("scalar"),
            "{link}"
        );
        let tag = headers[ETAG].to_str().unwrap();
        assert!(
            link.contains(tag.trim_matches('"')),
            "{link} has not the hash of {tag}"
        );

        let (status, _, body) = get(link, Some(&format!("\"other\", W/{tag}"))).await;
        assert_eq!((status, body.len()), (304, 0), "{link}");
        assert_eq!(get(link, Some("\"other\"")).await.0, 200);
    }
}
