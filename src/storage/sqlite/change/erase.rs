//! The erasure of a person begins: name and identities go at once, and what they are recognised by takes their place.

use super::{Context, Stop};
use crate::domain::id::UserId;
use crate::ports::directory::Changed;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::json;
use crate::storage::erasure::{Progress, identity_hash};
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::{
    appeal_links, appeals, conversations, directives, directory, notices, observations, schedules, seams,
};

/// A tenant that never erased anybody has no secret yet.
const SECRET: &str =
    "UPDATE tenants SET secret = coalesce(secret, randomblob(32)) WHERE tenant_id = ?1 RETURNING secret";
const RECOGNISE: &str = "INSERT INTO erased_identities (tenant_id, hash, user_id) VALUES (?1, ?2, ?3) \
    ON CONFLICT DO UPDATE SET user_id = excluded.user_id";
const FORGET: &str = "DELETE FROM identities WHERE tenant_id = ?1 AND user_id = ?2";
const ERASE: &str = "UPDATE users SET name = NULL, language = NULL, erased_at = ?3, erasure_done_at = NULL \
    WHERE tenant_id = ?1 AND user_id = ?2";
const BEGIN: &str = "INSERT INTO removals (tenant_id, subject_id, kind, turn_at, progress) \
    VALUES (?1, ?2, 'user', ?3, ?4) ON CONFLICT DO UPDATE SET progress = excluded.progress";

/// Why somebody was taken for the person.
const UNSAY_MERGES_INTO: &str = "UPDATE merges SET reason = NULL, undone = json_replace(undone, '$.reason', NULL) \
    WHERE tenant_id = ?1 AND into_id = ?2";
const UNSAY_MERGES_FROM: &str = "UPDATE merges SET reason = NULL, undone = json_replace(undone, '$.reason', NULL) \
    WHERE tenant_id = ?1 AND from_id = ?2";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[
    SECRET,
    RECOGNISE,
    FORGET,
    ERASE,
    BEGIN,
    UNSAY_MERGES_INTO,
    UNSAY_MERGES_FROM,
];

impl Context<'_> {
    pub(super) async fn erase_user(
        &self,
        transaction: &mut Transaction,
        id: UserId,
    ) -> Result<Changed, Stop> {
        transaction.overwrite().await?;
        let tenant = self.order.tenant;
        let id = self.present(transaction, id).await?;
        let person = PersonRef::User(id);
        let before = directory::user(transaction.connection()?, tenant, &person)
            .await?
            .ok_or(StoreError::NotFound("user"))?;
        let secret: Vec<u8> = sqlx::query_scalar(SECRET)
            .bind(tenant.0)
            .fetch_one(transaction.connection()?)
            .await?;
        for identity in &before.identities {
            sqlx::query(RECOGNISE)
                .bind(tenant.0)
                .bind(identity_hash(&secret, identity).to_vec())
                .bind(id.0)
                .execute(transaction.connection()?)
                .await?;
            observations::forget_of_identity(transaction, tenant, identity).await?;
        }
        sqlx::query(FORGET)
            .bind(tenant.0)
            .bind(id.0)
            .execute(transaction.connection()?)
            .await?;
        let group = seams::group(transaction.connection()?, tenant, id).await?;
        for user in &group {
            sqlx::query(ERASE)
                .bind(tenant.0)
                .bind(user.0)
                .bind(micros(self.now))
                .execute(transaction.connection()?)
                .await?;
            sqlx::query(BEGIN)
                .bind(tenant.0)
                .bind(user.0)
                .bind(micros(self.now))
                .bind(json(&Progress::start())?)
                .execute(transaction.connection()?)
                .await?;
            self.forget_merges(transaction, *user).await?;
            directives::forget_of_user(transaction, tenant, *user).await?;
            appeals::forget_of_user(transaction, tenant, *user).await?;
            appeal_links::forget_of_user(transaction, tenant, *user).await?;
            notices::forget_of_user(transaction, tenant, *user).await?;
            conversations::forget_of_user(transaction, tenant, *user).await?;
            schedules::forget_of_user(transaction, tenant, *user).await?;
        }
        self.unname_seams(transaction, id, &group).await?;
        let user = self.user(transaction, id).await?;
        // Once erased, they are erased: what is left to take out is no news.
        let again = before.erased_at.is_some() && before.name.is_none() && before.identities.is_empty();
        Ok(if again {
            Changed::Same(Box::new(user))
        } else {
            user
        })
    }
    /// Takes out what people wrote about the merges of a user.
    async fn forget_merges(&self, transaction: &mut Transaction, user: UserId) -> Result<(), Stop> {
        for statement in [UNSAY_MERGES_INTO, UNSAY_MERGES_FROM] {
            sqlx::query(statement)
                .bind(self.order.tenant.0)
                .bind(user.0)
                .execute(transaction.connection()?)
                .await?;
        }
        Ok(())
    }

    /// Takes the identities out of the states that are kept where histories became one.
    async fn unname_seams(
        &self,
        transaction: &mut Transaction,
        id: UserId,
        group: &[UserId],
    ) -> Result<(), Stop> {
        for home in self.homes(transaction, [id, id]).await? {
            let seams = seams::seams(transaction.connection()?, home, group).await?;
            for seam in seams.without_names() {
                seams::rewrite(transaction.connection()?, home, &seam).await?;
            }
        }
        Ok(())
    }
}
