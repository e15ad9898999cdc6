//! Every answer that is not a success: the catalogue of codes and the document that carries one.
//!
//! The only place that knows the status codes of failures. A handler says which [`Code`] it means and, if it likes, more about
//! this very request; status, title and the page that explains it follow from the catalogue below.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::problem::ProblemError;

use super::edge::body::TooSlow;
use super::json::in_plain_words;
use super::pages::Drawn;
use crate::domain::name::NotAName;
use crate::service::error::chain;

mod catalogue;
mod refusal;

pub use catalogue::Code;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The longest `detail`, in characters; texts of a client's own may stand in it.
const MAX_DETAIL: usize = 2_000;

/// The most refused values that an answer names; a body may have thousands.
const MAX_ERRORS: usize = 256;

/// The longest pointer, in characters; keys of a client's own are in it.
const MAX_POINTER: usize = 1_000;

/// What a client reads when the server is to blame: nothing of the inside.
const INTERNAL_DETAIL: &str = "Something failed on our side; the log has it under this request id.";

/// What a client reads besides when a change met a store that did not answer.
const MAYBE: &str = " The change may or may not have been recorded.";

/// One problem on its way to the client.
///
/// Built from a [`Code`], refined by the methods below and returned from a handler as its error. The request id
/// is filled in by [`crate::http::edge`], which also writes the cause of a server's own failure to the log.
#[derive(Clone)]
pub struct Problem(Box<Parts>);

/// Behind one pointer, because every fallible function carries room for it in its result.
#[derive(Clone)]
struct Parts {
    code: Code,
    detail: String,
    errors: Vec<ProblemError>,
    headers: HeaderMap,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem whose `detail` is what the catalogue says about the code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let mut headers = HeaderMap::new();
        if code == Code::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if code == Code::RequestTimeout {
            // What may still come of the request is not read.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = code.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Self(Box::new(Parts {
            code,
            detail: code.meaning().to_owned(),
            errors: Vec::new(),
            headers,
            cause: None,
        }))
    }

    /// The answer to an error that nobody foresaw: the client learns nothing of it, the log everything.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).detail(INTERNAL_DETAIL).cause(cause)
    }

    /// A body whose values were refused, each named by its JSON pointer.
    #[must_use]
    pub fn invalid(errors: Vec<ProblemError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("One value was refused: {}.", one.detail.trim_end_matches('.')),
            many => format!("{} values were refused; `errors` names each.", many.len()),
        };
        let mut problem = Self::new(Code::InvalidRequest).detail(detail);
        problem.0.errors = errors;
        problem
    }

    /// A body with one refused value.
    #[must_use]
    pub fn invalid_at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![ProblemError {
            pointer: pointer.into(),
            line: None,
            detail: detail.into(),
        }])
    }

    /// Says what is wrong with this very request, in a sentence that the client may read.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// Adds what is true of a request with this method only: of one that changes something, whether it did may be unknown.
    #[must_use]
    pub fn to(mut self, method: &Method) -> Self {
        if self.0.code == Code::StoreUnavailable && !method.is_safe() {
            self.0.detail.push_str(MAYBE);
        }
        self
    }

    /// Adds a refused value.
    #[must_use]
    pub fn error(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(ProblemError {
            pointer: pointer.into(),
            line: None,
            detail: detail.into(),
        });
        self
    }

    /// Adds what the log shall say about it; never shown to the client.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(Arc::from(cause.into()));
        self
    }

    /// Asks the client to come back after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        self
    }

    /// Sends further headers along, such as the rate limit's.
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.0.headers.extend(headers);
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The refused values.
    #[must_use]
    pub fn errors(&self) -> &[ProblemError] {
        &self.0.errors
    }

    /// Whether the failure is the server's own and belongs in the log.
    #[must_use]
    pub fn is_servers_fault(&self) -> bool {
        self.0.code.status().is_server_error()
    }

    /// The cause and the causes behind it, outermost first, in one line; empty without a cause.
    #[must_use]
    pub fn chain(&self) -> String {
        let cause = self.0.cause.as_deref();
        cause.map_or_else(String::new, |cause| chain(cause))
    }

    /// The document as a client sees it; also an item's outcome within a bulk.
    #[must_use]
    pub fn document(&self, request_id: &str) -> wire::problem::Problem {
        wire::problem::Problem {
            type_uri: self.0.code.page(),
            title: self.0.code.title().to_owned(),
            status: self.0.code.status().as_u16(),
            detail: cut(&self.0.detail, MAX_DETAIL),
            code: self.0.code.name().to_owned(),
            errors: self.0.errors.iter().take(MAX_ERRORS).map(bounded).collect(),
            request_id: request_id.to_owned(),
        }
    }

    /// The answer, with the request's id in the document.
    #[must_use]
    pub fn respond(self, request_id: &str) -> Response {
        // A struct of strings always becomes JSON; were it otherwise, an empty body is the honest rest.
        let body = serde_json::to_vec(&self.document(request_id)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.0.code.status();
        *response.headers_mut() = self.0.headers.clone();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response.extensions_mut().insert(self);
        response
    }

    /// What to say for an answer that failed before any code of ours ran, such as an unknown route or method.
    ///
    /// `None` when the answer is a success or already a problem document.
    #[must_use]
    pub fn for_bare(response: &Response) -> Option<Self> {
        let status = response.status();
        let is_problem = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == MEDIA_TYPE);
        let is_page = response.extensions().get::<Drawn>().is_some();
        if is_page || is_problem || !(status.is_client_error() || status.is_server_error()) {
            return None;
        }
        let mut problem = Self::new(Code::for_status(status));
        for name in [ALLOW, RETRY_AFTER, WWW_AUTHENTICATE] {
            if let Some(value) = response.headers().get(&name) {
                problem.0.headers.insert(name, value.clone());
            }
        }
        Some(problem)
    }
}

