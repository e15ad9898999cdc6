//! Appeals: whether there may be one, filed for members, reviewed by moderators, and decided.

mod decide; // what reviewers come to, and what comes of it
mod member; // what members do
mod overturns; // how often they changed something
mod reviewer; // what moderators do
mod time; // what time does

pub use decide::DecisionOrder;
pub use member::{Filing, More};
pub use overturns::OverturnQuery;
pub use reviewer::Handling;

use super::caller::Caller;
use super::error::ServiceError;
use super::judge::json;
use super::listing::{Listed, cut, one_more};
use super::{After, Answer, Claim, Outcome, Service, show};
use crate::domain::appeal::{self, Eligibility, Statement};
use crate::domain::id::{AppealId, CommunityId};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::ports::appeals::{AppealChange, AppealFilter, AppealStep, QueueFilter};
use crate::ports::directory::Change;
use crate::ports::ledger::ActorRef;
use wire::appeal::{Appeal, AppealEligibility, AppealReview, DecisionAnswer};
use wire::key::Scope;

/// How many of a case's appeals are looked at to say whether there may be another one.
const MOST_EARLIER: u32 = 100;

/// What a member says, as a call gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saying {
    /// The text.
    pub text: String,
    /// Links to what shows it.
    pub evidence: Vec<String>,
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
        (state, case): (Option<appeal::State>, Option<i64>),
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

    /// Appeals that wait for reviewers, the oldest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read them.
    pub async fn appeal_queue(
        &self,
        caller: &Caller,
        community: CommunityId,
        filter: QueueFilter,
        page: After<AppealId>,
    ) -> Result<Listed<Appeal, AppealId>, ServiceError> {
        caller.require(Scope::AppealsRead)?;
        caller.enter(community)?;
        let now = self.clock.now();
        let rows = self
            .store
            .appeal_queue(caller.tenant, community, filter, now, one_more(page))
            .await?;
        let show = |appeal: &_| show::appeal::appeal(appeal, now);
        Ok(cut(rows, page.limit, |appeal| appeal.id, show))
    }

    /// What a reviewer goes by: the appeal, the case, and what moderators say among themselves.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn appeal_review(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: AppealId,
    ) -> Result<AppealReview, ServiceError> {
        caller.require(Scope::AppealsReview)?;
        caller.enter(community)?;
        let found = self.store.appeal(caller.tenant, community, id).await?;
        let case = self.store.case(caller.tenant, community, found.case).await?;
        Ok(show::appeal::review(&found, &case, self.clock.now()))
    }

    /// Whether a case may be appealed now, by the policy in force.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn appeal_eligibility(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
    ) -> Result<AppealEligibility, ServiceError> {
        caller.require(Scope::AppealsRead)?;
        caller.enter(community)?;
        let case = self.store.case(caller.tenant, community, number).await?;
        let (now, timeline) = self.store.rules(caller.tenant, community).await?;
        let second = Instant::from_utc(now).map_err(|_| Refusal::ClockOutOfRange)?;
        let rules = &timeline.in_force(second).policy.appeals;
        let filter = AppealFilter {
            case: Some(number),
            state: None,
        };
        let newest = After {
            after: None,
            limit: MOST_EARLIER,
        };
        let earlier = self
            .store
            .appeals(caller.tenant, community, &filter, newest)
            .await?;
        let mut eligibility = Eligibility::of(rules, &case, &earlier, now);
        let place = self.store.community(caller.tenant, community).await?;
        if place.archived_at.is_some() {
            eligibility = eligibility.in_archived();
        }
        Ok(show::appeal::eligibility(&eligibility, rules))
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

    /// What a member says, at a moment that the store corrects.
    fn statement(&self, saying: Saying) -> Statement {
        Statement {
            at: self.clock.now(),
            text: saying.text,
            evidence: saying.evidence,
        }
    }
}

/// The answer to a decision that carries nothing out.
pub(super) fn upheld(appeal: Appeal) -> Answer {
    Answer {
        tag: appeal.id.clone(),
        body: json(&DecisionAnswer { appeal, remedy: None }),
    }
}
