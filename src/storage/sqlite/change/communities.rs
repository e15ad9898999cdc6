//! Communities and their links.

use super::{Context, Stop, policies};
use crate::domain::id::CommunityId;
use crate::domain::language::Language;
use crate::domain::policy::Policy;
use crate::domain::time::Span;
use crate::ports::directory::{Change, Changed, Conflict, Link, Looks};
use crate::ports::error::StoreError;
use crate::storage::codec::instant;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::{directives, directory, notices, observations, restatements};

const CREATE: &str = "INSERT INTO communities (tenant_id, community_id, name, created_at, policy_version, language, colour) \
    VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6)";
const CREATE_COUNTER: &str = "INSERT INTO community_counters (tenant_id, community_id) VALUES (?1, ?2)";
const UPDATE: &str = "UPDATE communities SET name = coalesce(?3, name), \
    event_retention = CASE WHEN ?4 THEN ?5 ELSE event_retention END, language = CASE WHEN ?6 THEN ?7 ELSE language END, \
    colour = CASE WHEN ?8 THEN ?9 ELSE colour END WHERE tenant_id = ?1 AND community_id = ?2";
const LINK: &str = "INSERT INTO links (tenant_id, platform, space, community_id) VALUES (?1, ?2, ?3, ?4)";
const UNLINK: &str =
    "DELETE FROM links WHERE tenant_id = ?1 AND platform = ?2 AND space = ?3 AND community_id = ?4";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[CREATE, CREATE_COUNTER, UPDATE, LINK, UNLINK];

impl Context<'_> {
    pub(super) async fn create_community(
        &self,
        transaction: &mut Transaction,
        id: CommunityId,
        (name, looks): (&str, Looks),
        links: &[Link],
        policy: &Policy,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        directory::tenant(transaction.connection()?, tenant).await?;
        sqlx::query(CREATE)
            .bind(tenant.0)
            .bind(id.0)
            .bind(name)
            .bind(micros(self.now))
            .bind(looks.language.map(Language::code))
            .bind(looks.colour.map(String::from))
            .execute(transaction.connection()?)
            .await?;
        sqlx::query(CREATE_COUNTER)
            .bind(tenant.0)
            .bind(id.0)
            .execute(transaction.connection()?)
            .await?;
        let first = policies::Draft {
            version: 1,
            activated_at: instant(self.now)?,
            policy,
            comment: None,
        };
        self.insert_policy(transaction, id, &first).await?;
        for link in links {
            self.link(transaction, id, link).await?;
        }
        self.community(transaction, id).await
    }

    pub(super) async fn update_community(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        let Change::UpdateCommunity {
            id,
            name,
            event_retention,
            looks,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("this changes no community".into()).into());
        };
        sqlx::query(UPDATE)
            .bind(self.order.tenant.0)
            .bind(id.0)
            .bind(name.as_deref())
            .bind(event_retention.is_some())
            .bind(event_retention.flatten().map(Span::seconds))
            .bind(looks.language.is_some())
            .bind(looks.language.flatten().map(Language::code))
            .bind(looks.colour.is_some())
            .bind(looks.colour.flatten().map(String::from))
            .execute(transaction.connection()?)
            .await?;
        self.community(transaction, *id).await
    }

    pub(super) async fn add_link(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        link: &Link,
    ) -> Result<Changed, Stop> {
        directory::community_exists(transaction.connection()?, self.order.tenant, community).await?;
        self.link(transaction, community, link).await?;
        restatements::note_community(transaction, (self.order.tenant, community), self.now).await?;
        self.community(transaction, community).await
    }

    pub(super) async fn remove_link(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        link: &Link,
    ) -> Result<Changed, Stop> {
        directory::community_exists(transaction.connection()?, self.order.tenant, community).await?;
        let done = sqlx::query(UNLINK)
            .bind(self.order.tenant.0)
            .bind(link.platform.as_str())
            .bind(link.space.as_str())
            .bind(community.0)
            .execute(transaction.connection()?)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("link").into());
        }
        directives::cancel_of_link(transaction, (self.order.tenant, community), link, self.now).await?;
        notices::give_up(transaction, (self.order.tenant, community), self.now).await?;
        observations::forget_of_link(transaction, (self.order.tenant, community), link).await?;
        self.community(transaction, community).await
    }

    async fn link(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        link: &Link,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let holder = directory::community_by_link(transaction.connection()?, tenant, link).await?;
        if let Some(holder) = holder {
            return Err(Conflict::LinkTaken(link.clone(), holder).into());
        }
        sqlx::query(LINK)
            .bind(tenant.0)
            .bind(link.platform.as_str())
            .bind(link.space.as_str())
            .bind(community.0)
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }

    pub(super) async fn community(
        &self,
        transaction: &mut Transaction,
        id: CommunityId,
    ) -> Result<Changed, Stop> {
        let community =
            directory::community(transaction.connection()?, self.order.tenant, id, self.now).await?;
        Ok(Changed::Community(community))
    }
}
