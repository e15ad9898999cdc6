//! Policies as callers read them.

use super::case::actor;
use super::{instant, names, points};
use crate::domain::appeal;
use crate::domain::hold::{Budget, Holds, Per};
use crate::domain::id::CommunityId;
use crate::domain::notice::NoticePolicy;
use crate::domain::points::Points;
use crate::domain::policy::{CustomKind, Decay, OffenceRung, Policy, Rung};
use crate::domain::policy_check::Finding;
use crate::domain::policy_warn;
use crate::ports::directory::PolicyRecord;
use wire::duration::Duration;
use wire::policy::{AppealQuestion, AppealRules, AppealVotes, PolicyWarning};
use wire::time::Time;
use wire::word::{BudgetPer, RungMode};

/// A policy version.
pub(crate) fn policy(community: CommunityId, record: &PolicyRecord) -> wire::policy::Policy {
    wire::policy::Policy {
        community: community.to_string(),
        version: record.version.version,
        activated_at: instant(record.version.activated_at),
        created_at: Time(record.created_at),
        by: actor(&record.by),
        comment: record.comment.clone(),
        withdrawn_at: record.withdrawn_at.map(Time),
        warnings: warnings(&record.version.policy),
        rules: rules(&record.version.policy),
    }
}

/// What is hardly meant, with pointers into the version.
fn warnings(policy: &Policy) -> Vec<PolicyWarning> {
    let found = policy_warn::warnings(policy).into_iter();
    found
        .map(|Finding { pointer, detail }| PolicyWarning {
            pointer: format!("/rules{pointer}"),
            detail,
        })
        .collect()
}

/// The tag of a policy as it stands: the version in force, and the one that is to come, as in `3+4`.
pub(crate) fn tag(in_force: i32, scheduled: Option<i32>) -> String {
    scheduled.map_or_else(|| in_force.to_string(), |next| format!("{in_force}+{next}"))
}

/// The tag of a version by itself, of which nothing ever changes but that it is withdrawn.
pub(crate) fn version_tag(record: &PolicyRecord) -> String {
    let version = record.version.version;
    match record.withdrawn_at {
        Some(_) => format!("{version}-withdrawn"),
        None => version.to_string(),
    }
}

/// The rules, complete: what a request may send back as they are.
pub(crate) fn rules(policy: &Policy) -> wire::policy::Rules {
    wire::policy::Rules {
        granularity: Some(points(policy.granularity)),
        weights: Some(
            policy
                .weights
                .iter()
                .map(|(kind, weight)| ((*kind).into(), points(*weight)))
                .collect(),
        ),
        decay: Some(decay(policy.decay)),
        freeze_while: Some(policy.freeze_while.into()),
        ladder: Some(policy.ladder.iter().map(rung).collect()),
        offence_rungs: Some(policy.offence_rungs.iter().map(offence_rung).collect()),
        kinds: Some(
            policy
                .kinds
                .iter()
                .map(|(name, kind)| (name.as_str().into(), custom_kind(kind)))
                .collect(),
        ),
        escalations_carry_points: Some(policy.escalations_carry_points),
        duplicate_window: Some(Duration::Seconds(policy.duplicate_window)),
        least_rank: Some(
            policy
                .least_rank
                .iter()
                .map(|(kind, rank)| ((*kind).into(), (*rank).into()))
                .collect(),
        ),
        authority: Some(authority(&policy.holds)),
        drift: Some(wire::policy::DriftPolicy {
            lifted_natively: Some(policy.drift.lifted_natively.into()),
            imposed_natively: Some(policy.drift.imposed_natively.into()),
        }),
        appeals: Some(appeals(&policy.appeals)),
        notices: Some(notices(&policy.notices)),
    }
}

/// What members are told.
fn notices(notices: &NoticePolicy) -> wire::policy::NoticePolicy {
    let kinds = notices.kinds.iter();
    wire::policy::NoticePolicy {
        when: notices.when.map(Into::into),
        kinds: Some(
            kinds
                .map(|(kind, when)| ((*kind).into(), (*when).into()))
                .collect(),
        ),
        how_to_appeal: notices.how_to_appeal.clone(),
        links: Some(notices.links),
    }
}

