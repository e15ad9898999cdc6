//! A member's standing: points and restrictions at a moment, when they change, and why they are as they are.

use crate::kind::Kind;
use crate::number::Decimal;
use crate::sanction::SanctionBrief;
use crate::time::Time;
use crate::word::{DecayModel, Restriction};

wire! {
    /// When the points fall below a rung.
    pub struct Drop {
        /// The rung's id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub rung: String,
        /// Its threshold.
        pub threshold: Decimal,
        /// From then on the points are below it, if nothing else happens; null while a sanction without an end freezes them, and where points never
        /// fall. What
        /// would be later than the last second of the year 2200 is given as that second.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub at: Option<Time>,
    }
}

wire! {
    /// A rung of the ladder that was reached and is not armed again: crossed once more, it does nothing until it is.
    pub struct LatchedRung {
        /// The rung's id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub rung: String,
        /// The points below which it is armed again.
        pub reset_below: Decimal,
        /// From then on the points are below that, if nothing else happens; null while a sanction without an end freezes them, where points
        /// never fall, and where a version of the policy that is to come does not have the rung. What would be later than the last second of
        /// the year 2200 is given as that second.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub armed_again_at: Option<Time>,
    }
}

wire! {
    /// A restriction in force.
    pub struct Restricted {
        /// What the member is kept from.
        pub restriction: Restriction,
        /// Which capability, for `restrict`; null for others.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Capability>, required))]
        pub capability: Option<String>,
        /// Until when; null when only a lift ends it.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
    }
}

wire! {
    /// A member's standing at a moment.
    pub struct Standing {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The user; null when nobody is known under that identity so far.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub user: Option<String>,
        /// The moment that it describes.
        pub at: Time,
        /// The version of the policy in force then.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub policy_version: i32,
        /// The points, rounded up to the policy's granularity: what rungs are compared with.
        #[cfg_attr(feature = "openapi", schema(examples(2.9)))]
        pub points: Decimal,
        /// The exact balance in units of 1/86 400 000 point.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$", examples("250560000")))]
        pub exact_units: String,
        /// Whether the points stand still just now: grace, or a sanction that freezes them.
        pub paused: bool,
        /// Until when they stand still; null when they fall, or when a sanction without an end freezes them.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub paused_until: Option<Time>,
        /// When no points are left if nothing else happens; null while a sanction without an end freezes them, and where points never
        /// fall. What would be later
        /// than the last second of the year 2200 is given as that second.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub clear_at: Option<Time>,
        /// The rungs at or below the points, and when the points fall below each; highest first.
        #[cfg_attr(feature = "openapi", schema(max_items = 32))]
        pub drops: Vec<Drop>,
        /// The rungs of the ladder that were reached and are not armed again, be they above the points by now; highest first. A rung for
        /// every offence acts on each all the same.
        #[cfg_attr(feature = "openapi", schema(max_items = 32))]
        pub latched: Vec<LatchedRung>,
        /// The restrictions in force, each with the latest end: one for each capability, then mute, then ban.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_042))]
        pub restrictions: Vec<Restricted>,
        /// The sanctions that hold.
        #[cfg_attr(feature = "openapi", schema(max_items = 80))]
        pub sanctions: Vec<SanctionBrief>,
    }
}

wire! {
    /// One term of a balance.
    pub struct Term {
        /// The number of the case that gave the points.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub case: i64,
        /// Its kind.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// When.
        pub at: Time,
        /// The points that it gave.
        pub granted: Decimal,
        /// What is left of them, rounded up to a thousandth.
        pub left: Decimal,
        /// The exact rest in units of 1/86 400 000 point.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$"))]
        pub left_units: String,
        /// When nothing is left of them if nothing else happens; null while a sanction without an end freezes them, and where points never
        /// fall. What would be
        /// later than the last second of the year 2200 is given as that second.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub gone_at: Option<Time>,
    }
}

wire! {
    /// What was carried over when the way in which points fall changed, or when people were joined.
    pub struct Carried {
        /// When.
        pub at: Time,
        /// The merge that carried them over; null where another way for points to fall did.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::MergeId>, required))]
        pub merge: Option<String>,
        /// The points that were carried over.
        pub granted: Decimal,
        /// What is left of them, rounded up to a thousandth.
        pub left: Decimal,
        /// The exact rest in units of 1/86 400 000 point.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$"))]
        pub left_units: String,
        /// When nothing is left of them if nothing else happens; null as for a term.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub gone_at: Option<Time>,
    }
}

wire! {
    /// Why a standing is as it is: every term of the balance, newest first. The exact rests, `carried`
    /// among them, add up to the exact balance.
    pub struct Explanation {
        /// The standing that is explained.
        pub standing: Standing,
        /// How points fall.
        pub model: DecayModel,
        /// Points that fall a day, for `linear`; null for others.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub per_day: Option<Decimal>,
        /// Seconds after which an entry lapses, for `expiry`; null for others.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 315_360_000))]
        pub lapses_after: Option<i64>,
        /// The policy's granularity.
        pub granularity: Decimal,
        /// The terms that still have something left.
        #[cfg_attr(feature = "openapi", schema(max_items = 200))]
        pub terms: Vec<Term>,
        /// What is left of points that were carried over; null when there is nothing.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub carried: Option<Carried>,
        /// Whether `terms` is complete; false when there are more than it may list.
        pub complete: bool,
        /// The same in plain English sentences for the member, in the order in which they are read: what counts, what would come
        /// next, what holds and why, what was voided or reduced. Times are UTC. Their wording may change; programs read the rest.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Sentence>, max_items = 512))]
        pub sentences: Vec<String>,
    }
}
