//! What a batch has to know of acts that wait: those that it is about, and what is spent of budgets. Where no policy has a budget and
//! nobody approves or rejects, nothing is asked.

use super::{Home, Loaded, acting, acting_person};
use crate::domain::act::Command;
use crate::domain::actor::{Acting, Actor};
use crate::domain::held::Held;
use crate::domain::hold::{Sought, sought};
use crate::domain::id::{HeldId, TenantId};
use crate::domain::kind::Kind;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::ports::error::StoreError;
use crate::ports::ledger::Submission;
use crate::storage::codec::json;
use std::collections::BTreeSet;

/// An act that counts in a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpentRow {
    pub(crate) home: Home,
    pub(crate) bucket: String,
    pub(crate) at: Instant,
    pub(crate) number: i64,
    pub(crate) kind: Kind,
}

/// The counts that a batch needs, each once, sorted. To be asked under the locks of the communities' counters: whoever spends
/// holds them.
pub(crate) fn counts(batch: &[Submission], loaded: &Loaded<'_>) -> Vec<(Home, Sought)> {
    let mut all = BTreeSet::new();
    for submission in batch {
        let home = (submission.tenant, submission.community);
        let (Command::Act(act), Some(policy)) = (&submission.command, policy(loaded, home)) else {
            continue;
        };
        if policy.holds.budgets.is_empty() {
            continue;
        }
        let person = acting_person(&submission.actor);
        let user = person.and_then(|person| loaded.people.get(&(submission.tenant, person)).copied());
        let actor = acting(&submission.actor, user, None).actor;
        let now = Instant::from_utc(loaded.now);
        let found = now
            .map(|now| sought(policy, &actor, act.kind(), now))
            .unwrap_or_default();
        all.extend(found.into_iter().map(|sought| (home, sought)));
    }
    all.into_iter().collect()
}

/// The waiting acts that a batch is about, each once, sorted.
pub(crate) fn held(batch: &[Submission]) -> Vec<(Home, HeldId)> {
    let named = batch.iter().filter_map(|submission| {
        let id = submission.command.held()?;
        Some(((submission.tenant, submission.community), id))
    });
    named.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What keeps somebody from approving a waiting act who asked for it, or approved it, as another user than they are by now.
pub(super) fn approved_as_another(
    loaded: &Loaded<'_>,
    tenant: TenantId,
    held: &Held,
    acting: &Acting,
) -> Option<Refusal> {
    let user = acting.actor.user()?;
    let is_they = |actor: &Actor| {
        let was = actor.user().filter(|was| *was != user);
        was.is_some_and(|was| loaded.present.get(&(tenant, was)) == Some(&user))
    };
    if held.settled.is_some() {
        None
    } else if is_they(&held.actor) {
        Some(Refusal::OwnAct)
    } else {
        let approved = held.approvals.iter().any(|approval| is_they(&approval.by));
        approved.then_some(Refusal::AlreadyApproved)
    }
}

/// The policy by whose budgets a community's acts are counted now.
pub(super) fn policy<'l>(loaded: &'l Loaded<'_>, home: Home) -> Option<&'l Policy> {
    let now = Instant::from_utc(loaded.now).ok()?;
    let timeline = loaded.timelines.get(&home)?;
    Some(&timeline.in_force(now).policy)
}

/// The names of the kinds that are counted, as the statements take them.
pub(crate) fn kinds(sought: &Sought) -> String {
    let names: Vec<&str> = sought.kinds.iter().map(Kind::name).collect();
    names.join(",")
}

/// The state of a held act as its row has it. That its time is over is told by its end.
pub(crate) const fn state(held: &Held) -> &'static str {
    match &held.settled {
        Some(settled) if settled.case.is_some() => "released",
        Some(_) => "rejected",
        None => "held",
    }
}

/// A held act's document.
pub(crate) fn document(held: &Held) -> Result<String, StoreError> {
    json(held)
}
