//! The scripts: how checks become their arguments, and their numbers verdicts.

use crate::domain::limit::Verdict;
use crate::domain::limit::adaptive::{Adaptive, Signal, Tightness};
use crate::nodes::{Call, Known};
use crate::ports::limiter::{Check, Demand, Tight};

/// Decides checks.
pub(super) static CHECK: Known = Known::new(CHECK_CODE, || Known::hash(CHECK_CODE));
const CHECK_CODE: &str = concat!(include_str!("common.lua"), include_str!("check.lua"));
/// Takes a signal.
pub(super) static SIGNAL: Known = Known::new(SIGNAL_CODE, || Known::hash(SIGNAL_CODE));
const SIGNAL_CODE: &str = concat!(include_str!("common.lua"), include_str!("signal.lua"));

/// A call at a moment of a test's, or by the server's clock.
pub(super) fn at(now: Option<u64>) -> Call {
    let mut call = Call::default();
    match now {
        Some(now) => call.number(now),
        None => call.word(""),
    }
    call
}

/// Adds a check, under a prefix that keeps our keys apart from others'.
pub(super) fn add_check(call: &mut Call, prefix: &str, check: &Check) {
    call.number(check.demands.len());
    call.number(u8::from(check.peek));
    for demand in &check.demands {
        add_demand(call, prefix, demand);
    }
}

fn add_demand(call: &mut Call, prefix: &str, demand: &Demand) {
    call.key(prefix, &demand.key);
    let rate = demand.rate;
    let mut letter = [0; 4];
    call.word(rate.algorithm().letter().encode_utf8(&mut letter));
    call.number(rate.capacity());
    call.number(rate.period());
    call.number(rate.size());
    call.number(demand.cost);
    match &demand.adaptive {
        Some((adaptive, key)) => {
            call.key(prefix, key);
            call.number(1);
            add_adaptive(call, adaptive);
        }
        None => call.number(0),
    }
}

/// Adds a signal.
pub(super) fn add_signal(
    call: &mut Call,
    (prefix, key): (&str, &str),
    adaptive: &Adaptive,
    signal: Option<Signal>,
) {
    call.key(prefix, key);
    call.number(adaptive.ceiling);
    add_adaptive(call, adaptive);
    let (name, lasts) = match signal {
        None => ("", 0),
        Some(Signal::Calm) => ("calm", 0),
        Some(Signal::Raid(lasts)) => ("raid", lasts),
        Some(Signal::Throttled(lasts)) => ("throttled", lasts),
    };
    call.word(name);
    call.number(lasts);
}

fn add_adaptive(call: &mut Call, adaptive: &Adaptive) {
    call.number(adaptive.floor);
    call.number(adaptive.tighten);
    call.number(adaptive.recover);
    call.number(adaptive.every);
    call.number(adaptive.denials.unwrap_or(0));
    call.number(adaptive.min_checks);
}

/// The verdicts of one check, from the numbers of a call. `None` when the numbers are not a script's.
pub(super) fn verdicts(check: &Check, numbers: &mut impl Iterator<Item = i64>) -> Option<Vec<Verdict>> {
    let mut verdict = || {
        let allowed = numbers.next()? == 1;
        let limit = u32::try_from(numbers.next()?).ok()?;
        let remaining = u32::try_from(numbers.next()?).ok()?;
        let retry_after = u64::try_from(numbers.next()?).ok();
        let reset_after = u64::try_from(numbers.next()?).ok()?;
        Some(Verdict {
            allowed,
            limit,
            remaining,
            retry_after,
            reset_after,
        })
    };
    check.demands.iter().map(|_| verdict()).collect()
}

/// How tight a limit is, from the numbers of a call.
pub(super) fn tight(numbers: &[i64]) -> Option<Tight> {
    let long = |place: usize| u64::try_from(*numbers.get(place)?).ok();
    let short = |place: usize| u32::try_from(*numbers.get(place)?).ok();
    Some(Tight {
        now: long(0)?,
        tightness: Tightness {
            capacity: short(1)?,
            since: long(2)?,
            raid_until: long(3)?,
            held_until: long(4)?,
            counted_since: long(5)?,
            checks: short(6)?,
            denied: short(7)?,
        },
    })
}
