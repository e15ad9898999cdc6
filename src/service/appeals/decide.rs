//! Decisions: what a reviewer comes to, alone or together with others, and what comes of it in the same transaction.

use crate::domain::appeal::{Finding, agreed};
use crate::domain::id::{AppealId, CommunityId};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::ports::appeals::{AppealStep, Deciding, Verdict};
use crate::service::caller::{Caller, NamedActor};
use crate::service::error::ServiceError;
use crate::service::voids::CaseOrder;
use crate::service::{Claim, Outcome, Service};
use wire::key::Scope;

/// How often a decision is tried again because others had a say meanwhile.
const MOST_TRIES: u32 = 5;

/// A decision, as a call asks for it.
#[derive(Clone, Debug)]
pub struct DecisionOrder {
    /// Who decides.
    pub actor: Option<NamedActor>,
    /// What it comes to.
    pub finding: Finding,
    /// Why.
    pub reason: String,
}

impl Service {
    /// Decides an appeal, together with what comes of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn decide_appeal(
        &self,
        caller: &Caller,
        of: (CommunityId, AppealId),
        order: DecisionOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsReview)?;
        caller.enter(of.0)?;
        for _ in 0..MOST_TRIES {
            match self.decide_once(caller, of, order.clone(), claim.clone()).await {
                Err(ServiceError::Refused(Refusal::AppealOvertaken)) => {}
                other => return other,
            }
        }
        Err(Refusal::AppealOvertaken.into())
    }

    /// Decides by what others have said so far; the transaction refuses where that is another thing by then.
    async fn decide_once(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        order: DecisionOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let found = self.store.appeal(caller.tenant, community, id).await?;
        let (now, timeline) = self.store.rules(caller.tenant, community).await?;
        let second = Instant::from_utc(now).map_err(|_| Refusal::ClockOutOfRange)?;
        let votes = timeline.in_force(second).policy.appeals.votes;
        let expected = agreed(votes, &found.about.votes, &order.finding);
        match expected {
            Some(finding) if finding != Finding::Uphold => {
                let of = CaseOrder {
                    community,
                    number: found.case,
                    actor: order.actor,
                    dry_run: false,
                    claim,
                };
                let deciding = Deciding {
                    appeal: id,
                    finding,
                    reason: order.reason,
                };
                self.remedy_for_appeal(caller, of, deciding).await
            }
            expected => {
                let is_change = order.finding != Finding::Uphold;
                if expected.is_none() && is_change && found.state(now).is_open() {
                    // A vote cannot be taken back, so what could not be carried out is refused right away.
                    let by = caller.actor(order.actor.clone())?;
                    self.try_finding(caller.tenant, (community, found.case), by, &order.finding)
                        .await?;
                }
                let by = caller.actor(order.actor)?;
                let verdict = Verdict {
                    finding: order.finding,
                    reason: order.reason,
                    expected,
                };
                let what = AppealStep::Decide(id, verdict);
                self.change_appeal(caller, community, (by, what), claim).await
            }
        }
    }
}
