//! A restore: a community with all its rows in one transaction.

use super::Postgres;
use super::archived::tenant_closed;
use super::claims::kept_under;
use super::directory::{community, tenant};
use super::errors::{failed, failure};
use super::here::here;
use super::holds;
use super::import::origins;
use super::seams::{note, sew};
use super::write::write;
use crate::domain::language::Language;
use crate::ports::answer::Answer;
use crate::ports::error::StoreError;
use crate::ports::history::{Imported, RestoreOrder, Restored};
use crate::ports::ledger::Reply;
use crate::storage::batch::Writes;
use crate::storage::codec::{json, json_opt};
use crate::storage::halving::{Failure, MOST_RETRIES};
use crate::storage::restore::Rows;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How many rows a statement takes at a time.
const ROWS: usize = 2_000;

const COMMUNITY: &str = "INSERT INTO communities (tenant_id, community_id, name, created_at, policy_version, \
    scheduled_version, scheduled_at, language, colour) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const COUNTER: &str =
    "INSERT INTO community_counters (tenant_id, community_id, case_seq) VALUES ($1, $2, $3)";
const POLICY: &str = "INSERT INTO policies (tenant_id, community_id, version, activated_at, doc, created_at, by_actor, \
    comment, withdrawn_at) VALUES ($1, $2, $3, $4, $5::text::json, $6, $7::text::json, $8, $9)";
const USERS: &str = "INSERT INTO users (tenant_id, user_id, name, created_at, merged_into, language) SELECT $1, n.* \
    FROM UNNEST($2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::text[]) AS n (user_id, name, created_at, merged_into, language)";
const IDENTITIES: &str = "INSERT INTO identities (tenant_id, platform, native_id, user_id, brought_by, created_at) SELECT $1, n.*, $6 \
    FROM UNNEST($2::text[], $3::text[], $4::uuid[], $5::uuid[]) AS n (platform, native_id, user_id, brought_by)";
const MEMBERS: &str = "INSERT INTO members (tenant_id, community_id, user_id, rank, level, protected, bot, state, recent, \
    regrouped) SELECT $1, $2, n.user_id, n.rank, n.level, n.protected, n.bot, n.state::json, n.recent::json, n.regrouped \
    FROM UNNEST($3::uuid[], $4::text[], $5::integer[], $6::boolean[], $7::boolean[], $8::text[], $9::text[], $10::boolean[]) \
    AS n (user_id, rank, level, protected, bot, state, recent, regrouped)";
const AMEND: &str = "UPDATE cases c SET revision = n.revision, voided = n.voided::json, reduced = n.reduced::json \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::integer[], $5::text[], $6::text[]) \
    AS n (tenant_id, community_id, number, revision, voided, reduced) \
    WHERE c.tenant_id = n.tenant_id AND c.community_id = n.community_id AND c.number = n.number";
const REASONS: &str = "INSERT INTO case_revisions (tenant_id, community_id, number, revision, reason, replaced_by, \
    replaced_at) SELECT $1, $2, n.number, n.revision, n.reason, n.by::json, n.at \
    FROM UNNEST($3::bigint[], $4::integer[], $5::text[], $6::text[], $7::timestamptz[]) \
    AS n (number, revision, reason, by, at)";

pub(super) const STATEMENTS: &[&str] = &[
    COMMUNITY, COUNTER, POLICY, USERS, IDENTITIES, MEMBERS, AMEND, REASONS,
];

/// Makes a community of an export; again, when it lost against another transaction.
pub(super) async fn restore(
    store: &Postgres,
    order: &RestoreOrder,
    render: Restored<'_>,
) -> Result<Imported, StoreError> {
    for _ in 0..=MOST_RETRIES {
        match once(store, order, render).await.map_err(failure) {
            Err(Failure::Lost(_)) => {}
            other => return other.map_err(Failure::into_error),
        }
    }
    Err(StoreError::Busy)
}

async fn once(store: &Postgres, order: &RestoreOrder, render: Restored<'_>) -> Result<Imported, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let restored = within(store, &mut transaction, order, render).await?;
    if matches!(restored, Imported::Done(_)) {
        transaction.commit().await.map_err(failed)?;
    }
    Ok(restored)
}

async fn within(
    store: &Postgres,
    connection: &mut PgConnection,
    order: &RestoreOrder,
    render: Restored<'_>,
) -> Result<Imported, StoreError> {
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(&mut *connection, order.tenant, claim).await?
    {
        return Ok(match kept.reply(&claim.fingerprint) {
            Reply::Replayed(answer) => Imported::Replayed(answer),
            _ => Imported::KeyReused,
        });
    }
    tenant(&mut *connection, order.tenant).await?;
    if let Some(refusal) = tenant_closed(&mut *connection, order.tenant).await? {
        return Ok(Imported::Closed(refusal));
    }
    let here = here(&mut *connection, order).await?;
    let made = match Rows::of(order, &here) {
        Ok(made) => made,
        Err(bad) => return Ok(Imported::Refused(bad)),
    };
    let now = store.pool.now(&mut *connection).await?;
    directory(&mut *connection, order, &made).await?;
    people(&mut *connection, order, &made, now).await?;
    members(&mut *connection, order, &made).await?;
    for writes in &made.writes {
        write(&mut *connection, writes).await?;
        holds::write(&mut *connection, writes).await?;
    }
    for seam in &made.seams {
        sew(&mut *connection, (order.tenant, order.community), seam).await?;
    }
    cases(&mut *connection, order, &made).await?;
    let community = community(&mut *connection, order.tenant, order.community, Some(now)).await?;
    let rendered = render(&community, now);
    let mut writes = Writes::default();
    writes.append(order.tenant, rendered.events);
    let answer: Answer = rendered.answer;
    if let Some(claim) = &order.claim {
        writes.keep(order.tenant, claim, &answer, now);
    }
    write(connection, &writes).await?;
    Ok(Imported::Done(answer))
}

