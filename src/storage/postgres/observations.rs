//! What was observed on platforms: looked up for a batch, written with it, listed where it differs.

use super::Postgres;
use super::directives::directive_of;
use super::directory::community_exists;
use super::errors::failed;
use super::row::{Row, all, one};
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
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::collections::HashMap;
use uuid::Uuid;

/// In one order, so that two who observe the same do not wait for each other.
const SEEN: &str = "SELECT o.* FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) \
    AS w (tenant_id, community_id, platform, space, effect, native_id) JOIN observations o ON o.tenant_id = w.tenant_id \
    AND o.community_id = w.community_id AND o.platform = w.platform AND o.space = w.space AND o.effect = w.effect \
    AND o.native_id = w.native_id ORDER BY o.tenant_id, o.community_id, o.platform, o.space, o.effect, o.native_id FOR UPDATE OF o";
const SAID: &str = "SELECT d.*, NULL::text AS reason FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) \
    AS w (tenant_id, community_id, platform, space, effect, native_id) CROSS JOIN LATERAL (SELECT x.* FROM directives x \
    WHERE x.tenant_id = w.tenant_id AND x.community_id = w.community_id AND x.platform = w.platform AND x.space = w.space \
    AND x.effect = w.effect AND x.native_id = w.native_id ORDER BY x.turn DESC LIMIT 1) d";
const OF_DIRECTIVE: &str = "SELECT o.* FROM directives d JOIN observations o ON o.tenant_id = d.tenant_id \
    AND o.community_id = d.community_id AND o.platform = d.platform AND o.space = d.space AND o.effect = d.effect \
    AND o.native_id = d.native_id WHERE d.tenant_id = $1 AND d.directive_id = $2 FOR UPDATE OF o";
/// Who the names are, and how they stand.
const KNOWN: &str = "SELECT w.place - 1 AS place, i.user_id, (SELECT m.state FROM members m WHERE m.tenant_id = w.tenant_id \
    AND m.community_id = w.community_id AND m.user_id = i.user_id) AS state FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], \
    $5::text[], $6::text[]) WITH ORDINALITY AS w (tenant_id, community_id, platform, space, effect, native_id, place) JOIN identities i \
    ON i.tenant_id = w.tenant_id AND i.platform = w.platform AND i.native_id = w.native_id";
/// In the order of the key, so that two who write the same do not wait for each other.
const PUT: &str = "INSERT INTO observations (tenant_id, community_id, platform, space, effect, native_id, present, until, capabilities, \
    at, sources, actor_native_id, ours, heals, healed_at, drift_id, difference, since) \
    SELECT n.tenant_id, n.community_id, n.platform, n.space, n.effect, n.native_id, n.present, n.until, n.capabilities::json, n.at, \
    n.sources::json, n.actor_native_id, n.ours, n.heals, n.healed_at, n.drift_id, n.difference, n.since \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::bigint[], $9::text[], \
    $10::timestamptz[], $11::text[], $12::text[], $13::boolean[], $14::integer[], $15::timestamptz[], $16::uuid[], $17::text[], \
    $18::timestamptz[]) AS n (tenant_id, community_id, platform, space, effect, native_id, present, until, capabilities, at, sources, \
    actor_native_id, ours, heals, healed_at, drift_id, difference, since) ORDER BY 1, 2, 3, 4, 5, 6 \
    ON CONFLICT (tenant_id, community_id, platform, space, effect, native_id) DO UPDATE SET present = excluded.present, \
    until = excluded.until, capabilities = excluded.capabilities, at = excluded.at, sources = excluded.sources, \
    actor_native_id = excluded.actor_native_id, ours = excluded.ours, heals = excluded.heals, healed_at = excluded.healed_at, \
    drift_id = excluded.drift_id, difference = excluded.difference, since = excluded.since";
/// What was being told while its link went is left out.
const LIST: &str = "SELECT o.* FROM observations o WHERE o.tenant_id = $1 AND o.community_id = $2 AND o.drift_id IS NOT NULL \
    AND o.drift_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) AND ($5::text IS NULL OR o.platform = $5) \
    AND ($6::text IS NULL OR o.space = $6) AND ($7::text IS NULL OR o.effect = $7) \
    AND EXISTS (SELECT 1 FROM links l WHERE l.tenant_id = o.tenant_id AND l.platform = o.platform AND l.space = o.space \
    AND l.community_id = o.community_id) ORDER BY o.drift_id DESC LIMIT $4";
const MISSING: &str = "SELECT native_id FROM observations WHERE tenant_id = $1 AND community_id = $2 AND platform = $3 AND space = $4 \
    AND effect = $5 AND native_id > $7 AND present AND at < $6 ORDER BY native_id LIMIT $8";
