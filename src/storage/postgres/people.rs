//! Persons: finding them by the names that calls use, and making those whom the tenant has never seen.

use super::erased::recognise;
use super::errors::{failed, overtaken};
use super::row::Row;
use crate::domain::actor::Acting;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::domain::member::Member;
use crate::domain::rank::Authority;
use crate::ports::error::StoreError;
use crate::ports::ledger::{ActorRef, PersonRef};
use crate::storage::batch::{MemberKey, acting_person, fresh_user};
use crate::storage::codec::json;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use uuid::Uuid;

/// Who is meant, which community they are named in, and what it says of them. Whoever was merged into another user is that one.
const WHO: &str = "WITH a AS MATERIALIZED (SELECT p.tenant_id, p.community_id, \
    coalesce(i.user_id, u.merged_into, u.user_id) AS user_id, p.ord \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) \
    WITH ORDINALITY AS p (tenant_id, community_id, user_id, platform, native_id, ord) \
    LEFT JOIN identities i ON i.tenant_id = p.tenant_id AND i.platform = p.platform AND i.native_id = p.native_id \
    LEFT JOIN users u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id) \
    SELECT a.ord, a.user_id, c.community_id IS NOT NULL AS has_community, m.rank, m.level, clock_timestamp() AS now, \
    (SELECT x.language FROM users x WHERE x.tenant_id = a.tenant_id AND x.user_id = a.user_id) AS language, \
    CASE WHEN a.user_id IS NULL THEN (SELECT t.secret FROM tenants t WHERE t.tenant_id = a.tenant_id) END AS secret \
    FROM a LEFT JOIN communities c ON c.tenant_id = a.tenant_id AND c.community_id = a.community_id \
    LEFT JOIN members m ON m.tenant_id = a.tenant_id AND m.community_id = a.community_id AND m.user_id = a.user_id";
/// The identities decide: where somebody else was quicker, no user is made.
const MAKE: &str = "WITH given AS (INSERT INTO identities (tenant_id, platform, native_id, user_id, created_at) \
    SELECT n.tenant_id, n.platform, n.native_id, n.user_id, $5 \
    FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::uuid[]) AS n (tenant_id, platform, native_id, user_id) \
    ON CONFLICT DO NOTHING RETURNING tenant_id, user_id) \
    INSERT INTO users (tenant_id, user_id, created_at) SELECT tenant_id, user_id, $5 FROM given \
    RETURNING tenant_id, user_id";
const MAKE_MEMBERS: &str = "INSERT INTO members (tenant_id, community_id, user_id, state, recent) \
    SELECT n.tenant_id, n.community_id, n.user_id, $4::text::json, '[]' \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[]) AS n (tenant_id, community_id, user_id) \
    ON CONFLICT DO NOTHING RETURNING tenant_id, community_id, user_id";
const UNMAKE_MEMBERS: &str = "DELETE FROM members m \
    USING UNNEST($1::uuid[], $2::uuid[], $3::uuid[]) AS n (tenant_id, community_id, user_id) \
    WHERE m.tenant_id = n.tenant_id AND m.community_id = n.community_id AND m.user_id = n.user_id";
const UNMAKE: &str = "WITH given AS (DELETE FROM identities i \
    USING UNNEST($1::uuid[], $2::uuid[]) AS n (tenant_id, user_id) \
    WHERE i.tenant_id = n.tenant_id AND i.user_id = n.user_id) \
    DELETE FROM users u USING UNNEST($1::uuid[], $2::uuid[]) AS n (tenant_id, user_id) \
    WHERE u.tenant_id = n.tenant_id AND u.user_id = n.user_id";

/// Whoever merges or splits users waits until those who hold them have committed.
const HOLD: &str = "SELECT u.tenant_id, u.user_id, u.merged_into IS NOT NULL AS merged \
    FROM UNNEST($1::uuid[], $2::uuid[]) AS n (tenant_id, user_id) \
    JOIN users u ON u.tenant_id = n.tenant_id AND u.user_id = n.user_id ORDER BY u.tenant_id, u.user_id FOR KEY SHARE OF u";

pub(super) const STATEMENTS: &[&str] = &[HOLD, WHO, MAKE, MAKE_MEMBERS, UNMAKE_MEMBERS, UNMAKE];

/// A person as a call names them, in a community.
pub(super) type Named<'a> = (TenantId, CommunityId, &'a PersonRef);

