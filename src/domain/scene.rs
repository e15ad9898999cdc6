//! A small world for tests of the rules: one member, one clock, given/when/then on values.

use super::act::{Act, Command, Decision, Detail, Entry, Recent, Situation};
use super::actor::{Acting, Actor, Target};
use super::case::{Case, Particulars, Voided};
use super::decide::decide;
use super::hold::Spent;
use super::id::{KeyId, SanctionId, UserId};
use super::import::{self, Line, People};
use super::kind::{Kind, Restriction};
use super::member::Member;
use super::past::{MAX_COUNT, Mark, Offence, Past};
use super::points::Points;
use super::policy::Policy;
use super::rank::{Authority, Rank};
use super::rebuild::{Fate, Rebuild, arrange};
use super::refusal::Refusal;
use super::replay::{Change, Replacement, Replay, Start, Voiding};
use super::sanction::effective;
use super::standing::{Standing, standing};
use super::time::{Instant, Span};
use super::timeline::{PolicyVersion, Timeline};
use std::sync::Arc;
use uuid::Uuid;

/// A moment far from the bounds, that the scenes count from.
pub(crate) const START: i64 = 1_800_000_000;

/// One member's history under a policy, as a store would keep it.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) timeline: Timeline,
    pub(crate) member: Member,
    pub(crate) recent: Vec<Recent>,
    pub(crate) history: Vec<Entry>,
    pub(crate) target: Target,
    pub(crate) now: i64,
    /// How many entries replacements read at a time.
    pub(crate) page: usize,
    /// The last case of the community, where others have cases too.
    pub(crate) last: i64,
    /// The last identifier that was given.
    pub(crate) fresh: u128,
}

pub(crate) fn at(seconds: i64) -> Instant {
    Instant::new(START + seconds).unwrap()
}

pub(crate) fn moderator(n: u128) -> Acting {
    let actor = Actor::Human {
        user: UserId(Uuid::from_u128(n)),
        identity: None,
        key: Some(KeyId(Uuid::nil())),
        asserted: None,
    };
    Acting {
        actor,
        authority: Authority::of(Rank::Admin),
    }
}

pub(crate) fn version(number: i32, activated: i64, policy: Policy) -> PolicyVersion {
    PolicyVersion {
        version: number,
        activated_at: at(activated),
        policy: Arc::new(policy),
    }
}

pub(crate) fn points(millis: i64) -> Points {
    Points::from_millis(millis)
}

impl Scene {
    pub(crate) fn new(policy: Policy) -> Self {
        let user = UserId(Uuid::from_u128(1_000));
        Self {
            timeline: Timeline::new(vec![version(1, 0, policy)]).unwrap(),
            member: Member::default(),
            recent: Vec::new(),
            history: Vec::new(),
            target: Target {
                user,
                authority: Authority::default(),
                protected: false,
                bot: false,
            },
            now: 0,
            page: 3,
            last: 0,
            fresh: 0,
        }
    }

    /// The default policy without the duplicate check, so that scenes can repeat themselves.
    pub(crate) fn plain() -> Self {
        Self::new(Policy {
            duplicate_window: 0,
            ..Policy::default()
        })
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.timeline.newest().policy
    }

    /// What a store would answer to every question about the history before a place in it.
    pub(crate) fn past_until(&self, place: usize) -> Past {
        let live = || self.history[..place].iter().filter(|e| e.case.voided.is_none());
        let marks: Vec<Mark> = self.history[..place]
            .iter()
            .filter(|e| e.case.points > Points::ZERO)
            .filter_map(|e| e.after.as_ref()?.ledger.mark())
            .collect();
        let offences: Vec<Offence> = live()
            .filter(|e| e.after.is_some())
            .filter(|e| e.case.causes.is_empty() && e.case.kind.lifts().is_none())
            .map(|e| Offence {
                at: e.case.at,
                kind: e.case.kind,
            })
            .collect();
        let newer = |place: usize| {
            offences[place..]
                .iter()
                .filter(|o| o.kind == offences[place].kind)
                .count()
        };
        let kept = (0..offences.len()).filter(|place| newer(*place) <= MAX_COUNT);
        let offences = kept.map(|place| offences[place]).collect();
        Past::whole(marks, offences)
    }

    /// The number of the last case.
    pub(crate) fn last_case(&self) -> i64 {
        let numbers = self.history.iter().map(|e| e.case.number);
        numbers.fold(self.last, i64::max)
    }

    pub(crate) fn past(&self) -> Past {
        self.past_until(self.history.len())
    }

