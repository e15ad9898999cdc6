//! Policies: weights, decay, ladder, authority. Versions are immutable.

use crate::case::Actor;
use crate::duration::Duration;
use crate::kind::Kind;
use crate::number::Decimal;
use crate::time::Time;
use crate::word::{
    BudgetPer, DecayModel, DriftResponse, Freeze, NoticeTime, Rank, Refire, RungMode, Severity,
};
use std::collections::BTreeMap;

wire! {
    /// How points fall.
    #[serde(deny_unknown_fields)]
    pub struct Decay {
        /// The model.
        pub model: DecayModel,
        /// Points that fall a day, for `linear`, which needs it; at least 0.001, at most 3 decimals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::SomePoints>))]
        pub per_day: Option<Decimal>,
        /// How long nothing falls after each offence, for `linear`; 0 for not at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub grace: Option<Duration>,
        /// After how long an entry lapses, for `expiry`, which needs it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after: Option<Duration>,
    }
}

wire! {
    /// A rung of the ladder.
    #[serde(deny_unknown_fields)]
    pub struct Rung {
        /// A name that stays the same over versions.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub id: String,
        /// The points at which it is crossed.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::SomePoints))]
        pub at: Decimal,
        /// What happens: warn, mute, restrict, kick, tempban or ban.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub action: Kind,
        /// For how long; a tempban needs it, a mute and a restrict may have it.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// What a restrict takes away.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// How long it holds; by default `fixed`. With `while_above` there is no duration, and `reset_below`, at least 1 under `at`,
        /// says when it ends.
        #[serde(default)]
        pub mode: Option<RungMode>,
        /// How often it acts. By default every offence for the top rung, each crossing for the others.
        #[serde(default)]
        pub refire: Option<Refire>,
        /// The points below which it may be crossed again; by default `at`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::SomePoints>))]
        pub reset_below: Option<Decimal>,
    }
}

wire! {
    /// A rung for repeated offences: so many within so long.
    #[serde(deny_unknown_fields)]
    pub struct OffenceRung {
        /// A name that stays the same over versions, unique among all rungs.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub id: String,
        /// The kinds that count; only direct acts do, and only while they are not voided.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::KindName>, min_items = 1, max_items = 43))]
        pub kinds: Vec<Kind>,
        /// How many.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 50))]
        pub count: i64,
        /// Within how long.
        pub within: Duration,
        /// What happens: warn, mute, restrict, kick, tempban or ban.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub action: Kind,
        /// For how long; a tempban needs it, a mute and a restrict may have it.
        #[serde(default)]
        pub duration: Option<Duration>,
        /// What a restrict takes away.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
    }
}

wire! {
    /// A kind of act that the community has for itself.
    #[serde(deny_unknown_fields)]
    pub struct CustomKind {
        /// The points that an act of this kind adds.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Points))]
        pub weight: Decimal,
        /// How severe it is, compared with the kinds that every community has.
        pub severity: Severity,
        /// Whether it is an offence. From `warn` up it always is; below, only if this says so.
        #[serde(default)]
        pub offence: Option<bool>,
    }
}

wire! {
    /// So many acts within so long. An act beyond it is held until somebody else approves it.
    #[serde(deny_unknown_fields)]
    pub struct Budget {
        /// Whose acts are counted together.
        pub per: BudgetPer,
        /// How many there may be.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10_000))]
        pub acts: i64,
        /// Within how long, at most 30 days. Default an hour.
        #[serde(default)]
        pub within: Option<Duration>,
        /// The kinds that it is about. Default all that restrict, from the severity of a mute up. Notes and lifts are never held.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::KindName>>, min_items = 1, max_items = 43))]
        pub kinds: Option<Vec<Kind>>,
    }
}

wire! {
    /// How many people have to approve an act of a kind, besides who issues it.
    #[serde(deny_unknown_fields)]
    pub struct Approvals {
        /// How many.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
        pub needed: i64,
        /// The rank that they need. Default the least rank of the kind.
        #[serde(default)]
        pub rank: Option<Rank>,
    }
}

