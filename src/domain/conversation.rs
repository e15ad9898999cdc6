//! Conversations: a person is asked one thing after the other, and what they answer leads on or to an end.
//!
//! A flow is a table of `(state, event) → (state, handler)`, a session is where somebody stands in it. What may happen next follows from the two
//! alone: an event that the state does not have is refused with the list of those that it has, and changes nothing. Time is an event too. It comes
//! before every other one, and it ends each session in the end.

mod check; // from a draft to a flow
mod draft; // a flow as it is written
mod field; // what is asked for, and what is answered
mod flow; // a flow that is right
mod intake; // the flow of an appeal, with what a policy asks
mod session; // where somebody stands in one
mod shipped; // the flows that are always there
mod wording; // what people read

pub use check::check;
pub use draft::{
    Call, Draft, End, Handler, MAX_FIELD_LABEL, MAX_LABEL, MAX_LIFETIME, MAX_TEXT, MAX_TIMEOUT, MIN_LIFETIME,
    MIN_TIMEOUT, MOST_CHOICES, MOST_FIELDS, MOST_NAMES, MOST_STATES, MOST_TRANSITIONS, Prompt, State,
    StateDraft, Timeout, Transition, USUAL_LIFETIME,
};
pub use field::{Choice, Field, Kind, MAX_ANSWER, Value, answers};
pub use flow::{Flow, FlowName, NotAFlowName, PREFIX};
pub use intake::{intake, question_field};
pub use session::{
    Ended, Event, Link, MAX_CHANNEL, MOST_TRIES, News, Next, NotTaken, Session, Source, Start, Told, opened,
};
pub use shipped::{Shipped, label, shipped};
pub use wording::Wording;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
