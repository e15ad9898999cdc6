//! Appeals: a member asks that a case be looked at again.

mod overturn; // how often they changed something

pub use overturn::{OverturnLine, OverturnTally, Overturns};

use crate::act::ActorRequest;
use crate::case::{Actor, Case, MemberRef};
use crate::duration::Duration;
use crate::kind::Kind;
use crate::number::Decimal;
use crate::policy::AppealQuestion;
use crate::standing::Standing;
use crate::time::Time;
use crate::word::{AppealBarrier, AppealOutcome, AppealState, AppealStep};
use std::collections::BTreeMap;

wire! {
    /// Files an appeal for the member of the case.
    #[serde(deny_unknown_fields)]
    pub struct AppealRequest {
        /// What the member says.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::StatementText))]
        pub statement: String,
        /// Links to what shows it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// What the member says to the policy's questions, by the question's id.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, crate::form::StatementText>))]
        pub answers: BTreeMap<String, String>,
        /// The member is still writing it: it waits for `submit`, and for nobody else.
        #[serde(default)]
        pub draft: bool,
    }
}

wire! {
    /// Hands a draft in, with what the member says besides.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct SubmitRequest {
        /// What they say besides.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::StatementText>))]
        pub statement: Option<String>,
        /// Links to what shows it; with a statement only.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// What they say to the policy's questions, in the place of what the draft says to them.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, crate::form::StatementText>))]
        pub answers: BTreeMap<String, String>,
    }
}

wire! {
    /// Something more that the member says.
    #[serde(deny_unknown_fields)]
    pub struct StatementRequest {
        /// What.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::StatementText))]
        pub statement: String,
        /// Links to what shows it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
    }
}

wire! {
    /// Takes an appeal in hand, or puts it back.
    #[serde(deny_unknown_fields)]
    pub struct ReviewerRequest {
        /// The person who reviews, by `platform` and `id`.
        pub actor: ActorRequest,
    }
}

wire! {
    /// Asks the member something.
    #[serde(deny_unknown_fields)]
    pub struct AskRequest {
        /// The person who asks.
        pub actor: ActorRequest,
        /// What, as the member reads it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DecisionReason))]
        pub question: String,
    }
}

wire! {
    /// Refuses to look at an appeal.
    #[serde(deny_unknown_fields)]
    pub struct BarRequest {
        /// The person who refuses.
        pub actor: ActorRequest,
        /// Why, as the member is told.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DecisionReason))]
        pub reason: String,
    }
}

wire! {
    /// Says something to the other moderators.
    #[serde(deny_unknown_fields)]
    pub struct CommentRequest {
        /// The person who says it.
        pub actor: ActorRequest,
        /// What.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::StatementText))]
        pub text: String,
        /// Links to what shows it. Who shows something is a witness, and does not review the appeal.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
    }
}

wire! {
    /// The milder act that takes the place of the case.
    #[serde(deny_unknown_fields)]
    pub struct MilderAct {
        /// Its kind.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// For how long, from the start of the case; as for the kind.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// What a restrict takes away.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
    }
}

wire! {
    /// Decides an appeal.
    #[serde(deny_unknown_fields)]
    pub struct DecisionRequest {
        /// The person who decides: who has it in hand.
        pub actor: ActorRequest,
        /// What it comes to.
        pub outcome: AppealOutcome,
        /// Why, as the member is told.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DecisionReason))]
        pub reason: String,
        /// For `reduce`: so many points from now on.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Points>))]
        pub points: Option<Decimal>,
        /// For `reduce`: the sanction lasts so long from its start; if that is over, it ends now.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// For `replace`: the milder act.
        #[serde(default)]
        pub act: Option<MilderAct>,
    }
}

wire! {
    /// What somebody says in an appeal.
    pub struct Statement {
        /// When.
        pub at: Time,
        /// What.
        #[cfg_attr(feature = "openapi", schema(max_length = 4_000))]
        pub text: String,
        /// Links to what shows it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
    }
}

wire! {
    /// What the member said to a question of the policy.
    pub struct AppealAnswer {
        /// The question's id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub id: String,
        /// The question, as it was asked.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::QuestionText))]
        pub question: String,
        /// What they said.
        #[cfg_attr(feature = "openapi", schema(max_length = 4_000))]
        pub text: String,
    }
}

wire! {
    /// What a reviewer wants to know of the member.
    pub struct AppealAsked {
        /// When it was asked.
        pub at: Time,
        /// What.
        #[cfg_attr(feature = "openapi", schema(max_length = 2_000))]
        pub question: String,
        /// Until when it is to be answered.
        pub answer_by: Time,
        /// When it was.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub answered_at: Option<Time>,
    }
}

wire! {
    /// What a moderator said to the others.
    pub struct AppealComment {
        /// When.
        pub at: Time,
        /// Who.
        pub by: Actor,
        /// What.
        #[cfg_attr(feature = "openapi", schema(max_length = 4_000))]
        pub text: String,
        /// Links to what shows it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
    }
}

wire! {
    /// What one of several reviewers came to.
    pub struct AppealVote {
        /// When.
        pub at: Time,
        /// Who; null in a blind review as long as it is open.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub by: Option<Actor>,
        /// What; null in a blind review as long as it is open.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub outcome: Option<AppealOutcome>,
        /// It is the owner's, who stood behind the case, because nobody else in the community could.
        pub exception: bool,
        /// Why; in what reviewers read alone, like all that follows, and null elsewhere.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 2_000))]
        pub reason: Option<String>,
        /// To how many points it reduces.
        #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::form::Points>))]
        pub points: Option<Decimal>,
        /// How long the sanction, or that of the milder act, lasts from its start.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub duration: Option<Duration>,
        /// The kind of the milder act.
        #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::form::KindName>))]
        pub kind: Option<Kind>,
    }
}

