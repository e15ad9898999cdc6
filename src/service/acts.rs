//! Acts on members: record one, try one out, lift one sanction, record that one's time is over.

use super::caller::{Caller, NamedActor};
use super::error::ServiceError;
use super::judge::json;
use super::{After, Claim, Outcome, PersonRef, Service};
use crate::domain::act::{Act, Command};
use crate::domain::actor::Acting;
use crate::domain::case::Particulars;
use crate::domain::hold::{Spent, sought};
use crate::domain::id::{CommunityId, LeaseId, SanctionId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::directives::DirectiveFilter;
use crate::ports::ledger::{ActorRef, InHand, Submission};
use crate::ports::timers::DueTimer;
use chrono::{DateTime, TimeDelta, Utc};
use wire::act::ActAnswer;
use wire::key::Scope;

/// Among how many of a member's latest directives those of an act are.
const LATEST: u32 = 200;

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
    /// Which platform's part of what comes of it the caller carries out, and how long that takes at most.
    pub in_hand: Option<(Platform, TimeDelta)>,
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
        if order.in_hand.is_some() {
            caller.require(Scope::DirectivesWork)?;
        }
        caller.enter(community)?;
        let actor = caller.actor(order.actor)?;
        let submission = Submission {
            tenant: caller.tenant,
            community,
            member: order.member,
            actor,
            command: Command::Act(order.act),
            claim,
            in_hand: order.in_hand.clone().map(|(platform, time)| InHand {
                platform,
                lease: LeaseId(self.ids.fresh()),
                time,
            }),
            run: None,
        };
        if order.dry_run {
            return self.preview(&submission).await;
        }
        let outcome = self.pipeline.submit(submission).await?;
        match order.in_hand {
            Some((platform, _)) if !outcome.is_held() => {
                self.with_directives(caller, community, platform, outcome).await
            }
            _ => Ok(outcome),
        }
    }

    /// The answer to an act, with the directives of a platform that came of it.
    async fn with_directives(
        &self,
        caller: &Caller,
        community: CommunityId,
        platform: Platform,
        mut outcome: Outcome,
    ) -> Result<Outcome, ServiceError> {
        // What was kept under a key by an earlier version may read otherwise; it is given as it is then.
        let Ok(mut answer) = serde_json::from_str::<ActAnswer>(&outcome.answer.body) else {
            return Ok(outcome);
        };
        let cases: Vec<i64> = std::iter::once(&answer.case)
            .chain(&answer.escalations)
            .map(|case| case.number)
            .collect();
        let filter = DirectiveFilter {
            communities: Some(vec![community]),
            user: answer.case.member.user.as_deref().and_then(UserId::parse),
            platform: Some(platform),
            state: None,
        };
        let page = After {
            after: None,
            limit: LATEST,
        };
        let found = self.store.directives(caller.tenant, &filter, page).await?;
        let of_these = found
            .iter()
            .filter(|directive| directive.wish.case.is_some_and(|case| cases.contains(&case)));
        let addresses = self.addresses(caller.tenant).await?;
        answer.directives = of_these.map(|directive| addresses.directive(directive)).collect();
        answer.directives.reverse();
        outcome.answer.body = json(&answer);
        Ok(outcome)
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
            in_hand: None,
            run: None,
        };
        if dry_run {
            self.preview(&submission).await
        } else {
            self.pipeline.submit(submission).await
        }
    }

    /// Records that a sanction's time is over; whether it did. It does nothing when the sanction has moved on, or another has recorded it.
    ///
    /// # Errors
    /// What kept the store from it; the timer stays and comes again.
    pub async fn expire(&self, timer: &DueTimer) -> Result<bool, ServiceError> {
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
            in_hand: None,
            run: None,
        };
        match self.pipeline.submit(submission).await {
            // The community was deleted, and the timer goes with its rows.
            Err(ServiceError::NotFound(_)) => Ok(false),
            // What was recorded has a case, whose number is the tag.
            other => other.map(|outcome| !outcome.answer.tag.is_empty()),
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
