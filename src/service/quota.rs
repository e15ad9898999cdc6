//! A limit as answers tell of it in their headers.

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
