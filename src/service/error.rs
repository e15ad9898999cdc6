//! Why a call was not carried out. The HTTP layer makes a problem document of each.

use crate::domain::conversation::NotTaken as NotSaid;
use crate::domain::directive::NotTaken;
use crate::domain::id::{JobId, MergeId, UserId};
use crate::domain::merge::MAX_MERGED;
use crate::domain::policy_check::Finding;
use crate::domain::refusal::Refusal;
use crate::domain::schedule::{self, MOST_ACTIVE};
use crate::domain::time::Instant;
use crate::domain::webhook::MOST_WEBHOOKS;
use crate::ports::directory::{Applied, Conflict};
use crate::ports::error::StoreError;
use crate::ports::history::BadLine;
use crate::ports::ledger::Reply;
use crate::ports::limiter::Unreachable;
use crate::ports::limits::MOST_LIMITS;
use crate::service::auth::BadKey;
use crate::service::conversations::Unsaid;
use crate::service::{Outcome, Quota};
use chrono::{DateTime, SecondsFormat, Utc};
use wire::key::Scope;

/// What is found, if it is one thing; else what all of it is.
fn only<'f>(findings: &'f [Finding], else_say: &'f str) -> &'f str {
    match findings {
        [one] => &one.detail,
        _ => else_say,
    }
}

