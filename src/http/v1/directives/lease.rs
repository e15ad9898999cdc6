//! `POST /v1/directives/lease`

use axum::extract::State;
use axum::response::Response;
use wire::directive::{LeaseRequest, Leased};

use super::{seconds, within, work};
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(LeaseDirectivesProblems: Ask, NotFound, Overloaded, TooManyReaders);

/// How many seconds a request waits for work, and within which bounds: less than the time after which a request is given up.
const WAIT: (i64, std::ops::RangeInclusive<i64>) = (0, 0..=25);

/// Take directives in hand
///
/// Those of a platform that are due, at most `limit`, the longest overdue first. Nobody else is given them for `lease` seconds; post a receipt
/// for each by then. If there is none, the answer waits for one for `wait` seconds. A request that is sent again takes others.
///
/// Scope: `directives:work`.
#[utoipa::path(
    post,
    path = "/v1/directives/lease",
    tag = "directives",
    request_body(content = LeaseRequest, example = json!({"platform": "discord", "limit": 20, "wait": 20})),
    responses(
        (status = 200, description = "The directives, which may be none.", body = Leased, example = json!(examples::directive::leased())),
        LeaseDirectivesProblems,
    )
)]
pub async fn lease_directives(
    caller: Caller,
    State(api): State<ApiState>,
    body: StrictJson<LeaseRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let asked = &body.value;
    let wait = within(&mut fields, "/wait", asked.wait, &WAIT);
    let numbers = (asked.limit, asked.lease);
    let work = work(&mut fields, &asked.platform, asked.community.as_deref(), numbers);
    let (work, wait) = fields.finish(work.zip(wait))?;
    let items = api
        .service
        .lease_directives(&caller, &work, seconds(wait))
        .await?;
    Ok(respond::document(&Leased { items }))
}
