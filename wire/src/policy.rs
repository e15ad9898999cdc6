//! Policies: weights, decay, ladder, authority. Versions are immutable.

use crate::case::Actor;
use crate::duration::Duration;
use crate::number::Decimal;
use crate::time::Time;
use crate::word::{DecayModel, Freeze, Kind, Rank, Refire};
use std::collections::BTreeMap;

wire! {
    /// How points fall.
    #[serde(deny_unknown_fields)]
    pub struct Decay {
        /// The model.
        pub model: DecayModel,
        /// Points that fall a day; at least 0.001, at most 3 decimals.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::SomePoints))]
        pub per_day: Decimal,
        /// How long nothing falls after each offence; 0 for not at all.
        #[serde(default)]
        pub grace: Option<Duration>,
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
        /// What happens: warn, mute, kick, tempban or ban.
        pub action: Kind,
        /// For how long; a tempban needs it, a mute may have it.
        #[serde(default)]
        pub duration: Option<Duration>,
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
    /// The rules of a policy. What a request leaves out takes the default.
    #[serde(deny_unknown_fields)]
    pub struct Rules {
        /// Points are shown and compared rounded up to a multiple of this. Default 0.1.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Granularity>))]
        pub granularity: Option<Decimal>,
        /// Points for each kind of act. Default: warn 1, mute 2, kick 3, tempban 5, ban 10, others 0.
        #[serde(default, deserialize_with = "crate::field::by_word")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<Kind, crate::form::Points>>))]
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
        /// Whether escalated acts add the points of their kind. Default false.
        #[serde(default)]
        pub escalations_carry_points: Option<bool>,
        /// How long a like act on the same member is a duplicate; 0 switches the check off. Default 30 seconds.
        #[serde(default)]
        pub duplicate_window: Option<Duration>,
        /// The least rank for each kind of act. Default moderator.
        #[serde(default, deserialize_with = "crate::field::by_word")]
        pub least_rank: Option<BTreeMap<Kind, Rank>>,
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
    }
}

wire! {
    /// A version of a policy.
    pub struct Policy {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// 1, 2, 3 …; the policy's ETag.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub version: i32,
        /// From when on it judges.
        pub activated_at: Time,
        /// When it was written.
        pub created_at: Time,
        /// Who wrote it.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>, required))]
        pub comment: Option<String>,
        /// The rules, complete.
        pub rules: Rules,
    }
}
