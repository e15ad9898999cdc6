//! A store: every port that keeps something, together.

use super::appeal_links::AppealLinks;
use super::appeals::Appeals;
use super::conversations::Conversations;
use super::directives::{Directives, Restatements};
use super::directory::Directory;
use super::drift::Drifts;
use super::error::StoreError;
use super::history::History;
use super::holds::Holds;
use super::housekeeping::Housekeeping;
use super::insight::Insight;
use super::jobs::Jobs;
use super::ledger::Ledger;
use super::limits::Limits;
use super::merges::Merges;
use super::notices::Notices;
use super::record::Record;
use super::removal::Removals;
use super::schedules::Schedules;
use super::timers::Timers;
use super::undo::Undo;
use super::waiting::Waits;
use super::webhooks::Webhooks;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// What a store says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// `sqlite` or `postgres`, with the version.
    pub backend: String,
    /// The clock by which acts are dated.
    pub now: DateTime<Utc>,
    /// The newest migration that has been applied, and the newest that this build knows.
    pub schema: (i64, i64),
}

/// The whole of storage.
#[async_trait]
pub trait Store:
    Ledger
    + Directory
    + Record
    + Insight
    + Timers
    + History
    + Holds
    + Housekeeping
    + Jobs
    + Undo
    + Removals
    + Merges
    + Limits
    + Directives
    + Restatements
    + Schedules
    + Webhooks
    + Waits
    + Appeals
    + AppealLinks
    + Notices
    + Conversations
    + Drifts
    + 'static
{
    /// Asks the database something small.
    async fn health(&self) -> Result<Health, StoreError>;

    /// Closes connections once what runs has ended.
    async fn close(&self);
}
