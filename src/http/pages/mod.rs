//! What members see who come by a link: pages of HTML that need neither an account nor a script.
//!
//! `/a/{token}` is how they stand, `/a/{token}/appeal` what they appeal against. Every handler begins with a `Guest`, who has shown a link that is
//! good. Nothing is loaded but the page itself, and addresses within are relative, so that a proxy may put a path before them.

mod appeal; // the appeal: written, seen, taken back
mod form; // what a form brings
mod guest; // who comes, in which language, and how often
mod layout; // what all pages have around them
mod plot; // points over time, drawn
mod standing; // what happened, and how a member stands
mod visits; // how often pages are asked for
mod wrong; // pages that say why there is no other one

pub use visits::Visits;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use self::layout::Drawing;
use super::api::ApiState;
use super::problem::Code;
use crate::domain::language::Language;

/// Where pages are. What follows in a path is as good as a password.
const BELOW: &str = "/a/";

/// The largest form, in bytes: a thousand pages of text are read, and answered with the page that keeps them and says that they are too many.
const LARGEST_FORM: usize = 4 * 1024 * 1024;

/// That an answer is a page, whatever its status: no problem document takes its place.
#[derive(Clone, Copy, Debug)]
pub struct Drawn;

/// The pages.
pub fn router() -> Router<ApiState> {
    let appeal = get(appeal::read).post(appeal::send);
    Router::new()
        .route("/a/{token}", get(standing::read))
        .route(
            "/a/{token}/appeal",
            appeal.layer(DefaultBodyLimit::max(LARGEST_FORM)),
        )
        .route(
            "/a/{token}/more",
            get(appeal::read)
                .post(appeal::say_more)
                .layer(DefaultBodyLimit::max(LARGEST_FORM)),
        )
        .route("/a/{token}/withdraw", get(appeal::read).post(appeal::withdraw))
}

/// A path as logs may have it: without what lets people in.
#[must_use]
pub fn discreet(path: &str) -> &str {
    if path.starts_with(BELOW) { "/a/…" } else { path }
}

/// A page as an answer; with a code, what it says is that something is wrong.
fn page(wrong: Option<Code>, language: Language, drawing: Drawing) -> Response {
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_LANGUAGE, HeaderValue::from_static(language.code())),
    ]);
    let policy = format!(
        "default-src 'none'; style-src '{}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        drawing.style_hash
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    guard(&mut headers);
    let status = wrong.map_or(StatusCode::OK, Code::status);
    let mut response = (status, headers, drawing.html).into_response();
    response.extensions_mut().insert(Drawn);
    response
}

/// The headers that all answers here have: nobody keeps them, nobody is told where somebody came from, and no search engine lists them.
fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_people_in_is_not_in_a_log() {
        assert_eq!(discreet("/a/eyJ0.eyJp.c2ln/appeal"), "/a/…");
        assert_eq!(discreet("/v1/acts"), "/v1/acts");
    }
}
