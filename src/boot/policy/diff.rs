//! What differs between two policies, a line for each difference.

use std::collections::BTreeMap;

use crate::domain::appeal;
use crate::domain::hold::Per;
use crate::domain::kind::{Kind, Severity};
use crate::domain::notice::When;
use crate::domain::points::Points;
use crate::domain::policy::{Decay, Freeze, Policy, Refire, Remedy};
use crate::domain::rank::Rank;
use crate::domain::time::readable;

/// The parts of a policy by their names, as people read them. Rungs and kinds go by their own names, not by their place.
type Parts = BTreeMap<String, String>;

/// The differences, in the order of their names.
pub(super) fn diff(before: &Policy, after: &Policy) -> Vec<String> {
    let (old, new) = (parts(before), parts(after));
    let mut lines = Vec::new();
    let mut told = String::new();
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let group = group(name);
        if !group.is_empty() && group == told {
            continue;
        }
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(was), Some(is)) => lines.push(format!("{name}: {was} → {is}")),
            (was, is) => {
                let whole = |parts: &Parts| -> Option<String> {
                    let of_group = parts
                        .iter()
                        .filter(|(name, _)| name.starts_with(&format!("{group}/")));
                    let fields: Vec<_> = of_group
                        .filter_map(|(name, value)| {
                            Some(format!(
                                "{} {value}",
                                name.strip_prefix(group)?.strip_prefix('/')?
                            ))
                        })
                        .collect();
                    (!group.is_empty() && !fields.is_empty()).then(|| fields.join(", "))
                };
                match (whole(&old), whole(&new)) {
                    (None, Some(new)) => lines.push(format!("{group}: added ({new})")),
                    (Some(old), None) => lines.push(format!("{group}: removed ({old})")),
                    _ => {
                        let none = "none".to_owned();
                        let (was, is) = (was.unwrap_or(&none), is.unwrap_or(&none));
                        lines.push(format!("{name}: {was} → {is}"));
                        continue;
                    }
                }
                told = group.to_owned();
            }
        }
    }
    lines
}

/// The rung or kind that a part belongs to, if it belongs to one: it comes and goes as a whole.
fn group(name: &str) -> &str {
    let of_its_own = ["ladder/", "offence_rungs/", "kinds/"];
    if of_its_own.iter().any(|start| name.starts_with(start)) {
        name.rsplit_once('/').map_or("", |(group, _)| group)
    } else {
        ""
    }
}

/// Whose acts a budget counts, as policies name it.
pub(super) const fn per(per: Per) -> &'static str {
    match per {
        Per::Actor => "actor",
        Per::Rule => "rule",
        Per::Key => "key",
    }
}

fn parts(policy: &Policy) -> Parts {
    let mut parts = Parts::new();
    let mut put = |name: String, value: String| {
        parts.insert(name, value);
    };
    put("granularity".into(), policy.granularity.to_string());
    put("freeze_while".into(), freeze(policy.freeze_while).into());
    put("duplicate_window".into(), readable(policy.duplicate_window));
    put(
        "escalations_carry_points".into(),
        policy.escalations_carry_points.to_string(),
    );
    for kind in Kind::BUILT_IN {
        put(
            format!("weights/{}", kind.name()),
            policy.weight(kind).to_string(),
        );
    }
    for (kind, rank) in &policy.least_rank {
        put(format!("least_rank/{}", kind.name()), rank.name().into());
    }
    holds(policy, &mut put);
    appeals(&policy.appeals, &mut put);
    match policy.decay {
        Decay::Linear { rate, grace } => {
            put("decay/model".into(), "linear".into());
            put("decay/per_day".into(), Points::from_millis(rate).to_string());
            put("decay/grace".into(), readable(grace));
        }
        Decay::Expiry { after } => {
            put("decay/model".into(), "expiry".into());
            put("decay/after".into(), readable(after));
        }
        Decay::None {} => put("decay/model".into(), "none".into()),
    }
    for (name, kind) in &policy.kinds {
        put(format!("kinds/{name}/weight"), kind.weight.to_string());
        put(format!("kinds/{name}/severity"), severity(kind.severity).into());
        put(format!("kinds/{name}/offence"), kind.offence.to_string());
    }
    for rung in &policy.ladder {
        let root = format!("ladder/{}", rung.id);
        put(format!("{root}/at"), rung.at.to_string());
        put(format!("{root}/refire"), refire(rung.refire).into());
        put(format!("{root}/reset_below"), rung.reset_below.to_string());
        remedy(&root, &rung.remedy, &mut put);
    }
    for rung in &policy.offence_rungs {
        let root = format!("offence_rungs/{}", rung.id);
        let kinds: Vec<_> = rung.count.kinds.iter().map(Kind::name).collect();
        put(format!("{root}/kinds"), kinds.join(" or "));
        put(format!("{root}/count"), rung.count.least.to_string());
        put(format!("{root}/within"), readable(rung.count.within));
        remedy(&root, &rung.remedy, &mut put);
    }
    parts
}