/// Why a call was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The key does not let its bearer in.
    #[error(transparent)]
    Unauthenticated(#[from] BadKey),
    /// The key has made as many requests as its plan permits.
    #[error(
        "the API key has made as many requests as its tenant's plan {:?} permits, which is {} in {} s; come back in {} s",
        .0.name, .0.capacity, .0.period, .0.more_after.div_ceil(1_000)
    )]
    TooManyRequests(Quota),
    /// The domain refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another community has the space already.
    #[error("the space {platform}:{space} is linked to {community} already")]
    LinkTaken {
        /// The platform.
        platform: String,
        /// The space.
        space: String,
        /// The community that has it.
        community: String,
    },
    /// Another user has the identity already.
    #[error("the identity {identity} belongs to {user} already")]
    IdentityTaken {
        /// The identity.
        identity: String,
        /// The user who has it.
        user: String,
    },
    /// What is to be deleted was not repeated by its name.
    #[error(
        "the parameter confirm is not the name of the {0} in the path; it is asked for because nothing takes a deletion back"
    )]
    NotConfirmed(&'static str),
    /// Only an archived community is deleted.
    #[error("the community is not archived; archive it first, and delete it when nobody misses it")]
    NotArchived,
    /// Nobody deletes the tenant of their own key.
    #[error(
        "the API key belongs to this tenant; a tenant is archived and deleted by the operator, with a key of another one"
    )]
    OwnTenant,
    /// The document has moved on since the caller read it.
    #[error(
        "the document's ETag is \"{current}\" now; read it again, make the change to what it is now, and send that ETag as If-Match"
    )]
    Stale {
        /// Its entity tag now, without the quotes.
        current: String,
    },
    /// There is a document already, and the caller has seen no version of it.
    #[error(
        "there is one already, at ETag \"{current}\"; to change it, read it and send its ETag as If-Match"
    )]
    Unseen {
        /// Its entity tag now, without the quotes.
        current: String,
    },
    /// Nobody has said where browsers reach this service.
    #[error(
        "links lead to where browsers reach this service, and nobody has said where that is: set server.public_url (TRIBUNE_SERVER_PUBLIC_URL)"
    )]
    NoPublicUrl,
    /// There are as many limits as there may be.
    #[error("a tenant or community has at most {MOST_LIMITS} limits of its own; delete one that is not used")]
    TooManyLimits,
    /// No limits have the names that are said here.
    #[error("{}", only(.0, "limits are named that neither the community nor the tenant has"))]
    UnknownLimit(Vec<Finding>),
    /// The counters of limits cannot be reached.
    #[error(transparent)]
    LimiterAway(#[from] Unreachable),
    /// A version of a policy cannot be withdrawn: it has been in force.
    #[error(
        "version {0} is or was in force, and cannot be withdrawn; write or restore the version that is to take its place"
    )]
    NotScheduled(i32),
    /// Two users are one person already.
    #[error("the two are one person already: {0}")]
    SameUser(UserId),
    /// Too many users would be one person.
    #[error("{0} users would be one person, and {MAX_MERGED} are the most")]
    TooManyMerged(usize),
    /// The user was erased.
    #[error("{0} was erased; nobody can say any more who they were")]
    Erased(UserId),
    /// A merge was undone before.
    #[error("the merge {0} was undone already")]
    MergeUndone(MergeId),
    /// The idempotency key was used for something else.
    #[error("this Idempotency-Key was used for another request; take a new key for a new request")]
    KeyReused,
    /// The key lacks a scope.
    #[error("the API key lacks the scope {}", .0.name())]
    MissingScope(Scope),
    /// The key is bound to communities, and the call concerns the whole tenant.
    #[error("the API key is bound to communities; this needs a key for the whole tenant")]
    Bound,
    /// The key would give away more than it has: to another key, or to a member.
    #[error("a key gives at most what it has itself: {0}")]
    Exceeds(String),
    /// What the call names does not exist, or is not this caller's to see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The log has no such position yet. To wait there would be to miss what comes before it.
    #[error(
        "the log ends at position {last}, and a later one was named; read on from there, or from an earlier one: whoever waits beyond misses what comes in between"
    )]
    BeyondTheLog {
        /// Its last position.
        last: i64,
    },
    /// Events behind the position are forgotten.
    #[error(
        "the events up to position {gone} are no longer all kept; begin again without a position, or after {gone}"
    )]
    EventsGone {
        /// The last position of one that is.
        gone: i64,
    },
    /// Nobody, or somebody else, has the directive in hand by now.
    #[error(
        "the directive is in nobody's hands under that lease, so that it failed counts no more; take directives in hand again"
    )]
    LeaseLost,
    /// The directive is settled.
    #[error("the directive is {0}; nothing is left to do about it")]
    DirectiveSettled(&'static str),
    /// The schedule has ended.
    #[error("the schedule is {0}; nothing is left to run")]
    ScheduleEnded(&'static str),
    /// No run of the schedule has failed.
    #[error("the last run of the schedule did not fail, or there was none yet")]
    NothingToRetry,
    /// As many schedules of the community are active as may be.
    #[error(
        "a community has at most {MOST_ACTIVE} schedules that are active; cancel those that are not needed"
    )]
    TooManySchedules,
    /// There are as many webhooks as there may be.
    #[error("a tenant has at most {MOST_WEBHOOKS} webhooks; delete one that is not used")]
    TooManyWebhooks,
    /// Nothing is sent to the webhook.
    #[error("the webhook is off; turn it on first")]
    WebhookOff,
    /// Nothing comes of what is said in a conversation, or of a flow.
    #[error(transparent)]
    Conversation(#[from] Unsaid),
    /// As many follow events as this process takes.
    #[error("as many readers follow events as this process takes; try again shortly")]
    TooManyReaders,
    /// A document is wrong.
    #[error("the document is not valid")]
    Invalid(Vec<Finding>),
    /// Lines of an import cannot be taken, and nothing was written.
    #[error("some lines cannot be taken")]
    BadLines(Vec<BadLine>),
    /// Too much is waiting already.
    #[error("too many requests are waiting; try again shortly")]
    Overloaded,
    /// As many simulations as this process takes are under way.
    #[error("this process carries out two simulations at a time, and two are under way; try again shortly")]
    Simulating,
    /// As many imports and restores as this process takes are under way.
    #[error("this process takes in four files at a time, and four are under way; try again shortly")]
    TakingIn,
    /// What the call needs stayed locked.
    #[error("the rows that this needs stayed locked; try again shortly")]
    Busy,
    /// The store failed, or is away.
    #[error("the store could not answer")]
    Store(#[source] StoreError),
    /// The job has ended already.
    #[error("the job is {0} already; nothing is left to stop")]
    JobEnded(&'static str),
    /// The job was not stopped.
    #[error("the job is {0}; only a job that is cancelled can be taken up again")]
    JobNotCancelled(&'static str),
    /// The job still has something to do.
    #[error("the job is {0}; what it is still to do would be no part of the plan")]
    JobUnfinished(&'static str),
    /// The job only tried its items out.
    #[error("the job only tried its items out, so there is nothing to undo")]
    JobDryRun,
    /// The plan is too old.
    #[error("the plan has expired; make another, and see what it says now")]
    PlanExpired,
    /// The plan was applied before.
    #[error("the plan was applied already, as {0}")]
    PlanApplied(JobId),
    /// A task that should have answered ended without an answer.
    #[error("the work ended without an answer")]
    Lost,
}

impl From<StoreError> for ServiceError {
    /// The one door through which failures of the store pass, so they are counted here.
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::NotFound(what) => return Self::NotFound(what),
            StoreError::Busy => "busy",
            StoreError::Unavailable(_) => "unavailable",
            StoreError::Corrupt { .. } => "corrupt",
            StoreError::Failed(_) => "failed",
        };
        metrics::counter!("tribune_store_errors_total", "kind" => kind).increment(1);
        match error {
            StoreError::Busy => Self::Busy,
            other => Self::Store(other),
        }
    }
}

impl ServiceError {
    /// Whether it passes by itself: the same call, unchanged, may be carried out a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Overloaded
            | Self::Simulating
            | Self::TakingIn
            | Self::TooManyReaders
            | Self::Busy
            | Self::LimiterAway(_)
            | Self::Store(StoreError::Unavailable(_)) => true,
            Self::Refused(refusal) => {
                matches!(refusal, Refusal::ClockSkew { .. } | Refusal::ClockOutOfRange)
            }
            _ => false,
        }
    }
}

