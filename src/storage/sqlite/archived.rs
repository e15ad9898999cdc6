//! What is archived, and so is not changed.

use super::errors::failed;
use crate::domain::id::{CommunityId, TenantId};
use crate::domain::refusal::Refusal;
use crate::ports::error::StoreError;
use sqlx::SqliteExecutor;

const ARCHIVED: &str = "SELECT t.archived_at IS NOT NULL, c.archived_at IS NOT NULL FROM communities c \
    JOIN tenants t ON t.tenant_id = c.tenant_id WHERE c.tenant_id = ?1 AND c.community_id = ?2";
const TENANT_ARCHIVED: &str = "SELECT archived_at IS NOT NULL FROM tenants WHERE tenant_id = ?1";

pub(super) const STATEMENTS: &[&str] = &[ARCHIVED, TENANT_ARCHIVED];

/// Why nothing is changed in a community: it is archived, or its tenant is.
pub(super) async fn closed(
    on: impl SqliteExecutor<'_>,
    tenant: TenantId,
    id: CommunityId,
) -> Result<Option<Refusal>, StoreError> {
    let query = sqlx::query_as(ARCHIVED).bind(tenant.0).bind(id.0);
    match query.fetch_optional(on).await.map_err(failed)? {
        None => Err(StoreError::NotFound("community")),
        Some((true, _)) => Ok(Some(Refusal::TenantArchived)),
        Some((false, true)) => Ok(Some(Refusal::Archived)),
        Some((false, false)) => Ok(None),
    }
}

/// The same of a whole tenant. One that is not there yet is open.
pub(super) async fn tenant_closed(
    on: impl SqliteExecutor<'_>,
    tenant: TenantId,
) -> Result<Option<Refusal>, StoreError> {
    let query = sqlx::query_scalar(TENANT_ARCHIVED).bind(tenant.0);
    let archived = query.fetch_optional(on).await.map_err(failed)?;
    Ok(archived.unwrap_or(false).then_some(Refusal::TenantArchived))
}
