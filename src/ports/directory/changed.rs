//! What comes of a change to the directory.

use super::{ApiKey, Community, PolicyChange, Profile, Tenant, User};
use crate::domain::appeal::{Appeal, Happened};
use crate::domain::appeal_link::AppealLink;
use crate::domain::case::Case;
use crate::domain::directive::Directive;
use crate::domain::drift::Seen;
use crate::domain::id::CommunityId;
use crate::domain::notice::Notice;
use crate::domain::schedule::Schedule;
use crate::ports::conversations::{FlowRecord, Talked};
use crate::ports::limits::LimitRecord;
use crate::ports::merges::{Merged, Parted};
use crate::ports::webhooks::WebhookChanged;

/// The thing as it stands after a change.
#[derive(Clone, Debug)]
pub enum Changed {
    /// A tenant was made.
    Tenant(Tenant, Box<ApiKey>),
    /// A key was made or revoked.
    Key(Box<ApiKey>),
    /// A tenant was changed, archived or unarchived; or deleted, and this is as it was.
    OtherTenant(Tenant),
    /// A community was made, renamed, linked, unlinked, archived or deleted.
    Community(Community),
    /// A policy version was made, withdrawn or activated.
    Policy(Box<PolicyChange>),
    /// A version of a rate limit was made, or the limit was deleted, and this is as it was.
    Limit(Box<LimitRecord>),
    /// A user was made or changed.
    User(User),
    /// A member was changed.
    Member(CommunityId, Profile),
    /// A directive was reported on, is tried again or was taken back.
    Directive(Box<Directive>),
    /// A directive was reported on, and what was observed stands otherwise for that: before, and now.
    Observed(Box<Directive>, Box<(Seen, Seen)>),
    /// A directive was reported on, is tried again or was taken back, and so the notice is anywhere else that it has the member told.
    Told(Box<Directive>, Box<Notice>),
    /// A notice was read.
    Notice(Box<(Notice, Vec<Directive>)>),
    /// A schedule was made, taken back or is tried again.
    Schedule(Box<Schedule>),
    /// An appeal.
    Appeal(Box<Appeal>),
    /// An appeal to which time has done this, or to which nothing had happened.
    AppealMoved(Box<Appeal>, Vec<Happened>),
    /// A link to a case was made or revoked.
    AppealLink(Box<AppealLink>),
    /// A version of a flow was written.
    Flow(Box<FlowRecord>),
    /// A conversation.
    Conversation(Box<Talked>),
    /// A webhook was made or changed, or something is sent to it.
    Webhook(Box<WebhookChanged>),
    /// A case's reason was changed.
    Case(CommunityId, Box<Case>),
    /// Two users are one person.
    Merged(Box<Merged>),
    /// Two users are two again.
    Parted(Box<Parted>),
    /// It was so already, and nothing happened: the answer says how it stands, the log nothing.
    Same(Box<Changed>),
}
