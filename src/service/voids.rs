//! Voids and reductions: a case counts no longer, or less, and what followed from it is replayed.

use super::caller::{Caller, NamedActor};
use super::error::{ServiceError, outcome};
use super::judge::{changed_event, json};
use super::{Answer, Claim, Outcome, Service, show};
use crate::domain::act::Entry;
use crate::domain::actor::Actor;
use crate::domain::case::{Case, Reduced, Voided};
use crate::domain::id::{CommunityId, SanctionId, UserId};
use crate::domain::points::Points;
use crate::domain::refusal::Refusal;
use crate::domain::replay::{self, Change, Replay, Start, Voiding};
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::standing::standing;
use crate::domain::time::{Instant, Span};
use crate::domain::timeline::Timeline;
use crate::ports::answer::NewEvent;
use crate::ports::ids::Ids;
use crate::ports::ledger::{Closing, Opening, Page, Revision, VoidOrder};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use wire::act::VoidAnswer;
use wire::event::{EventData, types};
use wire::key::Scope;

impl Service {
    /// Voids a case.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn void(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
        actor: Option<NamedActor>,
        reason: Option<String>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let order = VoidOrder {
            tenant: caller.tenant,
            community,
            number,
            actor: caller.actor(actor)?,
            claim,
        };
        self.carry_out_void(order, reason).await
    }

    /// Reduces a case: fewer points, a shorter sanction, or both.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn reduce(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
        actor: Option<NamedActor>,
        less: Less,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let order = VoidOrder {
            tenant: caller.tenant,
            community,
            number,
            actor: caller.actor(actor)?,
            claim,
        };
        let change = Change::Reduce {
            points: less.points,
            duration: less.duration,
        };
        self.remedy(order, change, less.reason).await
    }

    /// Carries a void out.
    pub(super) async fn carry_out_void(
        &self,
        order: VoidOrder,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        self.remedy(order, Change::Void, reason).await
    }

    /// Carries a remedy out, to its end whoever stops waiting for it.
    async fn remedy(
        &self,
        order: VoidOrder,
        change: Change,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        let (store, ids) = (self.store.clone(), self.ids.clone());
        self.detached(async move {
            let start = || -> Box<dyn Revision> {
                Box::new(Remedy {
                    community: order.community,
                    change,
                    reason: reason.clone(),
                    ids: ids.clone(),
                    work: None,
                })
            };
            outcome(store.void(&order, &start).await?)
        })
        .await
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

/// One try.
struct Remedy {
    community: CommunityId,
    change: Change,
    reason: Option<String>,
    ids: Arc<dyn Ids>,
    work: Option<Work>,
}

/// A remedy under way.
struct Work {
    /// The case, as it was.
    case: Case,
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

impl Revision for Remedy {
    fn open(&mut self, opening: Opening) -> Result<(), Refusal> {
        let now = Instant::from_utc(opening.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let policy = &opening.timeline.in_force(now).policy;
        replay::authorize(policy, &opening.case, &opening.acting, &opening.target)?;
        let (case, held) = (opening.case.clone(), opening.current.sanctions.clone());
        let fallen = match self.change {
            Change::Void => vec![case.clone()],
            Change::Reduce { .. } => Vec::new(),
        };
        let at = opening.current.ledger.as_of.map_or(now, |last| last.max(now));
        let ids = self.ids.clone();
        let start = Start {
            timeline: opening.timeline.clone(),
            now,
            case: opening.case,
            change: self.change,
            past: opening.past,
            before: opening.before,
            current: opening.current,
            recent: opening.recent,
        };
        self.work = Some(Work {
            replay: Replay::begin(start, Box::new(move || ids.fresh()))?,
            timeline: opening.timeline,
            now: opening.now,
            at,
            by: opening.acting.actor,
            case,
            fallen,
            held,
        });
        Ok(())
    }

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

    fn close(&mut self) -> Closing {
        let Some(mut work) = self.work.take() else {
            // Nothing could be written that is true; a panic writes nothing.
            unreachable!("a revision is opened before it is closed")
        };
        let voiding = work.replay.finish();
        let voided = self.fall(&mut work.fallen, &voiding, work.now, &work.by);
        let reduction =
            (self.change != Change::Void).then(|| self.reduce(&mut work.case, &voiding, work.now, &work.by));
        let log = Log {
            community: self.community,
            user: work.case.user,
            now: work.now,
            at: work.at,
        };
        let changed = reduction.is_some().then_some(&work.case);
        let events = log.events(changed, &work.fallen, &work.held, &voiding);
        let case = work
            .fallen
            .first()
            .filter(|_| reduction.is_none())
            .unwrap_or(&work.case);
        let also_voided = voided.iter().map(|(number, _)| *number);
        let shown = VoidAnswer {
            case: show::case::case(self.community, case),
            also_voided: also_voided.filter(|number| *number != case.number).collect(),
            standing: show::standing::standing(
                self.community,
                Some(case.user),
                &standing(&work.timeline, &voiding.member, &voiding.past, work.at),
            ),
        };
        Closing {
            answer: Answer {
                tag: case.number.to_string(),
                body: json(&shown),
            },
            member: voiding.member,
            recent: voiding.recent,
            voided,
            ended: voiding.ended,
            started: voiding.started,
            moved: voiding.moved,
            shortened: voiding.shortened,
            reduced: voiding.reduced,
            reduction: reduction.map(|reduced| (work.case.number, reduced)),
            events,
        }
    }
}

impl Remedy {
    /// Notes on the cases that fell why they did.
    fn fall(
        &self,
        fallen: &mut [Case],
        voiding: &Voiding,
        now: DateTime<Utc>,
        by: &Actor,
    ) -> Vec<(i64, Voided)> {
        let voided = |(number, cause): &(i64, Option<i64>)| {
            let voided = Voided {
                at: now,
                by: by.clone(),
                // What falls with its cause falls for no reason of its own.
                reason: self.reason.clone().filter(|_| cause.is_none()),
                cause: *cause,
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

/// Writes the events of a remedy.
struct Log {
    community: CommunityId,
    user: UserId,
    now: DateTime<Utc>,
    at: Instant,
}

impl Log {
    /// The case that counts less and those that fell, then the sanctions that ended with them, those in their place, and those
    /// that end earlier.
    fn events(
        &self,
        reduced: Option<&Case>,
        fallen: &[Case],
        held: &[Sanction],
        voiding: &Voiding,
    ) -> Vec<NewEvent> {
        let cases = reduced.into_iter().map(|case| (types::CASE_REDUCED, case));
        let cases = cases.chain(fallen.iter().map(|case| (types::CASE_VOIDED, case)));
        let cases = cases.map(|(kind, case)| {
            let data = EventData {
                case: Some(show::case::case(self.community, case)),
                ..EventData::default()
            };
            self.event(kind, &data)
        });
        let find = |id: SanctionId| held.iter().find(|sanction| sanction.id == id);
        let ended = voiding.ended.iter().filter_map(|(id, at)| {
            let ended = Some((Ending::Voided, *at, None));
            Some(self.event(types::SANCTION_ENDED, &self.sanction(find(*id)?, ended)))
        });
        let started = voiding
            .started
            .iter()
            .map(|sanction| self.event(types::SANCTION_STARTED, &self.sanction(sanction, None)));
        let moved = voiding
            .moved
            .iter()
            .map(|sanction| changed_event(self.community, self.user, sanction, self.now));
        cases.chain(ended).chain(started).chain(moved).collect()
    }

    fn event(&self, kind: &'static str, data: &EventData) -> NewEvent {
        NewEvent {
            kind,
            community: Some(self.community),
            user: Some(self.user),
            at: self.now,
            data: json(data),
        }
    }

    fn sanction(&self, sanction: &Sanction, ended: Option<(Ending, Instant, Option<i64>)>) -> EventData {
        EventData {
            sanction: Some(show::case::sanction(
                self.community,
                self.user,
                sanction,
                ended,
                self.at,
            )),
            ..EventData::default()
        }
    }
}
