//! A limit that adapts: signals tighten it by a factor, time gives back a fixed amount, between a floor and a ceiling.

use serde::{Deserialize, Serialize};

/// The longest raid, and the longest time for which a platform's word keeps everything back, in milliseconds: a day.
pub const LONGEST_SIGNAL: u64 = 86_400_000;
/// The longest step of a recovery in milliseconds: a day.
pub const LONGEST_STEP: u64 = 86_400_000;

/// How a limit adapts. The ceiling is the limit's own capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adaptive {
    /// The least capacity.
    pub floor: u32,
    /// The greatest.
    pub ceiling: u32,
    /// What a signal leaves of the capacity, in thousandths.
    pub tighten: u32,
    /// How much capacity each step of time gives back.
    pub recover: u32,
    /// How long a step is, and how long denials are counted, in milliseconds.
    pub every: u64,
    /// The share of checks, in thousandths, that are denied within a step for it to count as a signal; `None` for never.
    pub denials: Option<u32>,
    /// How many checks there must be within a step before their denials count.
    pub min_checks: u32,
}

/// What tells a limit to tighten or to let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A raid goes on, for so many milliseconds at most: tightens once, and nothing recovers until it is over.
    Raid(u64),
    /// The raid is over.
    Calm,
    /// The platform refused a call, and told to come back after so many milliseconds: tightens, and nothing passes until then.
    /// While something keeps everything back already, it only goes on for longer.
    Throttled(u64),
}

/// How tight a limit is at the moment. That of a limit which no signal ever met is [`Tightness::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tightness {
    /// The capacity.
    pub capacity: u32,
    /// Since when it recovers.
    pub since: u64,
    /// Until when a raid keeps it from recovering.
    pub raid_until: u64,
    /// Until when nothing passes.
    pub held_until: u64,
    /// Since when checks are counted.
    pub counted_since: u64,
    /// How many there were.
    pub checks: u32,
    /// How many of them were denied.
    pub denied: u32,
}

impl Tightness {
    /// Nothing has happened yet.
    #[must_use]
    pub const fn new(adaptive: &Adaptive, now: u64) -> Self {
        Self {
            capacity: adaptive.ceiling,
            since: now,
            raid_until: 0,
            held_until: 0,
            counted_since: now,
            checks: 0,
            denied: 0,
        }
    }

    /// Brings it to a moment: what has recovered by then. Where the clock was set back, time goes on from here.
    pub fn settle(&mut self, adaptive: &Adaptive, now: u64) {
        self.capacity = self.capacity.clamp(adaptive.floor, adaptive.ceiling);
        let before = self.raid_until.max(self.held_until).min(now + LONGEST_SIGNAL);
        // What is over is forgotten, so that one to which nothing happens any more is as one to which nothing ever did.
        let ahead = |until: u64| {
            if until > now {
                until.min(now + LONGEST_SIGNAL)
            } else {
                0
            }
        };
        (self.raid_until, self.held_until) = (ahead(self.raid_until), ahead(self.held_until));
        let from = self.since.min(now).max(before);
        let steps = now.saturating_sub(from) / adaptive.every;
        self.since = from + steps * adaptive.every;
        let back = steps.saturating_mul(u64::from(adaptive.recover));
        let missing = adaptive.ceiling - self.capacity;
        self.capacity += u32::try_from(back).unwrap_or(missing).min(missing);
        if self.capacity == adaptive.ceiling {
            self.since = now.max(self.raid_until).max(self.held_until);
        }
        if self.checks == 0 || self.counted_since > now || now - self.counted_since >= adaptive.every {
            (self.counted_since, self.checks, self.denied) = (now, 0, 0);
        }
    }

    /// How much longer nothing passes.
    #[must_use]
    pub const fn held_for(&self, now: u64) -> u64 {
        self.held_until.saturating_sub(now)
    }

    /// How much longer a raid goes on.
    #[must_use]
    pub const fn raid_for(&self, now: u64) -> u64 {
        self.raid_until.saturating_sub(now)
    }

    /// Notes how a check went, and tightens when too many were denied. Whether it did.
    pub fn note(&mut self, adaptive: &Adaptive, now: u64, allowed: bool) -> bool {
        self.checks += 1;
        self.denied += u32::from(!allowed);
        let too_many =
            |share: u32| u64::from(self.denied) * 1_000 >= u64::from(self.checks) * u64::from(share);
        let tightens =
            !allowed && self.checks >= adaptive.min_checks && adaptive.denials.is_some_and(too_many);
        if tightens {
            self.tighten(adaptive, now);
            (self.counted_since, self.checks, self.denied) = (now, 0, 0);
        }
        tightens
    }

