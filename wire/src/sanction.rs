//! Sanctions: intervals during which a restriction holds.

use crate::case::MemberRef;
use crate::kind::Kind;
use crate::number::Decimal;
use crate::time::Time;
use crate::word::{Restriction, SanctionState};

wire! {
    /// A sanction as a case or a standing names it.
    pub struct SanctionBrief {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::SanctionId))]
        pub id: String,
        /// The kind of act that started it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// What it keeps the member from.
        pub restriction: Restriction,
        /// Which capabilities it takes away, for `restrict`.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// It holds as long as the points are not below this, and its end moves with them; null for others.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub while_above: Option<Decimal>,
        /// The number of the case that started it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub case: i64,
        /// When it began.
        pub starts_at: Time,
        /// When it ends by itself; null when only a lift ends it.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ends_at: Option<Time>,
    }
}

wire! {
    /// A sanction with its state.
    pub struct Sanction {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::SanctionId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The member.
        pub member: MemberRef,
        /// The kind of act that started it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// What it keeps the member from.
        pub restriction: Restriction,
        /// Which capabilities it takes away, for `restrict`.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// It holds as long as the points are not below this, and its end moves with them; null for others.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub while_above: Option<Decimal>,
        /// The number of the case that started it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub case: i64,
        /// Its state now. It follows from time alone: a sanction is `expired` from its end on.
        pub state: SanctionState,
        /// When it began.
        pub starts_at: Time,
        /// When it ends by itself; null when only a lift ends it.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ends_at: Option<Time>,
        /// From when on it no longer held; null while it holds.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended_at: Option<Time>,
        /// The number of the case that ended it: a lift, or the record of its expiry.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub ended_by: Option<i64>,
    }
}
