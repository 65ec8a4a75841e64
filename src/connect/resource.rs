//! Names of the Kubernetes resources that kinds read.

use std::borrow::Cow;

use crate::check::access::Access;

/// Namespaces.
pub const NAMESPACES: Resource = Resource::of("", "v1", "Namespace", "namespaces", Scope::Cluster);
/// Nodes.
pub const NODES: Resource = Resource::of("", "v1", "Node", "nodes", Scope::Cluster);
/// Pods.
pub const PODS: Resource = Resource::of("", "v1", "Pod", "pods", Scope::Namespaced);
/// Services.
pub const SERVICES: Resource = Resource::of("", "v1", "Service", "services", Scope::Namespaced);
/// ConfigMaps.
pub const CONFIG_MAPS: Resource = Resource::of("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);
/// EndpointSlices.
pub const ENDPOINT_SLICES: Resource =
    Resource::of("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", Scope::Namespaced);

/// Deployments. What holds a reference to one of several kinds needs them in one place.
pub static DEPLOYMENTS: Resource = Resource::of("apps", "v1", "Deployment", "deployments", Scope::Namespaced);
/// StatefulSets.
pub static STATEFUL_SETS: Resource = Resource::of("apps", "v1", "StatefulSet", "statefulsets", Scope::Namespaced);
/// DaemonSets.
pub static DAEMON_SETS: Resource = Resource::of("apps", "v1", "DaemonSet", "daemonsets", Scope::Namespaced);

/// Definitions of custom kinds.
pub const CUSTOM_RESOURCE_DEFINITIONS: Resource =
    Resource::of("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Scope::Cluster);

/// The plural that code generators make of a kind in lower case.
pub fn usual_plural(singular: &str) -> String {
    let ends = |ends: &[&str]| ends.iter().any(|end| singular.ends_with(end));
    match singular.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{singular}es"),
        _ => format!("{singular}s"),
    }
}

/// A resource as the API's paths name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: Cow<'static, str>,
    /// Version within the group.
    pub version: Cow<'static, str>,
    /// Kind, for messages.
    pub kind: Cow<'static, str>,
    /// Plural name, for paths and RBAC.
    pub plural: Cow<'static, str>,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
}

/// Where objects of a resource live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

impl Resource {
    /// A resource whose names are known at compile time.
    pub const fn of(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
        scope: Scope,
    ) -> Self {
        Self {
            group: Cow::Borrowed(group),
            version: Cow::Borrowed(version),
            kind: Cow::Borrowed(kind),
            plural: Cow::Borrowed(plural),
            scope,
        }
    }

    /// A resource as a suite names it: `operator.victoriametrics.com/v1beta1`, `VMAgent`, and its plural where that is not the
    /// usual one.
    pub fn named(api_version: &str, kind: &str, plural: Option<&str>, scope: Scope) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let plural = plural.map_or_else(|| usual_plural(&kind.to_lowercase()), str::to_owned);
        Self {
            group: group.to_owned().into(),
            version: version.to_owned().into(),
            kind: kind.to_owned().into(),
            plural: plural.into(),
            scope,
        }
    }

    /// The permission for a verb on it, in one namespace or in all.
    pub fn access(&self, verb: &str, namespace: Option<&str>) -> Access {
        let everywhere = Access::new(verb, &self.group, &self.plural);
        match namespace {
            Some(namespace) => everywhere.within(namespace),
            None => everywhere,
        }
    }

    /// Its plural with its group: `vmsingles.operator.victoriametrics.com`, `pods`.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_string() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// Path of the collection, in one namespace or in all.
    pub(super) fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", self.group) };
        match namespace {
            Some(namespace) => format!("{root}/{}/namespaces/{namespace}/{}", self.version, self.plural),
            None => format!("{root}/{}/{}", self.version, self.plural),
        }
    }
}
