//! What is to be done at a time that was set before: made, read, taken back, tried again. How it is carried out: see `runs.rs`.

use super::acts::ActOrder;
use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, PersonRef, Service, show};
use crate::domain::act::{Act, Command};
use crate::domain::actor::Actor;
use crate::domain::id::{CommunityId, ScheduleId};
use crate::domain::refusal::Refusal;
use crate::domain::schedule::{Reminder, Schedule, State, Task, TaskKind, Timing};
use crate::ports::directory::Change;
use crate::ports::ledger::{ActorRef, Submission};
use crate::ports::schedules::{Doer, NewSchedule, ScheduleFilter};
use wire::key::Scope;

/// What is to be done, as a call asks for it.
#[derive(Clone, Debug)]
pub enum TaskOrder {
    /// An act.
    Act(Box<ActOrder>),
    /// A reminder, and whom it is about.
    Reminder(Reminder, Option<PersonRef>),
}

/// Which schedules to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduleQuery {
    /// Where they are in their life.
    pub state: Option<State>,
    /// What they do.
    pub kind: Option<TaskKind>,
    /// Upon this member, or about them.
    pub member: Option<PersonRef>,
}

impl Service {
    /// Has something done at a time. What stands in the way of an act for good is refused now; everything else is decided when it runs.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] when it would never run, [`ServiceError::TooManySchedules`], or what refuses the act.
    pub async fn create_schedule(
        &self,
        caller: &Caller,
        community: CommunityId,
        (task, timing): (TaskOrder, Timing),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::SchedulesWrite)?;
        caller.enter(community)?;
        let (task, member, doer) = match task {
            TaskOrder::Act(order) => {
                let actor = caller.actor(order.actor)?;
                let submission = act_on(caller, community, order.member, actor, order.act);
                self.may_be_done(caller, &submission).await?;
                let Command::Act(act) = submission.command else {
                    return Err(ServiceError::Lost);
                };
                (
                    Task::Act(Box::new(act)),
                    Some(submission.member),
                    doer(submission.actor),
                )
            }
            TaskOrder::Reminder(reminder, member) => {
                (Task::Reminder(reminder), member, doer(caller.as_actor()))
            }
        };
        let new = NewSchedule {
            community,
            id: ScheduleId(self.ids.fresh()),
            task,
            member,
            doer,
            key: caller.key,
            timing,
        };
        let change = Change::CreateSchedule(Box::new(new));
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// That nothing stands in the way of an act but how things happen to be now.
    async fn may_be_done(&self, caller: &Caller, submission: &Submission) -> Result<(), ServiceError> {
        caller.require(Scope::ActsWrite)?;
        match self.preview(submission).await {
            Err(ServiceError::Refused(
                Refusal::Duplicate { .. }
                | Refusal::NothingToLift { .. }
                | Refusal::SanctionNotActive
                | Refusal::NothingToSupersede { .. }
                | Refusal::TooManySanctions { .. },
            )) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// A schedule.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn schedule(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: ScheduleId,
    ) -> Result<wire::schedule::Schedule, ServiceError> {
        caller.require(Scope::SchedulesRead)?;
        caller.enter(community)?;
        let found = self.store.schedule(caller.tenant, community, id).await?;
        Ok(show::schedule::schedule(&found))
    }

    /// Schedules, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community or the member, or that the key may not read them.
    pub async fn schedules(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: ScheduleQuery,
        page: After<ScheduleId>,
    ) -> Result<Listed<wire::schedule::Schedule, ScheduleId>, ServiceError> {
        caller.require(Scope::SchedulesRead)?;
        caller.enter(community)?;
        let user = match &query.member {
            Some(person) => Some(self.store.user(caller.tenant, person).await?.id),
            None => None,
        };
        let filter = ScheduleFilter {
            state: query.state,
            kind: query.kind,
            user,
        };
        let rows = self
            .store
            .schedules(caller.tenant, community, &filter, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |schedule| schedule.id,
            show::schedule::schedule,
        ))
    }

    /// Takes a schedule back. A run that is under way is over before, or comes to nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::ScheduleEnded`].
    pub async fn cancel_schedule(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: ScheduleId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::SchedulesWrite)?;
        caller.enter(community)?;
        let change = Change::CancelSchedule { community, id };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Has the last run of a schedule, which failed, carried out once more, from now on and with this caller's key. Whoever does this needs
    /// what making the schedule would need.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::ScheduleEnded`], [`ServiceError::NothingToRetry`], or what refuses the act.
    pub async fn retry_schedule(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: ScheduleId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::SchedulesWrite)?;
        caller.enter(community)?;
        let found = self.store.schedule(caller.tenant, community, id).await?;
        if let Some(submission) = submission(caller, &found) {
            self.may_be_done(caller, &submission).await?;
        }
        let key = caller.key;
        let change = Change::RetrySchedule { community, id, key };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }
}

/// The act of a schedule, as a caller would ask for it now; `None` for a reminder.
pub(super) fn submission(caller: &Caller, schedule: &Schedule) -> Option<Submission> {
    let (Task::Act(act), Some(user)) = (&schedule.task, schedule.user) else {
        return None;
    };
    let actor = match caller.as_actor() {
        ActorRef::Key { key, authority } => match &schedule.actor {
            Actor::Human { user, .. } => ActorRef::Human {
                person: PersonRef::User(*user),
                asserted: None,
                key,
            },
            Actor::Automod { rule, version, .. } => ActorRef::Automod {
                rule: rule.clone(),
                version: *version,
                key,
                authority,
            },
            _ => ActorRef::Key { key, authority },
        },
        other => other,
    };
    let member = PersonRef::User(user);
    Some(act_on(caller, schedule.community, member, actor, (**act).clone()))
}

fn act_on(
    caller: &Caller,
    community: CommunityId,
    member: PersonRef,
    actor: ActorRef,
    act: Act,
) -> Submission {
    Submission {
        tenant: caller.tenant,
        community,
        member,
        actor,
        command: Command::Act(act),
        claim: None,
        in_hand: None,
        run: None,
    }
}

/// Who is to act. What they may do is looked up when they do.
fn doer(actor: ActorRef) -> Doer {
    match actor {
        ActorRef::Human { person, .. } => Doer::Person(person),
        ActorRef::Key { key, .. } => Doer::Other(Actor::Key { key }),
        ActorRef::Automod {
            rule, version, key, ..
        } => Doer::Other(Actor::Automod { rule, version, key }),
        // Nothing that was done natively is scheduled.
        ActorRef::External { .. } | ActorRef::System => Doer::Other(Actor::System),
    }
}
