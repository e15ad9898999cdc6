//! Persons one at a time: finding them, and making those whom the tenant has never seen.

use super::directory;
use super::erased::recognise;
use super::errors::failed;
use super::pool::Transaction;
use super::row::micros;
use crate::domain::actor::Acting;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::ports::error::StoreError;
use crate::ports::ledger::{ActorRef, PersonRef};
use crate::storage::batch;
use chrono::{DateTime, Utc};

const MAKE_USER: &str =
    "INSERT INTO users (tenant_id, user_id, name, created_at, language) VALUES (?1, ?2, ?3, ?4, ?5)";
const GIVE_IDENTITY: &str = "INSERT INTO identities (tenant_id, platform, native_id, user_id, created_at) \
    VALUES (?1, ?2, ?3, ?4, ?5)";

pub(super) const STATEMENTS: &[&str] = &[MAKE_USER, GIVE_IDENTITY];

/// The user of a person; those named by an identity without one are made, with the id given.
pub(super) async fn find_or_make(
    transaction: &mut Transaction,
    tenant: TenantId,
    person: &PersonRef,
    fresh: UserId,
    now: DateTime<Utc>,
) -> Result<UserId, StoreError> {
    let found = directory::user(transaction.connection()?, tenant, person).await?;
    match (found, person) {
        (Some(user), _) => Ok(user.present()),
        (None, PersonRef::User(_)) => Err(StoreError::NotFound("user")),
        (None, PersonRef::Identity(identity)) => {
            if let Some(erased) = recognise(transaction.connection()?, tenant, person).await? {
                return Ok(erased);
            }
            make(transaction, tenant, fresh, (None, None), now).await?;
            give(transaction, tenant, fresh, identity, now).await?;
            Ok(fresh)
        }
    }
}

/// Makes a user.
pub(super) async fn make(
    transaction: &mut Transaction,
    tenant: TenantId,
    id: UserId,
    (name, language): (Option<&str>, Option<Language>),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(MAKE_USER)
        .bind(tenant.0)
        .bind(id.0)
        .bind(name)
        .bind(micros(now))
        .bind(language.map(Language::code))
        .execute(transaction.connection()?)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Gives a user an identity that nobody has.
pub(super) async fn give(
    transaction: &mut Transaction,
    tenant: TenantId,
    user: UserId,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(GIVE_IDENTITY)
        .bind(tenant.0)
        .bind(identity.platform.as_str())
        .bind(identity.id.as_str())
        .bind(user.0)
        .bind(micros(now))
        .execute(transaction.connection()?)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Who acts, made if the tenant has never seen them. Without a community nobody has a standing of their own.
pub(super) async fn acting(
    transaction: &mut Transaction,
    tenant: TenantId,
    community: Option<CommunityId>,
    by: &ActorRef,
    now: DateTime<Utc>,
) -> Result<Acting, StoreError> {
    let Some(person) = batch::acting_person(by) else {
        return Ok(batch::acting(by, None, None));
    };
    let user = find_or_make(transaction, tenant, person, batch::fresh_user(now), now).await?;
    let mut stored = None;
    if let Some(community) = community {
        let person = PersonRef::User(user);
        let profile = directory::profile(transaction.connection()?, tenant, community, &person).await?;
        stored = profile.map(|profile| profile.authority);
    }
    Ok(batch::acting(by, Some(user), stored))
}
