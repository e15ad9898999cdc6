//! From a draft to a policy, or to every error in it, each with a JSON pointer.

use super::kind::Kind;
use super::points::{Points, UNITS_PER_MILLI};
use super::policy::{Decay, Freeze, Policy, Refire, Rung};
use super::rank::Rank;
use super::time::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The most rungs that a ladder may have.
pub const MAX_RUNGS: usize = 32;
/// The longest grace: a year.
pub const MAX_GRACE: i64 = 365 * 86_400;
/// The longest window for duplicates: an hour.
pub const MAX_DUPLICATE_WINDOW: i64 = 3_600;

/// A rung as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RungDraft {
    /// Its id.
    pub id: String,
    /// Its threshold.
    pub at: Points,
    /// What happens.
    pub action: Kind,
    /// For how long.
    pub duration: Option<Span>,
    /// How often; by default every offence for the top rung, once a crossing for the others.
    pub refire: Option<Refire>,
    /// When it is re-armed; by default at its threshold.
    pub reset_below: Option<Points>,
}

/// A policy as written, its parts already read but not yet held against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// See [`Policy::granularity`].
    pub granularity: Points,
    /// See [`Policy::weights`]; kinds left out keep their default.
    pub weights: BTreeMap<Kind, Points>,
    /// Points a day.
    pub per_day: Points,
    /// Seconds of grace.
    pub grace: i64,
    /// See [`Policy::freeze_while`].
    pub freeze_while: Freeze,
    /// The rungs.
    pub ladder: Vec<RungDraft>,
    /// See [`Policy::escalations_carry_points`].
    pub escalations_carry_points: bool,
    /// See [`Policy::duplicate_window`].
    pub duplicate_window: i64,
    /// See [`Policy::least_rank`]; kinds left out keep their default.
    pub least_rank: BTreeMap<Kind, Rank>,
}

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
    check_numbers(&draft, step, &mut wrong);
    check_ladder(&draft, step, &mut wrong);
    if !findings.is_empty() {
        return Err(findings);
    }
    let defaults = Policy::default();
    let (mut weights, mut least_rank) = (defaults.weights, defaults.least_rank);
    weights.extend(draft.weights);
    least_rank.extend(draft.least_rank);
    let top = draft.ladder.len().saturating_sub(1);
    let ladder = draft.ladder.into_iter().enumerate().map(|(index, rung)| Rung {
        refire: rung.refire.unwrap_or(if index == top {
            Refire::EveryOffence
        } else {
            Refire::Crossing
        }),
        reset_below: rung.reset_below.unwrap_or(rung.at),
        id: rung.id,
        at: rung.at,
        action: rung.action,
        duration: rung.duration,
    });
    Ok(Policy {
        granularity: draft.granularity,
        weights,
        decay: Decay {
            rate: draft.per_day.units() / UNITS_PER_MILLI,
            grace: draft.grace,
        },
        freeze_while: draft.freeze_while,
        ladder: ladder.collect(),
        escalations_carry_points: draft.escalations_carry_points,
        duplicate_window: draft.duplicate_window,
        least_rank,
    })
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

/// The weights, the decay and the window.
fn check_numbers(draft: &Draft, step: Points, wrong: &mut impl FnMut(String, String)) {
    for (kind, weight) in &draft.weights {
        let pointer = format!("/weights/{}", kind.name());
        if kind.lifts().is_some() && *weight != Points::ZERO {
            wrong(pointer, "lifts carry no points".into());
        } else if !weight.is_multiple_of(step) {
            wrong(
                pointer,
                format!("a weight is a multiple of the granularity {step}"),
            );
        }
    }
    if draft.per_day == Points::ZERO {
        wrong(
            "/decay/per_day".into(),
            "linear decay takes at least 0.001 a day".into(),
        );
    }
    if !(0..=MAX_GRACE).contains(&draft.grace) {
        wrong(
            "/decay/grace".into(),
            "the grace is between 0 seconds and 365 days".into(),
        );
    }
    if !(0..=MAX_DUPLICATE_WINDOW).contains(&draft.duplicate_window) {
        wrong(
            "/duplicate_window".into(),
            "the window is between 0 seconds (off) and one hour".into(),
        );
    }
}

