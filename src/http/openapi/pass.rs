//! What the generator's document still lacks for code generators, mended in one pass over the JSON.

use serde_json::{Map, Value, json};

use super::{between, links};

/// Mends the document.
pub(super) fn over(document: &mut Value) {
    describe_outside(document);
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        between::fields(schemas);
    }
    each_operation(document, &mut |operation| {
        // The generator writes that a key is needed or nothing is; there is nothing that a key would do.
        if operation
            .get("security")
            .is_some_and(|security| *security == json!([{}]))
        {
            operation.insert("security".to_owned(), json!([]));
        }
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.iter_mut().for_each(not_null);
        }
        let body = operation.get_mut("requestBody");
        if let Some(Value::Object(content)) = body.and_then(|body| body.get_mut("content")) {
            content.values_mut().for_each(not_null);
        }
        headers(operation);
        links::of(operation);
    });
}

/// What is said of a field that is a named type or null stands with the field, not with one of the two.
fn describe_outside(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(describe_outside),
        Value::Object(fields) => {
            let said = match fields
                .get_mut("oneOf")
                .and_then(Value::as_array_mut)
                .map(Vec::as_mut_slice)
            {
                Some([Value::Object(named), Value::Object(null)])
                    if null.get("type").is_some_and(|t| t == "null") =>
                {
                    named.remove("description")
                }
                _ => None,
            };
            if let Some(said) = said {
                fields.insert("description".to_owned(), said);
            }
            fields.values_mut().for_each(describe_outside);
        }
        _ => {}
    }
}

/// A parameter or a body that may be left out is left out; it is never null.
fn not_null(sent: &mut Value) {
    let Some(schema) = sent.get_mut("schema").and_then(Value::as_object_mut) else {
        return;
    };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    for choice in ["oneOf", "anyOf"] {
        let Some(Value::Array(variants)) = schema.get_mut(choice) else {
            continue;
        };
        variants.retain(|variant| variant.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(one)] = variants.as_slice() {
            let one = one.clone();
            schema.remove(choice);
            schema.extend(one);
        }
    }
}

/// What the generator does not say of the headers of successes: their form, and which of them are always there.
fn headers(operation: &mut Map<String, Value>) {
    let repeats = operation
        .get("parameters")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"));
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        let Some(response) = response.as_object_mut().filter(|_| status.starts_with('2')) else {
            continue;
        };
        let mut described = response.remove("headers").unwrap_or_else(|| json!({}));
        if repeats {
            described["Idempotent-Replayed"] = json!({"description": "`true` on the answer to a repeat."});
        }
        for (name, header) in described.as_object_mut().into_iter().flatten() {
            let (always, schema) = match name.as_str() {
                "ETag" => (
                    true,
                    json!({"type": "string", "maxLength": 64, "pattern": "^\"[0-9a-z-]+\"$"}),
                ),
                "Location" => (
                    true,
                    json!({"type": "string", "maxLength": 512, "pattern": "^/v1/"}),
                ),
                "Idempotent-Replayed" => (false, json!({"type": "string", "enum": ["true"]})),
                _ => (false, json!({"type": "string", "maxLength": 16_384})),
            };
            header["schema"] = schema;
            if always {
                header["required"] = json!(true);
            }
        }
        if described.as_object().is_some_and(|all| !all.is_empty()) {
            response.insert("headers".to_owned(), described);
        }
    }
}

/// Visits every operation.
fn each_operation(document: &mut Value, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        item.values_mut()
            .filter_map(Value::as_object_mut)
            .for_each(&mut *visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_field_stands_with_the_field() {
        let named = "#/components/schemas/Time";
        let mut document =
            json!({"at": {"oneOf": [{"$ref": named, "description": "When."}, {"type": "null"}]}});
        over(&mut document);
        assert_eq!(
            document,
            json!({"at": {"description": "When.", "oneOf": [{"$ref": named}, {"type": "null"}]}})
        );
    }

    #[test]
    fn a_body_is_never_null() {
        let either = json!({"oneOf": [{"$ref": "#/components/schemas/VoidRequest"}, {"type": "null"}]});
        let mut document = json!({"paths": {"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": either}}}}}}});
        over(&mut document);
        assert_eq!(
            document["paths"]["/x"]["post"]["requestBody"]["content"]["application/json"]["schema"],
            json!({"$ref": "#/components/schemas/VoidRequest"})
        );
    }

    #[test]
    fn a_parameter_is_never_null() {
        let mut document = json!({"paths": {"/x": {"get": {"parameters": [
            {"schema": {"type": ["integer", "null"], "minimum": 1}},
            {"schema": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Kind"}]}},
            {"schema": {"type": "string"}},
        ]}}}});
        over(&mut document);
        assert_eq!(
            document["paths"]["/x"]["get"]["parameters"],
            json!([
                {"schema": {"type": "integer", "minimum": 1}},
                {"schema": {"$ref": "#/components/schemas/Kind"}},
                {"schema": {"type": "string"}},
            ])
        );
    }
}
