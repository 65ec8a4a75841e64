//! Specs that the operator cannot read: the CRDs of the chart's default install accept any of them.

use serde_json::Value;

use super::object::{Object, given};

/// JSON types that fields must have.
#[derive(Clone, Copy, PartialEq)]
enum Type {
    Text,
    List,
    Object,
    Bool,
    Number,
}

/// Fields whose wrong type makes a spec unreadable: kind, field, type.
const FIELDS: [(&str, &str, Type); 27] = [
    ("VMServiceScrape", "endpoints", Type::List),
    ("VMServiceScrape", "selector", Type::Object),
    ("VMServiceScrape", "namespaceSelector", Type::Object),
    ("VMPodScrape", "podMetricsEndpoints", Type::List),
    ("VMPodScrape", "selector", Type::Object),
    ("VMNodeScrape", "selector", Type::Object),
    ("VMNodeScrape", "path", Type::Text),
    ("VMStaticScrape", "targetEndpoints", Type::List),
    ("VMProbe", "targets", Type::Object),
    ("VMProbe", "vmProberSpec", Type::Object),
    ("VMScrapeConfig", "staticConfigs", Type::List),
    ("VMRule", "groups", Type::List),
    ("VMAgent", "remoteWrite", Type::List),
    ("VMAgent", "externalLabels", Type::Object),
    ("VMAgent", "scrapeInterval", Type::Text),
    ("VMAlert", "datasource", Type::Object),
    ("VMAlert", "notifiers", Type::List),
    ("VMAlert", "evaluationInterval", Type::Text),
    ("VMSingle", "retentionPeriod", Type::Text),
    ("VMSingle", "storage", Type::Object),
    ("VMAlertmanager", "configSecret", Type::Text),
    ("VMAlertmanager", "storage", Type::Object),
    // All applications.
    ("", "replicaCount", Type::Number),
    ("", "extraArgs", Type::Object),
    ("", "resources", Type::Object),
    ("", "image", Type::Object),
    ("", "selectAllByDefault", Type::Bool),
];

/// Why the spec of an object of `kind` cannot be read, if so.
pub fn error(kind: &str, object: &Object) -> Option<String> {
    let is_application = super::kinds::App::of_kind(kind).is_some();
    let applies = |of: &str| of == kind || of.is_empty() && is_application;
    FIELDS.iter().filter(|(of, ..)| applies(of)).find_map(|(_, field, wanted)| {
        let value = given(&object.spec, field)?;
        let found = type_of(value);
        (found != *wanted).then(|| {
            let (found, go) = (word(found), go_type(*wanted));
            format!(
                "cannot parse spec: {}, err: json: cannot unmarshal {found} into Go struct field {kind}Spec.{field} of type {go}",
                object.spec
            )
        })
    })
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::String(_) => Type::Text,
        Value::Array(_) => Type::List,
        Value::Number(_) => Type::Number,
        Value::Bool(_) => Type::Bool,
        Value::Object(_) | Value::Null => Type::Object,
    }
}

fn word(of: Type) -> &'static str {
    match of {
        Type::Text => "string",
        Type::List => "array",
        Type::Object => "object",
        Type::Bool => "bool",
        Type::Number => "number",
    }
}

fn go_type(of: Type) -> &'static str {
    match of {
        Type::Text => "string",
        Type::List => "slice",
        Type::Object => "struct",
        Type::Bool => "bool",
        Type::Number => "int32",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(kind: &str, spec: Value) -> Option<String> {
        error(kind, &Object { spec, ..Object::default() })
    }

    #[test]
    fn a_text_where_a_list_belongs_is_unreadable() {
        let text = of("VMServiceScrape", json!({"endpoints": "text"})).unwrap();
        assert!(text.contains("cannot unmarshal string into Go struct field VMServiceScrapeSpec.endpoints"), "{text}");
        assert!(of("VMAlert", json!({"replicaCount": "2"})).is_some());
    }

    #[test]
    fn unknown_and_misspelt_fields_are_readable() {
        assert_eq!(of("VMSingle", json!({"retentionPeriot": 1, "storage": {"x": []}})), None);
        assert_eq!(of("VMRule", json!({"replicaCount": "2"})), None);
    }
}
