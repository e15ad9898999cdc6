//! Commands to a member's ledger, and all that is known when one is decided.

use super::actor::{Acting, Target};
use super::case::{Case, Particulars};
use super::drift::Observation;
use super::held::Held;
use super::hold::Spent;
use super::id::{HeldId, SanctionId};
use super::kind::Kind;
use super::member::Member;
use super::name::Name;
use super::past::Past;
use super::sanction::Sanction;
use super::time::{Instant, Span};
use super::timeline::Timeline;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many capabilities one restriction may take away.
pub const MAX_CAPABILITIES: usize = 16;

/// A direct act on a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    kind: Kind,
    detail: Detail,
    /// Record it although a like act was just accepted.
    pub allow_duplicate: bool,
    /// What people wrote.
    pub particulars: Particulars,
}

/// What some kinds of act take besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// For how long: mute, restrict and tempban.
    pub duration: Option<Span>,
    /// What a restriction takes away, or what an unrestrict gives back (all, if none is named).
    pub capabilities: BTreeSet<Name>,
    /// The active sanction whose place the act's own takes: mute, restrict, tempban and ban.
    pub supersedes: Option<SanctionId>,
}

/// Why an act's parts do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// A tempban without a duration.
    #[error("a tempban needs a duration; a ban has none")]
    DurationMissing,
    /// A duration on a kind that has none.
    #[error("only mute, restrict and tempban take a duration; for a ban with an end, use tempban")]
    DurationRefused,
    /// A restriction of nothing.
    #[error("a restrict names what it takes away: at least one capability")]
    CapabilitiesMissing,
    /// Capabilities on a kind that has none.
    #[error("only restrict and unrestrict name capabilities")]
    CapabilitiesRefused,
    /// More than [`MAX_CAPABILITIES`].
    #[error("at most 16 capabilities")]
    TooManyCapabilities,
    /// A kind without a sanction that takes the place of one.
    #[error("only an act that starts a sanction can take the place of another: mute, restrict, tempban, ban")]
    SupersedesRefused,
    /// Messages to delete without an act that deletes them, or the other way round.
    #[error("delete_messages names the messages, and no other kind does")]
    MessagesMisplaced,
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
    /// Approves an act that waits.
    Approve {
        /// Which.
        held: HeldId,
    },
    /// Takes in what was observed on a platform: see [`super::drift`].
    Observe(Box<Observation>),
    /// Ends the waiting of an act that is not to be.
    Reject {
        /// Which.
        held: HeldId,
        /// Why.
        reason: Option<String>,
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
    /// What went before, as far as it is known.
    pub past: &'a Past,
    /// What is spent of the budgets that an act counts in.
    pub spent: &'a Spent,
    /// The act that waits, if the command is about one.
    pub held: Option<&'a Held>,
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
    /// The act's case first, then its escalations; empty for an expiry that has moved on, and for an act that waits.
    pub entries: Vec<Entry>,
    /// Sanctions of before whose end has moved.
    pub moved: Vec<Sanction>,
    /// The member afterwards.
    pub member: Member,
    /// The last acts afterwards.
    pub recent: Vec<Recent>,
    /// The act that waits, or has waited, as it stands now.
    pub held: Option<Held>,
}

impl Command {
    /// The waiting act that it is about, if it is about one.
    #[must_use]
    pub const fn held(&self) -> Option<HeldId> {
        match self {
            Self::Approve { held } | Self::Reject { held, .. } => Some(*held),
            Self::Act(_) | Self::Lift { .. } | Self::Expire { .. } | Self::Observe(_) => None,
        }
    }
}

impl Act {
    /// An act whose parts fit together.
    ///
    /// # Errors
    /// [`ActError`] says which part does not fit.
    pub fn new(kind: Kind, detail: Detail, particulars: Particulars) -> Result<Self, ActError> {
        detail.check(kind)?;
        if (kind == Kind::DeleteMessages) != particulars.messages.is_some() {
            return Err(ActError::MessagesMisplaced);
        }
        if particulars.break_glass && particulars.reason.is_none() {
            return Err(ActError::BreakGlassNeedsReason);
        }
        Ok(Self {
            kind,
            detail,
            allow_duplicate: false,
            particulars,
        })
    }

    /// The kind of act.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What else it takes.
    #[must_use]
    pub const fn detail(&self) -> &Detail {
        &self.detail
    }
}

impl Detail {
    /// With a duration alone.
    #[must_use]
    pub fn lasting(duration: Option<Span>) -> Self {
        Self {
            duration,
            ..Self::default()
        }
    }

