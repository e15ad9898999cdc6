//! The directory port: tenants, keys, communities and their links, policies, users and members; each change one transaction.

use super::error::StoreError;
use super::ledger::PersonRef;
use crate::domain::actor::Actor;
use crate::domain::colour::Colour;
use crate::domain::id::{CommunityId, KeyId, TenantId, UserId};
use crate::domain::identity::{Identity, NativeId, Platform};
use crate::domain::language::Language;
use crate::domain::plan::Plan;
use crate::domain::rank::{Authority, Rank};
use crate::domain::time::Span;
use crate::domain::timeline::PolicyVersion;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

mod change;
mod changed; // what comes of one
mod render; // what is written of a change

pub use change::{Applied, Change, Conflict, Order};
pub use changed::Changed;
pub use render::{Render, Rendered};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// How many requests its keys may make.
    pub plan: Plan,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it can only be read.
    pub archived_at: Option<DateTime<Utc>>,
}

/// An API key, without its secret: only the SHA-256 of the whole key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Whose.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// The first characters, for recognising it.
    pub hint: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// The communities that it is bound to; `None` for all.
    pub communities: Option<Vec<CommunityId>>,
    /// The rank with which it acts when a call names no person.
    pub rank: Rank,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working, if ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A platform space that a community is linked to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The platform.
    pub platform: Platform,
    /// The space there: a guild, a chat, a workspace.
    pub space: NativeId,
}

/// A community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// Its id.
    pub id: CommunityId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The version of its policy in force.
    pub policy_version: i32,
    /// Its links, in order of platform and space.
    pub links: Vec<Link>,
    /// Since when it can only be read.
    pub archived_at: Option<DateTime<Utc>>,
    /// For how long its events are kept, if less long than others'.
    pub event_retention: Option<Span>,
    /// How it presents itself.
    pub looks: Looks,
}

/// How a community presents itself to its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// In which language it speaks to those of whom it does not know theirs; English if none is set.
    pub language: Option<Language>,
    /// The colour of its pages, if it has one.
    pub colour: Option<Colour>,
}

/// What is to change about how a community presents itself. What is left out stays; `None` within takes it away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LooksChange {
    /// In which language it speaks to those of whom it does not know theirs.
    pub language: Option<Option<Language>>,
    /// The colour of its pages.
    pub colour: Option<Option<Colour>>,
}

/// A user with their identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// What people call them, if known.
    pub name: Option<String>,
    /// When we first saw them.
    pub created_at: DateTime<Utc>,
    /// In which language they are spoken to, if known.
    pub language: Option<Language>,
    /// Their identities, in order of platform and id.
    pub identities: Vec<Identity>,
    /// When they were erased, if they were.
    pub erased_at: Option<DateTime<Utc>>,
    /// When the last of what was written about them was gone.
    pub erasure_done_at: Option<DateTime<Utc>>,
    /// The user who they turned out to be, if they were merged into one.
    pub merged_into: Option<UserId>,
}

impl User {
    /// Who they are now: themself, or the user into whom they were merged.
    #[must_use]
    pub fn present(&self) -> UserId {
        self.merged_into.unwrap_or(self.id)
    }
}

/// A user as a member of a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The user.
    pub user: User,
    /// Their standing.
    pub authority: Authority,
    /// Nobody acts on them without breaking the glass.
    pub protected: bool,
    /// A bot.
    pub bot: bool,
}

/// A policy version with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRecord {
    /// The version and its rules.
    pub version: PolicyVersion,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub comment: Option<String>,
    /// When it was withdrawn, before it could come into force.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// How many seconds ahead a version may come into force: a year, and be it a leap year.
pub const FARTHEST_ACTIVATION: i64 = 366 * 86_400;

/// The versions of a policy that count as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyNow {
    /// The one in force.
    pub in_force: PolicyRecord,
    /// The one that is to come into force.
    pub scheduled: Option<PolicyRecord>,
}

/// What a change of a policy did to one of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyNews {
    /// It was written, and comes into force later.
    Scheduled,
    /// It never will.
    Withdrawn,
    /// It is in force.
    Activated,
}

