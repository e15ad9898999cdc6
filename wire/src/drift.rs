//! Drift: what relays and other bots observe on platforms, and how it differs from what is desired.

use crate::directive::Wanted;
use crate::time::Time;
use crate::word::{DirectiveState, DriftDifference, Effect, LastingEffect, ObservationOutcome};

wire! {
    /// One native event, or how something natively stands.
    #[serde(deny_unknown_fields)]
    pub struct Observation {
        /// Who, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub member: String,
        /// What was looked at.
        pub effect: LastingEffect,
        /// Whether it is there from that moment on: true when somebody is banned, false when they are unbanned.
        pub present: bool,
        /// Until when, if the platform says so.
        #[serde(default)]
        pub until: Option<Time>,
        /// For `restrict`: which capabilities are taken away. Left out where that was not looked at.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// When it happened. Default now. What is older than what is known is left aside.
        #[serde(default)]
        pub at: Option<Time>,
        /// Who did it natively, as the platform names them.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::NativeId>))]
        pub by: Option<String>,
        /// What the platform calls the event. An event has one effect however often it is told.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::NativeId>))]
        pub source: Option<String>,
        /// That the caller's own bot did it. It changes nothing but what is observed.
        #[serde(default)]
        pub ours: bool,
    }
}

wire! {
    /// Somebody on whom an effect is.
    #[serde(deny_unknown_fields)]
    pub struct SnapshotMember {
        /// Who, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub member: String,
        /// Until when, if the platform says so.
        #[serde(default)]
        pub until: Option<Time>,
        /// For `restrict`: which capabilities are taken away. Left out where that was not looked at.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
    }
}

wire! {
    /// Everybody in the space on whom one effect is; in one part, or in several with the same `at`.
    #[serde(deny_unknown_fields)]
    pub struct Snapshot {
        /// Which effect.
        pub effect: LastingEffect,
        /// When reading it began; the same in all parts. What is known of a later moment stays as it is.
        pub at: Time,
        /// That this is the last part: who is in none of them has not got the effect.
        #[serde(default)]
        pub complete: bool,
        /// On whom it is.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_000))]
        pub members: Vec<SnapshotMember>,
    }
}

wire! {
    /// What was observed in a space: single events, a snapshot, or both; the events first.
    #[serde(deny_unknown_fields)]
    pub struct ObservationRequest {
        /// The platform.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// The space, which is linked to the community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub space: String,
        /// Events, in their order.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 1_000))]
        pub events: Vec<Observation>,
        /// All that there is of one effect.
        #[serde(default)]
        pub snapshot: Option<Snapshot>,
    }
}

wire! {
    /// How something natively stands, as it was last observed.
    pub struct Sight {
        /// Whether the effect is there.
        pub present: bool,
        /// Until when, if the platform said so.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// For `restrict`: which capabilities are taken away; empty where that was not looked at.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>))]
        pub capabilities: Vec<String>,
        /// When it was so.
        pub at: Time,
        /// Whether the relay's own bot did it.
        pub ours: bool,
    }
}

wire! {
    /// The latest directive about it.
    pub struct Said {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DirectiveId))]
        pub id: String,
        /// Where it stands; `open` while it is still to be carried out.
        pub state: DirectiveState,
    }
}

wire! {
    /// A difference between what is desired of a platform and what was observed there.
    pub struct Drift {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DriftId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// On which platform.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// In which of its spaces.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub space: String,
        /// Who, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub member: String,
        /// Who, as this service does; null for somebody who is unknown here.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub user: Option<String>,
        /// What it is about.
        pub effect: Effect,
        /// How they differ.
        pub difference: DriftDifference,
        /// How it is to be.
        pub desired: Wanted,
        /// The latest case that has it so; null where nothing is to hold.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub case: Option<i64>,
        /// How it is.
        pub observed: Sight,
        /// Who did it natively, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::NativeId>, required))]
        pub by: Option<String>,
        /// Since when the difference is known.
        pub since: Time,
        /// The latest directive about it; null where there was none.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub directive: Option<Said>,
    }
}

wire! {
    /// What came of an observation.
    pub struct ObservationResult {
        /// On which platform.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// Whom it is about, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub member: String,
        /// What was looked at.
        pub effect: Effect,
        /// What it comes to.
        pub outcome: ObservationOutcome,
        /// The difference, where there is one.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub drift: Option<Drift>,
        /// The case by which it is on record, for `adopted`.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub case: Option<i64>,
    }
}

wire! {
    /// What came of a snapshot.
    pub struct SnapshotResult {
        /// How many are as desired, or told nothing new.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub unremarkable: i64,
        /// The others, those who are missing last; the first 1 000 of them.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_000))]
        pub items: Vec<ObservationResult>,
    }
}

wire! {
    /// What came of observations.
    pub struct ObservationAnswer {
        /// Each event, in the order of the request.
        #[cfg_attr(feature = "openapi", schema(max_items = 1_000))]
        pub items: Vec<ObservationResult>,
        /// The snapshot, if there was one.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub snapshot: Option<SnapshotResult>,
    }
}
