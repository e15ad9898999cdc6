//! A void: history from the voided case on, replayed without it, page by page. Pure, and of one size however long history is.
//!
//! What a void may do is take away. The replay keeps a running state; wherever it differs from the one recorded after an
//! entry, the record of that state is rewritten. An escalation stands on what its trigger produces in the replay: nothing,
//! and its case is voided too; something milder, and a milder sanction takes its place; anything else, and it stays as it is.
//! Escalations that the replay would produce but history does not have are not made, though their rungs are latched.
//!
//! Where the rules leave a choice, it falls in the member's favour:
//! - A milder sanction never outlasts the one whose place it takes, even when it restricts less (a mute for a tempban). It
//!   counts no more points than its kind weighs.
//! - Where the milder act is over by now, or somebody has lifted the harsher sanction, or the milder act starts no sanction at
//!   all, nothing takes its place: the case is voided.
//! - A sanction whose time was over when nobody had recorded it yet ends as voided at its own end, not later.
//! - Immunity is not asked again: an escalation that history has was made upon a member who was not immune then.
//!
//! A moderator's lift names the sanctions that it ended. It does not reach a milder sanction of another restriction that took
//! the place of a ban in a later void.

use super::act::{Entry, Recent};
use super::actor::{Acting, Target};
use super::authority;
use super::case::{Case, RungOutcome};
use super::enter::{Incoming, enter};
use super::id::SanctionId;
use super::kind::Kind;
use super::ladder::Strength;
use super::member::Member;
use super::points::Points;
use super::policy::{Policy, Rung, Timeline};
use super::refusal::Refusal;
use super::sanction::{Sanction, later_end};
use super::time::Instant;
use std::cmp::min_by;
use std::sync::Arc;
use uuid::Uuid;

/// What a replay begins with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The community's policies.
    pub timeline: Arc<Timeline>,
    /// The store's clock. A moment behind the member's last instant counts as that.
    pub now: Instant,
    /// The case to void.
    pub case: Case,
    /// The state after the last entry before the case, in the order of (at, number); empty when there is none.
    pub before: Member,
    /// The member as they stand.
    pub current: Member,
    /// The last acts.
    pub recent: Vec<Recent>,
}

/// What the replay made of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// Cases whose state after them has changed, with the new state.
    pub rewritten: Vec<(i64, Member)>,
    /// Nothing later can come out differently: no more pages are needed.
    pub settled: bool,
}

/// What a void comes to, besides the rewritten states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voiding {
    /// The member afterwards.
    pub member: Member,
    /// The last acts afterwards, without the voided ones.
    pub recent: Vec<Recent>,
    /// The cases that no longer count: the one asked for, then those it took with it, each with the case asked for as cause.
    pub voided: Vec<(i64, Option<i64>)>,
    /// Sanctions that end as voided, and when they cease to hold: now, or at their own end if that lies behind.
    pub ended: Vec<(SanctionId, Instant)>,
    /// Milder sanctions in place of ended ones, each under the case that started the harsher one.
    pub started: Vec<Sanction>,
    /// Cases that count fewer points from now on, with those points: escalations with points that became milder.
    pub reduced: Vec<(i64, Points)>,
}

/// A void in the making.
pub struct Replay {
    timeline: Arc<Timeline>,
    now: Instant,
    number: i64,
    state: Member,
    current: Member,
    recent: Vec<Recent>,
    /// The last entry and what it produced. An escalation directly follows its trigger, so one is enough.
    trigger: Option<(i64, Option<Rung>)>,
    settled: bool,
    voided: Vec<(i64, Option<i64>)>,
    ended: Vec<(SanctionId, Instant)>,
    started: Vec<Sanction>,
    reduced: Vec<(i64, Points)>,
    fresh: Box<dyn FnMut() -> Uuid + Send>,
}

/// What becomes of an entry.
enum Verdict {
    /// It stands as it is.
    Stands,
    /// This sanction takes the place of its own, and it counts so many points.
    Milder(Sanction, Points),
    /// It no longer counts.
    Falls,
}

/// May this actor void that case? The least rank for its kind is needed; immunity of the member does not hinder.
///
/// # Errors
/// The first rule that stands in the way.
pub fn authorize(policy: &Policy, case: &Case, acting: &Acting, target: &Target) -> Result<(), Refusal> {
    authority::check(policy, case.kind, acting, target, true)
}

impl Replay {
    /// Begins. `fresh` gives identifiers for milder sanctions.
    ///
    /// # Errors
    /// [`Refusal::NotVoidable`] for lifts and expiries, [`Refusal::AlreadyVoided`] for a case that no longer counts.
    pub fn begin(start: Start, fresh: Box<dyn FnMut() -> Uuid + Send>) -> Result<Self, Refusal> {
        let case = &start.case;
        if case.kind.lifts().is_some() {
            return Err(Refusal::NotVoidable);
        }
        if case.voided.is_some() {
            return Err(Refusal::AlreadyVoided { number: case.number });
        }
        let now = start.current.ledger.as_of.map_or(start.now, |t| t.max(start.now));
        let mut replay = Self {
            timeline: start.timeline,
            now,
            number: case.number,
            state: start.before,
            current: start.current,
            recent: start.recent,
            trigger: None,
            // A note is no entry of the ledger.
            settled: case.kind == Kind::Note,
            voided: Vec::new(),
            ended: Vec::new(),
            started: Vec::new(),
            reduced: Vec::new(),
            fresh,
        };
        replay.void(case, None);
        Ok(replay)
    }

