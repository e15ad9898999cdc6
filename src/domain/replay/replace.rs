//! A milder act in the place of the case: it is judged as the case was, enters at the same instant, and fires nothing.
//!
//! Milder is what has a lower severity, or is of the same kind with fewer capabilities or an earlier end. Whatever it is, it
//! takes nothing away that the case did not: it starts a sanction only where the case did, at the same moment, and that ends when
//! the case's does or did at the latest. In the place of one that holds while the points are high, no sanction comes. It counts no
//! more points than the case.
//!
//! What takes the place of an escalation is an escalation too, from the same rung and with the same causes: it is no offence,
//! it falls when its trigger no longer carries it, and who put it there stands with the voided case.

use super::Replay;
use crate::domain::act::{Detail, Entry};
use crate::domain::actor::{Acting, Actor, Target};
use crate::domain::authority;
use crate::domain::case::{Case, Particulars, RungMark, RungOutcome};
use crate::domain::id::SanctionId;
use crate::domain::kind::Kind;
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::sanction::{Sanction, later_end};
use crate::domain::time::Instant;
use chrono::{DateTime, Utc};
use std::cmp::{Ordering, min_by};
use std::sync::Arc;

/// The act that is to take the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The number of its case.
    pub number: i64,
    /// Its kind.
    pub kind: Kind,
    /// What the kind takes besides. It supersedes nothing.
    pub detail: Detail,
    /// Why.
    pub reason: Option<String>,
    /// Who puts it there.
    pub by: Actor,
    /// When that is written.
    pub recorded_at: DateTime<Utc>,
}

/// May this actor put an act of that kind in the place of a case that they may void? Its least rank is needed too.
///
/// # Errors
/// The first rule that stands in the way.
pub fn authorize(policy: &Policy, kind: Kind, acting: &Acting, target: &Target) -> Result<(), Refusal> {
    authority::check(policy, kind, acting, target, true)
}

impl Replay {
    /// Voids the case, and has the milder act ready for its place.
    pub(super) fn replace(&mut self, case: &Case, milder: Replacement) -> Result<(), Refusal> {
        let timeline = Arc::clone(&self.timeline);
        let policy = &timeline.judged(case.policy_version, case.at).policy;
        let successor = self.successor(policy, case, milder)?;
        self.void(case, None);
        // A remark without points is none of the ledger's business, unless it has to fall with its cause.
        let is_remark = successor.kind == Kind::Note && successor.points == Points::ZERO;
        if is_remark && case.depth() == 0 {
            let (case, after) = (successor, None);
            self.added = Some(Entry { case, after });
        } else {
            self.pending = Some(successor);
        }
        Ok(())
    }

    /// The case of the milder act.
    fn successor(&mut self, policy: &Policy, case: &Case, milder: Replacement) -> Result<Case, Refusal> {
        let Replacement {
            number,
            kind,
            detail,
            reason,
            by,
            recorded_at,
        } = milder;
        if !policy.knows(kind) {
            return Err(Refusal::UnknownKind { kind });
        }
        let harsher = self.harsher(case);
        check(policy, case, harsher.as_ref(), kind, &detail)?;
        let escalated = case.depth() > 0;
        let weight = if escalated {
            policy.escalated_points(kind)
        } else {
            policy.weight(kind)
        };
        let started = harsher.and_then(|harsher| self.start(number, kind, &detail, &harsher));
        Ok(Case {
            number,
            user: case.user,
            kind,
            actor: if escalated { case.actor.clone() } else { by },
            at: case.at,
            recorded_at,
            points: weight.min(case.points),
            policy_version: case.policy_version,
            causes: case.causes.clone(),
            duration: detail.duration,
            capabilities: detail.capabilities,
            started,
            ended: Vec::new(),
            rungs: Vec::new(),
            particulars: Particulars {
                reason,
                named: case.particulars.named.clone(),
                ..Particulars::default()
            },
            revision: 0,
            voided: None,
            reduced: None,
            released: None,
            origin: None,
            upheld: case.upheld,
            replaces: Some(case.number),
        })
    }

