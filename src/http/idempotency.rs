//! The `Idempotency-Key` header: read, checked, and bound to what the request asks for.

pub mod in_flight; // keys of requests that have no answer yet

use axum::extract::FromRequestParts;
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::api::ApiState;
use super::exchange::Exchange;
use super::json::{StrictJson, fingerprint};
use super::problem::{Code, Problem};
use crate::domain::id::TenantId;
use crate::service::Claim;

/// The header of a request.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest key, in characters.
const MAX_LENGTH: usize = 255;

/// A key as it may be sent: bare, or as the quoted string of the draft standard. White space around a header is no part of it.
const PATTERN: &str = r#"^([!#-~]|[!#-~][ -~]{0,253}[!-~]|"([ !#-\[\]-~]|\\["\\]){1,255}")$"#;

/// What a request says about being a repeat: its key, if it has one, and the method and path that the key belongs to.
#[derive(Debug, Clone)]
pub struct Idempotency {
    key: Option<String>,
    method: Method,
    path: String,
}

impl Idempotency {
    /// The claim of a request with a body.
    #[must_use]
    pub fn claim<T>(self, body: &StrictJson<T>) -> Option<Claim> {
        self.claim_of(body.canonical())
    }

    /// The claim of a request that is carried out later. It is another one than the same request carried out at once: the answer to
    /// one says nothing of the other.
    #[must_use]
    pub fn claim_later<T>(mut self, body: &StrictJson<T>) -> Option<Claim> {
        self.path.push_str(" later");
        self.claim_of(body.canonical())
    }

    /// The claim of a request without a body.
    #[must_use]
    pub fn claim_bodiless(self) -> Option<Claim> {
        self.claim_of(b"")
    }

    /// The claim of a request whose body is too large to be kept: by a digest of it, as it came.
    #[must_use]
    pub fn claim_of_digest(self, digest: &[u8; 32]) -> Option<Claim> {
        self.claim_of(digest)
    }

    fn claim_of(self, canonical: &[u8]) -> Option<Claim> {
        let fingerprint = fingerprint(&self.method, &self.path, canonical);
        self.key.map(|key| Claim { key, fingerprint })
    }
}

impl IntoParams for Idempotency {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            // As a quoted string it has two quotation marks more, and perhaps a backslash before each character.
            .max_length(Some(2 * MAX_LENGTH + 2))
            .pattern(Some(PATTERN));
        let parameter = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "Done once, however often it is sent with the same key. A random UUID will do.",
            ))
            .schema(Some(text))
            .example(Some(serde_json::json!("8e03978e-40d5-43e8-bc93-6894a57f9324")));
        vec![parameter.build()]
    }
}

/// To stand after the caller, whose tenant the key belongs to.
impl FromRequestParts<ApiState> for Idempotency {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let key = key(&parts.headers)?;
        let (tenant, exchange) = (
            parts.extensions.get::<TenantId>(),
            parts.extensions.get::<Exchange>(),
        );
        if let (Some(key), Some(tenant), Some(exchange)) = (&key, tenant, exchange) {
            let running = state.in_flight.begin(*tenant, key);
            exchange.keep(running.ok_or_else(|| Problem::new(Code::IdempotencyInFlight))?);
        }
        Ok(Self {
            key,
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
        })
    }
}

/// The key, bare or as the quoted string of the draft standard.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let refused = |why: &str| Problem::new(Code::IdempotencyKeyInvalid).detail(why);
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = given.next() else {
        return Ok(None);
    };
    if given.next().is_some() {
        return Err(refused("The Idempotency-Key header was sent more than once."));
    }
    let text = value
        .to_str()
        .ok()
        .filter(|text| text.bytes().all(|b| (0x20..0x7f).contains(&b)))
        .ok_or_else(|| refused("The Idempotency-Key holds characters other than printable ASCII."))?;
    let key = if text.starts_with('"') {
        unquoted(text).ok_or_else(|| {
            refused("The Idempotency-Key begins with a quotation mark, but is no quoted string.")
        })?
    } else {
        text.to_owned()
    };
    if (1..=MAX_LENGTH).contains(&key.len()) {
        Ok(Some(key))
    } else {
        Err(refused("The Idempotency-Key has to be 1 to 255 characters long."))
    }
}

/// What a quoted string of RFC 9651 says.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut said = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => said.push(rest.next().filter(|c| matches!(c, '"' | '\\'))?),
            c => said.push(c),
        }
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, Code> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_str(value).unwrap());
        }
        key(&headers).map_err(|problem| problem.code())
    }

    #[test]
    fn bare_and_quoted_keys_are_the_same_key() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["abc"]), Ok(Some("abc".into())));
        assert_eq!(read(&["\"abc\""]), Ok(Some("abc".into())));
        assert_eq!(read(&[r#""a\"b\\c""#]), Ok(Some(r#"a"b\c"#.into())));
        assert_eq!(read(&[&"k".repeat(255)]).unwrap().unwrap().len(), 255);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "k".repeat(256);
        for wrong in [
            &[""][..],
            &["\"\""],
            &["\""],
            &["\"a"],
            &["\"a\"b\""],
            &["\"a\\\""],
            &["\"a\\n\""],
            &["ä"],
            &["a\tb"],
            &[&long],
            &["a", "a"],
        ] {
            assert_eq!(read(wrong), Err(Code::IdempotencyKeyInvalid), "{wrong:?}");
        }
    }
}
