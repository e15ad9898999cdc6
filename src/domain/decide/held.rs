//! Acts that wait: what becomes of them when somebody approves or rejects one.

use super::foresee;
use crate::domain::act::{Act, Command, Decision, Situation};
use crate::domain::case::Released;
use crate::domain::held::Held;
use crate::domain::hold::Hold;
use crate::domain::id::HeldId;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use uuid::Uuid;

/// Keeps an act for others to decide on.
pub(super) fn wait(
    situation: &Situation<'_>,
    act: &Act,
    hold: Hold,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Decision, Refusal> {
    let now = Instant::from_utc(situation.now).map_err(|_| Refusal::ClockOutOfRange)?;
    let policy = &situation.timeline.in_force(now).policy;
    let acting = situation.acting;
    Ok(nothing_but(
        situation,
        Held {
            id: HeldId(fresh()),
            user: situation.target.user,
            actor: acting.actor.clone(),
            authority: acting.authority,
            act: act.clone(),
            hold,
            created_at: situation.now,
            expires_at: now.shifted(policy.holds.hold_for),
            approvals: Vec::new(),
            settled: None,
        },
    ))
}

/// One more approval. With the last one the act is carried out, as if it had just been asked for: the member may have risen or be
/// protected by now.
pub(super) fn approve(
    situation: &Situation<'_>,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Decision, Refusal> {
    let held = situation.held.ok_or(Refusal::HeldSettled { state: "gone" })?;
    let now = Instant::from_utc(situation.now).map_err(|_| Refusal::ClockOutOfRange)?;
    let policy = &situation.timeline.in_force(now).policy;
    let held = held.approve(policy, situation.acting, &situation.target, situation.now)?;
    if !held.is_approved() {
        return Ok(nothing_but(situation, held));
    }
    let issuer = held.issuer();
    let as_issuer = Situation {
        acting: &issuer,
        ..*situation
    };
    let (mut decision, _) = foresee(&as_issuer, &Command::Act(held.act.clone()), fresh)?;
    let mut case = None;
    if let Some(first) = decision.entries.first_mut() {
        case = Some(first.case.number);
        first.case.released = Some(Released {
            held: held.id,
            approvals: held.approvals.clone(),
        });
    }
    decision.held = Some(held.settle(situation.acting.actor.clone(), situation.now, None, case));
    Ok(decision)
}

/// An end without a case.
pub(super) fn reject(situation: &Situation<'_>, reason: Option<&String>) -> Result<Decision, Refusal> {
    let held = situation.held.ok_or(Refusal::HeldSettled { state: "gone" })?;
    let now = Instant::from_utc(situation.now).map_err(|_| Refusal::ClockOutOfRange)?;
    let policy = &situation.timeline.in_force(now).policy;
    let (acting, target) = (situation.acting, &situation.target);
    let held = held.reject(policy, acting, target, reason.cloned(), situation.now)?;
    Ok(nothing_but(situation, held))
}

/// A decision that leaves the ledger as it is.
fn nothing_but(situation: &Situation<'_>, held: Held) -> Decision {
    Decision {
        entries: Vec::new(),
        moved: Vec::new(),
        member: situation.member.clone(),
        recent: situation.recent.to_vec(),
        held: Some(held),
    }
}
