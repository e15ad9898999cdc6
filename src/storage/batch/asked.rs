//! What a batch needs to know before it can be decided, without doubles and in the order in which rows are locked.

use super::{Home, acting_person};
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::answer::Claim;
use crate::ports::ledger::{PersonRef, Submission};
use std::collections::{BTreeMap, BTreeSet};

/// The keys that the batch uses, each once, sorted; of equal keys the first one's claim.
pub(crate) fn claims(batch: &[Submission]) -> Vec<(TenantId, &Claim)> {
    let mut distinct: BTreeMap<(TenantId, &str), &Claim> = BTreeMap::new();
    for submission in batch {
        if let Some(claim) = &submission.claim {
            distinct.entry((submission.tenant, &claim.key)).or_insert(claim);
        }
    }
    distinct
        .into_iter()
        .map(|((tenant, _), claim)| (tenant, claim))
        .collect()
}

/// What to load: all that the submissions name.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    /// The members acted upon, by the name that the call used. Their rows are made where missing, and locked.
    pub(crate) members: BTreeSet<(TenantId, CommunityId, &'a PersonRef)>,
    /// The people who act. Users are made for identities without one; their rows as members are read, not locked.
    pub(crate) actors: BTreeSet<(TenantId, CommunityId, &'a PersonRef)>,
    /// The communities.
    pub(crate) homes: BTreeSet<Home>,
}

impl<'a> Asked<'a> {
    /// Of a batch. Repeats are among them: which ones those are is known once everything is locked.
    pub(crate) fn of(batch: &'a [Submission]) -> Self {
        let mut asked = Self::default();
        for submission in batch {
            let (tenant, community) = (submission.tenant, submission.community);
            asked.homes.insert((tenant, community));
            asked.members.insert((tenant, community, &submission.member));
            if let Some(person) = acting_person(&submission.actor) {
                asked.actors.insert((tenant, community, person));
            }
        }
        asked
    }
}
