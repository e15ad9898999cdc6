//! Which versions of a policy count, and what becomes of them when another is written. Both adapters carry out what stands here.

use super::batch::Home;
use crate::domain::time::Instant;
use crate::domain::timeline::{PolicyVersion, Timeline};
use crate::ports::directory::{Conflict, FARTHEST_ACTIVATION};
use crate::ports::error::StoreError;

/// What the row of a community says of its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The newest version of which it is written down that it came into force.
    pub(crate) active: i32,
    /// The version that comes into force after it, and when; that may have passed by now.
    pub(crate) scheduled: Option<(i32, Instant)>,
}

/// A version to write, and what becomes of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What the row says from now on.
    pub(crate) held: Held,
    /// When the new version comes into force.
    pub(crate) activated_at: Instant,
    /// The version that had come into force without anybody writing it down.
    pub(crate) came: Option<(i32, Instant)>,
    /// The version that never will.
    pub(crate) withdrawn: Option<i32>,
}

impl Held {
    /// The version in force.
    pub(crate) fn in_force(&self, now: Instant) -> i32 {
        self.overdue(now).map_or(self.active, |(version, _)| version)
    }

    /// The version that is still to come.
    pub(crate) fn ahead(&self, now: Instant) -> Option<(i32, Instant)> {
        self.scheduled.filter(|(_, at)| *at > now)
    }

    /// The version that is in force although that is not written down yet.
    pub(crate) fn overdue(&self, now: Instant) -> Option<(i32, Instant)> {
        self.scheduled.filter(|(_, at)| *at <= now)
    }

    /// The newest version that counts or will: the one that the next has to follow.
    pub(crate) fn newest(&self) -> i32 {
        self.scheduled.map_or(self.active, |(version, _)| version)
    }

    /// Writes version `next` after `since`, when the one in force came into force; a clock may have gone back since.
    pub(crate) fn put(
        &self,
        next: i32,
        expected: i32,
        activate_at: Option<Instant>,
        (since, now): (Instant, Instant),
    ) -> Result<Plan, Conflict> {
        if self.newest() != expected {
            return Err(Conflict::Stale(self.newest()));
        }
        let earliest = since.max(now);
        if activate_at.is_some_and(|at| at <= earliest || at > now.shifted(FARTHEST_ACTIVATION)) {
            return Err(Conflict::NotAhead(now));
        }
        Ok(Plan {
            held: match activate_at {
                Some(at) => Self {
                    active: self.in_force(now),
                    scheduled: Some((next, at)),
                },
                None => Self {
                    active: next,
                    scheduled: None,
                },
            },
            activated_at: activate_at.unwrap_or(earliest),
            came: self.overdue(now),
            withdrawn: self.ahead(now).map(|(version, _)| version),
        })
    }
}

/// The timeline of a community, from the versions that its row counts.
pub(crate) fn whole(versions: Vec<PolicyVersion>, held: Held, home: Home) -> Result<Timeline, StoreError> {
    Timeline::new(versions)
        .filter(|timeline| timeline.newest().version == held.newest())
        .ok_or_else(|| StoreError::Corrupt {
            table: "communities",
            column: "policy_version",
            row: home.1.to_string(),
            source: format!("there is no version {} of its policy", held.newest()).into(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::new(seconds).unwrap()
    }

    const PLAIN: Held = Held {
        active: 3,
        scheduled: None,
    };

    fn with(version: i32, seconds: i64) -> Held {
        Held {
            active: 3,
            scheduled: Some((version, at(seconds))),
        }
    }

    #[test]
    fn a_scheduled_version_is_in_force_from_its_second_on() {
        let held = with(4, 100);
        assert_eq!((held.in_force(at(99)), held.in_force(at(100))), (3, 4));
        assert_eq!(
            (held.ahead(at(99)), held.overdue(at(99))),
            (Some((4, at(100))), None)
        );
        assert_eq!(
            (held.ahead(at(100)), held.overdue(at(100))),
            (None, Some((4, at(100))))
        );
        assert_eq!((held.newest(), PLAIN.newest()), (4, 3));
    }

    #[test]
    fn the_next_version_takes_the_place_of_what_is_still_to_come() {
        let now = (at(0), at(50));
        let later = with(4, 100).put(5, 4, Some(at(80)), now).unwrap();
        assert_eq!(later.held, with(5, 80));
        assert_eq!(
            (later.withdrawn, later.came, later.activated_at),
            (Some(4), None, at(80))
        );
        let at_once = with(4, 100).put(5, 4, None, now).unwrap();
        assert_eq!(
            at_once.held,
            Held {
                active: 5,
                scheduled: None
            }
        );
        assert_eq!((at_once.withdrawn, at_once.activated_at), (Some(4), at(50)));
    }

    #[test]
    fn what_came_into_force_unnoticed_is_written_down_first() {
        let plan = with(4, 40).put(5, 4, Some(at(80)), (at(40), at(50))).unwrap();
        assert_eq!((plan.came, plan.withdrawn), (Some((4, at(40))), None));
        assert_eq!(
            plan.held,
            Held {
                active: 4,
                scheduled: Some((5, at(80)))
            }
        );
    }

    #[test]
    fn who_saw_another_newest_version_changes_nothing() {
        let now = (at(0), at(50));
        assert_eq!(with(4, 100).put(5, 3, None, now), Err(Conflict::Stale(4)));
        assert_eq!(PLAIN.put(5, 4, None, now), Err(Conflict::Stale(3)));
    }

    #[test]
    fn an_activation_lies_ahead_by_a_year_at_most() {
        let (since, now) = (at(60), at(50));
        let farthest = now.shifted(FARTHEST_ACTIVATION);
        for wrong in [at(50), at(60), farthest.shifted(1)] {
            let refused = PLAIN.put(4, 3, Some(wrong), (since, now));
            assert_eq!(refused, Err(Conflict::NotAhead(now)), "{wrong:?}");
        }
        assert!(PLAIN.put(4, 3, Some(at(61)), (since, now)).is_ok());
        assert!(PLAIN.put(4, 3, Some(farthest), (since, now)).is_ok());
        let at_once = PLAIN.put(4, 3, None, (since, now)).unwrap();
        assert_eq!(
            at_once.activated_at, since,
            "never before the one that it replaces"
        );
    }
}
