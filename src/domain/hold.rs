//! When an act waits for somebody else: budgets that are spent, and kinds that need approvals.

use super::actor::Actor;
use super::kind::{Kind, Severity};
use super::policy::Policy;
use super::rank::Rank;
use super::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a held act waits unless the policy says otherwise: a week.
pub const HOLD_FOR: i64 = 7 * 86_400;

/// Whose acts a budget counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Those of a person, or of a key that names nobody.
    Actor,
    /// Those of a rule of automod.
    Rule,
    /// Those that come with a key, whoever acts through it.
    Key,
}

/// So many acts within so long; what goes beyond is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Budget {
    /// Whose acts are counted together.
    pub per: Per,
    /// How many there may be.
    pub acts: i64,
    /// Seconds, the moment so long ago left out.
    pub within: i64,
    /// The kinds that it is about; `None` for all that restrict: from the severity of a mute up.
    pub kinds: Option<BTreeSet<Kind>>,
}

/// How many people have to approve an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// How many, besides who issued it.
    pub needed: i64,
    /// The rank that they need; `None` for the least rank of the kind.
    pub rank: Option<Rank>,
}

/// What a policy says of acts that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// The budgets.
    pub budgets: Vec<Budget>,
    /// The kinds that need approvals.
    pub approvals: BTreeMap<Kind, Approvals>,
    /// Seconds after which a held act can no longer be released.
    pub hold_for: i64,
}

/// Why an act waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// This budget is spent.
    Budget(Budget),
    /// Acts of its kind need approvals.
    Approval,
}

/// What an act waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why it waits.
    pub why: Why,
    /// How many people have to approve it.
    pub needed: i64,
    /// The rank that they need.
    pub rank: Rank,
}

/// One count that has to be known before an act can be decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sought {
    /// For which budget.
    pub budget: Budget,
    /// Whose acts.
    pub bucket: String,
    /// After this second.
    pub after: i64,
    /// Of these kinds.
    pub kinds: Vec<Kind>,
}

/// How much of each budget is spent, as far as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent(BTreeMap<(Budget, String), i64>);

impl Holds {
    /// Whether no act ever waits.
    #[must_use]
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Holds {
    fn default() -> Self {
        Self {
            budgets: Vec::new(),
            approvals: BTreeMap::new(),
            hold_for: HOLD_FOR,
        }
    }
}

/// Whether acts of a kind are ever held. Remarks and lifts never are.
#[must_use]
pub const fn may_wait(kind: Kind) -> bool {
    !matches!(kind, Kind::Note) && kind.lifts().is_none()
}

/// The buckets that an act by this actor counts in: its own, and its key's.
#[must_use]
pub fn buckets(actor: &Actor) -> Vec<String> {
    [Per::Actor, Per::Rule, Per::Key]
        .into_iter()
        .filter_map(|per| bucket(per, actor))
        .collect()
}

/// The bucket that a budget counts an actor's acts in, if it counts them.
fn bucket(per: Per, actor: &Actor) -> Option<String> {
    match (per, actor) {
        (Per::Actor, Actor::Human { .. } | Actor::Key { .. }) => Some(format!("actor/{actor}")),
        (Per::Rule, Actor::Automod { rule, .. }) => Some(format!("rule/{}", rule.as_str())),
        (Per::Key, Actor::Human { key: Some(key), .. } | Actor::Key { key } | Actor::Automod { key, .. }) => {
            Some(format!("key/{key}"))
        }
        _ => None,
    }
}

impl Budget {
    /// Whether it is about acts of this kind.
    #[must_use]
    pub fn covers(&self, policy: &Policy, kind: Kind) -> bool {
        match &self.kinds {
            Some(kinds) => kinds.contains(&kind),
            None => may_wait(kind) && policy.severity(kind) >= Severity::Mute,
        }
    }

    /// The kinds that it is about, by name.
    fn counted(&self, policy: &Policy) -> Vec<Kind> {
        let custom = policy.kinds.keys().map(|name| Kind::Custom(*name));
        let all = Kind::BUILT_IN.into_iter().chain(custom);
        all.filter(|kind| self.covers(policy, *kind)).collect()
    }
}

/// What has to be counted before an act is decided under a policy at a moment of the store's clock. Budgets go by that clock alone:
/// a member whose last case lies a little ahead of it does not move their windows.
#[must_use]
pub fn sought(policy: &Policy, actor: &Actor, kind: Kind, now: Instant) -> Vec<Sought> {
    let budgets = policy.holds.budgets.iter();
    budgets
        .filter(|budget| budget.covers(policy, kind))
        .filter_map(|budget| {
            Some(Sought {
                budget: budget.clone(),
                bucket: bucket(budget.per, actor)?,
                after: now.seconds() - budget.within,
                kinds: budget.counted(policy),
            })
        })
        .collect()
}

/// What an act has to wait for, if it has to: the approvals of its kind, or else the first budget that is spent.
#[must_use]
pub fn hold(policy: &Policy, kind: Kind, actor: &Actor, spent: &Spent) -> Option<Hold> {
    if !may_wait(kind) {
        return None;
    }
    let least = policy.least_rank(kind);
    if let Some(approvals) = policy.holds.approvals.get(&kind) {
        return Some(Hold {
            why: Why::Approval,
            needed: approvals.needed,
            rank: approvals.rank.unwrap_or(least).max(least),
        });
    }
    let over = policy.holds.budgets.iter().find(|budget| {
        let bucket = bucket(budget.per, actor).filter(|_| budget.covers(policy, kind));
        bucket.is_some_and(|bucket| spent.of(budget, bucket) >= budget.acts)
    });
    over.map(|budget| Hold {
        why: Why::Budget(budget.clone()),
        needed: 1,
        rank: least,
    })
}

impl Spent {
    /// Takes over a count.
    pub fn learn(&mut self, sought: &Sought, acts: i64) {
        let key = (sought.budget.clone(), sought.bucket.clone());
        self.0.insert(key, acts);
    }