/// An error and the causes behind it, outermost first, in one line for people and for the log. Some libraries' errors say their
/// cause themselves; it is not said again.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !line.ends_with(&said) {
            line.push_str(": ");
            line.push_str(&said);
        }
        next = cause.source();
    }
    line
}

/// The outcome of a reply from the ledger.
pub(crate) fn outcome(reply: Reply) -> Result<Outcome, ServiceError> {
    match reply {
        Reply::Done(answer) => Ok(Outcome {
            answer,
            replayed: false,
        }),
        Reply::Replayed(answer) => Ok(Outcome {
            answer,
            replayed: true,
        }),
        Reply::KeyReused => Err(ServiceError::KeyReused),
        Reply::Refused(refusal) => Err(refusal.into()),
    }
}

/// The moment at which a policy is to come into force is past, or too far ahead.
pub(crate) fn not_ahead(now: Instant) -> ServiceError {
    let now = now.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true);
    ServiceError::Invalid(vec![Finding {
        pointer: "/activate_at".to_owned(),
        detail: format!(
            "a version comes into force after now, {now}, and within a year; without activate_at at once"
        ),
    }])
}

/// A schedule has no run ahead.
pub(crate) fn never_runs(once: bool, now: DateTime<Utc>) -> ServiceError {
    let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (pointer, detail) = if once {
        ("/at", format!("a moment after now, {now}, and within ten years"))
    } else {
        let what = "these times come at none within ten years that lies after now";
        ("/cron", format!("{what}, {now}, and between `from` and `until`"))
    };
    ServiceError::Invalid(vec![Finding {
        pointer: pointer.to_owned(),
        detail,
    }])
}

