//! From what the service refuses to the problem document that says so: the one place where the two meet.

use super::{Code, Problem};
use crate::domain::policy_check::Finding;
use crate::domain::refusal::Refusal;
use crate::http::{auth, rate_limit};
use crate::service::StoreError;
use crate::service::conversations::Unsaid;
use crate::service::error::ServiceError;
use crate::service::imports::BadLine;
use wire::problem::ProblemError;

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let code = match error {
            ServiceError::Unauthenticated(reason) => return auth::refused(reason),
            ServiceError::TooManyRequests(quota) => {
                let headers = rate_limit::refused(&quota);
                let detail = sentence(&ServiceError::TooManyRequests(quota).to_string());
                return Self::new(Code::RateLimited).detail(detail).headers(headers);
            }
            ServiceError::Refused(refusal) => return refusal.into(),
            ServiceError::Invalid(findings) => {
                return Self::invalid(findings.into_iter().map(named).collect());
            }
            ServiceError::UnknownLimit(findings) => return unknown_limit(findings),
            ServiceError::BadLines(bad) => return bad_lines(&bad),
            ServiceError::Store(cause @ StoreError::Unavailable(_)) => {
                return Self::new(Code::StoreUnavailable).cause(cause);
            }
            ServiceError::Store(cause) => return Self::internal(cause),
            ServiceError::Lost => return Self::internal(ServiceError::Lost),
            ServiceError::LinkTaken { .. } => Code::LinkTaken,
            ServiceError::IdentityTaken { .. } => Code::IdentityTaken,
            ServiceError::Stale { .. } => Code::PreconditionFailed,
            ServiceError::Unseen { .. } => Code::PreconditionRequired,
            ServiceError::TooManyLimits => Code::TooManyLimits,
            ServiceError::NoPublicUrl => Code::NoPublicUrl,
            ServiceError::LimiterAway(cause) => return Self::new(Code::LimiterUnavailable).cause(cause),
            ServiceError::NotScheduled(_) => Code::NotScheduled,
            ServiceError::SameUser(_) => Code::SameUser,
            ServiceError::TooManyMerged(_) => Code::TooManyMerged,
            ServiceError::MergeUndone(_) => Code::MergeUndone,
            ServiceError::Erased(_) => Code::UserErased,
            ServiceError::KeyReused => Code::IdempotencyKeyReused,
            ServiceError::MissingScope(_) | ServiceError::Bound | ServiceError::Exceeds(_) => {
                Code::ForbiddenScope
            }
            ServiceError::NotFound(_) => Code::NotFound,
            ServiceError::NotConfirmed(_) => Code::NotConfirmed,
            ServiceError::NotArchived => Code::CommunityNotArchived,
            ServiceError::OwnTenant => Code::OwnTenant,
            ServiceError::BeyondTheLog { .. } => Code::BadCursor,
            ServiceError::EventsGone { .. } => Code::EventsGone,
            ServiceError::LeaseLost => Code::LeaseLost,
            ServiceError::DirectiveSettled(_) => Code::DirectiveSettled,
            ServiceError::ScheduleEnded(_) => Code::ScheduleEnded,
            ServiceError::NothingToRetry => Code::NothingToRetry,
            ServiceError::TooManySchedules => Code::TooManySchedules,
            ServiceError::TooManyWebhooks => Code::TooManyWebhooks,
            ServiceError::WebhookOff => Code::WebhookOff,
            ServiceError::Conversation(ref why) => unsaid(why),
            ServiceError::TooManyReaders => Code::TooManyReaders,
            ServiceError::Overloaded | ServiceError::Busy => Code::Overloaded,
            ServiceError::Simulating => Code::TooManySimulations,
            ServiceError::TakingIn => Code::TooManyImports,
            ServiceError::JobEnded(_) => Code::JobEnded,
            ServiceError::JobNotCancelled(_) => Code::JobNotCancelled,
            ServiceError::JobUnfinished(_) => Code::JobUnfinished,
            ServiceError::JobDryRun => Code::JobDryRun,
            ServiceError::PlanExpired => Code::PlanExpired,
            ServiceError::PlanApplied(_) => Code::PlanApplied,
        };
        Self::new(code).detail(sentence(&error.to_string()))
    }
}

/// Why nothing comes of what is said in a conversation.
const fn unsaid(why: &Unsaid) -> Code {
    match why {
        Unsaid::TooManyFlows => Code::TooManyFlows,
        Unsaid::Running(_) => Code::ConversationRunning,
        Unsaid::Moved { .. } => Code::ConversationMoved,
        Unsaid::OfAnother => Code::ConversationOfAnother,
        Unsaid::Event(_) => Code::ConversationEvent,
    }
}

/// A finding as callers read it.
fn named(finding: Finding) -> ProblemError {
    ProblemError {
        pointer: finding.pointer,
        line: None,
        detail: finding.detail,
    }
}

/// The most lines that an answer names.
const MAX_LINES: usize = 100;

/// Names of limits that nothing is called, each where it stands.
fn unknown_limit(findings: Vec<Finding>) -> Problem {
    let detail = ServiceError::UnknownLimit(findings.clone()).to_string();
    let problem = Problem::new(Code::UnknownLimit).detail(sentence(&detail));
    findings
        .into_iter()
        .fold(problem, |problem, f| problem.error(f.pointer, f.detail))
}

