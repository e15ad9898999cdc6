//! Members of a community.

pub mod explanation;
pub mod list;
pub mod read;
pub mod standing;
pub mod update;

use serde_json::{Value, json};

/// A member, for the examples of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "user": super::users::example(),
        "rank": "moderator",
        "level": 10,
        "protected": false,
        "bot": false,
    })
}
