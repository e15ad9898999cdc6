//! From the rules of a request to a policy, or to everything that is wrong with them.
//!
//! Two readings: here each value alone (is this a number of points, a duration?), then the domain's check of the values against
//! each other. A value that cannot be read gets a harmless stand-in, and what the check says about a stand-in is not passed on.

mod appeals; // cases that are looked at again
mod holds; // acts that wait
mod ladder; // the rungs

use crate::domain::drift::{DriftPolicy, Response};
use crate::domain::kind::{Kind, Severity};
use crate::domain::name::Name;
use crate::domain::notice::NoticePolicy;
use crate::domain::points::Points;
use crate::domain::policy::{CustomKind, Decay, Freeze, Policy};
use crate::domain::policy_check::{self, DecayDraft, Draft, Finding};
use crate::domain::rank::Rank;
use crate::domain::time::{Span, TimeError};
use std::collections::{BTreeMap, BTreeSet};
use wire::duration::Duration;
use wire::number::Decimal;
use wire::policy::Rules;
use wire::word::{DecayModel, DriftResponse};

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
        let window = rules.duplicate_window.as_ref();
        Draft {
            granularity,
            weights: self.weights(rules, &default),
            decay: self.decay(rules.decay.as_ref(), &default),
            freeze_while: rules.freeze_while.map_or(default.freeze_while, Freeze::from),
            ladder: match &rules.ladder {
                Some(rungs) => self.ladder(rungs),
                None => default.ladder.iter().map(ladder::draft).collect(),
            },
            offence_rungs: self.offence_rungs(rules.offence_rungs.as_deref().unwrap_or_default()),
            kinds: self.kinds(rules),
            escalations_carry_points: rules
                .escalations_carry_points
                .unwrap_or(default.escalations_carry_points),
            duplicate_window: self.seconds("/duplicate_window", window, default.duplicate_window),
            least_rank: self.least_rank(rules),
            holds: self.holds(rules.authority.as_ref()),
            drift: rules.drift.as_ref().map(drift).unwrap_or_default(),
            appeals: self.appeals(rules.appeals.as_ref()),
            notices: self.notices(rules.notices.as_ref()),
        }
    }

    /// Those left out too, so that a granularity which does not fit a default weight is refused by name.
    fn weights(&mut self, rules: &Rules, default: &Policy) -> BTreeMap<Kind, Points> {
        let mut weights = default.weights.clone();
        for (name, text) in rules.weights.iter().flatten() {
            let pointer = format!("/weights/{}", escaped(name));
            if let (Some(kind), Some(points)) = (self.kind(&pointer, name), self.points(&pointer, text)) {
                weights.insert(kind, points);
            }
        }
        weights
    }

    fn least_rank(&mut self, rules: &Rules) -> BTreeMap<Kind, Rank> {
        let given = rules.least_rank.iter().flatten();
        given
            .filter_map(|(name, rank)| {
                let kind = self.kind(&format!("/least_rank/{}", escaped(name)), name)?;
                Some((kind, (*rank).into()))
            })
            .collect()
    }

    /// What members are told.
    fn notices(&mut self, given: Option<&wire::policy::NoticePolicy>) -> NoticePolicy {
        let Some(given) = given else {
            return NoticePolicy::default();
        };
        let kinds = given.kinds.iter().flatten().filter_map(|(name, when)| {
            let kind = self.kind(&format!("/notices/kinds/{}", escaped(name)), name)?;
            Some((kind, (*when).into()))
        });
        NoticePolicy {
            kinds: kinds.collect(),
            when: given.when.map(Into::into),
            how_to_appeal: given.how_to_appeal.clone(),
            links: given.links.unwrap_or(true),
        }
    }

    fn kinds(&mut self, rules: &Rules) -> BTreeMap<Name, CustomKind> {
        let mut kinds = BTreeMap::new();
        for (name, kind) in rules.kinds.iter().flatten() {
            let pointer = format!("/kinds/{}", escaped(name));
            let weight = self.points(&format!("{pointer}/weight"), &kind.weight);
            match Name::new(name.as_str()) {
                Err(error) => self.wrong(pointer, &error),
                Ok(name) => {
                    let severity = kind.severity.into();
                    let custom = CustomKind {
                        weight: weight.unwrap_or_default(),
                        severity,
                        offence: kind.offence.unwrap_or(severity >= Severity::Warn),
                    };
                    kinds.insert(name, custom);
                }
            }
        }
        kinds
    }

    fn decay(&mut self, given: Option<&wire::policy::Decay>, default: &Policy) -> DecayDraft {
        let Some(decay) = given else {
            let Decay::Linear { rate, grace } = default.decay else {
                return DecayDraft::None;
            };
            let per_day = Points::from_millis(rate);
            return DecayDraft::Linear { per_day, grace };
        };
        let (per_day, grace, after) = (&decay.per_day, &decay.grace, &decay.after);
        let (linear, expiry) = (
            decay.model == DecayModel::Linear,
            decay.model == DecayModel::Expiry,
        );
        let misplaced = [
            ("per_day", per_day.is_some() && !linear),
            ("grace", grace.is_some() && !linear),
            ("after", after.is_some() && !expiry),
        ];
        for (field, _) in misplaced.iter().filter(|(_, is)| *is) {
            self.wrong(
                format!("/decay/{field}"),
                &"this belongs to another model of decay",
            );
        }
        match decay.model {
            DecayModel::Linear => DecayDraft::Linear {
                per_day: match per_day {
                    Some(text) => self
                        .points("/decay/per_day", text)
                        .unwrap_or(Points::from_millis(1)),
                    None => {
                        self.wrong("/decay/per_day".into(), &"linear decay says how much falls a day");
                        Points::from_millis(1)
                    }
                },
                grace: self.seconds("/decay/grace", grace.as_ref(), 0),
            },
            DecayModel::Expiry => {
                if after.is_none() {
                    self.wrong(
                        "/decay/after".into(),
                        &"decay by expiry says after how long points lapse",
                    );
                }
                let after = self.seconds("/decay/after", after.as_ref(), 1);
                DecayDraft::Expiry { after }
            }
            DecayModel::None => DecayDraft::None,
        }
    }

    /// A kind by its name.
    fn kind(&mut self, pointer: &str, name: &wire::kind::Kind) -> Option<Kind> {
        let kind = Kind::named(name.as_str());
        kind.map_err(|error| self.wrong(pointer.to_owned(), &error)).ok()
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

/// What is done about drift; what is left out is only reported.
fn drift(given: &wire::policy::DriftPolicy) -> DriftPolicy {
    let response = |given: Option<DriftResponse>| given.map(Response::from).unwrap_or_default();
    DriftPolicy {
        lifted_natively: response(given.lifted_natively),
        imposed_natively: response(given.imposed_natively),
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

/// A name as a step of a JSON pointer.
fn escaped(name: &wire::kind::Kind) -> String {
    name.as_str().replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
