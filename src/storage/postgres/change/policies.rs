//! Policy versions: written once. Only that one never came into force is noted later.

use super::{Context, Stop};
use crate::domain::actor::{Acting, Actor};
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::time::Instant;
use crate::ports::directory::{Change, Changed, Conflict, PolicyChange, PolicyNews, PolicyRecord};
use crate::ports::error::StoreError;
use crate::storage::codec::{instant, json};
use crate::storage::postgres::directory;
use crate::storage::postgres::row::Row;
use crate::storage::schedule::Held;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A change of versions waits for those who decide by the present ones, and the clock that it goes by is read after theirs.
const READ: &str = "SELECT tenant_id, community_id, policy_version, scheduled_version, scheduled_at FROM communities \
    WHERE tenant_id = $1 AND community_id = $2 FOR UPDATE";
/// The number that the last version has, withdrawn ones included.
const LAST: &str =
    "SELECT coalesce(max(version), 0) FROM policies WHERE tenant_id = $1 AND community_id = $2";
const INSERT: &str = "INSERT INTO policies (tenant_id, community_id, version, activated_at, doc, created_at, \
    by_actor, comment) VALUES ($1, $2, $3, $4, $5::text::json, $6, $7::text::json, $8)";
const WITHDRAW: &str =
    "UPDATE policies SET withdrawn_at = $4 WHERE tenant_id = $1 AND community_id = $2 AND version = $3";
const HOLD: &str = "UPDATE communities SET policy_version = $3, scheduled_version = $4, scheduled_at = $5 \
    WHERE tenant_id = $1 AND community_id = $2";
/// Has a look taken at each sanction that holds while the points are high: they may fall otherwise from now on.
const REVIEW: &str = "INSERT INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT tenant_id, community_id, sanction_id, user_id, version, $3 FROM sanctions WHERE tenant_id = $1 \
    AND community_id = $2 AND detail IS NOT NULL AND detail->>'while_above' IS NOT NULL AND ended_how IS NULL \
    AND (ends_at IS NULL OR ends_at > $3) \
    ON CONFLICT (tenant_id, community_id, sanction_id) DO UPDATE SET due_at = LEAST(timers.due_at, excluded.due_at), \
    leased_until = NULL";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[READ, LAST, INSERT, WITHDRAW, HOLD, REVIEW];

/// A version to write.
pub(super) struct Draft<'a> {
    pub(super) version: i32,
    pub(super) activated_at: Instant,
    pub(super) policy: &'a Policy,
    pub(super) comment: Option<&'a str>,
    pub(super) by: &'a Actor,
    pub(super) now: DateTime<Utc>,
}

/// Where to look for a version.
const ABSENT: StoreError = StoreError::NotFound("policy");

impl Context<'_> {
    pub(super) async fn put_policy(
        &self,
        connection: &mut PgConnection,
        acting: &Acting,
    ) -> Result<Changed, Stop> {
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
        let held = self.held(connection, community).await?;
        let now = self.pool.now(connection).await?;
        let since = self
            .version(connection, community, held.in_force(instant(now)?))
            .await?;
        let times = (since.version.activated_at, instant(now)?);
        let last: i32 = sqlx::query_scalar(LAST)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .fetch_one(&mut *connection)
            .await?;
        let plan = held.put(last + 1, *expected, *activate_at, times)?;
        let next = Draft {
            version: last + 1,
            activated_at: plan.activated_at,
            policy,
            comment: comment.as_deref(),
            by: &acting.actor,
            now,
        };
        self.insert_policy(connection, community, &next).await?;
        if let Some(version) = plan.withdrawn {
            self.withdraw(connection, community, version, now).await?;
        }
        self.hold(connection, community, plan.held).await?;
        let mut news = Vec::new();
        if let Some((version, at)) = plan.came {
            self.review(connection, community, at).await?;
            news.push((PolicyNews::Activated, version));
        }
        news.extend(plan.withdrawn.map(|version| (PolicyNews::Withdrawn, version)));
        if activate_at.is_none() {
            self.review(connection, community, instant(now)?).await?;
            news.push((PolicyNews::Activated, next.version));
        } else {
            news.push((PolicyNews::Scheduled, next.version));
        }
        self.policy_changed(connection, community, next.version, (plan.held, now), news)
            .await
    }

    pub(super) async fn withdraw_policy(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        version: i32,
    ) -> Result<Changed, Stop> {
        let held = self.held(connection, community).await?;
        let now = self.pool.now(connection).await?;
        let record = self.version(connection, community, version).await?;
        if record.withdrawn_at.is_some() {
            return self
                .policy_changed(connection, community, version, (held, now), Vec::new())
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
        self.withdraw(connection, community, version, now).await?;
        self.hold(connection, community, held).await?;
        let news = vec![(PolicyNews::Withdrawn, version)];
        self.policy_changed(connection, community, version, (held, now), news)
            .await
    }

    pub(super) async fn activate_policy(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        version: i32,
    ) -> Result<Changed, Stop> {
        let held = self.held(connection, community).await?;
        let now = self.pool.now(connection).await?;
        let Some((_, at)) = held.overdue(instant(now)?).filter(|(due, _)| *due == version) else {
            return Err(Conflict::Stale(held.newest()).into());
        };
        let held = Held {
            active: version,
            scheduled: None,
        };
        self.hold(connection, community, held).await?;
        self.review(connection, community, at).await?;
        let news = vec![(PolicyNews::Activated, version)];
        self.policy_changed(connection, community, version, (held, now), news)
            .await
    }

    pub(super) async fn insert_policy(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        draft: &Draft<'_>,
    ) -> Result<(), Stop> {
        sqlx::query(INSERT)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(draft.version)
            .bind(draft.activated_at.seconds())
            .bind(json(draft.policy)?)
            .bind(draft.now)
            .bind(json(draft.by)?)
            .bind(draft.comment)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// What the community's row says of its policy. Locked from here on.
    async fn held(&self, connection: &mut PgConnection, community: CommunityId) -> Result<Held, Stop> {
        let row = sqlx::query(READ)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .fetch_optional(&mut *connection)
            .await?;
        let row = row.ok_or(StoreError::NotFound("community"))?;
        Ok(Row::of(&row, "communities", &["tenant_id", "community_id"]).held()?)
    }

    async fn version(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        version: i32,
    ) -> Result<PolicyRecord, Stop> {
        let found = directory::policy(&mut *connection, self.order.tenant, community, version).await?;
        Ok(found.ok_or(ABSENT)?)
    }

    async fn withdraw(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        version: i32,
        now: DateTime<Utc>,
    ) -> Result<(), Stop> {
        sqlx::query(WITHDRAW)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(version)
            .bind(now)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    async fn hold(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        held: Held,
    ) -> Result<(), Stop> {
        sqlx::query(HOLD)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(held.active)
            .bind(held.scheduled.map(|(version, _)| version))
            .bind(held.scheduled.map(|(_, at)| at.seconds()))
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    async fn review(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        from: Instant,
    ) -> Result<(), Stop> {
        sqlx::query(REVIEW)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(from.seconds())
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// What came of it, read back.
    async fn policy_changed(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        version: i32,
        (held, now): (Held, DateTime<Utc>),
        news: Vec<(PolicyNews, i32)>,
    ) -> Result<Changed, Stop> {
        let mut records = Vec::with_capacity(news.len());
        for (what, version) in news {
            records.push((what, self.version(connection, community, version).await?));
        }
        Ok(Changed::Policy(Box::new(PolicyChange {
            community,
            record: self.version(connection, community, version).await?,
            in_force: held.in_force(instant(now)?),
            news: records,
        })))
    }
}
