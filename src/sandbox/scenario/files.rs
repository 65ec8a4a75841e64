//! The files of the scenarios, in the order in which they are applied.

/// A file's path from here, and its text.
pub type File = (&'static str, &'static str);

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!($path))
    };
}

/// A file of the story's repository, by its path below `clusters/infra/apps/observability/`.
macro_rules! story {
    ($path:literal) => {
        (
            concat!("as-written/clusters/infra/apps/observability/", $path),
            include_str!(concat!("as-written/clusters/infra/apps/observability/", $path)),
        )
    };
}

/// Before the CRDs of the operator.
pub const FIRST: &[File] = &[
    file!("platform/namespaces.yaml"),
    file!("platform/given.yaml"),
    file!("platform/flux-crds.yaml"),
    file!("platform/external-secrets-crds.yaml"),
    file!("platform/rook-crds.yaml"),
    file!("platform/cert-manager-crds.yaml"),
    file!("platform/monitor-crds.yaml"),
];

/// Two exporters that a platform has only where somebody thought of them.
pub const EXPORTERS: &[File] = &[file!("platform/kube-state-metrics.yaml"), file!("platform/node-exporter.yaml")];

/// The platform that the stack lands on.
pub const PLATFORM: &[File] = &[
    file!("platform/flux.yaml"),
    file!("platform/flux-objects.yaml"),
    file!("platform/rook-ceph.yaml"),
    file!("platform/cloudnative-pg.yaml"),
    file!("platform/envoy-gateway.yaml"),
    file!("platform/cert-manager.yaml"),
    file!("platform/cert-manager-issuer.yaml"),
    file!("platform/external-secrets.yaml"),
    file!("platform/external-secrets-store.yaml"),
    file!("platform/cilium.yaml"),
    file!("platform/coredns.yaml"),
];

/// The stack put right.
pub const DONE_RIGHT: &[File] = &[
    file!("done-right/flux-objects.yaml"),
    file!("done-right/kubelet.yaml"),
    file!("done-right/webhook-receiver.yaml"),
    file!("done-right/vmsingle.yaml"),
    file!("done-right/vmagent.yaml"),
    file!("done-right/external-secret.yaml"),
    file!("done-right/vmalertmanager.yaml"),
    file!("done-right/vmalert.yaml"),
    file!("done-right/config-reloaders.yaml"),
    file!("done-right/cluster-health.yaml"),
];

/// The stack as the story writes it, file by file.
pub const AS_WRITTEN: &[File] = &[
    file!("as-written/source.yaml"),
    story!("victoria-metrics-operator/ks.yaml"),
    story!("victoria-metrics-operator/app/helmrelease.yaml"),
    story!("vmsingle/ks.yaml"),
    story!("vmsingle/app/vmsingle.yaml"),
    story!("vmagent/ks.yaml"),
    story!("vmagent/app/vmagent.yaml"),
    story!("vmagent/app/scrapeconfigs/flux-controllers.yaml"),
    story!("vmalertmanager/ks.yaml"),
    story!("vmalertmanager/app/externalsecret.yaml"),
    story!("vmalertmanager/app/vmalertmanager.yaml"),
    story!("vmalert/ks.yaml"),
    story!("vmalert/app/vmalert.yaml"),
    story!("vmalert/app/rules/cluster-health.yaml"),
];

/// What controllers that are not there would say of [`AS_WRITTEN`].
pub const SAID_AS_WRITTEN: &[File] = &[file!("as-written/statuses.yaml")];

/// The operator comes last: it drops changes that come faster than it takes them and repairs that only a minute later, so it
/// had better find everything in place when it starts.
pub const OPERATOR: &[File] = &[file!("operator.yaml")];
