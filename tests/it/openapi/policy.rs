//! The reference of a policy's fields says what the served document says: every field, no other, and the words that it may be.

use std::collections::BTreeMap;

use serde_json::Value;
use tribune::http::openapi::document;

const REFERENCE: &str = include_str!("../../../docs/policy-reference.md");

/// A schema without the wrapping that lets it be null, or stand elsewhere.
fn bare<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let inner = match (&schema["$ref"], &schema["oneOf"]) {
        (Value::String(link), _) => document.pointer(link.trim_start_matches('#')),
        (_, Value::Array(choices)) => choices.iter().find(|choice| choice["$ref"].is_string()),
        _ => None,
    };
    inner.map_or(schema, |inner| bare(document, inner))
}

/// Every field below a schema by its path, with the words that it may be; in lists under `[]`, under any name `*`.
fn fields(document: &Value, schema: &Value, at: &str, found: &mut BTreeMap<String, Vec<String>>) {
    let schema = bare(document, schema);
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if at.is_empty() { "" } else { "." };
        let path = format!("{at}{dot}{name}");
        let each = [inner, &inner["additionalProperties"]].map(|one| bare(document, one));
        let words = each.iter().filter_map(|one| one["enum"].as_array()).flatten();
        let words = words.filter_map(Value::as_str).map(str::to_owned).collect();
        found.insert(path.clone(), words);
        fields(document, inner, &path, found);
    }
    if schema["items"].is_object() {
        fields(document, &schema["items"], &format!("{at}[]"), found);
    }
    if schema["additionalProperties"].is_object() {
        fields(
            document,
            &schema["additionalProperties"],
            &format!("{at}.*"),
            found,
        );
    }
}

#[test]
fn the_reference_of_policies_has_every_field_and_no_other() {
    let document: Value = serde_json::from_str(document()).unwrap();
    let mut served = BTreeMap::new();
    fields(
        &document,
        &document["components"]["schemas"]["Rules"],
        "",
        &mut served,
    );
    assert!(
        served.contains_key("ladder[].at") && served.contains_key("kinds.*.weight"),
        "{served:?}"
    );

    let mut told = BTreeMap::new();
    for line in REFERENCE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [field, kind, _unit, _bounds, default, meaning] = cells[..] else {
            panic!("six columns: {line}");
        };
        assert!(![kind, default, meaning].contains(&""), "a cell is empty: {line}");
        let again = told.insert(field.trim_matches('`').to_owned(), line);
        assert_eq!(again, None, "told twice: {field}");
    }
    let (named, there): (Vec<_>, Vec<_>) = (told.keys().collect(), served.keys().collect());
    assert_eq!(named, there);
    for (field, words) in served {
        for word in words {
            assert!(
                told[&field].contains(&format!("`{word}`")),
                "{field} may be {word}"
            );
        }
    }
}
