//! Insight: how much was done, by whom, when and why, and whether like was treated alike.

use crate::kind::Kind;
use crate::number::Decimal;
use crate::time::Time;
use std::collections::BTreeMap;

wire! {
    /// What cases are counted by.
    pub enum CountBy {
        /// Who acted.
        Moderator,
        /// The kind of act.
        Kind,
        /// The reason; case and white space make no difference.
        Reason,
        /// The week, from Monday to Sunday in UTC.
        Week,
    }
}

/// Declares an answer with the numbers of a count after the fields that are given.
macro_rules! with_numbers {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        wire! {
            $(#[$meta])*
            pub struct $name {
                $($fields)*
                /// Acts by people and keys that count: neither voided nor lifts.
                #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
                pub cases: i64,
                /// `cases` by kind.
                #[cfg_attr(feature = "openapi", schema(value_type = KindCounts))]
                pub kinds: BTreeMap<String, i64>,
                /// The points that `cases` added.
                #[cfg_attr(feature = "openapi", schema(examples(52.5)))]
                pub points: Decimal,
                /// Acts by people and keys that were voided.
                #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
                pub voided: i64,
                /// Sanctions that people and keys lifted.
                #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
                pub lifts: i64,
                /// What the ladder did, unless voided.
                #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
                pub escalations: i64,
                /// Sanctions that time ended.
                #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
                pub expiries: i64,
            }
        }
    };
}

with_numbers! {
    /// A group of cases, counted.
    pub struct Count {
        /// The moderator as `moderator` takes it (a user id, a key id, `automod:rule`, `escalation`, `system`), the kind, the reason as last written, or
        /// the week's Monday. Null for what nobody gave a reason for, which includes escalations and ends by time. Of a reason longer than
        /// 200 characters these many, and `…`.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 201, examples("usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")))]
        pub group: Option<String>,
        /// The identity by which the moderator was last named; null for all else.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::IdentityText>, required))]
        pub identity: Option<String>,
    }
}

with_numbers! {
    /// All groups together, those left out included.
    pub struct CountTotal {}
}

wire! {
    /// Cases, counted.
    pub struct Counts {
        /// By what.
        pub by: CountBy,
        /// At or after, as asked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub from: Option<Time>,
        /// Before, as asked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// The groups, largest first; weeks in order, from the first with a case to the last.
        #[cfg_attr(feature = "openapi", schema(max_items = 500))]
        pub items: Vec<Count>,
        /// How many groups there are besides: the smallest; of weeks, the oldest.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
        pub left_out: i64,
        /// All groups together, those left out included.
        pub total: CountTotal,
        /// How many older cases, at most, were not looked at, because one answer looks at so many and no more; 0 when nothing is missing.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub unread: i64,
    }
}

wire! {
    /// How often a moderator chose an outcome.
    pub struct ChosenBy {
        /// The moderator as `moderator` takes it: a user id, a key id, or `automod:rule`.
        #[cfg_attr(feature = "openapi", schema(max_length = 72, examples("usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")))]
        pub moderator: String,
        /// The identity by which they were last named; null for keys.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::IdentityText>, required))]
        pub identity: Option<String>,
        /// How often.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub cases: i64,
    }
}

wire! {
    /// What was done for a reason, how often and by whom.
    pub struct Outcome {
        /// The kind of act.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// For how long, in seconds; null for what has no end or no length.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 315_360_000))]
        pub duration: Option<i64>,
        /// How often.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub cases: i64,
        /// How many of a hundred acts for this reason came out so, rounded down.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
        pub percent: i64,
        /// By whom, who did so most often first.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub moderators: Vec<ChosenBy>,
        /// How many moderators did so besides.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
        pub moderators_left_out: i64,
        /// The numbers of its newest cases.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 3))]
        pub examples: Vec<i64>,
    }
}

wire! {
    /// A reason, and what was done about it.
    pub struct ReasonOutcomes {
        /// The reason as last written; of one longer than 200 characters these many, and `…`.
        #[cfg_attr(feature = "openapi", schema(max_length = 201, examples("Spam")))]
        pub reason: String,
        /// How many acts gave it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
        pub cases: i64,
        /// How many of a hundred of them came out as the most frequent outcome, rounded down: 100 means that all were treated alike.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
        pub agreement_percent: i64,
        /// What was done, the most frequent first.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub outcomes: Vec<Outcome>,
        /// How many outcomes there are besides.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
        pub outcomes_left_out: i64,
    }
}

wire! {
    /// Reasons, and how alike they were treated.
    pub struct Consistency {
        /// At or after, as asked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub from: Option<Time>,
        /// Before, as asked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// How many acts a reason needs to be looked at.
        #[cfg_attr(feature = "openapi", schema(minimum = 2, maximum = 1_000))]
        pub min_cases: i64,
        /// The reasons: those treated least alike first, and of two alike the more frequent.
        #[cfg_attr(feature = "openapi", schema(max_items = 100))]
        pub items: Vec<ReasonOutcomes>,
        /// How many reasons there are besides, treated no less alike than these.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000_000))]
        pub left_out: i64,
        /// How many older cases, at most, were not looked at, because one answer looks at so many and no more; 0 when nothing is missing.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub unread: i64,
    }
}

/// Numbers by kind of act.
#[cfg(feature = "openapi")]
#[derive(Debug)]
pub enum KindCounts {}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for KindCounts {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
        let count = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(1_000_000))
            .description(Some("How many cases."))
            .build();
        let kind = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(64))
            .description(Some("A kind of act."))
            .build();
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "How many cases of each kind; kinds without any are left out.",
            ))
            .property_names(Some(kind))
            .additional_properties(Some(Schema::Object(count)))
            .examples([serde_json::json!({"warn": 30, "mute": 8, "ban": 1})])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for KindCounts {}
