//! Entity tags: `If-Match` guards changes, `If-None-Match` saves answers that the client has already.

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::problem::{self, Code, Problem};
use super::respond;

/// How many characters the lines of one of the two headers have at most, together.
const MAX_LENGTH: usize = 4_096;

/// The strong entity tag of a version, as a header value. Versions are made of digits, letters, `-` and `+`.
#[must_use]
pub fn strong(version: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// `If-Match`, which a change of a document needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Vec<String>);

impl IfMatch {
    /// Whether the caller saw this version.
    #[must_use]
    pub fn names(&self, version: &str) -> bool {
        self.0.iter().any(|seen| seen == version)
    }

    /// The version that the caller saw, where versions are numbers.
    ///
    /// # Errors
    /// `precondition_failed` for a tag that no version ever had.
    pub fn version(&self) -> Result<i32, Problem> {
        match self.0.as_slice() {
            [one] => one.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| {
            Problem::new(Code::PreconditionFailed).detail(
                "If-Match names no version that this document ever had; send the ETag of the last read.",
            )
        })
    }

    /// The newest version of a policy that the caller saw: in force, or in `3+4` the one that is to come.
    ///
    /// # Errors
    /// As for [`IfMatch::version`].
    pub fn newest(&self) -> Result<i32, Problem> {
        let newest = |tag: &String| tag.rsplit('+').next().unwrap_or_default().to_owned();
        Self(self.0.iter().map(newest).collect()).version()
    }

    /// The tags that the caller saw, without their quotes.
    #[must_use]
    pub fn tags(self) -> Vec<String> {
        self.0
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header(
            "If-Match",
            Some(r#"^"[!#-~]*"( *, *"[!#-~]*")*$"#),
            "The ETag of the version that you have read and want to change.",
        )]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let given = list(&parts.headers, &IF_MATCH)?;
        if given.is_empty() {
            return Err(Code::PreconditionRequired.into());
        }
        if given.iter().any(|tag| tag == "*") {
            return Err(Problem::new(Code::PreconditionRequired)
                .detail("If-Match: * guards nothing. Send the ETag of the version that you have read."));
        }
        if let Some(bare) = given.iter().find(|tag| !is_tag(tag)) {
            return Err(Problem::new(Code::PreconditionFailed).detail(format!(
                "If-Match: {bare} is no ETag, because its quotation marks are missing. Send the ETag of the last read as it came, \
                 such as If-Match: \"1\"."
            )));
        }
        // A weak tag never matches strongly.
        let strong = given
            .iter()
            .filter_map(|tag| Some(tag.strip_prefix('"')?.strip_suffix('"')?.to_owned()));
        Ok(Self(strong.collect()))
    }
}

/// `If-Match` for a document that may not be there yet: without it one is made, with it one is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerhapsIfMatch(Option<IfMatch>);

impl PerhapsIfMatch {
    /// The version that the caller saw, if any.
    ///
    /// # Errors
    /// As for [`IfMatch::version`].
    pub fn version(&self) -> Result<Option<i32>, Problem> {
        self.0.as_ref().map(IfMatch::version).transpose()
    }
}

impl IntoParams for PerhapsIfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header(
            "If-Match",
            None,
            "To change what is there: the ETag of the version that you have read. To make it, leave this out.",
        )]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PerhapsIfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.headers.contains_key(IF_MATCH) {
            return IfMatch::from_request_parts(parts, state)
                .await
                .map(Some)
                .map(Self);
        }
        Ok(Self(None))
    }
}

/// Whether a text is an entity tag, strong or weak.
fn is_tag(text: &str) -> bool {
    let text = text.strip_prefix("W/").unwrap_or(text);
    text.len() >= 2 && text.starts_with('"') && text.ends_with('"')
}

