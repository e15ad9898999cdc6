//! The jobs port: requests of many items. Some are answered at once, others are kept and worked off a part at a time.

use super::answer::{Answer, Claim};
use super::directory::After;
use super::error::StoreError;
use super::ledger::Reply;
use crate::domain::id::{CommunityId, JobId, KeyId, PlanId, TenantId};
use crate::domain::job::{Job, JobFailure, JobKind, JobState};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// A job to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Its id.
    pub id: JobId,
    /// What its items are.
    pub kind: JobKind,
    /// Whether its items are only tried out.
    pub dry_run: bool,
    /// The key that asks for it.
    pub key: KeyId,
    /// How many items it has.
    pub total: i64,
    /// The items, a document for each part.
    pub parts: Vec<String>,
    /// The plan that it carries out, if it does. A plan is carried out once, and before it expires.
    pub plan: Option<PlanId>,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

impl NewJob {
    /// The job that it becomes.
    #[must_use]
    pub fn job(&self, now: DateTime<Utc>) -> Job {
        let place = (self.tenant, self.community, self.id);
        Job {
            dry_run: self.dry_run,
            ..Job::new(place, self.kind, self.key, self.total, now)
        }
    }
}

/// What shall become of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobOrder {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Which.
    pub id: JobId,
    /// To be taken up again; otherwise to be stopped.
    pub resume: bool,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobReply {
    /// As every change: done, done before, or the key was used for something else.
    Settled(Reply),
    /// The job's state does not allow it.
    Wrong(JobState),
    /// The plan has expired.
    PlanExpired,
    /// The plan was applied, as this job.
    PlanApplied(JobId),
}

/// A part of a job that is to be worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 0 on.
    pub number: i64,
    /// Its items, as they were given.
    pub items: String,
    /// Those of its items that were refused already.
    pub refused: Vec<i64>,
}

/// A job that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The job.
    pub job: Job,
    /// Its next part; `None` when none is left.
    pub part: Option<Part>,
    /// Whether the key that it acts with still works.
    pub key_works: bool,
}

/// What a part came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub part: i64,
    /// How many of its items are done.
    pub succeeded: i64,
    /// How many of its items are held until others approve them.
    pub held: i64,
    /// Those that were only tried out, with what would come of them: what is done is kept by whoever does it.
    pub tried: Vec<(i64, Answer)>,
    /// Those that were refused now, with their problem documents.
    pub refused: Vec<(i64, String)>,
    /// How many of its items are refused altogether.
    pub all_refused: i64,
    /// When to try again, where items are left that are neither.
    pub again_in: Option<Duration>,
}

/// What an item came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemResult {
    /// Which.
    pub item: i64,
    /// Whether it was done or is held; otherwise it was refused.
    pub done: bool,
    /// Whether it is held until others approve it.
    pub held: bool,
    /// The answer, or the problem document.
    pub document: String,
}

/// The key of an item of a job, which alone tells it from every other one.
#[must_use]
pub fn claim_of(job: &Job, item: i64) -> Claim {
    Claim {
        key: job.key_of(item),
        fingerprint: [0; 32],
    }
}

/// What a caller reads of a job, and what is kept of it.
pub type ShowJob<'a> = &'a (dyn Fn(&Job) -> Answer + Send + Sync);

/// Requests of many items.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Claims the key of a request whose items claim keys of their own, and keeps `opened` under it. From then on the key
    /// belongs to that request, whatever becomes of the items.
    async fn claim_bulk(&self, tenant: TenantId, claim: &Claim, opened: &Answer)
    -> Result<Reply, StoreError>;

    /// Accepts a job.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have, or a plan that the community does not.
    async fn create_job(&self, new: &NewJob, show: ShowJob<'_>) -> Result<JobReply, StoreError>;

    /// Stops a job, or takes it up again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a job that the community does not have.
    async fn redirect_job(&self, order: &JobOrder, show: ShowJob<'_>) -> Result<JobReply, StoreError>;

    /// A job.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a job that the community does not have.
    async fn job(&self, tenant: TenantId, community: CommunityId, id: JobId) -> Result<Job, StoreError>;

    /// Jobs, newest first. A community that does not exist is `NotFound`.
    async fn jobs(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<JobId>,
    ) -> Result<Vec<Job>, StoreError>;

    /// What a job's items came to so far, in their order; `after` is the item last seen.
    async fn job_results(&self, job: &Job, page: After<i64>) -> Result<Vec<ItemResult>, StoreError>;

    /// The items of a part, as they were given; `None` when the job has no such part.
    async fn job_items(&self, job: &Job, part: i64) -> Result<Option<String>, StoreError>;

    /// Takes the job that has waited longest, of any tenant. Nobody else is given it until the lease is over or its report has
    /// come. The lease only saves work: each item claims a key of its own, so it is done once whoever works on it.
    async fn take_job(&self, lease: Duration) -> Result<Option<Taken>, StoreError>;

    /// Takes over what a part came to. A part that was reported before changes nothing.
    async fn report_part(&self, job: &Job, report: &Report) -> Result<(), StoreError>;

    /// Ends a job that has not ended yet, and counts what it came to.
    async fn end_job(
        &self,
        job: &Job,
        state: JobState,
        failure: Option<JobFailure>,
    ) -> Result<(), StoreError>;

    /// Removes a little (about `limit` rows) of the job that ended longest ago, if that is longer than `age`, with what is kept
    /// under its items' keys. Says whether there was anything to remove.
    async fn forget_jobs(&self, age: Duration, limit: u32) -> Result<bool, StoreError>;
}
