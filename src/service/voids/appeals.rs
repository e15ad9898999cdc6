//! What appeals come to, carried out or tried.

use super::{CaseOrder, Measure};
use crate::domain::appeal::Finding;
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::appeals::Deciding;
use crate::ports::ledger::{ActorRef, VoidOrder};
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::{Outcome, Service};

impl Service {
    /// Carries out what an appeal comes to, together with the decision. The key needs no scope for acts: what it may decide it may carry out.
    pub(in crate::service) async fn remedy_for_appeal(
        &self,
        caller: &Caller,
        of: CaseOrder,
        deciding: Deciding,
    ) -> Result<Outcome, ServiceError> {
        let (replaces, measure) = Measure::of(&deciding.finding);
        let order = VoidOrder {
            tenant: caller.tenant,
            community: of.community,
            number: of.number,
            actor: caller.actor(of.actor)?,
            replaces,
            appeal: Some(deciding.appeal),
            dry_run: false,
            claim: of.claim,
        };
        let reason = Some(deciding.reason.clone());
        self.remedy_for(order, measure, reason, Some(deciding)).await
    }

    /// Whether what a reviewer came to could be carried out now; nothing is.
    pub(in crate::service) async fn try_finding(
        &self,
        tenant: TenantId,
        (community, number): (CommunityId, i64),
        actor: ActorRef,
        finding: &Finding,
    ) -> Result<(), ServiceError> {
        let (replaces, measure) = Measure::of(finding);
        let order = VoidOrder {
            tenant,
            community,
            number,
            actor,
            replaces,
            appeal: None,
            dry_run: true,
            claim: None,
        };
        self.remedy(order, measure, None).await.map(|_| ())
    }
}

impl Measure {
    /// What a finding asks for, and whether a milder act takes the place of the case.
    fn of(finding: &Finding) -> (bool, Self) {
        match finding.clone() {
            Finding::Reduce { points, duration } => (false, Self::Reduce { points, duration }),
            Finding::Replace { kind, detail } => (true, Self::Replace { kind, detail }),
            Finding::Void | Finding::Uphold => (false, Self::Void),
        }
    }
}
