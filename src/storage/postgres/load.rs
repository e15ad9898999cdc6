//! Loading what a batch needs, under locks that everybody takes in the same order: members, the policy in force, counters.
//!
//! Nobody waits for a member's row after making one, and what is made is made in order: so no two batches wait for each
//! other. Where that order cannot be kept (a row appeared while we were making it, and is locked), the batch starts again.

use super::erased::by_hash;
use super::errors::{failed, overtaken};
use super::people::{self, Columns, Known, Named, member_columns};
use super::pool::Pool;
use super::row::{Row, all};
use crate::domain::id::{TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::timeline::Timeline;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::batch::{Asked, Home, Loaded, MemberKey, MemberRow, fresh_user};
use crate::storage::schedule::{Held, whole};
use crate::storage::timelines::Timelines;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Locks members in the order of their keys. Rows that do not exist cannot be locked. People come first, on their own, so
/// that members are found by their whole key.
const LOCK: &str = "WITH a AS MATERIALIZED (SELECT p.tenant_id, p.community_id, \
    coalesce(u.merged_into, p.user_id, i.user_id) AS user_id, p.ord \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) \
    WITH ORDINALITY AS p (tenant_id, community_id, user_id, platform, native_id, ord) \
    LEFT JOIN users u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id \
    LEFT JOIN identities i ON i.tenant_id = p.tenant_id AND i.platform = p.platform AND i.native_id = p.native_id) \
    SELECT a.ord, m.tenant_id, m.community_id, m.user_id, m.rank, m.level, m.protected, m.bot, m.state, m.recent, m.regrouped, \
    (SELECT u.language FROM users u WHERE u.tenant_id = m.tenant_id AND u.user_id = m.user_id) AS language \
    FROM a JOIN members m ON m.tenant_id = a.tenant_id AND m.community_id = a.community_id AND m.user_id = a.user_id \
    ORDER BY m.tenant_id, m.community_id, m.user_id FOR UPDATE OF m";
/// Locks members without waiting for anybody.
const LOCK_FREE: &str = "SELECT m.tenant_id, m.community_id, m.user_id, m.rank, m.level, m.protected, m.bot, \
    m.state, m.recent FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[]) AS p (tenant_id, community_id, user_id) \
    JOIN members m ON m.tenant_id = p.tenant_id AND m.community_id = p.community_id AND m.user_id = p.user_id \
    FOR UPDATE OF m SKIP LOCKED";
/// A new version waits until those who decide by the present one have committed.
const IN_FORCE: &str = "SELECT c.tenant_id, c.community_id, c.policy_version, c.scheduled_version, c.scheduled_at, \
     c.archived_at IS NOT NULL AS archived, EXISTS (SELECT 1 FROM links l WHERE l.tenant_id = c.tenant_id \
     AND l.community_id = c.community_id) AS linked, c.name, c.language \
    FROM UNNEST($1::uuid[], $2::uuid[]) AS p (tenant_id, community_id) \
    JOIN communities c ON c.tenant_id = p.tenant_id AND c.community_id = p.community_id \
    ORDER BY c.tenant_id, c.community_id FOR SHARE OF c";
/// Those that were, are or will be in force.
const VERSIONS: &str = "SELECT tenant_id, community_id, version, activated_at, doc FROM policies \
    WHERE tenant_id = $1 AND community_id = $2 AND (version <= $3 AND withdrawn_at IS NULL OR version = $4)";
/// Asked when the communities are held: whoever archives their tenant holds them too, so what this sees of it stays.
const NUMBERS: &str = "SELECT k.tenant_id, k.community_id, k.case_seq, clock_timestamp() AS now, \
    t.archived_at IS NOT NULL AS closed FROM UNNEST($1::uuid[], $2::uuid[]) AS p (tenant_id, community_id) \
    JOIN community_counters k ON k.tenant_id = p.tenant_id AND k.community_id = p.community_id \
    JOIN tenants t ON t.tenant_id = k.tenant_id \
    ORDER BY k.tenant_id, k.community_id FOR UPDATE OF k";

pub(super) const STATEMENTS: &[&str] = &[LOCK, LOCK_FREE, IN_FORCE, VERSIONS, NUMBERS];

/// The key of a member.
pub(super) const MEMBER: &[&str] = &["tenant_id", "community_id", "user_id"];

/// Loads and locks. `loaded` comes with what is kept under the keys.
pub(super) async fn load<'a>(
    connection: &mut PgConnection,
    pool: &Pool,
    timelines: &Timelines,
    asked: &Asked<'a>,
    loaded: &mut Loaded<'a>,
) -> Result<(), StoreError> {
    let members: Vec<Named<'a>> = asked.members.iter().copied().collect();
    let Locked { missing, regrouped } = lock(&mut *connection, &members, loaded).await?;
    let sought: Vec<Named<'a>> = asked.actors.iter().chain(&missing).copied().collect();
    if !sought.is_empty() {
        let homes = find(&mut *connection, pool, &sought, loaded).await?;
        let absent: BTreeSet<MemberKey> = missing
            .iter()
            .filter(|(tenant, community, _)| homes.contains(&(*tenant, *community)))
            .filter_map(|named| key_of(loaded, *named))
            .filter(|key| !loaded.members.contains_key(key))
            .collect();
        join(&mut *connection, absent, loaded).await?;
    }
    // Erased people are neither merged nor split.
    let doubtful = missing.into_iter().chain(regrouped);
    let doubtful: Vec<Named<'a>> = doubtful
        .filter(|named| !loaded.erased.contains(&(named.0, named.2)))
        .collect();
    still(&mut *connection, &doubtful, &loaded.people).await?;
    let (tenants, communities) = home_columns(&asked.homes);
    in_force(&mut *connection, timelines, &tenants, &communities, loaded).await?;
    numbers(connection, &tenants, &communities, loaded).await?;
    loaded.now = pool.set_clock().unwrap_or(loaded.now);
    Ok(())
}

