//! `POST /v1/communities/{community}/simulate`

use std::convert::Infallible;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use wire::simulate::{SimulationLine, SimulationRequest};
use wire::time::Time;

use crate::domain::brief::Window;
use crate::domain::time::Instant;
use crate::http::api::ApiState;
use crate::http::exchange::Exchange;
use crate::http::fields::Fields;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::rules;
use crate::service::show::simulate as show;
use crate::service::simulations::{Simulated, SimulationQuery};

problems!(SimulatePolicyProblems: Ask, NotFound, ClockSkew, TooManySimulations);

/// How many members are listed unless the request says otherwise, and at most.
const USUAL: i64 = 1_000;
const MOST: i64 = 10_000;

/// Simulate another policy
///
/// Replays the history of the community under other rules, as if they had been in force from the beginning, and lists the members
/// who would have been treated differently: those for whom the ladder did something that it would not have done, or would have done
/// something that it did not. What people did stays as it is, with voids and reductions as they are known now. Nothing is changed.
///
/// The answer comes as lines of JSON (`application/x-ndjson`) while the history is read: `progress` every 1 000 members or every
/// second, a `member` for each who would have been treated differently, up to `limit`, and at last the `total`, which says how many
/// were left out. A failure under way is a last line with a `problem`; an answer without `total` and `problem` was cut off. Who
/// hangs up ends it. Two simulations run at a time in each process of the server; a third gets a 503.
///
/// Scope: `cases:read`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/simulate",
    tag = "insight",
    params(InCommunity),
    request_body(content = SimulationRequest, example = json!(request_example())),
    responses(
        (status = 200, description = "Lines of JSON; this is one of them.", body = SimulationLine, content_type = "application/x-ndjson", example = json!(line_example())),
        SimulatePolicyProblems,
    )
)]
pub async fn simulate_policy(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    Extension(exchange): Extension<Exchange>,
    body: StrictJson<SimulationRequest>,
) -> Result<Response, Problem> {
    let query = query(&body.value)?;
    let simulated = api.service.simulate(&caller, community, query).await?;
    let lines = stream::unfold((simulated, exchange), async |(mut simulated, exchange)| {
        let lines = portion(&mut simulated, &exchange).await?;
        Some((Ok::<_, Infallible>(lines), (simulated, exchange)))
    });
    Ok(respond::lines(Body::from_stream(lines)))
}

/// The lines that come next; `None` when there are no more.
async fn portion(simulated: &mut Simulated, exchange: &Exchange) -> Option<Bytes> {
    let lines = match simulated.next().await {
        Ok(lines) => lines?,
        Err(error) => {
            let problem = Problem::from(error);
            tracing::warn!(
                code = problem.code().name(),
                request_id = exchange.id(),
                cause = problem.chain(),
                "a simulation was not finished"
            );
            vec![show::problem(problem.document(exchange.id()))]
        }
    };
    let mut text = Vec::new();
    for line in &lines {
        // What is written to memory always fits.
        if serde_json::to_writer(&mut text, line).is_ok() {
            text.push(b'\n');
        }
    }
    Some(Bytes::from(text))
}

/// What a request asks for, or everything that is wrong with it.
fn query(request: &SimulationRequest) -> Result<SimulationQuery, Problem> {
    let mut fields = Fields::default();
    let policy = match rules::policy(&request.rules) {
        Ok(policy) => Some(policy),
        Err(findings) => {
            for finding in findings {
                fields.refuse(finding.pointer, finding.detail);
            }
            None
        }
    };
    let mut moment = |pointer: &str, time: Option<Time>| {
        fields.take(pointer, time.map(|time| Instant::from_utc(time.0)).transpose())
    };
    let (from, until) = (moment("/from", request.from), moment("/until", request.until));
    let window = from.zip(until).map(|(from, until)| Window { from, until });
    if let Some(Window {
        from: Some(from),
        until: Some(until),
    }) = window
        && until <= from
    {
        fields.refuse("/until", "a time after from");
    }
    let limit = request.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        fields.refuse("/limit", format!("a number from 1 to {MOST}"));
    }
    let query = policy.zip(window).map(|(policy, window)| SimulationQuery {
        policy,
        window,
        limit: limit.unsigned_abs(),
    });
    fields.finish(query)
}

/// A request, for the example of the documentation.
pub(crate) fn request_example() -> Value {
    let mut rules = crate::http::v1::policies::request()["rules"].clone();
    rules["weights"] = json!({"warn": 2});
    let request = json!({"rules": rules, "from": "2026-01-01T00:00:00.000000Z", "until": null, "limit": 100});
    let read: Option<SimulationRequest> = serde_json::from_value(request).ok();
    serde_json::to_value(read).unwrap_or_default()
}

/// A member who would have been muted earlier, for the example of the documentation.
pub(crate) fn line_example() -> Value {
    json!({
        "progress": null,
        "member": {
            "user": "usr_01939c8e9c7d7e5fb0612c3d4e5f6071",
            "identities": [{"platform": "discord", "id": "80351110224678912"}],
            "recorded": {"escalations": [], "escalations_left_out": 0, "points": 1.8, "restrictions": []},
            "simulated": {
                "escalations": [{
                    "rung": "mute-1h", "action": "mute", "duration": 3_600, "capabilities": [], "while_above": null,
                    "case": 118, "at": "2026-11-22T12:00:00.000000Z", "points": 4,
                }],
                "escalations_left_out": 0,
                "points": 3.8,
                "restrictions": [{"restriction": "mute", "capability": null, "until": "2026-11-22T13:00:00.000000Z"}],
            },
        },
        "total": null,
        "problem": null,
    })
}
