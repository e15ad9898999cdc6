//! Which answers lead to which operations: an id that one gives is one that the other takes. For people and for tools that walk
//! through the API by themselves.

use serde_json::{Map, Value, json};

/// An operation, what its 201 gives (parameter, runtime expression), and the operations that take it.
type Lead = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

const LEADS: &[Lead] = &[
    (
        "create_community",
        &[("community", "$response.body#/id")],
        &[
            "read_community",
            "update_community",
            "create_act",
            "create_acts",
            "create_link",
            "create_undo_plan",
            "list_appeals",
            "list_cases",
            "list_conversations",
            "list_drift",
            "list_held_acts",
            "list_jobs",
            "list_members",
            "list_policies",
            "list_schedules",
            "create_schedule",
            "list_sanctions",
            "read_consistency",
            "read_policy",
            "simulate_policy",
        ],
    ),
    (
        "create_community",
        &[
            ("community", "$response.body#/id"),
            ("If-Match", "\"{$response.body#/policy_version}\""),
        ],
        &["put_policy"],
    ),
    (
        "create_link",
        &[
            ("community", "$response.body#/id"),
            ("link", "{$request.body#/platform}:{$request.body#/space}"),
        ],
        &["delete_link"],
    ),
    (
        "create_act",
        &[
            ("community", "$response.body#/case/community"),
            ("number", "$response.body#/case/number"),
        ],
        &[
            "read_case",
            "list_case_revisions",
            "void_case",
            "file_appeal",
            "create_appeal_link",
            "list_appeal_links",
        ],
    ),
    (
        "create_act",
        &[
            ("community", "$response.body#/case/community"),
            ("number", "$response.body#/case/number"),
            ("If-Match", "\"{$response.body#/case/revision}\""),
        ],
        &["change_reason"],
    ),
    (
        "create_act",
        &[
            ("community", "$response.body#/case/community"),
            ("member", "$response.body#/case/member/user"),
        ],
        &[
            "read_member",
            "update_member",
            "read_explanation",
            "read_standing",
        ],
    ),
    (
        "create_act",
        &[
            ("community", "$response.body#/case/community"),
            ("sanction", "$response.body#/case/sanction/id"),
        ],
        &["read_sanction", "lift_sanction"],
    ),
    (
        "file_appeal",
        &[
            ("community", "$response.body#/community"),
            ("appeal", "$response.body#/id"),
        ],
        &["read_appeal", "claim_appeal", "decide_appeal", "withdraw_appeal"],
    ),
    (
        "create_appeal_link",
        &[
            ("community", "$response.body#/link/community"),
            ("appeal_link", "$response.body#/id"),
        ],
        &["revoke_appeal_link"],
    ),
    (
        "start_conversation",
        &[
            ("community", "$response.body#/community"),
            ("conversation", "$response.body#/id"),
        ],
        &["read_conversation", "advance_conversation", "cancel_conversation"],
    ),
    (
        "create_schedule",
        &[
            ("community", "$response.body#/community"),
            ("schedule", "$response.body#/id"),
        ],
        &["read_schedule", "cancel_schedule"],
    ),
    (
        "create_webhook",
        &[("webhook", "$response.body#/webhook/id")],
        &[
            "read_webhook",
            "update_webhook",
            "list_deliveries",
            "rotate_webhook_secret",
            "replay_dead_deliveries",
        ],
    ),
    (
        "create_undo_plan",
        &[
            ("community", "$response.body#/community"),
            ("plan", "$response.body#/id"),
        ],
        &["read_undo_plan", "apply_undo_plan"],
    ),
    (
        "create_user",
        &[("user", "$response.body#/id")],
        &["read_user", "update_user", "add_identity"],
    ),
    (
        "replace_case",
        &[
            ("community", "$response.body#/case/community"),
            ("number", "$response.body#/case/number"),
        ],
        &[
            "read_case",
            "list_case_revisions",
            "void_case",
            "file_appeal",
            "create_appeal_link",
            "list_appeal_links",
        ],
    ),
    (
        "create_key",
        &[("key", "$response.body#/key/id")],
        &["read_key", "revoke_key"],
    ),
];

/// Adds the links of an operation to its 201.
pub(super) fn of(operation: &mut Map<String, Value>) {
    let id = operation.get("operationId").and_then(Value::as_str);
    let leads: Vec<_> = LEADS.iter().filter(|(from, ..)| Some(*from) == id).collect();
    let created = operation
        .get_mut("responses")
        .and_then(|responses| responses.get_mut("201"))
        .and_then(Value::as_object_mut);
    let Some(created) = created.filter(|_| !leads.is_empty()) else {
        return;
    };
    let mut links = Map::new();
    for (_, given, takers) in leads {
        let parameters: Map<String, Value> = given
            .iter()
            .map(|(name, from)| ((*name).to_owned(), json!(from)))
            .collect();
        for taker in *takers {
            links.insert(
                (*taker).to_owned(),
                json!({"operationId": taker, "parameters": parameters}),
            );
        }
    }
    created.insert("links".to_owned(), Value::Object(links));
}