wire! {
    /// Which acts wait for somebody else.
    #[serde(deny_unknown_fields)]
    pub struct Authority {
        /// How much may be done before somebody else has to look. Default none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 16))]
        pub budgets: Option<Vec<Budget>>,
        /// The kinds that need approvals. Default none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, Approvals>>))]
        pub approvals: Option<BTreeMap<Kind, Approvals>>,
        /// How long a held act can be released: a minute to 30 days. Default 7 days.
        #[serde(default)]
        pub hold_for: Option<Duration>,
    }
}

wire! {
    /// What is done where a platform differs from the record.
    #[serde(deny_unknown_fields)]
    pub struct DriftPolicy {
        /// Where less holds than is desired: somebody unbans by hand. Default `report`.
        #[serde(default)]
        pub lifted_natively: Option<DriftResponse>,
        /// Where more holds than is desired: another tool bans. Default `report`.
        #[serde(default)]
        pub imposed_natively: Option<DriftResponse>,
    }
}

wire! {
    /// Something that a member is asked when they appeal.
    #[serde(deny_unknown_fields)]
    pub struct AppealQuestion {
        /// A name that stays the same over versions.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub id: String,
        /// What is asked, as the member reads it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::QuestionText))]
        pub text: String,
        /// Whether there is no appeal without an answer. Default true.
        #[serde(default)]
        pub required: Option<bool>,
    }
}

wire! {
    /// That several reviewers have to come to the same.
    #[serde(deny_unknown_fields)]
    pub struct AppealVotes {
        /// How many.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 2, maximum = 9))]
        pub needed: i64,
        /// Of how many at the most. Where nothing but `uphold` can get so many votes any more, the case stands.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 2, maximum = 9))]
        pub of: i64,
    }
}

wire! {
    /// What may be appealed, how, and how long everybody has.
    #[serde(deny_unknown_fields)]
    pub struct AppealRules {
        /// How long after a case was recorded it may be appealed, at most 3650 days. Default for ever.
        #[serde(default)]
        pub window: Option<Duration>,
        /// How long after a case was recorded it may not be appealed yet. Default 0.
        #[serde(default)]
        pub wait: Option<Duration>,
        /// How many appeals a case may have. Default 3.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20))]
        pub most: Option<i64>,
        /// How long after the end of an appeal there is no other one of the case. Default 0.
        #[serde(default)]
        pub gap: Option<Duration>,
        /// Kinds of cases that may not be appealed. Default none; lifts never can be.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::KindName>>, max_items = 43))]
        pub except_kinds: Option<Vec<Kind>>,
        /// What a member is asked. Default nothing besides their statement.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub questions: Option<Vec<AppealQuestion>>,
        /// For how long an appeal is a reviewer's once they have claimed it: a minute to 7 days. Default an hour.
        #[serde(default)]
        pub claim_for: Option<Duration>,
        /// Within how long an appeal is to be decided; waiting for the member does not count. A minute to 365 days, default 7 days.
        #[serde(default)]
        pub decide_within: Option<Duration>,
        /// How long a member has to answer what a reviewer asks. Default 14 days.
        #[serde(default)]
        pub answer_within: Option<Duration>,
        /// How long a member has to finish a draft. Default 7 days.
        #[serde(default)]
        pub draft_for: Option<Duration>,
        /// Whether reviewers are not told who the member is, nor who acted. Default false.
        #[serde(default)]
        pub blind: Option<bool>,
        /// Whether several reviewers have to come to the same. Default: one decides.
        #[serde(default)]
        pub votes: Option<AppealVotes>,
    }
}

wire! {
    /// What members are told of acts, and when.
    #[serde(deny_unknown_fields)]
    pub struct NoticePolicy {
        /// When, for all kinds that `kinds` does not name. Default: before what removes the member (kick, tempban, ban), after everything else; what
        /// restricts nobody is not told.
        #[serde(default)]
        pub when: Option<NoticeTime>,
        /// When, for some kinds. Default none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, NoticeTime>>))]
        pub kinds: Option<BTreeMap<Kind, NoticeTime>>,
        /// How to appeal, in the community's own words; by default a sentence in the member's language.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::HowToAppeal>))]
        pub how_to_appeal: Option<String>,
        /// Whether a link to the member's own page goes with a notice, where the server knows its public address; there they see the case and may
        /// appeal without an account. Default true.
        #[serde(default)]
        pub links: Option<bool>,
    }
}

