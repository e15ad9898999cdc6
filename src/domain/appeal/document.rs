//! What there is to an appeal besides where it is: the document that the store keeps of it.

use super::finding::{Finding, Outcome};
use crate::domain::actor::Actor;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How many statements an appeal has at the most, and how many comments.
pub const MOST_STATEMENTS: usize = 20;
/// See [`MOST_STATEMENTS`].
pub const MOST_COMMENTS: usize = 100;
/// How often a reviewer asks at the most.
pub const MOST_ASKED: usize = 10;

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

/// What a member said to a question of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question's id.
    pub id: String,
    /// The question, as it was asked.
    pub question: String,
    /// What they said.
    pub text: String,
}

/// What a reviewer wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// What.
    pub text: String,
    /// Until when it is to be answered.
    pub until: DateTime<Utc>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// What moderators say among themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
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
    /// They stood behind the case, and are the owner, and nobody else could.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exception: bool,
}

/// What one of several reviewers came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// What.
    pub finding: Finding,
    /// Why.
    pub reason: String,
    /// It is the owner's, who stood behind the case, because nobody else could.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exception: bool,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub outcome: Outcome,
    /// By whom; the last of several.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, as the member is told.
    pub reason: String,
    /// No reviewer came to it: the case stands because no change has enough votes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub split: bool,
    /// It was the owner's, who stood behind the case, because nobody else could.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exception: bool,
}

/// That a reviewer refused to look at an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barred {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// Why, as the member is told.
    pub reason: String,
}

/// What the store keeps of an appeal as one document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// What the member says, the first first.
    pub statements: Vec<Statement>,
    /// What they said to the policy's questions.
    pub answers: Vec<Answered>,
    /// What reviewers asked, the first first.
    pub asked: Vec<Asked>,
    /// What reviewers say among themselves, the first first.
    pub comments: Vec<Comment>,
    /// Who has it in hand, or had it last.
    pub claimed: Option<Claimed>,
    /// What reviewers came to, where several have to agree.
    pub votes: Vec<Vote>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// Why nobody looks at it.
    pub barred: Option<Barred>,
    /// Whether reviewers are not told who is who, as the policy had it when it was filed.
    pub blind: bool,
    /// When it was handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Until when the member has to finish a draft.
    pub finish_by: Option<DateTime<Utc>>,
    /// Until when it is to be decided.
    pub decide_by: Option<DateTime<Utc>>,
    /// When it was noticed that it was not.
    pub overdue_at: Option<DateTime<Utc>>,
}
