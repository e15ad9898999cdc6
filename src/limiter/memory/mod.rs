//! Counters in this process: keys spread over shards, each behind a lock of its own, bounded in number, and gone once they are idle.

use self::shard::{Kept, Shard};
use crate::domain::limit::adaptive::{Adaptive, Signal, Tightness};
use crate::domain::limit::check::{self, decide};
use crate::domain::limit::{State, Verdict};
use crate::ports::clock::Ticks;
use crate::ports::limiter::{Answer, Check, CountedBy, Demand, Limiter, Tight, Unreachable};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod shard;

/// How many shards there are. Threads meet in one of them only as often as they ask at the same time.
const SHARDS: usize = 64;
/// How many keys are looked at under a lock that nobody waits for long.
const PORTION: usize = 512;

/// Counters in this process.
pub struct Memory {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    ticks: Arc<dyn Ticks>,
    by: CountedBy,
}

/// How much is kept at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Keys.
    pub keys: usize,
    /// Keys that were forgotten before their time since the last look, because there were too many.
    pub evicted: u64,
}

/// Where a key is: its hash, which also says which shard.
#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    shard: usize,
}

type Locked<'l> = BTreeMap<usize, MutexGuard<'l, Shard>>;

impl Memory {
    /// Room for about `most` keys; of a log, eight entries count as another key. When there are more, those are forgotten that would
    /// be idle soonest.
    #[must_use]
    pub fn new(most: usize, ticks: Arc<dyn Ticks>) -> Self {
        Self::counting(most, ticks, CountedBy::Memory)
    }

    /// The same for a process that counts for itself while it cannot reach the counters that it shares.
    #[must_use]
    pub fn local(most: usize, ticks: Arc<dyn Ticks>) -> Self {
        Self::counting(most, ticks, CountedBy::Local)
    }

    fn counting(most: usize, ticks: Arc<dyn Ticks>, by: CountedBy) -> Self {
        let each = most.div_ceil(SHARDS).max(1);
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(Shard::new(each))).collect(),
            hasher: RandomState::new(),
            ticks,
            by,
        }
    }

    /// Decides one check.
    #[must_use]
    pub fn decide(&self, check: &Check) -> Answer {
        let verdicts = match check.demands.as_slice() {
            [only] if only.adaptive.is_none() && !check.peek => self.decide_one(only),
            _ => self.decide_several(check),
        };
        Answer {
            verdicts,
            by: self.by,
        }
    }

    /// What most checks are: one limit, which does not adapt. The time is read under the lock, here and elsewhere: read before, it could lie
    /// behind what another thread has written meanwhile, as if the clock had been set back, and the same millisecond would give back twice.
    fn decide_one(&self, demand: &Demand) -> Vec<Verdict> {
        let (place, algorithm) = (self.place(&demand.key), demand.rate.algorithm());
        let mut shard = self.lock(place.shard);
        let now = self.ticks.ticks();
        let judge = |state: &mut State| {
            let mut demand = [check::Demand {
                rate: demand.rate,
                cost: demand.cost,
                state,
                adaptive: None,
            }];
            let verdicts = decide(&mut demand, now, false);
            let [demand] = demand;
            (verdicts, demand.idle_after(now))
        };
        let mut verdicts = None;
        shard.edit(place.hash, &demand.key, |kept| {
            let mut state = std::mem::replace(kept, Kept::Spent(State::new(algorithm))).into_spent(algorithm);
            let (judged, idle_after) = judge(&mut state);
            *kept = Kept::Spent(state);
            verdicts = Some(judged);
            now + idle_after
        });
        verdicts.unwrap_or_else(|| {
            let mut state = State::new(algorithm);
            let (judged, idle_after) = judge(&mut state);
            shard.write(place.hash, &demand.key, Kept::Spent(state), now, idle_after);
            judged
        })
    }

    /// All that a check touches is locked at once, in the order of the shards, so that nobody sees half of it.
    fn decide_several(&self, check: &Check) -> Vec<Verdict> {
        let places: Vec<(Place, Option<Place>)> = check
            .demands
            .iter()
            .map(|demand| {
                let adaptive = demand.adaptive.as_ref();
                (self.place(&demand.key), adaptive.map(|(_, key)| self.place(key)))
            })
            .collect();
        let mut locked = self.lock_all(
            places
                .iter()
                .flat_map(|(one, other)| [Some(*one), *other])
                .flatten(),
        );
        let now = self.ticks.ticks();
        let mut kept: Vec<(State, Option<Tightness>)> = check
            .demands
            .iter()
            .zip(&places)
            .map(|(demand, places)| recall(&locked, demand, *places, now))
            .collect();
        let mut demands: Vec<check::Demand<'_>> = check
            .demands
            .iter()
            .zip(&mut kept)
            .map(|(demand, (state, tightness))| check::Demand {
                rate: demand.rate,
                cost: demand.cost,
                state,
                adaptive: demand
                    .adaptive
                    .as_ref()
                    .map(|(rules, _)| *rules)
                    .zip(tightness.as_mut()),
            })
            .collect();
        let verdicts = decide(&mut demands, now, check.peek);
        if check.peek {
            return verdicts;
        }
        let idle: Vec<u64> = demands.iter().map(|demand| demand.idle_after(now)).collect();
        drop(demands);
        for (((demand, (place, adaptive)), (state, tightness)), idle_after) in
            check.demands.iter().zip(places).zip(kept).zip(idle)
        {
            let spent = Kept::Spent(state);
            keep(&mut locked, place, &demand.key, spent, now, idle_after);
            if let (Some((rules, key)), Some(place), Some(tight)) = (&demand.adaptive, adaptive, tightness) {
                let idle_after = tight.reset_after(rules, now);
                keep(&mut locked, place, key, Kept::tight(tight), now, idle_after);
            }
        }
        verdicts
    }

    /// Forgets keys whose time is over, a portion under each lock; to be called from time to time. How much is kept.
    pub fn tidy(&self) -> Load {
        let now = self.ticks.ticks();
        let mut load = Load::default();
        for shard in &self.shards {
            // Where one goes the last one takes its place, so that some are looked at twice.
            let mut left = 2 * shard.lock().unwrap_or_else(PoisonError::into_inner).keys();
            while left > 0 {
                let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                let looked_at = shard.sweep(now, PORTION.min(left));
                if looked_at == 0 {
                    break;
                }
                left = left.saturating_sub(looked_at);
            }
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.shrink();
            load.keys += shard.keys();
            load.evicted += shard.evicted();
        }
        load
    }

    fn place(&self, key: &str) -> Place {
        let hash = self.hasher.hash_one(key);
        // The upper bits choose the shard, the table uses the lower ones.
        let shard = usize::try_from(hash >> 40).unwrap_or(0) % SHARDS;
        Place { hash, shard }
    }

    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard> {
        // The index is below the number of shards.
        self.shards[shard % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_all(&self, places: impl Iterator<Item = Place>) -> Locked<'_> {
        let mut shards: Vec<usize> = places.map(|place| place.shard).collect();
        shards.sort_unstable();
        shards.dedup();
        shards
            .into_iter()
            .map(|shard| (shard, self.lock(shard)))
            .collect()
    }
}

