//! Communities and their links.

use super::{Context, Stop, policies};
use crate::domain::actor::Actor;
use crate::domain::id::CommunityId;
use crate::domain::language::Language;
use crate::domain::policy::Policy;
use crate::domain::time::Span;
use crate::ports::directory::{Change, Changed, Conflict, Link, Looks};
use crate::ports::error::StoreError;
use crate::storage::codec::instant;
use crate::storage::postgres::errors::overtaken;
use crate::storage::postgres::{directives, directory, notices, observations, restatements};
use sqlx::PgConnection;

const CREATE: &str = "INSERT INTO communities (tenant_id, community_id, name, created_at, policy_version, language, colour) \
    VALUES ($1, $2, $3, $4, 1, $5, $6)";
const CREATE_COUNTER: &str = "INSERT INTO community_counters (tenant_id, community_id) VALUES ($1, $2)";
const UPDATE: &str = "UPDATE communities SET name = coalesce($3, name), \
    event_retention = CASE WHEN $4 THEN $5 ELSE event_retention END, language = CASE WHEN $6 THEN $7 ELSE language END, \
    colour = CASE WHEN $8 THEN $9 ELSE colour END WHERE tenant_id = $1 AND community_id = $2";
const LINK: &str = "INSERT INTO links (tenant_id, platform, space, community_id) VALUES ($1, $2, $3, $4) \
    ON CONFLICT DO NOTHING";
const UNLINK: &str =
    "DELETE FROM links WHERE tenant_id = $1 AND platform = $2 AND space = $3 AND community_id = $4";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[CREATE, CREATE_COUNTER, UPDATE, LINK, UNLINK];

impl Context<'_> {
    pub(super) async fn create_community(
        &self,
        connection: &mut PgConnection,
        id: CommunityId,
        (name, looks): (&str, Looks),
        links: &[Link],
        (policy, by): (&Policy, &Actor),
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        sqlx::query(CREATE)
            .bind(tenant.0)
            .bind(id.0)
            .bind(name)
            .bind(self.now)
            .bind(looks.language.map(Language::code))
            .bind(looks.colour.map(String::from))
            .execute(&mut *connection)
            .await?;
        sqlx::query(CREATE_COUNTER)
            .bind(tenant.0)
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
        let first = policies::Draft {
            version: 1,
            activated_at: instant(self.now)?,
            policy,
            comment: None,
            by,
            now: self.now,
        };
        self.insert_policy(connection, id, &first).await?;
        // In order, so that two who take the same links do not wait for each other.
        let mut links: Vec<&Link> = links.iter().collect();
        links.sort();
        for link in links {
            self.link(connection, id, link).await?;
        }
        self.community(connection, id).await
    }

    pub(super) async fn update_community(&self, connection: &mut PgConnection) -> Result<Changed, Stop> {
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
            .execute(&mut *connection)
            .await?;
        self.community(connection, *id).await
    }

    pub(super) async fn add_link(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        link: &Link,
    ) -> Result<Changed, Stop> {
        directory::community_exists(&mut *connection, self.order.tenant, community).await?;
        self.link(connection, community, link).await?;
        restatements::note_community(&mut *connection, (self.order.tenant, community), self.now).await?;
        self.community(connection, community).await
    }

    pub(super) async fn remove_link(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        link: &Link,
    ) -> Result<Changed, Stop> {
        directory::community_exists(&mut *connection, self.order.tenant, community).await?;
        let done = sqlx::query(UNLINK)
            .bind(self.order.tenant.0)
            .bind(link.platform.as_str())
            .bind(link.space.as_str())
            .bind(community.0)
            .execute(&mut *connection)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("link").into());
        }
        directives::cancel_of_link(&mut *connection, (self.order.tenant, community), link, self.now).await?;
        notices::give_up(&mut *connection, (self.order.tenant, community), self.now).await?;
        observations::forget_of_link(&mut *connection, (self.order.tenant, community), link).await?;
        self.community(connection, community).await
    }

    async fn link(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        link: &Link,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let done = sqlx::query(LINK)
            .bind(tenant.0)
            .bind(link.platform.as_str())
            .bind(link.space.as_str())
            .bind(community.0)
            .execute(&mut *connection)
            .await?;
        if done.rows_affected() > 0 {
            return Ok(());
        }
        let holder = directory::community_by_link(connection, tenant, link).await?;
        Err(Conflict::LinkTaken(link.clone(), holder.ok_or_else(overtaken)?).into())
    }

    pub(super) async fn community(
        &self,
        connection: &mut PgConnection,
        id: CommunityId,
    ) -> Result<Changed, Stop> {
        let clock = self.pool.set_clock();
        let community = directory::community(&mut *connection, self.order.tenant, id, clock).await?;
        Ok(Changed::Community(community))
    }
}
