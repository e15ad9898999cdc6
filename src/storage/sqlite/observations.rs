//! What was observed on platforms: looked up for a batch, written with it, listed where it differs.

use super::Sqlite;
use super::directives::directive_of;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use crate::domain::directive::{Directive, Effect};
use crate::domain::drift::{Seen, Sight, Spot};
use crate::domain::id::{CommunityId, DirectiveId, DriftId, TenantId, UserId};
use crate::domain::identity::{Identity, NativeId, Platform};
use crate::domain::member::Member;
use crate::ports::directory::{After, Link};
use crate::ports::drift::{Differing, DriftFilter, Drifts, Looked, Snapshot};
use crate::ports::error::StoreError;
use crate::ports::ledger::Submission;
use crate::storage::batch::{Home, Loaded, Writes, spots};
use crate::storage::codec::json;
use crate::storage::observations::{effect, found, keyed, open};
use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;
use uuid::Uuid;

const SEEN: &str = "SELECT o.* FROM json_each(?1) j CROSS JOIN observations o ON o.tenant_id = unhex(j.value->>0) \
    AND o.community_id = unhex(j.value->>1) AND o.platform = j.value->>2 AND o.space = j.value->>3 AND o.effect = j.value->>4 \
    AND o.native_id = j.value->>5";
const SAID: &str = "SELECT d.*, NULL AS reason FROM json_each(?1) j CROSS JOIN directives d ON d.tenant_id = unhex(j.value->>0) \
    AND d.directive_id = (SELECT x.directive_id FROM directives x WHERE x.tenant_id = unhex(j.value->>0) \
    AND x.community_id = unhex(j.value->>1) AND x.platform = j.value->>2 AND x.space = j.value->>3 AND x.effect = j.value->>4 \
    AND x.native_id = j.value->>5 ORDER BY x.turn DESC LIMIT 1)";
const OF_DIRECTIVE: &str = "SELECT o.* FROM directives d JOIN observations o ON o.tenant_id = d.tenant_id \
    AND o.community_id = d.community_id AND o.platform = d.platform AND o.space = d.space AND o.effect = d.effect \
    AND o.native_id = d.native_id WHERE d.tenant_id = ?1 AND d.directive_id = ?2";
/// Who the names are, and how they stand.
const KNOWN: &str = "SELECT j.key AS place, i.user_id, m.state FROM json_each(?1) j CROSS JOIN identities i \
    ON i.tenant_id = unhex(j.value->>0) AND i.platform = j.value->>2 AND i.native_id = j.value->>5 \
    LEFT JOIN members m ON m.tenant_id = i.tenant_id AND m.community_id = unhex(j.value->>1) AND m.user_id = i.user_id";
const PUT: &str = "INSERT INTO observations (tenant_id, community_id, platform, space, effect, native_id, present, until, capabilities, \
    at, sources, actor_native_id, ours, heals, healed_at, drift_id, difference, since) \
    SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9, \
    value->>10, value->>11, value->>12, value->>13, value->>14, unhex(value->>15), value->>16, value->>17 FROM json_each(?1) WHERE true \
    ON CONFLICT (tenant_id, community_id, platform, space, effect, native_id) DO UPDATE SET present = excluded.present, \
    until = excluded.until, capabilities = excluded.capabilities, at = excluded.at, sources = excluded.sources, \
    actor_native_id = excluded.actor_native_id, ours = excluded.ours, heals = excluded.heals, healed_at = excluded.healed_at, \
    drift_id = excluded.drift_id, difference = excluded.difference, since = excluded.since";
/// What was being told while its link went is left out.
const LIST: &str = "SELECT o.* FROM observations o WHERE o.tenant_id = ?1 AND o.community_id = ?2 AND o.drift_id IS NOT NULL \
    AND o.drift_id < coalesce(?3, x'ffffffffffffffffffffffffffffffffff') AND (?5 IS NULL OR o.platform = ?5) \
    AND (?6 IS NULL OR o.space = ?6) AND (?7 IS NULL OR o.effect = ?7) \
    AND EXISTS (SELECT 1 FROM links l WHERE l.tenant_id = o.tenant_id AND l.platform = o.platform AND l.space = o.space \
    AND l.community_id = o.community_id) ORDER BY o.drift_id DESC LIMIT ?4";
