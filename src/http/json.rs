//! JSON bodies, read strictly: what two readers could understand differently is refused.
//!
//! A body is read twice. The first reading (`scan`) looks at the text alone: syntax, depth, repeated keys,
//! characters that no store could keep. The second gives it its type, and names everything that does not fit
//! (`thorough`) by JSON pointer. What comes out also knows its canonical form, by which a repeated request is recognised.

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, Method};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use self::objects::ObjectsOnly;
use super::problem::{Code, Problem};

mod objects;
mod quick;
mod refusal;
mod scan;
mod thorough;

pub use quick::{Quick, QuickJson};
pub(super) use refusal::in_plain_words;

/// A JSON body as a `T`, which should carry `deny_unknown_fields`.
///
/// `Option<StrictJson<T>>` is the extractor for operations whose body may be left out altogether.
#[derive(Debug, Clone)]
pub struct StrictJson<T> {
    /// The typed body.
    pub value: T,
    /// The body as it came.
    pub raw: Bytes,
    canonical: Vec<u8>,
}

impl<T> StrictJson<T> {
    /// Recognises the same request when it comes again, however its body is formatted.
    ///
    /// `path` should include the query if the query has a say in what happens.
    #[must_use]
    pub fn fingerprint(&self, method: &Method, path: &str) -> [u8; 32] {
        fingerprint(method, path, &self.canonical)
    }

    /// The body, or an empty object when it was left out: for operations that need not be told anything. Whether a client
    /// leaves the body out or sends `{}` makes no difference, to repeats either.
    ///
    /// # Errors
    /// `invalid_request` when the operation needs to be told something after all.
    pub fn or_empty(given: Option<Self>) -> Result<Self, Problem>
    where
        T: DeserializeOwned,
    {
        given.map_or_else(|| Self::parse(Bytes::from_static(b"{}")), Ok)
    }

    /// The body without white space, with sorted keys, and each number and string written in one way.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }
}

impl<T: DeserializeOwned> StrictJson<T> {
    /// Reads a body that is already in memory.
    ///
    /// # Errors
    /// `malformed_json` when it is not JSON, `invalid_request` when it is but does not fit.
    pub fn parse(raw: Bytes) -> Result<Self, Problem> {
        let canonical = scan::canonical(&raw).map_err(scan::Refusal::into_problem)?;
        let value = Self::typed(&raw).map_err(|first| thorough::refusal::<T>(&raw, first))?;
        Ok(Self {
            value,
            raw,
            canonical,
        })
    }

    /// Gives a text its type, or says what is the first in it that does not fit.
    fn typed(text: &[u8]) -> Result<T, Problem> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        // The scan has bounded the depth already, by a limit that we publish.
        reader.disable_recursion_limit();
        serde_path_to_error::deserialize(ObjectsOnly(&mut reader)).map_err(|error| refusal::of_shape(&error))
    }
}

/// Recognises the same request when it comes again; `canonical` is empty for a request without a body.
#[must_use]
pub fn fingerprint(method: &Method, path: &str, canonical: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    // Neither a method nor a path has a line break in it, so the three parts cannot run into each other.
    hash.update(method.as_str());
    hash.update(b"\n");
    hash.update(path);
    hash.update(b"\n");
    hash.update(canonical);
    hash.finalize().into()
}

/// A body larger than this is read on a thread for such work, so that nobody else's request waits for it.
const LARGE: usize = 1 << 20;

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read(request, state, Self::parse).await
    }
}

/// Reads the body of a request that needs one.
async fn read<S: Send + Sync, T: Send + 'static>(
    request: Request,
    state: &S,
    parse: fn(Bytes) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let raw = body(request, state).await?;
    if raw.len() <= LARGE {
        return parse(raw);
    }
    let reading = tokio::task::spawn_blocking(move || parse(raw));
    reading.await.map_err(Problem::internal)?
}

/// The body of a request that needs one, as it came.
async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    check_encoding(request.headers())?;
    // Of what is not there the type is no matter.
    if request.body().is_end_stream() {
        return Err(missing());
    }
    if !is_json(request.headers()) {
        return Err(Problem::new(Code::UnsupportedMediaType));
    }
    let raw = Bytes::from_request(request, state).await?;
    if raw.is_empty() {
        return Err(missing());
    }
    Ok(raw)
}

impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        check_encoding(request.headers())?;
        let is_json = is_json(request.headers());
        let raw = Bytes::from_request(request, state).await?;
        if raw.is_empty() {
            return Ok(None);
        }
        if !is_json {
            return Err(Problem::new(Code::UnsupportedMediaType));
        }
        Self::parse(raw).map(Some)
    }
}

/// A key as a reference token of a JSON pointer (RFC 6901).
#[must_use]
pub(super) fn escape_pointer(token: &str) -> String {
    refusal::escape(token)
}

/// The refusal of a request without the body that its operation needs.
fn missing() -> Problem {
    Problem::new(Code::MalformedJson).detail(
        "The request has no body, and this operation needs one: a JSON object, sent as `Content-Type: application/json`.",
    )
}

/// A compressed body could be far larger than it seems, so none is taken.
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(Code::UnsupportedEncoding));
    }
    Ok(())
}

/// `application/json` or a type built on it, such as `application/merge-patch+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return false;
    };
    let Ok(kind) = kind.to_str() else {
        return false;
    };
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let begins = |start: &str| {
        essence
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    let ends = |end: &str| {
        let begin = essence.len().checked_sub(end.len());
        begin
            .and_then(|begin| essence.get(begin..))
            .is_some_and(|rest| rest.eq_ignore_ascii_case(end))
    };
    essence.eq_ignore_ascii_case("application/json") || (begins("application/") && ends("+json"))
}

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;
