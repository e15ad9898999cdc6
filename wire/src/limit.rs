//! Rate limits: what they say, and what comes of checks.

use crate::case::Actor;
use crate::duration::Duration;
use crate::number::Decimal;
use crate::time::Time;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

wire! {
    /// How a limit counts.
    pub enum Algorithm {
        /// A bucket of tokens that fills steadily: bursts up to its size, then the rate.
        TokenBucket,
        /// Every check of the last period is remembered: exact, and large.
        SlidingWindowLog,
        /// Two counters: this period's, and the one's before by how much of it is still within reach. Small, an estimate.
        SlidingWindow,
        /// The generic cell rate algorithm: permits what a token bucket permits, and keeps one moment.
        Gcra,
    }
}

wire! {
    /// What a check comes to while the counters cannot be reached.
    pub enum OnFailure {
        /// It passes.
        Allow,
        /// It is denied.
        Deny,
        /// Each process of the service counts for itself.
        Local,
    }
}

wire! {
    /// What a limit is told of the world.
    pub enum LimitSignal {
        /// A raid goes on: tightens once, and nothing recovers while it lasts.
        Raid,
        /// The raid is over.
        Calm,
        /// A platform refused a call with a 429: tightens, and nothing passes until the platform says so.
        Throttled,
    }
}

wire! {
    /// Who counted a check.
    pub enum CountedBy {
        /// The service's one process.
        Memory,
        /// Redis, for all processes of the service.
        Redis,
        /// One process for itself, because Redis could not be reached.
        Local,
        /// Nobody, because Redis could not be reached: the limit says what happens then.
        Nobody,
    }
}

wire! {
    /// How a limit adapts: signals tighten its capacity by a factor, and time gives back a fixed amount.
    #[serde(deny_unknown_fields)]
    pub struct Adaptive {
        /// The least capacity. The greatest is the limit's own.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub floor: i64,
        /// What a signal leaves of the capacity: above 0, below 1, with at most 3 decimals. Default 0.5.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Share>))]
        pub tighten: Option<Decimal>,
        /// How much capacity comes back in each step. Default a tenth of the limit's capacity.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub recover: Option<i64>,
        /// How long a step is, and within how long denials are counted: up to a day. Default 10 seconds.
        #[serde(default)]
        pub every: Option<Duration>,
        /// The share of checks denied within a step that counts as a signal, above 0, at most 1. Default null: denials are none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Share>))]
        pub denials: Option<Decimal>,
        /// How many checks there must have been within a step before their denials count. Default 20.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub min_checks: Option<i64>,
        /// What adapts together, as a template like the limit's key: `{community}` tightens each community apart. Default all keys.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyTemplate>))]
        pub by: Option<String>,
    }
}

wire! {
    /// A version of a limit to write.
    #[serde(deny_unknown_fields)]
    pub struct LimitRequest {
        /// How it counts.
        pub algorithm: Algorithm,
        /// How much within a period; a sliding_window_log at most 10 000.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub capacity: i64,
        /// The period: from 1 second to 31 days.
        pub period: Duration,
        /// How much at once, for token_bucket and gcra. Default the capacity.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub burst: Option<i64>,
        /// What is counted together, as a template over the values of a check: `{community}:{user}` counts each user of each community
        /// apart, a text without variables counts everything together. Default `{key}`, which checks give as `key`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyTemplate>))]
        pub key: Option<String>,
        /// What a check costs that does not say. Default 1.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub cost: Option<i64>,
        /// What a check comes to while the counters cannot be reached. Default `local`.
        #[serde(default)]
        pub on_failure: Option<OnFailure>,
        /// How it adapts. Default not at all.
        #[serde(default)]
        pub adaptive: Option<Adaptive>,
        /// Why this version is written.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>))]
        pub comment: Option<String>,
    }
}

