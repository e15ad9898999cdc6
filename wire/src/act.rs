//! Acts, lifts and voids: what is asked, and what comes of it.

use crate::case::Case;
use crate::directive::Directive;
use crate::duration::Duration;
use crate::held::Hold;
use crate::kind::Kind;
use crate::number::Decimal;
use crate::standing::Standing;
use crate::word::{ExecuteBy, Rank, Visibility};
use std::collections::BTreeMap;

wire! {
    /// A rule of automod: which one, and which version of it, so that its cases tell what judged them.
    #[serde(deny_unknown_fields)]
    pub struct Automod {
        /// The rule's name, the same over its versions.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RuleName))]
        pub rule: String,
        /// Its version: 1, 2, 3 …
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647, examples(3)))]
        pub version: i64,
    }
}

wire! {
    /// Who acts: a person, by `platform` and `id`, or a rule of the bot's automod, by `automod`. Leave it out and the key acts for
    /// itself.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ActorRequest {
        /// The platform of a person, such as `discord`. Goes with `id`.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Platform>, nullable = false))]
        pub platform: Option<String>,
        /// The person's id there. Goes with `platform`.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::NativeId>, nullable = false))]
        pub id: Option<String>,
        /// The rank that the platform shows. Needs the scope `actors:assert`; without it the rank stored here counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rank: Option<Rank>,
        /// The level within that rank, with `rank` only.
        #[serde(default, deserialize_with = "crate::number::level_opt", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 65_535))]
        pub level: Option<u16>,
        /// The rule, in the place of a person. It acts with the key's own rank.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(nullable = false))]
        pub automod: Option<Automod>,
    }
}

wire! {
    /// An act on a member.
    #[serde(deny_unknown_fields)]
    pub struct ActRequest {
        /// The kind of act.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// The member: a user id (`usr_…`) or `platform:native_id`. People who are unknown so far are made known.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Person))]
        pub member: String,
        /// Who acts.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// For how long. A tempban needs it, a mute and a restrict may have it, other kinds refuse it.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// What a restrict takes away; what an unrestrict gives back (everything, if it names nothing). Other kinds refuse it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// An active sanction of the member whose place this one takes: the way to shorten one, or to make it another. For mute,
        /// restrict, tempban and ban. Needs the rank to lift it too.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::SanctionId>))]
        pub supersedes: Option<String>,
        /// The messages, for `delete_messages`, which needs them; other kinds refuse them.
        #[serde(default)]
        pub messages: Option<Messages>,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Links to what shows it: http or https.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// What the bot wants to keep with the case, such as a channel or a message id: text by name.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Context>))]
        pub context: Option<BTreeMap<String, String>>,
        /// Who may read it: of a note, other kinds refuse it. Moderators only, unless said otherwise.
        #[serde(default)]
        pub visibility: Option<Visibility>,
        /// Act although the member is protected or a bot. Needs a reason.
        #[serde(default)]
        pub break_glass: bool,
        /// Record it although a like act was just accepted.
        #[serde(default)]
        pub allow_duplicate: bool,
        /// Decide without effect: the answer is what would happen now.
        #[serde(default)]
        pub dry_run: bool,
        /// Who carries it out on the platform of the actor, or else of the member: relays, or the caller, who gets the directives of that
        /// platform with the answer and 30 seconds to post receipts; without one by then they go to the relays. Needs the scope `directives:work`
        /// then. Other platforms are the relays' in any case.
        #[serde(default)]
        pub execute_by: ExecuteBy,
    }
}

wire! {
    /// Messages in one channel.
    #[serde(deny_unknown_fields)]
    pub struct Messages {
        /// Where.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Channel))]
        pub channel: String,
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::MessageId>, min_items = 1, max_items = 100))]
        pub ids: Vec<String>,
    }
}

wire! {
    /// Ends one sanction.
    #[serde(deny_unknown_fields)]
    pub struct LiftRequest {
        /// Who acts.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Act although the member is protected or a bot. Needs a reason.
        #[serde(default)]
        pub break_glass: bool,
        /// Decide without effect: the answer is what would happen now.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// Voids a case: it no longer counts.
    #[serde(deny_unknown_fields)]
    pub struct VoidRequest {
        /// Who acts.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Decide without effect: the answer is what would happen now.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// Makes a case count less: fewer points, a shorter sanction, or both.
    #[serde(deny_unknown_fields)]
    pub struct ReduceRequest {
        /// Who acts.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// So many points; fewer than it counts now.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Points>))]
        pub points: Option<Decimal>,
        /// Its sanction lasts so long from its start; shorter than it is now. Where that time is over, it ends now.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Decide without effect: the answer is what would happen now.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// A milder act in the place of a case.
    #[serde(deny_unknown_fields)]
    pub struct ReplaceRequest {
        /// The kind of act. No lift, and nothing that deletes messages.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// For how long, from the start of what it replaces: of mute, restrict and tempban. It never ends later than that does or did.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// What a restrict takes away; nothing that the case did not.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// Why: of the void and of the new case.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Who acts.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// Decide without effect: the answer is what would happen now.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// Another reason for a case.
    #[serde(deny_unknown_fields)]
    pub struct ReasonRequest {
        /// The reason; null takes it away.
        #[serde(deserialize_with = "crate::field::nullable")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// Who changes it.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
    }
}

wire! {
    /// What came of an act.
    pub struct ActAnswer {
        /// Whether this is only what would happen. Nothing was written, and the numbers are those that the cases would get.
        pub dry_run: bool,
        /// What the act would wait for first, with `dry_run`; then the rest is what would happen once it is approved. Null otherwise.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub hold: Option<Hold>,
        /// The act's case.
        pub case: Case,
        /// The cases that the ladder added, the first cause first.
        #[cfg_attr(feature = "openapi", schema(max_items = 2))]
        pub escalations: Vec<Case>,
        /// The member's standing afterwards.
        pub standing: Standing,
        /// What the caller is to carry out (`execute_by`: `caller`); empty otherwise, when relays do.
        #[serde(default)]
        pub directives: Vec<Directive>,
    }
}

wire! {
    /// What came of a void or of a reduction.
    pub struct VoidAnswer {
        /// Whether this is only what would happen. Nothing was written.
        pub dry_run: bool,
        /// The case.
        pub case: Case,
        /// The numbers of the escalated cases that no longer count either.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>))]
        pub also_voided: Vec<i64>,
        /// The member's standing afterwards.
        pub standing: Standing,
    }
}

wire! {
    /// What came of a replacement.
    pub struct ReplaceAnswer {
        /// Whether this is only what would happen. Nothing was written.
        pub dry_run: bool,
        /// The case of the milder act.
        pub case: Case,
        /// The case whose place it took, which no longer counts.
        pub voided: Case,
        /// The numbers of the escalated cases that no longer count either.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>))]
        pub also_voided: Vec<i64>,
        /// The member's standing afterwards.
        pub standing: Standing,
    }
}