    /// The sanction that the milder act starts, in the time of the harsher one.
    fn start(&mut self, number: i64, kind: Kind, detail: &Detail, harsher: &Sanction) -> Option<Sanction> {
        let restriction = kind.restricts()?;
        let own = detail.duration.map(|span| harsher.start.after(span));
        // One that was lifted, or whose end was found early, gives no more time than it took.
        let ended = self.ended_at.map_or(harsher.end, Some);
        let end = [harsher.end, ended].into_iter().fold(own, earlier);
        Some(Sanction {
            id: SanctionId((self.fresh)()),
            kind,
            restriction,
            start: harsher.start,
            end,
            version: 1,
            case: number,
            named: harsher.named.clone(),
            capabilities: detail.capabilities.clone(),
            while_above: None,
            over: end.is_some_and(|end| end <= self.now),
        })
    }

    /// The sanction of the case, as it stands or as it began.
    fn harsher(&self, case: &Case) -> Option<Sanction> {
        let started = case.started.as_ref()?;
        let held = self.current.sanctions.iter().find(|s| s.id == started.id);
        Some(held.unwrap_or(started).clone())
    }

    /// Lets the milder act in before the first entry of a later second.
    pub(super) fn add_before(&mut self, at: Instant) {
        if self.pending.as_ref().is_some_and(|case| case.at < at) {
            self.add();
        }
    }

    /// Lets the milder act in, if it has not been yet. Within its second it comes last, as its number does.
    pub(super) fn add(&mut self) {
        let Some(mut case) = self.pending.take() else {
            return;
        };
        let timeline = Arc::clone(&self.timeline);
        let version = timeline.judged(case.policy_version, case.at);
        self.state
            .settle_for(&version.policy, &timeline, &self.past, case.at);
        let (_, marks) = self.let_in(&case, version, case.points, case.started.clone());
        case.rungs = marks.into_iter().map(unfired).collect();
        self.state.hold(&version.policy, &self.past);
        let after = Some(self.state.clone());
        self.added = Some(Entry { case, after });
    }

    /// Remembers that something is still to come in the place of an escalation, until it has.
    pub(super) fn await_successor(&mut self, case: &Case) {
        self.awaited.remove(&case.number);
        let voided = case.voided.as_ref().filter(|_| case.depth() > 0);
        self.awaited.extend(voided.and_then(|voided| voided.replaced_by));
    }
}

/// Whether an act is milder than a case whose sanction is the harsher one.
fn check(
    policy: &Policy,
    case: &Case,
    harsher: Option<&Sanction>,
    kind: Kind,
    detail: &Detail,
) -> Result<(), Refusal> {
    let refused = |what| Err(Refusal::NotMilder { what });
    // Lifts and deleted messages rank as a note, and are no measure that could have been taken instead.
    if kind.lifts().is_some() || kind == Kind::DeleteMessages {
        return refused("kind");
    }
    let own = harsher.map_or(case.kind, |s| s.kind);
    let lower = policy.severity(kind) < policy.severity(own);
    if !lower && kind != own {
        return refused("kind");
    }
    if kind.restricts().is_none() {
        return if lower { Ok(()) } else { refused("kind") };
    }
    let Some(harsher) = harsher else {
        return refused("sanction");
    };
    // It stops no clock, and what has an end of its own may.
    if harsher.while_above.is_some() {
        return refused("while_above");
    }
    if lower {
        return Ok(());
    }
    if !detail.capabilities.is_subset(&harsher.capabilities) {
        return refused("capabilities");
    }
    let end = detail.duration.map(|span| harsher.start.after(span));
    let shorter = later_end(end, harsher.end) == Ordering::Less;
    if shorter || detail.capabilities.len() < harsher.capabilities.len() {
        Ok(())
    } else {
        refused("kind")
    }
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    min_by(a, b, |a, b| later_end(*a, *b))
}

/// What takes the place of another act reaches rungs, and fires none.
fn unfired(mark: RungMark) -> RungMark {
    RungMark {
        outcome: RungOutcome::Replacement,
        ..mark
    }
}

#[cfg(test)]
mod tests;
