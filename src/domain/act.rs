//! Commands to a member's ledger, and all that is known when one is decided.

use super::actor::{Acting, Target};
use super::case::{Case, Particulars};
use super::id::SanctionId;
use super::kind::Kind;
use super::member::Member;
use super::policy::Timeline;
use super::time::{Instant, Span};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A direct act on a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    kind: Kind,
    duration: Option<Span>,
    /// Record it although a like act was just accepted.
    pub allow_duplicate: bool,
    /// What people wrote.
    pub particulars: Particulars,
}

/// Why an act's parts do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// A tempban without a duration.
    #[error("a tempban needs a duration; a ban has none")]
    DurationMissing,
    /// A duration on a kind that has none.
    #[error("only mute and tempban take a duration; for a ban with an end, use tempban")]
    DurationRefused,
    /// The glass broken without saying why.
    #[error("breaking the glass needs a reason")]
    BreakGlassNeedsReason,
}

/// A command that the ledger of one member decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// An act of a kind.
    Act(Act),
    /// Ends one sanction.
    Lift {
        /// Which.
        sanction: SanctionId,
        /// What people wrote.
        particulars: Particulars,
    },
    /// Records that a sanction's time is over. Does nothing when the sanction has moved on to another version.
    Expire {
        /// Which.
        sanction: SanctionId,
        /// The version that the timer was set for.
        version: i32,
    },
}

/// An act that was accepted a moment ago, kept to recognise duplicates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Its kind.
    pub kind: Kind,
    /// When.
    pub at: Instant,
    /// Its case number.
    pub case: i64,
    /// The actor, in one word.
    pub actor: String,
    /// What distinguishes acts of one actor: a hash of the evidence, or of the reason when there is none.
    pub likeness: u64,
}

/// All that is known when a command is decided.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The store's clock.
    pub now: DateTime<Utc>,
    /// The community's policies.
    pub timeline: &'a Timeline,
    /// The member's aggregate.
    pub member: &'a Member,
    /// The member's last acts, oldest first.
    pub recent: &'a [Recent],
    /// The member as authority sees them.
    pub target: Target,
    /// Who acts.
    pub acting: &'a Acting,
    /// The number that the next case of the community gets.
    pub next_case: i64,
}

/// A case and the member's state just after it, if the case touched it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The case.
    pub case: Case,
    /// The state after it; `None` for cases that change nothing in the ledger.
    pub after: Option<Member>,
}

/// What a command comes to. Carries everything that will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The act's case first, then its escalations; empty for an expiry that has moved on.
    pub entries: Vec<Entry>,
    /// The member afterwards.
    pub member: Member,
    /// The last acts afterwards.
    pub recent: Vec<Recent>,
}

impl Act {
    /// An act whose parts fit together.
    ///
    /// # Errors
    /// [`ActError`] says which part does not fit.
    pub fn new(kind: Kind, duration: Option<Span>, particulars: Particulars) -> Result<Self, ActError> {
        match (kind, duration) {
            (Kind::Tempban, None) => return Err(ActError::DurationMissing),
            (Kind::Tempban | Kind::Mute, _) | (_, None) => {}
            (_, Some(_)) => return Err(ActError::DurationRefused),
        }
        if particulars.break_glass && particulars.reason.is_none() {
            return Err(ActError::BreakGlassNeedsReason);
        }
        Ok(Self {
            kind,
            duration,
            allow_duplicate: false,
            particulars,
        })
    }

    /// The kind of act.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// For how long, if it has an end.
    #[must_use]
    pub const fn duration(&self) -> Option<Span> {
        self.duration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(kind: Kind, seconds: Option<i64>) -> Result<Act, ActError> {
        Act::new(
            kind,
            seconds.map(|s| Span::new(s).unwrap()),
            Particulars::default(),
        )
    }

    #[test]
    fn durations_fit_their_kind() {
        assert_eq!(act(Kind::Tempban, None).unwrap_err(), ActError::DurationMissing);
        assert_eq!(act(Kind::Ban, Some(60)).unwrap_err(), ActError::DurationRefused);
        assert_eq!(act(Kind::Warn, Some(60)).unwrap_err(), ActError::DurationRefused);
        assert!(
            act(Kind::Mute, None).is_ok()
                && act(Kind::Mute, Some(60)).is_ok()
                && act(Kind::Tempban, Some(60)).is_ok()
        );
    }

    #[test]
    fn the_glass_is_broken_with_a_reason_only() {
        let silent = Particulars {
            break_glass: true,
            ..Particulars::default()
        };
        assert_eq!(
            Act::new(Kind::Warn, None, silent.clone()).unwrap_err(),
            ActError::BreakGlassNeedsReason
        );
        let said = Particulars {
            reason: Some("compromised account".into()),
            ..silent
        };
        assert!(Act::new(Kind::Warn, None, said).is_ok());
    }
}
