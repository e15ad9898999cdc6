//! Voids, reductions and replacements: a case counts no longer, or less, or a milder act takes its place, and what followed from it
//! is replayed.

mod answer; // what the caller reads
mod appeals; // what appeals come to
mod log; // the events of a remedy

use self::answer::Came;
use self::log::Log;
use super::caller::{Caller, NamedActor};
use super::error::{ServiceError, outcome};
use super::notices::CameTo;
use super::show::directive::Announcer;
use super::{Claim, Outcome, Service, show};
use crate::domain::act::{Detail, Entry};
use crate::domain::actor::Actor;
use crate::domain::appeal::Appeal;
use crate::domain::case::{Case, Reduced, Voided};
use crate::domain::id::{CommunityId, UserId};
use crate::domain::kind::Kind;
use crate::domain::merge::{Crossed, Crossing};
use crate::domain::points::Points;
use crate::domain::refusal::Refusal;
use crate::domain::replay::{self, Change, Replacement, Replay, Start, Voiding};
use crate::domain::sanction::Sanction;
use crate::domain::standing::standing;
use crate::domain::time::{Instant, Span};
use crate::domain::timeline::Timeline;
use crate::ports::appeals::{Deciding, TellAppeal};
use crate::ports::directives::Announce;
use crate::ports::ids::Ids;
use crate::ports::ledger::{Closing, Course, Opening, Page, Revision, VoidOrder};
use crate::ports::notices::Audience;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use wire::event::types;
use wire::key::Scope;

impl Service {
    /// Voids a case.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn void(
        &self,
        caller: &Caller,
        of: CaseOrder,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        let order = of.of(caller, false)?;
        self.carry_out_void(order, reason).await
    }

    /// Reduces a case: fewer points, a shorter sanction, or both.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn reduce(&self, caller: &Caller, of: CaseOrder, less: Less) -> Result<Outcome, ServiceError> {
        let order = of.of(caller, false)?;
        let measure = Measure::Reduce {
            points: less.points,
            duration: less.duration,
        };
        self.remedy(order, measure, less.reason).await
    }

    /// Replaces a case: it is voided, and a milder act takes its place.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn replace(
        &self,
        caller: &Caller,
        of: CaseOrder,
        milder: Milder,
    ) -> Result<Outcome, ServiceError> {
        let order = of.of(caller, true)?;
        let measure = Measure::Replace {
            kind: milder.kind,
            detail: milder.detail,
        };
        self.remedy(order, measure, milder.reason).await
    }

    /// Carries a void out.
    pub(super) async fn carry_out_void(
        &self,
        order: VoidOrder,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        self.remedy(order, Measure::Void, reason).await
    }

    /// Carries a remedy out, to its end whoever stops waiting for it.
    async fn remedy(
        &self,
        order: VoidOrder,
        measure: Measure,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        self.remedy_for(order, measure, reason, None).await
    }

    async fn remedy_for(
        &self,
        order: VoidOrder,
        measure: Measure,
        reason: Option<String>,
        deciding: Option<Deciding>,
    ) -> Result<Outcome, ServiceError> {
        let (store, ids) = (self.store.clone(), self.ids.clone());
        let links = self.has_public_pages();
        self.detached(async move {
            let start = || -> Box<dyn Revision> {
                Box::new(Remedy {
                    community: order.community,
                    measure: measure.clone(),
                    reason: reason.clone(),
                    dry_run: order.dry_run,
                    deciding: deciding.clone(),
                    ids: ids.clone(),
                    links,
                    work: None,
                })
            };
            outcome(store.void(&order, &start).await?)
        })
        .await
    }
}

/// A case to remedy, as a call asks for it.
#[derive(Clone, Debug)]
pub struct CaseOrder {
    /// Where.
    pub community: CommunityId,
    /// The number of the case.
    pub number: i64,
    /// Who acts, if the call names somebody.
    pub actor: Option<NamedActor>,
    /// Only say what would come of it. Such a call claims no key.
    pub dry_run: bool,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

impl CaseOrder {
    fn of(self, caller: &Caller, replaces: bool) -> Result<VoidOrder, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(self.community)?;
        Ok(VoidOrder {
            tenant: caller.tenant,
            community: self.community,
            number: self.number,
            actor: caller.actor(self.actor)?,
            replaces,
            appeal: None,
            dry_run: self.dry_run,
            claim: self.claim.filter(|_| !self.dry_run),
        })
    }
}

