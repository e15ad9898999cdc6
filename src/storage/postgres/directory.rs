//! Reads of the directory. Each is one statement, so that it sees one state and leaves no transaction open.

use super::errors::failed;
use super::row::{Row, all, one};
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::plan::Plan;
use crate::domain::policy::Policy;
use crate::domain::timeline::PolicyVersion;
use crate::ports::directory::{
    After, ApiKey, Community, Link, PolicyNow, PolicyRecord, Profile, Tenant, User,
};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::instant;
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::postgres::PgRow;
use std::sync::Arc;
use uuid::Uuid;

macro_rules! communities {
    ($rest:literal) => {
        concat!(
            "SELECT c.tenant_id, c.community_id, c.name, c.created_at, c.policy_version, c.scheduled_version, c.scheduled_at, c.archived_at, c.event_retention, c.language, c.colour, \
             clock_timestamp() AS now, \
             (SELECT coalesce(json_agg(json_build_object('platform', platform, 'space', space) \
              ORDER BY platform, space), '[]') FROM links l \
              WHERE l.tenant_id = c.tenant_id AND l.community_id = c.community_id) AS links \
             FROM communities c WHERE c.tenant_id = $1 AND ",
            $rest
        )
    };
}

macro_rules! users {
    ($rest:literal) => {
        concat!(
            "SELECT u.tenant_id, u.user_id, u.name, u.language, u.created_at, u.erased_at, u.erasure_done_at, u.merged_into, ",
            identities!(),
            " FROM users u WHERE u.tenant_id = $1 AND ",
            $rest
        )
    };
}

macro_rules! identities {
    () => {
        "(SELECT coalesce(json_agg(json_build_object('platform', platform, 'id', native_id) \
          ORDER BY platform, native_id), '[]') FROM identities i \
          WHERE i.tenant_id = u.tenant_id AND i.user_id = u.user_id) AS identities"
    };
}

macro_rules! profiles {
    ($join:literal, $rest:literal) => {
        concat!(
            "SELECT u.tenant_id, u.user_id, u.name, u.language, u.created_at, u.erased_at, u.erasure_done_at, u.merged_into, ",
            identities!(),
            ", coalesce(m.rank, 'member') AS rank, coalesce(m.level, 0) AS level, \
             coalesce(m.protected, false) AS protected, coalesce(m.bot, false) AS bot ",
            $join,
            " WHERE ",
            $rest
        )
    };
}

const COUNT_TENANTS: &str = "SELECT count(*) FROM tenants";
const TENANTS: &str = "SELECT tenant_id, name, plan, created_at, archived_at FROM tenants \
    WHERE tenant_id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) AND (archived_at IS NULL OR $3) \
    ORDER BY tenant_id LIMIT $2";
const TENANT: &str =
    "SELECT tenant_id, name, plan, created_at, archived_at FROM tenants WHERE tenant_id = $1";
const KEY_BY_HASH: &str =
    "SELECT k.*, t.plan FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id WHERE k.hash = $1";
const KEY: &str = "SELECT * FROM api_keys WHERE tenant_id = $1 AND key_id = $2";
const KEYS: &str = "SELECT * FROM api_keys WHERE tenant_id = $1 AND key_id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) \
    ORDER BY key_id LIMIT $3";
const COMMUNITY: &str = communities!("c.community_id = $2");
const COMMUNITIES: &str = communities!(
    "c.community_id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) \
     AND (c.archived_at IS NULL OR $4) ORDER BY c.community_id LIMIT $3"
);
const COMMUNITIES_AMONG: &str = communities!(
    "c.community_id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) \
     AND c.community_id IN (SELECT UNNEST($5::uuid[])) AND (c.archived_at IS NULL OR $4) ORDER BY c.community_id LIMIT $3"
);
const COMMUNITY_EXISTS: &str = "SELECT count(*) FROM communities WHERE tenant_id = $1 AND community_id = $2";
const BY_LINK: &str =
    "SELECT tenant_id, community_id FROM links WHERE tenant_id = $1 AND platform = $2 AND space = $3";
const POLICY: &str = "SELECT * FROM policies WHERE tenant_id = $1 AND community_id = $2 AND version = $3";
/// The version in force, and then the one that is to come if one is. One whose time has come is in force, written down or not.
const POLICY_NOW: &str = "SELECT p.* FROM communities c JOIN policies p ON p.tenant_id = c.tenant_id \
    AND p.community_id = c.community_id AND p.version IN (coalesce(c.scheduled_version, c.policy_version), \
    CASE WHEN c.scheduled_at <= coalesce($3, floor(extract(epoch FROM clock_timestamp()))::bigint) THEN c.scheduled_version ELSE c.policy_version END) \
    WHERE c.tenant_id = $1 AND c.community_id = $2 ORDER BY p.version";
