//! Checks: may this happen now?

pub mod create;
pub mod create_many;
pub mod reset;
pub mod signal;
pub mod status;

use axum::http::HeaderValue;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::response::Response;
use serde_json::{Value, json};

use crate::service::limits::Quota;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whole seconds, rounded up: never too early.
const fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1_000)
}

/// What a bot may pass on to its own callers: the limits of the check in the headers of the standard's draft.
fn headers(mut response: Response, quotas: &[Quota], retry_after: Option<u64>) -> Response {
    let list = |item: &dyn Fn(&Quota) -> String| {
        let items: Vec<String> = quotas.iter().map(item).collect();
        HeaderValue::from_str(&items.join(", "))
    };
    let policy = list(&|quota| format!("\"{}\";q={};w={}", quota.name, quota.capacity, quota.period));
    let left = list(&|quota| {
        format!(
            "\"{}\";r={};t={}",
            quota.name,
            quota.remaining,
            seconds(quota.more_after)
        )
    });
    let headers = response.headers_mut();
    // Names are letters, digits and underscores, so both always are header values.
    if let (Ok(policy), Ok(left)) = (policy, left) {
        headers.insert(RATE_LIMIT_POLICY, policy);
        headers.insert(RATE_LIMIT, left);
    }
    if let Some(wait) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
    }
    response
}

/// A check, for the examples of the documentation.
pub(crate) fn request() -> Value {
    json!({
        "limit": "commands",
        "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "values": {"user": "discord:80351110224678912", "command": "ban"},
    })
}

/// A check under several limits.
pub(crate) fn several() -> Value {
    json!({
        "limits": [
            {"limit": "commands"},
            {"rate": {"algorithm": "gcra", "capacity": 50, "period": 1}, "cost": 1},
        ],
        "key": "discord",
        "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "values": {"user": "discord:80351110224678912", "command": "ban"},
        "peek": true,
    })
}

/// What came of it.
pub(crate) fn example() -> Value {
    json!({
        "allowed": true,
        "limit": 5,
        "remaining": 4,
        "retry_after": null,
        "reset_after": 2.0,
        "denied_by": null,
        "counted_by": "memory",
        "limits": [],
    })
}

/// What came of one that was denied.
pub(crate) fn denied() -> Value {
    json!({
        "allowed": false,
        "limit": 5,
        "remaining": 0,
        "retry_after": 1.25,
        "reset_after": 9.25,
        "denied_by": "commands",
        "counted_by": "memory",
        "limits": [],
    })
}
