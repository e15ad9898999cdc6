//! Policies: immutable versions, of which one is in force and one may be still to come.

use super::caller::Caller;
use super::error::{ServiceError, not_ahead};
use super::judge::json;
use super::listing::{Listed, cut, one_more};
use super::{After, Answer, Claim, Outcome, Service, show};
use crate::domain::id::{CommunityId, TenantId};
use crate::domain::policy::{Model, Policy};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::timeline::PolicyVersion;
use crate::ports::directory::{Change, DuePolicy, FARTHEST_ACTIVATION, PolicyNow, PolicyRecord};
use crate::ports::ledger::ActorRef;
use std::sync::Arc;
use wire::key::Scope;
use wire::policy::PolicyWarning;

/// A version to write.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// The newest version that the caller saw.
    pub expected: i32,
    /// Why.
    pub comment: Option<String>,
    /// When it comes into force; `None` for at once.
    pub activate_at: Option<Instant>,
    /// Only check it, and answer what would be written.
    pub dry_run: bool,
}

impl Service {
    /// Writes the next version of a community's policy. It takes the place of one that is still to come. Points, latches and
    /// sanctions stay as they are.
    ///
    /// # Errors
    /// [`ServiceError::Stale`] when the caller has not seen the newest version, [`ServiceError::Invalid`] when `activate_at`
    /// does not lie ahead.
    pub async fn put_policy(
        &self,
        caller: &Caller,
        community: CommunityId,
        new: NewPolicy,
        policy: Policy,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::PoliciesWrite)?;
        caller.enter(community)?;
        if new.dry_run {
            return self.try_policy(caller, community, new, policy).await;
        }
        let change = Change::PutPolicy {
            community,
            expected: new.expected,
            policy,
            comment: new.comment,
            activate_at: new.activate_at,
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Writes the next version with the rules of an earlier one, withdrawn ones included.
    ///
    /// # Errors
    /// As for [`Service::put_policy`], and [`ServiceError::NotFound`] for a version that never was.
    pub async fn restore_policy(
        &self,
        caller: &Caller,
        community: CommunityId,
        version: i32,
        new: NewPolicy,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::PoliciesWrite)?;
        caller.enter(community)?;
        let earlier = self.earlier_rules(caller.tenant, community, version, new.comment);
        let (policy, comment) = earlier.await?;
        let new = NewPolicy {
            comment: Some(comment),
            ..new
        };
        self.put_policy(caller, community, new, policy, claim).await
    }

    /// The rules of an earlier version, withdrawn ones included, and the comment of the version that brings them back. Versions never
    /// change, so what is read here is what any later moment would read.
    pub(crate) async fn earlier_rules(
        &self,
        tenant: TenantId,
        community: CommunityId,
        version: i32,
        comment: Option<String>,
    ) -> Result<(Policy, String), ServiceError> {
        let earlier = self.store.policy(tenant, community, Some(version)).await?;
        let comment = comment.unwrap_or_else(|| format!("Restores version {version}"));
        Ok((Policy::clone(&earlier.version.policy), comment))
    }

