//! The table of built-in kinds.

use super::kind::{Kind, Origin, Scale, Scope, Verbs};

const NS: Scope = Scope::Namespaced;
const CL: Scope = Scope::Cluster;

/// group/version, kind, plural, short names, scope, traits: `g` generation, `s` status, `c` scale, `a` in category "all",
/// `r` read-only to clients of a real cluster, `q` a review.
type Row = (&'static str, &'static str, &'static str, &'static str, Scope, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("v1", "Namespace", "namespaces", "ns", CL, "s"),
    ("v1", "Node", "nodes", "no", CL, "s"),
    ("v1", "Pod", "pods", "po", NS, "gsa"),
    ("v1", "Service", "services", "svc", NS, "sa"),
    ("v1", "Endpoints", "endpoints", "ep", NS, ""),
    ("v1", "ConfigMap", "configmaps", "cm", NS, ""),
    ("v1", "Secret", "secrets", "", NS, ""),
    ("v1", "Event", "events", "ev", NS, ""),
    ("v1", "PersistentVolume", "persistentvolumes", "pv", CL, "s"),
    ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", NS, "s"),
    ("v1", "ServiceAccount", "serviceaccounts", "sa", NS, ""),
    ("apps/v1", "Deployment", "deployments", "deploy", NS, "gsca"),
    ("apps/v1", "StatefulSet", "statefulsets", "sts", NS, "gsca"),
    ("apps/v1", "DaemonSet", "daemonsets", "ds", NS, "gsa"),
    ("apps/v1", "ReplicaSet", "replicasets", "rs", NS, "gsca"),
    ("apps/v1", "ControllerRevision", "controllerrevisions", "", NS, ""),
    ("batch/v1", "Job", "jobs", "", NS, "gsa"),
    ("batch/v1", "CronJob", "cronjobs", "cj", NS, "gsa"),
    ("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", "", NS, "g"),
    ("storage.k8s.io/v1", "StorageClass", "storageclasses", "sc", CL, ""),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", "", NS, ""),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", "", NS, ""),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", "", CL, ""),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", "", CL, ""),
    ("networking.k8s.io/v1", "Ingress", "ingresses", "ing", NS, "gs"),
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "netpol", NS, "g"),
    ("coordination.k8s.io/v1", "Lease", "leases", "", NS, ""),
    ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", NS, "gs"),
    ("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", "pc", CL, "g"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", "crd crds", CL, "gs"),
    ("metrics.k8s.io/v1beta1", "NodeMetrics", "nodes", "", CL, "r"),
    ("metrics.k8s.io/v1beta1", "PodMetrics", "pods", "", NS, "r"),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "", CL, "q"),
    ("authorization.k8s.io/v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", "", CL, "q"),
    ("authentication.k8s.io/v1", "SelfSubjectReview", "selfsubjectreviews", "", CL, "q"),
];

/// All built-in kinds.
pub(super) fn kinds() -> Vec<Kind> {
    ROWS.iter().map(kind).collect()
}

fn kind(row: &Row) -> Kind {
    let (api_version, kind, plural, short, scope, traits) = *row;
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let verbs = match traits {
        "r" => Verbs::Read,
        "q" => Verbs::Review,
        _ => Verbs::All,
    };
    let scale = traits.contains('c').then(|| Scale {
        spec: "spec.replicas".to_owned(),
        status: "status.replicas".to_owned(),
        selector: "spec.selector".to_owned(),
    });
    Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        plural: plural.to_owned(),
        singular: if verbs == Verbs::Read { String::new() } else { kind.to_lowercase() },
        short: short.split_whitespace().map(str::to_owned).collect(),
        categories: if traits.contains('a') { vec!["all".to_owned()] } else { Vec::new() },
        scope,
        verbs,
        generation: traits.contains('g'),
        status: traits.contains('s'),
        scale,
        origin: Origin::BuiltIn,
    }
}
