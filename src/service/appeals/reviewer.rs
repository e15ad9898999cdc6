//! What moderators do with appeals before they decide: they take them in hand, ask, talk, and refuse to look.

use super::Saying;
use crate::domain::id::{AppealId, CommunityId};
use crate::ports::appeals::AppealStep;
use crate::service::caller::{Caller, NamedActor};
use crate::service::error::ServiceError;
use crate::service::{Claim, Outcome, Service};
use wire::key::Scope;

/// What a moderator does with an appeal.
#[derive(Clone, Debug)]
pub enum Handling {
    /// Takes it in hand, or keeps it for longer.
    Claim,
    /// Puts it back.
    Release,
    /// Asks the member something.
    Ask(String),
    /// Says something to the others, and shows it.
    Comment(Saying),
    /// Refuses to look at it, and says why.
    Bar(String),
}

impl Service {
    /// A moderator does something with an appeal.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way.
    pub async fn handle_appeal(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealId),
        (actor, handling): (Option<NamedActor>, Handling),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsReview)?;
        let by = caller.actor(actor)?;
        let what = match handling {
            Handling::Claim => AppealStep::Claim(id),
            Handling::Release => AppealStep::Release(id),
            Handling::Ask(question) => AppealStep::Ask(id, question),
            Handling::Comment(saying) => AppealStep::Comment(id, saying.text, saying.evidence),
            Handling::Bar(reason) => AppealStep::Bar(id, reason),
        };
        self.change_appeal(caller, community, (by, what), claim).await
    }
}
