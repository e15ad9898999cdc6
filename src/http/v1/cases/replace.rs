//! `POST /v1/communities/{community}/cases/{number}/replace`

use axum::extract::State;
use axum::response::Response;
use wire::act::{ReplaceAnswer, ReplaceRequest};
use wire::duration::Duration;

use crate::domain::act::{ActError, Detail};
use crate::domain::kind::Kind;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::acts::create::at;
use crate::service::caller::Caller;
use crate::service::voids::{CaseOrder, Milder};

problems!(ReplaceCaseProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, NotVoidable, AlreadyVoided,
    NotMilder, UnknownKind, ClockSkew);

/// Replace a case by a milder act
///
/// The case is voided, and another one takes its place: at the same instant, judged by the same version of the policy. Points and
/// rungs become what they would be had it been so from the start, and what the case escalated to falls or becomes milder as with a
/// void. The new case fires no rung. The two name each other.
///
/// Milder is what has a lower severity, or is of the same kind with fewer capabilities or an earlier end. The new case starts a
/// sanction only where the old one did: it begins when that did, and ends when that does or did at the latest. Where this lies
/// behind, it is on record as expired. It never counts more points than the old one. In the place of an escalation it is an escalation too.
///
/// The least rank of both kinds is needed. With `dry_run` nothing is written, and the answer is what would come of it. Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/cases/{number}/replace",
    tag = "cases",
    params(InCase, Idempotency),
    request_body(content = ReplaceRequest, example = json!(examples::replace::request())),
    responses(
        (status = 200, description = "What would come of it (`dry_run`).", body = ReplaceAnswer, example = json!(examples::replace::dry_answer())),
        (status = 201, description = "It was replaced.", body = ReplaceAnswer,
            headers(
                ("Location" = String, description = "The new case."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::replace::answer())),
        ReplaceCaseProblems,
    )
)]
pub async fn replace_case(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    repeat: Idempotency,
    body: StrictJson<ReplaceRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", body.value.actor.as_ref());
    let milder = milder(&mut fields, &body.value);
    let milder = fields.finish(milder)?;
    let of = CaseOrder {
        community,
        number,
        actor,
        dry_run: body.value.dry_run,
        claim: repeat.claim(&body),
    };
    let dry_run = of.dry_run;
    let outcome = api.service.replace(&caller, of, milder).await?;
    if dry_run {
        return Ok(respond::done(outcome));
    }
    let location = format!("/v1/communities/{community}/cases/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}

/// The act that a request describes.
fn milder(fields: &mut Fields, request: &ReplaceRequest) -> Option<Milder> {
    let asked = (
        &request.kind,
        request.duration.as_ref(),
        request.capabilities.as_slice(),
    );
    let act = milder_act(fields, "", asked);
    let reason = fields.reason("/reason", request.reason.as_deref());
    let (kind, detail) = act?;
    Some(Milder { kind, detail, reason })
}

/// What is to take the place of a case, as it stands at a place of a request: its kind, its duration and its capabilities.
pub(crate) fn milder_act(
    fields: &mut Fields,
    root: &str,
    (kind, duration, capabilities): (&wire::kind::Kind, Option<&Duration>, &[String]),
) -> Option<(Kind, Detail)> {
    let kind = fields.take(&format!("{root}/kind"), Kind::named(kind.as_str()));
    let detail = Detail {
        duration: fields.duration(&format!("{root}/duration"), duration),
        capabilities: fields.capabilities(&format!("{root}/capabilities"), capabilities),
        supersedes: None,
    };
    let kind = kind?;
    if kind.lifts().is_some() || kind == Kind::DeleteMessages {
        fields.refuse(
            format!("{root}/kind"),
            "neither a lift nor deleted messages can take the place of an act",
        );
        return None;
    }
    if let Err(error) = detail.check(kind) {
        // What was refused already must not be missed as well.
        let refused = match error {
            ActError::DurationMissing => duration.is_some(),
            ActError::CapabilitiesMissing => !capabilities.is_empty(),
            _ => false,
        };
        if !refused {
            fields.refuse(format!("{root}{}", at(error)), error);
        }
        return None;
    }
    Some((kind, detail))
}
