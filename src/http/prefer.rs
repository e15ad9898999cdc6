//! The `Prefer` header (RFC 7240): whether a client would rather not wait.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::problem::{Code, Problem};

/// The header of a request.
pub const PREFER: HeaderName = HeaderName::from_static("prefer");
/// The preference that we know.
const RESPOND_ASYNC: &str = "respond-async";

/// What a request prefers. What we do not know is ignored, as the standard wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefer {
    /// To be answered at once, though nothing is done yet.
    pub respond_async: bool,
}

/// The longest header, in characters.
const MAX_LENGTH: usize = 255;

fn read(headers: &HeaderMap) -> Result<Prefer, Problem> {
    let mut values = Vec::new();
    for value in headers.get_all(PREFER) {
        let text = value.to_str().ok().filter(|text| text.len() <= MAX_LENGTH);
        values.push(text.ok_or_else(|| {
            Problem::new(Code::BadRequest)
                .detail("The Prefer header has to be printable ASCII of at most 255 characters.")
        })?);
    }
    let mut names = values
        .iter()
        .flat_map(|value| value.split(','))
        .map(|preference| preference.split([';', '=']).next().unwrap_or_default().trim());
    Ok(Prefer {
        respond_async: names.any(|name| name.eq_ignore_ascii_case(RESPOND_ASYNC)),
    })
}

impl IntoParams for Prefer {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(MAX_LENGTH))
            .pattern(Some("^[ -~]*$"));
        let parameter = ParameterBuilder::new()
            .name("Prefer")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("`respond-async` makes a job of it; all else is ignored."))
            .schema(Some(text))
            .example(Some(serde_json::json!(RESPOND_ASYNC)));
        vec![parameter.build()]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Prefer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_one_preference_is_found_among_others() {
        let respond_async = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(PREFER, HeaderValue::from_static(value));
            }
            read(&headers).map(|prefer| prefer.respond_async).ok()
        };
        for values in [
            &["respond-async"][..],
            &["wait=10, Respond-Async; x=1"],
            &["return=minimal", "respond-async"],
        ] {
            assert_eq!(respond_async(values), Some(true), "{values:?}");
        }
        for values in [&[][..], &["respond-asynchronously", "wait=respond-async"]] {
            assert_eq!(respond_async(values), Some(false), "{values:?}");
        }
        let long = HeaderValue::from_str(&"x".repeat(256)).unwrap();
        for wrong in [long, HeaderValue::from_bytes(b"\xc2\x84").unwrap()] {
            let headers = HeaderMap::from_iter([(PREFER, wrong)]);
            assert_eq!(read(&headers).unwrap_err().code(), Code::BadRequest);
        }
    }
}
