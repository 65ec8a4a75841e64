//! Custom objects against their CRD's structural schema: validation, pruning, defaulting.

use serde_json::{Map, Value};

use super::object;
use super::status::Cause;

/// What was found wrong in an object.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) causes: Vec<Cause>,
    /// Paths (`spec.storage.size`) that no schema declares; already pruned.
    pub(super) unknown: Vec<String>,
}

/// Prunes, defaults and validates an object in place. Identity and metadata are not the schema's business.
pub(super) fn check(schema: &Value, object: &mut Value) -> Report {
    let mut report = Report::default();
    let Value::Object(map) = object else {
        return report;
    };
    let kept: Vec<(String, Option<Value>)> =
        ["apiVersion", "kind", "metadata"].into_iter().map(|name| (name.to_owned(), map.shift_remove(name))).collect();
    walk(schema, object, "", &mut report);
    report.causes.retain(|cause| !kept.iter().any(|(name, _)| cause.field == *name));
    let Value::Object(map) = object else {
        return report;
    };
    for (at, (name, value)) in kept.into_iter().enumerate() {
        if let Some(value) = value {
            map.shift_insert(at.min(map.len()), name, value);
        }
    }
    report
}

fn walk(schema: &Value, value: &mut Value, path: &str, report: &mut Report) {
    if value.is_null() {
        if !flag(schema, "nullable") && declared_type(schema).is_some() {
            report.causes.push(wrong_type(schema, value, path));
        }
        return;
    }
    if !type_fits(schema, value) {
        report.causes.push(wrong_type(schema, value, path));
        return;
    }
    limits(schema, value, path, report);
    match value {
        Value::Object(map) => walk_map(schema, map, path, report),
        Value::Array(items) => {
            if let Some(inner) = schema.get("items") {
                for (index, item) in items.iter_mut().enumerate() {
                    walk(inner, item, &format!("{path}[{index}]"), report);
                }
            }
        }
        _ => {}
    }
}

fn walk_map(schema: &Value, map: &mut Map<String, Value>, path: &str, report: &mut Report) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let additional = schema.get("additionalProperties");
    set_defaults(properties, map);
    // Upstream drops nulls that the schema does not allow, before it validates; only those in lists are refused.
    let of = |name: &String| properties.and_then(|p| p.get(name)).or(additional.filter(|schema| schema.is_object()));
    map.retain(|name, value| !value.is_null() || of(name).is_none_or(|schema| flag(schema, "nullable")));
    let open = flag(schema, "x-kubernetes-preserve-unknown-fields");
    let embedded = flag(schema, "x-kubernetes-embedded-resource");
    let mut unknown = Vec::new();
    for (name, value) in map.iter_mut() {
        let inner = join(path, name);
        match (properties.and_then(|p| p.get(name)), additional) {
            (Some(schema), _) => walk(schema, value, &inner, report),
            (None, Some(schema)) if schema.is_object() => walk(schema, value, &inner, report),
            (None, Some(Value::Bool(true))) => {}
            _ if open || (embedded && matches!(name.as_str(), "apiVersion" | "kind" | "metadata")) => {}
            _ => unknown.push(name.clone()),
        }
    }
    for name in unknown {
        map.shift_remove(&name);
        report.unknown.push(join(path, &name));
    }
    for name in object::texts(schema, "/required") {
        if !map.contains_key(name) {
            report.causes.push(Cause::required(&join(path, name), ""));
        }
    }
}

fn set_defaults(properties: Option<&Map<String, Value>>, map: &mut Map<String, Value>) {
    for (name, schema) in properties.into_iter().flatten() {
        if let Some(default) = schema.get("default") {
            let absent = map.get(name).is_none_or(|v| v.is_null() && !flag(schema, "nullable"));
            if absent {
                map.insert(name.clone(), default.clone());
            }
        }
    }
}

fn limits(schema: &Value, value: &Value, path: &str, report: &mut Report) {
    let mut fault = |cause: Cause| report.causes.push(cause);
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        let list: Vec<String> = allowed.iter().map(Value::to_string).collect();
        let message = format!("Unsupported value: {value}: supported values: {}", list.join(", "));
        fault(Cause::new("FieldValueNotSupported", path, message));
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    if let Some(number) = value.as_f64() {
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            let why = format!("{path} in body should be greater than or equal to {least}");
            fault(Cause::invalid(path, value, &why));
        }
        if let Some(most) = bound("maximum").filter(|most| number > *most) {
            let why = format!("{path} in body should be less than or equal to {most}");
            fault(Cause::invalid(path, value, &why));
        }
    }
    let (length, words) = match value {
        Value::String(text) => (text.chars().count(), ("minLength", "maxLength", "chars long")),
        Value::Array(items) => (items.len(), ("minItems", "maxItems", "items")),
        _ => return,
    };
    let count = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    if let Some(least) = count(words.0).filter(|least| length < *least) {
        let why = format!("{path} in body should be at least {least} {}", words.2);
        fault(Cause::invalid(path, value, &why));
    }
    if let Some(most) = count(words.1).filter(|most| length > *most) {
        fault(Cause::new("FieldValueTooLong", path, format!("Too long: may not be more than {most} {}", words.2)));
    }
}

fn declared_type(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

fn type_fits(schema: &Value, value: &Value) -> bool {
    if flag(schema, "x-kubernetes-int-or-string") {
        return value.is_string() || value.is_i64() || value.is_u64();
    }
    match declared_type(schema) {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|f| f.fract() == 0.0),
        Some("number") => value.is_number(),
        _ => true,
    }
}

fn wrong_type(schema: &Value, value: &Value, path: &str) -> Cause {
    let wanted = if flag(schema, "x-kubernetes-int-or-string") {
        "integer,string"
    } else {
        declared_type(schema).unwrap_or("object")
    };
    let shown = match value {
        Value::Object(_) => "\"object\"".to_owned(),
        Value::Array(_) => "\"array\"".to_owned(),
        Value::String(_) => "\"string\"".to_owned(),
        Value::Bool(_) => "\"boolean\"".to_owned(),
        Value::Null => "\"null\"".to_owned(),
        Value::Number(n) if n.is_f64() => "\"number\"".to_owned(),
        Value::Number(_) => "\"integer\"".to_owned(),
    };
    let message = format!("Invalid value: {shown}: {path} in body must be of type {wanted}: {shown}");
    Cause::new("FieldValueTypeInvalid", path, message)
}

fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests;
