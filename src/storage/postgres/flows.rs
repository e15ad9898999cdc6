//! Reads of flows.

use super::row::{Row, all, one};
use crate::domain::conversation::FlowName;
use crate::domain::id::TenantId;
use crate::ports::conversations::FlowRecord;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::storage::conversations::flow_of;
use sqlx::PgExecutor;
use sqlx::postgres::PgRow;

const FLOW: &str = "SELECT v.tenant_id, v.name, v.version, v.doc::text AS doc, v.created_at, v.by_actor, v.comment FROM flows f JOIN flow_versions v ON v.tenant_id = f.tenant_id AND v.name = f.name \
    AND v.version = coalesce($3, f.version) WHERE f.tenant_id = $1 AND f.name = $2";
const FLOWS: &str = "SELECT v.tenant_id, v.name, v.version, v.doc::text AS doc, v.created_at, v.by_actor, v.comment FROM flows f JOIN flow_versions v ON v.tenant_id = f.tenant_id AND v.name = f.name \
    AND v.version = f.version WHERE f.tenant_id = $1 AND f.name > coalesce($2, '') ORDER BY f.name LIMIT $3";
const VERSIONS: &str = "SELECT v.tenant_id, v.name, v.version, v.doc::text AS doc, v.created_at, v.by_actor, v.comment FROM flow_versions v WHERE v.tenant_id = $1 AND v.name = $2 AND v.version < coalesce($3, 2147483647) \
    ORDER BY v.version DESC LIMIT $4";

pub(super) const STATEMENTS: &[&str] = &[FLOW, FLOWS, VERSIONS];

/// A version of a flow, or the newest.
pub(super) async fn flow(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    name: &FlowName,
    version: Option<i32>,
) -> Result<Option<FlowRecord>, StoreError> {
    let query = sqlx::query(FLOW).bind(tenant.0).bind(name.as_str()).bind(version);
    one(query.fetch_optional(on).await, record_of)
}

/// A tenant's flows at their newest version.
pub(super) async fn flows(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    page: After<FlowName>,
) -> Result<Vec<FlowRecord>, StoreError> {
    let query = sqlx::query(FLOWS)
        .bind(tenant.0)
        .bind(page.after.map(|name| name.to_string()))
        .bind(i64::from(page.limit));
    all(query.fetch_all(on).await, record_of)
}

/// The versions of a flow.
pub(super) async fn versions(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    name: &FlowName,
    page: After<i32>,
) -> Result<Vec<FlowRecord>, StoreError> {
    let query = sqlx::query(VERSIONS)
        .bind(tenant.0)
        .bind(name.as_str())
        .bind(page.after)
        .bind(i64::from(page.limit));
    let found = all(query.fetch_all(on).await, record_of)?;
    // Beyond the first version there is nothing; where no version was seen before, there is no flow.
    if found.is_empty() && page.after.is_none() {
        return Err(StoreError::NotFound("flow"));
    }
    Ok(found)
}

fn record_of(row: &PgRow) -> Result<FlowRecord, StoreError> {
    let row = Row::of(row, "flow_versions", &["tenant_id", "version"]);
    let (name, doc) = (row.text("name")?, row.text("doc")?);
    Ok(FlowRecord {
        flow: flow_of(&row.place(), &name, row.get("version")?, Some(&doc))?,
        created_at: row.time("created_at")?,
        by: row.json("by_actor")?,
        comment: row.get("comment")?,
    })
}
