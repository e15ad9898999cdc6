//! A limit as answers tell of it in their headers.

use crate::domain::limit::{Rate, Verdict};
use std::sync::Arc;

/// A limit as answers tell of it in their headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Its name.
    pub name: Arc<str>,
    /// How much within a period.
    pub capacity: u32,
    /// The period in seconds.
    pub period: u64,
    /// What is left.
    pub remaining: u32,
    /// After how many milliseconds there is more: when to come back after a denial, else when all of it is back.
    pub more_after: u64,
}

impl Quota {
    /// What a verdict under a rate comes to.
    #[must_use]
    pub fn of(name: &Arc<str>, rate: Rate, verdict: &Verdict) -> Self {
        Self {
            name: name.clone(),
            capacity: rate.capacity(),
            period: rate.period() / 1_000,
            remaining: verdict.remaining,
            more_after: verdict.retry_after.unwrap_or(verdict.reset_after),
        }
    }
}
