//! Jobs: requests of many items that are worked off after they were accepted.

use crate::time::Time;

wire! {
    /// What the items of a job are.
    pub enum JobKind {
        /// Acts on members.
        Acts,
        /// Voids of cases.
        Voids,
    }
}

wire! {
    /// Where a job is in its life.
    pub enum JobState {
        /// It waits.
        Queued,
        /// It is being worked off.
        Running,
        /// It stops as soon as the portion under way is done.
        Cancelling,
        /// It was stopped. What was done stays done, and the rest can be taken up again.
        Cancelled,
        /// Every item was done or refused.
        Done,
        /// It could not go on; `failure` says why.
        Failed,
    }
}

wire! {
    /// Why a job could not go on.
    pub enum JobFailure {
        /// The key that it acts with was revoked, or its time is over.
        KeyEnded,
        /// Its items cannot be read any more.
        Unreadable,
    }
}

wire! {
    /// A job.
    pub struct Job {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::JobId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// What its items are.
        pub kind: JobKind,
        /// Where it is in its life.
        pub state: JobState,
        /// Whether its items are only tried out: its results say what would come of them, and nothing is written.
        pub dry_run: bool,
        /// How many items it has.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 50_000))]
        pub total: i64,
        /// How many of them are done, held or refused: the portion under way is counted when it is over.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 50_000))]
        pub done: i64,
        /// How many were done.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 50_000))]
        pub succeeded: i64,
        /// How many are held until others approve them.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 50_000))]
        pub held: i64,
        /// How many were refused.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 50_000))]
        pub refused: i64,
        /// Why it failed, if it did.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub failure: Option<JobFailure>,
        /// The key that asked for it, with which it acts.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KeyId))]
        pub key: String,
        /// When it was accepted.
        pub created_at: Time,
        /// When it was begun.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub started_at: Option<Time>,
        /// When it ended; it and its results are kept for 30 days from then on.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub finished_at: Option<Time>,
    }
}