/// What may be appealed, how, and how long everybody has.
fn appeals(rules: &appeal::Rules) -> AppealRules {
    let time = |seconds| Some(Duration::Seconds(seconds));
    AppealRules {
        window: rules.window.map(Duration::Seconds),
        wait: time(rules.wait),
        most: Some(rules.most),
        gap: time(rules.gap),
        except_kinds: Some(rules.except_kinds.iter().map(|kind| (*kind).into()).collect()),
        questions: Some(questions(rules)),
        claim_for: time(rules.claim_for),
        decide_within: time(rules.decide_within),
        answer_within: time(rules.answer_within),
        draft_for: time(rules.draft_for),
        blind: Some(rules.blind),
        votes: rules.votes.map(|votes| AppealVotes {
            needed: votes.needed,
            of: votes.of,
        }),
    }
}

/// What a member is asked when they appeal.
pub(crate) fn questions(rules: &appeal::Rules) -> Vec<AppealQuestion> {
    let question = |question: &appeal::Question| AppealQuestion {
        id: question.id.clone(),
        text: question.text.clone(),
        required: Some(question.required),
    };
    rules.questions.iter().map(question).collect()
}

/// Which acts wait for others.
fn authority(holds: &Holds) -> wire::policy::Authority {
    let approvals = holds.approvals.iter().map(|(kind, approvals)| {
        let shown = wire::policy::Approvals {
            needed: approvals.needed,
            rank: approvals.rank.map(Into::into),
        };
        ((*kind).into(), shown)
    });
    wire::policy::Authority {
        budgets: Some(holds.budgets.iter().map(budget).collect()),
        approvals: Some(approvals.collect()),
        hold_for: Some(Duration::Seconds(holds.hold_for)),
    }
}

/// A budget.
pub(crate) fn budget(budget: &Budget) -> wire::policy::Budget {
    let kinds = budget.kinds.as_ref();
    wire::policy::Budget {
        per: match budget.per {
            Per::Actor => BudgetPer::Actor,
            Per::Rule => BudgetPer::Rule,
            Per::Key => BudgetPer::Key,
        },
        acts: budget.acts,
        within: Some(Duration::Seconds(budget.within)),
        kinds: kinds.map(|kinds| kinds.iter().map(|kind| (*kind).into()).collect()),
    }
}

fn decay(decay: Decay) -> wire::policy::Decay {
    let (per_day, grace, after) = match decay {
        Decay::Linear { rate, grace } => (Some(Points::from_millis(rate)), Some(grace), None),
        Decay::Expiry { after } => (None, None, Some(after)),
        Decay::None {} => (None, None, None),
    };
    wire::policy::Decay {
        model: decay.model().into(),
        per_day: per_day.map(points),
        grace: grace.map(Duration::Seconds),
        after: after.map(Duration::Seconds),
    }
}

fn custom_kind(kind: &CustomKind) -> wire::policy::CustomKind {
    wire::policy::CustomKind {
        weight: points(kind.weight),
        severity: kind.severity.into(),
        offence: Some(kind.offence),
    }
}

/// A rung.
fn rung(rung: &Rung) -> wire::policy::Rung {
    let remedy = &rung.remedy;
    wire::policy::Rung {
        id: rung.id.clone(),
        at: points(rung.at),
        action: remedy.action.into(),
        duration: remedy.duration.map(|span| Duration::Seconds(span.seconds())),
        capabilities: names(&remedy.capabilities),
        mode: Some(if remedy.while_above.is_some() {
            RungMode::WhileAbove
        } else {
            RungMode::Fixed
        }),
        refire: Some(rung.refire.into()),
        reset_below: Some(points(rung.reset_below)),
    }
}

/// A rung for offences.
fn offence_rung(rung: &OffenceRung) -> wire::policy::OffenceRung {
    let remedy = &rung.remedy;
    wire::policy::OffenceRung {
        id: rung.id.clone(),
        kinds: rung.count.kinds.iter().map(|kind| (*kind).into()).collect(),
        count: i64::try_from(rung.count.least).unwrap_or(i64::MAX),
        within: Duration::Seconds(rung.count.within),
        action: remedy.action.into(),
        duration: remedy.duration.map(|span| Duration::Seconds(span.seconds())),
        capabilities: names(&remedy.capabilities),
    }
}
