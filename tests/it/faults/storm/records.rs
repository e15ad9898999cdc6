//! The checker of the storm: the log by itself, and what others keep, held against it.
//!
//! It works on values alone, so that it can be shown logs that are wrong and be seen to notice (`bad`). Whoever keeps one more record
//! of the events (a receiver's file, a queue) writes it down as a [`Record`] in a file of its own and adds it to the list in `storm.rs`;
//! [`Log::positions`] and [`unseen`] are what most of them need.

mod acknowledged;
mod bad;
mod carried;
mod published;
mod read;
mod received;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use serde_json::Value;

pub(super) use acknowledged::{Acknowledged, Answered};
pub(super) use carried::{Carried, Line};
pub(super) use published::Published;
pub(super) use read::{Connection, Read};
pub(super) use received::Received;

/// A log, as `GET /v1/events` gives it from its beginning.
pub(super) struct Log(pub(super) Vec<Value>);

/// What somebody else knows of the same events.
pub(super) trait Record {
    /// Where it and the log disagree; nothing if they do not.
    fn against(&self, log: &Log) -> Vec<String>;
}

/// What is wrong with a log and the records that are held against it; nothing if all is well.
pub(super) fn findings(log: &Log, records: &[&dyn Record]) -> Vec<String> {
    let by_records = records.iter().flat_map(|record| record.against(log));
    log.findings().into_iter().chain(by_records).collect()
}

impl Log {
    /// The position of every event, in the order in which they stand.
    pub(super) fn positions(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(position)
    }

    /// What events of a type are about, in order.
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        let field = kind.split('.').next().unwrap_or_default().to_owned();
        let of_kind = move |event: &&Value| event["type"] == kind;
        self.0
            .iter()
            .filter(of_kind)
            .map(move |event| &event["data"][&field])
    }

    /// How many events of a type there are about each thing, by its id.
    pub(super) fn count(&self, kind: &str) -> BTreeMap<&str, usize> {
        count(self.of(kind).map(|about| text(&about["id"])))
    }

    /// That positions have no gaps, that no case is told of twice, and that no sanction begins or ends twice.
    fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (expected, position) in (1..).zip(self.positions()) {
            if position != expected {
                found.push(format!("the log has {position} where {expected} should be"));
                break;
            }
        }
        let cases = self
            .of("case.created")
            .map(|case| (text(&case["community"]), &case["number"]));
        let cases = cases.map(|(community, number)| format!("{community} #{number}"));
        more_than_once("case.created of", count(cases), &mut found);
        for kind in [
            "sanction.started",
            "sanction.ended",
            "directive.issued",
            "directive.superseded",
        ] {
            more_than_once(&format!("{kind} of"), self.count(kind), &mut found);
        }
        let started = self.count("sanction.started");
        for ended in self.count("sanction.ended").keys() {
            if !started.contains_key(ended) {
                found.push(format!("{ended} ended and never began"));
            }
        }
        found
    }
}

/// The position of an event.
pub(super) fn position(event: &Value) -> u64 {
    text(&event["id"]).parse().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn count<T: Ord>(all: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counted = BTreeMap::new();
    for one in all {
        *counted.entry(one).or_default() += 1;
    }
    counted
}

fn more_than_once<T: Debug>(what: &str, counted: BTreeMap<T, usize>, found: &mut Vec<String>) {
    let doubled = counted.into_iter().filter(|(_, count)| *count > 1);
    found.extend(doubled.map(|(one, count)| format!("{count} times {what} {one:?}")));
}

/// The events that somebody was never given.
fn unseen(who: &str, log: &Log, seen: &BTreeSet<u64>) -> Vec<String> {
    let unseen = log.positions().filter(|position| !seen.contains(position));
    unseen
        .map(|position| format!("{who} was never given {position}"))
        .collect()
}
