//! The files of scenario `done-right`, by the order in which they are applied.

/// Before the CRDs.
pub const FIRST: [(&str, &str); 3] = [
    ("namespaces.yaml", include_str!("done-right/namespaces.yaml")),
    ("platform.yaml", include_str!("done-right/platform.yaml")),
    ("flux-crds.yaml", include_str!("done-right/flux-crds.yaml")),
];

/// After the CRDs. The operator comes last: it drops changes that come faster than it takes them and repairs that only a
/// minute later, so it had better find everything in place when it starts.
pub const THEN: [(&str, &str); 20] = [
    ("kube-state-metrics.yaml", include_str!("done-right/kube-state-metrics.yaml")),
    ("node-exporter.yaml", include_str!("done-right/node-exporter.yaml")),
    ("kubelet.yaml", include_str!("done-right/kubelet.yaml")),
    ("webhook-receiver.yaml", include_str!("done-right/webhook-receiver.yaml")),
    ("flux.yaml", include_str!("done-right/flux.yaml")),
    ("flux-objects.yaml", include_str!("done-right/flux-objects.yaml")),
    ("rook-ceph.yaml", include_str!("done-right/rook-ceph.yaml")),
    ("cloudnative-pg.yaml", include_str!("done-right/cloudnative-pg.yaml")),
    ("envoy-gateway.yaml", include_str!("done-right/envoy-gateway.yaml")),
    ("cert-manager.yaml", include_str!("done-right/cert-manager.yaml")),
    ("external-secrets.yaml", include_str!("done-right/external-secrets.yaml")),
    ("cilium.yaml", include_str!("done-right/cilium.yaml")),
    ("coredns.yaml", include_str!("done-right/coredns.yaml")),
    ("vmsingle.yaml", include_str!("done-right/vmsingle.yaml")),
    ("vmagent.yaml", include_str!("done-right/vmagent.yaml")),
    ("vmalertmanager.yaml", include_str!("done-right/vmalertmanager.yaml")),
    ("vmalert.yaml", include_str!("done-right/vmalert.yaml")),
    ("config-reloaders.yaml", include_str!("done-right/config-reloaders.yaml")),
    ("cluster-health.yaml", include_str!("done-right/cluster-health.yaml")),
    ("operator.yaml", include_str!("done-right/operator.yaml")),
];
