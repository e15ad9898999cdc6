//! API keys.

pub mod create;
pub mod list;
pub mod read;
pub mod revoke;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use wire::key::KeyRequest;

use crate::domain::id::CommunityId;
use crate::domain::time::Instant;
use crate::http::fields::Fields;
use crate::http::problem::Problem;
use crate::service::Service;
use crate::service::caller::Caller;
use crate::service::keys::KeyOrder;

/// The most communities that a key may be bound to.
const MAX_COMMUNITIES: usize = 100;
/// The form of a secret, for examples. Its checksum is wrong, so that it is nobody's key and no scanner's alarm.
pub(super) const SECRET: &str = "trb_live_3f6Kq9ZxW1uYbT0aVnRcM7sLhE2jPd000000";

/// What a request asks for, or everything that is wrong with it.
async fn order(service: &Service, caller: &Caller, request: &KeyRequest) -> Result<KeyOrder, Problem> {
    let mut fields = Fields::default();
    let name = fields.name("/name", &request.name);
    let scopes: BTreeSet<_> = request.scopes.iter().copied().collect();
    if scopes.is_empty() {
        fields.refuse("/scopes", "a key has at least one scope");
    }
    let communities = request
        .communities
        .as_deref()
        .map(|all| communities(&mut fields, all));
    let expires_at = request.expires_at.map(|time| time.0);
    if let Some(time) = expires_at {
        fields.take("/expires_at", Instant::from_utc(time));
    }
    // Places in the list that was sent are places in the list that was read, unless something in it was refused.
    let whole = communities.as_deref().filter(|read| {
        request
            .communities
            .as_ref()
            .is_some_and(|all| all.len() == read.len())
    });
    for fault in service.key_faults(caller, whole, expires_at).await? {
        if !fields.has(&fault.pointer) {
            fields.refuse(fault.pointer, fault.detail);
        }
    }
    let order = name.map(|name| KeyOrder {
        name,
        scopes: scopes.into_iter().collect(),
        communities,
        rank: request.rank.map(Into::into),
        expires_at,
    });
    fields.finish(order)
}

/// The communities that a key shall be bound to.
fn communities(fields: &mut Fields, all: &[String]) -> Vec<CommunityId> {
    if !(1..=MAX_COMMUNITIES).contains(&all.len()) {
        let detail = format!(
            "a key is bound to 1 to {MAX_COMMUNITIES} communities; leave this out for a key that is not bound"
        );
        fields.refuse("/communities", detail);
        return Vec::new();
    }
    let mut ids = Vec::with_capacity(all.len());
    for (index, text) in all.iter().enumerate() {
        let id = CommunityId::parse(text).ok_or("a community's id is com_ and 32 hexadecimal digits");
        ids.extend(fields.take(&format!("/communities/{index}"), id));
    }
    ids
}

/// A key, for the examples of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "id": "key_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "name": "Discord relay",
        "hint": "trb_live_3f6K",
        "scopes": ["acts:write", "cases:read"],
        "communities": null,
        "rank": "moderator",
        "created_at": "2026-11-22T12:00:00.000000Z",
        "expires_at": null,
        "revoked_at": null,
        "last_used_at": null,
    })
}

/// A new key with its secret.
pub(crate) fn created() -> Value {
    json!({"key": example(), "secret": SECRET})
}

/// A key that was revoked.
pub(crate) fn revoked() -> Value {
    let mut key = example();
    key["revoked_at"] = json!("2026-11-23T08:30:00.000000Z");
    key
}