/// Those who are still to be found when the members that exist are locked.
struct Locked<'a> {
    /// Who is no member yet.
    missing: Vec<Named<'a>>,
    /// Who was ever merged or split: the name may have come to mean somebody else while their row was waited for.
    regrouped: Vec<Named<'a>>,
}

/// Locks the members that exist.
async fn lock<'a>(
    connection: &mut PgConnection,
    members: &[Named<'a>],
    loaded: &mut Loaded<'a>,
) -> Result<Locked<'a>, StoreError> {
    let columns = Columns::of(members);
    let rows = sqlx::query(LOCK)
        .bind(&columns.tenants)
        .bind(&columns.communities)
        .bind(&columns.users)
        .bind(&columns.platforms)
        .bind(&columns.natives)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let (mut found, mut regrouped) = (BTreeSet::new(), Vec::new());
    for row in &rows {
        let row = Row::of(row, "members", MEMBER);
        let named = people::place(&row, members)?;
        let key = row.member_key()?;
        loaded.people.insert((named.0, named.2), key.user);
        let language = row.place().language("language", row.get("language")?)?;
        loaded
            .languages
            .extend(language.map(|language| ((key.tenant, key.user), language)));
        if let std::collections::btree_map::Entry::Vacant(entry) = loaded.members.entry(key) {
            entry.insert(row.member()?);
        }
        found.insert(named);
        if row.get("regrouped")? {
            regrouped.push(named);
        }
    }
    let missing = members.iter().filter(|named| !found.contains(*named));
    Ok(Locked {
        missing: missing.copied().collect(),
        regrouped,
    })
}

/// Makes sure that names still mean whom they meant, now that their members cannot be merged or split any more.
async fn still<'a>(
    connection: &mut PgConnection,
    doubtful: &[Named<'a>],
    people: &HashMap<(TenantId, &'a PersonRef), UserId>,
) -> Result<(), StoreError> {
    if doubtful.is_empty() {
        return Ok(());
    }
    let meant = |named: &Named<'a>| people.get(&(named.0, named.2)).copied();
    for (named, known) in doubtful.iter().zip(people::who(connection, doubtful).await?) {
        if known.user != meant(named) {
            return Err(overtaken());
        }
    }
    Ok(())
}

/// Finds people, and makes users for those identities that have none. Returns the communities that exist.
async fn find<'a>(
    connection: &mut PgConnection,
    pool: &Pool,
    sought: &[Named<'a>],
    loaded: &mut Loaded<'a>,
) -> Result<BTreeSet<Home>, StoreError> {
    let mut homes = BTreeSet::new();
    let mut unknown = Vec::new();
    let mut wanted: BTreeMap<(TenantId, &Identity), UserId> = BTreeMap::new();
    for (named, known) in sought.iter().zip(people::who(&mut *connection, sought).await?) {
        if known.has_community {
            homes.insert((named.0, named.1));
        }
        loaded.now = pool.set_clock().unwrap_or(known.now);
        match (known.user, named.2) {
            (Some(_), _) => learn(loaded, *named, &known),
            (None, PersonRef::Identity(identity)) if known.has_community => {
                if recognise(&mut *connection, *named, identity, &known, loaded).await? {
                    continue;
                }
                unknown.push(*named);
                wanted
                    .entry((named.0, identity))
                    .or_insert_with(|| fresh_user(loaded.now));
            }
            (None, _) => {}
        }
    }
    if wanted.is_empty() {
        return Ok(homes);
    }
    let made = people::make(&mut *connection, &wanted, loaded.now).await?;
    for ((tenant, _), user) in wanted.iter().filter(|(_, user)| made.contains(user)) {
        loaded.made_users.insert((*tenant, *user));
    }
    // A new statement sees whom somebody else has made in the meantime.
    for (named, known) in unknown.iter().zip(people::who(connection, &unknown).await?) {
        learn(loaded, *named, &known);
    }
    Ok(homes)
}

/// Whether somebody unknown was erased; learns who they are then.
async fn recognise<'a>(
    connection: &mut PgConnection,
    named: Named<'a>,
    identity: &Identity,
    known: &Known,
    loaded: &mut Loaded<'a>,
) -> Result<bool, StoreError> {
    let Some(secret) = &known.secret else {
        return Ok(false);
    };
    let Some(user) = by_hash(&mut *connection, named.0, secret, identity).await? else {
        return Ok(false);
    };
    let person = PersonRef::User(user);
    for known in people::who(connection, &[(named.0, named.1, &person)]).await? {
        learn(loaded, named, &known);
        loaded.erased.insert((named.0, named.2));
    }
    Ok(true)
}

