//! `GET /v1/communities/{community}/cases`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::CasePage;
use wire::time::Time;

use crate::domain::actor::{AUTOMOD, Rule};
use crate::domain::id::KeyId;
use crate::domain::kind::Kind;
use crate::domain::words::Words;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments, parse_person};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;
use crate::service::records::{CaseQuery, Moderator};

problems!(ListCasesProblems: Page, NotFound);

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CaseFilters {
    /// Of this member: a user id (`usr_…`) or `platform:native_id`.
    #[param(value_type = Option<wire::form::Person>, example = "discord:80351110224678912")]
    member: Option<String>,
    /// By this actor: a user id, `platform:native_id`, a key id (`key_…`), a rule of automod (`automod:links`), `escalation`,
    /// `system` or `import`.
    #[param(
        max_length = 161,
        pattern = r##"^(escalation|system|import|(key|usr)_[0-9a-f]{32}|[a-z][a-z0-9_-]{0,31}:[!"$&-.0->@-~]{1,128})$"##,
        example = "escalation"
    )]
    moderator: Option<String>,
    /// Of this kind.
    #[param(value_type = Option<wire::form::KindName>, example = "warn")]
    kind: Option<String>,
    /// At or after.
    from: Option<Time>,
    /// Before.
    until: Option<Time>,
    /// With all these words in the present reason, wherever in it and whatever their case: at most 8 words.
    #[param(max_length = 200, pattern = r"\S", example = "spam link")]
    q: Option<String>,
}

/// List cases
///
/// Newest first. Voided cases are part of the record and of the list. With `q` one request looks at 20 000 cases at most: a page may
/// then be short or empty although more follow, and `next_cursor` says so.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/cases",
    tag = "cases",
    params(InCommunity, CaseFilters, PageParams),
    responses(
        (status = 200, description = "A page of cases.", body = CasePage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::case_page())),
        ListCasesProblems,
    )
)]
pub async fn list_cases(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<CaseFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let listed = api
        .service
        .cases(&caller, community, case_query(&page.filters)?, after)
        .await?;
    page.respond(&caller, listed.next, |next_cursor| CasePage {
        items: listed.items,
        next_cursor,
    })
}

fn case_query(filters: &CaseFilters) -> Result<CaseQuery, Problem> {
    let instant = |name, time: Option<Time>| time.map(|time| query::instant(name, time)).transpose();
    Ok(CaseQuery {
        member: filters
            .member
            .as_deref()
            .map(|text| query::person("member", text))
            .transpose()?,
        moderator: filters.moderator.as_deref().map(moderator).transpose()?,
        kind: filters.kind.as_deref().map(kind).transpose()?,
        from: instant("from", filters.from)?,
        until: instant("until", filters.until)?,
        words: filters.q.as_deref().map(words).transpose()?,
    })
}

/// A kind by the name that a parameter gives.
pub(in crate::http::v1) fn kind(text: &str) -> Result<Kind, Problem> {
    let named = Kind::named(text);
    named.map_err(|_| {
        query::refused(
            "kind",
            "the name of a kind, such as warn: lower-case letters, digits or '_'",
        )
    })
}

fn words(text: &str) -> Result<Words, Problem> {
    Words::parse(text).map_err(|error| query::refused("q", &error.to_string()))
}

/// A person, a key or a rule of automod, in one word.
pub(in crate::http::v1) fn named(text: &str) -> Option<Moderator> {
    if let Some(rule) = text.strip_prefix(AUTOMOD) {
        return Rule::new(rule).ok().map(Moderator::Automod);
    }
    let key = KeyId::parse(text).map(Moderator::Key);
    key.or_else(|| parse_person(text).map(Moderator::Person))
}

/// Whose acts a parameter names.
pub(in crate::http::v1) fn moderator(text: &str) -> Result<Moderator, Problem> {
    Ok(match text {
        "escalation" => Moderator::Escalation,
        "system" => Moderator::System,
        "import" => Moderator::Import,
        _ => match named(text) {
            Some(moderator) => moderator,
            None => {
                return Err(query::refused(
                    "moderator",
                    "a user id (usr_…), platform:native_id, a key id (key_…), automod:rule, escalation, system or import",
                ));
            }
        },
    })
}
