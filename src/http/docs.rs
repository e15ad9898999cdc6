//! The documentation that the server brings along: the API reference, and a page for each problem.
//!
//! All of it is compiled in and works without another host, under a policy that allows none.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use super::problem::{self, Code, Problem};

mod pages;

/// Scripts, styles and data from this server alone, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/// Assets are asked for by their contents' hash, so a copy of one never goes stale.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `/docs`, its assets, and the problem catalogue below it; and what leads there.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        // Whoever opens the server's address in a browser wants to know what this is.
        .route("/", get(async || lead(Redirect::temporary("/docs"))))
        .route("/docs/", get(async || lead(Redirect::permanent("/docs"))))
        .route("/docs", get(async || page(pages::reference())))
        .route("/docs/assets/{name}", get(serve))
        .route("/docs/problems", get(async || page(pages::catalogue())))
        .route("/docs/problems/{code}", get(explain))
}

/// One problem's page.
async fn explain(Path(name): Path<String>) -> Result<Response, Problem> {
    let code = Code::by_name(&name).ok_or(Code::NotFound)?;
    Ok(page(pages::problem(code)))
}

/// One asset, or word that the client's copy is still right.
async fn serve(Path(name): Path<String>, request: HeaderMap) -> Result<Response, Problem> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or(Code::NotFound)?;
    let mut headers = guarded(asset.media_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    if let Ok(tag) = HeaderValue::from_str(&asset.tag) {
        headers.insert(ETAG, tag);
    }
    if request
        .get(IF_NONE_MATCH)
        .is_some_and(|tags| names(tags, &asset.tag))
    {
        return Ok(problem::not_modified(headers));
    }
    if asset.is_gzip {
        // Only the compressed form is kept: every browser since the nineties takes it, and no other client comes here.
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok((headers, asset.bytes).into_response())
}

/// Whether an `If-None-Match` names this tag, weakly or strongly, or any.
fn names(tags: &HeaderValue, tag: &str) -> bool {
    let tags = tags.to_str().unwrap_or_default();
    tags.split(',')
        .map(str::trim)
        .any(|given| given == "*" || given.trim_start_matches("W/") == tag)
}

fn page(html: String) -> Response {
    let mut headers = guarded("text/html; charset=utf-8");
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    (headers, html).into_response()
}

fn lead(there: Redirect) -> Response {
    (guarded("text/html; charset=utf-8"), there).into_response()
}

fn guarded(media_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ])
}

/// A file that pages load.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    is_gzip: bool,
    /// The strong entity tag: the start of the contents' SHA-256, in quotes.
    tag: String,
}

impl Asset {
    fn new(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let hash = Sha256::digest(bytes);
        let hex: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // RFC 1952: every gzip file starts with these two bytes, and no text does.
        Self {
            name,
            media_type,
            bytes,
            is_gzip: bytes.starts_with(&[0x1f, 0x8b]),
            tag: format!("\"{hex}\""),
        }
    }

    /// The address that changes with the contents.
    fn address(&self) -> String {
        format!("/docs/assets/{}?v={}", self.name, self.tag.trim_matches('"'))
    }
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

static ASSETS: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    [
        Asset::new("scalar.js", SCRIPT, include_bytes!("docs/assets/scalar.js.gz")),
        Asset::new("scalar.css", STYLE, include_bytes!("docs/assets/scalar.css.gz")),
        Asset::new("policy.js", SCRIPT, include_bytes!("docs/assets/policy.js")),
        Asset::new("start.js", SCRIPT, include_bytes!("docs/assets/start.js")),
        Asset::new("pages.css", STYLE, include_bytes!("docs/assets/pages.css")),
        Asset::new(
            "LICENSE",
            "text/plain; charset=utf-8",
            include_bytes!("docs/assets/scalar-LICENSE.txt"),
        ),
    ]
});

#[cfg(test)]
#[path = "docs/tests.rs"]
mod tests;
