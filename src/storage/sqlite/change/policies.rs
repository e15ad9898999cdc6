//! Policy versions: written once. Only that one never came into force is noted later.

use super::{Context, Stop};
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::time::Instant;
use crate::ports::directory::{Change, Changed, Conflict, PolicyChange, PolicyNews, PolicyRecord};
use crate::ports::error::StoreError;
use crate::storage::codec::{instant, json};
use crate::storage::schedule::Held;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::{Row, micros};
use crate::storage::sqlite::{directory, people};
use chrono::{DateTime, Utc};

const READ: &str = "SELECT tenant_id, community_id, policy_version, scheduled_version, scheduled_at FROM communities \
    WHERE tenant_id = ?1 AND community_id = ?2";
/// The number that the last version has, withdrawn ones included.
const LAST: &str =
    "SELECT coalesce(max(version), 0) FROM policies WHERE tenant_id = ?1 AND community_id = ?2";
const INSERT: &str = "INSERT INTO policies (tenant_id, community_id, version, activated_at, doc, created_at, \
    by_actor, comment) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const WITHDRAW: &str =
    "UPDATE policies SET withdrawn_at = ?4 WHERE tenant_id = ?1 AND community_id = ?2 AND version = ?3";
const HOLD: &str = "UPDATE communities SET policy_version = ?3, scheduled_version = ?4, scheduled_at = ?5 \
    WHERE tenant_id = ?1 AND community_id = ?2";
/// Has a look taken at each sanction that holds while the points are high: they may fall otherwise from now on.
const REVIEW: &str = "INSERT INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT tenant_id, community_id, sanction_id, user_id, version, ?3 FROM sanctions WHERE tenant_id = ?1 \
    AND community_id = ?2 AND detail IS NOT NULL AND detail->>'while_above' IS NOT NULL AND ended_how IS NULL \
    AND (ends_at IS NULL OR ends_at > ?3) \
    ON CONFLICT (tenant_id, community_id, sanction_id) DO UPDATE SET due_at = min(due_at, excluded.due_at), \
    leased_until = NULL";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[READ, LAST, INSERT, WITHDRAW, HOLD, REVIEW];

/// A version to write.
pub(super) struct Draft<'a> {
    pub(super) version: i32,
    pub(super) activated_at: Instant,
    pub(super) policy: &'a Policy,
    pub(super) comment: Option<&'a str>,
}

/// Where to look for a version.
const ABSENT: StoreError = StoreError::NotFound("policy");