const POLICIES: &str = "SELECT * FROM policies WHERE tenant_id = $1 AND community_id = $2 \
    AND version < coalesce($3, 2147483647) ORDER BY version DESC LIMIT $4";
const USER: &str = users!("u.user_id = $2");
const USER_BY_IDENTITY: &str = users!(
    "u.user_id = (SELECT user_id FROM identities WHERE tenant_id = $1 AND platform = $2 AND native_id = $3)"
);
const USERS: &str = users!(
    "u.user_id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY u.user_id LIMIT $3"
);
const PROFILE: &str = profiles!(
    "FROM users u LEFT JOIN members m ON m.tenant_id = u.tenant_id AND m.community_id = $2 \
     AND m.user_id = u.user_id",
    "u.tenant_id = $1 AND u.user_id = \
     (SELECT coalesce(merged_into, user_id) FROM users WHERE tenant_id = $1 AND user_id = $3)"
);
const PROFILE_BY_IDENTITY: &str = profiles!(
    "FROM users u LEFT JOIN members m ON m.tenant_id = u.tenant_id AND m.community_id = $2 \
     AND m.user_id = u.user_id",
    "u.tenant_id = $1 AND u.user_id = \
     (SELECT user_id FROM identities WHERE tenant_id = $1 AND platform = $3 AND native_id = $4)"
);
const PROFILES: &str = profiles!(
    "FROM members m CROSS JOIN LATERAL (SELECT * FROM users u WHERE u.tenant_id = m.tenant_id \
     AND u.user_id = m.user_id OFFSET 0) u",
    "m.tenant_id = $1 AND m.community_id = $2 AND m.user_id > coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid) \
     AND u.merged_into IS NULL AND (m.rank <> 'member' OR m.protected OR EXISTS (SELECT 1 FROM cases c WHERE c.tenant_id = $1 \
          AND c.community_id = $2 AND c.user_id = m.user_id)) \
     ORDER BY m.user_id LIMIT $4"
);

pub(super) const STATEMENTS: &[&str] = &[
    COUNT_TENANTS,
    TENANTS,
    TENANT,
    KEY_BY_HASH,
    KEY,
    KEYS,
    COMMUNITY,
    COMMUNITIES,
    COMMUNITIES_AMONG,
    COMMUNITY_EXISTS,
    BY_LINK,
    POLICY,
    POLICY_NOW,
    POLICIES,
    USER,
    USER_BY_IDENTITY,
    USERS,
    PROFILE,
    PROFILE_BY_IDENTITY,
    PROFILES,
];

pub(super) async fn count_tenants(on: impl PgExecutor<'_>) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(COUNT_TENANTS)
        .fetch_one(on)
        .await
        .map_err(failed)?;
    Ok(count.unsigned_abs())
}

pub(super) async fn tenants(
    on: impl PgExecutor<'_>,
    archived: bool,
    page: After<TenantId>,
) -> Result<Vec<Tenant>, StoreError> {
    let query = sqlx::query(TENANTS)
        .bind(page.after.map(|id| id.0))
        .bind(i64::from(page.limit))
        .bind(archived);
    all(query.fetch_all(on).await, tenant_of)
}

pub(super) async fn tenant(on: impl PgExecutor<'_>, id: TenantId) -> Result<Tenant, StoreError> {
    let query = sqlx::query(TENANT).bind(id.0);
    one(query.fetch_optional(on).await, tenant_of)?.ok_or(StoreError::NotFound("tenant"))
}

pub(super) async fn key_by_hash(
    on: impl PgExecutor<'_>,
    hash: &[u8; 32],
) -> Result<Option<(ApiKey, Plan)>, StoreError> {
    let query = sqlx::query(KEY_BY_HASH).bind(&hash[..]);
    one(query.fetch_optional(on).await, |row| {
        let plan = Row::of(row, "tenants", &["tenant_id"]);
        Ok((key_of(row)?, plan.place().plan(plan.get("plan")?)?))
    })
}

pub(super) async fn key(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    id: crate::domain::id::KeyId,
) -> Result<ApiKey, StoreError> {
    let query = sqlx::query(KEY).bind(tenant.0).bind(id.0);
    one(query.fetch_optional(on).await, key_of)?.ok_or(StoreError::NotFound("key"))
}

