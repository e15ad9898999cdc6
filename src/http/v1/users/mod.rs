//! Users.

pub mod add_identity;
pub mod create;
pub mod erase;
pub mod list;
pub mod read;
pub mod update;

use serde_json::{Value, json};

use crate::domain::identity::Identity;
use crate::http::fields::Fields;

/// The most identities that a request may name.
const MAX_IDENTITIES: usize = 20;

/// A user's name, if one is given.
fn name(fields: &mut Fields, given: Option<&str>) -> Option<String> {
    given.and_then(|text| fields.name("/name", text))
}

/// The identities of a request.
fn identities(fields: &mut Fields, pointer: &str, all: &[wire::user::Identity]) -> Option<Vec<Identity>> {
    if all.len() > MAX_IDENTITIES {
        fields.refuse(pointer, format!("at most {MAX_IDENTITIES} identities"));
        return None;
    }
    let read: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(index, one)| fields.identity(&format!("{pointer}/{index}"), &one.platform, &one.id))
        .collect();
    read.into_iter().collect()
}

/// A user, for the examples of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "id": "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "name": "Ferris",
        "created_at": "2026-11-22T12:00:00.000000Z",
        "identities": [{"platform": "discord", "id": "80351110224678912"}],
        "erased_at": null,
        "erasure_done_at": null,
    })
}
