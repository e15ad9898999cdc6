//! `PATCH /v1/communities/{community}/members/{member}`

use axum::extract::State;
use axum::response::Response;
use wire::user::{Member, MemberPatch};

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InMember, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::members::MemberChange;

problems!(UpdateMemberProblems: Edit, NotFound, CommunityArchived, ForbiddenRank);

/// Change a member
///
/// Rank, level and protection; what is left out stays. An identity that nobody has gets a user. A key gives no rank above its own,
/// and does not change members who have such a rank.
///
/// Scope: `users:write`.
#[utoipa::path(
    patch,
    path = "/v1/communities/{community}/members/{member}",
    tag = "members",
    params(InMember, Idempotency),
    request_body(content = MemberPatch, example = json!({"rank": "moderator", "level": 10})),
    responses(
        (status = 200, description = "The member as they are now.", body = Member, example = json!(super::example())),
        UpdateMemberProblems,
    ),
)]
pub async fn update_member(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InMember>,
    repeat: Idempotency,
    body: StrictJson<MemberPatch>,
) -> Result<Response, Problem> {
    let MemberPatch {
        rank,
        level,
        protected,
        bot,
    } = body.value;
    let change = MemberChange {
        rank: rank.map(Into::into),
        level,
        protected,
        bot,
    };
    let claim = repeat.claim(&body);
    let outcome = state
        .service
        .set_member(&caller, path.community, path.member, change, claim)
        .await?;
    Ok(respond::done(outcome))
}
