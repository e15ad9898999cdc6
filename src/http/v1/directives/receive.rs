//! `POST /v1/directives/{directive}/receipt`

use axum::extract::State;
use axum::response::Response;
use chrono::DateTime;
use wire::directive::{Directive, ReceiptRequest};

use crate::domain::directive::Receipt;
use crate::domain::id::LeaseId;
use crate::domain::time::Instant;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InDirective, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReceiveDirectiveProblems: Post, NotFound, LeaseLost, DirectiveSettled);

/// The longest that a platform may ask to wait, in seconds.
const MOST_PATIENCE: i64 = 86_400;

/// Post a receipt
///
/// What came of carrying a directive out. `applied` settles it, also when it was so already; with `holds_until`, where the platform keeps
/// it up for less long than is wanted, it is handed out again before that. The other outcomes try again, more and more slowly, for a day, or give up
/// at once: what each does stands with it. The answer is the directive as it stands then. A receipt that it was applied is always taken, also
/// after its lease.
///
/// Scope: `directives:work`.
#[utoipa::path(
    post,
    path = "/v1/directives/{directive}/receipt",
    tag = "directives",
    params(InDirective, Idempotency),
    request_body(content = ReceiptRequest, example = json!({"outcome": "applied"})),
    responses(
        (status = 200, description = "The directive as it stands now.", body = Directive, example = json!(examples::directive::applied())),
        ReceiveDirectiveProblems,
    )
)]
pub async fn receive_directive(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InDirective { directive }): Segments<InDirective>,
    repeat: Idempotency,
    body: StrictJson<ReceiptRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let given = &body.value;
    let lease = match given.lease.as_deref().map(LeaseId::parse) {
        Some(None) => {
            fields.refuse("/lease", "the id of a lease, as the directive names it");
            None
        }
        found => found.flatten(),
    };
    let code = fields.comment("/code", given.code.as_deref());
    let detail = fields.comment("/detail", given.detail.as_deref());
    let holds_until = fields.instant("/holds_until", given.holds_until);
    if given
        .retry_after
        .is_some_and(|after| !(0..=MOST_PATIENCE).contains(&after))
    {
        fields.refuse("/retry_after", format!("from 0 to {MOST_PATIENCE}"));
    }
    fields.finish(Some(()))?;
    let receipt = Receipt {
        outcome: given.outcome.into(),
        code,
        detail,
        holds_until: holds_until.map(Instant::to_utc),
        retry_after: given.retry_after,
        lease,
        // The store's clock says when.
        at: DateTime::UNIX_EPOCH,
    };
    let claim = repeat.claim(&body);
    let taken = api
        .service
        .receive_directive(&caller, directive, (lease, receipt), claim);
    Ok(respond::done(taken.await?))
}
