//! Taking out, a portion at a time, what was written about a person who was erased, and by which identities they were named.

use super::directory::{all, one};
use super::errors::failed;
use super::row::Row;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::erasure::{Progress, Reach, Stage, Subject, voids_in};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;
use uuid::Uuid;

const SUBJECT: &str = "SELECT u.tenant_id, u.user_id, u.erased_at, t.secret FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id \
    WHERE u.tenant_id = ?1 AND u.user_id = ?2";
/// Of all users who are one person the one has the identities who stands for them.
const HASHES: &str = "SELECT hash FROM erased_identities WHERE tenant_id = ?1 AND user_id = \
    (SELECT coalesce(merged_into, user_id) FROM users WHERE tenant_id = ?1 AND user_id = ?2)";
const NEXT_COMMUNITY: &str = "SELECT community_id FROM communities WHERE tenant_id = ?1 AND community_id > ?2 \
    ORDER BY community_id LIMIT 1";

const LAST_POLICY: &str = "SELECT max(version) FROM (SELECT version FROM policies WHERE tenant_id = ?1 AND community_id = ?2 \
    AND version > ?3 ORDER BY version LIMIT ?4)";
const POLICIES: &str = "SELECT version AS number, by_actor AS doc, false AS old FROM policies WHERE tenant_id = ?1 \
    AND community_id = ?2 AND version > ?3 AND version <= ?4 AND instr(by_actor, ?5) > 0";
const SET_POLICY: &str =
    "UPDATE policies SET by_actor = ?4 WHERE tenant_id = ?1 AND community_id = ?2 AND version = ?3";

const PARTS: &str = "SELECT job_id, part, items FROM job_parts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND (job_id, part) > (?3, ?4) ORDER BY job_id, part LIMIT ?5";
const OWN: &str = "SELECT number FROM cases WHERE tenant_id = ?1 AND community_id = ?2 \
    AND number IN (SELECT value FROM json_each(?3)) AND user_id = ?4";
const SET_PART: &str = "UPDATE job_parts SET items = ?5 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND job_id = ?3 AND part = ?4";

const HELD: &str = "SELECT held_id, doc FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND held_id > ?3 AND (user_id = ?4 OR instr(doc, ?5) > 0) ORDER BY held_id LIMIT ?6";
const SET_HELD: &str =
    "UPDATE held_acts SET doc = ?4 WHERE tenant_id = ?1 AND community_id = ?2 AND held_id = ?3";

const LAST_EVENT: &str = "SELECT max(position) FROM (SELECT position FROM events WHERE tenant_id = ?1 AND position > ?2 \
    ORDER BY position LIMIT ?3)";
/// What was observed names people whom nobody knew, by what platforms call them alone; so do the answers to it.
const EVENTS: &str = "SELECT position AS number, data AS doc, at <= ?6 AS old FROM events WHERE tenant_id = ?1 \
    AND position > ?2 AND position <= ?3 AND (user_id = ?4 OR instr(data, ?5) > 0 OR kind IN ('drift.detected', 'drift.resolved'))";
const SET_EVENT: &str = "UPDATE events SET data = ?3 WHERE tenant_id = ?1 AND position = ?2";

const LAST_ANSWER: &str = "SELECT max(key) FROM (SELECT key FROM idempotency WHERE tenant_id = ?1 AND key > ?2 \
    ORDER BY key LIMIT ?3)";
const ANSWERS: &str = "SELECT key, answer, created_at <= ?5 AS old FROM idempotency WHERE tenant_id = ?1 AND key > ?2 \
    AND key <= ?3 AND (instr(answer, ?4) > 0 OR substr(answer, 1, 12) = '{\"platform\":')";
const SET_ANSWER: &str = "UPDATE idempotency SET answer = ?3 WHERE tenant_id = ?1 AND key = ?2";

pub(super) const STATEMENTS: &[&str] = &[
    SUBJECT,
    HASHES,
    NEXT_COMMUNITY,
    LAST_POLICY,
    POLICIES,
    SET_POLICY,
    PARTS,
    OWN,
    SET_PART,
    HELD,
    SET_HELD,
    LAST_EVENT,
    EVENTS,
    SET_EVENT,
    LAST_ANSWER,
    ANSWERS,
    SET_ANSWER,
];

/// An erasure under way.
pub(super) struct Erasing {
    pub(super) tenant: TenantId,
    pub(super) user: UserId,
    pub(super) subject: Subject,
    /// As the columns have it.
    pub(super) erased_at: i64,
    limit: u32,
}

