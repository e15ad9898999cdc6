//! The rows of communities and tenants that were deleted, a portion at a time.

use super::errors::failed;
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::error::StoreError;
use crate::storage::removal::Sweep;
use sqlx::SqliteConnection;

/// A few rows of a table of a community's.
macro_rules! of_community {
    ($table:literal, $key:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE (tenant_id, community_id, ",
            $key,
            ") IN (SELECT tenant_id, community_id, ",
            $key,
            " FROM ",
            $table,
            " WHERE tenant_id = ?1 AND community_id = ?2 LIMIT ?3)"
        )
    };
}

/// A few rows of a table of a tenant's.
macro_rules! of_tenant {
    ($table:literal, $key:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE (tenant_id, ",
            $key,
            ") IN (SELECT tenant_id, ",
            $key,
            " FROM ",
            $table,
            " WHERE tenant_id = ?1 LIMIT ?2)"
        )
    };
}

/// In this order: what is worked off first, so that nothing is added to what comes later.
const OF_COMMUNITY: &[&str] = &[
    of_community!("timers", "sanction_id"),
    of_community!("schedules", "schedule_id"),
    of_community!("appeals", "appeal_id"),
    of_community!("appeal_links", "link_id"),
    of_community!("notices", "notice_id"),
    of_community!("conversations", "conversation_id"),
    of_community!("jobs", "job_id"),
    of_community!("job_parts", "job_id, part"),
    of_community!("job_refusals", "job_id, item"),
    of_community!("undo_plans", "plan_id"),
    of_community!("held_acts", "held_id"),
    of_community!("directives", "directive_id"),
    of_community!("observations", "platform, space, effect, native_id"),
    of_community!("restatements", "user_id"),
    of_community!("spent_acts", "bucket, at, number"),
    of_community!("case_revisions", "number, revision"),
    of_community!("case_origins", "source, external_id"),
    of_community!("cases", "number"),
    of_community!("lowerings", "user_id, at, number, until"),
    of_community!("sanctions", "sanction_id"),
    of_community!("members", "user_id"),
    of_community!("seams", "merge_id"),
    of_community!("policies", "version"),
    of_community!("limits", "name"),
    of_community!("limit_versions", "limit_id, version"),
];
const OF_TENANT: &[&str] = &[
    of_tenant!("timers", "community_id, sanction_id"),
    of_tenant!("schedules", "community_id, schedule_id"),
    of_tenant!("appeals", "community_id, appeal_id"),
    of_tenant!("appeal_links", "community_id, link_id"),
    of_tenant!("notices", "community_id, notice_id"),
    of_tenant!("conversations", "community_id, conversation_id"),
    of_tenant!("jobs", "community_id, job_id"),
    of_tenant!("job_parts", "community_id, job_id, part"),
    of_tenant!("job_refusals", "community_id, job_id, item"),
    of_tenant!("undo_plans", "community_id, plan_id"),
    of_tenant!("held_acts", "community_id, held_id"),
    of_tenant!("directives", "directive_id"),
    of_tenant!("deliveries", "webhook_id, delivery_id"),
    of_tenant!("webhooks", "webhook_id"),
    of_tenant!("observations", "community_id, platform, space, effect, native_id"),
    of_tenant!("restatements", "community_id, user_id"),
    of_tenant!("spent_acts", "community_id, bucket, at, number"),
    of_tenant!("case_revisions", "community_id, number, revision"),
    of_tenant!("case_origins", "community_id, source, external_id"),
    of_tenant!("cases", "community_id, number"),
    of_tenant!("lowerings", "community_id, user_id, at, number, until"),
    of_tenant!("sanctions", "community_id, sanction_id"),
    of_tenant!("members", "community_id, user_id"),
    of_tenant!("seams", "community_id, merge_id"),
    of_tenant!("merges", "merge_id"),
    of_tenant!("policies", "community_id, version"),
    of_tenant!("flows", "name"),
    of_tenant!("flow_versions", "name, version"),
    of_tenant!("limits", "community_id, name"),
    of_tenant!("limit_versions", "community_id, limit_id, version"),
    of_tenant!("links", "platform, space"),
    of_tenant!("identities", "platform, native_id"),
    of_tenant!("erased_identities", "hash"),
    of_tenant!("users", "user_id"),
    of_tenant!("events", "position"),
    of_tenant!("idempotency", "key"),
];
/// Erasures and deletions that a deletion of their tenant makes needless.
const NEEDLESS: &str = "DELETE FROM removals WHERE tenant_id = ?1 AND subject_id <> ?1";

const LAST_EVENT: &str = "SELECT max(position) FROM (SELECT position FROM events WHERE tenant_id = ?1 AND position > ?2 \
    ORDER BY position LIMIT ?3)";
/// That it was deleted stays in the log.
const EVENTS: &str = "DELETE FROM events WHERE tenant_id = ?1 AND position > ?2 AND position <= ?3 AND community_id = ?4 \
    AND kind <> 'community.deleted'";
