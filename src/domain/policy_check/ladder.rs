//! The rungs of a draft: each by itself, and each against the others.

use super::{DecayDraft, Draft, MAX_RUNGS, RemedyDraft, RungDraft, unknown};
use crate::domain::act::MAX_CAPABILITIES;
use crate::domain::kind::{Kind, Severity};
use crate::domain::past::MAX_COUNT;
use crate::domain::points::Points;
use crate::domain::policy::Refire;
use crate::domain::time::MAX_SPAN;
use std::collections::BTreeSet;

/// One point.
const ONE: Points = Points::from_millis(1_000);

/// The ladder: each rung alone, then each against the one below it.
pub(super) fn check_ladder(draft: &Draft, step: Points, wrong: &mut impl FnMut(String, String)) {
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
pub(super) fn check_offence_rungs(draft: &Draft, wrong: &mut impl FnMut(String, String)) {
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
                Some(false) => wrong("kinds", format!("{} is no offence and never counts", kind.name())),
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
pub(super) fn is_rung_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}
