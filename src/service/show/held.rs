//! Acts that wait for others, as callers read them.

use super::case::{actor, text_map};
use super::{instant, names};
use crate::domain::act::Act;
use crate::domain::held::{Approval, Held, HeldState, Settled};
use crate::domain::hold::{Hold, Why};
use crate::domain::id::CommunityId;
use crate::domain::time::Instant;
use wire::time::Time;
use wire::word::HoldReason;

/// A held act at a moment: time alone may have ended it.
pub(crate) fn held(community: CommunityId, held: &Held, now: Instant) -> wire::held::HeldAct {
    wire::held::HeldAct {
        id: held.id.to_string(),
        community: community.to_string(),
        state: held.state(now).into(),
        hold: hold(&held.hold),
        member: wire::case::MemberRef {
            user: Some(held.user.to_string()),
            identity: held.act.particulars.named.as_ref().map(ToString::to_string),
        },
        actor: actor(&held.actor),
        act: asked(&held.act),
        approvals: approvals(&held.approvals),
        created_at: Time(held.created_at),
        expires_at: instant(held.expires_at),
        ended: held.settled.as_ref().map(ended),
    }
}

/// What an act waits for.
pub(crate) fn hold(hold: &Hold) -> wire::held::Hold {
    let (why, budget) = match &hold.why {
        Why::Budget(budget) => (HoldReason::Budget, Some(super::policy::budget(budget))),
        Why::Approval => (HoldReason::Approval, None),
    };
    wire::held::Hold {
        why,
        budget,
        needed: hold.needed,
        rank: hold.rank.into(),
    }
}

/// Who has approved an act.
pub(crate) fn approvals(approvals: &[Approval]) -> Vec<wire::case::Approval> {
    let shown = |approval: &Approval| wire::case::Approval {
        by: actor(&approval.by),
        at: Time(approval.at),
    };
    approvals.iter().map(shown).collect()
}

/// An act as it was asked for.
pub(crate) fn asked(act: &Act) -> wire::held::AskedAct {
    let (detail, said) = (act.detail(), &act.particulars);
    wire::held::AskedAct {
        kind: act.kind().into(),
        duration: detail.duration.map(|span| span.seconds()),
        capabilities: names(&detail.capabilities),
        supersedes: detail.supersedes.map(|id| id.to_string()),
        messages: said.messages.as_ref().map(|messages| wire::act::Messages {
            channel: messages.channel.clone(),
            ids: messages.ids.clone(),
        }),
        reason: said.reason.clone(),
        evidence: said.evidence.clone(),
        context: said.context.as_ref().map(text_map),
        visibility: said.visibility.into(),
        break_glass: said.break_glass,
        allow_duplicate: act.allow_duplicate,
    }
}

fn ended(settled: &Settled) -> wire::held::HeldEnd {
    wire::held::HeldEnd {
        at: Time(settled.at),
        by: actor(&settled.by),
        reason: settled.reason.clone(),
        case: settled.case,
    }
}

impl From<HeldState> for wire::word::HeldState {
    fn from(state: HeldState) -> Self {
        match state {
            HeldState::Held => Self::Held,
            HeldState::Released => Self::Released,
            HeldState::Rejected => Self::Rejected,
            HeldState::Expired => Self::Expired,
        }
    }
}
