//! Acts that wait for others: budgets that are spent, and kinds that need approvals.

use crate::act::{ActAnswer, ActorRequest, Messages};
use crate::case::{Actor, Approval, MemberRef};
use crate::kind::Kind;
use crate::policy::Budget;
use crate::time::Time;
use crate::word::{HeldState, HoldReason, Rank, Visibility};
use std::collections::BTreeMap;

wire! {
    /// What an act waits for.
    pub struct Hold {
        /// Why it waits.
        pub why: HoldReason,
        /// The budget that is spent; null for approvals.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub budget: Option<Budget>,
        /// How many people have to approve it, besides who issued it: 1 where a budget is spent.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
        pub needed: i64,
        /// The rank that they need, at least.
        pub rank: Rank,
    }
}

wire! {
    /// An act as it was asked for.
    pub struct AskedAct {
        /// The kind of act.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// For how long, in seconds.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 315_360_000))]
        pub duration: Option<i64>,
        /// What a restrict takes away, or an unrestrict gives back.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// The sanction whose place it takes.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::SanctionId>, required))]
        pub supersedes: Option<String>,
        /// The messages to delete.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub messages: Option<Messages>,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// Links to what shows it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// What the bot wants to keep with the case.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Context>, required))]
        pub context: Option<BTreeMap<String, String>>,
        /// Who may read it, for notes.
        pub visibility: Visibility,
        /// Whether immunity is to be overridden.
        pub break_glass: bool,
        /// Whether it is to be recorded although a like act was just accepted.
        pub allow_duplicate: bool,
    }
}

wire! {
    /// How a held act ended, unless by time alone.
    pub struct HeldEnd {
        /// When.
        pub at: Time,
        /// Who gave the last approval, rejected it or withdrew it.
        pub by: Actor,
        /// Why it was rejected or withdrawn.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// The case that it became; null unless it was released.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub case: Option<i64>,
    }
}

wire! {
    /// An act that waits for others, or has waited. Nothing happened to the member so far; the act counts from its release.
    pub struct HeldAct {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::HeldId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// Where it is in its life.
        pub state: HeldState,
        /// What it waits for.
        pub hold: Hold,
        /// The member.
        pub member: MemberRef,
        /// Who issued it.
        pub actor: Actor,
        /// What was asked for.
        pub act: AskedAct,
        /// Who has approved it so far.
        #[cfg_attr(feature = "openapi", schema(max_items = 5))]
        pub approvals: Vec<Approval>,
        /// When it was asked for.
        pub created_at: Time,
        /// From then on it can no longer be released.
        pub expires_at: Time,
        /// How it ended; null while it waits, and where time alone ended it.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended: Option<HeldEnd>,
    }
}

wire! {
    /// Approves a held act.
    #[serde(deny_unknown_fields)]
    pub struct ApproveRequest {
        /// The person who approves, by `platform` and `id`.
        pub actor: ActorRequest,
        /// Decide without effect: the answer is what would happen now.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// What would come of an approval.
    pub struct ApprovalPreview {
        /// Always true: nothing was written.
        pub dry_run: bool,
        /// What would be recorded; null where the act would wait for more approvals.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub act: Option<ActAnswer>,
        /// The held act as it would stand.
        pub held: HeldAct,
    }
}

wire! {
    /// Rejects a held act, or withdraws it.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct RejectRequest {
        /// Who rejects it.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
    }
}
