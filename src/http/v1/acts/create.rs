//! `POST /v1/communities/{community}/acts`: warn, mute, ban …

use axum::extract::State;
use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use chrono::TimeDelta;
use wire::act::{ActAnswer, ActRequest};
use wire::held::HeldAct;
use wire::word::ExecuteBy;

use crate::domain::act::{Act, ActError, Detail};
use crate::domain::case::Particulars;
use crate::domain::id::CommunityId;
use crate::domain::identity::Platform;
use crate::domain::kind::Kind;
use crate::domain::refusal::Refusal;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::acts::ActOrder;
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::{Outcome, PersonRef};

/// How long a caller has who carries an act out.
const TIME: TimeDelta = TimeDelta::seconds(30);

problems!(CreateActProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, TargetImmune, DuplicateAct,
    UnknownKind, NothingToLift, SanctionNotActive, TooManySanctions, ClockSkew);

/// Act on a member
///
/// Records the act, adds its points, starts or ends its sanction, and lets the ladder escalate, all at once. The member may be
/// unknown so far. With `dry_run` the answer is what would happen now, and nothing is written.
///
/// Where the policy has a budget that is spent, or asks for approvals of the kind, the act is held: 202, and it is carried out when others
/// approve it. What refuses an act refuses it before that.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/acts",
    tag = "acts",
    params(InCommunity, Idempotency),
    request_body(content = ActRequest, example = json!(examples::act_request())),
    responses(
        (status = 200, description = "What would happen (`dry_run`).", body = ActAnswer, example = json!(examples::dry_act_answer())),
        (status = 201, description = "It was recorded.", body = ActAnswer,
            headers(
                ("Location" = String, description = "The act's case."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::act_answer())),
        (status = 202, description = "It waits for others: a budget is spent, or acts of its kind need approvals.", body = HeldAct,
            headers(
                ("Location" = String, description = "The held act."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::held::act())),
        CreateActProblems,
    )
)]
pub async fn create_act(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<ActRequest>,
) -> Result<Response, Problem> {
    let order = order(&body.value)?;
    let dry_run = order.dry_run;
    let claim = if dry_run { None } else { repeat.claim(&body) };
    let outcome = api.service.act(&caller, community, order, claim).await;
    match outcome {
        Ok(outcome) if dry_run => Ok(respond::done(outcome)),
        outcome => recorded(community, outcome),
    }
}

/// The answer to an act that was recorded, or that waits for others.
pub(in crate::http::v1) fn recorded(
    community: CommunityId,
    outcome: Result<Outcome, ServiceError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(outcome) if outcome.is_held() => {
            let location = format!("/v1/communities/{community}/held-acts/{}", outcome.answer.tag);
            Ok(respond::accepted(outcome, &location))
        }
        Ok(outcome) => {
            let location = format!("/v1/communities/{community}/cases/{}", outcome.answer.tag);
            Ok(respond::created(outcome, &location))
        }
        Err(ServiceError::Refused(Refusal::Duplicate { winner })) => Err(duplicate(community, winner)),
        Err(error) => Err(error.into()),
    }
}

/// The act that a request describes.
pub(in crate::http::v1) fn order(request: &ActRequest) -> Result<ActOrder, Problem> {
    let mut fields = Fields::default();
    let member = fields.person("/member", &request.member);
    let actor = fields.actor("/actor", request.actor.as_ref());
    let kind = fields.take("/kind", Kind::named(request.kind.as_str()));
    let detail = Detail {
        duration: fields.duration("/duration", request.duration.as_ref()),
        capabilities: fields.capabilities("/capabilities", &request.capabilities),
        supersedes: fields.sanction("/supersedes", request.supersedes.as_deref()),
    };
    let particulars = Particulars {
        reason: fields.reason("/reason", request.reason.as_deref()),
        evidence: fields.evidence("/evidence", &request.evidence),
        context: fields.context("/context", request.context.as_ref()),
        messages: fields.messages("/messages", request.messages.as_ref()),
        visibility: request.visibility.map(Into::into).unwrap_or_default(),
        break_glass: request.break_glass,
        named: match &member {
            Some(PersonRef::Identity(identity)) => Some(identity.clone()),
            _ => None,
        },
    };
    if request.visibility.is_some() && kind.is_some_and(|kind| kind != Kind::Note) {
        fields.refuse("/visibility", "only a note has a visibility");
    }
    // What was refused already must not be missed as well.
    let refused = [
        (
            ActError::DurationMissing,
            request.duration.is_some() && detail.duration.is_none(),
        ),
        (
            ActError::CapabilitiesMissing,
            !request.capabilities.is_empty() && detail.capabilities.is_empty(),
        ),
        (
            ActError::MessagesMisplaced,
            request.messages.is_some() && particulars.messages.is_none(),
        ),
    ];
    let act = kind.and_then(|kind| match Act::new(kind, detail, particulars) {
        Ok(act) => Some(act),
        Err(error) if refused.contains(&(error, true)) => None,
        Err(error) => {
            fields.refuse(at(error), error);
            None
        }
    });
    let in_hand = in_hand(&mut fields, request, member.as_ref());
    let order = member.zip(act).map(|(member, mut act)| {
        act.allow_duplicate = request.allow_duplicate;
        ActOrder {
            member,
            actor,
            act,
            dry_run: request.dry_run,
            in_hand,
        }
    });
    fields.finish(order)
}

/// The platform whose part the caller carries out, if they do, and how long they have for it.
fn in_hand(
    fields: &mut Fields,
    request: &ActRequest,
    member: Option<&PersonRef>,
) -> Option<(Platform, TimeDelta)> {
    if request.execute_by == ExecuteBy::Relays {
        return None;
    }
    let actor = request.actor.as_ref().and_then(|actor| actor.platform.as_deref());
    let platform = match (actor, member) {
        (Some(actor), _) => Platform::parse(actor).ok(),
        (None, Some(PersonRef::Identity(identity))) => Some(identity.platform.clone()),
        _ => None,
    };
    if platform.is_none() && member.is_some() {
        fields.refuse(
            "/execute_by",
            "a caller who carries it out names the actor or the member as platform:native_id, which says on which platform",
        );
    }
    platform.map(|platform| (platform, TIME))
}

/// The field to blame.
pub(in crate::http::v1) fn at(error: ActError) -> &'static str {
    match error {
        ActError::DurationMissing | ActError::DurationRefused => "/duration",
        ActError::CapabilitiesMissing | ActError::CapabilitiesRefused | ActError::TooManyCapabilities => {
            "/capabilities"
        }
        ActError::SupersedesRefused => "/supersedes",
        ActError::MessagesMisplaced => "/messages",
        ActError::BreakGlassNeedsReason => "/reason",
    }
}

/// The refusal of a duplicate, with a link to the case that came first.
fn duplicate(community: CommunityId, winner: i64) -> Problem {
    let problem = Problem::from(Refusal::Duplicate { winner });
    let link = format!("</v1/communities/{community}/cases/{winner}>; rel=\"related\"");
    match HeaderValue::from_str(&link) {
        Ok(link) => problem.headers(HeaderMap::from_iter([(LINK, link)])),
        Err(_) => problem,
    }
}
