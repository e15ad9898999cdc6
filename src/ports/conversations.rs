//! The conversations port: flows, and where people stand in them. Both are changed by changes; see [`Change`](super::directory::Change).

use super::directory::{After, Changed};
use super::error::StoreError;
use super::ledger::PersonRef;
use crate::domain::actor::Actor;
use crate::domain::appeal::Question;
use crate::domain::conversation::{Event, Flow, FlowName, Session, Told, Value};
use crate::domain::id::{AppealId, CommunityId, ConversationId, KeyId, MergeId, TenantId, UserId};
use crate::domain::name::Name;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many flows of its own a tenant may have.
pub const MOST_FLOWS: u32 = 100;

/// What an idempotency key begins with under which the act of a conversation is submitted. Callers' keys have no line breaks, and what sorts before
/// theirs is not forgotten with them.
const ACT_KEY: &str = "\nconversation\n";

/// A version of a flow, with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRecord {
    /// The flow, with its name and version.
    pub flow: Flow,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub comment: Option<String>,
}

/// The next version of a flow, or the first one.
#[derive(Clone, Debug)]
pub struct NewFlow {
    /// What it is called.
    pub name: Name,
    /// The version that the caller saw; `None` where there is none.
    pub expected: Option<i32>,
    /// What it says; the store gives it its version.
    pub flow: Flow,
    /// Why.
    pub comment: Option<String>,
}

/// What is to change about conversations of a community.
#[derive(Clone, Debug)]
pub struct ConversationChange {
    /// The community.
    pub community: CommunityId,
    /// What.
    pub what: ConversationStep,
}

/// What is to happen.
#[derive(Clone, Debug)]
pub enum ConversationStep {
    /// One begins.
    Start(Box<Starting>),
    /// Something happens in one.
    Advance(Box<Advancing>),
    /// Somebody takes one back.
    Cancel(ConversationId),
    /// Time leads on. Where it does not, nothing is changed.
    Pass(ConversationId),
    /// What was submitted came to something. Where the conversation does not wait for it, nothing is changed.
    Came(ConversationId, Came),
}

impl ConversationStep {
    /// Whether it is made in an archived community too: time goes on there, and who leaves is not kept.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        matches!(self, Self::Cancel(_) | Self::Pass(_) | Self::Came(..))
    }
}

/// A conversation to begin.
#[derive(Clone, Debug)]
pub struct Starting {
    /// Its id, chosen by the caller.
    pub id: ConversationId,
    /// The flow.
    pub flow: Flow,
    /// With whom.
    pub person: PersonRef,
    /// Where.
    pub channel: String,
    /// What it is started with, which has been checked.
    pub data: BTreeMap<Name, Value>,
    /// What the policy asks, where the flow asks it.
    pub questions: Vec<Question>,
    /// What it may need that is new.
    pub fresh: Fresh,
}

/// Something that happens in a conversation.
#[derive(Clone, Debug)]
pub struct Advancing {
    /// Which.
    pub id: ConversationId,
    /// The step that the caller saw.
    pub step: i32,
    /// What.
    pub event: Event,
    /// The person who did it, if the call names one.
    pub by: Option<PersonRef>,
    /// What it may need that is new.
    pub fresh: Fresh,
}

/// What the work of the service may need that is new.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// The id of a user who has to be made.
    pub user: UserId,
    /// The id of an appeal.
    pub appeal: AppealId,
    /// The id of a merge.
    pub merge: MergeId,
    /// The hash of a new code.
    pub code: [u8; 32],
    /// The hash of a code that was entered.
    pub entered: Option<[u8; 32]>,
    /// The key that acts.
    pub key: KeyId,
}

/// What an act came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It was done, as the case of this number.
    Done(i64),
    /// It waits for others, under this id.
    Held(String),
    /// It was refused, for this reason.
    Refused(String),
}

/// What became of a conversation.
#[derive(Clone, Debug)]
pub struct Talked {
    /// Where it stands.
    pub session: Session,
    /// The flow.
    pub flow: Flow,
    /// What the log tells of it, in order.
    pub told: Vec<Told>,
    /// What it brought about, which has answers and events of its own.
    pub brought: Vec<Changed>,
    /// Others that moved with it.
    pub others: Vec<Talked>,
}

/// A conversation that has something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueConversation {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Which.
    pub id: ConversationId,
}

/// Which conversations to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Those that run, or those that do not; as the store has it: one whose time is over may be running still.
    pub running: Option<bool>,
    /// With this person.
    pub user: Option<UserId>,
}

/// The idempotency key under which the act of a conversation is submitted: it has one at the most.
#[must_use]
pub fn act_key(id: ConversationId) -> String {
    format!("{ACT_KEY}{id}")
}

/// Flows and conversations.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// A version of a tenant's flow, or the newest.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the tenant does not have.
    async fn flow(
        &self,
        tenant: TenantId,
        name: &FlowName,
        version: Option<i32>,
    ) -> Result<FlowRecord, StoreError>;

    /// A tenant's flows at their newest version, in order of their names.
    async fn flows(&self, tenant: TenantId, page: After<FlowName>) -> Result<Vec<FlowRecord>, StoreError>;

    /// The versions of a flow, newest first; `after` is the version last seen.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the tenant does not have.
    async fn flow_versions(
        &self,
        tenant: TenantId,
        name: &FlowName,
        page: After<i32>,
    ) -> Result<Vec<FlowRecord>, StoreError>;

    /// A conversation as it is stored, with its flow: time may have led on by now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the community does not have.
    async fn conversation(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: ConversationId,
    ) -> Result<(Session, Flow), StoreError>;

    /// Conversations with their flows, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn conversations(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: ConversationFilter,
        page: After<ConversationId>,
    ) -> Result<Vec<(Session, Flow)>, StoreError>;

    /// Conversations that have something to do, of any tenant, the longest due first.
    async fn due_conversations(&self, limit: u32) -> Result<Vec<DueConversation>, StoreError>;

    /// When the next one has something to do.
    async fn next_conversation(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Removes conversations that ended so long ago, with the keys of their acts; how many.
    async fn forget_conversations(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;
}
