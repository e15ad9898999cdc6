//! Drift: what is desired of a platform differs from what was observed there.
//!
//! Somebody unbans by hand, another tool mutes. An observation is held against what is on record, after everything that explains a difference
//! is taken away: directives that are still to be carried out, ends that platforms round or cap, and observations that are older than what is known.

mod judge; // what an observation comes to
mod policy; // what is done about drift
mod receipt; // what relays report

pub use judge::{Finding, Known, Verdict, judge};
pub use policy::{DriftPolicy, Response};
pub use receipt::received;

use super::directive::{Directive, Effect, State, Wanted};
use super::id::{DriftId, KeyId};
use super::identity::{NativeId, Platform};
use super::name::Name;
use super::time::Instant;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// By how much a native end may differ from the one that is wanted: platforms round, and relays are a moment late.
const ENDS_WITHIN: TimeDelta = TimeDelta::minutes(2);
/// How many events of one moment are remembered by name.
pub const SOURCES: usize = 16;

/// What is observed: an effect on one member in one space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// On which platform.
    pub platform: Platform,
    /// In which of its spaces.
    pub space: NativeId,
    /// Which effect; one that lasts.
    pub effect: Effect,
    /// On whom, as the platform names them.
    pub member: NativeId,
}

/// How it natively is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whether the effect is there.
    pub present: bool,
    /// Until when, if the platform says so.
    pub until: Option<Instant>,
    /// For a restriction: which capabilities are taken away, if it was looked at.
    pub capabilities: BTreeSet<Name>,
    /// When it was so.
    pub at: DateTime<Utc>,
}

/// What a relay or another bot saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Of what.
    pub spot: Spot,
    /// What.
    pub sight: Sight,
    /// What the platform calls the event, so that it has one effect however often it is told.
    pub source: Option<String>,
    /// Who did it natively, as the platform names them.
    pub by: Option<NativeId>,
    /// That the relay's own bot did it.
    pub ours: bool,
    /// The key that tells it.
    pub key: KeyId,
}

/// What is known of a spot from observations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Of what.
    pub spot: Spot,
    /// The latest.
    pub sight: Sight,
    /// The names of the events of that moment.
    pub sources: Vec<String>,
    /// Who did it natively.
    pub by: Option<NativeId>,
    /// That it was the relay's own bot.
    pub ours: bool,
    /// How often it was healed of late.
    pub heals: i32,
    /// When last.
    pub healed_at: Option<DateTime<Utc>>,
    /// The difference that was found, as long as it lasts.
    pub drift: Option<Open>,
}

/// A difference that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its identifier.
    pub id: DriftId,
    /// Of what kind.
    pub difference: Difference,
    /// Since when it is known.
    pub since: DateTime<Utc>,
}

/// How what is observed differs from what is desired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Difference {
    /// What is to hold does not.
    Lifted,
    /// It ends sooner than is wanted.
    Shortened,
    /// Other capabilities are taken away than are wanted.
    Altered,
    /// What is not to hold does.
    Imposed,
    /// It ends later than is wanted.
    Extended,
}

impl Difference {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Lifted,
        Self::Shortened,
        Self::Altered,
        Self::Imposed,
        Self::Extended,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lifted => "lifted",
            Self::Shortened => "shortened",
            Self::Altered => "altered",
            Self::Imposed => "imposed",
            Self::Extended => "extended",
        }
    }

    /// The difference of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|difference| difference.name() == name)
    }

    /// Whether less holds than is wanted.
    #[must_use]
    pub const fn is_less(self) -> bool {
        matches!(self, Self::Lifted | Self::Shortened | Self::Altered)
    }
}

impl Sight {
    /// Whether the effect is there at a moment, as far as was seen.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.present && self.until.is_none_or(|until| until.to_utc() > now)
    }

    /// How a directive that was carried out leaves it.
    #[must_use]
    pub fn after(directive: &Directive, at: DateTime<Utc>) -> Self {
        let capabilities = match &directive.wish.wanted {
            Wanted::Without(each) => each.keys().copied().collect(),
            _ => BTreeSet::new(),
        };
        Self {
            present: directive.wish.wanted.holds(),
            // The receipt may say that the platform holds it for less long.
            until: directive.wish.wanted.until(),
            capabilities,
            at,
        }
    }
}

/// How a sight differs from what is wanted at a moment. `said` is the latest directive about it, whose receipt may tell a cap of the platform; while
/// the member is to be banned, nothing less than the ban is missed.
#[must_use]
pub fn difference(
    (wanted, banned): (&Wanted, bool),
    sight: &Sight,
    said: Option<&Directive>,
    now: DateTime<Utc>,
) -> Option<Difference> {
    let until = wanted.until().map(Instant::to_utc);
    let wants = wanted.holds();
    // It ends just now, or its end is about to be recorded: either is right.
    if wants && until.is_some_and(|until| until <= now + ENDS_WITHIN) {
        return None;
    }
    let ends = sight.until.map(Instant::to_utc);
    match (wants, sight.holds(now)) {
        (false, false) => None,
        (true, false) if banned => None,
        (true, false) => Some(Difference::Lifted),
        (false, true) if ends.is_some_and(|ends| ends <= now + ENDS_WITHIN) => None,
        (false, true) => Some(Difference::Imposed),
        (true, true) => altered(wanted, sight).or_else(|| shifted(until, ends, cap(said))),
    }
}

/// Whether a lasting state that was not said in a place need not be, because it came about there by itself: it was seen to be as it is wanted, and no
/// directive about it is still to be carried out.
#[must_use]
pub fn came_about(wanted: &Wanted, sight: Option<&Sight>, latest: Option<State>, now: DateTime<Utc>) -> bool {
    let is_as_wanted = |sight: &Sight| difference((wanted, false), sight, None, now).is_none();
    latest != Some(State::Open) && sight.is_some_and(is_as_wanted)
}

/// Until when a platform holds it up by itself, as the latest receipt said.
fn cap(said: Option<&Directive>) -> Option<DateTime<Utc>> {
    let receipt = said
        .filter(|said| said.state == State::Applied)?
        .receipt
        .as_ref()?;
    receipt.holds_until
}

/// What is held for ever natively is lifted when its time comes, so an open end is always right.
fn shifted(
    wanted: Option<DateTime<Utc>>,
    ends: Option<DateTime<Utc>>,
    cap: Option<DateTime<Utc>>,
) -> Option<Difference> {
    let ends = ends?;
    if wanted.is_some_and(|wanted| ends > wanted + ENDS_WITHIN) {
        return Some(Difference::Extended);
    }
    let enough = |least: DateTime<Utc>| ends >= least - ENDS_WITHIN;
    let is_enough = wanted.is_some_and(enough) || cap.is_some_and(enough);
    (!is_enough).then_some(Difference::Shortened)
}

fn altered(wanted: &Wanted, sight: &Sight) -> Option<Difference> {
    let Wanted::Without(each) = wanted else {
        return None;
    };
    let others = !sight.capabilities.is_empty() && !each.keys().eq(sight.capabilities.iter());
    others.then_some(Difference::Altered)
}

#[cfg(test)]
#[path = "drift/tests.rs"]
mod tests;
