//! A member's history in memory, decided by the domain alone: what a store should come to hold.

use crate::support::clock::TestClock;
use chrono::DurationRound as _;
use std::sync::Arc;
use tribune::domain::act::{Command, Decision, Detail, Entry, Recent, Situation};
use tribune::domain::actor::{Acting, Actor, Target};
use tribune::domain::case::{Case, Particulars, Reduced, Voided};
use tribune::domain::decide::decide;
use tribune::domain::id::{SanctionId, UserId};
use tribune::domain::kind::Kind;
use tribune::domain::ledger::Ledger;
use tribune::domain::member::Member;
use tribune::domain::past::{MAX_COUNT, Offence, Past};
use tribune::domain::points::Points;
use tribune::domain::rank::{Authority, Rank};
use tribune::domain::refusal::Refusal;
use tribune::domain::replay::{Change, Replacement, Replay, Start, Voiding};
use tribune::domain::sanction::Sanction;
use tribune::domain::standing::{Standing, standing};
use tribune::domain::time::Instant;
use tribune::domain::timeline::Timeline;
use tribune::ports::clock::Clock;
use tribune::service::caller::Caller;
use uuid::Uuid;

/// The member, and all that happened to them.
pub(super) struct Model {
    clock: Arc<TestClock>,
    acting: Acting,
    timeline: Option<Timeline>,
    user: UserId,
    member: Member,
    recent: Vec<Recent>,
    history: Vec<Entry>,
    fresh: u128,
    lowered: usize,
}

impl Model {
    pub(super) fn new(caller: &Caller, clock: Arc<TestClock>) -> Self {
        Self {
            clock,
            acting: Acting {
                actor: Actor::Key { key: caller.key },
                authority: Authority::of(caller.rank),
            },
            timeline: None,
            user: UserId(Uuid::nil()),
            member: Member::default(),
            recent: Vec::new(),
            history: Vec::new(),
            fresh: 0,
            lowered: 0,
        }
    }

    /// How often a remedy lowered the balance in later states and changed nothing else.
    pub(super) const fn lowered(&self) -> usize {
        self.lowered
    }

    /// A second in which something was entered, and the points after it.
    pub(super) fn some_state(&self, pick: usize) -> (Instant, Ledger) {
        let entries: Vec<_> = self.history.iter().filter(|e| e.after.is_some()).collect();
        let Some(picked) = entries.get(pick % entries.len().max(1)) else {
            return Default::default();
        };
        let at = picked.case.at;
        let last = entries.iter().rfind(|e| e.case.at == at).unwrap();
        (at, last.after.clone().unwrap().ledger)
    }

    /// Begins with the note that made the member known.
    pub(super) fn begin(&mut self, timeline: Timeline, user: UserId) {
        (self.timeline, self.user) = (Some(timeline), user);
        let act = tribune::domain::act::Act::new(Kind::Note, Default::default(), Particulars::default());
        self.submit(&Command::Act(act.unwrap())).unwrap();
    }

    pub(super) fn activate(&mut self, timeline: Timeline) {
        self.timeline = Some(timeline);
    }

    fn timeline(&self) -> &Timeline {
        self.timeline.as_ref().unwrap()
    }

    pub(super) fn version(&self) -> i32 {
        self.timeline().versions().map(|v| v.version).max().unwrap()
    }

    pub(super) fn now(&self) -> Instant {
        let now = Instant::from_utc(self.clock.now()).unwrap();
        self.member.ledger.as_of.map_or(now, |as_of| as_of.max(now))
    }

    pub(super) fn member(&self) -> &Member {
        &self.member
    }

    pub(super) fn held(&self) -> &[Sanction] {
        &self.member.sanctions
    }

    pub(super) fn numbers(&self) -> Vec<i64> {
        self.history.iter().map(|e| e.case.number).collect()
    }

    /// The cases, without what each side names for itself.
    pub(super) fn cases(&self) -> Vec<Case> {
        let cases = self.history.iter().map(|e| Self::without_ids(e.case.clone()));
        let mut cases: Vec<_> = cases.collect();
        cases.sort_by_key(|case| case.number);
        cases
    }