/// Those who have a sanction whose end is not on record.
const HOLDERS: &str = "SELECT DISTINCT tenant_id, community_id, user_id FROM sanctions WHERE tenant_id = $1 AND community_id = $2 \
    AND user_id > $3 AND ended_how IS NULL AND kind = ANY ($5::text[]) ORDER BY user_id LIMIT $4";
/// Their names on a platform, but for those who were seen since.
const NAMES: &str = "SELECT i.native_id FROM users u JOIN identities i ON i.tenant_id = u.tenant_id \
    AND i.user_id = coalesce(u.merged_into, u.user_id) AND i.platform = $3 \
    WHERE u.tenant_id = $1 AND u.user_id = ANY ($7::uuid[]) AND NOT EXISTS (SELECT 1 FROM observations o \
    WHERE o.tenant_id = $1 AND o.community_id = $2 AND o.platform = $3 AND o.space = $4 AND o.effect = $5 \
    AND o.native_id = i.native_id AND o.at >= $6)";
const FORGET_OF_LINK: &str =
    "DELETE FROM observations WHERE tenant_id = $1 AND community_id = $2 AND platform = $3 AND space = $4";
const FORGET_OF_IDENTITY: &str =
    "DELETE FROM observations WHERE tenant_id = $1 AND platform = $2 AND native_id = $3";
const UNNAME: &str = "UPDATE observations SET actor_native_id = NULL WHERE tenant_id = $1 AND platform = $2 AND actor_native_id = $3";

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
impl Drifts for Postgres {
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
            .bind(i64::from(page.limit))
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
                .bind(snapshot.at)
        };
        match from {
            Looked::Seen(after) => {
                let after = after.map_or_else(String::new, |id| id.as_str().to_owned());
                let query = in_space(MISSING).bind(after).bind(i64::from(limit));
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
                    .bind(i64::from(limit))
                    .bind(kinds);
                let holders = all(query.fetch_all(&mut *connection).await, |row| {
                    Row::of(row, "sanctions", &["tenant_id", "community_id"]).user()
                })?;
                let users: Vec<_> = holders.iter().map(|user| user.0).collect();
                let query = in_space(NAMES).bind(users);
                let found = all(query.fetch_all(&mut *connection).await, native_of)?;
                let next = holders.last().filter(|_| holders.len() >= most);
                Ok((found, next.map(|user| Looked::Desired(Some(*user)))))
            }
        }
    }
}

/// Loads what is known of what a batch observes.
pub(super) async fn load(
    connection: &mut PgConnection,
    batch: &[Submission],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    let keys = spots(batch);
    if keys.is_empty() {
        return Ok(());
    }
    let seen = seen(&mut *connection, &keys).await?;
    let said = said(&mut *connection, &keys).await?;
    found(loaded, seen, said);
    Ok(())
}

/// Writes what is known of what a batch observed.
pub(super) async fn write(connection: &mut PgConnection, writes: &Writes) -> Result<(), StoreError> {
    if writes.seen.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = writes
        .seen
        .iter()
        .map(|((home, _), seen)| (*home, seen))
        .collect();
    put(connection, &rows).await
}

/// What was seen of what a directive is about, locked; before the directive is, as in a batch.
pub(super) async fn lock_of_directive(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: DirectiveId,
) -> Result<Option<Seen>, StoreError> {
    let query = sqlx::query(OF_DIRECTIVE).bind(tenant.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, seen_of)?;
    Ok(found.map(|(_, seen)| seen))
}

/// Writes what is known of one spot.
pub(super) async fn keep(connection: &mut PgConnection, home: Home, seen: &Seen) -> Result<(), StoreError> {
    put(connection, &[(home, seen)]).await
}

/// Forgets what was observed in a space.
pub(super) async fn forget_of_link(
    connection: &mut PgConnection,
    (tenant, community): Home,
    link: &Link,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_LINK)
        .bind(tenant.0)
        .bind(community.0)
        .bind(link.platform.as_str())
        .bind(link.space.as_str());
    query.execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}

