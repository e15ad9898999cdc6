//! Conversations in which time leads on, or for which an act is still to be submitted.

use crate::ports::conversations::{ConversationChange, ConversationStep, DueConversation};
use crate::ports::directory::Change;
use crate::ports::ledger::ActorRef;
use crate::service::Service;
use crate::service::error::ServiceError;

/// What looking after a conversation that was due came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Time led on.
    On,
    /// Its act was submitted, or was found to be.
    Acted,
    /// It is gone.
    Gone,
}

impl Service {
    /// Looks after a conversation that is due. Whoever does it, and however often: it moves on once.
    ///
    /// # Errors
    /// What kept the store from it; it stays due and comes again.
    pub async fn move_on(&self, due: &DueConversation) -> Result<Moved, ServiceError> {
        let (tenant, community) = (due.tenant, due.community);
        let moved = async {
            let (session, flow) = self.store.conversation(tenant, community, due.id).await?;
            if flow
                .state(session.state)
                .is_some_and(|state| state.calls().is_some())
            {
                self.finish_act(tenant, (community, due.id)).await?;
                return Ok(Moved::Acted);
            }
            let what = ConversationStep::Pass(due.id);
            let change = Change::Conversation(Box::new(ConversationChange { community, what }));
            self.change(tenant, ActorRef::System, change, None).await?;
            Ok(Moved::On)
        };
        match moved.await {
            Err(ServiceError::NotFound(_)) => Ok(Moved::Gone),
            other => other,
        }
    }
}
