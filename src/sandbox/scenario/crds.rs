//! The CRDs of the VictoriaMetrics operator, as its chart installs them by default: without a schema of `spec`.
//!
//! Source: VictoriaMetrics/operator v0.66.1, config/crd/overlay/crd.specless.yaml.

use serde_json::{Value, json};

/// One kind: name, version, required fields of `spec`, columns of `kubectl get`.
struct Row(&'static str, &'static str, &'static [&'static str], Columns);

/// Sets of columns that several kinds share.
#[derive(Clone, Copy)]
enum Columns {
    /// Status and age.
    Status,
    /// Replicas as the spec has them.
    Replicas,
    /// Replicas or shards as the status has them; the kind can be scaled by shards.
    Scaled,
    /// Age, status and error of something that a parent reads.
    Child,
    /// Replicas of three parts, whose fields of the spec these are.
    Cluster([&'static str; 3]),
}

use Columns::{Child, Cluster, Replicas, Scaled, Status};

#[rustfmt::skip]
const ROWS: [Row; 22] = [
    Row("VLAgent", "v1", &["remoteWrite"], Scaled),
    Row("VLCluster", "v1", &[], Cluster(["vlinsert", "vlstorage", "vlselect"])),
    Row("VLogs", "v1beta1", &["retentionPeriod"], Status),
    Row("VLSingle", "v1", &[], Status),
    Row("VMAgent", "v1beta1", &["remoteWrite"], Scaled),
    Row("VMAlertmanagerConfig", "v1beta1", &["receivers", "route"], Child),
    Row("VMAlertmanager", "v1beta1", &[], Replicas),
    Row("VMAlert", "v1beta1", &["datasource"], Replicas),
    Row("VMAnomaly", "v1", &["reader", "writer"], Scaled),
    Row("VMAuth", "v1beta1", &[], Replicas),
    Row("VMCluster", "v1beta1", &[], Cluster(["vminsert", "vmstorage", "vmselect"])),
    Row("VMNodeScrape", "v1beta1", &[], Child),
    Row("VMPodScrape", "v1beta1", &["podMetricsEndpoints"], Child),
    Row("VMProbe", "v1beta1", &["vmProberSpec"], Child),
    Row("VMRule", "v1beta1", &["groups"], Child),
    Row("VMScrapeConfig", "v1beta1", &[], Child),
    Row("VMServiceScrape", "v1beta1", &["endpoints"], Child),
    Row("VMSingle", "v1beta1", &[], Status),
    Row("VMStaticScrape", "v1beta1", &["targetEndpoints"], Child),
    Row("VMUser", "v1beta1", &["targetRefs"], Child),
    Row("VTCluster", "v1", &[], Cluster(["insert", "storage", "select"])),
    Row("VTSingle", "v1", &[], Status),
];

/// Kinds whose `spec` itself is required.
const SPEC_REQUIRED: [&str; 5] = ["VMAlertmanager", "VMCluster", "VMProbe", "VMRule", "VMServiceScrape"];

/// All 22 definitions.
pub fn all() -> Vec<Value> {
    ROWS.iter().map(definition).collect()
}

fn definition(Row(kind, version, required, columns): &Row) -> Value {
    let singular = kind.to_lowercase();
    let plural = match *kind {
        "VLogs" => singular.clone(),
        "VMAnomaly" => "vmanomalies".to_owned(),
        _ => format!("{singular}s"),
    };
    let mut names = json!({"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": singular});
    if *kind == "VMAlertmanager" {
        names["shortNames"] = json!(["vma"]);
    }
    let mut subresources = json!({"status": {}});
    if matches!(columns, Scaled) {
        subresources["scale"] = json!({"labelSelectorPath": ".status.selector", "specReplicasPath": ".spec.shardCount",
            "statusReplicasPath": ".status.shards"});
    }
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.operator.victoriametrics.com"),
            "annotations": {"helm.sh/resource-policy": "keep"},
            "labels": {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/name": "victoria-metrics-operator"},
        },
        "spec": {
            "group": "operator.victoriametrics.com",
            "names": names,
            "scope": "Namespaced",
            "versions": [{
                "name": version,
                "served": true,
                "storage": true,
                "subresources": subresources,
                "additionalPrinterColumns": printed(*columns),
                "schema": {"openAPIV3Schema": schema(kind, required)},
            }],
        },
    })
}

fn schema(kind: &str, required: &[&str]) -> Value {
    let text = json!({"type": "string"});
    let mut spec = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    if !required.is_empty() {
        spec["required"] = json!(required);
    }
    let number = json!({"type": "integer", "format": "int64"});
    let time = json!({"type": "string", "format": "date-time"});
    let condition = json!({
        "type": "object",
        "required": ["lastTransitionTime", "lastUpdateTime", "reason", "status", "type"],
        "properties": {"lastTransitionTime": time, "lastUpdateTime": time, "message": text, "observedGeneration": number,
            "reason": text, "status": {"type": "string", "enum": ["True", "False", "Unknown"]}, "type": text},
    });
    let status = json!({
        "type": "object",
        "properties": {"conditions": {"type": "array", "items": condition}, "observedGeneration": number, "reason": text,
            "updateStatus": text, "replicas": {"type": "integer", "format": "int32"},
            "shards": {"type": "integer", "format": "int32"}, "selector": text},
    });
    let mut schema = json!({
        "type": "object",
        "properties": {"apiVersion": text, "kind": text, "metadata": {"type": "object"}, "spec": spec, "status": status},
    });
    if SPEC_REQUIRED.contains(&kind) {
        schema["required"] = json!(["spec"]);
    }
    schema
}

fn printed(columns: Columns) -> Vec<Value> {
    let column = |name: &str, kind: &str, path: &str| json!({"name": name, "type": kind, "jsonPath": path});
    let status = column("Status", "string", ".status.updateStatus");
    let age = column("Age", "date", ".metadata.creationTimestamp");
    match columns {
        Status => vec![status, age],
        Replicas => vec![column("ReplicaCount", "integer", ".spec.replicaCount"), age, status],
        Scaled => vec![
            column("Shards Count", "integer", ".status.shards"),
            column("Replica Count", "integer", ".status.replicas"),
            status,
            age,
        ],
        Child => vec![age, status, column("Sync Error", "string", ".status.reason")],
        Cluster(parts) => {
            let titles = ["Insert Count", "Storage Count", "Select Count"];
            let counts = titles.iter().zip(parts);
            let mut columns: Vec<Value> =
                counts.map(|(title, part)| column(title, "string", &format!(".spec.{part}.replicaCount"))).collect();
            columns.extend([age, status]);
            columns
        }
    }
}
