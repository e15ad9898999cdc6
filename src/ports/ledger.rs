//! The ledger port: acts decided in batches under lock by a pure function; voids replayed; what a member's state is.

use super::answer::{Answer, Claim, NewEvent};
use super::appeals::TellAppeal;
use super::directives::Announce;
use super::error::StoreError;
use super::notices::Audience;
use crate::domain::act::{Command, Entry, Recent, Situation};
use crate::domain::actor::{Acting, Actor, Rule, Target};
use crate::domain::appeal::{Appeal, Bench};
use crate::domain::case::{Case, Reduced, Voided};
use crate::domain::directive::{Directive, Wish};
use crate::domain::drift;
use crate::domain::held::Held;
use crate::domain::id::{AppealId, CommunityId, KeyId, LeaseId, SanctionId, ScheduleId, TenantId, UserId};
use crate::domain::identity::{Identity, Platform};
use crate::domain::member::Member;
use crate::domain::merge::{Crossed, Crossing};
use crate::domain::notice::Notice;
use crate::domain::past::{self, Past, Question};
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::rank::Authority;
use crate::domain::refusal::Refusal;
use crate::domain::replay::Lowering;
use crate::domain::sanction::Sanction;
use crate::domain::schedule::{Run, Schedule};
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a call names a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRef {
    /// By our id; must exist.
    User(UserId),
    /// By a platform's id; acts make the user when there is none yet.
    Identity(Identity),
}

/// Who acts, as the call says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorRef {
    /// A person, through a key. The rank stored in the community counts, unless the key may assert one and did.
    Human {
        /// Who.
        person: PersonRef,
        /// The asserted standing, already allowed by the key's scope.
        asserted: Option<Authority>,
        /// The key that carries the call.
        key: KeyId,
    },
    /// A key that names no person and acts with its own standing.
    Key {
        /// Which.
        key: KeyId,
        /// The key's standing.
        authority: Authority,
    },
    /// A rule of automod, which acts with its key's standing.
    Automod {
        /// The rule.
        rule: Rule,
        /// Which version of it.
        version: i32,
        /// The key.
        key: KeyId,
        /// The key's standing.
        authority: Authority,
    },
    /// Whoever did it natively, as a relay observed it.
    External {
        /// On which platform.
        platform: Platform,
        /// Who, where the platform says so.
        person: Option<PersonRef>,
        /// The key that tells it.
        key: KeyId,
    },
    /// The service itself.
    System,
}

/// One command to one member's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Upon whom.
    pub member: PersonRef,
    /// By whom.
    pub actor: ActorRef,
    /// What.
    pub command: Command,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
    /// Who carries out a platform's part of what comes of it, if the caller does.
    pub in_hand: Option<InHand>,
    /// The run of a schedule that this is, if it is one.
    pub run: Option<RunOf>,
}

/// That a command is a run of a schedule. The schedule moves on in the transaction of the command, which does nothing where it has moved on
/// before: so a run has one effect, however often and by whomever it is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOf {
    /// Which.
    pub schedule: ScheduleId,
    /// The version at which it stood when the run fell due.
    pub version: i32,
}

/// That a caller carries out one platform's part themselves, and has until then for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InHand {
    /// Which platform's.
    pub platform: Platform,
    /// The lease's id.
    pub lease: LeaseId,
    /// How long it takes at most.
    pub time: TimeDelta,
}

/// What the pure function ruled; everything that will be written.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The new cases with the state after each. Their `started` and `ended` say which sanction rows and timers to write:
    /// a started sanction with an end gets a timer, an ended one loses it.
    pub entries: Vec<Entry>,
    /// Sanctions of before whose end has moved; their timers move with them.
    pub moved: Vec<Sanction>,
    /// The member afterwards.
    pub member: Member,
    /// The last acts afterwards.
    pub recent: Vec<Recent>,
    /// Events to append, in order.
    pub events: Vec<NewEvent>,
    /// What the caller gets, and what is kept under the claim.
    pub answer: Answer,
    /// The act that waits, or has waited, as it stands now.
    pub held: Option<Held>,
}

/// What an observation is held against, besides the member.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// What was seen so far.
    pub seen: Option<&'a drift::Seen>,
    /// The latest directive about it.
    pub said: Option<&'a Directive>,
    /// Whether another one is being issued in this transaction.
    pub wished: bool,
    /// Whether the tenant has not known the member so far.
    pub unknown: bool,
    /// Whether the member was erased, so that nothing is kept of them.
    pub erased: bool,
}

/// What an observation comes to; everything that will be written.
#[derive(Clone, Debug)]
pub struct Noted {
    /// What is known from now on; `None` where nothing changes.
    pub seen: Option<drift::Seen>,
    /// What the platform is told once more.
    pub heal: Option<Wish>,
    /// What is recorded of what happened natively.
    pub adopted: Option<Ruling>,
    /// Events to append, in order, after those of what is recorded.
    pub events: Vec<NewEvent>,
    /// What the caller gets, and what is kept under the claim.
    pub answer: Answer,
}

