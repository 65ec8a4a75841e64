//! Manifests from rules: a ServiceAccount, and what binds it to exactly these rules.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use super::optional::Optional;
use super::rule::{Rule, flow};

/// Who is permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name of the ServiceAccount, and of every other object. Two suites on one cluster need two names.
    pub name: String,
    /// Namespace of the ServiceAccount.
    pub namespace: String,
}

/// YAML of a ServiceAccount, of a ClusterRole or Role for each place, and of their bindings. Above each rule are the checks
/// that use it. `title` is a sentence that says what it is for.
pub fn manifest(title: &str, account: &Account, rules: &[Rule], optional: &[Optional]) -> String {
    let mut out = format!("# {title}\n# Above each rule are the checks that use it.\n");
    if !optional.is_empty() {
        out.push_str("# Left out, since no verdict depends on it:\n");
    }
    for Optional { access, gives } in optional {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "#   {access}: {gives}");
    }
    let _ = write!(out, "apiVersion: v1\nkind: ServiceAccount\n{}", account.metadata(Some(&account.namespace)));
    let mut places: BTreeMap<Option<&str>, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        places.entry(rule.namespace.as_deref()).or_default().push(rule);
    }
    for (namespace, rules) in places {
        let _ = write!(out, "{}{}", account.role(namespace, &rules), account.binding(namespace));
    }
    out
}

const RBAC: &str = "rbac.authorization.k8s.io";

impl Account {
    fn metadata(&self, namespace: Option<&str>) -> String {
        let name = quoted(&self.name);
        let namespace = namespace.map(|name| format!("  namespace: {}\n", quoted(name))).unwrap_or_default();
        format!(
            "metadata:\n  name: {name}\n{namespace}  labels:\n    app.kubernetes.io/name: signoff\n    app.kubernetes.io/instance: {name}\n"
        )
    }

    fn role(&self, namespace: Option<&str>, rules: &[&Rule]) -> String {
        let kind = kind(namespace);
        let mut out = format!("---\napiVersion: {RBAC}/v1\nkind: {kind}\n{}rules:\n", self.metadata(namespace));
        for rule in rules {
            let _ = writeln!(out, "  # {}", rule.checks.join(", "));
            for (nth, (key, values)) in rule.parts().enumerate() {
                out.push_str(if nth == 0 { "  - " } else { "    " });
                out.push_str(&list(key, values));
            }
        }
        out
    }

    fn binding(&self, namespace: Option<&str>) -> String {
        let (kind, name) = (kind(namespace), quoted(&self.name));
        format!(
            "---\napiVersion: {RBAC}/v1\nkind: {kind}Binding\n{}\
             roleRef:\n  apiGroup: {RBAC}\n  kind: {kind}\n  name: {name}\n\
             subjects:\n  - kind: ServiceAccount\n    name: {name}\n    namespace: {}\n",
            self.metadata(namespace),
            quoted(&self.namespace)
        )
    }
}

/// A text as JSON and YAML quote it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn kind(namespace: Option<&str>) -> &'static str {
    if namespace.is_some() { "Role" } else { "ClusterRole" }
}

/// A list in one line where it fits, else one value a line.
fn list(key: &str, values: &[String]) -> String {
    let line = format!("{key}: {}\n", flow(values));
    if line.len() <= 100 {
        return line;
    }
    let lines: String = values.iter().map(|value| format!("      - {}\n", quoted(value))).collect();
    format!("{key}:\n{lines}")
}
