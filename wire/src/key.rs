//! API keys and what they may do.

use crate::time::Time;
use crate::word::Rank;
use serde::{Deserialize, Serialize};

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// Acts, lifts, voids and changes of reason.
    #[serde(rename = "acts:write")]
    ActsWrite,
    /// Cases, sanctions, standing and explanations.
    #[serde(rename = "cases:read")]
    CasesRead,
    /// The event log.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Communities, their links and policies.
    #[serde(rename = "communities:read")]
    CommunitiesRead,
    /// Make, rename, link and unlink communities.
    #[serde(rename = "communities:write")]
    CommunitiesWrite,
    /// Make new policy versions.
    #[serde(rename = "policies:write")]
    PoliciesWrite,
    /// Users and members.
    #[serde(rename = "users:read")]
    UsersRead,
    /// Make and change users, identities, ranks and protection.
    #[serde(rename = "users:write")]
    UsersWrite,
    /// Erase users, which nothing takes back.
    #[serde(rename = "users:erase")]
    UsersErase,
    /// List, make and revoke keys.
    #[serde(rename = "keys:write")]
    KeysWrite,
    /// Assert the rank of the person who acts.
    #[serde(rename = "actors:assert")]
    ActorsAssert,
    /// Export whole communities.
    #[serde(rename = "history:read")]
    HistoryRead,
    /// Import acts from other bots, and make communities of exports. Both say who did what without being asked for a rank.
    #[serde(rename = "history:write")]
    HistoryWrite,
    /// Ask whether something may happen now, and tell limits of signals.
    #[serde(rename = "limits:check")]
    LimitsCheck,
    /// Read limits, and how keys stand under them.
    #[serde(rename = "limits:read")]
    LimitsRead,
    /// Make, change and delete limits, and reset keys.
    #[serde(rename = "limits:write")]
    LimitsWrite,
    /// Read what platforms are to do.
    #[serde(rename = "directives:read")]
    DirectivesRead,
    /// Carry out what platforms are to do, and say what came of it: for relays.
    #[serde(rename = "directives:work")]
    DirectivesWork,
    /// Read what is to be done at which time.
    #[serde(rename = "schedules:read")]
    SchedulesRead,
    /// Have reminders at a time, and acts together with `acts:write`; take them back, and try them again.
    #[serde(rename = "schedules:write")]
    SchedulesWrite,
    /// Read appeals.
    #[serde(rename = "appeals:read")]
    AppealsRead,
    /// File appeals for members, and take them back.
    #[serde(rename = "appeals:file")]
    AppealsFile,
    /// Take appeals in hand and decide them.
    #[serde(rename = "appeals:review")]
    AppealsReview,
    /// Make links that let members see a case of theirs and appeal against it, list them, and revoke them.
    #[serde(rename = "appeals:link")]
    AppealsLink,
    /// Read notices.
    #[serde(rename = "notices:read")]
    NoticesRead,
    /// Say for members that they have read notices.
    #[serde(rename = "notices:write")]
    NoticesWrite,
    /// Read conversations and flows.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Begin conversations, and say what happens in them. What shipped flows do needs its own scope besides.
    #[serde(rename = "conversations:write")]
    ConversationsWrite,
    /// Write flows.
    #[serde(rename = "flows:write")]
    FlowsWrite,
    /// Read webhooks, and what became of what was sent to them.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// Make, change and delete webhooks, which are sent events: as good as `events:read`.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
    /// Make other tenants: for the operator of the service.
    #[serde(rename = "tenants:write")]
    TenantsWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 32] = [
        Self::ActsWrite,
        Self::CasesRead,
        Self::EventsRead,
        Self::CommunitiesRead,
        Self::CommunitiesWrite,
        Self::PoliciesWrite,
        Self::UsersRead,
        Self::UsersWrite,
        Self::UsersErase,
        Self::KeysWrite,
        Self::ActorsAssert,
        Self::HistoryRead,
        Self::HistoryWrite,
        Self::LimitsCheck,
        Self::LimitsRead,
        Self::LimitsWrite,
        Self::DirectivesRead,
        Self::DirectivesWork,
        Self::SchedulesRead,
        Self::SchedulesWrite,
        Self::AppealsRead,
        Self::AppealsFile,
        Self::AppealsReview,
        Self::AppealsLink,
        Self::NoticesRead,
        Self::NoticesWrite,
        Self::ConversationsRead,
        Self::ConversationsWrite,
        Self::FlowsWrite,
        Self::WebhooksRead,
        Self::WebhooksWrite,
        Self::TenantsWrite,
    ];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActsWrite => "acts:write",
            Self::CasesRead => "cases:read",
            Self::EventsRead => "events:read",
            Self::CommunitiesRead => "communities:read",
            Self::CommunitiesWrite => "communities:write",
            Self::PoliciesWrite => "policies:write",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::UsersErase => "users:erase",
            Self::KeysWrite => "keys:write",
            Self::ActorsAssert => "actors:assert",
            Self::HistoryRead => "history:read",
            Self::HistoryWrite => "history:write",
            Self::LimitsCheck => "limits:check",
            Self::LimitsRead => "limits:read",
            Self::LimitsWrite => "limits:write",
            Self::DirectivesRead => "directives:read",
            Self::DirectivesWork => "directives:work",
            Self::SchedulesRead => "schedules:read",
            Self::SchedulesWrite => "schedules:write",
            Self::AppealsRead => "appeals:read",
            Self::AppealsFile => "appeals:file",
            Self::AppealsReview => "appeals:review",
            Self::AppealsLink => "appeals:link",
            Self::NoticesRead => "notices:read",
            Self::NoticesWrite => "notices:write",
            Self::ConversationsRead => "conversations:read",
            Self::ConversationsWrite => "conversations:write",
            Self::FlowsWrite => "flows:write",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
            Self::TenantsWrite => "tenants:write",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

wire! {
    /// A new key. It may do at most what the key that makes it may do.
    #[serde(deny_unknown_fields)]
    pub struct KeyRequest {
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
        /// What it may do.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 32))]
        pub scopes: Vec<Scope>,
        /// The communities that it is bound to; left out or null for all.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::CommunityId>>, min_items = 1, max_items = 100))]
        pub communities: Option<Vec<String>>,
        /// The rank with which it acts when a call names no person. Default admin, or that of the key that makes it if lower.
        #[serde(default)]
        pub rank: Option<Rank>,
        /// When it stops working; left out or null for never.
        #[serde(default)]
        pub expires_at: Option<Time>,
    }
}

wire! {
    /// An API key, without its secret.
    pub struct ApiKey {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KeyId))]
        pub id: String,
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
        /// How it begins, for recognising it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Hint))]
        pub hint: String,
        /// What it may do.
        #[cfg_attr(feature = "openapi", schema(max_items = 32))]
        pub scopes: Vec<Scope>,
        /// The communities that it is bound to; null for all.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::CommunityId>>, required, max_items = 100))]
        pub communities: Option<Vec<String>>,
        /// The rank with which it acts when a call names no person.
        pub rank: Rank,
        /// When it was made.
        pub created_at: Time,
        /// When it stops working; null for never.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub expires_at: Option<Time>,
        /// When it was revoked.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub revoked_at: Option<Time>,
        /// When it was last used, to the minute.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub last_used_at: Option<Time>,
    }
}

wire! {
    /// A new key with its secret.
    pub struct KeyCreated {
        /// The key.
        pub key: ApiKey,
        /// The key itself, shown this once. Null when the answer is a repeat: it is not kept.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Secret>, required))]
        pub secret: Option<String>,
    }
}
