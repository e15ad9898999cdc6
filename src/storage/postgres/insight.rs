//! Reads for searches and reports: cases in short, a portion at a time. Each is one statement.

use super::Postgres;
use super::directory::community_exists;
use super::errors::failed;
use super::load::timeline;
use super::record::{case_columns, case_of, hands, whose};
use super::row::{Row, all};
use crate::domain::brief::Brief;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, MergeId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::merge::Junction;
use crate::domain::points::Points;
use crate::domain::time::{Instant, Span};
use crate::domain::timeline::Timeline;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::insight::{Among, Insight, Milestone};
use crate::storage::codec::{BEGINNING, in_order};
use crate::storage::seams::merged;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use std::sync::Arc;
use uuid::Uuid;

const CASE_KEY: &[&str] = &["tenant_id", "community_id", "number"];

/// One of the ways to read cases in short; those of the list of cases in `record`.
macro_rules! briefs {
    ($by:literal, $after:literal, $order:literal) => {
        concat!(
            "SELECT tenant_id, community_id, number, kind, at, points, recorded_at, reason, voided IS NOT NULL AS is_voided, \
             (doc ->> 'duration')::bigint AS duration, doc -> 'actor' AS actor_doc FROM cases \
             WHERE tenant_id = $1 AND community_id = $2 AND ",
            $by,
            " AND ",
            $after,
            " ORDER BY ",
            $order,
            " LIMIT $5"
        )
    };
}

const BRIEFS: &str = briefs!(
    "$4::text IS NULL",
    "number < coalesce($3, 9223372036854775807)",
    "number DESC"
);
const BRIEFS_OF_MEMBER: &str = briefs!(
    "user_id = $4",
    "(at, number) < (coalesce((SELECT l.at FROM cases l WHERE l.tenant_id = $1 AND l.community_id = $2 AND l.number = $3), \
     9223372036854775807), coalesce($3, 9223372036854775807))",
    "at DESC, number DESC"
);
const BRIEFS_BY_ACTOR: &str = briefs!(
    "actor = $4",
    "number < coalesce($3, 9223372036854775807)",
    "number DESC"
);
const NUMBERED: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE tenant_id = $1 AND community_id = $2 AND number = ANY ($3)"
);

const ACTIVE: &str = "SELECT tenant_id, community_id, policy_version, scheduled_version, scheduled_at, clock_timestamp() AS now FROM communities \
    WHERE tenant_id = $1 AND community_id = $2";
/// Without the states, which are most of a row. That there is a user is said once more, because the index has only such rows.
const HISTORIES: &str = "SELECT tenant_id, community_id, number, points, doc, reason, revision, started, voided, reduced \
    FROM cases WHERE tenant_id = $1 AND community_id = $2 \
    AND user_id >= $3 AND (user_id, at, number) > ($3, $4, $5) ORDER BY user_id, at, number LIMIT $6";
const HISTORY: &str = "SELECT tenant_id, community_id, number, points, doc, reason, revision, started, voided, reduced \
    FROM cases WHERE tenant_id = $1 AND community_id = $2 \
    AND user_id = $3 AND (at, number) > ($4, $5) ORDER BY at, number LIMIT $6";
const JUNCTIONS: &str = "SELECT tenant_id, community_id, merge_id, into_id, from_id, at, after_number, turn, policy_version FROM seams \
    WHERE tenant_id = $1 AND community_id = $2";

const HELD_BY_POINTS: &str = "SELECT count(*) FROM sanctions WHERE tenant_id = $1 AND community_id = $2 \
    AND detail IS NOT NULL AND detail->>'while_above' IS NOT NULL AND ended_how IS NULL AND (ends_at IS NULL OR ends_at > $3)";
const IDENTITIES: &str = "SELECT tenant_id, user_id, json_build_object('platform', platform, 'id', native_id) AS identity \
    FROM identities WHERE tenant_id = $1 AND user_id = ANY ($2::uuid[]) ORDER BY user_id, platform, native_id";

pub(super) const STATEMENTS: &[&str] = &[
    BRIEFS,
    BRIEFS_OF_MEMBER,
    BRIEFS_BY_ACTOR,
    NUMBERED,
    ACTIVE,
    HISTORIES,
    HISTORY,
    JUNCTIONS,
    HELD_BY_POINTS,
    IDENTITIES,
];