const MISSING: &str = "SELECT native_id FROM observations WHERE tenant_id = ?1 AND community_id = ?2 AND platform = ?3 AND space = ?4 \
    AND effect = ?5 AND native_id > ?7 AND present AND at < ?6 ORDER BY native_id LIMIT ?8";
/// Those who have a sanction whose end is not on record.
const HOLDERS: &str = "SELECT DISTINCT tenant_id, community_id, user_id FROM sanctions WHERE tenant_id = ?1 AND community_id = ?2 \
    AND user_id > ?3 AND ended_how IS NULL AND kind IN (SELECT value FROM json_each(?5)) ORDER BY user_id LIMIT ?4";
/// Their names on a platform, but for those who were seen since.
const NAMES: &str = "SELECT i.native_id FROM json_each(?7) j CROSS JOIN users u ON u.tenant_id = ?1 AND u.user_id = unhex(j.value) \
    CROSS JOIN identities i ON i.tenant_id = u.tenant_id AND i.user_id = coalesce(u.merged_into, u.user_id) AND i.platform = ?3 \
    WHERE NOT EXISTS (SELECT 1 FROM observations o WHERE o.tenant_id = ?1 AND o.community_id = ?2 AND o.platform = ?3 AND o.space = ?4 \
    AND o.effect = ?5 AND o.native_id = i.native_id AND o.at >= ?6)";
const FORGET_OF_LINK: &str =
    "DELETE FROM observations WHERE tenant_id = ?1 AND community_id = ?2 AND platform = ?3 AND space = ?4";
const FORGET_OF_IDENTITY: &str =
    "DELETE FROM observations WHERE tenant_id = ?1 AND platform = ?2 AND native_id = ?3";
const UNNAME: &str = "UPDATE observations SET actor_native_id = NULL WHERE tenant_id = ?1 AND platform = ?2 AND actor_native_id = ?3";

pub(super) const STATEMENTS: &[&str] = &[
    SEEN,
    SAID,
    OF_DIRECTIVE,
    KNOWN,
    PUT,
    LIST,
    MISSING,
    HOLDERS,
    NAMES,
    FORGET_OF_LINK,
    FORGET_OF_IDENTITY,
    UNNAME,
];

#[async_trait]
impl Drifts for Sqlite {
    async fn drifts(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &DriftFilter,
        page: After<DriftId>,
    ) -> Result<Vec<Differing>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let query = sqlx::query(LIST)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(page.limit)
            .bind(filter.platform.as_ref().map(Platform::as_str))
            .bind(filter.space.as_ref().map(NativeId::as_str))
            .bind(filter.effect.map(Effect::name));
        let listed = all(query.fetch_all(&mut *connection).await, seen_of)?;
        if listed.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
            return Ok(Vec::new());
        }
        let keys: Vec<_> = listed
            .iter()
            .map(|(home, seen)| (*home, seen.spot.clone()))
            .collect();
        let mut said = keyed(said(&mut connection, &keys).await?);
        let mut known = known(&mut connection, &keys).await?;
        let rows = listed.into_iter().zip(keys).zip(0..);
        Ok(rows
            .map(|(((_, seen), key), place)| {
                let (user, member) = known.remove(&place).unzip();
                Differing {
                    seen,
                    said: said.remove(&key),
                    user,
                    sanctions: member.flatten().map(|m: Member| m.sanctions).unwrap_or_default(),
                }
            })
            .collect())
    }

    async fn missing(
        &self,
        (tenant, community): Home,
        snapshot: &Snapshot,
        from: Looked,
        limit: u32,
    ) -> Result<(Vec<NativeId>, Option<Looked>), StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let in_space = |statement| {
            sqlx::query(statement)
                .bind(tenant.0)
                .bind(community.0)
                .bind(snapshot.platform.as_str())
                .bind(snapshot.space.as_str())
                .bind(snapshot.effect.name())
                .bind(micros(snapshot.at))
        };
        match from {
            Looked::Seen(after) => {
                let after = after.map_or_else(String::new, |id| id.as_str().to_owned());
                let query = in_space(MISSING).bind(after).bind(limit);
                let found = all(query.fetch_all(&mut *connection).await, native_of)?;
                let next = match found.last() {
                    Some(last) if found.len() >= most => Looked::Seen(Some(last.clone())),
                    _ => Looked::Desired(None),
                };
                Ok((found, Some(next)))
            }
            Looked::Desired(after) => {
                let kinds: Vec<String> = snapshot
                    .kinds()
                    .iter()
                    .map(|kind| kind.name().to_string())
                    .collect();
                let query = sqlx::query(HOLDERS)
                    .bind(tenant.0)
                    .bind(community.0)
                    .bind(after.map_or_else(Uuid::nil, |user| user.0))
                    .bind(limit)
                    .bind(json(&kinds)?);
                let holders = all(query.fetch_all(&mut *connection).await, |row| {
                    Row::of(row, "sanctions", &["tenant_id", "community_id"]).user()
                })?;
                let users: Vec<_> = holders.iter().map(|user| Id(user.0)).collect();
                let query = in_space(NAMES).bind(json(&users)?);
                let found = all(query.fetch_all(&mut *connection).await, native_of)?;
                let next = holders.last().filter(|_| holders.len() >= most);
                Ok((found, next.map(|user| Looked::Desired(Some(*user)))))
            }
        }
    }
}

