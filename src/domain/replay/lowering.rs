//! Where all that a remedy changes from a case on is that the balance is lower, by the same amount until now.
//!
//! In a history whose points never drain, each later state comes out differently, however long the history is, and each in the
//! same way. The amount is noted once then, and the states are not written anew. That holds as long as the lower balance cannot
//! have come near any rung, nor to nothing: points fall no faster than the policies say, so a balance that is high enough to
//! begin with proves it for all entries to come, without a look at any of them.

use super::super::case::Case;
use super::super::member::Member;
use super::super::points::Points;
use super::super::policy::{Decay, Model, Policy};
use super::super::time::Instant;
use super::Replay;

/// The balance after every recorded case behind a place is lower by so much; all else about the states stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lowering {
    /// The place: the moment and the number of the last case whose state was written anew.
    pub after: (Instant, i64),
    /// By how much.
    pub points: Points,
}

impl Replay {
    /// The amount by which everything after a case is lower, if that is all. The states are those of the replay and of the record
    /// after the case.
    pub(super) fn lowering(&self, case: &Case, recorded: &Member) -> Option<Lowering> {
        let (balance, was) = (self.state.ledger.balance, recorded.ledger.balance);
        if self.joined_later || was <= balance || !self.keeps_away(balance, case.at) {
            return None;
        }
        let mut raised = self.state.clone();
        raised.ledger.balance = was;
        raised.is_like(recorded).then_some(Lowering {
            after: (case.at, case.number),
            points: was.minus(balance),
        })
    }

    /// Whether a balance of some moment cannot have come down to a rung until now under any version of the policy, and whether it
    /// tells nothing of the ends of sanctions.
    fn keeps_away(&self, balance: Points, at: Instant) -> bool {
        let mut highest = Points::ZERO;
        for version in self.timeline.versions() {
            let policy = &version.policy;
            let model = policy.decay.model();
            if model != self.state.ledger.model || model == Model::Expiry {
                return false;
            }
            let remedies = policy.ladder.iter().map(|rung| &rung.remedy);
            let offences = policy.offence_rungs.iter().map(|rung| &rung.remedy);
            if remedies
                .chain(offences)
                .any(|remedy| remedy.while_above.is_some())
            {
                return false;
            }
            let rungs = policy.ladder.iter().map(|rung| rung.at.max(rung.reset_below));
            highest = rungs.fold(highest, Points::max);
        }
        let fall = |(from, to, policy): (Instant, Instant, &Policy)| match policy.decay {
            Decay::Linear { rate, .. } => (to.seconds() - from.seconds()).saturating_mul(rate),
            Decay::Expiry { .. } | Decay::None {} => 0,
        };
        let stretches = self.timeline.stretches(at, self.now).into_iter();
        let fall = stretches.map(fall).fold(0, i64::saturating_add);
        balance.units() >= fall.saturating_add(highest.units())
    }
}
