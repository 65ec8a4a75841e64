//! Label and field selectors, in all forms that `kubectl -l` and `--field-selector` know.

use serde_json::Value;

use super::kind::{Kind, Origin};
use super::object;

/// What must hold of an object to be selected.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<FieldTest>,
}

#[derive(Debug, Clone, PartialEq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
}

#[derive(Debug, Clone, PartialEq)]
struct FieldTest {
    path: String,
    value: String,
    equal: bool,
}

impl Selector {
    /// Parses both selectors of a request.
    ///
    /// # Errors
    /// A text that says what cannot be parsed, or which field the kind cannot be selected by.
    pub(super) fn parse(kind: &Kind, labels: &str, fields: &str) -> Result<Self, String> {
        let labels = parse_labels(labels)?;
        let tests = parse_fields(fields)?;
        if let Some(test) = tests.iter().find(|t| !selectable(kind, &t.path)) {
            return Err(format!("field label not supported: {}", test.path));
        }
        Ok(Self { labels, fields: tests })
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        let label = |key: &str| labels.and_then(|l| l.get(key)).and_then(Value::as_str);
        self.labels.iter().all(|r| r.holds(label(&r.key))) && self.fields.iter().all(|t| t.holds(object))
    }
}

impl Requirement {
    fn holds(&self, value: Option<&str>) -> bool {
        match (&self.test, value) {
            (Test::In(wanted), Some(v)) => wanted.iter().any(|w| w == v),
            (Test::In(_) | Test::Exists, None) => false,
            (Test::NotIn(unwanted), Some(v)) => unwanted.iter().all(|w| w != v),
            (Test::NotIn(_) | Test::Absent, None) | (Test::Exists, Some(_)) => true,
            (Test::Absent, Some(_)) => false,
        }
    }
}

impl FieldTest {
    fn holds(&self, object: &Value) -> bool {
        let value = match object::at(object, &self.path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None if BOOLEANS.contains(&self.path.as_str()) => "false".to_owned(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        (value == self.value) == self.equal
    }
}

/// Fields that are false where they are absent.
const BOOLEANS: &[&str] = &["spec.unschedulable", "spec.hostNetwork"];

/// Field labels by kind (k8s.io/kubernetes, pkg/apis/*/conversion.go).
fn selectable(kind: &Kind, path: &str) -> bool {
    if matches!(path, "metadata.name" | "metadata.namespace") {
        return true;
    }
    if let Origin::Custom { selectable, .. } = &kind.origin {
        return selectable.iter().any(|s| s == path);
    }
    let known: &[&str] = match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        ("", "events") => {
            return path.starts_with("involvedObject.")
                || matches!(path, "reason" | "reportingComponent" | "source" | "type");
        }
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("batch", "jobs") => &["status.successful"],
        ("apps", "replicasets") => &["status.replicas"],
        _ => &[],
    };
    known.contains(&path)
}

fn parse_labels(text: &str) -> Result<Vec<Requirement>, String> {
    split_outside_brackets(text).into_iter().map(str::trim).filter(|p| !p.is_empty()).map(requirement).collect()
}

/// Splits at commas that are not inside `( )`.
fn split_outside_brackets(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn requirement(part: &str) -> Result<Requirement, String> {
    let wrong = || format!("unable to parse requirement: found '{part}', expected: a label selector");
    let make = |key: &str, test: Test| {
        let key = key.trim();
        if key.is_empty() || key.contains(|c: char| c.is_whitespace() || "()=!,".contains(c)) {
            return Err(wrong());
        }
        Ok(Requirement { key: key.to_owned(), test })
    };
    if let Some((key, value)) = part.split_once("!=") {
        return make(key, Test::NotIn(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return make(key, Test::In(vec![value.trim().to_owned()]));
    }
    if let Some((head, list)) = part.split_once('(') {
        let list = list.strip_suffix(')').ok_or_else(wrong)?;
        let values: Vec<String> = list.split(',').map(|v| v.trim().to_owned()).collect();
        let (key, operator) = head.trim().rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
        return match operator {
            "in" => make(key, Test::In(values)),
            "notin" => make(key, Test::NotIn(values)),
            _ => Err(wrong()),
        };
    }
    match part.strip_prefix('!') {
        Some(key) => make(key, Test::Absent),
        None => make(part, Test::Exists),
    }
}

fn parse_fields(text: &str) -> Result<Vec<FieldTest>, String> {
    let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    parts
        .map(|part| {
            let (path, value, equal) = if let Some((p, v)) = part.split_once("!=") {
                (p, v, false)
            } else if let Some((p, v)) = part.split_once("==").or_else(|| part.split_once('=')) {
                (p, v, true)
            } else {
                return Err(format!("invalid selector: '{part}'; can't understand '{part}'"));
            };
            Ok(FieldTest { path: path.trim().to_owned(), value: value.trim().to_owned(), equal })
        })
        .collect()
}

/// Does a `LabelSelector` object (matchLabels, matchExpressions) select these labels? An empty one selects everything.
pub(super) fn label_selector_matches(selector: &Value, labels: &Value) -> bool {
    let label = |key: &str| labels.get(key).and_then(Value::as_str);
    let exact = selector.get("matchLabels").and_then(Value::as_object);
    let exact = exact.is_none_or(|m| m.iter().all(|(k, v)| label(k) == v.as_str()));
    exact
        && object::items(selector, "/matchExpressions").iter().all(|e| {
            let values = || object::texts(e, "/values").into_iter().map(str::to_owned).collect();
            let test = match object::text(e, "/operator") {
                "In" => Test::In(values()),
                "NotIn" => Test::NotIn(values()),
                "DoesNotExist" => Test::Absent,
                _ => Test::Exists,
            };
            let key = object::text(e, "/key").to_owned();
            let value = label(&key);
            Requirement { key: String::new(), test }.holds(value)
        })
}

#[cfg(test)]
mod tests;
