//! The limiter port: may this happen now? Counters that are kept in this process or shared by several.

use crate::domain::limit::Verdict;
use crate::domain::limit::adaptive::{Adaptive, Signal, Tightness};
use crate::domain::limit::named::OnFailure;
use crate::domain::limit::rate::Rate;
use async_trait::async_trait;

/// One limit that a check is to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What is counted, unique among all tenants. Keys of one tenant begin with the same text in braces, `{…}`, which stands nowhere
    /// else at the beginning: a cluster keeps them together.
    pub key: String,
    /// How much within how long.
    pub rate: Rate,
    /// What the check costs here: from 1 to the rate's size.
    pub cost: u32,
    /// What it comes to when nobody can count.
    pub on_failure: OnFailure,
    /// How the limit adapts, and the key of what adapts together.
    pub adaptive: Option<(Adaptive, String)>,
}

/// One check: under every limit, or under none. No two demands have the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The limits, at least one.
    pub demands: Vec<Demand>,
    /// Whether it only looks and spends nothing.
    pub peek: bool,
}

/// Who counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountedBy {
    /// This process, which is the only one.
    Memory,
    /// Redis, for all processes.
    Redis,
    /// This process for itself, because Redis could not be asked.
    Local,
    /// Nobody, because Redis could not be asked: it passes or not, as the limit says.
    Nobody,
}

/// What came of a check: it passes if every verdict allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// One for each demand, in order.
    pub verdicts: Vec<Verdict>,
    /// Who counted.
    pub by: CountedBy,
}

/// How tight a limit is, and the moment by the counters' clock by which its times are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tight {
    /// How tight.
    pub tightness: Tightness,
    /// The moment, in milliseconds.
    pub now: u64,
}

/// The counters cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the counters of the limits cannot be reached: {reason}")]
pub struct Unreachable {
    /// Why.
    pub reason: String,
}

/// The counters.
#[async_trait]
pub trait Limiter: Send + Sync + 'static {
    /// Decides one check without waiting, where nobody else needs to be asked; `None` where somebody does.
    fn check_at_once(&self, _check: &Check) -> Option<Answer> {
        None
    }

    /// Decides checks, each at once and for itself, in order. One answer for each. Never fails: each limit says what is to happen when
    /// nobody can count.
    async fn check(&self, checks: Vec<Check>) -> Vec<Answer>;

    /// Forgets what was spent under keys.
    ///
    /// # Errors
    /// [`Unreachable`]; some keys may be forgotten then.
    async fn reset(&self, keys: &[String]) -> Result<(), Unreachable>;

    /// Tells what adapts together under a key of a signal, or only asks; how tight it is then.
    ///
    /// # Errors
    /// [`Unreachable`].
    async fn signal(
        &self,
        key: &str,
        adaptive: &Adaptive,
        signal: Option<Signal>,
    ) -> Result<Tight, Unreachable>;
}
