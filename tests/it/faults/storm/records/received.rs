//! What a webhook was sent.

use std::collections::{BTreeMap, BTreeSet};

use super::{Log, Record, position, unseen};
use crate::support::receiver::Message;

/// Its messages, in the order in which they came.
pub(crate) struct Received(pub(crate) Vec<Message>);

impl Received {
    /// The positions of the events that have come.
    pub(crate) fn positions(&self) -> BTreeSet<u64> {
        self.0.iter().map(|message| position(&message.body)).collect()
    }
}

impl Record for Received {
    /// Every event came at least once, as it stands in the log; and whenever it came, under the same id, which no other had.
    fn against(&self, log: &Log) -> Vec<String> {
        let mut found = unseen("the webhook", log, &self.positions());
        let events: BTreeMap<u64, _> = log.0.iter().map(|event| (position(event), event)).collect();
        let (mut ids, mut of) = (BTreeMap::new(), BTreeMap::new());
        for message in &self.0 {
            let at = position(&message.body);
            let known = events.get(&at);
            let same = |field: &str| known.is_some_and(|event| event[field] == message.body[field]);
            if !(same("type") && same("data")) {
                found.push(format!("the webhook was given another {at} than the log has"));
            }
            if *ids.entry(at).or_insert(&message.id) != &message.id {
                found.push(format!("{at} came to the webhook under two ids"));
            }
            if *of.entry(&message.id).or_insert(at) != at {
                found.push(format!("{} came to the webhook with two events", message.id));
            }
        }
        found
    }
}
