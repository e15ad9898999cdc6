//! The erasure of a person begins: name and identities go at once, and what they are recognised by takes their place.

use super::{Context, Stop};
use crate::domain::id::UserId;
use crate::ports::directory::Changed;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::json;
use crate::storage::erasure::{Progress, identity_hash};
use crate::storage::postgres::{
    appeal_links, appeals, conversations, directives, directory, notices, observations, schedules, seams,
};
use sqlx::PgConnection;

/// A tenant that never erased anybody has no secret yet.
const SECRET: &str = "UPDATE tenants SET secret = coalesce(secret, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) WHERE tenant_id = $1 RETURNING secret";
const RECOGNISE: &str = "INSERT INTO erased_identities (tenant_id, hash, user_id) VALUES ($1, $2, $3) \
    ON CONFLICT (tenant_id, hash) DO UPDATE SET user_id = excluded.user_id";
const FORGET: &str = "DELETE FROM identities WHERE tenant_id = $1 AND user_id = $2";
const ERASE: &str = "UPDATE users SET name = NULL, language = NULL, erased_at = $3, erasure_done_at = NULL \
    WHERE tenant_id = $1 AND user_id = $2";
const BEGIN: &str = "INSERT INTO removals (tenant_id, subject_id, kind, turn_at, progress) \
    VALUES ($1, $2, 'user', $3, $4) ON CONFLICT (tenant_id, subject_id) DO UPDATE SET progress = excluded.progress";

/// Why somebody was taken for the person.
const UNSAY_MERGES_INTO: &str = "UPDATE merges SET reason = NULL, undone = jsonb_set(undone::jsonb, '{reason}', 'null')::json \
    WHERE tenant_id = $1 AND into_id = $2";
const UNSAY_MERGES_FROM: &str = "UPDATE merges SET reason = NULL, undone = jsonb_set(undone::jsonb, '{reason}', 'null')::json \
    WHERE tenant_id = $1 AND from_id = $2";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[
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
        connection: &mut PgConnection,
        id: UserId,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let id = self.present(connection, id).await?;
        let person = PersonRef::User(id);
        let before = directory::user(&mut *connection, tenant, &person)
            .await?
            .ok_or(StoreError::NotFound("user"))?;
        let secret: Vec<u8> = sqlx::query_scalar(SECRET)
            .bind(tenant.0)
            .fetch_one(&mut *connection)
            .await?;
        for identity in &before.identities {
            sqlx::query(RECOGNISE)
                .bind(tenant.0)
                .bind(identity_hash(&secret, identity).to_vec())
                .bind(id.0)
                .execute(&mut *connection)
                .await?;
            observations::forget_of_identity(&mut *connection, tenant, identity).await?;
        }
        sqlx::query(FORGET)
            .bind(tenant.0)
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
        let group = seams::group(&mut *connection, tenant, id).await?;
        for user in &group {
            sqlx::query(ERASE)
                .bind(tenant.0)
                .bind(user.0)
                .bind(self.now)
                .execute(&mut *connection)
                .await?;
            sqlx::query(BEGIN)
                .bind(tenant.0)
                .bind(user.0)
                .bind(self.now)
                .bind(json(&Progress::start())?)
                .execute(&mut *connection)
                .await?;
            self.forget_merges(connection, *user).await?;
            directives::forget_of_user(&mut *connection, tenant, *user).await?;
            appeals::forget_of_user(&mut *connection, tenant, *user).await?;
            appeal_links::forget_of_user(&mut *connection, tenant, *user).await?;
            notices::forget_of_user(&mut *connection, tenant, *user).await?;
            conversations::forget_of_user(&mut *connection, tenant, *user).await?;
            schedules::forget_of_user(&mut *connection, tenant, *user).await?;
        }
        self.unname_seams(connection, id, &group).await?;
        let user = self.user(connection, id).await?;
        // Once erased, they are erased: what is left to take out is no news.
        let again = before.erased_at.is_some() && before.name.is_none() && before.identities.is_empty();
        Ok(if again {
            Changed::Same(Box::new(user))
        } else {
            user
        })
    }
    /// Takes out what people wrote about the merges of a user.
    async fn forget_merges(&self, connection: &mut PgConnection, user: UserId) -> Result<(), Stop> {
        for statement in [UNSAY_MERGES_INTO, UNSAY_MERGES_FROM] {
            sqlx::query(statement)
                .bind(self.order.tenant.0)
                .bind(user.0)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// Takes the identities out of the states that are kept where histories became one.
    async fn unname_seams(
        &self,
        connection: &mut PgConnection,
        id: UserId,
        group: &[UserId],
    ) -> Result<(), Stop> {
        for home in self.homes(connection, [id, id]).await? {
            let seams = seams::seams(&mut *connection, home, group).await?;
            for seam in seams.without_names() {
                seams::rewrite(&mut *connection, home, &seam).await?;
            }
        }
        Ok(())
    }
}
