//! `POST /v1/communities/{community}/observations`

use axum::extract::State;
use axum::response::Response;
use chrono::{SubsecRound as _, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use wire::drift::{ObservationAnswer, ObservationRequest};
use wire::time::Time;

use crate::domain::directive::Effect;
use crate::domain::drift::{Observation, Sight, Spot};
use crate::domain::id::KeyId;
use crate::domain::identity::{NativeId, Platform};
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::item::raw;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::drift::{Noticed, Observed};
use crate::service::{Answer, Link, Snapshot};

problems!(ObserveProblems: Post, NotFound);

/// The most events of a request, and the most members of a part of a snapshot.
const MOST: usize = 1_000;

/// Post observations
///
/// What was seen on a platform: single native events, such as somebody unbanned by hand, and all that there is of one effect in a space (a
/// snapshot, in parts with the same `at`, of which the last is `complete`). Each is held against the record. What is as desired, and what a directive is
/// still to bring about, changes nothing but what is observed; so do echoes of what this service had done. What is left is drift: the policy
/// (`drift`) says whether it is reported, healed or adopted as a case.
///
/// An event has one effect however often it is told: those with a `source` are told apart by it, and what is older than what is known is left
/// aside. So a request that failed may simply be sent again.
///
/// Scope: `directives:work`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/observations",
    tag = "drift",
    params(InCommunity, Idempotency),
    request_body(content = ObservationRequest, example = json!(examples::drift::request())),
    responses(
        (status = 200, description = "What came of each.", body = ObservationAnswer, example = json!(examples::drift::answer())),
        ObserveProblems,
    )
)]
pub async fn post_observations(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<ObservationRequest>,
) -> Result<Response, Problem> {
    let observed = observed(&body.value, caller.key, api.service.moment())?;
    let is_snapshot = observed.snapshot.is_some();
    let claim = repeat.claim(&body);
    let noticed = api.service.observe(&caller, community, observed, claim).await?;
    Ok(answer(noticed, is_snapshot))
}

/// [`ObservationAnswer`], with the documents as they are kept.
#[derive(Serialize)]
struct Shown {
    items: Vec<Box<RawValue>>,
    snapshot: Option<ShownSnapshot>,
}

/// [`wire::drift::SnapshotResult`], likewise.
#[derive(Serialize)]
struct ShownSnapshot {
    unremarkable: i64,
    items: Vec<Box<RawValue>>,
}

fn answer(noticed: Noticed, is_snapshot: bool) -> Response {
    let documents = |answers: Vec<Answer>| answers.into_iter().map(|answer| raw(answer.body)).collect();
    let shown = Shown {
        items: documents(noticed.events),
        snapshot: is_snapshot.then(|| ShownSnapshot {
            unremarkable: noticed.unremarkable,
            items: documents(noticed.remarkable),
        }),
    };
    respond::repeated(respond::document(&shown), noticed.replayed)
}

/// Where, by whom and when something was observed.
struct Scene<'a> {
    link: &'a Link,
    key: KeyId,
}

/// What a request tells, or everything that is wrong with it.
fn observed(
    request: &ObservationRequest,
    key: KeyId,
    now: chrono::DateTime<Utc>,
) -> Result<Observed, Problem> {
    let mut fields = Fields::default();
    let platform = fields.take("/platform", Platform::parse(&request.platform));
    let space = fields.take("/space", NativeId::parse(&request.space));
    let (Some(platform), Some(space)) = (platform, space) else {
        return fields.finish(None);
    };
    if request.events.is_empty() && request.snapshot.is_none() {
        fields.refuse("/events", "at least one event, or a snapshot");
    }
    if request.events.len() > MOST {
        fields.refuse(
            "/events",
            format!("at most {MOST}; there are {}", request.events.len()),
        );
        return fields.finish(None);
    }
    let link = Link { platform, space };
    let scene = Scene { link: &link, key };
    let events = request.events.iter().enumerate();
    let events = events
        .filter_map(|(place, event)| scene.event(&mut fields, &format!("/events/{place}"), event, now))
        .collect();
    let snapshot = request.snapshot.as_ref();
    let snapshot = snapshot.and_then(|snapshot| scene.snapshot(&mut fields, snapshot));
    fields.finish(Some(()))?;
    Ok(Observed {
        events,
        snapshot,
        link,
    })
}