/// `If-None-Match`, which a read may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    /// The document, tagged by its own contents: for documents that have no version of their own.
    pub fn respond_by_content<T: Serialize>(&self, document: &T) -> Response {
        let text = serde_json::to_vec(document).unwrap_or_default();
        let hash = Sha256::digest(text);
        let version: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.respond(&version, document)
    }

    /// The document with its tag, or word that the client's copy is still right.
    pub fn respond<T: Serialize>(&self, version: &str, document: &T) -> Response {
        let tag = strong(version);
        let known = self
            .0
            .iter()
            .any(|seen| seen == "*" || seen.trim_start_matches("W/").as_bytes() == tag.as_bytes());
        if known {
            return problem::not_modified(HeaderMap::from_iter([(ETAG, tag)]));
        }
        let mut response = respond::document(document);
        response.headers_mut().insert(ETAG, tag);
        response
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header(
            "If-None-Match",
            None,
            "The ETag of the copy that you have: while it is still right, the answer is 304 without a body.",
        )]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        list(&parts.headers, &IF_NONE_MATCH).map(Self)
    }
}

/// The description of one of the two headers. The one that has to be there has to have a form, too.
fn header(name: &str, needed: Option<&str>, about: &str) -> Parameter {
    let tag = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(MAX_LENGTH))
        .pattern(needed);
    let required = match needed {
        Some(_) => Required::True,
        None => Required::False,
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(about))
        .schema(Some(tag))
        .example(Some(serde_json::json!("\"1\"")))
        .build()
}

/// The tags of a header, over all its lines.
fn list(headers: &HeaderMap, name: &HeaderName) -> Result<Vec<String>, Problem> {
    let lines = headers.get_all(name);
    if lines.iter().map(HeaderValue::len).sum::<usize>() > MAX_LENGTH {
        let detail = format!("{name} has at most {MAX_LENGTH} characters.");
        return Err(Problem::new(Code::HeadersTooLarge).detail(detail));
    }
    let tags = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(tags)
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| !tag.is_empty());
    Ok(tags.collect())
}

/// The parts of a line between the commas; a tag may have commas within its quotation marks.
fn tags(line: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    line.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn if_match(value: &'static str) -> Result<IfMatch, Code> {
        let mut request = axum::http::Request::new(());
        if !value.is_empty() {
            request
                .headers_mut()
                .insert(IF_MATCH, HeaderValue::from_static(value));
        }
        let (mut parts, ()) = request.into_parts();
        IfMatch::from_request_parts(&mut parts, &())
            .await
            .map_err(|p| p.code())
    }

    #[tokio::test]
    async fn a_change_names_the_version_that_it_changes() {
        assert_eq!(if_match("").await, Err(Code::PreconditionRequired));
        assert_eq!(if_match("*").await, Err(Code::PreconditionRequired));
        assert_eq!(if_match("\"7\"").await.unwrap().version().unwrap(), 7);
        assert!(if_match("\"6\", \"7\"").await.unwrap().names("7"));
        let commas = if_match("\"a,*,7\" , \"7\"").await.unwrap();
        assert!(commas.names("7") && commas.names("a,*,7"));
        for bare in ["7", "\"7", "\"6\", 7"] {
            assert_eq!(if_match(bare).await, Err(Code::PreconditionFailed), "{bare}");
        }
        for wrong in ["W/\"7\"", "\"x\""] {
            let tags = if_match(wrong).await.unwrap();
            assert!(!tags.names("7"), "{wrong}");
            assert_eq!(
                tags.version().unwrap_err().code(),
                Code::PreconditionFailed,
                "{wrong}"
            );
        }
    }

    #[tokio::test]
    async fn more_tags_than_anybody_has_seen_are_refused() {
        let longest = format!("\"{}\"", "7".repeat(MAX_LENGTH - 2));
        for (value, refusal) in [
            (longest.clone(), None),
            (format!("{longest} "), Some(Code::HeadersTooLarge)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(&value).unwrap());
            let read = list(&headers, &IF_NONE_MATCH);
            assert_eq!(read.err().map(|problem| problem.code()), refusal);
        }
    }

    #[test]
    fn a_copy_that_is_still_right_is_not_sent_again() {
        let status = |seen: &[&str]| {
            let seen = IfNoneMatch(seen.iter().map(|&s| s.to_owned()).collect());
            seen.respond("7", &serde_json::json!({})).status().as_u16()
        };
        assert_eq!(status(&[]), 200);
        assert_eq!(status(&["\"6\""]), 200);
        assert_eq!(status(&["\"6\"", "\"7\""]), 304);
        assert_eq!(status(&["W/\"7\""]), 304);
        assert_eq!(status(&["*"]), 304);
    }
}
