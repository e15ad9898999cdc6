//! What time does to an appeal: claims lapse, drafts and questions run out, decisions are late.
//!
//! The state follows from the clock at once; that it is written down, and told, is left to a job, which asks [`Appeal::next_at`] when to look.

use super::{Appeal, State};
use chrono::{DateTime, Utc};

/// What time has done to an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The time of whoever had it in hand is over.
    ClaimLapsed,
    /// It was not decided in time.
    Overdue,
    /// The member did not finish or answer it in time.
    Expired,
    /// It was lifted, and nothing was left to decide.
    Moot,
}

impl Appeal {
    /// Where it is at a moment.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> State {
        let over = self.deadline().is_some_and(|deadline| deadline <= now);
        match self.stored {
            State::InReview if over => State::Submitted,
            State::Draft | State::NeedsInfo if over => State::Expired,
            stored => stored,
        }
    }

    /// When the present state ends by itself.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let about = &self.about;
        match self.stored {
            State::Draft => about.finish_by,
            State::NeedsInfo => about.asked.last().map(|asked| asked.until),
            State::InReview => about.claimed.as_ref().map(|claimed| claimed.until),
            _ => None,
        }
    }

    /// When it ended, as it stands at a moment: what runs out ends when it does.
    #[must_use]
    pub fn over_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.ended_at {
            None if self.state(now) == State::Expired => self.deadline(),
            ended => ended,
        }
    }

    /// Whether reviewers are late with it.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        let waits = matches!(self.state(now), State::Submitted | State::InReview);
        waits && self.about.decide_by.is_some_and(|by| by <= now)
    }

    /// When somebody is to look at it next: something is to be written down then.
    #[must_use]
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        if !self.stored.is_open() {
            return None;
        }
        let waits = matches!(self.stored, State::Submitted | State::InReview);
        let untold = waits && self.about.overdue_at.is_none();
        let late = self.about.decide_by.filter(|_| untold);
        [self.deadline(), late, self.lifted_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Writes down what time has done, the first first.
    pub fn tick(&mut self, now: DateTime<Utc>) -> Vec<Happened> {
        let mut happened = Vec::new();
        match (self.stored, self.state(now)) {
            (State::InReview, State::Submitted) => {
                self.stored = State::Submitted;
                self.about.claimed = None;
                happened.push(Happened::ClaimLapsed);
            }
            (_, State::Expired) if self.stored.is_open() => {
                self.ended_at = self.over_at(now);
                self.stored = State::Expired;
                happened.push(Happened::Expired);
            }
            _ => {}
        }
        if self.about.overdue_at.is_none() && self.is_overdue(now) {
            self.about.overdue_at = Some(now);
            happened.push(Happened::Overdue);
        }
        happened
    }

    /// The sanction of the case was lifted, and somebody has looked whether points are left of it. Without any nothing is left to decide;
    /// otherwise it goes on about them. Nothing happens where nobody lifted anything since.
    pub fn settle_lift(&mut self, points_are_left: bool, now: DateTime<Utc>) -> Vec<Happened> {
        let moot = self.lifted_at.take().is_some() && !points_are_left && self.become_moot(now);
        moot.then_some(Happened::Moot).into_iter().collect()
    }
}
