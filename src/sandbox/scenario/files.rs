//! The files of scenario `done-right`, by the order in which they are applied.

/// Before the CRDs.
pub const FIRST: [(&str, &str); 4] = [
    ("platform/namespaces.yaml", include_str!("done-right/platform/namespaces.yaml")),
    ("platform/given.yaml", include_str!("done-right/platform/given.yaml")),
    ("platform/flux-crds.yaml", include_str!("done-right/platform/flux-crds.yaml")),
    ("platform/external-secrets-crds.yaml", include_str!("done-right/platform/external-secrets-crds.yaml")),
];

/// After the CRDs. The operator comes last: it drops changes that come faster than it takes them and repairs that only a
/// minute later, so it had better find everything in place when it starts.
pub const THEN: [(&str, &str); 22] = [
    ("platform/kube-state-metrics.yaml", include_str!("done-right/platform/kube-state-metrics.yaml")),
    ("platform/node-exporter.yaml", include_str!("done-right/platform/node-exporter.yaml")),
    ("kubelet.yaml", include_str!("done-right/kubelet.yaml")),
    ("webhook-receiver.yaml", include_str!("done-right/webhook-receiver.yaml")),
    ("platform/flux.yaml", include_str!("done-right/platform/flux.yaml")),
    ("platform/flux-objects.yaml", include_str!("done-right/platform/flux-objects.yaml")),
    ("platform/rook-ceph.yaml", include_str!("done-right/platform/rook-ceph.yaml")),
    ("platform/cloudnative-pg.yaml", include_str!("done-right/platform/cloudnative-pg.yaml")),
    ("platform/envoy-gateway.yaml", include_str!("done-right/platform/envoy-gateway.yaml")),
    ("platform/cert-manager.yaml", include_str!("done-right/platform/cert-manager.yaml")),
    ("platform/external-secrets.yaml", include_str!("done-right/platform/external-secrets.yaml")),
    ("platform/external-secrets-store.yaml", include_str!("done-right/platform/external-secrets-store.yaml")),
    ("platform/cilium.yaml", include_str!("done-right/platform/cilium.yaml")),
    ("platform/coredns.yaml", include_str!("done-right/platform/coredns.yaml")),
    ("vmsingle.yaml", include_str!("done-right/vmsingle.yaml")),
    ("vmagent.yaml", include_str!("done-right/vmagent.yaml")),
    ("external-secret.yaml", include_str!("done-right/external-secret.yaml")),
    ("vmalertmanager.yaml", include_str!("done-right/vmalertmanager.yaml")),
    ("vmalert.yaml", include_str!("done-right/vmalert.yaml")),
    ("config-reloaders.yaml", include_str!("done-right/config-reloaders.yaml")),
    ("cluster-health.yaml", include_str!("done-right/cluster-health.yaml")),
    ("operator.yaml", include_str!("done-right/operator.yaml")),
];
