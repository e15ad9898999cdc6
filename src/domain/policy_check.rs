//! From a draft to a policy, or to every error in it, each with a JSON pointer.

mod appeals; // what is said of appeals
mod draft; // as written
mod holds; // acts that wait
mod ladder; // the rungs

pub use draft::{DecayDraft, Draft, OffenceRungDraft, RemedyDraft, RungDraft};

use super::kind::{Kind, Severity};
use super::notice::MOST_CHARACTERS;
use super::past::MAX_COUNT;
use super::points::{Points, UNITS_PER_MILLI};
use super::policy::{Decay, OffenceCount, OffenceRung, Policy, Refire, Remedy, Rung};
use super::time::MAX_SPAN;

/// The most rungs that a ladder may have.
pub const MAX_RUNGS: usize = 32;
/// The most kinds of its own that a community may register.
pub const MAX_KINDS: usize = 32;
/// The longest grace: a year.
pub const MAX_GRACE: i64 = 365 * 86_400;
/// The longest window for duplicates: an hour.
pub const MAX_DUPLICATE_WINDOW: i64 = 3_600;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A JSON pointer into the policy.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

/// Checks a draft.
///
/// # Errors
/// Everything that is wrong with it, in the order of the document.
pub fn check(draft: Draft) -> Result<Policy, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut wrong = |pointer: String, detail: String| findings.push(Finding { pointer, detail });
    let step = check_granularity(draft.granularity, &mut wrong);
    check_kinds(&draft, step, &mut wrong);
    check_numbers(&draft, step, &mut wrong);
    check_decay(draft.decay, &mut wrong);
    ladder::check_ladder(&draft, step, &mut wrong);
    ladder::check_offence_rungs(&draft, &mut wrong);
    let known = |kind: &Kind| knows(&draft, kind);
    holds::check_budgets(&draft, known, &mut wrong);
    holds::check_approvals(&draft, known, &mut wrong);
    appeals::check(&draft.appeals, known, &mut wrong);
    check_notices(&draft, known, &mut wrong);
    if findings.is_empty() {
        Ok(policy(draft))
    } else {
        Err(findings)
    }
}

/// The policy of a draft in which nothing is wrong.
fn policy(draft: Draft) -> Policy {
    let defaults = Policy::default();
    let (mut weights, mut least_rank) = (defaults.weights, defaults.least_rank);
    weights.extend(draft.weights);
    least_rank.extend(draft.least_rank);
    let top = draft.ladder.len().saturating_sub(1);
    let rungs = draft.ladder.into_iter().enumerate();
    let offence_rungs = draft.offence_rungs.into_iter().map(|rung| OffenceRung {
        id: rung.id,
        count: OffenceCount {
            kinds: rung.kinds,
            least: usize::try_from(rung.count).unwrap_or(MAX_COUNT),
            within: rung.within,
        },
        remedy: remedy(rung.remedy, None),
    });
    Policy {
        granularity: draft.granularity,
        weights,
        decay: match draft.decay {
            DecayDraft::Linear { per_day, grace } => Decay::Linear {
                rate: per_day.units() / UNITS_PER_MILLI,
                grace,
            },
            DecayDraft::Expiry { after } => Decay::Expiry { after },
            DecayDraft::None => Decay::None {},
        },
        freeze_while: draft.freeze_while,
        ladder: rungs.map(|(place, draft)| rung(draft, place == top)).collect(),
        offence_rungs: offence_rungs.collect(),
        kinds: draft.kinds,
        escalations_carry_points: draft.escalations_carry_points,
        duplicate_window: draft.duplicate_window,
        least_rank,
        holds: draft.holds,
        drift: draft.drift,
        appeals: draft.appeals,
        notices: draft.notices,
    }
}

fn rung(draft: RungDraft, is_top: bool) -> Rung {
    let reset_below = draft.reset_below.unwrap_or(draft.at);
    Rung {
        refire: draft.refire.unwrap_or(if is_top {
            Refire::EveryOffence
        } else {
            Refire::Crossing
        }),
        reset_below,
        id: draft.id,
        at: draft.at,
        remedy: remedy(draft.remedy, draft.while_above.then_some(reset_below)),
    }
}

fn remedy(draft: RemedyDraft, while_above: Option<Points>) -> Remedy {
    Remedy {
        action: draft.action,
        duration: draft.duration,
        capabilities: draft.capabilities,
        while_above,
    }
}