    /// Withdraws a version that is still to come into force. Withdrawing again changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotScheduled`] for a version that is or was in force.
    pub async fn withdraw_policy(
        &self,
        caller: &Caller,
        community: CommunityId,
        version: i32,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::PoliciesWrite)?;
        caller.enter(community)?;
        let change = Change::WithdrawPolicy { community, version };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Writes down that a version has come into force by time alone; true when it was not written down before.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn activate_policy(&self, due: &DuePolicy) -> Result<bool, ServiceError> {
        let change = Change::ActivatePolicy {
            community: due.community,
            version: due.version,
        };
        match self.change(due.tenant, ActorRef::System, change, None).await {
            Ok(_) => Ok(true),
            // Another replica was quicker, or somebody wrote the version after it meanwhile.
            Err(ServiceError::Stale { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// What writing a version would come to, by what is read now.
    async fn try_policy(
        &self,
        caller: &Caller,
        community: CommunityId,
        new: NewPolicy,
        policy: Policy,
    ) -> Result<Outcome, ServiceError> {
        let (tenant, created_at) = (caller.tenant, self.clock.now());
        let now = Instant::from_utc(created_at).map_err(|_| Refusal::ClockOutOfRange)?;
        let standing = self.store.policy_now(tenant, community).await?;
        if newest(&standing) != new.expected {
            return Err(ServiceError::Stale {
                current: newest(&standing).to_string(),
            });
        }
        if new
            .activate_at
            .is_some_and(|at| at <= now || at > now.shifted(FARTHEST_ACTIVATION))
        {
            return Err(not_ahead(now));
        }
        let record = PolicyRecord {
            version: PolicyVersion {
                version: self.last_version(tenant, community).await? + 1,
                activated_at: new.activate_at.unwrap_or(now),
                policy: Arc::new(policy),
            },
            created_at,
            by: caller.recorded(),
            comment: new.comment,
            withdrawn_at: None,
        };
        let mut shown = show::policy::policy(community, &record);
        let lost = self.ends_lost(
            tenant,
            community,
            (&standing, &record.version.policy),
            new.activate_at,
        );
        shown.warnings.extend(lost.await?.map(|detail| PolicyWarning {
            pointer: "/rules/decay/model".to_owned(),
            detail,
        }));
        Ok(Outcome {
            answer: Answer {
                tag: tag(&standing),
                body: json(&shown),
            },
            replayed: false,
        })
    }

    /// A warning about sanctions that hold while the points are high, if some would lose their end by a policy under which points never
    /// fall. Under all others each keeps an end.
    pub(crate) async fn ends_lost(
        &self,
        tenant: TenantId,
        community: CommunityId,
        (standing, policy): (&PolicyNow, &Policy),
        activate_at: Option<Instant>,
    ) -> Result<Option<String>, ServiceError> {
        let never_falls = |policy: &Policy| policy.decay.model() == Model::None;
        if !never_falls(policy) || never_falls(&standing.in_force.version.policy) {
            return Ok(None);
        }
        let now = Instant::from_utc(self.clock.now()).map_err(|_| Refusal::ClockOutOfRange)?;
        let from = activate_at.unwrap_or(now);
        let held = self.store.held_by_points(tenant, community, from).await?;
        Ok((held > 0).then(|| {
            format!(
                "points would never fall, so what holds while they are high (sanctions that would lose their end as things stand: {held}) would have to be lifted"
            )
        }))
    }

    async fn last_version(&self, tenant: TenantId, community: CommunityId) -> Result<i32, ServiceError> {
        let newest = After {
            after: None,
            limit: 1,
        };
        let found = self.store.policies(tenant, community, newest).await?;
        Ok(found.first().map_or(0, |record| record.version.version))
    }

    /// The policy in force, with the tag of the policy as it stands.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn policy_in_force(
        &self,
        caller: &Caller,
        community: CommunityId,
    ) -> Result<(String, wire::policy::Policy), ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        caller.enter(community)?;
        let standing = self.store.policy_now(caller.tenant, community).await?;
        Ok((
            tag(&standing),
            show::policy::policy(community, &standing.in_force),
        ))
    }

    /// A version of a community's policy, with its tag.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have, or a version that never was.
    pub async fn policy_version(
        &self,
        caller: &Caller,
        community: CommunityId,
        version: i32,
    ) -> Result<(String, wire::policy::Policy), ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        caller.enter(community)?;
        let record = self.store.policy(caller.tenant, community, Some(version)).await?;
        Ok((
            show::policy::version_tag(&record),
            show::policy::policy(community, &record),
        ))
    }

    /// The versions of a community's policy, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn policies(
        &self,
        caller: &Caller,
        community: CommunityId,
        page: After<i32>,
    ) -> Result<Listed<wire::policy::Policy, i32>, ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        caller.enter(community)?;
        let rows = self
            .store
            .policies(caller.tenant, community, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |record| record.version.version,
            |record| show::policy::policy(community, record),
        ))
    }
}

/// The newest version that counts or will.
fn newest(standing: &PolicyNow) -> i32 {
    let newest = standing.scheduled.as_ref().unwrap_or(&standing.in_force);
    newest.version.version
}

fn tag(standing: &PolicyNow) -> String {
    let scheduled = standing.scheduled.as_ref().map(|record| record.version.version);
    show::policy::tag(standing.in_force.version.version, scheduled)
}
