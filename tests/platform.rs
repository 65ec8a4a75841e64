//! The suites of `suites/platform`, built from the general kinds alone, on a sandbox: green as it comes up, and each check red
//! by a fault of its own.

#![cfg(feature = "sandbox")]

#[path = "common/ran.rs"]
mod ran;
#[path = "common/up.rs"]
mod up;

use std::collections::BTreeSet;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use kube::api::{DeleteParams, Patch, PatchParams};
use regex::Regex;
use serde_json::{Value, json};
use signoff::sandbox::lifecycle::Sandbox;
use signoff::sandbox::scenario::api;

use ran::{Report, run};

const SUITES: [(&str, &str); 3] = [
    ("external-secrets", include_str!("../suites/platform/external-secrets.yaml")),
    ("rook-ceph", include_str!("../suites/platform/rook-ceph.yaml")),
    ("cert-manager", include_str!("../suites/platform/cert-manager.yaml")),
];

/// What a fault does to an object.
enum Fault {
    Deleted,
    /// A merge patch.
    Patched(Value),
    /// A merge patch of the status.
    Said(Value),
}

use Fault::{Deleted, Patched, Said};

/// An object by apiVersion, kind, namespace (empty for none) and name.
type Named = [&'static str; 4];

fn ago(days: i64) -> String {
    (Timestamp::now() - SignedDuration::from_hours(24 * days)).to_string()
}

/// Each fault, and what is told of it: the suite, the check, the code.
fn faults() -> Vec<(Named, Fault, [&'static str; 3])> {
    let workload = |namespace, name| ["apps/v1", "Deployment", namespace, name];
    let kustomization = |name| ["kustomize.toolkit.fluxcd.io/v1", "Kustomization", "flux-system", name];
    let none = || Patched(json!({"spec": {"replicas": 0}}));
    let invalid = json!([{"type": "Ready", "status": "False", "reason": "InvalidProviderConfig",
        "message": "unable to validate store", "lastTransitionTime": ago(1)}]);
    let (store, token) = ("onepassword-connect", "onepassword-connect-token");
    let ceph = ["ceph.rook.io/v1", "CephCluster", "rook-ceph", "rook-ceph"];
    let pool = ["ceph.rook.io/v1", "CephBlockPool", "rook-ceph", "ceph-blockpool"];
    let default_class = json!({"metadata": {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}});
    let (external, rook, certs) = ("external-secrets", "rook-ceph", "cert-manager");
    vec![
        (crd("clusterexternalsecrets.external-secrets.io"), Deleted, [external, "crds-served", "crds/missing"]),
        (workload(external, external), none(), [external, "controller-rolled-out", "workload/no-replicas"]),
        (
            workload(external, "external-secrets-webhook"),
            none(),
            [external, "webhook-rolled-out", "workload/no-replicas"],
        ),
        (
            workload(external, "external-secrets-cert-controller"),
            none(),
            [external, "cert-controller-rolled-out", "workload/no-replicas"],
        ),
        (
            ["external-secrets.io/v1", "ClusterSecretStore", "", store],
            Said(json!({"conditions": invalid})),
            [external, "store-ready", "object/condition"],
        ),
        (["v1", "Secret", external, token], Deleted, [external, "token-young", "object/missing"]),
        (
            ["external-secrets.io/v1", "ExternalSecret", "observability", "vmalertmanager-config"],
            Said(json!({"refreshTime": ago(1)})),
            [external, "secrets-synced", "object/other-value"],
        ),
        (
            kustomization("external-secrets-stores"),
            Patched(json!({"spec": {"suspend": true}})),
            [external, "store-from-git", "flux/suspended"],
        ),
        (workload(rook, "rook-ceph-operator"), none(), [rook, "operator-rolled-out", "workload/no-replicas"]),
        // Ceph is healthy with the two monitors that it has been told of; the operator was told of three.
        (
            ceph,
            Said(json!({"ceph": {"versions": {"mon": {"ceph version 19.2.3 squid (stable)": 2}}}})),
            [rook, "cluster-healthy", "object/cel-false"],
        ),
        (pool, Patched(json!({"spec": {"replicated": {"size": 1}}})), [rook, "pool-replicated", "object/other-value"]),
        // The operator has acted on it.
        (pool, Said(json!({"observedGeneration": 2})), [rook, "pool-replicated", "object/other-value"]),
        (
            ["storage.k8s.io/v1", "StorageClass", "", "ceph-block"],
            Patched(default_class),
            [rook, "class-as-meant", "object/unwanted-field"],
        ),
        (
            kustomization("rook-ceph-cluster"),
            Said(json!({"inventory": {"entries": [{"id": "_ceph-block_storage.k8s.io_StorageClass", "v": "v1"}]}})),
            [rook, "cluster-from-git", "flux/not-held"],
        ),
        (crd("certificaterequests.cert-manager.io"), Deleted, [certs, "crds-served", "crds/missing"]),
        (workload(certs, certs), none(), [certs, "controller-rolled-out", "workload/no-replicas"]),
        (workload(certs, "cert-manager-webhook"), none(), [certs, "webhook-rolled-out", "workload/no-replicas"]),
        (workload(certs, "cert-manager-cainjector"), none(), [certs, "cainjector-rolled-out", "workload/no-replicas"]),
        // The issuer was changed, and its Ready is of what it was before.
        (
            ["cert-manager.io/v1", "ClusterIssuer", "", "letsencrypt-production"],
            Patched(json!({"spec": {"acme": {"email": "other@example.com"}}})),
            [certs, "issuer-ready", "object/cel-false"],
        ),
        (
            ["cert-manager.io/v1", "Certificate", "networking", "infra-domain"],
            Said(json!({"notAfter": ago(-20)})),
            [certs, "certificates-valid", "object/other-value"],
        ),
        (
            kustomization("cert-manager-issuers"),
            Said(json!({"lastAppliedRevision": "main@sha1:0000000000000000000000000000000000000000"})),
            [certs, "issuer-from-git", "flux/older-revision"],
        ),
    ]
}

fn crd(name: &'static str) -> Named {
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "", name]
}

async fn make(client: &kube::Client, [version, kind, namespace, name]: Named, fault: Fault) {
    let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = namespace.into();
    }
    let (api, _) = api(client, &object);
    let parameters = PatchParams::default();
    let made = match fault {
        Deleted => api.delete(name, &DeleteParams::default()).await.map(drop),
        Patched(patch) => api.patch(name, &parameters, &Patch::Merge(patch)).await.map(drop),
        Said(status) => api.patch_status(name, &parameters, &Patch::Merge(json!({"status": status}))).await.map(drop),
    };
    made.unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
}

