//! Conversations: read, listed, made, and written as they stand; and what is due of them.

use super::Postgres;
use super::directory::community_exists;
use super::errors::failed;
use super::flows;
use super::row::{Row, all, one};
use super::seams::everybody;
use crate::domain::conversation::{Ended, Flow, FlowName, Link, Next, Session};
use crate::domain::id::{CommunityId, ConversationId, TenantId, UserId};
use crate::ports::conversations::{ConversationFilter, Conversations, DueConversation, FlowRecord, act_key};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::storage::batch::Home;
use crate::storage::codec::json;
use crate::storage::conversations::{due_at, flow_name, flow_with, word};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::time::Duration;

/// Conversations with what their flow says, if it is a tenant's.
macro_rules! conversations {
    ($where:literal) => {
        concat!(
            "SELECT c.*, (SELECT v.doc::text FROM flow_versions v WHERE v.tenant_id = c.tenant_id AND v.name = c.flow \
             AND v.version = c.version) AS doc FROM conversations c WHERE ",
            $where
        )
    };
}

const CONVERSATION: &str =
    conversations!("c.tenant_id = $1 AND c.community_id = $2 AND c.conversation_id = $3");
const LOCK: &str =
    conversations!("c.tenant_id = $1 AND c.community_id = $2 AND c.conversation_id = $3 FOR UPDATE OF c");
const LIST: &str = conversations!(
    "c.tenant_id = $1 AND c.community_id = $2 AND c.conversation_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) \
     AND ($5::boolean IS NULL OR (c.ended_at IS NULL) = $5) ORDER BY c.conversation_id DESC LIMIT $4"
);
const LIST_OF_USER: &str = conversations!(
    "c.tenant_id = $1 AND c.community_id = $2 AND c.conversation_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) \
     AND ($5::boolean IS NULL OR (c.ended_at IS NULL) = $5) AND c.user_id = ANY ($6) \
     ORDER BY c.conversation_id DESC LIMIT $4"
);
const RUNNING: &str = conversations!(
    "c.tenant_id = $1 AND c.community_id = $2 AND c.user_id = ANY ($3) AND c.flow = $4 \
     AND c.channel = $5 AND c.ended_at IS NULL LIMIT 1"
);
const BY_CODE: &str = "SELECT tenant_id, community_id, conversation_id FROM conversations WHERE tenant_id = $1 AND code = $2 LIMIT 1";
const INSERT: &str = "INSERT INTO conversations (tenant_id, community_id, conversation_id, user_id, channel, flow, version, state, step, data, \
    link, code, deadline, expires_at, due_at, created_at, ended_at, outcome) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11::json, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE conversations SET state = $4, step = $5, data = $6::json, link = $7::json, code = $8, deadline = $9, due_at = $10, \
    ended_at = $11, outcome = $12 WHERE tenant_id = $1 AND community_id = $2 AND conversation_id = $3";
const DUE: &str = "SELECT tenant_id, community_id, conversation_id FROM conversations WHERE due_at <= $1 ORDER BY due_at, conversation_id LIMIT $2";
const NEXT: &str = "SELECT min(due_at) AS due_at FROM conversations WHERE due_at IS NOT NULL";
const FORGET: &str = "DELETE FROM conversations WHERE (tenant_id, community_id, conversation_id) IN \
    (SELECT tenant_id, community_id, conversation_id FROM conversations WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED) \
    RETURNING tenant_id, community_id, conversation_id";
const FORGET_OF_USER: &str = "DELETE FROM conversations WHERE tenant_id = $1 AND user_id = $2 RETURNING tenant_id, community_id, conversation_id";
const FORGET_ACT: &str = "DELETE FROM idempotency WHERE tenant_id = $1 AND key = $2";

pub(super) const STATEMENTS: &[&str] = &[
    CONVERSATION,
    LOCK,
    LIST,
    LIST_OF_USER,
    RUNNING,
    BY_CODE,
    INSERT,
    SAVE,
    DUE,
    NEXT,
    FORGET,
    FORGET_OF_USER,
    FORGET_ACT,
];

