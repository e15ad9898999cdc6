//! From a draft to a policy, or to every error in it, each with a JSON pointer.

use super::act::MAX_CAPABILITIES;
use super::kind::{Kind, Severity};
use super::name::Name;
use super::past::MAX_COUNT;
use super::points::{Points, UNITS_PER_MILLI};
use super::policy::{CustomKind, Decay, Freeze, OffenceCount, OffenceRung, Policy, Refire, Remedy, Rung};
use super::rank::Rank;
use super::time::{MAX_SPAN, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The most rungs that a ladder may have.
pub const MAX_RUNGS: usize = 32;
/// The most kinds of its own that a community may register.
pub const MAX_KINDS: usize = 32;
/// The longest grace: a year.
pub const MAX_GRACE: i64 = 365 * 86_400;
/// One point.
const ONE: Points = Points::from_millis(1_000);
/// The longest window for duplicates: an hour.
pub const MAX_DUPLICATE_WINDOW: i64 = 3_600;

/// What a rung does, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyDraft {
    /// The kind of act.
    pub action: Kind,
    /// For how long.
    pub duration: Option<Span>,
    /// What a restriction takes away.
    pub capabilities: BTreeSet<Name>,
}

/// A rung as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RungDraft {
    /// Its id.
    pub id: String,
    /// Its threshold.
    pub at: Points,
    /// What happens.
    pub remedy: RemedyDraft,
    /// Whether it holds as long as the points are high, instead of for a duration.
    pub while_above: bool,
    /// How often; by default every offence for the top rung, once a crossing for the others.
    pub refire: Option<Refire>,
    /// When it is re-armed; by default at its threshold.
    pub reset_below: Option<Points>,
}

/// A rung for offences as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffenceRungDraft {
    /// Its id.
    pub id: String,
    /// The kinds that count.
    pub kinds: BTreeSet<Kind>,
    /// How many.
    pub count: i64,
    /// Within so many seconds.
    pub within: i64,
    /// What happens.
    pub remedy: RemedyDraft,
}

/// A decay as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecayDraft {
    /// So much a day.
    Linear {
        /// Points a day.
        per_day: Points,
        /// Seconds of grace.
        grace: i64,
    },
    /// Whole until it lapses.
    Expiry {
        /// Seconds.
        after: i64,
    },
    /// Never.
    None,
}

/// A policy as written, its parts already read but not yet held against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// See [`Policy::granularity`].
    pub granularity: Points,
    /// See [`Policy::weights`]; kinds left out keep their default.
    pub weights: BTreeMap<Kind, Points>,
    /// See [`Policy::decay`].
    pub decay: DecayDraft,
    /// See [`Policy::freeze_while`].
    pub freeze_while: Freeze,
    /// The rungs.
    pub ladder: Vec<RungDraft>,
    /// The rungs for offences.
    pub offence_rungs: Vec<OffenceRungDraft>,
    /// See [`Policy::kinds`].
    pub kinds: BTreeMap<Name, CustomKind>,
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
    check_kinds(&draft, step, &mut wrong);
    check_numbers(&draft, step, &mut wrong);
    check_decay(draft.decay, &mut wrong);
    check_ladder(&draft, step, &mut wrong);
    check_offence_rungs(&draft, &mut wrong);
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
    let known = |kind: &Kind| {
        kind.severity().is_some() || matches!(kind, Kind::Custom(n) if draft.kinds.contains_key(n))
    };
    for kind in draft.least_rank.keys().filter(|kind| !known(kind)) {
        wrong(format!("/least_rank/{}", kind.name()), unknown(*kind));
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
        check_id(&rung.id, !ids.insert(rung.id.as_str()), &mut wrong);
        check_rung(rung, draft.decay, step, &mut wrong);
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
        let (this, before) = (rung.remedy.action, below.remedy.action);
        if this.severity() < before.severity() {
            wrong(
                "action",
                format!(
                    "severity never falls along the ladder: {} comes after {}",
                    this.name(),
                    before.name()
                ),
            );
        }
    }
}

