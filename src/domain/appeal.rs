//! Appeals: a member asks that a case be looked at again, by somebody else than who acted.
//!
//! What may happen next follows from the state alone, so whoever asks for something else can be told what may. Time moves an appeal by itself: a
//! claim whose time is over is nobody's, and what the member does not finish or answer in time is over.

mod document; // what there is to one besides where it is
mod eligibility; // whether a case may be appealed
mod finding; // what reviewers come to
mod overturns; // how often they changed something
mod reviewer; // who may review, and who stood behind a case
mod rules; // what a policy says
mod state; // where an appeal is in its life, and what may happen next
mod time; // what happens by itself

pub use document::{
    About, Answered, Asked, Barred, Claimed, Comment, Decision, MOST_ASKED, MOST_COMMENTS, MOST_STATEMENTS,
    Statement, Vote,
};
pub use eligibility::{Barrier, Eligibility};
pub use finding::{Finding, Outcome, agreed};
pub use overturns::{By, Line, Overturns, Tally};
pub use reviewer::{Bench, Recusal, involved, person};
pub use rules::{Question, Rules, Votes};
pub use state::{State, Step};
pub use time::Happened;

use super::actor::{Acting, Actor};
use super::id::{AppealId, CommunityId, UserId};
use chrono::{DateTime, Utc};
use eligibility::after;
use std::collections::{BTreeMap, BTreeSet};

/// What is put down as the reason where reviewers did not agree; the member is told so in their language.
const SPLIT: &str = "No change has enough votes, so the case stands.";

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
    /// Where it is, but for what time has done since; see [`Appeal::state`].
    pub stored: State,
    /// When it was filed.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When somebody lifted the sanction of the case, and nobody has looked yet whether that leaves something to decide.
    pub lifted_at: Option<DateTime<Utc>>,
    /// What else there is to it.
    pub about: About,
}

/// What a member says when they appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// The text, and links to what shows it.
    pub statement: Statement,
    /// What they say to the policy's questions, by the question's id.
    pub answers: BTreeMap<String, String>,
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
    /// They have said what they came to.
    Voted,
    /// Questions of the policy are not answered, or what is answered is not asked.
    Answers {
        /// Those that need an answer and have none.
        missing: Vec<String>,
        /// Answers to what is not asked.
        unknown: Vec<String>,
    },
    /// There is as much of this as an appeal has at the most.
    Full(&'static str),
    /// The number of votes is another one by now than it was when the decision was asked for.
    Overtaken,
}

impl Appeal {
    /// Files one: handed in at once, or as a draft.
    ///
    /// # Errors
    /// What is missing in the answers.
    pub fn file(
        (id, community, case, user): (AppealId, CommunityId, i64, UserId),
        saying: Saying,
        (draft, rules): (bool, &Rules),
        now: DateTime<Utc>,
    ) -> Result<Self, NotTaken> {
        let mut appeal = Self {
            id,
            community,
            case,
            user,
            stored: State::Draft,
            created_at: now,
            ended_at: None,
            lifted_at: None,
            about: About {
                blind: rules.blind,
                finish_by: Some(after(now, rules.draft_for)),
                ..About::default()
            },
        };
        appeal.about.statements.push(saying.statement);
        appeal.answer_questions(saying.answers, rules, draft)?;
        if !draft {
            appeal.hand_in(rules, now)?;
        }
        Ok(appeal)
    }

