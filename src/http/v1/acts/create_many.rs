//! `POST /v1/communities/{community}/acts/bulk`: many acts at once

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use wire::bulk::{BulkAnswer, BulkRequest};
use wire::word::ExecuteBy;

use super::create;
use crate::http::api::ApiState;
use crate::http::exchange::Exchange;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::item::Item;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::prefer::Prefer;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::acts::ActOrder;
use crate::service::bulk::ItemOutcome;
use crate::service::caller::{Caller, NamedActor};

/// The largest body here: many acts need more room than one.
pub const BODY_LIMIT: usize = 16 << 20;
/// The most acts that are answered at once.
const MOST_AT_ONCE: usize = 1_000;
/// The most acts of a job.
const MOST: usize = 50_000;

problems!(CreateActsProblems: Post, BadRequest, NotFound);

/// Act on many members
///
/// Acts, up to 1 000 at once, decided one after the other. Each is an act of its own: one that is refused fails none of the others, and the
/// answer says of each, in the order of the request, what a request for it alone would have been answered with. What is wrong with
/// the request itself refuses all of it, with pointers such as `/items/3/kind`, before anything is written.
///
/// Under an `Idempotency-Key` each item is done once. A repeat does what is missing and gives the first answers for the rest; only
/// successes are kept, so an item that was refused is tried again. With `dry_run` the answer is what would happen now, each item
/// decided as if those before it had happened, and nothing is written. The body may have 16 MiB.
///
/// With `Prefer: respond-async`, and always with more than 1 000 acts, of which there may be 50 000, the answer is 202 and a job that
/// is worked off in portions. A repeat under the same key is answered with the same job. With `dry_run` the job tries its items out,
/// and its results say what would come of them.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/acts/bulk",
    tag = "acts",
    params(InCommunity, Idempotency, Prefer),
    request_body(content = BulkRequest, example = json!(examples::bulk::request())),
    responses(
        (status = 200, description = "What came of each item, or would come of it (`dry_run`).", body = BulkAnswer,
            headers(("Idempotent-Replayed" = String, description = "`true` where every item is an answer that was given before.")),
            example = json!(examples::bulk::answer())),
        (status = 202, description = "It was accepted as a job, which is worked off from now on.", body = wire::job::Job,
            headers(("Location" = String, description = "The job.")), example = json!(examples::bulk::job())),
        CreateActsProblems,
    )
)]
pub async fn create_acts(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    repeat: Idempotency,
    prefer: Prefer,
    Extension(exchange): Extension<Exchange>,
    body: StrictJson<BulkRequest>,
) -> Result<Response, Problem> {
    let orders = orders(&body.value)?;
    let dry_run = body.value.dry_run;
    if prefer.respond_async || orders.len() > MOST_AT_ONCE {
        let claim = repeat.claim_later(&body);
        let accepted = api
            .service
            .accept_acts(&caller, community, orders, dry_run, claim)
            .await?;
        let location = format!("/v1/communities/{community}/jobs/{}", accepted.answer.tag);
        return Ok(respond::accepted(accepted, &location));
    }
    let outcomes = if dry_run {
        api.service.rehearse_many(&caller, community, orders).await?
    } else {
        let claim = repeat.claim(&body);
        api.service.act_on_many(&caller, community, orders, claim).await?
    };
    Ok(answer(outcomes, dry_run, exchange.id()))
}

/// [`BulkAnswer`], with the documents as they are kept.
#[derive(Debug, Serialize)]
struct Shown {
    dry_run: bool,
    succeeded: usize,
    held: usize,
    refused: usize,
    items: Vec<Item>,
}

fn answer(outcomes: Vec<ItemOutcome>, dry_run: bool, request: &str) -> Response {
    let replayed = outcomes
        .iter()
        .all(|outcome| outcome.as_ref().is_ok_and(|outcome| outcome.replayed));
    let items: Vec<_> = (0..)
        .zip(outcomes)
        .map(|(index, outcome)| Item::of_act(index, outcome, dry_run, request))
        .collect();
    let succeeded = items.iter().filter(|item| item.is_done()).count();
    let held = items.iter().filter(|item| item.is_held()).count();
    let shown = Shown {
        dry_run,
        succeeded,
        held,
        refused: items.len() - succeeded - held,
        items,
    };
    respond::repeated(respond::document(&shown), replayed)
}

/// The acts that a request describes, or everything that is wrong with it.
fn orders(request: &BulkRequest) -> Result<Vec<ActOrder>, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", request.actor.as_ref());
    let count = request.items.len();
    if !(1..=MOST).contains(&count) {
        fields.refuse("/items", format!("1 to {MOST} items; there are {count}"));
        return fields.finish(None);
    }
    let mut orders = Vec::with_capacity(count);
    for (index, item) in request.items.iter().enumerate() {
        if item.dry_run {
            let detail = "the request says for all items whether they are tried out";
            fields.refuse(format!("/items/{index}/dry_run"), detail);
        }
        if item.execute_by == ExecuteBy::Caller {
            let detail =
                "of many acts relays carry out each; take directives in hand to carry some out yourself";
            fields.refuse(format!("/items/{index}/execute_by"), detail);
        }
        match create::order(item) {
            Ok(order) => orders.push(by(order, actor.as_ref())),
            Err(problem) => {
                for error in problem.errors() {
                    fields.refuse(format!("/items/{index}{}", error.pointer), &error.detail);
                }
            }
        }
    }
    fields.finish(Some(orders))
}

/// The act, by the actor of the request unless it names its own.
fn by(mut order: ActOrder, actor: Option<&NamedActor>) -> ActOrder {
    order.actor = order.actor.or_else(|| actor.cloned());
    order
}