/// Takes out a portion, and says how far that is; `None` when it was the last one.
pub(super) async fn portion(
    connection: &mut SqliteConnection,
    (tenant, user): (TenantId, UserId),
    progress: &Progress,
    limit: u32,
) -> Result<Option<Progress>, StoreError> {
    let Some(erasing) = Erasing::load(&mut *connection, tenant, user, limit).await? else {
        return Ok(None);
    };
    let here = if progress.by_community() && progress.community.is_nil() {
        None
    } else {
        let home = (tenant, CommunityId(progress.community));
        match progress.stage {
            Stage::Cases => erasing.cases(&mut *connection, home.1, progress).await?,
            Stage::Policies => erasing.policies(&mut *connection, home.1, progress).await?,
            Stage::Parts => erasing.parts(&mut *connection, home.1, progress).await?,
            Stage::Held => erasing.held(&mut *connection, home.1, progress).await?,
            Stage::Events => erasing.events(&mut *connection, progress).await?,
            Stage::Answers => erasing.answers(&mut *connection, progress).await?,
        }
    };
    if here.is_some() {
        return Ok(here);
    }
    let next = if progress.by_community() {
        sqlx::query_scalar(NEXT_COMMUNITY)
            .bind(tenant.0)
            .bind(progress.community)
            .fetch_optional(connection)
            .await
            .map_err(failed)?
    } else {
        None
    };
    Ok(progress.onward(next))
}

impl Erasing {
    async fn load(
        connection: &mut SqliteConnection,
        tenant: TenantId,
        user: UserId,
        limit: u32,
    ) -> Result<Option<Self>, StoreError> {
        let query = sqlx::query(SUBJECT).bind(tenant.0).bind(user.0);
        let found = one(query.fetch_optional(&mut *connection).await, |row| {
            let row = Row::of(row, "users", &["tenant_id", "user_id"]);
            Ok((row.get("erased_at")?, row.get::<Option<Vec<u8>>>("secret")?))
        })?;
        let Some((Some(erased_at), secret)) = found else {
            return Ok(None);
        };
        let hashes: Vec<Vec<u8>> = sqlx::query_scalar(HASHES)
            .bind(tenant.0)
            .bind(user.0)
            .fetch_all(connection)
            .await
            .map_err(failed)?;
        Ok(Some(Self {
            tenant,
            user,
            subject: Subject::new(user, secret.unwrap_or_default(), hashes.into_iter().collect()),
            erased_at,
            limit,
        }))
    }

    /// A document without what is to go.
    pub(super) fn erased(&self, document: Option<String>, reach: Reach) -> Option<String> {
        let document = document?;
        Some(self.subject.erase(&document, reach).unwrap_or(document))
    }