/// What points are to be multiples of. Of a granularity that cannot be, nobody can tell what it was meant to be: it is
/// refused alone, and a thousandth stands in for it, of which whatever can be written is a multiple.
fn check_granularity(granularity: Points, wrong: &mut impl FnMut(String, String)) -> Points {
    if granularity == Points::ZERO || granularity > Points::from_millis(1_000) {
        wrong(
            "/granularity".into(),
            "the granularity is more than 0 and at most 1".into(),
        );
        return Points::from_millis(1);
    }
    granularity
}

/// The community's own kinds.
fn check_kinds(draft: &Draft, step: Points, wrong: &mut impl FnMut(String, String)) {
    if draft.kinds.len() > MAX_KINDS {
        wrong("/kinds".into(), format!("at most {MAX_KINDS} kinds of its own"));
    }
    for (name, kind) in &draft.kinds {
        if Kind::named(name.as_str()) != Ok(Kind::Custom(*name)) {
            wrong(
                format!("/kinds/{name}"),
                format!("{name} is a kind that every community has; choose another name"),
            );
        }
        if !kind.weight.is_multiple_of(step) {
            wrong(format!("/kinds/{name}/weight"), not_a_multiple(step));
        }
        if kind.severity >= Severity::Warn && !kind.offence {
            wrong(
                format!("/kinds/{name}/offence"),
                "from the severity of a warn up every kind is an offence".into(),
            );
        }
    }
    for kind in draft.least_rank.keys().filter(|kind| !knows(draft, kind)) {
        wrong(format!("/least_rank/{}", kind.name()), unknown(*kind));
    }
}

fn knows(draft: &Draft, kind: &Kind) -> bool {
    kind.severity().is_some() || matches!(kind, Kind::Custom(n) if draft.kinds.contains_key(n))
}

/// What members are told.
fn check_notices(draft: &Draft, known: impl Fn(&Kind) -> bool, wrong: &mut impl FnMut(String, String)) {
    for kind in draft.notices.kinds.keys().filter(|kind| !known(kind)) {
        wrong(format!("/notices/kinds/{}", kind.name()), unknown(*kind));
    }
    let Some(text) = &draft.notices.how_to_appeal else {
        return;
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.trim().is_empty() || text.chars().count() > MOST_CHARACTERS || text.contains(is_odd) {
        wrong(
            "/notices/how_to_appeal".into(),
            format!(
                "1 to {MOST_CHARACTERS} characters, not white space alone, and no control characters but line break and tab"
            ),
        );
    }
}

fn not_a_multiple(step: Points) -> String {
    format!("a weight is a multiple of the granularity {step}")
}

fn unknown(kind: Kind) -> String {
    format!("no kind is called {}; register it under kinds", kind.name())
}

/// The weights and the window.
fn check_numbers(draft: &Draft, step: Points, wrong: &mut impl FnMut(String, String)) {
    for (kind, weight) in &draft.weights {
        let pointer = format!("/weights/{}", kind.name());
        if let Kind::Custom(name) = kind {
            let detail = if draft.kinds.contains_key(name) {
                format!("the weight of {name} stands with the kind: /kinds/{name}/weight")
            } else {
                unknown(*kind)
            };
            wrong(pointer, detail);
        } else if kind.lifts().is_some() && *weight != Points::ZERO {
            wrong(pointer, "lifts carry no points".into());
        } else if !weight.is_multiple_of(step) {
            wrong(pointer, not_a_multiple(step));
        }
    }
    if !(0..=MAX_DUPLICATE_WINDOW).contains(&draft.duplicate_window) {
        wrong(
            "/duplicate_window".into(),
            "the window is between 0 seconds (off) and one hour".into(),
        );
    }
}

/// The decay.
fn check_decay(decay: DecayDraft, wrong: &mut impl FnMut(String, String)) {
    match decay {
        DecayDraft::Linear { per_day, grace } => {
            if per_day == Points::ZERO {
                wrong(
                    "/decay/per_day".into(),
                    "linear decay takes at least 0.001 a day".into(),
                );
            }
            if !(0..=MAX_GRACE).contains(&grace) {
                wrong(
                    "/decay/grace".into(),
                    "the grace is between 0 seconds and 365 days".into(),
                );
            }
        }
        DecayDraft::Expiry { after } if !(1..=MAX_SPAN).contains(&after) => wrong(
            "/decay/after".into(),
            "points lapse after 1 second to 3650 days".into(),
        ),
        DecayDraft::Expiry { .. } | DecayDraft::None => {}
    }
}

#[cfg(test)]
mod tests;