/// The pure function that the store calls while it holds the locks. Called again with fresh state after a conflict.
pub trait Judge: Send + Sync {
    /// What writes out the directives that a ruling brings about.
    fn announcer(&self) -> Box<dyn Announce>;

    /// Decides one command. Takes microseconds and does no IO.
    ///
    /// # Errors
    /// A refusal, which writes nothing and gives the claim back.
    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal>;

    /// Judges an observation: nothing comes of it, unless a judge has something to say.
    fn observe(&self, _situation: &Situation<'_>, _watched: Watched<'_>, _submission: &Submission) -> Noted {
        Noted {
            seen: None,
            heal: None,
            adopted: None,
            events: Vec::new(),
            answer: Answer {
                body: String::new(),
                tag: String::new(),
            },
        }
    }

    /// What the member is told of new cases: nothing, unless a judge has something to say. Nobody knows yet whether it can be delivered.
    fn notices(
        &self,
        _audience: &Audience,
        _policy: &Policy,
        _entries: &[Entry],
        _now: DateTime<Utc>,
    ) -> Vec<Notice> {
        Vec::new()
    }

    /// What the log says of a run that was carried out: nothing, unless a judge has something to say. The schedule has moved on.
    fn ran(&self, _schedule: &Schedule, _run: &Run) -> Vec<NewEvent> {
        Vec::new()
    }
}

/// What became of a submission or an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It was done, now.
    Done(Answer),
    /// It had been done before under the same key; this is the first answer.
    Replayed(Answer),
    /// The key was used for something else.
    KeyReused,
    /// The domain refused it.
    Refused(Refusal),
}

/// A member's state as it stands, read without a lock.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The store's clock.
    pub now: DateTime<Utc>,
    /// The community's policies.
    pub timeline: Arc<Timeline>,
    /// The person; `None` when the tenant has never seen that identity.
    pub target: Option<Target>,
    /// The aggregate; empty when nothing has happened yet.
    pub member: Member,
    /// The last acts.
    pub recent: Vec<Recent>,
    /// The number that the next case would get.
    pub next_case: i64,
}

/// A void to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidOrder {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// The number of the case.
    pub number: i64,
    /// By whom.
    pub actor: ActorRef,
    /// A milder act is to take the place of the case.
    pub replaces: bool,
    /// The appeal that this decides, together with which it is carried out.
    pub appeal: Option<AppealId>,
    /// Only say what would come of it, and write nothing.
    pub dry_run: bool,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

/// What an act needs that is to take the place of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number that the next case of the community gets; nobody else gets it meanwhile.
    pub next_case: i64,
    /// When the sanction of the case ended, if it started one and the end is on record.
    pub ended: Option<Instant>,
}

/// What a replay begins with. Everything is read under the member's lock.
#[derive(Debug)]
pub struct Opening {
    /// The store's clock.
    pub now: DateTime<Utc>,
    /// The community's policies.
    pub timeline: Arc<Timeline>,
    /// The case to void.
    pub case: Case,
    /// The member as authority sees them.
    pub target: Target,
    /// Who voids.
    pub acting: Acting,
    /// The state after the last entry before the case, in the order of (at, number); empty when there is none.
    pub before: Member,
    /// The member as they stand.
    pub current: Member,
    /// The last acts.
    pub recent: Vec<Recent>,
    /// The whole past of the state before: its entries that have not lapsed, and its direct acts, as far as any may matter.
    pub past: Past,
    /// The place of the case, if another one is to take it.
    pub place: Option<Place>,
    /// From the case on, the history becomes one with another user's somewhere.
    pub joined_later: bool,
    /// The appeal that is to be decided, and who could review it.
    pub appeal: Option<(Appeal, Bench)>,
    /// To whom the decision is told.
    pub audience: Option<Audience>,
}

/// What the replay made of one page of history.
#[derive(Debug, Default)]
pub struct Page {
    /// Cases whose state after them has changed, with the new state.
    pub rewritten: Vec<(i64, Member)>,
    /// Nothing later can come out differently, or only by what the closing names: stop reading.
    pub settled: bool,
}

