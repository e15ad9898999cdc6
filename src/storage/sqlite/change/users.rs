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
use crate::storage::sqlite::erased::recognise;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::{directory, people, restatements, seams};

const UPDATE: &str = "UPDATE users SET name = CASE WHEN ?3 THEN ?4 ELSE name END, \
    language = CASE WHEN ?5 THEN ?6 ELSE language END WHERE tenant_id = ?1 AND user_id = ?2";
const SET_MEMBER: &str = "INSERT INTO members (tenant_id, community_id, user_id, rank, level, protected, bot, state, recent) \
    VALUES (?1, ?2, ?3, coalesce(?4, 'member'), coalesce(?5, 0), coalesce(?6, 0), coalesce(?7, 0), ?8, '[]') \
    ON CONFLICT DO UPDATE SET rank = coalesce(?4, rank), level = coalesce(?5, level), \
    protected = coalesce(?6, protected), bot = coalesce(?7, bot)";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[UPDATE, SET_MEMBER];

impl Context<'_> {
    pub(super) async fn create_user(
        &self,
        transaction: &mut Transaction,
        id: UserId,
        (name, language): (Option<&str>, Option<Language>),
        identities: &[Identity],
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        directory::tenant(transaction.connection()?, tenant).await?;
        people::make(transaction, tenant, id, (name, language), self.now).await?;
        for identity in identities {
            self.identity(transaction, id, identity).await?;
        }
        self.user(transaction, id).await
    }

    pub(super) async fn update_user(
        &self,
        transaction: &mut Transaction,
        id: UserId,
        name: Option<&Option<String>>,
        language: Option<Option<Language>>,
    ) -> Result<Changed, Stop> {
        let id = self.present(transaction, id).await?;
        sqlx::query(UPDATE)
            .bind(self.order.tenant.0)
            .bind(id.0)
            .bind(name.is_some())
            .bind(name.and_then(Option::as_deref))
            .bind(language.is_some())
            .bind(language.flatten().map(Language::code))
            .execute(transaction.connection()?)
            .await?;
        self.user(transaction, id).await
    }

    pub(super) async fn add_identity(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        identity: &Identity,
    ) -> Result<Changed, Stop> {
        let user = self.present(transaction, user).await?;
        let is_new = self.identity(transaction, user, identity).await?;
        if is_new {
            // Whoever has another name may have sanctions that are to hold under it, too.
            restatements::note_user(transaction, self.order.tenant, user, self.now).await?;
        }
        let user = self.user(transaction, user).await?;
        Ok(if is_new {
            user
        } else {
            Changed::Same(Box::new(user))
        })
    }

    pub(super) async fn set_member(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
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
        directory::community_exists(transaction.connection()?, tenant, *community).await?;
        let user = people::find_or_make(transaction, tenant, person, *fresh, self.now).await?;
        sqlx::query(SET_MEMBER)
            .bind(tenant.0)
            .bind(community.0)
            .bind(user.0)
            .bind(rank.map(crate::domain::rank::Rank::name))
            .bind(level.map(i64::from))
            .bind(protected)
            .bind(bot)
            .bind(json(&Member::default())?)
            .execute(transaction.connection()?)
            .await?;
        let person = PersonRef::User(user);
        let profile = directory::profile(transaction.connection()?, tenant, *community, &person).await?;
        Ok(Changed::Member(
            *community,
            profile.ok_or(StoreError::NotFound("user"))?,
        ))
    }

    /// Gives the user an identity; false when they have it already.
    async fn identity(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        identity: &Identity,
    ) -> Result<bool, Stop> {
        let tenant = self.order.tenant;
        let person = PersonRef::Identity(identity.clone());
        if let Some(holder) = recognise(transaction.connection()?, tenant, &person).await? {
            return held_by(holder, user, identity);
        }
        match directory::user(transaction.connection()?, tenant, &person).await? {
            None => people::give(transaction, tenant, user, identity, self.now).await?,
            Some(holder) => return held_by(holder.id, user, identity),
        }
        Ok(true)
    }

    /// Who a user is now.
    pub(super) async fn present(&self, transaction: &mut Transaction, id: UserId) -> Result<UserId, Stop> {
        let found = seams::present(transaction.connection()?, self.order.tenant, id).await?;
        Ok(found.ok_or(StoreError::NotFound("user"))?)
    }

    /// The user who somebody is now.
    pub(super) async fn present_user(
        &self,
        transaction: &mut Transaction,
        id: UserId,
    ) -> Result<Changed, Stop> {
        let id = self.present(transaction, id).await?;
        self.user(transaction, id).await
    }

    pub(super) async fn user(&self, transaction: &mut Transaction, id: UserId) -> Result<Changed, Stop> {
        let person = PersonRef::User(id);
        let user = directory::user(transaction.connection()?, self.order.tenant, &person).await?;
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
