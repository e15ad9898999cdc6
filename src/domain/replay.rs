//! A void, a reduction or a replacement: history from the case on, replayed without it, with less of it or with a milder act in
//! its place, page by page. Pure.
//!
//! What a remedy may do is take away. The replay keeps a running state; wherever it differs from the one recorded after an
//! entry, the record of that state is rewritten. An escalation stands on what its trigger produces in the replay: nothing,
//! and its case is voided too; something milder, and a milder sanction takes its place; anything else, and it stays as it is.
//! Escalations that the replay would produce but history does not have are not made, though their rungs are latched.
//!
//! Where the rules leave a choice, it falls in the member's favour:
//! - A milder sanction never outlasts the one whose place it takes, even when it restricts less (a mute for a tempban). It
//!   counts no more points than its kind weighs.
//! - It takes away nothing that the one in its place did not: a mute or other capabilities are not milder than a restriction. And
//!   it does not move: of a rung that holds while the points are high, it gets the end that it would have had then.
//! - In place of a sanction that holds while the points are high, nothing comes.
//! - Where the milder act is over by now, or somebody has lifted the harsher sanction, or the milder act starts no sanction at
//!   all, nothing takes its place: the case is voided.
//! - A sanction whose time was over when nobody had recorded it yet ends as voided at its own end, not later.
//! - Immunity is not asked again: an escalation that history has was made upon a member who was not immune then.
//! - A sanction that an act superseded does not come back when that act is voided.
//! - A sanction whose end is reduced to a moment that has gone by ends now: time served stays, also for what it froze.
//!
//! A moderator's lift names the sanctions that it ended. It does not reach a milder sanction of another restriction that took
//! the place of a ban in a later void.

use super::act::{Entry, Recent};
use super::actor::{Acting, Target};
use super::authority;
use super::case::{Case, RungMark, RungOutcome};
use super::enter::{Entered, Incoming, Under, enter};
use super::id::SanctionId;
use super::kind::Kind;
use super::ladder::Strength;
use super::member::Member;
use super::past::{Offence, Past};
use super::points::Points;
use super::policy::{Model, Policy};
use super::refusal::Refusal;
use super::sanction::{Sanction, later_end};
use super::time::{Instant, Span};
use super::timeline::{PolicyVersion, Timeline};
use std::cmp::{Ordering, min_by};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

mod escalation; // what an entry produces, and what that makes of its escalation
mod lowering; // where nothing but the balance changes
mod replace; // a milder act in the place of the case

use escalation::{Produced, Verdict};
pub use lowering::Lowering;
pub use replace::{Replacement, authorize as authorize_replacement};

/// What is done to the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It no longer counts.
    Void,
    /// It counts less.
    Reduce {
        /// So many points, if they change.
        points: Option<Points>,
        /// Its sanction lasts so long from its start, if that changes.
        duration: Option<Span>,
    },
    /// It no longer counts, and a milder act takes its place.
    Replace(Box<Replacement>),
}

/// What a replay begins with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The community's policies.
    pub timeline: Arc<Timeline>,
    /// The store's clock. A moment behind the member's last instant counts as that.
    pub now: Instant,
    /// The case.
    pub case: Case,
    /// What is done to it.
    pub change: Change,
    /// The state after the last entry before the case, in the order of (at, number); empty when there is none.
    pub before: Member,
    /// The member as they stand.
    pub current: Member,
    /// The last acts.
    pub recent: Vec<Recent>,
    /// What the state before looks back to: the entries that have not lapsed, and the offences.
    pub past: Past,
    /// When the case's sanction ended, if that is on record.
    pub ended: Option<Instant>,
    /// From the case on, the history becomes one with another user's somewhere.
    pub joined_later: bool,
}

/// What the replay made of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// Cases whose state after them has changed, with the new state.
    pub rewritten: Vec<(i64, Member)>,
    /// Nothing later can come out differently, or only by a [`Lowering`]: no more pages are needed.
    pub settled: bool,
}

