//! Changes to the directory: what is asked for, and what comes of it.

use super::{ApiKey, Link, Looks, LooksChange};
use crate::domain::conversation;
use crate::domain::directive::{NotTaken, Receipt};
use crate::domain::id::{
    CommunityId, ConversationId, DirectiveId, KeyId, LeaseId, LimitId, MergeId, NoticeId, ScheduleId,
    TenantId, UserId,
};
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::domain::limit::Limit;
use crate::domain::name::Name;
use crate::domain::plan::Plan;
use crate::domain::policy::Policy;
use crate::domain::rank::Rank;
use crate::domain::refusal::Refusal;
use crate::domain::schedule;
use crate::domain::time::{Instant, Span};
use crate::ports::answer::{Answer, Claim};
use crate::ports::appeal_links::AppealLinkChange;
use crate::ports::appeals::AppealChange;
use crate::ports::conversations::{ConversationChange, NewFlow};
use crate::ports::ledger::{ActorRef, PersonRef};
use crate::ports::schedules::NewSchedule;
use crate::ports::webhooks::WebhookChange;
use chrono::{DateTime, Utc};

/// A change to the directory.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new tenant with its first key.
    CreateTenant {
        /// Its id, chosen by the caller.
        id: TenantId,
        /// Its name.
        name: String,
        /// How many requests its keys may make.
        plan: Plan,
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
        /// How it presents itself.
        looks: Looks,
        /// Version 1.
        policy: Policy,
    },
    /// Another name, or another time for which a community's events are kept. What is left out stays.
    UpdateCommunity {
        /// Which.
        id: CommunityId,
        /// The name.
        name: Option<String>,
        /// How long; `None` within for as long as others'.
        event_retention: Option<Option<Span>>,
        /// How it presents itself.
        looks: LooksChange,
    },
    /// From now on it can only be read; or no longer. To say again what is so already changes nothing.
    ArchiveCommunity {
        /// Which.
        id: CommunityId,
        /// Whether it can only be read.
        archived: bool,
    },
    /// It is gone at once, with its links; its rows go in portions, see [`Removals`](crate::ports::removal::Removals). Only one that is
    /// archived.
    DeleteCommunity(CommunityId),
    /// From now on another tenant can only be read; or no longer. To say again what is so already changes nothing.
    ArchiveTenant {
        /// Which.
        id: TenantId,
        /// Whether it can only be read.
        archived: bool,
    },
    /// Another name or plan for a tenant. What is left out stays; to say again what is so already changes nothing.
    UpdateTenant {
        /// Which.
        id: TenantId,
        /// The name.
        name: Option<String>,
        /// How many requests its keys may make.
        plan: Option<Plan>,
    },
    /// A tenant is gone at once, with its keys and communities; all other rows go in portions. Not the order's own.
    DeleteTenant(TenantId),
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
    /// The next version of a rate limit, or the first one.
    PutLimit {
        /// Whose: a community's, or the tenant's.
        community: Option<CommunityId>,
        /// What it is called.
        name: Name,
        /// The id, chosen by the caller, where there is none yet.
        id: LimitId,
        /// The version that the caller saw; `None` where there is none.
        expected: Option<i32>,
        /// What it says.
        limit: Box<Limit>,
        /// Why.
        comment: Option<String>,
    },
    /// A rate limit is gone, with all its versions.
    DeleteLimit {
        /// Whose: a community's, or the tenant's.
        community: Option<CommunityId>,
        /// What it is called.
        name: Name,
        /// The version that the caller saw.
        expected: i32,
    },
    /// A new user.
    CreateUser {
        /// The id, chosen by the caller.
        id: UserId,
        /// The name.
        name: Option<String>,
        /// In which language they are spoken to.
        language: Option<Language>,
        /// The identities.
        identities: Vec<Identity>,
    },
    /// A new name or language for a user. What is left out stays.
    UpdateUser {
        /// Which.
        id: UserId,
        /// The name; `None` within forgets it.
        name: Option<Option<String>>,
        /// The language; `None` within forgets it.
        language: Option<Option<Language>>,
    },
    /// A person's name and identities go at once, and all that was written about them in portions; see
    /// [`Removals`](crate::ports::removal::Removals). To erase them again takes what came since.
    EraseUser(UserId),
    /// A change of a user that says nothing, likewise.
    KeepUser(UserId),
    /// Another identity of a user. One that they have already is theirs, and nothing happens.
    AddIdentity {
        /// Whose.
        user: UserId,
        /// The identity.
        identity: Identity,
    },
    /// One user turns out to be another one: from now on they are one person.
    MergeUsers {
        /// The merge's id, chosen by the caller.
        id: MergeId,
        /// Who remains.
        into: UserId,
        /// Who is the same person.
        from: UserId,
        /// Why.
        reason: Option<String>,
        /// Only what it would come to; nothing is written, and no claim is kept.
        dry_run: bool,
    },
    /// A merge is undone: the two are two again.
    SplitUsers {
        /// One of the two.
        user: UserId,
        /// The merge.
        merge: MergeId,
        /// Why.
        reason: Option<String>,
        /// Only what it would come to; nothing is written, and no claim is kept.
        dry_run: bool,
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
    /// What came of a directive.
    ReceiveDirective {
        /// Which.
        id: DirectiveId,
        /// The lease under which it was carried out, if the receipt names one.
        lease: Option<LeaseId>,
        /// What.
        receipt: Box<Receipt>,
    },
    /// A directive is carried out once more, from now on.
    RetryDirective(DirectiveId),
    /// A directive is taken back.
    CancelDirective(DirectiveId),
    /// Something is to be done at a time. People who are unknown so far are made known.
    CreateSchedule(Box<NewSchedule>),
    /// A schedule is taken back. To take back what was taken back changes nothing.
    CancelSchedule {
        /// Where.
        community: CommunityId,
        /// Which.
        id: ScheduleId,
    },
    /// An appeal is filed, taken in hand, put back, taken back, or the case upheld.
    Appeal(Box<AppealChange>),
    /// A link to a case is made or revoked.
    AppealLink(Box<AppealLinkChange>),
    /// A member has read what they were told. To say so again changes nothing.
    AcknowledgeNotice {
        /// Where.
        community: CommunityId,
        /// Which.
        id: NoticeId,
    },
    /// The next version of a flow, or the first one.
    PutFlow(Box<NewFlow>),
    /// A conversation begins, goes on or ends.
    Conversation(Box<ConversationChange>),
    /// A webhook is made, changed, asked to take something, or deleted.
    Webhook(Box<WebhookChange>),
    /// The last run of a schedule, which failed, is carried out once more, from now on.
    RetrySchedule {
        /// Where.
        community: CommunityId,
        /// Which.
        id: ScheduleId,
        /// The key with which it acts from now on.
        key: KeyId,
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

impl Change {
    /// Whether nothing is to be written.
    #[must_use]
    pub const fn is_dry_run(&self) -> bool {
        matches!(
            self,
            Self::MergeUsers { dry_run: true, .. } | Self::SplitUsers { dry_run: true, .. }
        )
    }

    /// The community whose archiving forbids the change.
    #[must_use]
    pub fn writes_in(&self) -> Option<CommunityId> {
        match self {
            Self::UpdateCommunity { id, .. } => Some(*id),
            Self::AddLink { community, .. }
            | Self::RemoveLink { community, .. }
            | Self::PutPolicy { community, .. }
            | Self::SetMember { community, .. }
            | Self::RetrySchedule { community, .. }
            | Self::ChangeReason { community, .. } => Some(*community),
            Self::CreateSchedule(new) => Some(new.community),
            Self::Appeal(change) => Some(change.community),
            Self::AppealLink(change) if !change.is_revocation() => Some(change.community),
            Self::Conversation(change) if !self.goes_on() => Some(change.community),
            Self::PutLimit { community, .. } | Self::DeleteLimit { community, .. } => *community,
            _ => None,
        }
    }

    /// Whether it is made in an archived tenant too: time goes on there, and from what only takes away nobody is kept.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        matches!(
            self,
            Self::ActivatePolicy { .. }
                | Self::RevokeKey(_)
                | Self::EraseUser(_)
                | Self::ReceiveDirective { .. }
                | Self::RetryDirective(_)
                | Self::CancelDirective(_)
                | Self::CancelSchedule { .. }
        ) || matches!(self, Self::Webhook(change) if matches!(**change, WebhookChange::Delete(_)))
            || matches!(self, Self::AppealLink(change) if (**change).is_revocation())
            || matches!(self, Self::Conversation(change) if change.what.goes_on())
    }
}

