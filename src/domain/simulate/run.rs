//! One member, along the record and again under the other policy.

use super::{Escalation, Measure};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, RungOutcome, Voided};
use crate::domain::enter::{Entered, Incoming, Under, enter};
use crate::domain::id::SanctionId;
use crate::domain::kind::Kind;
use crate::domain::ladder::Reached;
use crate::domain::member::Member;
use crate::domain::merge::{Half, Junction, join};
use crate::domain::past::{Offence, Past};
use crate::domain::points::Points;
use crate::domain::policy::{Policy, Remedy};
use crate::domain::sanction::{Sanction, later_end};
use crate::domain::time::Span;
use crate::domain::timeline::{PolicyVersion, Timeline};
use std::cmp::min_by;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A member's state and what it looks back to.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) member: Member,
    pub(super) past: Past,
    looks_back: bool,
    /// What takes the place of escalations that came here as they did, and were replaced.
    due: BTreeSet<i64>,
}

/// An act and the escalations that it set off.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) act: Case,
    pub(super) escalations: Vec<Case>,
}

impl Run {
    pub(super) fn new(timeline: &Timeline) -> Self {
        Self {
            member: Member::default(),
            past: Past::whole(Vec::new(), Vec::new()),
            looks_back: timeline.looks_back(),
            due: BTreeSet::new(),
        }
    }

    /// Takes in the run of another user who is the same person from now on.
    pub(super) fn join(&mut self, other: Self, junction: &Junction, timeline: &Timeline) {
        let version = timeline.version(junction.policy_version);
        let version = version.unwrap_or_else(|| timeline.in_force(junction.at));
        let (into, from) = (self.half(), other.half());
        self.member = join(junction.merge, version, timeline, (into, from), junction.at);
        self.past.take_in(&other.past);
        self.due.extend(other.due);
    }

