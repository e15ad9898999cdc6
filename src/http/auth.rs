//! Who calls: an extractor that reads the API key, so that a handler cannot forget to ask.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

use super::api::ApiState;
use super::exchange::Exchange;
use super::problem::{Code, Problem};
use super::query;
use crate::service::auth::BadKey;
use crate::service::caller::Caller;

/// To be the first argument of a handler: whoever has no key learns nothing else.
impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let caller = match parts.extensions.remove::<Self>() {
            // The gate has asked already.
            Some(caller) => caller,
            None => state.service.authenticate(bearer(&parts.headers)?).await?,
        };
        let quota = state.service.admit(&caller)?;
        if let (Some(quota), Some(exchange)) = (quota, parts.extensions.get::<Exchange>()) {
            exchange.tell(quota);
        }
        // Every operation has a caller, so here none can forget it either.
        query::known(parts)?;
        parts.extensions.insert(caller.tenant);
        Ok(caller)
    }
}

/// The key in `Authorization: Bearer <key>`. There is no other place for one: query strings end up in logs.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        let detail = if headers.contains_key(AUTHORIZATION) {
            "The Authorization header was sent more than once."
        } else {
            "The request has no API key. Send Authorization: Bearer <key>."
        };
        return Err(Problem::new(Code::Unauthenticated).detail(detail));
    };
    let words = value.to_str().ok().and_then(|text| text.split_once(' '));
    match words {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
        _ => Err(Problem::new(Code::Unauthenticated)
            .detail("The Authorization header is not of the form Bearer <key>.")),
    }
}

/// The answer to a key that was sent and is no good (RFC 6750).
pub(super) fn refused(reason: BadKey) -> Problem {
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    Problem::new(Code::Unauthenticated)
        .detail(format!("The request was refused: {reason}."))
        .headers(HeaderMap::from_iter([(WWW_AUTHENTICATE, challenge)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str]) -> Result<String, String> {
        let headers = values
            .iter()
            .map(|value| (AUTHORIZATION, HeaderValue::from_static(value)))
            .fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            });
        bearer(&headers)
            .map(str::to_owned)
            .map_err(|problem| problem.document("").detail)
    }

    #[test]
    fn the_key_stands_in_one_header_of_one_scheme() {
        assert_eq!(read(&["Bearer k"]).as_deref(), Ok("k"));
        assert_eq!(read(&["bearer  k"]).as_deref(), Ok("k"));
        assert!(read(&[]).unwrap_err().contains("no API key"));
        assert!(read(&["Basic k"]).unwrap_err().contains("Bearer"));
        assert!(read(&["k"]).unwrap_err().contains("Bearer"));
        assert!(
            read(&["Bearer k", "Bearer k"])
                .unwrap_err()
                .contains("more than once")
        );
    }
}