wire! {
    /// A version of a limit, complete.
    pub struct Limit {
        /// Its id. A limit that is deleted and made again has another, and counts afresh.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::LimitId))]
        pub id: String,
        /// What checks call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::LimitName))]
        pub name: String,
        /// The community that has it; null for the whole tenant.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>, required))]
        pub community: Option<String>,
        /// The version.
        #[cfg_attr(feature = "openapi", schema(minimum = 1))]
        pub version: i32,
        /// How it counts.
        pub algorithm: Algorithm,
        /// How much within a period.
        pub capacity: u32,
        /// The period in seconds.
        pub period: i64,
        /// How much at once. For windows the capacity.
        pub burst: u32,
        /// What is counted together.
        pub key: String,
        /// What a check costs that does not say.
        pub cost: u32,
        /// What a check comes to while the counters cannot be reached.
        pub on_failure: OnFailure,
        /// How it adapts; null when it does not.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub adaptive: Option<Adaptive>,
        /// When it was written.
        pub created_at: Time,
        /// By whom.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub comment: Option<String>,
    }
}

wire! {
    /// A limit that a check brings along.
    #[serde(deny_unknown_fields)]
    pub struct RateRequest {
        /// How it counts.
        pub algorithm: Algorithm,
        /// How much within a period; a sliding_window_log at most 10 000.
        #[serde(deserialize_with = "crate::number::integer")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub capacity: i64,
        /// The period: from 1 second to 31 days.
        pub period: Duration,
        /// How much at once, for token_bucket and gcra. Default the capacity.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub burst: Option<i64>,
        /// What is counted together. Default `{key}`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyTemplate>))]
        pub key: Option<String>,
        /// What a check comes to while the counters cannot be reached. Default `local`.
        #[serde(default)]
        pub on_failure: Option<OnFailure>,
    }
}

wire! {
    /// One of several limits of a check.
    #[serde(deny_unknown_fields)]
    pub struct CheckPart {
        /// The limit's name. Either this or `rate`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::LimitName>))]
        pub limit: Option<String>,
        /// A limit of the check's own.
        #[serde(default)]
        pub rate: Option<RateRequest>,
        /// What the check costs under it. Default the check's own cost, or the limit's.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub cost: Option<i64>,
    }
}

wire! {
    /// May this happen now?
    #[serde(deny_unknown_fields)]
    pub struct CheckRequest {
        /// The limit's name. Either this, `rate` or `limits`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::LimitName>))]
        pub limit: Option<String>,
        /// A limit of the check's own.
        #[serde(default)]
        pub rate: Option<RateRequest>,
        /// Several limits: the check passes under all of them and spends under all, or under none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 16))]
        pub limits: Option<Vec<CheckPart>>,
        /// The community: its own limits come before the tenant's of the same name, and it is the value of `{community}`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>))]
        pub community: Option<String>,
        /// The key, for limits that take it in one text: the value of `{key}`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyValue>))]
        pub key: Option<String>,
        /// The values of the variables of the limits' keys. There may be more than they need.
        #[serde(default, deserialize_with = "crate::field::once_each")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyValues>))]
        pub values: Option<BTreeMap<String, String>>,
        /// What it costs. Default the limit's cost.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub cost: Option<i64>,
        /// Only look, and spend nothing.
        #[serde(default)]
        pub peek: bool,
    }
}

wire! {
    /// Many checks, decided in their order.
    #[serde(deny_unknown_fields)]
    pub struct ChecksRequest {
        /// The checks.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1_000))]
        pub checks: Vec<CheckRequest>,
    }
}

wire! {
    /// A key of a limit.
    #[serde(deny_unknown_fields)]
    pub struct LimitKeyRequest {
        /// The limit's name. Either this or `rate`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::LimitName>))]
        pub limit: Option<String>,
        /// A limit as checks bring it along.
        #[serde(default)]
        pub rate: Option<RateRequest>,
        /// The community.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>))]
        pub community: Option<String>,
        /// The key, for limits that take it in one text.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyValue>))]
        pub key: Option<String>,
        /// The values of the variables of the limit's key.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyValues>))]
        pub values: Option<BTreeMap<String, String>>,
    }
}

