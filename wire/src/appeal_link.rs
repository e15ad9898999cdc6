//! Links that let members see one case of theirs and appeal against it, without an account.

use crate::duration::Duration;
use crate::time::Time;

wire! {
    /// Makes a link.
    #[serde(deny_unknown_fields)]
    pub struct AppealLinkRequest {
        /// For how long it is good: 1 minute to 90 days. Left out or null: 14 days.
        #[serde(default)]
        pub expires_in: Option<Duration>,
    }
}

wire! {
    /// A link, without the address: that is shown once.
    pub struct AppealLink {
        /// Its id, by which it is revoked.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::AppealLinkId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The number of the case.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CaseNumber))]
        pub case: i64,
        /// When it was made.
        pub created_at: Time,
        /// When it stops working.
        pub expires_at: Time,
        /// When somebody revoked it; null unless somebody has.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub revoked_at: Option<Time>,
    }
}

wire! {
    /// A new link with its address.
    pub struct AppealLinkCreated {
        /// Its id, by which it is revoked.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::AppealLinkId))]
        pub id: String,
        /// What to give the member, and nobody else: whoever has it sees the case and may appeal against it. Not kept, but a repeat under the same
        /// `Idempotency-Key` gives it again.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Url>, required))]
        pub url: Option<String>,
        /// When it stops working.
        pub expires_at: Time,
        /// The link as it is listed.
        pub link: AppealLink,
    }
}