/// Copies of what a demand is about.
fn recall(
    locked: &Locked<'_>,
    demand: &Demand,
    (place, adaptive): (Place, Option<Place>),
    now: u64,
) -> (State, Option<Tightness>) {
    let algorithm = demand.rate.algorithm();
    let spent = read(locked, place, &demand.key).map(|kept| kept.into_spent(algorithm));
    let tightness = demand
        .adaptive
        .as_ref()
        .zip(adaptive)
        .map(|((rules, key), place)| {
            let kept = read(locked, place, key);
            kept.map_or_else(
                || Tightness::new(rules, now),
                |kept| kept.into_tightness(rules, now),
            )
        });
    (spent.unwrap_or_else(|| State::new(algorithm)), tightness)
}

fn read(locked: &Locked<'_>, place: Place, key: &str) -> Option<Kept> {
    locked.get(&place.shard)?.read(place.hash, key).cloned()
}

/// Keeps something under a key, unless it is as good as new.
fn keep(locked: &mut Locked<'_>, place: Place, key: &str, kept: Kept, now: u64, idle_after: u64) {
    if let Some(shard) = locked.get_mut(&place.shard) {
        shard.write(place.hash, key, kept, now, idle_after);
    }
}

#[async_trait]
impl Limiter for Memory {
    fn check_at_once(&self, check: &Check) -> Option<Answer> {
        Some(self.decide(check))
    }

    async fn check(&self, checks: Vec<Check>) -> Vec<Answer> {
        checks.iter().map(|check| self.decide(check)).collect()
    }

    async fn reset(&self, keys: &[String]) -> Result<(), Unreachable> {
        for key in keys {
            let place = self.place(key);
            self.lock(place.shard).forget(place.hash, key);
        }
        Ok(())
    }

    async fn signal(
        &self,
        key: &str,
        adaptive: &Adaptive,
        signal: Option<Signal>,
    ) -> Result<Tight, Unreachable> {
        let place = self.place(key);
        let mut locked = self.lock_all([place].into_iter());
        let now = self.ticks.ticks();
        let kept = read(&locked, place, key);
        let mut tightness = kept.map_or_else(
            || Tightness::new(adaptive, now),
            |kept| kept.into_tightness(adaptive, now),
        );
        tightness.settle(adaptive, now);
        if let Some(signal) = signal {
            tightness.signal(adaptive, now, signal);
            let idle_after = tightness.reset_after(adaptive, now);
            keep(&mut locked, place, key, Kept::tight(tightness), now, idle_after);
        }
        Ok(Tight { tightness, now })
    }
}
