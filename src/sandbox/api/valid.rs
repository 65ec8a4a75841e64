//! Checks that every object has to pass before it is stored: names, and the few required fields of built-in kinds.

use serde_json::{Value, json};

use super::kind::Kind;
use super::object;
use super::status::Cause;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SERVICE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/// What is wrong with an object, if anything.
pub(super) fn check(kind: &Kind, object: &Value) -> Vec<Cause> {
    let mut causes = name(kind, object);
    causes.extend(labels(object));
    match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "pods") => causes.extend(containers(object, "spec")),
        ("apps", "deployments" | "statefulsets" | "daemonsets" | "replicasets") => {
            causes.extend(workload(object));
        }
        ("", "services") => causes.extend(ports(object)),
        ("", "persistentvolumeclaims") => causes.extend(storage(object, "spec")),
        _ => {}
    }
    if kind.is("apps", "statefulsets") {
        for index in 0..object::items(object, "/spec/volumeClaimTemplates").len() {
            let claim = &object["spec"]["volumeClaimTemplates"][index];
            causes.extend(storage(claim, &format!("spec.volumeClaimTemplates[{index}].spec")));
        }
    }
    causes
}

fn name(kind: &Kind, object: &Value) -> Vec<Cause> {
    let name = object::name(object);
    if name.is_empty() {
        return vec![Cause::required("metadata.name", "name or generateName is required")];
    }
    // Roles and bindings may hold ':' and the like: only path segments are forbidden there.
    if kind.group == "rbac.authorization.k8s.io" {
        return Vec::new();
    }
    let (good, rule) = match kind.plural.as_str() {
        "namespaces" => (name.len() <= 63 && is_label(name), LABEL),
        "services" if kind.group.is_empty() => {
            (name.len() <= 63 && is_label(name) && name.starts_with(|c: char| c.is_ascii_lowercase()), SERVICE)
        }
        _ => (name.len() <= 253 && name.split('.').all(is_label), SUBDOMAIN),
    };
    if good { Vec::new() } else { vec![Cause::invalid("metadata.name", &json!(name), rule)] }
}

/// Lower case letters, digits and '-', beginning and ending without '-'.
fn is_label(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    edge(text.chars().next())
        && edge(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Label values: at most 63 characters of `[A-Za-z0-9._-]` with an alphanumeric edge.
fn labels(object: &Value) -> Vec<Cause> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    let good = |text: &str| {
        text.len() <= 63
            && edge(text.chars().next())
            && edge(text.chars().next_back())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    labels
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.as_str().is_some_and(good))
        .map(|(_, value)| {
            Cause::invalid("metadata.labels", value, "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        })
        .collect()
}

fn containers(object: &Value, path: &str) -> Vec<Cause> {
    let pointer = format!("/{}/containers", path.replace('.', "/"));
    let list = object::items(object, &pointer);
    if list.is_empty() {
        return vec![Cause::required(&format!("{path}.containers"), "")];
    }
    let mut causes = Vec::new();
    for (index, container) in list.iter().enumerate() {
        for field in ["name", "image"] {
            if object::text(container, &format!("/{field}")).is_empty() {
                causes.push(Cause::required(&format!("{path}.containers[{index}].{field}"), ""));
            }
        }
    }
    for (index, container) in list.iter().enumerate() {
        let name = object::text(container, "/name");
        if !name.is_empty() && !is_label(name) {
            let field = format!("{path}.containers[{index}].name");
            causes.push(Cause::invalid(&field, &json!(name), LABEL));
        }
    }
    causes
}

fn workload(object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let selector = object.pointer("/spec/selector");
    let labels = object.pointer("/spec/template/metadata/labels").cloned().unwrap_or(Value::Null);
    match selector {
        None | Some(Value::Null) => causes.push(Cause::required("spec.selector", "")),
        Some(selector) if !super::selector::label_selector_matches(selector, &labels) => {
            causes.push(Cause::invalid(
                "spec.template.metadata.labels",
                &labels,
                "`selector` does not match template `labels`",
            ));
        }
        Some(_) => {}
    }
    causes.extend(containers(object, "spec.template.spec"));
    causes
}

fn ports(object: &Value) -> Vec<Cause> {
    let headless = object::text(object, "/spec/clusterIP") == "None";
    let external = object::text(object, "/spec/type") == "ExternalName";
    let ports = object::items(object, "/spec/ports");
    if ports.is_empty() && !headless && !external {
        return vec![Cause::required("spec.ports", "")];
    }
    let many = ports.len() > 1;
    let unnamed = |p: &Value| many && object::text(p, "/name").is_empty();
    let missing = ports.iter().enumerate().filter(|(_, p)| unnamed(p));
    missing.map(|(index, _)| Cause::required(&format!("spec.ports[{index}].name"), "")).collect()
}

fn storage(claim: &Value, path: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    if object::items(claim, "/spec/accessModes").is_empty() {
        causes.push(Cause::required(&format!("{path}.accessModes"), "at least 1 access mode is required"));
    }
    if claim.pointer("/spec/resources/requests/storage").is_none() {
        causes.push(Cause::required(&format!("{path}.resources[storage]"), ""));
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::api::registry::Registry;

    fn fields(group: &str, plural: &str, object: &Value) -> Vec<String> {
        let kind = Registry::new().any(group, plural).unwrap();
        check(&kind, object).into_iter().map(|c| format!("{} {}", c.field, c.reason)).collect()
    }

    #[test]
    fn names_follow_the_rule_of_their_kind() {
        let named = |name: &str| json!({"metadata": {"name": name}});
        let invalid = ["metadata.name FieldValueInvalid"];
        assert!(fields("", "configmaps", &named("kube-root-ca.crt")).is_empty());
        assert_eq!(fields("", "configmaps", &named("Upper")), invalid);
        assert_eq!(fields("", "namespaces", &named("a.b")), invalid);
        assert_eq!(fields("", "configmaps", &named("-a")), invalid);
        assert!(fields("rbac.authorization.k8s.io", "roles", &named("system:x")).is_empty());
        assert_eq!(fields("", "configmaps", &json!({})), ["metadata.name FieldValueRequired"]);
    }

    #[test]
    fn a_workload_needs_a_selector_that_selects_its_own_pods() {
        let with = |selector: Value| {
            json!({"metadata": {"name": "a"}, "spec": {"selector": selector, "template": {
                "metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}}}})
        };
        assert!(fields("apps", "deployments", &with(json!({"matchLabels": {"app": "a"}}))).is_empty());
        let other = with(json!({"matchLabels": {"app": "b"}}));
        assert_eq!(fields("apps", "deployments", &other), ["spec.template.metadata.labels FieldValueInvalid"]);
        assert_eq!(fields("apps", "deployments", &with(Value::Null)), ["spec.selector FieldValueRequired"]);
    }

    #[test]
    fn a_claim_template_without_a_size_is_refused_where_operators_trip() {
        let set = json!({"metadata": {"name": "a"}, "spec": {
            "selector": {"matchLabels": {"app": "a"}},
            "template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}},
            "volumeClaimTemplates": [{"spec": {"accessModes": ["ReadWriteOnce"]}}]}});
        let expected = ["spec.volumeClaimTemplates[0].spec.resources[storage] FieldValueRequired"];
        assert_eq!(fields("apps", "statefulsets", &set), expected);
    }
}
