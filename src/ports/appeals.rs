//! The appeals port: members ask that cases be looked at again.

use super::answer::NewEvent;
use super::directory::After;
use super::error::StoreError;
use crate::domain::appeal::{Appeal, Finding, Outcome, Saying, State, Statement};
use crate::domain::brief::Window;
use crate::domain::id::{AppealId, CommunityId, TenantId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What is to change about appeals of a community.
#[derive(Clone, Debug)]
pub struct AppealChange {
    /// The community.
    pub community: CommunityId,
    /// What.
    pub what: AppealStep,
}

/// What is to happen.
#[derive(Clone, Debug)]
pub enum AppealStep {
    /// File one.
    File {
        /// Its id.
        id: AppealId,
        /// About which case.
        case: i64,
        /// What the member says.
        saying: Saying,
        /// Whether the member is still writing it.
        draft: bool,
    },
    /// The member hands a draft in, and says this besides.
    Submit(AppealId, Option<Statement>, BTreeMap<String, String>),
    /// The member says something more.
    AddStatement(AppealId, Statement),
    /// Whoever acts takes one in hand.
    Claim(AppealId),
    /// Whoever acts puts one back.
    Release(AppealId),
    /// Whoever acts asks the member something.
    Ask(AppealId, String),
    /// Whoever acts says something to the other moderators, and shows it.
    Comment(AppealId, String, Vec<String>),
    /// Whoever acts refuses to look at it, and says why.
    Bar(AppealId, String),
    /// The member takes one back.
    Withdraw(AppealId),
    /// Whoever acts has come to something, and says why. It comes to nothing that is to be carried out.
    Decide(AppealId, Verdict),
    /// Write down what time has done.
    Tick(AppealId),
    /// The sanction of the case was lifted; whether points are left of it.
    SettleLift(AppealId, bool),
}

/// What a reviewer has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What.
    pub finding: Finding,
    /// Why, as the member is told.
    pub reason: String,
    /// What it comes to together with what others have said: `None` for nothing yet.
    pub expected: Option<Finding>,
}

/// A decision that is carried out together with its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deciding {
    /// Which appeal.
    pub appeal: AppealId,
    /// What it comes to.
    pub finding: Finding,
    /// Why, as the member is told.
    pub reason: String,
}

/// An appeal that somebody is to look at now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueAppeal {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Which.
    pub appeal: AppealId,
}

/// An appeal that was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Which.
    pub appeal: AppealId,
    /// About which case.
    pub case: i64,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What it came to.
    pub outcome: Outcome,
}

/// Which of the appeals that wait for reviewers to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// Those that are late, or those that are not.
    pub overdue: Option<bool>,
    /// Those that somebody has in hand, or those that nobody has.
    pub claimed: Option<bool>,
}

/// Which appeals to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppealFilter {
    /// Where they are, as the store has it: a claim that is over is one still.
    pub state: Option<State>,
    /// About this case.
    pub case: Option<i64>,
}

/// Writes out what the log says of an appeal, inside the transaction that changes it. Pure.
pub type TellAppeal = fn(&Appeal, DateTime<Utc>) -> NewEvent;

/// Appeals.
#[async_trait]
pub trait Appeals: Send + Sync {
    /// An appeal.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the community does not have.
    async fn appeal(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: AppealId,
    ) -> Result<Appeal, StoreError>;

    /// Appeals, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn appeals(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &AppealFilter,
        page: After<AppealId>,
    ) -> Result<Vec<Appeal>, StoreError>;

    /// Appeals that wait for reviewers, the oldest first, at a moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn appeal_queue(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: QueueFilter,
        now: DateTime<Utc>,
        page: After<AppealId>,
    ) -> Result<Vec<Appeal>, StoreError>;

    /// Appeals that were decided within a time, the newest first; `after` is the one last seen, with when it was decided.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn decided_appeals(
        &self,
        tenant: TenantId,
        community: CommunityId,
        window: Window,
        page: After<(DateTime<Utc>, AppealId)>,
    ) -> Result<Vec<Decided>, StoreError>;

    /// Up to `limit` appeals to which time has done something that is not written down yet, the longest overdue first. Not leased: the change
    /// that writes it down happens once.
    async fn due_appeals(&self, limit: u32) -> Result<Vec<DueAppeal>, StoreError>;

    /// When time next does something to an appeal; `None` when it does not.
    async fn next_appeal(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
}