impl Scene<'_> {
    fn spot(&self, effect: Effect, member: NativeId) -> Spot {
        Spot {
            platform: self.link.platform.clone(),
            space: self.link.space.clone(),
            effect,
            member,
        }
    }

    fn event(
        &self,
        fields: &mut Fields,
        root: &str,
        event: &wire::drift::Observation,
        now: chrono::DateTime<Utc>,
    ) -> Option<Observation> {
        let member = fields.take(&format!("{root}/member"), NativeId::parse(&event.member));
        let by = event.by.as_deref().map(NativeId::parse);
        let by = by.and_then(|by| fields.take(&format!("{root}/by"), by));
        let source = event.source.as_deref().map(NativeId::parse);
        let source = source.and_then(|source| fields.take(&format!("{root}/source"), source));
        let at = event.at.map_or(now, |at| at.0);
        let effect = Effect::from(event.effect);
        let what = (event.present, event.until, &event.capabilities[..]);
        let sight = sight(fields, root, effect, what, at);
        Some(Observation {
            spot: self.spot(effect, member?),
            sight,
            source: source.map(|source| source.as_str().to_owned()),
            by,
            ours: event.ours,
            key: self.key,
        })
    }

    fn snapshot(
        &self,
        fields: &mut Fields,
        given: &wire::drift::Snapshot,
    ) -> Option<(Snapshot, Vec<Observation>, bool)> {
        if given.members.len() > MOST {
            let detail = format!("at most {MOST} in a part; there are {}", given.members.len());
            fields.refuse("/snapshot/members", detail);
            return None;
        }
        let effect = Effect::from(given.effect);
        let mut seen = Vec::with_capacity(given.members.len());
        for (place, one) in given.members.iter().enumerate() {
            let root = format!("/snapshot/members/{place}");
            let member = fields.take(&format!("{root}/member"), NativeId::parse(&one.member));
            let what = (true, one.until, &one.capabilities[..]);
            let sight = sight(fields, &root, effect, what, given.at.0);
            let Some(member) = member else { continue };
            seen.push(Observation {
                spot: self.spot(effect, member),
                sight,
                source: None,
                by: None,
                ours: false,
                key: self.key,
            });
        }
        let snapshot = Snapshot {
            platform: self.link.platform.clone(),
            space: self.link.space.clone(),
            effect,
            at: given.at.0.trunc_subsecs(6),
        };
        Some((snapshot, seen, given.complete))
    }
}

fn sight(
    fields: &mut Fields,
    root: &str,
    effect: Effect,
    (present, until, capabilities): (bool, Option<Time>, &[String]),
    at: chrono::DateTime<Utc>,
) -> Sight {
    let until = fields.instant(&format!("{root}/until"), until);
    if until.is_some() && !present {
        fields.refuse(format!("{root}/until"), "what is not there has no end");
    }
    let pointer = format!("{root}/capabilities");
    if !capabilities.is_empty() && effect != Effect::Restrict {
        fields.refuse(&pointer, "only restrict is about capabilities");
    }
    if capabilities.len() > crate::domain::act::MAX_CAPABILITIES {
        fields.refuse(&pointer, "at most 16 capabilities");
    }
    fields.instant(&format!("{root}/at"), Some(Time(at)));
    let capabilities = fields.capabilities(&pointer, capabilities);
    Sight {
        present,
        until,
        capabilities,
        // As exactly as it is kept.
        at: at.trunc_subsecs(6),
    }
}
