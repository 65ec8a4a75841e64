//! Who may do what: everything, except what the ConfigMap `kube-system/signoff-faults` denies; and the reviews that ask.

use serde_json::{Value, json};

use super::kind::Kind;
use super::object;
use super::status::Failure;
use super::store::State;

/// What a request wants to do, as RBAC sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) verb: &'a str,
    pub(super) group: &'a str,
    pub(super) plural: &'a str,
    pub(super) subresource: &'a str,
    pub(super) namespace: &'a str,
}

/// The name under which all clients act.
pub(super) const USER: &str = "signoff";

/// Does a line of the ConfigMap's key `deny` forbid this?
///
/// A line is `VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAMESPACE]`; each part may be `*`, and no namespace means all.
pub(super) fn denied(state: &State, attempt: &Attempt) -> bool {
    let faults = state.named("", "configmaps", "kube-system", "signoff-faults");
    let lines = faults.map(|cm| object::text(cm, "/data/deny")).unwrap_or_default();
    lines.lines().any(|line| forbids(line, attempt))
}

fn forbids(line: &str, attempt: &Attempt) -> bool {
    let line = line.split('#').next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let (Some(verb), Some(resource)) = (words.next(), words.next()) else {
        return false;
    };
    let namespace = words.next().unwrap_or("*");
    let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let (plural, group) = match resource.split_once('.') {
        Some((plural, group)) => (plural, group),
        None if resource == "*" => ("*", "*"),
        None => (resource, ""),
    };
    fits(verb, attempt.verb)
        && fits(plural, attempt.plural)
        && fits(group, attempt.group)
        && fits(subresource, attempt.subresource)
        && fits(namespace, attempt.namespace)
}

/// The real server's 403.
pub(super) fn refusal(kind: &Kind, name: &str, attempt: &Attempt) -> Failure {
    let resource = match attempt.subresource {
        "" => attempt.plural.to_owned(),
        sub => format!("{}/{sub}", attempt.plural),
    };
    let place = match attempt.namespace {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {namespace:?}"),
    };
    let why =
        format!("User {USER:?} cannot {} resource {resource:?} in API group {:?} {place}", attempt.verb, attempt.group);
    Failure::forbidden(kind, name, &why)
}

/// Answers a posted review; `None` for other kinds.
pub(super) fn review(state: &State, kind: &Kind, mut body: Value) -> Option<Value> {
    let status = match kind.kind.as_str() {
        "SelfSubjectAccessReview" => access(state, &body),
        "SelfSubjectRulesReview" => rules(),
        "SelfSubjectReview" => {
            json!({"userInfo": {"username": USER, "groups": ["system:masters", "system:authenticated"]}})
        }
        _ => return None,
    };
    body["apiVersion"] = kind.api_version().into();
    body["kind"] = kind.kind.clone().into();
    object::metadata(&mut body).insert("creationTimestamp".to_owned(), Value::Null);
    body["status"] = status;
    Some(body)
}

fn access(state: &State, body: &Value) -> Value {
    let asked = body.pointer("/spec/resourceAttributes").cloned().unwrap_or(Value::Null);
    let text = |name: &str| object::text(&asked, name);
    let attempt = Attempt {
        verb: text("/verb"),
        group: text("/group"),
        plural: text("/resource"),
        subresource: text("/subresource"),
        namespace: text("/namespace"),
    };
    if denied(state, &attempt) {
        json!({"allowed": false, "reason": "denied by ConfigMap kube-system/signoff-faults"})
    } else {
        json!({"allowed": true, "reason": "the sandbox allows everything that it is not told to deny"})
    }
}

fn rules() -> Value {
    json!({
        "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
        "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
        "incomplete": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbidden(line: &str, verb: &str, resource: (&str, &str, &str), namespace: &str) -> bool {
        let (group, plural, subresource) = resource;
        forbids(line, &Attempt { verb, group, plural, subresource, namespace })
    }

    #[test]
    fn a_line_forbids_exactly_what_it_names() {
        let pods = ("", "pods", "");
        let forward = ("", "pods", "portforward");
        let vm = ("operator.victoriametrics.com", "vmsingles", "");
        assert!(forbidden("list pods monitoring", "list", pods, "monitoring"));
        assert!(!forbidden("list pods monitoring", "list", pods, "other"));
        assert!(!forbidden("list pods monitoring", "get", pods, "monitoring"));
        assert!(!forbidden("* pods", "get", forward, "n"), "a resource does not cover its subresources");
        assert!(forbidden("get pods/portforward", "get", forward, "n"));
        assert!(forbidden("get pods/*", "get", forward, "n"));
        assert!(forbidden("* vmsingles.operator.victoriametrics.com *", "list", vm, "n"));
        assert!(!forbidden("* vmsingles", "list", vm, "n"), "the core group has no vmsingles");
        assert!(forbidden("* *", "list", vm, "n"));
        assert!(!forbidden("# list pods", "list", pods, "n"));
        assert!(!forbidden("list", "list", pods, "n"));
    }
}
