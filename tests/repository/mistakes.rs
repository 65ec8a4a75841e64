//! One mistake at a time.

/// A mistake, and where it must be found.
pub struct Mistake {
    /// The code behind `repository/`.
    pub code: &'static str,
    /// File, what stands there, and what is written instead; nothing stands in a file that is added.
    pub edits: &'static [(&'static str, &'static str, &'static str)],
    /// File, and the text that begins at the place; no text for what is wrong with the file itself.
    pub at: (&'static str, &'static str),
}

const CLUSTER: &str = "clusters/infra/flux/cluster.yaml";
const APPS: &str = "clusters/infra/apps/kustomization.yaml";
const NAMESPACES: &str = "clusters/infra/apps/namespaces.yaml";
const OPERATOR: &str = "clusters/infra/apps/observability/victoria-metrics-operator/app/helmrelease.yaml";
const CHART: &str = "infrastructure/sources/victoria-metrics-operator.yaml";
const CEPH: &str = "clusters/infra/apps/storage/rook-ceph-cluster/app/helmrelease.yaml";
const CEPH_LIST: &str = "clusters/infra/apps/storage/rook-ceph-cluster/app/kustomization.yaml";
const CEPH_KS: &str = "clusters/infra/apps/storage/rook-ceph-cluster/ks.yaml";
const SINGLE_KS: &str = "clusters/infra/apps/observability/vmsingle/ks.yaml";
const SINGLE: &str = "clusters/infra/apps/observability/vmsingle/app/vmsingle.yaml";
const SINGLE_LIST: &str = "clusters/infra/apps/observability/vmsingle/app/kustomization.yaml";
const AGENT_KS: &str = "clusters/infra/apps/observability/vmagent/ks.yaml";
const AGENT: &str = "clusters/infra/apps/observability/vmagent/app/vmagent.yaml";
const MANAGER_KS: &str = "clusters/infra/apps/observability/vmalertmanager/ks.yaml";
const MANAGER: &str = "clusters/infra/apps/observability/vmalertmanager/app/vmalertmanager.yaml";
const SECRET: &str = "clusters/infra/apps/observability/vmalertmanager/app/externalsecret.yaml";
const SECRET_LIST: &str = "clusters/infra/apps/observability/vmalertmanager/app/kustomization.yaml";
const QUIETER: &str = "clusters/infra/apps/observability/vmalertmanager/app/quieter.yaml";
const AGENT_LIST: &str = "clusters/infra/apps/observability/vmagent/app/kustomization.yaml";
const ALERT_KS: &str = "clusters/infra/apps/observability/vmalert/ks.yaml";
const ALERT: &str = "clusters/infra/apps/observability/vmalert/app/vmalert.yaml";
const RULES: &str = "clusters/infra/apps/observability/vmalert/app/rules.yaml";
const VARS: &str = "infrastructure/cluster-vars.yaml";
const OLD: &str = "infrastructure/old/secret.yaml";