/// What is left of a reduced case, as a call asks for it.
#[derive(Clone, Debug, Default)]
pub struct Less {
    /// So many points, if they change.
    pub points: Option<Points>,
    /// Its sanction lasts so long from its start, if that changes.
    pub duration: Option<Span>,
    /// Why.
    pub reason: Option<String>,
}

/// The act that takes the place of a case, as a call asks for it.
#[derive(Clone, Debug)]
pub struct Milder {
    /// Its kind.
    pub kind: Kind,
    /// What the kind takes besides.
    pub detail: Detail,
    /// Why.
    pub reason: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
enum Measure {
    Void,
    Reduce {
        points: Option<Points>,
        duration: Option<Span>,
    },
    Replace {
        kind: Kind,
        detail: Detail,
    },
}

/// One try.
struct Remedy {
    community: CommunityId,
    measure: Measure,
    reason: Option<String>,
    dry_run: bool,
    /// The decision that it is part of.
    deciding: Option<Deciding>,
    ids: Arc<dyn Ids>,
    /// Whether members can reach pages of this service.
    links: bool,
    work: Option<Work>,
}

/// A remedy under way.
struct Work {
    /// The case, as it was.
    case: Case,
    /// The appeal, as it was decided, and to whom that is told.
    appeal: Option<Appeal>,
    audience: Option<Audience>,
    /// The member, who may be another user by now than the one of the case.
    user: UserId,
    replay: Replay,
    timeline: Arc<Timeline>,
    now: DateTime<Utc>,
    /// The present second, never before the member's last entry.
    at: Instant,
    by: Actor,
    /// The cases that fell so far, the one asked for first.
    fallen: Vec<Case>,
    /// The sanctions that were in force.
    held: Vec<Sanction>,
}

impl Course for Remedy {
    fn page(&mut self, entries: &[Entry]) -> Page {
        let Some(work) = &mut self.work else {
            return Page::default();
        };
        let fed = work.replay.feed(entries);
        for (number, _) in work.replay.voided().iter().skip(work.fallen.len()) {
            let fell = entries.iter().find(|entry| entry.case.number == *number);
            work.fallen.extend(fell.map(|entry| entry.case.clone()));
        }
        Page {
            rewritten: fed.rewritten,
            settled: fed.settled,
        }
    }

    fn cross(&mut self, crossing: Crossing) -> Crossed {
        let Some(work) = &mut self.work else {
            unreachable!("a revision is opened before anything is read")
        };
        work.replay.cross(crossing)
    }
}

impl Revision for Remedy {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn tell_appeal(&self) -> TellAppeal {
        show::appeal::moot
    }