    pub(super) fn without_ids(mut case: Case) -> Case {
        let nobody = SanctionId(Uuid::nil());
        if let Some(started) = &mut case.started {
            started.id = nobody;
            started.named = None;
        }
        case.ended.iter_mut().for_each(|ended| ended.id = nobody);
        case.particulars.named = None;
        // The columns of a database keep microseconds.
        let micro = chrono::TimeDelta::microseconds(1);
        case.recorded_at = case.recorded_at.duration_trunc(micro).unwrap();
        case
    }

    /// Takes over the store's names for sanctions: the same case's, the same kind's.
    pub(super) fn take_ids(&mut self, stored: &Member) {
        for theirs in &stored.sanctions {
            let alike = |s: &&mut Sanction| s.case == theirs.case && s.kind == theirs.kind;
            let Some(ours) = self.member.sanctions.iter_mut().find(alike) else {
                continue;
            };
            let (old, new) = (ours.id, theirs.id);
            ours.named.clone_from(&theirs.named);
            if old == new {
                continue;
            }
            ours.id = new;
            for entry in &mut self.history {
                let after = entry.after.iter_mut().flat_map(|after| &mut after.sanctions);
                let started = entry.case.started.iter_mut();
                for sanction in after.chain(started).filter(|s| s.id == old) {
                    sanction.id = new;
                    sanction.named.clone_from(&theirs.named);
                }
                entry
                    .case
                    .ended
                    .iter_mut()
                    .filter(|ended| ended.id == old)
                    .for_each(|ended| ended.id = new);
            }
        }
    }

    fn past_until(&self, place: usize) -> Past {
        let before = &self.history[..place];
        let marked = before.iter().filter(|e| e.case.points > Points::ZERO);
        let marks = marked.filter_map(|e| e.after.as_ref()?.ledger.mark()).collect();
        let direct: Vec<Offence> = before
            .iter()
            .filter(|e| e.case.voided.is_none() && e.after.is_some())
            .filter(|e| e.case.causes.is_empty() && e.case.kind.lifts().is_none())
            .map(|e| Offence {
                at: e.case.at,
                kind: e.case.kind,
            })
            .collect();
        let newer = |i: usize| direct[i..].iter().filter(|o| o.kind == direct[i].kind).count();
        let kept = (0..direct.len())
            .filter(|i| newer(*i) <= MAX_COUNT)
            .map(|i| direct[i])
            .collect();
        Past::whole(marks, kept)
    }

    fn past(&self) -> Past {
        self.past_until(self.history.len())
    }

    pub(super) fn submit(&mut self, command: &Command) -> Result<Decision, Refusal> {
        let acting = self.acting.clone();
        self.decide(&acting, command)
    }

    pub(super) fn expire(&mut self, sanction: SanctionId, version: i32) {
        let system = Acting {
            actor: Actor::System,
            authority: Authority {
                rank: Rank::Owner,
                level: u16::MAX,
            },
        };
        self.decide(&system, &Command::Expire { sanction, version })
            .unwrap();
    }

    fn decide(&mut self, acting: &Acting, command: &Command) -> Result<Decision, Refusal> {
        let (past, mut fresh) = (self.past(), self.fresh);
        let situation = Situation {
            now: self.clock.now(),
            timeline: self.timeline(),
            member: &self.member,
            recent: &self.recent,
            target: Target {
                user: self.user,
                authority: Authority::default(),
                protected: false,
                bot: false,
            },
            acting,
            next_case: self.next_number(),
            past: &past,
            spent: &tribune::domain::hold::Spent::default(),
            held: None,
        };
        let decision = decide(&situation, command, &mut || {
            fresh += 1;
            Uuid::from_u128(fresh)
        })?;
        self.fresh = fresh;
        self.member = decision.member.clone();
        self.recent.clone_from(&decision.recent);
        self.history.extend(decision.entries.iter().cloned());
        Ok(decision)
    }

    /// When the sanction of a case ended, if that is on record.
    fn ended(&self, place: usize) -> Option<Instant> {
        let started = self.history[place].case.started.as_ref()?;
        let mut ended = self.history.iter().flat_map(|e| &e.case.ended);
        let by_case = ended.find(|ended| ended.id == started.id).map(|ended| ended.at);
        by_case.or(started.end.filter(|_| started.over))
    }