wire! {
    /// The rules of a policy. What a request leaves out takes the default.
    #[serde(deny_unknown_fields)]
    pub struct Rules {
        /// Points are shown and compared rounded up to a multiple of this. Default 0.1.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Granularity>))]
        pub granularity: Option<Decimal>,
        /// Points for each kind of act. Default: warn 1, mute 2, restrict 2, kick 3, tempban 5, ban 10, others 0. The kinds that the
        /// community registers have theirs under `kinds`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, crate::form::Points>>))]
        pub weights: Option<BTreeMap<Kind, Decimal>>,
        /// How points fall. Default: linear, 0.1 a day.
        #[serde(default)]
        pub decay: Option<Decay>,
        /// Which sanctions stop points from falling while they hold. Default none.
        #[serde(default)]
        pub freeze_while: Option<Freeze>,
        /// The rungs, ascending in points, never falling in severity. Default: 3 mute 1 h, 5 mute 24 h, 8 tempban 7 d, 12 ban.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 32))]
        pub ladder: Option<Vec<Rung>>,
        /// The rungs for repeated offences. Default none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 32))]
        pub offence_rungs: Option<Vec<OffenceRung>>,
        /// The community's own kinds of act, by name. Default none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, CustomKind>>))]
        pub kinds: Option<BTreeMap<Kind, CustomKind>>,
        /// Whether escalated acts add the points of their kind. Default false.
        #[serde(default)]
        pub escalations_carry_points: Option<bool>,
        /// How long a like act on the same member is a duplicate; 0 switches the check off. Default 30 seconds.
        #[serde(default)]
        pub duplicate_window: Option<Duration>,
        /// The least rank for each kind of act. Default moderator.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, Rank>>))]
        pub least_rank: Option<BTreeMap<Kind, Rank>>,
        /// Which acts wait for somebody else. Default none.
        #[serde(default)]
        pub authority: Option<Authority>,
        /// What is done where platforms differ from the record. Default: it is reported.
        #[serde(default)]
        pub drift: Option<DriftPolicy>,
        /// What may be appealed, how, and how long everybody has.
        #[serde(default)]
        pub appeals: Option<AppealRules>,
        /// What members are told of acts, and when. Default: whatever restricts them.
        #[serde(default)]
        pub notices: Option<NoticePolicy>,
    }
}

wire! {
    /// The next version of a policy.
    #[serde(deny_unknown_fields)]
    pub struct PolicyRequest {
        /// The rules.
        pub rules: Rules,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>))]
        pub comment: Option<String>,
        /// When it comes into force, a year ahead at most; by default at once.
        #[serde(default)]
        pub activate_at: Option<Time>,
        /// Check and answer what would be written, without writing anything.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// An earlier version whose rules are to be in force again.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct PolicyRestore {
        /// Why. By default it names the version.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>))]
        pub comment: Option<String>,
        /// When they come into force, a year ahead at most; by default at once.
        #[serde(default)]
        pub activate_at: Option<Time>,
        /// Check and answer what would be written, without writing anything.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// Something in the rules of a policy that is allowed and hardly meant.
    pub struct PolicyWarning {
        /// A JSON pointer into the version, such as `/rules/ladder/2/duration`.
        #[cfg_attr(feature = "openapi", schema(max_length = 200))]
        pub pointer: String,
        /// What it comes to.
        #[cfg_attr(feature = "openapi", schema(max_length = 1_000))]
        pub detail: String,
    }
}

wire! {
    /// A version of a policy.
    pub struct Policy {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// 1, 2, 3 …
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub version: i32,
        /// From when on it judges, unless it is withdrawn before. A version that is still to come has a time ahead here.
        pub activated_at: Time,
        /// When it was written.
        pub created_at: Time,
        /// Who wrote it.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>, required))]
        pub comment: Option<String>,
        /// When it was withdrawn. It never comes into force then; `null` for all others.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub withdrawn_at: Option<Time>,
        /// What is allowed in the rules and hardly meant; empty for most.
        #[cfg_attr(feature = "openapi", schema(max_items = 256))]
        pub warnings: Vec<PolicyWarning>,
        /// The rules, complete.
        pub rules: Rules,
    }
}
