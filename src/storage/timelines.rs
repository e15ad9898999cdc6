//! Policies of communities, kept in memory. Versions never change, so an entry is right whenever its active version is the
//! one that a query has just read: nothing has to be invalidated, and a stale entry cannot decide.

use super::batch::Home;
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
    young: HashMap<Home, Arc<Timeline>>,
    old: HashMap<Home, Arc<Timeline>>,
}

impl Timelines {
    /// The timeline of a community whose active version is the one given.
    pub(crate) fn get(&self, home: Home, active: i32) -> Option<Arc<Timeline>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = |timeline: &&Arc<Timeline>| timeline.active().version == active;
        if let Some(found) = generations.young.get(&home) {
            return Some(found).filter(is_current).map(Arc::clone);
        }
        let found = generations.old.get(&home).filter(is_current).map(Arc::clone)?;
        generations.put(home, Arc::clone(&found));
        Some(found)
    }

    /// Keeps a timeline, unless a later one is kept already.
    pub(crate) fn put(&self, home: Home, timeline: Arc<Timeline>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let version = timeline.active().version;
        let kept = generations
            .young
            .get(&home)
            .or_else(|| generations.old.get(&home));
        if kept.is_none_or(|kept| kept.active().version < version) {
            generations.put(home, timeline);
        }
    }
}

impl Generations {
    fn put(&mut self, home: Home, timeline: Arc<Timeline>) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&home) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(home, timeline);
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

    #[test]
    fn only_the_version_just_read_is_given() {
        let cache = Timelines::default();
        cache.put(home(1), up_to(2));
        assert!(cache.get(home(1), 1).is_none() && cache.get(home(1), 3).is_none());
        assert_eq!(cache.get(home(1), 2).unwrap().active().version, 2);
        cache.put(home(1), up_to(1));
        assert!(
            cache.get(home(1), 2).is_some(),
            "an older one does not replace it"
        );
    }

    #[test]
    fn the_size_is_bounded_and_what_is_asked_for_stays() {
        let cache = Timelines::default();
        cache.put(home(0), up_to(1));
        for n in 1..=3 * GENERATION as u128 {
            cache.put(home(n), up_to(1));
            assert!(cache.get(home(0), 1).is_some());
        }
        let generations = cache.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 2 * GENERATION);
        assert!(!generations.young.contains_key(&home(1)) && !generations.old.contains_key(&home(1)));
    }
}