pub(super) async fn keys(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    page: After<crate::domain::id::KeyId>,
) -> Result<Vec<ApiKey>, StoreError> {
    let query = sqlx::query(KEYS)
        .bind(tenant.0)
        .bind(page.after.map(|id| id.0))
        .bind(i64::from(page.limit));
    all(query.fetch_all(on).await, key_of)
}

pub(super) async fn community(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    id: CommunityId,
    clock: Option<DateTime<Utc>>,
) -> Result<Community, StoreError> {
    let query = sqlx::query(COMMUNITY).bind(tenant.0).bind(id.0);
    one(query.fetch_optional(on).await, |row| community_of(row, clock))?
        .ok_or(StoreError::NotFound("community"))
}

/// Fails unless the tenant has the community.
pub(super) async fn community_exists(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    id: CommunityId,
) -> Result<(), StoreError> {
    let query = sqlx::query_scalar(COMMUNITY_EXISTS).bind(tenant.0).bind(id.0);
    let count: i64 = query.fetch_one(on).await.map_err(failed)?;
    if count > 0 {
        Ok(())
    } else {
        Err(StoreError::NotFound("community"))
    }
}

pub(super) async fn community_by_link(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    link: &Link,
) -> Result<Option<CommunityId>, StoreError> {
    let query = sqlx::query(BY_LINK)
        .bind(tenant.0)
        .bind(link.platform.as_str())
        .bind(link.space.as_str());
    one(query.fetch_optional(on).await, |row| {
        Row::of(row, "links", &["tenant_id", "community_id"]).community()
    })
}

pub(super) async fn communities(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    among: Option<&[CommunityId]>,
    archived: bool,
    page: After<CommunityId>,
    clock: Option<DateTime<Utc>>,
) -> Result<Vec<Community>, StoreError> {
    let statement = if among.is_some() {
        COMMUNITIES_AMONG
    } else {
        COMMUNITIES
    };
    let mut query = sqlx::query(statement)
        .bind(tenant.0)
        .bind(page.after.map(|id| id.0))
        .bind(i64::from(page.limit))
        .bind(archived);
    if let Some(among) = among {
        let among: Vec<Uuid> = among.iter().map(|id| id.0).collect();
        query = query.bind(among);
    }
    all(query.fetch_all(on).await, |row| community_of(row, clock))
}

pub(super) async fn policy(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    community: CommunityId,
    version: i32,
) -> Result<Option<PolicyRecord>, StoreError> {
    let query = sqlx::query(POLICY).bind(tenant.0).bind(community.0).bind(version);
    one(query.fetch_optional(on).await, policy_of)
}

/// The versions that count, by the clock; `None` for a community that the tenant does not have.
pub(super) async fn policy_now(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    community: CommunityId,
    clock: Option<DateTime<Utc>>,
) -> Result<Option<PolicyNow>, StoreError> {
    let query = sqlx::query(POLICY_NOW)
        .bind(tenant.0)
        .bind(community.0)
        .bind(clock.map(|now| now.timestamp()));
    let mut found = all(query.fetch_all(on).await, policy_of)?.into_iter();
    Ok(found.next().map(|in_force| PolicyNow {
        in_force,
        scheduled: found.next(),
    }))
}

pub(super) async fn policies(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    community: CommunityId,
    page: After<i32>,
) -> Result<Vec<PolicyRecord>, StoreError> {
    let query = sqlx::query(POLICIES)
        .bind(tenant.0)
        .bind(community.0)
        .bind(page.after)
        .bind(i64::from(page.limit));
    all(query.fetch_all(on).await, policy_of)
}

pub(super) async fn user(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    person: &PersonRef,
) -> Result<Option<User>, StoreError> {
    let query = match person {
        PersonRef::User(id) => sqlx::query(USER).bind(tenant.0).bind(id.0),
        PersonRef::Identity(identity) => named(sqlx::query(USER_BY_IDENTITY).bind(tenant.0), identity),
    };
    one(query.fetch_optional(on).await, user_of)
}

pub(super) async fn users(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    page: After<UserId>,
) -> Result<Vec<User>, StoreError> {
    let query = sqlx::query(USERS)
        .bind(tenant.0)
        .bind(page.after.map(|id| id.0))
        .bind(i64::from(page.limit));
    all(query.fetch_all(on).await, user_of)
}