    async fn policies(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
        progress: &Progress,
    ) -> Result<Option<Progress>, StoreError> {
        let Some(last) = self
            .last(&mut *connection, LAST_POLICY, community, progress)
            .await?
        else {
            return Ok(None);
        };
        let rows = sqlx::query(POLICIES)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(progress.number)
            .bind(last)
            .bind(self.subject.plain())
            .fetch_all(&mut *connection)
            .await;
        for (version, by_actor) in all(rows, |row| self.document(row))? {
            sqlx::query(SET_POLICY)
                .bind(self.tenant.0)
                .bind(community.0)
                .bind(version)
                .bind(by_actor)
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        Ok(Some(Progress {
            number: last,
            ..progress.clone()
        }))
    }

    async fn parts(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
        progress: &Progress,
    ) -> Result<Option<Progress>, StoreError> {
        let after = Uuid::parse_str(&progress.text).unwrap_or_default();
        let rows = sqlx::query(PARTS)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(after)
            .bind(progress.number)
            .bind(self.limit.div_ceil(50))
            .fetch_all(&mut *connection)
            .await;
        let rows: Vec<(Uuid, i64, String)> = all(rows, |row| {
            let row = Row::of(row, "job_parts", &["job_id", "part"]);
            Ok((row.get("job_id")?, row.get("part")?, row.text("items")?))
        })?;
        let mut last = None;
        for (job, part, items) in rows {
            let own: Vec<i64> = sqlx::query_scalar(OWN)
                .bind(self.tenant.0)
                .bind(community.0)
                .bind(json(&voids_in(&items))?)
                .bind(self.user.0)
                .fetch_all(&mut *connection)
                .await
                .map_err(failed)?;
            let own: BTreeSet<i64> = own.into_iter().collect();
            let reach = Reach {
                about: false,
                texts: true,
            };
            if let Some(items) = self.subject.erase_item(&items, reach, &own) {
                sqlx::query(SET_PART)
                    .bind(self.tenant.0)
                    .bind(community.0)
                    .bind(job)
                    .bind(part)
                    .bind(items)
                    .execute(&mut *connection)
                    .await
                    .map_err(failed)?;
            }
            last = Some((job, part));
        }
        Ok(last.map(|(job, part)| Progress {
            number: part,
            text: job.to_string(),
            ..progress.clone()
        }))
    }

    async fn held(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
        progress: &Progress,
    ) -> Result<Option<Progress>, StoreError> {
        let rows = sqlx::query(HELD)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(Uuid::parse_str(&progress.text).unwrap_or_default())
            .bind(self.user.0)
            .bind(self.subject.plain())
            .bind(self.limit)
            .fetch_all(&mut *connection)
            .await;
        let rows: Vec<(Uuid, String)> = all(rows, |row| {
            let row = Row::of(row, "held_acts", &["held_id"]);
            Ok((row.get("held_id")?, row.text("doc")?))
        })?;
        let reach = Reach {
            about: false,
            texts: true,
        };
        let mut last = None;
        for (id, doc) in rows {
            if let Some(doc) = self.subject.erase(&doc, reach) {
                sqlx::query(SET_HELD)
                    .bind(self.tenant.0)
                    .bind(community.0)
                    .bind(id)
                    .bind(doc)
                    .execute(&mut *connection)
                    .await
                    .map_err(failed)?;
            }
            last = Some(id);
        }
        Ok(last.map(|id| Progress {
            text: id.to_string(),
            ..progress.clone()
        }))
    }

    async fn events(
        &self,
        connection: &mut SqliteConnection,
        progress: &Progress,
    ) -> Result<Option<Progress>, StoreError> {
        let last: Option<i64> = sqlx::query_scalar(LAST_EVENT)
            .bind(self.tenant.0)
            .bind(progress.number)
            .bind(self.limit)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
        let Some(last) = last else { return Ok(None) };
        let rows = sqlx::query(EVENTS)
            .bind(self.tenant.0)
            .bind(progress.number)
            .bind(last)
            .bind(self.user.0)
            .bind(self.subject.word())
            .bind(self.erased_at)
            .fetch_all(&mut *connection)
            .await;
        for (position, data) in all(rows, |row| self.document(row))? {
            sqlx::query(SET_EVENT)
                .bind(self.tenant.0)
                .bind(position)
                .bind(data)
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        Ok(Some(Progress {
            number: last,
            ..progress.clone()
        }))
    }

    async fn answers(
        &self,
        connection: &mut SqliteConnection,
        progress: &Progress,
    ) -> Result<Option<Progress>, StoreError> {
        let last: Option<String> = sqlx::query_scalar(LAST_ANSWER)
            .bind(self.tenant.0)
            .bind(&progress.text)
            .bind(self.limit)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
        let Some(last) = last else { return Ok(None) };
        let rows = sqlx::query(ANSWERS)
            .bind(self.tenant.0)
            .bind(&progress.text)
            .bind(&last)
            .bind(self.subject.word())
            .bind(self.erased_at)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        for row in &rows {
            let row = Row::of(row, "idempotency", &["key"]);
            let reach = Reach {
                about: false,
                texts: row.get("old")?,
            };
            sqlx::query(SET_ANSWER)
                .bind(self.tenant.0)
                .bind(row.text("key")?)
                .bind(self.erased(row.get("answer")?, reach))
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        Ok(Some(Progress {
            text: last,
            ..progress.clone()
        }))
    }

    /// The last number of the next portion of a community's rows.
    pub(super) async fn last(
        &self,
        connection: &mut SqliteConnection,
        statement: &'static str,
        community: CommunityId,
        progress: &Progress,
    ) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar(statement)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(progress.number)
            .bind(self.limit)
            .fetch_one(connection)
            .await
            .map_err(failed)
    }

    /// The number and the new document of a row that has one.
    fn document(&self, row: &SqliteRow) -> Result<(i64, Option<String>), StoreError> {
        let row = Row::of(row, "documents", &["number"]);
        let reach = Reach {
            about: false,
            texts: row.get("old")?,
        };
        Ok((row.get("number")?, self.erased(row.get("doc")?, reach)))
    }
}
