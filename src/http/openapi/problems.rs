//! The problems that operations may answer with, as responses of the OpenAPI document.
//!
//! `problems!` declares the set of one operation: what every operation of its sort may say, and its own.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::ToSchema as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};

use crate::http::problem::{Code, MEDIA_TYPE, Problem};

/// Whatever is asked.
const ANYWHERE: &[Code] = &[
    Code::UriTooLong,
    Code::HeadersTooLarge,
    Code::Internal,
    Code::TimedOut,
];
/// Every operation of the API.
const ALWAYS: &[Code] = &[
    Code::BadQuery,
    Code::Unauthenticated,
    Code::ForbiddenScope,
    Code::UriTooLong,
    Code::RateLimited,
    Code::HeadersTooLarge,
    Code::Internal,
    Code::StoreUnavailable,
    Code::NotReady,
    Code::TimedOut,
];
/// Pages of lists.
const PAGES: &[Code] = &[Code::BadCursor];
/// Requests with a JSON body.
const SENDS: &[Code] = &[
    Code::MalformedJson,
    Code::InvalidRequest,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
    Code::UnsupportedEncoding,
    Code::RequestTimeout,
];
/// Changes of the store.
const CHANGES: &[Code] = &[Code::Overloaded, Code::TenantArchived];
/// Changes that may be repeated under an idempotency key.
const REPEATS: &[Code] = &[
    Code::IdempotencyKeyInvalid,
    Code::IdempotencyKeyReused,
    Code::IdempotencyInFlight,
];

/// What an operation does, as far as its problems go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Asks about the process, without a key.
    Probe,
    /// Reads one thing.
    Read,
    /// Reads a page of a list.
    Page,
    /// POST with a body that asks and changes nothing.
    Ask,
    /// POST with a body and an idempotency key.
    Post,
    /// A change without a body, with an idempotency key.
    PostBare,
    /// PUT or PATCH with a body, with an idempotency key if the client likes.
    Edit,
    /// PUT with a body, guarded by If-Match alone.
    Guarded,
    /// A change without a body and without an idempotency key.
    Bare,
}

impl Sort {
    fn codes(self) -> Vec<Code> {
        let sets: &[&[Code]] = match self {
            Self::Probe => &[ANYWHERE],
            Self::Read => &[ALWAYS],
            Self::Page => &[ALWAYS, PAGES],
            Self::Ask => &[ALWAYS, SENDS],
            Self::Post => &[ALWAYS, SENDS, CHANGES, REPEATS],
            Self::PostBare => &[ALWAYS, CHANGES, REPEATS],
            Self::Edit => &[ALWAYS, SENDS, CHANGES, REPEATS],
            Self::Guarded => &[ALWAYS, SENDS, CHANGES],
            Self::Bare => &[ALWAYS, CHANGES],
        };
        sets.concat()
    }
}

/// Declares the problems of one operation, for its `responses(…)`: `problems!(ActProblems: Post, DuplicateAct, SelfAction);`
macro_rules! problems {
    ($name:ident: $sort:ident $(, $code:ident)* $(,)?) => {
        /// The problems that this operation may answer with.
        pub struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
            > {
                $crate::http::openapi::problems::responses(
                    $crate::http::openapi::problems::Sort::$sort,
                    &[$($crate::http::problem::Code::$code),*],
                )
            }
        }
    };
}
pub(crate) use problems;

/// One response for each status, with an example for each code.
pub(crate) fn responses(sort: Sort, own: &[Code]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in sort.codes().into_iter().chain(own.iter().copied()) {
        let codes = by_status.entry(code.status().as_u16()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status.to_string(), RefOr::T(response(&codes))))
        .collect()
}

/// An example of each problem of the catalogue, for responses to refer to.
pub(super) fn examples() -> BTreeMap<String, RefOr<Example>> {
    let example = |code: &Code| {
        let document = Problem::new(*code).document("req_9f1c2d3e4a5b6c7d00000001");
        ExampleBuilder::new()
            .summary(code.title())
            .value(Some(json!(document)))
            .build()
    };
    Code::ALL
        .iter()
        .map(|code| (code.name().to_owned(), RefOr::T(example(code))))
        .collect()
}

fn response(codes: &[Code]) -> Response {
    let about: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`: {}.", code.name(), code.title()))
        .collect();
    let examples = codes.iter().map(|code| {
        let example = Ref::new(format!("#/components/examples/{}", code.name()));
        (code.name(), RefOr::Ref(example))
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(wire::problem::Problem::name())))
        .examples_from_iter(examples)
        .build();
    ResponseBuilder::new()
        .description(about.join(" "))
        .content(MEDIA_TYPE, content)
        .build()
}