/// Lines that cannot be taken: the first of them, and how many there are.
pub(crate) fn bad_lines(bad: &[BadLine]) -> Problem {
    let error = |bad: &BadLine| ProblemError {
        pointer: bad.pointer.clone(),
        line: Some(bad.line),
        detail: bad.detail.clone(),
    };
    let detail = match bad {
        [one] => format!(
            "Line {} cannot be taken: {}. Nothing was written.",
            one.line,
            one.detail.trim_end_matches('.')
        ),
        many if many.len() <= MAX_LINES => {
            format!(
                "{} values were refused; `errors` names each with its line. Nothing was written.",
                many.len()
            )
        }
        many => format!(
            "{} values were refused; `errors` names the first {MAX_LINES} with their lines. Nothing was written.",
            many.len()
        ),
    };
    Problem::invalid(bad.iter().take(MAX_LINES).map(error).collect()).detail(detail)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::RankTooLow { .. } => Code::RankTooLow,
            Refusal::UnknownKind { .. } => Code::UnknownKind,
            Refusal::OneSelf => Code::SelfAction,
            Refusal::Outranked { .. } => Code::ForbiddenRank,
            Refusal::Immune { .. } => Code::TargetImmune,
            Refusal::Duplicate { .. } => Code::DuplicateAct,
            Refusal::NothingToLift { .. } => Code::NothingToLift,
            Refusal::SanctionNotActive | Refusal::NothingToSupersede { .. } => Code::SanctionNotActive,
            Refusal::TooManySanctions { .. } => Code::TooManySanctions,
            Refusal::ClockSkew { .. } | Refusal::ClockOutOfRange => Code::ClockSkew,
            Refusal::Archived => Code::CommunityArchived,
            Refusal::TenantArchived => Code::TenantArchived,
            Refusal::NotVoidable => Code::NotVoidable,
            Refusal::NotReducible { .. } => Code::NotReducible,
            Refusal::NotMilder { .. } => Code::NotMilder,
            Refusal::AlreadyVoided { .. } => Code::AlreadyVoided,
            Refusal::HeldSettled { .. } => Code::HeldActSettled,
            Refusal::OwnAct => Code::OwnAct,
            Refusal::AlreadyApproved => Code::AlreadyApproved,
            Refusal::AppealStep { .. } => Code::AppealStep,
            Refusal::AppealClaimed => Code::AppealClaimed,
            Refusal::Recused(_) => Code::ReviewerRecused,
            Refusal::AppealOpen { .. } => Code::AppealOpen,
            Refusal::NotAppealable { .. } => Code::NotAppealable,
            Refusal::AppealAnswers { .. } => Code::AppealAnswers,
            Refusal::AppealVoted => Code::AppealVoted,
            Refusal::AppealFull { .. } => Code::AppealFull,
            Refusal::AppealOvertaken => Code::AppealOvertaken,
        };
        Self::new(code).detail(sentence(&refusal.to_string()))
    }
}

/// Our errors are written as parts of a sentence; a person reads a whole one.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kind::Kind;
    use crate::domain::rank::Rank;

    #[test]
    fn what_is_refused_is_said_in_a_sentence() {
        let problem = Problem::from(ServiceError::from(Refusal::Duplicate { winner: 7 }));
        assert_eq!(problem.code(), Code::DuplicateAct);
        let detail = problem.document("").detail;
        assert_eq!(
            detail,
            "Case #7 already records this; send allow_duplicate: true to record it again."
        );
    }

    #[test]
    fn a_line_that_is_refused_ends_with_one_full_stop() {
        for said in ["a field is missing", "a field is missing."] {
            let bad = BadLine {
                line: 3,
                pointer: "/at".into(),
                detail: said.into(),
            };
            assert_eq!(
                bad_lines(&[bad]).document("").detail,
                "Line 3 cannot be taken: a field is missing. Nothing was written."
            );
        }
    }

    /// An identifier means something else with a capital letter, so no sentence begins with one.
    #[test]
    fn identifiers_are_written_as_they_are() {
        let linked = ServiceError::LinkTaken {
            platform: "discord".into(),
            space: "g1".into(),
            community: "com_1".into(),
        };
        let taken = ServiceError::IdentityTaken {
            identity: "discord:7".into(),
            user: "usr_1".into(),
        };
        let rank = ServiceError::from(Refusal::RankTooLow {
            kind: Kind::Ban,
            least: Rank::Admin,
            rank: Rank::Member,
        });
        for (error, says) in [
            (linked, "The space discord:g1 is linked to com_1 already."),
            (taken, "The identity discord:7 belongs to usr_1 already."),
            (
                rank,
                "An act of the kind ban needs the rank admin or higher; the actor is member.",
            ),
        ] {
            assert_eq!(Problem::from(error).document("").detail, says);
        }
    }

    #[test]
    fn what_failed_inside_stays_inside() {
        let cause = StoreError::Failed("connection to 10.0.0.7 refused".into());
        let problem = Problem::from(ServiceError::Store(cause));
        assert_eq!(problem.code(), Code::Internal);
        assert!(!problem.document("").detail.contains("10.0.0.7"));
        assert!(problem.chain().contains("10.0.0.7"));
    }
}