    fn half(&self) -> Half<'_> {
        Half {
            member: &self.member,
            past: &self.past,
        }
    }

    /// Follows the record, and gives the escalations that count.
    pub(super) fn follow(&mut self, timeline: &Timeline, turn: &Turn) -> Vec<Escalation> {
        let mut found = Vec::new();
        for case in std::iter::once(&turn.act).chain(&turn.escalations) {
            self.follow_case(timeline, case);
            if let (Actor::Escalation { rung }, None) = (&case.actor, &case.voided) {
                let policy = &timeline.judged(case.policy_version, case.at).policy;
                found.push(Escalation {
                    rung: rung.clone(),
                    case: case.causes.first().copied().unwrap_or(turn.act.number),
                    at: case.at,
                    measure: measure_of(case),
                    points: policy.shown(self.member.ledger.balance),
                });
            }
        }
        found
    }

    fn follow_case(&mut self, timeline: &Timeline, case: &Case) {
        if is_remark(case.kind, case.points) && case.reduced.is_none() {
            return;
        }
        let version = timeline.judged(case.policy_version, case.at);
        self.member
            .settle_for(&version.policy, timeline, &self.past, case.at);
        self.remove(case);
        if case.voided.is_none() && case.kind.lifts().is_none() {
            let incoming = Incoming {
                kind: case.started.as_ref().map_or(case.kind, |s| s.kind),
                points: case.points,
                depth: case.depth(),
                at: case.at,
                started: case.started.as_ref().map(anonymous),
            };
            self.enter(timeline, version, incoming, false);
        }
        self.member.hold(&version.policy, &self.past);
    }

    /// Takes away what a case ended.
    fn remove(&mut self, case: &Case) {
        if !case.ended.is_empty() {
            let ended = |s: &Sanction| case.ended.iter().any(|ended| ended.id == s.id);
            self.member.sanctions.retain(|s| !ended(s));
        }
    }

    /// Does under the other policy what people did, and gives the escalations that come of it. `recorded` is the member as the
    /// record has them after it.
    pub(super) fn enter_again(
        &mut self,
        timeline: &Timeline,
        turn: &Turn,
        recorded: &Member,
    ) -> Vec<Escalation> {
        let (act, version) = (&turn.act, timeline.newest());
        let policy: &Policy = &version.policy;
        // Time ends sanctions here by itself, and the ladder acts for itself.
        if act.depth() > 0 && act.replaces.is_some() {
            return self.take_place(timeline, act);
        }
        let by_people = !matches!(act.actor, Actor::System | Actor::Escalation { .. });
        if !by_people || act.depth() > 0 || act.voided.is_some() || !policy.knows(act.kind) {
            return Vec::new();
        }
        let reduced = act.reduced.as_ref().is_some_and(|r| act.points < r.points);
        let weight = policy.weight(act.kind);
        let lowered = reduced || act.replaces.is_some();
        let points = if lowered { weight.min(act.points) } else { weight };
        if is_remark(act.kind, points) {
            return Vec::new();
        }
        self.member.settle(timeline, &self.past, act.at);
        self.member
            .sanctions
            .retain(|s| s.end.is_none_or(|end| end > act.at));
        self.remove(act);
        if act.kind.lifts().is_some() {
            self.lift(act, recorded);
            self.member.hold(policy, &self.past);
            return Vec::new();
        }
        let incoming = Incoming {
            kind: act.kind,
            points,
            depth: 0,
            at: act.at,
            started: act.started.as_ref().map(anonymous),
        };
        let fired = self.enter(timeline, version, incoming, is_immune(act));
        // What is imported, or took the place of another act, sets latches and fires nothing, whatever the policy.
        if act.origin.is_some() || act.replaces.is_some() {
            return Vec::new();
        }
        self.escalate(timeline, turn, fired)
    }

    /// What took the place of an escalation takes it here too, if that came here as it did.
    fn take_place(&mut self, timeline: &Timeline, case: &Case) -> Vec<Escalation> {
        let (version, Actor::Escalation { rung }) = (timeline.newest(), &case.actor) else {
            return Vec::new();
        };
        let policy: &Policy = &version.policy;
        if !self.due.remove(&case.number) || !policy.knows(case.kind) {
            return Vec::new();
        }
        if let Some(voided) = &case.voided {
            self.due.extend(voided.replaced_by);
            return Vec::new();
        }
        let points = policy.escalated_points(case.kind).min(case.points);
        if !is_remark(case.kind, points) {
            self.member.settle(timeline, &self.past, case.at);
            let incoming = Incoming {
                kind: case.started.as_ref().map_or(case.kind, |s| s.kind),
                points,
                depth: case.depth(),
                at: case.at,
                started: case.started.as_ref().map(anonymous),
            };
            self.enter(timeline, version, incoming, true);
        }
        vec![Escalation {
            rung: rung.clone(),
            case: case.causes.first().copied().unwrap_or(case.number),
            at: case.at,
            measure: measure_of(case),
            points: policy.shown(self.member.ledger.balance),
        }]
    }

    /// A lift that left nothing of its kind in force leaves nothing of it here.
    fn lift(&mut self, lift: &Case, recorded: &Member) {
        let lifted = |s: &Sanction| {
            let named = &lift.capabilities;
            Some(s.restriction) == lift.kind.lifts()
                && s.holds(lift.at)
                && (named.is_empty() || s.capabilities.is_subset(named))
        };
        if !recorded.sanctions.iter().any(lifted) {
            self.member.sanctions.retain(|s| !lifted(s));
        }
    }

    /// Lets the rung that fired act, and the rungs that this reaches in turn.
    fn escalate<'t>(
        &mut self,
        timeline: &'t Timeline,
        turn: &Turn,
        mut fired: Option<Reached<'t>>,
    ) -> Vec<Escalation> {
        let (act, version) = (&turn.act, timeline.newest());
        let policy: &Policy = &version.policy;
        let mut found = Vec::new();
        let mut depth = 0;
        while let Some(rung) = fired {
            let remedy = rung.remedy;
            let measure = Measure::of(remedy);
            let like = turn.escalations.get(depth);
            let same = like.filter(|case| measure_of(case) == measure);
            depth += 1;
            if let Some(voided) = same.and_then(voided_by_people) {
                self.due.extend(voided.replaced_by);
                break;
            }
            let mut points = policy.escalated_points(remedy.action);
            let mut started = start(remedy, act, depth, like);
            if let Some(case) = same.filter(|case| case.reduced.is_some()) {
                points = points.min(case.points);
                if let (Some(own), Some(reduced)) = (&mut started, &case.started) {
                    own.end = min_by(own.end, reduced.end, |a, b| later_end(*a, *b));
                }
            }
            let incoming = Incoming {
                kind: remedy.action,
                points,
                depth,
                at: act.at,
                started,
            };
            fired = self.enter(timeline, version, incoming, is_immune(act));
            found.push(Escalation {
                rung: rung.id.to_owned(),
                case: act.number,
                at: act.at,
                measure,
                points: policy.shown(self.member.ledger.balance),
            });
        }
        found
    }

    fn enter<'p>(
        &mut self,
        timeline: &Timeline,
        version: &'p PolicyVersion,
        incoming: Incoming,
        immune: bool,
    ) -> Option<Reached<'p>> {
        let under = Under {
            version,
            timeline,
            past: &self.past,
            immune,
        };
        let (points, at, kind) = (incoming.points, incoming.at, incoming.kind);
        let offence = (incoming.depth == 0).then_some(Offence { at, kind });
        let Entered { fired, .. } = enter(&mut self.member, under, incoming);
        if self.looks_back {
            let mark = self.member.ledger.mark().filter(|_| points > Points::ZERO);
            self.past.add(mark, offence);
        }
        fired
    }
}

