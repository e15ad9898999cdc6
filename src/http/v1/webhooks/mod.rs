//! Webhooks: addresses to which events are sent.

pub mod create;
pub mod delete;
pub mod deliveries;
pub mod list;
pub mod read;
pub mod read_delivery;
pub mod replay;
pub mod replay_dead;
pub mod rotate;
pub mod test;
pub mod update;

use wire::event::types;

use crate::domain::id::CommunityId;
use crate::domain::identity::Platform;
use crate::domain::target::Target;
use crate::http::fields::Fields;

/// The most types or communities that a webhook names.
const MOST: usize = 100;

/// Where events are sent.
fn target(fields: &mut Fields, text: &str) -> Option<Target> {
    fields.take("/url", Target::parse(text))
}

/// Types of events, each once.
fn kinds(fields: &mut Fields, given: &[String]) -> Vec<String> {
    some(fields, "/types", given.len());
    let mut kinds: Vec<String> = Vec::with_capacity(given.len());
    for (index, name) in given.iter().enumerate() {
        if !types::ALL.contains(&name.as_str()) {
            let known = types::ALL.join(", ");
            fields.refuse(
                format!("/types/{index}"),
                format!("no type of event; there are {known}"),
            );
        } else if !kinds.contains(name) {
            kinds.push(name.clone());
        }
    }
    kinds
}

/// Communities, in the order given.
fn communities(fields: &mut Fields, given: &[String]) -> Vec<CommunityId> {
    some(fields, "/communities", given.len());
    let mut ids = Vec::with_capacity(given.len());
    for (index, text) in given.iter().enumerate() {
        let id = CommunityId::parse(text).ok_or("a community's id is com_ and 32 hexadecimal digits");
        ids.extend(fields.take(&format!("/communities/{index}"), id));
    }
    ids
}

fn platform(fields: &mut Fields, given: &str) -> Option<Platform> {
    fields.take("/platform", Platform::parse(given))
}

/// A list that names something, and not too much.
fn some(fields: &mut Fields, pointer: &str, count: usize) {
    if !(1..=MOST).contains(&count) {
        fields.refuse(pointer, format!("1 to {MOST}, or null for all"));
    }
}