    /// Puts a milder act in the place of a case.
    pub(super) fn replace(&mut self, number: i64, kind: Kind, detail: Detail) -> Result<(), Refusal> {
        let change = Change::Replace(Box::new(Replacement {
            number: self.next_number(),
            kind,
            detail,
            reason: None,
            by: self.acting.actor.clone(),
            recorded_at: self.clock.now(),
        }));
        self.remedy(number, change)
    }

    fn next_number(&self) -> i64 {
        self.history.iter().map(|e| e.case.number).max().unwrap_or(0) + 1
    }

    pub(super) fn remedy(&mut self, number: i64, change: Change) -> Result<(), Refusal> {
        let place = self.history.iter().position(|e| e.case.number == number).unwrap();
        let before = self.history[..place].iter().rev().find_map(|e| e.after.clone());
        let mut fresh = self.fresh;
        self.fresh += 1_000;
        let reduces = matches!(change, Change::Reduce { .. });
        let start = Start {
            timeline: Arc::new(self.timeline().clone()),
            now: Instant::from_utc(self.clock.now()).unwrap(),
            case: self.history[place].case.clone(),
            change,
            before: before.unwrap_or_default(),
            current: self.member.clone(),
            recent: self.recent.clone(),
            past: self.past_until(place),
            ended: self.ended(place),
            joined_later: false,
        };
        let ids = move || {
            fresh += 1;
            Uuid::from_u128(fresh)
        };
        let mut replay = Replay::begin(start, Box::new(ids))?;
        let rest: Vec<Entry> = self.history[place..]
            .iter()
            .filter(|e| e.after.is_some())
            .cloned()
            .collect();
        let fed = replay.feed(&rest);
        let voiding = replay.finish();
        for (number, state) in fed.rewritten {
            self.entry(number).after = Some(state);
        }
        if let Some(lowering) = voiding.lowering {
            self.lowered += 1;
            let place = |case: &Case| (case.at, case.number) > lowering.after;
            let later = self.history.iter_mut().filter(|entry| place(&entry.case));
            for state in later.filter_map(|entry| entry.after.as_mut()) {
                state.ledger.balance = state.ledger.balance.minus(lowering.points);
            }
        }
        self.keep(number, reduces, &voiding);
        Ok(())
    }

    fn entry(&mut self, number: i64) -> &mut Entry {
        self.history.iter_mut().find(|e| e.case.number == number).unwrap()
    }

    fn keep(&mut self, number: i64, reduces: bool, voiding: &Voiding) {
        let (now, by) = (self.clock.now(), self.acting.actor.clone());
        for (number, cause) in &voiding.voided {
            let (at, by, cause) = (now, by.clone(), *cause);
            self.entry(*number).case.voided = Some(Voided {
                at,
                by,
                reason: None,
                cause,
                replaced_by: voiding
                    .added
                    .as_ref()
                    .filter(|_| cause.is_none())
                    .map(|e| e.case.number),
            });
        }
        if let Some(entry) = &voiding.added {
            self.history.push(entry.clone());
            self.history.sort_by_key(|e| (e.case.at, e.case.number));
        }
        if reduces {
            let case = &mut self.entry(number).case;
            let first = case.reduced.take();
            case.reduced = Some(Reduced {
                at: now,
                by,
                reason: None,
                points: first.as_ref().map_or(case.points, |first| first.points),
                end: match first {
                    Some(first) => first.end,
                    None => case.started.as_ref().and_then(|s| s.end),
                },
            });
        }
        for sanction in voiding.started.iter().chain(&voiding.shortened) {
            self.entry(sanction.case).case.started = Some(sanction.clone());
        }
        for (number, points) in &voiding.reduced {
            self.entry(*number).case.points = *points;
        }
        self.member = voiding.member.clone();
        self.recent.clone_from(&voiding.recent);
    }

    pub(super) fn standing(&self, at: Instant) -> Standing {
        standing(self.timeline(), &self.member, &self.past(), at)
    }
}