/// What waits for others, what is done where platforms differ, and what members are told.
fn holds(policy: &Policy, put: &mut impl FnMut(String, String)) {
    let (lifted, imposed) = (policy.drift.lifted_natively, policy.drift.imposed_natively);
    put("drift/lifted_natively".into(), lifted.name().into());
    put("drift/imposed_natively".into(), imposed.name().into());
    let notices = &policy.notices;
    put(
        "notices/when".into(),
        notices.when.map_or("by kind", When::name).into(),
    );
    put("notices/links".into(), notices.links.to_string());
    for (kind, when) in &notices.kinds {
        put(format!("notices/kinds/{}", kind.name()), when.name().into());
    }
    if let Some(text) = &notices.how_to_appeal {
        put("notices/how_to_appeal".into(), text.clone());
    }
    put("authority/hold_for".into(), readable(policy.holds.hold_for));
    for (kind, approvals) in &policy.holds.approvals {
        let rank = approvals.rank.map_or("the least rank", Rank::name);
        let value = format!("{} by {rank}", approvals.needed);
        put(format!("authority/approvals/{}", kind.name()), value);
    }
    for (index, budget) in policy.holds.budgets.iter().enumerate() {
        let kinds = budget.kinds.as_ref();
        let kinds = kinds.map(|kinds| kinds.iter().map(Kind::name).collect::<Vec<_>>().join(" or "));
        let kinds = kinds.map_or(String::new(), |kinds| format!(", {kinds} alone"));
        let (per, within) = (per(budget.per), readable(budget.within));
        let value = format!("{} acts per {per} within {within}{kinds}", budget.acts);
        put(format!("authority/budgets/{index}"), value);
    }
}

/// What is said of appeals.
fn appeals(rules: &appeal::Rules, put: &mut impl FnMut(String, String)) {
    let times = [
        ("wait", Some(rules.wait)),
        ("gap", Some(rules.gap)),
        ("window", rules.window),
        ("claim_for", Some(rules.claim_for)),
        ("decide_within", Some(rules.decide_within)),
        ("answer_within", Some(rules.answer_within)),
        ("draft_for", Some(rules.draft_for)),
    ];
    for (field, seconds) in times {
        put(
            format!("appeals/{field}"),
            seconds.map_or("for ever".into(), readable),
        );
    }
    put("appeals/most".into(), rules.most.to_string());
    put("appeals/blind".into(), rules.blind.to_string());
    if let Some(votes) = rules.votes {
        put(
            "appeals/votes".into(),
            format!("{} of {}", votes.needed, votes.of),
        );
    }
    for kind in &rules.except_kinds {
        put(
            format!("appeals/except_kinds/{}", kind.name()),
            "no appeals".into(),
        );
    }
    for question in &rules.questions {
        let need = if question.required {
            "required"
        } else {
            "not required"
        };
        put(
            format!("appeals/questions/{}", question.id),
            format!("{} ({need})", question.text),
        );
    }
}

fn remedy(root: &str, remedy: &Remedy, put: &mut impl FnMut(String, String)) {
    put(format!("{root}/action"), remedy.action.name().into());
    if remedy.action.restricts().is_some() {
        let duration = match (remedy.while_above, remedy.duration) {
            (Some(_), _) => "while the points are high".to_owned(),
            (None, Some(span)) => readable(span.seconds()),
            (None, None) => "without an end".to_owned(),
        };
        put(format!("{root}/duration"), duration);
    }
    if !remedy.capabilities.is_empty() {
        let names: Vec<_> = remedy.capabilities.iter().map(ToString::to_string).collect();
        put(format!("{root}/capabilities"), names.join(", "));
    }
}

pub(super) const fn freeze(freeze: Freeze) -> &'static str {
    match freeze {
        Freeze::None => "none",
        Freeze::Ban => "ban",
        Freeze::Mute => "mute",
    }
}

pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warn => "warn",
        Severity::Mute => "mute",
        Severity::Kick => "kick",
        Severity::Tempban => "tempban",
        Severity::Ban => "ban",
    }
}

pub(super) const fn refire(refire: Refire) -> &'static str {
    match refire {
        Refire::Crossing => "crossing",
        Refire::EveryOffence => "every_offence",
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::*;

    fn against_the_default(text: &str) -> Vec<String> {
        diff(&Policy::default(), &parse(text).unwrap().policy)
    }

    #[test]
    fn the_same_policy_differs_in_nothing() {
        assert!(against_the_default("{}").is_empty());
    }

    #[test]
    fn each_difference_is_a_line() {
        let text = "weights: {kick: 4.5}\ndecay: {model: expiry, after: P30D}\nladder:\n  - {id: mute-1h, at: 3, action: mute, duration: PT2H}\n  - {id: mute-24h, at: 5, action: mute, duration: PT24H}\n  - {id: away, at: 7, action: kick}\n  - {id: ban, at: 12, action: ban}\n";
        assert_eq!(
            against_the_default(text),
            [
                "decay/after: none → 30 d",
                "decay/grace: 0 s → none",
                "decay/model: linear → expiry",
                "decay/per_day: 0.1 → none",
                "ladder/away: added (action kick, at 7, refire crossing, reset_below 7)",
                "ladder/mute-1h/duration: 1 h → 2 h",
                "ladder/tempban-7d: removed (action tempban, at 8, duration 7 d, refire crossing, reset_below 8)",
                "weights/kick: 3 → 4.5",
            ]
        );
    }

    #[test]
    fn a_part_of_a_rung_that_comes_is_no_new_rung() {
        let text = "ladder:\n  - {id: mute-1h, at: 3, action: kick}\n  - {id: ban, at: 12, action: ban}\n";
        let lines = against_the_default(text);
        assert!(
            lines.contains(&"ladder/mute-1h/duration: 1 h → none".to_owned()),
            "{lines:#?}"
        );
    }
}