/// A remark without points is none of the ledger's business.
fn is_remark(kind: Kind, points: Points) -> bool {
    matches!(kind, Kind::Note | Kind::DeleteMessages) && points == Points::ZERO
}

/// A sanction without the name of the member, which nothing here asks for.
fn anonymous(sanction: &Sanction) -> Sanction {
    Sanction {
        named: None,
        capabilities: sanction.capabilities.clone(),
        id: sanction.id,
        kind: sanction.kind,
        restriction: sanction.restriction,
        start: sanction.start,
        end: sanction.end,
        version: sanction.version,
        case: sanction.case,
        while_above: sanction.while_above,
        over: sanction.over,
    }
}

/// Whether nobody could escalate upon the member, as far as the record tells.
fn is_immune(act: &Case) -> bool {
    let any = |outcome| act.rungs.iter().any(|rung| rung.outcome == outcome);
    any(RungOutcome::Immune) || (act.particulars.break_glass && !any(RungOutcome::Fired))
}

fn voided_by_people(case: &Case) -> Option<&Voided> {
    case.voided.as_ref().filter(|voided| voided.cause.is_none())
}

/// What a recorded escalation did, without what people reduced of it.
fn measure_of(case: &Case) -> Measure {
    let Some(started) = &case.started else {
        return Measure {
            action: case.kind,
            duration: None,
            capabilities: BTreeSet::new(),
            while_above: None,
        };
    };
    let end = match &case.reduced {
        Some(reduced) => reduced.end,
        None => started.end,
    };
    let end = end.filter(|_| started.while_above.is_none());
    Measure {
        action: started.kind,
        duration: end.map(|end| end.seconds() - started.start.seconds()),
        capabilities: started.capabilities.clone(),
        while_above: started.while_above,
    }
}

impl Measure {
    fn of(remedy: &Remedy) -> Self {
        Self {
            action: remedy.action,
            duration: remedy.duration.map(Span::seconds),
            capabilities: remedy.capabilities.clone(),
            while_above: remedy.while_above,
        }
    }
}

/// The sanction that an act's escalation starts. Later lifts name the recorded one, which stands for it where there is one of its
/// kind.
fn start(remedy: &Remedy, act: &Case, depth: usize, recorded: Option<&Case>) -> Option<Sanction> {
    let restriction = remedy.action.restricts()?;
    let recorded = recorded.and_then(|case| case.started.as_ref());
    Some(Sanction {
        id: recorded
            .filter(|s| s.restriction == restriction)
            .map_or_else(|| stand_in(act.number, depth), |s| s.id),
        kind: remedy.action,
        restriction,
        start: act.at,
        end: remedy.duration.map(|span| act.at.after(span)),
        version: 1,
        case: act.number,
        named: None,
        capabilities: remedy.capabilities.clone(),
        while_above: remedy.while_above,
        over: false,
    })
}

/// An identifier for a sanction that never was. No real one begins with zeros.
fn stand_in(case: i64, depth: usize) -> SanctionId {
    let number = u128::from(case.unsigned_abs()) << 8;
    SanctionId(Uuid::from_u128(number | (depth as u128 & 0xff)))
}
