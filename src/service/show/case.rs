//! Cases, actors and sanctions as callers read them.

use super::{instant, names, points};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, Reduced, Voided};
use crate::domain::id::{CommunityId, UserId};
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use crate::ports::record::{Revision, SanctionRecord};
use std::collections::BTreeMap;
use wire::time::Time;
use wire::word::{ActorType, SanctionState};

/// An actor.
pub(crate) fn actor(actor: &Actor) -> wire::case::Actor {
    let mut shown = wire::case::Actor {
        kind: ActorType::System,
        user: None,
        identity: None,
        key: None,
        asserted: None,
        automod: None,
        rung: None,
        source: None,
    };
    match actor {
        Actor::Human {
            user,
            identity,
            key,
            asserted,
        } => {
            shown.kind = ActorType::Human;
            shown.user = Some(user.to_string());
            shown.identity = identity.as_ref().map(ToString::to_string);
            shown.key = key.map(|key| key.to_string());
            shown.asserted = asserted.map(|standing| wire::case::Asserted {
                rank: standing.rank.into(),
                level: standing.level,
            });
        }
        Actor::Key { key } => {
            shown.kind = ActorType::Key;
            shown.key = Some(key.to_string());
        }
        Actor::Automod { rule, version, key } => {
            shown.kind = ActorType::Automod;
            shown.key = Some(key.to_string());
            shown.automod = Some(wire::act::Automod {
                rule: rule.as_str().to_owned(),
                version: i64::from(*version),
            });
        }
        Actor::Escalation { rung } => {
            shown.kind = ActorType::Escalation;
            shown.rung = Some(rung.clone());
        }
        Actor::System => {}
        Actor::External { platform, user, key } => {
            shown.kind = ActorType::External;
            shown.user = user.map(|user| user.to_string());
            shown.key = Some(key.to_string());
            shown.source = Some(platform.as_str().to_owned());
        }
        Actor::Import { source } => {
            shown.kind = ActorType::Import;
            shown.source = Some(source.as_str().to_owned());
        }
    }
    shown
}

/// A case.
pub(crate) fn case(community: CommunityId, case: &Case) -> wire::case::Case {
    let said = &case.particulars;
    wire::case::Case {
        community: community.to_string(),
        number: case.number,
        member: wire::case::MemberRef {
            user: Some(case.user.to_string()),
            identity: said.named.as_ref().map(ToString::to_string),
        },
        kind: case.kind.into(),
        actor: actor(&case.actor),
        at: instant(case.at),
        recorded_at: Time(case.recorded_at),
        points: points(case.points),
        policy_version: case.policy_version,
        causes: case.causes.clone(),
        duration: case.duration.map(|span| span.seconds()),
        capabilities: names(&case.capabilities),
        sanction: case.started.as_ref().map(brief),
        ended: case
            .ended
            .iter()
            .map(|e| wire::case::EndedSanction {
                sanction: e.id.to_string(),
                how: e.how.into(),
                at: instant(e.at),
            })
            .collect(),
        rungs: case
            .rungs
            .iter()
            .map(|m| wire::case::RungMark {
                id: m.id.clone(),
                outcome: m.outcome.into(),
            })
            .collect(),
        reason: said.reason.clone(),
        evidence: said.evidence.clone(),
        context: said.context.as_ref().map(text_map),
        messages: said.messages.as_ref().map(|messages| wire::act::Messages {
            channel: messages.channel.clone(),
            ids: messages.ids.clone(),
        }),
        visibility: said.visibility.into(),
        break_glass: said.break_glass,
        revision: case.revision,
        voided: case.voided.as_ref().map(voided),
        reduced: case.reduced.as_ref().map(reduced),
        released: case.released.as_ref().map(|released| wire::case::Released {
            held: released.held.to_string(),
            approvals: super::held::approvals(&released.approvals),
        }),
        origin: case.origin.as_ref().map(|origin| wire::case::Origin {
            source: origin.source.as_str().to_owned(),
            external_id: origin.external_id.clone(),
            points: origin.points.map(points),
        }),
        replaces: case.replaces,
    }
}

/// That a case was voided.
fn voided(voided: &Voided) -> wire::case::Voided {
    wire::case::Voided {
        at: Time(voided.at),
        by: actor(&voided.by),
        reason: voided.reason.clone(),
        cause: voided.cause,
        replaced_by: voided.replaced_by,
    }
}

/// That a case was reduced.
fn reduced(reduced: &Reduced) -> wire::case::Reduced {
    wire::case::Reduced {
        at: Time(reduced.at),
        by: actor(&reduced.by),
        reason: reduced.reason.clone(),
        points: points(reduced.points),
        ends_at: reduced.end.map(instant),
    }
}

/// A flat map of text; what is not text is shown as JSON, which the edge never lets in.
pub(super) fn text_map(map: &serde_json::Map<String, serde_json::Value>) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

/// A sanction as a case or a standing names it.
pub(crate) fn brief(sanction: &Sanction) -> wire::sanction::SanctionBrief {
    wire::sanction::SanctionBrief {
        id: sanction.id.to_string(),
        kind: sanction.kind.into(),
        restriction: sanction.restriction.into(),
        capabilities: names(&sanction.capabilities),
        while_above: sanction.while_above.map(points),
        case: sanction.case,
        starts_at: instant(sanction.start),
        ends_at: sanction.end.map(instant),
    }
}

/// A sanction with its state at a moment. Time alone ends it: the state is `expired` from its end on, recorded or not.
pub(crate) fn sanction(
    community: CommunityId,
    user: UserId,
    sanction: &Sanction,
    ended: Option<(Ending, Instant, Option<i64>)>,
    now: Instant,
) -> wire::sanction::Sanction {
    let by_time = sanction.end.filter(|end| *end <= now);
    let (state, ended_at, ended_by) = match (ended, by_time) {
        (Some((how, at, by)), _) => (how.into(), Some(at), by),
        (None, Some(end)) => (SanctionState::Expired, Some(end), None),
        (None, None) => (SanctionState::Active, None, None),
    };
    wire::sanction::Sanction {
        id: sanction.id.to_string(),
        community: community.to_string(),
        member: wire::case::MemberRef {
            user: Some(user.to_string()),
            identity: sanction.named.as_ref().map(ToString::to_string),
        },
        kind: sanction.kind.into(),
        restriction: sanction.restriction.into(),
        capabilities: names(&sanction.capabilities),
        while_above: sanction.while_above.map(points),
        case: sanction.case,
        state,
        starts_at: instant(sanction.start),
        ends_at: sanction.end.map(instant),
        ended_at: ended_at.map(instant),
        ended_by,
    }
}

/// A sanction as the store keeps it.
pub(crate) fn sanction_record(
    community: CommunityId,
    record: &SanctionRecord,
    now: Instant,
) -> wire::sanction::Sanction {
    sanction(community, record.user, &record.sanction, record.ended, now)
}

/// An earlier reason.
pub(crate) fn revision(revision: &Revision) -> wire::case::ReasonRevision {
    wire::case::ReasonRevision {
        revision: revision.revision,
        reason: revision.reason.clone(),
        replaced_by: actor(&revision.replaced_by),
        replaced_at: Time(revision.replaced_at),
    }
}
