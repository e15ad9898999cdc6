//! Communities.

pub mod archive;
pub mod create;
pub mod delete;
pub mod export;
pub mod list;
pub mod read;
pub mod restore;
pub mod unarchive;
pub mod update;

use serde_json::{Value, json};

use crate::domain::colour::Colour;
use crate::http::fields::Fields;
use crate::service::Link;

/// The most links that a request may name.
const MAX_LINKS: usize = 20;

/// A link of a request.
pub(super) fn link(fields: &mut Fields, pointer: &str, link: &wire::community::Link) -> Option<Link> {
    use crate::domain::identity::{NativeId, Platform};
    let platform = fields.take(&format!("{pointer}/platform"), Platform::parse(&link.platform));
    let space = fields.take(&format!("{pointer}/space"), NativeId::parse(&link.space));
    Some(Link {
        platform: platform?,
        space: space?,
    })
}

/// The links of a request.
fn links(fields: &mut Fields, pointer: &str, all: &[wire::community::Link]) -> Option<Vec<Link>> {
    if all.len() > MAX_LINKS {
        fields.refuse(pointer, format!("at most {MAX_LINKS} links"));
        return None;
    }
    let read: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(index, one)| link(fields, &format!("{pointer}/{index}"), one))
        .collect();
    read.into_iter().collect()
}

/// A colour.
fn colour(fields: &mut Fields, text: &str) -> Option<Colour> {
    let colour = Colour::parse(text);
    if colour.is_none() {
        fields.refuse(
            "/colour",
            "six hexadecimal digits after #, such as #2f7ed8; null for a neutral one",
        );
    }
    colour
}

/// A community, for the examples of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "id": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "name": "Rust Cologne",
        "created_at": "2026-11-22T12:00:00.000000Z",
        "policy_version": 1,
        "links": [{"platform": "discord", "space": "81384788765712384"}],
        "archived_at": null,
        "event_retention": null,
        "language": "en",
        "colour": "#2f7ed8",
    })
}

/// An archived one.
fn archived() -> Value {
    let mut community = example();
    community["archived_at"] = json!("2026-11-26T12:00:00.000000Z");
    community
}
