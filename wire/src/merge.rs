//! Merges: two users turn out to be one person, and it may be undone.

use crate::case::Actor;
use crate::number::Decimal;
use crate::sanction::SanctionBrief;
use crate::time::Time;
use crate::user::User;

wire! {
    /// Who is the same person as the user in the path.
    #[serde(deny_unknown_fields)]
    pub struct MergeRequest {
        /// The other user: an id or `platform:native_id`. From now on they are the user in the path.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Person))]
        pub from: String,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Answer what would happen, and write nothing.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// How a merge is undone.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct UndoMergeRequest {
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>))]
        pub reason: Option<String>,
        /// Answer what would happen, and write nothing.
        #[serde(default)]
        pub dry_run: bool,
    }
}

wire! {
    /// That one user was merged into another.
    pub struct Merge {
        /// The id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::MergeId))]
        pub id: String,
        /// The user who remained.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub into: String,
        /// The user who was merged into them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub from: String,
        /// When.
        pub at: Time,
        /// By whom.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// That it was undone; null while it stands.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub undone: Option<Undone>,
    }
}

wire! {
    /// That a merge was undone.
    pub struct Undone {
        /// When.
        pub at: Time,
        /// By whom.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
    }
}

wire! {
    /// What one person has in a community.
    pub struct Holding {
        /// The points, as people see them.
        pub points: Decimal,
        /// The exact points in units of 1/86 400 000 point.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$"))]
        pub exact_units: String,
        /// The sanctions that hold.
        #[cfg_attr(feature = "openapi", schema(max_items = 80))]
        pub sanctions: Vec<SanctionBrief>,
    }
}

wire! {
    /// What a merge comes to in a community.
    pub struct MergedMember {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// What the one had who remains.
        pub into: Holding,
        /// What the other one had.
        pub from: Holding,
        /// What the one person has.
        pub merged: Holding,
    }
}

wire! {
    /// What a merge comes to.
    pub struct MergeAnswer {
        /// Whether this is only what would happen.
        pub dry_run: bool,
        /// The merge.
        pub merge: Merge,
        /// The one person, with the identities of both.
        pub user: User,
        /// The communities in which the other one was a member.
        #[cfg_attr(feature = "openapi", schema(max_items = 100_000))]
        pub communities: Vec<MergedMember>,
    }
}

wire! {
    /// What the undoing of a merge comes to in a community.
    pub struct SplitMember {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// What the one person had.
        pub merged: Holding,
        /// What the one has who remained.
        pub into: Holding,
        /// What the other one has.
        pub from: Holding,
        /// How many cases since the merge went with an identity that goes back.
        #[cfg_attr(feature = "openapi", schema(maximum = 9_007_199_254_740_991_u64))]
        pub cases_moved: u64,
        /// The escalations since the merge that no longer count, because neither alone would have come to them.
        #[cfg_attr(feature = "openapi", schema(max_items = 100_000))]
        pub voided: Vec<i64>,
    }
}

wire! {
    /// What the undoing of a merge comes to.
    pub struct UndoMergeAnswer {
        /// Whether this is only what would happen.
        pub dry_run: bool,
        /// The merge.
        pub merge: Merge,
        /// The one who remained.
        pub into: User,
        /// The other one, with the identities that they had brought along.
        pub from: User,
        /// The communities in which the two were one.
        #[cfg_attr(feature = "openapi", schema(max_items = 100_000))]
        pub communities: Vec<SplitMember>,
    }
}
