//! From the rules of a request to a policy, or to everything that is wrong with them.
//!
//! Two readings: here each value alone (is this a number of points, a duration?), then the domain's check of the values against
//! each other. A value that cannot be read gets a harmless stand-in, and what the check says about a stand-in is not passed on.

use crate::domain::points::Points;
use crate::domain::policy::{Freeze, Policy};
use crate::domain::policy_check::{self, Draft, Finding, RungDraft};
use crate::domain::time::{Span, TimeError};
use std::collections::BTreeSet;
use wire::duration::Duration;
use wire::number::Decimal;
use wire::policy::{Rules, Rung};

/// Where rules stand in the document that carries them.
const ROOT: &str = "/rules";

/// The policy that the rules describe; what they leave out takes the default.
///
/// # Errors
/// Everything that is wrong, with pointers into the document that carries the rules.
pub fn policy(rules: &Rules) -> Result<Policy, Vec<Finding>> {
    let mut reading = Reading::default();
    let draft = reading.draft(rules);
    let checked = policy_check::check(draft);
    let Reading { mut findings, moot } = reading;
    match checked {
        Ok(policy) if findings.is_empty() => return Ok(policy),
        Ok(_) => {}
        Err(further) => findings.extend(further.into_iter().filter(|f| !moot.contains(&f.pointer))),
    }
    for finding in &mut findings {
        finding.pointer.insert_str(0, ROOT);
    }
    Err(findings)
}

/// The first reading.
#[derive(Default)]
struct Reading {
    /// What is wrong so far, with pointers into the rules.
    findings: Vec<Finding>,
    /// Places about which the check cannot say anything true, because a stand-in is involved.
    moot: BTreeSet<String>,
}

impl Reading {
    fn wrong(&mut self, pointer: String, detail: &impl ToString) {
        self.moot.insert(pointer.clone());
        self.findings.push(Finding {
            pointer,
            detail: detail.to_string(),
        });
    }

    fn draft(&mut self, rules: &Rules) -> Draft {
        let default = Policy::default();
        let granularity = match &rules.granularity {
            // A thousandth divides whatever can be written, so a stand-in of that size hides no other error and adds none.
            Some(text) => self
                .points("/granularity", text)
                .unwrap_or(Points::from_millis(1)),
            None => default.granularity,
        };
        // Those left out too, so that a granularity which does not fit a default weight is refused by name.
        let mut weights = default.weights.clone();
        for (kind, text) in rules.weights.iter().flatten() {
            let kind = crate::domain::kind::Kind::from(*kind);
            if let Some(points) = self.points(&format!("/weights/{}", kind.name()), text) {
                weights.insert(kind, points);
            }
        }
        let (mut per_day, mut grace) = (Points::from_millis(default.decay.rate), default.decay.grace);
        if let Some(decay) = &rules.decay {
            per_day = self.points("/decay/per_day", &decay.per_day).unwrap_or(per_day);
            grace = self.seconds("/decay/grace", decay.grace.as_ref(), grace);
        }
        let ladder = match &rules.ladder {
            Some(rungs) => self.ladder(rungs),
            None => default_ladder(&default),
        };
        let window = rules.duplicate_window.as_ref();
        Draft {
            granularity,
            weights,
            per_day,
            grace,
            freeze_while: rules.freeze_while.map_or(default.freeze_while, Freeze::from),
            ladder,
            escalations_carry_points: rules
                .escalations_carry_points
                .unwrap_or(default.escalations_carry_points),
            duplicate_window: self.seconds("/duplicate_window", window, default.duplicate_window),
            least_rank: rules
                .least_rank
                .iter()
                .flatten()
                .map(|(kind, rank)| ((*kind).into(), (*rank).into()))
                .collect(),
        }
    }

    fn ladder(&mut self, rungs: &[Rung]) -> Vec<RungDraft> {
        let mut ladder = Vec::with_capacity(rungs.len());
        for (index, rung) in rungs.iter().enumerate() {
            let place = |field: &str| format!("/ladder/{index}/{field}");
            let at = self.points(&place("at"), &rung.at);
            if at.is_none() {
                // Neither is known then: whether the rung above ascends, nor whether this one is re-armed below itself.
                self.moot.insert(format!("/ladder/{}/at", index + 1));
                self.moot.insert(place("reset_below"));
            }
            let duration = rung.duration.as_ref().map(span);
            if let Some(Err(error)) = &duration {
                self.wrong(place("duration"), error);
            }
            let reset_below = rung.reset_below.as_ref();
            ladder.push(RungDraft {
                id: rung.id.clone(),
                at: at.unwrap_or_default(),
                action: rung.action.into(),
                duration: duration.and_then(Result::ok),
                refire: rung.refire.map(Into::into),
                reset_below: reset_below.and_then(|text| self.points(&place("reset_below"), text)),
            });
        }
        ladder
    }