fn learn<'a>(loaded: &mut Loaded<'a>, (tenant, community, person): Named<'a>, known: &Known) {
    let Some(user) = known.user else { return };
    loaded.people.insert((tenant, person), user);
    loaded
        .languages
        .extend(known.language.map(|language| ((tenant, user), language)));
    if let Some(stored) = known.stored {
        let key = MemberKey {
            tenant,
            community,
            user,
        };
        loaded.authorities.insert(key, stored);
    }
}

/// Makes the rows of members who have none yet. Those whose row somebody else has made by now are locked, but nobody is
/// waited for.
async fn join(
    connection: &mut PgConnection,
    absent: BTreeSet<MemberKey>,
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    if absent.is_empty() {
        return Ok(());
    }
    let made = people::make_members(&mut *connection, &absent).await?;
    let users = absent.iter().map(|key| (key.tenant, key.user)).collect();
    people::hold(&mut *connection, &users).await?;
    let others: Vec<MemberKey> = absent.difference(&made).copied().collect();
    let fresh = made.iter().map(|key| (*key, MemberRow::default()));
    loaded.members.extend(fresh);
    loaded.made_members = made;
    if others.is_empty() {
        return Ok(());
    }
    let (tenants, communities, users) = member_columns(&others);
    let rows = sqlx::query(LOCK_FREE)
        .bind(&tenants)
        .bind(&communities)
        .bind(&users)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    if rows.len() < others.len() {
        return Err(overtaken());
    }
    for row in &rows {
        let row = Row::of(row, "members", MEMBER);
        loaded.members.insert(row.member_key()?, row.member()?);
    }
    Ok(())
}

fn key_of(loaded: &Loaded<'_>, (tenant, community, person): Named<'_>) -> Option<MemberKey> {
    let user = loaded.people.get(&(tenant, person)).copied()?;
    Some(MemberKey {
        tenant,
        community,
        user,
    })
}

/// Reads which policies are in force, and holds them there.
async fn in_force(
    connection: &mut PgConnection,
    timelines: &Timelines,
    tenants: &[Uuid],
    communities: &[Uuid],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    let rows = sqlx::query(IN_FORCE)
        .bind(tenants)
        .bind(communities)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    for row in &rows {
        let row = Row::of(row, "communities", &["tenant_id", "community_id"]);
        let (home, held) = (row.home()?, row.held()?);
        let language = row.place().language("language", row.get("language")?)?;
        loaded.names.insert(home, (row.get("name")?, language));
        let timeline = timeline(&mut *connection, timelines, home, held).await?;
        if row.get("archived")? {
            loaded.archived.insert(home);
        }
        if row.get("linked")? {
            loaded.linked.insert(home);
        }
        loaded.timelines.insert(home, timeline);
    }
    Ok(())
}

/// Locks the counters, and reads the clock: every lock is held by now.
async fn numbers(
    connection: &mut PgConnection,
    tenants: &[Uuid],
    communities: &[Uuid],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    let rows = sqlx::query(NUMBERS)
        .bind(tenants)
        .bind(communities)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    for row in &rows {
        let row = Row::of(row, "community_counters", &["tenant_id", "community_id"]);
        let home = row.home()?;
        loaded.numbers.insert(home, row.get("case_seq")?);
        if row.get("closed")? {
            loaded.archived_tenants.insert(home.0);
        }
        loaded.now = loaded.now.max(row.time("now")?);
    }
    Ok(())
}

/// The policies of a community whose row was just read.
pub(super) async fn timeline(
    connection: &mut PgConnection,
    timelines: &Timelines,
    home: Home,
    held: Held,
) -> Result<Arc<Timeline>, StoreError> {
    if let Some(found) = timelines.get(home, held) {
        return Ok(found);
    }
    let rows = sqlx::query(VERSIONS)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(held.active)
        .bind(held.scheduled.map(|(version, _)| version))
        .fetch_all(connection)
        .await;
    let versions = all(rows, |row| {
        Row::of(row, "policies", &["tenant_id", "community_id", "version"]).policy_version()
    })?;
    let found = Arc::new(whole(versions, held, home)?);
    timelines.put(home, held, Arc::clone(&found));
    Ok(found)
}

fn home_columns(homes: &BTreeSet<Home>) -> (Vec<Uuid>, Vec<Uuid>) {
    homes
        .iter()
        .map(|(tenant, community)| (tenant.0, community.0))
        .unzip()
}
