//! What the generator's document still lacks for code generators, mended in one pass over the JSON.

use serde_json::{Map, Value};

/// Mends the document.
pub(super) fn over(document: &mut Value) {
    each_operation(document, &mut |operation| {
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.iter_mut().for_each(not_null);
        }
    });
}

/// A parameter that may be left out is left out; there is no way to send it as null.
fn not_null(parameter: &mut Value) {
    let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) else {
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
    use serde_json::json;

    use super::*;

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
