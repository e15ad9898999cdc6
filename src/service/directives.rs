//! What platforms are to do: handed out to relays under leases, and what they report.

mod hand; // what a relay that follows has in hand
mod shift; // relays that are given directives as they fall due

pub use shift::{Next, Shift};

use self::shift::Wake;
use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::show::directive::Announcer;
use super::{After, Claim, Outcome, PersonRef, Service, show};
use crate::domain::directive::{self as domain, Receipt, State};
use crate::domain::id::{CommunityId, DirectiveId, LeaseId};
use crate::domain::identity::Platform;
use crate::domain::policy_check::Finding;
use crate::ports::directives::{DirectiveFilter, Served, Taking};
use crate::ports::directory::Change;
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::time::Instant;
use wire::directive::Directive;
use wire::key::Scope;

/// How many members are looked at in one transaction: others wait for them meanwhile.
const RESTATED: u32 = 50;

/// Which directives a relay asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// On this platform.
    pub platform: Platform,
    /// Only of this community.
    pub community: Option<CommunityId>,
    /// How many at most.
    pub limit: u32,
    /// For how long nobody else is given them.
    pub lease: Duration,
}

/// Which directives to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectiveQuery {
    /// Of this community.
    pub community: Option<CommunityId>,
    /// About this member.
    pub member: Option<PersonRef>,
    /// On this platform.
    pub platform: Option<Platform>,
    /// Where they stand.
    pub state: Option<State>,
}

