//! What an observation comes to, by what is known and desired.

use super::{Difference, DriftPolicy, Observation, Open, Response, SOURCES, Seen, difference};
use crate::domain::decide::Adoption;
use crate::domain::directive::{Directive, Effect, State, Wanted};
use crate::domain::id::DriftId;
use crate::domain::identity::Identity;
use crate::domain::kind::Kind;
use crate::domain::time::{Instant, Span};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// An observation this much after a directive was carried out may still be of the time before: clocks differ.
const ECHO: TimeDelta = TimeDelta::seconds(5);
/// So often a spot is healed within [`HEALS_WITHIN`]; after that somebody undoes it again and again, and people have to look.
const MOST_HEALS: i32 = 3;
const HEALS_WITHIN: TimeDelta = TimeDelta::hours(24);

/// What an observation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The same event was told before.
    Known,
    /// It is older than what is known.
    Stale,
    /// It is as desired.
    Matches,
    /// It is not as desired, and a directive is still to be carried out.
    Pending,
    /// It is not as desired.
    Drift,
    /// It is not as desired, and the platform is told once more.
    Healing,
    /// What happened natively is on record from now on.
    Adopted,
    /// It is about somebody who was erased, of whom nothing is kept.
    Ignored,
}

/// All that a verdict needs.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was seen so far.
    pub seen: Option<&'a Seen>,
    /// The latest directive about it.
    pub said: Option<&'a Directive>,
    /// Whether one is just being issued.
    pub wished: bool,
    /// What is wanted, and whether a ban of the member is.
    pub desired: (&'a Wanted, bool),
    /// Whether nobody is asked to act upon the member: somebody with a rank, a bot, or protected.
    pub immune: bool,
    /// What is done about drift.
    pub policy: DriftPolicy,
    /// The store's clock.
    pub now: DateTime<Utc>,
}

/// A verdict, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it comes to.
    pub verdict: Verdict,
    /// What is known from now on; `None` where nothing changes.
    pub seen: Option<Seen>,
    /// What is to be recorded, if it can be: then there is no drift.
    pub adopt: Option<Adoption>,
}

impl Finding {
    const fn nothing(verdict: Verdict) -> Self {
        Self {
            verdict,
            seen: None,
            adopt: None,
        }
    }
}

/// Judges an observation. `fresh` gives the identifier of a new difference.
pub fn judge(observation: &Observation, known: Known<'_>, fresh: &mut dyn FnMut() -> Uuid) -> Finding {
    if let Some(verdict) = unheeded(observation, known) {
        return Finding::nothing(verdict);
    }
    let mut seen = updated(observation, known.seen);
    let found = difference(known.desired, &observation.sight, known.said, known.now);
    let Some(found) = found else {
        seen.drift = None;
        return Finding {
            verdict: Verdict::Matches,
            seen: Some(seen),
            adopt: None,
        };
    };
    if known.wished || known.said.is_some_and(|said| said.state == State::Open) {
        return Finding {
            verdict: Verdict::Pending,
            seen: Some(seen),
            adopt: None,
        };
    }
    seen.drift = Some(Open {
        difference: found,
        ..seen.drift.unwrap_or_else(|| Open {
            id: DriftId(fresh()),
            difference: found,
            since: known.now,
        })
    });
    let response = match known.policy.response(found) {
        // Our own doing is no act of anybody else's, and was not undone.
        _ if observation.ours => Response::Report,
        response => response,
    };
    let adopt = (response == Response::Adopt).then(|| adoption(observation, found, known));
    let heals = response == Response::Heal && may_heal(&mut seen, known);
    Finding {
        verdict: if heals { Verdict::Healing } else { Verdict::Drift },
        seen: Some(seen),
        adopt: adopt.flatten(),
    }
}

