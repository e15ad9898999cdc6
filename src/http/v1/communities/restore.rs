//! `POST /v1/communities/restore`: a new community made of an export.

use axum::extract::{Request, State};
use axum::response::Response;
use wire::community::Community;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::ndjson::{self, Lines, TooLong};
use crate::http::openapi::{examples, problems::problems};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::exports::Reader;

problems!(RestoreCommunityProblems: Post, TooManyImports);

/// The longest line, in bytes: a case with the state of a member who has as much as one may have.
pub const MAX_LINE: usize = 1 << 20;

/// Restore a community
///
/// Makes a new community of an export, in this tenant or another, with the same numbers, points, sanctions and explanations. People
/// whose identities are known are those; the others are made. Links do not come with it. At most 64 MiB; `tribune restore` takes more.
///
/// Scope: `history:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/restore",
    tag = "history",
    params(Idempotency),
    request_body(content = String, content_type = "application/x-ndjson", description = "The lines of an export, as they were.",
        example = json!(examples::export_lines())),
    responses(
        (status = 201, description = "The community.", body = Community,
            headers(
                ("Location" = String, description = "The community."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(super::example())),
        RestoreCommunityProblems,
    )
)]
pub async fn restore_community(
    caller: Caller,
    State(api): State<ApiState>,
    repeat: Idempotency,
    request: Request,
) -> Result<Response, Problem> {
    let intake = api.service.may_restore(&caller)?;
    let (mut lines, mut reader) = (Lines::new(MAX_LINE), Reader::default());
    let digest = ndjson::read(request, ndjson::LARGEST, |piece| {
        let mut read = Ok(());
        lines.feed(piece, &mut |number, line| {
            if read.is_ok() {
                read = take(&mut reader, number, line);
            }
        });
        read
    })
    .await?;
    let mut read = Ok(());
    lines.finish(&mut |number, line| read = take(&mut reader, number, line));
    read?;
    let pieces = reader.finish()?;
    let outcome = api
        .service
        .restore(&caller, intake, pieces, repeat.claim_of_digest(&digest))
        .await?;
    let location = format!("/v1/communities/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}

fn take(reader: &mut Reader, number: u64, line: Result<&[u8], TooLong>) -> Result<(), Problem> {
    match line {
        Ok(line) => Ok(reader.line(number, line)?),
        Err(TooLong) => Err(Problem::invalid_at(
            "",
            format!("line {number} has more than {MAX_LINE} bytes"),
        )),
    }
}