    /// Takes a signal.
    pub fn signal(&mut self, adaptive: &Adaptive, now: u64, signal: Signal) {
        match signal {
            Signal::Raid(lasts) => {
                if self.raid_for(now) == 0 {
                    self.tighten(adaptive, now);
                }
                self.raid_until = now + lasts;
                self.since = self.since.max(self.raid_until);
            }
            Signal::Calm => {
                self.raid_until = 0;
                self.since = now.max(self.held_until);
            }
            Signal::Throttled(wait) => {
                if self.held_for(now) == 0 {
                    self.tighten(adaptive, now);
                }
                self.held_until = self.held_until.max(now + wait);
                self.since = self.since.max(self.held_until);
            }
        }
    }

    /// Less by the factor, and recovering from now on.
    fn tighten(&mut self, adaptive: &Adaptive, now: u64) {
        let left = u64::from(self.capacity) * u64::from(adaptive.tighten) / 1_000;
        self.capacity = u32::try_from(left)
            .unwrap_or(adaptive.ceiling)
            .max(adaptive.floor);
        self.since = now.max(self.raid_until).max(self.held_until);
    }

    /// After how many milliseconds it is as good as new, if nothing comes.
    #[must_use]
    pub fn reset_after(&self, adaptive: &Adaptive, now: u64) -> u64 {
        let missing = u64::from(adaptive.ceiling.saturating_sub(self.capacity));
        let steps = missing.div_ceil(u64::from(adaptive.recover));
        let recovered = if steps == 0 {
            self.raid_until.max(self.held_until)
        } else {
            self.since + steps * adaptive.every
        };
        let counted = if self.checks > 0 {
            self.counted_since + adaptive.every
        } else {
            0
        };
        recovered.max(counted).saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADAPTIVE: Adaptive = Adaptive {
        floor: 10,
        ceiling: 100,
        tighten: 500,
        recover: 5,
        every: 1_000,
        denials: Some(500),
        min_checks: 4,
    };

    fn at(tightness: &mut Tightness, now: u64) -> u32 {
        tightness.settle(&ADAPTIVE, now);
        tightness.capacity
    }

    #[test]
    fn it_tightens_by_a_factor_and_recovers_by_steps() {
        let mut it = Tightness::new(&ADAPTIVE, 0);
        it.signal(&ADAPTIVE, 0, Signal::Throttled(500));
        assert_eq!((at(&mut it, 0), it.held_for(0)), (50, 500));
        // The platform says so again for the calls that were under way: no tighter, only longer.
        it.signal(&ADAPTIVE, 100, Signal::Throttled(900));
        assert_eq!((at(&mut it, 100), it.held_for(100)), (50, 900));
        assert_eq!(at(&mut it, 1_999), 50);
        assert_eq!(at(&mut it, 2_000), 55);
        assert_eq!(at(&mut it, 4_500), 65);
        assert_eq!(it.reset_after(&ADAPTIVE, 4_500), 6_500);
        assert_eq!(at(&mut it, 10_999), 95);
        assert_eq!(at(&mut it, 11_000), 100);
        assert_eq!(it.reset_after(&ADAPTIVE, 11_000), 0);
    }

    #[test]
    fn a_raid_tightens_once_and_keeps_it_tight() {
        let mut it = Tightness::new(&ADAPTIVE, 0);
        it.signal(&ADAPTIVE, 0, Signal::Raid(10_000));
        it.signal(&ADAPTIVE, 5_000, Signal::Raid(10_000));
        assert_eq!(at(&mut it, 15_999), 50);
        assert_eq!(at(&mut it, 16_000), 55);
        it.signal(&ADAPTIVE, 16_000, Signal::Raid(10_000));
        assert_eq!(at(&mut it, 17_000), 27);
        it.signal(&ADAPTIVE, 17_000, Signal::Calm);
        assert_eq!(at(&mut it, 18_000), 32);
    }

    #[test]
    fn denials_tighten_it_down_to_the_floor() {
        let mut it = Tightness::new(&ADAPTIVE, 0);
        for (allowed, tightened) in [(true, false), (true, false), (false, false), (false, true)] {
            assert_eq!(it.note(&ADAPTIVE, 0, allowed), tightened);
        }
        for _ in 0..40 {
            it.note(&ADAPTIVE, 0, false);
        }
        assert_eq!(it.capacity, 10);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_nothing_back() {
        let mut it = Tightness::new(&ADAPTIVE, 50_000);
        it.signal(&ADAPTIVE, 50_000, Signal::Throttled(0));
        assert_eq!(at(&mut it, 10_000), 50);
        assert_eq!(at(&mut it, 50_999), 50);
    }
}
