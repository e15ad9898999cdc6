//! Sanctions: intervals during which a restriction holds, and the restriction that results from several.

use super::id::SanctionId;
use super::identity::Identity;
use super::kind::{Kind, Restriction, Severity};
use super::ladder::Strength;
use super::name::Name;
use super::points::Points;
use super::time::Instant;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A sanction whose end has not been recorded yet. It holds in `[start, end)`, whether or not a timer has run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// Its identifier.
    pub id: SanctionId,
    /// The kind of act that started it: mute, restrict, tempban or ban.
    pub kind: Kind,
    /// What it keeps the member from.
    pub restriction: Restriction,
    /// When it began.
    pub start: Instant,
    /// When it ends by itself; `None` when only a lift ends it.
    pub end: Option<Instant>,
    /// Rises whenever the sanction changes, so that a timer for an earlier version does nothing.
    pub version: i32,
    /// The number of the case that started it.
    pub case: i64,
    /// The identity by which that case named the member, if it named one: whoever has to end it on a platform needs it.
    pub named: Option<Identity>,
    /// What a restriction takes away; empty for mutes and bans.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<Name>,
    /// It holds as long as the shown points are not below this. Its end moves with the points then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub while_above: Option<Points>,
    /// Its end is on record from the beginning, because it was imported when it was over, took the place of another one late, or was
    /// ended in the name of another person who is not this one any more: time alone takes it out of the state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

/// How a sanction came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its time was over.
    Expired,
    /// Somebody lifted it.
    Lifted,
    /// Another one took its place, as the act said.
    Superseded,
    /// Its case, or the cause of its case, was voided.
    Voided,
}

/// A restriction in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restricted {
    /// What the member is kept from.
    pub restriction: Restriction,
    /// Which capability, for [`Restriction::Restrict`].
    pub capability: Option<Name>,
    /// When it ends; `None` when only a lift ends it.
    pub until: Option<Instant>,
}

impl Sanction {
    /// Whether it holds at that moment.
    #[must_use]
    pub fn holds(&self, at: Instant) -> bool {
        self.start <= at && self.end.is_none_or(|end| at < end)
    }

    /// How strong it is.
    #[must_use]
    pub fn strength(&self) -> Strength {
        let severity = self.kind.severity().unwrap_or(Severity::Note);
        Strength::of(severity, self.kind, self.start, self.end)
    }
}

/// Compares ends, where no end is later than any.
#[must_use]
pub fn later_end(a: Option<Instant>, b: Option<Instant>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => a.cmp(&b),
    }
}

/// The restriction of one kind in force at a moment: the latest end over the sanctions that hold. Capabilities are not told
/// apart; see [`restrictions`].
#[must_use]
pub fn effective(sanctions: &[Sanction], restriction: Restriction, at: Instant) -> Option<Restricted> {
    latest(sanctions.iter().filter(|s| s.restriction == restriction), at).map(|until| Restricted {
        restriction,
        capability: None,
        until,
    })
}

/// All restrictions in force at a moment, mildest first, each capability for itself.
#[must_use]
pub fn restrictions(sanctions: &[Sanction], at: Instant) -> Vec<Restricted> {
    let restricted = capabilities(sanctions.iter()).into_iter().filter_map(|name| {
        let naming = sanctions.iter().filter(|s| s.capabilities.contains(&name));
        latest(naming, at).map(|until| Restricted {
            restriction: Restriction::Restrict,
            capability: Some(name),
            until,
        })
    });
    let whole = [Restriction::Mute, Restriction::Ban].into_iter();
    restricted
        .chain(whole.filter_map(|restriction| effective(sanctions, restriction, at)))
        .collect()
}

/// The latest end of the sanctions that hold at a moment, if any does.
fn latest<'a>(sanctions: impl Iterator<Item = &'a Sanction>, at: Instant) -> Option<Option<Instant>> {
    latest_end(sanctions.filter(|s| s.holds(at)))
}

/// The latest end of some sanctions, if there is any.
pub(super) fn latest_end<'a>(sanctions: impl Iterator<Item = &'a Sanction>) -> Option<Option<Instant>> {
    sanctions.map(|s| s.end).max_by(|a, b| later_end(*a, *b))
}

/// The capabilities that some sanctions take away.
pub(super) fn capabilities<'a>(sanctions: impl Iterator<Item = &'a Sanction>) -> BTreeSet<Name> {
    sanctions.flat_map(|s| s.capabilities.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn mute(n: u128, start: i64, end: Option<i64>) -> Sanction {
        let at = |s| Instant::new(s).unwrap();
        Sanction {
            id: SanctionId(Uuid::from_u128(n)),
            kind: Kind::Mute,
            restriction: Restriction::Mute,
            start: at(start),
            end: end.map(at),
            version: 1,
            case: 1,
            named: None,
            capabilities: BTreeSet::new(),
            while_above: None,
            over: false,
        }
    }

    #[test]
    fn the_latest_end_holds_and_a_shorter_later_mute_never_shortens() {
        let both = [mute(1, 0, Some(100)), mute(2, 10, Some(20))];
        let until = |at| effective(&both, Restriction::Mute, Instant::new(at).unwrap()).map(|r| r.until);
        assert_eq!(until(15), Some(Some(Instant::new(100).unwrap())));
        assert_eq!(until(100), None, "an interval does not contain its end");
    }

    #[test]
    fn without_an_end_outlasts_every_end() {
        let both = [mute(1, 0, Some(100)), mute(2, 0, None)];
        let now = Instant::new(1_000_000).unwrap();
        assert_eq!(
            effective(&both, Restriction::Mute, now).map(|r| r.until),
            Some(None)
        );
        assert_eq!(effective(&both, Restriction::Ban, now), None);
    }
}
