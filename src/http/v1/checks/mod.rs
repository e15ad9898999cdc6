//! Checks: may this happen now?

pub mod create;
pub mod create_many;
pub mod reset;
pub mod signal;
pub mod status;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use serde_json::{Value, json};

use crate::http::rate_limit;
use crate::service::Quota;

/// What a bot may pass on to its own callers: the limits of the check. They stand where other answers tell of the API key's own.
fn headers(mut response: Response, quotas: &[Quota], retry_after: Option<u64>) -> Response {
    let headers = response.headers_mut();
    rate_limit::tell(headers, quotas);
    if let Some(wait) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(rate_limit::seconds(wait)));
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
