//! Events: the append-only log of everything that happened to a tenant.

use crate::case::Case;
use crate::community::Community;
use crate::held::HeldAct;
use crate::import::ImportReport;
use crate::key::ApiKey;
use crate::limit::Limit;
use crate::merge::Merge;
use crate::policy::Policy;
use crate::sanction::Sanction;
use crate::tenant::Tenant;
use crate::time::Time;
use crate::user::{Member, User};

/// The types of events, and the field of `data` that each one fills.
pub mod types {
    /// A case was recorded; `data.case`.
    pub const CASE_CREATED: &str = "case.created";
    /// An act waits for others; `data.held`.
    pub const ACT_HELD: &str = "act.held";
    /// A held act was approved, and waits for more approvals; `data.held`.
    pub const ACT_APPROVED: &str = "act.approved";
    /// A held act was carried out; `data.held`. Its case has an event of its own.
    pub const ACT_RELEASED: &str = "act.released";
    /// A held act was rejected or withdrawn; `data.held`.
    pub const ACT_REJECTED: &str = "act.rejected";
    /// A case was voided, itself or with its cause; `data.case`.
    pub const CASE_VOIDED: &str = "case.voided";
    /// A case counts less than it did; `data.case`.
    pub const CASE_REDUCED: &str = "case.reduced";
    /// A case has another reason; `data.case`.
    pub const CASE_REASON_CHANGED: &str = "case.reason_changed";
    /// A sanction began; `data.sanction`.
    pub const SANCTION_STARTED: &str = "sanction.started";
    /// A sanction ends at another time: it was reduced, or holds while the points are high; `data.sanction`.
    pub const SANCTION_CHANGED: &str = "sanction.changed";
    /// A sanction ended: expired, lifted, superseded or voided; `data.sanction`.
    pub const SANCTION_ENDED: &str = "sanction.ended";
    /// A community was made; `data.community`.
    pub const COMMUNITY_CREATED: &str = "community.created";
    /// A community was renamed, linked or unlinked; `data.community`.
    pub const COMMUNITY_CHANGED: &str = "community.changed";
    /// A policy version was written that comes into force later; `data.policy`.
    pub const POLICY_SCHEDULED: &str = "policy.scheduled";
    /// A policy version that was to come into force never will; `data.policy`.
    pub const POLICY_WITHDRAWN: &str = "policy.withdrawn";
    /// A community can only be read from now on; `data.community`.
    pub const COMMUNITY_ARCHIVED: &str = "community.archived";
    /// A community can be changed again; `data.community`.
    pub const COMMUNITY_UNARCHIVED: &str = "community.unarchived";
    /// A community was deleted; `data.community`, as it was.
    pub const COMMUNITY_DELETED: &str = "community.deleted";
    /// A policy version came into force; `data.policy`.
    pub const POLICY_ACTIVATED: &str = "policy.activated";
    /// A user was made; `data.user`.
    pub const USER_CREATED: &str = "user.created";
    /// A user has another name or identity; `data.user`.
    pub const USER_CHANGED: &str = "user.changed";
    /// Two users are one person from now on; `data.merge`.
    pub const USER_MERGED: &str = "user.merged";
    /// A merge was undone; `data.merge`.
    pub const USER_SPLIT: &str = "user.split";
    /// A user was erased; `data.user`.
    pub const USER_ERASED: &str = "user.erased";
    /// A member has another rank or protection; `data.member`.
    pub const MEMBER_CHANGED: &str = "member.changed";
    /// A rate limit was made; `data.limit`.
    pub const LIMIT_CREATED: &str = "limit.created";
    /// A rate limit has another version; `data.limit`.
    pub const LIMIT_CHANGED: &str = "limit.changed";
    /// A rate limit was deleted; `data.limit`, as it was.
    pub const LIMIT_DELETED: &str = "limit.deleted";
    /// A key was made; `data.key`.
    pub const KEY_CREATED: &str = "key.created";
    /// A key was revoked; `data.key`.
    pub const KEY_REVOKED: &str = "key.revoked";
    /// The tenant was made; `data.tenant`.
    pub const TENANT_CREATED: &str = "tenant.created";
    /// The operator gave the tenant another name or plan; `data.tenant`.
    pub const TENANT_CHANGED: &str = "tenant.changed";
    /// The operator archived the tenant: it can only be read from now on; `data.tenant`.
    pub const TENANT_ARCHIVED: &str = "tenant.archived";
    /// The operator unarchived the tenant: it can be changed again; `data.tenant`.
    pub const TENANT_UNARCHIVED: &str = "tenant.unarchived";
    /// Acts of another bot's records were imported, without an event for each; `data.import`.
    pub const HISTORY_IMPORTED: &str = "history.imported";
    /// The community was made of an export, and there are no events of its cases; `data.community`.
    pub const HISTORY_RESTORED: &str = "history.restored";

    /// Another tenant was deleted, by this one's key; `data.tenant`, as it was.
    pub const TENANT_DELETED: &str = "tenant.deleted";
    /// Every type.
    pub const ALL: [&str; 37] = [
        ACT_HELD,
        ACT_APPROVED,
        ACT_RELEASED,
        ACT_REJECTED,
        CASE_CREATED,
        CASE_VOIDED,
        CASE_REDUCED,
        CASE_REASON_CHANGED,
        SANCTION_STARTED,
        SANCTION_CHANGED,
        SANCTION_ENDED,
        COMMUNITY_CREATED,
        COMMUNITY_CHANGED,
        POLICY_SCHEDULED,
        POLICY_WITHDRAWN,
        COMMUNITY_ARCHIVED,
        COMMUNITY_UNARCHIVED,
        COMMUNITY_DELETED,
        POLICY_ACTIVATED,
        USER_CREATED,
        USER_CHANGED,
        USER_MERGED,
        USER_SPLIT,
        USER_ERASED,
        MEMBER_CHANGED,
        LIMIT_CREATED,
        LIMIT_CHANGED,
        LIMIT_DELETED,
        KEY_CREATED,
        KEY_REVOKED,
        TENANT_CREATED,
        TENANT_CHANGED,
        TENANT_ARCHIVED,
        TENANT_UNARCHIVED,
        HISTORY_IMPORTED,
        HISTORY_RESTORED,
        TENANT_DELETED,
    ];
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
    /// The sanction, for `sanction.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub sanction: Option<Sanction>,
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
        /// What it is about, as it stood then.
        pub data: EventData,
    }
}