    fn points(&mut self, pointer: &str, text: &Decimal) -> Option<Points> {
        match Points::parse(text.as_str()) {
            Ok(points) => Some(points),
            Err(error) => {
                self.wrong(pointer.to_owned(), &error);
                None
            }
        }
    }

    /// A length of time that may be zero.
    fn seconds(&mut self, pointer: &str, given: Option<&Duration>, default: i64) -> i64 {
        match given.map(span) {
            None => default,
            Some(Ok(span)) => span.seconds(),
            Some(Err(TimeError::NotPositive)) if negative(given) => {
                self.wrong(pointer.to_owned(), &"a length of time is never negative");
                default
            }
            Some(Err(TimeError::NotPositive)) => 0,
            Some(Err(error)) => {
                self.wrong(pointer.to_owned(), &error);
                default
            }
        }
    }
}

/// Whether a duration is below zero, which only seconds can be.
fn negative(given: Option<&Duration>) -> bool {
    matches!(given, Some(Duration::Seconds(seconds)) if *seconds < 0)
}

/// A duration of a document as the domain knows it.
fn span(duration: &Duration) -> Result<Span, TimeError> {
    match duration {
        Duration::Seconds(seconds) => Span::new(*seconds),
        Duration::Iso(text) => Span::parse_iso(text),
    }
}

/// The ladder of a policy as a draft.
fn default_ladder(policy: &Policy) -> Vec<RungDraft> {
    let draft = |rung: &crate::domain::policy::Rung| RungDraft {
        id: rung.id.clone(),
        at: rung.at,
        action: rung.action,
        duration: rung.duration,
        refire: Some(rung.refire),
        reset_below: Some(rung.reset_below),
    };
    policy.ladder.iter().map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::show;
    use serde_json::{Value, json};

    fn read(rules: Value) -> Result<Policy, Vec<String>> {
        let rules: Rules = serde_json::from_str(&rules.to_string()).unwrap();
        policy(&rules).map_err(|all| all.into_iter().map(|f| f.pointer).collect())
    }

    #[test]
    fn no_rules_are_the_default_and_what_is_shown_reads_back_as_it_was() {
        assert_eq!(read(json!({})), Ok(Policy::default()));
        let rules = show::directory::rules(&Policy::default());
        assert_eq!(policy(&rules), Ok(Policy::default()));
    }

    #[test]
    fn all_errors_come_at_once_each_with_its_place() {
        let wrong = json!({
            "weights": {"warn": 0.05, "kick": 1.2345},
            "decay": {"model": "linear", "per_day": -1, "grace": -5},
            "ladder": [
                {"id": "A", "at": 3, "action": "mute", "duration": "P1Y"},
                {"id": "b", "at": 1, "action": "warn"},
            ],
            "duplicate_window": "PT2H",
        });
        let mut pointers = read(wrong).unwrap_err();
        pointers.sort();
        assert_eq!(
            pointers,
            [
                "/rules/decay/grace",
                "/rules/decay/per_day",
                "/rules/duplicate_window",
                "/rules/ladder/0/duration",
                "/rules/ladder/0/id",
                "/rules/ladder/1/action",
                "/rules/ladder/1/at",
                "/rules/weights/kick",
                "/rules/weights/warn",
            ]
        );
    }

    #[test]
    fn a_granularity_that_no_default_fits_is_refused_at_each_of_them() {
        let pointers = read(json!({"granularity": 0.6, "ladder": []})).unwrap_err();
        assert!(pointers.contains(&"/rules/weights/warn".into()), "{pointers:?}");
        assert!(!pointers.contains(&"/rules/weights/kick".into()), "{pointers:?}");
    }

    #[test]
    fn what_cannot_be_read_makes_no_errors_elsewhere() {
        let granularity = json!({"granularity": 0.12345, "weights": {"warn": 1.125}});
        assert_eq!(read(granularity), Err(vec!["/rules/granularity".into()]));
        let threshold = json!({"ladder": [
            {"id": "a", "at": -1, "action": "warn", "reset_below": 2},
            {"id": "b", "at": 0.5, "action": "warn"},
        ]});
        assert_eq!(read(threshold), Err(vec!["/rules/ladder/0/at".into()]));
    }

    #[test]
    fn grace_and_window_may_be_zero_however_it_is_written() {
        for zero in [json!(0), json!("PT0S")] {
            let rules = json!({
                "decay": {"model": "linear", "per_day": 0.5, "grace": zero}, "duplicate_window": zero,
            });
            let policy = read(rules).unwrap();
            assert_eq!((policy.decay.grace, policy.duplicate_window), (0, 0));
        }
    }
}