/// What came of a change of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// Whose policy.
    pub community: CommunityId,
    /// The version that was written, withdrawn or activated.
    pub record: PolicyRecord,
    /// The version in force now.
    pub in_force: i32,
    /// What happened, in order, and to which versions; nothing when there was nothing left to do.
    pub news: Vec<(PolicyNews, PolicyRecord)>,
}

/// A version that came into force by time alone, which is not written down yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePolicy {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Which.
    pub version: i32,
}

/// A keyset page: at most `limit` rows after the last one seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After<K> {
    /// The key of the last row seen; `None` for the first page.
    pub after: Option<K>,
    /// How many rows at most.
    pub limit: u32,
}

/// The directory.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Carries out a change in one transaction: claims the key, checks, writes, renders, appends the events, keeps the
    /// answer, commits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for what the change names and the tenant does not have.
    async fn apply(&self, order: &Order, render: &dyn Render) -> Result<Applied, StoreError>;

    /// How many tenants there are: none on a new database.
    async fn count_tenants(&self) -> Result<u64, StoreError>;

    /// The tenants, oldest first, archived ones only if asked for; for operators.
    async fn tenants(&self, archived: bool, page: After<TenantId>) -> Result<Vec<Tenant>, StoreError>;

    /// A tenant.
    async fn tenant(&self, tenant: TenantId) -> Result<Tenant, StoreError>;

    /// The key with this SHA-256, revoked and expired ones included, and its tenant's plan; `None` when there is none.
    async fn key_by_hash(&self, hash: &[u8; 32]) -> Result<Option<(ApiKey, Plan)>, StoreError>;

    /// Notes that keys were used.
    async fn touch_keys(&self, used: &[(TenantId, KeyId, DateTime<Utc>)]) -> Result<(), StoreError>;

    /// A key, revoked and expired ones included.
    async fn key(&self, tenant: TenantId, id: KeyId) -> Result<ApiKey, StoreError>;

    /// A tenant's keys, oldest first.
    async fn keys(&self, tenant: TenantId, page: After<KeyId>) -> Result<Vec<ApiKey>, StoreError>;

    /// A community.
    async fn community(&self, tenant: TenantId, id: CommunityId) -> Result<Community, StoreError>;

    /// The community that a space is linked to.
    async fn community_by_link(&self, tenant: TenantId, link: &Link) -> Result<CommunityId, StoreError>;

    /// A tenant's communities, oldest first; only those named, if `among` names some; archived ones only if asked for.
    async fn communities(
        &self,
        tenant: TenantId,
        among: Option<&[CommunityId]>,
        archived: bool,
        page: After<CommunityId>,
    ) -> Result<Vec<Community>, StoreError>;

    /// A version of a community's policy, or the one in force.
    async fn policy(
        &self,
        tenant: TenantId,
        community: CommunityId,
        version: Option<i32>,
    ) -> Result<PolicyRecord, StoreError>;

    /// The versions of a community's policy that count, by the store's clock.
    async fn policy_now(&self, tenant: TenantId, community: CommunityId) -> Result<PolicyNow, StoreError>;

    /// A community's policy versions, withdrawn ones included, newest first; `after` is the version last seen.
    async fn policies(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<i32>,
    ) -> Result<Vec<PolicyRecord>, StoreError>;

    /// A user.
    async fn user(&self, tenant: TenantId, person: &PersonRef) -> Result<User, StoreError>;

    /// A tenant's users, oldest first.
    async fn users(&self, tenant: TenantId, page: After<UserId>) -> Result<Vec<User>, StoreError>;

    /// A member's profile; a plain member where the community has not set anything.
    async fn profile(
        &self,
        tenant: TenantId,
        community: CommunityId,
        person: &PersonRef,
    ) -> Result<Profile, StoreError>;

    /// A community's members with a rank above member, a protection or a case, in order of user id.
    async fn profiles(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<UserId>,
    ) -> Result<Vec<Profile>, StoreError>;
}
