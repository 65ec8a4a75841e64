//! Flux objects as `gotk_resource_info`, where their CRDs exist
//! (fluxcd/flux2-monitoring-example, kube-state-metrics custom resource configuration).

use kube::Client;
use kube::ResourceExt;
use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::Value;

use super::super::page::Page;

const KINDS: [(&str, &str, &str, &str); 5] = [
    ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"),
    ("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases"),
    ("source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories"),
    ("source.toolkit.fluxcd.io", "v1", "HelmRepository", "helmrepositories"),
    ("source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories"),
];

/// Adds what can be listed; a kind that the cluster lacks has no series, as with the real one.
pub async fn add(page: &mut Page, client: &Client) {
    for (group, version, kind, plural) in KINDS {
        let resource = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        for object in api.list(&ListParams::default()).await.into_iter().flatten() {
            info(page, (group, version, kind), &object);
        }
    }
}

fn info(page: &mut Page, (group, version, kind): (&str, &str, &str), object: &DynamicObject) {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    let conditions = object.data.pointer("/status/conditions").and_then(Value::as_array);
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    let ready = ready.and_then(|condition| condition["status"].as_str()).unwrap_or("");
    let suspended = object.data.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false).to_string();
    let text = |path: &str| object.data.pointer(path).and_then(Value::as_str).unwrap_or("");
    let revision = match kind {
        "Kustomization" => text("/status/lastAppliedRevision"),
        "HelmRelease" => text("/status/history/0/chartVersion"),
        _ => text("/status/artifact/revision"),
    };
    let labels = [
        ("customresource_group", group),
        ("customresource_kind", kind),
        ("customresource_version", version),
        ("exported_namespace", &namespace),
        ("name", &name),
        ("ready", ready),
        ("revision", revision),
        ("suspended", &suspended),
    ];
    page.gauge("gotk_resource_info", &labels, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_kustomization_shows_readiness_revision_and_suspension() {
        let value = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"namespace": "flux-system", "name": "cluster-local"}, "spec": {"suspend": true},
            "status": {"lastAppliedRevision": "main@sha1:abc", "conditions": [{"type": "Ready", "status": "False"}]},
        });
        let mut page = Page::default();
        info(
            &mut page,
            ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization"),
            &serde_json::from_value(value).unwrap(),
        );
        let expected = "exported_namespace=\"flux-system\",name=\"cluster-local\",ready=\"False\",revision=\"main@sha1:abc\",suspended=\"true\"} 1";
        assert!(page.text().contains(expected), "{}", page.text());
    }
}
