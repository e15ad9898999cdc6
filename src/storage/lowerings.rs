//! Balances that a remedy lowered all at once, apart from any SQL: what is stored, and what is true.
//!
//! A remedy in a history whose points never drain would have to write every later state anew, only to lower each balance by the
//! same amount. That amount is noted once instead, and taken off whenever one of those states is read. Whoever writes one of
//! them puts it on again.

use super::batch::mark;
use super::seams::Rewritten;
use crate::domain::act::Entry;
use crate::domain::member::Member;
use crate::domain::points::Points;
use std::borrow::Cow;

/// A stretch of a history.
#[derive(Default)]
pub(crate) struct Stretch {
    /// The entries, as they are.
    pub(crate) entries: Vec<Entry>,
    /// By how much each of them was lowered after it had been written.
    lowered: Vec<Points>,
}

impl Stretch {
    pub(crate) fn of(read: Vec<(Entry, Points)>) -> Self {
        let (entries, lowered) = read.into_iter().unzip();
        Self { entries, lowered }
    }

    /// What has to be written so that the states of some of the entries are these, in their order.
    pub(crate) fn rewritten<'a>(&self, states: &'a [(i64, Member)]) -> Vec<Rewritten<'a>> {
        let mut rows = Vec::with_capacity(states.len());
        let mut entries = self.entries.iter().zip(&self.lowered);
        for (number, state) in states {
            let found = entries.find(|(entry, _)| entry.case.number == *number);
            let mark = found.and_then(|(entry, _)| mark(&entry.case, Some(state)));
            let lowered = found.map_or(Points::ZERO, |(_, lowered)| *lowered);
            rows.push((*number, raised(state, lowered), mark));
        }
        rows
    }
}

/// A state as it is, of one as it is stored.
pub(crate) fn lower(state: &mut Member, by: Points) {
    state.ledger.balance = state.ledger.balance.minus(by);
}

fn raised(state: &Member, by: Points) -> Cow<'_, Member> {
    if by == Points::ZERO {
        return Cow::Borrowed(state);
    }
    let mut raised = state.clone();
    raised.ledger.balance = raised.ledger.balance.plus(by);
    Cow::Owned(raised)
}
