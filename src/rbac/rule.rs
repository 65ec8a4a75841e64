//! RBAC rules from permissions: as few as say for each exactly which checks use it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::permission::Permission;

/// One rule of a Role or ClusterRole. It permits each verb on each resource, for each name where there are any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The namespace of its Role; `None` for a ClusterRole.
    pub namespace: Option<String>,
    /// API group; empty for the core group.
    pub group: String,
    /// Plural names, with subresources after a slash.
    pub resources: Vec<String>,
    /// `resourceNames`; empty for all objects.
    pub names: Vec<String>,
    /// In the order in which people write them: reading first.
    pub verbs: Vec<String>,
    /// The checks that use it, in the plan's order.
    pub checks: Vec<String>,
}

/// Verbs in the order in which people write them.
const VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];

/// What the permissions come to, those of the whole cluster first, then by namespace, group, resource and name.
pub fn rules(permissions: &[Permission]) -> Vec<Rule> {
    let one = |Permission { access, checks }: &Permission| Rule {
        namespace: access.namespace.clone(),
        group: access.group.clone(),
        resources: vec![access.resource.clone()],
        names: access.name.iter().cloned().collect(),
        verbs: vec![access.verb.clone()],
        checks: checks.clone(),
    };
    let rules = permissions.iter().map(one).collect();
    let rules = joined(rules, |rule| &mut rule.verbs);
    // What holds for all objects is joined by resources, what holds for some by their names.
    let (whole, named): (Vec<Rule>, Vec<Rule>) = rules.into_iter().partition(|rule| rule.names.is_empty());
    let mut rules = joined(whole, |rule| &mut rule.resources);
    rules.extend(joined(named, |rule| &mut rule.names));
    for rule in &mut rules {
        rule.verbs.sort_by_key(|verb| VERBS.iter().position(|known| known == verb).unwrap_or(VERBS.len()));
    }
    rules.sort();
    rules
}

/// A list as YAML has it in one line. Values are quoted as in JSON: one may look like a number.
pub(super) fn flow(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| Value::from(value.as_str()).to_string()).collect();
    format!("[{}]", values.join(", "))
}

/// Joins rules that differ in one part alone.
fn joined(rules: Vec<Rule>, part: fn(&mut Rule) -> &mut Vec<String>) -> Vec<Rule> {
    let mut found: BTreeMap<Rule, BTreeSet<String>> = BTreeMap::new();
    for mut rule in rules {
        let differing = std::mem::take(part(&mut rule));
        found.entry(rule).or_default().extend(differing);
    }
    let whole = |(mut rule, differing): (Rule, BTreeSet<String>)| {
        *part(&mut rule) = differing.into_iter().collect();
        rule
    };
    found.into_iter().map(whole).collect()
}

impl Rule {
    /// The rule as an entry of a Role's `rules`, in one line.
    pub fn entry(&self) -> String {
        let parts = self.parts().map(|(key, values)| format!("{key}: {}", flow(values)));
        format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
    }

    /// The keys of such an entry that have values.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let parts = [
            ("apiGroups", std::slice::from_ref(&self.group)),
            ("resources", &self.resources),
            ("resourceNames", &self.names),
            ("verbs", &self.verbs),
        ];
        parts.into_iter().filter(|(_, values)| !values.is_empty())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verbs.join(", "), self.resources.join(", "))?;
        if !self.group.is_empty() {
            write!(f, " of {}", self.group)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace}")?,
            None => f.write_str(" in the whole cluster")?,
        }
        if self.names.is_empty() { Ok(()) } else { write!(f, " named {}", self.names.join(", ")) }
    }
}
