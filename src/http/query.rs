//! Query parameters: axum's own extractor, with refusals that are problem documents.
//!
//! A parameter that an operation does not describe is refused by every operation, those that take none included: `dry_run` in
//! the wrong place must not do in earnest what was to be tried.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::{FromRequestParts, MatchedPath, Query};
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};

use super::path::parse_person;
use super::problem::{Code, Problem};
use super::v1;
use crate::domain::id::CommunityId;
use crate::domain::identity::Platform;
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
        read(&parts.uri).map(Self)
    }
}

/// That a deletion is meant.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Confirm {
    /// The name of what is to be deleted, so that nothing is deleted by a slip. Without it nothing is.
    #[serde(default)]
    #[param(value_type = wire::form::Name, example = "Rust Cologne")]
    pub confirm: String,
}

/// The names of the parameters of a route's operations.
type Described = Vec<(Method, Vec<String>)>;

/// The parameters that operations describe, by route.
static DESCRIBED: LazyLock<BTreeMap<String, Described>> = LazyLock::new(|| {
    let paths = v1::routes().into_openapi().paths.paths;
    let of_path = |item: PathItem| {
        let operations = [
            (Method::GET, item.get),
            (Method::POST, item.post),
            (Method::PUT, item.put),
            (Method::PATCH, item.patch),
            (Method::DELETE, item.delete),
        ];
        let described = operations
            .into_iter()
            .filter_map(|(method, operation)| Some((method, names(operation?))));
        described.collect()
    };
    paths
        .into_iter()
        .map(|(path, item)| (path, of_path(item)))
        .collect()
});

/// The names of an operation's query parameters.
fn names(operation: Operation) -> Vec<String> {
    let parameters = operation.parameters.unwrap_or_default().into_iter();
    let of_query = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name),
        _ => None,
    });
    of_query.collect()
}

/// Refuses parameters that the operation does not have.
///
/// # Errors
/// `bad_query`, which names the first of them and all that there are.
pub(super) fn known(parts: &Parts) -> Result<(), Problem> {
    if parts.uri.query().is_none_or(str::is_empty) {
        return Ok(());
    }
    let given: Vec<(String, String)> = Query::try_from_uri(&parts.uri)?.0;
    let route = parts.extensions.get::<MatchedPath>();
    // A HEAD is answered as the GET would be.
    let method = match &parts.method {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    let of_route = route.and_then(|route| DESCRIBED.get(route.as_str()));
    let names = of_route
        .into_iter()
        .flatten()
        .find(|(named, _)| named == method)
        .map_or(&[][..], |(_, names)| names);
    match given.iter().find(|(name, _)| !names.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(unknown(name, names)),
    }
}

fn unknown(name: &str, names: &[String]) -> Problem {
    let there = match names {
        [] => "this operation has none".to_owned(),
        [one] => format!("there is {one}"),
        names => format!("there are {}", names.join(", ")),
    };
    Problem::new(Code::BadQuery).detail(format!("There is no parameter {name}; {there}."))
}

/// The query string of an address as a `T`.
///
/// # Errors
/// `bad_query`.
pub(super) fn read<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    match Query::try_from_uri(uri) {
        Ok(Query(read)) => Ok(read),
        Err(rejection) => Err(with_bare_plus(uri).unwrap_or_else(|| rejection.into())),
    }
}

/// The refusal of a time whose offset has a `+` that was not escaped: a query string says a space by it. Of all mistakes the
/// one that is least to be seen, because the time looks right.
fn with_bare_plus(uri: &Uri) -> Option<Problem> {
    let meant: Uri = format!("/?{}", uri.query()?.replace('+', "%2B")).parse().ok()?;
    let said: Vec<(String, String)> = Query::try_from_uri(uri).ok()?.0;
    let meant: Vec<(String, String)> = Query::try_from_uri(&meant).ok()?.0;
    let is_time = |text: &str| DateTime::parse_from_rfc3339(text).is_ok();
    let mistaken = said
        .iter()
        .zip(&meant)
        .find(|((_, said), (_, meant))| said != meant && !is_time(said) && is_time(meant));
    let (name, _) = mistaken?.0;
    let detail = format!(
        "The parameter {name} was refused: in a query string + means a space. Write it as %2B, or give the time in UTC with Z."
    );
    Some(Problem::new(Code::BadQuery).detail(detail))
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

/// A platform that a parameter names.
///
/// # Errors
/// `bad_query`.
pub fn platform(text: &str) -> Result<Platform, Problem> {
    Platform::parse(text).map_err(|_| {
        let form = "a platform such as discord: 1 to 32 lower-case letters, digits, '_' or '-', beginning with a letter";
        refused("platform", form)
    })
}

/// A community that a parameter names; one that cannot exist is not found, as in a path.
///
/// # Errors
/// `not_found`.
pub fn community(text: &str) -> Result<CommunityId, Problem> {
    CommunityId::parse(text).ok_or_else(|| Code::NotFound.into())
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
        at: Option<Time>,
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

    #[tokio::test]
    async fn a_plus_that_became_a_space_is_explained() {
        for time in ["2026-12-01T00:00:00+02:00", "2026-12-01T00%3A00%3A00.5+02%3A00"] {
            let said = read(&format!("/cases?kind=a+b&at={time}")).await.unwrap_err();
            assert!(said.contains("parameter at ") && said.contains("%2B"), "{said}");
        }
        for other in [
            "at=yesterday+02:00",
            "at=2026-12-01+00:00:00",
            "limit=1+1",
            "limit=x&kind=a+b",
        ] {
            let said = read(&format!("/cases?{other}")).await.unwrap_err();
            assert!(!said.contains("%2B"), "{other}: {said}");
        }
        let escaped = read("/cases?at=2026-12-01T00:00:00%2B02:00").await.unwrap();
        let utc = read("/cases?at=2026-11-30T22:00:00Z").await.unwrap();
        assert!(escaped.at.is_some() && escaped.at == utc.at);
    }
}