/// The rungs for offences.
fn check_offence_rungs(draft: &Draft, wrong: &mut impl FnMut(String, String)) {
    if draft.offence_rungs.len() > MAX_RUNGS {
        wrong(
            "/offence_rungs".into(),
            format!("at most {MAX_RUNGS} rungs for offences"),
        );
        return;
    }
    let mut ids: BTreeSet<&str> = draft.ladder.iter().map(|rung| rung.id.as_str()).collect();
    for (index, rung) in draft.offence_rungs.iter().enumerate() {
        let mut wrong =
            |field: &str, detail: String| wrong(format!("/offence_rungs/{index}/{field}"), detail);
        check_id(&rung.id, !ids.insert(rung.id.as_str()), &mut wrong);
        if rung.kinds.is_empty() {
            wrong("kinds", "name at least one kind that counts".into());
        }
        for kind in &rung.kinds {
            let offence = match kind {
                Kind::Custom(name) => draft.kinds.get(name).map(|custom| custom.offence),
                kind => Some(kind.severity() >= Some(Severity::Warn)),
            };
            match offence {
                None => wrong("kinds", unknown(*kind)),
                Some(false) => wrong(
                    "kinds",
                    format!("a {} is no offence and never counts", kind.name()),
                ),
                Some(true) => {}
            }
        }
        let most = i64::try_from(MAX_COUNT).unwrap_or(i64::MAX);
        if !(1..=most).contains(&rung.count) {
            wrong("count", format!("a count is between 1 and {MAX_COUNT}"));
        }
        if !(1..=MAX_SPAN).contains(&rung.within) {
            wrong("within", "within 1 second to 3650 days".into());
        }
        check_remedy(&rung.remedy, false, &mut wrong);
    }
}

fn check_id(id: &str, taken: bool, wrong: &mut impl FnMut(&str, String)) {
    if !is_rung_id(id) {
        wrong(
            "id",
            "a rung's id is 1 to 64 lower-case letters, digits, '-' or '_'".into(),
        );
    } else if taken {
        wrong("id", format!("another rung has the id {id} already"));
    }
}

/// One rung by itself.
fn check_rung(rung: &RungDraft, decay: DecayDraft, step: Points, wrong: &mut impl FnMut(&str, String)) {
    if rung.at == Points::ZERO || !rung.at.is_multiple_of(step) {
        wrong(
            "at",
            format!("a threshold is more than 0 and a multiple of the granularity {step}"),
        );
    }
    check_remedy(&rung.remedy, rung.while_above, wrong);
    match rung.reset_below {
        Some(reset) if reset == Points::ZERO || reset > rung.at || !reset.is_multiple_of(step) => {
            let detail = format!(
                "reset_below is more than 0, at most {} and a multiple of {step}",
                rung.at
            );
            wrong("reset_below", detail);
        }
        Some(reset) if rung.while_above && reset.plus(ONE) > rung.at => {
            let detail =
                "a rung that holds while the points are high ends at least 1 point under its threshold";
            wrong("reset_below", detail.into());
        }
        None if rung.while_above => {
            let detail = "say below how many points it ends: at least 1 under its threshold";
            wrong("reset_below", detail.into());
        }
        _ => {}
    }
    if rung.while_above && decay == DecayDraft::None {
        wrong(
            "mode",
            "points never fall under this decay, so it would never end".into(),
        );
    }
}

