//! The appeals port: members ask that cases be looked at again.

use super::answer::NewEvent;
use super::directory::After;
use super::error::StoreError;
use crate::domain::appeal::{Appeal, Outcome, State, Statement};
use crate::domain::id::{AppealId, CommunityId, TenantId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

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
        statement: Statement,
    },
    /// Whoever acts takes one in hand.
    Claim(AppealId),
    /// Whoever acts puts one back.
    Release(AppealId),
    /// The member takes one back.
    Withdraw(AppealId),
    /// Whoever acts leaves the case as it is, and says why.
    Uphold(AppealId, String),
}

/// A decision that is carried out together with its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deciding {
    /// Which appeal.
    pub appeal: AppealId,
    /// What it comes to.
    pub outcome: Outcome,
    /// Why, as the member is told.
    pub reason: String,
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
}