/// Forgets what was observed of somebody, and that they did what was observed of others.
pub(super) async fn forget_of_identity(
    connection: &mut PgConnection,
    tenant: TenantId,
    identity: &Identity,
) -> Result<(), StoreError> {
    for statement in [FORGET_OF_IDENTITY, UNNAME] {
        let query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(identity.platform.as_str())
            .bind(identity.id.as_str());
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn put(connection: &mut PgConnection, rows: &[(Home, &Seen)]) -> Result<(), StoreError> {
    let each = || rows.iter().map(|(_, seen)| *seen);
    let texts = |of: fn(&Seen) -> &str| -> Vec<&str> { each().map(of).collect() };
    let capabilities: Vec<String> = each()
        .map(|seen| json(&seen.sight.capabilities))
        .collect::<Result<_, _>>()?;
    let sources: Vec<String> = each().map(|seen| json(&seen.sources)).collect::<Result<_, _>>()?;
    let query = sqlx::query(PUT)
        .bind(rows.iter().map(|(home, _)| home.0.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(home, _)| home.1.0).collect::<Vec<_>>())
        .bind(texts(|seen| seen.spot.platform.as_str()))
        .bind(texts(|seen| seen.spot.space.as_str()))
        .bind(texts(|seen| seen.spot.effect.name()))
        .bind(texts(|seen| seen.spot.member.as_str()))
        .bind(each().map(|seen| seen.sight.present).collect::<Vec<_>>())
        .bind(
            each()
                .map(|seen| seen.sight.until.map(|until| until.seconds()))
                .collect::<Vec<_>>(),
        )
        .bind(capabilities)
        .bind(each().map(|seen| seen.sight.at).collect::<Vec<_>>())
        .bind(sources)
        .bind(
            each()
                .map(|seen| seen.by.as_ref().map(NativeId::as_str))
                .collect::<Vec<_>>(),
        )
        .bind(each().map(|seen| seen.ours).collect::<Vec<_>>())
        .bind(each().map(|seen| seen.heals).collect::<Vec<_>>())
        .bind(each().map(|seen| seen.healed_at).collect::<Vec<_>>())
        .bind(
            each()
                .map(|seen| seen.drift.map(|open| open.id.0))
                .collect::<Vec<_>>(),
        )
        .bind(
            each()
                .map(|seen| seen.drift.map(|open| open.difference.name()))
                .collect::<Vec<_>>(),
        )
        .bind(
            each()
                .map(|seen| seen.drift.map(|open| open.since))
                .collect::<Vec<_>>(),
        );
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// What was last seen of one spot.
pub(super) async fn of_spot(
    connection: &mut PgConnection,
    home: Home,
    spot: Spot,
) -> Result<Option<Seen>, StoreError> {
    let found = seen(connection, &[(home, spot)]).await?;
    Ok(found.into_iter().next().map(|(_, seen)| seen))
}

async fn seen(connection: &mut PgConnection, keys: &[(Home, Spot)]) -> Result<Vec<(Home, Seen)>, StoreError> {
    let query = about(SEEN, keys);
    all(query.fetch_all(connection).await, seen_of)
}

async fn said(
    connection: &mut PgConnection,
    keys: &[(Home, Spot)],
) -> Result<Vec<(Home, Directive)>, StoreError> {
    let query = about(SAID, keys);
    all(query.fetch_all(connection).await, |row| {
        let tenant = Row::of(row, "directives", &["tenant_id", "directive_id"]).tenant()?;
        let directive = directive_of(row)?;
        Ok(((tenant, directive.community), directive))
    })
}

/// The users of some names by their places, and what the community has of each.
async fn known(
    connection: &mut PgConnection,
    keys: &[(Home, Spot)],
) -> Result<HashMap<i64, (UserId, Option<Member>)>, StoreError> {
    let query = about(KNOWN, keys);
    let rows = all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "members", &["user_id"]);
        Ok((row.get::<i64>("place")?, (row.user()?, row.json_opt("state")?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// A statement with the columns of some keys as its first parameters.
fn about<'q>(
    statement: &'static str,
    keys: &'q [(Home, Spot)],
) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
    let texts = |of: fn(&Spot) -> &str| -> Vec<&str> { keys.iter().map(|(_, spot)| of(spot)).collect() };
    sqlx::query(statement)
        .bind(keys.iter().map(|(home, _)| home.0.0).collect::<Vec<_>>())
        .bind(keys.iter().map(|(home, _)| home.1.0).collect::<Vec<_>>())
        .bind(texts(|spot| spot.platform.as_str()))
        .bind(texts(|spot| spot.space.as_str()))
        .bind(texts(|spot| spot.effect.name()))
        .bind(texts(|spot| spot.member.as_str()))
}

const KEY: &[&str] = &["tenant_id", "community_id"];

fn native_of(row: &PgRow) -> Result<NativeId, StoreError> {
    let row = Row::of(row, "observations", &[]);
    row.place().native("native_id", row.get("native_id")?)
}

fn seen_of(row: &PgRow) -> Result<(Home, Seen), StoreError> {
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
