//! Appeals: a member asks that a case be looked at again, by somebody else than who acted.
//!
//! What may happen next follows from the state alone, so whoever asks for something else can be told what may. Time ends a claim by itself: one
//! whose lease is over is nobody's.

mod reviewer; // who may review, and who stood behind a case
mod state; // where an appeal is in its life, and what may happen next

pub use reviewer::{Recusal, involved};
pub use state::{State, Step};

use super::actor::{Acting, Actor};
use super::id::{AppealId, CommunityId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// For how long an appeal is a reviewer's once they have claimed it.
pub const CLAIMED_FOR: TimeDelta = TimeDelta::hours(1);

/// What somebody says in an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub text: String,
    /// Links to what shows it.
    pub evidence: Vec<String>,
}

/// Who has an appeal in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// Who; a person.
    pub by: Actor,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What a reviewer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The case stands as it is.
    Uphold,
    /// The case no longer counts.
    Void,
}

impl Outcome {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uphold => "uphold",
            Self::Void => "void",
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub outcome: Outcome,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, as the member is told.
    pub reason: String,
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// The community.
    pub community: CommunityId,
    /// The number of the case.
    pub case: i64,
    /// The member, as the case names them.
    pub user: UserId,
    /// Where it is, but for a claim that is over; see [`Appeal::state`].
    pub stored: State,
    /// When it was filed.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What else there is to it.
    pub about: About,
}

/// What the store keeps of an appeal as one document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What the member says, the first first.
    pub statements: Vec<Statement>,
    /// Who has it in hand, or had it last.
    pub claimed: Option<Claimed>,
    /// What was decided.
    pub decision: Option<Decision>,
}

/// Why something does not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Where it is, this cannot happen.
    Illegal {
        /// Where it is.
        state: State,
        /// What was to happen.
        step: Step,
    },
    /// Somebody else has it in hand.
    ClaimedByAnother,
    /// It is not this person's to review.
    Recused(Recusal),
}

impl Appeal {
    /// Where it is at a moment: whoever has claimed it has it until their time is over.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match (self.stored, &self.about.claimed) {
            (State::InReview, Some(claimed)) if claimed.until <= now => State::Submitted,
            (stored, _) => stored,
        }
    }

    /// A reviewer takes it in hand, or keeps it for longer. `involved` are the people who stood behind the case.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn claim(
        &mut self,
        acting: &Acting,
        involved: &BTreeSet<UserId>,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        reviewer::check(self.user, &acting.actor, involved).map_err(NotTaken::Recused)?;
        if self.state(now) != State::InReview {
            self.step(Step::Claim, now)?;
        } else if !self.is_claimed_by(&acting.actor) {
            return Err(NotTaken::ClaimedByAnother);
        }
        self.about.claimed = Some(Claimed {
            by: acting.actor.clone(),
            until: now + CLAIMED_FOR,
        });
        Ok(())
    }

    /// A reviewer puts it back.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn release(&mut self, by: &Actor, now: DateTime<Utc>) -> Result<(), NotTaken> {
        self.in_hand_of(by, Step::Release, now)?;
        self.step(Step::Release, now)?;
        self.about.claimed = None;
        Ok(())
    }

    /// The member takes it back.
    ///
    /// # Errors
    /// That it is over already.
    pub fn withdraw(&mut self, now: DateTime<Utc>) -> Result<(), NotTaken> {
        self.step(Step::Withdraw, now)
    }

    /// Nothing is left to decide. One that is over stays as it is.
    pub fn become_moot(&mut self, now: DateTime<Utc>) -> bool {
        self.step(Step::BecomeMoot, now).is_ok()
    }

    /// Whoever has it in hand decides.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn decide(
        &mut self,
        (outcome, reason): (Outcome, String),
        by: &Actor,
        involved: &BTreeSet<UserId>,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        reviewer::check(self.user, by, involved).map_err(NotTaken::Recused)?;
        self.in_hand_of(by, Step::Decide, now)?;
        self.step(Step::Decide, now)?;
        self.about.decision = Some(Decision {
            outcome,
            by: by.clone(),
            at: now,
            reason,
        });
        Ok(())
    }

    fn in_hand_of(&self, by: &Actor, step: Step, now: DateTime<Utc>) -> Result<(), NotTaken> {
        let state = self.state(now);
        if state.after(step).is_none() {
            return Err(NotTaken::Illegal { state, step });
        }
        if self.is_claimed_by(by) {
            Ok(())
        } else {
            Err(NotTaken::ClaimedByAnother)
        }
    }

    fn is_claimed_by(&self, by: &Actor) -> bool {
        let claimed = self.about.claimed.as_ref();
        let person = reviewer::person(by);
        person.is_some() && claimed.and_then(|claimed| reviewer::person(&claimed.by)) == person
    }

    fn step(&mut self, step: Step, now: DateTime<Utc>) -> Result<(), NotTaken> {
        let state = self.state(now);
        let Some(next) = state.after(step) else {
            return Err(NotTaken::Illegal { state, step });
        };
        self.stored = next;
        if !next.is_open() {
            self.ended_at = Some(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