impl Order {
    /// In whose log the change appears: its tenant's. That a tenant was made stands in the new one's own log, which begins with
    /// it, and so does that it was changed or archived; whoever did so sees nothing of another tenant.
    #[must_use]
    pub fn logged_by(&self) -> TenantId {
        match &self.change {
            Change::CreateTenant { id, .. }
            | Change::UpdateTenant { id, .. }
            | Change::ArchiveTenant { id, .. } => *id,
            _ => self.tenant,
        }
    }
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
    /// There is a document already, at this version, and the caller has seen none.
    Unseen(i32),
    /// There are as many limits as there may be.
    TooManyLimits,
    /// A version is to come into force at a moment that is not ahead of this one, the store's now, or too far ahead.
    NotAhead(Instant),
    /// The version of the policy is, or was, in force: it cannot be withdrawn.
    NotScheduled(i32),
    /// The two are one person already.
    SameUser(UserId),
    /// So many users would be one person, which are too many.
    TooManyMerged(usize),
    /// The merge was undone before.
    MergeUndone(MergeId),
    /// The user was erased: nobody can say who they were.
    Erased(UserId),
    /// Nothing is done about the directive.
    Directive(NotTaken),
    /// Nothing is done about the schedule.
    Schedule(schedule::NotTaken),
    /// A schedule would have no run.
    NeverRuns {
        /// Whether it was to run once.
        once: bool,
        /// The store's now, after which there is none.
        now: DateTime<Utc>,
    },
    /// As many schedules of the community are active as may be.
    TooManySchedules,
    /// There are as many webhooks as there may be.
    TooManyWebhooks,
    /// There are as many flows as there may be.
    TooManyFlows,
    /// The person has a conversation of the flow in the channel already, which runs.
    ConversationRunning(ConversationId),
    /// The conversation is at this step, in this state.
    ConversationMoved(i32, Name),
    /// The conversation is somebody else's.
    ConversationOfAnother,
    /// Nothing comes of an event.
    Conversation(conversation::NotTaken),
    /// The webhook is off, and nothing is sent to it.
    WebhookOff,
    /// Only an archived community is deleted.
    NotArchived,
    /// Nobody archives or deletes the tenant of their own key.
    OwnTenant,
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
