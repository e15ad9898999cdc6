//! Jobs, apart from any SQL: what their columns hold, and results that lie in two tables put together.

use super::codec::Place;
use crate::domain::job::{Job, JobFailure, JobKind, JobState};
use crate::ports::error::StoreError;
use crate::ports::jobs::ItemResult;

/// The columns of words.
pub(crate) struct Words {
    pub(crate) kind: JobKind,
    pub(crate) state: JobState,
    pub(crate) failure: Option<JobFailure>,
}

impl Words {
    /// Reads them.
    pub(crate) fn read(
        place: &Place<'_>,
        kind: &str,
        state: &str,
        failure: Option<&str>,
    ) -> Result<Self, StoreError> {
        let unknown = |column, name: &str| place.corrupt(column, format!("nothing is called {name:?}"));
        let failure = failure.map(|name| JobFailure::named(name).ok_or_else(|| unknown("failure", name)));
        Ok(Self {
            kind: JobKind::named(kind).ok_or_else(|| unknown("kind", kind))?,
            state: JobState::named(state).ok_or_else(|| unknown("state", state))?,
            failure: failure.transpose()?,
        })
    }
}

/// The item that a key of its own belongs to.
pub(crate) fn item_of(place: &Place<'_>, key: &str) -> Result<i64, StoreError> {
    Job::item_of(key).ok_or_else(|| place.corrupt("key", "it belongs to no item"))
}

/// A page of what was done and a page of what was refused as one page, in the order of the items. Should an item be in both,
/// because two worked on it, it was done.
pub(crate) fn merged(done: Vec<ItemResult>, refused: Vec<ItemResult>, limit: u32) -> Vec<ItemResult> {
    let mut all = done;
    all.extend(refused);
    all.sort_by_key(|result| (result.item, !result.done));
    all.dedup_by_key(|result| result.item);
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_and_what_was_refused_is_one_list() {
        let result = |item, done| ItemResult {
            item,
            done,
            held: false,
            document: String::new(),
        };
        let all = merged(
            vec![result(0, true), result(3, true)],
            vec![result(1, false), result(3, false), result(4, false)],
            3,
        );
        assert_eq!(all, [result(0, true), result(1, false), result(3, true)]);
    }
}
