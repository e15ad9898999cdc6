//! Users, their identities, and what a community says of a member.

use super::{Context, Stop};
use crate::domain::id::UserId;
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::domain::member::Member;
use crate::ports::directory::{Change, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::json;
use crate::storage::postgres::erased::recognise;
use crate::storage::postgres::errors::overtaken;
use crate::storage::postgres::{directory, people, restatements, seams};
use sqlx::PgConnection;

const MAKE: &str =
    "INSERT INTO users (tenant_id, user_id, name, created_at, language) VALUES ($1, $2, $3, $4, $5)";
const GIVE_IDENTITY: &str = "INSERT INTO identities (tenant_id, platform, native_id, user_id, created_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE users SET name = CASE WHEN $3 THEN $4 ELSE name END, \
    language = CASE WHEN $5 THEN $6 ELSE language END WHERE tenant_id = $1 AND user_id = $2";
const SET_MEMBER: &str = "INSERT INTO members (tenant_id, community_id, user_id, rank, level, protected, bot, state, recent) \
    VALUES ($1, $2, $3, coalesce($4, 'member'), coalesce($5, 0), coalesce($6, false), coalesce($7, false), \
    $8::text::json, '[]') ON CONFLICT (tenant_id, community_id, user_id) DO UPDATE SET \
    rank = coalesce($4, members.rank), level = coalesce($5, members.level), \
    protected = coalesce($6, members.protected), bot = coalesce($7, members.bot)";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[MAKE, GIVE_IDENTITY, UPDATE, SET_MEMBER];

impl Context<'_> {
    pub(super) async fn create_user(
        &self,
        connection: &mut PgConnection,
        id: UserId,
        (name, language): (Option<&str>, Option<Language>),
        identities: &[Identity],
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        sqlx::query(MAKE)
            .bind(tenant.0)
            .bind(id.0)
            .bind(name)
            .bind(self.now)
            .bind(language.map(Language::code))
            .execute(&mut *connection)
            .await?;
        // In order, so that two who take the same identities do not wait for each other.
        let mut identities: Vec<&Identity> = identities.iter().collect();
        identities.sort();
        for identity in identities {
            self.identity(connection, id, identity).await?;
        }
        self.user(connection, id).await
    }

    pub(super) async fn update_user(
        &self,
        connection: &mut PgConnection,
        id: UserId,
        name: Option<&Option<String>>,
        language: Option<Option<Language>>,
    ) -> Result<Changed, Stop> {
        let id = self.present(connection, id).await?;
        sqlx::query(UPDATE)
            .bind(self.order.tenant.0)
            .bind(id.0)
            .bind(name.is_some())
            .bind(name.and_then(Option::as_deref))
            .bind(language.is_some())
            .bind(language.flatten().map(Language::code))
            .execute(&mut *connection)
            .await?;
        self.user(connection, id).await
    }

    pub(super) async fn add_identity(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        identity: &Identity,
    ) -> Result<Changed, Stop> {
        let user = self.present(connection, user).await?;
        people::hold(&mut *connection, &[(self.order.tenant, user)].into()).await?;
        let is_new = self.identity(connection, user, identity).await?;
        if is_new {
            // Whoever has another name may have sanctions that are to hold under it, too.
            restatements::note_user(&mut *connection, self.order.tenant, user, self.now).await?;
        }
        let user = self.user(connection, user).await?;
        Ok(if is_new {
            user
        } else {
            Changed::Same(Box::new(user))
        })
    }

    pub(super) async fn set_member(&self, connection: &mut PgConnection) -> Result<Changed, Stop> {
        let Change::SetMember {
            community,
            person,
            fresh,
            rank,
            level,
            protected,
            bot,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("not a change of a member".into()).into());
        };
        let tenant = self.order.tenant;
        directory::community_exists(&mut *connection, tenant, *community).await?;
        let user = people::find_or_make(connection, tenant, person, *fresh, self.now).await?;
        sqlx::query(SET_MEMBER)
            .bind(tenant.0)
            .bind(community.0)
            .bind(user.0)
            .bind(rank.map(crate::domain::rank::Rank::name))
            .bind(level.map(i32::from))
            .bind(protected)
            .bind(bot)
            .bind(json(&Member::default())?)
            .execute(&mut *connection)
            .await?;
        // Nobody merges or splits them any more; if somebody has in the meantime, the name means somebody else.
        people::hold(&mut *connection, &[(tenant, user)].into()).await?;
        if people::find_or_make(connection, tenant, person, *fresh, self.now).await? != user {
            return Err(overtaken().into());
        }
        let person = PersonRef::User(user);
        let profile = directory::profile(&mut *connection, tenant, *community, &person).await?;
        Ok(Changed::Member(
            *community,
            profile.ok_or(StoreError::NotFound("user"))?,
        ))
    }

    /// Gives the user an identity; false when they have it already.
    async fn identity(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        identity: &Identity,
    ) -> Result<bool, Stop> {
        let tenant = self.order.tenant;
        let person = PersonRef::Identity(identity.clone());
        if let Some(holder) = recognise(&mut *connection, tenant, &person).await? {
            return held_by(holder, user, identity);
        }
        let done = sqlx::query(GIVE_IDENTITY)
            .bind(tenant.0)
            .bind(identity.platform.as_str())
            .bind(identity.id.as_str())
            .bind(user.0)
            .bind(self.now)
            .execute(&mut *connection)
            .await?;
        if done.rows_affected() > 0 {
            return Ok(true);
        }
        let holder = directory::user(connection, tenant, &person).await?;
        held_by(holder.ok_or_else(overtaken)?.id, user, identity)
    }

    /// Who a user is now.
    pub(super) async fn present(&self, connection: &mut PgConnection, id: UserId) -> Result<UserId, Stop> {
        let found = seams::present(&mut *connection, self.order.tenant, id).await?;
        Ok(found.ok_or(StoreError::NotFound("user"))?)
    }

    /// The user who somebody is now.
    pub(super) async fn present_user(
        &self,
        connection: &mut PgConnection,
        id: UserId,
    ) -> Result<Changed, Stop> {
        let id = self.present(connection, id).await?;
        self.user(connection, id).await
    }

    pub(super) async fn user(&self, connection: &mut PgConnection, id: UserId) -> Result<Changed, Stop> {
        let person = PersonRef::User(id);
        let user = directory::user(&mut *connection, self.order.tenant, &person).await?;
        Ok(Changed::User(user.ok_or(StoreError::NotFound("user"))?))
    }
}

/// What it means to give a user an identity that somebody has.
fn held_by(holder: UserId, user: UserId, identity: &Identity) -> Result<bool, Stop> {
    if holder == user {
        return Ok(false);
    }
    Err(Conflict::IdentityTaken(identity.clone(), holder).into())
}
