//! Policies of communities, kept in memory. Versions never change, so an entry is right whenever the versions that it is about
//! are the ones that a query has just read: nothing has to be invalidated, and a stale entry cannot decide.

use super::batch::Home;
use super::schedule::Held;
use crate::domain::timeline::Timeline;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many communities are kept in each of the two generations.
const GENERATION: usize = 4_096;

/// The cache. What was not asked for during a whole generation is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Home, Entry>,
    old: HashMap<Home, Entry>,
}

/// A timeline, and what the community's row said when it was read.
type Entry = (Held, Arc<Timeline>);

impl Timelines {
    /// The timeline of a community whose row says this.
    pub(crate) fn get(&self, home: Home, held: Held) -> Option<Arc<Timeline>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = |entry: &&Entry| entry.0 == held;
        if let Some(found) = generations.young.get(&home) {
            return Some(found)
                .filter(is_current)
                .map(|(_, timeline)| Arc::clone(timeline));
        }
        let found = generations.old.get(&home).filter(is_current).cloned()?;
        let timeline = Arc::clone(&found.1);
        generations.put(home, found);
        Some(timeline)
    }

    /// Keeps a timeline, unless one that ends with a later version is kept already.
    pub(crate) fn put(&self, home: Home, held: Held, timeline: Arc<Timeline>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = generations
            .young
            .get(&home)
            .or_else(|| generations.old.get(&home));
        if kept.is_none_or(|(kept, _)| kept.active <= held.active) {
            generations.put(home, (held, timeline));
        }
    }
}

impl Generations {
    fn put(&mut self, home: Home, entry: Entry) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&home) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(home, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{CommunityId, TenantId};
    use crate::domain::policy::Policy;
    use crate::domain::time::Instant;
    use crate::domain::timeline::PolicyVersion;
    use uuid::Uuid;

    fn home(n: u128) -> Home {
        (TenantId(Uuid::from_u128(1)), CommunityId(Uuid::from_u128(n)))
    }

    fn up_to(version: i32) -> Arc<Timeline> {
        let versions = (1..=version).map(|version| PolicyVersion {
            version,
            activated_at: Instant::new(i64::from(version)).unwrap(),
            policy: Arc::new(Policy::default()),
        });
        Arc::new(Timeline::new(versions.collect()).unwrap())
    }

    fn held(active: i32, scheduled: Option<i32>) -> Held {
        let scheduled = scheduled.map(|version| (version, Instant::new(100).unwrap()));
        Held { active, scheduled }
    }

    #[test]
    fn only_the_versions_just_read_are_given() {
        let cache = Timelines::default();
        cache.put(home(1), held(2, None), up_to(2));
        for other in [held(1, None), held(3, None), held(2, Some(3))] {
            assert!(cache.get(home(1), other).is_none(), "{other:?}");
        }
        assert_eq!(cache.get(home(1), held(2, None)).unwrap().newest().version, 2);
        cache.put(home(1), held(1, None), up_to(1));
        assert!(
            cache.get(home(1), held(2, None)).is_some(),
            "an older one does not replace it"
        );
        cache.put(home(1), held(2, Some(3)), up_to(3));
        assert!(cache.get(home(1), held(2, None)).is_none(), "one more is to come");
        cache.put(home(1), held(2, None), up_to(2));
        assert!(cache.get(home(1), held(2, None)).is_some(), "it was withdrawn");
    }

    #[test]
    fn the_size_is_bounded_and_what_is_asked_for_stays() {
        let cache = Timelines::default();
        cache.put(home(0), held(1, None), up_to(1));
        for n in 1..=3 * GENERATION as u128 {
            cache.put(home(n), held(1, None), up_to(1));
            assert!(cache.get(home(0), held(1, None)).is_some());
        }
        let generations = cache.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 2 * GENERATION);
        assert!(!generations.young.contains_key(&home(1)) && !generations.old.contains_key(&home(1)));
    }
}