    /// Whether a kind takes all this.
    ///
    /// # Errors
    /// [`ActError`] says which part does not fit.
    pub fn check(&self, kind: Kind) -> Result<(), ActError> {
        match (kind, self.duration) {
            (Kind::Tempban, None) => return Err(ActError::DurationMissing),
            (Kind::Tempban | Kind::Mute | Kind::Restrict, _) | (_, None) => {}
            (_, Some(_)) => return Err(ActError::DurationRefused),
        }
        match (kind, self.capabilities.len()) {
            (Kind::Restrict, 0) => return Err(ActError::CapabilitiesMissing),
            (Kind::Restrict | Kind::Unrestrict, named) if named > MAX_CAPABILITIES => {
                return Err(ActError::TooManyCapabilities);
            }
            (Kind::Restrict | Kind::Unrestrict, _) | (_, 0) => {}
            _ => return Err(ActError::CapabilitiesRefused),
        }
        if self.supersedes.is_some() && kind.restricts().is_none() {
            return Err(ActError::SupersedesRefused);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::Messages;
    use super::*;

    fn act(kind: Kind, seconds: Option<i64>) -> Result<Act, ActError> {
        let duration = seconds.map(|s| Span::new(s).unwrap());
        Act::new(kind, Detail::lasting(duration), Particulars::default())
    }

    fn about(kind: Kind, capabilities: &[&str]) -> Result<Act, ActError> {
        let detail = Detail {
            capabilities: capabilities.iter().map(|c| Name::new(c).unwrap()).collect(),
            ..Detail::default()
        };
        Act::new(kind, detail, Particulars::default())
    }

    #[test]
    fn durations_fit_their_kind() {
        assert_eq!(act(Kind::Tempban, None).unwrap_err(), ActError::DurationMissing);
        for kind in [
            Kind::Ban,
            Kind::Note,
            Kind::Warn,
            Kind::Kick,
            Kind::Unmute,
            Kind::Unban,
        ] {
            assert_eq!(
                act(kind, Some(60)).unwrap_err(),
                ActError::DurationRefused,
                "{kind:?}"
            );
        }
        let links = |seconds: Option<i64>| Detail {
            duration: seconds.map(|s| Span::new(s).unwrap()),
            capabilities: [Name::new("links").unwrap()].into(),
            ..Detail::default()
        };
        assert!(links(None).check(Kind::Restrict).is_ok() && links(Some(60)).check(Kind::Restrict).is_ok());
        assert!(
            act(Kind::Mute, None).is_ok()
                && act(Kind::Mute, Some(60)).is_ok()
                && act(Kind::Tempban, Some(60)).is_ok()
        );
    }

    #[test]
    fn capabilities_belong_to_restrictions() {
        assert_eq!(
            about(Kind::Restrict, &[]).unwrap_err(),
            ActError::CapabilitiesMissing
        );
        assert_eq!(
            about(Kind::Mute, &["links"]).unwrap_err(),
            ActError::CapabilitiesRefused
        );
        assert!(about(Kind::Restrict, &["links", "media"]).is_ok() && about(Kind::Unrestrict, &[]).is_ok());
        let many: Vec<String> = (0..17).map(|n| format!("c{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(
            about(Kind::Restrict, &many).unwrap_err(),
            ActError::TooManyCapabilities
        );
        assert!(about(Kind::Restrict, &many[1..]).is_ok());
    }

    #[test]
    fn only_what_starts_a_sanction_takes_the_place_of_one() {
        let detail = || Detail {
            supersedes: Some(SanctionId(uuid::Uuid::nil())),
            ..Detail::default()
        };
        let supersede = |kind| Act::new(kind, detail(), Particulars::default());
        assert_eq!(supersede(Kind::Kick).unwrap_err(), ActError::SupersedesRefused);
        assert!(supersede(Kind::Mute).is_ok());
    }

    #[test]
    fn deleting_names_the_messages() {
        assert_eq!(
            act(Kind::DeleteMessages, None).unwrap_err(),
            ActError::MessagesMisplaced
        );
        let particulars = || Particulars {
            messages: Some(Messages {
                channel: "general".into(),
                ids: vec!["1".into()],
            }),
            ..Particulars::default()
        };
        assert!(Act::new(Kind::DeleteMessages, Detail::default(), particulars()).is_ok());
        let warn = Act::new(Kind::Warn, Detail::default(), particulars());
        assert_eq!(warn.unwrap_err(), ActError::MessagesMisplaced);
    }

    #[test]
    fn the_glass_is_broken_with_a_reason_only() {
        let silent = Particulars {
            break_glass: true,
            ..Particulars::default()
        };
        assert_eq!(
            Act::new(Kind::Warn, Detail::default(), silent.clone()).unwrap_err(),
            ActError::BreakGlassNeedsReason
        );
        let said = Particulars {
            reason: Some("compromised account".into()),
            ..silent
        };
        assert!(Act::new(Kind::Warn, Detail::default(), said).is_ok());
    }
}
