//! Sanctions: intervals during which a restriction holds.

use crate::case::MemberRef;
use crate::time::Time;
use crate::word::{Kind, Restriction, SanctionState};

wire! {
    /// A sanction as a case or a standing names it.
    pub struct SanctionBrief {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(examples("san_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")))]
        pub id: String,
        /// The kind of act that started it.
        pub kind: Kind,
        /// What it keeps the member from.
        pub restriction: Restriction,
        /// The number of the case that started it.
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
        #[cfg_attr(feature = "openapi", schema(examples("san_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")))]
        pub id: String,
        /// The community.
        pub community: String,
        /// The member.
        pub member: MemberRef,
        /// The kind of act that started it.
        pub kind: Kind,
        /// What it keeps the member from.
        pub restriction: Restriction,
        /// The number of the case that started it.
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
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended_by: Option<i64>,
    }
}
