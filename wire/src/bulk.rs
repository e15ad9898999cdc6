//! Many acts in one request, and what came of each.

use crate::act::{ActAnswer, ActRequest, ActorRequest, VoidAnswer};
use crate::held::HeldAct;
use crate::problem::Problem;

wire! {
    /// Acts on members, in the order in which they are to be decided.
    #[serde(deny_unknown_fields)]
    pub struct BulkRequest {
        /// The acts. `dry_run` of an item stays false: the request says it for all.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50_000))]
        pub items: Vec<ActRequest>,
        /// Who acts where an item names nobody.
        #[serde(default)]
        pub actor: Option<ActorRequest>,
        /// Decide all of it without effect, each item as if those before it had happened.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// What came of one item. `act` is set for an act, `held` for one that waits, `void` for a void, `problem` where it was refused.
    pub struct BulkItem {
        /// Its place in the request, from 0 on.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 49_999))]
        pub index: i64,
        /// The status that the request for it alone would have been answered with.
        #[cfg_attr(feature = "openapi", schema(minimum = 200, maximum = 599))]
        pub status: u16,
        /// What came of the act.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub act: Option<ActAnswer>,
        /// The act as it waits for others.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub held: Option<HeldAct>,
        /// What came of the void.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub void: Option<VoidAnswer>,
        /// Why it was refused.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub problem: Option<Problem>,
    }
}

wire! {
    /// What came of a request with many acts.
    pub struct BulkAnswer {
        /// Whether this is only what would happen.
        pub dry_run: bool,
        /// How many items were done.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000))]
        pub succeeded: i64,
        /// How many are held until others approve them.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000))]
        pub held: i64,
        /// How many were refused.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000))]
        pub refused: i64,
        /// Each item, in the order of the request.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_000))]
        pub items: Vec<BulkItem>,
    }
}
