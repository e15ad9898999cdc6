//! What is written of a change, inside its transaction.

#[allow(unused_imports, reason = "for links in the documentation")]
use super::Change;
use super::Changed;
use crate::domain::actor::Actor;
use crate::domain::appeal::Appeal;
use crate::domain::case::Case;
use crate::domain::id::NoticeId;
use crate::domain::notice::Notice;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::directives::Announce;
use crate::ports::notices::Audience;
use chrono::{DateTime, Utc};

/// What a change comes to once its rows are written: the answer to keep and the events to append.
#[derive(Debug)]
pub struct Rendered {
    /// What the caller gets, and what is kept under the claim.
    pub answer: Answer,
    /// Events to append, in order.
    pub events: Vec<NewEvent>,
}

/// Pure functions that the store calls inside the transaction of a change.
pub trait Render: Send + Sync {
    /// Turns the changed thing into the answer and the events. `by` is the resolved actor.
    fn render(&self, changed: &Changed, by: &Actor, now: DateTime<Utc>) -> Rendered;

    /// What the member is told of an appeal that was refused or decided without a remedy, or about which its reviewer asks something: nothing, unless a renderer has something to say.
    fn notice(
        &self,
        _id: NoticeId,
        _audience: &Audience,
        _policy: &Policy,
        _appeal: &Appeal,
        _now: DateTime<Utc>,
    ) -> Option<Notice> {
        None
    }

    /// What writes out the directives that have the member told.
    fn announcer(&self) -> Box<dyn Announce>;

    /// Whether the actor may change the reason of this case; called for [`Change::ChangeReason`] only.
    ///
    /// # Errors
    /// A refusal, which writes nothing.
    fn may_edit(
        &self,
        case: &Case,
        target: &crate::domain::actor::Target,
        acting: &crate::domain::actor::Acting,
        policy: &Policy,
    ) -> Result<(), Refusal>;
}
