//! Voids: a case no longer counts, and what followed from it is replayed without it.

use super::caller::{Caller, NamedActor};
use super::error::{ServiceError, outcome};
use super::judge::json;
use super::{Answer, Claim, Outcome, Service, show};
use crate::domain::act::Entry;
use crate::domain::actor::Actor;
use crate::domain::case::{Case, Voided};
use crate::domain::id::{CommunityId, SanctionId};
use crate::domain::policy::Timeline;
use crate::domain::refusal::Refusal;
use crate::domain::replay::{self, Replay, Start, Voiding};
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::standing::standing;
use crate::domain::time::Instant;
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

    /// Carries a void out, to its end whoever stops waiting for it.
    pub(super) async fn carry_out_void(
        &self,
        order: VoidOrder,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        let community = order.community;
        let (store, ids) = (self.store.clone(), self.ids.clone());
        self.detached(async move {
            let start = || -> Box<dyn Revision> {
                Box::new(VoidCase {
                    community,
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

/// One try at a void.
struct VoidCase {
    community: CommunityId,
    reason: Option<String>,
    ids: Arc<dyn Ids>,
    work: Option<Work>,
}

/// A void under way.
struct Work {
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

impl Revision for VoidCase {
    fn open(&mut self, opening: Opening) -> Result<(), Refusal> {
        let now = Instant::from_utc(opening.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let policy = &opening.timeline.in_force(now).policy;
        replay::authorize(policy, &opening.case, &opening.acting, &opening.target)?;
        let (fallen, held) = (vec![opening.case.clone()], opening.current.sanctions.clone());
        let at = opening.current.ledger.as_of.map_or(now, |last| last.max(now));
        let ids = self.ids.clone();
        let start = Start {
            timeline: opening.timeline.clone(),
            now,
            case: opening.case,
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
        let community = self.community;
        let replay = work.replay;
        let voiding = replay.finish();
        let voided: Vec<_> = voiding
            .voided
            .iter()
            .map(|(number, cause)| {
                let voided = Voided {
                    at: work.now,
                    by: work.by.clone(),
                    // What falls with its cause falls for no reason of its own.
                    reason: self.reason.clone().filter(|_| cause.is_none()),
                    cause: *cause,
                };
                (*number, voided)
            })
            .collect();
        for (case, (_, voided)) in work.fallen.iter_mut().zip(&voided) {
            case.voided = Some(voided.clone());
        }
        let log = Log {
            community,
            now: work.now,
            at: work.at,
        };
        let events = log.events(&work.fallen, &work.held, &voiding);
        let standing = standing(&work.timeline, &voiding.member, work.at);
        let user = work.fallen.first().map(|case| case.user);
        let shown = work.fallen.first().map(|case| VoidAnswer {
            case: show::case::case(community, case),
            also_voided: voided.iter().skip(1).map(|(number, _)| *number).collect(),
            standing: show::standing::standing(community, user, &standing),
        });
        Closing {
            answer: Answer {
                tag: shown
                    .as_ref()
                    .map(|a| a.case.number.to_string())
                    .unwrap_or_default(),
                body: json(&shown),
            },
            member: voiding.member,
            recent: voiding.recent,
            voided,
            ended: voiding.ended,
            started: voiding.started,
            reduced: voiding.reduced,
            events,
        }
    }
}

/// Writes the events of a void.
struct Log {
    community: CommunityId,
    now: DateTime<Utc>,
    at: Instant,
}

impl Log {
    /// The cases that fell, then the sanctions that ended with them, then those in their place.
    fn events(&self, fallen: &[Case], held: &[Sanction], voiding: &Voiding) -> Vec<NewEvent> {
        let Some(user) = fallen.first().map(|case| case.user) else {
            return Vec::new();
        };
        let event = |kind, data: &EventData| NewEvent {
            kind,
            community: Some(self.community),
            user: Some(user),
            at: self.now,
            data: json(data),
        };
        let of_sanction = |sanction: &Sanction, ended| EventData {
            sanction: Some(show::case::sanction(
                self.community,
                user,
                sanction,
                ended,
                self.at,
            )),
            ..EventData::default()
        };
        let cases = fallen.iter().map(|case| {
            let data = EventData {
                case: Some(show::case::case(self.community, case)),
                ..EventData::default()
            };
            event(types::CASE_VOIDED, &data)
        });
        let find = |id: SanctionId| held.iter().find(|sanction| sanction.id == id);
        let ended = voiding.ended.iter().filter_map(|(id, at)| {
            let ended = Some((Ending::Voided, *at, None));
            Some(event(types::SANCTION_ENDED, &of_sanction(find(*id)?, ended)))
        });
        let started = voiding
            .started
            .iter()
            .map(|sanction| event(types::SANCTION_STARTED, &of_sanction(sanction, None)));
        cases.chain(ended).chain(started).collect()
    }
}