const LAST_ANSWER: &str = "SELECT max(key) FROM (SELECT key FROM idempotency WHERE tenant_id = ?1 AND key > ?2 \
    ORDER BY key LIMIT ?3)";
const ANSWERS: &str =
    "DELETE FROM idempotency WHERE tenant_id = ?1 AND key > ?2 AND key <= ?3 AND instr(answer, ?4) > 0";

pub(super) const STATEMENTS: &[&str] = &[
    NEEDLESS,
    LAST_EVENT,
    EVENTS,
    LAST_ANSWER,
    ANSWERS,
    OF_COMMUNITY[0],
    OF_COMMUNITY[1],
    OF_COMMUNITY[2],
    OF_COMMUNITY[3],
    OF_COMMUNITY[4],
    OF_COMMUNITY[5],
    OF_COMMUNITY[6],
    OF_COMMUNITY[7],
    OF_COMMUNITY[8],
    OF_COMMUNITY[9],
    OF_COMMUNITY[10],
    OF_COMMUNITY[11],
    OF_COMMUNITY[12],
    OF_COMMUNITY[13],
    OF_COMMUNITY[14],
    OF_COMMUNITY[15],
    OF_COMMUNITY[16],
    OF_COMMUNITY[17],
    OF_COMMUNITY[18],
    OF_COMMUNITY[19],
    OF_COMMUNITY[20],
    OF_COMMUNITY[21],
    OF_COMMUNITY[22],
    OF_TENANT[0],
    OF_TENANT[1],
    OF_TENANT[2],
    OF_TENANT[3],
    OF_TENANT[4],
    OF_TENANT[5],
    OF_TENANT[6],
    OF_TENANT[7],
    OF_TENANT[8],
    OF_TENANT[9],
    OF_TENANT[10],
    OF_TENANT[11],
    OF_TENANT[12],
    OF_TENANT[13],
    OF_TENANT[14],
    OF_TENANT[15],
    OF_TENANT[16],
    OF_TENANT[17],
    OF_TENANT[18],
    OF_TENANT[19],
    OF_TENANT[20],
    OF_TENANT[21],
    OF_TENANT[22],
    OF_TENANT[23],
    OF_TENANT[24],
    OF_TENANT[25],
    OF_TENANT[26],
    OF_TENANT[27],
    OF_TENANT[28],
    OF_TENANT[29],
    OF_TENANT[30],
    OF_TENANT[31],
    OF_TENANT[32],
    OF_TENANT[33],
];

/// Removes a portion of a tenant's rows; `None` when there is none left.
pub(super) async fn tenant(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    sweep: &Sweep,
    limit: u32,
) -> Result<Option<Sweep>, StoreError> {
    let Some(statement) = OF_TENANT.get(sweep.step) else {
        let query = sqlx::query(NEEDLESS).bind(tenant.0);
        query.execute(connection).await.map_err(failed)?;
        return Ok(None);
    };
    let done = sqlx::query(*statement)
        .bind(tenant.0)
        .bind(limit)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(Some(if done.rows_affected() == 0 {
        sweep.next()
    } else {
        sweep.clone()
    }))
}

/// Removes a portion of a community's rows; `None` when there is none left.
pub(super) async fn community(
    connection: &mut SqliteConnection,
    (tenant, community): (TenantId, CommunityId),
    sweep: &Sweep,
    limit: u32,
) -> Result<Option<Sweep>, StoreError> {
    let Some(statement) = OF_COMMUNITY.get(sweep.step) else {
        return told(connection, (tenant, community), sweep, limit).await;
    };
    let done = sqlx::query(*statement)
        .bind(tenant.0)
        .bind(community.0)
        .bind(limit)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(Some(if done.rows_affected() == 0 {
        sweep.next()
    } else {
        sweep.clone()
    }))
}

/// Removes what the log and kept answers tell of a community, which have no index by it.
async fn told(
    connection: &mut SqliteConnection,
    (tenant, community): (TenantId, CommunityId),
    sweep: &Sweep,
    limit: u32,
) -> Result<Option<Sweep>, StoreError> {
    if sweep.step == OF_COMMUNITY.len() {
        let last: Option<i64> = sqlx::query_scalar(LAST_EVENT)
            .bind(tenant.0)
            .bind(sweep.number)
            .bind(limit)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
        let Some(last) = last else {
            return Ok(Some(sweep.next()));
        };
        let query = sqlx::query(EVENTS).bind(tenant.0).bind(sweep.number);
        let query = query.bind(last).bind(community.0);
        query.execute(connection).await.map_err(failed)?;
        return Ok(Some(Sweep {
            number: last,
            ..sweep.clone()
        }));
    }
    let last: Option<String> = sqlx::query_scalar(LAST_ANSWER)
        .bind(tenant.0)
        .bind(&sweep.text)
        .bind(limit)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let Some(last) = last else {
        return Ok(None);
    };
    let query = sqlx::query(ANSWERS).bind(tenant.0).bind(&sweep.text);
    let query = query.bind(&last).bind(community.to_string());
    query.execute(connection).await.map_err(failed)?;
    Ok(Some(Sweep {
        text: last,
        ..sweep.clone()
    }))
}