impl Service {
    /// Takes what is due in hand; waits for it for a while if there is nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn lease_directives(
        &self,
        caller: &Caller,
        work: &Work,
        wait: Duration,
    ) -> Result<Vec<Directive>, ServiceError> {
        let taken = self.wait_for_directives(caller, work, wait).await?;
        self.handed_out(caller, &taken).await
    }

    /// Directives for whoever carries them out, with the addresses of the links that go with notices.
    pub(super) async fn handed_out(
        &self,
        caller: &Caller,
        taken: &[domain::Directive],
    ) -> Result<Vec<Directive>, ServiceError> {
        let addresses = self.addresses(caller.tenant).await?;
        Ok(taken
            .iter()
            .map(|directive| addresses.directive(directive))
            .collect())
    }

    async fn wait_for_directives(
        &self,
        caller: &Caller,
        work: &Work,
        wait: Duration,
    ) -> Result<Vec<domain::Directive>, ServiceError> {
        let served = self.served(caller, work).await?;
        let found = self.take(caller, &served, work).await?;
        if !found.is_empty() || wait.is_zero() {
            return Ok(found);
        }
        let until = Instant::now() + wait;
        let mut shift = self.begin_shift(caller, work.clone()).await?;
        // Only the waiting is given up in the end: what was taken by then is given.
        loop {
            let found = self.take(caller, &served, work).await?;
            if !found.is_empty() {
                return Ok(found);
            }
            match tokio::time::timeout_at(until, shift.wait()).await {
                Ok(Wake::Look | Wake::Quiet) => {}
                Ok(Wake::Over) | Err(_) => return Ok(found),
            }
        }
    }

    async fn served(&self, caller: &Caller, work: &Work) -> Result<Served, ServiceError> {
        caller.require(Scope::DirectivesWork)?;
        Ok(Served {
            platform: work.platform.clone(),
            communities: self.seen(caller, work.community).await?,
        })
    }

    /// The communities that a caller may see of those that are asked for; `None` for all.
    async fn seen(
        &self,
        caller: &Caller,
        community: Option<CommunityId>,
    ) -> Result<Option<Vec<CommunityId>>, ServiceError> {
        let Some(community) = community else {
            return Ok(caller.communities.as_deref().map(<[_]>::to_vec));
        };
        caller.enter(community)?;
        self.store.community(caller.tenant, community).await?;
        Ok(Some(vec![community]))
    }

    async fn take(
        &self,
        caller: &Caller,
        served: &Served,
        work: &Work,
    ) -> Result<Vec<domain::Directive>, ServiceError> {
        let taking = Taking {
            id: LeaseId(self.ids.fresh()),
            lease: work.lease,
            limit: work.limit,
        };
        let (store, tenant, served) = (self.store.clone(), caller.tenant, served.clone());
        self.detached(async move { Ok(store.lease_directives(tenant, &served, &taking).await?) })
            .await
    }

    /// Writes down what came of a directive.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`] for a moment that is past, [`ServiceError::LeaseLost`] when it failed and nobody or
    /// somebody else has it in hand, [`ServiceError::DirectiveSettled`] when it is settled and failed.
    pub async fn receive_directive(
        &self,
        caller: &Caller,
        id: DirectiveId,
        (lease, receipt): (Option<LeaseId>, Receipt),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let outcome = receipt.outcome.name();
        let receipt = Box::new(receipt);
        let change = Change::ReceiveDirective { id, lease, receipt };
        let taken_in = self.change_directive(caller, id, change, claim).await?;
        metrics::counter!("tribune_receipts_total", "outcome" => outcome).increment(1);
        Ok(taken_in)
    }

    /// Has a directive carried out once more, from now on: one that was given up, or that is to be tried sooner.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::DirectiveSettled`] for one that another took the place of.
    pub async fn retry_directive(
        &self,
        caller: &Caller,
        id: DirectiveId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        self.change_directive(caller, id, Change::RetryDirective(id), claim)
            .await
    }

    /// Looks at members whose names on platforms have changed, or the spaces of their community, and says what is on record of them where it was
    /// not said. False when nobody waits for it.
    ///
    /// # Errors
    /// That the store could not do it; they wait on.
    pub async fn restate(&self) -> Result<bool, ServiceError> {
        let store = self.store.clone();
        self.detached(async move { Ok(store.restate_portion(&Announcer, RESTATED).await?) })
            .await
    }

    /// Takes a directive back that is still to be carried out.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::DirectiveSettled`].
    pub async fn cancel_directive(
        &self,
        caller: &Caller,
        id: DirectiveId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        self.change_directive(caller, id, Change::CancelDirective(id), claim)
            .await
    }

    async fn change_directive(
        &self,
        caller: &Caller,
        id: DirectiveId,
        change: Change,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::DirectivesWork)?;
        self.seen_directive(caller, id).await?;
        if let Change::ReceiveDirective { receipt, .. } = &change {
            lies_ahead(receipt, self.clock.now())?;
        }
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A directive.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn directive(&self, caller: &Caller, id: DirectiveId) -> Result<Directive, ServiceError> {
        caller.require(Scope::DirectivesRead)?;
        let found = self.seen_directive(caller, id).await?;
        Ok(show::directive::directive(&found))
    }

    /// A directive of a community that the caller sees.
    async fn seen_directive(
        &self,
        caller: &Caller,
        id: DirectiveId,
    ) -> Result<domain::Directive, ServiceError> {
        let found = self.store.directive(caller.tenant, id).await?;
        let entered = caller.enter(found.community);
        entered.map_err(|_| ServiceError::NotFound("directive"))?;
        Ok(found)
    }

    /// Directives, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community or a user that the caller does not have.
    pub async fn directives(
        &self,
        caller: &Caller,
        query: DirectiveQuery,
        page: After<DirectiveId>,
    ) -> Result<Listed<Directive, DirectiveId>, ServiceError> {
        caller.require(Scope::DirectivesRead)?;
        let communities = self.seen(caller, query.community).await?;
        let user = match &query.member {
            Some(person) => Some(self.store.user(caller.tenant, person).await?.id),
            None => None,
        };
        let filter = DirectiveFilter {
            communities,
            user,
            platform: query.platform,
            state: query.state,
        };
        let rows = self
            .store
            .directives(caller.tenant, &filter, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |directive| directive.id,
            show::directive::directive,
        ))
    }
}

/// That a platform keeps something up until a moment that is still to come. Else a relay whose clock is wrong would be handed it again and again.
fn lies_ahead(receipt: &Receipt, now: DateTime<Utc>) -> Result<(), ServiceError> {
    if receipt.holds_until.is_none_or(|until| now < until) {
        return Ok(());
    }
    Err(ServiceError::Invalid(vec![Finding {
        pointer: "/holds_until".to_owned(),
        detail: "a moment ahead of now; leave it out where the platform keeps it up for as long as is wanted"
            .to_owned(),
    }]))
}
