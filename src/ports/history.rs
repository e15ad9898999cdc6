//! The history port: acts of another bot's records, taken in as if they had been recorded at their time.

use super::answer::{Answer, Claim, NewEvent};
use super::error::StoreError;
use super::ledger::PersonRef;
use crate::domain::id::{CommunityId, KeyId, TenantId, UserId};
use crate::domain::import::Line;
use crate::domain::sanction::Sanction;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
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

/// History in.
#[async_trait]
pub trait History: Send + Sync {
    /// Imports acts in one transaction: all that are not there yet, or none. People are made known by their identities; cases get
    /// the next numbers in the order of their moments; the ledger of each member concerned is rebuilt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn import(&self, order: &ImportOrder, scribe: &dyn Scribe) -> Result<Imported, StoreError>;
}
