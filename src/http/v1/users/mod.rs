//! Users.

pub mod add_identity;
pub mod create;
pub mod erase;
pub mod list;
pub mod merge;
pub mod merges;
pub mod read;
pub mod undo_merge;
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
        "language": "de",
        "created_at": "2026-11-22T12:00:00.000000Z",
        "identities": [{"platform": "discord", "id": "80351110224678912"}],
        "erased_at": null,
        "erasure_done_at": null,
        "merged_into": null,
    })
}

/// The other user of a merge, before and after it.
fn other_example() -> Value {
    json!({
        "id": "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e60",
        "name": null,
        "language": null,
        "created_at": "2026-11-22T14:00:00.000000Z",
        "identities": [{"platform": "telegram", "id": "4711"}],
        "erased_at": null,
        "erasure_done_at": null,
        "merged_into": null,
    })
}

/// A merge, for the examples of the documentation.
pub(crate) fn merge_example() -> Value {
    json!({
        "id": "mrg_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "into": "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "from": "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e60",
        "at": "2026-11-23T09:00:00.000000Z",
        "by": {"type": "key", "user": null, "identity": null, "key": "key_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f", "rung": null, "source": null, "automod": null, "asserted": null},
        "reason": "Said so in the ticket, and proved it",
        "undone": null,
    })
}

/// What somebody has, for the examples.
fn holding(points: f64, units: &str) -> Value {
    json!({"points": points, "exact_units": units, "sanctions": []})
}

/// What a merge comes to.
pub(crate) fn merge_answer() -> Value {
    let mut user = example();
    user["identities"] = json!([
        {"platform": "discord", "id": "80351110224678912"},
        {"platform": "telegram", "id": "4711"},
    ]);
    json!({
        "dry_run": true,
        "merge": merge_example(),
        "user": user,
        "communities": [{
            "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
            "into": holding(1.0, "86400000"),
            "from": holding(1.5, "129600000"),
            "merged": holding(2.5, "216000000"),
        }],
    })
}

/// What the undoing of one comes to.
pub(crate) fn undo_merge_answer() -> Value {
    json!({
        "dry_run": true,
        "merge": merge_example(),
        "into": example(),
        "from": other_example(),
        "communities": [{
            "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
            "merged": holding(2.5, "216000000"),
            "into": holding(1.0, "86400000"),
            "from": holding(1.5, "129600000"),
            "cases_moved": 0,
            "voided": [],
        }],
    })
}
