//! A policy as YAML, with a comment on what each part means: what a repository begins with.

mod appeals; // what is said of appeals

use std::fmt::Write as _;

use super::diff::{freeze, per, refire, severity};
use crate::domain::drift::DriftPolicy;
use crate::domain::hold::{Budget, Holds};
use crate::domain::kind::Kind;
use crate::domain::notice::NoticePolicy;
use crate::domain::points::Points;
use crate::domain::policy::{Decay, OffenceRung, Policy, Refire, Remedy, Rung};

/// The rules, complete: reading them gives the same policy.
pub(super) fn yaml(policy: &Policy) -> String {
    let mut out = String::new();
    points(&mut out, policy);
    rungs(&mut out, policy);
    acts(&mut out, policy);
    out
}

/// How points come and go.
fn points(out: &mut String, policy: &Policy) {
    section(
        out,
        "Points are shown and compared rounded up to a multiple of this.",
    );
    line(out, &format!("granularity: {}", policy.granularity));
    section(
        out,
        "Points for each kind of act. The community's own kinds have theirs under kinds.",
    );
    line(out, "weights:");
    for kind in Kind::BUILT_IN.iter().filter(|kind| kind.lifts().is_none()) {
        line(out, &format!("  {}: {}", kind.name(), policy.weight(*kind)));
    }
    section(out, about_decay(policy.decay));
    line(out, &format!("decay: {}", decay(policy.decay)));
    section(
        out,
        "Sanctions that stop points from falling while they hold: none, ban, or mute (mutes and bans).",
    );
    line(out, &format!("freeze_while: {}", freeze(policy.freeze_while)));
}

/// What they lead to.
fn rungs(out: &mut String, policy: &Policy) {
    section(
        out,
        "What happens at so many points. The highest rung that an act reaches is the one that acts.",
    );
    let top = policy.ladder.len().saturating_sub(1);
    let rungs = policy.ladder.iter().enumerate();
    list(out, "ladder", rungs.map(|(place, one)| rung(one, place == top)));
    section(
        out,
        "What happens at so many offences of some kinds within so long, whatever the points.",
    );
    list(
        out,
        "offence_rungs",
        policy.offence_rungs.iter().map(offence_rung),
    );
    section(out, "The community's own kinds of act.");
    if policy.kinds.is_empty() {
        line(out, "kinds: {}");
    } else {
        line(out, "kinds:");
    }
    for (name, kind) in &policy.kinds {
        let (weight, severity, offence) = (kind.weight, severity(kind.severity), kind.offence);
        line(
            out,
            &format!(
                "  {}: {{weight: {weight}, severity: {severity}, offence: {offence}}}",
                word(name.as_str())
            ),
        );
    }
}

/// What holds for acts.
fn acts(out: &mut String, policy: &Policy) {
    section(out, "Whether what a rung does adds the points of its kind.");
    line(
        out,
        &format!("escalations_carry_points: {}", policy.escalations_carry_points),
    );
    section(
        out,
        "Two moderators who do the same to the same member within so long did it once; 0 switches the check off.",
    );
    line(
        out,
        &format!("duplicate_window: {}", duration(policy.duplicate_window)),
    );
    section(
        out,
        "The least rank for each kind of act: member, moderator, admin or owner.",
    );
    line(out, "least_rank:");
    for (kind, rank) in &policy.least_rank {
        line(out, &format!("  {}: {}", word(kind.name()), rank.name()));
    }
    holds(out, &policy.holds);
    drift(out, policy.drift);
    appeals::print(out, &policy.appeals);
    notices(out, &policy.notices);
}