/// A refused value whose texts cannot make the answer larger than the request.
fn bounded(error: &ProblemError) -> ProblemError {
    ProblemError {
        pointer: cut(&error.pointer, MAX_POINTER),
        line: error.line,
        detail: cut(&error.detail, MAX_DETAIL),
    }
}

fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Without the cause, which may name what a log should not repeat twice.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("code", &self.0.code.name())
            .field("detail", &self.0.detail)
            .field("errors", &self.0.errors)
            .finish_non_exhaustive()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.respond("")
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        let mut causes = std::iter::successors(rejection.source(), |&cause| cause.source());
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::new(Code::PayloadTooLarge)
        } else if causes.any(|cause| cause.is::<TooSlow>()) {
            Self::new(Code::RequestTimeout)
        } else {
            Self::new(Code::MalformedJson).detail("The body could not be read to its end.")
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let text = rejection.body_text();
        // The framework's own preamble says nothing that `bad_query` does not.
        let reason = text.split_once(": ").map_or(text.as_str(), |(_, reason)| reason);
        let (name, why) = reason.split_once(": ").unwrap_or(("", reason));
        if let Some((twice, _)) = why
            .strip_prefix("duplicate field `")
            .and_then(|rest| rest.split_once('`'))
        {
            return Self::new(Code::BadQuery).detail(format!("The parameter {twice} is there twice."));
        }
        let why = match why {
            "provided string was not `true` or `false`" => "it is true or false".to_owned(),
            "invalid digit found in string" | "cannot parse integer from empty string" => {
                "it is a whole number".to_owned()
            }
            why => in_plain_words(why),
        };
        let named = if name.is_empty() {
            "The query string".to_owned()
        } else {
            format!("The parameter {name}")
        };
        Self::new(Code::BadQuery).detail(format!("{named} was refused: {why}."))
    }
}

/// A path that names nothing that could exist is answered as one that names nothing that does.
impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        // Whoever gives a thing its name by the address has to learn what a name is.
        let rule = NotAName.to_string();
        let problem = Self::new(Code::NotFound);
        if rejection.body_text().contains(&rule) {
            return problem.detail(format!("Nothing can have this name: {rule}."));
        }
        problem
    }
}

/// The answer to `If-None-Match` when the client's copy is still the current one.
#[must_use]
pub fn not_modified(headers: HeaderMap) -> Response {
    (StatusCode::NOT_MODIFIED, headers).into_response()
}

#[cfg(test)]
#[path = "problem/tests.rs"]
mod tests;
