//! The `Prefer` header (RFC 7240): whether a client would rather not wait.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use std::convert::Infallible;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

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

fn read(headers: &HeaderMap) -> Prefer {
    let values = headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut names = values
        .flat_map(|value| value.split(','))
        .map(|preference| preference.split([';', '=']).next().unwrap_or_default().trim());
    Prefer {
        respond_async: names.any(|name| name.eq_ignore_ascii_case(RESPOND_ASYNC)),
    }
}

impl IntoParams for Prefer {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(255))
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
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(read(&parts.headers))
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
            read(&headers).respond_async
        };
        assert!(respond_async(&["respond-async"]) && respond_async(&["wait=10, Respond-Async; x=1"]));
        assert!(respond_async(&["return=minimal", "respond-async"]));
        assert!(!respond_async(&[]) && !respond_async(&["respond-asynchronously", "wait=respond-async"]));
    }
}