wire! {
    /// A signal for a limit that adapts.
    #[serde(deny_unknown_fields)]
    pub struct LimitSignalRequest {
        /// The limit's name.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::LimitName))]
        pub limit: String,
        /// The community.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>))]
        pub community: Option<String>,
        /// The key, where the limit adapts by `{key}`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyValue>))]
        pub key: Option<String>,
        /// The values of the variables by which the limit adapts.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyValues>))]
        pub values: Option<BTreeMap<String, String>>,
        /// What happened.
        pub signal: LimitSignal,
        /// For `raid` how long it lasts at most, for `throttled` when the platform said to come back: seconds, with at most 3
        /// decimals, up to a day. Not for `calm`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::SignalSeconds>))]
        pub seconds: Option<Decimal>,
    }
}

/// A time span in an answer, kept in milliseconds: seconds, with up to 3 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = f64, minimum = 0, example = 2.5))]
pub struct Seconds(pub u64);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Below 2^53, so the nearest double prints as it is meant.
        #[expect(clippy::cast_precision_loss, reason = "no span is that long")]
        serializer.serialize_f64(self.0 as f64 / 1_000.0)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts of floats saturate, and no span is negative"
        )]
        let milliseconds = (seconds * 1_000.0).round() as u64;
        Ok(Self(milliseconds))
    }
}

wire! {
    /// What came of a check under one of its limits.
    pub struct LimitAnswer {
        /// The limit's name; `rate` for one that the check brought along.
        pub name: String,
        /// Whether it passes under this one.
        pub allowed: bool,
        /// How much a key that nobody used has.
        pub limit: u32,
        /// How much is left.
        pub remaining: u32,
        /// After how many seconds it passes under this one; null when it does.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub retry_after: Option<Seconds>,
        /// After how many seconds the key is as if nobody had used it.
        pub reset_after: Seconds,
    }
}

wire! {
    /// What came of a check.
    pub struct CheckAnswer {
        /// Whether it may happen.
        pub allowed: bool,
        /// How much a key that nobody used has; of several limits that of the tightest.
        pub limit: u32,
        /// How much is left, after this check; of several limits under the tightest.
        pub remaining: u32,
        /// After how many seconds the same check passes if nobody else comes; null when it passed.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub retry_after: Option<Seconds>,
        /// After how many seconds the key is as if nobody had used it.
        pub reset_after: Seconds,
        /// The limit that denied it: of several the one to wait for longest; null when it passed.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub denied_by: Option<String>,
        /// Who counted.
        pub counted_by: CountedBy,
        /// Of several limits each, in their order; of one none.
        #[cfg_attr(feature = "openapi", schema(max_items = 16))]
        pub limits: Vec<LimitAnswer>,
    }
}

wire! {
    /// What came of one of many checks.
    pub struct CheckItem {
        /// What the check alone would have been answered with.
        pub status: u16,
        /// What came of it; null when it was refused.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub answer: Option<CheckAnswer>,
        /// Why it was refused; null when it was not.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub problem: Option<crate::problem::Problem>,
    }
}

wire! {
    /// What came of many checks, in their order.
    pub struct ChecksAnswer {
        /// One for each check.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_000))]
        pub items: Vec<CheckItem>,
    }
}

wire! {
    /// How tight a limit is that adapts.
    pub struct Tightness {
        /// Its capacity now.
        pub capacity: u32,
        /// The least that it can be.
        pub floor: u32,
        /// The greatest: the limit's own.
        pub ceiling: u32,
        /// For how many seconds nothing passes, because a platform said so.
        pub held_for: Seconds,
        /// For how many seconds a raid keeps it from recovering.
        pub raid_for: Seconds,
        /// After how many seconds it is as wide as can be, if nothing comes.
        pub reset_after: Seconds,
        /// How many checks were counted in this step.
        pub checks: u32,
        /// How many of them were denied.
        pub denied: u32,
    }
}

wire! {
    /// How a key of a limit stands.
    pub struct LimitStatus {
        /// The limit's name; `rate` for one as checks bring it along.
        pub name: String,
        /// The limit's version; null for one as checks bring it along.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub version: Option<i32>,
        /// How much a key that nobody used has.
        pub limit: u32,
        /// How much is left.
        pub remaining: u32,
        /// After how many seconds the key is as if nobody had used it.
        pub reset_after: Seconds,
        /// Who counts.
        pub counted_by: CountedBy,
        /// How tight the limit is; null when it does not adapt.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub adaptive: Option<Tightness>,
    }
}
