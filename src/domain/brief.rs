//! A case in short: what searches and reports look at, and whose doing a case is.

use super::actor::Actor;
use super::identity::Identity;
use super::kind::Kind;
use super::points::Points;
use super::time::{Instant, Span};
use chrono::{DateTime, TimeDelta, Utc};

/// What reports need to know of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its number.
    pub number: i64,
    /// The kind of act.
    pub kind: Kind,
    /// Who acted.
    pub actor: Actor,
    /// When, in whole seconds.
    pub at: Instant,
    /// When it was written.
    pub recorded_at: DateTime<Utc>,
    /// The points that it added.
    pub points: Points,
    /// For how long, as given.
    pub duration: Option<Span>,
    /// The present reason.
    pub reason: Option<String>,
    /// Whether it no longer counts.
    pub voided: bool,
}

/// Whose doing a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// An act by a person, by a rule of automod, or by a key that named neither.
    Act,
    /// A sanction ended by one of them.
    Lift,
    /// The ladder's act.
    Ladder,
    /// A sanction ended by time.
    Clock,
}

impl Brief {
    /// Whose doing it is.
    #[must_use]
    pub fn hand(&self) -> Hand {
        match self.actor {
            Actor::Human { .. }
            | Actor::Key { .. }
            | Actor::Automod { .. }
            | Actor::External { .. }
            | Actor::Import { .. } => match self.kind.lifts() {
                Some(_) => Hand::Lift,
                None => Hand::Act,
            },
            Actor::Escalation { .. } => Hand::Ladder,
            Actor::System => Hand::Clock,
        }
    }

    /// The identity by which the call named the person who acted.
    #[must_use]
    pub fn named(&self) -> Option<&Identity> {
        match &self.actor {
            Actor::Human { identity, .. } => identity.as_ref(),
            _ => None,
        }
    }
}

/// A stretch of time that a report is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// At or after.
    pub from: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
}

impl Window {
    /// Whether a moment lies in it.
    #[must_use]
    pub fn has(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether no case that is older than all of these can lie in it. They come newest first, a good many at a time.
    ///
    /// Nothing is dated later than it was written, but for the minute by which clocks may differ. A day more, and that all of
    /// them have to be too old, keeps a clock that was once set wrong from hiding what lies before.
    #[must_use]
    pub fn lies_after(&self, briefs: &[Brief]) -> bool {
        let Some(from) = self.from else { return false };
        let early = from.to_utc() - TimeDelta::days(1);
        briefs.iter().all(|brief| brief.recorded_at < early)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::id::{KeyId, UserId};
    use uuid::Uuid;

    /// A person who acts.
    pub(crate) fn moderator(number: u128) -> Actor {
        Actor::Human {
            user: UserId(Uuid::from_u128(number)),
            identity: None,
            key: Some(KeyId(Uuid::nil())),
            asserted: None,
        }
    }

    /// A warning by the first moderator, a minute after the one before.
    pub(crate) fn brief(number: i64) -> Brief {
        let at = Instant::new(1_800_000_000 + 60 * number).unwrap();
        Brief {
            number,
            kind: Kind::Warn,
            actor: moderator(1),
            at,
            recorded_at: at.to_utc(),
            points: Points::from_millis(1_000),
            duration: None,
            reason: Some("spam".to_owned()),
            voided: false,
        }
    }

    #[test]
    fn every_case_is_somebodys_doing() {
        let by = |actor: Actor, kind| {
            Brief {
                actor,
                kind,
                ..brief(1)
            }
            .hand()
        };
        let key = Actor::Key {
            key: KeyId(Uuid::nil()),
        };
        let ladder = Actor::Escalation {
            rung: "mute-1h".to_owned(),
        };
        assert_eq!(by(moderator(1), Kind::Note), Hand::Act);
        assert_eq!(by(key.clone(), Kind::Ban), Hand::Act);
        assert_eq!(by(key, Kind::Unban), Hand::Lift);
        assert_eq!(by(ladder, Kind::Mute), Hand::Ladder);
        assert_eq!(by(Actor::System, Kind::Unmute), Hand::Clock);
    }

    #[test]
    fn a_window_has_its_beginning_and_not_its_end() {
        let at = |seconds| Instant::new(seconds).unwrap();
        let window = Window {
            from: Some(at(10)),
            until: Some(at(20)),
        };
        assert_eq!(
            [9, 10, 19, 20].map(|s| window.has(at(s))),
            [false, true, true, false]
        );
        assert!(Window::default().has(at(0)));
    }

    #[test]
    fn reading_ends_a_day_before_the_window() {
        let from = brief(10).at;
        let window = Window {
            from: Some(from),
            until: None,
        };
        let written = |seconds: i64| Brief {
            recorded_at: from.shifted(seconds).to_utc(),
            ..brief(1)
        };
        assert!(!window.lies_after(&[written(0), written(-86_400)]));
        assert!(window.lies_after(&[written(-86_401), written(-90_000)]));
        assert!(
            !window.lies_after(&[written(-90_000), written(-86_400)]),
            "one wrong clock ends nothing"
        );
        assert!(!Window::default().lies_after(&[written(-90_000)]));
    }
}
