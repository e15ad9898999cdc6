//! Another reason for a case. The earlier one is kept as a revision.

use super::caller::{Caller, NamedActor};
use super::error::ServiceError;
use super::records::case_tag;
use super::{Outcome, Service};
use crate::domain::id::CommunityId;
use crate::ports::directory::Change;
use wire::key::Scope;

impl Service {
    /// Gives a case another reason, if it is still at one of the versions that the caller saw.
    ///
    /// # Errors
    /// [`ServiceError::Stale`] when it has moved on, and what else stands in the way; nothing was written then.
    pub async fn change_reason(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
        seen: &[String],
        actor: Option<NamedActor>,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let by = caller.actor(actor)?;
        let case = self.store.case(caller.tenant, community, number).await?;
        if !seen.contains(&case_tag(&case)) {
            let current = case_tag(&case);
            return Err(ServiceError::Stale { current });
        }
        let change = Change::ChangeReason {
            community,
            number,
            // What changes between this read and the write makes the store refuse.
            expected: case.revision,
            reason,
        };
        match self.change(caller.tenant, by, change, None).await {
            Err(ServiceError::Stale { .. }) => {
                let case = self.store.case(caller.tenant, community, number).await?;
                let current = case_tag(&case);
                Err(ServiceError::Stale { current })
            }
            outcome => outcome,
        }
    }
}
