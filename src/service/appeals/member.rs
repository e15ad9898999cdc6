//! What members do: they file appeals, say more, and take them back. Bots do it for them.

use super::Saying;
use crate::domain::appeal;
use crate::domain::id::{AppealId, CommunityId};
use crate::ports::appeals::AppealStep;
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::{Claim, Outcome, Service};
use std::collections::BTreeMap;
use wire::key::Scope;

/// An appeal to file.
#[derive(Clone, Debug, Default)]
pub struct Filing {
    /// What the member says.
    pub saying: Saying,
    /// What they say to the policy's questions.
    pub answers: BTreeMap<String, String>,
    /// They are still writing it.
    pub draft: bool,
}

/// What a member says besides, when they hand a draft in.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// What they say.
    pub saying: Option<Saying>,
    /// What they say to the policy's questions.
    pub answers: BTreeMap<String, String>,
}

impl Service {
    /// Files an appeal for the member of a case.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the case, or what stands in the way.
    pub async fn file_appeal(
        &self,
        caller: &Caller,
        (community, case): (CommunityId, i64),
        filing: Filing,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsFile)?;
        let what = AppealStep::File {
            id: AppealId(self.ids.fresh()),
            case,
            saying: appeal::Saying {
                statement: self.statement(filing.saying),
                answers: filing.answers,
            },
            draft: filing.draft,
        };
        self.change_appeal(caller, community, (caller.as_actor(), what), claim)
            .await
    }

    /// Hands a draft in.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way.
    pub async fn submit_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        more: More,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsFile)?;
        let statement = more.saying.map(|saying| self.statement(saying));
        let what = AppealStep::Submit(id, statement, more.answers);
        self.change_appeal(caller, community, (caller.as_actor(), what), claim)
            .await
    }

    /// Adds what a member says; where a reviewer has asked, that is the answer.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way.
    pub async fn add_appeal_statement(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        saying: Saying,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsFile)?;
        let what = AppealStep::AddStatement(id, self.statement(saying));
        self.change_appeal(caller, community, (caller.as_actor(), what), claim)
            .await
    }

    /// Takes an appeal back, for the member.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that it is over.
    pub async fn withdraw_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsFile)?;
        let what = AppealStep::Withdraw(id);
        self.change_appeal(caller, community, (caller.as_actor(), what), claim)
            .await
    }
}