/// The ladder: each rung alone, then each against the one below it.
fn check_ladder(draft: &Draft, step: Points, wrong: &mut impl FnMut(String, String)) {
    if draft.ladder.len() > MAX_RUNGS {
        wrong(
            "/ladder".into(),
            format!("a ladder has at most {MAX_RUNGS} rungs"),
        );
        return;
    }
    let mut ids = BTreeSet::new();
    for (index, rung) in draft.ladder.iter().enumerate() {
        let mut wrong = |field: &str, detail: String| wrong(format!("/ladder/{index}/{field}"), detail);
        if !is_rung_id(&rung.id) {
            wrong(
                "id",
                "a rung's id is 1 to 64 lower-case letters, digits, '-' or '_'".into(),
            );
        } else if !ids.insert(rung.id.as_str()) {
            wrong("id", format!("another rung has the id {} already", rung.id));
        }
        check_rung(rung, step, &mut wrong);
        if rung.refire == Some(Refire::EveryOffence) && index + 1 < draft.ladder.len() {
            wrong("refire", "every_offence is for the top rung only".into());
        }
        let Some(below) = index.checked_sub(1).and_then(|i| draft.ladder.get(i)) else {
            continue;
        };
        if rung.at <= below.at {
            wrong(
                "at",
                format!(
                    "rungs ascend: this one lies at {}, the one before at {}",
                    rung.at, below.at
                ),
            );
        }
        if rung.action.severity() < below.action.severity() {
            let (this, before) = (rung.action.name(), below.action.name());
            wrong(
                "action",
                format!("severity never falls along the ladder: {this} comes after {before}"),
            );
        }
    }
}

/// One rung by itself.
fn check_rung(rung: &RungDraft, step: Points, wrong: &mut impl FnMut(&str, String)) {
    if rung.at == Points::ZERO || !rung.at.is_multiple_of(step) {
        wrong(
            "at",
            format!("a threshold is more than 0 and a multiple of the granularity {step}"),
        );
    }
    match (rung.action, rung.duration) {
        (Kind::Note | Kind::Unmute | Kind::Unban, _) => {
            wrong("action", "a rung warns, mutes, kicks, tempbans or bans".into());
        }
        (Kind::Tempban, None) => wrong("duration", "a tempban needs a duration".into()),
        (Kind::Warn | Kind::Kick | Kind::Ban, Some(_)) => {
            wrong("duration", format!("a {} has no duration", rung.action.name()));
        }
        _ => {}
    }
    if let Some(reset) = rung.reset_below
        && (reset == Points::ZERO || reset > rung.at || !reset.is_multiple_of(step))
    {
        let detail = format!(
            "reset_below is more than 0, at most {} and a multiple of {step}",
            rung.at
        );
        wrong("reset_below", detail);
    }
}

/// Whether a text can name a rung.
fn is_rung_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        let policy = Policy::default();
        let rung = |r: &Rung| RungDraft {
            id: r.id.clone(),
            at: r.at,
            action: r.action,
            duration: r.duration,
            refire: None,
            reset_below: None,
        };
        Draft {
            granularity: policy.granularity,
            weights: BTreeMap::new(),
            per_day: Points::from_millis(100),
            grace: 0,
            freeze_while: Freeze::None,
            ladder: policy.ladder.iter().map(rung).collect(),
            escalations_carry_points: false,
            duplicate_window: 30,
            least_rank: BTreeMap::new(),
        }
    }

    fn pointers(draft: Draft) -> Vec<String> {
        check(draft).unwrap_err().into_iter().map(|f| f.pointer).collect()
    }

    #[test]
    fn what_is_left_out_takes_the_defaults() {
        assert_eq!(check(draft()), Ok(Policy::default()));
    }

    #[test]
    fn every_error_is_found_and_pointed_at() {
        let mut bad = draft();
        bad.granularity = Points::from_millis(100);
        bad.weights.insert(Kind::Warn, Points::from_millis(1_050));
        bad.weights.insert(Kind::Unban, Points::from_millis(1_000));
        bad.per_day = Points::ZERO;
        bad.grace = -1;
        bad.duplicate_window = 3_601;
        bad.ladder[1].at = bad.ladder[0].at;
        bad.ladder[2].duration = None;
        bad.ladder[3].id = "mute-1h".into();
        let expected = [
            "/weights/warn",
            "/weights/unban",
            "/decay/per_day",
            "/decay/grace",
            "/duplicate_window",
            "/ladder/1/at",
            "/ladder/2/duration",
            "/ladder/3/id",
        ];
        assert_eq!(pointers(bad), expected);
    }

    #[test]
    fn severity_never_falls_and_only_the_top_repeats() {
        let mut bad = draft();
        bad.ladder[0].action = Kind::Kick;
        bad.ladder[0].duration = None;
        bad.ladder[0].refire = Some(Refire::EveryOffence);
        assert_eq!(pointers(bad), ["/ladder/0/refire", "/ladder/1/action"]);
    }

    #[test]
    fn thresholds_fit_the_granularity() {
        let mut bad = draft();
        bad.granularity = Points::from_millis(1_000);
        bad.ladder[0].at = Points::from_millis(3_500);
        bad.ladder[1].reset_below = Some(Points::from_millis(6_000));
        assert_eq!(pointers(bad), ["/ladder/0/at", "/ladder/1/reset_below"]);
    }

    #[test]
    fn a_granularity_that_cannot_be_is_refused_alone() {
        for granularity in [Points::ZERO, Points::from_millis(1_001)] {
            let mut bad = draft();
            bad.granularity = granularity;
            bad.weights.insert(Kind::Warn, Points::from_millis(1_250));
            bad.ladder[0].reset_below = Some(Points::from_millis(1_500));
            assert_eq!(pointers(bad), ["/granularity"]);
        }
    }
}
