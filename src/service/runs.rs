//! Schedules whose time has come are carried out, and move on.
//!
//! An act moves its schedule on in the transaction of its effect, and a reminder is its event, which is written together with the schedule
//! that moves on. Either does nothing where the schedule has moved on before. So a run has one effect, whoever is given it and however often.

use super::auth::{self, BadKey};
use super::error::ServiceError;
use super::schedules::submission;
use super::{Outcome, Service, show};
use crate::domain::id::{HeldId, ScheduleId};
use crate::domain::refusal::Refusal;
use crate::domain::schedule::{Ran, Schedule, Task};
use crate::ports::error::StoreError;
use crate::ports::ledger::{RunOf, Submission};
use crate::ports::schedules::{DueSchedule, Leased, Settled};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use std::time::Duration;
use wire::key::Scope;

/// Makes the problem document of a run that was refused; the second text stands for the request's id.
pub type WriteProblem = fn(ServiceError, &str) -> String;

/// What a schedule that was due came to.
#[derive(Debug)]
pub enum Carried {
    /// It was done.
    Succeeded,
    /// The act waits for others.
    Held,
    /// It was refused, which is written down.
    Failed,
    /// It could not be carried out for a reason that passes, and comes again.
    Postponed(ServiceError),
    /// Somebody else was quicker, or took it back meanwhile.
    Overtaken,
    /// Its row cannot be read. It comes again.
    Unreadable(StoreError),
}

/// What a run comes to before it is written down.
enum Came {
    /// It is, with the act.
    Written(Carried),
    /// It is to be.
    Ran(Ran),
}

impl Service {
    /// Takes schedules whose time has come, of any tenant, the longest overdue first, carries them out in the order of their times, and writes
    /// down what came of each.
    ///
    /// # Errors
    /// That the store could not hand them out, or take over what came of them; they come again once the lease is over.
    pub async fn run_schedules(
        &self,
        limit: u32,
        lease: Duration,
        problem: WriteProblem,
    ) -> Result<Vec<Carried>, ServiceError> {
        let leased = self.store.lease_schedules(limit, lease).await?;
        self.run_leased(leased, problem).await
    }

    /// Carries out schedules that were taken.
    ///
    /// # Errors
    /// As [`Service::run_schedules`].
    pub async fn run_leased(
        &self,
        leased: Leased,
        problem: WriteProblem,
    ) -> Result<Vec<Carried>, ServiceError> {
        let Leased { now, due, unreadable } = leased;
        let results = self.do_acts(&due, now).await;
        let (mut carried, mut settled, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for (due, result) in due.into_iter().zip(results) {
            match came(result, problem, due.schedule.id) {
                Came::Written(how) => carried.push(how),
                Came::Ran(ran) => {
                    waiting.push((due.schedule.id, matches!(ran, Ran::Refused { .. })));
                    settled.push(settle(due.schedule, ran, now));
                }
            }
        }
        let moved: HashSet<ScheduleId> = if settled.is_empty() {
            HashSet::new()
        } else {
            let store = self.store.clone();
            let settling = async move { Ok(store.settle_runs(&settled).await?) };
            self.detached(settling).await?.into_iter().collect()
        };
        carried.extend(
            waiting
                .into_iter()
                .map(|(id, refused)| match (moved.contains(&id), refused) {
                    (false, _) => Carried::Overtaken,
                    (true, true) => Carried::Failed,
                    (true, false) => Carried::Succeeded,
                }),
        );
        carried.extend(unreadable.into_iter().map(Carried::Unreadable));
        Ok(carried)
    }

    /// What each of them comes to: `None` for a reminder, of which nothing is written yet.
    async fn do_acts(
        &self,
        due: &[DueSchedule],
        now: DateTime<Utc>,
    ) -> Vec<Result<Option<Outcome>, ServiceError>> {
        let (mut acts, mut places) = (Vec::new(), Vec::new());
        let mut results = Vec::with_capacity(due.len());
        for (place, due) in due.iter().enumerate() {
            results.push(match may_run(due, now) {
                Err(error) => Err(error),
                Ok(None) => Ok(None),
                Ok(Some(submission)) => {
                    acts.push(submission);
                    places.push(place);
                    Ok(None)
                }
            });
        }
        let outcomes = self.pipeline.submit_in_order(acts).await;
        for (place, outcome) in places.into_iter().zip(outcomes) {
            if let Some(result) = results.get_mut(place) {
                *result = outcome.map(Some);
            }
        }
        results
    }
}

/// Whether the key may still do what it is to do at this moment, and the act that it is to do.
fn may_run(due: &DueSchedule, now: DateTime<Utc>) -> Result<Option<Submission>, ServiceError> {
    let key = due.key.as_ref().ok_or(BadKey::Unknown)?;
    auth::lets_in(key, now)?;
    let caller = auth::caller(key, None);
    if let Some(refusal) = &due.closed {
        return Err(refusal.clone().into());
    }
    let schedule = &due.schedule;
    caller.enter(schedule.community)?;
    caller.require(match &schedule.task {
        Task::Act(_) => Scope::ActsWrite,
        Task::Reminder(_) => Scope::SchedulesWrite,
    })?;
    let run = Some(RunOf {
        schedule: schedule.id,
        version: schedule.version,
    });
    let submission = submission(&caller, schedule);
    Ok(submission.map(|submission| Submission { run, ..submission }))
}

/// What a run comes to. Of an act that was done its transaction has written it down; who was overtaken writes nothing, as the version is
/// another by now.
fn came(result: Result<Option<Outcome>, ServiceError>, problem: WriteProblem, id: ScheduleId) -> Came {
    match result {
        Ok(None) => Came::Ran(Ran::Done(None)),
        Ok(Some(outcome)) => Came::Written(match HeldId::parse(&outcome.answer.tag) {
            Some(_) => Carried::Held,
            None => Carried::Succeeded,
        }),
        Err(error) if error.is_passing() => Came::Written(Carried::Postponed(error)),
        Err(error) => Came::Ran(Ran::Refused {
            for_good: is_for_good(&error),
            problem: problem(error, &id.to_string()),
        }),
    }
}

/// Whether no later run can be carried out either, until somebody does something about it.
const fn is_for_good(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Unauthenticated(_)
            | ServiceError::MissingScope(_)
            | ServiceError::NotFound(_)
            | ServiceError::Refused(Refusal::Archived | Refusal::TenantArchived)
    )
}

/// The schedule as it stands after a run, and what the log says of it.
fn settle(mut schedule: Schedule, ran: Ran, now: DateTime<Utc>) -> Settled {
    let version = schedule.version;
    schedule.settle(ran, now);
    let events = schedule
        .last_run
        .iter()
        .map(|run| show::schedule::ran(&schedule, run));
    Settled {
        version,
        events: events.collect(),
        schedule,
    }
}
