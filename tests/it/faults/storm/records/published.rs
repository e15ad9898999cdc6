//! The stream in Redis.

use serde_json::Value;

use super::{Log, Record, position};
use crate::streams::Entry;

/// Its entries, from the first to the last.
pub(crate) struct Published(pub(crate) Vec<Entry>);

impl Record for Published {
    /// It has exactly the events of the log, in their order, and the ids of its entries are their positions.
    fn against(&self, log: &Log) -> Vec<String> {
        let mut found = Vec::new();
        if self.0.len() != log.0.len() {
            found.push(format!(
                "Redis has {} entries of {} events",
                self.0.len(),
                log.0.len()
            ));
        }
        for (event, (id, fields)) in log.0.iter().zip(&self.0) {
            let expected = format!("{}-0", position(event));
            if *id != expected {
                found.push(format!("Redis has {id} where {expected} should be"));
                break;
            }
            let document = fields.get("event").map(String::as_str).unwrap_or_default();
            if serde_json::from_str::<Value>(document).ok().as_ref() != Some(event) {
                found.push(format!("Redis has another {id} than the log"));
            }
        }
        found
    }
}
