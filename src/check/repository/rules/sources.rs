//! Sources that exist and can be pulled, and stores of secrets that exist.

use super::Ground;
use super::wiring::plain;
use crate::check::repository::fault::{Fault, meant};
use crate::check::repository::model::{HELM, KUSTOMIZE, Object, SOURCE};
use crate::check::yaml::Node;

/// Kinds of sources and of stores.
const KINDS: [&str; 8] = [
    "GitRepository",
    "OCIRepository",
    "HelmRepository",
    "HelmChart",
    "Bucket",
    "ExternalArtifact",
    "SecretStore",
    "ClusterSecretStore",
];

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for object in ground.reach.objects() {
        for path in references(object) {
            faults.extend(object.root.at(path).and_then(|node| reference(ground, object, node)));
        }
        faults.extend(no_ref(object));
        faults.extend(no_layer(ground, object));
    }
    faults
}

/// Where an object names another one by kind and name.
fn references(object: &Object) -> &'static [&'static [&'static str]] {
    const KS: &[&[&str]] = &[&["spec", "sourceRef"]];
    const HR: &[&[&str]] = &[&["spec", "chart", "spec", "sourceRef"], &["spec", "chartRef"]];
    const ES: &[&[&str]] = &[&["spec", "secretStoreRef"]];
    match (object.group(), object.kind()) {
        (KUSTOMIZE, "Kustomization") | (SOURCE, "HelmChart") => KS,
        (HELM, "HelmRelease") => HR,
        ("external-secrets.io", "ExternalSecret" | "ClusterExternalSecret") => ES,
        _ => &[],
    }
}

/// The object that is named must be declared somewhere.
fn reference(ground: &Ground<'_>, object: &Object, node: &Node) -> Option<Fault> {
    // A store's kind may be left out (external-secrets, SecretStoreRef).
    let kind = plain(node.get("kind")).unwrap_or("SecretStore");
    let name = plain(node.get("name"))?;
    // Of another kind it is told that there is none such.
    if !KINDS.contains(&kind) || ground.spec.is_given(kind, name) || ground.reach.has(kind, name) {
        return None;
    }
    let is_store = kind.ends_with("SecretStore");
    let code = if is_store { "unknown-store" } else { "unknown-source" };
    let same: Vec<&Object> = ground.reach.objects().filter(|other| other.kind() == kind).collect();
    let other = ground.reach.objects().find(|other| other.name() == name && other.group() == group_of(kind));
    let hint = match other {
        Some(other) => format!("there is an object of this name, but it is a {}", other.kind()),
        None => meant(name, same.iter().map(|other| other.name()), &declared(kind, &same)),
    };
    let expected = format!("{} names a {kind} that is declared", object.title());
    let place = object.place(node.get("name").unwrap_or(node));
    Some(Fault::new(place, code, expected, format!("no {kind} {name}")).hint(hint))
}

fn group_of(kind: &str) -> &'static str {
    if kind.ends_with("SecretStore") { "external-secrets.io" } else { SOURCE }
}

fn declared(kind: &str, same: &[&Object]) -> String {
    match same {
        [] => format!("add its manifest, or give {kind}/... in the suite where it is there without the repository"),
        some => format!("declared are: {}", some.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ")),
    }
}

/// Without `ref` source-controller pulls the tag `latest` (docs/spec/v1/ocirepositories.md).
fn no_ref(object: &Object) -> Option<Fault> {
    if !object.is(SOURCE, "OCIRepository") || object.is_patched {
        return None;
    }
    let reference = object.root.at(&["spec", "ref"]);
    if reference.is_some_and(|node| ["tag", "semver", "digest"].iter().any(|key| node.get(key).is_some())) {
        return None;
    }
    let place = object.nearest(&["spec", "ref"]);
    let expected = "spec.ref with a tag, semver or digest";
    let fault = Fault::new(place, "no-version", expected, "none: the tag `latest` is pulled, which charts rarely have");
    Some(fault.hint("pin the version: `ref: {tag: ...}`"))
}

/// The layer of a chart, as helm-controller's documentation has it for `chartRef` (docs/spec/v2/helmreleases.md).
fn no_layer(ground: &Ground<'_>, object: &Object) -> Option<Fault> {
    const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    if !object.is(SOURCE, "OCIRepository") || object.is_patched {
        return None;
    }
    let is_chart = |release: &Object| {
        release.is(HELM, "HelmRelease")
            && release.text(&["spec", "chartRef", "kind"]) == "OCIRepository"
            && release.text(&["spec", "chartRef", "name"]) == object.name()
    };
    let release = ground.reach.objects().find(|release| is_chart(release))?;
    if object.text(&["spec", "layerSelector", "mediaType"]) == CHART
        && object.text(&["spec", "layerSelector", "operation"]) == "copy"
    {
        return None;
    }
    let expected = format!("spec.layerSelector {{mediaType: {CHART}, operation: copy}}");
    let actual = format!("another or none, and {} takes its chart from it", release.title());
    let fault = Fault::new(object.nearest(&["spec", "layerSelector"]), "no-chart-layer", expected, actual);
    Some(fault.hint("add it, so that the chart arrives as it was published"))
}
