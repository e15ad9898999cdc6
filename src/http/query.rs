//! Query parameters: axum's own extractor, with refusals that are problem documents.

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::path::parse_person;
use super::problem::{Code, Problem};
use crate::domain::time::Instant;
use crate::service::PersonRef;
use wire::time::Time;

/// The query string as a `T`, which should carry `deny_unknown_fields`; repeated parameters are refused.
#[derive(Debug, Clone, Copy)]
pub struct StrictQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        check(&parts.uri)?;
        Ok(Self(Query::try_from_uri(&parts.uri)?.0))
    }
}

/// The refusal of a parameter, and what it should have been.
#[must_use]
pub fn refused(name: &str, expected: &str) -> Problem {
    Problem::new(Code::BadQuery).detail(format!("The parameter {name} was refused; write {expected}."))
}

/// Somebody whom a parameter names, by our id or by a platform's.
///
/// # Errors
/// `bad_query`.
pub fn person(name: &str, text: &str) -> Result<PersonRef, Problem> {
    parse_person(text).ok_or_else(|| refused(name, "a user id (usr_…) or platform:native_id"))
}

/// A moment that a parameter names, to the second.
///
/// # Errors
/// `bad_query` outside the years of the ledger.
pub fn instant(name: &str, time: Time) -> Result<Instant, Problem> {
    Instant::from_utc(time.0).map_err(|_| refused(name, "a time within the years 1970 to 2200"))
}

/// Refuses what no parameter may hold.
///
/// # Errors
/// `bad_query`.
pub(super) fn check(uri: &Uri) -> Result<(), Problem> {
    // No parameter has a use for NUL, and Postgres could not store or compare it.
    if uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(Problem::new(Code::BadQuery).detail("The query string has a NUL character."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filters {
        limit: Option<u32>,
        kind: Option<String>,
    }

    async fn read(uri: &str) -> Result<Filters, String> {
        let (mut parts, ()) = axum::http::Request::builder()
            .uri(uri)
            .body(())
            .unwrap()
            .into_parts();
        let read = StrictQuery::<Filters>::from_request_parts(&mut parts, &()).await;
        read.map(|StrictQuery(filters)| filters).map_err(|problem| {
            assert_eq!(problem.code(), Code::BadQuery);
            problem.document("").detail
        })
    }

    #[tokio::test]
    async fn parameters_are_read() {
        let filters = read("/cases?limit=5&kind=warn%20x").await.unwrap();
        assert_eq!(
            (filters.limit, filters.kind.as_deref()),
            (Some(5), Some("warn x"))
        );
        assert!(read("/cases").await.unwrap().limit.is_none());
    }

    #[tokio::test]
    async fn what_is_refused_is_named() {
        assert!(read("/cases?limit=many").await.unwrap_err().contains("limit"));
        assert!(read("/cases?colour=red").await.unwrap_err().contains("colour"));
        assert!(
            read("/cases?limit=1&limit=2")
                .await
                .unwrap_err()
                .contains("limit")
        );
        assert!(read("/cases?kind=a%00b").await.unwrap_err().contains("NUL"));
    }
}