/// The profile of a user, whether or not the community exists; `None` when the tenant does not have the user.
pub(super) async fn profile(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    community: CommunityId,
    person: &PersonRef,
) -> Result<Option<Profile>, StoreError> {
    let query = match person {
        PersonRef::User(id) => sqlx::query(PROFILE).bind(tenant.0).bind(community.0).bind(id.0),
        PersonRef::Identity(identity) => named(
            sqlx::query(PROFILE_BY_IDENTITY).bind(tenant.0).bind(community.0),
            identity,
        ),
    };
    one(query.fetch_optional(on).await, profile_of)
}

pub(super) async fn profiles(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    community: CommunityId,
    page: After<UserId>,
) -> Result<Vec<Profile>, StoreError> {
    let query = sqlx::query(PROFILES)
        .bind(tenant.0)
        .bind(community.0)
        .bind(page.after.map(|id| id.0))
        .bind(i64::from(page.limit));
    all(query.fetch_all(on).await, profile_of)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn named<'q>(query: Query<'q>, identity: &'q Identity) -> Query<'q> {
    query.bind(identity.platform.as_str()).bind(identity.id.as_str())
}

fn tenant_of(row: &PgRow) -> Result<Tenant, StoreError> {
    let row = Row::of(row, "tenants", &["tenant_id"]);
    Ok(Tenant {
        id: row.tenant()?,
        name: row.text("name")?,
        plan: row.place().plan(row.get("plan")?)?,
        created_at: row.time("created_at")?,
        archived_at: row.time_opt("archived_at")?,
    })
}

pub(super) fn key_of(row: &PgRow) -> Result<ApiKey, StoreError> {
    let row = Row::of(row, "api_keys", &["tenant_id", "key_id"]);
    let communities: Option<Vec<Uuid>> = row.json_opt("communities")?;
    Ok(ApiKey {
        id: row.key()?,
        tenant: row.tenant()?,
        name: row.text("name")?,
        hint: row.text("hint")?,
        hash: row.hash("hash")?,
        scopes: row.json("scopes")?,
        communities: communities.map(|ids| ids.into_iter().map(CommunityId).collect()),
        rank: row.place().rank(row.get("rank")?)?,
        created_at: row.time("created_at")?,
        expires_at: row.time_opt("expires_at")?,
        revoked_at: row.time_opt("revoked_at")?,
        last_used_at: row.time_opt("last_used_at")?,
    })
}

#[derive(serde::Deserialize)]
struct LinkDoc {
    platform: crate::domain::identity::Platform,
    space: crate::domain::identity::NativeId,
}

fn community_of(row: &PgRow, clock: Option<DateTime<Utc>>) -> Result<Community, StoreError> {
    let row = Row::of(row, "communities", &["tenant_id", "community_id"]);
    let links: Vec<LinkDoc> = row.json("links")?;
    let now = clock.map_or_else(|| row.time("now"), Ok)?;
    Ok(Community {
        id: row.community()?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        policy_version: row.held()?.in_force(instant(now)?),
        archived_at: row.time_opt("archived_at")?,
        event_retention: row.span_opt("event_retention")?,
        looks: row.place().looks(row.get("language")?, row.get("colour")?)?,
        links: links
            .into_iter()
            .map(|LinkDoc { platform, space }| Link { platform, space })
            .collect(),
    })
}

fn policy_of(row: &PgRow) -> Result<PolicyRecord, StoreError> {
    let row = Row::of(row, "policies", &["tenant_id", "community_id", "version"]);
    Ok(PolicyRecord {
        version: PolicyVersion {
            version: row.get("version")?,
            activated_at: row.instant("activated_at")?,
            policy: Arc::new(row.json::<Policy>("doc")?),
        },
        created_at: row.time("created_at")?,
        by: row.json("by_actor")?,
        comment: row.get("comment")?,
        withdrawn_at: row.time_opt("withdrawn_at")?,
    })
}

pub(super) fn user_of(row: &PgRow) -> Result<User, StoreError> {
    let row = Row::of(row, "users", &["tenant_id", "user_id"]);
    Ok(User {
        id: row.user()?,
        name: row.get("name")?,
        created_at: row.time("created_at")?,
        language: row.place().language("language", row.get("language")?)?,
        identities: row.json("identities")?,
        merged_into: row.get::<Option<Uuid>>("merged_into")?.map(UserId),
        erased_at: row.time_opt("erased_at")?,
        erasure_done_at: row.time_opt("erasure_done_at")?,
    })
}

fn profile_of(row: &PgRow) -> Result<Profile, StoreError> {
    let user = user_of(row)?;
    let row = Row::of(row, "members", &["tenant_id", "user_id"]);
    Ok(Profile {
        user,
        authority: row.authority()?,
        protected: row.get("protected")?,
        bot: row.get("bot")?,
    })
}
