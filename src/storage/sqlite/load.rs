//! Loading what a batch needs. Nobody else writes meanwhile, so whoever is missing is only thought of here, and written at
//! the end together with everything else.

use super::directory;
use super::errors::failed;
use super::pool::Transaction;
use super::row::Row;
use super::rows::{Id, ids};
use crate::domain::id::{TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::policy::Timeline;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::batch::{Asked, Home, Loaded, MemberKey, MemberRow, fresh_user};
use crate::storage::codec::{MemberColumns, json};
use crate::storage::timelines::Timelines;
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqliteExecutor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const IDENTITIES: &str = "SELECT j.key AS ordinal, i.user_id FROM json_each(?1) j CROSS JOIN identities i \
    WHERE i.tenant_id = unhex(j.value->>0) AND i.platform = j.value->>1 AND i.native_id = j.value->>2";
const USERS: &str = "SELECT j.key AS ordinal, u.user_id FROM json_each(?1) j CROSS JOIN users u \
    WHERE u.tenant_id = unhex(j.value->>0) AND u.user_id = unhex(j.value->>1)";
const HOMES: &str = "SELECT j.key AS ordinal, c.policy_version, n.case_seq FROM json_each(?1) j \
    CROSS JOIN communities c CROSS JOIN community_counters n \
    WHERE c.tenant_id = unhex(j.value->>0) AND c.community_id = unhex(j.value->>1) \
    AND n.tenant_id = c.tenant_id AND n.community_id = c.community_id";
const MEMBERS: &str = "SELECT j.key AS ordinal, m.user_id, m.rank, m.level, m.protected, m.bot, m.state, m.recent \
    FROM json_each(?1) j CROSS JOIN members m WHERE m.tenant_id = unhex(j.value->>0) \
    AND m.community_id = unhex(j.value->>1) AND m.user_id = unhex(j.value->>2)";

pub(super) const STATEMENTS: &[&str] = &[IDENTITIES, USERS, HOMES, MEMBERS];

/// Identities that got a user in this batch.
pub(super) type Named<'a> = BTreeMap<(TenantId, &'a Identity), UserId>;

/// Loads what was asked for into `loaded`, and returns who has to be made if anything is accepted for them.
pub(super) async fn load<'a>(
    transaction: &mut Transaction,
    asked: &Asked<'a>,
    timelines: &Timelines,
    loaded: &mut Loaded<'a>,
) -> Result<Named<'a>, StoreError> {
    let connection = transaction.connection()?;
    let named = people(connection, asked, loaded).await?;
    homes(connection, asked, timelines, loaded).await?;
    members(connection, asked, loaded).await?;
    Ok(named)
}

/// Who the persons are; those whom nobody knows by that identity get an id.
async fn people<'a>(
    connection: &mut SqliteConnection,
    asked: &Asked<'a>,
    loaded: &mut Loaded<'a>,
) -> Result<Named<'a>, StoreError> {
    let persons: BTreeSet<(TenantId, &PersonRef)> = asked
        .members
        .iter()
        .chain(&asked.actors)
        .map(|(tenant, _, person)| (*tenant, *person))
        .collect();
    let mut users = Vec::new();
    let mut identities = Vec::new();
    for (tenant, person) in persons {
        match person {
            PersonRef::User(id) => users.push((tenant, person, *id)),
            PersonRef::Identity(identity) => identities.push((tenant, person, identity)),
        }
    }
    let rows: Vec<_> = users
        .iter()
        .map(|(tenant, _, id)| (Id(tenant.0), Id(id.0)))
        .collect();
    for (ordinal, id) in found(connection, USERS, &rows).await? {
        let (tenant, person, _) = at(&users, ordinal)?;
        loaded.people.insert((*tenant, *person), id);
    }
    let rows: Vec<_> = identities
        .iter()
        .map(|(tenant, _, identity)| (Id(tenant.0), identity.platform.as_str(), identity.id.as_str()))
        .collect();
    for (ordinal, id) in found(connection, IDENTITIES, &rows).await? {
        let (tenant, person, _) = at(&identities, ordinal)?;
        loaded.people.insert((*tenant, *person), id);
    }
    let mut named = Named::new();
    for (tenant, person, identity) in identities {
        if !loaded.people.contains_key(&(tenant, person)) {
            let id = fresh_user(loaded.now);
            loaded.people.insert((tenant, person), id);
            loaded.made_users.insert((tenant, id));
            named.insert((tenant, identity), id);
        }
    }
    Ok(named)
}

