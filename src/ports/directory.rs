//! The directory port: tenants, keys, communities and their links, policies, users and members; each change one transaction.

use super::answer::{Answer, Claim, NewEvent};
use super::error::StoreError;
use super::ledger::{ActorRef, PersonRef};
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, KeyId, TenantId, UserId};
use crate::domain::identity::{Identity, NativeId, Platform};
use crate::domain::policy::Policy;
use crate::domain::rank::{Authority, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::timeline::PolicyVersion;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
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
    /// Their identities, in order of platform and id.
    pub identities: Vec<Identity>,
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

/// A change to the directory.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new tenant with its first key.
    CreateTenant {
        /// Its id, chosen by the caller.
        id: TenantId,
        /// Its name.
        name: String,
        /// Its first key; `ApiKey::tenant` is the new tenant.
        key: Box<ApiKey>,
    },
    /// A new key.
    CreateKey(Box<ApiKey>),
    /// A key stops working, now and for ever. Revoking again changes nothing.
    RevokeKey(KeyId),
    /// A new community with its first policy version and its counter.
    CreateCommunity {
        /// Its id, chosen by the caller.
        id: CommunityId,
        /// Its name.
        name: String,
        /// Its links.
        links: Vec<Link>,
        /// Version 1.
        policy: Policy,
    },
    /// A new name.
    RenameCommunity {
        /// Which.
        id: CommunityId,
        /// The name.
        name: String,
    },
    /// A change of a community that says nothing: it stays as it is, and a claim is kept all the same.
    KeepCommunity(CommunityId),
    /// Another link.
    AddLink {
        /// Which community.
        community: CommunityId,
        /// The link.
        link: Link,
    },
    /// A link less.
    RemoveLink {
        /// Which community.
        community: CommunityId,
        /// The link.
        link: Link,
    },
    /// The next version of a policy. It takes the place of one that is still to come into force.
    PutPolicy {
        /// Which community.
        community: CommunityId,
        /// The newest version that the caller saw and that was not withdrawn.
        expected: i32,
        /// The rules.
        policy: Policy,
        /// Why.
        comment: Option<String>,
        /// When it comes into force; `None` for at once (by the store's clock, never before the one that it replaces).
        activate_at: Option<Instant>,
    },
    /// A version that is still to come into force never will. Withdrawing again changes nothing.
    WithdrawPolicy {
        /// Which community.
        community: CommunityId,
        /// Which version.
        version: i32,
    },
    /// Writes down that a version has come into force by time alone. [`Conflict::Stale`] when somebody has.
    ActivatePolicy {
        /// Which community.
        community: CommunityId,
        /// Which version.
        version: i32,
    },
    /// A new user.
    CreateUser {
        /// The id, chosen by the caller.
        id: UserId,
        /// The name.
        name: Option<String>,
        /// The identities.
        identities: Vec<Identity>,
    },
    /// A new name for a user.
    RenameUser {
        /// Which.
        id: UserId,
        /// The name; `None` forgets it.
        name: Option<String>,
    },
    /// A change of a user that says nothing, likewise.
    KeepUser(UserId),
    /// Another identity of a user. One that they have already is theirs, and nothing happens.
    AddIdentity {
        /// Whose.
        user: UserId,
        /// The identity.
        identity: Identity,
    },
    /// Rank, level and protection of a member; what is `None` stays. Makes the user and the member where missing.
    SetMember {
        /// Where.
        community: CommunityId,
        /// Who.
        person: PersonRef,
        /// The id for a user that has to be made.
        fresh: UserId,
        /// The rank.
        rank: Option<Rank>,
        /// The level.
        level: Option<u16>,
        /// The protection.
        protected: Option<bool>,
        /// Whether they are a bot.
        bot: Option<bool>,
    },
    /// Another reason for a case; the earlier one is kept as a revision.
    ChangeReason {
        /// Where.
        community: CommunityId,
        /// Which case.
        number: i64,
        /// The revision that the caller saw.
        expected: i32,
        /// The reason; `None` takes it away.
        reason: Option<String>,
    },
}

/// A change to carry out.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whose. The nil id is nobody's: the first tenant is made so.
    pub tenant: TenantId,
    /// By whom. Only `ChangeReason` checks a person's rank; for it the store resolves the person in the community.
    pub by: ActorRef,
    /// What.
    pub change: Change,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

impl Order {
    /// In whose log the change appears: its tenant's. That a tenant was made stands in the new one's own log, which begins with
    /// it; whoever made it sees nothing of another tenant.
    #[must_use]
    pub fn logged_by(&self) -> TenantId {
        match &self.change {
            Change::CreateTenant { id, .. } => *id,
            _ => self.tenant,
        }
    }
}

/// The thing as it stands after a change.
#[derive(Clone, Debug)]
pub enum Changed {
    /// A tenant was made.
    Tenant(Tenant, Box<ApiKey>),
    /// A key was made or revoked.
    Key(Box<ApiKey>),
    /// A community was made, renamed, linked or unlinked.
    Community(Community),
    /// A policy version was made, withdrawn or activated.
    Policy(Box<PolicyChange>),
    /// A user was made or changed.
    User(User),
    /// A member was changed.
    Member(CommunityId, Profile),
    /// A case's reason was changed.
    Case(CommunityId, Box<Case>),
    /// It was so already, and nothing happened: the answer says how it stands, the log nothing.
    Same(Box<Changed>),
}

/// Why a change cannot be made as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The space belongs to this community already.
    LinkTaken(Link, CommunityId),
    /// The identity belongs to this other user.
    IdentityTaken(Identity, UserId),
    /// The document has moved on to this version since the caller read it.
    Stale(i32),
    /// A version is to come into force at a moment that is not ahead of this one, the store's now, or too far ahead.
    NotAhead(Instant),
    /// The version of the policy is, or was, in force: it cannot be withdrawn.
    NotScheduled(i32),
}

/// What a change comes to once its rows are written: the answer to keep and the events to append.
#[derive(Debug)]
pub struct Rendered {
    /// What the caller gets, and what is kept under the claim.
    pub answer: Answer,
    /// Events to append, in order.
    pub events: Vec<NewEvent>,
}

/// Pure functions that the store calls inside the transaction of a change.
pub trait Render: Send + Sync {
    /// Turns the changed thing into the answer and the events. `by` is the resolved actor.
    fn render(&self, changed: &Changed, by: &Actor, now: DateTime<Utc>) -> Rendered;

    /// Whether the actor may change the reason of this case; called for [`Change::ChangeReason`] only.
    ///
    /// # Errors
    /// A refusal, which writes nothing.
    fn may_edit(
        &self,
        case: &Case,
        target: &crate::domain::actor::Target,
        acting: &crate::domain::actor::Acting,
        policy: &Policy,
    ) -> Result<(), Refusal>;
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Done, now.
    Done(Answer),
    /// Done before under the same key; this is the first answer.
    Replayed(Answer),
    /// The key was used for something else.
    KeyReused,
    /// Things stand in its way.
    Conflict(Conflict),
    /// The domain refused it.
    Refused(Refusal),
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

    /// The tenants, oldest first; for operators.
    async fn tenants(&self, page: After<TenantId>) -> Result<Vec<Tenant>, StoreError>;

    /// A tenant.
    async fn tenant(&self, tenant: TenantId) -> Result<Tenant, StoreError>;

    /// The key with this SHA-256, revoked and expired ones included; `None` when there is none.
    async fn key_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError>;

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

    /// A tenant's communities, oldest first; only those named, if `among` names some.
    async fn communities(
        &self,
        tenant: TenantId,
        among: Option<&[CommunityId]>,
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