/// All three at once, by their names.
async fn judged(
    sandbox: &Sandbox,
    folder: &Path,
    round: &str,
    change: fn(&str) -> String,
    more: &'static [&'static str],
) -> Vec<(&'static str, Report)> {
    let kubeconfig = sandbox.kubeconfig.display().to_string();
    let runs = SUITES.map(|(suite, text)| {
        let (folder, kubeconfig, name) = (folder.to_owned(), kubeconfig.clone(), format!("{round}-{suite}"));
        let run = move || run(&folder, &name, &change(text), &[&["--kubeconfig", &kubeconfig][..], more].concat());
        async move { (suite, tokio::task::spawn_blocking(run).await.unwrap()) }
    });
    futures::future::join_all(runs).await
}

/// The suite without patience: what is red here stays so.
fn hurried(suite: &str) -> String {
    Regex::new(r"(?m)^    within: .*\n").unwrap().replace_all(suite, "    within: 1s\n").into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platforms_suites_are_green_and_each_check_of_theirs_can_be_red() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Some(sandbox) = up::up("done-right").await else { return };
    let folder = tempfile::tempdir().unwrap();
    for (suite, report) in judged(&sandbox, folder.path(), "green", str::to_owned, &[]).await {
        assert_eq!(report.exit, Some(0), "{suite}: {}", report.lines());
    }
    let read = kube::config::Kubeconfig::read_from(&sandbox.kubeconfig).unwrap();
    let config = kube::Config::from_custom_kubeconfig(read, &Default::default()).await.unwrap();
    let client = kube::Client::try_from(config).unwrap();
    let mut told = BTreeSet::new();
    for (object, fault, red) in faults() {
        make(&client, object, fault).await;
        told.insert(red.map(str::to_owned));
    }
    let mut seen = BTreeSet::new();
    let mut lines = String::new();
    for (suite, report) in judged(&sandbox, folder.path(), "red", hurried, &["--keep-going"]).await {
        assert_eq!(report.exit, Some(1), "{suite}: {}", report.lines());
        lines += &report.lines();
        seen.extend(report.reds().into_iter().map(|(check, code)| [suite.to_owned(), check, code]));
        let is_ours = |check: &&String| (suite, check.as_str()) != ("rook-ceph", "crds-served");
        let checks: BTreeSet<&String> = report.outcomes.keys().filter(is_ours).collect();
        let red: BTreeSet<&String> = seen.iter().filter(|red| red[0] == suite).map(|red| &red[1]).collect();
        assert_eq!(checks, red, "{suite}: a check that no fault here turns red");
    }
    // The pool goes with its definition, so this comes when it has been looked at.
    make(&client, crd("cephblockpools.ceph.rook.io"), Deleted).await;
    let kubeconfig = sandbox.kubeconfig.display().to_string();
    let only = ["--kubeconfig", &kubeconfig, "crds-served"];
    let report = run(folder.path(), "definitions", &hurried(SUITES[1].1), &only);
    assert_eq!(report.reds(), BTreeSet::from([("crds-served".to_owned(), "crds/missing".to_owned())]));
    sandbox.stop().await;
    assert_eq!(seen, told, "left: seen; right: made\n{lines}");
}
