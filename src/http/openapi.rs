//! The OpenAPI 3.1 document: collected from the routes, so that no route lacks a description.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::info::{Contact, Info, License};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::Tag;
use utoipa::openapi::{OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};
use wire::form::EventType;
use wire::problem::{Problem, ProblemError};
use wire::webhook::WebhookMessage;

use super::{health, v1};

mod between;
mod catalogue; // what each type of event says
pub(crate) mod examples; // the documents that the reference shows
mod links;
mod pass;
pub mod problems;

/// The name of the security scheme.
const KEY: &str = "api_key";

/// What the API is, for who reads the reference first.
const ABOUT: &str = include_str!("openapi/about.md");

/// The tags, in the order in which the reference shows them.
const TAGS: &[(&str, &str)] = &[
    (
        "acts",
        "Warn, mute, ban: what moderators do, and what comes of it.",
    ),
    (
        "held acts",
        "Acts that wait for somebody else: beyond a budget, or of a kind that needs approvals.",
    ),
    (
        "appeals",
        "A member asks that a case be looked at again, by somebody else than who acted.",
    ),
    (
        "notices",
        "What members are told of cases and of appeals, in their language, and what became of telling them.",
    ),
    (
        "conversations",
        "A person is asked one thing after the other: shipped flows, and flows of your own.",
    ),
    (
        "schedules",
        "Acts and reminders at a time: once, or with a cron expression.",
    ),
    ("jobs", "Requests of many items, worked off in portions."),
    ("cases", "The numbered record of every act."),
    (
        "insight",
        "How much was done, by whom, when and why, whether like was treated alike, and what another policy would have done.",
    ),
    ("sanctions", "Intervals during which a member is muted or banned."),
    (
        "standing",
        "A member's points and restrictions at a moment, and why.",
    ),
    (
        "communities",
        "Moderation scopes and the platform spaces that they are linked to.",
    ),
    (
        "policies",
        "Weights, decay, ladder and authority of a community, in versions.",
    ),
    (
        "history",
        "Acts of other bots in, whole communities out and in again.",
    ),
    (
        "limits",
        "May this happen now? Rate limits by name, and checks of them.",
    ),
    ("members", "Users as members of a community: rank and protection."),
    ("users", "People and their identities on platforms."),
    ("events", "The log of everything that happened."),
    (
        "directives",
        "What platforms are to do, handed out to relays, and what came of it.",
    ),
    (
        "webhooks",
        "Addresses to which events are sent, signed, and what became of each.",
    ),
    (
        "drift",
        "What was observed on platforms, and where it differs from the record.",
    ),
    ("keys", "API keys."),
    ("tenants", "Owners of communities and keys."),
    (
        "operations",
        "What machines ask about the process itself, without a key.",
    ),
];

/// The document, pretty-printed, with a line break at its end: what is committed as `openapi/openapi.json`.
#[must_use]
pub fn document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let described = v1::routes().into_openapi().merge_from(health::described());
        let mut value = serde_json::to_value(whole(described)).unwrap_or(Value::Null);
        pass::over(&mut value);
        value["webhooks"] = catalogue::webhooks();
        // A JSON value can always be written.
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    });
    &DOCUMENT
}

/// `/openapi.json`
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let serve = async || {
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
        (headers, document())
    };
    Router::new().route("/openapi.json", get(serve))
}

/// What the routes describe, under what holds for all of them.
fn whole(described: OpenApi) -> OpenApi {
    let mut info = Info::new("Tribune", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    info.license = Some(License::new("MIT OR Apache-2.0"));
    if let Some(license) = &mut info.license {
        license.identifier = Some("MIT OR Apache-2.0".to_owned());
    }
    info.contact = Some(Contact::new());
    if let Some(contact) = &mut info.contact {
        contact.name = Some("Tribune".to_owned());
    }
    let mut key = Http::new(HttpAuthScheme::Bearer);
    key.bearer_format = Some(crate::service::secret::PATTERN.to_owned());
    key.description = Some(
        "An API key, as `Authorization: Bearer trb_live_…`. Keys are shown once, when they are made."
            .to_owned(),
    );
    let mut components = described.components.unwrap_or_default();
    components.add_security_scheme(KEY, SecurityScheme::Http(key));
    components.examples = problems::examples();
    // Problems' responses and parameters refer to these by name, which the generator does not follow.
    components.schemas.extend([
        (EventType::name().into_owned(), EventType::schema()),
        (WebhookMessage::name().into_owned(), WebhookMessage::schema()),
        (Problem::name().into_owned(), Problem::schema()),
        (ProblemError::name().into_owned(), ProblemError::schema()),
    ]);
    let tags = TAGS.iter().map(|(name, about)| {
        let mut tag = Tag::new(*name);
        tag.description = Some((*about).to_owned());
        tag
    });
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .paths(described.paths)
        .components(Some(components))
        .security(Some([SecurityRequirement::new(KEY, Vec::<String>::new())]))
        .tags(Some(tags))
        .build()
}
