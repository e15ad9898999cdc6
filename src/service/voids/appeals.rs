//! What appeals come to, carried out or tried.

use super::{CaseOrder, Measure, Remedy};
use crate::domain::act::Entry;
use crate::domain::appeal::{Appeal, Finding};
use crate::domain::id::{CommunityId, NoticeId, TenantId};
use crate::domain::notice::Notice;
use crate::domain::policy::Policy;
use crate::ports::appeals::Deciding;
use crate::ports::ledger::{ActorRef, VoidOrder};
use crate::ports::notices::Audience;
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::notices::{self, CameTo};
use crate::service::{Outcome, Service};
use chrono::{DateTime, Utc};

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

impl Remedy {
    /// What the member is told: of the appeal that this decides, and of the milder act that takes the place of the case.
    pub(super) fn told(
        &self,
        (audience, appeal): (Option<&Audience>, Option<&Appeal>),
        added: Option<&Entry>,
        policy: &Policy,
        came_to: &CameTo<'_>,
        now: DateTime<Utc>,
    ) -> Vec<Notice> {
        let Some(audience) = audience else {
            return Vec::new();
        };
        let id = NoticeId(self.ids.fresh());
        let decided = appeal.and_then(|appeal| {
            notices::of_appeal((id, self.links), audience, policy, (appeal, Some(came_to)), now)
        });
        let added = added.map(std::slice::from_ref).unwrap_or_default();
        let acts = notices::of_cases((&*self.ids, self.links), audience, policy, added, now);
        decided.into_iter().chain(acts).collect()
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