/// What a rung does.
fn check_remedy(remedy: &RemedyDraft, while_above: bool, wrong: &mut impl FnMut(&str, String)) {
    let action = remedy.action;
    if action.severity() < Some(Severity::Warn) {
        wrong(
            "action",
            "a rung warns, mutes, restricts, kicks, tempbans or bans".into(),
        );
        return;
    }
    match (action, remedy.duration) {
        (_, Some(_)) if while_above => {
            wrong(
                "duration",
                "it holds while the points are high, so it takes no duration".into(),
            );
        }
        (Kind::Tempban, None) if !while_above => wrong("duration", "a tempban needs a duration".into()),
        (Kind::Warn | Kind::Kick | Kind::Ban, Some(_)) => {
            wrong("duration", format!("a {} has no duration", action.name()));
        }
        _ => {}
    }
    if while_above && !matches!(action, Kind::Mute | Kind::Restrict | Kind::Tempban) {
        wrong(
            "mode",
            format!(
                "a {} does not hold for a time; mute, restrict and tempban do",
                action.name()
            ),
        );
    }
    match (action, remedy.capabilities.len()) {
        (Kind::Restrict, 0) => wrong("capabilities", "a restrict names what it takes away".into()),
        (Kind::Restrict, named) if named > MAX_CAPABILITIES => {
            wrong("capabilities", format!("at most {MAX_CAPABILITIES} capabilities"));
        }
        (Kind::Restrict, _) | (_, 0) => {}
        _ => wrong("capabilities", "only a restrict names capabilities".into()),
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
            remedy: RemedyDraft {
                action: r.remedy.action,
                duration: r.remedy.duration,
                capabilities: BTreeSet::new(),
            },
            while_above: false,
            refire: None,
            reset_below: None,
        };
        Draft {
            granularity: policy.granularity,
            weights: BTreeMap::new(),
            decay: DecayDraft::Linear {
                per_day: Points::from_millis(100),
                grace: 0,
            },
            freeze_while: Freeze::None,
            ladder: policy.ladder.iter().map(rung).collect(),
            offence_rungs: Vec::new(),
            kinds: BTreeMap::new(),
            escalations_carry_points: false,
            duplicate_window: 30,
            least_rank: BTreeMap::new(),
        }
    }

    fn thrice(kind: Kind) -> OffenceRungDraft {
        OffenceRungDraft {
            id: "thrice".into(),
            kinds: [kind].into(),
            count: 3,
            within: 30 * 86_400,
            remedy: RemedyDraft {
                action: Kind::Kick,
                duration: None,
                capabilities: BTreeSet::new(),
            },
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
        bad.decay = DecayDraft::Linear {
            per_day: Points::ZERO,
            grace: -1,
        };
        bad.duplicate_window = 3_601;
        bad.ladder[1].at = bad.ladder[0].at;
        bad.ladder[2].remedy.duration = None;
        bad.ladder[3].id = "mute-1h".into();
        let expected = [
            "/weights/warn",
            "/weights/unban",
            "/duplicate_window",
            "/decay/per_day",
            "/decay/grace",
            "/ladder/1/at",
            "/ladder/2/duration",
            "/ladder/3/id",
        ];
        assert_eq!(pointers(bad), expected);
    }

    #[test]
    fn severity_never_falls_and_only_the_top_repeats() {
        let mut bad = draft();
        bad.ladder[0].remedy.action = Kind::Kick;
        bad.ladder[0].remedy.duration = None;
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

    #[test]
    fn a_rung_that_holds_while_points_are_high_needs_a_lower_end_and_no_duration() {
        let mut bad = draft();
        bad.ladder[0].while_above = true;
        assert_eq!(
            pointers(bad.clone()),
            ["/ladder/0/duration", "/ladder/0/reset_below"]
        );
        bad.ladder[0].remedy.duration = None;
        bad.ladder[0].reset_below = Some(Points::from_millis(2_100));
        assert_eq!(pointers(bad.clone()), ["/ladder/0/reset_below"]);
        bad.ladder[0].reset_below = Some(Points::from_millis(2_000));
        let policy = check(bad.clone()).unwrap();
        assert_eq!(
            policy.ladder[0].remedy.while_above,
            Some(Points::from_millis(2_000))
        );
        bad.decay = DecayDraft::None;
        assert_eq!(pointers(bad), ["/ladder/0/mode"]);
    }

    #[test]
    fn rungs_for_offences_count_offences_within_bounds() {
        let mut good = draft();
        good.offence_rungs = vec![thrice(Kind::Warn)];
        assert_eq!(check(good).unwrap().offence_rungs[0].count.least, 3);
        let mut bad = draft();
        bad.offence_rungs = vec![thrice(Kind::Note)];
        bad.offence_rungs[0].count = 51;
        bad.offence_rungs[0].within = 0;
        bad.offence_rungs.push(OffenceRungDraft {
            id: "mute-1h".into(),
            ..thrice(Kind::Custom(Name::new("voice_kick").unwrap()))
        });
        let expected = [
            "/offence_rungs/0/kinds",
            "/offence_rungs/0/count",
            "/offence_rungs/0/within",
            "/offence_rungs/1/id",
            "/offence_rungs/1/kinds",
        ];
        assert_eq!(pointers(bad), expected);
    }

    #[test]
    fn own_kinds_have_own_names_and_their_weight_with_them() {
        let own = Name::new("voice_kick").unwrap();
        let kind = CustomKind {
            weight: Points::from_millis(1_500),
            severity: Severity::Mute,
            offence: true,
        };
        let mut good = draft();
        good.kinds.insert(own, kind);
        good.offence_rungs = vec![thrice(Kind::Custom(own))];
        let policy = check(good.clone()).unwrap();
        assert_eq!(policy.weight(Kind::Custom(own)), Points::from_millis(1_500));
        assert!(policy.is_offence(Kind::Custom(own)) && policy.knows(Kind::Custom(own)));
        good.weights.insert(Kind::Custom(own), Points::ZERO);
        good.kinds.insert(Name::new("ban").unwrap(), kind);
        good.kinds.get_mut(&own).unwrap().offence = false;
        let mut found = pointers(good);
        found.sort();
        assert_eq!(
            found,
            [
                "/kinds/ban",
                "/kinds/voice_kick/offence",
                "/offence_rungs/0/kinds",
                "/weights/voice_kick"
            ]
        );
    }

    #[test]
    fn only_restrictions_name_capabilities_and_they_must() {
        let mut bad = draft();
        bad.ladder[0].remedy.action = Kind::Restrict;
        bad.ladder[1].remedy.capabilities = [Name::new("links").unwrap()].into();
        assert_eq!(
            pointers(bad),
            ["/ladder/0/capabilities", "/ladder/1/capabilities"]
        );
    }
}
