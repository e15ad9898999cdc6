//! Rate limits by name.

pub mod delete;
pub mod list;
pub mod put;
pub mod read;
pub mod versions;

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::domain::id::CommunityId;
use crate::http::problem::{Code, Problem};

/// Whose limits.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhoseLimits {
    /// The community whose limits are meant; left out, those of the whole tenant.
    #[serde(default)]
    #[param(value_type = Option<wire::form::CommunityId>, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: Option<String>,
}

/// The community that a parameter names.
pub(super) fn community(given: Option<&str>) -> Result<Option<CommunityId>, Problem> {
    given
        .map(|text| CommunityId::parse(text).ok_or_else(|| Problem::new(Code::NotFound)))
        .transpose()
}

/// A limit, for the examples of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "id": "lim_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "name": "commands",
        "community": null,
        "version": 1,
        "algorithm": "token_bucket",
        "capacity": 5,
        "period": 10,
        "burst": 5,
        "key": "{community}:{user}:{command}",
        "cost": 1,
        "on_failure": "local",
        "adaptive": null,
        "created_at": "2026-11-22T12:00:00.123456Z",
        "by": {
            "type": "key",
            "user": null,
            "identity": null,
            "key": "key_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
            "asserted": null,
            "automod": null,
            "rung": null,
            "source": null,
        },
        "comment": "Five a command and user in ten seconds",
    })
}

/// The same, as a request writes it.
pub(crate) fn request() -> Value {
    json!({
        "algorithm": "token_bucket",
        "capacity": 5,
        "period": 10,
        "key": "{community}:{user}:{command}",
        "comment": "Five a command and user in ten seconds",
    })
}
