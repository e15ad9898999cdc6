//! What was done natively, past this service, goes on record.

use super::{Draft, Run, accepted_at, moved};
use crate::domain::act::{Decision, Situation};
use crate::domain::case::Particulars;
use crate::domain::identity::Identity;
use crate::domain::kind::Kind;
use crate::domain::name::Name;
use crate::domain::refusal::Refusal;
use crate::domain::time::Span;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What the case of something that was done natively gives as its reason.
const ADOPTED: &str = "Done on the platform itself.";

/// What happened natively, as an act on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The kind of act.
    pub kind: Kind,
    /// For how long.
    pub duration: Option<Span>,
    /// What a restriction takes away.
    pub capabilities: BTreeSet<Name>,
    /// How the platform names the member.
    pub named: Option<Identity>,
}

/// Records what has happened natively. It is a fact, so nobody's rank is asked; and it adds no points, which are for what is judged here.
///
/// # Errors
/// A refusal: nothing is to be written.
pub fn adopt(
    situation: &Situation<'_>,
    adoption: &Adoption,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Decision, Refusal> {
    let at = accepted_at(situation)?;
    let mut run = Run {
        situation,
        version: situation.timeline.in_force(at),
        at,
        member: situation.member.clone(),
        entries: Vec::new(),
        fresh,
    };
    run.adopt(adoption)?;
    Ok(Decision {
        moved: moved(&situation.member.sanctions, &run.member.sanctions),
        entries: run.entries,
        member: run.member,
        recent: situation.recent.to_vec(),
        held: None,
    })
}

impl Run<'_> {
    /// What was done natively is in effect already.
    fn adopt(&mut self, adoption: &Adoption) -> Result<(), Refusal> {
        let particulars = Particulars {
            reason: Some(ADOPTED.to_owned()),
            named: adoption.named.clone(),
            ..Particulars::default()
        };
        let actor = self.situation.acting.actor.clone();
        let draft = Draft {
            duration: adoption.duration,
            capabilities: adoption.capabilities.clone(),
            ..Draft::without_points(adoption.kind, actor, particulars)
        };
        self.settle();
        if adoption.kind.lifts().is_some() {
            self.lift_all(draft)
        } else {
            self.enter(draft, Vec::new())
        }
    }
}