/// Loads what is known of what a batch observes.
pub(super) async fn load(
    transaction: &mut Transaction,
    batch: &[Submission],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    let keys = spots(batch);
    if keys.is_empty() {
        return Ok(());
    }
    let connection = transaction.connection()?;
    let seen = seen(&mut *connection, &keys).await?;
    let said = said(connection, &keys).await?;
    found(loaded, seen, said);
    Ok(())
}

/// Writes what is known of what a batch observed.
pub(super) async fn write(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    if writes.seen.is_empty() {
        return Ok(());
    }
    let rows = writes.seen.iter().map(|((home, _), seen)| row_of(*home, seen));
    put(transaction, rows.collect::<Result<Vec<_>, _>>()?).await
}

/// What was seen of what a directive is about, locked; before the directive is, as in a batch.
pub(super) async fn lock_of_directive(
    transaction: &mut Transaction,
    tenant: TenantId,
    id: DirectiveId,
) -> Result<Option<Seen>, StoreError> {
    let query = sqlx::query(OF_DIRECTIVE).bind(tenant.0).bind(id.0);
    let found = one(query.fetch_optional(transaction.connection()?).await, seen_of)?;
    Ok(found.map(|(_, seen)| seen))
}

/// Writes what is known of one spot.
pub(super) async fn keep(transaction: &mut Transaction, home: Home, seen: &Seen) -> Result<(), StoreError> {
    put(transaction, vec![row_of(home, seen)?]).await
}

/// Forgets what was observed in a space.
pub(super) async fn forget_of_link(
    transaction: &mut Transaction,
    (tenant, community): Home,
    link: &Link,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_LINK)
        .bind(tenant.0)
        .bind(community.0)
        .bind(link.platform.as_str())
        .bind(link.space.as_str());
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Forgets what was observed of somebody, and that they did what was observed of others.
pub(super) async fn forget_of_identity(
    transaction: &mut Transaction,
    tenant: TenantId,
    identity: &Identity,
) -> Result<(), StoreError> {
    for statement in [FORGET_OF_IDENTITY, UNNAME] {
        let query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(identity.platform.as_str())
            .bind(identity.id.as_str());
        query.execute(transaction.connection()?).await.map_err(failed)?;
    }
    Ok(())
}