    /// The member hands a draft in. What they say now is added to what the draft says.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn submit(
        &mut self,
        statement: Option<Statement>,
        answers: BTreeMap<String, String>,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        self.legal(Step::Submit, now)?;
        self.answer_questions(answers, rules, false)?;
        if let Some(statement) = statement {
            self.push_statement(statement)?;
        }
        self.hand_in(rules, now)
    }

    fn hand_in(&mut self, rules: &Rules, now: DateTime<Utc>) -> Result<(), NotTaken> {
        self.step(Step::Submit, now)?;
        self.about.submitted_at = Some(now);
        self.about.decide_by = Some(after(now, rules.decide_within));
        Ok(())
    }

    fn answer_questions(
        &mut self,
        mut given: BTreeMap<String, String>,
        rules: &Rules,
        draft: bool,
    ) -> Result<(), NotTaken> {
        let mut answers = Vec::new();
        let mut missing = Vec::new();
        for question in &rules.questions {
            let before = self.about.answers.iter().find(|said| said.id == question.id);
            let text = given
                .remove(&question.id)
                .or_else(|| before.map(|said| said.text.clone()));
            match text {
                Some(text) => answers.push(Answered {
                    id: question.id.clone(),
                    question: question.text.clone(),
                    text,
                }),
                None if question.required && !draft => missing.push(question.id.clone()),
                None => {}
            }
        }
        let unknown: Vec<_> = given.into_keys().collect();
        if missing.is_empty() && unknown.is_empty() {
            self.about.answers = answers;
            Ok(())
        } else {
            Err(NotTaken::Answers { missing, unknown })
        }
    }

    /// The member says something more. Where a reviewer has asked something, it waits for a reviewer again.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn add_statement(&mut self, statement: Statement, now: DateTime<Utc>) -> Result<(), NotTaken> {
        let state = self.legal(Step::AddStatement, now)?;
        self.push_statement(statement)?;
        if state == State::NeedsInfo
            && let Some(asked) = self.about.asked.last_mut()
        {
            asked.answered_at = Some(now);
            // Waiting for the member is no delay of the reviewers.
            let waited = now - asked.at;
            self.about.decide_by = self.about.decide_by.map(|by| by + waited);
        }
        self.step(Step::AddStatement, now)
    }

    fn push_statement(&mut self, statement: Statement) -> Result<(), NotTaken> {
        if self.about.statements.len() >= MOST_STATEMENTS {
            return Err(NotTaken::Full("statements"));
        }
        self.about.statements.push(statement);
        Ok(())
    }

    /// Moderators say something among themselves. Who shows something with it is a witness, and reviews no more.
    ///
    /// # Errors
    /// That there are too many comments.
    pub fn comment(&mut self, comment: Comment) -> Result<(), NotTaken> {
        if self.about.comments.len() >= MOST_COMMENTS {
            return Err(NotTaken::Full("comments"));
        }
        self.about.comments.push(comment);
        Ok(())
    }

    /// Who has shown something in a comment.
    #[must_use]
    pub fn witnesses(&self) -> BTreeSet<UserId> {
        let comments = self.about.comments.iter();
        let showing = comments.filter(|comment| !comment.evidence.is_empty());
        showing
            .filter_map(|comment| reviewer::person(&comment.by))
            .collect()
    }

    /// A reviewer takes it in hand, or keeps it for longer.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn claim(
        &mut self,
        acting: &Acting,
        bench: &Bench,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        let exception = reviewer::check(acting, bench).map_err(NotTaken::Recused)?;
        self.has_not_voted(&acting.actor, rules)?;
        if self.state(now) != State::InReview {
            self.step(Step::Claim, now)?;
        } else if !self.is_claimed_by(&acting.actor) {
            return Err(NotTaken::ClaimedByAnother);
        }
        self.about.claimed = Some(Claimed {
            by: acting.actor.clone(),
            until: after(now, rules.claim_for),
            exception,
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

    /// A reviewer asks the member something; where somebody has it in hand, only they.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn ask(
        &mut self,
        text: String,
        acting: &Acting,
        (bench, rules): (&Bench, &Rules),
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        reviewer::check(acting, bench).map_err(NotTaken::Recused)?;
        if self.legal(Step::Ask, now)? == State::InReview && !self.is_claimed_by(&acting.actor) {
            return Err(NotTaken::ClaimedByAnother);
        }
        if self.about.asked.len() >= MOST_ASKED {
            return Err(NotTaken::Full("questions of reviewers"));
        }
        self.step(Step::Ask, now)?;
        self.about.claimed = None;
        self.about.asked.push(Asked {
            at: now,
            by: acting.actor.clone(),
            text,
            until: after(now, rules.answer_within),
            answered_at: None,
        });
        Ok(())
    }

    /// A reviewer refuses to look at it.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn bar(
        &mut self,
        reason: String,
        acting: &Acting,
        bench: &Bench,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        reviewer::check(acting, bench).map_err(NotTaken::Recused)?;
        self.step(Step::Bar, now)?;
        self.about.barred = Some(Barred {
            at: now,
            by: acting.actor.clone(),
            reason,
        });
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

    /// Whoever has it in hand says what they came to. Where several have to agree and too few do yet, it goes back, and others take it in hand;
    /// otherwise it is decided, and what it came to is to be carried out. `expected` is what the caller goes by, who carries that out.
    ///
    /// # Errors
    /// What stands in the way; [`NotTaken::Overtaken`] where it comes to something else than expected.
    pub fn decide(
        &mut self,
        (finding, reason): (Finding, String),
        acting: &Acting,
        (bench, rules): (&Bench, &Rules),
        expected: Option<&Finding>,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        let exception = reviewer::check(acting, bench).map_err(NotTaken::Recused)?;
        self.has_not_voted(&acting.actor, rules)?;
        self.in_hand_of(&acting.actor, Step::Decide, now)?;
        let agreed = agreed(rules.votes, &self.about.votes, &finding);
        if agreed.as_ref() != expected {
            return Err(NotTaken::Overtaken);
        }
        let vote = Vote {
            at: now,
            by: acting.actor.clone(),
            finding,
            reason,
            exception,
        };
        let told = self.said_so(agreed.as_ref(), &vote);
        let exception = exception || self.about.votes.iter().any(|cast| cast.exception);
        if rules.votes.is_some() {
            self.about.votes.push(vote);
        }
        let Some(agreed) = agreed else {
            self.about.claimed = None;
            return self.step(Step::Release, now);
        };
        self.step(Step::Decide, now)?;
        self.about.decision = Some(Decision {
            outcome: agreed.outcome(),
            split: told.is_none(),
            by: told.as_ref().map_or(&acting.actor, |vote| &vote.by).clone(),
            at: now,
            reason: told.map_or_else(|| SPLIT.to_owned(), |vote| vote.reason),
            exception,
        });
        Ok(())
    }

    /// The last of those who came to it: theirs is the reason that the member is told. `None` where nobody did, and the case stands because no change has
    /// enough votes.
    fn said_so(&self, agreed: Option<&Finding>, last: &Vote) -> Option<Vote> {
        let mut said = self.about.votes.iter().chain([last]).rev();
        said.find(|vote| Some(&vote.finding) == agreed).cloned()
    }

    /// Who has said what they came to.
    #[must_use]
    pub fn voters(&self) -> BTreeSet<UserId> {
        let by = self.about.votes.iter().map(|vote| &vote.by);
        by.filter_map(reviewer::person).collect()
    }

    /// That they have no say already. Where the policy has no votes any more, whoever voted may decide.
    fn has_not_voted(&self, by: &Actor, rules: &Rules) -> Result<(), NotTaken> {
        match reviewer::person(by).filter(|_| rules.votes.is_some()) {
            Some(person) if self.voters().contains(&person) => Err(NotTaken::Voted),
            _ => Ok(()),
        }
    }

    fn in_hand_of(&self, by: &Actor, step: Step, now: DateTime<Utc>) -> Result<(), NotTaken> {
        self.legal(step, now)?;
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

    /// Where it is, if a step is possible there.
    fn legal(&self, step: Step, now: DateTime<Utc>) -> Result<State, NotTaken> {
        let state = self.state(now);
        match state.after(step) {
            Some(_) => Ok(state),
            None => Err(NotTaken::Illegal { state, step }),
        }
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