    /// Counts an act that was just accepted.
    pub fn add(&mut self, policy: &Policy, actor: &Actor, kind: Kind) {
        for budget in policy.holds.budgets.iter().filter(|b| b.covers(policy, kind)) {
            if let Some(bucket) = bucket(budget.per, actor) {
                *self.0.entry((budget.clone(), bucket)).or_insert(0) += 1;
            }
        }
    }

    fn of(&self, budget: &Budget, bucket: String) -> i64 {
        self.0.get(&(budget.clone(), bucket)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::actor::Rule;
    use super::super::id::{KeyId, UserId};
    use super::*;
    use uuid::Uuid;

    const KEY: KeyId = KeyId(Uuid::nil());

    fn human(n: u128) -> Actor {
        Actor::Human {
            user: UserId(Uuid::from_u128(n)),
            identity: None,
            key: Some(KEY),
            asserted: None,
        }
    }

    fn automod(rule: &str) -> Actor {
        Actor::Automod {
            rule: Rule::new(rule).unwrap(),
            version: 1,
            key: KEY,
        }
    }

    fn with(per: Per, kinds: Option<&[Kind]>) -> Policy {
        let budget = Budget {
            per,
            acts: 2,
            within: 3_600,
            kinds: kinds.map(|kinds| kinds.iter().copied().collect()),
        };
        Policy {
            holds: Holds {
                budgets: vec![budget],
                ..Holds::default()
            },
            ..Policy::default()
        }
    }

    /// Which of the acts, in this order, are held.
    fn held(policy: &Policy, acts: &[(Actor, Kind)]) -> Vec<bool> {
        let mut spent = Spent::default();
        acts.iter()
            .map(|(actor, kind)| {
                let hold = hold(policy, *kind, actor, &spent);
                if hold.is_none() {
                    spent.add(policy, actor, *kind);
                }
                hold.is_some()
            })
            .collect()
    }

    #[test]
    fn each_budget_counts_whom_it_is_for() {
        let acts = [
            human(1),
            human(1),
            human(2),
            automod("a"),
            automod("a"),
            automod("b"),
            human(1),
            automod("a"),
        ];
        let acts = acts.map(|actor| (actor, Kind::Ban));
        let marks = |per| held(&with(per, None), &acts);
        assert_eq!(
            marks(Per::Actor),
            [false, false, false, false, false, false, true, false]
        );
        assert_eq!(
            marks(Per::Rule),
            [false, false, false, false, false, false, false, true]
        );
        assert_eq!(
            marks(Per::Key),
            [false, false, true, true, true, true, true, true]
        );
    }

    #[test]
    fn only_the_kinds_of_a_budget_count_and_remarks_and_lifts_never_wait() {
        let of = |kinds: &[Kind]| kinds.iter().map(|kind| (human(1), *kind)).collect::<Vec<_>>();
        let all = of(&[
            Kind::Warn,
            Kind::Mute,
            Kind::Warn,
            Kind::Ban,
            Kind::Warn,
            Kind::Kick,
            Kind::Note,
            Kind::Unban,
        ]);
        let restrictive = held(&with(Per::Actor, None), &all);
        assert_eq!(
            restrictive,
            [false, false, false, false, false, true, false, false]
        );
        let warns = held(&with(Per::Actor, Some(&[Kind::Warn])), &all);
        assert_eq!(warns, [false, false, false, false, true, false, false, false]);
    }

    #[test]
    fn approvals_come_before_budgets_and_need_the_higher_rank() {
        let mut policy = with(Per::Actor, None);
        let approvals = Approvals {
            needed: 2,
            rank: None,
        };
        policy.holds.approvals.insert(Kind::Ban, approvals);
        policy.least_rank.insert(Kind::Ban, Rank::Admin);
        let hold = hold(&policy, Kind::Ban, &human(1), &Spent::default()).unwrap();
        assert_eq!(
            (hold.why, hold.needed, hold.rank),
            (Why::Approval, 2, Rank::Admin)
        );
    }

    #[test]
    fn what_is_sought_is_the_window_and_the_kinds() {
        let policy = with(Per::Actor, None);
        let now = Instant::new(10_000).unwrap();
        let sought = sought(&policy, &human(1), Kind::Mute, now);
        assert_eq!(sought.len(), 1);
        assert_eq!(sought[0].after, 6_400);
        let kinds = [Kind::Mute, Kind::Restrict, Kind::Kick, Kind::Tempban, Kind::Ban];
        assert_eq!(sought[0].kinds, kinds);
        assert!(super::sought(&policy, &human(1), Kind::Warn, now).is_empty());
        assert!(super::sought(&policy, &automod("a"), Kind::Mute, now).is_empty());
    }
}
