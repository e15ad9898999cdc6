//! The OpenAPI document: committed as it is served, complete, and fit for code generators.

mod policy; // and as the reference of policies tells it

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};
use tribune::http::openapi::document;
use tribune::http::problem::Code;

const COMMITTED: &str = "openapi/openapi.json";
const CATALOGUE: &str = include_str!("openapi/problems.txt");

fn parsed() -> Value {
    serde_json::from_str(document()).unwrap()
}

/// Every operation under `METHOD path`.
fn operations(document: &Value) -> BTreeMap<String, Map<String, Value>> {
    let paths = document["paths"].as_object().unwrap();
    let named = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| {
            (format!("{method} {path}"), operation.as_object().unwrap().clone())
        })
    });
    named.collect()
}

/// Whether an operation asks about the process and not for anything of a tenant.
fn is_probe(operation: &Map<String, Value>) -> bool {
    operation["tags"] == serde_json::json!(["operations"])
}

/// Every object below a value, with its JSON pointer.
fn objects<'a>(value: &'a Value, at: String, found: &mut Vec<(String, &'a Map<String, Value>)>) {
    match value {
        Value::Object(fields) => {
            found.push((at.clone(), fields));
            for (name, inner) in fields {
                objects(inner, format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                objects(inner, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let differs = committed
        .lines()
        .zip(document().lines())
        .position(|(one, other)| one != other)
        .map_or(committed.lines().count(), |line| line + 1);
    assert!(
        committed == document(),
        "{COMMITTED} differs from line {differs} on; write it anew with `cargo run -- openapi --write`"
    );
}

#[test]
fn every_operation_is_described() {
    let document = parsed();
    let mut ids = BTreeSet::new();
    let known: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    for (name, operation) in operations(&document) {
        let text = |field: &str| {
            operation
                .get(field)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        for field in ["operationId", "summary", "description"] {
            assert!(!text(field).is_empty(), "{name}: no {field}");
        }
        assert!(
            !text("summary").ends_with('.'),
            "{name}: a summary is no sentence"
        );
        assert!(
            ids.insert(text("operationId")),
            "{name}: its operation id is another's too"
        );
        let tags = operation["tags"].as_array().unwrap();
        assert!(
            tags.len() == 1 && known.contains(tags[0].as_str().unwrap()),
            "{name}: {tags:?}"
        );
        for parameter in operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            assert!(parameter["description"].is_string(), "{name}: {parameter}");
            assert!(
                !parameter["schema"].to_string().contains("null"),
                "{name}: {parameter} can be null"
            );
        }
        if let Some(body) = operation.get("requestBody") {
            let kinds: Vec<_> = body["content"].as_object().unwrap().iter().collect();
            let [(kind, content)] = kinds[..] else {
                panic!("{name}: one type of body");
            };
            assert!(
                ["application/json", "application/x-ndjson"].contains(&kind.as_str()),
                "{name}: {kind}"
            );
            assert!(content.get("example").is_some(), "{name}: no example of its body");
        }
    }
    assert!(ids.len() >= 30, "the document has all operations: {}", ids.len());
}

#[test]
fn every_answer_is_described() {
    let document = parsed();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{name}: no success"
        );
        let needed: &[_] = if is_probe(&operation) {
            &["414", "431", "500", "503"]
        } else {
            &["401", "403", "414", "431", "500", "503"]
        };
        for needed in needed {
            assert!(responses.contains_key(*needed), "{name}: no {needed}");
        }
        for (status, response) in responses {
            assert!(
                response["description"]
                    .as_str()
                    .is_some_and(|said| !said.is_empty()),
                "{name} {status}"
            );
            let content = response.get("content").and_then(Value::as_object);
            let kinds: Vec<_> = content
                .into_iter()
                .flat_map(Map::keys)
                .map(String::as_str)
                .collect();
            match status.as_bytes()[0] {
                b'2' => {
                    let kind = match name.as_str() {
                        "get /metrics" => "text/plain",
                        "get /v1/events/stream" | "get /v1/directives/stream" => "text/event-stream",
                        "get /v1/communities/{community}/export"
                        | "post /v1/communities/{community}/simulate" => "application/x-ndjson",
                        _ => "application/json",
                    };
                    assert_eq!(kinds, [kind], "{name} {status}");
                    assert!(
                        response["content"][kind].get("example").is_some(),
                        "{name} {status}: no example"
                    );
                }
                b'3' => assert!(kinds.is_empty(), "{name} {status}"),
                _ => {
                    assert_eq!(kinds, ["application/problem+json"], "{name} {status}");
                    let problem = &response["content"]["application/problem+json"];
                    assert_eq!(
                        problem["schema"]["$ref"], "#/components/schemas/Problem",
                        "{name} {status}"
                    );
                    for code in problem["examples"].as_object().unwrap().keys() {
                        let known = Code::by_name(code).unwrap_or_else(|| panic!("{name}: {code}"));
                        assert_eq!(known.status().as_str(), status, "{name}: {code}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = parsed();
    let mut found = Vec::new();
    objects(&document, String::new(), &mut found);
    let mut used = BTreeSet::new();
    for (at, fields) in &found {
        let Some(target) = fields.get("$ref").and_then(Value::as_str) else {
            continue;
        };
        let pointer = target
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("{at}: {target}"));
        assert!(
            document.pointer(pointer).is_some(),
            "{at}: {target} leads nowhere"
        );
        used.insert(pointer.to_owned());
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(
            used.contains(&format!("/components/schemas/{name}")),
            "{name} is used nowhere"
        );
    }
}

/// The catalogue of events has every type, each with the field of `data` that it fills.
#[test]
fn every_type_of_event_is_in_the_catalogue() {
    let document = parsed();
    let entries = document["webhooks"].as_object().unwrap();
    let names: BTreeSet<&str> = entries.keys().map(String::as_str).collect();
    assert_eq!(names, wire::event::types::ALL.iter().copied().collect());
    let fields = document["components"]["schemas"]["EventData"]["properties"]
        .as_object()
        .unwrap();
    let mut filled = BTreeSet::new();
    for (name, entry) in entries {
        let own = &entry["post"]["requestBody"]["content"]["application/json"]["schema"]["allOf"][1];
        assert_eq!(own["properties"]["type"]["const"], name.as_str());
        let field = own["properties"]["data"]["required"][0].as_str().unwrap();
        assert!(fields.contains_key(field), "{name}: {field}");
        filled.insert(field);
    }
    assert_eq!(filled.len(), fields.len(), "each field is some type's");
}

/// A link says what an answer gives in the names of the parameters that the other operation takes.
#[test]
fn every_link_leads_to_an_operation_that_takes_what_it_gives() {
    let document = parsed();
    let operations = operations(&document);
    let mut links = 0;
    for (name, operation) in &operations {
        for response in operation["responses"].as_object().unwrap().values() {
            for link in response["links"].as_object().into_iter().flat_map(Map::values) {
                let mut all = operations.iter();
                let (path, taker) = all
                    .find(|(_, taker)| taker["operationId"] == link["operationId"])
                    .unwrap_or_else(|| panic!("{name}: {link} leads nowhere"));
                let parameters = taker["parameters"].as_array().unwrap().iter();
                let needed: BTreeSet<_> = parameters
                    .filter(|parameter| parameter["required"] == true)
                    .map(|parameter| parameter["name"].as_str().unwrap())
                    .collect();
                let given: BTreeSet<_> = link["parameters"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(String::as_str)
                    .collect();
                assert_eq!(given, needed, "{name} leads to {path}");
                links += 1;
            }
        }
    }
    assert!(links > 20, "{links}");
}

/// What fields say of each other, in a place where code generators do not look.
#[test]
fn rules_between_fields_are_stated() {
    let document = parsed();
    for (schema, field, other) in [
        ("ActRequest", "kind", "duration"),
        ("ActRequest", "break_glass", "reason"),
        ("LiftRequest", "break_glass", "reason"),
        ("ActorRequest", "level", "rank"),
    ] {
        let schema = &document["components"]["schemas"][schema];
        for name in [field, other] {
            assert!(schema["properties"][name].is_object(), "{name}");
        }
        let then = &schema["dependentSchemas"][field]["then"];
        assert_eq!(then["required"], serde_json::json!([other]), "{field}");
    }
}

/// What trips code generators: choices that no field tells apart. A named type or null is none, nor is a number or a text.
#[test]
fn every_choice_can_be_told_apart() {
    let document = parsed();
    let mut found = Vec::new();
    objects(&document["components"]["schemas"], String::new(), &mut found);
    let mut choices = 0;
    for (at, fields) in found {
        let Some(variants) = fields.get("oneOf").and_then(Value::as_array) else {
            continue;
        };
        choices += 1;
        let kind = |variant: &Value| {
            variant
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or("object")
                .to_owned()
        };
        let kinds: BTreeSet<_> = variants.iter().map(kind).collect();
        assert!(
            kinds.len() == variants.len() || fields.contains_key("discriminator"),
            "{at}: variants of the same type need a discriminator"
        );
    }
    assert!(choices > 0, "there are choices to look at");
    assert!(
        document["components"]["schemas"]["Duration"]["oneOf"].is_array(),
        "a duration is a number or a text"
    );
}

#[test]
fn the_security_scheme_holds_everywhere() {
    let document = parsed();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["security"], serde_json::json!([{"api_key": []}]));
    assert_eq!(
        document["components"]["securitySchemes"]["api_key"]["scheme"],
        "bearer"
    );
    for (name, operation) in operations(&document) {
        let exception = operation.get("security");
        let expected = is_probe(&operation).then(|| serde_json::json!([]));
        assert_eq!(exception, expected.as_ref(), "{name}");
    }
}

/// Whoever does not know whether a change was made can find out by making it again: under a key, or guarded by a tag.
#[test]
fn every_change_can_be_repeated() {
    let document = parsed();
    let mut keyless = Vec::new();
    for (name, operation) in operations(&document) {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let takes = |header: &str| {
            let mut all = parameters.into_iter().flatten();
            all.any(|parameter| parameter["in"] == "header" && parameter["name"] == header)
        };
        // A simulation asks in a body, and changes nothing. A check that is asked again is another check, and a relay that asks for work again
        // gets other work.
        let asks = ["/simulate", "/directives/lease"]
            .iter()
            .any(|end| name.ends_with(end))
            || name.starts_with("post /v1/checks");
        let changes = !name.starts_with("get ") && !asks;
        assert!(changes || !takes("Idempotency-Key"), "{name}");
        if changes && !takes("Idempotency-Key") {
            let gone =
                name.starts_with("delete ") && parameters.unwrap().iter().any(|p| p["name"] == "confirm");
            assert!(gone || name.starts_with("put ") && takes("If-Match"), "{name}");
            keyless.push(name);
        }
    }
    // The text names what takes none.
    keyless.sort();
    let (community, tenant) = (
        "delete /v1/communities/{community}",
        "delete /v1/tenants/{tenant}",
    );
    assert_eq!(
        keyless,
        [
            community,
            tenant,
            "put /v1/communities/{community}/cases/{number}/reason"
        ]
    );
    let about = document["info"]["description"].as_str().unwrap();
    assert!(about.contains("The PUT of a case's reason takes none"), "{about}");
    assert!(
        about.contains("Nor do the deletions of a community and of a tenant"),
        "{about}"
    );
}

/// What machines ask about the process is described like all else, and by itself outside of the API.
#[test]
fn the_probes_are_described() {
    let document = parsed();
    let probes: Vec<_> = operations(&document)
        .into_iter()
        .filter(|(_, operation)| is_probe(operation))
        .collect();
    let names: Vec<_> = probes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["get /livez", "get /metrics", "get /readyz"]);
    let problems = |operation: &Map<String, Value>| {
        let examples = &operation["responses"]["503"]["content"]["application/problem+json"]["examples"];
        examples.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(problems(&probes[0].1), ["timed_out"]);
    assert_eq!(problems(&probes[2].1), ["not_ready", "timed_out"]);
}

/// Clients decide on codes: one that is published keeps its name and its status for ever.
#[test]
fn the_catalogue_of_problems_is_as_published() {
    let now: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("{} {}", code.status().as_u16(), code.name()))
        .collect();
    let published: Vec<&str> = CATALOGUE.lines().collect();
    let gone: Vec<_> = published
        .iter()
        .filter(|line| !now.iter().any(|one| one == *line))
        .collect();
    let new: Vec<_> = now
        .iter()
        .filter(|line| !published.contains(&line.as_str()))
        .collect();
    assert!(
        gone.is_empty(),
        "published codes may not go or change their status: {gone:?}"
    );
    assert!(
        new.is_empty(),
        "add the new codes to tests/it/openapi/problems.txt: {new:#?}"
    );
}
