//! Links for members, as the reference shows them.

use serde_json::{Value, json};

use super::COMMUNITY;

const LINK: &str = "alk_01939c8ecf0a7182e3945f6071829305";

/// What is sent to make one.
pub(crate) fn request() -> Value {
    json!({"expires_in": "P7D"})
}

fn link() -> Value {
    json!({
        "id": LINK,
        "community": COMMUNITY,
        "case": 12,
        "created_at": "2026-11-22T12:00:00.123456Z",
        "expires_at": "2026-11-29T12:00:00.000000Z",
        "revoked_at": null,
    })
}

/// One that was made.
pub(crate) fn created() -> Value {
    let link = link();
    json!({
        "id": LINK,
        "url": "https://tribune.example.com/a/eyJ0eXAiOiJhcHBlYWwrand0IiwiYWxnIjoiSFMyNTYifQ.eyJpc3MiOiJ0cmlidW5lIn0.c2lnbmF0dXJl",
        "expires_at": link["expires_at"],
        "link": link,
    })
}

/// A page of them.
pub(crate) fn page() -> Value {
    json!({"items": [link()], "next_cursor": null})
}

/// One that lets nobody in any more.
pub(crate) fn revoked() -> Value {
    let mut link = link();
    link["revoked_at"] = json!("2026-11-22T13:30:00.123456Z");
    link
}
