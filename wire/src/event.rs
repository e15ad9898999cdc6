//! Events: the append-only log of everything that happened to a tenant.

use crate::appeal::AppealNews;
use crate::appeal_link::AppealLink;
use crate::case::Case;
use crate::community::Community;
use crate::conversation::{ConversationNews, Flow};
use crate::directive::Directive;
use crate::drift::Drift;
use crate::held::HeldAct;
use crate::import::ImportReport;
use crate::key::ApiKey;
use crate::limit::Limit;
use crate::merge::Merge;
use crate::notice::NoticeNews;
use crate::policy::Policy;
use crate::sanction::Sanction;
use crate::schedule::{DueReminder, Schedule};
use crate::tenant::Tenant;
use crate::time::Time;
use crate::user::{Member, User};
use crate::webhook::WebhookNews;

/// A type of event, for the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its name.
    pub name: &'static str,
    /// The field of `data` that it fills.
    pub field: &'static str,
    /// When it happens.
    pub about: &'static str,
    /// The version of its documents that is written.
    pub version: i32,
}

/// Writes the names and the catalogue from one table.
macro_rules! types {
    ($($constant:ident $name:literal $field:ident $about:literal)*) => {
        /// The types of events.
        pub mod types {
            use super::EventType;

            $(#[doc = $about] pub const $constant: &str = $name;)*

            /// Every type.
            pub const ALL: &[&str] = &[$($constant,)*];

            /// Every type, with what it says.
            pub const CATALOGUE: &[EventType] = &[$(EventType {
                name: $name,
                field: stringify!($field),
                about: $about,
                version: 1,
            },)*];
        }
    };
}

types! {
    CASE_CREATED "case.created" case
        "A case was recorded."
    ACT_HELD "act.held" held
        "An act waits for others."
    ACT_APPROVED "act.approved" held
        "A held act was approved, and waits for more approvals."
    ACT_RELEASED "act.released" held
        "A held act was carried out. Its case has an event of its own."
    ACT_REJECTED "act.rejected" held
        "A held act was rejected or withdrawn."
    APPEAL_DRAFTED "appeal.drafted" appeal
        "A member began an appeal, and is still writing it."
    APPEAL_FILED "appeal.filed" appeal
        "A member asks that a case be looked at again."
    APPEAL_STATEMENT_ADDED "appeal.statement_added" appeal
        "A member said something more, or answered what a reviewer asked."
    APPEAL_CLAIMED "appeal.claimed" appeal
        "A reviewer took an appeal in hand."
    APPEAL_RELEASED "appeal.released" appeal
        "A reviewer put an appeal back, or their time was over."
    APPEAL_ASKED "appeal.asked" appeal
        "A reviewer asked the member something."
    APPEAL_COMMENTED "appeal.commented" appeal
        "A moderator said something to the others."
    APPEAL_VOTED "appeal.voted" appeal
        "A reviewer has come to something, and others have to come to the same."
    APPEAL_OVERDUE "appeal.overdue" appeal
        "An appeal was not decided in time. It goes on."
    APPEAL_BARRED "appeal.barred" appeal
        "A reviewer refused to look at an appeal."
    APPEAL_EXPIRED "appeal.expired" appeal
        "A member did not finish an appeal, or answer a reviewer, in time."
    APPEAL_WITHDRAWN "appeal.withdrawn" appeal
        "A member took an appeal back."
    APPEAL_DECIDED "appeal.decided" appeal
        "An appeal was decided. What came of it has events of its own."
    APPEAL_MOOT "appeal.moot" appeal
        "The case of an appeal was voided by other means, or lifted with no points left."
    APPEAL_LINK_CREATED "appeal_link.created" appeal_link
        "A link lets a member see a case and appeal against it."
    APPEAL_LINK_REVOKED "appeal_link.revoked" appeal_link
        "A link lets nobody in any more."
    CONVERSATION_STARTED "conversation.started" conversation
        "A conversation began."
    CONVERSATION_ADVANCED "conversation.advanced" conversation
        "A conversation is in another state."
    CONVERSATION_ENDED "conversation.ended" conversation
        "A conversation is over."
    CONVERSATION_COMPLETED "conversation.completed" conversation
        "A conversation came to an end of a tenant's own flow, and this is what was collected."
    FLOW_WRITTEN "flow.written" flow
        "A version of a flow was written."
    DIRECTIVE_ISSUED "directive.issued" directive
        "A platform's space is to do something about a member."
    DIRECTIVE_APPLIED "directive.applied" directive
        "A relay carried a directive out."
    DIRECTIVE_DELAYED "directive.delayed" directive
        "A relay tried, and it is tried again later."
    DIRECTIVE_FAILED "directive.failed" directive
        "A directive was given up: it failed too often, the platform cannot do it, or the space is not to be reached."
    DIRECTIVE_RETRIED "directive.retried" directive
        "Somebody has a directive carried out once more."
    DIRECTIVE_SUPERSEDED "directive.superseded" directive
        "A later directive took the place of one before it was carried out."
    DIRECTIVE_CANCELLED "directive.cancelled" directive
        "Somebody took a directive back."
    NOTICE_QUEUED "notice.queued" notice
        "A member is to be told something, or once more."
    NOTICE_SENT "notice.sent" notice
        "What a member is told was delivered."
    NOTICE_FAILED "notice.failed" notice
        "What a member is told could not be delivered, or was taken back."
    NOTICE_UNREACHABLE "notice.unreachable" notice
        "There is no way to a member who is to be told something."
    NOTICE_ACKNOWLEDGED "notice.acknowledged" notice
        "A member has read what they were told."
    DRIFT_DETECTED "drift.detected" drift
        "What was observed on a platform is not as desired, or differs in another way than before."
    DRIFT_RESOLVED "drift.resolved" drift
        "What was observed on a platform is as desired again, or what happened there is on record."
    SCHEDULE_CREATED "schedule.created" schedule
        "Something is to be done at a time."
    SCHEDULE_RAN "schedule.ran" schedule
        "A scheduled act was carried out, or waits for others. What came of it has events of its own."
    SCHEDULE_FAILED "schedule.failed" schedule
        "A run of a schedule failed; its state says whether it was given up."
    SCHEDULE_RETRIED "schedule.retried" schedule
        "Somebody has the run that failed carried out once more."
    SCHEDULE_CANCELLED "schedule.cancelled" schedule
        "Somebody took a schedule back."
    REMINDER_DUE "reminder.due" reminder
        "The time of a reminder has come."
    CASE_VOIDED "case.voided" case
        "A case was voided, itself or with its cause."
    CASE_REDUCED "case.reduced" case
        "A case counts less than it did."
    CASE_REASON_CHANGED "case.reason_changed" case
        "A case has another reason."
    SANCTION_STARTED "sanction.started" sanction
        "A sanction began."
    SANCTION_CHANGED "sanction.changed" sanction
        "A sanction ends at another time: it was reduced, or holds while the points are high."
    SANCTION_ENDED "sanction.ended" sanction
        "A sanction ended: expired, lifted, superseded or voided."
    COMMUNITY_CREATED "community.created" community
        "A community was made."
    COMMUNITY_CHANGED "community.changed" community
        "A community was renamed, linked or unlinked."
    POLICY_SCHEDULED "policy.scheduled" policy
        "A policy version was written that comes into force later."
    POLICY_WITHDRAWN "policy.withdrawn" policy
        "A policy version that was to come into force never will."
    COMMUNITY_ARCHIVED "community.archived" community
        "A community can only be read from now on."
    COMMUNITY_UNARCHIVED "community.unarchived" community
        "A community can be changed again."
    COMMUNITY_DELETED "community.deleted" community
        "A community was deleted; it is shown as it was."
    POLICY_ACTIVATED "policy.activated" policy
        "A policy version came into force."
    USER_CREATED "user.created" user
        "A user was made."
    USER_CHANGED "user.changed" user
        "A user has another name or identity."
    USER_MERGED "user.merged" merge
        "Two users are one person from now on."
    USER_SPLIT "user.split" merge
        "A merge was undone."
    USER_ERASED "user.erased" user
        "A user was erased."
    MEMBER_CHANGED "member.changed" member
        "A member has another rank or protection."
    LIMIT_CREATED "limit.created" limit
        "A rate limit was made."
    LIMIT_CHANGED "limit.changed" limit
        "A rate limit has another version."
    LIMIT_DELETED "limit.deleted" limit
        "A rate limit was deleted; it is shown as it was."
    WEBHOOK_CREATED "webhook.created" webhook
        "A webhook was made."
    WEBHOOK_CHANGED "webhook.changed" webhook
        "A webhook was changed, turned on or off by somebody, or has another secret."
    WEBHOOK_DELETED "webhook.deleted" webhook
        "A webhook was deleted; it is shown as it was."
    WEBHOOK_FAILING "webhook.failing" webhook
        "A webhook failed again and again, and is left alone for a while."
    WEBHOOK_RECOVERED "webhook.recovered" webhook
        "A webhook that was failing takes events again."
    WEBHOOK_TURNED_OFF "webhook.turned_off" webhook
        "A webhook is off, because it answered that it is gone or failed for days."
    WEBHOOK_MISSED "webhook.missed" webhook
        "Events were forgotten before they could be sent to a webhook."
    KEY_CREATED "key.created" key
        "A key was made."
    KEY_REVOKED "key.revoked" key
        "A key was revoked."
    TENANT_CREATED "tenant.created" tenant
        "The tenant was made."
    TENANT_CHANGED "tenant.changed" tenant
        "The operator gave the tenant another name or plan."
    TENANT_ARCHIVED "tenant.archived" tenant
        "The operator archived the tenant: it can only be read from now on."
    TENANT_UNARCHIVED "tenant.unarchived" tenant
        "The operator unarchived the tenant: it can be changed again."
    HISTORY_IMPORTED "history.imported" import
        "Acts of another bot's records were imported, without an event for each."
    HISTORY_RESTORED "history.restored" community
        "The community was made of an export, and there are no events of its cases."
    TENANT_DELETED "tenant.deleted" tenant
        "Another tenant was deleted, by this one's key; it is shown as it was."
}

/// What an event is about: exactly one field is present, and the event's type says which.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct EventData {
    /// The case, for `case.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub case: Option<Case>,
    /// The held act, for `act.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub held: Option<HeldAct>,
    /// The appeal, for `appeal.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub appeal: Option<AppealNews>,
    /// The link, for `appeal_link.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub appeal_link: Option<AppealLink>,
    /// The sanction, for `sanction.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub sanction: Option<Sanction>,
    /// The conversation, for `conversation.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub conversation: Option<ConversationNews>,
    /// The flow, for `flow.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub flow: Option<Flow>,
    /// The directive, for `directive.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub directive: Option<Directive>,
    /// The notice, for `notice.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub notice: Option<NoticeNews>,
    /// The difference, for `drift.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub drift: Option<Drift>,
    /// The schedule, for `schedule.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub schedule: Option<Schedule>,
    /// The reminder, for `reminder.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub reminder: Option<DueReminder>,
    /// The community, for `community.*` and `history.restored`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub community: Option<Community>,
    /// The policy, for `policy.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub policy: Option<Policy>,
    /// The merge, for `user.merged` and `user.split`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub merge: Option<Merge>,
    /// The user, for the other `user.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub user: Option<User>,
    /// The member, for `member.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub member: Option<Member>,
    /// The limit, for `limit.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub limit: Option<Limit>,
    /// The key, for `key.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub key: Option<ApiKey>,
    /// The webhook, for `webhook.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub webhook: Option<WebhookNews>,
    /// The tenant, for `tenant.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub tenant: Option<Tenant>,
    /// What was imported, for `history.imported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub import: Option<ImportReport>,
}

wire! {
    /// One line of the log.
    pub struct Event {
        /// Its position in the tenant's log, 1, 2, 3 … without gaps but where a community was deleted, as text: the event's id, and a cursor to go on from.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$", examples("42")))]
        pub id: String,
        /// Its type, such as `case.created`. New types may come; skip those you do not know.
        #[serde(rename = "type")]
        #[cfg_attr(feature = "openapi", schema(max_length = 64, examples("case.created")))]
        pub kind: String,
        /// The community, if it belongs to one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>, required))]
        pub community: Option<String>,
        /// The user, if it is about one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub user: Option<String>,
        /// When it happened.
        pub at: Time,
        /// Which version of its type `data` is of. Fields may be added within a version; what means something else comes with a new one.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647, examples(1)))]
        pub version: i32,
        /// What it is about, as it stood then.
        pub data: EventData,
    }
}
