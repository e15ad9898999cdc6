//! The history port: acts of another bot's records, taken in as if they had been recorded at their time; and whole communities,
//! out and in again.

use super::answer::{Answer, Claim, NewEvent};
use super::directory::{Community, Rendered};
use super::error::StoreError;
use super::ledger::PersonRef;
use super::merges::Merge;
use crate::domain::act::Recent;
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::colour::Colour;
use crate::domain::held::Held;
use crate::domain::id::{CommunityId, KeyId, MergeId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::import::Line;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::member::Member;
use crate::domain::merge::Role;
use crate::domain::policy::Policy;
use crate::domain::rank::Authority;
use crate::domain::refusal::Refusal;
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One act to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedAct {
    /// The line that it stood in, from 1.
    pub line: u64,
    /// Upon whom: by an identity.
    pub member: PersonRef,
    /// What the source calls them.
    pub member_name: Option<String>,
    /// By whom, if the source says so: by an identity.
    pub moderator: Option<PersonRef>,
    /// What the source calls them.
    pub moderator_name: Option<String>,
    /// What.
    pub said: Line,
}

/// An import to carry out.
#[derive(Clone, Debug)]
pub struct ImportOrder {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// The acts, in the order of their lines; no two with the same source and external id.
    pub acts: Vec<ImportedAct>,
    /// The key that carries the call; `None` at the server's own console.
    pub key: Option<KeyId>,
    /// Do everything, and then write nothing.
    pub dry_run: bool,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines read.
    pub lines: u64,
    /// Cases made.
    pub imported: u64,
    /// Lines whose record was imported before.
    pub already_there: u64,
    /// Members who got a case.
    pub members: u64,
    /// Sanctions that hold from now on.
    pub holding: u64,
    /// The numbers of the first and the last case made.
    pub numbers: Option<(i64, i64)>,
}

/// A line that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadLine {
    /// The line, from 1.
    pub line: u64,
    /// What of it, as a JSON pointer.
    pub pointer: String,
    /// Why.
    pub detail: String,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Done, now; or, for a dry run, what would be done.
    Done(Answer),
    /// Done before under the same key; this is the first answer.
    Replayed(Answer),
    /// The key was used for something else.
    KeyReused,
    /// The community is archived, or its tenant is.
    Closed(Refusal),
    /// These lines cannot be taken, and nothing was written.
    Refused(Vec<BadLine>),
}

/// Pure functions that the store calls inside the transaction of an import.
pub trait Scribe: Send + Sync {
    /// An identifier for a sanction.
    fn fresh(&self) -> Uuid;

    /// The event of a sanction that was there before and moves with the points.
    fn moved(&self, order: &ImportOrder, user: UserId, sanction: &Sanction, now: DateTime<Utc>) -> NewEvent;

    /// The answer, and the one event of an import that made cases.
    fn report(&self, order: &ImportOrder, counts: &Counts, now: DateTime<Utc>) -> (Answer, NewEvent);
}

