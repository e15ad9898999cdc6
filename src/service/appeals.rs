//! Appeals: filed for members, taken in hand by reviewers, and decided.

use super::caller::{Caller, NamedActor};
use super::error::ServiceError;
use super::judge::json;
use super::listing::{Listed, cut, one_more};
use super::voids::CaseOrder;
use super::{After, Answer, Claim, Outcome, Service, show};
use crate::domain::appeal::{self, State, Statement};
use crate::domain::id::{AppealId, CommunityId};
use crate::ports::appeals::{AppealChange, AppealFilter, AppealStep, Deciding};
use crate::ports::directory::Change;
use crate::ports::ledger::ActorRef;
use wire::appeal::{Appeal, DecisionAnswer};
use wire::key::Scope;

/// What a member says, as a call gives it.
#[derive(Clone, Debug, Default)]
pub struct Saying {
    /// The text.
    pub text: String,
    /// Links to what shows it.
    pub evidence: Vec<String>,
}

/// A decision, as a call asks for it.
#[derive(Clone, Debug)]
pub struct DecisionOrder {
    /// Who decides.
    pub actor: Option<NamedActor>,
    /// What it comes to.
    pub outcome: appeal::Outcome,
    /// Why.
    pub reason: String,
}

impl Service {
    /// An appeal.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn appeal(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: AppealId,
    ) -> Result<Appeal, ServiceError> {
        caller.require(Scope::AppealsRead)?;
        caller.enter(community)?;
        let found = self.store.appeal(caller.tenant, community, id).await?;
        Ok(show::appeal::appeal(&found, self.clock.now()))
    }

    /// Appeals, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read them.
    pub async fn appeals(
        &self,
        caller: &Caller,
        community: CommunityId,
        (state, case): (Option<State>, Option<i64>),
        page: After<AppealId>,
    ) -> Result<Listed<Appeal, AppealId>, ServiceError> {
        caller.require(Scope::AppealsRead)?;
        caller.enter(community)?;
        let filter = AppealFilter { state, case };
        let rows = self
            .store
            .appeals(caller.tenant, community, &filter, one_more(page))
            .await?;
        let now = self.clock.now();
        let show = |appeal: &_| show::appeal::appeal(appeal, now);
        Ok(cut(rows, page.limit, |appeal| appeal.id, show))
    }

    /// Files an appeal for the member of a case.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the case, or what stands in the way.
    pub async fn file_appeal(
        &self,
        caller: &Caller,
        (community, case): (CommunityId, i64),
        saying: Saying,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsFile)?;
        let what = AppealStep::File {
            id: AppealId(self.ids.fresh()),
            case,
            statement: Statement {
                at: self.clock.now(),
                text: saying.text,
                evidence: saying.evidence,
            },
        };
        self.change_appeal(caller, community, (caller.as_actor(), what), claim)
            .await
    }

    /// Takes an appeal back, for the member.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that it is over.
    pub async fn withdraw_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsFile)?;
        let what = AppealStep::Withdraw(id);
        self.change_appeal(caller, community, (caller.as_actor(), what), claim)
            .await
    }

    /// A reviewer takes an appeal in hand, or keeps it for longer.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way.
    pub async fn claim_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        actor: Option<NamedActor>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsReview)?;
        let by = caller.actor(actor)?;
        self.change_appeal(caller, community, (by, AppealStep::Claim(id)), claim)
            .await
    }

    /// A reviewer puts an appeal back.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way.
    pub async fn release_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        actor: Option<NamedActor>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsReview)?;
        let by = caller.actor(actor)?;
        self.change_appeal(caller, community, (by, AppealStep::Release(id)), claim)
            .await
    }

    /// Decides an appeal, together with what comes of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way; nothing was written then.
    pub async fn decide_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        order: DecisionOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsReview)?;
        caller.enter(community)?;
        match order.outcome {
            appeal::Outcome::Uphold => {
                let by = caller.actor(order.actor)?;
                let what = AppealStep::Uphold(id, order.reason);
                self.change_appeal(caller, community, (by, what), claim).await
            }
            appeal::Outcome::Void => {
                let found = self.store.appeal(caller.tenant, community, id).await?;
                let of = CaseOrder {
                    community,
                    number: found.case,
                    actor: order.actor,
                    dry_run: false,
                    claim,
                };
                let deciding = Deciding {
                    appeal: id,
                    outcome: order.outcome,
                    reason: order.reason,
                };
                self.void_for_appeal(caller, of, deciding).await
            }
        }
    }

    async fn change_appeal(
        &self,
        caller: &Caller,
        community: CommunityId,
        (by, what): (ActorRef, AppealStep),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.enter(community)?;
        let change = Change::Appeal(Box::new(AppealChange { community, what }));
        self.change(caller.tenant, by, change, claim).await
    }
}

/// The answer to a decision that upholds.
pub(super) fn upheld(appeal: Appeal) -> Answer {
    Answer {
        tag: appeal.id.clone(),
        body: json(&DecisionAnswer { appeal, remedy: None }),
    }
}