/// The users that a statement finds, each with the place of the row that it was found for.
async fn found<T: serde::Serialize>(
    connection: &mut SqliteConnection,
    statement: &'static str,
    rows: &[T],
) -> Result<Vec<(usize, UserId)>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(statement).bind(json(rows)?);
    directory::all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "users", &["user_id"]);
        Ok((row.ordinal()?, row.user()?))
    })
}

async fn homes<'a>(
    connection: &mut SqliteConnection,
    asked: &Asked<'a>,
    timelines: &Timelines,
    loaded: &mut Loaded<'a>,
) -> Result<(), StoreError> {
    let homes: Vec<Home> = asked.homes.iter().copied().collect();
    let rows: Vec<_> = homes.iter().copied().map(ids).collect();
    let query = sqlx::query(HOMES).bind(json(&rows)?);
    let found = directory::all(query.fetch_all(&mut *connection).await, |row| {
        let row = Row::of(row, "communities", &["ordinal"]);
        let active: i32 = row.get("policy_version")?;
        Ok((row.ordinal()?, active, row.get::<i64>("case_seq")?))
    })?;
    for (ordinal, active, last) in found {
        let home = *at(&homes, ordinal)?;
        let timeline = timeline(&mut *connection, home, active, timelines).await?;
        loaded.timelines.insert(home, timeline);
        loaded.numbers.insert(home, last);
    }
    Ok(())
}

/// The policies of a community whose active version was just read.
pub(super) async fn timeline(
    on: impl SqliteExecutor<'_>,
    home: Home,
    active: i32,
    timelines: &Timelines,
) -> Result<Arc<Timeline>, StoreError> {
    if let Some(known) = timelines.get(home, active) {
        return Ok(known);
    }
    // Versions after the one read belong to later moments.
    let page = After {
        after: active.checked_add(1),
        limit: u32::MAX,
    };
    let records = directory::policies(on, home.0, home.1, page).await?;
    let versions = records.into_iter().map(|record| record.version).collect();
    let timeline = Timeline::new(versions).ok_or(StoreError::NotFound("policy"))?;
    let timeline = Arc::new(timeline);
    timelines.put(home, Arc::clone(&timeline));
    Ok(timeline)
}

async fn members<'a>(
    connection: &mut SqliteConnection,
    asked: &Asked<'a>,
    loaded: &mut Loaded<'a>,
) -> Result<(), StoreError> {
    let key = |(tenant, community, person): &(TenantId, _, &'a PersonRef)| {
        let user = loaded.people.get(&(*tenant, *person)).copied()?;
        Some(MemberKey {
            tenant: *tenant,
            community: *community,
            user,
        })
    };
    let targets: BTreeSet<MemberKey> = asked.members.iter().filter_map(key).collect();
    let actors: BTreeSet<MemberKey> = asked.actors.iter().filter_map(key).collect();
    let wanted: Vec<MemberKey> = targets.union(&actors).copied().collect();
    let rows: Vec<_> = wanted
        .iter()
        .map(|key| (Id(key.tenant.0), Id(key.community.0), Id(key.user.0)))
        .collect();
    let query = sqlx::query(MEMBERS).bind(json(&rows)?);
    let found = query.fetch_all(connection).await.map_err(failed)?;
    for row in &found {
        let read = Row::of(row, "members", &["user_id"]);
        let key = *at(&wanted, read.ordinal()?)?;
        if actors.contains(&key) {
            loaded.authorities.insert(key, read.authority()?);
        }
        if targets.contains(&key) {
            loaded.members.insert(key, member_of(row)?);
        }
    }
    for key in targets {
        loaded.members.entry(key).or_insert_with(|| {
            loaded.made_members.insert(key);
            MemberRow::default()
        });
    }
    Ok(())
}

/// The columns of a member's row.
pub(super) fn member_of(row: &SqliteRow) -> Result<MemberRow, StoreError> {
    let row = Row::of(row, "members", &["tenant_id", "community_id", "user_id"]);
    row.place().member(&MemberColumns {
        rank: row.get("rank")?,
        level: row.get("level")?,
        protected: row.get("protected")?,
        bot: row.get("bot")?,
        state: row.get("state")?,
        recent: row.get("recent")?,
    })
}

/// What stands at an ordinal that a statement gave back.
fn at<T>(rows: &[T], ordinal: usize) -> Result<&T, StoreError> {
    rows.get(ordinal)
        .ok_or_else(|| StoreError::Failed(format!("no row {ordinal} was asked for").into()))
}