/// What members are told.
fn notices(out: &mut String, notices: &NoticePolicy) {
    section(
        out,
        "When members are told of acts: before or after what platforms do, or off. Left out: before what removes them, else after. links: false sends no links to the members' pages.",
    );
    let when = notices.when.iter();
    let mut parts: Vec<String> = when.map(|when| format!("when: {}", word(when.name()))).collect();
    let kinds = notices.kinds.iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, when)| format!("{}: {}", word(kind.name()), word(when.name())))
        .collect();
    if !kinds.is_empty() {
        parts.push(format!("kinds: {{{}}}", kinds.join(", ")));
    }
    if let Some(text) = &notices.how_to_appeal {
        // Read as JSON would be.
        parts.push(format!("how_to_appeal: {}", serde_json::json!(text)));
    }
    if !notices.links {
        parts.push("links: false".to_owned());
    }
    line(out, &format!("notices: {{{}}}", parts.join(", ")));
}

/// What is done where platforms differ from the record.
fn drift(out: &mut String, drift: DriftPolicy) {
    section(
        out,
        "Where platforms differ from the record: report it, heal it (say it once more), or adopt it as a case.",
    );
    line(out, "drift:");
    line(
        out,
        &format!("  lifted_natively: {}", drift.lifted_natively.name()),
    );
    line(
        out,
        &format!("  imposed_natively: {}", drift.imposed_natively.name()),
    );
}

/// What waits for others.
fn holds(out: &mut String, holds: &Holds) {
    section(
        out,
        "Acts that wait until somebody else approves them: beyond a budget, or of a kind that needs approvals. They wait for hold_for.",
    );
    line(out, "authority:");
    let budgets: Vec<_> = holds.budgets.iter().map(budget).collect();
    if budgets.is_empty() {
        line(out, "  budgets: []");
    } else {
        line(out, "  budgets:");
    }
    for budget in budgets {
        line(out, &format!("    - {{{budget}}}"));
    }
    if holds.approvals.is_empty() {
        line(out, "  approvals: {}");
    } else {
        line(out, "  approvals:");
    }
    for (kind, approvals) in &holds.approvals {
        let rank = approvals
            .rank
            .map_or(String::new(), |rank| format!(", rank: {}", rank.name()));
        line(
            out,
            &format!(
                "    {}: {{needed: {}{rank}}}",
                word(kind.name()),
                approvals.needed
            ),
        );
    }
    line(out, &format!("  hold_for: {}", duration(holds.hold_for)));
}

fn budget(budget: &Budget) -> String {
    let mut text = format!(
        "per: {}, acts: {}, within: {}",
        per(budget.per),
        budget.acts,
        duration(budget.within)
    );
    if let Some(kinds) = &budget.kinds {
        let names: Vec<_> = kinds.iter().map(|kind| word(kind.name())).collect();
        let _ = write!(text, ", kinds: [{}]", names.join(", "));
    }
    text
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn section(out: &mut String, comment: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    line(out, &format!("# {comment}"));
}

fn list(out: &mut String, name: &str, items: impl Iterator<Item = String>) {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return line(out, &format!("{name}: []"));
    }
    line(out, &format!("{name}:"));
    items
        .iter()
        .for_each(|item| line(out, &format!("  - {{{item}}}")));
}

const fn about_decay(decay: Decay) -> &'static str {
    match decay {
        Decay::Linear { .. } => {
            "So many points fall a day, continuously; after each offence nothing falls for the grace."
        }
        Decay::Expiry { .. } => "Each act counts whole until it lapses after so long.",
        Decay::None {} => "Points never fall.",
    }
}

fn decay(decay: Decay) -> String {
    match decay {
        Decay::Linear { rate, grace } => {
            let per_day = Points::from_millis(rate);
            format!(
                "{{model: linear, per_day: {per_day}, grace: {}}}",
                duration(grace)
            )
        }
        Decay::Expiry { after } => format!("{{model: expiry, after: {}}}", duration(after)),
        Decay::None {} => "{model: none}".to_owned(),
    }
}

