//! The scripts: how checks become their arguments, and their numbers verdicts.

use crate::domain::limit::Verdict;
use crate::domain::limit::adaptive::{Adaptive, Signal, Tightness};
use crate::ports::limiter::{Check, Demand, Tight};
use redis::{Cmd, Script};
use std::sync::LazyLock;

/// A script, and the name by which a server knows it once it has run it.
pub(super) struct Known {
    code: &'static str,
    hash: LazyLock<String>,
}

/// Decides checks.
pub(super) static CHECK: Known = Known {
    code: concat!(include_str!("common.lua"), include_str!("check.lua")),
    hash: LazyLock::new(|| Script::new(CHECK.code).get_hash().to_owned()),
};
/// Takes a signal.
pub(super) static SIGNAL: Known = Known {
    code: concat!(include_str!("common.lua"), include_str!("signal.lua")),
    hash: LazyLock::new(|| Script::new(SIGNAL.code).get_hash().to_owned()),
};

/// Keys and arguments of one call.
#[derive(Default)]
pub(super) struct Call {
    keys: Words,
    arguments: Words,
}

/// Many short words in one piece of memory: a call has hundreds.
#[derive(Default)]
struct Words {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Words {
    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.text.push_str(part);
        }
        self.ends.push(self.text.len());
    }

    fn number(&mut self, number: impl itoa::Integer) {
        self.push(&[itoa::Buffer::new().format(number)]);
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .filter_map(|(begin, end)| self.text.get(begin..*end))
    }
}

impl Known {
    /// The call by the script's name, which is short; or with the whole script, for a server that does not know it.
    pub(super) fn command(&self, call: &Call, whole: bool) -> Cmd {
        let mut command = redis::cmd(if whole { "EVAL" } else { "EVALSHA" });
        command.arg(if whole { self.code } else { self.hash.as_str() });
        command.arg(call.keys.ends.len());
        for word in call.keys.iter().chain(call.arguments.iter()) {
            command.arg(word);
        }
        command
    }
}

impl Call {
    /// At a moment of a test's, or by the server's clock.
    pub(super) fn at(now: Option<u64>) -> Self {
        let mut call = Self::default();
        match now {
            Some(now) => call.arguments.number(now),
            None => call.arguments.push(&[""]),
        }
        call
    }

    /// Adds a check, under a prefix that keeps our keys apart from others'.
    pub(super) fn check(&mut self, prefix: &str, check: &Check) {
        self.number(check.demands.len());
        self.number(u8::from(check.peek));
        for demand in &check.demands {
            self.demand(prefix, demand);
        }
    }

    fn demand(&mut self, prefix: &str, demand: &Demand) {
        self.keys.push(&[prefix, &demand.key]);
        let rate = demand.rate;
        let mut letter = [0; 4];
        self.arguments
            .push(&[rate.algorithm().letter().encode_utf8(&mut letter)]);
        self.number(rate.capacity());
        self.number(rate.period());
        self.number(rate.size());
        self.number(demand.cost);
        match &demand.adaptive {
            Some((adaptive, key)) => {
                self.keys.push(&[prefix, key]);
                self.number(1);
                self.adaptive(adaptive);
            }
            None => self.number(0),
        }
    }

    /// Adds a signal.
    pub(super) fn signal(&mut self, key: &str, adaptive: &Adaptive, signal: Option<Signal>) {
        self.keys.push(&[key]);
        self.number(adaptive.ceiling);
        self.adaptive(adaptive);
        let (name, lasts) = match signal {
            None => ("", 0),
            Some(Signal::Calm) => ("calm", 0),
            Some(Signal::Raid(lasts)) => ("raid", lasts),
            Some(Signal::Throttled(lasts)) => ("throttled", lasts),
        };
        self.arguments.push(&[name]);
        self.number(lasts);
    }

    fn adaptive(&mut self, adaptive: &Adaptive) {
        self.number(adaptive.floor);
        self.number(adaptive.tighten);
        self.number(adaptive.recover);
        self.number(adaptive.every);
        self.number(adaptive.denials.unwrap_or(0));
        self.number(adaptive.min_checks);
    }

    fn number(&mut self, number: impl itoa::Integer) {
        self.arguments.number(number);
    }
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