/// What a void comes to; everything that will be written besides the rewritten states.
#[derive(Debug)]
pub struct Closing {
    /// The member afterwards.
    pub member: Member,
    /// The last acts afterwards.
    pub recent: Vec<Recent>,
    /// The cases that no longer count: the one asked for, then those it took with it.
    pub voided: Vec<(i64, Voided)>,
    /// Sanctions that end as voided, at this moment. Their timers go.
    pub ended: Vec<(SanctionId, Instant)>,
    /// Milder sanctions in place of voided ones, each under the case (`Sanction::case`) that started the harsher one:
    /// that case's `started` is replaced.
    pub started: Vec<Sanction>,
    /// Sanctions that stay and end earlier; their timers move with them.
    pub moved: Vec<Sanction>,
    /// The reduced case's sanction as it stands from now on: that case's `started` is replaced.
    pub shortened: Option<Sanction>,
    /// Cases that count fewer points from now on, with those points: escalations with points that became milder.
    pub reduced: Vec<(i64, Points)>,
    /// That and why the case was reduced.
    pub reduction: Option<(i64, Reduced)>,
    /// The case that took the place of the voided one, with the state after it. A sanction that was over at once (`Sanction::over`)
    /// has expired at its end.
    pub added: Option<Entry>,
    /// What the balance in all recorded states behind a place is lower by. The cases that are there count, no later ones.
    pub lowering: Option<Lowering>,
    /// The appeal that was decided, as it is now.
    pub appeal: Option<Appeal>,
    /// What the member is told of it.
    pub notices: Vec<Notice>,
    /// Events to append, in order.
    pub events: Vec<NewEvent>,
    /// What the caller gets, and what is kept under the claim.
    pub answer: Answer,
}

/// History from a case on, replayed as the store reads it. Pure.
pub trait Course: Send {
    /// Takes the next entries (those with a state after them) in the order of (at, number), from the case itself on.
    fn page(&mut self, entries: &[Entry]) -> Page;
    /// Goes over the place where the history became one with another user's.
    fn cross(&mut self, crossing: Crossing) -> Crossed;
}

/// A void, driven by the store page by page. Pure.
pub trait Revision: Course {
    /// What writes out the directives that the void brings about.
    fn announcer(&self) -> Box<dyn Announce>;

    /// What writes out that appeals of cases that were voided are moot.
    fn tell_appeal(&self) -> TellAppeal;

    /// Begins.
    ///
    /// # Errors
    /// A refusal ends it; nothing is written.
    fn open(&mut self, opening: Opening) -> Result<(), Refusal>;
    /// Ends: after a settled page, or when history is over.
    fn close(&mut self) -> Closing;
}

/// Acts, voids and member state.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Decides a batch in one transaction, in order, each command over the states as the earlier ones left them; the
    /// answers come in the same order, after commit. Identities without a user get one (`fresh` ids are UUIDv7).
    /// One bad row never fails its neighbours: on an unexpected error the batch is run again in halves.
    async fn decide(&self, batch: &[Submission], judge: &dyn Judge) -> Vec<Result<Reply, StoreError>>;

    /// A member's state as it stands. An unknown identity gives an empty state without a target.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community, or a user named by id, that the tenant does not have.
    async fn look(
        &self,
        tenant: TenantId,
        community: CommunityId,
        person: &PersonRef,
    ) -> Result<Seen, StoreError>;

    /// Who acts, with the standing that counts.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a user named by id that the tenant does not have. An unknown identity is a plain member
    /// whose user id is nil.
    async fn acting(
        &self,
        tenant: TenantId,
        community: CommunityId,
        actor: &ActorRef,
    ) -> Result<Acting, StoreError>;

    /// The member's state after the last entry at or before a moment; empty when there is none.
    async fn state_at(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        at: Instant,
    ) -> Result<Member, StoreError>;

    /// Entries with points that still count, at or before a moment, newest first, before the position (at, number) if one
    /// is given; at most `limit`.
    async fn terms(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        at: Instant,
        before: Option<(Instant, i64)>,
        limit: u32,
    ) -> Result<Vec<Case>, StoreError>;

    /// Answers questions about a member's history, in their order.
    async fn recall(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        questions: &[Question],
    ) -> Result<Vec<past::Answer>, StoreError>;

    /// Voids a case in one transaction under the member's lock, reading history in pages. `start` makes a new revision for
    /// each try.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the case does not exist.
    async fn void(
        &self,
        order: &VoidOrder,
        start: &(dyn Fn() -> Box<dyn Revision> + Send + Sync),
    ) -> Result<Reply, StoreError>;
}

impl ActorRef {
    /// The actor as recorded, once the person is known.
    #[must_use]
    pub fn resolved(&self, user: UserId) -> Actor {
        match self {
            Self::Human {
                person,
                key,
                asserted,
            } => Actor::Human {
                user,
                identity: match person {
                    PersonRef::Identity(identity) => Some(identity.clone()),
                    PersonRef::User(_) => None,
                },
                key: Some(*key),
                asserted: *asserted,
            },
            Self::Key { key, .. } => Actor::Key { key: *key },
            Self::Automod {
                rule, version, key, ..
            } => Actor::Automod {
                rule: rule.clone(),
                version: *version,
                key: *key,
            },
            Self::External {
                platform,
                person,
                key,
            } => Actor::External {
                platform: platform.clone(),
                user: person.as_ref().map(|_| user),
                key: *key,
            },
            Self::System => Actor::System,
        }
    }
}
