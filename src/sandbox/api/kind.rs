//! A kind of object that the API serves, in one version.

use serde_json::Value;

/// What the API knows of a kind; built-in kinds come from a table, others from CustomResourceDefinitions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kind {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) plural: String,
    pub(super) singular: String,
    pub(super) short: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) scope: Scope,
    pub(super) verbs: Verbs,
    /// `metadata.generation` is kept (some built-in kinds, such as ConfigMap, have none).
    pub(super) generation: bool,
    /// There is a `/status` subresource: the main resource ignores status, and the other way round.
    pub(super) status: bool,
    pub(super) scale: Option<Scale>,
    pub(super) origin: Origin,
}

/// Where the objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Namespaced,
    Cluster,
}

/// What can be done with a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verbs {
    /// Stored objects with all verbs.
    All,
    /// Stored objects that clients of a real cluster can only read (metrics).
    Read,
    /// Nothing is stored: a question is posted and the answer comes back.
    Review,
}

/// Where a kind's `/scale` subresource finds its numbers (dotted paths without the leading dot).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) spec: String,
    pub(super) status: String,
    pub(super) selector: String,
}

/// Where a kind comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Origin {
    BuiltIn,
    /// A version of a CustomResourceDefinition.
    Custom {
        schema: Option<Value>,
        columns: Vec<Value>,
        selectable: Vec<String>,
    },
}

impl Kind {
    /// `apps/v1`, or `v1` for the core group.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The name that messages use: `pods`, `deployments.apps`.
    pub(super) fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// `Pod`, `Deployment.apps`.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() { self.kind.clone() } else { format!("{}.{}", self.kind, self.group) }
    }

    pub(super) fn namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }

    pub(super) fn custom(&self) -> bool {
        matches!(self.origin, Origin::Custom { .. })
    }

    /// Is this the built-in kind `plural` of `group`?
    pub(super) fn is(&self, group: &str, plural: &str) -> bool {
        self.group == group && self.plural == plural
    }

    /// The structural schema of a custom kind.
    pub(super) fn schema(&self) -> Option<&Value> {
        match &self.origin {
            Origin::Custom { schema, .. } => schema.as_ref(),
            Origin::BuiltIn => None,
        }
    }

    pub(super) fn verb_names(&self) -> &'static [&'static str] {
        match self.verbs {
            Verbs::All => &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
            Verbs::Read => &["get", "list"],
            Verbs::Review => &["create"],
        }
    }

    /// The subresources that discovery shows beside the kind itself: name, kind, verbs.
    pub(super) fn subresources(&self) -> Vec<(&'static str, SubKind, &'static [&'static str])> {
        let mut found: Vec<(&'static str, SubKind, &'static [&'static str])> = Vec::new();
        if self.is("", "pods") {
            found.push(("binding", SubKind("", "v1", "Binding"), &["create"]));
            found.push(("eviction", SubKind("policy", "v1", "Eviction"), &["create"]));
            found.push(("exec", SubKind("", "v1", "PodExecOptions"), &["create", "get"]));
            found.push(("log", SubKind("", "v1", "Pod"), &["get"]));
            found.push(("portforward", SubKind("", "v1", "PodPortForwardOptions"), &["create", "get"]));
            found.push(("proxy", SubKind("", "v1", "PodProxyOptions"), PROXY));
        }
        if self.is("", "services") {
            found.push(("proxy", SubKind("", "v1", "ServiceProxyOptions"), PROXY));
        }
        if self.scale.is_some() {
            found.push(("scale", SubKind("autoscaling", "v1", "Scale"), &["get", "patch", "update"]));
        }
        if self.status {
            found.push(("status", SubKind("", "", ""), &["get", "patch", "update"]));
        }
        found
    }
}

const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];

/// Group, version and kind of a subresource's objects; all empty for "the same as the resource".
pub(super) struct SubKind(pub(super) &'static str, pub(super) &'static str, pub(super) &'static str);
