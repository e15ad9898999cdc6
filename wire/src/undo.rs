//! Undoing what many acts did: a plan that is shown before it is carried out.

use crate::kind::Kind;
use crate::time::Time;

wire! {
    /// Whose acts to undo: those of a job, those of a request with many acts, or those of a moderator within a time.
    #[serde(deny_unknown_fields)]
    pub struct UndoRequest {
        /// A job that acted.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::JobId>))]
        pub job: Option<String>,
        /// The `Idempotency-Key` of a request with many acts, as long as its answer is kept.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = "^[ -~]+$"))]
        pub bulk: Option<String>,
        /// A moderator: a user id, `platform:native_id`, a key id (`key_…`) or a rule (`automod:links`). With `from` and `until`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(
            min_length = 3,
            max_length = 161,
            pattern = r##"^((key|usr)_[0-9a-f]{32}|[a-z][a-z0-9_-]{0,31}:[!"$&-.0->@-~]{1,128})$"##,
            examples("discord:53908232506183680")
        ))]
        pub moderator: Option<String>,
        /// At or after; with `moderator`.
        #[serde(default)]
        pub from: Option<Time>,
        /// Before; with `moderator`.
        #[serde(default)]
        pub until: Option<Time>,
    }
}

wire! {
    /// What no void takes back.
    pub enum IrreversibleKind {
        /// Members were removed. They may come back, and nobody fetches them.
        Kicked,
        /// Messages were deleted. They do not come back.
        MessagesDeleted,
        /// Members were muted or banned. The time is not given back.
        Restricted,
        /// Sanctions gave way to others. They do not come back with a void of those.
        Superseded,
        /// Cases were voided. A void is final.
        Voided,
        /// Cases were reduced. A reduction only lowers.
        Reduced,
        /// Cases were replaced by milder acts. Their voids are final.
        Replaced,
        /// Members, moderators and bots were told. Notices and events are not called back.
        Told,
    }
}

wire! {
    /// Something that stays as it is.
    pub struct Irreversible {
        /// What.
        pub what: IrreversibleKind,
        /// The same in a sentence.
        #[cfg_attr(feature = "openapi", schema(max_length = 300))]
        pub detail: String,
        /// The cases that did it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 50_000))]
        pub cases: Vec<i64>,
    }
}

wire! {
    /// A sanction that holds now, and was started by one of the cases or by what one of them escalated to.
    pub struct UndoneSanction {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::SanctionId))]
        pub id: String,
        /// Upon whom.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub user: String,
        /// The kind of act that started it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// The case that started it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub case: i64,
        /// When it would end by itself.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ends_at: Option<Time>,
    }
}

wire! {
    /// What undoing would do. What cannot be undone comes first.
    pub struct UndoPlan {
        /// What stays as it is, whatever is voided.
        #[cfg_attr(feature = "openapi", schema(max_items = 8))]
        pub irreversible: Vec<Irreversible>,
        /// The cases that would be voided, the newest first. What they escalated to goes with them, or becomes milder.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 50_000))]
        pub cases: Vec<i64>,
        /// The sanctions that would end.
        #[cfg_attr(feature = "openapi", schema(max_items = 50_000))]
        pub ends: Vec<UndoneSanction>,
        /// The sanctions of escalations, which would end or become milder, unless what is left of the member's record suffices
        /// for them.
        #[cfg_attr(feature = "openapi", schema(max_items = 100_000))]
        pub may_end: Vec<UndoneSanction>,
        /// Cases that were voided already.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 50_000))]
        pub already_voided: Vec<i64>,
        /// Lifts, which cannot be voided: what they ended stays ended.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 50_000))]
        pub not_voidable: Vec<i64>,
        /// Held acts among them that still wait for others. The plan leaves them alone: reject each, or it may be carried out yet.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::HeldId>, max_items = 50_000, required))]
        pub waiting: Vec<String>,
        /// The plan's id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::PlanId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// When it was made.
        pub created_at: Time,
        /// Until when it can be applied.
        pub expires_at: Time,
        /// The job that carries it out, once it was applied.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::JobId>, required))]
        pub job: Option<String>,
    }
}
