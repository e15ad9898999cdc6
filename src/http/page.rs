//! Pages of lists: `limit`, an opaque `cursor`, and the `Link` to the next page.
//!
//! A cursor holds the key of the last item that was given, and a tag over the tenant, the list and its filters. So it is good for
//! the list that it came from and no other, and a damaged one is told apart. The tag is no signature: whoever forges a cursor
//! reads another stretch of a list that is theirs to read anyway, for the store is asked with the caller's tenant.

use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::problem::{Code, Problem};
use super::{query, respond};
use crate::service::After;
use crate::service::caller::Caller;

/// How many items a page has unless the request says otherwise.
const DEFAULT_LIMIT: u32 = 50;
/// How many items a page has at most.
pub const MAX_LIMIT: u32 = 500;
/// How many bytes of the tag a cursor carries.
const TAG: usize = 8;
/// The longest cursor that is looked at.
const MAX_CURSOR: usize = 512;

/// The parameters that every list has, for its documentation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// Where to go on: `next_cursor` of the page before, with the same filters.
    #[param(min_length = 1, max_length = 512, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// What a request for a page asks: the filters of its list, which should carry `deny_unknown_fields`, and the page.
#[derive(Debug, Clone)]
pub struct Paged<F> {
    /// The filters.
    pub filters: F,
    limit: u32,
    cursor: Option<String>,
    path: String,
    rest: String,
}

/// A list without filters.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilters {}

#[derive(Serialize, Deserialize)]
struct Token<K> {
    v: u8,
    k: K,
}

impl<F> Paged<F> {
    /// The page that is asked for.
    ///
    /// # Errors
    /// `bad_cursor` for one that is damaged or belongs to another list, filter or tenant.
    pub fn after<K: DeserializeOwned>(&self, caller: &Caller) -> Result<After<K>, Problem> {
        let after = match &self.cursor {
            None => None,
            Some(cursor) => Some(self.open(caller, cursor).ok_or(Code::BadCursor)?),
        };
        Ok(After {
            after,
            limit: self.limit,
        })
    }

    /// The answer: `page` makes the document out of the cursor for the next page, which also goes into `Link`.
    ///
    /// # Errors
    /// `internal`, if a key cannot be written, which no key is.
    pub fn respond<K: Serialize, P: Serialize>(
        &self,
        caller: &Caller,
        next: Option<K>,
        page: impl FnOnce(Option<String>) -> P,
    ) -> Result<Response, Problem> {
        let cursor = next.map(|key| self.seal(caller, key)).transpose()?;
        let link = cursor.as_deref().and_then(|cursor| self.link(cursor));
        let mut response = respond::document(&page(cursor));
        if let Some(link) = link {
            response.headers_mut().insert(LINK, link);
        }
        Ok(response)
    }

    fn open<K: DeserializeOwned>(&self, caller: &Caller, cursor: &str) -> Option<K> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, token) = bytes.split_at_checked(TAG)?;
        if tag != self.tag(caller, token) {
            return None;
        }
        let token: Token<K> = serde_json::from_slice(token).ok()?;
        (token.v == 1).then_some(token.k)
    }

    fn seal<K: Serialize>(&self, caller: &Caller, key: K) -> Result<String, Problem> {
        let token = serde_json::to_vec(&Token { v: 1, k: key }).map_err(Problem::internal)?;
        let mut bytes = self.tag(caller, &token).to_vec();
        bytes.extend_from_slice(&token);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn tag(&self, caller: &Caller, token: &[u8]) -> [u8; TAG] {
        let mut hash = Sha256::new();
        for part in [caller.tenant.to_string().as_str(), &self.path, &self.rest] {
            hash.update(part);
            hash.update(b"\n");
        }
        hash.update(token);
        let mut tag = [0; TAG];
        tag.copy_from_slice(&hash.finalize()[..TAG]);
        tag
    }

    /// The next page's address, with the same filters.
    fn link(&self, cursor: &str) -> Option<HeaderValue> {
        next(&self.path, &self.rest, self.limit, ("cursor", cursor))
    }
}

/// The `Link` to what comes next: the same address and filters, and the parameter that says where to go on.
#[must_use]
pub fn next(path: &str, filters: &str, limit: u32, (name, at): (&str, &str)) -> Option<HeaderValue> {
    let filters = if filters.is_empty() {
        String::new()
    } else {
        format!("{filters}&")
    };
    let link = format!("<{path}?{filters}limit={limit}&{name}={at}>; rel=\"next\"");
    HeaderValue::from_str(&link).ok()
}

impl<S: Send + Sync, F: DeserializeOwned> FromRequestParts<S> for Paged<F> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        query::check(&parts.uri)?;
        let (mut limit, mut cursor, mut rest) = (None, None, Vec::new());
        for pair in parts.uri.query().unwrap_or_default().split('&') {
            match pair.split_once('=') {
                Some(("limit", value)) => once("limit", &mut limit, value)?,
                Some(("cursor", value)) => once("cursor", &mut cursor, value)?,
                _ if pair.is_empty() => {}
                _ => rest.push(pair),
            }
        }
        rest.sort_unstable();
        let rest = rest.join("&");
        Ok(Self {
            filters: filters(&rest)?,
            limit: limit.map_or(Ok(DEFAULT_LIMIT), parse_limit)?,
            cursor: cursor
                .map(|text| {
                    if text.len() <= MAX_CURSOR {
                        Ok(text.to_owned())
                    } else {
                        Err(Code::BadCursor)
                    }
                })
                .transpose()?,
            path: parts.uri.path().to_owned(),
            rest,
        })
    }
}

fn once<'a>(name: &str, place: &mut Option<&'a str>, value: &'a str) -> Result<(), Problem> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::BadQuery).detail(format!("The parameter {name} is there twice."))),
    }
}

/// The limit of a page, where a list reads its own.
///
/// # Errors
/// `bad_query` outside 1 to [`MAX_LIMIT`].
pub fn check_limit(limit: Option<u32>) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(Code::BadQuery)
        .detail(format!("The parameter limit is a number from 1 to {MAX_LIMIT}.")))
}

fn parse_limit(text: &str) -> Result<u32, Problem> {
    // What is no number is as far from 1 to 500 as 0 is.
    check_limit(Some(text.parse().unwrap_or(0)))
}

/// The rest of the query string as the list's own parameters.
fn filters<F: DeserializeOwned>(rest: &str) -> Result<F, Problem> {
    let uri: Uri = format!("/?{rest}").parse().map_err(|_| Code::BadQuery)?;
    query::read(&uri)
}

#[cfg(test)]
#[path = "page/tests.rs"]
mod tests;