#[async_trait]
impl Conversations for Postgres {
    async fn flow(
        &self,
        tenant: TenantId,
        name: &FlowName,
        version: Option<i32>,
    ) -> Result<FlowRecord, StoreError> {
        let found = flows::flow(self.pool.reader(), tenant, name, version).await?;
        found.ok_or(StoreError::NotFound("flow"))
    }

    async fn flows(&self, tenant: TenantId, page: After<FlowName>) -> Result<Vec<FlowRecord>, StoreError> {
        flows::flows(self.pool.reader(), tenant, page).await
    }

    async fn flow_versions(
        &self,
        tenant: TenantId,
        name: &FlowName,
        page: After<i32>,
    ) -> Result<Vec<FlowRecord>, StoreError> {
        flows::versions(self.pool.reader(), tenant, name, page).await
    }

    async fn conversation(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: ConversationId,
    ) -> Result<(Session, Flow), StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        find(&mut connection, (tenant, community), id).await
    }

    async fn conversations(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: ConversationFilter,
        page: After<ConversationId>,
    ) -> Result<Vec<(Session, Flow)>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let statement = if filter.user.is_some() { LIST_OF_USER } else { LIST };
        let mut query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit))
            .bind(filter.running);
        if let Some(user) = filter.user {
            let group = everybody(&mut connection, tenant, user).await?;
            query = query.bind(group.into_iter().map(|user| user.0).collect::<Vec<_>>());
        }
        let found = all(query.fetch_all(&mut *connection).await, conversation_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }

    async fn due_conversations(&self, limit: u32) -> Result<Vec<DueConversation>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let now = self.pool.now(&mut connection).await?;
        let query = sqlx::query(DUE).bind(now).bind(i64::from(limit));
        all(query.fetch_all(&mut *connection).await, due_of)
    }

    async fn next_conversation(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let query = sqlx::query(NEXT).fetch_one(self.pool.reader());
        let row = query.await.map_err(failed)?;
        Row::of(&row, "conversations", &[]).time_opt("due_at")
    }

    async fn forget_conversations(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        let mut transaction = self.pool.begin().await?;
        let now = self.pool.now(&mut transaction).await?;
        let query = sqlx::query(FORGET)
            .bind(now.checked_sub_signed(age).unwrap_or_default())
            .bind(i64::from(limit));
        let gone = all(query.fetch_all(&mut *transaction).await, due_of)?;
        forget_acts(&mut transaction, &gone).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(gone.len() as u64)
    }
}

