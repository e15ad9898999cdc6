//! Schedules, apart from any SQL: what their columns hold.

use super::batch::{Home, Loaded, Writes};
use super::codec::Place;
use crate::domain::actor::Actor;
use crate::domain::id::{ScheduleId, TenantId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::schedule::{Schedule, State};
use crate::ports::directory::ApiKey;
use crate::ports::error::StoreError;
use crate::ports::ledger::Submission;
use crate::ports::schedules::{DueSchedule, Settled};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Where a schedule is in its life.
pub(crate) fn state(place: &Place<'_>, name: &str) -> Result<State, StoreError> {
    State::named(name).ok_or_else(|| place.corrupt("state", format!("nothing is called {name:?}")))
}

/// The person who acts, if a person does.
pub(crate) const fn person(actor: &Actor) -> Option<UserId> {
    match actor {
        Actor::Human { user, .. } => Some(*user),
        Actor::Key { .. }
        | Actor::Automod { .. }
        | Actor::Escalation { .. }
        | Actor::System
        | Actor::External { .. }
        | Actor::Import { .. } => None,
    }
}

/// Whether a community, or its tenant, is archived: the tenant first.
pub(crate) type Archived = (bool, bool);

/// The communities of some schedules, each once.
pub(crate) fn homes(schedules: &[Schedule]) -> HashSet<Home> {
    schedules.iter().map(|s| (s.tenant, s.community)).collect()
}

/// The schedules of which a batch has runs, each once, sorted.
pub(crate) fn named(batch: &[Submission]) -> Vec<(Home, ScheduleId)> {
    let runs = batch.iter().filter_map(|submission| {
        let run = submission.run?;
        Some(((submission.tenant, submission.community), run.schedule))
    });
    runs.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Puts schedules where the runs of a batch find them.
pub(crate) fn found(schedules: Vec<Schedule>, loaded: &mut Loaded<'_>) {
    let keyed = schedules.into_iter().map(|schedule| {
        let home = (schedule.tenant, schedule.community);
        ((home, schedule.id), schedule)
    });
    loaded.schedules.extend(keyed);
}

/// What was taken, row by row: the schedules, and what is wrong with those that cannot be read. They are in the way of nobody else's.
pub(crate) fn readable(rows: Vec<Result<Schedule, StoreError>>) -> (Vec<Schedule>, Vec<StoreError>) {
    let (mut schedules, mut unreadable) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match row {
            Ok(schedule) => schedules.push(schedule),
            Err(error) => unreadable.push(error),
        }
    }
    (schedules, unreadable)
}

/// What is needed to know whether schedules may be carried out, put to them; the longest overdue first. One whose community is gone goes with it.
pub(crate) fn due(
    mut schedules: Vec<Schedule>,
    keys: Vec<ApiKey>,
    archived: &HashMap<Home, Archived>,
) -> Vec<DueSchedule> {
    let keys: HashMap<_, _> = keys.into_iter().map(|key| ((key.tenant, key.id), key)).collect();
    schedules.sort_by_key(|schedule| (schedule.due_at, schedule.id));
    let closed = |home: Home| {
        Some(match archived.get(&home)? {
            (true, _) => Some(Refusal::TenantArchived),
            (false, true) => Some(Refusal::Archived),
            (false, false) => None,
        })
    };
    schedules
        .into_iter()
        .filter_map(|schedule| {
            Some(DueSchedule {
                key: keys.get(&(schedule.tenant, schedule.key)).cloned(),
                closed: closed((schedule.tenant, schedule.community))?,
                schedule,
            })
        })
        .collect()
}

/// Which of the runs have moved their schedule on, in order, and what the log says of them.
pub(crate) fn moved(
    settled: &[Settled],
    moved: &HashSet<(TenantId, ScheduleId)>,
) -> (Vec<ScheduleId>, Writes) {
    let (mut ids, mut writes) = (Vec::new(), Writes::default());
    for run in settled {
        let schedule = &run.schedule;
        if moved.contains(&(schedule.tenant, schedule.id)) {
            ids.push(schedule.id);
            writes.append(schedule.tenant, run.events.clone());
        }
    }
    (ids, writes)
}
