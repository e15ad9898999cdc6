//! What a request's rules say of acts that wait for others.

use super::{Reading, escaped};
use crate::domain::hold::{Approvals, Budget, HOLD_FOR, Holds, Per};
use std::collections::BTreeSet;
use wire::policy::Authority;

/// What a budget looks back unless it says otherwise: an hour.
const WITHIN: i64 = 3_600;

impl Reading {
    pub(super) fn holds(&mut self, given: Option<&Authority>) -> Holds {
        let Some(given) = given else {
            return Holds::default();
        };
        let mut budgets = Vec::new();
        for (index, budget) in given.budgets.iter().flatten().enumerate() {
            let root = format!("/authority/budgets/{index}");
            let mut kinds = budget.kinds.as_ref().map(|_| BTreeSet::new());
            for (place, name) in budget.kinds.iter().flatten().enumerate() {
                let kind = self.kind(&format!("{root}/kinds/{place}"), name);
                if let (Some(kinds), Some(kind)) = (&mut kinds, kind) {
                    kinds.insert(kind);
                }
            }
            if budget.kinds.as_ref().map(Vec::len) != kinds.as_ref().map(BTreeSet::len) {
                self.moot.insert(format!("{root}/kinds"));
            }
            budgets.push(Budget {
                per: budget.per.into(),
                acts: budget.acts,
                within: self.seconds(&format!("{root}/within"), budget.within.as_ref(), WITHIN),
                kinds,
            });
        }
        let mut approvals = std::collections::BTreeMap::new();
        for (name, asked) in given.approvals.iter().flatten() {
            let pointer = format!("/authority/approvals/{}", escaped(name));
            if let Some(kind) = self.kind(&pointer, name) {
                let rank = asked.rank.map(Into::into);
                let needed = asked.needed;
                approvals.insert(kind, Approvals { needed, rank });
            }
        }
        Holds {
            budgets,
            approvals,
            hold_for: self.seconds("/authority/hold_for", given.hold_for.as_ref(), HOLD_FOR),
        }
    }
}

impl From<wire::word::BudgetPer> for Per {
    fn from(per: wire::word::BudgetPer) -> Self {
        match per {
            wire::word::BudgetPer::Actor => Self::Actor,
            wire::word::BudgetPer::Rule => Self::Rule,
            wire::word::BudgetPer::Key => Self::Key,
        }
    }
}