#[async_trait]
impl Insight for Postgres {
    async fn briefs(
        &self,
        tenant: TenantId,
        community: CommunityId,
        among: &Among,
        page: After<i64>,
    ) -> Result<Vec<Brief>, StoreError> {
        let statement = match among {
            Among::All => BRIEFS,
            Among::Member(_) => BRIEFS_OF_MEMBER,
            Among::Actor(_) => BRIEFS_BY_ACTOR,
        };
        let (member, actor) = match among {
            Among::All => (None, None),
            Among::Member(user) => (Some(*user), None),
            Among::Actor(actor) => (None, Some(actor.as_str())),
        };
        let mut lists = Vec::new();
        for user in whose(&self.pool, tenant, member).await? {
            for hand in hands(&self.pool, tenant, actor).await? {
                let query = sqlx::query(statement)
                    .bind(tenant.0)
                    .bind(community.0)
                    .bind(page.after);
                let query = match user {
                    Some(user) => query.bind(user.0),
                    None => query.bind(hand),
                };
                let query = query.bind(i64::from(page.limit));
                lists.push(all(query.fetch_all(self.pool.reader()).await, brief_of)?);
            }
        }
        let found = match member {
            Some(_) => merged(lists, page.limit, |brief| (brief.at, brief.number)),
            None => merged(lists, page.limit, |brief| brief.number),
        };
        if found.is_empty() {
            community_exists(self.pool.reader(), tenant, community).await?;
        }
        Ok(found)
    }

    async fn numbered(
        &self,
        tenant: TenantId,
        community: CommunityId,
        numbers: &[i64],
    ) -> Result<Vec<Case>, StoreError> {
        let query = sqlx::query(NUMBERED)
            .bind(tenant.0)
            .bind(community.0)
            .bind(numbers);
        let found = all(query.fetch_all(self.pool.reader()).await, case_of)?;
        Ok(in_order(found, numbers))
    }

    async fn rules(
        &self,
        tenant: TenantId,
        community: CommunityId,
    ) -> Result<(DateTime<Utc>, Arc<Timeline>), StoreError> {
        let query = sqlx::query(ACTIVE).bind(tenant.0).bind(community.0);
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let row = query.fetch_optional(&mut *connection).await.map_err(failed)?;
        let row = row.ok_or(StoreError::NotFound("community"))?;
        let row = Row::of(&row, "communities", &["tenant_id", "community_id"]);
        let now = match self.pool.set_clock() {
            Some(now) => now,
            None => row.time("now")?,
        };
        let (home, held) = ((tenant, community), row.held()?);
        Ok((now, timeline(&mut connection, &self.timelines, home, held).await?))
    }

    async fn histories(
        &self,
        tenant: TenantId,
        community: CommunityId,
        whose: Option<UserId>,
        page: After<Milestone>,
    ) -> Result<Vec<Case>, StoreError> {
        let (user, at, number) = page.after.unwrap_or(BEGINNING);
        let (statement, user) = whose.map_or((HISTORIES, user), |whose| (HISTORY, whose));
        let query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(user.0)
            .bind(at.seconds())
            .bind(number)
            .bind(i64::from(page.limit));
        all(query.fetch_all(self.pool.reader()).await, case_of)
    }

    async fn held_by_points(
        &self,
        tenant: TenantId,
        community: CommunityId,
        after: Instant,
    ) -> Result<i64, StoreError> {
        let query = sqlx::query_scalar(HELD_BY_POINTS)
            .bind(tenant.0)
            .bind(community.0)
            .bind(after.seconds());
        query.fetch_one(self.pool.reader()).await.map_err(failed)
    }

    async fn identities(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<Vec<(UserId, Identity)>, StoreError> {
        let users: Vec<Uuid> = users.iter().map(|user| user.0).collect();
        let query = sqlx::query(IDENTITIES).bind(tenant.0).bind(users);
        all(query.fetch_all(self.pool.reader()).await, identity_of)
    }

    async fn junctions(&self, tenant: TenantId, community: CommunityId) -> Result<Vec<Junction>, StoreError> {
        let query = sqlx::query(JUNCTIONS).bind(tenant.0).bind(community.0);
        all(query.fetch_all(self.pool.reader()).await, junction_of)
    }
}

fn identity_of(row: &PgRow) -> Result<(UserId, Identity), StoreError> {
    let row = Row::of(row, "identities", &["tenant_id", "user_id"]);
    Ok((row.user()?, row.json("identity")?))
}

fn junction_of(row: &PgRow) -> Result<Junction, StoreError> {
    let row = Row::of(row, "seams", &["tenant_id", "community_id", "merge_id"]);
    Ok(Junction {
        merge: row.get("merge_id").map(MergeId)?,
        into: row.get("into_id").map(UserId)?,
        from: row.get("from_id").map(UserId)?,
        at: row.instant("at")?,
        after: row.get("after_number")?,
        turn: row.get("turn")?,
        policy_version: row.get("policy_version")?,
    })
}

fn brief_of(row: &PgRow) -> Result<Brief, StoreError> {
    let row = Row::of(row, "cases", CASE_KEY);
    let duration: Option<i64> = row.get("duration")?;
    Ok(Brief {
        number: row.get("number")?,
        kind: row.kind("kind")?,
        actor: row.json("actor_doc")?,
        at: row.instant("at")?,
        recorded_at: row.time("recorded_at")?,
        points: Points::from_units(row.get("points")?),
        duration: duration
            .map(|seconds| Span::new(seconds).map_err(|e| row.corrupt("doc", e)))
            .transpose()?,
        reason: row.get("reason")?,
        voided: row.get("is_voided")?,
    })
}