impl Context<'_> {
    pub(super) async fn put_policy(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        let Change::PutPolicy {
            community,
            expected,
            policy,
            comment,
            activate_at,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("not a change of a policy".into()).into());
        };
        let community = *community;
        let held = self.held(transaction, community).await?;
        let now = self.now;
        let since = self
            .version(transaction, community, held.in_force(instant(now)?))
            .await?;
        let times = (since.version.activated_at, instant(now)?);
        let last: i32 = sqlx::query_scalar(LAST)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .fetch_one(transaction.connection()?)
            .await?;
        let plan = held.put(last + 1, *expected, *activate_at, times)?;
        let next = Draft {
            version: last + 1,
            activated_at: plan.activated_at,
            policy,
            comment: comment.as_deref(),
        };
        self.insert_policy(transaction, community, &next).await?;
        if let Some(version) = plan.withdrawn {
            self.withdraw(transaction, community, version, now).await?;
        }
        self.hold(transaction, community, plan.held).await?;
        let mut news = Vec::new();
        if let Some((version, at)) = plan.came {
            self.review(transaction, community, at).await?;
            news.push((PolicyNews::Activated, version));
        }
        news.extend(plan.withdrawn.map(|version| (PolicyNews::Withdrawn, version)));
        if activate_at.is_none() {
            self.review(transaction, community, instant(now)?).await?;
            news.push((PolicyNews::Activated, next.version));
        } else {
            news.push((PolicyNews::Scheduled, next.version));
        }
        self.policy_changed(transaction, community, next.version, (plan.held, now), news)
            .await
    }

    pub(super) async fn withdraw_policy(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        version: i32,
    ) -> Result<Changed, Stop> {
        let held = self.held(transaction, community).await?;
        let now = self.now;
        let record = self.version(transaction, community, version).await?;
        if record.withdrawn_at.is_some() {
            return self
                .policy_changed(transaction, community, version, (held, now), Vec::new())
                .await;
        }
        if held
            .ahead(instant(now)?)
            .is_none_or(|(ahead, _)| ahead != version)
        {
            return Err(Conflict::NotScheduled(version).into());
        }
        let held = Held {
            scheduled: None,
            ..held
        };
        self.withdraw(transaction, community, version, now).await?;
        self.hold(transaction, community, held).await?;
        let news = vec![(PolicyNews::Withdrawn, version)];
        self.policy_changed(transaction, community, version, (held, now), news)
            .await
    }

    pub(super) async fn activate_policy(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        version: i32,
    ) -> Result<Changed, Stop> {
        let held = self.held(transaction, community).await?;
        let now = self.now;
        let Some((_, at)) = held.overdue(instant(now)?).filter(|(due, _)| *due == version) else {
            return Err(Conflict::Stale(held.newest()).into());
        };
        let held = Held {
            active: version,
            scheduled: None,
        };
        self.hold(transaction, community, held).await?;
        self.review(transaction, community, at).await?;
        let news = vec![(PolicyNews::Activated, version)];
        self.policy_changed(transaction, community, version, (held, now), news)
            .await
    }

    pub(super) async fn insert_policy(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        draft: &Draft<'_>,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let by = people::acting(transaction, tenant, None, &self.order.by, self.now).await?;
        sqlx::query(INSERT)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(draft.version)
            .bind(draft.activated_at.seconds())
            .bind(json(draft.policy)?)
            .bind(micros(self.now))
            .bind(json(&by.actor)?)
            .bind(draft.comment)
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }

    /// What the community's row says of its policy. Nobody else writes meanwhile.
    async fn held(&self, transaction: &mut Transaction, community: CommunityId) -> Result<Held, Stop> {
        let row = sqlx::query(READ)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .fetch_optional(transaction.connection()?)
            .await?;
        let row = row.ok_or(StoreError::NotFound("community"))?;
        Ok(Row::of(&row, "communities", &["tenant_id", "community_id"]).held()?)
    }

    async fn version(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        version: i32,
    ) -> Result<PolicyRecord, Stop> {
        let found =
            directory::policy(transaction.connection()?, self.order.tenant, community, version).await?;
        Ok(found.ok_or(ABSENT)?)
    }

    async fn withdraw(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        version: i32,
        now: DateTime<Utc>,
    ) -> Result<(), Stop> {
        sqlx::query(WITHDRAW)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(version)
            .bind(micros(now))
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }

    async fn hold(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        held: Held,
    ) -> Result<(), Stop> {
        sqlx::query(HOLD)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(held.active)
            .bind(held.scheduled.map(|(version, _)| version))
            .bind(held.scheduled.map(|(_, at)| at.seconds()))
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }

    async fn review(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        from: Instant,
    ) -> Result<(), Stop> {
        sqlx::query(REVIEW)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(from.seconds())
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }

    /// What came of it, read back.
    async fn policy_changed(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        version: i32,
        (held, now): (Held, DateTime<Utc>),
        news: Vec<(PolicyNews, i32)>,
    ) -> Result<Changed, Stop> {
        let mut records = Vec::with_capacity(news.len());
        for (what, version) in news {
            records.push((what, self.version(transaction, community, version).await?));
        }
        Ok(Changed::Policy(Box::new(PolicyChange {
            community,
            record: self.version(transaction, community, version).await?,
            in_force: held.in_force(instant(now)?),
            news: records,
        })))
    }
}
