//! Simulations: who would have been treated differently under another policy.

use crate::kind::Kind;
use crate::number::Decimal;
use crate::policy::Rules;
use crate::problem::Problem;
use crate::standing::Restricted;
use crate::time::Time;
use crate::user::Identity;

wire! {
    /// The other policy, and how much of its consequences to tell.
    #[serde(deny_unknown_fields)]
    pub struct SimulationRequest {
        /// The rules, as for a policy; what they leave out takes the default.
        pub rules: Rules,
        /// Escalations at or after this are compared. What lies before is replayed all the same, because points carry over.
        #[serde(default)]
        pub from: Option<Time>,
        /// What lies at or after this is not replayed.
        #[serde(default)]
        pub until: Option<Time>,
        /// How many members to list at most; by default 1000.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10_000))]
        pub limit: Option<i64>,
    }
}

wire! {
    /// How far a simulation is.
    pub struct SimulationProgress {
        /// Cases read so far.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub cases: i64,
        /// Members looked at so far.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub members: i64,
        /// Of them, those who would have been treated differently.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub differently: i64,
    }
}

wire! {
    /// An escalation, as it was recorded or as it would have been.
    pub struct SimulatedEscalation {
        /// The rung that acted.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub rung: String,
        /// What it did.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub action: Kind,
        /// For how many seconds; null for an open end, and for what has none.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 315_360_000))]
        pub duration: Option<i64>,
        /// What a restrict takes away.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// It holds as long as the points are not below this; null for what has a duration or an open end.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub while_above: Option<Decimal>,
        /// The act that set it off.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CaseNumber))]
        pub case: i64,
        /// When.
        pub at: Time,
        /// The points that were shown then.
        pub points: Decimal,
    }
}

wire! {
    /// A member under one of the two policies.
    pub struct SimulatedSide {
        /// The escalations that the other side does not have; oldest first.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub escalations: Vec<SimulatedEscalation>,
        /// How many more of them there are.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub escalations_left_out: i64,
        /// The points at the end.
        pub points: Decimal,
        /// The restrictions in force at the end.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_042))]
        pub restrictions: Vec<Restricted>,
    }
}

wire! {
    /// A member who would have been treated differently.
    pub struct SimulatedMember {
        /// Who.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub user: String,
        /// Who they are on platforms; nobody, if they were erased, or merged into another user after `until`.
        pub identities: Vec<Identity>,
        /// As it was. Its escalations are those that would not have been.
        pub recorded: SimulatedSide,
        /// As it would have been. Its escalations are those that there were not.
        pub simulated: SimulatedSide,
    }
}

wire! {
    /// How often a rung acted.
    pub struct RungCount {
        /// The rung.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub rung: String,
        /// How often it did.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub recorded: i64,
        /// How often it would have.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub simulated: i64,
    }
}

wire! {
    /// Acts of a kind that the other policy does not register.
    pub struct UnregisteredKind {
        /// The kind.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// How many acts of it were left out.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub acts: i64,
    }
}

wire! {
    /// The sums over all members.
    pub struct SimulationTotal {
        /// The moment at which points and restrictions are compared.
        pub at: Time,
        /// Cases that were read.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub cases: i64,
        /// Members who were looked at.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub members: i64,
        /// Of them, those who would have been treated differently.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub differently: i64,
        /// How many of those have no line of their own.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub left_out: i64,
        /// Escalations that there were.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub recorded: i64,
        /// Escalations that there would have been.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub simulated: i64,
        /// The same by rung, in the order of their ids: those that ever acted, and those that would have.
        #[cfg_attr(feature = "openapi", schema(max_items = 100_000))]
        pub rungs: Vec<RungCount>,
        /// Acts that were left out, because the other policy does not register their kind.
        #[cfg_attr(feature = "openapi", schema(max_items = 100_000))]
        pub unregistered: Vec<UnregisteredKind>,
    }
}

wire! {
    /// A line of a simulation: one of its fields is there, the others are null. The last line has the `total`, or the `problem` that
    /// kept it from coming.
    pub struct SimulationLine {
        /// How far it is.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub progress: Option<SimulationProgress>,
        /// A member who would have been treated differently.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub member: Option<SimulatedMember>,
        /// The sums.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub total: Option<SimulationTotal>,
        /// What went wrong under way.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub problem: Option<Problem>,
    }
}
