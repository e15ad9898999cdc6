//! What was loaded for a batch, under the locks of its transaction.

use super::{Home, MemberKey};
use crate::domain::act::Recent;
use crate::domain::directive::Directive;
use crate::domain::drift::{Seen, Spot};
use crate::domain::held::Held;
use crate::domain::hold::Spent;
use crate::domain::id::{HeldId, ScheduleId, TenantId, UserId};
use crate::domain::language::Language;
use crate::domain::member::Member;
use crate::domain::past::Past;
use crate::domain::rank::Authority;
use crate::domain::refusal::Refusal;
use crate::domain::schedule::Schedule;
use crate::domain::timeline::Timeline;
use crate::ports::answer::Answer;
use crate::ports::ledger::{PersonRef, Reply, Submission};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What is kept under a key that was used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The fingerprint of the call that used it.
    pub(crate) fingerprint: [u8; 32],
    /// Its answer.
    pub(crate) answer: Answer,
}

impl Kept {
    /// What somebody gets who uses the key again.
    pub(crate) fn reply(&self, fingerprint: &[u8; 32]) -> Reply {
        if self.fingerprint == *fingerprint {
            Reply::Replayed(self.answer.clone())
        } else {
            Reply::KeyReused
        }
    }
}

/// A member's row.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemberRow {
    pub(crate) authority: Authority,
    pub(crate) protected: bool,
    pub(crate) bot: bool,
    pub(crate) state: Member,
    pub(crate) recent: Vec<Recent>,
    /// What is known of what went before.
    pub(crate) past: Past,
}

/// Everything that deciding a batch needs. What is missing here does not exist: submissions that name it are not found.
#[derive(Clone, Debug)]
pub(crate) struct Loaded<'a> {
    /// The store's clock, read when the locks were held.
    pub(crate) now: DateTime<Utc>,
    /// What is kept under the keys that were used before.
    pub(crate) kept: HashMap<(TenantId, String), Kept>,
    /// The users of all people who were asked for and exist, those just made included.
    pub(crate) people: HashMap<(TenantId, &'a PersonRef), UserId>,
    /// Those among them who were erased, and were recognised by an identity. Nothing that is written names it.
    pub(crate) erased: HashSet<(TenantId, &'a PersonRef)>,
    /// Who those are by now who asked for the acts that wait, or approved them: somebody else, where they were merged since.
    pub(crate) present: HashMap<(TenantId, UserId), UserId>,
    /// The locked rows of the members acted upon, those just made included.
    pub(crate) members: BTreeMap<MemberKey, MemberRow>,
    /// The standing of those who act, where the community has set one.
    pub(crate) authorities: HashMap<MemberKey, Authority>,
    /// The policies of the communities that exist.
    pub(crate) timelines: HashMap<Home, Arc<Timeline>>,
    /// Those among them that are archived.
    pub(crate) archived: BTreeSet<Home>,
    /// Those among them that are linked to a space.
    pub(crate) linked: BTreeSet<Home>,
    /// What each of them is called, and in which language it speaks.
    pub(crate) names: HashMap<Home, (String, Option<Language>)>,
    /// The languages of people, where they are known.
    pub(crate) languages: HashMap<(TenantId, UserId), Language>,
    /// Their tenants that are archived.
    pub(crate) archived_tenants: BTreeSet<TenantId>,
    /// The last case number of each of them, locked.
    pub(crate) numbers: BTreeMap<Home, i64>,
    /// The waiting acts that the batch is about, those that exist.
    pub(crate) held: HashMap<(Home, HeldId), Held>,
    /// What is spent of budgets, where a policy has some.
    pub(crate) spent: HashMap<Home, Spent>,
    /// The schedules of which the batch has runs, those that exist, locked.
    pub(crate) schedules: HashMap<(Home, ScheduleId), Schedule>,
    /// What was seen so far of what the batch observes.
    pub(crate) seen: HashMap<(Home, Spot), Seen>,
    /// The latest directive about each.
    pub(crate) said: HashMap<(Home, Spot), Directive>,
    /// Users that were made for this batch. Those for whom nothing is accepted are taken away again.
    pub(crate) made_users: BTreeSet<(TenantId, UserId)>,
    /// Member rows that were made for this batch; likewise.
    pub(crate) made_members: BTreeSet<MemberKey>,
}

impl Loaded<'_> {
    /// Nothing but a clock.
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            kept: HashMap::new(),
            people: HashMap::new(),
            present: HashMap::new(),
            erased: HashSet::new(),
            members: BTreeMap::new(),
            authorities: HashMap::new(),
            timelines: HashMap::new(),
            archived: BTreeSet::new(),
            linked: BTreeSet::new(),
            names: HashMap::new(),
            languages: HashMap::new(),
            archived_tenants: BTreeSet::new(),
            numbers: BTreeMap::new(),
            held: HashMap::new(),
            spent: HashMap::new(),
            schedules: HashMap::new(),
            seen: HashMap::new(),
            said: HashMap::new(),
            made_users: BTreeSet::new(),
            made_members: BTreeSet::new(),
        }
    }

    /// Why nothing is changed in a community: it is archived, or its tenant is.
    pub(crate) fn closed(&self, home: Home) -> Option<Refusal> {
        if self.archived_tenants.contains(&home.0) {
            return Some(Refusal::TenantArchived);
        }
        self.archived.contains(&home).then_some(Refusal::Archived)
    }

    /// Whether deciding may have to look back further than what was loaded.
    pub(super) fn looks_back(&self) -> bool {
        self.timelines.values().any(|timeline| timeline.looks_back())
    }
}

/// What is kept under the key of a submission, if it has one that was used before.
pub(super) fn kept_for(kept: &HashMap<(TenantId, String), Kept>, submission: &Submission) -> Option<Reply> {
    let claim = submission.claim.as_ref()?;
    let kept = kept.get(&(submission.tenant, claim.key.clone()))?;
    Some(kept.reply(&claim.fingerprint))
}
