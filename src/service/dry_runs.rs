//! Jobs that only try their items out, a part at a time, each over what the earlier ones would have left. That is kept in memory, so
//! whoever comes to a job later tries its earlier parts out first, a few at a time, and keeps nothing of what they came to.

use super::Service;
use super::bulk::ItemOutcome;
use super::error::ServiceError;
use super::jobs::{Work, read};
use super::rehearsal::Rehearsal;
use crate::domain::act::Command;
use crate::domain::id::{CommunityId, JobId, TenantId};
use crate::domain::job::{Job, PART};
use crate::ports::error::StoreError;
use crate::ports::jobs::Part;
use crate::ports::ledger::Submission;

/// How many parts are caught up with before others have their turn.
const CAUGHT_UP: usize = 10;

/// A job that is tried out, as far as it is known here what its parts would leave.
pub struct DryRun {
    job: Job,
    /// The part that comes next.
    next: i64,
    rehearsal: Rehearsal,
}

/// What trying a part out came to.
pub enum Tried {
    /// What would come of each item.
    Part(Vec<(i64, ItemOutcome)>),
    /// Earlier parts come first, and some of them still have to be tried out.
    Earlier,
    /// For a reason that passes, it cannot be said now.
    Later,
    /// The items cannot be read, or nothing can be decided over what is kept.
    Unreadable,
}

impl DryRun {
    /// At its first part.
    #[must_use]
    pub fn of(job: &Job) -> Self {
        Self {
            job: job.clone(),
            next: 0,
            rehearsal: Rehearsal::default(),
        }
    }

    /// Whether it is this job's.
    #[must_use]
    pub fn is_of(&self, job: &Job) -> bool {
        self.job.id == job.id
    }

    /// Which job it is of.
    #[must_use]
    pub const fn place(&self) -> (TenantId, CommunityId, JobId) {
        (self.job.tenant, self.job.community, self.job.id)
    }

    /// Whether it leads up to this part.
    #[must_use]
    pub const fn leads_to(&self, part: &Part) -> bool {
        self.next <= part.number
    }
}

impl Service {
    /// Whether a job that is tried out has not ended yet.
    ///
    /// # Errors
    /// What kept the store from answering.
    pub async fn goes_on(
        &self,
        (tenant, community, job): (TenantId, CommunityId, JobId),
    ) -> Result<bool, ServiceError> {
        match self.store.job(tenant, community, job).await {
            Ok(job) => Ok(job.due_at.is_some()),
            Err(StoreError::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Tries a part of a job out. What has come to anything but [`Tried::Part`] or [`Tried::Earlier`] is of no further use.
    ///
    /// # Errors
    /// What kept the store from giving the items.
    pub async fn try_out(&self, run: &mut DryRun, part: &Part) -> Result<Tried, ServiceError> {
        for _ in 0..CAUGHT_UP {
            if run.next >= part.number {
                return Ok(self.try_part(run, Some(&part.items)).await);
            }
            let earlier = self.store.job_items(&run.job, run.next).await?;
            match self.try_part(run, earlier.as_deref()).await {
                Tried::Part(_) => {}
                other => return Ok(other),
            }
        }
        Ok(Tried::Earlier)
    }

    /// Tries the next part out.
    async fn try_part(&self, run: &mut DryRun, items: Option<&str>) -> Tried {
        let Some(work) = items.and_then(|items| read(&run.job, run.next, items)) else {
            return Tried::Unreadable;
        };
        let submissions: Vec<_> = work
            .into_iter()
            .filter_map(|work| submission(&run.job, work))
            .collect();
        let home = (run.job.tenant, run.job.community);
        let outcomes = match self.rehearse(&mut run.rehearsal, home, &submissions).await {
            Ok(outcomes) => outcomes,
            Err(error) if error.is_passing() => return Tried::Later,
            Err(error) => {
                tracing::error!(%error, job = %run.job.id, part = run.next, "items cannot be tried out");
                return Tried::Unreadable;
            }
        };
        // What follows would be decided without what these would have left.
        let passing = |outcome: &ItemOutcome| outcome.as_ref().is_err_and(ServiceError::is_passing);
        if outcomes.iter().any(passing) {
            return Tried::Later;
        }
        let first = run.next * PART;
        run.next += 1;
        Tried::Part((first..).zip(outcomes).collect())
    }
}

/// The command of an item, if it is an act: voids are tried out one by one.
fn submission(job: &Job, work: Work) -> Option<Submission> {
    let Work::Act { member, actor, act } = work else {
        return None;
    };
    Some(Submission {
        tenant: job.tenant,
        community: job.community,
        member,
        actor,
        command: Command::Act(*act),
        claim: None,
        in_hand: None,
        run: None,
    })
}