/// The community and its policies.
async fn directory(
    connection: &mut PgConnection,
    order: &RestoreOrder,
    made: &Rows<'_>,
) -> Result<(), StoreError> {
    if let Some(head) = made.head {
        sqlx::query(COMMUNITY)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(head.name)
            .bind(head.created_at)
            .bind(head.policy_version)
            .bind(made.scheduled().map(|(version, _)| version))
            .bind(made.scheduled().map(|(_, at)| at.seconds()))
            .bind(head.looks.language.map(Language::code))
            .bind(head.looks.colour.map(String::from))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        sqlx::query(COUNTER)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(head.last_case)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for policy in &made.policies {
        sqlx::query(POLICY)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(policy.version)
            .bind(policy.activated_at.seconds())
            .bind(json(policy.policy)?)
            .bind(policy.created_at)
            .bind(json(&policy.by)?)
            .bind(policy.comment)
            .bind(policy.withdrawn_at)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// People who are new here.
async fn people(
    connection: &mut PgConnection,
    order: &RestoreOrder,
    made: &Rows<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for users in made.users.chunks(ROWS) {
        sqlx::query(USERS)
            .bind(order.tenant.0)
            .bind(users.iter().map(|new| new.id.0).collect::<Vec<_>>())
            .bind(users.iter().map(|new| new.name).collect::<Vec<_>>())
            .bind(users.iter().map(|new| new.created_at).collect::<Vec<_>>())
            .bind(
                users
                    .iter()
                    .map(|new| new.merged_into.map(|into| into.0))
                    .collect::<Vec<_>>(),
            )
            .bind(
                users
                    .iter()
                    .map(|new| new.language.map(Language::code))
                    .collect::<Vec<_>>(),
            )
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for new in made.identities.chunks(ROWS) {
        let names = || new.iter().map(|new| new.identity);
        sqlx::query(IDENTITIES)
            .bind(order.tenant.0)
            .bind(names().map(|name| name.platform.as_str()).collect::<Vec<_>>())
            .bind(names().map(|name| name.id.as_str()).collect::<Vec<_>>())
            .bind(new.iter().map(|new| new.user.0).collect::<Vec<_>>())
            .bind(
                new.iter()
                    .map(|new| new.brought_by.map(|by| by.0))
                    .collect::<Vec<_>>(),
            )
            .bind(now)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for merge in &made.merges {
        note(&mut *connection, order.tenant, merge).await?;
    }
    Ok(())
}

async fn members(
    connection: &mut PgConnection,
    order: &RestoreOrder,
    made: &Rows<'_>,
) -> Result<(), StoreError> {
    let members: Vec<_> = made.members.iter().collect();
    for members in members.chunks(ROWS) {
        let states: Vec<_> = members
            .iter()
            .map(|(_, m)| json(&m.state))
            .collect::<Result<_, _>>()?;
        let recents: Vec<_> = members
            .iter()
            .map(|(_, m)| json(&m.recent))
            .collect::<Result<_, _>>()?;
        sqlx::query(MEMBERS)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(members.iter().map(|(user, _)| user.0).collect::<Vec<_>>())
            .bind(
                members
                    .iter()
                    .map(|(_, m)| m.authority.rank.name())
                    .collect::<Vec<_>>(),
            )
            .bind(
                members
                    .iter()
                    .map(|(_, m)| i32::from(m.authority.level))
                    .collect::<Vec<_>>(),
            )
            .bind(members.iter().map(|(_, m)| m.protected).collect::<Vec<_>>())
            .bind(members.iter().map(|(_, m)| m.bot).collect::<Vec<_>>())
            .bind(states)
            .bind(recents)
            .bind(
                members
                    .iter()
                    .map(|(user, _)| made.regrouped.contains(user))
                    .collect::<Vec<_>>(),
            )
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// What cases have besides their own rows.
async fn cases(
    connection: &mut PgConnection,
    order: &RestoreOrder,
    made: &Rows<'_>,
) -> Result<(), StoreError> {
    for amended in made.amended.chunks(ROWS) {
        let voided: Vec<_> = amended
            .iter()
            .map(|c| json_opt(c.voided.as_ref()))
            .collect::<Result<_, _>>()?;
        let reduced: Vec<_> = amended
            .iter()
            .map(|c| json_opt(c.reduced.as_ref()))
            .collect::<Result<_, _>>()?;
        sqlx::query(AMEND)
            .bind(vec![order.tenant.0; amended.len()])
            .bind(vec![order.community.0; amended.len()])
            .bind(amended.iter().map(|case| case.number).collect::<Vec<_>>())
            .bind(amended.iter().map(|case| case.revision).collect::<Vec<_>>())
            .bind(voided)
            .bind(reduced)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for reasons in made.reasons.chunks(ROWS) {
        let by: Vec<_> = reasons
            .iter()
            .map(|(_, r)| json(&r.replaced_by))
            .collect::<Result<_, _>>()?;
        sqlx::query(REASONS)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(reasons.iter().map(|(number, _)| *number).collect::<Vec<_>>())
            .bind(reasons.iter().map(|(_, r)| r.revision).collect::<Vec<_>>())
            .bind(
                reasons
                    .iter()
                    .map(|(_, r)| r.reason.as_deref())
                    .collect::<Vec<_>>(),
            )
            .bind(by)
            .bind(reasons.iter().map(|(_, r)| r.replaced_at).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for some in made.origins.chunks(ROWS) {
        origins(&mut *connection, (order.tenant, order.community), some).await?;
    }
    Ok(())
}
