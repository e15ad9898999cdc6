//! Acts on members: record one, try one out, lift one sanction, record that one's time is over.

use super::caller::{Caller, NamedActor};
use super::error::ServiceError;
use super::{Claim, Outcome, PersonRef, Service};
use crate::domain::act::{Act, Command};
use crate::domain::actor::Acting;
use crate::domain::case::Particulars;
use crate::domain::hold::{Spent, sought};
use crate::domain::id::{CommunityId, SanctionId, TenantId};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::ledger::{ActorRef, Submission};
use crate::ports::timers::DueTimer;
use chrono::{DateTime, Utc};
use wire::key::Scope;

/// An act as a call asks for it.
#[derive(Clone, Debug)]
pub struct ActOrder {
    /// Upon whom.
    pub member: PersonRef,
    /// The person who acts, if the call names one.
    pub actor: Option<NamedActor>,
    /// What.
    pub act: Act,
    /// Decide without effect.
    pub dry_run: bool,
}

/// The lift of one sanction as a call asks for it.
#[derive(Clone, Debug)]
pub struct LiftOrder {
    /// Which one.
    pub sanction: SanctionId,
    /// The person who acts, if the call names one.
    pub actor: Option<NamedActor>,
    /// Why.
    pub particulars: Particulars,
    /// Decide without effect.
    pub dry_run: bool,
}

impl Service {
    /// Records an act, or tries it out.
    ///
    /// # Errors
    /// Whatever stands in its way; nothing was written then.
    pub async fn act(
        &self,
        caller: &Caller,
        community: CommunityId,
        order: ActOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let actor = caller.actor(order.actor)?;
        let submission = Submission {
            tenant: caller.tenant,
            community,
            member: order.member,
            actor,
            command: Command::Act(order.act),
            claim,
        };
        if order.dry_run {
            self.preview(&submission).await
        } else {
            self.pipeline.submit(submission).await
        }
    }

    /// Lifts one sanction, or tries it out.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a sanction that does not exist, or what stands in the way of the lift.
    pub async fn lift(
        &self,
        caller: &Caller,
        community: CommunityId,
        order: LiftOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let LiftOrder {
            sanction,
            actor,
            particulars,
            dry_run,
        } = order;
        let held = self.store.sanction(caller.tenant, community, sanction).await?;
        let submission = Submission {
            tenant: caller.tenant,
            community,
            member: PersonRef::User(held.user),
            actor: caller.actor(actor)?,
            command: Command::Lift {
                sanction,
                particulars,
            },
            claim,
        };
        if dry_run {
            self.preview(&submission).await
        } else {
            self.pipeline.submit(submission).await
        }
    }

    /// Records that a sanction's time is over. Does nothing when it has moved on.
    ///
    /// # Errors
    /// What kept the store from it; the timer stays and comes again.
    pub async fn expire(&self, timer: &DueTimer) -> Result<(), ServiceError> {
        let submission = Submission {
            tenant: timer.tenant,
            community: timer.community,
            member: PersonRef::User(timer.user),
            actor: ActorRef::System,
            command: Command::Expire {
                sanction: timer.sanction,
                version: timer.version,
            },
            claim: None,
        };
        match self.pipeline.submit(submission).await {
            // The community was deleted, and the timer goes with its rows.
            Err(ServiceError::NotFound(_)) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Why nothing is changed in a community: it is archived, or its tenant is.
    pub(super) async fn closed(
        &self,
        tenant: TenantId,
        community: CommunityId,
    ) -> Result<Option<Refusal>, ServiceError> {
        let community = self.store.community(tenant, community).await?;
        if self.store.tenant(tenant).await?.archived_at.is_some() {
            return Ok(Some(Refusal::TenantArchived));
        }
        Ok(community.archived_at.map(|_| Refusal::Archived))
    }

    /// What is spent of the budgets that an act would count in, as far as the policy has some.
    pub(super) async fn spent(
        &self,
        submission: &Submission,
        acting: &Acting,
        now: DateTime<Utc>,
        timeline: &Timeline,
    ) -> Result<Spent, ServiceError> {
        let mut spent = Spent::default();
        let (Command::Act(act), Ok(now)) = (&submission.command, Instant::from_utc(now)) else {
            return Ok(spent);
        };
        let policy = &timeline.in_force(now).policy;
        let sought = sought(policy, &acting.actor, act.kind(), now);
        if !sought.is_empty() {
            let (tenant, community) = (submission.tenant, submission.community);
            let counts = self.store.spent(tenant, community, &sought).await?;
            for (sought, acts) in sought.iter().zip(counts) {
                spent.learn(sought, acts);
            }
        }
        Ok(spent)
    }
}
