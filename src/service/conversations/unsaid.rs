//! Why nothing comes of what is said in a conversation, or of a flow that is written.

use crate::domain::conversation::NotTaken;
use crate::domain::id::ConversationId;
use crate::domain::name::Name;
use crate::ports::conversations::MOST_FLOWS;

/// Why nothing comes of it.
#[derive(Debug, thiserror::Error)]
pub enum Unsaid {
    /// There are as many flows as there may be.
    #[error(
        "a tenant has at most {MOST_FLOWS} flows of its own; write another version of one that is not used"
    )]
    TooManyFlows,
    /// There is one that runs.
    #[error(
        "the conversation {0} of the same flow runs with this person in this channel; go on with it, or cancel it first"
    )]
    Running(ConversationId),
    /// It has moved on.
    #[error(
        "the conversation is at step {step} now, in the state {state}; read it, and say what happens there"
    )]
    Moved {
        /// The step.
        step: i32,
        /// The state.
        state: Name,
    },
    /// Whoever did it is somebody else.
    #[error("the conversation is with somebody else")]
    OfAnother,
    /// Nothing comes of the event.
    #[error("{}", .0.said())]
    Event(NotTaken),
}
