//! Problem documents: the body of every answer that is not a success (RFC 9457).

use serde::{Deserialize, Serialize};

/// What went wrong, for a person and for a program.
///
/// Sent as `application/problem+json` with every 4xx and 5xx answer. Programs decide on `code`, which never
/// changes its meaning; people read `title` and `detail`, whose wording may improve at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Where the code is explained: a path below the server's own address.
    #[serde(rename = "type")]
    #[cfg_attr(
        feature = "openapi",
        schema(
            format = "uri-reference",
            max_length = 128,
            examples("/docs/problems/invalid_request")
        )
    )]
    pub type_uri: String,
    /// The code in a few words, the same for every occurrence.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 128, examples("The request has invalid values"))
    )]
    pub title: String,
    /// The HTTP status of the answer, repeated here for whoever sees the body alone.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599, examples(422)))]
    pub status: u16,
    /// What is wrong with this very request, in a sentence.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 2048, examples("1 value was refused."))
    )]
    pub detail: String,
    /// The stable name of the problem.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 64, pattern = "^[a-z][a-z0-9_]*$", examples("invalid_request"))
    )]
    pub code: String,
    /// Every refused value that was found, 256 at most; empty when no single value is to blame.
    #[cfg_attr(feature = "openapi", schema(max_items = 256))]
    pub errors: Vec<ProblemError>,
    /// The id of this request, also in the `X-Request-Id` header and in the server's log.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 128, examples("req_9f1c2d3e4a5b6c7d00000001"))
    )]
    pub request_id: String,
}

/// One refused value of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemError {
    /// A JSON Pointer (RFC 6901) into the request body; empty for the whole body.
    #[cfg_attr(feature = "openapi", schema(max_length = 4096, examples("/points")))]
    pub pointer: String,
    /// The line that it stands in, from 1, where the body is one of lines (NDJSON); null for other bodies.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub line: Option<u64>,
    /// Why the value was refused.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 2048, examples("expected an integer, found 3.5"))
    )]
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_written_and_read_back() {
        let problem = Problem {
            type_uri: "/docs/problems/not_found".into(),
            title: "Not found".into(),
            status: 404,
            detail: "There is no such case.".into(),
            code: "not_found".into(),
            errors: Vec::new(),
            request_id: String::new(),
        };
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(
            text,
            r#"{"type":"/docs/problems/not_found","title":"Not found","status":404,"detail":"There is no such case.","code":"not_found","errors":[],"request_id":""}"#
        );
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
    }
}
