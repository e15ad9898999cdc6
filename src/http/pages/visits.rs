//! How often pages are asked for, by address and by link. Each process counts for itself: it is this process that is to be kept from too much, and a
//! member from somebody who tries out what their link takes.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::domain::id::AppealLinkId;
use crate::domain::limit::{Algorithm, Rate, State};

/// Requests of an address within a minute, whatever link they show.
const BY_ADDRESS: u32 = 120;
/// Requests for one link within a minute.
const BY_LINK: u32 = 60;
/// Forms that are sent by one link within ten minutes.
const FORMS: u32 = 20;
/// A minute in milliseconds.
const MINUTE: i64 = 60_000;
/// Above how many keys those are forgotten that have everything left.
const MANY: usize = 10_000;

/// What was asked for lately.
pub struct Visits {
    began: Instant,
    addresses: Counted<IpAddr>,
    links: Counted<AppealLinkId>,
    forms: Counted<AppealLinkId>,
}

/// That somebody asks too often, and for how many seconds they should wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooOften(pub(super) u64);

impl Default for Visits {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            addresses: Counted::new(BY_ADDRESS, MINUTE),
            links: Counted::new(BY_LINK, MINUTE),
            forms: Counted::new(FORMS, 10 * MINUTE),
        }
    }
}

impl Visits {
    /// Somebody comes.
    pub(super) fn by(&self, address: IpAddr) -> Result<(), TooOften> {
        self.addresses.take(address, self.now())
    }

    /// They show a link that is good.
    pub(super) fn with(&self, link: AppealLinkId) -> Result<(), TooOften> {
        self.links.take(link, self.now())
    }

    /// They send a form.
    pub(super) fn sends(&self, link: AppealLinkId) -> Result<(), TooOften> {
        self.forms.take(link, self.now())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What keys have spent of a rate.
struct Counted<K> {
    rate: Option<Rate>,
    spent: Mutex<HashMap<K, State>>,
}

impl<K: Eq + Hash> Counted<K> {
    fn new(capacity: u32, period: i64) -> Self {
        Self {
            // Within a rate's bounds, so there always is one.
            rate: Rate::new(Algorithm::TokenBucket, capacity.into(), period, None).ok(),
            spent: Mutex::default(),
        }
    }

    fn take(&self, key: K, now: u64) -> Result<(), TooOften> {
        let Some(rate) = self.rate else { return Ok(()) };
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= MANY && !spent.contains_key(&key) {
            spent.retain(|_, state| state.reset_after(rate, now) > 0);
        }
        let state = spent
            .entry(key)
            .or_insert_with(|| State::new(Algorithm::TokenBucket));
        state.settle(rate, now);
        let verdict = state.look(rate, now, 1);
        if verdict.allowed {
            state.spend(rate, now, 1);
            return Ok(());
        }
        Err(TooOften(verdict.retry_after.unwrap_or(1_000).div_ceil(1_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_and_it_comes_back() {
        let counted = Counted::new(2, MINUTE);
        assert!(counted.take(1, 0).is_ok() && counted.take(1, 0).is_ok());
        let TooOften(wait) = counted.take(1, 0).unwrap_err();
        assert_eq!(wait, 30);
        assert!(counted.take(2, 0).is_ok());
        assert!(counted.take(1, wait * 1_000).is_ok());
    }

    #[test]
    fn idle_keys_are_forgotten_when_there_are_many() {
        let counted = Counted::new(2, MINUTE);
        for key in 0..MANY {
            counted.take(key, 0).unwrap();
        }
        counted.take(MANY, 120_000).unwrap();
        assert_eq!(counted.spent.lock().unwrap().len(), 1);
    }
}
