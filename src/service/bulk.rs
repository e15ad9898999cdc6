//! Many acts in one request. Each is a command of its own in the pipeline: one that is refused fails none of the others.
//!
//! They are handed in a portion at a time, and the next portion waits for the answers to the last one. So however many there are,
//! an act of somebody else finds at most a portion of them before it.

use super::acts::ActOrder;
use super::caller::Caller;
use super::error::{ServiceError, outcome};
use super::rehearsal::Rehearsal;
use super::{Answer, Claim, Outcome, Service};
use crate::domain::act::Command;
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::ledger::Submission;
use wire::key::Scope;

/// How many commands are handed in at once.
pub(crate) const PORTION: usize = 50;

/// What came of one item.
pub type ItemOutcome = Result<Outcome, ServiceError>;

impl Service {
    /// Records many acts, in their order, and says what came of each. With a claim each item is done once: it claims the key
    /// and its place in the transaction of its effect, so a repeat does what is missing and gives the first answers for the rest.
    ///
    /// # Errors
    /// What stands in the way of all of them, the key that was used for something else among it; nothing was written then.
    pub async fn act_on_many(
        &self,
        caller: &Caller,
        community: CommunityId,
        orders: Vec<ActOrder>,
        claim: Option<Claim>,
    ) -> Result<Vec<ItemOutcome>, ServiceError> {
        let submissions = self.submissions(caller, community, orders).await?;
        self.submit_many((caller.tenant, community), submissions, claim)
            .await
    }

    /// Hands commands in, a portion at a time, each under the claim and its place.
    pub(super) async fn submit_many(
        &self,
        (tenant, community): (TenantId, CommunityId),
        mut submissions: Vec<Submission>,
        claim: Option<Claim>,
    ) -> Result<Vec<ItemOutcome>, ServiceError> {
        let service = self.clone();
        self.detached(async move {
            if let Some(claim) = &claim {
                let opened = Answer {
                    body: String::new(),
                    tag: community.to_string(),
                };
                outcome(service.store.claim_bulk(tenant, claim, &opened).await?)?;
                for (index, submission) in submissions.iter_mut().enumerate() {
                    submission.claim = Some(of_item(claim, index));
                }
            }
            let mut outcomes = Vec::with_capacity(submissions.len());
            while !submissions.is_empty() {
                let rest = submissions.split_off(submissions.len().min(PORTION));
                outcomes.extend(service.pipeline.submit_in_order(submissions).await);
                submissions = rest;
            }
            Ok(outcomes)
        })
        .await
    }

    /// Decides many acts without effect, each as if those before it had happened.
    ///
    /// # Errors
    /// What stands in the way of all of them.
    pub async fn rehearse_many(
        &self,
        caller: &Caller,
        community: CommunityId,
        orders: Vec<ActOrder>,
    ) -> Result<Vec<ItemOutcome>, ServiceError> {
        let submissions = self.submissions(caller, community, orders).await?;
        let mut rehearsal = Rehearsal::default();
        self.rehearse(&mut rehearsal, (caller.tenant, community), &submissions)
            .await
    }

    /// Decides acts over what was rehearsed before.
    pub(super) async fn rehearse(
        &self,
        rehearsal: &mut Rehearsal,
        home: (TenantId, CommunityId),
        submissions: &[Submission],
    ) -> Result<Vec<ItemOutcome>, ServiceError> {
        if let Some(refusal) = self.closed(home.0, home.1).await? {
            return Ok(submissions.iter().map(|_| Err(refusal.clone().into())).collect());
        }
        rehearsal
            .learn(&*self.store, home, submissions, &*self.ids)
            .await?;
        let mut outcomes = Vec::with_capacity(submissions.len());
        for submission in submissions {
            outcomes.push(rehearsal.decide(&*self.store, submission, &*self.ids).await);
        }
        Ok(outcomes)
    }

    /// The commands that the orders come to, without claims.
    pub(super) async fn submissions(
        &self,
        caller: &Caller,
        community: CommunityId,
        orders: Vec<ActOrder>,
    ) -> Result<Vec<Submission>, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let submission = |order: ActOrder| {
            Ok(Submission {
                tenant: caller.tenant,
                community,
                member: order.member,
                actor: caller.actor(order.actor)?,
                command: Command::Act(order.act),
                claim: None,
                in_hand: None,
                run: None,
            })
        };
        let submissions = orders
            .into_iter()
            .map(submission)
            .collect::<Result<_, ServiceError>>()?;
        self.store.community(caller.tenant, community).await?;
        Ok(submissions)
    }
}

/// What sorts before and after the keys of the items of a request under this key.
pub(super) fn keys_of(key: &str) -> (String, String) {
    (format!("{key}\n"), format!("{key}\n:"))
}

/// The claim of one item. No key that a client sends has a line break in it, so none is like another request's.
fn of_item(claim: &Claim, index: usize) -> Claim {
    Claim {
        key: format!("{}\n{index:05}", claim.key),
        fingerprint: claim.fingerprint,
    }
}
