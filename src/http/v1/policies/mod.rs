//! Policies.

pub mod list;
pub mod put;
pub mod read;
pub mod read_version;
pub mod restore;
pub mod withdraw;

use serde_json::{Value, json};

use crate::domain::policy::Policy;
use crate::http::fields::Fields;
use crate::service::{rules, show};

/// The policy of some rules, with a finding for everything that is wrong with them.
pub(crate) fn policy(fields: &mut Fields, rules: &wire::policy::Rules) -> Option<Policy> {
    let findings = match rules::policy(rules) {
        Ok(policy) => return Some(policy),
        Err(findings) => findings,
    };
    for finding in findings {
        fields.refuse(finding.pointer, finding.detail);
    }
    None
}

/// A version, for the examples of the documentation: the default rules, complete.
pub(crate) fn example() -> Value {
    json!({
        "community": "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "version": 2,
        "activated_at": "2026-11-22T12:00:00.000000Z",
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
        "comment": "Kicks weigh more since the raids",
        "withdrawn_at": null,
        "warnings": [],
        "rules": show::policy::rules(&Policy::default()),
    })
}

/// A version that never came into force.
pub(crate) fn withdrawn() -> Value {
    let mut version = example();
    version["withdrawn_at"] = json!("2026-11-22T12:30:00.000000Z");
    version["activated_at"] = json!("2026-12-01T00:00:00.000000Z");
    version
}

/// How to go back to an earlier version.
pub(crate) fn restore_request() -> Value {
    json!({"comment": "The raids are over"})
}

/// The next version, as a request writes it.
pub(crate) fn request() -> Value {
    json!({
        "rules": {
            "weights": {"warn": 1, "kick": 4.5},
            "decay": {"model": "linear", "per_day": 0.2, "grace": "P1D"},
            "ladder": [
                {"id": "mute-1h", "at": 3, "action": "mute", "duration": "PT1H"},
                {"id": "ban", "at": 10, "action": "ban"},
            ],
        },
        "comment": "Kicks weigh more since the raids",
    })
}
