//! From an object of the API to what is kept of it.

use serde::Deserialize;
use serde_json::Value;

use super::kinds::Target;
use super::seen::{Entry, Expression, Kustomization, Object, Reference, Release, Snapshot, Watched};
use crate::check::condition::Condition;

const BY_NAME: &str = "kustomize.toolkit.fluxcd.io/name";
const BY_NAMESPACE: &str = "kustomize.toolkit.fluxcd.io/namespace";

/// Reads one object; `None` when it is no object.
pub(super) fn object(kind: Target, json: &Value) -> Option<Object> {
    let (metadata, spec, status) = (&json["metadata"], &json["spec"], &json["status"]);
    let namespace = text(&metadata["namespace"])?;
    let labels = &metadata["labels"];
    Some(Object {
        kind: kind.name().to_owned(),
        name: text(&metadata["name"])?,
        resource_version: text(&metadata["resourceVersion"]).unwrap_or_default(),
        generation: metadata["generation"].as_i64(),
        deleting: metadata["deletionTimestamp"].is_string(),
        suspended: spec["suspend"] == true,
        fixed: kind == Target::HelmRepository && spec["type"] == "oci",
        observed_generation: status["observedGeneration"].as_i64(),
        conditions: Condition::all(json).collect(),
        applied_by: path(labels[BY_NAMESPACE].as_str(), &labels[BY_NAME]),
        applied_as: list(&metadata["managedFields"]).filter_map(applied_as).collect(),
        depends_on: list(&spec["dependsOn"]).filter_map(|one| referred(one, &namespace)).collect(),
        source: source(kind, &namespace, json),
        artifact: text(&status["artifact"]["revision"]),
        kustomization: (kind == Target::Kustomization).then(|| kustomization(spec, status)),
        release: (kind == Target::HelmRelease).then(|| release(spec, status)),
        namespace,
    })
}

fn kustomization(spec: &Value, status: &Value) -> Kustomization {
    let post = &spec["postBuild"];
    let from = |one: &Value| Some(format!("{} {}", one["kind"].as_str()?, one["name"].as_str()?));
    let inline = post["substitute"].as_object().into_iter().flat_map(|all| all.keys().cloned());
    Kustomization {
        path: text(&spec["path"]).unwrap_or_else(|| ".".to_owned()),
        applied: text(&status["lastAppliedRevision"]),
        attempted: text(&status["lastAttemptedRevision"]),
        wait: spec["wait"] == true,
        checks: list(&spec["healthChecks"]).filter_map(watched).collect(),
        expressions: list(&spec["healthCheckExprs"]).filter_map(expression).collect(),
        variables: list(&post["substituteFrom"]).filter_map(from).collect(),
        inline: inline.collect(),
        inventory: list(&status["inventory"]["entries"]).filter_map(|one| Entry::deserialize(one).ok()).collect(),
    }
}

fn watched(one: &Value) -> Option<Watched> {
    let version = one["apiVersion"].as_str().unwrap_or_default();
    Some(Watched {
        group: version.split_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: text(&one["kind"])?,
        namespace: text(&one["namespace"]).filter(|namespace| !namespace.is_empty()),
        name: text(&one["name"])?,
    })
}

fn expression(one: &Value) -> Option<Expression> {
    let of = format!("{}/{}", one["apiVersion"].as_str()?, one["kind"].as_str()?);
    Some(Expression { of, current: text(&one["current"]).filter(|current| !current.is_empty())? })
}

fn release(spec: &Value, status: &Value) -> Release {
    let (install, upgrade) = (&spec["install"], &spec["upgrade"]);
    Release {
        newest: status["history"].get(0).and_then(|one| Snapshot::deserialize(one).ok()),
        attempted: text(&status["lastAttemptedRevision"]),
        digest: text(&status["lastAttemptedRevisionDigest"]).filter(|digest| !digest.is_empty()),
        install_retries: install["remediation"]["retries"].as_i64(),
        upgrade_retries: upgrade["remediation"]["retries"].as_i64(),
        strategy: text(&upgrade["remediation"]["strategy"]),
        cleanup_on_fail: upgrade["cleanupOnFail"].as_bool(),
        install_crds: text(&install["crds"]),
        upgrade_crds: text(&upgrade["crds"]),
    }
}

/// Where it takes its artifact from. A HelmRelease with `chart` takes it from a HelmChart that its controller makes, which
/// is named in the status, and by default after both (helm-controller 1.4, api/v2, `GetHelmChartName`).
fn source(kind: Target, namespace: &str, json: &Value) -> Option<Reference> {
    let (spec, status) = (&json["spec"], &json["status"]);
    let of = |one: &Value| Some(Reference { kind: text(&one["kind"])?, path: referred(one, namespace)? });
    match kind {
        Target::Kustomization | Target::HelmChart => of(&spec["sourceRef"]),
        Target::HelmRelease => of(&spec["chartRef"]).or_else(|| {
            let beside = &spec["chart"]["spec"]["sourceRef"];
            let made = || {
                let place = text(&beside["namespace"]).unwrap_or_else(|| namespace.to_owned());
                beside["kind"].as_str()?;
                Some(format!("{place}/{namespace}-{}", text(&json["metadata"]["name"])?))
            };
            let path = text(&status["helmChart"]).or_else(made)?;
            Some(Reference { kind: Target::HelmChart.name().to_owned(), path })
        }),
        _ => None,
    }
}

/// `namespace/name` of what refers to an object, in its own namespace by default.
fn referred(one: &Value, namespace: &str) -> Option<String> {
    path(one["namespace"].as_str().or(Some(namespace)), &one["name"])
}

fn path(namespace: Option<&str>, name: &Value) -> Option<String> {
    Some(format!("{}/{}", namespace?, name.as_str()?))
}

fn applied_as(entry: &Value) -> Option<String> {
    let applied = entry["operation"] == "Apply" && entry["subresource"].as_str().unwrap_or_default().is_empty();
    applied.then(|| text(&entry["apiVersion"])).flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