/// The parts of a rung that are not as they would be anyway.
fn rung(rung: &Rung, is_top: bool) -> String {
    let mut text = format!(
        "id: {}, at: {}, {}",
        word(&rung.id),
        rung.at,
        remedy(&rung.remedy)
    );
    if rung.remedy.while_above.is_some() {
        text.push_str(", mode: while_above");
    }
    if (rung.refire == Refire::EveryOffence) != is_top {
        let _ = write!(text, ", refire: {}", refire(rung.refire));
    }
    if rung.reset_below != rung.at {
        let _ = write!(text, ", reset_below: {}", rung.reset_below);
    }
    text
}

fn offence_rung(rung: &OffenceRung) -> String {
    let kinds: Vec<_> = rung.count.kinds.iter().map(|kind| word(kind.name())).collect();
    format!(
        "id: {}, kinds: [{}], count: {}, within: {}, {}",
        word(&rung.id),
        kinds.join(", "),
        rung.count.least,
        duration(rung.count.within),
        remedy(&rung.remedy),
    )
}

fn remedy(remedy: &Remedy) -> String {
    let mut text = format!("action: {}", remedy.action.name());
    if let Some(span) = remedy.duration {
        let _ = write!(text, ", duration: {}", duration(span.seconds()));
    }
    if !remedy.capabilities.is_empty() {
        let names: Vec<_> = remedy
            .capabilities
            .iter()
            .map(|name| word(name.as_str()))
            .collect();
        let _ = write!(text, ", capabilities: [{}]", names.join(", "));
    }
    text
}

/// A length of time as ISO 8601, in the largest units; none at all is a plain 0.
fn duration(seconds: i64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let times = [(rest / 3_600, 'H'), (rest % 3_600 / 60, 'M'), (rest % 60, 'S')];
    let time: String = times
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| format!("{n}{unit}"))
        .collect();
    match (days, time.is_empty()) {
        (0, true) => "0".to_owned(),
        (0, false) => format!("PT{time}"),
        (days, true) => format!("P{days}D"),
        (days, false) => format!("P{days}DT{time}"),
    }
}

/// A name, in quotes where without them it could be read as something else than a text.
fn word(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&name);
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::super::presets;
    use super::*;

    #[test]
    fn what_is_printed_reads_the_same() {
        let rich = "weights: {warn: 1.5}\ndecay: {model: expiry, after: P30DT1M}\nfreeze_while: ban\nladder:\n  - {id: \"1\", at: 3, action: restrict, capabilities: [images, \"on\"], mode: while_above, reset_below: 1}\n  - {id: null-ban, at: 9, action: ban, refire: crossing}\noffence_rungs:\n  - {id: \"true\", kinds: [warn, hug], count: 3, within: P7D, action: tempban, duration: 90061}\nkinds: {hug: {weight: 0.5, severity: note, offence: true}}\nescalations_carry_points: true\nduplicate_window: 0\nleast_rank: {ban: admin, hug: owner}\nauthority:\n  budgets:\n    - {per: actor, acts: 30}\n    - {per: rule, acts: 5, within: P1D, kinds: [hug, ban]}\n  approvals: {ban: {needed: 2, rank: owner}, hug: {needed: 1}}\n  hold_for: P2D\ndrift: {lifted_natively: heal, imposed_natively: adopt}\nappeals: {window: P30D, wait: PT1H, most: 2, gap: P7D, except_kinds: [kick], questions: [{id: why, text: \"What \\\"happened\\\": all of it?\"}, {id: \"true\", text: \"- What else?\", required: false}], claim_for: PT30M, blind: true, votes: {needed: 2, of: 3}}\nnotices: {when: before, kinds: {warn: \"off\", hug: after}, how_to_appeal: \"Write to us:\\n\\\"appeals\\\" # here, {please}\"}\n";
        let mut policies = vec![
            parse(rich).unwrap().policy,
            parse("decay: {model: none}\nladder: []\n").unwrap().policy,
        ];
        policies.extend(presets::ALL.iter().map(|(_, text)| parse(text).unwrap().policy));
        for policy in policies {
            let text = yaml(&policy);
            assert_eq!(parse(&text).unwrap().policy, policy, "{text}");
        }
    }
}
