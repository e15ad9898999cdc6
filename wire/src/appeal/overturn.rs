//! How often appeals changed something.

use crate::time::Time;
use crate::word::OverturnBy;

wire! {
    /// How often appeals came to what.
    pub struct OverturnTally {
        /// How many were decided.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000))]
        pub decided: i64,
        /// The case stood.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000))]
        pub upheld: i64,
        /// It counts less, or its sanction is shorter.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000))]
        pub reduced: i64,
        /// A milder act took its place.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000))]
        pub replaced: i64,
        /// It no longer counts.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000))]
        pub voided: i64,
        /// How many of a hundred changed something, rounded down; 0 where nothing was decided.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
        pub overturned_percent: i64,
    }
}

wire! {
    /// A group of decided appeals.
    pub struct OverturnLine {
        /// Who acted (a user id, a key id, `automod:rule`, `escalation`), the rule (`automod:rule`, `rung:id`), or the reason; null for what has none.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 201, examples("rung:mute-1h")))]
        pub group: Option<String>,
        /// The identity by which the moderator was last named; null for all else.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::IdentityText>, required))]
        pub identity: Option<String>,
        /// The numbers.
        pub tally: OverturnTally,
    }
}

wire! {
    /// How often appeals changed something.
    pub struct Overturns {
        /// By what.
        pub by: OverturnBy,
        /// Decided at or after, as asked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub from: Option<Time>,
        /// Decided before, as asked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// The groups, those that changed most first.
        #[cfg_attr(feature = "openapi", schema(max_items = 500))]
        pub items: Vec<OverturnLine>,
        /// How many groups there are besides.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100_000))]
        pub left_out: i64,
        /// All groups together, those left out included.
        pub total: OverturnTally,
        /// Whether all that were decided in that time were looked at: one answer looks at the newest 100 000.
        pub complete: bool,
    }
}