/// Every one of them is told by one finding.
pub const MISTAKES: &[Mistake] = &[
    Mistake {
        code: "chart-twice",
        edits: &[(
            OPERATOR,
            "  chartRef:",
            "  chart:\n    spec:\n      chart: a\n      sourceRef: {kind: HelmRepository, name: rook-release, namespace: flux-system}\n  chartRef:",
        )],
        at: (OPERATOR, "chartRef"),
    },
    Mistake {
        code: "unknown-value",
        edits: &[(CEPH, "kind: HelmRepository", "kind: OCIRepositories")],
        at: (CEPH, "OCIRepositories"),
    },
    Mistake {
        code: "missing-field",
        edits: &[(CEPH, "      chart: rook-ceph-cluster\n", "")],
        at: (CEPH, "version: v1.18.8"),
    },
    Mistake {
        code: "unknown-field",
        edits: &[(SINGLE_KS, "retryInterval: 1m", "retryInterval: 1m\n  dependOn: []")],
        at: (SINGLE_KS, "dependOn:"),
    },
    Mistake {
        code: "wrong-type",
        edits: &[(CLUSTER, "  wait: true\n", "  wait: \"true\"\n")],
        at: (CLUSTER, "\"true\""),
    },
    Mistake {
        code: "unreachable",
        edits: &[(APPS, "  - observability/vmagent/ks.yaml\n", "")],
        at: (AGENT_KS, "vmagent\n  namespace"),
    },
    Mistake {
        code: "missing-resource",
        edits: &[(SINGLE_LIST, "  - vmsingle.yaml", "  - vmsingle.yaml\n  - pdb.yaml")],
        at: (SINGLE_LIST, "pdb.yaml"),
    },
    Mistake {
        code: "applied-twice",
        edits: &[(CEPH_LIST, "  - helmrelease.yaml", "  - helmrelease.yaml\n  - ../../rook-ceph-operator/app")],
        at: ("clusters/infra/apps/storage/rook-ceph-operator/app/helmrelease.yaml", "rook-ceph-operator"),
    },
    Mistake {
        code: "unknown-dependency",
        edits: &[(CEPH_KS, "rook-ceph-operator\n", "rook-ceph-operater\n")],
        at: (CEPH_KS, "rook-ceph-operater"),
    },
    Mistake {
        code: "not-behind",
        edits: &[(MANAGER_KS, "    - name: external-secrets-stores\n", "")],
        at: (MANAGER_KS, "dependsOn"),
    },
    Mistake {
        code: "unknown-source",
        edits: &[(OPERATOR, "    name: victoria-metrics-operator\n", "    name: victoria-metrics\n")],
        at: (OPERATOR, "victoria-metrics\n"),
    },
    Mistake { code: "no-version", edits: &[(CHART, "  ref:\n    tag: 0.57.1\n", "")], at: (CHART, "spec:") },
    Mistake {
        code: "no-chart-layer",
        edits: &[(CHART, "operation: copy", "operation: extract")],
        at: (CHART, "layerSelector"),
    },
    Mistake {
        code: "unknown-variable",
        edits: &[(AGENT, "${CLUSTER_NAME}", "${CLUSTER_NAME}\n    site: ${CLUSTER_NAMES}")],
        at: (AGENT, "${CLUSTER_NAMES}"),
    },
    Mistake {
        code: "destroyed-reference",
        edits: &[(AGENT, "replacement: $1", "replacement: ${1}")],
        at: (AGENT, "${1}"),
    },
    Mistake {
        code: "no-variables",
        edits: &[(SINGLE_KS, "name: cluster-vars", "name: cluster-settings")],
        at: (SINGLE_KS, "cluster-settings"),
    },
    Mistake {
        code: "missing-field",
        edits: &[(ALERT_KS, "      current: status.updateStatus == 'operational'\n", "")],
        at: (ALERT_KS, "apiVersion: operator"),
    },
    Mistake {
        code: "idle-health",
        edits: &[(ALERT_KS, "wait: true", "wait: false")],
        at: (ALERT_KS, "healthCheckExprs"),
    },
    Mistake {
        code: "blind-health",
        edits: &[(AGENT_KS, "kind: VMAgent", "kind: VMAuth")],
        at: (AGENT_KS, "wait: true"),
    },
    Mistake {
        code: "missing-namespace",
        edits: &[(NAMESPACES, "name: external-secrets", "name: secrets")],
        at: ("clusters/infra/apps/secrets/external-secrets-stores/ks.yaml", "external-secrets\n"),
    },
    Mistake {
        code: "storage-shape",
        edits: &[
            (MANAGER, "    volumeClaimTemplate:\n      spec:\n        storageClassName", "    storageClassName"),
            (MANAGER, "        resources:\n          requests:\n            storage: 1Gi\n", ""),
        ],
        at: (MANAGER, "storageClassName"),
    },
    Mistake {
        code: "own-namespace",
        edits: &[(ALERT, "  ruleSelector: {}\n  ruleNamespaceSelector: {}", "  ruleSelector:\n    matchLabels: {}")],
        at: (ALERT, "ruleSelector"),
    },
    Mistake {
        code: "no-nodes",
        edits: &[(AGENT, "selectAllByDefault: true", "selectAllByDefault: false")],
        at: (AGENT, "vmagent\nspec"),
    },
    Mistake {
        code: "old-version",
        edits: &[(SECRET, "external-secrets.io/v1", "external-secrets.io/v1beta1")],
        at: (SECRET, "apiVersion"),
    },
    Mistake { code: "unknown-store", edits: &[(SECRET, "name: vault", "name: vaults")], at: (SECRET, "vaults") },
    Mistake {
        code: "plain-secret",
        edits: &[
            (SECRET_LIST, "  - externalsecret.yaml", "  - externalsecret.yaml\n  - secret.yaml"),
            (
                "clusters/infra/apps/observability/vmalertmanager/app/secret.yaml",
                "",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: smtp\nstringData:\n  password: hunter2\n",
            ),
        ],
        at: ("clusters/infra/apps/observability/vmalertmanager/app/secret.yaml", "password"),
    },
    Mistake {
        code: "plain-value",
        edits: &[(VARS, "data:", "data:\n  SMTP_PASSWORD: hunter2")],
        at: (VARS, "hunter2"),
    },
    Mistake {
        code: "missing-path",
        edits: &[(SINGLE_KS, "vmsingle/app\n", "vmsingle/apps\n")],
        at: (SINGLE_KS, "./clusters"),
    },
    Mistake { code: "other-value", edits: &[(OPERATOR, "retries: -1", "retries: 3")], at: (OPERATOR, "3\n  upgrade") },
    Mistake { code: "no-value", edits: &[(CEPH, "    cleanupOnFail: true\n", "")], at: (CEPH, "upgrade") },
    Mistake {
        code: "unwanted-file",
        edits: &[("clusters/notes.yml", "", "# nothing\n")],
        at: ("clusters/notes.yml", ""),
    },
    Mistake { code: "no-yaml", edits: &[(SINGLE, "\"90d\"", "90d: x")], at: (SINGLE, ": x") },
    Mistake {
        code: "dead-metric",
        edits: &[(
            RULES,
            "kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0",
            "gotk_reconcile_condition == 0",
        )],
        at: (RULES, "gotk_reconcile_condition"),
    },
    Mistake {
        code: "no-configuration",
        edits: &[(MANAGER, "vmalertmanager-config", "vmalertmanager-configuration")],
        at: (MANAGER, "vmalertmanager-configuration"),
    },
    Mistake {
        code: "reserved-name",
        edits: &[(
            NAMESPACES,
            "",
            "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata:\n  name: system-critical\nvalue: 1\n",
        )],
        at: (NAMESPACES, "system-critical"),
    },
    // Patches: of a Kustomization of Flux, in a file, by a target, and by the object's own name.
    Mistake {
        code: "failing-patch",
        edits: &[(CLUSTER, "/spec/retryInterval", "/specs/retryInterval")],
        at: (CLUSTER, "/specs/retryInterval"),
    },
    Mistake {
        code: "failing-patch",
        edits: &[(QUIETER, "/spec/replicaCount", "/spec/replicas")],
        at: (QUIETER, "/spec/replicas"),
    },
    Mistake {
        code: "failing-patch",
        edits: &[(AGENT_LIST, "name: vmagent\n", "name: vmagents\n")],
        at: (AGENT_LIST, "apiVersion: operator"),
    },
    Mistake {
        code: "idle-patch",
        edits: &[(SECRET_LIST, "kind: VMAlertmanager", "kind: Alertmanager")],
        at: (SECRET_LIST, "kind: Alertmanager"),
    },
    // Names: of another namespace, and of one that nobody makes.
    Mistake {
        code: "unknown-source",
        edits: &[(CEPH, "        namespace: flux-system\n", "")],
        at: (CEPH, "rook-release"),
    },
    Mistake {
        code: "unknown-dependency",
        edits: &[(CEPH_KS, "- name: rook-ceph-operator\n", "- name: rook-ceph-operator\n      namespace: rook-ceph\n")],
        at: (CEPH_KS, "rook-ceph-operator\n"),
    },
    Mistake {
        code: "missing-namespace",
        edits: &[(
            VARS,
            "",
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-notes\n  namespace: monitoring\n",
        )],
        at: (VARS, "monitoring"),
    },
    // Secrets: where nothing applies them, typed in beside encrypted ones, and in a file of a generator.
    Mistake {
        code: "plain-secret",
        edits: &[(OLD, "", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: old\ndata:\n  token: aHVudGVyMg==\n")],
        at: (OLD, "token"),
    },
    Mistake {
        code: "plain-secret",
        edits: &[(
            OLD,
            "",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: old\nstringData:\n  user: ENC[AES256_GCM,data:x,type:str]\n  \
             added: hunter2\nsops:\n  version: 3.9.0\n",
        )],
        at: (OLD, "added"),
    },
    Mistake {
        code: "plain-secret",
        edits: &[
            (SECRET_LIST, "patches:", "secretGenerator:\n  - name: smtp\n    envs: [smtp.env]\npatches:"),
            ("clusters/infra/apps/observability/vmalertmanager/app/smtp.env", "", "SMTP_PASSWORD=hunter2\n"),
        ],
        at: (SECRET_LIST, "smtp.env"),
    },
    // Health: nobody waits, for something else, or by an expression that sees nothing.
    Mistake {
        code: "blind-health",
        edits: &[
            (AGENT_KS, "wait: true", "wait: false"),
            (
                AGENT_KS,
                "  healthCheckExprs:\n    - apiVersion: operator.victoriametrics.com/v1beta1\n      kind: VMAgent\n",
                "",
            ),
            (
                AGENT_KS,
                "      current: status.updateStatus == 'operational'\n      failed: status.updateStatus == 'failed'\n",
                "",
            ),
        ],
        at: (AGENT_KS, "wait: false"),
    },
    Mistake {
        code: "blind-health",
        edits: &[(
            AGENT_KS,
            "  wait: true\n",
            "  healthChecks:\n    - apiVersion: operator.victoriametrics.com/v1beta1\n      kind: VMAgent\n      name: agent\n      \
             namespace: observability\n",
        )],
        at: (AGENT_KS, "healthChecks:"),
    },
    Mistake {
        code: "blind-health",
        edits: &[(AGENT_KS, "current: status.updateStatus == 'operational'", "current: \"true\"")],
        at: (AGENT_KS, "\"true\""),
    },
    Mistake {
        code: "blind-health",
        edits: &[(AGENT_KS, "- apiVersion: operator.victoriametrics.com", "- apiVersion: victoriametrics.com")],
        at: (AGENT_KS, "wait: true"),
    },
    // What this platform demands besides.
    Mistake { code: "no-version", edits: &[(CEPH, "      version: v1.18.8\n", "")], at: (CEPH, "spec:\n      chart") },
    Mistake { code: "no-version", edits: &[(CEPH, "v1.18.8", "1.18.x")], at: (CEPH, "version: 1.18.x") },
    Mistake {
        code: "unknown-field",
        edits: &[(SINGLE_KS, "retryInterval: 1m", "retryInterval: 1m\n  buildMetadata: [originAnnotations]")],
        at: (SINGLE_KS, "buildMetadata:"),
    },
    Mistake {
        code: "no-value",
        edits: &[(MANAGER, "  useStrictSecurity: true\n", "")],
        at: (MANAGER, "spec:\n  replica"),
    },
    Mistake {
        code: "no-value",
        edits: &[(ALERT, "  remoteWrite:\n    url: http://vmsingle-vmsingle.observability.svc:8429\n", "")],
        at: (ALERT, "spec:"),
    },
    Mistake {
        code: "other-value",
        edits: &[(SINGLE, "spec:\n", "spec:\n  extraArgs:\n    search.maxQueueDuration: 30s\n")],
        at: (SINGLE, "30s"),
    },
    Mistake { code: "other-value", edits: &[(RULES, "Watchdog", "Heartbeat")], at: (RULES, "NodeNotReady") },
    Mistake { code: "bad-patch", edits: &[(QUIETER, "op: add", "op: append")], at: (QUIETER, "append") },
    Mistake {
        code: "bad-patch",
        edits: &[(CLUSTER, "notin (own)", "notin own")],
        at: (CLUSTER, "platform.example.com/retry"),
    },
];
