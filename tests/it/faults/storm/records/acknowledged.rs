//! What callers were told: the case of each idempotency key.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Log, Record, text};

/// What a caller knows of a key that was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    /// The number of the case.
    pub(crate) number: i64,
    /// Whether it is a mute that is over by now.
    pub(crate) over: bool,
}

/// Every key that was sent, and the cases that there are. The reason of a case is the key of its act.
pub(crate) struct Acknowledged {
    pub(crate) keys: BTreeMap<String, Answered>,
    pub(crate) cases: Vec<Value>,
}

impl Record for Acknowledged {
    /// Each key is one case and one event, under the number that was acknowledged; each mute that is over has one end, and nothing was done
    /// that nobody asked for.
    fn against(&self, log: &Log) -> Vec<String> {
        let mut found = Vec::new();
        let listed = by_key(self.cases.iter());
        let told = by_key(log.of("case.created"));
        let ended: BTreeSet<&str> = log
            .of("sanction.ended")
            .filter(|sanction| sanction["state"] == "expired")
            .map(|sanction| text(&sanction["id"]))
            .collect();
        for (key, answered) in &self.keys {
            for (what, there) in [("case", &listed), ("case.created", &told)] {
                let numbers: Vec<_> = there
                    .get(key.as_str())
                    .into_iter()
                    .flatten()
                    .map(|case| case["number"].as_i64())
                    .collect();
                if numbers != [Some(answered.number)] {
                    let number = answered.number;
                    found.push(format!(
                        "{key} was acknowledged as #{number}, and as {what} there is {numbers:?}"
                    ));
                }
            }
            let sanction = told
                .get(key.as_str())
                .map(|cases| text(&cases[0]["sanction"]["id"]));
            if answered.over && !sanction.is_some_and(|id| ended.contains(id)) {
                found.push(format!(
                    "{key} is a mute that is over, and its end is not recorded"
                ));
            }
        }
        let unasked = listed
            .keys()
            .chain(told.keys())
            .filter(|key| !self.keys.contains_key(**key));
        found.extend(unasked.map(|key| format!("{key} was done, and nobody was told so")));
        let [listed, told] = [
            &mut self.cases.iter(),
            &mut log.of("case.created") as &mut dyn Iterator<Item = _>,
        ]
        .map(numbers);
        let differ = listed.symmetric_difference(&told);
        found.extend(differ.map(|number| format!("#{number} is a case or an event, and not both")));
        found
    }
}

/// Acts of keys, not those that followed from them.
fn by_key<'a>(cases: impl Iterator<Item = &'a Value>) -> BTreeMap<&'a str, Vec<&'a Value>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for case in cases.filter(|case| case["actor"]["type"] == "key") {
        all.entry(text(&case["reason"])).or_default().push(case);
    }
    all
}

fn numbers(cases: &mut dyn Iterator<Item = &Value>) -> BTreeSet<i64> {
    cases.filter_map(|case| case["number"].as_i64()).collect()
}
