//! One permission on the Kubernetes API, as a kind declares it and as a refused request names it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One RBAC rule: a verb on a resource, in one namespace or all, for one name or all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Access {
    /// `get`, `list`, `watch`, `create`, `patch`, `delete`.
    pub verb: String,
    /// API group; empty for the core group.
    pub group: String,
    /// Plural resource name, with its subresource after a slash: `pods`, `pods/portforward`, `services/proxy`.
    pub resource: String,
    /// Only in this namespace; `None` for cluster-scoped resources and all namespaces.
    pub namespace: Option<String>,
    /// Only this object (`resourceNames`).
    pub name: Option<String>,
}

impl Access {
    /// A verb on a resource everywhere.
    pub fn new(verb: &str, group: &str, resource: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: None,
            name: None,
        }
    }

    /// Narrows it to one namespace.
    pub fn within(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// Narrows it to one object.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Whether who has this has `other`, too: the same, or the same in one namespace, or for one object.
    pub fn covers(&self, other: &Self) -> bool {
        let narrows = |wide: &Option<String>, narrow: &Option<String>| wide.is_none() || wide == narrow;
        (&self.verb, &self.group, &self.resource) == (&other.verb, &other.group, &other.resource)
            && narrows(&self.namespace, &other.namespace)
            && narrows(&self.name, &other.name)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace}")?,
            None => write!(f, " in the whole cluster")?,
        }
        match &self.name {
            Some(name) => write!(f, " named {name}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_covers_what_is_narrower_and_nothing_beside_it() {
        let pods = Access::new("list", "", "pods");
        let (here, one) = (pods.clone().within("o"), pods.clone().within("o").named("p"));
        assert!(pods.covers(&pods) && pods.covers(&here) && pods.covers(&one) && here.covers(&one));
        assert!(!here.covers(&pods) && !one.covers(&here) && !here.covers(&pods.clone().within("other")));
        assert!(!one.covers(&here.named("q")));
        assert!(!pods.covers(&Access::new("get", "", "pods")));
        assert!(!pods.covers(&Access::new("list", "metrics.k8s.io", "pods")));
        assert!(!pods.covers(&Access::new("list", "", "pods/log")));
    }
}
