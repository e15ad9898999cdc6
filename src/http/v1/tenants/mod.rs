//! Tenants.

pub mod archive;
pub mod create;
pub mod delete;
pub mod list;
pub mod read;
pub mod read_one;
pub mod unarchive;
pub mod update;

use serde_json::{Value, json};

/// A tenant, for the examples of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "id": "ten_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "name": "Rust Cologne",
        "plan": "standard",
        "created_at": "2026-11-22T12:00:00.000000Z",
        "archived_at": null,
    })
}

/// One with another plan.
fn large() -> Value {
    let mut tenant = example();
    tenant["plan"] = json!("large");
    tenant
}

/// An archived one.
fn archived() -> Value {
    let mut tenant = example();
    tenant["archived_at"] = json!("2026-11-26T12:00:00.000000Z");
    tenant
}

/// A new tenant with its first key.
pub(crate) fn created() -> Value {
    let mut key = super::keys::example();
    key["name"] = json!("admin");
    key["rank"] = json!("owner");
    json!({"tenant": example(), "key": key, "secret": super::keys::SECRET})
}
