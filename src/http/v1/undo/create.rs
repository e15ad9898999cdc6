//! `POST /v1/communities/{community}/undo-plans`

use axum::extract::State;
use axum::response::Response;
use wire::time::Time;
use wire::undo::{UndoPlan, UndoRequest};

use crate::domain::id::JobId;
use crate::domain::time::Instant;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::cases::list::named;
use crate::service::caller::Caller;
use crate::service::records::Moderator;
use crate::service::undo::Undoing;

problems!(CreateUndoPlanProblems: Post, NotFound, JobUnfinished, JobDryRun);

/// Plan to undo acts
///
/// Those of a job, of a request with many acts, or of a moderator within a time (`from` included, `until` not). The answer says what
/// cannot be undone first, then which cases would be voided and which sanctions would end. Nothing is voided; the plan can be applied
/// for an hour. A job must have ended.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/undo-plans",
    tag = "jobs",
    params(InCommunity, Idempotency),
    request_body(content = UndoRequest, example = json!(examples::bulk::undo_request())),
    responses(
        (status = 201, description = "The plan.", body = UndoPlan,
            headers(("Location" = String, description = "The plan.")), example = json!(examples::bulk::undo_plan())),
        CreateUndoPlanProblems,
    )
)]
pub async fn create_undo_plan(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<UndoRequest>,
) -> Result<Response, Problem> {
    let undoing = undoing(&body.value)?;
    let claim = repeat.claim(&body);
    let made = api.service.plan_undo(&caller, community, undoing, claim).await?;
    let location = format!("/v1/communities/{community}/undo-plans/{}", made.answer.tag);
    Ok(respond::created(made, &location))
}

/// What a request asks to undo.
fn undoing(request: &UndoRequest) -> Result<Undoing, Problem> {
    let mut fields = Fields::default();
    let undoing = match (&request.job, &request.bulk, &request.moderator) {
        (Some(job), None, None) => {
            let job = JobId::parse(job).ok_or("a job's id is job_ and 32 hexadecimal digits");
            fields.take("/job", job).map(Undoing::Job)
        }
        (None, Some(key), None) => {
            let printable = key.bytes().all(|b| (0x20..0x7f).contains(&b));
            let fits = printable && (1..=255).contains(&key.len());
            let key = fits.then(|| key.clone()).ok_or("1 to 255 printable characters");
            fields.take("/bulk", key).map(Undoing::Bulk)
        }
        (None, None, Some(moderator)) => {
            let from = moment(&mut fields, "/from", request.from);
            let until = moment(&mut fields, "/until", request.until);
            let window = from.zip(until);
            if window.is_some_and(|(from, until)| until <= from) {
                fields.refuse("/until", "it lies after `from`");
            }
            let moderator = by(&mut fields, moderator);
            moderator
                .zip(window)
                .map(|(by, (from, until))| Undoing::By(by, from, until))
        }
        _ => {
            fields.refuse("", "name one of `job`, `bulk` and `moderator`");
            None
        }
    };
    for (pointer, given) in [("/from", request.from), ("/until", request.until)] {
        if given.is_some() && request.moderator.is_none() {
            fields.refuse(pointer, "with `moderator` only");
        }
    }
    fields.finish(undoing)
}

fn moment(fields: &mut Fields, pointer: &str, given: Option<Time>) -> Option<Instant> {
    let Some(given) = given else {
        fields.refuse(pointer, "needed with `moderator`");
        return None;
    };
    fields.take(pointer, Instant::from_utc(given.0))
}

fn by(fields: &mut Fields, text: &str) -> Option<Moderator> {
    let expected = "write a user id (usr_…), platform:native_id, a key id (key_…) or automod:rule";
    fields.take("/moderator", named(text).ok_or(expected))
}
