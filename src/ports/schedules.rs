//! The schedules port: what is to be done at a time that was set before. Schedules are made, taken back and tried again by changes; see
//! [`Change`](super::directory::Change).

use super::answer::NewEvent;
use super::directory::{After, ApiKey};
use super::error::StoreError;
use super::ledger::PersonRef;
use crate::domain::actor::Actor;
use crate::domain::id::{CommunityId, KeyId, ScheduleId, TenantId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::schedule::{Schedule, State, Task, TaskKind, Timing};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Who is to act. A person is found, or made, when the schedule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doer {
    /// A person.
    Person(PersonRef),
    /// The key itself, or a rule of automod.
    Other(Actor),
}

/// A schedule to make.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSchedule {
    /// Where.
    pub community: CommunityId,
    /// Its id, chosen by the caller.
    pub id: ScheduleId,
    /// What is to be done.
    pub task: Task,
    /// Upon whom, or whom it is about.
    pub member: Option<PersonRef>,
    /// By whom.
    pub doer: Doer,
    /// The key with which it acts.
    pub key: KeyId,
    /// When.
    pub timing: Timing,
}

impl NewSchedule {
    /// The schedule that it becomes; `None` when it has no run ahead of now.
    #[must_use]
    pub fn schedule(
        &self,
        tenant: TenantId,
        user: Option<UserId>,
        actor: Actor,
        now: DateTime<Utc>,
    ) -> Option<Schedule> {
        let first = self.timing.first(now)?;
        Some(Schedule {
            tenant,
            community: self.community,
            id: self.id,
            version: 1,
            state: State::Active,
            task: self.task.clone(),
            user,
            actor,
            key: self.key,
            timing: self.timing.clone(),
            created_at: now,
            ended_at: None,
            due_at: Some(first),
            since: Some(first),
            attempts: 0,
            runs: 0,
            failures: 0,
            last_run: None,
        })
    }
}

/// Which schedules to list. Every part that is given narrows the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScheduleFilter {
    /// Where they are in their life.
    pub state: Option<State>,
    /// What kind of task.
    pub kind: Option<TaskKind>,
    /// Upon this member, or about them.
    pub user: Option<UserId>,
}

/// A schedule whose time has come, and all that is needed to know whether it may be carried out.
#[derive(Clone, Debug)]
pub struct DueSchedule {
    /// The schedule.
    pub schedule: Schedule,
    /// The key with which it acts; `None` when it is gone.
    pub key: Option<ApiKey>,
    /// Why nothing is changed in the community.
    pub closed: Option<Refusal>,
}

/// Schedules that were taken to be carried out.
#[derive(Debug)]
pub struct Leased {
    /// The store's clock.
    pub now: DateTime<Utc>,
    /// The schedules, the longest overdue first.
    pub due: Vec<DueSchedule>,
    /// What is wrong with those that are due and cannot be read.
    pub unreadable: Vec<StoreError>,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The version of the schedule that was carried out.
    pub version: i32,
    /// How it stands from now on.
    pub schedule: Schedule,
    /// What the log says of it.
    pub events: Vec<NewEvent>,
}

/// Schedules.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// A schedule.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the community does not have.
    async fn schedule(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: ScheduleId,
    ) -> Result<Schedule, StoreError>;

    /// Schedules, newest first. A community that does not exist is `NotFound`.
    async fn schedules(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &ScheduleFilter,
        page: After<ScheduleId>,
    ) -> Result<Vec<Schedule>, StoreError>;

    /// Takes up to `limit` schedules that are due by the store's clock, of any tenant, the longest overdue first, and counts that they are begun.
    /// Until the lease is over nobody is given them, nor any other of the same community: so what is due in one runs in the order of its times,
    /// however many share the work. That a run has one effect does not hang on leases: see [`RunOf`](super::ledger::RunOf) and
    /// [`Schedules::settle_runs`].
    async fn lease_schedules(&self, limit: u32, lease: Duration) -> Result<Leased, StoreError>;

    /// When the next one falls due, leased ones included; `None` when there is none.
    async fn next_schedule(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Moves schedules on, each with its events, in one transaction. One that has moved on since the version that was carried out stays as it
    /// is, and its events are not appended. Says which have moved, in the order given.
    async fn settle_runs(&self, settled: &[Settled]) -> Result<Vec<ScheduleId>, StoreError>;

    /// Removes up to `limit` schedules that ended longer than `age` ago. Says how many there were.
    async fn forget_schedules(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;
}
