//! What a reader of the stream of events was given, connection by connection.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Log, Record, position, unseen};

/// From one `Last-Event-ID` to the end of that connection.
pub(crate) struct Connection {
    /// Behind which position it asked to go on.
    pub(crate) after: u64,
    /// What it was given, with the ids of the messages.
    pub(crate) events: Vec<(u64, Value)>,
}

/// All connections of a reader.
#[derive(Default)]
pub(crate) struct Read(pub(crate) Vec<Connection>);

impl Read {
    /// The last event that it was given; 0 before the first.
    pub(crate) fn upto(&self) -> u64 {
        let given = self
            .0
            .iter()
            .rev()
            .find_map(|connection| connection.events.last());
        given.map_or(0, |(id, _)| *id)
    }
}

impl Record for Read {
    /// Each connection goes on behind what it named, one position after the other, with the events that the log has there; none is missed.
    fn against(&self, log: &Log) -> Vec<String> {
        let mut found = Vec::new();
        let there: BTreeMap<u64, &Value> = log.0.iter().map(|event| (position(event), event)).collect();
        for (number, connection) in self.0.iter().enumerate() {
            for (expected, (id, event)) in (connection.after + 1..).zip(&connection.events) {
                if *id != expected {
                    found.push(format!(
                        "connection {number} of the reader was given {id} where {expected} should be"
                    ));
                    break;
                }
                if there.get(id) != Some(&event) {
                    found.push(format!("the reader was given another {id} than the log has"));
                }
            }
        }
        let given = self.0.iter().flat_map(|connection| &connection.events);
        let given: BTreeSet<u64> = given.map(|(id, _)| *id).collect();
        found.extend(unseen("the reader", log, &given));
        found
    }
}
