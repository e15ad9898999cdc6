//! What a relay that follows a stream has in hand. Nothing says whether it still reads, so this goes by what it reports: one that lets its leases run
//! out is given less each time, down to one at a time, until it reports again.

use crate::domain::directive::Directive;
use crate::domain::id::{DirectiveId, LeaseId};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// How many directives a relay has in hand at most.
const MOST: u32 = 100;

/// What a relay has in hand.
#[derive(Debug)]
pub(super) struct Hand {
    /// Under which lease each was given, and when that is over.
    held: BTreeMap<DirectiveId, (LeaseId, Instant)>,
    most: u32,
}

impl Default for Hand {
    fn default() -> Self {
        Self {
            held: BTreeMap::new(),
            most: MOST,
        }
    }
}

impl Hand {
    /// How many more it may be given.
    pub(super) fn room(&self) -> u32 {
        let held = u32::try_from(self.held.len()).unwrap_or(u32::MAX);
        self.most.saturating_sub(held)
    }

    /// Whether it is time to look what became of what it was given: there is no room for as many as are wanted, or a lease is over.
    pub(super) fn is_to_be_looked_at(&self, wanted: u32, now: Instant) -> bool {
        self.room() < wanted.min(self.most) || self.held.values().any(|(_, until)| *until <= now)
    }

    /// Which they are.
    pub(super) fn ids(&self) -> Vec<DirectiveId> {
        self.held.keys().copied().collect()
    }

    /// Takes in some more.
    pub(super) fn take(&mut self, given: &[Directive], until: Instant) {
        let given = given.iter();
        let leased = given.filter_map(|directive| Some((directive.id, (directive.lease?, until))));
        self.held.extend(leased);
    }

    /// Goes by under which leases directives are in somebody's hands now: of one that is in nobody's something was reported, or nothing is to be done
    /// any more.
    pub(super) fn look(&mut self, now_held: &[(DirectiveId, LeaseId)], now: Instant) {
        let now_held: BTreeMap<_, _> = now_held.iter().copied().collect();
        let (mut reported, mut let_go) = (false, false);
        self.held.retain(|id, (lease, until)| match now_held.get(id) {
            None => {
                reported = true;
                false
            }
            Some(by) if by == lease && now < *until => true,
            Some(_) => {
                let_go = true;
                false
            }
        });
        if reported {
            self.most = MOST;
        } else if let_go {
            self.most = (self.most / 2).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const LEASE: LeaseId = LeaseId(Uuid::from_u128(1));

    /// A relay that was given so many, under a lease of ten seconds.
    fn with(count: u128, now: Instant) -> Hand {
        let mut hand = Hand::default();
        let held = (0..count).map(|n| {
            (
                DirectiveId(Uuid::from_u128(n)),
                (LEASE, now + Duration::from_secs(10)),
            )
        });
        hand.held.extend(held);
        hand
    }

    fn all(hand: &Hand) -> Vec<(DirectiveId, LeaseId)> {
        hand.ids().into_iter().map(|id| (id, LEASE)).collect()
    }

    #[test]
    fn hands_are_full_until_something_is_reported() {
        let now = Instant::now();
        let mut hand = with(100, now);
        assert!(hand.room() == 0 && hand.is_to_be_looked_at(20, now));
        let held = all(&hand);
        hand.look(&held, now);
        assert_eq!(hand.room(), 0);
        hand.look(&held[30..], now);
        assert!(hand.room() == 30 && !hand.is_to_be_looked_at(20, now));
        assert!(hand.is_to_be_looked_at(20, now + Duration::from_secs(10)));
    }

    #[test]
    fn who_lets_leases_run_out_is_given_less_until_something_is_reported() {
        let (now, over) = (Instant::now(), Instant::now() + Duration::from_secs(11));
        let mut hand = with(3, now);
        for room in [50, 25, 12, 6, 3, 1, 1] {
            let held = all(&hand);
            hand.look(&held, over);
            assert_eq!(hand.room(), room);
            hand.held = with(1, now).held;
        }
        hand.look(&[], now);
        assert_eq!(hand.room(), MOST);
        let mut lost = with(1, now);
        let others = vec![(lost.ids()[0], LeaseId(Uuid::from_u128(2)))];
        lost.look(&others, now);
        assert_eq!(lost.room(), 50, "somebody else has it");
    }
}