/// People as the parameters of a statement.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    pub(super) tenants: Vec<Uuid>,
    pub(super) communities: Vec<Uuid>,
    pub(super) users: Vec<Option<Uuid>>,
    pub(super) platforms: Vec<Option<&'a str>>,
    pub(super) natives: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(people: &[Named<'a>]) -> Self {
        let mut columns = Self::default();
        for (tenant, community, person) in people {
            columns.tenants.push(tenant.0);
            columns.communities.push(community.0);
            let (user, identity) = match person {
                PersonRef::User(user) => (Some(user.0), None),
                PersonRef::Identity(identity) => (None, Some(identity)),
            };
            columns.users.push(user);
            columns.platforms.push(identity.map(|i| i.platform.as_str()));
            columns.natives.push(identity.map(|i| i.id.as_str()));
        }
        columns
    }
}

/// The place of a row among the people who were asked for; `WITH ORDINALITY` counts from 1.
pub(super) fn place<'a>(row: &Row<'_>, people: &[Named<'a>]) -> Result<Named<'a>, StoreError> {
    let ord: i64 = row.get("ord")?;
    let index = usize::try_from(ord - 1).ok();
    let found = index.and_then(|index| people.get(index)).copied();
    found.ok_or_else(|| row.corrupt("ord", format!("{ord} was not asked for")))
}

/// What is known of a person.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The user; `None` when the tenant does not have them.
    pub(super) user: Option<UserId>,
    /// Whether the tenant has the community.
    pub(super) has_community: bool,
    /// What the community has set for them.
    pub(super) stored: Option<Authority>,
    /// In which language they are spoken to.
    pub(super) language: Option<Language>,
    /// When it was known.
    pub(super) now: DateTime<Utc>,
    /// What erased people are recognised by, where the tenant does not have the user and has erased anybody.
    pub(super) secret: Option<Vec<u8>>,
}

/// Looks people up, in the order given. Locks nothing.
pub(super) async fn who(
    connection: &mut PgConnection,
    people: &[Named<'_>],
) -> Result<Vec<Known>, StoreError> {
    let columns = Columns::of(people);
    let mut rows = sqlx::query(WHO)
        .bind(&columns.tenants)
        .bind(&columns.communities)
        .bind(&columns.users)
        .bind(&columns.platforms)
        .bind(&columns.natives)
        .fetch_all(connection)
        .await
        .map_err(failed)?
        .iter()
        .map(known)
        .collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|(ord, _)| *ord);
    Ok(rows.into_iter().map(|(_, known)| known).collect())
}

fn known(row: &PgRow) -> Result<(i64, Known), StoreError> {
    let row = Row::of(row, "members", &["user_id"]);
    let rank: Option<&str> = row.get("rank")?;
    let known = Known {
        user: row.get::<Option<Uuid>>("user_id")?.map(UserId),
        has_community: row.get("has_community")?,
        stored: rank.map(|_| row.authority()).transpose()?,
        language: row.place().language("language", row.get("language")?)?,
        now: row.time("now")?,
        secret: row.get("secret")?,
    };
    Ok((row.get("ord")?, known))
}

/// Makes users for identities without one. Returns those that were made; for the others somebody else was quicker.
pub(super) async fn make(
    connection: &mut PgConnection,
    identities: &BTreeMap<(TenantId, &Identity), UserId>,
    now: DateTime<Utc>,
) -> Result<HashSet<UserId>, StoreError> {
    let tenants: Vec<Uuid> = identities.keys().map(|(tenant, _)| tenant.0).collect();
    let platforms: Vec<&str> = identities
        .keys()
        .map(|(_, identity)| identity.platform.as_str())
        .collect();
    let natives: Vec<&str> = identities
        .keys()
        .map(|(_, identity)| identity.id.as_str())
        .collect();
    let users: Vec<Uuid> = identities.values().map(|user| user.0).collect();
    let made = sqlx::query(MAKE)
        .bind(&tenants)
        .bind(&platforms)
        .bind(&natives)
        .bind(&users)
        .bind(now)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    made.iter()
        .map(|row| Row::of(row, "users", &["tenant_id", "user_id"]).user())
        .collect()
}

