//! Appeals: a member asks that a case be looked at again.

use crate::act::{ActorRequest, VoidAnswer};
use crate::case::{Actor, MemberRef};
use crate::time::Time;
use crate::word::{AppealOutcome, AppealState, AppealStep};

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
    /// Who has an appeal in hand, and until when.
    pub struct AppealClaim {
        /// Who.
        pub by: Actor,
        /// Until when.
        pub until: Time,
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
        /// The member.
        pub member: MemberRef,
        /// Where it is.
        pub state: AppealState,
        /// What may happen to it now.
        #[cfg_attr(feature = "openapi", schema(max_items = 4))]
        pub next: Vec<AppealStep>,
        /// What the member says.
        #[cfg_attr(feature = "openapi", schema(max_items = 1))]
        pub statements: Vec<Statement>,
        /// Who has it in hand; null unless it is in review.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub claimed: Option<AppealClaim>,
        /// What was decided; null unless it is closed.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub decision: Option<AppealDecision>,
        /// When it was filed.
        pub created_at: Time,
        /// When it ended; null as long as it is open.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended_at: Option<Time>,
    }
}

wire! {
    /// What a decision came to.
    pub struct DecisionAnswer {
        /// The appeal as it is now.
        pub appeal: Appeal,
        /// What came of the void; null where the case was upheld.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub remedy: Option<VoidAnswer>,
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
