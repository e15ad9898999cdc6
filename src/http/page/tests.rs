//! Tests of cursors: each is good for its own list alone.

use http_body_util::BodyExt as _;
use uuid::Uuid;

use super::*;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::rank::Rank;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filters {
    kind: Option<String>,
}

fn caller(tenant: u128) -> Caller {
    Caller {
        tenant: TenantId(Uuid::from_u128(tenant)),
        key: KeyId(Uuid::from_u128(1)),
        scopes: [].into(),
        communities: None,
        rank: Rank::Admin,
        allowance: None,
    }
}

async fn paged(uri: &str) -> Result<Paged<Filters>, Code> {
    let request = axum::http::Request::builder().uri(uri).body(()).unwrap();
    let (mut parts, ()) = request.into_parts();
    Paged::from_request_parts(&mut parts, &())
        .await
        .map_err(|p| p.code())
}

/// The cursor and the link after item 7.
async fn next(uri: &str) -> (String, String) {
    let response = paged(uri)
        .await
        .unwrap()
        .respond(
            &caller(1),
            Some(7_i64),
            |cursor| serde_json::json!({ "next_cursor": cursor }),
        )
        .unwrap();
    let link = response.headers()[LINK].to_str().unwrap().to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    (body["next_cursor"].as_str().unwrap().to_owned(), link)
}

#[tokio::test]
async fn a_cursor_leads_on_in_the_same_list_and_in_no_other() {
    let (cursor, link) = next("/v1/cases?kind=warn&limit=2").await;
    assert_eq!(
        link,
        format!("</v1/cases?kind=warn&limit=2&cursor={cursor}>; rel=\"next\"")
    );
    let read = async |uri: String, tenant| {
        paged(&uri)
            .await?
            .after::<i64>(&caller(tenant))
            .map_err(|p| p.code())
    };
    let good = read(format!("/v1/cases?cursor={cursor}&kind=warn&limit=9"), 1)
        .await
        .unwrap();
    assert_eq!((good.after, good.limit), (Some(7), 9));
    for (uri, tenant) in [
        (format!("/v1/cases?cursor={cursor}&kind=warn"), 2),
        (format!("/v1/cases?cursor={cursor}&kind=ban"), 1),
        (format!("/v1/cases?cursor={cursor}"), 1),
        (format!("/v1/keys?cursor={cursor}&kind=warn"), 1),
        (format!("/v1/cases?cursor={}&kind=warn", &cursor[1..]), 1),
        ("/v1/cases?cursor=&kind=warn".to_owned(), 1),
        (format!("/v1/cases?cursor={}&kind=warn", "A".repeat(513)), 1),
    ] {
        assert_eq!(read(uri.clone(), tenant).await, Err(Code::BadCursor), "{uri}");
    }
}

#[tokio::test]
async fn parameters_are_bounded_and_known() {
    assert_eq!(paged("/v1/cases").await.unwrap().limit, 50);
    assert_eq!(
        paged("/v1/cases?kind=a%20b&")
            .await
            .unwrap()
            .filters
            .kind
            .as_deref(),
        Some("a b")
    );
    for uri in [
        "?limit=0",
        "?limit=501",
        "?limit=x",
        "?limit=1&limit=2",
        "?colour=red",
        "?kind=a&kind=b",
        "?kind=%00",
        "?limit",
    ] {
        assert_eq!(
            paged(&format!("/v1/cases{uri}")).await.err(),
            Some(Code::BadQuery),
            "{uri}"
        );
    }
}