    /// Takes the next entries in the order of (at, number), from the voided case itself on. Cases without a state are passed
    /// over, and so is everything after the replay has settled.
    pub fn feed(&mut self, entries: &[Entry]) -> Fed {
        let mut rewritten = Vec::new();
        for Entry { case, after } in entries {
            let Some(recorded) = after else { continue };
            if self.settled {
                break;
            }
            self.replay(case);
            let same = *recorded == self.state;
            if !same {
                rewritten.push((case.number, self.state.clone()));
            }
            // A trigger and its escalation are one decision, so the replay does not stop between them.
            self.settled = same && case.rungs.iter().all(|rung| rung.outcome != RungOutcome::Fired);
        }
        Fed {
            rewritten,
            settled: self.settled,
        }
    }

    /// The cases that have fallen so far: the one asked for first, with the case that took each of the others with it.
    #[must_use]
    pub fn voided(&self) -> &[(i64, Option<i64>)] {
        &self.voided
    }

    /// Ends: after a settled page, or when history is over.
    #[must_use]
    pub fn finish(mut self) -> Voiding {
        let member = if self.settled {
            self.current
        } else {
            if let Some(as_of) = self.current.ledger.as_of {
                self.state.settle(&self.timeline, as_of);
            }
            self.state
        };
        let voided = self.voided;
        self.recent
            .retain(|act| voided.iter().all(|(number, _)| *number != act.case));
        Voiding {
            member,
            recent: self.recent,
            voided,
            ended: self.ended,
            started: self.started,
            reduced: self.reduced,
        }
    }

    /// Carries the running state over one entry.
    fn replay(&mut self, case: &Case) {
        self.state.settle(&self.timeline, case.at);
        let trigger = self.trigger.take();
        let produced = if case.number == self.number || case.voided.is_some() {
            None
        } else if case.kind.lifts().is_some() {
            let ids: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
            self.state.remove(&ids);
            None
        } else {
            match self.verdict(case, trigger) {
                Verdict::Stands => self.enter(case, case.points, case.started.clone()),
                Verdict::Milder(sanction, points) => {
                    self.end(case);
                    self.started.push(sanction.clone());
                    if points != case.points {
                        self.reduced.push((case.number, points));
                    }
                    self.enter(case, points, Some(sanction))
                }
                Verdict::Falls => {
                    self.void(case, Some(self.number));
                    None
                }
            }
        };
        self.trigger = Some((case.number, produced));
    }

    /// Holds an escalation against what its trigger produced. Direct acts stand by themselves.
    fn verdict(&mut self, case: &Case, trigger: Option<(i64, Option<Rung>)>) -> Verdict {
        let produced = match (case.causes.last(), trigger) {
            (Some(cause), Some((number, produced))) if *cause == number => produced,
            _ => return Verdict::Stands,
        };
        let Some(rung) = produced else {
            return Verdict::Falls;
        };
        let end = case.started.as_ref().and_then(|s| s.end);
        if Strength::of_rung(&rung, case.at) >= Strength::of(kind_now(case), case.at, end) {
            return Verdict::Stands;
        }
        self.milder(case, &rung).map_or(Verdict::Falls, |sanction| {
            let weight = policy_of(&self.timeline, case).weight(rung.action);
            Verdict::Milder(sanction, case.points.min(weight))
        })
    }

    /// The milder sanction that a rung would have started in place of the case's, if both would still hold now.
    fn milder(&mut self, case: &Case, rung: &Rung) -> Option<Sanction> {
        let restriction = rung.action.restricts()?;
        let harsher = case.started.as_ref()?;
        if self.current.sanctions.iter().all(|s| s.id != harsher.id) {
            return None;
        }
        let end = rung.duration.map(|span| harsher.start.after(span));
        let sanction = Sanction {
            id: SanctionId((self.fresh)()),
            kind: rung.action,
            restriction,
            start: harsher.start,
            end: min_by(end, harsher.end, |a, b| later_end(*a, *b)),
            version: 1,
            case: case.number,
            named: harsher.named.clone(),
        };
        sanction.holds(self.now).then_some(sanction)
    }

    /// Lets an entry into the running state, and gives the rung that fires.
    fn enter(&mut self, case: &Case, points: Points, started: Option<Sanction>) -> Option<Rung> {
        let incoming = Incoming {
            kind: started.as_ref().map_or(case.kind, |s| s.kind),
            points,
            depth: case.depth(),
            at: case.at,
            started,
        };
        let timeline = Arc::clone(&self.timeline);
        let (fired, _) = enter(&mut self.state, policy_of(&timeline, case), incoming, false);
        fired.cloned()
    }

    /// The case no longer counts, and its sanction ends.
    fn void(&mut self, case: &Case, cause: Option<i64>) {
        self.voided.push((case.number, cause));
        self.end(case);
    }

    /// Ends the sanction of a case, unless its end is on record already.
    fn end(&mut self, case: &Case) {
        let Some(started) = &case.started else { return };
        if let Some(sanction) = self.current.sanctions.iter().find(|s| s.id == started.id) {
            let at = sanction.end.map_or(self.now, |end| end.min(self.now));
            self.ended.push((sanction.id, at));
        }
    }
}

/// The policy that judged a case.
fn policy_of<'t>(timeline: &'t Timeline, case: &Case) -> &'t Policy {
    let version = timeline
        .version(case.policy_version)
        .unwrap_or_else(|| timeline.in_force(case.at));
    &version.policy
}

/// The kind of act that a case comes to by now: that of its sanction, which may be milder than the act recorded.
fn kind_now(case: &Case) -> Kind {
    case.started.as_ref().map_or(case.kind, |s| s.kind)
}

#[cfg(test)]
mod tests;