/// The outcome of an order to the directory.
pub(crate) fn applied(applied: Applied) -> Result<Outcome, ServiceError> {
    match applied {
        Applied::Done(answer) => Ok(Outcome {
            answer,
            replayed: false,
        }),
        Applied::Replayed(answer) => Ok(Outcome {
            answer,
            replayed: true,
        }),
        Applied::KeyReused => Err(ServiceError::KeyReused),
        Applied::Refused(refusal) => Err(refusal.into()),
        Applied::Conflict(Conflict::Stale(current)) => Err(ServiceError::Stale {
            current: current.to_string(),
        }),
        Applied::Conflict(Conflict::Unseen(current)) => Err(ServiceError::Unseen {
            current: current.to_string(),
        }),
        Applied::Conflict(Conflict::TooManyLimits) => Err(ServiceError::TooManyLimits),
        Applied::Conflict(Conflict::NotScheduled(version)) => Err(ServiceError::NotScheduled(version)),
        Applied::Conflict(Conflict::SameUser(user)) => Err(ServiceError::SameUser(user)),
        Applied::Conflict(Conflict::TooManyMerged(users)) => Err(ServiceError::TooManyMerged(users)),
        Applied::Conflict(Conflict::Erased(user)) => Err(ServiceError::Erased(user)),
        Applied::Conflict(Conflict::MergeUndone(merge)) => Err(ServiceError::MergeUndone(merge)),
        Applied::Conflict(Conflict::NotAhead(now)) => Err(not_ahead(now)),
        Applied::Conflict(Conflict::Directive(NotTaken::LeaseLost)) => Err(ServiceError::LeaseLost),
        Applied::Conflict(Conflict::Directive(NotTaken::Settled(state))) => {
            Err(ServiceError::DirectiveSettled(state.name()))
        }
        Applied::Conflict(Conflict::Schedule(schedule::NotTaken::Ended(state))) => {
            Err(ServiceError::ScheduleEnded(state.name()))
        }
        Applied::Conflict(Conflict::Schedule(schedule::NotTaken::NothingFailed)) => {
            Err(ServiceError::NothingToRetry)
        }
        Applied::Conflict(Conflict::NeverRuns { once, now }) => Err(never_runs(once, now)),
        Applied::Conflict(Conflict::TooManySchedules) => Err(ServiceError::TooManySchedules),
        Applied::Conflict(Conflict::TooManyWebhooks) => Err(ServiceError::TooManyWebhooks),
        Applied::Conflict(Conflict::TooManyFlows) => Err(Unsaid::TooManyFlows.into()),
        Applied::Conflict(Conflict::ConversationRunning(id)) => Err(Unsaid::Running(id).into()),
        Applied::Conflict(Conflict::ConversationMoved(step, state)) => {
            Err(Unsaid::Moved { step, state }.into())
        }
        Applied::Conflict(Conflict::ConversationOfAnother) => Err(Unsaid::OfAnother.into()),
        Applied::Conflict(Conflict::Conversation(NotSaid::Answers(findings))) => {
            Err(ServiceError::Invalid(findings))
        }
        Applied::Conflict(Conflict::Conversation(why)) => Err(Unsaid::Event(why).into()),
        Applied::Conflict(Conflict::WebhookOff) => Err(ServiceError::WebhookOff),
        Applied::Conflict(Conflict::NotArchived) => Err(ServiceError::NotArchived),
        Applied::Conflict(Conflict::OwnTenant) => Err(ServiceError::OwnTenant),
        Applied::Conflict(Conflict::LinkTaken(link, community)) => Err(ServiceError::LinkTaken {
            platform: link.platform.as_str().to_owned(),
            space: link.space.as_str().to_owned(),
            community: community.to_string(),
        }),
        Applied::Conflict(Conflict::IdentityTaken(identity, user)) => Err(ServiceError::IdentityTaken {
            identity: identity.to_string(),
            user: user.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error of a library that says its cause itself.
    #[derive(Debug, thiserror::Error)]
    #[error("error communicating with database: {0}")]
    struct Loud(#[source] std::io::Error);

    #[test]
    fn a_cause_is_said_once() {
        let refused = std::io::Error::other("Connection refused");
        let error = ServiceError::Store(StoreError::Unavailable(Box::new(Loud(refused))));
        let line = chain(&error);
        assert_eq!(line.matches("Connection refused").count(), 1, "{line}");
        assert!(line.starts_with("the store could not answer: "), "{line}");
    }
}