/// One piece of a community, as an export writes it down: everything that is kept of it, in the domain's own terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    /// The community itself; comes first.
    Community {
        /// Its name.
        name: String,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The newest version of its policy of which it is written down that it came into force.
        policy_version: i32,
        /// The version that is to come into force after it.
        #[serde(default)]
        scheduled_version: Option<i32>,
        /// The number of its last case.
        last_case: i64,
        /// The language in which it speaks to those of whom it does not know theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
        /// The colour of its pages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        colour: Option<Colour>,
    },
    /// A version of its policy.
    Policy {
        /// Its number.
        version: i32,
        /// From when on it judges.
        activated_at: Instant,
        /// The rules.
        policy: Box<Policy>,
        /// When it was written.
        created_at: DateTime<Utc>,
        /// By whom.
        by: Actor,
        /// Why.
        comment: Option<String>,
        /// When it was withdrawn, before it could come into force.
        #[serde(default)]
        withdrawn_at: Option<DateTime<Utc>>,
    },
    /// A person who is named anywhere in it.
    User {
        /// Their id, by which the other pieces name them.
        id: UserId,
        /// What people call them.
        name: Option<String>,
        /// In which language they are spoken to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
        /// When they were first seen.
        created_at: DateTime<Utc>,
        /// Their identities.
        identities: Vec<Identity>,
        /// Those of them that a merge brought along.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        brought: Vec<Brought>,
        /// The user who they turned out to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merged_into: Option<UserId>,
    },
    /// That one of these people was merged into another, and whether it was undone.
    Merge(Box<Merge>),
    /// A member.
    Member {
        /// Who.
        user: UserId,
        /// Their standing.
        authority: Authority,
        /// Nobody acts on them without breaking the glass.
        protected: bool,
        /// A bot.
        bot: bool,
        /// The aggregate.
        state: Box<Member>,
        /// The last acts.
        recent: Vec<Recent>,
    },
    /// A case, with the member's state after it.
    Case {
        /// The case.
        case: Box<Case>,
        /// The state; none for cases that change nothing in the ledger.
        after: Option<Box<Member>>,
    },
    /// An earlier reason of a case.
    Reason {
        /// The number of the case.
        case: i64,
        /// The revision that this reason belonged to.
        revision: i32,
        /// The reason.
        reason: Option<String>,
        /// Who replaced it.
        replaced_by: Actor,
        /// When.
        replaced_at: DateTime<Utc>,
    },
    /// A sanction.
    Sanction {
        /// Upon whom.
        user: UserId,
        /// The sanction.
        sanction: Box<Sanction>,
        /// How and when it ended, and the case that ended it; none while no end is recorded.
        ended: Option<(Ending, Instant, Option<i64>)>,
    },
    /// Where the histories of two members became one.
    Seam(Box<SeamPiece>),
    /// An act that waits for others, or has waited.
    HeldAct(Box<Held>),
    /// An act that counts in a budget.
    Spent {
        /// Under whom.
        bucket: String,
        /// When it was accepted.
        at: Instant,
        /// Its case.
        number: i64,
        /// Its kind.
        kind: Kind,
    },
}

/// An identity that goes back to somebody when the merge that brought it along is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Which.
    pub identity: Identity,
    /// To whom.
    pub by: UserId,
}

/// The place where a merge made one history of two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeamPiece {
    /// The merge.
    pub merge: MergeId,
    /// The user who remained then.
    pub into: UserId,
    /// The user who was merged into them.
    pub from: UserId,
    /// When, as the ledger counts.
    pub at: Instant,
    /// The last case of before.
    pub after: i64,
    /// Which of several at one place.
    pub turn: i32,
    /// The version of the policy in force then.
    pub policy_version: i32,
    /// The state of the one who remained, just before.
    pub into_state: Member,
    /// The state of the other one, just before.
    pub from_state: Member,
    /// The state of the one person, just after.
    pub state: Member,
    /// The last acts upon the one who remained.
    pub into_recent: Vec<Recent>,
    /// The last acts upon the other one.
    pub from_recent: Vec<Recent>,
    /// What the community said of the one who remained.
    pub into_role: Role,
    /// What it said of the one person.
    pub role: Role,
}

/// Takes the pieces of an export.
#[async_trait]
pub trait Sink: Send {
    /// Takes one; false when nobody wants any more.
    async fn take(&mut self, piece: Piece) -> bool;
}

/// A community to make of an export.
#[derive(Clone, Debug)]
pub struct RestoreOrder {
    /// Whose.
    pub tenant: TenantId,
    /// The id of the new community.
    pub community: CommunityId,
    /// The pieces, each with its line; the community first, people before what names them.
    pub pieces: Vec<(u64, Piece)>,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

/// Renders a restored community.
pub type Restored<'r> = &'r (dyn Fn(&Community, DateTime<Utc>) -> Rendered + Send + Sync);

/// History in and out.
#[async_trait]
pub trait History: Send + Sync {
    /// Imports acts in one transaction: all that are not there yet, or none. People are made known by their identities; cases get
    /// the next numbers in the order of their moments; the ledger of each member concerned is rebuilt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn import(&self, order: &ImportOrder, scribe: &dyn Scribe) -> Result<Imported, StoreError>;

    /// Gives all pieces of a community, as they stand at one moment: the community, its policies, people, their
    /// merges, members, cases by number, earlier reasons, sanctions, seams, held acts, what is spent of budgets. Reads in pages.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have; nothing was given then.
    async fn export(
        &self,
        tenant: TenantId,
        community: CommunityId,
        sink: &mut dyn Sink,
    ) -> Result<(), StoreError>;

    /// Makes a community of pieces, in one transaction. People who are known by one of their identities are those; the others keep
    /// their ids where these are free. Everything else is as it was, but for links, which belong to one community at a time.
    /// Merges come along for people who are new here; who is known here must be one person here as well, or the order is refused.
    async fn restore(&self, order: &RestoreOrder, render: Restored<'_>) -> Result<Imported, StoreError>;
}
