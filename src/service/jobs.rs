//! Jobs: many items that are accepted at once and worked off a part at a time.

use super::acts::ActOrder;
use super::bulk::ItemOutcome;
use super::caller::Caller;
use super::error::{ServiceError, outcome};
use super::judge::json;
use super::listing::{Listed, cut, one_more};
use super::show;
use super::{After, Answer, Claim, Outcome, PersonRef, Service};
use crate::domain::act::{Act, Command};
use crate::domain::id::{CommunityId, JobId};
use crate::domain::job::{Job, JobKind, PART};
use crate::ports::jobs::{ItemResult, JobOrder, JobReply, NewJob, Part, claim_of};
use crate::ports::ledger::{ActorRef, Submission, VoidOrder};
use serde::{Deserialize, Serialize};
use wire::key::Scope;

/// An item as it waits in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// An act.
    Act {
        /// Upon whom.
        member: PersonRef,
        /// By whom.
        actor: ActorRef,
        /// What.
        act: Box<Act>,
    },
    /// A void.
    Void {
        /// Of which case.
        number: i64,
        /// By whom.
        actor: ActorRef,
        /// Why.
        reason: Option<String>,
    },
}

/// The items of a part; `None` when they cannot be read.
pub(super) fn read(job: &Job, part: i64, items: &str) -> Option<Vec<Work>> {
    serde_json::from_str(items)
        .inspect_err(|error| tracing::error!(%error, job = %job.id, part, "items cannot be read"))
        .ok()
}

/// What a caller reads of a job, and what is kept of it.
fn shown(job: &Job) -> Answer {
    Answer {
        tag: job.id.to_string(),
        body: json(&show::job::job(job)),
    }
}

/// The outcome of an order about a job.
fn settled(reply: JobReply) -> Result<Outcome, ServiceError> {
    match reply {
        JobReply::Settled(reply) => outcome(reply),
        JobReply::Wrong(state) => Err(ServiceError::JobEnded(state.name())),
        JobReply::PlanExpired => Err(ServiceError::PlanExpired),
        JobReply::PlanApplied(job) => Err(ServiceError::PlanApplied(job)),
    }
}

impl Service {
    /// Accepts many acts, to be recorded in their order, or only tried out.
    ///
    /// # Errors
    /// What stands in the way of all of them; nothing was accepted then.
    pub async fn accept_acts(
        &self,
        caller: &Caller,
        community: CommunityId,
        orders: Vec<ActOrder>,
        dry_run: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let submissions = self.submissions(caller, community, orders).await?;
        let work = submissions
            .into_iter()
            .filter_map(|submission| match submission.command {
                Command::Act(act) => Some(Work::Act {
                    member: submission.member,
                    actor: submission.actor,
                    act: Box::new(act),
                }),
                _ => None,
            });
        let new = self.new_job(
            (caller, community),
            JobKind::Acts,
            &work.collect::<Vec<_>>(),
            claim,
        );
        self.accept(NewJob { dry_run, ..new }).await
    }

    /// A job to accept.
    pub(super) fn new_job(
        &self,
        (caller, community): (&Caller, CommunityId),
        kind: JobKind,
        work: &[Work],
        claim: Option<Claim>,
    ) -> NewJob {
        let part = usize::try_from(PART).unwrap_or(1);
        NewJob {
            tenant: caller.tenant,
            community,
            id: JobId(self.ids.fresh()),
            kind,
            dry_run: false,
            key: caller.key,
            total: i64::try_from(work.len()).unwrap_or(i64::MAX),
            parts: work.chunks(part).map(|items| json(&items)).collect(),
            plan: None,
            claim,
        }
    }

    /// Accepts a job.
    pub(super) async fn accept(&self, new: NewJob) -> Result<Outcome, ServiceError> {
        let store = self.store.clone();
        self.detached(async move { settled(store.create_job(&new, &shown).await?) })
            .await
    }

    /// A job.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn job(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: JobId,
    ) -> Result<wire::job::Job, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        Ok(show::job::job(
            &self.store.job(caller.tenant, community, id).await?,
        ))
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read it.
    pub async fn jobs(
        &self,
        caller: &Caller,
        community: CommunityId,
        page: After<JobId>,
    ) -> Result<Listed<wire::job::Job, JobId>, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let rows = self.store.jobs(caller.tenant, community, one_more(page)).await?;
        Ok(cut(rows, page.limit, |job| job.id, show::job::job))
    }

    /// What the items of a job came to so far, in their order, and what they are.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn job_results(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: JobId,
        page: After<i64>,
    ) -> Result<(Job, Listed<ItemResult, i64>), ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let job = self.store.job(caller.tenant, community, id).await?;
        let rows = self.store.job_results(&job, one_more(page)).await?;
        let listed = cut(rows, page.limit, |result| result.item, Clone::clone);
        Ok((job, listed))
    }

    /// Stops a job; what was done stays done. Or takes one up again that was stopped.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::JobEnded`] or [`ServiceError::JobNotCancelled`].
    pub async fn redirect_job(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: JobId,
        resume: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let order = JobOrder {
            tenant: caller.tenant,
            community,
            id,
            resume,
            claim,
        };
        let store = self.store.clone();
        self.detached(async move {
            match store.redirect_job(&order, &shown).await? {
                JobReply::Wrong(state) if resume => Err(ServiceError::JobNotCancelled(state.name())),
                other => settled(other),
            }
        })
        .await
    }

    /// Works off a part of a job: what each of its items came to, without those that were refused before. `None` when the
    /// items cannot be read.
    pub async fn work_off(&self, job: &Job, part: &Part) -> Option<Vec<(i64, ItemOutcome)>> {
        let work = read(job, part.number, &part.items)?;
        let (mut acts, mut outcomes) = (Vec::new(), Vec::new());
        for (item, work) in (part.number * PART..).zip(work) {
            if part.refused.contains(&item) {
                continue;
            }
            let claim = Some(claim_of(job, item));
            match work {
                Work::Act { member, actor, act } => {
                    let submission = Submission {
                        tenant: job.tenant,
                        community: job.community,
                        member,
                        actor,
                        command: Command::Act(*act),
                        claim,
                        in_hand: None,
                        run: None,
                    };
                    acts.push((item, submission));
                }
                Work::Void {
                    number,
                    actor,
                    reason,
                } => {
                    let order = VoidOrder {
                        appeal: None,
                        replaces: false,
                        dry_run: false,
                        tenant: job.tenant,
                        community: job.community,
                        number,
                        actor,
                        claim,
                    };
                    outcomes.push((item, self.carry_out_void(order, reason).await));
                }
            }
        }
        let (items, submissions): (Vec<_>, Vec<_>) = acts.into_iter().unzip();
        let acted = self.pipeline.submit_in_order(submissions).await;
        outcomes.extend(items.into_iter().zip(acted));
        Some(outcomes)
    }
}
