//! The file of a relay: what it has carried out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Log, Record, position, text};

/// One line: what was done on the platform, written down before the receipt was posted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Line {
    pub(crate) directive: String,
    pub(crate) member: String,
    pub(crate) effect: String,
    pub(crate) holds: bool,
}

/// All lines, in order.
pub(crate) struct Carried(pub(crate) Vec<Line>);

/// What a directive is about: whom, and what.
type About<'a> = (&'a str, &'a str);

impl Carried {
    /// That it says of each directive what the log says, and how things stand in the end is how they are wanted.
    fn differences<'a>(
        &'a self,
        issued: &BTreeMap<&'a str, &'a Value>,
        latest: &BTreeMap<About<'a>, &'a str>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let mut last: BTreeMap<About<'_>, &str> = BTreeMap::new();
        for line in &self.0 {
            last.insert((&line.member, &line.effect), &line.directive);
            let wanted = issued.get(line.directive.as_str()).map(|directive| {
                (
                    text(&directive["member"]),
                    text(&directive["effect"]),
                    directive["wanted"]["holds"] == true,
                )
            });
            if wanted != Some((line.member.as_str(), line.effect.as_str(), line.holds)) {
                found.push(format!(
                    "the relay did {line:?}, and what was issued is {wanted:?}"
                ));
            }
        }
        for (about, directive) in latest {
            if last.get(about) != Some(directive) {
                let last = last.get(about);
                found.push(format!(
                    "of {about:?} {directive} is wanted at last, and the relay did {last:?} last"
                ));
            }
        }
        found
    }
}

impl Record for Carried {
    /// Whatever was issued and not superseded was carried out; whatever was carried out is told of once, and nothing else is.
    fn against(&self, log: &Log) -> Vec<String> {
        let mut found = Vec::new();
        let (mut issued, mut latest) = (BTreeMap::new(), BTreeMap::new());
        for directive in log.of("directive.issued") {
            let id = text(&directive["id"]);
            issued.insert(id, directive);
            latest.insert((text(&directive["member"]), text(&directive["effect"])), id);
        }
        let (applied, superseded) = (log.count("directive.applied"), log.count("directive.superseded"));
        let done: BTreeSet<&str> = self.0.iter().map(|line| line.directive.as_str()).collect();
        for id in issued.keys() {
            let wrong = match (done.contains(id), applied.get(id).copied().unwrap_or_default()) {
                (true, 1) => continue,
                (false, 0) if superseded.contains_key(id) => continue,
                (false, 0) => "was issued, and nobody carried it out".to_owned(),
                (true, count) => format!("was carried out, and applied {count} times"),
                (false, count) => format!("was applied {count} times, and not carried out"),
            };
            found.push(format!("{id} {wrong}: {}", told(log, id)));
        }
        found.extend(self.differences(&issued, &latest));
        found
    }
}

/// What the log says of a directive.
fn told(log: &Log, id: &str) -> String {
    let about = log
        .0
        .iter()
        .filter(|event| event["data"]["directive"]["id"] == id);
    let lines = about.map(|event| format!("{} {}", position(event), text(&event["type"])));
    lines.collect::<Vec<_>>().join(", ")
}