    fn open(&mut self, opening: Opening) -> Result<(), Refusal> {
        let now = Instant::from_utc(opening.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let policy = &opening.timeline.in_force(now).policy;
        replay::authorize(policy, &opening.case, &opening.acting, &opening.target)?;
        let appeal = self.decide(&opening)?;
        if let Measure::Replace { kind, .. } = &self.measure {
            replay::authorize_replacement(policy, *kind, &opening.acting, &opening.target)?;
        }
        let (case, held) = (opening.case.clone(), opening.current.sanctions.clone());
        let fallen = match self.measure {
            Measure::Void | Measure::Replace { .. } => vec![case.clone()],
            Measure::Reduce { .. } => Vec::new(),
        };
        let change = self.change(&opening);
        let at = opening.current.ledger.as_of.map_or(now, |last| last.max(now));
        let ids = self.ids.clone();
        let start = Start {
            timeline: opening.timeline.clone(),
            now,
            case: opening.case,
            change,
            ended: opening.place.and_then(|place| place.ended),
            past: opening.past,
            before: opening.before,
            current: opening.current,
            recent: opening.recent,
            joined_later: opening.joined_later,
        };
        self.work = Some(Work {
            replay: Replay::begin(start, Box::new(move || ids.fresh()))?,
            timeline: opening.timeline,
            now: opening.now,
            at,
            by: opening.acting.actor,
            user: opening.target.user,
            case,
            appeal,
            audience: opening.audience,
            fallen,
            held,
        });
        Ok(())
    }

    fn close(&mut self) -> Closing {
        let Some(mut work) = self.work.take() else {
            // Nothing could be written that is true; a panic writes nothing.
            unreachable!("a revision is opened before it is closed")
        };
        let voiding = work.replay.finish();
        let voided = self.fall(&mut work.fallen, &voiding, work.now, &work.by);
        let reduction = matches!(self.measure, Measure::Reduce { .. })
            .then(|| self.reduce(&mut work.case, &voiding, work.now, &work.by));
        let log = Log {
            community: self.community,
            user: work.user,
            now: work.now,
            at: work.at,
        };
        let changed = reduction.is_some().then_some(&work.case);
        let mut events = log.events(changed, &work.fallen, &work.held, &voiding);
        if let Some(appeal) = &work.appeal {
            events.push(show::appeal::told(types::APPEAL_DECIDED, appeal, work.now));
        }
        let asked = work.fallen.first().unwrap_or(&work.case);
        let case = match &reduction {
            Some(_) => &work.case,
            None => asked,
        };
        let standing = standing(&work.timeline, &voiding.member, &voiding.past, work.at);
        let came = Came {
            community: self.community,
            case,
            user: work.user,
            standing: &standing,
            voiding: &voiding,
        };
        let answer = match &work.appeal {
            Some(appeal) => came.decided(appeal, work.now),
            None => came.answer(self.dry_run),
        };
        let policy = &work.timeline.in_force(work.at).policy;
        let to = (work.audience.as_ref(), work.appeal.as_ref());
        let came_to = CameTo {
            reduced: changed,
            standing: &standing,
        };
        let told = self.told(to, voiding.added.as_ref(), policy, &came_to, work.now);
        Closing {
            answer,
            notices: told,
            member: voiding.member,
            recent: voiding.recent,
            voided,
            ended: voiding.ended,
            started: voiding.started,
            moved: voiding.moved,
            shortened: voiding.shortened,
            reduced: voiding.reduced,
            reduction: reduction.map(|reduced| (work.case.number, reduced)),
            added: voiding.added,
            lowering: voiding.lowering,
            appeal: work.appeal,
            events,
        }
    }
}

impl Remedy {
    /// The appeal as it is decided by this, if it is.
    fn decide(&self, opening: &Opening) -> Result<Option<Appeal>, Refusal> {
        let (Some(deciding), Some((appeal, bench))) = (&self.deciding, &opening.appeal) else {
            return Ok(None);
        };
        let now = Instant::from_utc(opening.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let rules = &opening.timeline.in_force(now).policy.appeals;
        let mut appeal = appeal.clone();
        let decision = (deciding.finding.clone(), deciding.reason.clone());
        let expected = Some(&deciding.finding);
        appeal.decide(decision, &opening.acting, (bench, rules), expected, opening.now)?;
        Ok(Some(appeal))
    }

    /// What is asked for, with what the opening says of it.
    fn change(&self, opening: &Opening) -> Change {
        match &self.measure {
            Measure::Void => Change::Void,
            Measure::Reduce { points, duration } => Change::Reduce {
                points: *points,
                duration: *duration,
            },
            Measure::Replace { kind, detail } => Change::Replace(Box::new(Replacement {
                number: opening.place.map_or(i64::MAX, |place| place.next_case),
                kind: *kind,
                detail: detail.clone(),
                reason: self.reason.clone(),
                by: opening.acting.actor.clone(),
                recorded_at: opening.now,
            })),
        }
    }

    /// Notes on the cases that fell why they did.
    fn fall(
        &self,
        fallen: &mut [Case],
        voiding: &Voiding,
        now: DateTime<Utc>,
        by: &Actor,
    ) -> Vec<(i64, Voided)> {
        let replaced_by = voiding.added.as_ref().map(|added| added.case.number);
        let voided = |(number, cause): &(i64, Option<i64>)| {
            let voided = Voided {
                at: now,
                by: by.clone(),
                // What falls with its cause falls for no reason of its own.
                reason: self.reason.clone().filter(|_| cause.is_none()),
                cause: *cause,
                replaced_by: replaced_by.filter(|_| cause.is_none()),
            };
            (*number, voided)
        };
        let all: Vec<_> = voiding.voided.iter().map(voided).collect();
        for (case, (_, voided)) in fallen.iter_mut().zip(&all) {
            case.voided = Some(voided.clone());
        }
        all
    }

    /// Notes on the case that it counts less, beside what it counted at first.
    fn reduce(&self, case: &mut Case, voiding: &Voiding, now: DateTime<Utc>, by: &Actor) -> Reduced {
        let first = case.reduced.take();
        let reduced = Reduced {
            at: now,
            by: by.clone(),
            reason: self.reason.clone(),
            points: first.as_ref().map_or(case.points, |first| first.points),
            end: match first {
                Some(first) => first.end,
                None => case.started.as_ref().and_then(|s| s.end),
            },
        };
        let points = voiding.reduced.iter().find(|(number, _)| *number == case.number);
        case.points = points.map_or(case.points, |(_, points)| *points);
        case.started = voiding.shortened.clone().or_else(|| case.started.take());
        case.reduced = Some(reduced.clone());
        reduced
    }
}
