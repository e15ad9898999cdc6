//! Cursor pages: one concrete type for each kind of item, so that generated clients get a name for each.

use crate::appeal::Appeal;
use crate::appeal_link::AppealLink;
use crate::bulk::BulkItem;
use crate::case::{Case, ReasonRevision};
use crate::community::Community;
use crate::conversation::{Conversation, Flow};
use crate::directive::Directive;
use crate::drift::Drift;
use crate::event::Event;
use crate::held::HeldAct;
use crate::job::Job;
use crate::key::ApiKey;
use crate::limit::Limit;
use crate::merge::Merge;
use crate::notice::Notice;
use crate::policy::Policy;
use crate::sanction::Sanction;
use crate::schedule::Schedule;
use crate::tenant::Tenant;
use crate::user::{Member, User};
use crate::webhook::{Delivery, Webhook};

macro_rules! page {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        wire! {
            $(#[$doc])*
            pub struct $name {
                /// The items of this page.
                #[cfg_attr(feature = "openapi", schema(max_items = 500))]
                pub items: Vec<$item>,
                /// Give it as `cursor` to read on; null when this is the last page.
                #[cfg_attr(feature = "openapi", schema(required, max_length = 512))]
                pub next_cursor: Option<String>,
            }
        }
    };
}

page!(
    /// Cases, newest first.
    CasePage of Case
);
page!(
    /// Sanctions, newest first.
    SanctionPage of Sanction
);
page!(
    /// Communities, oldest first.
    CommunityPage of Community
);
page!(
    /// Policy versions, newest first.
    PolicyPage of Policy
);
page!(
    /// Users, oldest first.
    UserPage of User
);
page!(
    /// Merges of a user, the latest first.
    MergePage of Merge
);
page!(
    /// Members.
    MemberPage of Member
);
page!(
    /// Keys, oldest first.
    KeyPage of ApiKey
);
page!(
    /// Limits, by name.
    LimitPage of Limit
);
page!(
    /// Versions of a limit, newest first.
    LimitVersionPage of Limit
);
page!(
    /// Directives, newest first.
    DirectivePage of Directive
);
page!(
    /// Differences, newest first.
    DriftPage of Drift
);
page!(
    /// Appeals, newest first.
    AppealPage of Appeal
);
page!(
    /// Links to a case, newest first.
    AppealLinkPage of AppealLink
);
page!(
    /// Notices, newest first.
    NoticePage of Notice
);
page!(
    /// Conversations, newest first.
    ConversationPage of Conversation
);
page!(
    /// Flows, by name.
    FlowPage of Flow
);
page!(
    /// Versions of a flow, newest first.
    FlowVersionPage of Flow
);
page!(
    /// Schedules, newest first.
    SchedulePage of Schedule
);
page!(
    /// Webhooks, oldest first.
    WebhookPage of Webhook
);
page!(
    /// Deliveries of a webhook, newest first.
    DeliveryPage of Delivery
);
page!(
    /// Tenants, oldest first.
    TenantPage of Tenant
);
page!(
    /// Held acts, newest first.
    HeldActPage of HeldAct
);
page!(
    /// Jobs, newest first.
    JobPage of Job
);
page!(
    /// What a job's items came to, in their order.
    JobResultPage of BulkItem
);
wire! {
    /// Events in order. Unlike other pages there is always a cursor to go on from, for new events come.
    pub struct EventPage {
        /// The events of this page.
        #[cfg_attr(feature = "openapi", schema(max_items = 500))]
        pub items: Vec<Event>,
        /// Give it as `after` to read on, now or later.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$"))]
        pub next_cursor: String,
        /// Whether the log went on already, behind `next_cursor`. A page may be empty all the same, where nothing of a part of the log was asked for.
        pub has_more: bool,
        /// Where a community keeps its events for less long than others: the last event after the position asked for that is there no more. `null` where
        /// nothing is missing, and when the log is read from its beginning.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 20, pattern = "^[0-9]+$"))]
        pub missed_up_to: Option<String>,
    }
}

wire! {
    /// The earlier reasons of a case, oldest first.
    pub struct RevisionList {
        /// The revisions.
        pub items: Vec<ReasonRevision>,
    }
}