/// What a remedy comes to, besides the rewritten states.
#[derive(Clone, Debug)]
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
    /// Sanctions that stay and end earlier.
    pub moved: Vec<Sanction>,
    /// The sanction of the reduced case as it stands from now on, if it was shortened.
    pub shortened: Option<Sanction>,
    /// What the state afterwards looks back to, as far as it does.
    pub past: Past,
    /// Cases that count fewer points from now on, with those points: the reduced one, and escalations that became milder.
    pub reduced: Vec<(i64, Points)>,
    /// The case in the place of the one asked for.
    pub added: Option<Entry>,
    /// What the states after the pages that were read are lower by, if only some were read and the others are.
    pub lowering: Option<Lowering>,
}

/// A remedy in the making.
pub struct Replay {
    timeline: Arc<Timeline>,
    now: Instant,
    /// The changed case; `None` where a merge is undone.
    number: Option<i64>,
    /// The case no longer counts at all.
    gone: bool,
    /// Whatever is on record stands.
    stands: bool,
    past: Past,
    state: Member,
    current: Member,
    recent: Vec<Recent>,
    /// The entries of the last second and what they produced. An escalation directly follows its trigger, and what took its place
    /// comes later in the same second.
    triggers: Vec<(i64, Option<Produced>)>,
    /// The case that takes the place, until it has entered.
    pending: Option<Case>,
    /// The same once it has.
    added: Option<Entry>,
    /// What took the place of escalations that have been passed, and is still to come.
    awaited: BTreeSet<i64>,
    joined_later: bool,
    settled: bool,
    lowering: Option<Lowering>,
    voided: Vec<(i64, Option<i64>)>,
    ended: Vec<(SanctionId, Instant)>,
    started: Vec<Sanction>,
    /// The sanction of the reduced case, as it stands from now on.
    shortened: Option<Sanction>,
    reduced: Vec<(i64, Points)>,
    /// When the case's sanction ended, if that is on record.
    ended_at: Option<Instant>,
    fresh: Box<dyn FnMut() -> Uuid + Send>,
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
    /// [`Refusal::NotVoidable`] for lifts and expiries, [`Refusal::AlreadyVoided`] for a case that no longer counts,
    /// [`Refusal::NotReducible`] for a reduction that lowers nothing, [`Refusal::NotMilder`] and [`Refusal::UnknownKind`] for an act
    /// that cannot take the place.
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
            number: Some(case.number),
            gone: !matches!(start.change, Change::Reduce { .. }),
            stands: false,
            past: start.past,
            state: start.before,
            triggers: Vec::new(),
            pending: None,
            added: None,
            awaited: BTreeSet::new(),
            joined_later: start.joined_later,
            lowering: None,
            // Without points these are no entries of the ledger.
            settled: matches!(case.kind, Kind::Note | Kind::DeleteMessages)
                && case.points == Points::ZERO
                && start.current.ledger.model != Model::Expiry,
            voided: Vec::new(),
            ended: Vec::new(),
            started: Vec::new(),
            shortened: None,
            reduced: Vec::new(),
            current: start.current,
            recent: start.recent,
            ended_at: start.ended,
            fresh,
        };
        match start.change {
            Change::Void => replay.void(case, None),
            Change::Reduce { points, duration } => replay.reduce(case, points, duration)?,
            Change::Replace(milder) => replay.replace(case, *milder)?,
        }
        Ok(replay)
    }

    /// Lowers the points and the sanction's end, as far as they are asked for.
    fn reduce(&mut self, case: &Case, points: Option<Points>, duration: Option<Span>) -> Result<(), Refusal> {
        if let Some(points) = points {
            if points >= case.points {
                return Err(Refusal::NotReducible { what: "points" });
            }
            self.reduced.push((case.number, points));
        }
        let Some(duration) = duration else {
            return if points.is_some() {
                Ok(())
            } else {
                Err(Refusal::NotReducible { what: "points" })
            };
        };
        let started = case.started.as_ref().map(|s| s.id);
        let held = self.current.sanctions.iter().find(|s| Some(s.id) == started);
        let held = held.filter(|s| s.holds(self.now));
        if held.is_some_and(|s| s.while_above.is_some()) {
            return Err(Refusal::NotReducible { what: "while_above" });
        }
        let Some(held) = held else {
            return Err(Refusal::NotReducible { what: "duration" });
        };
        let end = Some(held.start.after(duration).max(self.now));
        if later_end(end, held.end) != Ordering::Less {
            return Err(Refusal::NotReducible { what: "duration" });
        }
        self.shortened = Some(Sanction {
            end,
            version: held.version + 1,
            ..held.clone()
        });
        Ok(())
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
            self.add_before(case.at);
            self.replay(case);
            let same = self.state.is_like(recorded);
            if !same {
                rewritten.push((case.number, self.state.clone()));
            }
            // A trigger and its escalation are one decision, so the replay does not stop between them.
            let alone = case.rungs.iter().all(|rung| rung.outcome != RungOutcome::Fired);
            // Under decay by expiry what comes of it looks back to all of history.
            let looks_back = self.current.ledger.model == Model::Expiry;
            let complete = self.pending.is_none() && self.awaited.is_empty();
            if self.number.is_some() && alone && complete && !looks_back && !self.is_counted_later(case) {
                if !same {
                    self.lowering = self.lowering(case, recorded);
                }
                self.settled = same || self.lowering.is_some();
            }
        }
        Fed {
            rewritten,
            settled: self.settled,
        }
    }

    /// Whether the version that judges a case, or a later one, counts offences that the state after it does not remember: then
    /// two states may be the same and still go different ways.
    fn is_counted_later(&self, case: &Case) -> bool {
        let now = self.timeline.judged(case.policy_version, case.at).version;
        let tally = self.timeline.version(self.state.ledger.tally.version);
        let mut later = self.timeline.versions().filter(|v| v.version >= now);
        later.any(|v| {
            let counts = !v.policy.offence_rungs.is_empty();
            counts && !tally.is_some_and(|tally| tally.policy.remembers(&v.policy))
        })
    }

    /// The cases that have fallen so far: the one asked for first, with the case that took each of the others with it.
    #[must_use]
    pub fn voided(&self) -> &[(i64, Option<i64>)] {
        &self.voided
    }

    /// Ends: after a settled page, or when history is over.
    #[must_use]
    pub fn finish(mut self) -> Voiding {
        self.add();
        let member = if self.settled {
            let mut member = self.current.clone();
            let lower = self.lowering.map_or(Points::ZERO, |lowering| lowering.points);
            member.ledger.balance = member.ledger.balance.minus(lower);
            member
        } else {
            if let Some(as_of) = self.current.ledger.as_of.filter(|_| self.number.is_some()) {
                self.state.settle(&self.timeline, &self.past, as_of);
            }
            std::mem::take(&mut self.state)
        };
        let (member, moved) = self.moved(member);
        let voided = self.voided;
        self.recent
            .retain(|act| voided.iter().all(|(number, _)| *number != act.case));
        Voiding {
            member,
            recent: self.recent,
            voided,
            ended: self.ended,
            started: self.started,
            moved,
            shortened: self.shortened,
            past: self.past,
            reduced: self.reduced,
            added: self.added,
            lowering: self.lowering,
        }
    }

    /// The sanctions of the final state whose end has moved: with versions that follow those of the present, never later than
    /// they end at present, and never before now.
    fn moved(&self, mut member: Member) -> (Member, Vec<Sanction>) {
        let mut moved = Vec::new();
        // What was ended elsewhere stays so: the other user's history may have ended it while two were one. What is over on record
        // leaves with time alone: the one member may have been past its end already, while this state is not, and the clock has yet
        // to stand still for it.
        let added = self.added.as_ref().and_then(|entry| entry.case.started.as_ref());
        let is_known = |id: SanctionId| {
            let present = self.current.sanctions.iter().chain(&self.started);
            present.chain(added).any(|s| s.id == id)
        };
        member
            .sanctions
            .retain(|sanction| sanction.over || is_known(sanction.id));
        for sanction in &mut member.sanctions {
            let Some(held) = self.current.sanctions.iter().find(|s| s.id == sanction.id) else {
                continue;
            };
            let earlier = sanction.end.map_or(sanction.end, |end| Some(end.max(self.now)));
            sanction.end = min_by(earlier, held.end, |a, b| later_end(*a, *b));
            sanction.version = held.version;
            if sanction.end != held.end {
                sanction.version += 1;
                moved.push(sanction.clone());
            }
        }
        (member, moved)
    }

    /// Carries the running state over one entry.
    fn replay(&mut self, case: &Case) {
        let timeline = Arc::clone(&self.timeline);
        let version = timeline.judged(case.policy_version, case.at);
        if self.state.ledger.as_of.is_some_and(|last| last < case.at) {
            self.triggers.clear();
            self.awaited.clear();
        }
        self.state
            .settle_for(&version.policy, &timeline, &self.past, case.at);
        self.await_successor(case);
        let ids: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
        self.state.remove(&ids);
        let is_changed = Some(case.number) == self.number;
        let counts = case.voided.is_none() && !(is_changed && self.gone);
        let produced = if !counts || case.kind.lifts().is_some() {
            None
        } else if is_changed {
            let points = self.reduced.first().map_or(case.points, |(_, points)| *points);
            let started = self.shortened.clone().or_else(|| case.started.clone());
            self.enter(case, version, points, started)
        } else {
            match self.verdict(case, version) {
                Verdict::Stands => self.enter(case, version, case.points, case.started.clone()),
                Verdict::Milder(sanction, points) => {
                    self.end(case);
                    self.started.push(sanction.clone());
                    if points != case.points {
                        self.reduced.push((case.number, points));
                    }
                    self.enter(case, version, points, Some(sanction))
                }
                Verdict::Falls => {
                    self.void(case, self.number);
                    None
                }
            }
        };
        self.state.hold(&version.policy, &self.past);
        self.triggers.push((case.number, produced));
    }

    /// Lets an entry into the running state, and gives what the rung that fires would do.
    fn enter(
        &mut self,
        case: &Case,
        version: &PolicyVersion,
        points: Points,
        started: Option<Sanction>,
    ) -> Option<Produced> {
        // What took the place of another act fires nothing.
        let fires = case.replaces.is_none();
        self.let_in(case, version, points, started).0.filter(|_| fires)
    }

    /// The same with the marks of the rungs that it reaches.
    fn let_in(
        &mut self,
        case: &Case,
        version: &PolicyVersion,
        points: Points,
        started: Option<Sanction>,
    ) -> (Option<Produced>, Vec<RungMark>) {
        let timeline = Arc::clone(&self.timeline);
        let incoming = Incoming {
            kind: started.as_ref().map_or(case.kind, |s| s.kind),
            points,
            depth: case.depth(),
            at: case.at,
            started,
        };
        let direct = incoming.depth == 0;
        let offence = direct.then_some(Offence {
            at: incoming.at,
            kind: incoming.kind,
        });
        let under = Under {
            version,
            timeline: &timeline,
            past: &self.past,
            immune: false,
        };
        let Entered { fired, marks, .. } = enter(&mut self.state, under, incoming);
        let produced = fired.map(|rung| {
            let (policy, past) = (&version.policy, &self.past);
            let end = match rung.remedy.while_above {
                Some(level) => self.state.drops_below(policy, past, level),
                None => rung.remedy.duration.map(|span| case.at.after(span)),
            };
            Produced {
                remedy: rung.remedy.clone(),
                strength: Strength::of_remedy(rung.remedy, case.at, &self.state, policy, past),
                end,
            }
        });
        let mark = self.state.ledger.mark().filter(|_| points > Points::ZERO);
        self.past.add(mark, offence);
        (produced, marks)
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

pub mod seams; // where two users became one

#[cfg(test)]
mod tests;