/// Makes the rows of members. Returns those that were made, which nobody else sees yet; the others exist by now.
pub(super) async fn make_members(
    connection: &mut PgConnection,
    members: &BTreeSet<MemberKey>,
) -> Result<BTreeSet<MemberKey>, StoreError> {
    let (tenants, communities, users) = member_columns(members);
    let made = sqlx::query(MAKE_MEMBERS)
        .bind(&tenants)
        .bind(&communities)
        .bind(&users)
        .bind(json(&Member::default())?)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    made.iter()
        .map(|row| Row::of(row, "members", &["tenant_id", "community_id", "user_id"]).member_key())
        .collect()
}

/// Takes away what this transaction made for commands that were refused.
pub(super) async fn unmake(
    connection: &mut PgConnection,
    users: &BTreeSet<(TenantId, UserId)>,
    members: &BTreeSet<MemberKey>,
) -> Result<(), StoreError> {
    if !members.is_empty() {
        let (tenants, communities, users) = member_columns(members);
        sqlx::query(UNMAKE_MEMBERS)
            .bind(&tenants)
            .bind(&communities)
            .bind(&users)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    if !users.is_empty() {
        let tenants: Vec<Uuid> = users.iter().map(|(tenant, _)| tenant.0).collect();
        let users: Vec<Uuid> = users.iter().map(|(_, user)| user.0).collect();
        sqlx::query(UNMAKE)
            .bind(&tenants)
            .bind(&users)
            .execute(connection)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Holds users, so that nobody merges or splits them meanwhile.
///
/// # Errors
/// That one was merged since they were found.
pub(super) async fn hold(
    connection: &mut PgConnection,
    users: &BTreeSet<(TenantId, UserId)>,
) -> Result<(), StoreError> {
    let tenants: Vec<Uuid> = users.iter().map(|(tenant, _)| tenant.0).collect();
    let users: Vec<Uuid> = users.iter().map(|(_, user)| user.0).collect();
    let rows = sqlx::query(HOLD)
        .bind(&tenants)
        .bind(&users)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    for row in &rows {
        if Row::of(row, "users", &["tenant_id", "user_id"]).get("merged")? {
            return Err(overtaken());
        }
    }
    Ok(())
}

/// Members as the parameters of a statement.
pub(super) fn member_columns<'a>(
    members: impl IntoIterator<Item = &'a MemberKey>,
) -> (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>) {
    let (mut tenants, mut communities, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for member in members {
        tenants.push(member.tenant.0);
        communities.push(member.community.0);
        users.push(member.user.0);
    }
    (tenants, communities, users)
}

/// The user of a person; those named by an identity without one are made, with the id given.
pub(super) async fn find_or_make(
    connection: &mut PgConnection,
    tenant: TenantId,
    person: &PersonRef,
    fresh: UserId,
    now: DateTime<Utc>,
) -> Result<UserId, StoreError> {
    let nowhere = CommunityId(Uuid::nil());
    let known = who(&mut *connection, &[(tenant, nowhere, person)]).await?;
    match (known.first().and_then(|known| known.user), person) {
        (Some(user), _) => Ok(user),
        (None, PersonRef::User(_)) => Err(StoreError::NotFound("user")),
        (None, PersonRef::Identity(identity)) => {
            if let Some(erased) = recognise(&mut *connection, tenant, person).await? {
                return Ok(erased);
            }
            let wanted = BTreeMap::from([((tenant, identity), fresh)]);
            let made = make(connection, &wanted, now).await?;
            if made.is_empty() {
                Err(overtaken())
            } else {
                Ok(fresh)
            }
        }
    }
}

/// Who acts, made if the tenant has never seen them. Without a community nobody has a standing of their own.
pub(super) async fn acting(
    connection: &mut PgConnection,
    tenant: TenantId,
    community: Option<CommunityId>,
    by: &ActorRef,
    now: DateTime<Utc>,
) -> Result<Acting, StoreError> {
    let Some(person) = acting_person(by) else {
        return Ok(crate::storage::batch::acting(by, None, None));
    };
    let user = find_or_make(&mut *connection, tenant, person, fresh_user(now), now).await?;
    let stored = match community {
        None => None,
        Some(community) => {
            let person = PersonRef::User(user);
            let known = who(connection, &[(tenant, community, &person)]).await?;
            known.first().and_then(|known| known.stored)
        }
    };
    Ok(crate::storage::batch::acting(by, Some(user), stored))
}