wire! {
    /// Why nobody looks at an appeal.
    pub struct AppealBarred {
        /// When.
        pub at: Time,
        /// By whom.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(max_length = 2_000))]
        pub reason: String,
    }
}

wire! {
    /// Who has an appeal in hand, and until when.
    pub struct AppealClaim {
        /// Who.
        pub by: Actor,
        /// Until when.
        pub until: Time,
        /// They stood behind the case, are the owner, and nobody else in the community could review it.
        pub exception: bool,
    }
}

wire! {
    /// What a reviewer came to.
    pub struct AppealDecision {
        /// What.
        pub outcome: AppealOutcome,
        /// By whom.
        pub by: Actor,
        /// When.
        pub at: Time,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(max_length = 2_000))]
        pub reason: String,
        /// It was the owner's, who stood behind the case, because nobody else in the community could.
        pub exception: bool,
        /// No reviewer came to it: the case stands because no change has enough votes.
        pub split: bool,
    }
}

wire! {
    /// An appeal.
    pub struct Appeal {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::AppealId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The number of the case.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CaseNumber))]
        pub case: i64,
        /// The member; nobody in a blind review as long as it is open.
        pub member: MemberRef,
        /// Where it is.
        pub state: AppealState,
        /// What may happen to it now.
        #[cfg_attr(feature = "openapi", schema(max_items = 8))]
        pub next: Vec<AppealStep>,
        /// What the member says.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub statements: Vec<Statement>,
        /// What they said to the policy's questions.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub answers: Vec<AppealAnswer>,
        /// What reviewers asked them.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub asked: Vec<AppealAsked>,
        /// Who has it in hand; null unless it is in review.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub claimed: Option<AppealClaim>,
        /// What reviewers came to, where several have to come to the same.
        #[cfg_attr(feature = "openapi", schema(max_items = 9))]
        pub votes: Vec<AppealVote>,
        /// What was decided; null unless it is closed.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub decision: Option<AppealDecision>,
        /// Why nobody looks at it; null unless it is barred.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub barred: Option<AppealBarred>,
        /// When the present state ends by itself: a draft, a question, a claim; null where none does.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub deadline: Option<Time>,
        /// Until when it is to be decided; null for a draft.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub decide_by: Option<Time>,
        /// Whether it waits for reviewers longer than it should.
        pub overdue: bool,
        /// When it was filed.
        pub created_at: Time,
        /// When it ended; null as long as it is open.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended_at: Option<Time>,
    }
}

wire! {
    /// What came of a decision.
    pub struct AppealRemedy {
        /// The case as it is now; the milder one where one took its place.
        pub case: Case,
        /// The case that was replaced; null where none was.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub replaced: Option<Case>,
        /// Cases that no longer count with it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 10_000))]
        pub also_voided: Vec<i64>,
        /// The member's standing afterwards.
        pub standing: Standing,
    }
}

wire! {
    /// What a decision came to.
    pub struct DecisionAnswer {
        /// The appeal as it is now.
        pub appeal: Appeal,
        /// What came of it; null where the case was upheld, and where others have to come to the same first.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub remedy: Option<AppealRemedy>,
    }
}

wire! {
    /// Whether a case may be appealed.
    pub struct AppealEligibility {
        /// Whether it may be now.
        pub eligible: bool,
        /// What stands in the way; null if nothing does.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub barrier: Option<AppealBarrier>,
        /// The same in a sentence.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Sentence>, required))]
        pub detail: Option<String>,
        /// From when on it may be appealed, where time alone makes it possible; null otherwise.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub from: Option<Time>,
        /// Until when; null for ever.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// How many appeals the case may still have.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 20))]
        pub left: i64,
        /// What the member is asked besides their statement.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub questions: Vec<AppealQuestion>,
        /// The appeal that is open; null if none is.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::AppealId>, required))]
        pub open: Option<String>,
    }
}

wire! {
    /// What a reviewer goes by.
    pub struct AppealReview {
        /// The appeal.
        pub appeal: Appeal,
        /// What was done: the case, without people in a blind review as long as it is open.
        pub facts: AppealFacts,
        /// The whole case; null in a blind review as long as it is open.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub case: Option<Case>,
        /// What moderators said among themselves.
        #[cfg_attr(feature = "openapi", schema(max_items = 100))]
        pub comments: Vec<AppealComment>,
    }
}

wire! {
    /// What was done, without who is who.
    pub struct AppealFacts {
        /// The kind of act.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// When.
        pub at: Time,
        /// The points that it counts.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Points))]
        pub points: Decimal,
        /// For how long; null where it has no duration.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub duration: Option<Duration>,
        /// Why, as the case says.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// Links to what shows it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// Whether a rule of automod or a rung of the ladder acted, not a person.
        pub automated: bool,
        /// The version of the policy that judged it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub policy_version: i32,
    }
}

wire! {
    /// What the log says of an appeal: nothing of what was written in it.
    pub struct AppealNews {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::AppealId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The number of the case.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CaseNumber))]
        pub case: i64,
        /// Where it is.
        pub state: AppealState,
        /// What was decided; null unless it is closed.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub outcome: Option<AppealOutcome>,
    }
}
