//! How many requests each key may make: what its tenant's plan permits, counted in this process alone. That costs a request no round
//! trip, and it is this process that is to be kept from too much.

use super::caller::Caller;
use super::error::ServiceError;
use super::{Quota, Service};
use crate::domain::id::KeyId;
use crate::domain::limit::check::{Demand, decide};
use crate::domain::limit::{Rate, State};
use crate::domain::plan::Plan;
use crate::ports::clock::Ticks;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Above how many keys those are forgotten that have everything left.
const MANY: usize = 10_000;

/// What each plan permits each key.
#[derive(Clone)]
pub struct Plans {
    rates: HashMap<Plan, Rate>,
    ticks: Arc<dyn Ticks>,
}

/// What one key may do, and what it has spent of it.
#[derive(Debug)]
pub(crate) struct Allowance {
    plan: Plan,
    name: Arc<str>,
    rate: Rate,
    spent: Mutex<State>,
}

/// What keys have spent, by key.
#[derive(Default)]
pub(super) struct Allowances(Mutex<HashMap<KeyId, Arc<Allowance>>>);

/// The time of whoever counts nothing.
struct NoTime;

impl Ticks for NoTime {
    fn ticks(&self) -> u64 {
        0
    }
}

impl Plans {
    /// Plans without a rate permit everything.
    #[must_use]
    pub fn new(rates: impl IntoIterator<Item = (Plan, Rate)>, ticks: Arc<dyn Ticks>) -> Self {
        Self {
            rates: rates.into_iter().collect(),
            ticks,
        }
    }

    /// Every plan permits everything.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new([], Arc::new(NoTime))
    }
}

impl Allowance {
    fn new(plan: Plan, rate: Rate) -> Self {
        Self {
            plan,
            name: plan.name().into(),
            rate,
            spent: Mutex::new(State::new(rate.algorithm())),
        }
    }

    /// Takes one request out of it, if there is one left. The time is read under the lock, so that it never lies behind what another
    /// thread has written.
    fn take(&self, ticks: &dyn Ticks) -> Option<(bool, Quota)> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut demand = [Demand {
            rate: self.rate,
            cost: 1,
            state: &mut spent,
            adaptive: None,
        }];
        let verdicts = decide(&mut demand, ticks.ticks(), false);
        // One demand has one verdict.
        let verdict = verdicts.first()?;
        Some((verdict.allowed, Quota::of(&self.name, self.rate, verdict)))
    }

    fn is_unused(&self, ticks: &dyn Ticks) -> bool {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.reset_after(self.rate, ticks.ticks()) == 0
    }
}

impl Allowances {
    /// What a key under a plan may do, with what it has spent so far. Under another plan than before it begins anew.
    pub(super) fn of(&self, key: KeyId, plan: Plan, plans: &Plans) -> Option<Arc<Allowance>> {
        let rate = *plans.rates.get(&plan)?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MANY && !all.contains_key(&key) {
            all.retain(|_, allowance| !allowance.is_unused(&*plans.ticks));
        }
        let there = all
            .entry(key)
            .or_insert_with(|| Arc::new(Allowance::new(plan, rate)));
        if there.plan != plan {
            *there = Arc::new(Allowance::new(plan, rate));
        }
        Some(there.clone())
    }
}

impl Service {
    /// Takes a request out of what the caller's key may make, if its plan counts them; how much is left.
    ///
    /// # Errors
    /// [`ServiceError::TooManyRequests`] when nothing is.
    pub fn admit(&self, caller: &Caller) -> Result<Option<Quota>, ServiceError> {
        let Some(allowance) = &caller.allowance else {
            return Ok(None);
        };
        match allowance.take(&*self.plans.ticks) {
            Some((false, left)) => Err(ServiceError::TooManyRequests(left)),
            passes => Ok(passes.map(|(_, left)| left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limit::Algorithm;
    use std::sync::atomic::{AtomicU64, Ordering};
    use uuid::Uuid;

    #[derive(Default)]
    struct Hand(AtomicU64);

    impl Ticks for Hand {
        fn ticks(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn plans(ticks: Arc<Hand>) -> Plans {
        let rate = |capacity| Rate::new(Algorithm::TokenBucket, capacity, 10_000, None).unwrap();
        Plans::new([(Plan::Small, rate(2)), (Plan::Standard, rate(5))], ticks)
    }

    #[test]
    fn a_key_has_what_its_plan_permits_and_gets_it_back() {
        let hand = Arc::new(Hand::default());
        let (plans, allowances) = (plans(hand.clone()), Allowances::default());
        let key = KeyId(Uuid::from_u128(1));
        let take = || {
            allowances
                .of(key, Plan::Small, &plans)
                .unwrap()
                .take(&*hand)
                .unwrap()
        };
        let (first, second, third) = (take(), take(), take());
        assert_eq!((first.0, first.1.remaining), (true, 1));
        assert_eq!(
            (second.0, second.1.remaining, second.1.more_after),
            (true, 0, 10_000)
        );
        assert_eq!(
            (third.0, third.1.remaining, third.1.more_after),
            (false, 0, 5_000)
        );
        let other = allowances
            .of(KeyId(Uuid::from_u128(2)), Plan::Small, &plans)
            .unwrap();
        assert!(other.take(&*hand).unwrap().0, "another key has its own");
        hand.0.store(4_999, Ordering::Relaxed);
        assert!(!take().0);
        hand.0.store(5_000, Ordering::Relaxed);
        assert!(take().0);
    }

    #[test]
    fn another_plan_counts_at_once_and_one_without_a_rate_counts_nothing() {
        let hand = Arc::new(Hand::default());
        let (plans, allowances) = (plans(hand.clone()), Allowances::default());
        let key = KeyId(Uuid::from_u128(1));
        for _ in 0..2 {
            assert!(
                allowances
                    .of(key, Plan::Small, &plans)
                    .unwrap()
                    .take(&*hand)
                    .unwrap()
                    .0
            );
        }
        assert_eq!(
            allowances
                .of(key, Plan::Standard, &plans)
                .unwrap()
                .take(&*hand)
                .unwrap()
                .1
                .remaining,
            4
        );
        assert!(allowances.of(key, Plan::Large, &plans).is_none());
    }

    #[test]
    fn what_is_unused_makes_room() {
        let hand = Arc::new(Hand::default());
        let (plans, allowances) = (plans(hand.clone()), Allowances::default());
        for n in 0..=MANY {
            let allowance = allowances.of(KeyId(Uuid::from_u128(n as u128)), Plan::Small, &plans);
            if n % 2 == 0 {
                allowance.unwrap().take(&*hand);
            }
        }
        assert_eq!(allowances.0.lock().unwrap().len(), MANY / 2 + 1);
    }
}