async fn put(transaction: &mut Transaction, rows: Vec<serde_json::Value>) -> Result<(), StoreError> {
    let query = sqlx::query(PUT).bind(json(&rows)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// What was last seen of one spot.
pub(super) async fn of_spot(
    connection: &mut SqliteConnection,
    home: Home,
    spot: Spot,
) -> Result<Option<Seen>, StoreError> {
    let found = seen(connection, &[(home, spot)]).await?;
    Ok(found.into_iter().next().map(|(_, seen)| seen))
}

async fn seen(
    connection: &mut SqliteConnection,
    keys: &[(Home, Spot)],
) -> Result<Vec<(Home, Seen)>, StoreError> {
    let query = sqlx::query(SEEN).bind(named(keys)?);
    all(query.fetch_all(connection).await, seen_of)
}

async fn said(
    connection: &mut SqliteConnection,
    keys: &[(Home, Spot)],
) -> Result<Vec<(Home, Directive)>, StoreError> {
    let query = sqlx::query(SAID).bind(named(keys)?);
    all(query.fetch_all(connection).await, |row| {
        let tenant = Row::of(row, "directives", &["tenant_id", "directive_id"]).tenant()?;
        let directive = directive_of(row)?;
        Ok(((tenant, directive.community), directive))
    })
}

/// The users of some names by their places, and what the community has of each.
async fn known(
    connection: &mut SqliteConnection,
    keys: &[(Home, Spot)],
) -> Result<HashMap<i64, (UserId, Option<Member>)>, StoreError> {
    let query = sqlx::query(KNOWN).bind(named(keys)?);
    let rows = all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "members", &["user_id"]);
        Ok((row.get::<i64>("place")?, (row.user()?, row.json_opt("state")?)))
    })?;
    Ok(rows.into_iter().collect())
}

fn named(keys: &[(Home, Spot)]) -> Result<String, StoreError> {
    let row = |((tenant, community), spot): &(Home, Spot)| {
        serde_json::json!([
            Id(tenant.0),
            Id(community.0),
            spot.platform.as_str(),
            spot.space.as_str(),
            spot.effect.name(),
            spot.member.as_str(),
        ])
    };
    json(&keys.iter().map(row).collect::<Vec<_>>())
}

fn row_of((tenant, community): Home, seen: &Seen) -> Result<serde_json::Value, StoreError> {
    let (spot, sight) = (&seen.spot, &seen.sight);
    Ok(serde_json::json!([
        Id(tenant.0),
        Id(community.0),
        spot.platform.as_str(),
        spot.space.as_str(),
        spot.effect.name(),
        spot.member.as_str(),
        i64::from(sight.present),
        sight.until.map(|until| until.seconds()),
        json(&sight.capabilities)?,
        micros(sight.at),
        json(&seen.sources)?,
        seen.by.as_ref().map(NativeId::as_str),
        i64::from(seen.ours),
        seen.heals,
        seen.healed_at.map(micros),
        seen.drift.map(|open| Id(open.id.0)),
        seen.drift.map(|open| open.difference.name()),
        seen.drift.map(|open| micros(open.since)),
    ]))
}

const KEY: &[&str] = &["tenant_id", "community_id"];

fn native_of(row: &SqliteRow) -> Result<NativeId, StoreError> {
    let row = Row::of(row, "observations", &[]);
    row.place().native("native_id", row.get("native_id")?)
}

fn seen_of(row: &SqliteRow) -> Result<(Home, Seen), StoreError> {
    let row = Row::of(row, "observations", KEY);
    let place = row.place();
    let by: Option<String> = row.get("actor_native_id")?;
    let seen = Seen {
        spot: Spot {
            platform: place.platform("platform", row.get("platform")?)?,
            space: place.native("space", row.get("space")?)?,
            effect: effect(&place, row.get("effect")?)?,
            member: place.native("native_id", row.get("native_id")?)?,
        },
        sight: Sight {
            present: row.get("present")?,
            until: row.instant_opt("until")?,
            capabilities: row.json("capabilities")?,
            at: row.time("at")?,
        },
        sources: row.json("sources")?,
        by: by.map(|by| place.native("actor_native_id", &by)).transpose()?,
        ours: row.get("ours")?,
        heals: row.get("heals")?,
        healed_at: row.time_opt("healed_at")?,
        drift: open(
            &place,
            row.get("drift_id")?,
            row.get("difference")?,
            row.time_opt("since")?,
        )?,
    };
    Ok(((row.tenant()?, row.community()?), seen))
}