    pub(crate) fn standing(&self, at: Instant) -> Standing {
        standing(&self.timeline, &self.member, &self.past(), at)
    }

    pub(crate) fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += seconds;
        self
    }

    pub(crate) fn submit(&mut self, acting: &Acting, command: &Command) -> Result<Decision, Refusal> {
        let past = self.past();
        let situation = Situation {
            past: &past,
            spent: &Spent::default(),
            held: None,
            now: at(self.now).to_utc(),
            timeline: &self.timeline,
            member: &self.member,
            recent: &self.recent,
            target: self.target,
            acting,
            next_case: self.last_case() + 1,
        };
        let fresh = &mut self.fresh;
        let decision = decide(&situation, command, &mut || {
            *fresh += 1;
            Uuid::from_u128(*fresh)
        })?;
        self.member = decision.member.clone();
        self.recent = decision.recent.clone();
        self.history.extend(decision.entries.iter().cloned());
        Ok(decision)
    }

    /// An act by the first moderator; gives the kinds of the cases that it made.
    pub(crate) fn act(&mut self, kind: Kind, seconds: Option<i64>) -> Vec<Kind> {
        let duration = seconds.map(|s| Span::new(s).unwrap());
        let act = Act::new(kind, Detail::lasting(duration), Particulars::default()).unwrap();
        let decision = self.submit(&moderator(1), &Command::Act(act)).unwrap();
        decision.entries.iter().map(|e| e.case.kind).collect()
    }

    pub(crate) fn refused(&mut self, kind: Kind, seconds: Option<i64>) -> Refusal {
        let duration = seconds.map(|s| Span::new(s).unwrap());
        let act = Act::new(kind, Detail::lasting(duration), Particulars::default()).unwrap();
        self.submit(&moderator(1), &Command::Act(act)).unwrap_err()
    }

    pub(crate) fn lift(&mut self, sanction: SanctionId) -> Result<Decision, Refusal> {
        self.submit(
            &moderator(1),
            &Command::Lift {
                sanction,
                particulars: Particulars::default(),
            },
        )
    }

    pub(crate) fn expire(&mut self, sanction: SanctionId, version: i32) -> Decision {
        let system = Acting {
            actor: Actor::System,
            authority: Authority::default(),
        };
        self.submit(&system, &Command::Expire { sanction, version })
            .unwrap()
    }

    /// Voids a case, with history read in pages of so many entries, and keeps what comes of it as a store would. Gives the
    /// voiding and how many pages were read.
    pub(crate) fn remedy_in_pages(
        &mut self,
        number: i64,
        change: Change,
        page: usize,
    ) -> Result<(Voiding, usize), Refusal> {
        let place = self.history.iter().position(|e| e.case.number == number).unwrap();
        let before = self.history[..place].iter().rev().find_map(|e| e.after.clone());
        let mut fresh = self.fresh;
        self.fresh += 1_000;
        let start = Start {
            timeline: Arc::new(self.timeline.clone()),
            now: at(self.now),
            case: self.history[place].case.clone(),
            change,
            past: self.past_until(place),
            before: before.unwrap_or_default(),
            current: self.member.clone(),
            recent: self.recent.clone(),
            ended: self.ended(number),
            joined_later: false,
        };
        let ids = move || {
            fresh += 1;
            Uuid::from_u128(fresh)
        };
        let mut replay = Replay::begin(start, Box::new(ids))?;
        let kept: Vec<Entry> = self.history[place..]
            .iter()
            .filter(|e| e.after.is_some())
            .cloned()
            .collect();
        let (mut rewritten, mut pages) = (Vec::new(), 0);
        for entries in kept.chunks(page) {
            let fed = replay.feed(entries);
            pages += 1;
            rewritten.extend(fed.rewritten);
            if fed.settled {
                break;
            }
        }
        let voiding = replay.finish();
        for (number, state) in rewritten {
            self.entry(number).after = Some(state);
        }
        if let Some(lowering) = voiding.lowering {
            let place = |case: &Case| (case.at, case.number) > lowering.after;
            let later = self.history.iter_mut().filter(|entry| place(&entry.case));
            for state in later.filter_map(|entry| entry.after.as_mut()) {
                state.ledger.balance = state.ledger.balance.minus(lowering.points);
            }
        }
        self.keep(&voiding);
        Ok((voiding, pages))
    }

    /// Voids a case that can be voided.
    pub(crate) fn void(&mut self, number: i64) -> Voiding {
        self.remedy_in_pages(number, Change::Void, 3).unwrap().0
    }

    /// Reduces a case.
    pub(crate) fn reduce(
        &mut self,
        number: i64,
        points: Option<i64>,
        seconds: Option<i64>,
    ) -> Result<Voiding, Refusal> {
        let change = Change::Reduce {
            points: points.map(Points::from_millis),
            duration: seconds.map(|s| Span::new(s).unwrap()),
        };
        self.remedy_in_pages(number, change, 3).map(|done| done.0)
    }

    /// Puts a milder act in the place of a case.
    pub(crate) fn replace(
        &mut self,
        number: i64,
        kind: Kind,
        seconds: Option<i64>,
    ) -> Result<Voiding, Refusal> {
        let detail = Detail::lasting(seconds.map(|s| Span::new(s).unwrap()));
        self.replace_by(number, kind, detail)
    }

    pub(crate) fn replace_by(&mut self, number: i64, kind: Kind, detail: Detail) -> Result<Voiding, Refusal> {
        let change = Change::Replace(Box::new(Replacement {
            number: self.last_case() + 1,
            kind,
            detail,
            reason: None,
            by: moderator(1).actor,
            recorded_at: at(self.now).to_utc(),
        }));
        self.remedy_in_pages(number, change, self.page).map(|done| done.0)
    }

    /// When the sanction of a case ended, if that is on record.
    fn ended(&mut self, number: i64) -> Option<Instant> {
        let started = self.entry(number).case.started.clone()?;
        let mut ended = self.history.iter().flat_map(|e| &e.case.ended);
        let by_case = ended.find(|ended| ended.id == started.id).map(|ended| ended.at);
        by_case.or(started.end.filter(|_| started.over))
    }

    pub(crate) fn keep(&mut self, voiding: &Voiding) {
        let when = at(self.now).to_utc();
        for (number, cause) in &voiding.voided {
            self.entry(*number).case.voided = Some(Voided {
                at: when,
                by: moderator(1).actor,
                reason: None,
                cause: *cause,
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
        for sanction in &voiding.started {
            self.entry(sanction.case).case.started = Some(sanction.clone());
        }
        for sanction in voiding.moved.iter().filter(|s| s.while_above.is_none()) {
            self.entry(sanction.case).case.started = Some(sanction.clone());
        }
        for (number, points) in &voiding.reduced {
            self.entry(*number).case.points = *points;
        }
        self.member = voiding.member.clone();
        self.recent = voiding.recent.clone();
    }

    pub(crate) fn entry(&mut self, number: i64) -> &mut Entry {
        self.history.iter_mut().find(|e| e.case.number == number).unwrap()
    }

    /// Imports lines, in pages of two, and keeps what comes of it as a store would. The id of a sanction is that of its line.
    pub(crate) fn import(&mut self, lines: Vec<Line>) -> Vec<Fate> {
        let people = People {
            member: self.target.user,
            actor: moderator(2).actor,
        };
        let first = self.history.iter().map(|e| e.case.number).max().unwrap_or(0) + 1;
        for (number, line) in (first..).zip(lines) {
            let id: u128 = line.origin.external_id.parse().unwrap();
            let fresh = &mut || Uuid::from_u128(1_000_000 + id);
            let now = at(self.now).to_utc();
            let case = import::case(line, people.clone(), number, &self.timeline, now, fresh).unwrap();
            self.history.push(Entry { case, after: None });
        }
        self.history.sort_by_key(|e| (e.case.at, e.case.number));
        let fates = arrange(&mut self.history, at(self.now));
        let mut rebuild = Rebuild::new(Arc::new(self.timeline.clone()));
        for page in self.history.chunks_mut(2) {
            rebuild.feed(page).unwrap();
        }
        self.member = rebuild.finish(&self.member, at(self.now)).member;
        fates
    }

    /// From now on another policy is in force.
    pub(crate) fn activate(&mut self, policy: Policy) -> &mut Self {
        let mut versions: Vec<_> = self.timeline.versions().cloned().collect();
        let next = versions.iter().map(|v| v.version).max().unwrap_or(0) + 1;
        versions.push(version(next, self.now, policy));
        self.timeline = Timeline::new(versions).unwrap();
        self
    }

    /// The shown points now, in thousandths.
    pub(crate) fn shown(&self) -> i64 {
        let mut member = self.member.clone();
        member.settle(&self.timeline, &self.past(), at(self.now));
        self.policy().shown(member.ledger.balance).millis()
    }

    /// The end of a restriction in force now, in scene seconds: `Some(None)` for an open end.
    pub(crate) fn until(&self, restriction: Restriction) -> Option<Option<i64>> {
        effective(&self.member.sanctions, restriction, at(self.now))
            .map(|r| r.until.map(|u| u.seconds() - START))
    }
}
