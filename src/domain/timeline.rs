//! The versions of a community's policy over time: which one is in force at a moment.

use super::policy::{Model, Policy};
use super::time::Instant;
use std::sync::Arc;

/// One version of a community's policy and when it comes into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// 1, 2, 3 … in the community.
    pub version: i32,
    /// From this moment on it judges.
    pub activated_at: Instant,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// All versions of a community's policy that were, are or will be in force, oldest first. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    earlier: Vec<PolicyVersion>,
    newest: PolicyVersion,
}

impl Timeline {
    /// From versions in any order.
    ///
    /// Returns `None` when there is none, because a community always has a policy.
    #[must_use]
    pub fn new(mut versions: Vec<PolicyVersion>) -> Option<Self> {
        versions.sort_by_key(|v| v.version);
        let newest = versions.pop()?;
        Some(Self {
            earlier: versions,
            newest,
        })
    }

    /// Of one version alone.
    #[must_use]
    pub const fn of(version: PolicyVersion) -> Self {
        Self {
            earlier: Vec::new(),
            newest: version,
        }
    }

    /// The newest version, which may be still to come into force.
    #[must_use]
    pub fn newest(&self) -> &PolicyVersion {
        &self.newest
    }

    /// A version by its number.
    #[must_use]
    pub fn version(&self, version: i32) -> Option<&PolicyVersion> {
        self.versions().find(|v| v.version == version)
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &PolicyVersion> {
        self.earlier.iter().chain(std::iter::once(&self.newest))
    }

    /// The version in force at a moment: the last that had come into force, or the first.
    #[must_use]
    pub fn in_force(&self, at: Instant) -> &PolicyVersion {
        let first = self.earlier.first().unwrap_or(&self.newest);
        self.versions()
            .rev()
            .find(|v| v.activated_at <= at)
            .unwrap_or(first)
    }

    /// The version that judged a case of some moment.
    #[must_use]
    pub fn judged(&self, version: i32, at: Instant) -> &PolicyVersion {
        self.version(version).unwrap_or_else(|| self.in_force(at))
    }

    /// Whether decisions under some version look back further than a member's state.
    #[must_use]
    pub fn looks_back(&self) -> bool {
        self.versions()
            .any(|v| v.policy.decay.model() == Model::Expiry || !v.policy.offence_rungs.is_empty())
    }

    /// Cuts `[from, to)` at the moments at which another version came into force, each piece with its rules.
    #[must_use]
    pub fn stretches(&self, from: Instant, to: Instant) -> Vec<(Instant, Instant, &Policy)> {
        let mut cuts: Vec<Instant> = self
            .versions()
            .map(|v| v.activated_at)
            .filter(|at| from < *at && *at < to)
            .collect();
        cuts.push(to);
        cuts.dedup();
        let mut start = from;
        let mut pieces = Vec::with_capacity(cuts.len());
        for end in cuts {
            if start < end {
                pieces.push((start, end, &*self.in_force(start).policy));
                start = end;
            }
        }
        pieces
    }
}