/// The keys of the acts of conversations that are gone.
async fn forget_acts(connection: &mut PgConnection, gone: &[DueConversation]) -> Result<(), StoreError> {
    for gone in gone {
        let query = sqlx::query(FORGET_ACT).bind(gone.tenant.0).bind(act_key(gone.id));
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

pub(super) async fn find(
    connection: &mut PgConnection,
    (tenant, community): Home,
    id: ConversationId,
) -> Result<(Session, Flow), StoreError> {
    let query = sqlx::query(CONVERSATION)
        .bind(tenant.0)
        .bind(community.0)
        .bind(id.0);
    let found = one(query.fetch_optional(connection).await, conversation_of)?;
    found.ok_or(StoreError::NotFound("conversation"))
}

/// A conversation, locked.
pub(super) async fn lock(
    connection: &mut PgConnection,
    home: Home,
    id: ConversationId,
) -> Result<(Session, Flow), StoreError> {
    let query = sqlx::query(LOCK).bind(home.0.0).bind(home.1.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, conversation_of)?;
    found.ok_or(StoreError::NotFound("conversation"))
}

/// The one of a flow in a channel that somebody among these users has, and that has not ended.
pub(super) async fn running(
    connection: &mut PgConnection,
    (tenant, community): Home,
    group: &[UserId],
    (flow, channel): (&FlowName, &str),
) -> Result<Option<(Session, Flow)>, StoreError> {
    let query = sqlx::query(RUNNING)
        .bind(tenant.0)
        .bind(community.0)
        .bind(group.iter().map(|user| user.0).collect::<Vec<_>>())
        .bind(flow.as_str())
        .bind(channel);
    one(query.fetch_optional(&mut *connection).await, conversation_of)
}

/// The one that waits with a code.
pub(super) async fn with_code(
    connection: &mut PgConnection,
    tenant: TenantId,
    code: &[u8; 32],
) -> Result<Option<(CommunityId, ConversationId)>, StoreError> {
    let query = sqlx::query(BY_CODE).bind(tenant.0).bind(&code[..]);
    let found = one(query.fetch_optional(&mut *connection).await, due_of)?;
    Ok(found.map(|found| (found.community, found.id)))
}

/// Writes a new conversation. False when there is one that runs in its place.
pub(super) async fn insert(
    connection: &mut PgConnection,
    tenant: TenantId,
    next: &Next,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let session = &next.session;
    let query = sqlx::query(INSERT)
        .bind(tenant.0)
        .bind(session.community.0)
        .bind(session.id.0)
        .bind(session.user.0)
        .bind(&session.channel)
        .bind(session.flow.as_str())
        .bind(session.version)
        .bind(session.state.as_str())
        .bind(session.step)
        .bind(json(&session.data)?)
        .bind(json(&session.link)?)
        .bind(session.link.code.map(|code| code.to_vec()))
        .bind(session.deadline)
        .bind(session.expires_at)
        .bind(due_at(next, now))
        .bind(session.created_at)
        .bind(session.ended.map(|ended| ended.at))
        .bind(session.ended.map(|ended| ended.outcome.to_string()));
    let made = query.execute(&mut *connection).await.map_err(failed)?;
    Ok(made.rows_affected() == 1)
}

/// Writes how a conversation stands that was read in this transaction.
pub(super) async fn save(
    connection: &mut PgConnection,
    tenant: TenantId,
    next: &Next,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let session = &next.session;
    let query = sqlx::query(SAVE)
        .bind(tenant.0)
        .bind(session.community.0)
        .bind(session.id.0)
        .bind(session.state.as_str())
        .bind(session.step)
        .bind(json(&session.data)?)
        .bind(json(&session.link)?)
        .bind(session.link.code.map(|code| code.to_vec()))
        .bind(session.deadline)
        .bind(due_at(next, now))
        .bind(session.ended.map(|ended| ended.at))
        .bind(session.ended.map(|ended| ended.outcome.to_string()));
    query.execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}

/// Removes the conversations with a user.
pub(super) async fn forget_of_user(
    connection: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_USER).bind(tenant.0).bind(user.0);
    let gone = all(query.fetch_all(&mut *connection).await, due_of)?;
    forget_acts(connection, &gone).await
}

fn due_of(row: &PgRow) -> Result<DueConversation, StoreError> {
    let row = Row::of(row, "conversations", KEY);
    Ok(DueConversation {
        tenant: row.tenant()?,
        community: row.community()?,
        id: row.get("conversation_id").map(ConversationId)?,
    })
}

const KEY: &[&str] = &["tenant_id", "community_id", "conversation_id"];

fn conversation_of(row: &PgRow) -> Result<(Session, Flow), StoreError> {
    let row = Row::of(row, "conversations", KEY);
    let (name, version) = (row.text("flow")?, row.get("version")?);
    let doc: Option<String> = row.get("doc")?;
    let place = row.place();
    let link: Link = row.json("link")?;
    let flow = flow_with(&place, (&name, version, doc.as_deref()), &link)?;
    let outcome: Option<String> = row.get("outcome")?;
    let outcome = outcome
        .map(|outcome| word(&place, "outcome", &outcome))
        .transpose()?;
    let code: Option<Vec<u8>> = row.get("code")?;
    let code = code.map(|code| place.hash("code", &code)).transpose()?;
    let session = Session {
        id: row.get("conversation_id").map(ConversationId)?,
        community: row.community()?,
        user: row.user()?,
        channel: row.text("channel")?,
        flow: flow_name(&place, &name)?,
        version,
        state: word(&place, "state", &row.text("state")?)?,
        step: row.get("step")?,
        data: row.json("data")?,
        deadline: row.time_opt("deadline")?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
        ended: row
            .time_opt("ended_at")?
            .zip(outcome)
            .map(|(at, outcome)| Ended { at, outcome }),
        link: Link { code, ..link },
    };
    Ok((session, flow))
}