/// Why an observation tells nothing new, if it does not.
fn unheeded(observation: &Observation, known: Known<'_>) -> Option<Verdict> {
    let sight = &observation.sight;
    if let Some(seen) = known.seen {
        let told = observation
            .source
            .as_ref()
            .is_some_and(|s| seen.sources.contains(s));
        if told {
            return Some(Verdict::Known);
        }
        if sight.at < seen.sight.at {
            return Some(Verdict::Stale);
        }
    }
    let said = known.said.filter(|said| said.state == State::Applied)?;
    let settled = said.settled_at?;
    let undone = difference((&said.wish.wanted, false), sight, Some(said), known.now);
    (sight.at <= settled + ECHO && undone.is_some()).then_some(Verdict::Stale)
}

/// What is known of the spot from now on.
fn updated(observation: &Observation, before: Option<&Seen>) -> Seen {
    let same_moment = before.filter(|seen| seen.sight.at == observation.sight.at);
    let mut sources = same_moment.map_or_else(Vec::new, |seen| seen.sources.clone());
    sources.extend(observation.source.clone());
    let surplus = sources.len().saturating_sub(SOURCES);
    sources.drain(..surplus);
    Seen {
        spot: observation.spot.clone(),
        sight: observation.sight.clone(),
        sources,
        by: observation.by.clone(),
        ours: observation.ours,
        heals: before.map_or(0, |seen| seen.heals),
        healed_at: before.and_then(|seen| seen.healed_at),
        drift: before.and_then(|seen| seen.drift),
    }
}

/// Whether what is desired is said once more: not what was given up, which is for whoever mends its cause, and not again and again.
fn may_heal(seen: &mut Seen, known: Known<'_>) -> bool {
    let given_up = known.said.is_some_and(|said| {
        let failed = matches!(
            said.state,
            State::Failed | State::Unsupported | State::Unreachable
        );
        failed && said.wish.wanted == *known.desired.0
    });
    let lately = seen.healed_at.is_some_and(|at| known.now < at + HEALS_WITHIN);
    let before = if lately { seen.heals } else { 0 };
    if given_up || before >= MOST_HEALS {
        return false;
    }
    seen.heals = before + 1;
    seen.healed_at = Some(known.now);
    true
}

/// The act that a difference is, if it is one: ends and capabilities that differ are nobody's act that could be told apart from the platform's.
fn adoption(observation: &Observation, found: Difference, known: Known<'_>) -> Option<Adoption> {
    let sight = &observation.sight;
    let effect = observation.spot.effect;
    let (kind, duration, capabilities) = match found {
        Difference::Lifted => (lifting(effect)?, None, BTreeSet::new()),
        Difference::Imposed if !known.immune => {
            let duration = sight.until.and_then(|until| left(until, known.now));
            (imposing(effect, duration)?, duration, sight.capabilities.clone())
        }
        _ => return None,
    };
    // A restriction of nobody knows what is none.
    if kind == Kind::Restrict && capabilities.is_empty() {
        return None;
    }
    Some(Adoption {
        kind,
        duration,
        capabilities,
        named: Some(Identity {
            platform: observation.spot.platform.clone(),
            id: observation.spot.member.clone(),
        }),
    })
}

fn left(until: Instant, now: DateTime<Utc>) -> Option<Span> {
    let seconds = (until.to_utc() - now).num_seconds().max(1);
    Span::new(seconds).ok()
}

const fn lifting(effect: Effect) -> Option<Kind> {
    match effect {
        Effect::Ban => Some(Kind::Unban),
        Effect::Mute => Some(Kind::Unmute),
        Effect::Restrict => Some(Kind::Unrestrict),
        Effect::Kick | Effect::DeleteMessages | Effect::Notify => None,
    }
}

const fn imposing(effect: Effect, duration: Option<Span>) -> Option<Kind> {
    match effect {
        Effect::Ban if duration.is_some() => Some(Kind::Tempban),
        Effect::Ban => Some(Kind::Ban),
        Effect::Mute => Some(Kind::Mute),
        Effect::Restrict => Some(Kind::Restrict),
        Effect::Kick | Effect::DeleteMessages | Effect::Notify => None,
    }
}
